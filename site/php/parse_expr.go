package php

import (
	"strconv"
	"strings"
)

// precedence of the binary operators of PHP 8, strongest last (https://www.php.net/manual/en/language.operators.precedence.php).
var precedence = map[string]int{
	"or": 1, "xor": 2, "and": 3,
	// assignments stand at 4, ?: at 5
	"??": 6, "||": 7, "&&": 8, "|": 9, "^": 10, "&": 11,
	"==": 12, "!=": 12, "===": 12, "!==": 12, "<>": 12, "<=>": 12,
	"<": 13, "<=": 13, ">": 13, ">=": 13,
	".": 14, "<<": 15, ">>": 15, "+": 16, "-": 16, "*": 17, "/": 17, "%": 17, "instanceof": 19, "**": 20,
}

const ternaryLevel = 5

var assignments = map[string]bool{"=": true, ".=": true, "??=": true, "+=": true, "-=": true, "*=": true, "/=": true, "%=": true, "**=": true,
	"|=": true, "&=": true, "^=": true, "<<=": true, ">>=": true}

func (p *parser) expression() expr { return p.binary(0) }

func (p *parser) operator() string {
	switch t := p.peek(); t.kind {
	case tOp:
		return t.text
	case tName:
		return strings.ToLower(t.text)
	}
	return ""
}

func (p *parser) binary(least int) expr {
	p.enter()
	defer p.leave()
	from := p.pos
	l := p.unary()
	for {
		op := p.operator()
		if op == "?" && least <= ternaryLevel {
			p.next()
			t := ternary{cond: l}
			if !p.accept(":") {
				t.then = p.binary(ternaryLevel)
				p.expect(":")
			}
			t.els = p.binary(ternaryLevel + 1)
			t.at = p.at(from)
			l = t
			continue
		}
		prec, ok := precedence[op]
		if !ok || prec < least {
			return l
		}
		p.next()
		right := prec + 1
		if op == "??" || op == "**" { // right to left
			right = prec
		}
		r := p.binary(right)
		l = binary{p.at(from), op, l, r}
	}
}

var casts = map[string]string{"int": "int", "integer": "int", "bool": "bool", "boolean": "bool", "float": "float", "double": "float", "real": "float",
	"string": "string", "binary": "string", "array": "array", "object": "object", "unset": "unset"}

func (p *parser) unary() expr {
	p.enter()
	defer p.leave()
	from, t := p.pos, p.peek()
	switch {
	case t.is("!") || t.is("~") || t.is("@") || t.is("-") || t.is("+"):
		p.next()
		level := 18
		item := p.binary(level)
		return unary{p.at(from), t.text, item}
	case t.is("&"): // a reference: =& $x, array(&$x)
		p.next()
		return unary{p.at(from), "&", p.unary()}
	case t.is("(") && p.ahead(1).kind == tName && p.ahead(2).is(")") && casts[strings.ToLower(p.ahead(1).text)] != "":
		p.pos += 3
		item := p.unary()
		return unary{p.at(from), "(" + casts[strings.ToLower(p.toks[from+1].text)] + ")", item}
	case t.is("++") || t.is("--"):
		p.next()
		target := p.unary()
		return assign{p.at(from), t.text, target, nil}
	}
	return p.assigned(from, p.postfix())
}

// assigned reads the assignment to what stands before, if there is one: it binds to the variable however tightly what is
// around it does (!$a = f()).
func (p *parser) assigned(from int, e expr) expr {
	op := p.operator()
	if op == "++" || op == "--" {
		p.next()
		return assign{p.at(from), op, e, nil}
	}
	if !assignments[op] || p.peek().kind != tOp {
		return e
	}
	switch e.(type) {
	case variable, index, dynamic, opaque, arrayLit:
	default:
		p.fail("assigned to what is no variable")
	}
	p.next()
	if op == "=" && p.peek().is("&") {
		p.next()
		op = "=&"
	}
	value := p.binary(4)
	return assign{p.at(from), op, e, value}
}

