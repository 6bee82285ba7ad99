package main

import (
	"errors"

	"github.com/why401/why401"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/report"
)

// outcome writes how it ended as one object on standard output; what went wrong is told on standard error as well, and by the
// exit code.
func (m *mending) outcome(s *fix.Store, p *fix.Plan, good string, res *fix.Result, err error) error {
	out := &report.FixOutcome{Tool: report.Tool{Version: why401.Version()}, Plan: p.ID, Title: p.Title, Outcome: good, Steps: m.steps, Undo: undoOf(s, p)}
	if res != nil {
		out.Notes = res.Notes
		for _, c := range res.Controls {
			out.Controls = append(out.Controls, report.FixControl{What: c.What, Want: c.Want, Got: c.Got, Held: c.Held, Sent: c.Sent})
		}
	}
	if err != nil {
		out.Why, out.Exit, out.Outcome = err.Error(), classify(err).code, report.FixFailed
		if r, ok := errors.AsType[*fix.Refused](err); ok {
			out.Outcome, out.Patch, out.Host = report.FixRefused, r.Patch, r.Host
		}
		if _, ok := errors.AsType[*fix.RolledBack](err); ok {
			out.Outcome = report.FixRolledBack
		}
		if _, ok := errors.AsType[*fix.NeedsPerson](err); ok {
			out.Outcome = report.FixPerson
		}
	}
	return errors.Join(err, report.FixOutcomeJSON(m.app.out, out))
}
