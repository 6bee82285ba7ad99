package guard

import (
	"context"
	"slices"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/report"
)

// diagnose has a broken row explained in full, by the library's front door, and joins to it what the contract alone knows:
// which refusal is meant to be, and which is not.
func (a *asking) diagnose(ctx context.Context) {
	known := a.o.Catalogue
	if known == nil {
		known = all.BuiltIn()
	}
	opts := []why401.Option{why401.WithCatalogue(known)}
	switch a.o.Diagnose {
	case InFull:
		opts = append(opts, why401.Continue(a.s))
	case Recorded:
		opts = append(opts, why401.Offline())
	}
	rep := &report.Report{Outcome: report.NotKnown, Target: a.in.Request.URL.Origin().String(), Status: a.res.Judged().Status()}
	if a.o.Diagnose != NotAtAll {
		said, err := why401.Diagnose(ctx, why401.Input{Intent: a.in, Evidence: exchange.Evidence{Exchanges: a.own}, Read: "row " + a.res.Check.Name()}, opts...)
		if said != nil {
			rep = said
		}
		if err != nil {
			a.res.Notes = append(a.res.Notes, "the diagnosis was cut short: "+err.Error())
		}
	}
	rep.Schema, rep.Tool.Version = report.Schema, why401.Version()
	a.recount(rep)
	a.res.Report = a.conclude(rep, known)
	if unavailable(a.res.Judged()) && rep.Verdict.Grade < cause.Strong {
		// The gateway is up and what stands behind it is not: nobody has judged a credential.
		x := a.res.Judged()
		a.res.unclear("%s answered %d: what stands behind it does not answer", x.Request.URL.Origin(), x.Status())
		a.res.Report, a.res.Differences = nil, nil
	}
}

// recount adds the refusals of the diagnosis to what this round knows of the credential.
func (a *asking) recount(rep *report.Report) {
	if a.res.Check.Row.As.Carrier == contract.NoCarrier {
		return
	}
	n := 0
	for _, s := range rep.Sent {
		if s.Credential == "yours" && (s.Status == 401 || s.Status == 407) {
			n++
		}
	}
	// The list holds the row's own question, too, which remember has counted.
	if n > 0 {
		a.st.refused += n - 1
	}
	for _, x := range a.own {
		// A password file counts nothing: NoteHarmless has taken it back, and the next row may ask.
		if w, ok := writer(x); ok && w == exchange.WebServer && x.Status() == 401 && a.res.Check.Row.As.Carrier == contract.Basic {
			a.st.refused, a.st.by = 0, ""
		}
	}
}

func unavailable(x *exchange.Exchange) bool {
	return x.Status() == 502 || x.Status() == 503 || x.Status() == 504
}

// meant are the causes that only say that a caller without the right credential is refused: where the contract expects the
// refusal, or expects none of anybody, they explain nothing.
var meant = []string{"no-credentials-sent", "benign-challenge", "preemptive-auth-not-sent", "wrong-password", "wrong-username-form",
	"user-lacks-role-or-group", "token-revoked", "session-expired", "403-means-401", "401-means-403", "unsolicited-authorization-sent"}

// ofForm are the causes that are about how a refusal is worded, and hold beside one that is meant.
var ofForm = []string{"missing-www-authenticate", "server-adds-foreign-challenge", "two-auth-layers-one-header", "nested-auth-blocks", "realm-mismatch",
	"app-401-triggers-basic-prompt", "cors-missing-on-401", "cors-origin-not-allowed", "cors-wildcard-with-credentials", "cors-preflight-401", "cors-preflight-failed",
	"cdn-cached-401", "200-login-page-instead-of-401", "redirect-to-login-instead-of-401", "404-hides-401", "waf-block", "waf-challenge", "user-agent-blocked",
	"rate-limit-lockout", "ip-allowlist", "auth-backend-unreachable", "digest-algorithm-mismatch"}

