package report

import (
	"strings"

	"github.com/why401/why401/secret"
)

// Sheet is a screen of labelled lines that is being written, for the answers that are no Report: a plan, a comparison, the
// incidents of a log. It escapes all text that it takes, and no secret passes it.
type Sheet struct {
	Lines []string // what is written so far, each line fit for the screen
	o     TextOptions
}

// NewSheet gives an empty sheet for the screen that o describes.
func NewSheet(o TextOptions) *Sheet { return &Sheet{o: o.fitted()} }

// Sub gives another empty sheet for the same screen, whose Lines can be counted before they are taken over.
func (s *Sheet) Sub() *Sheet { return &Sheet{o: s.o} }

// Escape makes foreign text fit for the screen.
func (s *Sheet) Escape(text string) string { return s.o.escape()(secret.Scrub(text)) }

// labels is the column at which what is said begins.
const labels = 10

// Row writes a text behind its label; the lines of a long one hang under its start.
func (s *Sheet) Row(label, text string) {
	label, text = s.Escape(label), s.Escape(text)
	if s.o.Plain {
		if label != "" {
			label += ": "
		}
		s.Lines = append(s.Lines, strings.TrimSpace(label+text))
		return
	}
	if pad := labels - len([]rune(label)); pad > 0 {
		label += strings.Repeat(" ", pad)
	} else {
		label += " "
	}
	for _, l := range Wrap(label, text, s.o.Width) {
		s.Lines = append(s.Lines, strings.TrimRight(l, " "))
	}
}

// Text writes words without a label.
func (s *Sheet) Text(text string) {
	if s.o.Plain {
		s.Lines = append(s.Lines, s.Escape(text))
		return
	}
	s.Lines = append(s.Lines, Wrap("", s.Escape(text), s.o.Width)...)
}

// Line writes one line, cut where the screen ends.
func (s *Sheet) Line(text string) {
	r := []rune(s.Escape(text))
	if !s.o.Plain && len(r) > s.o.Width {
		r = append(r[:s.o.Width-3], '.', '.', '.')
	}
	s.Lines = append(s.Lines, string(r))
}

// Verbatim writes one line that is neither wrapped nor cut: something to be copied.
func (s *Sheet) Verbatim(text string) { s.Lines = append(s.Lines, s.Escape(text)) }

// Head writes a title with a mark at the right end of its line, or of the next when both do not fit.
func (s *Sheet) Head(title, mark string) {
	title, mark = s.Escape(title), s.Escape(mark)
	if s.o.Plain {
		s.Lines = append(s.Lines, title, mark)
		return
	}
	wrapped := Wrap("", title, s.o.Width)
	last := &wrapped[len(wrapped)-1]
	if pad := s.o.Width - len([]rune(*last)) - len([]rune(mark)); pad >= 2 {
		*last += strings.Repeat(" ", pad) + mark
	} else {
		wrapped = append(wrapped, strings.Repeat(" ", max(0, s.o.Width-len([]rune(mark))))+mark)
	}
	s.Lines = append(s.Lines, wrapped...)
}

// Rule draws a line across the screen; a plain one has none.
func (s *Sheet) Rule() {
	switch {
	case s.o.Plain:
	case s.o.ASCII:
		s.Lines = append(s.Lines, strings.Repeat("-", s.o.Width))
	default:
		s.Lines = append(s.Lines, strings.Repeat("─", s.o.Width))
	}
}

// String is the whole screen, with the line feed at its end.
func (s *Sheet) String() string { return strings.Join(s.Lines, "\n") + "\n" }
