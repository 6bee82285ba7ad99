// Package diagnose is the engine: it holds suspects against the case, chooses the experiment that tells most for the
// least risk, and judges predictions by what came back. It knows no single cause and sends nothing itself: causes are
// handed in, requests go through a Prober.
package diagnose

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/report"
)

// Prober sends one request, and its redirects when how.Follow is set, and gives each hop as an exchange. A request
// that a safety rule forbids gives an error that Withheld recognises.
type Prober interface {
	Do(ctx context.Context, r exchange.Request, how How) ([]*exchange.Exchange, error)
	// Stopped says why no more credentials may be sent ("429 Too Many Requests"), or "".
	Stopped() string
	// Refusable reports whether r may go out although it may be refused: the credential's budget is not used up.
	Refusable(r exchange.Request) error
}

// How says how a request is to be sent.
type How struct {
	Key     string // the experiment it belongs to
	Purpose string // in words, for the list of what was sent
	Follow  bool
	Direct  bool // without the forward proxy
	Login   bool // with the handshake the user's agent would do (Digest, NTLM)
	Asks    cause.Asks
	Token   bool // with the token that a registry's challenge points to
}

// Withheld is implemented by errors that mean "not sent, by rule".
type Withheld interface {
	error
	WithheldBy() string // the rule's name: "one-try", "unsafe-method", "offline", "budget", "stopped", ...
}

// Engine diagnoses cases with a set of causes.
type Engine struct {
	Causes []*cause.Cause
	Signs  *sign.Book // what the causes' pages list; nil for none
	Pages  func(id string) (cause.Page, bool)
	Prober Prober
	Trace  io.Writer // why each experiment was chosen and what it told; nil for silence
	Max    int       // requests at most; 8 when zero

	// Traces are the request's ways through configurations that the user gave.
	Traces []Traced
	// Foresee sends nothing: the answer is what the configuration says.
	Foresee bool
}

// run is the state of one diagnosis.
type run struct {
	*Engine
	c        *exchange.Case
	ruled    map[string]ruledOut // cause id -> why it is out
	held     map[string]held     // cause id -> the prediction that came true
	tried    map[string]bool     // experiment key -> run, or found impossible
	results  map[string]result   // experiment key -> what it brought
	judgedBy map[string]bool     // cause id and experiment key -> judged
	flaps    bool                // a repeat ended otherwise than the first time
	behind   []*judged           // faults found before the present subject
	refusal  error               // the safety rule that held back the user's own request
	cut      error               // the safety rule that ended the user's own chain of redirects
	batch    int                 // numbers what was sent in one go
	standIn  string              // "GET in place of your POST", when the control is not the user's own request
	last     []*judged

	sightings map[string][]cause.Sighting // what causes see in a configuration, by cause and configuration
}

type ruledOut struct {
	cause *cause.Cause
	why   string
}

// held is a prediction that came true.
type held struct {
	trial cause.Trial
	result
}

// result is what an experiment brought.
type result struct {
	failing, seen *exchange.Exchange
	repeated      bool // a flip was seen a second time; true for what is no flip
	short         bool // seen again, but a control still leaves another explanation open
}

// judged is a suspect with all that is known about it.
type judged struct {
	cause *cause.Cause
	s     *cause.Suspicion
	grade cause.Grade
	held  *held
}

// Run diagnoses c: it sends the user's own request unless exchanges are already at hand, then goes on until the cause
// is decided, nothing more can be learnt, or the budget is spent. The report is complete even when err is not nil.
func (e *Engine) Run(ctx context.Context, c *exchange.Case) (*report.Report, error) {
	r := &run{Engine: e, c: c,
		ruled: map[string]ruledOut{}, held: map[string]held{}, tried: map[string]bool{},
		results: map[string]result{}, judgedBy: map[string]bool{}}
	if r.Max == 0 {
		r.Max = 8
	}
	if len(c.Exchanges) == 0 && len(r.Traces) > 0 && r.Foresee {
		if x := e.predicted(c); x != nil {
			c.Add(x)
		}
		r.last = r.suspects()
		return r.report(ctx), nil
	}
	if len(c.Exchanges) == 0 {
		if err := r.control(ctx); err != nil {
			return r.report(ctx), err
		}
	}
	for {
		r.last = r.suspects()
		if r.settled() {
			if r.goBehind() {
				continue
			}
			break
		}
		t, ok := r.next()
		if !ok {
			break
		}
		if err := r.experiment(ctx, t); err != nil {
			return r.report(ctx), err
		}
	}
	return r.report(ctx), nil
}

// control sends the user's own request. A method that is not safe is replaced by GET, and the report says so; a
// password that may not go out again leaves the request to go without it.
func (r *run) control(ctx context.Context) error {
	in := r.c.Intent
	if in == nil {
		return nil
	}
	how := How{Purpose: "your request", Follow: in.Follow, Login: true}
	xs, err := r.Prober.Do(ctx, in.Request, how)
	var w Withheld
	if errors.As(err, &w) && len(xs) == 0 {
		r.refusal = err
		r.tracef("your request was not sent: %v", err)
		xs, err = r.substitute(ctx, w)
	}
	r.add(xs)
	if err != nil && !errors.As(err, &w) {
		return err
	}
	if err != nil && len(xs) > 0 {
		r.cut = err
	}
	if x := r.c.Last(); x != nil {
		r.tracef("request %d, %s: %s", x.N, x.Purpose, outcome(x))
	}
	return nil
}

