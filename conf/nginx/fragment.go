package nginx

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// Fragment reads what somebody pasted of a configuration, in lines that were taken apart already and all come from one text.
// There is no main file, nothing is included, and no disk is looked at. A closed value stands there as its mark.
func Fragment(lines []exchange.Setting) *conf.Config {
	r := &reader{src: conf.Texts{}, config: &conf.Config{Program: "nginx"}, dump: true}
	top := &Directive{}
	open := []*Directive{top} // the blocks that the last line stands in, outermost first
	for _, s := range lines {
		depth := 0
		for depth < len(s.Context) && depth+1 < len(open) && open[depth+1].head() == s.Context[depth] {
			depth++
		}
		open = open[:depth+1]
		for _, head := range s.Context[depth:] {
			open = append(open, open[len(open)-1].enter(head, s))
		}
		in := open[len(open)-1]
		d := &Directive{Place: conf.Place{File: s.From.File, Line: s.From.Line}, Name: s.Name}
		for _, a := range s.Args {
			d.Args = append(d.Args, Word{Text: a.String(), Line: s.From.Line})
		}
		in.Body = append(in.Body, d)
	}
	build(r, Options{}, wrap(top.Body))
	return r.config
}

// head is how a block is written, up to its brace.
func (d *Directive) head() string { return strings.Join(append([]string{d.Name}, d.Texts()...), " ") }

// enter gives the block called head that a line of d stands in: what was read last opens it, or the paste begins inside of it.
func (d *Directive) enter(head string, at exchange.Setting) *Directive {
	if n := len(d.Body); n > 0 && d.Body[n-1].head() == head {
		d.Body[n-1].HasBlock = true
		return d.Body[n-1]
	}
	b := &Directive{Place: conf.Place{File: at.From.File, Line: at.From.Line}, HasBlock: true}
	for i, w := range strings.Fields(head) {
		if i == 0 {
			b.Name = w
		} else {
			b.Args = append(b.Args, Word{Text: w})
		}
	}
	d.Body = append(d.Body, b)
	return b
}
