// Package show renders a report of many lines: screen, JSON, Markdown, HTML with a timeline, and Prometheus' text format.
// What comes from the log is foreign text: each medium escapes it in its own way.
package show

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/why401/why401/logs"
	"github.com/why401/why401/report"
)

// maxLines is how long the first screen may be.
const maxLines = 24

// Text is the screen: the first incident with everything that is needed to act, the others in a line each. With all it is
// as long as it has to be.
func Text(r *logs.Report, o report.TextOptions, all bool) string {
	s := report.NewSheet(o)
	foot := s.Sub()
	foot.Rule()
	foot.Text(footer(r))
	if r.Read != nil && all {
		for _, n := range r.Read.Notes() {
			foot.Row("Note", n)
		}
	}
	if all {
		for _, x := range r.Sampled {
			foot.Row("Sampled", sampled(x))
		}
	}
	if len(r.Incidents) == 0 {
		s.Text(healthy(r))
		if all {
			s.Row("Apart", apart(r))
		}
		s.Lines = append(s.Lines, foot.Lines...)
		return s.String()
	}
	others := s.Sub()
	if rest := r.Incidents[1:]; len(rest) > 0 && !all {
		others.Rule()
		for _, i := range rest[:min(len(rest), 3)] {
			others.Line(fmt.Sprintf("%d. %s", i.N, brief(r, i)))
		}
		if len(rest) > 3 {
			others.Line(fmt.Sprintf("and %d more: -v shows them", len(rest)-3))
		}
	}
	if all {
		for _, i := range r.Incidents {
			s.Lines = append(s.Lines, incident(s, r, i, 1<<20)...)
		}
		for _, v := range r.Vaccine {
			vaccine(s, v)
		}
	} else {
		s.Lines = append(s.Lines, incident(s, r, r.Incidents[0], maxLines-len(others.Lines)-len(foot.Lines))...)
	}
	s.Lines = append(s.Lines, others.Lines...)
	s.Lines = append(s.Lines, foot.Lines...)
	return s.String()
}

// Title is an incident's first line: what, and who.
func Title(i logs.Incident) string {
	title := i.Verdict.Title
	if r, n := utf8.DecodeRuneInString(title); n > 0 {
		title = string(unicode.ToUpper(r)) + title[n:]
	}
	if who := Who(i); who != "" {
		title += ": " + who
	}
	return title
}

// Who is who is hit, in words.
func Who(i logs.Incident) string {
	order := []string{"user", "client", "user agent", "program", "upstream", "network", "cache", "method", "route", "area", "host", "TLS"}
	traits := slices.Clone(i.Traits)
	slices.SortStableFunc(traits, func(a, b logs.Trait) int { return slices.Index(order, a.Name) - slices.Index(order, b.Name) })
	var parts []string
	for _, t := range traits {
		if t.Name == "program" && has(traits, "user agent") || t.Name == "network" && has(traits, "client") || t.Name == "area" && has(traits, "route") || len(parts) == 2 {
			continue
		}
		parts = append(parts, t.Name+" "+t.Value)
	}
	if len(parts) == 0 && i.Everyone {
		return "everyone"
	}
	return strings.Join(parts, ", ")
}

func has(traits []logs.Trait, name string) bool {
	return slices.ContainsFunc(traits, func(t logs.Trait) bool { return t.Name == name })
}

