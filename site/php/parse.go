package php

import (
	"fmt"
	"strings"
)

// maxDepth is how deep brackets and blocks may be nested.
const maxDepth = 200

type parser struct {
	toks  []token
	pos   int
	depth int
	bad   []badStmt // what could not be read, in order
}

// failure is why a statement cannot be read. deep ends the whole file.
type failure struct {
	line int
	what string
	deep bool
}

// parse makes a tree of a file. What cannot be read is left out and noted; the rest still is.
func parse(src string) ([]stmt, []badStmt) {
	p := &parser{toks: lex(src)}
	body := p.statements(false)
	return body, p.bad
}

func (p *parser) peek() token { return p.toks[p.pos] }

func (p *parser) next() token {
	t := p.toks[p.pos]
	if t.kind != tEOF {
		p.pos++
	}
	return t
}

func (p *parser) ahead(n int) token { return p.toks[min(p.pos+n, len(p.toks)-1)] }

func (p *parser) accept(op string) bool {
	if p.peek().is(op) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) acceptWord(w string) bool {
	if p.peek().word(w) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(op string) {
	if !p.accept(op) {
		p.fail("expected %q", op)
	}
}

func (p *parser) fail(format string, args ...any) {
	t := p.peek()
	met := "the end of the file"
	switch {
	case t.kind == tBad:
		panic(failure{line: t.line, what: t.text})
	case t.kind == tOp || t.kind == tName:
		met = fmt.Sprintf("%q", t.text)
	case t.kind == tVar:
		met = "$" + t.text
	case t.kind != tEOF:
		met = "a literal"
	}
	panic(failure{line: t.line, what: fmt.Sprintf(format, args...) + ", found " + met})
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		panic(failure{line: p.peek().line, what: fmt.Sprintf("nested deeper than %d", maxDepth), deep: true})
	}
}

func (p *parser) leave() { p.depth-- }

// statements reads to the end of the file, or of the block when inner.
func (p *parser) statements(inner bool, ends ...string) []stmt {
	var out []stmt
	for {
		t := p.peek()
		switch {
		case t.kind == tEOF:
			return out
		case inner && t.is("}"):
			return out
		case t.is("}"):
			p.bad = append(p.bad, badStmt{place{t.line, t.start, t.end}, `"}" closes nothing`})
			p.next()
			continue
		}
		for _, w := range ends {
			if t.word(w) {
				return out
			}
		}
		if s := p.guarded(); s != nil {
			out = append(out, s)
		}
	}
}

// guarded reads a statement; one that cannot be read is passed over to its end.
func (p *parser) guarded() (s stmt) {
	from, depth := p.pos, p.depth
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		f, ok := r.(failure)
		if !ok {
			panic(r)
		}
		p.depth = depth
		if f.deep && depth > 0 {
			panic(r)
		}
		p.bad = append(p.bad, badStmt{place{line: f.line}, f.what})
		failed := p.pos
		p.pos = from
		if f.deep {
			p.pos = len(p.toks) - 1
		} else {
			p.resync(failed)
		}
		s = badStmt{place{line: f.line}, f.what}
	}()
	return p.statement()
}

// resync passes to behind the statement that begins here and could not be read at failed.
func (p *parser) resync(failed int) {
	open := 0
	for {
		t := p.peek()
		switch {
		case t.kind == tEOF:
			return
		case t.is("(") || t.is("[") || t.is("{"):
			open++
		case t.is(")") || t.is("]"):
			open--
		case t.is("}"):
			if open <= 0 && p.pos >= failed {
				return // the block around it ends
			}
			if open--; open == 0 && p.pos >= failed {
				p.pos++
				return
			}
		case t.is(";") && open <= 0 && p.pos >= failed:
			p.pos++
			return
		}
		p.pos++
		open = max(open, 0)
	}
}

func (p *parser) at(from int) place {
	last := p.toks[max(p.pos-1, from)]
	return place{p.toks[from].line, p.toks[from].start, last.end}
}

