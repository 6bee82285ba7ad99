package caddy

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

// token is one word of a Caddyfile.
type token struct {
	conf.Place
	text   string
	quoted bool // it never opens or closes a block
	env    bool // an environment variable without a default stood in it
}

// node is a directive: its words, and the block behind them.
type node struct {
	words []token
	block []*node
	has   bool // there is a block, which may be empty
}

func (n *node) word(i int) string {
	if i < len(n.words) {
		return n.words[i].text
	}
	return ""
}

// args are the words behind the first.
func (n *node) args() []string {
	var out []string
	for _, t := range n.words[min(1, len(n.words)):] {
		out = append(out, t.text)
	}
	return out
}

// place is from the first word to the last.
func (n *node) place() conf.Place {
	if len(n.words) == 0 {
		return conf.Place{}
	}
	p := n.words[0].Place
	if last := n.words[len(n.words)-1]; last.File == p.File && last.End > p.End {
		p.End = last.End
	}
	return p
}

// lex cuts a Caddyfile into lines of tokens (caddyserver.com/docs/caddyfile/concepts): blanks separate, "..." and `...` hold
// together, # in front of a word begins a comment, a backslash at the end joins lines, <<MARKER begins a heredoc.
func lex(file, s string) [][]token {
	var lines [][]token
	var now []token
	line := 1
	endLine := func() {
		if len(now) > 0 {
			lines = append(lines, now)
		}
		now = nil
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\n':
			line++
			i++
			endLine()
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '\\' && strings.HasPrefix(strings.TrimLeft(s[i+1:], "\r"), "\n"):
			i += strings.IndexByte(s[i:], '\n') + 1
			line++
		case c == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
		default:
			t := token{Place: conf.Place{File: file, Line: line, Start: i}}
			i = t.read(s, i)
			t.End = i
			line += strings.Count(s[t.Start:i], "\n")
			now = append(now, t)
		}
	}
	endLine()
	return lines
}

// read takes one token off s at i and gives what is behind it.
func (t *token) read(s string, i int) int {
	var b strings.Builder
	switch s[i] {
	case '`':
		end := strings.IndexByte(s[i+1:], '`')
		if end < 0 {
			end = len(s) - i - 1
		}
		t.text, t.quoted = s[i+1:i+1+end], true
		return min(len(s), i+end+2)
	case '"':
		t.quoted = true
		for i++; i < len(s) && s[i] != '"'; i++ {
			if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
				i++
			}
			b.WriteByte(s[i])
		}
		t.set(b.String())
		return min(len(s), i+1)
	}
	if strings.HasPrefix(s[i:], "<<") {
		if text, end, ok := heredoc(s, i); ok {
			t.text, t.quoted = text, true
			return end
		}
	}
	for i < len(s) && strings.IndexByte(" \t\r\n", s[i]) < 0 {
		b.WriteByte(s[i])
		i++
	}
	t.set(b.String())
	return i
}

func heredoc(s string, i int) (text string, end int, ok bool) {
	nl := strings.IndexByte(s[i:], '\n')
	if nl < 3 {
		return "", 0, false
	}
	marker := strings.TrimSpace(s[i+2 : i+nl])
	if marker == "" || strings.ContainsAny(marker, " \t") {
		return "", 0, false
	}
	from := i + nl + 1
	for at := from; at < len(s); {
		l, _, _ := strings.Cut(s[at:], "\n")
		if strings.TrimSpace(l) == marker {
			return s[from:at], at + len(l), true
		}
		at += len(l) + 1
	}
	return "", 0, false
}

var environment = lazyregexp.New(`\{\$[^}]*\}`)

// set replaces {$NAME:default} by the default; a variable without one is not in the files.
func (t *token) set(s string) {
	t.text = environment.ReplaceAllStringFunc(s, func(m string) string {
		if _, def, ok := strings.Cut(m[2:len(m)-1], ":"); ok {
			return def
		}
		t.env = true
		return m
	})
}

// limits of nesting, of imports and of what imports may add up to.
const (
	maxDepth   = 64
	maxImports = 1000
	maxTokens  = 500_000
)

// nest makes a tree of lines. It gives what could not be nested: the place of a brace too many.
func nest(lines [][]token) (out []*node, stray []conf.Place) {
	stack := []*[]*node{&out}
	for _, l := range lines {
		if len(l) == 1 && l[0].text == "}" && !l[0].quoted {
			if len(stack) == 1 {
				stray = append(stray, l[0].Place)
				continue
			}
			stack = stack[:len(stack)-1]
			continue
		}
		n := &node{words: l}
		last := l[len(l)-1]
		opens := last.text == "{" && !last.quoted
		if opens {
			n.words, n.has = l[:len(l)-1], true
		}
		top := stack[len(stack)-1]
		*top = append(*top, n)
		if opens {
			if len(stack) > maxDepth {
				return out, append(stray, last.Place)
			}
			if len(n.words) == 0 {
				n.words = []token{{Place: last.Place}}
			}
			stack = append(stack, &n.block)
		}
	}
	return out, stray
}
