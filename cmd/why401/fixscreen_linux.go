package main

import (
	"fmt"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/redact"
	"github.com/why401/why401/report"
	"github.com/why401/why401/site/db"
)

// lines makes text of our own with foreign words in it fit for the screen.
func (m *mending) lines(lines ...string) string {
	s := report.NewSheet(m.app.options())
	for _, l := range lines {
		s.Text(l)
	}
	return s.String()
}

func (m *mending) head(p *fix.Plan) string {
	lines := []string{fmt.Sprintf("Plan %s: %s", p.ID, p.Title)}
	for _, d := range p.Databases {
		lines = append(lines, d.Notes...)
	}
	return m.lines(lines...)
}

// step shows one thing that was done, or keeps it for the object at the end.
func (m *mending) step(st fix.Step) {
	if m.json {
		m.steps = append(m.steps, report.FixStep{What: st.What, Got: st.Got})
		return
	}
	o := m.app.options()
	s := report.NewSheet(o)
	mark := st.Got
	if mark != "ok" {
		mark = "FAILED"
	}
	if o.Plain {
		s.Text(mark + ": " + st.What)
	} else {
		s.Row("  "+mark, st.What)
	}
	m.app.print(s.String())
}

// showPlan shows the plan, and keeps it so that it can be applied as it was seen.
func (m *mending) showPlan(s *fix.Store, p *fix.Plan) error {
	return m.showPlanOf(s, p, "why401 fix "+p.ID+" --apply --request 'curl ...'")
}

func (m *mending) showPlanOf(s *fix.Store, p *fix.Plan, next string) error {
	if err := s.Keep(p); err != nil {
		return err
	}
	form, err := m.planForm(s, p, next)
	if err != nil {
		return err
	}
	if m.json {
		return report.FixPlanJSON(m.app.out, form)
	}
	return report.FixPlanText(m.app.out, form, m.app.options())
}

// planForm is the plan as it is shown, with nothing in it that may not be.
func (m *mending) planForm(s *fix.Store, p *fix.Plan, next string) (*report.FixPlan, error) {
	diff, err := p.Diff()
	if err != nil {
		return nil, err
	}
	out := &report.FixPlan{Tool: report.Tool{Version: why401.Version()}, ID: p.ID, Made: p.Made.UTC(), Remedy: p.Remedy, Title: p.Title, Effect: p.Effect, Opens: p.Opens, Verify: p.Verify,
		Program: p.Server, Config: p.Config, Reach: report.FixReach{Names: p.Reach.Names, Places: p.Reach.Scopes}, Diff: hideSecrets(diff), Undo: undoOf(s, p), Obstacles: p.Obstacles(), Next: next,
		Checks: []string{"the failing request is let in", "without a credential and with a wrong one it is refused", "another request is answered as before"}}
	for _, f := range p.Files {
		one := report.FixFile{Path: f.Path, Real: f.Real, Links: f.Links, Change: changeOf(f), Does: f.Does(), Before: f.Was, After: f.Will, AsRead: f.AsRead}
		for _, e := range f.Edits {
			one.Edits = append(one.Edits, report.FixPlace{Line: e.Line, Start: e.Start, End: e.End})
		}
		out.Files = append(out.Files, one)
	}
	for _, d := range p.Databases {
		one := report.FixDatabase{Name: d.Name, Address: d.Address, Notes: d.Notes}
		for _, ch := range d.Changes {
			one.Rows = append(one.Rows, report.FixRow{Says: ch.Says, Before: rowText(ch.Seen), After: rowText(ch.New())})
		}
		out.Databases = append(out.Databases, one)
	}
	if out.Live, out.Host = p.Production(nil); len(out.Live) == 0 {
		out.Host = ""
	}
	if len(out.Obstacles) > 0 {
		out.Next = "why401 fix " + p.ID + " --apply hands out a patch file"
	}
	m.commands(out, p)
	return out, nil
}

func undoOf(s *fix.Store, p *fix.Plan) report.FixUndo {
	return report.FixUndo{Command: "why401 undo " + p.ID, Folder: s.UndoFolder(p.ID)}
}

