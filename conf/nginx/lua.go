package nginx

import "strings"

// skipLua moves past a block of Lua code, whose { has been read, as lua-nginx-module finds its end: braces in strings,
// long brackets and comments do not count. It reports whether the end was found.
func (l *lexer) skipLua() bool {
	depth := 1
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		n := 1
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "--"):
			if n = longBracket(rest[2:]); n > 0 {
				n += 2
			} else if n = strings.IndexByte(rest, '\n'); n < 0 {
				n = len(rest)
			}
		case c == '[':
			n = max(1, longBracket(rest))
		case c == '"' || c == '\'':
			n = luaString(rest)
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
		n = min(n, len(rest))
		l.line += strings.Count(rest[:n], "\n")
		l.pos += n
		if depth == 0 {
			return true
		}
	}
	return false
}

// longBracket is the length of [[...]] or [=[...]=] at the start of s, 0 when there is none.
func longBracket(s string) int {
	level := 0
	if !strings.HasPrefix(s, "[") {
		return 0
	}
	for level+1 < len(s) && s[level+1] == '=' {
		level++
	}
	if level+1 >= len(s) || s[level+1] != '[' {
		return 0
	}
	end := "]" + s[1:level+1] + "]"
	i := strings.Index(s[level+2:], end)
	if i < 0 {
		return len(s)
	}
	return level + 2 + i + len(end)
}

func luaString(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		case '\n':
			return i // Lua ends a broken string here
		}
	}
	return len(s)
}
