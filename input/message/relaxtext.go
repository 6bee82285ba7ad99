package message

import (
	"encoding/json"
	"strconv"
	"strings"
)

// text reads a quoted text. A quotation mark inside that nothing separates is part of it: `"data":"{"errors":...}"`, 'it's'.
func (p *relaxed) text() bool {
	quote := p.s[p.i]
	p.i++
	if in := p.embedded(quote); in != "" {
		p.put(in)
		p.values++
		return true
	}
	var b strings.Builder
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '\\' && p.i+1 < len(p.s):
			p.escape(&b)
			continue
		case c == quote && p.closes():
			p.i++
			p.put(b.String())
			p.values++
			return true
		}
		b.WriteByte(c)
		p.i++
	}
	p.short = true
	p.put(b.String())
	p.values++
	return true
}

// embedded reads an object whose own quotation marks were not escaped, between the same marks: "{"errors":[...]}".
func (p *relaxed) embedded(quote byte) string {
	rest := p.s[p.i:]
	if len(rest) < 4 || rest[0] != '{' && rest[0] != '[' || quote != '"' {
		return ""
	}
	after := strings.TrimLeft(rest[1:min(len(rest), 8)], " {[")
	if after == "" || after[0] != '"' {
		return ""
	}
	if p.tries++; p.tries > 16 {
		return ""
	}
	depth := 0
	for j := 0; j < min(len(rest), maxBody); j++ {
		switch rest[j] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				if j+1 < len(rest) && rest[j+1] == quote {
					p.i += j + 2
					return rest[:j+1]
				}
				return ""
			}
		}
	}
	return ""
}

// closes reports that the quotation mark at p.i ends the text: behind it stands what may follow a value or name.
func (p *relaxed) closes() bool {
	rest := strings.TrimLeft(cut(p.s[p.i+1:], 40), " \t\r")
	if rest == "" {
		return true
	}
	return strings.IndexByte(",:}])\n=;", rest[0]) >= 0 || strings.HasPrefix(rest, "->") || strings.HasPrefix(rest, "...") ||
		rest[0] == '\'' || rest[0] == '"' && p.s[p.i+1] != '"' || strings.HasPrefix(rest, "(truncated")
}

// escape reads \n, \", \u0041, \x27; an escape that JSON does not know gives its character.
func (p *relaxed) escape(b *strings.Builder) {
	c := p.s[p.i+1]
	p.i += 2
	switch c {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'u', 'x':
		n := map[byte]int{'u': 4, 'x': 2}[c]
		if p.i+n <= len(p.s) {
			if r, err := strconv.ParseUint(p.s[p.i:p.i+n], 16, 32); err == nil {
				b.WriteRune(rune(r))
				p.i += n
				return
			}
		}
		b.WriteByte(c)
	default:
		b.WriteByte(c)
	}
}

// words that are values in one language or another.
var constants = map[string]string{
	"true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false", "null": "null", "None": "null",
	"nil": "null", "NULL": "null", "undefined": "null", "NaN": "null", "bool(true)": "true", "bool(false)": "false", "[Object]": "{}", "[Array]": "[]", "[Function]": "null",
}

// bare reads a word without quotes up to a separator: a number, a constant, int(401), the name of a class in front of a
// brace, or plain words, which become a text.
func (p *relaxed) bare(depth int) bool {
	j := p.i
	parens := 0
	for j < len(p.s) {
		c := p.s[j]
		if c == '(' {
			parens++
		}
		if c == ')' && parens > 0 {
			parens--
			j++
			continue
		}
		if strings.IndexByte(",}]\n);", c) >= 0 {
			break
		}
		if c == '{' || c == '[' || c == '"' || c == '\'' {
			w := strings.TrimSpace(p.s[p.i:j])
			if c == '{' && w != "" && len(w) < 80 && !strings.ContainsAny(w, ":=") { // AxiosError {
				p.i = j + 1
				return p.object('}', depth)
			}
			if c == '{' || c == '[' {
				break
			}
		}
		j++
	}
	if j >= len(p.s) {
		p.short = true
	}
	w := strings.TrimSpace(p.s[p.i:j])
	if j == p.i {
		if c := p.s[j]; c == '\n' || c == ',' || c == '}' || c == ']' || c == ')' {
			p.b.WriteString("null")
			return true
		}
		return false
	}
	p.i = j
	p.values++
	w = strings.TrimPrefix(w, ":") // a Ruby symbol
	if c, ok := constants[w]; ok {
		p.b.WriteString(c)
		return true
	}
	for _, t := range []string{"int(", "float(", "enum("} {
		if in, ok := strings.CutPrefix(w, t); ok {
			w = strings.TrimSuffix(in, ")")
		}
	}
	if json.Valid([]byte(w)) {
		p.b.WriteString(w)
		return true
	}
	p.odd++
	p.put(w)
	return true
}
