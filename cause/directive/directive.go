// Package directive answers questions about the configuration lines that a case holds: which of them apply at a place,
// what they say, and where they stand. The families that know web servers and proxies share it.
package directive

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Pattern is a regular expression, compiled or yet to be.
type Pattern interface {
	Match(b []byte) bool
	MatchString(s string) bool
}

// Lines are settings in the order of their files.
type Lines []exchange.Setting

// Of gives the case's lines of one system: "nginx", "apache", "haproxy", "caddy", "traefik", "ingress", "htpasswd".
func Of(v *cause.View, system string) Lines {
	var out Lines
	for _, s := range v.Settings {
		if s.System == system {
			out = append(out, s)
		}
	}
	return out
}

// Named gives the lines with one of the names, whatever their case.
func (l Lines) Named(names ...string) Lines {
	var out Lines
	for _, s := range l {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, s.Name) }) {
			out = append(out, s)
		}
	}
	return out
}

// Having gives the lines of which keep holds.
func (l Lines) Having(keep func(exchange.Setting) bool) Lines {
	var out Lines
	for _, s := range l {
		if keep(s) {
			out = append(out, s)
		}
	}
	return out
}

// At gives the lines that stand in exactly this block.
func (l Lines) At(place exchange.Setting) Lines {
	return l.Having(func(s exchange.Setting) bool { return SameFile(s, place) && slices.Equal(s.Context, place.Context) })
}

// Effective gives the lines of name that nginx applies in the block of place: those of the innermost block around it
// that has any. Its header lines are never added up over levels (nginx, ngx_http_proxy_module).
func (l Lines) Effective(place exchange.Setting, name string) Lines {
	named := l.Named(name)
	for n := len(place.Context); n >= 0; n-- {
		at := named.Having(func(s exchange.Setting) bool { return SameFile(s, place) && slices.Equal(s.Context, place.Context[:n]) })
		if len(at) > 0 {
			return at
		}
	}
	return nil
}

// Blocks are the lines of one name by the block that they stand in, for questions about many places.
type Blocks map[string]Lines

// Blocks sorts the lines of name by their blocks.
func (l Lines) Blocks(name string) Blocks {
	b := Blocks{}
	for _, s := range l {
		if strings.EqualFold(name, s.Name) {
			k := blockOf(s, len(s.Context))
			b[k] = append(b[k], s)
		}
	}
	return b
}

// blockOf names the block of s that is n deep.
func blockOf(s exchange.Setting, n int) string {
	return s.From.File + "\x00" + s.From.Input + "\x00" + strings.Join(s.Context[:n], "\x00")
}

// At gives the lines that stand in exactly the block of place.
func (b Blocks) At(place exchange.Setting) Lines { return b[blockOf(place, len(place.Context))] }

// Effective is that of Lines.
func (b Blocks) Effective(place exchange.Setting) Lines {
	if len(b) == 0 {
		return nil
	}
	for n := len(place.Context); n >= 0; n-- {
		if at := b[blockOf(place, n)]; len(at) > 0 {
			return at
		}
	}
	return nil
}

// Covering gives the lines of the block of place and of those around it.
func (l Lines) Covering(place exchange.Setting) Lines {
	return l.Having(func(s exchange.Setting) bool { return Covers(s, place) })
}

// Covers reports that inner stands in the block of outer or deeper.
func Covers(outer, inner exchange.Setting) bool {
	return SameFile(outer, inner) && len(outer.Context) <= len(inner.Context) && slices.Equal(outer.Context, inner.Context[:len(outer.Context)])
}

// SameFile reports that both were read from one paste or file.
func SameFile(a, b exchange.Setting) bool {
	return a.From.File == b.From.File && a.From.Input == b.From.Input
}

// Arg reports that argument n of s is word, whatever its case.
func Arg(s exchange.Setting, n int, word string) bool {
	return n < len(s.Args) && s.Args[n].EqualFold(word)
}

// ArgMatches reports that argument n of s fits re.
func ArgMatches(s exchange.Setting, n int, re Pattern) bool {
	return n < len(s.Args) && s.Args[n].Match(re)
}

// Any reports that some argument of s fits re.
func Any(s exchange.Setting, re Pattern) bool {
	for n := range s.Args {
		if ArgMatches(s, n, re) {
			return true
		}
	}
	return false
}

// Header gives the lines of name whose first argument is the field's name: proxy_set_header Authorization ...
func (l Lines) Header(name, field string) Lines {
	return l.Named(name).Having(func(s exchange.Setting) bool { return Arg(s, 0, field) })
}

// Fact is an observation at the line of s.
func Fact(s exchange.Setting, text string) fact.Fact { return fact.Fact{Text: text, From: s.From} }

// Told reports that something a person or a program wrote fits re.
func Told(v *cause.View, re Pattern) bool {
	for _, n := range v.Notes[:min(len(v.Notes), heard)] {
		if re.MatchString(string(n.Text)) {
			return true
		}
	}
	return Said(v, re)
}

// Said reports that something a program wrote fits re: a message or the body of the answer.
func Said(v *cause.View, re Pattern) bool {
	for _, m := range v.Messages[:min(len(v.Messages), heard)] {
		if re.MatchString(string(m.Text)) {
			return true
		}
	}
	for _, x := range v.Exchanges[:min(len(v.Exchanges), heard)] {
		if re.Match(x.Body()[:min(len(x.Body()), 64<<10)]) {
			return true
		}
	}
	return false
}

// heard is how many notes or messages are looked at.
const heard = 60

// Either asks paper about recorded evidence, and live where the whole exchange was seen; the surer suspicion counts.
// It makes a detector of whole exchanges one that also reads configuration lines, which say nothing of what is unseen.
func Either(paper, live func(*cause.View) *cause.Suspicion) func(*cause.View) *cause.Suspicion {
	return func(v *cause.View) *cause.Suspicion {
		var s *cause.Suspicion
		if v.Recorded() {
			s = paper(v)
		}
		if !v.Whole() {
			return s
		}
		return cause.Weightier(s, live(v))
	}
}

// Likely is a suspicion of weight w that the fact carries.
func Likely(w float64, because ...fact.Fact) *cause.Suspicion {
	return &cause.Suspicion{Grade: cause.Likely, Weight: w, Because: because}
}

// Strong is a suspicion that little else explains.
func Strong(w float64, because ...fact.Fact) *cause.Suspicion {
	return &cause.Suspicion{Grade: cause.Strong, Weight: w, Because: because}
}
