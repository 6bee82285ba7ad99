package message

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Relaxed reads what programs print of objects and writes it as JSON: JSON itself, cut off or without quotes around its
// names; Python dictionaries ({'error': None}), Ruby hashes ({"a"=>1, :b=>nil}), JavaScript objects as consoles show them
// ({ reason: 'x', statusCode: 403 }), PHP's var_dump, print_r and Symfony's dump. n is how many bytes of s were read; ok
// is false when s does not begin with such an object or a name of it was not understood. whole is false when the text
// ended before the object did: it was closed.
func Relaxed(s string) (out string, n int, whole, ok bool) {
	if strings.TrimSpace(s) == "" {
		return "", 0, false, false
	}
	p := relaxed{s: cut(s, 4*maxBody)}
	if !p.value(0) || p.keys == 0 && p.values == 0 || p.odd > 2+p.values/2 {
		return "", 0, false, false
	}
	out = p.b.String()
	if !json.Valid([]byte(out)) || strings.IndexByte("{[\"", out[0]) < 0 || out[0] == '"' && strings.IndexByte("\"'`bu", first(s)) < 0 {
		return "", 0, false, false
	}
	return out, p.i, !p.short, true
}

// first is the first byte of s that is no blank.
func first(s string) byte {
	if s = strings.TrimLeft(s, " \t\r\n\u00a0"); s != "" {
		return s[0]
	}
	return 0
}

// maxDepth is how deep objects may stand in each other.
const maxDepth = 64

// relaxed is a reader by recursive descent; it never goes back, so it is linear.
type relaxed struct {
	s            string
	i            int
	b            strings.Builder
	keys, values int
	odd          int  // words that had to be guessed
	tries        int  // objects looked for between quotation marks
	short        bool // the text ended too early
}

func (p *relaxed) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *relaxed) blank() {
	for p.i < len(p.s) && strings.IndexByte(" \t\n\r", p.s[p.i]) >= 0 {
		p.i++
	}
	if strings.HasPrefix(p.s[p.i:], "\u00a0") {
		p.i += 2
		p.blank()
	}
}

// value reads one value and writes it.
func (p *relaxed) value(depth int) bool {
	p.blank()
	if depth > maxDepth {
		return false
	}
	if p.i >= len(p.s) {
		p.short = true
		p.b.WriteString("null")
		return true
	}
	rest := p.s[p.i:]
	switch c := rest[0]; {
	case c == '{':
		p.i++
		return p.object('}', depth)
	case c == '[':
		p.i++
		if p.mapped() {
			return p.object(']', depth)
		}
		return p.list(']', depth)
	case c == '(':
		p.i++
		return p.list(')', depth)
	case c == '"' || c == '\'' || c == '`':
		return p.text()
	case (c == 'b' || c == 'u' || c == 'r') && len(rest) > 1 && (rest[1] == '"' || rest[1] == '\''):
		p.i++
		return p.text()
	case strings.HasPrefix(rest, "array") || strings.HasPrefix(rest, "Array") || strings.HasPrefix(rest, "object(") || strings.HasPrefix(rest, "stdClass"):
		if p.php(depth) {
			return true
		}
		return p.bare(depth)
	case strings.HasPrefix(rest, "string("):
		if j := strings.Index(cut(rest, 24), ") \""); j > 0 {
			if n, err := strconv.Atoi(rest[7:j]); err == nil && n >= 0 && len(rest) > j+3+n && rest[j+3+n] == '"' {
				p.put(rest[j+3 : j+3+n])
				p.i += j + 4 + n
				p.values++
				return true
			}
			p.i += j + 2
			return p.text()
		}
		return p.bare(depth)
	}
	return p.bare(depth)
}

// mapped reports that the bracket just read holds name => value pairs (PHP's short arrays).
func (p *relaxed) mapped() bool {
	rest := cut(strings.TrimLeft(p.s[p.i:], " \t\n\r"), 120)
	if rest == "" || rest[0] != '"' && rest[0] != '\'' && !letter(rest[0]) {
		return false
	}
	i := strings.Index(rest, "=>")
	return i > 0 && !strings.ContainsAny(rest[:i], ",]{[")
}

// php reads array(7) {, array:2 [, Array ( [key] => value ), object(X)#1 (2) {.
func (p *relaxed) php(depth int) bool {
	rest := cut(p.s[p.i:], 120)
	open := strings.IndexAny(rest, "{[(")
	for open >= 0 && rest[open] == '(' {
		inner := strings.TrimLeft(rest[open+1:], " \t\r\n")
		if strings.HasPrefix(inner, "[") || strings.HasPrefix(inner, "'") || strings.HasPrefix(inner, "\"") || strings.HasPrefix(inner, ")") {
			break
		}
		next := strings.IndexAny(rest[open+1:], "{[(")
		if next < 0 {
			return false
		}
		open += 1 + next
	}
	if open < 0 || strings.ContainsAny(rest[:open], ",;") || strings.Count(rest[:open], "\n") > 1 {
		return false
	}
	shut := map[byte]byte{'{': '}', '[': ']', '(': ')'}[rest[open]]
	p.i += open + 1
	return p.object(shut, depth)
}

