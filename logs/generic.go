package logs

import (
	"context"
	"slices"

	"github.com/why401/why401/logs/tally"
)

// maxFindings is how many incidents are looked for beside attacks and periods.
const maxFindings = 6

// changes finds the times at which more was refused than before, one after the other: the clearest first, and then what
// stands out in the rest.
func (v *view) changes(items []*item) []*finding {
	var found []*finding
	for range maxFindings {
		f := v.clearest(items)
		if f == nil {
			break
		}
		found = append(found, f)
		items = without(items, f.items)
	}
	return found
}

// clearest is the slice of the items that changed most.
func (v *view) clearest(items []*item) *finding {
	var best change
	var root slice
	seen := map[[2]int64]bool{}
	for _, s := range cut(items) {
		n := int64(0)
		for _, i := range s.items {
			n += i.left
		}
		if n < leastHits {
			continue
		}
		if s.dim >= 0 {
			id := [2]int64{n, int64(len(s.items))}
			if seen[id] && len(s.items) > 1 && s.dim > dimensionOf("client") {
				continue
			}
			seen[id] = true
		}
		// What goes on all day beside it can hide a change from the whole and not from its parts.
		if c := v.scan(v.counts(s.items)); c.score > best.score*1.02 && c.inside >= max(leastHits, 3*c.expected) {
			best, root = c, s
		}
	}
	if best.score < leastScore {
		return nil
	}
	f := &finding{change: v.refine(best, root.items)}
	f.items = restrict(root.items, f.span)
	if root.dim >= 0 {
		f.traits = []telling{{root.dim, root.value}}
		if !v.tells(f, restrict(items, f.span), root.dim, root.value) {
			// The others are refused as well: it is not about this group.
			f.traits, f.items = nil, restrict(items, f.span)
			f.change = v.refine(v.within(f.span, items), items)
			f.items = restrict(items, f.span)
		}
	}
	v.profile(f, restrict(items, f.span))
	if !v.wasServed(f) {
		return nil
	}
	// Wide stretches are easily a little denser than the rest: then much of what is asked must be refused, or it must be those who
	// are not served any more.
	if f.inside < 2.5*best.even && f.refused < 0.3*f.asked && (f.inside < 10*max(best.expected, 1) || v.cutOff(f) < 0.5) {
		return nil
	}
	if f.refused < leastHits || f.refused < 0.1*f.asked {
		// A few refusals more among many answers are no incident.
		if f.refused < 0.03*f.asked || f.score < 3*leastScore {
			return nil
		}
	}
	return f
}

// wasServed reports that those who are refused are served at other times, or that what they ask for is served to others.
// An address that answers 401 to whoever is not logged in, and to nobody else anything, refuses more when more people come.
func (v *view) wasServed(f *finding) bool {
	known := f.share(func(i *item) bool {
		p, u := v.parties[i.Group[tally.Client]], v.users[i.Group[tally.User]]
		return p != nil && p.Accepted > 0 || u != nil && u.Accepted > 0
	})
	if known >= 0.2 {
		return true
	}
	routes := map[string]bool{}
	for _, s := range v.sample {
		routes[s.Group[tally.Route]] = true
	}
	return f.share(func(i *item) bool { return routes[i.Group[tally.Route]] }) >= 0.5
}

// cutOff is the part of the refusals that met somebody, by address and name, who was not served at all meanwhile. People who
// mistype are served the next moment.
func (v *view) cutOff(f *finding) float64 {
	type party struct{ client, user string }
	served := map[party]bool{}
	for _, s := range v.sample {
		if f.span.has(s.minute) {
			served[party{s.Group[tally.Client], s.Group[tally.User]}] = true
		}
	}
	return f.share(func(i *item) bool { return !served[party{i.Group[tally.Client], i.Group[tally.User]}] })
}

