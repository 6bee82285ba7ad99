package logs

import (
	"cmp"
	"context"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/logs/tally"
)

// find looks for incidents, the most important first.
func (v *view) find(ctx context.Context) []*finding {
	if v.to <= v.from {
		return nil
	}
	said := v.sentences()
	items := v.refused
	var found []*finding
	take := func(fs []*finding) {
		for _, f := range fs {
			found = append(found, f)
			items = without(items, f.items)
		}
	}
	take(v.attacks(items))
	items = slices.DeleteFunc(slices.Clone(items), func(i *item) bool { return i.Group[tally.Status] == "200" }) // forms only
	take(v.bans(items))
	take(v.periodic(items))
	take(v.changes(append(slices.Clone(items), v.failing(ctx, said)...)))
	take(v.steady(items))
	take(v.toLogin())
	take(v.loginPages())
	for _, f := range found {
		v.listen(ctx, f, said)
		v.judge(f)
	}
	slices.SortStableFunc(found, func(a, b *finding) int { return cmp.Compare(b.weight(), a.weight()) })
	return found
}

// weight orders incidents: what hits users of the site before what strangers try in vain, and more before less.
func (f *finding) weight() float64 {
	n := float64(f.left())
	if f.cause == "credential-guessing" {
		n *= 0.3
	}
	if f.period > 0 {
		n *= 2 // it goes on until somebody acts
	}
	return n
}

// bans finds clients that were served, then refused for their logins, and then shut out from everything: 403, 429 or
// 444 to whatever they ask.
func (v *view) bans(items []*item) []*finding {
	var found []*finding
	for _, g := range by(items, func(i *item) string { return i.Group[tally.Client] }) {
		p := v.parties[g.value]
		if g.left < leastHits || p == nil || p.Accepted == 0 {
			continue
		}
		var login, shut []*item
		for _, i := range g.items {
			switch i.Group[tally.Status] {
			case "401", "407":
				login = append(login, i)
			case "403", "429", "444", "423":
				shut = append(shut, i)
			}
		}
		if len(login) == 0 || len(shut) == 0 {
			continue
		}
		s := v.densestRun(shut)
		first := (&finding{items: restrict(shut, s)}).since()
		before := restrict(login, span{uint32(max(first/60-30, 0)), uint32(first/60) + 1})
		n := count(before, span{0, ^uint32(0)})
		routes := len(distinct(restrict(shut, s), dimensions[dimensionOf("route")].of))
		if n < 3 || count(shut, s) < leastHits || routes < 2 || v.served(g.value, s) > 0.1*float64(count(shut, s)) {
			continue
		}
		f := &finding{kind: "served, then refused logins, then shut out from everything: a ban", cause: "rate-limit-lockout", grade: cause.Strong}
		f.span = span{before[0].times[0].Minute, s.to}
		for _, i := range before {
			f.from = min(f.from, i.times[0].Minute)
		}
		f.items = restrict(append(login, shut...), f.span)
		f.traits = []telling{{dimensionOf("client"), g.value}}
		f.inside = float64(f.left())
		found = append(found, f)
	}
	return found
}

// densestRun is from the first to the last minute of items, less what lies far before the bulk of them.
func (v *view) densestRun(items []*item) span {
	w := v.densest(items)
	return v.around(items, w)
}

// served is how many requests of a client were served in a span, as the sample has it.
func (v *view) served(client string, s span) float64 {
	n := 0.0
	for _, x := range v.sample {
		if s.has(x.minute) && x.Group[tally.Client] == client {
			n += x.weight
		}
	}
	return n
}

// steady finds programs that were refused from the first line to the last, with a name that never got in: nothing changed,
// and yet somebody has a job that does not run.
func (v *view) steady(items []*item) []*finding {
	var found []*finding
	for _, g := range by(items, func(i *item) string { return i.Group[tally.User] }) {
		p := v.users[g.value]
		if g.value == "" || g.left < 30 || p == nil && !v.t.Parties.Whole() || p != nil && p.Accepted > 0 {
			continue
		}
		n := perMinute(g.items)
		if len(n) < 30 || !v.steadyProgram(g.items) {
			continue
		}
		f := &finding{kind: "refused from the beginning of the log to its end", steady: true}
		f.span = span{v.from, v.to}
		f.items = restrict(g.items, f.span)
		f.traits = []telling{{0, g.value}}
		f.inside, f.refused, f.asked = float64(g.left), float64(g.left), float64(g.left)
		found = append(found, f)
	}
	return found
}

