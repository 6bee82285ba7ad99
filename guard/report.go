package guard

import (
	"github.com/why401/why401"
	"github.com/why401/why401/report"
)

// Report makes of a run what package report writes for people and machines.
func (r *Result) Report() *report.Guard {
	g := &report.Guard{Schema: report.GuardSchema, Tool: report.Tool{Version: why401.Version()}, Contract: r.Contract, Started: r.Started, Seconds: r.Took.Seconds(),
		Held: r.Count(Held), Broken: r.Count(Broken), CouldNotTell: r.Count(CouldNotTell)}
	for _, row := range r.Rows {
		g.Rows = append(g.Rows, row.Line())
	}
	return g
}

// Line is one row of such a report.
func (r *RowResult) Line() report.GuardRow {
	row := r.Check.Row
	out := report.GuardRow{Name: r.Check.Name(), Row: row.Name, Kind: string(row.Kind), As: row.As.Name, Method: row.Method, Line: row.At.Line, State: string(r.State),
		Because: r.Because, Seconds: r.Took.Seconds(), Report: r.Report, Notes: r.Notes, Files: r.Files}
	if u, err := row.URL(); err == nil {
		out.URL = u.String()
	}
	if r.Check.Client != nil {
		out.Client = r.Check.Client.Name
	}
	if x := r.Judged(); x != nil {
		out.Status = x.Status()
		out.Method = x.Request.Method
	}
	for _, d := range r.Differences {
		out.Differences = append(out.Differences, report.GuardDifference{What: d.What, Expected: d.Expected, Found: d.Found, Line: d.At.Line})
	}
	return out
}
