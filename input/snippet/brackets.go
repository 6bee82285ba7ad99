package snippet

import "slices"

// chain reads the members, calls and indexes that hang on v.
func (p *parser) chain(v value) value {
	if v.kind != vChain {
		// "a".format(x), [a].join(""): a chain on a literal
		if p.at(".") && p.l != php && p.peek(1).kind == tName && !p.peek(1).nl {
			v = value{kind: vChain, steps: []step{{op: 'v', args: []pair{{val: v}}}}, pos: v.pos}
		} else {
			return v
		}
	}
	for !p.eof() {
		t := p.tok()
		if len(v.steps) > 100 { // no chain that a person writes
			v.steps = v.steps[:1]
		}
		switch {
		case t.kind == tPunct && (t.text == "." && p.l != php || t.text == "?." || t.text == "->" && p.l != java || t.text == "::" && p.l != ruby || t.text == "::" && !t.nl):
			n := p.peek(1)
			if n.kind != tName {
				p.advance()
				if p.at("(") { // f?.(x)
					continue
				}
				return v
			}
			p.advance()
			p.advance()
			v.steps = append(v.steps, step{op: '.', name: n.text})
		case p.at("(") && !(t.nl && p.l.newline):
			v.steps = append(v.steps, step{op: '(', args: p.args(")")})
			if p.l == ruby {
				p.rubyBlock(&v)
			}
		case p.at("[") && !(t.nl && p.l.newline):
			v.steps = append(v.steps, step{op: '[', args: p.args("]")})
		case p.at("{") && p.l == golang && !p.noBrace && !t.nl && typeName(v):
			v.steps = append(v.steps, step{op: '{', args: *p.dict().pairs})
		case p.at("<") && (p.l == csharp || p.l == java) && p.generic():
		case p.l == ruby && p.commandCall(v):
			v.steps = append(v.steps, step{op: '(', args: p.args("")})
			p.rubyBlock(&v)
			return v
		case p.l == ruby && (p.word("do") || p.at("{") && p.peek(1).text == "|") && !t.nl:
			p.rubyBlock(&v)
		default:
			return v
		}
	}
	return v
}

// typeName reports a chain that names a Go type, so that "{" behind it begins a literal.
func typeName(v value) bool {
	last := v.steps[len(v.steps)-1]
	return last.op == '.' && last.name[0] >= 'A' && last.name[0] <= 'Z' || last.op == '.' && last.name == "string"
}

// generic passes over type arguments in front of a call: AddHeader<T>(...), new HashMap<>().
func (p *parser) generic() bool {
	for n := 1; n < 16; n++ {
		switch t := p.peek(n); {
		case t.kind == tPunct && t.text == ">":
			if b := p.peek(n + 1); b.kind == tPunct && (b.text == "(" || b.text == "{" || b.text == ">") {
				p.i += n + 1
				p.take(">")
				return true
			}
			return false
		case t.kind == tName, t.kind == tPunct && (t.text == "," || t.text == "." || t.text == "<" || t.text == "?" || t.text == "[" || t.text == "]"):
		default:
			return false
		}
	}
	return false
}

// commandCall reports a Ruby call without brackets: basic_auth 'u', 'p'.
func (p *parser) commandCall(v value) bool {
	t, last := p.tok(), v.steps[len(v.steps)-1]
	if t.nl || last.op != '.' || p.i == 0 || p.t[p.i-1].end == t.pos {
		return false
	}
	switch {
	case t.kind == tString, t.kind == tNumber:
		return true
	case t.kind == tName:
		return len(v.steps) > 1 && !slices.Contains([]string{"if", "unless", "do", "and", "or", "rescue", "then", "while"}, t.text)
	}
	return t.text == ":" && p.peek(1).kind == tName && p.peek(1).pos == t.end
}

