package replay

import (
	"fmt"
	"strings"

	"github.com/why401/why401/report"
)

// names of the changes for people.
var names = map[Change]string{
	Opened: "DOOR OPENED", Refused: "refused", Fails: "fails", Missing: "not found", Unheard: "nobody listens", Redirected: "redirected",
	Stripped: "credentials dropped", HandedOn: "credentials handed on", Elsewhere: "sent elsewhere",
}

// Shown is how much of a report the screen shows without -v.
const (
	shownFindings = 12
	shownRoutes   = 3
	shownOpen     = 5
)

// Text is the report for a screen, worst first. shorten writes a path as the user would.
func (r *Report) Text(o report.TextOptions, shorten func(string) string) string {
	s := report.NewSheet(o)
	s.Text(r.headline())
	s.Rule()
	for i, f := range r.Findings {
		if i == shownFindings && !o.Verbose {
			s.Text(fmt.Sprintf("and %d more: -v, or --json", len(r.Findings)-i))
			break
		}
		if i > 0 && !o.Plain {
			s.Lines = append(s.Lines, "")
		}
		f.text(s, o, shorten)
	}
	if len(r.Findings) > 0 {
		s.Rule()
	}
	for i, u := range r.Open {
		if i == shownOpen && !o.Verbose {
			s.Row("Open", fmt.Sprintf("and %d more reasons: -v", len(r.Open)-i))
			break
		}
		text := fmt.Sprintf("%s: %s", requests(u.Requests), u.What)
		if u.Refusal {
			text += "; they may be refused"
		}
		s.Row("Open", text+fmt.Sprintf(" (%s:%d)", shorten(u.Example.File), u.Example.Line))
	}
	for _, n := range r.Notes {
		s.Row("Note", n)
	}
	c := r.Counts
	with := ""
	if r.Before != "" {
		with = ", compared with " + shorten(r.Before)
	}
	s.Row("Read", fmt.Sprintf("%s in the logs, %d of them let in, %d of these with a user; %d different ones followed through %s (%s)%s - sent nothing",
		requests(c.Lines), c.Succeeded, c.WithUser, c.Shapes, shorten(r.Against), r.Program, with))
	return s.String()
}

func (r *Report) headline() string {
	c := r.Counts
	switch {
	case len(r.Findings) == 0 && c.Open == 0:
		return "Everything that worked goes on working"
	case len(r.Findings) == 0:
		return fmt.Sprintf("Nothing is seen to break; of %s, %d cannot be told from the log", requests(c.Replayed), c.Open)
	}
	opened := ""
	if r.Findings[0].Change == Opened {
		opened = ", and a door is opened"
	}
	if c.Open > 0 {
		opened += fmt.Sprintf(" (%d more cannot be told)", c.Open)
	}
	return fmt.Sprintf("%d of %s that worked would end otherwise%s", c.Changed, requests(c.Replayed), opened)
}

func (f *Finding) text(s *report.Sheet, o report.TextOptions, shorten func(string) string) {
	title := names[f.Change]
	if f.Status > 0 && f.Change != Opened {
		title += fmt.Sprintf(" (%d)", f.Status)
	}
	mark := requests(f.Requests)
	if f.Users > 0 {
		mark += fmt.Sprintf(", %d %s", f.Users, plural(f.Users, "user"))
	}
	s.Head(title, mark)
	says := f.Says
	if f.File != "" {
		says = place(shorten(f.File), f.Line) + ": " + says
	}
	s.Row("  Line", says)
	if f.Was != "" {
		s.Row("  Before", place(shorten(f.WasFile), f.WasLine)+": "+f.Was)
	}
	if f.Unless != "" {
		s.Row("  Unless", f.Unless)
	}
	for i, r := range f.Routes {
		if i == shownRoutes && !o.Verbose {
			s.Row("", fmt.Sprintf("and %d more", len(f.Routes)-i))
			break
		}
		label := ""
		if i == 0 {
			label = "  Who"
		}
		s.Row(label, fmt.Sprintf("%s %s%s (%d)", r.Method, r.Host, r.Path, r.Requests))
	}
	s.Row("  Example", fmt.Sprintf("%s:%d", shorten(f.Example.File), f.Example.Line))
}

func place(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

func requests(n int64) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return strings.TrimSuffix(word, "s") + "s"
}
