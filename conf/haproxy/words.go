package haproxy

import (
	"strings"

	"github.com/why401/why401/conf"
)

// line is one line of a configuration, cut into words.
type line struct {
	conf.Place
	words []string
	env   bool // an environment variable stands in it: its value is not in the files
}

// word gives the word number i, "" when the line has fewer.
func (l line) word(i int) string {
	if i < len(l.words) {
		return l.words[i]
	}
	return ""
}

// rest is the line from word i on, as it reads without its quoting.
func (l line) rest(i int) string {
	if i >= len(l.words) {
		return ""
	}
	return strings.Join(l.words[i:], " ")
}

// maxWords bounds the words of one line; HAProxy itself takes 64.
const maxWords = 512

// cut reads text as HAProxy does (configuration manual, section 2.2): blanks separate words, a backslash takes the next
// character as it is, single quotes keep everything, double quotes keep all but variables, # begins a comment.
func cut(file, text string) []line {
	var out []line
	offset, n := 0, 0
	for raw := range strings.Lines(text) {
		n++
		l := line{Place: conf.Place{File: file, Line: n}}
		l.read(strings.TrimRight(raw, "\r\n"), offset)
		if len(l.words) > 0 {
			out = append(out, l)
		}
		offset += len(raw)
	}
	return out
}

func (l *line) read(s string, offset int) {
	var b strings.Builder
	inside, single, double := false, false, false
	end := func(i int) {
		if inside && len(l.words) < maxWords {
			l.words = append(l.words, b.String())
			l.End = offset + i
		}
		b.Reset()
		inside = false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case single:
			if single = c != '\''; single {
				b.WriteByte(c)
			}
			continue
		case c == '\\' && i+1 < len(s):
			i++
			// Before any other character the backslash stays, as patterns want it.
			if strings.IndexByte("\\\"$'# nrt", s[i]) < 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(unescaped(s[i]))
		case c == '"':
			double = !double
		case double:
			l.env = l.env || c == '$'
			b.WriteByte(c)
		case c == '\'':
			single = true
		case c == '#':
			end(i)
			return
		case c == ' ' || c == '\t':
			end(i)
			continue
		default:
			b.WriteByte(c)
		}
		if !inside {
			inside = true
			if len(l.words) == 0 {
				l.Start = offset + i
			}
		}
	}
	end(len(s))
}

func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}