// rubyBlock reads "do |name| ... end" and "{ |name| ... }" as a function behind the arguments. The end of a do-block is
// not looked for: what follows is read as if it stood in the block.
func (p *parser) rubyBlock(v *value) {
	brace := p.at("{")
	if !(p.word("do") || brace && p.peek(1).text == "|") || p.tok().nl {
		return
	}
	pos := p.tok().pos
	p.advance()
	var params []string
	if p.take("|") {
		for !p.eof() && !p.at("|") {
			if p.tok().kind == tName {
				params = append(params, p.tok().text)
			}
			p.advance()
		}
		p.advance()
	}
	f := value{kind: vFunc, params: params, pos: pos}
	if brace && p.depth < maxDepth {
		p.depth++
		f.body = p.block("}")
		p.depth--
	}
	v.steps = append(v.steps, step{op: 'b', args: []pair{{val: f}}})
}

// args reads what stands between brackets, separated by commas: values, and values with a name.
func (p *parser) args(shut string) []pair {
	if shut != "" {
		p.advance()
	}
	var out []pair
	for !p.eof() && (shut == "" || !p.at(shut)) {
		before := p.i
		if q, ok := p.arg(); ok {
			out = append(out, q)
		}
		switch {
		case p.take(","), p.take(";"):
		case shut == "":
			return out
		case p.at(shut):
		case p.i == before || p.at(")") || p.at("]") || p.at("}"):
			p.advance() // not understood: go on behind it
		}
	}
	p.take(shut)
	return out
}

// arg reads one argument or entry.
func (p *parser) arg() (pair, bool) {
	t := p.tok()
	if t.kind == tPunct && t.text == ":" && p.l == ruby && p.peek(1).kind == tName {
		v := p.expr()
		if p.take("=>") {
			return pair{key: v, val: p.expr()}, true
		}
		return pair{val: v}, true
	}
	if (t.kind == tName || t.kind == tString) && p.peek(1).kind == tPunct {
		sep := p.peek(1).text
		if sep == "=" && (p.l == python || p.l == csharp || p.l == powershell) || sep == ":" && p.l != golang && !(p.l == ruby && p.peek(2).kind == tPunct && p.peek(2).text == ":") || sep == "=>" && (p.l == php || p.l == ruby) || sep == ":" && t.kind == tString {
			p.advance()
			p.advance()
			q := pair{name: t.text, key: str(t.text)}
			if t.kind == tString {
				q.key = p.literal(t)
				q.name, _ = plain(q.key)
			}
			q.val = p.expr()
			return q, true
		}
	}
	spread := p.at("...") || p.at("**")
	v := p.expr()
	if v.kind == vNone {
		return pair{}, false
	}
	if spread {
		return pair{name: "...", val: v}, true
	}
	if p.at("=>") || p.at(":") || p.at("=") {
		p.advance()
		q := pair{key: v, val: p.expr()}
		if v.kind == vDict && len(*v.pairs) == 1 { // [name] = value
			q.key = (*v.pairs)[0].val
		}
		q.name, _ = plain(q.key)
		return q, true
	}
	return pair{val: v}, true
}

func (p *parser) list() value {
	t := p.tok()
	if p.l == golang && p.peek(1).text == "]" && p.peek(2).kind == tName { // []string{...}
		p.advance()
		p.advance()
		v := p.operandIn()
		if p.at("{") {
			return p.dict()
		}
		if v.kind == vChain && v.steps[len(v.steps)-1].op == '(' && len(v.steps[len(v.steps)-1].args) == 1 { // []byte("...")
			return v.steps[len(v.steps)-1].args[0].val
		}
		if v.kind == vChain && v.steps[len(v.steps)-1].op == '{' {
			last := v.steps[len(v.steps)-1].args
			return value{kind: vDict, pairs: &last, pos: t.pos}
		}
		return v
	}
	if p.l == powershell && p.peek(1).kind == tName && p.depth < maxDepth { // [Convert]::ToBase64String(...), [string]$x
		p.advance()
		name := p.tok().text
		for !p.eof() && !p.at("]") && !p.tok().nl {
			if p.tok().kind == tName {
				name = p.tok().text
			}
			p.advance()
		}
		p.take("]")
		if p.at("::") || p.at(".") {
			return p.chain(value{kind: vChain, steps: []step{{op: '.', name: name}}, pos: t.pos})
		}
		return p.operandIn()
	}
	args := p.args("]")
	return p.chain(value{kind: vDict, pairs: &args, pos: t.pos})
}

