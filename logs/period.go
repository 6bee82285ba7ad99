package logs

import (
	"math"
	"math/bits"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/logs/tally"
)

// leastBursts is from how many repetitions on something counts as coming again and again.
const leastBursts = 4

// periodic finds clients (and programs, upstreams, everybody) that are served, refused for a while, and served again, at
// even intervals: a credential that lives for so long and is renewed too late.
func (v *view) periodic(items []*item) []*finding {
	var found []*finding
	for _, d := range []string{"client", "user", "user agent", "upstream", ""} {
		k := dimensionOf(d)
		list := []slice{{dim: -1, items: items}}
		if k >= 0 {
			list = cutBy(items, k)
		}
		for _, s := range list {
			var own []*item
			for _, i := range s.items {
				if st := i.Group[tally.Status]; st == "401" || st == "403" || st == "407" || st == "440" {
					own = append(own, i)
				}
			}
			period, starts := bursts(own)
			if period == 0 {
				continue
			}
			f := &finding{kind: "refused again and again, at even intervals", cause: "token-expired", grade: cause.Likely, period: period}
			f.span = span{starts[0], starts[len(starts)-1] + period}
			f.items = restrict(own, f.span)
			f.inside = float64(f.left())
			if s.dim >= 0 {
				f.traits = []telling{{s.dim, s.value}}
			}
			if !v.servedBetween(f, starts, period) || !v.refusedWithin(f, starts) {
				continue
			}
			found = append(found, f)
			items = without(items, f.items)
		}
	}
	return found
}

// bursts finds runs of refusals that begin at even intervals: the interval in minutes and the beginnings; 0 when there is
// no such interval.
func bursts(items []*item) (period uint32, starts []uint32) {
	n := perMinute(items)
	at := make([]uint32, 0, len(n))
	for m := range n {
		at = append(at, m)
	}
	if len(at) < leastBursts {
		return 0, nil
	}
	slices.Sort(at)
	// A pause ends a burst. Which pause is one is what is looked for: the longest are tried.
	var gaps []uint32
	for k := 1; k < len(at); k++ {
		gaps = append(gaps, at[k]-at[k-1])
	}
	longest := slices.Max(gaps)
	for _, pause := range []uint32{longest / 2, longest / 4, longest / 8} {
		if pause < 4 {
			break
		}
		starts = []uint32{at[0]}
		sizes := []int64{n[at[0]]}
		for k := 1; k < len(at); k++ {
			if at[k]-at[k-1] >= pause {
				starts = append(starts, at[k])
				sizes = append(sizes, 0)
			}
			sizes[len(sizes)-1] += n[at[k]]
		}
		if len(starts) < leastBursts {
			continue
		}
		var between []float64
		for k := 1; k < len(starts); k++ {
			between = append(between, float64(starts[k]-starts[k-1]))
		}
		slices.Sort(between)
		middle := between[len(between)/2]
		even := 0
		for _, b := range between {
			if whole := math.Max(1, math.Round(b/middle)); math.Abs(b-whole*middle) <= math.Max(2, 0.05*middle) && whole <= 3 {
				even++
			}
		}
		slices.Sort(sizes)
		// A few short bursts lie at even intervals by chance: each gap but the first has to fall where it does.
		chance := math.Pow(math.Min(1, (2*math.Max(2, 0.05*middle)+1)/middle), float64(len(between)-1))
		if sizes[len(sizes)/2] < 6 && chance > 0.01 {
			continue
		}
		if middle >= 5 && even*10 >= 9*len(between) && sizes[len(sizes)/2] >= 2 {
			return uint32(middle), starts
		}
	}
	return 0, nil
}

// servedBetween reports that the group was let in between its bursts, as the sample shows: else it only comes so rarely.
func (v *view) servedBetween(f *finding, starts []uint32, period uint32) bool {
	served := make([]bool, len(starts))
	bad := perMinute(f.items)
	for _, s := range v.sample {
		if bad[s.minute] > 0 || !f.holds(&s.Group) {
			continue
		}
		for k := range starts {
			if s.minute >= starts[k] && s.minute < starts[k]+period {
				served[k] = true
			}
		}
	}
	n := 0
	for _, ok := range served {
		if ok {
			n++
		}
	}
	return n*2 >= len(starts)
}

// refusedWithin reports that little was let in while a burst lasted, to the second: single refusals among many answers come
// at even intervals by chance.
func (v *view) refusedWithin(f *finding, starts []uint32) bool {
	type burst struct{ first, last int64 }
	routes := map[string]bool{}
	bursts := make([]burst, len(starts))
	of := func(minute uint32) int { // the burst that a minute lies in or behind
		n, _ := slices.BinarySearch(starts, minute+1)
		return n - 1
	}
	for _, i := range f.items {
		routes[i.Group[tally.Route]] = true
		for _, m := range i.times {
			b := &bursts[max(of(m.Minute), 0)]
			first := int64(m.Minute)*60 + int64(bits.TrailingZeros64(m.Seconds))
			if b.first == 0 || first < b.first {
				b.first = first
			}
			b.last = max(b.last, int64(m.Minute)*60+63-int64(bits.LeadingZeros64(m.Seconds)))
		}
	}
	served := 0.0
	for _, s := range v.sample {
		if n := of(s.minute); n >= 0 && s.At >= bursts[n].first && s.At <= bursts[n].last && routes[s.Group[tally.Route]] && f.holds(&s.Group) {
			served += s.weight
		}
	}
	return served <= 0.25*float64(f.left())
}

// holds reports that a request has all traits of the finding.
func (f *finding) holds(g *tally.Group) bool {
	for _, t := range f.traits {
		if dimensions[t.dim].of(g) != t.value {
			return false
		}
	}
	return true
}
