package nginx

import (
	"regexp/syntax"
	"strings"

	"github.com/why401/why401/conf"
)

// samples names a URL path for each location of s that a request can end up in: one that the search for locations really
// brings there.
func (m *model) samples(s *server) {
	var walk func(l *level)
	walk = func(l *level) {
		for _, d := range l.dir.Body {
			c := l.blocks[d]
			if c == nil || c.scope == nil {
				continue
			}
			switch {
			case c.kind == kindLocation && c.mod != "@" && c.one("internal") == nil:
				c.scope.Sample = m.sample(s, c)
			case c.kind == kindLimitExcept:
				c.scope.Sample = l.scope.Sample
			}
			walk(c)
		}
	}
	if m.arrives(s, s.level, "/") {
		s.level.scope.Sample = "/"
	}
	walk(s.level)
}

func (m *model) sample(s *server, l *level) string {
	for _, c := range candidates(l) {
		if s.slow {
			return ""
		}
		if strings.HasPrefix(c, "/") && m.arrives(s, l, c) {
			return escape(c, escapeURI)
		}
	}
	return ""
}

// arrives reports that a decoded path ends up in l.
func (m *model) arrives(s *server, l *level, uri string) bool {
	depth := 0
	r := &run{m: m, t: &conf.Trace{}, server: s, at: s.level, uri: uri, vars: map[string]string{}, depth: &depth, slow: new(bool)}
	how, ok := r.find()
	if !ok { // a pattern that takes seconds would take them for every location
		s.slow = true
	}
	return ok && how != foundSlash && r.at == l
}

// candidates are decoded paths that may end up in l.
func candidates(l *level) []string {
	if l.mod != "~" && l.mod != "~*" {
		return []string{l.name, l.name + "x", l.name + "/", l.name + "/x"}
	}
	text := inhabitant(l.name)
	if text == "" {
		return nil
	}
	out := []string{text, "/x" + text, "/" + text, text + "x", "/x/" + text}
	for at := l.parent; at != nil && at.kind == kindLocation; at = at.parent {
		if at.mod == "" || at.mod == "^~" {
			out = append(out, at.name+"x"+text, at.name+text, at.name+"/x"+text, at.name+"/"+text, at.name+strings.TrimPrefix(text, "/"))
		} else if outer := inhabitant(at.name); outer != "" {
			out = append(out, outer+text, outer, "/x"+text+outer)
		}
	}
	return out
}

// inhabitant is a text that a pattern matches, "" when none is found. It is checked by who asks.
func inhabitant(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	inhabit(&b, re)
	const most = 200
	if b.Len() > most {
		return ""
	}
	return b.String()
}

func inhabit(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(member(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		for _, s := range re.Sub {
			inhabit(b, s)
		}
	case syntax.OpAlternate:
		inhabit(b, re.Sub[0])
	case syntax.OpRepeat:
		for range min(re.Min, 100) {
			inhabit(b, re.Sub[0])
		}
	}
}

// member is a character of a class, a letter or a digit when it has one.
func member(ranges []rune) rune {
	for _, want := range "axA1-_./" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= want && want <= ranges[i+1] {
				return want
			}
		}
	}
	if len(ranges) == 0 {
		return 'x'
	}
	return ranges[0]
}