// incident writes one incident in at most room lines: what helps least is left out first.
func incident(s *report.Sheet, r *logs.Report, i logs.Incident, room int) []string {
	id := i.Verdict.Cause
	if id == "" {
		id = "cause unknown"
	}
	type part struct {
		keep  int // the lower, the longer it stays
		lines []string
	}
	var parts []part
	add := func(keep int, write func(s *report.Sheet)) {
		c := s.Sub()
		write(c)
		if len(c.Lines) > 0 {
			parts = append(parts, part{keep, c.Lines})
		}
	}
	add(0, func(s *report.Sheet) {
		s.Head(Title(i), id+"  grade "+i.Verdict.Grade.String())
		s.Rule()
	})
	add(0, func(s *report.Sheet) { s.Row("Since", since(r, i)) })
	add(1, func(s *report.Sheet) { s.Row("Refused", amount(i)) })
	add(2, func(s *report.Sheet) { s.Row("Who", spread(i)) })
	if i.Verdict.RefusedBy != "" || i.Verdict.FaultAt != "" {
		add(5, func(s *report.Sheet) { s.Row("Where", place(i)) })
	}
	if i.Pattern != "" || len(i.Because) > 0 {
		add(1, func(s *report.Sheet) {
			s.Row("Why", strings.Join(nonEmpty(append([]string{i.Pattern}, i.Because...)), "; "))
		})
	}
	for n, e := range i.Evidence {
		add(3+2*n, func(s *report.Sheet) { s.Row("", fmt.Sprintf("%s (%s:%d)", e.Fact, e.Source.File, e.Source.Line)) })
	}
	if len(i.Change.Also) > 0 {
		add(2, func(s *report.Sheet) { s.Row("Then too", strings.Join(i.Change.Also, "; ")) })
	}
	if len(i.Suspects) > 0 {
		var ids []string
		for _, x := range i.Suspects {
			ids = append(ids, x.Cause)
		}
		add(4, func(s *report.Sheet) { s.Row("Or", strings.Join(ids, ", ")) })
	}
	for n, x := range i.Raise {
		add(5+n, func(s *report.Sheet) { s.Row("Decides", strings.TrimSpace(command(x.Command)+x.Would)) })
	}
	for n, m := range i.Remedies {
		add(2+5*n, func(s *report.Sheet) {
			s.Row("Fix", m.Title)
			for _, step := range m.Steps[:min(len(m.Steps), 2)] {
				if step != m.Title {
					s.Row("", step)
				}
			}
		})
	}
	if len(r.Vaccine) > 0 {
		add(6, func(s *report.Sheet) {
			s.Row("Vaccine", "log "+strings.Join(r.Vaccine[0].Lacks, ", ")+": -v shows the lines for "+r.Vaccine[0].Product)
		})
	}
	add(0, func(s *report.Sheet) { s.Row("Next", i.Next) })
	total := func() (n int) {
		for _, p := range parts {
			n += len(p.lines)
		}
		return n
	}
	for total() > room {
		worst := -1
		for k, p := range parts {
			if p.keep > 0 && (worst < 0 || p.keep >= parts[worst].keep) {
				worst = k
			}
		}
		if worst < 0 {
			break
		}
		parts = slices.Delete(parts, worst, worst+1)
	}
	var lines []string
	for _, p := range parts {
		lines = append(lines, p.lines...)
	}
	if over := len(lines) - room; over > 0 { // texts that no screen can hold lose their ends, never the next step
		end := len(parts[len(parts)-1].lines)
		lines = append(lines[:max(0, room-end)], lines[len(lines)-min(end, room):]...)
	}
	return lines
}

func command(c string) string {
	if c == "" {
		return ""
	}
	return c + ": "
}