// conclude chooses the verdict: what is proved first, then what the diagnosis found, then what a difference points to.
func (a *asking) conclude(rep *report.Report, known *all.Catalogue) *report.Report {
	for _, d := range a.res.Differences {
		from := report.Source{}
		if x := a.res.Judged(); x != nil {
			from.Exchange = x.N
		}
		rep.Evidence = append(rep.Evidence, report.Evidence{Fact: "The contract expects " + d.What + " " + d.Expected + "; found: " + d.Found + ".", Source: from})
	}
	own := rep.Verdict
	if own.Cause != "" && a.beside(own.Cause) {
		rep.Verdict, rep.Remedies, rep.Raise, rep.Witness, own = report.Verdict{}, nil, nil, nil, report.Verdict{}
	}
	for _, f := range a.pointed() {
		switch {
		case f.Cause == own.Cause:
		case own.Cause == "" || f.Grade > own.Grade:
			if own.Cause != "" {
				rep.Also = append(rep.Also, own)
			}
			own = a.verdict(f, known)
			rep.Verdict, rep.Remedies = own, append(remedies(own.Cause, known), rep.Remedies...)
		case !slices.ContainsFunc(rep.Also, func(v report.Verdict) bool { return v.Cause == f.Cause }):
			rep.Also = append(rep.Also, a.verdict(f, known))
			rep.Remedies = append(rep.Remedies, remedies(f.Cause, known)...)
		}
	}
	rep.Also = slices.DeleteFunc(rep.Also, func(v report.Verdict) bool { return v.Cause == rep.Verdict.Cause || a.beside(v.Cause) })
	if rep.Verdict.Cause != "" {
		rep.Outcome = report.Found
		return rep
	}
	rep.Outcome = report.NotKnown
	rep.Verdict = report.Verdict{Grade: cause.Unknown, Title: a.title(), RefusedBy: rep.Verdict.RefusedBy}
	return rep
}

// beside reports a cause that explains the refusal and not the difference.
func (a *asking) beside(id string) bool {
	row, x := a.res.Check.Row, a.res.Judged()
	refused := cause.Refused(x)
	switch {
	case refused && a.asWanted():
		return !slices.Contains(ofForm, id)
	case refused && row.As.Carrier == contract.NoCarrier, refused && row.As.Wrong:
		return slices.Contains(meant, id)
	}
	return false
}

// asWanted reports that the status is what the row expects.
func (a *asking) asWanted() bool {
	return !slices.ContainsFunc(a.res.Differences, func(d Difference) bool { return d.What == "status" }) && len(a.res.Check.Row.Expect.Status) > 0
}

// pointing is a cause that the differences themselves point to.
type pointing struct {
	Cause string
	Grade cause.Grade
}

func (a *asking) pointed() []pointing {
	var out []pointing
	row, x := a.res.Check.Row, a.res.Judged()
	for _, d := range a.res.Differences {
		if d.Cause == "" {
			continue
		}
		g := cause.Likely
		if d.Proved {
			g = cause.Proved
		}
		out = append(out, pointing{d.Cause, g})
	}
	if x.Status() == 401 && row.As.Carrier == contract.NoCarrier && !a.asWanted() && row.Kind == contract.Request {
		// The contract says that this path is open to everybody, and a server in front of the application wants a password.
		if w, ok := writer(x); ok && (w == exchange.WebServer || w == exchange.Gateway) {
			out = append(out, pointing{"auth-scope-too-wide", cause.Strong})
		}
	}
	slices.SortStableFunc(out, func(p, q pointing) int { return int(q.Grade) - int(p.Grade) })
	return out
}

func (a *asking) verdict(p pointing, known *all.Catalogue) report.Verdict {
	v := report.Verdict{Cause: p.Cause, Grade: p.Grade, Location: report.Location{Hop: a.res.Judged().N}}
	if i := slices.IndexFunc(known.Causes, func(c *cause.Cause) bool { return c.ID == p.Cause }); i >= 0 {
		c := known.Causes[i]
		v.Title, v.Family, v.FaultAt = c.Title, c.Family, c.FaultAt
		if cause.Refused(a.res.Judged()) {
			v.RefusedBy = c.RefusedBy
			if w, ok := writer(a.res.Judged()); ok {
				v.RefusedBy = w
			}
		}
	}
	return v
}

func remedies(id string, known *all.Catalogue) []report.Remedy {
	page, ok := known.Page(id)
	if !ok {
		return nil
	}
	var out []report.Remedy
	for _, r := range page.Fixes() {
		out = append(out, report.Remedy{ID: r.ID, Cause: id, Title: r.Title, For: r.For, Effect: r.Effect, Opens: r.Opens, Steps: r.Steps, Verify: r.Verify, Undo: r.Undo})
	}
	return out
}

// title says in one line what is wrong where no cause is known.
func (a *asking) title() string {
	row, x := a.res.Check.Row, a.res.Judged()
	var what []string
	for _, d := range a.res.Differences {
		if !slices.Contains(what, d.What) {
			what = append(what, d.What)
		}
	}
	switch {
	case expectsRefusal(row) && cause.Passed(x) && row.As.Wrong:
		return "A wrong credential is let in"
	case expectsRefusal(row) && cause.Passed(x):
		return "Let in where the contract expects a refusal"
	case cause.Refused(x) && row.As.Carrier == contract.NoCarrier && !a.asWanted():
		return "A credential is wanted where the contract expects none"
	}
	return "Not as the contract expects: " + strings.Join(what, ", ")
}
