package main

import (
	"strings"

	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// sheet is a screen of labelled lines, for the commands that show no report.
type sheet struct {
	o     report.TextOptions
	lines []string
}

func newSheet(o report.TextOptions) *sheet {
	if o.Width == 0 {
		o.Width = 80
	}
	o.Width = min(max(o.Width, 20), 100)
	return &sheet{o: o}
}

// escape makes foreign text fit for the screen.
func (s *sheet) escape(text string) string {
	text = secret.Scrub(text)
	if s.o.ASCII {
		return report.ASCII(text)
	}
	return report.Terminal(text)
}

// labels is the column at which what is said begins.
const labels = 10

// row writes a text behind its label; the lines of a long one hang under its start.
func (s *sheet) row(label, text string) {
	label, text = s.escape(label), s.escape(text)
	if s.o.Plain {
		if label != "" {
			label += ": "
		}
		s.lines = append(s.lines, strings.TrimSpace(label+text))
		return
	}
	if pad := labels - len([]rune(label)); pad > 0 {
		label += strings.Repeat(" ", pad)
	} else {
		label += " "
	}
	for _, l := range report.Wrap(label, text, s.o.Width) {
		s.lines = append(s.lines, strings.TrimRight(l, " "))
	}
}

// text writes words without a label.
func (s *sheet) text(text string) {
	if s.o.Plain {
		s.lines = append(s.lines, s.escape(text))
		return
	}
	s.lines = append(s.lines, report.Wrap("", s.escape(text), s.o.Width)...)
}

func (s *sheet) rule() {
	switch {
	case s.o.Plain:
	case s.o.ASCII:
		s.lines = append(s.lines, strings.Repeat("-", s.o.Width))
	default:
		s.lines = append(s.lines, strings.Repeat("─", s.o.Width))
	}
}

func (s *sheet) String() string { return strings.Join(s.lines, "\n") + "\n" }
