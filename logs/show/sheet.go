package show

import (
	"strings"

	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// sheet is a screen that is being written. All text that it takes is escaped by it.
type sheet struct {
	o     report.TextOptions
	lines []string
}

func (s *sheet) sub() *sheet { return &sheet{o: s.o} }

func (s *sheet) join(foot *sheet) string {
	return strings.Join(append(s.lines, foot.lines...), "\n") + "\n"
}

func (s *sheet) escape(text string) string {
	text = secret.Scrub(text)
	if s.o.ASCII {
		return report.ASCII(text)
	}
	return report.Terminal(text)
}

const labels = 10

func (s *sheet) row(label, text string) {
	label, text = s.escape(label), s.escape(text)
	if s.o.Plain {
		if label != "" {
			label += ": "
		}
		s.lines = append(s.lines, strings.TrimSpace(label+text))
		return
	}
	if pad := labels - len(label); pad > 0 {
		label += strings.Repeat(" ", pad)
	}
	for _, l := range report.Wrap(label, text, s.o.Width) {
		s.lines = append(s.lines, strings.TrimRight(l, " "))
	}
}

func (s *sheet) text(text string) {
	if s.o.Plain {
		s.lines = append(s.lines, s.escape(text))
		return
	}
	s.lines = append(s.lines, report.Wrap("", s.escape(text), s.o.Width)...)
}

// line writes one line, cut where the screen ends.
func (s *sheet) line(text string) {
	r := []rune(s.escape(text))
	if !s.o.Plain && len(r) > s.o.Width {
		r = append(r[:s.o.Width-3], '.', '.', '.')
	}
	s.lines = append(s.lines, string(r))
}

// head writes a title with a mark at the right end of its line, or of the next when both do not fit.
func (s *sheet) head(title, mark string) {
	title, mark = s.escape(title), s.escape(mark)
	if s.o.Plain {
		s.lines = append(s.lines, title, mark)
		return
	}
	wrapped := report.Wrap("", title, s.o.Width)
	last := &wrapped[len(wrapped)-1]
	if pad := s.o.Width - len([]rune(*last)) - len([]rune(mark)); pad >= 2 {
		*last += strings.Repeat(" ", pad) + mark
	} else {
		wrapped = append(wrapped, strings.Repeat(" ", max(0, s.o.Width-len([]rune(mark))))+mark)
	}
	s.lines = append(s.lines, wrapped...)
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
