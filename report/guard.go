package report

import (
	_ "embed"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/why401/why401/secret"
)

// GuardSchema names the form of a guard run's JSON object. Fields are only ever added within one number.
const GuardSchema = "why401.guard/1"

// GuardSchemaJSON is the JSON Schema (draft 2020-12) of what GuardJSON writes.
//
//go:embed guard.schema.json
var GuardSchemaJSON []byte

// The states of a row.
const (
	RowHeld   = "held"
	RowBroken = "broken"
	RowNot    = "could_not_tell"
)

// Guard is one run of a contract.
type Guard struct {
	Schema       string     `json:"schema"`
	Tool         Tool       `json:"tool"`
	Contract     string     `json:"contract"` // the file, as it was named
	Started      time.Time  `json:"started"`
	Seconds      float64    `json:"seconds"`
	Held         int        `json:"held"`
	Broken       int        `json:"broken"`
	CouldNotTell int        `json:"could_not_tell"`
	Rows         []GuardRow `json:"rows"`
	// Endings are what the run has shown to end: certificates, tokens, passwords in clear; the nearest first.
	Endings  []GuardEnding `json:"endings,omitempty"`
	Redacted int           `json:"redactions"`
}

// GuardEnding is something that will end and then be answered with 401.
type GuardEnding struct {
	Kind     string    `json:"kind"`           // "token", "certificate", ...
	Severity string    `json:"severity"`       // "ended", "soon", "later", "undated"
	At       time.Time `json:"at,omitzero"`    // zero where no date is known
	With     string    `json:"with,omitempty"` // the event that ends it then
	What     string    `json:"what"`
	Do       string    `json:"do"`
	Source   string    `json:"source"`
}

// GuardRow is one row of the contract as one client asked it.
type GuardRow struct {
	Name        string            `json:"name"`
	Row         string            `json:"row"` // the contract's row; several clients share it
	Kind        string            `json:"kind"`
	Client      string            `json:"client"`
	As          string            `json:"as"`
	Method      string            `json:"method"`
	URL         string            `json:"url"`
	Line        int               `json:"line"` // in the contract
	State       string            `json:"state"`
	Because     string            `json:"because"` // of a row that could not be told
	Status      int               `json:"status"`
	Seconds     float64           `json:"seconds"`
	Differences []GuardDifference `json:"differences"`
	Report      *Report           `json:"report"` // of a broken row
	Notes       []string          `json:"notes"`
	Files       []string          `json:"files"` // written beside: a HAR, a screenshot
}

// GuardDifference is one expectation that did not come true.
type GuardDifference struct {
	What     string `json:"what"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
	Line     int    `json:"line"`
}

// ExitCode is 0 when every row held; 1 when one is broken and its cause was found, 3 when rows are broken and no cause is
// known; 4 when none is broken and some could not be told.
func (g *Guard) ExitCode() int {
	switch {
	case slices.ContainsFunc(g.Rows, func(r GuardRow) bool { return r.State == RowBroken && r.cause() != "" }):
		return 1
	case g.Broken > 0:
		return 3
	case g.CouldNotTell > 0:
		return 4
	}
	return 0
}

func (r *GuardRow) cause() string {
	if r.Report == nil {
		return ""
	}
	return r.Report.Verdict.Cause
}

// verdict is what the row's report says; the zero value without one.
func (r *GuardRow) verdict() Verdict {
	if r.Report == nil {
		return Verdict{}
	}
	return r.Report.Verdict
}

// GuardJSON writes g as one object and a line break, as JSON does for a report.
func GuardJSON(w io.Writer, g *Guard) error {
	return EncodeJSON(w, prepareGuard(g, func(s string) string { return s }))
}

// prepareGuard copies g for one medium, as prepare does for a report.
func prepareGuard(g *Guard, escape func(string) string) *Guard {
	out, n := *g, 0
	out.Schema = GuardSchema
	out.Rows = slices.Clone(g.Rows)
	out.Endings = slices.Clone(g.Endings)
	for i := range out.Endings {
		e := &out.Endings[i]
		for _, s := range []*string{&e.With, &e.What, &e.Do, &e.Source} {
			*s = escape(secret.Scrub(*s))
		}
	}
	reports := make([]*Report, len(out.Rows))
	for i := range out.Rows {
		if rep := out.Rows[i].Report; rep != nil {
			reports[i] = prepare(rep, escape)
			n += reports[i].Redacted
		}
		out.Rows[i].Report = nil
	}
	out = visit(reflect.ValueOf(out), "", func(field, s string) string {
		if !slices.Contains(vocabulary, field) && field != "State" || !word.MatchString(s) {
			s = secret.Scrub(s)
			n += len(hidden.FindAllStringIndex(s, -1))
		}
		return escape(s)
	}).Interface().(Guard)
	for i := range out.Rows {
		out.Rows[i].Report = reports[i]
	}
	out.Redacted = n
	return &out
}

// asAudit lays the broken rows out as findings at lines of the contract, and those that could not be told as parts that
// were not read: what annotations and code scanning show.
func (g *Guard) asAudit() *Audit {
	a := &Audit{Tool: g.Tool, Configs: []Config{{Path: g.Contract, Program: "contract"}}}
	for _, r := range g.Rows {
		switch r.State {
		case RowNot:
			a.Unread = append(a.Unread, Unread{File: g.Contract, Line: r.Line, What: r.Name + ": " + r.Because})
		case RowBroken:
			v := r.verdict()
			f := Finding{Cause: v.Cause, Title: v.Title, Family: v.Family, Grade: v.Grade, File: g.Contract, Line: r.Line, Path: r.Name, Certain: true, Says: r.says()}
			if f.Cause == "" {
				f.Cause, f.Family = "contract-broken", "guard"
			}
			if r.Report != nil {
				f.Remedies = r.Report.Remedies
			}
			a.Findings = append(a.Findings, f)
		}
	}
	slices.SortStableFunc(a.Findings, func(x, y Finding) int { return int(y.Grade) - int(x.Grade) })
	return a
}

// says is a broken row in one sentence.
func (r *GuardRow) says() string {
	s := r.Name + ":"
	for i, d := range r.Differences {
		if i > 0 {
			s += ";"
		}
		s += " " + d.What + ": expected " + d.Expected + ", found " + d.Found
	}
	if v := r.verdict(); v.Title != "" && v.Cause != "" {
		s += ". " + v.Title + " (" + v.Grade.String() + ")"
	}
	return s + "."
}

// GuardSARIF writes g as a SARIF 2.1.0 log. The error is w's.
func GuardSARIF(w io.Writer, g *Guard) error { return sarif(w, g.asAudit(), "Could not tell: ") }

// GuardGitHub writes g as annotations for GitHub Actions. The error is w's.
func GuardGitHub(w io.Writer, g *Guard) error {
	return github(w, g.asAudit(), "could not tell", (&guardScreen{g: prepareGuard(g, Terminal)}).headline())
}
