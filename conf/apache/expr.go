package apache

import (
	"fmt"
	"strings"
)

// expr is one of httpd's expressions (https://httpd.apache.org/docs/2.4/expr.html): a condition, or a text with variables.
type expr struct {
	src  string
	bad  string // why it cannot be read
	root *term
}

// term is a node of an expression. op says what it is:
//
//	"true" "false" "!" "&&" "||"                            conditions of conditions
//	"==" "!=" "<" ">" "<=" ">=" "-eq" "-ne" "-lt" ...         two words
//	"=~" "!~"                                                a word and a pattern
//	"-n" "-z" "-T" "-R" "-d" "-e" "-f" ... "-ipmatch" ...      operators by name
//	"in"                                                     a word and a list
//	"lit" "var" "call" "ref" "cat"                           words
type term struct {
	op   string
	text string // of lit, the name of var and call, the digit of ref
	kids []*term
	re   *pattern
}

const maxTerms = 500

type exprParser struct {
	s     string
	at    int
	terms int
	err   error
}

// parseExpr reads a condition. A mistake is in bad; httpd would not start.
func parseExpr(s string) *expr {
	p := &exprParser{s: s}
	t := p.or()
	p.blank()
	if p.err == nil && p.at < len(s) {
		p.fail("unexpected %q", cut(s[p.at:]))
	}
	return p.done(t)
}

// parseText reads a text that may hold %{VARIABLE} and %{function:argument}.
func parseText(s string) *expr {
	p := &exprParser{s: s}
	return p.done(p.text(s))
}

func (p *exprParser) done(t *term) *expr {
	e := &expr{src: p.s, root: t}
	if p.err != nil {
		e.bad, e.root = p.err.Error(), nil
	}
	return e
}

func cut(s string) string {
	if len(s) > 20 {
		return s[:20]
	}
	return s
}

func (p *exprParser) fail(format string, args ...any) *term {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	return &term{op: "false"}
}

func (p *exprParser) new(op string, kids ...*term) *term {
	if p.terms++; p.terms > maxTerms {
		return p.fail("more than %d parts", maxTerms)
	}
	return &term{op: op, kids: kids}
}

func (p *exprParser) blank() {
	for p.at < len(p.s) && strings.IndexByte(blanks, p.s[p.at]) >= 0 {
		p.at++
	}
}

