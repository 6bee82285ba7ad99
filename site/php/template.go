package php

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxNested is how deep strings may lie within the expressions of strings.
const maxNested = 8

// double reads a string in double quotes, or a command in backticks, with the expressions inside.
func (l *lexer) double(quote byte) {
	start, line := l.pos, l.line
	end := l.closing(quote)
	if end < 0 {
		l.skip(len(l.src) - l.pos)
		l.out = append(l.out, token{kind: tBad, text: "a string that does not end", line: line, start: start, end: l.pos})
		return
	}
	parts := l.template(l.src[start+1:end], line, start+1, quote)
	l.skip(end + 1 - l.pos)
	l.emit(parts, line, start, quote == '`')
}

func (l *lexer) emit(parts []part, line, start int, command bool) {
	t := token{kind: tTemplate, parts: parts, line: line, start: start, end: l.pos}
	switch {
	case command:
		t.parts = []part{{code: []token{{kind: tBad, text: "a command of the shell", line: line}, {kind: tEOF, line: line}}, line: line}}
	case len(parts) == 0:
		t.kind = tString
	case len(parts) == 1 && parts[0].code == nil:
		t.kind, t.text, t.parts = tString, parts[0].text, nil
	}
	l.out = append(l.out, t)
}

// closing finds the quote that ends the string at l.pos: an expression in {$ } may hold quotes of its own.
func (l *lexer) closing(quote byte) int {
	for i := l.pos + 1; i < len(l.src); i++ {
		switch {
		case l.src[i] == '\\':
			i++
		case l.src[i] == quote:
			return i
		case strings.HasPrefix(l.src[i:], "{$"):
			n := braced(l.src[i:])
			if n < 0 {
				return -1
			}
			i += n - 1
		}
	}
	return -1
}

// braced is the length of the {...} at the start of s, -1 when it does not end.
func braced(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\'', '"':
			q := s[i]
			for i++; i < len(s) && s[i] != q; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		}
	}
	return -1
}

// template takes the inside of a string apart. quote is the one that a backslash may stand before, 0 for none.
func (l *lexer) template(s string, line, offset int, quote byte) []part {
	var parts []part
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			parts = append(parts, part{text: text.String(), line: line})
			text.Reset()
		}
	}
	at := line
	for i := 0; i < len(s); {
		rest := s[i:]
		n := 1
		switch {
		case s[i] == '\\' && len(rest) > 1:
			var out string
			out, n = escape(rest, quote)
			text.WriteString(out)
		case s[i] == '$' && len(rest) > 1 && nameStart(rest[1]):
			flush()
			n = simple(rest)
			parts = append(parts, part{code: l.within(unquoted(rest[:n]), at, offset+i), line: at})
		case strings.HasPrefix(rest, "{$"):
			if n = braced(rest); n < 0 {
				n = len(rest)
			}
			flush()
			parts = append(parts, part{code: l.within(strings.TrimSuffix(rest[1:n], "}"), at, offset+i), line: at})
		case strings.HasPrefix(rest, "${"):
			if n = braced(rest[1:]) + 1; n < 1 {
				n = len(rest)
			}
			flush()
			parts = append(parts, part{code: l.within("$"+strings.TrimSuffix(rest[2:n], "}"), at, offset+i), line: at})
		default:
			text.WriteByte(s[i])
		}
		at += strings.Count(s[i:i+n], "\n")
		i += n
	}
	flush()
	return parts
}

// within makes words of an expression inside a string.
func (l *lexer) within(code string, line, offset int) []token {
	if l.depth >= maxNested {
		return []token{{kind: tBad, text: "strings within strings, too deep", line: line}, {kind: tEOF, line: line}}
	}
	in := &lexer{src: code, line: line, depth: l.depth + 1}
	for in.pos < len(in.src) {
		in.token()
	}
	in.add(tEOF, "", in.pos)
	for i := range in.out {
		in.out[i].start += offset
		in.out[i].end += offset
	}
	return in.out
}

// simple is the length of $a, $a[x], $a->b as PHP reads them inside a string.
func simple(s string) int {
	n := 1 + nameLen(s[1:])
	rest := s[n:]
	switch {
	case strings.HasPrefix(rest, "["):
		if end := strings.IndexByte(rest, ']'); end > 1 && !strings.ContainsAny(rest[1:end], " '\"\n") {
			return n + end + 1
		}
	case strings.HasPrefix(rest, "->") && len(rest) > 2 && nameStart(rest[2]):
		return n + 2 + nameLen(rest[2:])
	}
	return n
}