// dict reads { ... }; entries may be separated by line ends.
func (p *parser) dict() value {
	t := p.tok()
	if p.depth >= maxDepth {
		p.advance()
		return value{kind: vDict, pairs: &[]pair{}, pos: t.pos}
	}
	p.depth++
	args := p.args("}")
	p.depth--
	for i, a := range args {
		if a.key.kind == vNone && a.name == "" && a.val.kind == vChain && len(a.val.steps) == 1 && p.l == javascript { // { headers }
			args[i] = pair{key: str(a.val.steps[0].name), name: a.val.steps[0].name, val: a.val}
		}
		if a.val.kind == vDict && a.key.kind == vNone && len(*a.val.pairs) == 2 && p.l == csharp { // { "k", "v" }
			q := *a.val.pairs
			name, _ := plain(q[0].val)
			args[i] = pair{key: q[0].val, name: name, val: q[1].val}
		}
	}
	return value{kind: vDict, pairs: &args, pos: t.pos}
}

// paren reads ( ... ): a value, a tuple, a cast, or the parameters of a function.
func (p *parser) paren() value {
	t := p.tok()
	if p.depth >= maxDepth {
		p.advance()
		return value{}
	}
	p.depth++
	args := p.args(")")
	p.depth--
	if p.at("=>") || p.at("->") && p.l == java {
		p.advance()
		var params []string
		for _, a := range args {
			if a.val.kind == vChain {
				params = append(params, a.val.steps[0].name)
			}
		}
		return p.lambda(params, t.pos)
	}
	if len(args) == 1 && args[0].key.kind == vNone {
		v := args[0].val
		n := p.tok()
		if (p.l == java || p.l == csharp || p.l == php) && v.kind == vChain && !n.nl && (n.kind == tName || n.kind == tString) {
			return p.operandIn() // a cast
		}
		if v.kind == vChain || v.kind == vDict || p.at(".") {
			return p.chain(v)
		}
		return v
	}
	return value{kind: vDict, pairs: &args, pos: t.pos}
}

// lambda reads what follows the arrow.
func (p *parser) lambda(params []string, pos int) value {
	f := value{kind: vFunc, params: params, pos: pos}
	if p.depth >= maxDepth {
		p.advance()
		return f
	}
	p.depth++
	defer func() { p.depth-- }()
	if p.take("{") {
		f.body = p.block("}")
		return f
	}
	v := p.expr()
	f.body = []statement{{val: v, pos: pos, end: p.t[max(0, p.i-1)].end}}
	return f
}

// function reads function (a, b) { ... } and its relatives.
func (p *parser) function() value {
	pos := p.tok().pos
	python := p.word("lambda")
	p.advance()
	if p.tok().kind == tName && !python {
		p.advance()
	}
	var params []string
	if p.at("(") {
		for _, a := range p.args(")") {
			if a.val.kind == vChain {
				params = append(params, a.val.steps[0].name)
			}
		}
	}
	for !p.eof() && !p.at("{") && !p.at(":") && !p.at("=>") && !p.tok().nl && !p.at(")") {
		p.advance()
	}
	if p.at(")") || p.tok().nl || p.eof() {
		return value{kind: vFunc, params: params, pos: pos}
	}
	if p.at("{") {
		return p.lambda(params, pos)
	}
	if p.take(":") || p.take("=>") {
		if p.tok().nl {
			return value{kind: vFunc, params: params, pos: pos}
		}
		return p.lambda(params, pos)
	}
	return value{kind: vFunc, params: params, pos: pos}
}