// toLogin finds the time from which on pages that were served lead to a login.
func (v *view) toLogin() []*finding {
	var items []*item
	located := slices.ContainsFunc(v.other, func(i *item) bool { return i.Group[tally.To] == "login" })
	for _, i := range v.other {
		s := i.Group[tally.Status]
		if s[0] != '3' || tally.IsLogin(i.Group[tally.Route]) || i.Group[tally.Method] != "GET" {
			continue
		}
		if i.Group[tally.To] == "login" || !located {
			items = append(items, i)
		}
	}
	f := v.clearest(items)
	if f == nil {
		return nil
	}
	// Strangers who come in by links and are sent to the login are nobody who was in before.
	known := f.share(func(i *item) bool {
		p := v.parties[i.Group[tally.Client]]
		return p != nil && p.First != 0 && p.First < int64(f.from)*60
	})
	if known < 0.3 {
		return nil
	}
	f.kind = "pages that were served lead to the login"
	f.cause, f.grade = "session-expired", cause.Likely
	// A loop: the login sends back, within the same minute, as often as the page sends there.
	n := perMinute(f.items)
	busy, back := 0, 0.0
	for _, i := range f.items {
		for _, m := range i.times {
			if m.N >= 4 {
				busy++
			}
		}
	}
	for _, i := range v.other {
		if i.Group[tally.Status][0] == '3' && tally.IsLogin(i.Group[tally.Route]) {
			for _, m := range i.times {
				if n[m.Minute] > 0 && f.span.has(m.Minute) {
					back += float64(m.N)
				}
			}
		}
	}
	if busy >= 3 && back >= 0.5*float64(f.left()) {
		f.cause, f.grade = "redirect-loop-login", cause.Strong
		f.kind = "the login and the page send clients back and forth"
	} else if !located {
		return nil // where the redirects lead is not in the log
	}
	return []*finding{f}
}

// loginPages finds the time from which on other addresses answer 200 with as many bytes as the login page has.
func (v *view) loginPages() []*finding {
	sizes := map[string]float64{}
	all := 0.0
	for _, s := range v.sample {
		if s.Group[tally.Method] == "GET" && s.Group[tally.Status] == "200" && tally.IsLogin(s.Group[tally.Route]) {
			sizes[s.Group[tally.Size]] += s.weight
			all += s.weight
		}
	}
	size := ""
	for k, n := range sizes {
		if n >= 3 && n >= 0.6*all && k != "" && (size == "" || n > sizes[size]) {
			size = k
		}
	}
	if size == "" {
		return nil
	}
	byKind := map[tally.Group]*item{}
	var items []*item
	for _, s := range v.sample {
		g := s.Group
		if g[tally.Size] != size || g[tally.Method] != "GET" || g[tally.Status] != "200" || tally.IsLogin(g[tally.Route]) {
			continue
		}
		i := byKind[g]
		if i == nil {
			i = &item{Kind: &tally.Kind{Group: g}, hash: uint64(len(items)), network: network(g[tally.Client])}
			byKind[g] = i
			items = append(items, i)
		}
		n := uint32(max(1, s.weight))
		i.times = appendMoment(i.times, s.minute, uint(s.At%60), n)
		i.left += int64(n)
	}
	slices.SortFunc(items, func(a, b *item) int { return slices.Compare(a.Group[:], b.Group[:]) })
	c := v.scan(v.counts(items))
	// Where other pages have that size at other times as well, it says nothing.
	if c.score < leastScore || c.inside < leastHits || c.inside < 10*c.expected {
		return nil
	}
	f := &finding{change: v.refine(c, items), kind: "200 with the size of the login page, where other sizes stood before", cause: "200-login-page-instead-of-401", grade: cause.Strong}
	f.items = restrict(items, f.span)
	if len(f.distinct(dimensions[dimensionOf("route")].of)) < 2 {
		return nil
	}
	f.refused = float64(f.left())
	f.asked = f.refused
	return []*finding{f}
}

func appendMoment(s tally.Series, minute uint32, second uint, n uint32) tally.Series {
	k, ok := slices.BinarySearchFunc(s, minute, func(m tally.Moment, at uint32) int { return cmp.Compare(m.Minute, at) })
	if !ok {
		s = slices.Insert(s, k, tally.Moment{Minute: minute})
	}
	s[k].N += n
	s[k].Seconds |= 1 << second
	return s
}
