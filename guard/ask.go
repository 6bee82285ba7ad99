package guard

import (
	"context"
	"net/textproto"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/probe"
)

// asking is one check while it is asked.
type asking struct {
	*Runner
	res *RowResult
	in  *exchange.Intent
	s   *probe.Sender
	st  *standing

	own    []*exchange.Exchange // the row's own question with its redirects
	anon   *exchange.Exchange   // the same without the credential, when that was asked
	fresh  *exchange.Exchange   // and past the caches
	canary exchange.Field       // what a row about a field sent
}

func (a *asking) run(ctx context.Context) {
	row := a.res.Check.Row
	req := a.in.Request
	if e := row.Expect.Reaches; e != nil {
		a.n++
		a.canary = canary(e.Field, a.n)
		req.Header = req.Header.With(a.canary)
	}
	if !a.leave(ctx) {
		return
	}
	if !a.ask(ctx, req) {
		return
	}
	a.remember()
	a.followUp(ctx)
	a.res.Differences = append(a.res.Differences, a.compare()...)
	if len(a.res.Differences) == 0 {
		a.res.State = Held
		a.settleExpected()
		return
	}
	a.res.State = Broken
	a.diagnose(ctx)
}

// leave asks for leave first, as a browser does, where the client is one that is given it by a preflight.
func (a *asking) leave(ctx context.Context) bool {
	row, c := a.res.Check.Row, a.res.Check.Client
	if !c.Preflight || row.Kind != contract.Request || !a.in.Request.Header.Has("Origin") {
		return true
	}
	r := a.in.Request.Clone()
	var names []string
	for _, f := range r.Header {
		if needsLeave(f) {
			names = append(names, textproto.CanonicalMIMEHeaderKey(f.Name))
		}
	}
	if len(names) == 0 && slices.Contains([]string{"GET", "HEAD", "POST"}, r.Method) {
		return true
	}
	want := &contract.Row{Expect: contract.Expect{CORS: &contract.CORS{Headers: names, Methods: []string{r.Method}}}}
	xs, err := a.s.Do(ctx, preflightOf(r, want), probe.How{Key: cause.KeyPreflight, Purpose: "the preflight of a browser"})
	a.res.Exchanges = append(a.res.Exchanges, xs...)
	if err != nil || len(xs) == 0 || xs[0].Response == nil {
		return a.unanswered(xs, err)
	}
	origin := r.Header.Get("Origin")
	d := corsOf(xs[0], &contract.CORS{At: row.At, Origin: origin, Allowed: true, Methods: []string{r.Method}, Headers: names,
		Credentials: row.As.Carrier == contract.InCookie}, true)
	if len(d) > 0 {
		a.own, a.res.Answer = xs, len(a.res.Exchanges)-1
		a.res.Differences, a.res.State = d, Broken
		a.in.Request = xs[0].Request
		a.diagnose(ctx)
		return false
	}
	return true
}

// needsLeave reports a request field that no page may send to another origin without leave (Fetch, CORS-safelisted
// request-header); fields that the browser itself writes are not asked about.
func needsLeave(f exchange.Field) bool {
	switch textproto.CanonicalMIMEHeaderKey(f.Name) {
	case "Host", "User-Agent", "Accept", "Accept-Language", "Origin", "Cookie", "Content-Length", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Connection":
		return false
	case "Content-Type":
		return !slices.Contains([]string{"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}, f.Value.String())
	}
	return true
}

// ask sends the row's own question. It is false when nothing can be judged.
func (a *asking) ask(ctx context.Context, req exchange.Request) bool {
	how := probe.How{Purpose: "your request", Follow: a.in.Follow, Login: true}
	xs, err := a.s.Do(ctx, req, how)
	a.own = xs
	a.res.Exchanges = append(a.res.Exchanges, xs...)
	a.res.Answer = len(a.res.Exchanges) - 1
	if len(xs) == 0 || xs[len(xs)-1].Response == nil {
		return a.unanswered(xs, err)
	}
	for _, n := range a.s.Notes() {
		a.res.Notes = append(a.res.Notes, n.Text)
	}
	return true
}

// unanswered says why there is nothing to judge, and gives false. A target that does not answer at all is not asked again
// in this round.
func (a *asking) unanswered(xs []*exchange.Exchange, err error) bool {
	at := a.res.Check.Row.Target.URL.Origin()
	if why, ok := withheld(err); ok {
		a.res.unclear("not sent: %s", why)
		return false
	}
	if len(xs) == 0 {
		a.res.unclear("not sent: %v", err)
		return false
	}
	x := xs[len(xs)-1]
	f := x.Failure
	if f == nil {
		a.res.unclear("%s gave no answer", x.Request.URL.Origin())
		return false
	}
	a.res.unclear("%s gave no answer: %s", x.Request.URL.Origin(), f.Error())
	if (f.Step == "resolve" || f.Step == "connect" || f.Timeout) && x.Request.URL.Origin() == at {
		a.down[at] = a.res.Because
	}
	return false
}

// remember keeps what came of the credential for the rows that follow.
func (a *asking) remember() {
	row := a.res.Check.Row
	if row.As.Carrier == contract.NoCarrier {
		return
	}
	for _, x := range a.own {
		if x.Request.URL.Origin() != row.Target.URL.Origin() {
			continue
		}
		switch s := x.Status(); {
		case s == 401 || s == 407:
			a.st.refused, a.st.by = a.st.refused+1, a.res.Check.Name()
		case s/100 == 2 && cause.Passed(x):
			a.st.accepted = true
		}
	}
}

// settleExpected: a password that was let in elsewhere in this round and is refused here with 403, as it should be, was not
// counted as a failed login; the ledger need not hold it against the next round.
func (a *asking) settleExpected() {
	if a.st.accepted && a.res.Judged().Status() == 403 {
		if err := a.s.NoteHarmless(); err != nil {
			a.res.Notes = append(a.res.Notes, err.Error())
		}
	}
	if a.res.Judged().Status() == 401 && a.st.by == a.res.Check.Name() {
		a.st.refused, a.st.by = 0, "" // what the contract expects is said of this route, not of the credential
	}
}

// followUp asks what a difference, or the promise that an answer is private, needs to be judged: the same without the
// credential, which is always safe to send.
func (a *asking) followUp(ctx context.Context) {
	row, x := a.res.Check.Row, a.res.Judged()
	e := row.Expect
	let := row.As.Carrier != contract.NoCarrier && x.Status()/100 == 2
	private := e.Private != nil && e.Private.Probe
	nobody := e.Identity != nil && !e.Identity.No && len(a.identity(x)) > 0
	if !let || !(private || nobody) || !a.in.Request.Safe() {
		return
	}
	bare := cause.Anonymous().Edit(x.Request.Clone())
	a.anon = a.extra(ctx, bare, cause.KeyAnonymous, "the same without a credential")
	if a.anon != nil && a.anon.Status()/100 == 2 && private && sameBody(x, a.anon) {
		a.fresh = a.extra(ctx, cause.BustCache().Edit(bare), "anonymous-past-the-cache", "the same without a credential, past the caches")
	}
}

func (a *asking) extra(ctx context.Context, r exchange.Request, key, purpose string) *exchange.Exchange {
	xs, err := a.s.Do(ctx, r, probe.How{Key: key, Purpose: purpose})
	if err != nil || len(xs) == 0 || xs[0].Response == nil {
		if err != nil {
			a.res.Notes = append(a.res.Notes, purpose+" was not asked: "+err.Error())
		}
		return nil
	}
	a.res.Exchanges = append(a.res.Exchanges, xs...)
	return xs[0]
}
