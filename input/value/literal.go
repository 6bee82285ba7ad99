package value

import (
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

var jsonNumber = lazyregexp.New(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// value reads one value and gives it as JSON; lost says that dots or asterisks stand in its place.
func (p *literal) value(depth int) (json string, lost, ok bool) {
	for p.i < len(p.s) && p.s[p.i] <= ' ' {
		p.i++
	}
	if p.i >= len(p.s) || depth > maxNesting {
		return "", false, false
	}
	switch c := p.s[p.i]; {
	case c == '{':
		o, ok := p.object(depth)
		return o.json(), false, ok
	case c == '[' || c == '(':
		return p.list(depth)
	case c == '"' || c == '\'':
		s, ok := p.text()
		return quote(s), masked(s), ok
	case (c == 'u' || c == 'b') && p.i+1 < len(p.s) && p.s[p.i+1] == '\'':
		p.i++
		s, ok := p.text()
		return quote(s), masked(s), ok
	}
	return p.word()
}

func (p *literal) list(depth int) (json string, lost, ok bool) {
	end := byte(']')
	if p.s[p.i] == '(' {
		end = ')'
	}
	var parts []string
	for p.i++; len(parts) < 1000; {
		p.skip()
		if p.i >= len(p.s) {
			break
		}
		if p.s[p.i] == end {
			p.i++
			return "[" + strings.Join(parts, ",") + "]", lost, true
		}
		v, l, good := p.value(depth + 1)
		if !good {
			break
		}
		lost = lost || l
		parts = append(parts, v)
	}
	return "", false, false
}

// word reads a number, one of the three languages' words for true, false and nothing, or a placeholder such as <tenant>.
func (p *literal) word() (json string, lost, ok bool) {
	from := p.i
	for p.i < len(p.s) && strings.IndexByte(",}]\n)", p.s[p.i]) < 0 && !strings.HasPrefix(p.s[p.i:], "//") && p.s[p.i] != '#' {
		if p.i-from > 300 {
			return "", false, false
		}
		p.i++
	}
	w := strings.TrimSpace(p.s[from:p.i])
	switch w {
	case "true", "True":
		return "true", false, true
	case "false", "False":
		return "false", false, true
	case "null", "None", "undefined", "nil":
		return "null", false, true
	case "":
		return "", false, false
	}
	number, _, _ := strings.Cut(w, " ")
	if jsonNumber.MatchString(number) {
		return number, false, true
	}
	if masked(w) || strings.HasPrefix(w, "<") || strings.HasPrefix(w, "datetime") || letter(w[0]) && !strings.ContainsAny(w, "(=;{") || w == "..." {
		return quote(w), true, true
	}
	return "", false, false
}
