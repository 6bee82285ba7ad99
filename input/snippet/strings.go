package snippet

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// quoting says how a string literal is to be read.
type quoting struct {
	shut    string // what ends it
	escape  byte   // the escape character, 0 for none
	only    string // the characters that may be escaped; "" for all
	double  bool   // the quotation mark twice stands for itself
	open    string // what begins an interpolation: "${", "{", "#{"
	bare    bool   // $name interpolates, too
	lines   bool   // may hold line ends
	dedent  bool   // text blocks: the first line's end is not part of it
	twoOpen bool   // "{{" and "}}" stand for one brace
}

// str reads a string literal at x.i.
func (x *lexer) str() bool {
	from := x.i
	skip, q, ok := x.quotation()
	if !ok {
		return false
	}
	x.i += skip
	parts := x.body(q)
	x.add(tString, from, "", parts)
	return true
}

// quotation recognises the beginning of a string literal and says how to go on; skip is its length.
func (x *lexer) quotation() (skip int, q quoting, ok bool) {
	s := x.s[x.i:]
	c := s[0]
	plain := func(escape byte) quoting { return quoting{shut: s[:1], escape: escape} }
	switch x.l {
	case javascript:
		if c == '`' {
			return 1, quoting{shut: "`", escape: '\\', open: "${", lines: true}, true
		}
		return 1, plain('\\'), c == '"' || c == '\''
	case python:
		n := 0
		for n < 2 && n < len(s) && strings.IndexByte("rbfuRBFU", s[n]) >= 0 {
			n++
		}
		if n >= len(s) || s[n] != '"' && s[n] != '\'' {
			return 0, q, false
		}
		prefix := strings.ToLower(s[:n])
		q = quoting{shut: s[n : n+1], escape: '\\'}
		if t := s[n:]; len(t) >= 3 && t[1] == t[0] && t[2] == t[0] {
			q.shut, q.lines = t[:3], true
		}
		if strings.Contains(prefix, "r") {
			q.only = "\x00" // nothing is
		}
		if strings.Contains(prefix, "f") {
			q.open, q.twoOpen = "{", true
		}
		return n + len(q.shut), q, true
	case php:
		if c == '\'' {
			return 1, quoting{shut: "'", escape: '\\', only: `'\`, lines: true}, true
		}
		return 1, quoting{shut: `"`, escape: '\\', open: "{$", bare: true, lines: true}, c == '"'
	case golang:
		if c == '`' {
			return 1, quoting{shut: "`", lines: true}, true
		}
		return 1, plain('\\'), c == '"' || c == '\''
	case java:
		if strings.HasPrefix(s, `"""`) {
			return 3, quoting{shut: `"""`, escape: '\\', lines: true, dedent: true}, true
		}
		return 1, plain('\\'), c == '"' || c == '\''
	case ruby:
		if c == '"' {
			return 1, quoting{shut: `"`, escape: '\\', open: "#{", lines: true}, true
		}
		return 1, quoting{shut: "'", escape: '\\', only: `'\`, lines: true}, c == '\''
	case csharp:
		return csharpQuotation(s)
	case powershell:
		switch {
		case strings.HasPrefix(s, "@\"\n"), strings.HasPrefix(s, "@\"\r\n"):
			return strings.IndexByte(s, '\n') + 1, quoting{shut: "\n\"@", escape: '`', open: "$(", bare: true, lines: true}, true
		case strings.HasPrefix(s, "@'\n"), strings.HasPrefix(s, "@'\r\n"):
			return strings.IndexByte(s, '\n') + 1, quoting{shut: "\n'@", lines: true}, true
		case c == '"':
			return 1, quoting{shut: `"`, escape: '`', double: true, open: "$(", bare: true, lines: true}, true
		}
		return 1, quoting{shut: "'", double: true, lines: true}, c == '\''
	}
	return 0, q, false
}

func csharpQuotation(s string) (int, quoting, bool) {
	n, verbatim, filled := 0, false, false
	for n < 2 && n < len(s) && (s[n] == '$' || s[n] == '@') {
		verbatim = verbatim || s[n] == '@'
		filled = filled || s[n] == '$'
		n++
	}
	if n >= len(s) || s[n] != '"' && (s[n] != '\'' || n > 0) {
		return 0, quoting{}, false
	}
	q := quoting{shut: s[n : n+1], escape: '\\'}
	if strings.HasPrefix(s[n:], `"""`) && (len(s) == n+3 || s[n+3] != '"') {
		q = quoting{shut: `"""`, lines: true, dedent: true}
	} else if verbatim {
		q = quoting{shut: `"`, double: true, lines: true}
	}
	if filled {
		q.open, q.twoOpen = "{", true
	}
	return n + len(q.shut), q, true
}

// body reads up to the end of the literal. A literal of one line that is not closed ends with its line.
func (x *lexer) body(q quoting) []part {
	var parts []part
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			parts = append(parts, part{text: b.String()})
			b.Reset()
		}
	}
	expr := func(e string) { flush(); parts = append(parts, part{expr: strings.TrimSpace(e)}) }
	if q.dedent && x.has("\n") {
		x.i++
	}
	for x.i < len(x.s) {
		c := x.s[x.i]
		switch {
		case q.double && x.has(q.shut+q.shut):
			b.WriteString(q.shut)
			x.i += 2
		case x.has(q.shut):
			x.i += len(q.shut)
			flush()
			return parts
		case c == '\n' && !q.lines:
			flush()
			return parts
		case q.escape != 0 && c == q.escape && x.i+1 < len(x.s):
			x.escape(q, &b)
		case q.twoOpen && (x.has("{{") || x.has("}}")):
			b.WriteByte(c)
			x.i += 2
		case q.open != "" && x.has(q.open):
			from := x.i + len(q.open)
			if q.open == "{$" {
				from--
			}
			end := x.closing(from, q.open)
			expr(x.s[from:end])
			x.i = min(end+1, len(x.s))
		case q.bare && c == '$':
			if n := bareName(x.s[x.i:], x.l == powershell); n > 0 {
				expr(x.s[x.i : x.i+n])
				x.i += n
				continue
			}
			b.WriteByte(c)
			x.i++
		default:
			b.WriteByte(c)
			x.i++
		}
	}
	flush()
	return parts
}

// closing is the offset of the bracket that ends an interpolation, on the same line or a few behind.
func (x *lexer) closing(from int, open string) int {
	o, c := byte('{'), byte('}')
	if strings.HasSuffix(open, "(") {
		o, c = '(', ')'
	}
	depth := 0
	for i := from; i < len(x.s) && i < from+512; i++ {
		switch x.s[i] {
		case o:
			depth++
		case c:
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return min(from, len(x.s))
}

// bareName is the length of $name, ${name}, $a->b or $a[b] at the beginning of s, 0 when there is none.
func bareName(s string, ps bool) int {
	if len(s) > 2 && s[1] == '{' {
		if end := strings.IndexAny(s[:min(len(s), 256)], "}\n"); end > 0 && s[end] == '}' {
			return end + 1
		}
		return 0
	}
	n := 1
	for n < len(s) && (isWord(s[n]) || ps && s[n] == ':' && n > 1 && n+1 < len(s) && isWord(s[n+1])) {
		n++
	}
	if n == 1 || s[1] >= '0' && s[1] <= '9' {
		return 0
	}
	if !ps {
		if strings.HasPrefix(s[n:], "->") {
			for n += 2; n < len(s) && isWord(s[n]); n++ {
			}
		} else if n < len(s) && s[n] == '[' {
			if end := strings.IndexAny(s[n:min(len(s), n+256)], "]\n\""); end > 0 && s[n+end] == ']' {
				n += end + 1
			}
		}
	}
	return n
}

// escape decodes one escape sequence.
func (x *lexer) escape(q quoting, b *strings.Builder) {
	c := x.s[x.i+1]
	if q.only != "" && strings.IndexByte(q.only, c) < 0 {
		b.WriteByte(q.escape)
		x.i++
		if q.only == "\x00" && x.has(q.shut[:1]) { // r"\"" keeps both and goes on
			b.WriteByte(c)
			x.i++
		}
		return
	}
	x.i += 2
	digits := func(n int) {
		if x.i+n <= len(x.s) {
			if v, err := strconv.ParseUint(x.s[x.i:x.i+n], 16, 32); err == nil && v <= utf8.MaxRune {
				b.WriteRune(rune(v))
				x.i += n
				return
			}
		}
		b.WriteByte(c)
	}
	switch {
	case c == '\n':
	case c == 'n':
		b.WriteByte('\n')
	case c == 'r':
		b.WriteByte('\r')
	case c == 't':
		b.WriteByte('\t')
	case c == '0' && q.escape == '`':
		b.WriteByte(0)
	case q.escape == '`':
		b.WriteByte(c)
	case c == 'x':
		digits(2)
	case c == 'u' && x.has("{"):
		if end := strings.IndexByte(x.s[x.i:min(len(x.s), x.i+10)], '}'); end > 0 {
			x.i++
			digits(end - 1)
			if x.has("}") {
				x.i++
			}
			return
		}
		b.WriteByte(c)
	case c == 'u':
		x.utf16(b, digits)
	case c == 'U' && x.l == python:
		digits(8)
	case x.l == php && strings.IndexByte(`"\$nrtvef`, c) < 0, x.l == python && strings.IndexByte(`"'\abfv01234567`, c) < 0:
		b.WriteByte('\\') // unknown escapes stay as they are
		b.WriteByte(c)
	default:
		b.WriteByte(c)
	}
}

// utf16 decodes \uXXXX, and the pair of surrogates that two of them make.
func (x *lexer) utf16(b *strings.Builder, digits func(int)) {
	if x.i+10 <= len(x.s) && x.s[x.i+4:x.i+6] == `\u` {
		hi, err1 := strconv.ParseUint(x.s[x.i:x.i+4], 16, 32)
		lo, err2 := strconv.ParseUint(x.s[x.i+6:x.i+10], 16, 32)
		if err1 == nil && err2 == nil && hi&0xfc00 == 0xd800 && lo&0xfc00 == 0xdc00 {
			b.WriteRune(rune((hi-0xd800)<<10 + (lo - 0xdc00) + 0x10000))
			x.i += 10
			return
		}
	}
	digits(4)
}
