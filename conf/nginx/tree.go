package nginx

import (
	"fmt"
	"strings"

	"github.com/why401/why401/conf"
)

// Directive is one directive with its block, if it has one. What an include brings stands in the place of the include.
type Directive struct {
	Place    conf.Place // from the name's first byte to past the ; or }
	Name     string
	Args     []Word
	HasBlock bool
	Body     []*Directive
}

// Arg is the text of argument i from 0, "" when there are fewer.
func (d *Directive) Arg(i int) string {
	if i < len(d.Args) {
		return d.Args[i].Text
	}
	return ""
}

// Texts are the texts of all arguments.
func (d *Directive) Texts() []string {
	out := make([]string, len(d.Args))
	for i, a := range d.Args {
		out[i] = a.Text
	}
	return out
}

// Limits of what is read: nginx has none, but its stack ends some time, and a file that includes another twice, which
// includes another twice, grows without bound.
const (
	maxDepth      = 100
	maxDirectives = 3_000_000
)

// parse reads the directives of one file. Includes are left as they stand.
func (r *reader) parse(file, text string) []*Directive {
	p := parser{r: r, l: lexer{file: file, text: text, line: 1, broken: r.broken}}
	if strings.HasPrefix(text, "\ufeff") {
		p.l.pos = 3
		p.l.note(1, 0, "a byte order mark: nginx takes it for a part of the first word")
	}
	if strings.IndexByte(text, 0) >= 0 {
		r.unread(conf.Place{File: file}, "holds NUL bytes: not a text file, or one in UTF-16")
	}
	return p.body(0, nil)
}

type parser struct {
	r *reader
	l lexer
}

func (p *parser) body(depth int, open *Directive) []*Directive {
	var out []*Directive
	for {
		words, end := p.l.next()
		for end != tokEOF {
			first := p.unended(words, end)
			if first == 0 {
				break
			}
			d := &Directive{Name: words[0].Text, Args: words[1:first]}
			d.Place = conf.Place{File: p.l.file, Line: words[0].Line, Start: words[0].Start, End: words[first-1].End}
			if !p.r.count(d.Place) {
				return out
			}
			out, words = append(out, d), words[first:]
		}
		if len(words) > 0 && end != tokEOF {
			d := &Directive{Name: words[0].Text, Args: words[1:]}
			d.Place = conf.Place{File: p.l.file, Line: words[0].Line, Start: words[0].Start, End: p.l.pos}
			if !p.r.count(d.Place) {
				return out
			}
			if end == tokOpen {
				d.HasBlock = true
				p.block(d, depth)
				d.Place.End = p.l.pos
			}
			if end == tokClose { // no semicolon: nginx would stop here
				d.Place.End = words[len(words)-1].End
			}
			out = append(out, d)
		} else if end == tokOpen { // a block without a name
			p.block(&Directive{Place: conf.Place{File: p.l.file, Line: p.l.line}}, depth)
		}
		switch {
		case end == tokEOF:
			if open != nil {
				p.r.broken(open.Place, fmt.Sprintf(`expected "}": the block of %q is never closed`, open.Name))
			}
			return out
		case end == tokClose && len(words) > 0: // the brace itself is still to be read
		case end == tokClose && open == nil:
			p.l.note(p.l.line, p.l.pos-1, `unexpected "}": no block is open`)
		case end == tokClose:
			return out
		}
	}
}

func (p *parser) block(d *Directive, depth int) {
	switch {
	case strings.HasSuffix(d.Name, "_by_lua_block"):
		ok := p.l.skipLua()
		d.Place.End = p.l.pos
		if !ok {
			p.r.broken(d.Place, fmt.Sprintf(`expected "}": the block of %q is never closed`, d.Name))
			return
		}
		p.r.unread(d.Place, fmt.Sprintf("%s: Lua code is not read", d.Name))
	case depth >= maxDepth:
		p.r.unread(d.Place, fmt.Sprintf("blocks are nested more than %d deep", maxDepth))
		p.skip()
	default:
		d.Body = p.body(depth+1, d)
	}
}

// skip moves past a block whose { has been read, without keeping what it holds.
func (p *parser) skip() {
	for depth := 1; depth > 0; {
		switch words, end := p.l.next(); {
		case end == tokOpen:
			depth++
		case end == tokClose && len(words) == 0:
			depth--
		case end == tokEOF:
			return
		}
	}
}
