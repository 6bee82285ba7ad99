package report

import (
	"fmt"
	"strings"
)

// ladder draws the steps of an OAuth flow, each on a line of its own; or all on one, when there is little room.
func (s *screen) ladder() {
	if len(s.r.Ladder) == 0 {
		return
	}
	if !s.shape.ladder {
		s.short()
		return
	}
	wide := 0
	for _, g := range s.r.Ladder {
		wide = max(wide, columns(g.Step))
	}
	for i, g := range s.r.Ladder {
		mark, words := " ", rungResult(g)
		if g.Result == "refused" {
			mark = "x" // the one [x] is on the layer that refused
		}
		head := "        "
		if i == 0 {
			head = "  Flow  " // the others hang under it
		}
		line := head + mark + " " + g.Step + strings.Repeat(" ", wide-columns(g.Step)+2) + words
		if g.Exchange > 0 {
			line += fmt.Sprintf("  (request %d)", g.Exchange)
		}
		if columns(line) > s.o.Width {
			line = clip(line, s.o.Width)
		}
		at := len(s.lines)
		s.add(line)
		if g.Result == "refused" {
			s.lines[at] = strings.Replace(s.lines[at], "x "+g.Step, s.paint(red, "x")+" "+g.Step, 1)
		}
	}
}

// short is the ladder on one line.
func (s *screen) short() {
	var parts []string
	for _, g := range s.r.Ladder {
		switch g.Result {
		case "refused":
			parts = append(parts, strings.TrimSpace(g.Step+" refused "+g.Detail))
		case "passed":
			parts = append(parts, g.Step+" ok")
		default:
			parts = append(parts, g.Step+" "+rungWord(g))
		}
	}
	s.text("  Flow  ", strings.Join(parts, " > "), 2)
}

func rungWord(g Rung) string {
	switch g.Result {
	case "not_reached":
		return "never reached"
	case "not_seen":
		return "not in the record"
	}
	return g.Result
}

// rungResult is how the step ended, with what it answered.
func rungResult(g Rung) string {
	out := rungWord(g)
	if g.Result == "passed" {
		out = "ok"
	}
	if g.Detail != "" {
		out += ", " + g.Detail
	}
	return out
}

// rungWords is the step as a line of text.
func rungWords(g Rung) string {
	out := g.Step + ": " + rungResult(g)
	if g.Exchange > 0 {
		out += fmt.Sprintf(" (request %d)", g.Exchange)
	}
	return out
}