// within is the change of all items in a span.
func (v *view) within(s span, items []*item) change {
	return v.rate(prefix(v.counts(items)), prefix(v.load), v.binOf(s.from), v.binOf(s.to-1)+1)
}

// tells reports that the value tells what is refused from what is not: those with another value are served at the
// same time, and their refusals are fewer by far.
func (v *view) tells(f *finding, around []*item, dim int, value string) bool {
	of := dimensions[dim].of
	var refusedIn, refusedOut, servedIn, servedOut float64
	for _, i := range around {
		if of(&i.Group) == value {
			refusedIn += float64(i.left)
		} else {
			refusedOut += float64(i.left)
		}
	}
	for _, s := range v.sample {
		if !f.span.has(s.minute) {
			continue
		}
		if of(&s.Group) == value {
			servedIn += s.weight
		} else {
			servedOut += s.weight
		}
	}
	if refusedOut+servedOut < 5 {
		return false // there is nobody to compare with
	}
	return refusedOut/(refusedOut+servedOut) <= 0.4*refusedIn/(refusedIn+servedIn)
}

// profile finds out by what the refused requests differ from those that are served at the same time, and how much of the
// group is refused.
func (v *view) profile(f *finding, around []*item) {
	for d := range dimensions {
		if slices.ContainsFunc(f.traits, func(t telling) bool { return t.dim == d }) {
			continue
		}
		top := f.distinct(dimensions[d].of)
		if len(top) == 0 || float64(top[0].N) < 0.85*float64(f.left()) || dimensions[d].name == "method" && top[0].Value == "GET" {
			continue
		}
		if v.tells(f, around, d, top[0].Value) {
			f.traits = append(f.traits, telling{d, top[0].Value})
		}
	}
	slices.SortStableFunc(f.traits, func(a, b telling) int { return a.dim - b.dim })
	f.refused, f.asked = float64(f.left()), float64(f.left())
	for _, s := range v.sample {
		if f.span.has(s.minute) && f.holds(&s.Group) {
			f.asked += s.weight
		}
	}
}

// failing are bad requests and server errors beside which an error log names a cause that has to do with access: a
// password file that is missing is a 500 to Apache.
func (v *view) failing(ctx context.Context, all []*sentence) []*item {
	type key struct {
		client string
		minute uint32
	}
	said := map[key]bool{}
	type moment struct {
		kind   uint64
		minute uint32
	}
	named := map[moment]bool{}
	for _, s := range all {
		if !v.nearFailures(s) || v.answers.ask(ctx, s) == nil {
			continue
		}
		for _, r := range s.requests {
			for _, h := range r.Kinds {
				named[moment{h, r.Minute}] = true
			}
		}
		for _, p := range s.phrases {
			if p.Client == "" {
				continue
			}
			for _, m := range p.Times {
				said[key{p.Client, m.Minute}] = true
			}
		}
	}
	var out []*item
	for _, i := range v.other {
		if s := i.Group[tally.Status]; s != "400" && s[0] != '5' {
			continue
		}
		c := *i
		c.times, c.left = nil, 0
		for _, m := range i.times {
			if said[key{i.Group[tally.Client], m.Minute}] || named[moment{i.hash, m.Minute}] {
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

// nearFailures reports that a sentence is said beside answers of 400 or 5xx: about the same client, or the same request.
func (v *view) nearFailures(s *sentence) bool {
	clients, kinds := map[string]bool{}, map[uint64]bool{}
	for _, i := range v.other {
		if st := i.Group[tally.Status]; st == "400" || st[0] == '5' {
			clients[i.Group[tally.Client]], kinds[i.hash] = true, true
		}
	}
	return slices.ContainsFunc(s.phrases, func(p *tally.Phrase) bool { return clients[p.Client] }) ||
		slices.ContainsFunc(s.requests, func(r *tally.Request) bool {
			return slices.ContainsFunc(r.Kinds, func(h uint64) bool { return kinds[h] })
		})
}
