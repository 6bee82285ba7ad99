package curl

import (
	"strings"

	"github.com/why401/why401/exchange"
	"mvdan.cc/sh/v3/syntax"
)

// cutOff looks at an unquoted & or ; that stands right between curl's last word and more text: a URL cut in two.
func (s *script) cutOff(i int, st *syntax.Stmt) {
	var names []string
	char := ""
	for cur := st; cur.Semicolon.IsValid(); {
		at := int(cur.Semicolon.Offset())
		if at == 0 || at+1 >= len(s.text) || strings.IndexByte("&;", s.text[at]) < 0 ||
			isBlankAt(s.text, at-1) || isBlankAt(s.text, at+1) {
			break
		}
		var next *syntax.Stmt
		for _, n := range s.stmts[i+1:] {
			if int(n.Pos().Offset()) == at+1 {
				next = n
				break
			}
		}
		if next == nil {
			break
		}
		word := s.text[at+1 : int(next.End().Offset())]
		word = word[:strings.IndexAny(word+" ", " \t\n&;")]
		name, _, eq := strings.Cut(word, "=")
		if !eq && s.text[at] == '&' && len(names) == 0 && !strings.Contains(s.source(st), "?") {
			break
		}
		if char == "" {
			char = string(s.text[at])
			s.loss(char, name, cur.Semicolon)
		} else {
			s.loss(string(s.text[at]), name, cur.Semicolon)
		}
		names = append(names, name)
		cur = next
	}
	if len(names) > 0 {
		for k := len(s.lost) - len(names); k < len(s.lost); k++ {
			s.lost[k].In = "URL"
		}
		s.note("the unquoted %s at %s ends the command: bash never gives curl what follows (%s); put the URL in single quotes",
			char, s.at(st.Semicolon), strings.Join(names, ", "))
	}
}

// history notes "!" in double quotes: an interactive bash replaces it.
func (s *script) history(l *syntax.Lit) {
	for i := 0; i+1 < len(l.Value); i++ {
		if l.Value[i] == '!' && !isBlankAt(l.Value, i+1) && l.Value[i+1] != '=' && l.Value[i+1] != '(' && (i == 0 || l.Value[i-1] != '\\') {
			s.loss("!", "", l.Pos())
			return
		}
	}
}

// typographic notes quotation marks that a word processor made: they are ordinary characters to a shell.
func (s *script) typographic(l *syntax.Lit) {
	for _, q := range []string{"“", "”", "‘", "’"} {
		if strings.Contains(l.Value, q) {
			s.loss(q, "", l.Pos())
			s.note("the typographic quotation mark %s at %s is an ordinary character to a shell; write ' or \" instead", q, s.at(l.Pos()))
			return
		}
	}
}

func (s *script) loss(char, name string, at syntax.Pos) {
	s.lost = append(s.lost, exchange.ShellLoss{Char: char, Name: name, Line: int(at.Line()), Col: int(at.Col())})
}
