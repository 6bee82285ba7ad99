package report

import "strings"

// trace shows the request's way through a configuration, step by step; the lines that the answer hangs on are marked.
func (s *screen) trace() {
	if len(s.r.Trace) == 0 {
		return
	}
	s.blank()
	program := ""
	for _, t := range s.r.Trace {
		if t.Program != program {
			program = t.Program
			s.add("  The way through " + program)
		}
		mark := "    "
		switch t.Mark {
		case "refuses":
			mark = "  > "
		case "drops":
			mark = "  ! "
		}
		first := mark
		if t.File != "" {
			first += place(t.File, t.Line) + "  "
		}
		says := t.Says
		if t.Phase != "" && !strings.HasPrefix(strings.ToLower(says), strings.ToLower(t.Phase)) {
			says = t.Phase + ": " + says
		}
		if columns(first)*2 > s.o.Width { // a long path has a line of its own
			s.add(strings.TrimRight(first, " "))
			s.text("      ", says, 0)
			continue
		}
		s.text(first, says, 0)
	}
}

// way is a step in one line: "refuses, nginx.conf:14, auth: ...".
func way(t TraceStep) string {
	var parts []string
	if t.Mark != "" {
		parts = append(parts, t.Mark)
	}
	if t.File != "" {
		parts = append(parts, place(t.File, t.Line))
	}
	return strings.Join(append(parts, t.Phase+": "+t.Says), ", ")
}
