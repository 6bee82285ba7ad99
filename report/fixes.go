package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
)

func (s *screen) raise() {
	if s.r.Verdict.Grade == cause.Proved {
		return
	}
	for i, x := range s.r.Raise {
		if i == s.shape.raises {
			s.cut = true
			return
		}
		if i == 0 {
			s.blank()
		}
		label := "To be sure"
		if x.Where != "" {
			label += " " + x.Where + ":"
		}
		s.text("  ", label, 2)
		s.command(x.Command, "")
		if s.shape.would && x.Would != "" {
			s.text("    It would ", x.Would, 2)
		}
	}
}

// command adds a command on lines of its own.
func (s *screen) command(cmd, color string) {
	if cmd == "" {
		return
	}
	for i, l := range wrapCommand(cmd, "    ", s.o.Width) {
		s.glued[len(s.lines)] = i > 0
		s.painted(l, color)
	}
}

func (s *screen) painted(line, color string) {
	line = strings.TrimRight(lineStart(line), " ")
	body := strings.TrimLeft(line, " ")
	s.lines = append(s.lines, line[:len(line)-len(body)]+s.paint(color, body))
}

// fixes shows the best remedy and the lasting one, and those of further causes behind them.
func (s *screen) fixes() {
	byCause := map[string]int{}
	for i, m := range s.r.Remedies {
		n := byCause[m.Cause]
		byCause[m.Cause]++
		if n >= s.shape.fixes {
			s.cut = true
			continue
		}
		if i == 0 {
			s.blank()
		}
		s.text("  "+fixLabel(s.r, m, n)+"  ", side(m.For)+m.Title, 3)
		limit := s.shape.steps
		if i > 0 {
			limit = s.shape.later
		}
		s.steps(m.Steps, limit)
		if m.Opens != "" && m.Opens != "nothing" && limit > 0 { // without steps nothing is opened
			s.text("    Opens: ", m.Opens, s.shape.opens)
		}
		if s.shape.extras {
			s.extras(m)
		}
	}
}

// fixLabel names a remedy by its place: causes give one that helps now first, then one for good.
func fixLabel(r *Report, m Remedy, n int) string {
	several := slices.ContainsFunc(r.Remedies, func(o Remedy) bool { return o.Cause == m.Cause && o.ID != m.ID })
	switch {
	case m.Cause != r.Verdict.Cause:
		return "And"
	case !several:
		return "Fix"
	case n == 0:
		return "Fix now"
	case n == 1:
		return "For good"
	}
	return "Or"
}

func side(who string) string {
	switch who {
	case "client":
		return "on your side: "
	case "server":
		return "on the server: "
	case "idp":
		return "at the identity provider: "
	}
	return ""
}

// steps adds at most limit lines, whole steps only.
func (s *screen) steps(steps []string, limit int) {
	used := 0
	for i, step := range steps {
		var lines []string
		switch {
		case isCommand(step):
			lines = wrapCommand(step, "    ", s.o.Width)
		default:
			lines = wrapAt("    ", step, s.o.Width)
		}
		if used += len(lines); used > limit {
			s.cut = true
			if limit > 0 && i < len(steps) && used-len(lines) < limit {
				s.add(fmt.Sprintf("    ... %d more: -v", len(steps)-i))
			}
			return
		}
		for j, l := range lines {
			s.glued[len(s.lines)] = j > 0
			if isSentence(step) {
				s.add(l)
				continue
			}
			s.painted(l, green)
		}
	}
}

func (s *screen) extras(m Remedy) {
	if m.Effect != "" {
		s.text("    Effect: ", m.Effect, 0)
	}
	if m.Verify != "" {
		s.text("    Check: ", m.Verify, 0)
	}
	if m.Undo != "" {
		s.text("    Undo: ", m.Undo, 0)
	}
}
