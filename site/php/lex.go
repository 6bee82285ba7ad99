package php

import (
	"fmt"
	"strings"
)

type tokenKind int

const (
	tEOF      tokenKind = iota
	tVar                // $name; text is the name
	tName               // an identifier, with its namespace
	tInt                // text as written
	tFloat              // text as written
	tString             // text is the content
	tTemplate           // a string with expressions in it: parts
	tOp                 // an operator or a bracket
	tBad                // a byte that begins nothing
)

type token struct {
	kind       tokenKind
	text       string
	parts      []part
	line       int
	start, end int // bytes of the file
}

// part is a piece of a string that holds expressions: literal text, or code.
type part struct {
	text string
	code []token // nil for text
	line int
}

func (t token) is(op string) bool { return t.kind == tOp && t.text == op }

// word reports the keyword w, in any case.
func (t token) word(w string) bool { return t.kind == tName && strings.EqualFold(t.text, w) }

type lexer struct {
	src   string
	pos   int
	line  int
	depth int // of strings within strings
	out   []token
}

// maxFile is the most bytes of one file; configuration of this size is generated data.
const maxFile = 4 << 20

// lex makes the words of a file. What cannot be read becomes tBad, so that the parser can say where.
func lex(src string) []token {
	l := &lexer{src: src, line: 1}
	l.html()
	for l.pos < len(l.src) {
		l.token()
	}
	l.add(tEOF, "", l.pos)
	return l.out
}

func (l *lexer) add(k tokenKind, text string, start int) {
	l.out = append(l.out, token{kind: k, text: text, line: l.line, start: start, end: l.pos})
}

// html skips what stands outside <?php ... ?>. The closing mark ends a statement.
func (l *lexer) html() {
	for {
		i := strings.Index(l.src[l.pos:], "<?")
		if i < 0 {
			l.skip(len(l.src) - l.pos)
			return
		}
		l.skip(i)
		rest := l.src[l.pos:]
		switch {
		case strings.HasPrefix(rest, "<?="):
			l.skip(3)
			l.add(tName, "echo", l.pos)
			return
		case len(rest) >= 5 && strings.EqualFold(rest[:5], "<?php") && (len(rest) == 5 || strings.ContainsRune(" \t\r\n", rune(rest[5]))):
			l.skip(5)
			return
		}
		l.skip(2) // <?xml, and short tags, which are switched off by default
	}
}

// skip passes n bytes and counts the lines.
func (l *lexer) skip(n int) {
	l.line += strings.Count(l.src[l.pos:l.pos+n], "\n")
	l.pos += n
}

// operators, longest first.
var operators = []string{
	"<<<", "===", "!==", "<=>", "**=", "...", "<<=", ">>=", "??=", "?->",
	"==", "!=", "<>", "<=", ">=", "&&", "||", "??", "++", "--", "+=", "-=", "*=", "/=", ".=", "%=", "&=", "|=", "^=", "->", "=>", "::", "<<", ">>", "**",
}

func (l *lexer) token() {
	c := l.src[l.pos]
	rest := l.src[l.pos:]
	start := l.pos
	switch {
	case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		l.skip(1)
	case c == '#' && !strings.HasPrefix(rest, "#["), strings.HasPrefix(rest, "//"):
		l.lineComment()
	case strings.HasPrefix(rest, "/*"):
		n := strings.Index(rest[2:], "*/")
		if n < 0 {
			l.skip(len(rest))
			l.add(tBad, "a comment that does not end", start)
			return
		}
		l.skip(n + 4)
	case strings.HasPrefix(rest, "?>"):
		l.skip(2)
		l.add(tOp, ";", start)
		if strings.HasPrefix(l.src[l.pos:], "\n") {
			l.skip(1)
		}
		l.html()
	case c == '$' && len(rest) > 1 && nameStart(rest[1]):
		l.skip(1 + nameLen(rest[1:]))
		l.add(tVar, l.src[start+1:l.pos], start)
	case nameStart(c) || c == '\\' && len(rest) > 1 && nameStart(rest[1]):
		l.name()
	case c >= '0' && c <= '9' || c == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		l.number()
	case c == '\'':
		l.single()
	case c == '"' || c == '`':
		l.double(c)
	case strings.HasPrefix(rest, "<<<") && l.heredoc():
	default:
		for _, op := range operators {
			if strings.HasPrefix(rest, op) {
				l.skip(len(op))
				l.add(tOp, op, start)
				return
			}
		}
		l.skip(1)
		if strings.IndexByte("+-*/%=<>!&|^~.,;:?()[]{}@$#", c) >= 0 {
			l.add(tOp, string(c), start)
		} else {
			l.add(tBad, fmt.Sprintf("the byte %q", c), start)
		}
	}
}

func (l *lexer) lineComment() {
	for l.pos < len(l.src) && l.src[l.pos] != '\n' && l.src[l.pos] != '\r' && !strings.HasPrefix(l.src[l.pos:], "?>") {
		l.pos++
	}
}

func nameStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func nameLen(s string) int {
	n := 0
	for n < len(s) && (nameStart(s[n]) || n > 0 && s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return n
}

func (l *lexer) name() {
	start := l.pos
	for {
		if l.src[l.pos] == '\\' {
			l.pos++
		}
		l.pos += nameLen(l.src[l.pos:])
		if l.pos+1 >= len(l.src) || l.src[l.pos] != '\\' || !nameStart(l.src[l.pos+1]) {
			break
		}
	}
	l.add(tName, l.src[start:l.pos], start)
}

func (l *lexer) number() {
	start, kind := l.pos, tInt
	rest := l.src[l.pos:]
	digits := "0123456789_"
	if len(rest) > 1 && rest[0] == '0' && strings.IndexByte("xXbBoO", rest[1]) >= 0 {
		digits += "abcdefABCDEF"
		l.pos += 2
		l.pos += span(l.src[l.pos:], digits)
	} else {
		l.pos += span(l.src[l.pos:], digits)
		if l.pos < len(l.src) && l.src[l.pos] == '.' && !strings.HasPrefix(l.src[l.pos:], "...") {
			kind = tFloat
			l.pos++
			l.pos += span(l.src[l.pos:], digits)
		}
		if n := exponent(l.src[l.pos:]); n > 0 {
			kind = tFloat
			l.pos += n
		}
	}
	l.add(kind, l.src[start:l.pos], start)
}

func span(s, set string) int {
	n := 0
	for n < len(s) && strings.IndexByte(set, s[n]) >= 0 {
		n++
	}
	return n
}

func exponent(s string) int {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		n++
	}
	if d := span(s[n:], "0123456789"); d > 0 {
		return n + d
	}
	return 0
}

// single reads a string in single quotes: only \' and \\ mean something else.
func (l *lexer) single() {
	start, line := l.pos, l.line
	var b strings.Builder
	i := l.pos + 1
	for ; i < len(l.src) && l.src[i] != '\''; i++ {
		if l.src[i] == '\\' && i+1 < len(l.src) && (l.src[i+1] == '\'' || l.src[i+1] == '\\') {
			i++
		}
		b.WriteByte(l.src[i])
	}
	if i >= len(l.src) {
		l.skip(len(l.src) - l.pos)
		l.out = append(l.out, token{kind: tBad, text: "a string that does not end", line: line, start: start, end: l.pos})
		return
	}
	l.skip(i + 1 - l.pos)
	l.out = append(l.out, token{kind: tString, text: b.String(), line: line, start: start, end: l.pos})
}