func (p *parser) statement() stmt {
	p.enter()
	defer p.leave()
	t, from := p.peek(), p.pos
	switch {
	case t.is(";"):
		p.next()
		return nil
	case t.is("{"):
		p.next()
		body := p.statements(true)
		p.expect("}")
		return blockStmt{body}
	case t.kind == tName && !p.ahead(1).is("::") && !p.ahead(1).is("(") || t.kind == tName && control[strings.ToLower(t.text)]:
		if s, ok := p.keyword(strings.ToLower(t.text)); ok {
			return s
		}
	case t.is("#"): // an attribute: #[...]
		p.next()
		if p.peek().is("[") {
			p.skipBrackets()
			return p.statement()
		}
	}
	e := p.expression()
	if p.peek().kind != tEOF {
		p.expect(";")
	}
	_ = from
	return exprStmt{e}
}

// control are the words that may stand before "(" and are no functions.
var control = map[string]bool{"if": true, "for": true, "foreach": true, "while": true, "switch": true, "declare": true, "return": true,
	"unset": true, "echo": true, "print": true, "do": true, "try": true, "function": true}

// keyword reads the statement that begins with w; false when w begins an expression.
func (p *parser) keyword(w string) (stmt, bool) {
	from := p.pos
	p.next()
	switch w {
	case "if":
		return p.ifStatement(from), true
	case "return":
		r := returnStmt{}
		if !p.peek().is(";") && p.peek().kind != tEOF {
			r.value = p.expression()
		}
		p.end()
		r.at = p.at(from)
		return r, true
	case "echo", "print":
		for ok := true; ok; ok = p.accept(",") {
			p.expression()
		}
		p.end()
		return nil, true
	case "const":
		return p.constants(from), true
	case "unset":
		p.expect("(")
		var items []expr
		for !p.peek().is(")") {
			items = append(items, p.expression())
			if !p.accept(",") {
				break
			}
		}
		p.expect(")")
		p.end()
		return unsetStmt{items}, true
	case "global", "use", "namespace", "declare", "goto", "break", "continue", "static":
		if w == "static" && (p.peek().word("function") || p.peek().word("fn")) {
			break
		}
		if w == "namespace" && !p.peek().is("{") {
			p.next()
		}
		if w == "declare" {
			p.skipBrackets()
		}
		for !p.peek().is(";") && !p.peek().is("{") && p.peek().kind != tEOF {
			p.next()
		}
		if p.peek().is("{") && w != "use" {
			return p.statement(), true
		}
		for !p.peek().is(";") && p.peek().kind != tEOF {
			p.next()
		}
		p.end()
		return nil, true
	case "function":
		p.accept("&")
		if p.peek().kind != tName {
			break
		}
		name := p.next().text
		p.body()
		return funcStmt{p.at(from), name}, true
	case "class", "interface", "trait", "abstract", "final", "readonly", "enum":
		if p.peek().kind != tName {
			break
		}
		p.body()
		return nil, true
	case "for", "foreach", "while", "switch", "do", "try":
		return p.loop(w, from), true
	}
	p.pos = from
	return nil, false
}

// end reads the end of a statement.
func (p *parser) end() {
	if p.peek().kind != tEOF {
		p.expect(";")
	}
}

// body passes over a head and the block in braces behind it.
func (p *parser) body() {
	for !p.peek().is("{") && !p.peek().is(";") {
		if p.peek().kind == tEOF {
			p.fail("expected a body")
		}
		if p.peek().is("(") {
			p.skipBrackets()
			continue
		}
		p.next()
	}
	if p.accept(";") {
		return
	}
	p.skipBrackets()
}

// skipBrackets passes over what stands between the bracket here and the one that closes it.
func (p *parser) skipBrackets() {
	open := 0
	for {
		t := p.next()
		switch {
		case t.kind == tEOF:
			p.fail("a bracket that is not closed")
		case t.is("(") || t.is("[") || t.is("{"):
			open++
		case t.is(")") || t.is("]") || t.is("}"):
			if open--; open == 0 {
				return
			}
		}
	}
}

