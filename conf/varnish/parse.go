package varnish

import (
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
)

const (
	word   tokenKind = iota // req.http.X, if, set
	str                     // a string literal, without its quotes
	number                  // 401, 120s
	punct                   // ( ) { } ; , and operators
)

// statement is one statement of a sub.
type statement struct {
	conf.Place
	do     string // "set", "unset", "if", "return", "call", or "" for what is not known here
	target string // of set and unset: "req.http.X"; of call: the sub; of return: the action
	op     string // of set
	value  *expr  // of set; of if: the condition
	args   []*expr
	body   []*statement // of if
	other  []*statement // of else
	text   string
}

// expr is an expression.
type expr struct {
	op   string // "||", "&&", "!", a comparison, "+" for joining, "call", "name", "str", "num"
	text string
	of   []*expr
}

// literals are the texts in e.
func (e *expr) literals(depth int) []string {
	if e == nil || depth > 8*maxDepth {
		return nil
	}
	if e.op == "str" {
		return []string{e.text}
	}
	var out []string
	for _, x := range e.of {
		out = append(out, x.literals(depth+1)...)
	}
	return out
}

// closed is the text of a condition without what it compares fields with.
func (e *expr) closed(text string, depth int) string {
	if e == nil || depth > 8*maxDepth {
		return text
	}
	for _, x := range e.of {
		text = x.closed(text, depth+1)
	}
	switch e.op {
	case "==", "!=", "~", "!~":
		if name, ok := headerOf(e.of[0].text, "req.http.", "bereq.http."); ok {
			text = step.Close(text, name, e.of[1].literals(0)...)
		}
	}
	return text
}

const (
	maxDepth    = 64
	maxIncludes = 200
)

type parser struct {
	r     *reader
	file  string
	s     string
	t     []token
	i     int
	depth int
}

func (p *parser) peek() token {
	if p.i < len(p.t) {
		return p.t[p.i]
	}
	return token{kind: punct, line: 1, start: len(p.s), end: len(p.s)}
}

func (p *parser) next() token {
	t := p.peek()
	p.i = min(len(p.t), p.i+1)
	return t
}

func (p *parser) eat(text string) bool {
	if t := p.peek(); t.text == text && t.kind != str && p.i < len(p.t) {
		p.i++
		return true
	}
	return false
}

// place is from token i to the one that was read last.
func (p *parser) place(i int) conf.Place {
	if i >= len(p.t) {
		return conf.Place{File: p.file}
	}
	return conf.Place{File: p.file, Line: p.t[i].line, Start: p.t[i].start, End: p.t[max(i, min(p.i, len(p.t))-1)].end}
}

func (p *parser) text(i int) string {
	at := p.place(i)
	return strings.Join(strings.Fields(p.s[at.Start:at.End]), " ")
}

// top reads declarations.
func (p *parser) top() {
	for p.i < len(p.t) {
		from := p.i
		switch t := p.next(); t.text {
		case "sub":
			name := p.next().text
			body := p.block()
			p.r.subs[name] = append(p.r.subs[name], body...)
		case "acl":
			p.acl(p.next().text)
		case "backend":
			p.backend(p.next().text, from)
		case "include":
			p.include(from)
		case "{":
			p.skipBlock()
		}
	}
}

// skipBlock passes a block whose brace was read.
func (p *parser) skipBlock() {
	for depth := 1; depth > 0 && p.i < len(p.t); {
		switch t := p.next(); {
		case t.kind == punct && t.text == "{":
			depth++
		case t.kind == punct && t.text == "}":
			depth--
		}
	}
}

func (p *parser) include(from int) {
	name := p.next().text
	p.eat(";")
	file := name
	if !path.IsAbs(file) {
		file = path.Join(path.Dir(p.file), name)
	}
	if p.r.includes++; p.r.includes > maxIncludes {
		p.r.conf.Leave(p.place(from), "files include each other, or too many files")
		return
	}
	if err := p.r.parse(file); err != nil {
		p.r.conf.Leave(p.place(from), "include %q cannot be read: %v", name, err)
	}
}

func (p *parser) acl(name string) {
	a := &acl{}
	p.eat("{")
	for !p.eat("}") && p.i < len(p.t) {
		if p.next(); p.t[p.i-1].kind != str && p.t[p.i-1].text != "!" {
			continue
		}
		p.i--
		not := p.eat("!")
		text := p.next().text
		if p.eat("/") {
			text += "/" + p.next().text
		}
		a.entries = append(a.entries, aclEntry{text, not})
	}
	p.r.acls[name] = a
}

func (p *parser) backend(name string, from int) {
	b := &backend{Place: p.place(from), name: name}
	if !p.eat("{") {
		p.eat("none")
	}
	for depth := 1; depth > 0 && p.i < len(p.t); {
		switch t := p.next(); {
		case t.kind == punct && t.text == "{":
			depth++
		case t.kind == punct && t.text == "}":
			depth--
		case t.kind == word && t.text == "none", t.kind == punct && t.text == ";" && b.host == "" && depth == 1 && p.i < len(p.t) && p.peek().text == "sub":
			depth = 0
		case t.kind == punct && t.text == "." && depth == 1:
			key := p.next().text
			p.eat("=")
			v := p.peek()
			if v.text == "{" {
				continue
			}
			p.next()
			switch key {
			case "host":
				b.host = v.text
			case "port":
				b.port = v.text
			}
		}
	}
	p.r.backends = append(p.r.backends, b)
}

