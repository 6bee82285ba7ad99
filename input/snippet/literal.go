package snippet

import (
	"slices"
	"strings"
)

// joiners are the operators that glue strings together, by language; other operators make a value unknown.
func (p *parser) joins() bool {
	switch {
	case p.at("+"):
		return true
	case p.at("."):
		return p.l == php
	}
	return false
}

// operators make a value that is not known without running the code; their operands are still read.
var operators = []string{"||", "&&", "??", "==", "===", "!=", "!==", "<", ">", "<=", ">=", "-", "*", "/", "%", "|", "?", "**"}

// expr reads an expression.
func (p *parser) expr() value {
	if p.depth >= maxDepth {
		p.advance()
		return value{}
	}
	p.depth++
	defer func() { p.depth-- }()
	v := p.operand()
	for {
		switch t := p.tok(); {
		case v.kind == vNone || p.eof():
			return v
		case p.joins():
			p.advance()
			v = join(v, p.operand())
		case t.kind == tString && (p.l == python || p.l == ruby) && v.kind == vString && (!t.nl || p.depth > 1):
			v = join(v, p.operand()) // "a" "b" is one string
		case t.kind == tPunct && slices.Contains(operators, t.text) && !(t.nl && p.l.newline && t.text != "?" && t.text != "||") && p.l != powershell:
			p.advance()
			v = p.rest(v, t.text)
		case t.kind == tName && !t.nl && (t.text == "or" || t.text == "and" || t.text == "if" && p.l == python):
			p.advance()
			v = p.rest(v, t.text)
			if p.word("else") {
				p.advance()
				v = p.rest(v, "else")
			}
		case p.l == powershell && p.at("-") && v.kind == vString && p.peek(1).text == "f": // "{0}:{1}" -f $a, $b
			p.advance()
			p.advance()
			args := []value{p.operand()}
			for p.at(",") && len(args) < 20 {
				p.advance()
				args = append(args, p.operand())
			}
			v = fill(v, args, "{0}", "{1}", "{2}", "{3}")
		case (p.at("=>") || p.at("->") && p.l == java) && v.kind == vChain && len(v.steps) == 1 && p.l != ruby && p.l != php:
			p.advance()
			v = p.lambda([]string{v.steps[0].name}, v.pos)
		default:
			return v
		}
	}
}

// rest reads the right side of an operator whose result is not known here.
func (p *parser) rest(left value, op string) value {
	right := p.operand()
	if p.at("+") { // a || "x" + y
		p.advance()
		right = join(right, p.operand())
	}
	out := value{kind: vOther, text: label(left), items: []value{left, right}, pos: left.pos}
	if op == "?" && p.take(":") {
		out.items = append(out.items, p.operand())
	}
	if op == "%" && p.l == python {
		return format(left, right)
	}
	if op == "/" && left.kind == vChain && left.text == "" {
		out.text = label(left)
	}
	return out
}

// format is Python's "..." % (a, b): the text with its operands in it.
func format(left, right value) value {
	if left.kind != vString {
		return value{kind: vOther, text: label(left), items: []value{left, right}, pos: left.pos}
	}
	var args []value
	if right.kind == vDict {
		for _, q := range *right.pairs {
			args = append(args, q.val)
		}
	} else {
		args = []value{right}
	}
	return fill(left, args, "%s", "%d")
}

// fill puts args where the verbs stand in the text of v.
func fill(v value, args []value, verbs ...string) value {
	out := value{kind: vString, pos: v.pos}
	for _, it := range v.items {
		s := it.text
		if it.kind != vString {
			out.items = append(out.items, it)
			continue
		}
		for len(args) > 0 {
			at, n := -1, 0
			for _, w := range verbs {
				if i := strings.Index(s, w); i >= 0 && (at < 0 || i < at) {
					at, n = i, len(w)
				}
			}
			if at < 0 {
				break
			}
			out.items = append(out.items, str(s[:at]), args[0])
			s, args = s[at+n:], args[1:]
		}
		out.items = append(out.items, str(s))
	}
	return out
}

func str(s string) value {
	return value{kind: vString, text: s, items: []value{{kind: vString, text: s}}}
}

// join concatenates two values.
func join(a, b value) value {
	if len(a.items)+len(b.items) > 200 {
		return value{kind: vOther, text: "a long text", pos: a.pos}
	}
	out := value{kind: vString, pos: a.pos}
	for _, v := range []value{a, b} {
		if v.kind == vString {
			out.items = append(out.items, v.items...)
		} else {
			out.items = append(out.items, v)
		}
	}
	return out
}

// operand reads one value with what hangs on it.
func (p *parser) operand() value {
	t := p.tok()
	switch t.kind {
	case tString:
		p.advance()
		return p.chain(p.literal(t))
	case tNumber:
		p.advance()
		return value{kind: vNumber, text: t.text, pos: t.pos}
	case tName:
		return p.named()
	case tEOF:
		return value{}
	}
	switch t.text {
	case "(", "@(":
		return p.paren()
	case "[":
		return p.list()
	case "{", "@{":
		return p.chain(p.dict())
	case "!", "&", "*", "-", "...", "**", "::":
		p.advance()
		return p.operandIn()
	case ":":
		if p.l == ruby && (p.peek(1).kind == tName || p.peek(1).kind == tString) { // a symbol
			p.advance()
			n := p.tok()
			p.advance()
			if n.kind == tString {
				return p.literal(n)
			}
			return value{kind: vString, items: []value{{kind: vString, text: n.text}}, pos: t.pos}
		}
	}
	return value{}
}

