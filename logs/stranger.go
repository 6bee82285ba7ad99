package logs

import (
	"slices"

	"github.com/why401/why401/logs/tally"
)

// Who is a stranger decides whether many refusals are an attack. A refusal of somebody who was never let in means little by
// itself: of clients who come once, some are refused on every site.

// usedByMany reports an address behind which people are: it was let in, and what it was refused in a window is no more than
// they mistype. Behind a proxy all visitors have one address. Names that were never let in from anywhere are nobody's, unless
// as many that came as rarely were let in.
func (v *view) usedByMany(s group, w span) bool {
	strange := map[string]bool{}
	n, usual := int64(0), int64(0)
	for _, i := range restrict(s.items, w) {
		if u := v.users[i.Group[tally.User]]; u != nil && u.Accepted == 0 {
			strange[u.Name] = true
			n, usual = n+i.left, max(usual, u.Refused)
		}
	}
	like := 0.0
	for _, x := range v.sampleOf[s.value] {
		if u := v.users[x.Group[tally.User]]; u != nil && w.has(x.minute) && u.Accepted+u.Refused <= usual {
			like += x.weight
		}
	}
	if len(strange) >= guessNames && n >= guessTries && float64(n) > 2*like {
		return false
	}
	return v.letIn(s.value) > 0.2*float64(s.left)
}

// keeps reports that what is not known of a client is not so. Where the table of clients was too small, nothing is known of
// those that were left out.
func (v *view) keeps(client string) bool { return v.parties[client] != nil || v.t.Parties.Whole() }

// stranger reports that the client was never let in.
func (v *view) stranger(i *item) bool {
	return v.keeps(i.Group[tally.Client]) && v.letIn(i.Group[tally.Client]) == 0
}

// letIn is how many requests of a client were accepted beside those for the login's own page, which everybody may see.
func (v *view) letIn(client string) float64 {
	p := v.parties[client]
	if p == nil {
		return 0
	}
	n, ok := v.entered[client]
	if !ok {
		pages, all := 0.0, 0.0
		for _, s := range v.sampleOf[client] {
			all += s.weight
			if s.Group[tally.User] == "" && tally.IsLogin(s.Group[tally.Route]) {
				pages += s.weight
			}
		}
		n = float64(p.Accepted) * (1 - pages/max(all, 1))
		v.entered[client] = n
	}
	return n
}

// standsOut reports that strangers are refused as strangers. Where refusals have nothing to do with who asks, those who come
// once or twice are never let in by chance. Then as many like them are let in, or those who are known are refused as well.
// entered are logins by a form that were accepted.
func (v *view) standsOut(f *finding, entered []*item) bool {
	var totals []int64
	for _, c := range f.distinct(dimensions[dimensionOf("client")].of) {
		n := c.N
		if p := v.parties[c.Value]; p != nil {
			n = max(n, p.Accepted+p.Refused)
		}
		totals = append(totals, n)
	}
	slices.Sort(totals)
	usual := totals[len(totals)*9/10]
	like, known := 0.0, 0.0 // logins that were accepted, of clients who come as rarely and of the others
	count := func(client string, n float64) {
		if p := v.parties[client]; p != nil && p.Accepted+p.Refused <= usual {
			like += n
		} else if p != nil {
			known += n
		}
	}
	for _, s := range v.sample {
		if s.Group[tally.User] != "" && f.span.has(s.minute) {
			count(s.Group[tally.Client], s.weight)
		}
	}
	for _, i := range restrict(entered, f.span) {
		count(i.Group[tally.Client], float64(i.left)/v.t.Refused.Share())
	}
	refused := 0.0 // of those who are known
	for _, i := range restrict(v.refused, f.span) {
		if isTry(i) && v.letIn(i.Group[tally.Client]) > 0 {
			refused += float64(i.left) / v.t.Refused.Share()
		}
	}
	n := float64(f.left()) / v.t.Refused.Share()
	return n > 2*like && n/(like+1) > 4*refused/(known+1)
}
