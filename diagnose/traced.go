package diagnose

import (
	"fmt"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/report"
)

// Traced is a request that was followed through a configuration.
type Traced struct {
	Config *conf.Config
	Trace  *conf.Trace
}

// Follow follows r through each of configs that can be traced. Of several, those whose site or place it does not find are
// left out when another one does.
func Follow(r conf.Request, configs []*conf.Config) []Traced {
	var out []Traced
	for _, c := range configs {
		if c.Tracer == nil {
			continue
		}
		if t := c.Tracer.Trace(r); t != nil {
			t.Request = r
			out = append(out, Traced{c, t})
		}
	}
	if found := slices.DeleteFunc(slices.Clone(out), func(t Traced) bool { return t.Trace.Scope == nil }); len(found) > 0 {
		return found
	}
	return out
}

// traced is what the configurations say for c about the request that is looked at: by the cause's own reading of the trace,
// and by its places in the configuration that lie on the way.
func (r *run) traced(c *cause.Cause, s *cause.Suspicion) *cause.Suspicion {
	for _, t := range r.Traces {
		found := c.Traced
		var say *cause.Suspicion
		if found != nil {
			say = found(t.Config, t.Trace)
		}
		if say == nil && c.Audit != nil {
			say = r.onTheWay(c, t)
		}
		if say == nil {
			continue
		}
		if !r.agrees(t) {
			say.Grade, say.Weight = min(say.Grade, cause.Likely), say.Weight/2
		}
		if s != nil && !say.Outweighs(s) {
			continue
		}
		if s != nil { // both found it: what was seen and what the files say
			say.Because = append(say.Because, s.Because...)
			say.Trials = append(say.Trials, s.Trials...)
		}
		s = say
	}
	return s
}

// onTheWay makes a suspicion of a sighting whose line the request meets: that of the refusing step, of a step that drops
// something, or of a password file that the refusing rule reads.
func (r *run) onTheWay(c *cause.Cause, t Traced) *cause.Suspicion {
	if r.sightings == nil {
		r.sightings = map[string][]cause.Sighting{}
	}
	key := fmt.Sprintf("%s\x00%p", c.ID, t.Config)
	list, ok := r.sightings[key]
	if !ok {
		list = c.Audit(t.Config)
		r.sightings[key] = list
	}
	for _, s := range list {
		met := false
		switch tr := t.Trace; {
		case tr.Refusing != nil:
			met = s.Place == tr.Refusing.Place || s.Place.File == tr.Refusing.Place.File && s.Place.Line == tr.Refusing.Place.Line
		case s.Scope == nil || tr.Scope != s.Scope:
		default: // passed on or answered: what this place does to the request
			met = true
		}
		if !met {
			continue
		}
		weight := 0.6
		if s.Grade >= cause.Strong {
			weight = 0.85
		}
		return &cause.Suspicion{Grade: min(s.Grade, cause.Strong), Weight: weight, Because: []fact.Fact{fact.In(s.Place.File, s.Place.Line, "%s", s.Says)},
			Where: cause.Location{File: s.Place.File, Line: s.Place.Line}, Remedies: s.Remedies, Raise: s.Raise}
	}
	return nil
}

// agrees reports that the running server answered as the configuration says, or was not asked. What the configuration passes
// on may be answered in any way.
func (r *run) agrees(t Traced) bool {
	x := r.answer()
	if r.Foresee || x.Status() == 0 {
		return true
	}
	return t.Trace.Status == 0 || t.Trace.Status == x.Status()
}

// answered tells the traces what the running server said.
func (r *run) answered() {
	if x := r.answer(); x.Status() != 0 && !r.Foresee {
		for _, t := range r.Traces {
			t.Trace.Answered = x.Status()
		}
	}
}

// predicted is the exchange that the configuration foresees for c's request, when nothing may be sent: what the server
// answers by itself. It is nil when the request is passed on, or the configurations differ.
func (e *Engine) predicted(c *exchange.Case) *exchange.Exchange {
	if len(e.Traces) != 1 || e.Traces[0].Trace.Status == 0 || c.Intent == nil {
		return nil
	}
	t := e.Traces[0].Trace
	x := &exchange.Exchange{Request: t.Request.Request.Clone(), Given: "the trace through " + e.Traces[0].Config.Program + "'s configuration",
		Unseen: exchange.ResponseBody | exchange.ResponseHeader}
	x.Response = &exchange.Response{Status: t.Status}
	return x
}

// stepsOf writes the traces down.
func (r *run) stepsOf() []report.TraceStep {
	var out []report.TraceStep
	for _, t := range r.Traces {
		for i := range t.Trace.Steps {
			s := &t.Trace.Steps[i]
			step := report.TraceStep{Program: t.Config.Program, File: s.Place.File, Line: s.Place.Line, Phase: s.Phase, Says: s.Says, Result: string(s.Result)}
			switch {
			case t.Trace.Refusing != nil && (t.Trace.Refusing == s || *t.Trace.Refusing == *s):
				step.Mark = "refuses"
			case s.Result == conf.Drops:
				step.Mark = "drops"
			}
			out = append(out, step)
		}
	}
	return out
}

// fromTrace is the verdict of a trace that no cause explains: the line that refuses, or that none does.
func (r *run) fromTrace(rep *report.Report) {
	if len(r.Traces) == 0 || rep.Verdict.Cause != "" {
		return
	}
	t := r.Traces[0].Trace
	for _, o := range t.Open {
		rep.Notes = append(rep.Notes, "Not known from the files: "+o)
	}
	program := r.Traces[0].Config.Program
	if t.Answered != 0 {
		if t.Status != 0 && t.Status != t.Answered {
			rep.Notes = append(rep.Notes, fmt.Sprintf("By the configuration %s answers %d, and the answer is %d: another server answers, or it runs with another configuration.", program, t.Status, t.Answered))
		}
		return
	}
	switch {
	case t.Refusing != nil:
		rep.Outcome = report.NotKnown
		rep.Verdict.Title = fmt.Sprintf("%s refuses it in line %d of %s: %s", program, t.Refusing.Place.Line, t.Refusing.Place.File, t.Refusing.Says)
		rep.Verdict.Location = report.Location{File: t.Refusing.Place.File, Line: t.Refusing.Place.Line}
		rep.Verdict.RefusedBy = exchange.WebServer
	case t.Status >= 400:
		rep.Outcome = report.NotKnown
		rep.Verdict.Title = fmt.Sprintf("%s answers %d by itself", program, t.Status)
	case t.Status/100 == 3:
		rep.Outcome, rep.Verdict.Title = report.Healthy, fmt.Sprintf("%s redirects to %s, and refuses nothing", program, t.Location)
	case t.To != "":
		rep.Outcome, rep.Verdict.Title = report.Healthy, fmt.Sprintf("%s lets it by, to %s", program, t.To)
	default:
		rep.Outcome, rep.Verdict.Title = report.Healthy, program+" lets it by"
	}
}
