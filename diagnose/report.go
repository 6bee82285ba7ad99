package diagnose

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf/vaccine"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/report"
)

// report writes down what is known. It is called once, at the end or when the run was cut short.
func (r *run) report(ctx context.Context) *report.Report {
	rep := &report.Report{Schema: report.Schema}
	main, found := verdict(r.last, r.measure())
	against := r.contradicted(main, found)
	if against != nil {
		main, found = nil, false
	}
	var further []*judged
	if len(r.behind) > 0 {
		// The fault in front is the verdict; what stands behind it comes second, when it is more than likely.
		if found && main.grade >= cause.Strong {
			further = append(further, main)
		}
		main, found = r.behind[0], true
	}
	further = append(further, also(r.last, main)...)

	answer := r.answer()
	switch c := r.c; {
	case c.Intent != nil:
		rep.Target = c.Intent.Request.URL.Origin().String()
	case answer != nil && answer.Request.URL.Host != "":
		rep.Target = answer.Request.URL.Origin().String()
	}
	rep.Status = answer.Status()
	rep.Outcome = r.outcome(ctx, found, answer)
	if found {
		rep.Verdict = r.verdictOf(main)
		rep.Remedies = r.remedies(main)
		rep.Raise = raises(main)
		rep.Evidence = evidence(main)
		rep.Signed = signed(main.s.Signed)
		if main.held != nil {
			rep.Witness = witness(main.held)
		}
	} else {
		rep.Verdict = report.Verdict{Grade: cause.Unknown, RefusedBy: r.refusedBy(nil), Title: r.unknownTitle(rep.Outcome, answer)}
		for _, j := range r.last {
			rep.Raise = append(rep.Raise, raises(j)...)
		}
		rep.Evidence = r.observed(answer)
		if against != nil {
			rep.Evidence = append([]report.Evidence{evident(against.Fact)}, rep.Evidence...)
			rep.Raise = append([]report.Raise{{Command: against.Raise.Command, Where: against.Raise.Where, Would: against.Raise.Would}}, rep.Raise...)
		}
	}
	for _, j := range further {
		if !slices.ContainsFunc(rep.Also, func(v report.Verdict) bool { return v.Cause == j.cause.ID }) {
			rep.Also = append(rep.Also, r.verdictOf(j))
			rep.Remedies = append(rep.Remedies, r.remedies(j)...)
		}
	}
	for _, j := range r.last {
		if j != main && !slices.Contains(further, j) && j.s.Weight >= r.measure().named {
			rep.Suspects = append(rep.Suspects, report.Suspect{Cause: j.cause.ID, Title: title(j), Grade: j.grade, Because: because(j.s.Because)})
		}
	}
	rep.RuledOut = r.ruledOut()
	rep.Path = r.path(main, rep.Verdict.RefusedBy)
	if !found && rep.Outcome == report.NotKnown {
		rep.Raise = append(rep.Raise, vaccines(rep.Path)...)
	}
	rep.Ladder = r.ladder()
	rep.Trace = r.stepsOf()
	r.fromTrace(rep)
	for _, f := range r.c.Facts {
		rep.Notes = append(rep.Notes, f.Text)
	}
	if len(r.c.Documents) > 0 {
		p := cause.NewView(r.c).Published()
		rep.Notes = append(rep.Notes, p.Notes...)
		for _, f := range p.Failed {
			rep.Notes = append(rep.Notes, "Not read: "+f)
		}
	}
	if r.refusal != nil {
		rep.Notes = append(rep.Notes, r.refusal.Error())
	}
	if r.cut != nil && r.astray(answer) {
		rep.Notes = append(rep.Notes, "the redirects were followed no further: "+r.cut.Error())
	}
	if r.flaps {
		rep.Notes = append(rep.Notes, "The same request was answered differently a second time; nothing was taken for proved because of it.")
	}
	if answer != nil && answer.Failure != nil {
		rep.Failure = &report.Failure{Step: answer.Failure.Step, Message: answer.Failure.Message}
	}
	return rep
}

// answer is what the user saw: the last hop of the first request, whatever was looked at behind it.
func (r *run) answer() *exchange.Exchange {
	subject := r.c.Subject
	r.c.Subject = ""
	x := r.c.Last()
	r.c.Subject = subject
	return x
}