// substitute finds a request that may be sent in place of the user's own.
func (r *run) substitute(ctx context.Context, w Withheld) ([]*exchange.Exchange, error) {
	in := r.c.Intent
	switch w.WithheldBy() {
	case "unsafe-method":
		r.standIn = "GET in place of your " + in.Request.Method
		twin := cause.AsGet(in.Request)
		return r.Prober.Do(ctx, twin, How{Purpose: r.standIn, Follow: in.Follow, Login: true})
	case "one-try", "stopped", "line-break", "one-time":
		r.standIn = "your request without its credential"
		return r.Prober.Do(ctx, cause.Anonymous().Edit(cause.AsGet(in.Request)), How{Purpose: r.standIn, Follow: in.Follow})
	}
	return nil, w
}

func (r *run) add(xs []*exchange.Exchange) {
	r.batch++
	for _, x := range xs {
		x.Run = r.batch
		r.c.Add(x)
	}
}

// suspects holds every cause against the case as it stands. What was learnt by experiments for others is held against
// those that remain, too: they may not have asked at the time, or stood behind a more exact suspect.
func (r *run) suspects() []*judged {
	v := cause.NewView(r.c).With(r.Signs)
	for {
		ranked := r.weigh(v)
		again := false
		for _, j := range ranked {
			again = r.settle(j) || again
		}
		if !again {
			return ranked
		}
	}
}

func (r *run) weigh(v *cause.View) []*judged {
	if v.WentWell() && !r.Foresee {
		return nil
	}
	r.answered()
	var out []*judged
	var causes []*cause.Cause
	var found []cause.Weighed
	for _, c := range r.Causes {
		if _, no := r.ruled[r.slot(c.ID)]; no {
			continue
		}
		causes = append(causes, c)
		if s := r.traced(c, c.Look(v)); s != nil {
			found = append(found, cause.Weighed{Cause: c, Suspicion: s})
		}
	}
	for _, w := range v.Settle(found, causes) {
		c, s := w.Cause, w.Suspicion
		j := &judged{cause: c, s: s, grade: s.Grade}
		if len(r.c.Exchanges) == 0 && len(r.Traces) == 0 {
			j.grade = min(j.grade, cause.Strong) // nobody saw it refused
		}
		if h, ok := r.held[r.slot(c.ID)]; ok {
			j.held = &h
			j.grade = max(j.grade, heldGrade(h, r.flaps))
		}
		if r.standIn != "" && j.grade == cause.Proved && (j.held == nil || !cause.Passed(j.held.seen)) {
			j.grade = cause.Strong // the user's own request was not seen
		}
		out = append(out, j)
	}
	return rank(out)
}

// slot keys what was learnt by cause and subject: a cause ruled out for the first request may stand behind it.
func (r *run) slot(id string) string { return r.c.Subject + "\x00" + id }

// heldGrade is what a prediction that came true carries. A flip counts as a proof only when it was seen twice.
func heldGrade(h held, flaps bool) cause.Grade {
	g := h.trial.Grade
	if g == cause.Unknown {
		g = cause.Proved
	}
	if flaps {
		return min(g, cause.Likely)
	}
	flipped := !cause.Passed(h.failing) && cause.Passed(h.seen)
	if g == cause.Proved && (!h.repeated || flipped && (h.short || cause.Elsewhere(h.failing, h.seen))) {
		return cause.Strong
	}
	return g
}

// settled reports that the best suspect is proved, that its change was let in (nothing refused is left to explain,
// whatever grade the pair carries), or that there was nothing refused to begin with.
func (r *run) settled() bool {
	if len(r.last) == 0 {
		return len(r.c.Exchanges) == 0 || r.c.Last().Response == nil || cause.Passed(r.c.Last())
	}
	best := r.last[0]
	return best.grade == cause.Proved || best.held != nil && best.held.repeated && cause.Flips(best.held.failing, best.held.seen)
}

// goBehind looks for a second fault: when the change that proved the first one is met by another refusal, that
// exchange becomes the subject.
func (r *run) goBehind() bool {
	if len(r.last) == 0 || r.last[0].held == nil || len(r.behind) > 0 {
		return false
	}
	h := r.last[0].held
	if h.trial.Key == "" || cause.Passed(h.seen) || !cause.Refused(h.seen) || h.seen.Request.Method == "OPTIONS" {
		return false
	}
	if h.failing.OK() && cause.Passed(h.failing) {
		return false // the request is let in, and the experiment was to take away what it needs: nothing stands behind that
	}
	if cause.Alike(h.failing, h.seen) || r.disarmed(h) {
		return false
	}
	r.tracef("request %d is still refused: looking for a second fault behind %s", h.seen.N, r.last[0].cause.ID)
	r.behind = append(r.behind, r.last[0])
	r.c.Subject = h.trial.Key
	return true
}

// disarmed reports an experiment that left a credential out: that it is refused then is no second fault.
func (r *run) disarmed(h *held) bool {
	key := h.trial.Key
	if r.c.Subject != "" {
		key = r.c.Subject + "+" + key
	}
	sent := r.c.Keyed(key)
	return len(sent) > 0 && len(cred.Of(sent[0].Request)) < len(cred.Of(r.subject()))
}

func (r *run) tracef(format string, args ...any) {
	if r.Trace != nil {
		fmt.Fprintf(r.Trace, format+"\n", args...)
	}
}

func outcome(x *exchange.Exchange) string {
	switch {
	case x.Failure != nil:
		return x.Failure.Error()
	case x.Response == nil:
		return "no reply"
	}
	return fmt.Sprintf("%d %s", x.Response.Status, x.Response.Reason)
}

// facts joins the facts of a suspicion into one line for lists.
func because(fs []fact.Fact) string {
	if len(fs) == 0 {
		return ""
	}
	return fs[0].Text
}