// object reads names and values up to shut. Separators may be missing or be line breaks.
func (p *relaxed) object(shut byte, depth int) bool {
	if depth > maxDepth {
		return false
	}
	p.b.WriteByte('{')
	first := true
	for {
		p.separators()
		if p.i >= len(p.s) {
			p.short = true
			break
		}
		if p.s[p.i] == shut {
			p.i++
			break
		}
		if p.elided() {
			continue
		}
		mark, at := p.b.Len(), p.i
		if !first {
			p.b.WriteByte(',')
		}
		if !p.name() {
			if p.i >= len(p.s) {
				p.back(mark)
				p.short = true
				break
			}
			return false
		}
		p.blank()
		if !p.colon() {
			if p.i >= len(p.s) {
				p.back(mark)
				p.short = true
				break
			}
			if c := p.peek(); c != ',' && c != shut || at == p.i { // {a, b}: a set, or short-hand names
				return false
			}
			p.odd++
			p.b.WriteString(":null")
			first = false
			continue
		}
		p.b.WriteByte(':')
		if !p.value(depth + 1) {
			return false
		}
		p.keys++
		first = false
	}
	p.b.WriteByte('}')
	return true
}

// back cuts what was written since mark.
func (p *relaxed) back(mark int) {
	s := p.b.String()[:mark]
	p.b.Reset()
	p.b.WriteString(s)
}

func (p *relaxed) list(shut byte, depth int) bool {
	if depth > maxDepth {
		return false
	}
	p.b.WriteByte('[')
	first := true
	for {
		p.separators()
		if p.i >= len(p.s) {
			p.short = true
			break
		}
		if p.s[p.i] == shut {
			p.i++
			break
		}
		if p.elided() {
			continue
		}
		if !first {
			p.b.WriteByte(',')
		}
		at := p.i
		if !p.value(depth+1) || p.i == at {
			return false
		}
		first = false
	}
	p.b.WriteByte(']')
	return true
}

// separators skips blanks, commas and semicolons.
func (p *relaxed) separators() {
	for {
		p.blank()
		if c := p.peek(); c != ',' && c != ';' || p.i >= len(p.s) {
			return
		}
		p.i++
	}
}

// elided skips "...", "…", "(truncated...)" and "[Object]" marks; at the text's end they end everything.
func (p *relaxed) elided() bool {
	rest := p.s[p.i:]
	for _, m := range []string{"...", "…", "(truncated...)", "(truncated)", "[...]", "[truncated]", "// ...", "<truncated>"} {
		if strings.HasPrefix(rest, m) {
			p.i += len(m)
			if strings.HasPrefix(m, "//") || strings.HasPrefix(m, "(") || strings.HasPrefix(m, "<") {
				p.short = true
			}
			return true
		}
	}
	return false
}

// colon reads what stands between name and value.
func (p *relaxed) colon() bool {
	for _, c := range []string{"=>", "->", ":", "="} {
		if strings.HasPrefix(p.s[p.i:], c) {
			p.i += len(c)
			return true
		}
	}
	return false
}

// name reads a name: quoted, bare, a Ruby symbol, PHP's ["name"] and [name:protected], Symfony's +"name".
func (p *relaxed) name() bool {
	switch c := p.peek(); {
	case c == '"' || c == '\'' || c == '`':
		return p.text()
	case c == '[':
		end := strings.IndexByte(cut(p.s[p.i:], 200), ']')
		if end < 2 {
			return false
		}
		in := p.s[p.i+1 : p.i+end]
		p.i += end + 1
		in, _, _ = strings.Cut(in, ":")
		p.put(strings.Trim(in, "\"'"))
		return true
	case c == ':' || c == '+' || c == '#' || c == '-':
		p.i++
		if q := p.peek(); q == '"' || q == '\'' {
			return p.text()
		}
	case (c == 'u' || c == 'b') && len(p.s) > p.i+1 && (p.s[p.i+1] == '\'' || p.s[p.i+1] == '"'):
		p.i++
		return p.text()
	}
	j := p.i
	for j < len(p.s) && (letter(p.s[j]) || digit(p.s[j]) || strings.IndexByte("_$-.@", p.s[j]) >= 0 && !strings.HasPrefix(p.s[j:], "->") || p.s[j] >= utf8.RuneSelf) {
		j++
	}
	if j == p.i || j-p.i > 120 {
		return false
	}
	p.put(p.s[p.i:j])
	p.i = j
	return true
}

// put writes s as a JSON text.
func (p *relaxed) put(s string) {
	q, _ := json.Marshal(strings.ToValidUTF8(s, "\ufffd"))
	p.b.Write(q)
}
