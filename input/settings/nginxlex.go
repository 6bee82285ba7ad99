package settings

import (
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// dropVariables finds nginx variables: they are no secrets themselves.
var dropVariables = lazyregexp.New(`\$\{?[A-Za-z0-9_]+\}?`)

type nginxKind uint8

const (
	nginxEnd nginxKind = iota
	nginxText
	nginxSemicolon
	nginxOpen
	nginxClose
	nginxComment
)

// nginxWord is a word of nginx's configuration, quotation marks removed.
type nginxWord struct {
	text   string
	line   int
	quoted bool
	fresh  bool // the first on its line
}

// nginxParser splits nginx's configuration into words the way ngx_conf_read_token does: blanks separate, both quotation
// marks hold, a backslash keeps the next character, ; { } end a word, # begins a comment only where a word may begin.
// Templates in it ({{ }}, <% %>) are kept as words.
type nginxParser struct {
	s    string
	i    int
	line int
	last int // line of the last word
}

func (p *nginxParser) next() (nginxWord, nginxKind) {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		if p.s[p.i] == '\n' {
			p.line++
		}
		p.i++
	}
	w := nginxWord{line: p.line, fresh: p.line != p.last}
	p.last = p.line
	if p.i >= len(p.s) {
		return w, nginxEnd
	}
	rest := p.s[p.i:]
	switch c := rest[0]; {
	case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "<%"), strings.HasPrefix(rest, "{%"):
		return p.template(w)
	case c == ';':
		p.i++
		return w, nginxSemicolon
	case c == '{':
		p.i++
		return w, nginxOpen
	case c == '}':
		p.i++
		return w, nginxClose
	case c == '#':
		n := strings.IndexByte(rest, '\n')
		if n < 0 {
			n = len(rest)
		}
		w.text = rest[:n]
		p.i += n
		return w, nginxComment
	case c == '"' || c == '\'':
		return p.quoted(w, c)
	}
	return p.plain(w)
}

func (p *nginxParser) template(w nginxWord) (nginxWord, nginxKind) {
	end := "}}"
	switch p.s[p.i : p.i+2] {
	case "<%":
		end = "%>"
	case "{%":
		end = "%}"
	}
	n := strings.Index(p.s[p.i:min(len(p.s), p.i+2000)], end)
	if n < 0 {
		p.i++ // a lone brace
		if p.s[p.i-1] == '{' {
			return w, nginxOpen
		}
		return p.plain(w)
	}
	w.text = p.s[p.i : p.i+n+2]
	p.line += strings.Count(w.text, "\n")
	p.i += n + 2
	return w, nginxText
}

func (p *nginxParser) quoted(w nginxWord, mark byte) (nginxWord, nginxKind) {
	var b strings.Builder
	w.quoted = true
	for p.i++; p.i < len(p.s) && p.s[p.i] != mark; p.i++ {
		c := p.s[p.i]
		if c == '\\' && p.i+1 < len(p.s) && strings.IndexByte(`"'\`, p.s[p.i+1]) >= 0 {
			p.i++
			c = p.s[p.i]
		}
		if c == '\n' {
			p.line++
		}
		if b.Len() < maxLine {
			b.WriteByte(c)
		}
	}
	p.i++
	p.last = p.line
	w.text = b.String()
	return w, nginxText
}

func (p *nginxParser) plain(w nginxWord) (nginxWord, nginxKind) {
	from := p.i
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '\\' && p.i+1 < len(p.s) && p.s[p.i+1] != '\n':
			p.i += 2
			continue
		case c == '$' && strings.HasPrefix(p.s[p.i:], "${"):
			if n := strings.IndexByte(p.s[p.i:min(len(p.s), p.i+200)], '}'); n > 0 {
				p.i += n + 1
				continue
			}
		case strings.IndexByte(" \t\r\n;{", c) >= 0, c == '}' && p.i > from:
			w.text = p.s[from:min(p.i, from+maxLine)]
			return w, nginxText
		}
		p.i++
	}
	w.text = p.s[from:min(p.i, from+maxLine)]
	return w, nginxText
}

// endsLine reports that the line at hand ends as a directive does.
func (p *nginxParser) endsLine() bool {
	rest := p.s[p.i:min(len(p.s), p.i+maxLine)]
	l, _, _ := strings.Cut(rest, "\n")
	l = strings.TrimSpace(l)
	return strings.HasSuffix(l, ";") || strings.HasSuffix(l, "{")
}

// skipBlock passes the rest of a block whose { was taken.
func (p *nginxParser) skipBlock() {
	for depth := 1; p.i < len(p.s) && depth > 0; p.i++ {
		switch p.s[p.i] {
		case '{':
			depth++
		case '}':
			depth--
		case '\n':
			p.line++
		}
	}
}
