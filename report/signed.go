package report

import (
	"fmt"
	"strings"
)

// Absent stands for a line that one side lacks.
const Absent = "(no such line)"

// signedLine is one line of both texts in words.
func signedLine(l SignedLine) string {
	if l.Same {
		return fmt.Sprintf("%s: %s", l.Name, l.Client)
	}
	return fmt.Sprintf("%s: client %s, server %s", l.Name, l.Client, l.Server)
}

// signed shows what the client signed beside what the server read: the first line that differs, and with -v all of it.
func (s *screen) signed() {
	x := s.r.Signed
	if x == nil {
		return
	}
	s.add("  Signed (" + x.Scheme + "; the server's side from " + x.Source + ")")
	first := true
	for _, l := range x.Lines {
		mark := "      "
		if !l.Same {
			mark = "    x "
		}
		switch {
		case s.o.Verbose || !l.Same && first:
			s.text(mark, signedLine(l), 0)
		default:
			s.cut = true
		}
		first = first && l.Same
	}
}

// plainSigned is the same, one line each.
func plainSigned(add func(string, ...any), r *Report, verbose bool) {
	x := r.Signed
	if x == nil {
		return
	}
	add("Signed: %s; the server's side from %s", x.Scheme, x.Source)
	first := true
	for i, l := range x.Lines {
		if verbose || !l.Same && first {
			word := "Signed line"
			if !l.Same {
				word = "Signed line that differs"
			}
			add("%s %d: %s", word, i+1, signedLine(l))
		}
		first = first && l.Same
	}
}

// markdownSigned is the whole table.
func markdownSigned(p func(string, ...any), r *Report) {
	x := r.Signed
	if x == nil {
		return
	}
	cell := func(t string) string { return strings.ReplaceAll(MarkdownText(t), "|", "\\|") }
	p("### Signed\n\n%s; the server's side from %s\n\n", MarkdownText(x.Scheme), MarkdownText(x.Source))
	p("| line | client | server | |\n|---|---|---|---|\n")
	for _, l := range x.Lines {
		mark := "differs"
		if l.Same {
			mark = ""
		}
		p("| %s | %s | %s | %s |\n", cell(l.Name), cell(l.Client), cell(l.Server), mark)
	}
	p("\n")
}
