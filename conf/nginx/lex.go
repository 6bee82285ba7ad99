package nginx

import (
	"fmt"
	"strings"

	"github.com/why401/why401/conf"
)

// Word is one argument, as nginx has it after taking out quotes and escapes.
type Word struct {
	Text       string
	Start, End int // bytes of the file, quotes included
	Line       int
}

// maxWord is NGX_CONF_BUFFER: nginx refuses a longer word.
const maxWord = 4096

// token is how a run of words ended.
type token int

const (
	tokSemicolon token = iota
	tokOpen            // {
	tokClose           // }
	tokEOF
)

// lexer reads one file as ngx_conf_read_token (src/core/ngx_conf_file.c) does. Where nginx would stop with an error, it
// notes the place and goes on as a reader would take the text.
type lexer struct {
	file   string
	text   string
	pos    int
	line   int
	broken func(p conf.Place, what string)
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// next gives the words up to ; { or }, how they ended, and where the first begins.
func (l *lexer) next() (words []Word, end token) {
	for {
		l.skipBlank()
		if l.pos >= len(l.text) {
			if len(words) > 0 {
				l.note(words[0].Line, words[0].Start, `the file ends in the middle of a directive; expected ";" or "{"`)
			}
			return words, tokEOF
		}
		switch l.text[l.pos] {
		case ';', '{':
			c := l.text[l.pos]
			l.pos++
			if len(words) == 0 {
				l.note(l.line, l.pos-1, fmt.Sprintf("unexpected %q: a directive's name should stand before it", c))
				if c == '{' {
					return nil, tokOpen
				}
				continue
			}
			if c == '{' {
				return words, tokOpen
			}
			return words, tokSemicolon
		case '}':
			if len(words) > 0 {
				l.note(words[0].Line, words[0].Start, `unexpected "}": the directive before it does not end in ";"`)
				return words, tokClose
			}
			l.pos++
			return nil, tokClose
		case '#':
			if i := strings.IndexByte(l.text[l.pos:], '\n'); i >= 0 {
				l.pos += i
			} else {
				l.pos = len(l.text)
			}
		default:
			words = append(words, l.word())
		}
	}
}

func (l *lexer) skipBlank() {
	for l.pos < len(l.text) && blank(l.text[l.pos]) {
		if l.text[l.pos] == '\n' {
			l.line++
		}
		l.pos++
	}
}

// word reads one word, which begins here. It ends before a blank, ; or {, or behind the closing quote.
func (l *lexer) word() Word {
	w := Word{Start: l.pos, Line: l.line}
	from, quote := l.pos, byte(0)
	if c := l.text[l.pos]; c == '"' || c == '\'' {
		quote = c
		l.pos++
		from = l.pos
	}
	variable := false // a $ stands just before: ${ does not open a block
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		if c == '\n' {
			l.line++
		}
		switch {
		case c == '{' && variable:
		case c == '\\':
			variable = false
			l.pos++ // whatever follows belongs to the word
			if l.pos < len(l.text) && l.text[l.pos] == '\n' {
				l.line++
			}
		case c == '$':
			variable = true
		case quote != 0 && c == quote:
			w.Text = unescape(l.text[from:l.pos])
			l.pos++
			w.End = l.pos
			l.afterQuote(w)
			return l.checked(w)
		case quote == 0 && (blank(c) || c == ';' || c == '{'):
			if c == '\n' {
				l.line--
			}
			w.Text, w.End = unescape(l.text[from:l.pos]), l.pos
			return l.checked(w)
		default:
			variable = false
		}
		l.pos++
	}
	l.pos = len(l.text)
	if quote != 0 {
		l.note(w.Line, w.Start, fmt.Sprintf("a quotation mark %c that is never closed", quote))
	}
	w.Text, w.End = unescape(l.text[min(from, l.pos):]), l.pos
	return l.checked(w)
}

// afterQuote notes what nginx does not take behind a closing quote.
func (l *lexer) afterQuote(w Word) {
	if l.pos < len(l.text) {
		if c := l.text[l.pos]; !blank(c) && c != ';' && c != '{' && c != ')' {
			l.note(l.line, w.Start, fmt.Sprintf("unexpected %q behind a closing quotation mark", c))
		}
	}
}

func (l *lexer) checked(w Word) Word {
	if w.End-w.Start > maxWord {
		l.note(w.Line, w.Start, fmt.Sprintf("a word of %d bytes: nginx reads at most %d", w.End-w.Start, maxWord))
	}
	return w
}

func (l *lexer) note(line, start int, what string) {
	l.broken(conf.Place{File: l.file, Line: line, Start: start, End: l.pos}, what)
}

// unescape takes the backslash from \" \' \\ and makes \t \r \n what they stand for; every other one stays.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case '"', '\'', '\\':
				i++
				c = s[i]
			case 't':
				i++
				c = '\t'
			case 'r':
				i++
				c = '\r'
			case 'n':
				i++
				c = '\n'
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}
