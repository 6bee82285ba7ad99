package curl

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// maxFields bounds what brace expansion may make of one word.
const maxFields = 256

// piece is a part of a word after expansion; only bare pieces that came from a variable are split at blanks.
type piece struct {
	text  string
	split bool
}

// fields expands one word into the words that bash would pass on.
func (s *script) fields(w *syntax.Word) ([]string, error) {
	words := []*syntax.Word{w}
	if syntax.SplitBraces(w) {
		var err error
		if words, err = braces(w.Parts); err != nil {
			return nil, err
		}
	}
	var out []string
	for _, w := range words {
		var pieces []piece
		quoted := false
		for i, p := range w.Parts {
			switch p.(type) {
			case *syntax.SglQuoted, *syntax.DblQuoted:
				quoted = true
			}
			ps, err := s.part(p, i == 0)
			if err != nil {
				return nil, err
			}
			pieces = append(pieces, ps...)
		}
		out = append(out, join(pieces, quoted)...)
	}
	return out, nil
}

// join glues pieces together, splitting at blanks where a bare variable brought them. An empty bare word vanishes.
func join(pieces []piece, quoted bool) []string {
	var out []string
	cur, has := "", quoted
	for _, p := range pieces {
		if !p.split {
			if p.text != "" {
				has = true
			}
			cur += p.text
			continue
		}
		for i, f := range strings.FieldsFunc(p.text, isBlank) {
			if i > 0 || cur != "" && isBlankAt(p.text, 0) {
				out, cur = append(out, cur), ""
			}
			cur, has = cur+f, true
		}
		if cur != "" && p.text != "" && isBlankAt(p.text, len(p.text)-1) {
			out, cur, has = append(out, cur), "", false
		}
	}
	if has {
		out = append(out, cur)
	}
	return out
}

func isBlank(r rune) bool             { return r == ' ' || r == '\t' || r == '\n' }
func isBlankAt(s string, at int) bool { return isBlank(rune(s[at])) }

// one expands a word that is not split: an assignment, a redirection, a here-string.
func (s *script) one(w *syntax.Word) (string, error) {
	var b strings.Builder
	if w == nil {
		return "", nil
	}
	for i, p := range w.Parts {
		ps, err := s.part(p, i == 0)
		if err != nil {
			return "", err
		}
		for _, x := range ps {
			b.WriteString(x.text)
		}
	}
	return b.String(), nil
}

func (s *script) part(p syntax.WordPart, first bool) ([]piece, error) {
	switch p := p.(type) {
	case *syntax.Lit:
		text := p.Value
		if first && s.o.Home != "" && (text == "~" || strings.HasPrefix(text, "~/")) {
			return []piece{{text: s.o.Home + unbackslash(text[1:], "")}}, nil
		}
		s.typographic(p)
		return []piece{{text: unbackslash(text, "")}}, nil
	case *syntax.SglQuoted:
		if p.Dollar {
			return []piece{{text: ansiC(p.Value)}}, nil
		}
		return []piece{{text: p.Value}}, nil
	case *syntax.DblQuoted:
		text, err := s.double(p.Parts, "$`\"\\")
		return []piece{{text: text}}, err
	case *syntax.ParamExp:
		text, err := s.param(p)
		return []piece{{text, true}}, err
	case *syntax.ExtGlob:
		return []piece{{text: s.source(p)}}, nil
	}
	return nil, s.cannot(p)
}

// double expands what stands in double quotes or in a here-document; special are the characters that a backslash
// protects there.
func (s *script) double(parts []syntax.WordPart, special string) (string, error) {
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(unbackslash(p.Value, special))
			s.history(p)
		case *syntax.ParamExp:
			text, err := s.param(p)
			if err != nil {
				return "", err
			}
			b.WriteString(text)
		default:
			return "", s.cannot(p)
		}
	}
	return b.String(), nil
}

// cannot is the answer to what could only be known by running it.
func (s *script) cannot(n syntax.Node) error {
	what := "this expansion"
	switch n.(type) {
	case *syntax.CmdSubst:
		what = "a command substitution, $(...) or backquotes,"
	case *syntax.ProcSubst:
		what = "a process substitution, <(...),"
	case *syntax.ArithmExp:
		what = "an arithmetic expansion, $((...)),"
	}
	return usage(s.at(n.Pos()), "%s would have to be run to know its text; nothing is run here, so put its result there instead", what)
}

// param expands $NAME from assignments in the text. A name without one stays as it was written.
func (s *script) param(p *syntax.ParamExp) (string, error) {
	literal := s.source(p)
	if p.Param == nil || p.Excl || p.Length || p.Index != nil || p.Slice != nil || p.Repl != nil || p.Names != 0 {
		s.loss("$", literal, p.Pos())
		s.note("the shell expansion %s at %s is kept as it is written", literal, s.at(p.Pos()))
		return literal, nil
	}
	name := p.Param.Value
	v, known := s.vars[name]
	if known && v == nil {
		return "", usage(s.at(p.Pos()), "$%s comes from a command that would have to be run; put its value there instead", name)
	}
	if p.Exp != nil {
		if p.Exp.Op != syntax.DefaultUnset && p.Exp.Op != syntax.DefaultUnsetOrNull {
			s.loss("$", name, p.Pos())
			s.note("the shell expansion of %s at %s is kept as it is written", name, s.at(p.Pos()))
			return literal, nil
		}
		if !known || p.Exp.Op == syntax.DefaultUnsetOrNull && *v == "" {
			return s.one(p.Exp.Word)
		}
	}
	if known {
		return *v, nil
	}
	s.loss("$", name, p.Pos())
	s.note("$%s at %s is a shell variable that the text does not set; it is kept as it is written", name, s.at(p.Pos()))
	return literal, nil
}

