package logs

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/why401/why401/logs/tally"
)

// span is a stretch of minutes, the second outside.
type span struct{ from, to uint32 }

func (s span) has(minute uint32) bool { return minute >= s.from && minute < s.to }

// change is where a rate changed: more of something between two moments than before and after.
type change struct {
	span
	inside, outside float64 // how many
	expected        float64 // inside, had it gone on as outside
	even            float64 // inside, were all of them spread evenly
	score           float64 // log likelihood ratio of two rates against one
}

// leastScore is the log likelihood ratio from which a change is taken for one. Some hundred slices are scanned, each for
// some ten thousand stretches of time: chance alone reaches ln(10^7) = 16 among them now and then.
const leastScore = 18

// confidence is how sure a change is, with all the places where it was looked for counted against it.
// Never more than 0.99: what the log does not show is not counted.
func (c change) confidence() float64 { return min(0.99, 1-math.Exp(-max(0, c.score-14))) }

// scan finds the stretch of time in which counts stand out the most, against even time and against the load of the site:
// at noon there is more of everything, and it is the worse of both that counts.
func (v *view) scan(counts []float64) change {
	n := len(counts)
	sum := prefix(counts)
	load := prefix(v.load)
	var best change
	for a := range n {
		if counts[a] == 0 {
			continue
		}
		for b := a + 1; b <= n; b++ {
			if counts[b-1] == 0 || cannotReach(best.score, sum, load, a, b) {
				continue
			}
			if c := v.rate(sum, load, a, b); c.score > best.score {
				best = c
			}
		}
	}
	return best
}

// cannotReach reports, without a logarithm, that the change between two bins scores no higher than best: ln x <= x-1, so the
// ratio of likelihoods is at most its chi-square. It is asked some million times, and the answer is nearly always yes.
func cannotReach(best float64, sum, load []float64, a, b int) bool {
	n := len(sum) - 1
	in, all := sum[b]-sum[a], sum[n]
	for _, share := range [...]float64{float64(b-a) / float64(n), (load[b] - load[a] + 1) / (load[n] + 1)} {
		expected := all * min(share, 1)
		if in <= expected || (in-expected)*(in/expected-(all-in)/(all-expected))*(1+1e-9) <= best {
			return true
		}
	}
	return false
}

// rate is the change between two bins.
func (v *view) rate(sum, load []float64, a, b int) change {
	n := len(sum) - 1
	in, all := sum[b]-sum[a], sum[n]
	c := change{inside: in, outside: all - in, score: math.Inf(1)}
	c.from, c.to = v.from+uint32(a)*v.bin, min(v.to, v.from+uint32(b)*v.bin)
	for _, share := range []float64{float64(b-a) / float64(n), (load[b] - load[a] + 1) / (load[n] + 1)} {
		if share >= 1 {
			share = 1
		}
		expected := all * share
		s := 0.0
		if in > expected {
			s = in * math.Log(in/expected)
			if c.outside > 0 {
				s += c.outside * math.Log(c.outside/(all-expected))
			}
		}
		if s < c.score {
			c.score = s
			c.even = expected
			c.expected = c.outside * share / max(1-share, 1e-3)
		}
	}
	return c
}

func prefix(x []float64) []float64 {
	s := make([]float64, len(x)+1)
	for i, n := range x {
		s[i+1] = s[i] + n
	}
	return s
}