// block reads "{ statements }".
func (p *parser) block() []*statement {
	var out []*statement
	if !p.eat("{") {
		return nil
	}
	if p.depth++; p.depth > maxDepth {
		p.r.conf.Leave(p.place(p.i-1), "nested too deep")
		p.skipBlock()
		p.depth--
		return nil
	}
	defer func() { p.depth-- }()
	for p.i < len(p.t) && !p.eat("}") {
		if s := p.statement(); s != nil {
			out = append(out, s)
		}
	}
	return out
}

func (p *parser) statement() *statement {
	from := p.i
	s := &statement{}
	t := p.next()
	switch {
	case t.text == ";":
		return nil
	case t.text == "set" && t.kind == word:
		s.do, s.target, s.op = "set", p.next().text, p.next().text
		if s.op != "=" && s.op != "+=" && s.op != "-=" && s.op != "*=" && s.op != "/=" {
			p.r.conf.Leave(p.place(from), "a variable, = and a value are expected behind set")
		}
		s.value = p.or()
		p.eat(";")
	case t.text == "unset" || t.text == "remove":
		s.do, s.target = "unset", p.next().text
		p.eat(";")
	case t.text == "call":
		s.do, s.target = "call", p.next().text
		p.eat(";")
	case t.text == "return":
		s.do = "return"
		p.eat("(")
		s.target = p.next().text
		if p.eat("(") {
			s.args = p.list()
		}
		p.eat(")")
		p.eat(";")
	case t.text == "if":
		s.do = "if"
		p.eat("(")
		s.value = p.or()
		p.eat(")")
		s.Place = p.place(from)
		s.text = s.value.closed(p.text(from), 0)
		s.body = p.block()
		p.orElse(s)
		return s
	case t.text == "include":
		p.include(from)
		return nil
	case t.text == "{":
		p.skipBlock()
		s.text = "inline C"
	default:
		s.target = t.text
		for p.i < len(p.t) && !p.eat(";") && p.peek().text != "}" {
			p.next()
		}
	}
	s.Place = p.place(from)
	if s.text == "" {
		s.text = p.text(from)
	}
	return s
}

func (p *parser) orElse(s *statement) {
	switch {
	case p.eat("elseif"), p.eat("elsif"), p.eat("elif"):
		p.i--
		p.t[p.i].text = "if"
		s.other = []*statement{p.statement()}
	case p.eat("else"):
		if p.peek().text == "if" {
			s.other = []*statement{p.statement()}
			return
		}
		s.other = p.block()
	}
}

func (p *parser) list() []*expr {
	var out []*expr
	for p.i < len(p.t) && !p.eat(")") {
		at := p.i
		out = append(out, p.or())
		if !p.eat(",") && p.i == at {
			p.next()
		}
	}
	return out
}

func (p *parser) or() *expr  { return p.joined("||", p.and) }
func (p *parser) and() *expr { return p.joined("&&", p.compare) }

func (p *parser) joined(op string, next func() *expr) *expr {
	if p.depth++; p.depth > 4*maxDepth {
		p.depth--
		p.i = len(p.t)
		return &expr{op: "name"}
	}
	defer func() { p.depth-- }()
	e := next()
	for p.eat(op) {
		e = &expr{op: op, of: []*expr{e, next()}}
	}
	return e
}

func (p *parser) compare() *expr {
	e := p.sum()
	for _, op := range []string{"==", "!=", "!~", "~", "<=", ">=", "<", ">"} {
		if p.eat(op) {
			return &expr{op: op, of: []*expr{e, p.sum()}}
		}
	}
	return e
}

// sum reads strings that stand side by side or with + between them.
func (p *parser) sum() *expr {
	e := p.unary()
	for p.i < len(p.t) {
		plus := p.eat("+")
		if t := p.peek(); !plus && t.kind == punct {
			return e
		}
		e = &expr{op: "+", of: []*expr{e, p.unary()}}
	}
	return e
}

func (p *parser) unary() *expr {
	if p.depth++; p.depth > 4*maxDepth {
		p.depth--
		p.i = len(p.t)
		return &expr{op: "name"}
	}
	defer func() { p.depth-- }()
	t := p.next()
	switch {
	case t.kind == str:
		return &expr{op: "str", text: t.text}
	case t.kind == number:
		return &expr{op: "num", text: t.text}
	case t.text == "!":
		return &expr{op: "!", of: []*expr{p.unary()}}
	case t.text == "-":
		return p.unary()
	case t.text == "(":
		e := p.or()
		p.eat(")")
		return e
	case t.kind == word && p.eat("("):
		return &expr{op: "call", text: t.text, of: p.list()}
	case t.kind == word:
		return &expr{op: "name", text: t.text}
	}
	return &expr{op: "name"}
}
