package snippet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lang is what the reader must know of a language to find its words and strings.
type lang struct {
	name     string
	line     []string // what begins a comment up to the end of the line
	block    string   // what begins and ends a longer one, with a blank between
	sigil    bool     // names begin with $
	newline  bool     // a line's end ends a statement
	dash     bool     // names may hold "-": Invoke-WebRequest
	question bool     // names may end in "?" or "!"
}

var (
	javascript = &lang{name: "js", line: []string{"//"}, block: "/* */", newline: true}
	python     = &lang{name: "python", line: []string{"#"}, newline: true}
	php        = &lang{name: "php", line: []string{"//", "#"}, block: "/* */", sigil: true}
	golang     = &lang{name: "go", line: []string{"//"}, block: "/* */", newline: true}
	java       = &lang{name: "java", line: []string{"//"}, block: "/* */"}
	ruby       = &lang{name: "ruby", line: []string{"#"}, newline: true, question: true}
	csharp     = &lang{name: "csharp", line: []string{"//"}, block: "/* */"}
	powershell = &lang{name: "powershell", line: []string{"#"}, block: "<# #>", sigil: true, newline: true, dash: true}
)

type tokenKind uint8

const (
	tEOF tokenKind = iota
	tName
	tString
	tNumber
	tPunct
)

type token struct {
	kind  tokenKind
	text  string // of names, numbers and punctuation
	parts []part // of strings
	pos   int    // byte offset
	end   int
	nl    bool // stands first on its line
}

// part is a piece of a string: text, or an expression between the braces of an interpolation.
type part struct {
	text string
	expr string
}

// maxTokens bounds the work that one text makes.
const maxTokens = 300_000

// lexer cuts text into tokens.
type lexer struct {
	l    *lang
	s    string
	i    int
	out  []token
	line bool
}

func lex(l *lang, s string) []token {
	x := &lexer{l: l, s: s, line: true}
	for x.i < len(s) && len(x.out) < maxTokens {
		x.next()
	}
	return append(x.out, token{kind: tEOF, pos: len(s), end: len(s), nl: true})
}

func (x *lexer) has(p string) bool { return strings.HasPrefix(x.s[x.i:], p) }

func (x *lexer) add(k tokenKind, from int, text string, parts []part) {
	x.out = append(x.out, token{kind: k, text: text, parts: parts, pos: from, end: x.i, nl: x.line})
	x.line = false
}

func (x *lexer) next() {
	c := x.s[x.i]
	switch {
	case c == '\n':
		x.line = true
		x.i++
		return
	case c <= ' ':
		x.i++
		return
	case c == '\\' && (x.has("\\\n") || x.has("\\\r\n")), c == '`' && x.l == powershell && (x.has("`\n") || x.has("`\r\n")):
		x.i += strings.IndexByte(x.s[x.i:], '\n') + 1 // the line goes on
		return
	}
	if x.comment() || x.str() {
		return
	}
	from := x.i
	if c >= '0' && c <= '9' {
		for x.i < len(x.s) && (isWord(x.s[x.i]) || x.s[x.i] == '.' && x.i+1 < len(x.s) && x.s[x.i+1] >= '0' && x.s[x.i+1] <= '9') {
			x.i++
		}
		x.add(tNumber, from, x.s[from:x.i], nil)
		return
	}
	if n := x.name(); n > 0 {
		x.i += n
		name := x.s[from:x.i]
		if x.l == php { // GuzzleHttp\Client
			name = strings.ReplaceAll(strings.Trim(name, `\`), `\`, ".")
		}
		x.add(tName, from, name, nil)
		return
	}
	for _, op := range []string{"...", "===", "!==", "<<<", "=>", "->", "::", ":=", "?.", "??", "||", "&&", "==", "!=", "<=", ">=", "+=", ".=", "**", "@{", "@("} {
		if x.has(op) {
			x.i += len(op)
			x.add(tPunct, from, op, nil)
			return
		}
	}
	_, n := utf8.DecodeRuneInString(x.s[x.i:])
	x.i += n
	x.add(tPunct, from, x.s[from:x.i], nil)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// name is the length of the name at x.i, 0 when there is none.
func (x *lexer) name() int {
	s, n := x.s[x.i:], 0
	switch {
	case s[0] == '$' && (x.l.sigil || x.l == javascript):
		n = 1
		if x.l == powershell && len(s) > 1 && s[1] == '{' {
			if end := strings.IndexAny(s[:min(len(s), 256)], "}\n"); end > 0 && s[end] == '}' {
				return end + 1
			}
		}
	case s[0] == '@' && x.l == ruby:
		n = 1
	case s[0] >= '0' && s[0] <= '9':
		return 0
	}
	start := n
	for n < len(s) {
		r, w := utf8.DecodeRuneInString(s[n:])
		ok := r == '_' || r == '\\' && x.l == php && n+1 < len(s) && isWord(s[n+1]) || unicode.IsLetter(r) && r != utf8.RuneError || n > start && unicode.IsDigit(r) || x.l == javascript && r == '$' ||
			n > 0 && s[0] == '$' && r == ':' && x.l == powershell && n+1 < len(s) && isWord(s[n+1]) ||
			r == '-' && x.l.dash && s[0] != '$' && n > start && n+1 < len(s) && isWord(s[n+1])
		if !ok {
			break
		}
		n += w
	}
	if n == start && x.l != javascript {
		return 0
	}
	if x.l.question && n > 0 && n < len(s) && (s[n] == '?' || s[n] == '!') && (n+1 == len(s) || s[n+1] != '=') {
		n++
	}
	return n
}

// comment passes over one.
func (x *lexer) comment() bool {
	if open, shut, ok := strings.Cut(x.l.block, " "); ok && x.has(open) {
		x.i = x.after(x.i+len(open), shut)
		return true
	}
	for _, c := range x.l.line {
		if x.has(c) {
			if end := strings.IndexByte(x.s[x.i:], '\n'); end >= 0 {
				x.i += end
			} else {
				x.i = len(x.s)
			}
			return true
		}
	}
	if x.l == javascript && x.s[x.i] == '/' && x.regexpAllowed() {
		line := x.s[x.i+1:]
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			line = line[:end]
		}
		if len(line) > 4096 {
			return false
		}
		for j := 0; j < len(line); j++ {
			if line[j] == '\\' {
				j++
			} else if line[j] == '/' {
				x.i += j + 2
				return true
			}
		}
	}
	return false
}

// regexpAllowed reports a place where "/" begins a regular expression.
func (x *lexer) regexpAllowed() bool {
	if len(x.out) == 0 {
		return false
	}
	p := x.out[len(x.out)-1]
	return p.kind == tPunct && strings.Contains("(,=:[!&|?{};", p.text)
}

// after is the offset behind the next shut, or the end of the text.
func (x *lexer) after(from int, shut string) int {
	if from > len(x.s) {
		return len(x.s)
	}
	if n := strings.Index(x.s[from:], shut); n >= 0 {
		return from + n + len(shut)
	}
	return len(x.s)
}
