package report

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// GuardText writes g for a person at a terminal: the answer first, then the broken rows, then those that could not be told,
// then the names of those that held. The error is w's.
func GuardText(w io.Writer, g *Guard, o TextOptions) error {
	o = o.fitted()
	s := &guardScreen{screen: screen{r: &Report{}, o: o, glued: map[int]bool{}}, g: prepareGuard(g, o.escape())}
	switch {
	case o.Quiet:
		s.quiet()
	case o.Plain:
		s.plain()
	default:
		s.full()
	}
	_, err := io.WriteString(w, strings.Join(s.lines, "\n")+"\n")
	return err
}

type guardScreen struct {
	screen
	g *Guard
}

// headline is the answer in one line.
func (s *guardScreen) headline() string {
	g := s.g
	var parts []string
	if g.Broken > 0 {
		parts = append(parts, fmt.Sprintf("%d broken", g.Broken))
	}
	if g.CouldNotTell > 0 {
		parts = append(parts, fmt.Sprintf("%d could not be told", g.CouldNotTell))
	}
	switch n := len(g.Rows); {
	case n == 0:
		return "No row was asked: " + filepath.Base(g.Contract)
	case len(parts) == 0:
		return fmt.Sprintf("%s held: %s", count(n, "row"), filepath.Base(g.Contract))
	}
	return fmt.Sprintf("%s, %d held: %s", strings.Join(parts, ", "), g.Held, filepath.Base(g.Contract))
}

func count(n int, word string) string { return fmt.Sprintf("%d %s", n, plural(n, word)) }

func (s *guardScreen) rows(state string) []GuardRow {
	var out []GuardRow
	for _, r := range s.g.Rows {
		if r.State == state {
			out = append(out, r)
		}
	}
	return out
}

// quiet is a line for each row that did not hold: name | cause | grade | layer, as Quiet writes a report.
func (s *guardScreen) quiet() {
	part := func(t string) string { return strings.ReplaceAll(t, "|", `\x7c`) }
	for _, r := range s.rows(RowBroken) {
		v := r.verdict()
		s.lines = append(s.lines, lineStart(part(r.Name)+" | "+orElse(v.Cause, "unknown")+" | "+v.Grade.String()+" | "+orElse(string(v.FaultAt), "-")))
	}
	for _, r := range s.rows(RowNot) {
		s.lines = append(s.lines, lineStart(part(r.Name)+" | could not tell | - | "+part(r.Because)))
	}
	if len(s.lines) == 0 {
		s.lines = append(s.lines, lineStart(s.headline()))
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (s *guardScreen) plain() {
	add := func(label, text string) {
		if text != "" {
			s.lines = append(s.lines, lineStart(label+": "+text))
		}
	}
	s.lines = append(s.lines, lineStart(s.headline()))
	for _, r := range s.rows(RowBroken) {
		v := r.verdict()
		add("Broken", r.Name)
		add("  at", place(s.g.Contract, r.Line))
		add("  asked", s.asked(r))
		for _, d := range r.Differences {
			add("  "+d.What, "expected "+d.Expected+", found "+d.Found)
		}
		add("  why", v.Title)
		add("  cause", v.Cause)
		add("  grade", v.Grade.String())
		add("  fault at", string(v.FaultAt))
		for _, f := range s.fixesOf(r) {
			add("  fix", f.Title)
			for _, l := range f.Steps {
				add("    step", l)
			}
		}
		for _, n := range r.Notes {
			add("  note", n)
		}
		for _, n := range r.Files {
			add("  written", n)
		}
	}
	for _, r := range s.rows(RowNot) {
		add("Could not tell", r.Name+": "+r.Because)
	}
	for _, r := range s.rows(RowHeld) {
		add("Held", r.Name)
	}
}

func (s *guardScreen) asked(r GuardRow) string {
	out := r.Method + " " + r.URL + " as " + r.As
	if r.Client != "" {
		out += ", client " + r.Client
	}
	return out
}

func (s *guardScreen) fixesOf(r GuardRow) []Remedy {
	if r.Report == nil {
		return nil
	}
	if n := len(r.Report.Remedies); n > 1 && !s.o.Verbose {
		return r.Report.Remedies[:1]
	}
	return r.Report.Remedies
}

func (s *guardScreen) full() {
	s.text("", s.headline(), 0)
	s.rule()
	for i, r := range s.rows(RowBroken) {
		if i > 0 {
			s.lines = append(s.lines, "")
		}
		s.broken(r)
	}
	if s.g.Broken > 0 {
		s.rule()
	}
	unclear := s.rows(RowNot)
	for i, r := range unclear {
		if i == placesShown && !s.o.Verbose {
			s.text("  Could not tell  ", fmt.Sprintf("and %d more: -v", len(unclear)-i), 0)
			break
		}
		s.text("  Could not tell  ", r.Name+": "+r.Because, 0)
	}
	if len(unclear) > 0 {
		s.rule()
	}
	s.heldRows()
	if rows := s.rows(RowBroken); len(rows) > 0 {
		for _, r := range rows {
			if id := r.cause(); id != "" {
				s.text("", "why401 explain "+id, 0)
				break
			}
		}
	}
}

// broken shows one broken row: what was asked, what is different, why, and one way to mend it.
func (s *guardScreen) broken(r GuardRow) {
	right := fmt.Sprintf("line %d", r.Line)
	if columns(r.Name)+3+columns(right) <= s.o.Width {
		s.add(s.paint(red, r.Name) + strings.Repeat(" ", s.o.Width-columns(r.Name)-columns(right)) + right)
	} else {
		s.text("", r.Name+", "+right, 0)
	}
	s.text("  Asked     ", s.asked(r), 3)
	for _, d := range r.Differences {
		s.text("  Expected  ", d.What+": "+d.Expected, 3)
		s.text("  Found     ", d.Found, 3)
	}
	v := r.verdict()
	s.text("  Why       ", v.Title, 0)
	if v.Cause != "" {
		s.add("            " + v.Cause + "   " + s.paint(gradeColor(v.Grade), v.Grade.String()))
	}
	if v.FaultAt != "" {
		s.text("            ", "to be mended at: "+layerName(v.FaultAt), 0)
	}
	for _, f := range s.fixesOf(r) {
		s.text("  Fix       ", f.Title, 0)
		for _, step := range f.Steps {
			s.command(step, "")
		}
	}
	if v.Cause == "" && r.Report != nil {
		for i, p := range r.Report.Suspects {
			if i < 2 || s.o.Verbose {
				s.text("  Possible  ", p.Title+" ("+p.Cause+")", 0)
			}
		}
		for i, p := range r.Report.Raise {
			if i < 1 || s.o.Verbose {
				s.text("  Decides   ", p.Command+" ("+p.Where+")", 0)
			}
		}
	}
	if s.o.Verbose && r.Report != nil {
		for _, e := range r.Report.Evidence {
			s.text("  Fact      ", e.Fact, 0)
		}
		for _, n := range r.Report.Notes {
			s.text("  Note      ", n, 0)
		}
	}
	for i, n := range r.Notes {
		if i < 2 || s.o.Verbose {
			s.text("  Note      ", n, 0)
		}
	}
	for _, f := range r.Files {
		s.text("  Written   ", f, 0)
	}
}

func (s *guardScreen) heldRows() {
	held := s.rows(RowHeld)
	if len(held) == 0 {
		return
	}
	if !s.o.Verbose {
		s.text("", "held: "+count(len(held), "row")+" (-v names them)", 0)
		return
	}
	for _, r := range held {
		s.text("  Held  ", r.Name, 0)
	}
}