func changeOf(f fix.File) string {
	switch {
	case f.Made:
		return "made"
	case f.Gets != nil && f.Was == f.Will:
		return "rights"
	case f.Gets != nil:
		return "bytes and rights"
	}
	return "bytes"
}

func (m *mending) commands(out *report.FixPlan, p *fix.Plan) {
	run := func(what, command string) { out.Runs = append(out.Runs, report.FixRun{For: what, Command: command}) }
	for _, d := range p.Databases {
		way := "one transaction: each row is locked, compared with the bytes above, changed, and read back"
		if len(d.Changes) > 0 && len(d.Changes[0].By) > 0 {
			var all []string
			for _, ch := range d.Changes {
				all = append(all, shellLine(ch.By))
			}
			way = strings.Join(all, "; ")
		}
		run("rows", way)
		if len(d.Clean) > 0 {
			run("cache", shellLine(d.Clean))
		}
	}
	if len(p.Files) == 0 {
		return
	}
	srv, err := m.server(p)
	if err != nil {
		out.Unknown = err.Error()
		return
	}
	if srv.Test != nil {
		run("test", srv.Test.String())
	}
	if srv.Reload != nil {
		run("reload", srv.Reload.String())
	}
}

// shellLine is a command as a person would type it.
func shellLine(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		words[i] = report.ShellQuote(w)
	}
	return strings.Join(words, " ")
}

// rowText shows the columns of a row that hold something.
func rowText(r db.Row) string {
	if r == nil {
		return "no row"
	}
	var parts []string
	for _, c := range r {
		if !c.Value.Null() {
			parts = append(parts, c.Column+" = "+c.Value.SQL())
		}
	}
	return strings.Join(parts, ", ")
}

// hideSecrets takes hashes, passwords and keys out of a diff. The two lines that name a file stay.
func hideSecrets(diff string) string {
	r := redact.New(redact.Options{})
	var names, out []string
	for line := range strings.Lines(diff) {
		if strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ ") {
			names = append(names, line)
			line = "\x00\n"
		}
		out = append(out, line)
	}
	text := strings.Join(out, "")
	r.Learn("", text)
	text = r.Redact(text)
	for _, n := range names {
		text = strings.Replace(text, "\x00\n", n, 1)
	}
	return text
}

// standing says how the fixes stand.
func (m *mending) standing(s *fix.Store, args []string) error {
	did, err := s.Recover()
	for _, d := range did {
		m.app.say("%s", d)
	}
	if err != nil {
		return err
	}
	var all []fix.Standing
	if len(args) == 1 {
		if !s.Known(args[0]) {
			return usage("why401 fix --status lists them", "no plan is called %q", args[0])
		}
		st, err := s.Status(args[0])
		if err != nil {
			return unreadable(err, "")
		}
		all = append(all, st)
	} else if all, err = s.All(); err != nil {
		return unreadable(err, "")
	}
	sh := report.NewSheet(m.app.options())
	if len(all) == 0 {
		sh.Text("No fixes.")
	}
	code := exitOK
	for _, st := range all {
		sh.Row(st.ID, fmt.Sprintf("%s: %s", st.State, st.Title))
		sh.Row("", strings.Join(append(st.Files, st.Rows...), ", ")+", "+st.When.UTC().Format("2006-01-02 15:04 UTC"))
		switch {
		case st.Stuck != "":
			sh.Row("", st.Stuck)
			code = exitPerson
		case st.State == fix.Unverified:
			sh.Row("", "the run ended before the controls did: why401 undo "+st.ID+" takes it back")
			code = exitPerson
		case st.State == fix.Changed && st.Folder != "":
			sh.Row("", "what was there before: "+st.Folder)
		case st.State == fix.Applied:
			sh.Row("", "why401 undo "+st.ID+" takes it back")
		}
	}
	if err := m.app.print(sh.String()); err != nil {
		return err
	}
	if len(args) == 1 && code != exitOK {
		return ended(code)
	}
	return nil
}
