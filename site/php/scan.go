package php

import "github.com/why401/why401/conf"

// ClassConst finds `const NAME = 'text'` anywhere in a file, inside a class as well, and its line.
func ClassConst(src, name string) (text string, line int, ok bool) {
	if len(src) > maxFile {
		return "", 0, false
	}
	toks := lex(src)
	for i := 0; i+3 < len(toks); i++ {
		if toks[i].word("const") && toks[i+1].kind == tName && toks[i+1].text == name && toks[i+2].is("=") && toks[i+3].kind == tString {
			return toks[i+3].text, toks[i+3].line, true
		}
	}
	return "", 0, false
}

// Call is a call of a function whose first argument is written out.
type Call struct {
	Name  string
	First string
	Then  string // the second argument, if it is a string that is written out
	Line  int
	Inner bool // it stands in a function, a class, a block or a condition: it runs only when that does
}

// Calls finds the calls of a function called one of names whose first argument is a string that is written out: how a plugin
// of WordPress hooks itself in. Comments and strings hold no calls.
func Calls(src string, names ...string) []Call {
	if len(src) > maxFile {
		return nil
	}
	var out []Call
	toks := lex(src)
	open, condition := 0, false
	for i, t := range toks {
		switch {
		case t.is("{"):
			open++
		case t.is("}"):
			open--
			condition = false
		case t.is(";"):
			condition = false
		case t.word("if") || t.word("else") || t.word("elseif") || t.is("?") || t.is("&&") || t.is("||") || t.is("=>"):
			condition = true
		}
		if t.kind != tName || i+2 >= len(toks) || !toks[i+1].is("(") || toks[i+2].kind != tString || i > 0 && (toks[i-1].is("->") || toks[i-1].is("::") || toks[i-1].word("function")) {
			continue
		}
		for _, n := range names {
			if !t.word(n) && !t.word(`\`+n) {
				continue
			}
			c := Call{Name: n, First: toks[i+2].text, Line: t.line, Inner: open > 0 || condition}
			if i+5 < len(toks) && toks[i+3].is(",") && toks[i+4].kind == tString && (toks[i+5].is(")") || toks[i+5].is(",")) {
				c.Then = toks[i+4].text
			}
			out = append(out, c)
		}
	}
	return out
}

// Properties reads the properties of the classes of a file that have a scalar for their default: public $host = 'localhost';
func Properties(file, src string) map[string]Value {
	out := map[string]Value{}
	if len(src) > maxFile {
		return out
	}
	toks := lex(src)
	for i := 1; i+3 < len(toks); i++ {
		if toks[i].kind != tVar || !toks[i+1].is("=") || !toks[i+3].is(";") || !toks[i-1].word("public") && !toks[i-1].word("var") && !toks[i-1].word("string") && !toks[i-1].word("protected") {
			continue
		}
		v := Value{}
		switch t := toks[i+2]; t.kind {
		case tString:
			v = Text(t.text)
		case tInt, tFloat:
			v = number(t)
		case tName:
			switch {
			case t.word("true") || t.word("false"):
				v = boolean(t.word("true"))
			case t.word("null"):
				v = Value{Kind: Null}
			}
		}
		if v.Kind != Undefined {
			v.At = conf.Place{File: file, Line: toks[i].line, Start: toks[i].start, End: toks[i+2].end}
			out[toks[i].text] = v
		}
	}
	return out
}
