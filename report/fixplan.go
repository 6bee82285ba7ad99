package report

import (
	_ "embed"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/why401/why401/secret"
)

// The names of the forms of a plan's and of an outcome's JSON object. Fields are only ever added within one number.
const (
	FixPlanSchema    = "why401.plan/1"
	FixOutcomeSchema = "why401.fix/1"
)

// FixPlanSchemaJSON and FixOutcomeSchemaJSON are the JSON Schemas (draft 2020-12) of what FixPlanJSON and FixOutcomeJSON write.
//
//go:embed fixplan.schema.json
var FixPlanSchemaJSON []byte

//go:embed fixoutcome.schema.json
var FixOutcomeSchemaJSON []byte

// FixPlan is a change that is ready to be made, as it is shown before anybody says yes.
type FixPlan struct {
	Schema    string        `json:"schema"`
	Tool      Tool          `json:"tool"`
	ID        string        `json:"id"`
	Made      time.Time     `json:"made"`
	Remedy    string        `json:"remedy"`
	Title     string        `json:"title"`
	Effect    string        `json:"effect"`
	Opens     string        `json:"opens"`
	Verify    string        `json:"verify"`
	Program   string        `json:"program"` // that is tested and reloaded, "" for none
	Config    string        `json:"config"`  // the file that it was started with
	Reach     FixReach      `json:"reach"`
	Files     []FixFile     `json:"files"`
	Databases []FixDatabase `json:"databases"`
	Diff      string        `json:"diff"`      // unified; secrets are hidden, so that it cannot be applied as it stands
	Runs      []FixRun      `json:"runs"`      // in their order
	Unknown   string        `json:"unknown"`   // why the commands cannot be named, "" when they can
	Checks    []string      `json:"checks"`    // what has to hold afterwards
	Undo      FixUndo       `json:"undo"`      //
	Obstacles []string      `json:"obstacles"` // why it is not made here: a patch file is handed out instead
	Live      []string      `json:"live"`      // why it looks like production
	Host      string        `json:"host"`      // that has to be typed then
	Next      string        `json:"next"`
	Redacted  int           `json:"redactions"`
}

// FixReach is where a change counts.
type FixReach struct {
	Names  []string `json:"names"`
	Places []string `json:"places"`
}

// FixFile is a file that changes.
type FixFile struct {
	Path   string     `json:"path"`
	Real   string     `json:"real"`   // behind all links
	Links  []string   `json:"links"`  // "path -> target", which stay
	Change string     `json:"change"` // bytes, rights, made, or bytes and rights
	Does   string     `json:"does"`   // "mode 0600 to 0640, group root to www-data"; "" when only bytes change
	Before string     `json:"sha256_before"`
	After  string     `json:"sha256_after"`
	Edits  []FixPlace `json:"edits"`
	AsRead bool       `json:"read_for_each_request"`
}

// FixPlace is where bytes change, in the file as it is before.
type FixPlace struct {
	Line  int `json:"line"`
	Start int `json:"start"`
	End   int `json:"end"`
}

// FixDatabase are the rows that change in one database.
type FixDatabase struct {
	Name    string   `json:"name"`
	Address string   `json:"address"`
	Rows    []FixRow `json:"rows"`
	Notes   []string `json:"notes"`
}

