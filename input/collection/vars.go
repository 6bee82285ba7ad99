package collection

import (
	"slices"
	"strings"

	"github.com/why401/why401/secret"
)

// scope are the variables that a request sees, the nearest first.
type scope struct {
	layers []map[string]string
	strip  func(name string) string // how a reference is reduced to a name
	open   *[]string                // names that had no value
}

func newScope(layers ...map[string]string) scope { return scope{layers: layers, open: new([]string)} }

// with is the scope with another layer in front and a list of open names of its own.
func (s scope) with(layers ...map[string]string) scope {
	return scope{layers: append(slices.Clone(layers), s.layers...), strip: s.strip, open: new([]string)}
}

func (s scope) missing() []string {
	if s.open == nil {
		return nil
	}
	return *s.open
}

const (
	maxName   = 200     // of a variable
	maxNested = 8       // variables in the values of variables
	maxGrown  = 1 << 20 // what expansion may make of a text
)

// expand replaces {{name}} by its value, and the references in that value. One without a value stays, without the
// blanks inside the braces.
func (s scope) expand(text string) string {
	left := maxGrown
	return s.nested(text, maxNested, &left)
}

func (s scope) nested(text string, depth int, left *int) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	var b strings.Builder
	for {
		from := strings.Index(text, "{{")
		if from < 0 {
			break
		}
		to := strings.Index(text[from:min(len(text), from+maxName)], "}}")
		if to < 0 {
			b.WriteString(text[:from+2])
			text = text[from+2:]
			continue
		}
		if inner := strings.LastIndex(text[from:from+to], "{{"); inner > 0 { // {{{x}} and the like
			from, to = from+inner, to-inner
		}
		name := strings.TrimSpace(text[from+2 : from+to])
		b.WriteString(text[:from])
		text = text[from+to+2:]
		value, ok := s.lookup(name)
		if *left -= len(value); !ok || depth == 0 || *left < 0 {
			b.WriteString("{{" + name + "}}")
			if !strings.HasPrefix(name, "$") { // made when the request is sent: {{$guid}}
				s.miss(name)
			}
			continue
		}
		b.WriteString(s.nested(value, depth-1, left))
	}
	b.WriteString(text)
	return b.String()
}

func (s scope) lookup(name string) (string, bool) {
	if s.strip != nil {
		name = s.strip(name)
	}
	for _, l := range s.layers {
		if v, ok := l[name]; ok {
			return v, true
		}
	}
	return "", false
}

func (s scope) miss(name string) {
	if s.strip != nil {
		name = s.strip(name)
	}
	if risky(name) || len(name) > 60 {
		name = "a variable"
	}
	if s.open != nil && !slices.Contains(*s.open, name) && len(*s.open) < 50 {
		*s.open = append(*s.open, name)
	}
}

// risky reports text that is no name a person gave: it may be a secret.
func risky(s string) bool {
	for w := range strings.FieldsSeq(s) {
		if secret.Looks(w) {
			return true
		}
	}
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.Contains(s, "://") && strings.Contains(s, "@")
}
