package diagnose

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/report"
)

// ladder is the OAuth flow that the answer belongs to, step by step.
func (r *run) ladder() []report.Rung {
	subject := r.c.Subject
	r.c.Subject = ""
	defer func() { r.c.Subject = subject }()
	v := cause.NewView(r.c)
	var out []report.Rung
	for _, g := range v.Flow().Ladder(r.c.Last()) {
		n := 0
		if g.X != nil {
			n = g.X.N
		}
		out = append(out, report.Rung{Step: g.Step, Exchange: n, Result: string(g.Result), Detail: g.Detail})
	}
	return out
}