func (r *run) outcome(ctx context.Context, found bool, answer *exchange.Exchange) report.Outcome {
	var w Withheld
	switch {
	case found:
		return report.Found
	case errors.Is(ctx.Err(), context.Canceled):
		return report.Interrupted
	case r.offline():
		return report.NotKnown
	case r.told() && !cause.Passed(answer):
		return report.NotKnown
	case errors.As(r.refusal, &w): // that a request in its place was let in says nothing about it
		return report.Withheld
	case answer == nil || answer.Response == nil:
		return report.Unreachable
	case cause.Refused(answer):
		return report.NotKnown
	case len(r.last) > 0 && !cause.Passed(answer):
		return report.NotKnown
	case r.astray(answer):
		return report.NotKnown
	}
	return report.Healthy
}

// astray reports a redirect that was to be followed and could not be: a loop, too many, or an address of another kind.
func (r *run) astray(x *exchange.Exchange) bool {
	in := r.c.Intent
	return in != nil && in.Follow && x.Given == "" && x.Status()/100 == 3 && x.Status() != 304 && x.Header().Has("Location")
}

// withheldTitle says in one line which kind of rule kept the user's own request back.
func (r *run) withheldTitle() string {
	var w Withheld
	if !errors.As(r.refusal, &w) {
		return "Not sent, by a safety rule"
	}
	switch w.WithheldBy() {
	case "one-try", "stopped", "token-limit":
		return "Not sent, to keep your account safe"
	case "unsafe-method", "dangerous":
		return "Not sent, since it may change something at the server"
	case "one-time":
		return "Not sent, since it holds a value that works once"
	}
	return "Not sent, by a safety rule"
}

// offline reports that nothing was sent because the user wanted it so.
func (r *run) offline() bool {
	var w Withheld
	return errors.As(r.refusal, &w) && w.WithheldBy() == "offline"
}

// measure is what a likely verdict needs here.
func (r *run) measure() measure {
	for _, x := range r.c.Exchanges {
		if x.Given == "" {
			return ofLive
		}
	}
	if len(r.c.Exchanges) == 0 && !r.told() {
		return ofLive // a request that was not sent
	}
	return ofRecord
}

// told reports that there is more to judge than exchanges: messages, notes, tokens, settings.
func (r *run) told() bool {
	c := r.c
	return len(c.Messages)+len(c.Notes)+len(c.Tokens)+len(c.Settings) > 0 || answered(c) && c.Last().Unseen&exchange.StatusLine != 0
}

func answered(c *exchange.Case) bool { return c.Last() != nil && c.Last().Response != nil }

func (r *run) unknownTitle(o report.Outcome, answer *exchange.Exchange) string {
	switch o {
	case report.Healthy:
		if cause.Passed(answer) {
			return "Nothing is refused"
		}
		return "Not a refusal for want of authentication"
	case report.Unreachable:
		return "No answer to judge"
	case report.Withheld:
		return r.withheldTitle()
	case report.Interrupted:
		return "Interrupted; this is what is known so far"
	}
	if r.offline() {
		return "Nothing was sent, and the request alone does not tell"
	}
	if r.astray(answer) && len(r.last) == 0 {
		return "The redirects lead to no answer"
	}
	return "Refused, and the cause cannot be told from here"
}

func (r *run) verdictOf(j *judged) report.Verdict {
	v := report.Verdict{
		Cause: j.cause.ID, Title: title(j), Family: j.cause.Family, Grade: j.grade,
		RefusedBy: r.refusedBy(j), FaultAt: first(j.s.FaultAt, j.cause.FaultAt),
		Location: report.Location{Hop: j.s.Where.Hop, File: j.s.Where.File, Line: j.s.Where.Line},
	}
	return v
}

func title(j *judged) string {
	if j.s.Title != "" {
		return j.s.Title
	}
	return j.cause.Title
}

func first(ls ...exchange.Layer) exchange.Layer {
	for _, l := range ls {
		if l != exchange.Unknown {
			return l
		}
	}
	return exchange.Unknown
}

func evidence(j *judged) []report.Evidence {
	var out []report.Evidence
	for _, f := range j.s.Because {
		out = append(out, evident(f))
	}
	if j.held != nil {
		out = append(out, evident(fact.At(j.held.seen.N, "With %s: %s.", j.held.trial.Change, outcome(j.held.seen))))
	}
	return out
}