// take reads a token when it stands next; one that is a name must end there.
func (p *exprParser) take(tok string) bool {
	p.blank()
	if !strings.HasPrefix(p.s[p.at:], tok) {
		return false
	}
	if end := p.at + len(tok); letter(tok[len(tok)-1]) && end < len(p.s) && (letter(p.s[end]) || p.s[end] >= '0' && p.s[end] <= '9') {
		return false
	}
	p.at += len(tok)
	return true
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func (p *exprParser) or() *term {
	t := p.and()
	for p.err == nil && p.take("||") {
		t = p.new("||", t, p.and())
	}
	return t
}

func (p *exprParser) and() *term {
	t := p.not()
	for p.err == nil && p.take("&&") {
		t = p.new("&&", t, p.not())
	}
	return t
}

func (p *exprParser) not() *term {
	p.blank()
	if p.err != nil || p.at >= len(p.s) {
		return p.fail("the expression ends where a condition was expected")
	}
	if p.terms++; p.terms > maxTerms {
		return p.fail("more than %d parts", maxTerms)
	}
	switch {
	case p.s[p.at] == '!' && !strings.HasPrefix(p.s[p.at:], "!=") && !strings.HasPrefix(p.s[p.at:], "!~"):
		p.at++
		return p.new("!", p.not())
	case p.s[p.at] == '(':
		p.at++
		t := p.or()
		if !p.take(")") {
			return p.fail("a parenthesis is not closed")
		}
		return t
	case p.take("true"):
		return p.new("true")
	case p.take("false"):
		return p.new("false")
	}
	return p.comparison()
}

var (
	unaryOps  = []string{"-n", "-z", "-T", "-R", "-d", "-e", "-f", "-s", "-L", "-h", "-F", "-U", "-A"}
	binaryOps = []string{"-ipmatch", "-strmatch", "-strcmatch", "-fnmatch"}
	stringOps = []string{"==", "!=", "<=", ">=", "=~", "!~", "<", ">", "="}
	numberOps = []string{"-eq", "-ne", "-lt", "-le", "-gt", "-ge", "eq", "ne", "lt", "le", "gt", "ge"}
)

func (p *exprParser) comparison() *term {
	for _, op := range unaryOps {
		if p.take(op) {
			return p.new(op, p.word())
		}
	}
	left := p.word()
	if p.err != nil {
		return left
	}
	for _, op := range binaryOps {
		if p.take(op) {
			return p.new(op, left, p.word())
		}
	}
	for _, op := range stringOps {
		if !p.take(op) {
			continue
		}
		if op == "=~" || op == "!~" {
			t := p.new(op, left)
			t.re = p.regex()
			return t
		}
		if op == "=" {
			op = "=="
		}
		return p.new(op, left, p.word())
	}
	for _, op := range numberOps {
		if p.take(op) {
			return p.new("-"+strings.TrimPrefix(op, "-"), left, p.word())
		}
	}
	if p.take("in") || p.take("-in") {
		return p.list(left)
	}
	return p.fail("a comparison was expected at %q", cut(p.s[p.at:]))
}

func (p *exprParser) list(left *term) *term {
	t := p.new("in", left)
	if !p.take("{") {
		t.kids = append(t.kids, p.word()) // a function that gives a list
		t.op = "in-list"
		return t
	}
	for p.err == nil {
		t.kids = append(t.kids, p.word())
		if p.take("}") {
			return t
		}
		if !p.take(",") {
			return p.fail("a list is not closed with }")
		}
	}
	return t
}

func (p *exprParser) regex() *pattern {
	p.blank()
	rest := p.s[p.at:]
	delim := byte('/')
	switch {
	case strings.HasPrefix(rest, "m") && len(rest) > 1:
		delim = rest[1]
		p.at++
	case !strings.HasPrefix(rest, "/"):
		p.fail("a pattern was expected at %q", cut(rest))
		return nil
	}
	p.at++
	var b strings.Builder
	for ; p.at < len(p.s) && p.s[p.at] != delim; p.at++ {
		if p.s[p.at] == '\\' && p.at+1 < len(p.s) {
			if p.s[p.at+1] != delim || delim != '/' {
				b.WriteByte('\\')
			}
			p.at++
		}
		b.WriteByte(p.s[p.at])
	}
	if p.at >= len(p.s) {
		p.fail("a pattern is not closed with %q", delim)
		return nil
	}
	p.at++
	fold := false
	for p.at < len(p.s) && strings.IndexByte("imsg", p.s[p.at]) >= 0 {
		fold = fold || p.s[p.at] == 'i'
		p.at++
	}
	re, err := compile(b.String(), fold)
	if err != nil {
		p.fail("%s", err)
	}
	return re
}

// word reads a word: texts, variables, calls and digits, joined by dots.
func (p *exprParser) word() *term {
	t := p.part()
	for p.err == nil {
		save := p.at
		p.blank()
		if p.at < len(p.s) && p.s[p.at] == '.' {
			p.at++
			t = p.new("cat", t, p.part())
			continue
		}
		p.at = save
		return t
	}
	return t
}

func (p *exprParser) part() *term {
	p.blank()
	if p.at >= len(p.s) {
		return p.fail("the expression ends where a word was expected")
	}
	if p.terms++; p.terms > maxTerms {
		return p.fail("more than %d parts", maxTerms)
	}
	switch c := p.s[p.at]; {
	case c == '"' || c == '\'':
		return p.quoted(c)
	case strings.HasPrefix(p.s[p.at:], "%{"):
		return p.variable()
	case c == '$' && p.at+1 < len(p.s) && p.s[p.at+1] >= '0' && p.s[p.at+1] <= '9':
		t := p.new("ref")
		t.text = p.s[p.at+1 : p.at+2]
		p.at += 2
		return t
	case c >= '0' && c <= '9' || c == '-' && p.at+1 < len(p.s) && p.s[p.at+1] >= '0' && p.s[p.at+1] <= '9':
		end := p.at + 1
		for end < len(p.s) && p.s[end] >= '0' && p.s[end] <= '9' {
			end++
		}
		t := p.new("lit")
		t.text, p.at = p.s[p.at:end], end
		return t
	case letter(c):
		end := p.at
		for end < len(p.s) && (letter(p.s[end]) || p.s[end] >= '0' && p.s[end] <= '9') {
			end++
		}
		name := p.s[p.at:end]
		p.at = end
		if !p.take("(") {
			return p.fail("%q is neither a word in quotation marks, a variable nor a call", name)
		}
		t := p.new("call", p.word())
		t.text = strings.ToLower(name)
		for p.err == nil && p.take(",") {
			t.kids = append(t.kids, p.word())
		}
		if !p.take(")") {
			return p.fail("a call is not closed")
		}
		return t
	}
	return p.fail("a word was expected at %q", cut(p.s[p.at:]))
}

func (p *exprParser) quoted(q byte) *term {
	var b strings.Builder
	for p.at++; p.at < len(p.s); p.at++ {
		c := p.s[p.at]
		if c == q {
			p.at++
			return p.text(b.String())
		}
		if c == '\\' && p.at+1 < len(p.s) {
			p.at++
			switch c = p.s[p.at]; c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			}
		}
		b.WriteByte(c)
	}
	return p.fail("quotation marks are not closed")
}

