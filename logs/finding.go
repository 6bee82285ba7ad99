package logs

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/logs/tally"
)

// finding is an incident while it is looked for.
type finding struct {
	change
	items  []*item // what was refused, only within the change
	traits []telling
	kind   string // the pattern that was seen, in words
	period uint32 // minutes, of what comes again and again
	steady bool   // it was so before the log begins

	asked, refused float64 // requests of the group within the change, and how many of them were refused

	cause    string // "" when nothing says which
	grade    cause.Grade
	because  []string
	suspects []string
	said     []*sentence // of error logs, that belong to it
	verdict  *verdict    // what the catalogue says of the sentences
}

// telling is a trait that all of a finding has and the rest of the requests has not.
type telling struct {
	dim   int
	value string
}

// has gives the value by which the finding is told in a dimension.
func (f *finding) has(name string) (string, bool) {
	for _, t := range f.traits {
		if dimensions[t.dim].name == name {
			return t.value, true
		}
	}
	return "", false
}

// share is the part of the finding's requests for which is holds.
func (f *finding) share(is func(i *item) bool) float64 {
	n, all := 0.0, 0.0
	for _, i := range f.items {
		all += float64(i.left)
		if is(i) {
			n += float64(i.left)
		}
	}
	return n / max(all, 1)
}

// distinct are the values of a dimension, the most frequent first.
func (f *finding) distinct(of func(g *tally.Group) string) []counted {
	return distinct(f.items, of)
}

type counted struct {
	Value string
	N     int64
}

func distinct(items []*item, of func(g *tally.Group) string) []counted {
	n := map[string]int64{}
	for _, i := range items {
		if s := of(&i.Group); s != "" {
			n[s] += i.left
		}
	}
	list := make([]counted, 0, len(n))
	for s, k := range n {
		list = append(list, counted{s, k})
	}
	slices.SortFunc(list, func(a, b counted) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value)) })
	return list
}

// restrict gives the items with only what lies in the span.
func restrict(items []*item, s span) []*item {
	var out []*item
	for _, i := range items {
		c := *i
		c.times, c.left = nil, 0
		for _, m := range i.times {
			if s.has(m.Minute) {
				c.times = append(c.times, m)
				c.left += int64(m.N)
			}
		}
		if c.left > 0 {
			out = append(out, &c)
		}
	}
	return out
}

// without gives the items less what is in taken.
func without(items, taken []*item) []*item {
	gone := map[uint64]map[uint32]uint32{}
	for _, i := range taken {
		g := gone[i.hash]
		if g == nil {
			g = map[uint32]uint32{}
			gone[i.hash] = g
		}
		for _, m := range i.times {
			g[m.Minute] += m.N
		}
	}
	var out []*item
	for _, i := range items {
		g := gone[i.hash]
		if g == nil {
			out = append(out, i)
			continue
		}
		c := *i
		c.times, c.left = nil, 0
		for _, m := range i.times {
			if m.N -= min(m.N, g[m.Minute]); m.N > 0 {
				c.times = append(c.times, m)
				c.left += int64(m.N)
			}
		}
		if c.left > 0 {
			out = append(out, &c)
		}
	}
	return out
}

// since and until are the seconds of Unix time of the first and the last request.
func (f *finding) since() int64 {
	first := int64(0)
	for _, i := range f.items {
		if len(i.times) > 0 {
			if at := int64(i.times[0].Minute)*60 + int64(bits.TrailingZeros64(i.times[0].Seconds)); first == 0 || at < first {
				first = at
			}
		}
	}
	return first
}

func (f *finding) until() int64 {
	last := int64(0)
	for _, i := range f.items {
		if n := len(i.times); n > 0 {
			last = max(last, int64(i.times[n-1].Minute)*60+63-int64(bits.LeadingZeros64(i.times[n-1].Seconds)))
		}
	}
	return last
}

func (f *finding) left() int64 {
	n := int64(0)
	for _, i := range f.items {
		n += i.left
	}
	return n
}
