// Package dotenv reads .env files as the PHP libraries do that put them into a program's environment: vlucas/phpdotenv (Bedrock,
// Drupal's project template, Laravel) and symfony/dotenv. Nothing is executed.
//
// Where the two disagree about a value ($NAME without braces, $(command)) the entry is not Known. Sources:
// github.com/vlucas/phpdotenv README ("Nesting Variables", "Comments", "Parser"), symfony.com/doc/current/components/dotenv.html.
package dotenv

import (
	"fmt"
	"strings"
)

// Entry is one variable of a file.
type Entry struct {
	Name  string
	Value string // may be a secret
	Line  int    // where it begins, from 1
	Known bool   // false where the value depends on the library that reads it, or on a command
}

// Mistake is a line that is none of a .env file. Both libraries refuse the whole file then.
type Mistake struct {
	Line int
	What string // one lower-case clause, without the line's text
}

// The most that is read; a real file has a hundredth of it.
const (
	maxFile    = 256 << 10
	maxEntries = 2000
	maxValue   = 64 << 10 // bytes of a value with what it refers to
)

// Parse reads a file. before are variables that hold already, to which ${NAME} may refer: those of files that are read first.
func Parse(text string, before map[string]string) ([]Entry, []Mistake) {
	if len(text) > maxFile {
		return nil, []Mistake{{1, fmt.Sprintf("larger than %d KiB: no .env file", maxFile>>10)}}
	}
	p := &parser{text: strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\uFEFF"), line: 1, known: map[string]string{}}
	for k, v := range before {
		p.known[k] = v
	}
	for p.pos < len(p.text) {
		p.one()
		if len(p.out) > maxEntries {
			p.mistake("more than %d variables", maxEntries)
			break
		}
	}
	return p.out, p.bad
}

type parser struct {
	text  string
	pos   int
	line  int
	known map[string]string
	out   []Entry
	bad   []Mistake
}

func (p *parser) mistake(format string, args ...any) {
	if len(p.bad) < 20 {
		p.bad = append(p.bad, Mistake{p.line, fmt.Sprintf(format, args...)})
	}
}

// rest passes over the rest of the line, its break included, and gives it.
func (p *parser) rest() string {
	s, _, more := strings.Cut(p.text[p.pos:], "\n")
	p.pos += len(s)
	if more {
		p.pos++
		p.line++
	}
	return s
}

// one reads a line, and more when a quoted value goes on.
func (p *parser) one() {
	line, _, _ := strings.Cut(p.text[p.pos:], "\n")
	t := strings.TrimSpace(line)
	if t == "" || t[0] == '#' {
		p.rest()
		return
	}
	name, _, ok := strings.Cut(line, "=")
	bare := strings.TrimSpace(name)
	if e, exported := strings.CutPrefix(bare, "export "); exported {
		bare = strings.TrimSpace(e)
	}
	if !ok || !isName(bare) {
		p.mistake("expected NAME=value")
		p.rest()
		return
	}
	e := Entry{Name: bare, Line: p.line, Known: true}
	p.pos += len(name) + 1
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\t') {
		p.pos++
	}
	if !p.value(&e) {
		return
	}
	if e.Known {
		p.known[e.Name] = e.Value
	} else {
		delete(p.known, e.Name)
	}
	p.out = append(p.out, e)
}

// isName is what both libraries take for a name: letters, digits and underscores, and the dots that vlucas allows.
func isName(s string) bool {
	for i, c := range []byte(s) {
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && (c >= '0' && c <= '9' || c == '.')) {
			return false
		}
	}
	return s != "" && len(s) < 256
}

// value reads what stands behind the =. It is false when the value does not end.
func (p *parser) value(e *Entry) bool {
	if p.pos >= len(p.text) {
		return true
	}
	switch q := p.text[p.pos]; q {
	case '\'', '"':
		raw, ok := p.quoted(q)
		if !ok {
			return false
		}
		e.Value = raw
		if q == '"' {
			e.Value, e.Known = p.expand(raw, true)
		}
		if after := strings.TrimSpace(p.rest()); after != "" && after[0] != '#' {
			p.bad = append(p.bad, Mistake{e.Line, "something stands behind the closing quote"})
			return false
		}
		return true
	}
	raw := p.rest()
	for i := range len(raw) { // a # begins a comment when blank space stands in front of it
		if raw[i] == '#' && (i == 0 || raw[i-1] == ' ' || raw[i-1] == '\t') {
			raw = raw[:i]
			break
		}
	}
	raw = strings.TrimSpace(raw)
	if strings.ContainsAny(raw, " \t") {
		p.bad = append(p.bad, Mistake{e.Line, "a value with blanks has to stand in quotes"})
		return false
	}
	e.Value, e.Known = p.expand(raw, false)
	return true
}

// quoted reads to the closing quote and gives what stands between, escapes included.
func (p *parser) quoted(q byte) (string, bool) {
	begin, from := p.line, p.pos+1
	for i := from; i < len(p.text); i++ {
		switch p.text[i] {
		case '\n':
			p.line++
		case '\\':
			if q == '"' {
				i++
			}
		case q:
			p.pos = i + 1
			return p.text[from:i], true
		}
	}
	p.bad = append(p.bad, Mistake{begin, "a quote that does not end"})
	p.pos = len(p.text)
	return "", false
}

// expand puts in what ${NAME} refers to, and in double quotes undoes escapes. known is false for what the libraries read
// differently: $NAME, $(command), and a name that no file sets.
func (p *parser) expand(raw string, escapes bool) (value string, known bool) {
	var b strings.Builder
	known = true
	for i := 0; i < len(raw) && b.Len() <= maxValue; i++ {
		c := raw[i]
		switch {
		case escapes && c == '\\' && i+1 < len(raw):
			i++
			switch raw[i] {
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			case '"', '\\', '$':
				b.WriteByte(raw[i])
			default:
				b.WriteByte('\\')
				b.WriteByte(raw[i])
				known = false // vlucas refuses it, symfony keeps it
			}
		case c == '$' && strings.HasPrefix(raw[i:], "${"):
			name, _, closed := strings.Cut(raw[i+2:], "}")
			v, there := p.known[name]
			if !closed || !isName(name) || !there {
				return raw, false
			}
			b.WriteString(v)
			i += len(name) + 2
		case c == '$' && i+1 < len(raw) && (raw[i+1] == '(' || isName(raw[i+1:i+2])), c == '`' || c == '\\':
			return raw, false
		default:
			b.WriteByte(c)
		}
	}
	if b.Len() > maxValue {
		return "", false
	}
	return b.String(), known
}