// variable reads %{NAME}, %{function:argument} or %{:word:}.
func (p *exprParser) variable() *term {
	end := strings.IndexByte(p.s[p.at:], '}')
	if end < 0 {
		return p.fail("%%{ is not closed")
	}
	t := p.named(p.s[p.at+2 : p.at+end])
	p.at += end + 1
	return t
}

func (p *exprParser) named(inner string) *term {
	name, arg, isCall := strings.Cut(inner, ":")
	t := p.new("var")
	t.text = strings.ToUpper(name)
	if isCall {
		a := p.new("lit")
		a.text = arg
		t.op, t.text, t.kids = "call", strings.ToLower(name), []*term{a}
	}
	if name == "" {
		return p.fail("a variable without a name")
	}
	return t
}

// text cuts a text into its plain parts, variables and references.
func (p *exprParser) text(s string) *term {
	var parts []*term
	lit := func(v string) {
		if v != "" || len(parts) == 0 && v == s {
			t := p.new("lit")
			t.text = v
			parts = append(parts, t)
		}
	}
	from := 0
	for i := 0; i < len(s) && p.err == nil; i++ {
		switch {
		case strings.HasPrefix(s[i:], "%{"):
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return p.fail("%%{ is not closed")
			}
			lit(s[from:i])
			parts = append(parts, p.named(s[i+2:i+end]))
			i += end
			from = i + 1
		case s[i] == '$' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			lit(s[from:i])
			t := p.new("ref")
			t.text = s[i+1 : i+2]
			parts = append(parts, t)
			i++
			from = i + 1
		}
	}
	lit(s[from:])
	if len(parts) == 0 {
		return &term{op: "lit"}
	}
	t := parts[0]
	for _, q := range parts[1:] {
		t = p.new("cat", t, q)
	}
	return t
}

// wantsUser reports an expression that asks who has logged in: httpd asks for credentials before it says no.
func (e *expr) wantsUser() bool { return e != nil && e.root.names("REMOTE_USER") }

func (t *term) names(v string) bool {
	if t == nil {
		return false
	}
	if t.op == "var" && t.text == v {
		return true
	}
	for _, k := range t.kids {
		if k.names(v) {
			return true
		}
	}
	return false
}
