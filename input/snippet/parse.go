package snippet

import (
	"slices"
	"strings"
)

// valueKind says what a value is.
type valueKind uint8

const (
	vNone   valueKind = iota // not understood
	vString                  // parts
	vNumber                  // text
	vDict                    // pairs; lists are pairs without keys
	vChain                   // steps: a name, member, call or index, one behind the other
	vFunc                    // params and body
	vObject                  // what a call made: obj
	vOther                   // an expression that is not known without running it; text names it, items are its operands
)

// value is a literal or an expression, as far as it is read.
type value struct {
	kind   valueKind
	text   string
	items  []value // vString: pieces, each a vString of text alone or an expression; vOther: operands
	pairs  *[]pair // shared: what is put in later is seen by all who hold it
	steps  []step
	params []string
	body   []statement
	obj    *draft
	pos    int
}

type pair struct {
	key  value // vNone in a list
	val  value
	name string // of a named argument
}

// step is a link of a chain: '.' with a name, '(' with arguments, '[' with one index, '{' with initial values.
type step struct {
	op   byte
	name string
	args []pair
}

// statement is an assignment (target, op "=" or "+=") or an expression that stands alone.
type statement struct {
	target value // vNone for an expression
	op     string
	val    value
	pos    int
	end    int
}

// maxDepth bounds the nesting that is followed; deeper brackets are passed over.
const maxDepth = 50

type parser struct {
	l       *lang
	t       []token
	i       int
	depth   int
	noBrace bool // a brace here begins a block: behind Go's if, for and switch
	cmdlet  func(p *parser) (value, bool)
	src     string
}

func parse(l *lang, src string) []statement {
	p := &parser{l: l, t: lex(l, src), src: src}
	if l == powershell {
		p.cmdlet = (*parser).command
	}
	return p.block("")
}

func (p *parser) tok() *token      { return &p.t[p.i] }
func (p *parser) at(s string) bool { return p.t[p.i].kind == tPunct && p.t[p.i].text == s }
func (p *parser) word(s string) bool {
	return p.t[p.i].kind == tName && p.t[p.i].text == s
}
func (p *parser) eof() bool { return p.t[p.i].kind == tEOF }
func (p *parser) advance() {
	if !p.eof() {
		p.i++
	}
}
func (p *parser) peek(n int) *token { return &p.t[min(p.i+n, len(p.t)-1)] }

// take passes over s when it stands here.
func (p *parser) take(s string) bool {
	if p.at(s) {
		p.advance()
		return true
	}
	return false
}

// skipped are words in front of statements and values that say nothing about a request.
var skipped = []string{"await", "return", "const", "let", "var", "final", "val", "new", "async", "yield", "export", "default",
	"public", "private", "protected", "static", "readonly", "if", "while", "for", "foreach", "switch", "else", "try",
	"catch", "finally", "except", "raise", "throw", "throws", "using", "with", "echo", "print", "go", "defer", "not", "typeof", "void",
	"elif", "case", "do", "then", "begin", "puts", "String", "global", "auto", "import", "from"}

// block reads statements up to shut, or to the end of the text for "".
func (p *parser) block(shut string) []statement {
	var out []statement
	for !p.eof() && (shut == "" || !p.at(shut)) {
		before := p.i
		if s, ok := p.statement(); ok {
			out = append(out, s)
		}
		if p.i == before {
			p.advance()
		}
	}
	p.take(shut)
	return out
}

func (p *parser) statement() (statement, bool) {
	t := p.tok()
	if t.kind == tPunct && !slices.Contains([]string{"[", "&", "*", "::"}, t.text) {
		p.advance()
		return statement{}, false
	}
	p.noBrace = false
	if t.kind == tName && (slices.Contains(skipped, t.text) || t.text == "function" && p.peek(1).kind == tName) {
		if !(p.l == ruby && t.text == "new") && !p.member(1) {
			p.noBrace = p.l == golang && (t.text == "if" || t.text == "for" || t.text == "switch")
			if t.text != "new" {
				p.advance()
				if t = p.tok(); t.kind == tPunct && !slices.Contains([]string{"[", "&", "*", "{"}, t.text) || t.kind == tName && slices.Contains(skipped, t.text) {
					return statement{}, false
				}
				if t.kind == tPunct && t.text == "{" && p.l != javascript { // return { ... } is a value, else { ... } a block
					return statement{}, false
				}
			}
		}
	}
	// A type in front of a name is passed over: "HttpClient client = ...", "Map<String, String> h = ...".
	for n := 0; n < 4 && p.typeAhead(); n++ {
	}
	s := statement{pos: t.pos}
	s.val = p.expr()
	for p.at(",") && !p.tok().nl { // a, err := ...
		if mark := p.i; p.peek(1).kind == tName && p.l != java {
			p.advance()
			p.advance()
			if !p.at("=") && !p.at(":=") && !p.at(",") {
				p.i = mark
				break
			}
		} else {
			break
		}
	}
	if p.at(":") && s.val.kind == vChain && p.peek(1).kind == tName && p.peek(2).text == "=" && (p.l == javascript || p.l == python) {
		p.advance() // url: string = "..."
		p.advance()
	}
	for _, op := range []string{"=", ":=", "+=", ".="} {
		if s.val.kind == vChain && p.at(op) {
			p.advance()
			s.target, s.op = s.val, strings.TrimPrefix(op, ":")
			s.val = p.expr()
			if p.at("=") && s.val.kind == vChain { // a = b = 1
				p.advance()
				s.val = p.expr()
			}
			break
		}
	}
	if p.word("as") && p.peek(1).kind == tName && s.target.kind == vNone { // with requests.Session() as s
		p.advance()
		t := p.tok()
		s.target, s.op = value{kind: vChain, steps: []step{{op: '.', name: t.text}}, pos: t.pos}, "="
		p.advance()
	}
	s.end = p.t[max(0, p.i-1)].end
	return s, s.val.kind != vNone
}

// member reports that the name here is the first of a chain: "new.x", "for(".
func (p *parser) member(n int) bool {
	t := p.peek(n)
	return t.kind == tPunct && !t.nl && (t.text == "." || t.text == "=" || t.text == "->")
}

// typeAhead passes over the name of a type in front of a variable.
func (p *parser) typeAhead() bool {
	if p.tok().kind != tName || p.l == ruby || p.l == python || p.l == powershell || p.tok().text == "new" {
		return false
	}
	n := 1
	for p.peek(n).text == "." && p.peek(n).kind == tPunct && p.peek(n+1).kind == tName && n < 12 {
		n += 2
	}
	if p.peek(n).kind == tPunct && p.peek(n).text == "<" {
		depth := 0
		for ; n < 24; n++ {
			switch t := p.peek(n); {
			case t.kind == tPunct && t.text == "<":
				depth++
			case t.kind == tPunct && t.text == ">":
				depth--
			case t.kind == tName, t.kind == tPunct && strings.Contains(",.?[]", t.text):
			default:
				return false
			}
			if depth == 0 {
				n++
				break
			}
		}
	}
	if p.peek(n).text == "[" && p.peek(n+1).text == "]" {
		n += 2
	}
	if t := p.peek(n); t.kind != tName || t.nl || t.text == "as" || t.text == "of" || t.text == "in" || t.text == "instanceof" || t.text == "is" {
		return false
	}
	p.i += n
	return true
}
