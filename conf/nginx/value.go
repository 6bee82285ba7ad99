package nginx

import (
	"errors"
	"slices"
	"strings"
)

// part is a piece of a value: text, a variable, or a group of the last match ($1).
type part struct {
	text  string
	name  string // of a variable
	group int    // 1 to 9
}

// split takes a value apart as ngx_http_script_compile does; ok is false where nginx would not start.
func split(s string) (parts []part, ok bool) {
	for s != "" {
		i := strings.IndexByte(s, '$')
		if i != 0 {
			if i < 0 {
				i = len(s)
			}
			parts = append(parts, part{text: s[:i]})
			s = s[i:]
			continue
		}
		s = s[1:]
		if s != "" && s[0] >= '1' && s[0] <= '9' {
			parts = append(parts, part{group: int(s[0] - '0')})
			s = s[1:]
			continue
		}
		rest, bracket := strings.CutPrefix(s, "{")
		n := 0
		for n < len(rest) && (letter(rest[n]) || rest[n] >= '0' && rest[n] <= '9' || rest[n] == '_') {
			n++
		}
		name := rest[:n]
		rest = rest[n:]
		if bracket {
			if rest, ok = strings.CutPrefix(rest, "}"); !ok {
				return parts, false
			}
		}
		if name == "" {
			return parts, false
		}
		parts = append(parts, part{name: name})
		s = rest
	}
	return parts, true
}

// maxValue bounds what a value may grow to: `set $x $x$x` doubles it.
const maxValue = 64 << 10

// value evaluates s: variables and groups are filled in.
func (r *run) value(s string) string {
	if !strings.Contains(s, "$") {
		return s
	}
	defer r.atOnce()()
	parts, ok := split(s)
	if !ok {
		r.open("a value that nginx does not take: " + s)
	}
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(r.part(p, false))
		if b.Len() > maxValue {
			r.open("a value of more than 64 KB")
			return b.String()[:maxValue]
		}
	}
	return b.String()
}

// atOnce stands around what nginx evaluates in two passes, first the lengths and then the texts. When a map with a pattern
// changes groups that were measured before, named ones or $1, the lengths are wrong, and what follows is nginx's fault: its
// releases differ.
func (r *run) atOnce() func() {
	outer := r.measured
	r.measured = &measured{from: r.used, outer: outer}
	return func() {
		if r.measured.torn {
			r.open("what nginx does with groups like $1 that a map changes while they are copied")
		}
		r.measured = outer
	}
}

// measured is a value of which nginx knows the length of the first parts.
type measured struct {
	from  int // how often groups had been used before it
	torn  bool
	outer *measured
}

// tear notes that groups changed: every value that used some of them has wrong lengths.
func (m *measured) tear(used int) {
	for ; m != nil; m = m.outer {
		m.torn = m.torn || used > m.from
	}
}

// part is the text of p. escaped asks for groups as they stand in a query: where the request's path had escapes, nginx
// writes them again.
func (r *run) part(p part, escaped bool) string {
	switch {
	case p.name != "":
		if r.m.grouped[p.name] {
			r.used++
		}
		return r.variable(p.name)
	case p.group > 0:
		g := ""
		r.used++
		if p.group < len(r.groups) {
			g = r.groups[p.group]
		}
		if escaped && (r.target.quoted || r.target.plus) {
			g = escape(g, escapeArgs)
		}
		return g
	}
	return p.text
}

var errTooLong = errors.New("a pattern takes too long")

// matches runs a pattern; the groups and named groups of a match stay for $1 and the like.
func (r *run) matches(p *pattern, s string) (bool, error) {
	if p == nil { // it could not be compiled
		r.open("a pattern that cannot be followed")
		return false, nil
	}
	if *r.slow { // one pattern took too long: the others are not waited for
		return false, errTooLong
	}
	g, err := p.match(s)
	if err != nil {
		*r.slow = true
		r.open("a pattern that takes too long")
		return false, errTooLong
	}
	if g == nil {
		return false, nil
	}
	r.remember(p, g)
	return true, nil
}

func (r *run) remember(p *pattern, g []string) {
	changed := !slices.Equal(r.groups, g)
	r.groups = g
	for name, i := range p.names {
		changed = changed || r.vars[name] != g[i]
		r.vars[name] = g[i]
	}
	if changed {
		r.measured.tear(r.used)
	}
}