// unbackslash removes backslashes: before any character outside quotes (special ""), only before special ones inside.
func unbackslash(v, special string) string {
	if strings.IndexByte(v, '\\') < 0 {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) && (special == "" || v[i+1] == '\n' || strings.IndexByte(special, v[i+1]) >= 0) {
			i++
			if v[i] == '\n' {
				continue
			}
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// ansiC decodes $'...'. As in bash, an escaped NUL ends the text.
func ansiC(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); {
		if v[i] != '\\' || i+1 >= len(v) {
			b.WriteByte(v[i])
			i++
			continue
		}
		c := v[i+1]
		i += 2
		if j := strings.IndexByte(`abeEfnrtv\'"?`, c); j >= 0 {
			b.WriteByte("\a\b\x1b\x1b\f\n\r\t\v\\'\"?"[j])
			continue
		}
		digits := func(max, base int) (uint64, bool) {
			n := 0
			for n < max && i+n < len(v) {
				if _, err := strconv.ParseUint(v[i:i+n+1], base, 64); err != nil || v[i] == '+' {
					break
				}
				n++
			}
			x, _ := strconv.ParseUint(v[i:i+n], base, 64)
			i += n
			return x, n > 0
		}
		var x uint64
		ok := true
		switch {
		case c >= '0' && c <= '7':
			i--
			x, _ = digits(3, 8)
			x &= 0xff
		case c == 'x':
			x, ok = digits(2, 16)
		case c == 'u', c == 'U':
			width := 4
			if c == 'U' {
				width = 8
			}
			if x, ok = digits(width, 16); ok && x > 0 {
				if x <= utf8.MaxRune {
					b.WriteRune(rune(x))
				}
				continue
			}
		case c == 'c' && i < len(v):
			x = uint64(v[i] & 0x1f)
			i++
		default:
			ok = false
		}
		switch {
		case !ok:
			b.WriteByte('\\')
			b.WriteByte(c)
		case x == 0:
			return b.String()
		default:
			b.WriteByte(byte(x))
		}
	}
	return b.String()
}

// braces expands {a,b} and {1..3} outside quotes.
func braces(parts []syntax.WordPart) ([]*syntax.Word, error) {
	out := []*syntax.Word{{}}
	for _, p := range parts {
		var alts [][]syntax.WordPart
		b, ok := p.(*syntax.BraceExp)
		switch {
		case !ok:
			alts = [][]syntax.WordPart{{p}}
		case b.Sequence:
			seq, err := sequence(b)
			if err != nil {
				return nil, err
			}
			for _, t := range seq {
				alts = append(alts, []syntax.WordPart{&syntax.Lit{Value: t}})
			}
		default:
			for _, e := range b.Elems {
				ws, err := braces(e.Parts)
				if err != nil {
					return nil, err
				}
				for _, w := range ws {
					alts = append(alts, w.Parts)
				}
			}
		}
		if len(out)*len(alts) > maxFields {
			return nil, usage("", "a brace expansion makes more than %d words", maxFields)
		}
		var next []*syntax.Word
		for _, o := range out {
			for _, a := range alts {
				next = append(next, &syntax.Word{Parts: append(append([]syntax.WordPart(nil), o.Parts...), a...)})
			}
		}
		out = next
	}
	return out, nil
}

func sequence(b *syntax.BraceExp) ([]string, error) {
	lit := func(i int) string {
		if i < len(b.Elems) {
			return b.Elems[i].Lit()
		}
		return ""
	}
	from, to := lit(0), lit(1)
	step, _ := strconv.Atoi(lit(2))
	if step = max(step, -step); step == 0 {
		step = 1
	}
	chars := len(from) == 1 && len(to) == 1 && isLetter(from[0]) && isLetter(to[0])
	a, e1 := strconv.Atoi(from)
	z, e2 := strconv.Atoi(to)
	if chars {
		a, z = int(from[0]), int(to[0])
	} else if e1 != nil || e2 != nil {
		return nil, usage("", "a brace expansion {%s..%s} is not understood", from, to)
	}
	if n := (max(a, z) - min(a, z)) / step; n < 0 || n >= maxFields {
		return nil, usage("", "a brace expansion makes more than %d words", maxFields)
	}
	var out []string
	for n := 0; n <= (max(a, z)-min(a, z))/step; n++ {
		v := a + n*step
		if z < a {
			v = a - n*step
		}
		if chars {
			out = append(out, string(rune(v)))
		} else {
			out = append(out, strconv.Itoa(v))
		}
	}
	return out, nil
}