// unquoted writes the key of "$a[key]", which stands there without quotes, as code has it.
func unquoted(s string) string {
	name, key, ok := strings.Cut(s, "[")
	if !ok || key == "" || !nameStart(key[0]) {
		return s
	}
	return name + "['" + strings.TrimSuffix(key, "]") + "']"
}

// escape reads what begins with a backslash: its meaning and its length.
func escape(s string, quote byte) (string, int) {
	switch c := s[1]; c {
	case 'n':
		return "\n", 2
	case 't':
		return "\t", 2
	case 'r':
		return "\r", 2
	case 'v':
		return "\v", 2
	case 'e':
		return "\x1b", 2
	case 'f':
		return "\f", 2
	case '\\', '$':
		return string(c), 2
	case 'x':
		if n := min(span(s[2:], "0123456789abcdefABCDEF"), 2); n > 0 {
			v, _ := strconv.ParseUint(s[2:2+n], 16, 8)
			return string([]byte{byte(v)}), 2 + n
		}
	case 'u':
		if hex, _, ok := strings.Cut(strings.TrimPrefix(s[2:], "{"), "}"); ok && strings.HasPrefix(s[2:], "{") {
			if v, err := strconv.ParseUint(hex, 16, 32); err == nil && v <= utf8.MaxRune {
				return encode(rune(v)), 4 + len(hex)
			}
		}
	default:
		if c == quote && quote != 0 {
			return string(c), 2
		}
		if n := min(span(s[1:], "01234567"), 3); n > 0 {
			v, _ := strconv.ParseUint(s[1:1+n], 8, 16)
			return string([]byte{byte(v)}), 1 + n
		}
	}
	return s[:2], 2
}

// encode writes a code point as PHP does: surrogates are no error there.
func encode(r rune) string {
	if r >= 0xd800 && r < 0xe000 {
		return string([]byte{0xe0 | byte(r>>12), 0x80 | byte(r>>6)&0x3f | 0x80, 0x80 | byte(r)&0x3f})
	}
	return string(r)
}

// heredoc reads <<<NAME and <<<'NAME' to the line that holds the name again; its indentation is taken off every line.
func (l *lexer) heredoc() bool {
	start, line := l.pos, l.line
	head, body, ok := strings.Cut(l.src[l.pos+3:], "\n")
	if !ok {
		return false
	}
	label := strings.Trim(strings.TrimRight(head, "\r"), " \t")
	now := strings.HasPrefix(label, "'") && strings.HasSuffix(label, "'") && len(label) > 1
	if now || strings.HasPrefix(label, `"`) && strings.HasSuffix(label, `"`) && len(label) > 1 {
		label = label[1 : len(label)-1]
	}
	if label == "" || !nameStart(label[0]) || nameLen(label) != len(label) {
		return false
	}
	from := l.pos + 3 + len(head) + 1
	text, indent, used := ended(body, label)
	if used < 0 {
		l.skip(len(l.src) - l.pos)
		l.out = append(l.out, token{kind: tBad, text: "a heredoc that does not end", line: line, start: start, end: l.pos})
		return true
	}
	text = dedent(text, indent)
	parts := []part{{text: text, line: line + 1}}
	if !now {
		parts = l.template(text, line+1, from, 0)
	}
	if text == "" {
		parts = nil
	}
	l.skip(from + used - l.pos)
	l.emit(parts, line, start, false)
	return true
}

// ended finds the line that closes a heredoc: the text before it, the line's indentation, and the bytes up to past the label.
func ended(body, label string) (text string, indent, used int) {
	for at := 0; at <= len(body); {
		end := strings.IndexByte(body[at:], '\n')
		if end < 0 {
			end = len(body) - at
		}
		l := body[at : at+end]
		in := span(l, " \t")
		if rest, ok := strings.CutPrefix(l[in:], label); ok && (rest == "" || !nameStart(rest[0]) && (rest[0] < '0' || rest[0] > '9')) {
			text := body[:at]
			text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
			return text, in, at + in + len(label)
		}
		at += end + 1
	}
	return "", 0, -1
}

func dedent(text string, indent int) string {
	if indent == 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = l[min(span(l, " \t"), indent):]
	}
	return strings.Join(lines, "\n")
}
