// Package step is what the tracers of several programs share: writing down what happens to a request, reading that request,
// and truth that the files may leave open. It knows no program's rules.
package step

import (
	"fmt"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Truth is the answer to a question about a request: yes, no, or not to be known from the files. The zero value is Open.
type Truth int8

// The answers.
const (
	No   Truth = -1
	Open Truth = 0
	Yes  Truth = 1
)

// Of makes a Truth of what is known.
func Of(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// Not is the opposite; what is open stays so.
func (t Truth) Not() Truth { return -t }

// And is Yes when both are, No when one is No.
func (t Truth) And(u Truth) Truth { return min(t, u) }

// Or is Yes when one is.
func (t Truth) Or(u Truth) Truth { return max(t, u) }

// Recorder writes a trace down.
type Recorder struct {
	conf.Trace
	header exchange.Header // of what is passed on, as it is up to here
	partly *conf.Partly
}

// Begin starts the trace of r.
func Begin(r conf.Request) *Recorder {
	rec := &Recorder{partly: r.Partly}
	rec.header = append(rec.header, r.Header...)
	return rec
}

// Step records one step and gives it back.
func (r *Recorder) Step(at conf.Place, phase string, result conf.Result, format string, args ...any) *conf.Step {
	r.Steps = append(r.Steps, conf.Step{Place: at, Phase: phase, Result: result, Says: fmt.Sprintf(format, args...)})
	return &r.Steps[len(r.Steps)-1]
}

// Unclear records a step that cannot be known, and names it among what is open.
func (r *Recorder) Unclear(at conf.Place, phase, format string, args ...any) {
	s := r.Step(at, phase, conf.Unclear, format, args...)
	what := s.Says
	if at.Known() {
		what = at.String() + ": " + what
	}
	r.Open = append(r.Open, what)
}

// Refuse records the step that answers in place of what was asked for.
func (r *Recorder) Refuse(at conf.Place, phase string, status int, format string, args ...any) {
	r.Step(at, phase, conf.Refuses, format, args...)
	r.Status = status
	refusing := r.Steps[len(r.Steps)-1]
	r.Refusing = &refusing
}

// Header is what would be passed on as it stands now.
func (r *Recorder) Header() exchange.Header { return r.header }

// Set writes a field in place of all of its name.
func (r *Recorder) Set(name, value string) {
	r.header = r.header.With(exchange.RequestField(name, value))
}

// SetText is Set for a value that is closed, or known in part only.
func (r *Recorder) SetText(name string, value secret.Text) {
	r.header = r.header.With(exchange.Field{Name: name, Value: value})
}

// AppendText adds a field with such a value.
func (r *Recorder) AppendText(name string, value secret.Text) {
	r.header = append(r.header, exchange.Field{Name: name, Value: value})
}

// Append adds a field beside those of its name.
func (r *Recorder) Append(name, value string) {
	r.header = append(r.header, exchange.RequestField(name, value))
}

// Drop takes fields out and reports whether there were any.
func (r *Recorder) Drop(name string) bool {
	had := r.header.Has(name)
	r.header = r.header.Without(name)
	return had
}

// Keep drops every field for which keep says no.
func (r *Recorder) Keep(keep func(exchange.Field) bool) {
	var out exchange.Header
	for _, f := range r.header {
		if keep(f) {
			out = append(out, f)
		}
	}
	r.header = out
}

// PassOn ends the trace at an upstream: it gets req with the fields as they are now.
func (r *Recorder) PassOn(at conf.Place, phase, to string, req exchange.Request) {
	r.Step(at, phase, conf.Sends, "it is passed on to %s", to)
	r.To = to
	next := req.Clone()
	next.Header = r.header
	r.Next = &next
}

// End gives the trace.
func (r *Recorder) End() *conf.Trace { return &r.Trace }
