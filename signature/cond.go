package signature

import (
	"cmp"
	"slices"

	"github.com/why401/why401/fact"
)

// cond is one question about a reply. It is asked with holds; shown gives the words for a report when it held.
type cond interface {
	holds(*reply) bool
	cost() int                  // rough price of asking, to ask the cheap ones first
	shown(*reply) []observation // nothing for a question whose answer proves little by itself
}

// observation is one thing seen, with how telling it is.
type observation struct {
	text  string
	plain bool // true for a status code and for absences: named only when there is little else
}

// evidenceMax is how many observations one match quotes.
const evidenceMax = 4

// evidence turns what c saw into facts, the telling ones first.
func evidence(c cond, r *reply) []fact.Fact {
	seen := c.shown(r)
	slices.SortStableFunc(seen, func(a, b observation) int {
		if a.plain == b.plain {
			return 0
		}
		if b.plain {
			return -1
		}
		return 1
	})
	var out []fact.Fact
	for _, o := range seen[:min(len(seen), evidenceMax)] {
		out = append(out, fact.At(r.n, "%s", o.text))
	}
	return out
}

// every holds when all of its parts hold.
type every struct {
	parts  []cond // as written, for the evidence
	sorted []cond // cheapest first
}

func newEvery(parts []cond) cond {
	if len(parts) == 1 {
		return parts[0]
	}
	e := every{parts: parts, sorted: slices.Clone(parts)}
	slices.SortStableFunc(e.sorted, func(a, b cond) int { return cmp.Compare(a.cost(), b.cost()) })
	return e
}

func (e every) holds(r *reply) bool {
	for _, c := range e.sorted {
		if !c.holds(r) {
			return false
		}
	}
	return true
}

func (e every) cost() int {
	n := 0
	for _, c := range e.parts {
		n += c.cost()
	}
	return n
}

func (e every) shown(r *reply) []observation {
	var out []observation
	for _, c := range e.parts {
		out = append(out, c.shown(r)...)
	}
	return out
}

// some holds when one of its parts holds.
type some struct{ parts []cond }

func (s some) holds(r *reply) bool {
	return slices.ContainsFunc(s.parts, func(c cond) bool { return c.holds(r) })
}

func (s some) cost() int { return every{parts: s.parts}.cost() }

func (s some) shown(r *reply) []observation {
	for _, c := range s.parts {
		if c.holds(r) {
			if o := c.shown(r); len(o) > 0 {
				return o
			}
		}
	}
	return nil
}

// none holds when no part holds. What is not there is no evidence to quote.
type none struct{ parts []cond }

func (n none) holds(r *reply) bool        { return !some(n).holds(r) }
func (n none) cost() int                  { return some(n).cost() }
func (n none) shown(*reply) []observation { return nil }
