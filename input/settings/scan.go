package settings

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// Bounds on the fragments of one text that are read, and on the lines that are looked at.
const (
	maxSpans = 200
	maxScan  = 20000
)

// Scan finds fragments of configuration inside a longer text, such as an issue report: what stands in a fence, behind a
// line that names a file, or in lines that only one kind of configuration has. It gives what they say and the lines it
// used, in order, without overlap; the sources of the settings carry the line in text (after o.Source's own). What is no
// configuration is left to others: Scan has no errors.
func Scan(text string, o form.Options) (exchange.Evidence, []form.Span) {
	var ev exchange.Evidence
	clear, _, err := clean(text, form.Written{})
	if err != nil {
		return ev, nil
	}
	o.Written = form.Written{} // a fragment says nothing about the file
	ls := lines(clear)
	ls = ls[:min(len(ls), maxScan)]
	s := &scanner{ls: ls, o: o, used: make([]bool, len(ls))}
	s.fences()
	s.titles()
	s.runs()
	slices.SortFunc(s.found, func(a, b found) int { return a.First - b.First })
	spans := make([]form.Span, 0, len(s.found))
	for _, f := range s.found {
		ev.Add(f.ev)
		spans = append(spans, f.Span)
	}
	return ev, spans
}

type found struct {
	form.Span
	ev exchange.Evidence
}

type scanner struct {
	ls    []string
	o     form.Options
	used  []bool
	found []found
}

// try reads lines first to last (from 1) as kind f; it reports whether that gave anything.
func (s *scanner) try(f form.Form, first, last int) bool {
	if len(s.found) >= maxSpans || first > last {
		return false
	}
	o := s.o
	o.Source.Line = max(1, o.Source.Line) + first - 1
	o.Sure = false
	ev, err := f.Read(strings.Join(s.ls[first-1:last], "\n"), o)
	if err != nil || len(ev.Settings) == 0 {
		return false
	}
	s.found = append(s.found, found{form.Span{First: first, Last: last, Kind: f.Kind}, ev})
	for i := first - 1; i < last; i++ {
		s.used[i] = true
	}
	return true
}

// best is the form that is surest of lines first to last, with at least least.
func (s *scanner) best(first, last, least int) (form.Form, bool) {
	text := strings.Join(s.ls[first-1:last], "\n")
	var best form.Form
	top := least - 1
	for _, f := range Forms {
		if n := f.Is(text); n > top {
			best, top = f, n
		}
	}
	return best, top >= least
}

// fences reads what stands between ``` lines.
func (s *scanner) fences() {
	open := -1
	for i, l := range s.ls {
		if t := strings.TrimSpace(l); !strings.HasPrefix(t, "```") && !strings.HasPrefix(t, "~~~") {
			continue
		}
		if open < 0 {
			open = i
			continue
		}
		if first, last := open+2, i; first <= last {
			if f, ok := s.best(first, last, 60); ok {
				s.try(f, first, last)
			}
		}
		open = -1
	}
}

// titleOf gives the form of the file that a line names at its end: "My .npmrc:", "### filebeat.yml",
// "# /etc/nginx/nginx.conf", ".pypirc, both variants fail:". A few words may follow the name when a colon ends the line.
func titleOf(t string) (form.Form, bool) {
	if len(t) > 120 || strings.ContainsAny(t, "{};=<>") {
		return form.Form{}, false
	}
	words := strings.Fields(t)
	colon := strings.HasSuffix(strings.TrimRight(t, "`*"), ":")
	for i := len(words) - 1; i >= 0 && i >= len(words)-7; i-- {
		if f, ok := formOfFile(strings.Trim(words[i], "`'\"*:,()[]#")); ok {
			return f, colon || i == len(words)-1 && (t[0] == '#' || t[0] == '/' || t[0] == '*' || t[0] == '`' || len(words) == 1)
		}
		if !colon {
			break
		}
	}
	return form.Form{}, false
}

// titles reads the lines behind one that names a file, up to an empty line that is followed by prose.
func (s *scanner) titles() {
	for i := 0; i+1 < len(s.ls); i++ {
		t := strings.TrimSpace(s.ls[i])
		if s.used[i] || t == "" {
			continue
		}
		f, ok := titleOf(t)
		if !ok {
			continue
		}
		last := s.paragraph(i + 1)
		if last > i+1 && s.try(f, i+2, last) {
			i = last - 1
		}
	}
}

// paragraph gives the number of the last line of the block of lines from index i on: to the next title, fence or empty
// line that something at the left margin without the look of a setting follows.
func (s *scanner) paragraph(i int) int {
	if i < len(s.ls) && strings.TrimSpace(s.ls[i]) == "" {
		i++
	}
	last := i
	for ; i < len(s.ls); i++ {
		t := strings.TrimSpace(s.ls[i])
		if t == "" {
			if i+1 >= len(s.ls) || indent(s.ls[i+1]) == 0 {
				return last
			}
			continue
		}
		if s.used[i] || strings.HasPrefix(t, "```") || strings.HasSuffix(t, ":") && isTitle(t) {
			return last
		}
		last = i + 1
	}
	return last
}

func isTitle(t string) bool {
	_, ok := titleOf(t)
	return ok
}
