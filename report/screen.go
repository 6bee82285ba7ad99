package report

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
)

// The colours: names of the basic sixteen only.
const (
	red    = "1;31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// screen draws one report in one shape.
type screen struct {
	r     *Report
	o     TextOptions
	shape shape
	cut   bool         // something was left out
	tail  int          // where the footer begins
	glued map[int]bool // lines that go on with the command above
	lines []string
}

func (s *screen) draw() []string {
	s.lines, s.glued = nil, map[int]bool{}
	if s.r.Outcome == Healthy && s.r.Verdict.Cause == "" && !s.o.Verbose && len(s.r.Trace) == 0 {
		return s.healthy()
	}
	s.head()
	s.rule()
	s.path()
	s.ladder()
	s.trace()
	s.blank()
	s.why()
	s.signed()
	s.also()
	s.suspects()
	s.ruledOut()
	s.notes()
	s.raise()
	s.fixes()
	s.requests()
	s.next()
	s.tail = len(s.lines)
	s.rule()
	s.foot()
	return s.lines
}

// healthy is short: nothing is wrong.
func (s *screen) healthy() []string {
	s.text("", inOrder(s.r), 0)
	for i, n := range s.r.Notes {
		if i < s.shape.notes {
			s.text("  Note  ", n, 3)
		}
	}
	return s.lines
}

// inOrder is a healthy report in one line.
func inOrder(r *Report) string {
	line := r.Verdict.Title
	if r.Status != 0 {
		line += fmt.Sprintf(": %d from %s", r.Status, host(r.Target))
	}
	return line + " (" + strings.TrimPrefix(tally(r, false), "sent ") + ")"
}

func (s *screen) add(line string) {
	s.lines = append(s.lines, strings.TrimRight(lineStart(line), " "))
}

// text adds wrapped lines behind a first part that the others hang under.
func (s *screen) text(first, body string, most int) {
	for _, l := range atMost(wrapAt(first, body, s.o.Width), most, s.o.Width) {
		s.add(l)
	}
}

func (s *screen) paint(color, text string) string {
	if !s.o.Color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (s *screen) rule() {
	if s.o.ASCII {
		s.add(strings.Repeat("-", s.o.Width))
		return
	}
	s.add(strings.Repeat("─", s.o.Width))
}

func (s *screen) blank() {
	if n := len(s.lines); s.shape.blanks && n > 0 && s.lines[n-1] != "" {
		s.add("")
	}
}

func gradeColor(g cause.Grade) string {
	switch g {
	case cause.Proved:
		return green
	case cause.Strong:
		return cyan
	}
	return yellow
}

// head is the answer: title at the left, id and grade at the right. When they do not fit one line, the grade stays on
// the first and the id goes below.
func (s *screen) head() {
	v, width := s.r.Verdict, s.o.Width
	grade := v.Grade.String()
	if s.r.Outcome == Healthy && v.Cause == "" {
		grade = ""
	}
	right := func(left, middle, grade string) {
		text := middle
		if middle != "" && grade != "" {
			text += "   "
		}
		pad := strings.Repeat(" ", max(width-columns(left)-columns(text)-columns(grade), 0))
		s.add(left + pad + text + s.paint(gradeColor(v.Grade), grade))
	}
	title := atMost(wrap(v.Title, width), 4, width)
	if s.o.Verbose {
		title = wrap(v.Title, width)
	}
	id := clip(v.Cause, width-len(grade)-3)
	last := title[len(title)-1]
	for _, l := range title[:len(title)-1] {
		s.add(l)
	}
	switch {
	case columns(last)+3+columns(id)+3+len(grade) <= width:
		right(last, id, grade)
	case columns(last)+3+len(grade) <= width && len(title) == 1:
		right(last, "", grade)
		right("", id, "")
	default:
		s.add(last)
		right("", id, grade)
	}
}