// FixRow is a row, each form as "column = value, ...".
type FixRow struct {
	Says   string `json:"says"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// FixRun is a command that a fix runs: "test", "reload", "rows", "cache".
type FixRun struct {
	For     string `json:"for"`
	Command string `json:"command"`
}

// FixUndo is how a change is taken back.
type FixUndo struct {
	Command string `json:"command"`
	Folder  string `json:"folder"` // with what was there and a README, written before anything is changed
}

// The outcomes of a fix or an undo.
const (
	FixApplied    = "applied"
	FixUndone     = "undone"
	FixRefused    = "refused"     // nothing was changed
	FixRolledBack = "rolled_back" // it was changed and put back
	FixPerson     = "needs_person"
	FixFailed     = "failed" // something could not be read or written before anything was changed
)

// FixOutcome is how a fix or an undo ended.
type FixOutcome struct {
	Schema   string       `json:"schema"`
	Tool     Tool         `json:"tool"`
	Plan     string       `json:"plan"`
	Title    string       `json:"title"`
	Outcome  string       `json:"outcome"`
	Exit     int          `json:"exit"`
	Why      string       `json:"why"` // "" when all went as meant
	Steps    []FixStep    `json:"steps"`
	Controls []FixControl `json:"controls"`
	Patch    string       `json:"patch"` // the file that was handed out in place of a change
	Host     string       `json:"host"`  // that has to be typed to go on
	Undo     FixUndo      `json:"undo"`
	Notes    []string     `json:"notes"`
	Redacted int          `json:"redactions"`
}

// FixStep is one thing that was done.
type FixStep struct {
	What string `json:"what"`
	Got  string `json:"got"`
}

// FixControl is one request that decided.
type FixControl struct {
	What string `json:"what"`
	Want string `json:"want"`
	Got  string `json:"got"`
	Held bool   `json:"held"`
	Sent bool   `json:"sent"`
}

// FixPlanJSON writes p as one object and a line break, as JSON does for a report.
func FixPlanJSON(w io.Writer, p *FixPlan) error {
	out, n := scrubbed(*p)
	out.Schema, out.Redacted = FixPlanSchema, n
	return EncodeJSON(w, out)
}

// FixOutcomeJSON writes o as one object and a line break, as JSON does for a report.
func FixOutcomeJSON(w io.Writer, o *FixOutcome) error {
	out, n := scrubbed(*o)
	out.Schema, out.Redacted = FixOutcomeSchema, n
	return EncodeJSON(w, out)
}

// scrubbed copies v with all secrets out of its strings and no list null, and counts what is hidden in it.
func scrubbed[T any](v T) (T, int) {
	n := 0
	out := visit(reflect.ValueOf(v), "", func(_, s string) string {
		s = secret.Scrub(s)
		n += len(hidden.FindAllStringIndex(s, -1))
		return s
	}).Interface().(T)
	return out, n
}

// FixPlanText shows p on a screen. The diff stands as it is, to be read and copied; all else is wrapped.
func FixPlanText(w io.Writer, p *FixPlan, o TextOptions) error {
	sh := NewSheet(o)
	sh.Text(fmt.Sprintf("Plan %s: %s", p.ID, p.Title))
	sh.Rule()
	for _, f := range p.Files {
		sh.Row("File", f.Path)
		for _, l := range f.Links {
			sh.Row("", "a link, which stays: "+l)
		}
		if f.Does != "" {
			sh.Row("", f.Does)
		}
	}
	for _, d := range p.Databases {
		sh.Row("Database", fmt.Sprintf("%s at %s", d.Name, d.Address))
		for _, r := range d.Rows {
			sh.Row("", r.Says)
			sh.Row("before", r.Before)
			sh.Row("after", r.After)
		}
		for _, n := range d.Notes {
			sh.Row("Note", n)
		}
	}
	if p.Effect != "" {
		sh.Row("Effect", p.Effect)
	}
	sh.Row("Opens", p.Opens)
	sh.Row("Reach", p.Reach.text())
	sh.Rule()
	for line := range strings.Lines(p.Diff) {
		sh.Verbatim(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    "))
	}
	sh.Rule()
	label := "Runs"
	for _, r := range p.Runs {
		sh.Row(label, r.Command)
		label = ""
	}
	switch {
	case p.Unknown != "":
		sh.Row(label, "cannot be said: "+p.Unknown)
	case len(p.Runs) == 0:
		sh.Row(label, "nothing: the file is read for each request")
	}
	sh.Row("Checks", strings.Join(p.Checks, "; "))
	sh.Row("Undo", p.Undo.Command+"; by hand: "+p.Undo.Folder+"/README, written before anything is changed")
	for _, why := range p.Obstacles {
		sh.Row("Not here", why)
	}
	if len(p.Live) > 0 {
		sh.Row("Careful", strings.Join(p.Live, "; ")+": the host name has to be typed (--host "+ShellQuote(p.Host)+")")
	}
	sh.Row("Next", p.Next)
	_, err := io.WriteString(w, sh.String())
	return err
}

func (r FixReach) text() string {
	where, names := strings.Join(r.Places, ", "), strings.Join(r.Names, ", ")
	switch {
	case where == "" && names == "":
		return "not known: the remedy came without its configuration"
	case names == "":
		return where + "; the site has no name"
	case where == "":
		return names
	}
	return where + " of " + names
}