func nonEmpty(list []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

func vaccine(s *report.Sheet, v logs.Vaccine) {
	s.Rule()
	s.Row("Vaccine", "The log of "+v.Product+" lacks "+strings.Join(v.Lacks, ", ")+". These lines would have told. "+v.Where)
	for _, l := range v.Lines {
		s.Verbatim("  " + l)
	}
}

func since(r *logs.Report, i logs.Incident) string {
	if i.Steady {
		return "before the log begins, " + stamp(r, r.From)
	}
	t := stamp(r, i.Since)
	switch {
	case i.Period > 0:
		t += ", again every " + duration(time.Duration(i.Period)*time.Second)
	case i.Ongoing:
		t += ", until the end of the log"
	default:
		t += " until " + stamp(r, i.Last)
	}
	if i.Change.Confidence > 0 {
		t += fmt.Sprintf(" (change point, %.0f %% sure)", 100*i.Change.Confidence)
	}
	return t
}

func amount(i logs.Incident) string {
	t := fmt.Sprintf("%d", i.Refused)
	if i.Asked > i.Refused {
		t += fmt.Sprintf(" of %d requests", i.Asked)
	} else {
		t += ", all that the group asked"
	}
	if i.Period == 0 && !i.Steady && i.Change.Confidence > 0 {
		t += fmt.Sprintf("; as a rule %g in such a time", i.Normal)
	}
	return t
}

// spread says how the incident is distributed.
func spread(i logs.Incident) string {
	var parts []string
	for _, k := range []struct{ name, one, many string }{{"client", "address", "addresses"}, {"network", "network", "networks"}, {"user", "name", "names"}, {"user agent", "user agent", "user agents"}, {"upstream", "upstream", "upstreams"}, {"route", "route", "routes"}} {
		switch n := i.Counts[k.name]; {
		case n == 1:
			parts = append(parts, k.one+" "+i.Who[k.name][0].Value)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, k.many))
		}
	}
	var status []string
	for _, p := range i.Who["status"] {
		status = append(status, p.Value)
	}
	if len(status) > 0 {
		parts = append(parts, "status "+strings.Join(status, ", "))
	}
	return strings.Join(parts, "; ")
}

func place(i logs.Incident) string {
	by, at := string(i.Verdict.RefusedBy), string(i.Verdict.FaultAt)
	if by == "" {
		by = "not known"
	}
	if at == "" {
		at = "not known"
	}
	return "refused by: " + by + "; fault at: " + at
}

func brief(r *logs.Report, i logs.Incident) string {
	id := i.Verdict.Cause
	if id == "" {
		id = "cause unknown"
	}
	return fmt.Sprintf("%s since %s, %d refused: %s", id, stamp(r, i.Since), i.Refused, Who(i))
}

func healthy(r *logs.Report) string {
	n := r.Requests.Refused + r.Requests.Denied + r.Requests.Limited
	switch {
	case n == 0 && r.Requests.All == 0:
		return "No request is counted: an error log alone does not say who was answered what. Give the access log beside it."
	case n == 0:
		return "Nobody is refused."
	}
	return fmt.Sprintf("No incident: %d of %d requests were refused, as many as this site always has.", n, r.Requests.All)
}

func apart(r *logs.Report) string {
	return fmt.Sprintf("%d first halves of logins, %d of scanners, %d of crawlers, %d of monitors", r.Apart.Negotiations, r.Apart.Scanners, r.Apart.Crawlers, r.Apart.Monitors)
}

func footer(r *logs.Report) string {
	t := fmt.Sprintf("%d lines, %s to %s UTC", r.Lines.All, r.From.Format("2006-01-02 15:04"), r.To.Format("2006-01-02 15:04"))
	if len(r.Sampled) > 0 {
		t += ", in part sampled"
	}
	return t + " - nothing was sent"
}

func sampled(x logs.Sampled) string {
	return fmt.Sprintf("%s: %.1f %% are kept, a count of all of them is off by %.1f %%", x.What, 100*x.Share, 100*x.Error)
}

func stamp(r *logs.Report, t time.Time) string {
	if r.To.Sub(r.From) <= 24*time.Hour {
		return t.Format("15:04:05")
	}
	return t.Format("Jan 2 15:04:05")
}

func duration(d time.Duration) string {
	if d >= time.Hour && d%time.Hour == 0 {
		if d == time.Hour {
			return "hour"
		}
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}

// Line is the report in one line: title, id, grade, layer that refused.
func Line(r *logs.Report) string {
	if len(r.Incidents) == 0 {
		return healthy(r) + "\n"
	}
	i := r.Incidents[0]
	id := i.Verdict.Cause
	if id == "" {
		id = "unknown"
	}
	return report.Terminal(fmt.Sprintf("%s | %s | %s | %s", Title(i), id, i.Verdict.Grade, i.Verdict.RefusedBy)) + "\n"
}