func (p *parser) ifStatement(from int) stmt {
	p.enter()
	defer p.leave()
	p.expect("(")
	s := ifStmt{cond: p.expression()}
	p.expect(")")
	s.at = p.at(from)
	if p.accept(":") {
		s.then = p.statements(true, "elseif", "else", "endif")
		at := p.pos
		switch {
		case p.acceptWord("elseif"):
			s.alts = []stmt{p.ifStatement(at)}
			return s // the inner one reads endif
		case p.peek().word("else") && p.ahead(1).word("if"):
			p.next()
			p.next()
			s.alts = []stmt{p.ifStatement(at)}
			return s
		case p.acceptWord("else"):
			p.expect(":")
			s.alts = p.statements(true, "endif")
		}
		if !p.acceptWord("endif") {
			p.fail("expected endif")
		}
		p.end()
		return s
	}
	s.then = p.one()
	at := p.pos
	switch {
	case p.acceptWord("elseif"):
		s.alts = []stmt{p.ifStatement(at)}
	case p.peek().word("else") && p.ahead(1).word("if"):
		p.next()
		p.next()
		s.alts = []stmt{p.ifStatement(at)}
	case p.acceptWord("else"):
		s.alts = p.one()
	}
	return s
}

// one reads a single statement or a block.
func (p *parser) one() []stmt {
	if s := p.statement(); s != nil {
		if b, ok := s.(blockStmt); ok {
			return b.body
		}
		return []stmt{s}
	}
	return nil
}

// loop reads a statement whose body may run any number of times, or in parts.
func (p *parser) loop(w string, from int) stmt {
	s := loopStmt{what: "a " + w + " block"}
	if p.peek().is("(") {
		head := p.pos
		p.skipBrackets()
		for i := head; i < p.pos; i++ {
			if p.toks[i].kind == tVar && w != "switch" {
				s.sets = append(s.sets, variable{place{line: p.toks[i].line}, p.toks[i].text})
			}
		}
	}
	s.at = p.at(from)
	switch {
	case w == "switch":
		s.body = p.switchBody()
	case p.accept(":"):
		s.body = p.statements(true, "end"+w)
		p.next()
		p.end()
	default:
		s.body = p.one()
	}
	for {
		switch {
		case w == "do" && p.acceptWord("while"):
			p.skipBrackets()
			p.end()
			return s
		case w == "try" && (p.acceptWord("catch") || p.acceptWord("finally")):
			if p.peek().is("(") {
				p.skipBrackets()
			}
			s.body = append(s.body, p.one()...)
		default:
			return s
		}
	}
}

// switchBody reads the cases as one body, each of which may run or not.
func (p *parser) switchBody() []stmt {
	end := "endswitch"
	if p.accept("{") {
		end = ""
	} else {
		p.expect(":")
	}
	var body []stmt
	for {
		switch {
		case p.acceptWord("case"):
			p.expression()
			if !p.accept(":") {
				p.expect(";")
			}
		case p.acceptWord("default"):
			if !p.accept(":") {
				p.expect(";")
			}
		case end == "" && p.accept("}"):
			return body
		case end != "" && p.acceptWord(end):
			p.end()
			return body
		case p.peek().kind == tEOF:
			p.fail("a switch that does not end")
		default:
			if s := p.guarded(); s != nil {
				body = append(body, s)
			}
		}
	}
}

func (p *parser) constants(from int) stmt {
	var out []stmt
	for {
		at := p.pos
		if p.peek().kind != tName {
			p.fail("expected a name")
		}
		name := p.next().text
		p.expect("=")
		out = append(out, constStmt{p.at(at), name, p.expression()})
		if !p.accept(",") {
			break
		}
	}
	p.end()
	_ = from
	return blockStmt{out}
}
