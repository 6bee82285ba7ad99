package traefik

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/conf/internal/tree"
	"github.com/why401/why401/secret"
)

// matcher is a router's rule, parsed.
type matcher struct {
	op   string // "&&", "||", "!", or the name of a matcher
	args []string
	of   []*matcher
}

// parseRule reads Traefik's rule language: matchers with arguments in backticks or quotes, joined by && and ||, turned by !.
func parseRule(s string) (*matcher, error) {
	p := ruleParser{s: s}
	m, err := p.or(0)
	if err == nil && p.skip() < len(p.s) {
		err = fmt.Errorf("character %d is not expected", p.i+1)
	}
	return m, err
}

type ruleParser struct {
	s string
	i int
}

func (p *ruleParser) skip() int {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
	return p.i
}

func (p *ruleParser) eat(word string) bool {
	if p.skip(); strings.HasPrefix(p.s[p.i:], word) {
		p.i += len(word)
		return true
	}
	return false
}

func (p *ruleParser) or(depth int) (*matcher, error) { return p.joined("||", depth, p.and) }

func (p *ruleParser) and(depth int) (*matcher, error) { return p.joined("&&", depth, p.unary) }

func (p *ruleParser) joined(op string, depth int, next func(int) (*matcher, error)) (*matcher, error) {
	m, err := next(depth)
	if err != nil || !p.eat(op) {
		return m, err
	}
	out := &matcher{op: op, of: []*matcher{m}}
	for {
		if m, err = next(depth); err != nil {
			return nil, err
		}
		out.of = append(out.of, m)
		if !p.eat(op) {
			return out, nil
		}
	}
}

func (p *ruleParser) unary(depth int) (*matcher, error) {
	switch {
	case depth > tree.MaxDepth:
		return nil, tree.ErrDeep
	case p.eat("!"):
		m, err := p.unary(depth + 1)
		return &matcher{op: "!", of: []*matcher{m}}, err
	case p.eat("("):
		m, err := p.or(depth + 1)
		if err == nil && !p.eat(")") {
			err = errors.New("a parenthesis is not closed")
		}
		return m, err
	}
	from := p.skip()
	for p.i < len(p.s) && (p.s[p.i]|0x20 >= 'a' && p.s[p.i]|0x20 <= 'z') {
		p.i++
	}
	m := &matcher{op: p.s[from:p.i]}
	if m.op == "" || !p.eat("(") {
		return nil, fmt.Errorf("a matcher is expected at character %d", from+1)
	}
	for !p.eat(")") {
		p.eat(",")
		if p.skip() >= len(p.s) {
			return nil, errors.New("a parenthesis is not closed")
		}
		quote := p.s[p.i]
		end := -1
		if quote == '`' || quote == '"' || quote == '\'' {
			end = strings.IndexByte(p.s[p.i+1:], quote)
		}
		if end < 0 {
			return nil, fmt.Errorf("an argument in backticks is expected at character %d", p.i+1)
		}
		m.args = append(m.args, p.s[p.i+1:p.i+1+end])
		p.i += end + 2
	}
	return m, nil
}

// closed is the rule's text without the values that it compares fields and parameters with.
func (m *matcher) closed(text string) string {
	if m == nil {
		return text
	}
	for _, c := range m.of {
		text = c.closed(text)
	}
	if op := strings.ToLower(m.op); len(m.args) > 1 && (strings.HasPrefix(op, "header") || strings.HasPrefix(op, "query")) {
		name := m.args[0]
		if strings.HasPrefix(op, "query") {
			name = "Cookie"
		}
		text = step.Close(text, name, m.args[1:]...)
	}
	return text
}

// walk visits every matcher that is not turned by a !.
func (m *matcher) walk(visit func(*matcher)) {
	if m == nil || m.op == "!" {
		return
	}
	for _, c := range m.of {
		c.walk(visit)
	}
	if len(m.of) == 0 {
		visit(m)
	}
}

// holds evaluates the rule for r; why says what could not be.
func (m *matcher) holds(r conf.Request) (t step.Truth, why string) {
	switch m.op {
	case "&&", "||":
		t, _ = m.of[0].holds(r)
		for i, c := range m.of {
			v, w := c.holds(r)
			if w != "" {
				why = w
			}
			if i == 0 {
				continue
			}
			if m.op == "&&" {
				t = t.And(v)
			} else {
				t = t.Or(v)
			}
		}
		return t, why
	case "!":
		t, why = m.of[0].holds(r)
		return t.Not(), why
	}
	for _, a := range m.args {
		if hasUnknown(a) {
			return step.Open, m.op + " has a variable in it"
		}
	}
	return m.single(r)
}

func (m *matcher) single(r conf.Request) (step.Truth, string) {
	path := step.PathOf(r.Request)
	host := step.HostOf(r.Request)
	any := func(ok func(string) bool) (step.Truth, string) {
		for _, a := range m.args {
			if ok(a) {
				return step.Yes, ""
			}
		}
		return step.No, ""
	}
	switch strings.ToLower(m.op) {
	case "host":
		return any(func(a string) bool { return strings.EqualFold(strings.TrimSuffix(a, "."), host) })
	case "hostregexp":
		return m.pattern(secret.Public(host), m.args)
	case "path", "pathprefix":
		// v2 writes patterns in braces here.
		if strings.ContainsAny(strings.Join(m.args, ""), "{}") || strings.Contains(path, "%") {
			return step.Open, m.op + " is compared in a way that is not evaluated here"
		}
		if strings.EqualFold(m.op, "path") {
			return any(func(a string) bool { return path == a })
		}
		return any(func(a string) bool { return strings.HasPrefix(path, a) })
	case "pathregexp":
		return m.pattern(secret.Public(path), m.args)
	case "method":
		return any(func(a string) bool { return strings.EqualFold(a, r.Method) })
	case "header", "headers", "headerregexp", "headersregexp":
		if len(m.args) != 2 {
			break
		}
		if r.Partly.Hides(m.args[0]) {
			return step.Open, "the record of the request does not show " + m.args[0]
		}
		out := step.No
		for _, v := range r.Header.Values(m.args[0]) {
			if strings.Contains(strings.ToLower(m.op), "regexp") {
				t, why := m.pattern(v, m.args[1:])
				if why != "" {
					return t, why
				}
				out = out.Or(t)
			} else {
				out = out.Or(step.Of(v.Is(m.args[1])))
			}
		}
		return out, ""
	case "query":
		if len(m.args) == 2 {
			v, ok := r.URL.Param(m.args[0])
			return step.Of(ok && v.Is(m.args[1])), ""
		} else if len(m.args) == 1 {
			name, value, _ := strings.Cut(m.args[0], "=")
			v, ok := r.URL.Param(name)
			return step.Of(ok && (value == "" || v.Is(value))), ""
		}
	case "clientip":
		return any(func(a string) bool { p, ok := conf.ParsePrefix(a); return ok && p.Contains(r.Client.Unmap()) })
	}
	return step.Open, "the matcher " + m.op + " is not evaluated here"
}

func (m *matcher) pattern(v secret.Text, patterns []string) (step.Truth, string) {
	for _, p := range patterns {
		re, err := regexp.Compile(p)
		if err != nil || strings.Contains(p, "{") && !strings.HasPrefix(p, "^") {
			return step.Open, m.op + " has a pattern that is not evaluated here"
		}
		if v.Match(re) {
			return step.Yes, ""
		}
	}
	return step.No, ""
}