// refine moves the ends of a change from bins to minutes: the beginning to the first minute from which on the rate is that
// of the inside.
func (v *view) refine(c change, items []*item) change {
	lo := c.from - min(c.from-v.from, 2*v.bin)
	hi := min(v.to, c.to+2*v.bin)
	counts := make([]float64, hi-lo)
	for _, i := range items {
		for _, m := range i.times {
			if m.Minute >= lo && m.Minute < hi {
				counts[m.Minute-lo] += float64(m.N)
			}
		}
	}
	sum := prefix(counts)
	outMinutes := float64(v.to-v.from) - float64(c.to-c.from)
	out := (c.outside + 0.5) / max(outMinutes, 1)
	in := c.inside / float64(c.to-c.from)
	if in <= out {
		return c
	}
	// Of a minute's count k, being inside explains k*ln(in/out) - (in-out) more than being outside.
	gain := func(a, b uint32) float64 {
		return (sum[b-lo]-sum[a-lo])*math.Log(in/out) - float64(b-a)*(in-out)
	}
	best, from, to := math.Inf(-1), c.from, c.to
	for a := lo; a < min(c.from+2*v.bin, c.to); a++ {
		if g := gain(a, c.to); counts[a-lo] > 0 && g > best {
			best, from = g, a
		}
	}
	best = math.Inf(-1)
	for b := max(from+1, c.to-min(c.to-lo, 2*v.bin)); b <= hi; b++ {
		if g := gain(from, b); counts[b-1-lo] > 0 && g > best {
			best, to = g, b
		}
	}
	c.from, c.to = from, to
	return c
}

// counts are the items' requests by bin.
func (v *view) counts(items []*item) []float64 {
	out := make([]float64, v.bins())
	for _, i := range items {
		for _, m := range i.times {
			out[v.binOf(m.Minute)] += float64(m.N)
		}
	}
	return out
}

// dimension is something by which requests are put into slices.
type dimension struct {
	name string
	of   func(g *tally.Group) string
}

func trait(t tally.Trait) dimension {
	return dimension{tally.Names[t], func(g *tally.Group) string { return g[t] }}
}

// dimensions in the order in which they say who is hit: the first that tells is named first.
var dimensions = []dimension{
	trait(tally.User), trait(tally.Software), {"program", func(g *tally.Group) string { return tally.Family(g[tally.Software]) }},
	trait(tally.Upstream), trait(tally.Cache), trait(tally.Method), trait(tally.Client),
	{"network", func(g *tally.Group) string { return network(g[tally.Client]) }}, trait(tally.Host), trait(tally.TLS), trait(tally.Route),
	{"area", func(g *tally.Group) string { return area(g[tally.Route]) }},
}

// area is a route up to its first changing part: /orders of /orders/{n}.
func area(route string) string {
	if i := strings.Index(route, "/{"); i >= 0 {
		route = route[:i]
	}
	return route
}

// slice is the items that have one value.
type slice struct {
	dim   int // -1: all
	value string
	items []*item
	left  int64
}

// cut gives all items, and their slices by every dimension.
func cut(items []*item) []slice {
	all := make([][]slice, len(dimensions))
	var wg sync.WaitGroup
	for d := range dimensions {
		wg.Go(func() { all[d] = cutBy(items, d) })
	}
	wg.Wait()
	return append([]slice{{dim: -1, items: items}}, slices.Concat(all...)...)
}

// cutBy cuts items by one dimension, the largest slices first; values that nobody gave are none.
func cutBy(items []*item, d int) []slice {
	var all []slice
	at := map[string]int{}
	place := make([]int, len(items)) // of each item in all, -1 for none
	for n, i := range items {
		value := dimensions[d].of(&i.Group)
		if place[n] = -1; value == "" {
			continue
		}
		k, ok := at[value]
		if !ok {
			k = len(all)
			at[value] = k
			all = append(all, slice{dim: d, value: value})
		}
		place[n] = k
		all[k].left += i.left
	}
	for n, k := range place { // most values are those of a single client, and have too few
		if k >= 0 && all[k].left >= leastHits {
			all[k].items = append(all[k].items, items[n])
		}
	}
	list := slices.DeleteFunc(all, func(s slice) bool { return s.left < leastHits })
	slices.SortFunc(list, func(a, b slice) int { return cmp.Or(cmp.Compare(b.left, a.left), cmp.Compare(a.value, b.value)) })
	return list[:min(len(list), 60)]
}

// leastHits is how many requests must have been refused for anybody to be told.
const leastHits = 8
