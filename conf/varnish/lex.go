package varnish

import "strings"

// kind of a token.
type tokenKind int

type token struct {
	kind       tokenKind
	text       string
	line       int
	start, end int
}

// lex cuts VCL (varnish-cache.org, "VCL syntax") into tokens; comments are #, // and /* */.
func lex(s string) []token {
	var out []token
	line, counted := 1, 0
	for i := 0; i < len(s); {
		from := i
		c := s[i]
		t := token{start: i}
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
			continue
		case c == '#' || strings.HasPrefix(s[i:], "//"):
			for i < len(s) && s[i] != '\n' {
				i++
			}
			continue
		case strings.HasPrefix(s[i:], "/*"):
			i = until(s, i+2, "*/")
			continue
		case strings.HasPrefix(s[i:], `{"`):
			i = until(s, i+2, `"}`)
			t.kind, t.text = str, strings.TrimSuffix(s[from+2:i], `"}`)
		case strings.HasPrefix(s[i:], `"""`):
			i = until(s, i+3, `"""`)
			t.kind, t.text = str, strings.TrimSuffix(s[from+3:i], `"""`)
		case c == '"':
			i = until(s, i+1, `"`)
			t.kind, t.text = str, strings.TrimSuffix(s[from+1:i], `"`)
		case c >= '0' && c <= '9':
			for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z') {
				i++
			}
			t.kind, t.text = number, s[from:i]
		case c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z':
			for i < len(s) && (strings.IndexByte("_.-", s[i]) >= 0 || s[i] >= '0' && s[i] <= '9' || s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z') {
				i++
			}
			t.text = s[from:i]
		default:
			i++
			t.kind, t.text = punct, string(c)
			if two := s[from:min(len(s), from+2)]; len(two) == 2 && strings.Contains(" == != !~ && || += -= <= >= *= ", " "+two+" ") {
				t.text = two
				i++
			}
		}
		line += strings.Count(s[counted:from], "\n")
		counted = from
		t.line, t.end = line, i
		out = append(out, t)
	}
	return out
}

// until gives the place behind the next end mark, or the end of the text.
func until(s string, from int, mark string) int {
	if from > len(s) {
		return len(s)
	}
	if i := strings.Index(s[from:], mark); i >= 0 {
		return from + i + len(mark)
	}
	return len(s)
}