func (p *parser) postfix() expr {
	from := p.pos
	e := p.primary()
	for steps := 0; ; steps++ {
		t := p.peek()
		switch {
		case t.is("[") || t.is("{") && false:
			p.next()
			var key expr
			if !p.peek().is("]") {
				key = p.expression()
			}
			p.expect("]")
			e = index{p.at(from), e, key}
		case t.is("->") || t.is("?->"):
			p.next()
			p.member()
			e = opaque{p.at(from), "an object"}
		case t.is("::"):
			p.next()
			c, named := e.(constant)
			if named && p.peek().kind == tName && !p.ahead(1).is("(") {
				m := p.next()
				e = constant{p.at(from), c.name + "::" + m.text}
				continue
			}
			if named && p.peek().kind == tName {
				m := p.next()
				e = call{name: c.name + "::" + m.text, args: p.arguments(), at: p.at(from)}
				continue
			}
			p.member()
			e = opaque{p.at(from), "a class"}
		case t.is("("):
			args := p.arguments()
			if c, ok := e.(constant); ok {
				e = call{p.at(from), strings.TrimPrefix(c.name, `\`), args}
			} else {
				e = opaque{p.at(from), "a function that a value names"}
			}
		default:
			return e
		}
	}
}

// member passes over the name behind -> or ::.
func (p *parser) member() {
	switch t := p.peek(); {
	case t.kind == tName, t.kind == tVar:
		p.next()
	case t.is("{"):
		p.skipBrackets()
	case t.is("$"):
		p.next()
		p.primary()
	default:
		p.fail("expected the name of a member")
	}
}

func (p *parser) arguments() []argument {
	p.expect("(")
	var args []argument
	for !p.peek().is(")") {
		a := argument{spread: p.accept("...")}
		if a.spread && p.peek().is(")") {
			break // f(...) makes a closure
		}
		if p.peek().kind == tName && p.ahead(1).is(":") && !p.ahead(1).is("::") { // a named argument
			p.pos += 2
		}
		a.value = p.expression()
		args = append(args, a)
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	return args
}

func (p *parser) primary() expr {
	p.enter()
	defer p.leave()
	from := p.pos
	t := p.next()
	switch {
	case t.kind == tVar:
		return variable{p.at(from), t.text}
	case t.kind == tString:
		return literal{p.at(from), Value{Kind: String, s: t.text}}
	case t.kind == tTemplate:
		return p.template(t, from)
	case t.kind == tInt || t.kind == tFloat:
		return literal{p.at(from), number(t)}
	case t.kind == tName:
		return p.named(t, from)
	case t.is("("):
		e := p.expression()
		p.expect(")")
		return e
	case t.is("["):
		return p.items(from, "]")
	case t.is("$"):
		if p.accept("{") {
			e := p.expression()
			p.expect("}")
			return dynamic{p.at(from), e}
		}
		return dynamic{p.at(from), p.primary()}
	case t.is("#") && p.peek().is("["): // an attribute before a closure
		p.skipBrackets()
		return p.primary()
	}
	p.pos = from
	p.fail("expected a value")
	return nil
}

func (p *parser) template(t token, from int) expr {
	out := template{at: p.at(from)}
	for _, part := range t.parts {
		if part.code == nil {
			out.parts = append(out.parts, literal{place{line: part.line}, Value{Kind: String, s: part.text}})
			continue
		}
		in := &parser{toks: part.code, depth: p.depth}
		out.parts = append(out.parts, in.expression())
	}
	return out
}

// items reads the entries of an array to the bracket that closes it.
func (p *parser) items(from int, closing string) expr {
	a := arrayLit{}
	for !p.peek().is(closing) {
		if p.accept(",") { // list(, $b)
			continue
		}
		it := arrayItem{spread: p.accept("..."), ref: p.peek().is("&")}
		it.value = p.expression()
		if p.accept("=>") {
			it.key, it.ref = it.value, p.peek().is("&")
			it.value = p.expression()
		}
		a.items = append(a.items, it)
		if !p.accept(",") {
			break
		}
	}
	p.expect(closing)
	a.at = p.at(from)
	return a
}

func (p *parser) named(t token, from int) expr {
	w := strings.ToLower(t.text)
	open := p.peek().is("(")
	switch {
	case w == "array" && open, w == "list" && open:
		p.next()
		return p.items(from, ")")
	case w == "isset" && open, w == "empty" && open:
		args := p.arguments()
		s := isset{at: p.at(from), empty: w == "empty"}
		for _, a := range args {
			s.items = append(s.items, a.value)
		}
		return s
	case w == "include" || w == "include_once" || w == "require" || w == "require_once":
		file := p.binary(ternaryLevel)
		return include{p.at(from), w, file}
	case w == "exit" || w == "die":
		if open {
			p.arguments()
		}
		return exit{p.at(from)}
	case w == "new":
		return p.instance(from)
	case w == "clone" || w == "print" || w == "yield" || w == "throw":
		p.acceptWord("from")
		if !p.peek().is(";") && !p.peek().is(")") {
			p.binary(4)
		}
		if w == "throw" {
			return exit{p.at(from)}
		}
		return opaque{p.at(from), w}
	case w == "static" && (p.peek().word("function") || p.peek().word("fn")):
		return p.named(p.next(), from)
	case w == "function" && (open || p.peek().is("&")):
		p.body()
		return opaque{p.at(from), "a function without a name"}
	case w == "fn" && (open || p.peek().is("&")):
		for !p.peek().is("=>") {
			if p.peek().kind == tEOF {
				p.fail("expected =>")
			}
			if p.peek().is("(") {
				p.skipBrackets()
				continue
			}
			p.next()
		}
		p.next()
		p.binary(4)
		return opaque{p.at(from), "a function without a name"}
	case w == "match" && open:
		p.skipBrackets()
		if p.peek().is("{") {
			p.skipBrackets()
		}
		return opaque{p.at(from), "a match"}
	}
	return constant{p.at(from), t.text}
}

func (p *parser) instance(from int) expr {
	switch {
	case p.peek().word("class"):
		p.body()
	case p.peek().is("("):
		p.skipBrackets()
	default:
		p.primary()
	}
	if p.peek().is("(") {
		p.skipBrackets()
	}
	return opaque{p.at(from), "an object"}
}

// number reads an integer or a float as PHP does: an integer too large is a float.
func number(t token) Value {
	text := strings.ReplaceAll(t.text, "_", "")
	if t.kind == tInt {
		digits, base := text, 10
		switch {
		case len(text) > 1 && text[0] == '0' && strings.IndexByte("xX", text[1]) >= 0:
			digits, base = text[2:], 16
		case len(text) > 1 && text[0] == '0' && strings.IndexByte("bB", text[1]) >= 0:
			digits, base = text[2:], 2
		case len(text) > 1 && text[0] == '0' && strings.IndexByte("oO", text[1]) >= 0:
			digits, base = text[2:], 8
		case len(text) > 1 && text[0] == '0':
			digits, base = text[1:], 8
		}
		n, err := strconv.ParseInt(digits, base, 64)
		if err == nil {
			return Value{Kind: Int, i: n}
		}
		if base != 10 {
			return Value{Kind: Unknown, Needs: []Need{{What: Code, Name: "a number that does not fit an integer"}}}
		}
	}
	f, _ := strconv.ParseFloat(text, 64)
	return Value{Kind: Float, f: f}
}