func evident(f fact.Fact) report.Evidence {
	return report.Evidence{Fact: f.Text, Source: report.Source{Exchange: f.From.Exchange, File: f.From.File, Line: f.From.Line, Input: f.From.Input}}
}

// observed is what can be said of an answer that no cause explains.
func (r *run) observed(x *exchange.Exchange) []report.Evidence {
	if x == nil || x.Response == nil {
		return nil
	}
	var out []report.Evidence
	if x.Unseen&exchange.StatusLine == 0 {
		out = append(out, evident(fact.At(x.N, "The answer is %s.", outcome(x))))
	}
	h := x.Header()
	for _, name := range []string{"WWW-Authenticate", "Server", "Via"} {
		switch {
		case h.Has(name):
			out = append(out, evident(fact.At(x.N, "%s: %s", name, h.Get(name))))
		case name == "WWW-Authenticate" && x.Status() == 401 && x.Unseen&exchange.ResponseHeader == 0:
			out = append(out, evident(fact.At(x.N, "There is no WWW-Authenticate, so the server does not say what it wants.")))
		}
	}
	if len(x.Body()) == 0 && x.Unseen&exchange.ResponseBody == 0 {
		out = append(out, evident(fact.At(x.N, "The body is empty.")))
	}
	return out
}

// witness orders the pair by who was let in.
func witness(h *held) *report.Witness {
	w := &report.Witness{Failing: h.failing.N, Passing: h.seen.N, Changed: h.trial.Change}
	if cause.Passed(h.failing) && !cause.Passed(h.seen) {
		w.Failing, w.Passing = w.Passing, w.Failing
	}
	if cause.Passed(h.failing) == cause.Passed(h.seen) {
		return nil // a prediction about the form of the refusal is evidence, not a witness
	}
	return w
}

// signed writes down both texts; closed values show their number.
func signed(x *cause.Signed) *report.Signed {
	if x == nil {
		return nil
	}
	out := &report.Signed{Scheme: x.Scheme, Source: x.Source}
	for _, p := range x.Pairs {
		l := report.SignedLine{Name: p.Name, Client: p.Client.String(), Server: p.Server.String(), Same: p.Same()}
		if !p.InClient {
			l.Client = report.Absent
		}
		if !p.InServer {
			l.Server = report.Absent
		}
		out.Lines = append(out.Lines, l)
	}
	return out
}

// remedies are the detector's, or what the cause's page says.
func (r *run) remedies(j *judged) []report.Remedy {
	plans := j.s.Remedies
	if len(plans) == 0 && r.Pages != nil {
		if p, ok := r.Pages(j.cause.ID); ok {
			plans = p.Fixes()
		}
	}
	var out []report.Remedy
	for _, m := range plans {
		out = append(out, report.Remedy{ID: m.ID, Cause: j.cause.ID, Title: m.Title, For: m.For, Effect: m.Effect,
			Opens: m.Opens, Steps: m.Steps, Verify: m.Verify, Undo: m.Undo})
	}
	return out
}

// raises gives what would decide, unless it is decided.
// vaccines are for servers on the way whose logs can be made to tell more of the next refusal.
func vaccines(path []report.Stop) []report.Raise {
	var out []report.Raise
	for _, s := range path {
		name, _, _ := strings.Cut(s.Product, " ")
		if v, ok := vaccine.For(name); ok {
			out = append(out, report.Raise{Command: "why401 vaccine " + v.Product, Where: "here; the lines are for " + v.Product + "'s configuration",
				Would: "print the log lines that say of the next refusal who answered and what arrived"})
		}
	}
	return out
}

func raises(j *judged) []report.Raise {
	if j.grade == cause.Proved {
		return nil
	}
	var out []report.Raise
	for _, x := range j.s.Raise {
		out = append(out, report.Raise{Command: x.Command, Where: x.Where, Would: x.Would})
	}
	return out
}

func (r *run) ruledOut() []report.RuledOut {
	var out []report.RuledOut
	for _, c := range r.Causes {
		for _, subject := range r.subjects() {
			if x, ok := r.ruled[subject+"\x00"+c.ID]; ok {
				out = append(out, report.RuledOut{Cause: c.ID, Title: c.Title, Because: x.why})
				break
			}
		}
	}
	return out
}

func (r *run) subjects() []string {
	if r.c.Subject == "" {
		return []string{""}
	}
	return []string{"", r.c.Subject}
}
