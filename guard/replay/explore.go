package replay

import (
	"maps"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// ways are the decisions that hung on fields which a line does not show: by what decides, the way that was taken. The same line
// of the old and of the new configuration is the same decision.
type ways map[string]int

// branch is one possible course of a request.
type branch struct {
	taken ways
	trace *conf.Trace
	on    string // the hidden fields that it hangs on, with their places; "" for none
}

// maxBranches bounds the courses of one request. Whoever needs more is told that it cannot be known.
const maxBranches = 32

// explore follows every course that begins with the ways in from. cut says that there are more than are followed.
func (s *side) explore(from ways, run func(p *conf.Partly) *conf.Trace, partly conf.Partly) (out []branch, cut bool) {
	todo := []ways{from}
	for len(todo) > 0 {
		if len(out) == maxBranches {
			return out, true
		}
		taken := maps.Clone(todo[0])
		if taken == nil {
			taken = ways{}
		}
		todo = todo[1:]
		var on []string
		p := partly
		p.Choose = func(at conf.Place, field string, n, natural int) int {
			key := s.key(at, field, n)
			on = append(on, field+atPlace(at))
			if w, ok := taken[key]; ok {
				return w
			}
			for w := range min(n, maxBranches) {
				if w != natural && len(todo) < 4*maxBranches {
					other := maps.Clone(taken)
					other[key] = w
					todo = append(todo, other)
				}
			}
			taken[key] = natural
			return natural
		}
		t := run(&p)
		out = append(out, branch{taken: taken, trace: t, on: strings.Join(unique(on), ", ")})
	}
	return out, false
}

func atPlace(at conf.Place) string {
	if !at.Known() {
		return ""
	}
	return " (" + at.String() + ")"
}

func unique(all []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range all {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// key names a decision by the text of its directive, so that the old and the new configuration mean the same by it. A directive
// whose text cannot be had is a decision of its own.
func (s *side) key(at conf.Place, field string, n int) string {
	text := s.directive(at)
	if text == "" {
		text = s.name + " " + at.String()
	}
	return field + "/" + strconv.Itoa(n) + "/" + text
}

// directive is the text of the line or block at a place: of an if its condition alone, of a map all of it.
func (s *side) directive(at conf.Place) string {
	if !at.Known() || at.End <= at.Start {
		return ""
	}
	text, ok := s.texts[at.File]
	if !ok {
		b, err := s.Source.ReadFile(at.File)
		if err != nil {
			return ""
		}
		text = string(b)
		s.texts[at.File] = text
	}
	if at.End > len(text) {
		return ""
	}
	text = strings.Join(strings.Fields(text[at.Start:at.End]), " ")
	if strings.HasPrefix(text, "if") {
		text, _, _ = strings.Cut(text, "{")
	}
	return text
}
