package main

import (
	"fmt"
	"strings"

	"github.com/why401/why401/fix"
	"github.com/why401/why401/redact"
	"github.com/why401/why401/report"
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
	return m.lines(fmt.Sprintf("Plan %s: %s", p.ID, p.Title))
}

// step shows one thing that was done.
func (m *mending) step(st fix.Step) {
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
	if err := s.Keep(p); err != nil {
		return err
	}
	sh := report.NewSheet(m.app.options())
	sh.Text(fmt.Sprintf("Plan %s: %s", p.ID, p.Title))
	sh.Rule()
	for _, f := range p.Files {
		sh.Row("File", f.Path)
		for _, l := range f.Links {
			sh.Row("", "a link, which stays: "+l)
		}
	}
	if p.Effect != "" {
		sh.Row("Effect", p.Effect)
	}
	sh.Row("Opens", p.Opens)
	sh.Row("Reach", reach(p))
	sh.Rule()
	diff, err := p.Diff()
	if err != nil {
		return err
	}
	for line := range strings.Lines(hideSecrets(diff)) {
		sh.Verbatim(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    "))
	}
	sh.Rule()
	m.commands(sh, p)
	sh.Row("Checks", "the failing request is let in; without a credential and with a wrong one it is refused; another request is answered as before")
	sh.Row("Undo", "why401 undo "+p.ID+"; by hand: "+s.UndoFolder(p.ID)+"/README, written before anything is changed")
	why := p.Obstacles()
	for _, w := range why {
		sh.Row("Not here", w)
	}
	if live, host := p.Production(nil); len(live) > 0 {
		sh.Row("Careful", strings.Join(live, "; ")+": the host name has to be typed (--host "+report.ShellQuote(host)+")")
	}
	if len(why) == 0 {
		sh.Row("Next", "why401 fix "+p.ID+" --apply --request 'curl ...'")
	} else {
		sh.Row("Next", "why401 fix "+p.ID+" --apply hands out a patch file")
	}
	return m.app.print(sh.String())
}

func (m *mending) commands(sh *report.Sheet, p *fix.Plan) {
	srv, err := m.server(p)
	if err != nil {
		sh.Row("Runs", "cannot be said: "+err.Error())
		return
	}
	if srv.Test != nil {
		sh.Row("Runs", srv.Test.String())
	}
	switch {
	case srv.Reload != nil:
		sh.Row("", srv.Reload.String())
	case srv.Test == nil:
		sh.Row("Runs", "nothing: the file is read for each request")
	}
}

func reach(p *fix.Plan) string {
	where := strings.Join(p.Reach.Scopes, ", ")
	names := strings.Join(p.Reach.Names, ", ")
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
		sh.Row("", strings.Join(st.Files, ", ")+", "+st.When.UTC().Format("2006-01-02 15:04 UTC"))
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