// operandIn is operand one level deeper.
func (p *parser) operandIn() value {
	if p.depth >= maxDepth {
		return value{}
	}
	p.depth++
	defer func() { p.depth-- }()
	return p.operand()
}

// literal makes a value of a string token; what stands in its interpolations is read as an expression.
func (p *parser) literal(t *token) value {
	v := value{kind: vString, pos: t.pos, items: []value{}}
	for _, q := range t.parts {
		if q.expr == "" {
			v.items = append(v.items, value{kind: vString, text: q.text})
			continue
		}
		v.items = append(v.items, p.inner(q.expr))
	}
	return v
}

// inner reads the expression of an interpolation.
func (p *parser) inner(src string) value {
	if p.depth >= maxDepth || len(src) > 512 {
		return value{kind: vOther, text: "an expression"}
	}
	if p.l == powershell && strings.HasPrefix(src, "${") {
		src = "$" + strings.Trim(src[1:], "{}")
	}
	q := &parser{l: p.l, t: lex(p.l, src), src: src, depth: p.depth + 10}
	if v := q.expr(); v.kind != vNone && (q.eof() || v.kind == vChain) {
		return v
	}
	return value{kind: vOther, text: "an expression"}
}

// named reads what begins with a name.
func (p *parser) named() value {
	t := p.tok()
	switch t.text {
	case "new", "await", "return", "yield", "typeof", "async", "not", "throw":
		if !p.member(1) && p.peek(1).kind != tEOF {
			p.advance()
			if p.l == php || t.text == "new" {
				if v := p.operandIn(); v.kind == vChain && p.l == csharp && p.at("{") {
					if v.steps[len(v.steps)-1].op != '(' {
						v.steps = append(v.steps, step{op: '('})
					}
					v.steps = append(v.steps, step{op: '{', args: *p.dict().pairs})
					return p.chain(v)
				} else {
					return v
				}
			}
			return p.operandIn()
		}
	case "function", "fn", "func", "lambda", "def":
		return p.function()
	case "map", "struct":
		if p.l == golang && p.peek(1).text == "[" {
			for !p.eof() && !p.at("]") {
				p.advance()
			}
			p.advance()
			for p.tok().kind == tName || p.at(".") || p.at("[") || p.at("]") || p.at("*") {
				p.advance()
			}
			if p.at("{") {
				return p.dict()
			}
			return value{kind: vDict, pairs: &[]pair{}, pos: t.pos}
		}
	}
	if p.cmdlet != nil && t.text[0] != '$' {
		if v, ok := p.cmdlet(p); ok {
			return v
		}
	}
	p.advance()
	return p.chain(value{kind: vChain, steps: []step{{op: '.', name: t.text}}, pos: t.pos})
}

// label names a value in a message: the variable's name, never a literal.
func label(v value) string {
	switch v.kind {
	case vChain:
		var b strings.Builder
		for i, s := range v.steps {
			switch s.op {
			case '.':
				if i > 0 {
					b.WriteByte('.')
				}
				b.WriteString(s.name)
			case '(':
				b.WriteString("()")
				if len(s.args) > 0 && envCall(b.String()) {
					if n, ok := plain(s.args[0].val); ok && isName(n) {
						return n
					}
				}
			case '[':
				if len(s.args) > 0 {
					if n, ok := plain(s.args[0].val); ok && isName(n) {
						return n
					}
				}
			}
		}
		s := b.String()
		if len(s) > 60 {
			s = s[:60]
		}
		return s
	case vOther:
		if v.text != "" {
			return v.text
		}
	case vString:
		for _, it := range v.items {
			if it.kind != vString {
				return label(it)
			}
		}
	}
	return "an expression"
}

// envCall reports a function that reads the environment.
func envCall(s string) bool {
	for _, n := range []string{"getenv()", "Getenv()", "environ.get()", "fetch()", "GetEnvironmentVariable()", "env()", "getProperty()"} {
		if strings.HasSuffix(s, n) {
			return true
		}
	}
	return false
}

// isName reports a word that can be shown: a name of a variable or key.
func isName(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	for i := range len(s) {
		if !isWord(s[i]) && s[i] != '-' && s[i] != '.' {
			return false
		}
	}
	return true
}

// plain is the text of a string without expressions.
func plain(v value) (string, bool) {
	if v.kind == vNumber {
		return v.text, true
	}
	if v.kind != vString {
		return "", false
	}
	var b strings.Builder
	for _, it := range v.items {
		if it.kind != vString {
			return "", false
		}
		b.WriteString(it.text)
	}
	return b.String(), true
}
