package logs

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/why401/why401/logs/tally"
)

// item is one kind of request that was not served, without what is no failure.
type item struct {
	*tally.Kind
	hash    uint64
	times   tally.Series // what is left of Kind.Times
	network string       // of the client: its /24, or /64
	sort    tally.Sort
	left    int64 // requests in times
}

// view is a tally as the search for incidents sees it.
type view struct {
	t        *tally.Tally
	from, to uint32 // minutes: first, and behind the last
	bin      uint32 // minutes in one step of a scan
	load     []float64
	refused  []*item
	other    []*item
	requests []*tally.Request // with an id, that were not served
	answers  answers
	sample   []sampled
	sampleOf map[string][]sampled    // the same by client
	entered  map[string]float64      // what letIn found out
	parties  map[string]*tally.Party // clients, by address
	users    map[string]*tally.Party
	legs     int64 // requests that were the first half of a login
	quiet    map[string]int64
}

// sampled is accepted requests of the sample with what they stand for.
type sampled struct {
	*tally.Sample
	minute  uint32
	weight  float64
	network string
}

// steps is into how many bins a scan cuts the time.
const steps = 288

func newView(t *tally.Tally) *view {
	t.Trim()
	v := &view{
		t: t, answers: answers{}, sampleOf: make(map[string][]sampled, t.Sample.Len()), sample: make([]sampled, 0, t.Sample.Len()),
		entered: map[string]float64{}, parties: make(map[string]*tally.Party, t.Parties.Len()), users: map[string]*tally.Party{}, quiet: map[string]int64{},
	}
	buckets := t.Time.Minutes()
	first := true
	see := func(minute uint32) {
		if first || minute < v.from {
			v.from = minute
		}
		if first || minute+1 > v.to {
			v.to = minute + 1
		}
		first = false
	}
	if len(buckets) > 0 {
		see(buckets[0])
		see(buckets[len(buckets)-1] + t.Time.Width - 1)
	}
	for _, h := range t.Phrases.Sorted() {
		for _, m := range t.Phrases.Get(h).Times {
			see(m.Minute)
		}
	}
	v.bin = max(1, t.Time.Width, (v.to-v.from+steps-1)/steps)
	v.load = make([]float64, v.bins())
	for _, m := range buckets {
		a := t.Time.At[m]
		n := float64(a.Accepted + a.Refused + a.Forbidden + a.Limited + a.Redirected + a.Failed)
		for k := range t.Time.Width { // a wide bucket is spread over its bins
			v.load[v.binOf(m+k)] += n / float64(t.Time.Width)
		}
	}
	for _, h := range t.Parties.Sorted() {
		if p := t.Parties.Get(h); p.IsUser {
			v.users[p.Name] = p
		} else {
			v.parties[p.Name] = p
		}
	}
	for _, h := range t.Sample.Sorted() {
		s := t.Sample.Get(h)
		one := sampled{s, uint32(s.At / 60), float64(s.N) / t.Sample.Share(), network(s.Group[tally.Client])}
		v.sample = append(v.sample, one)
		v.sampleOf[s.Group[tally.Client]] = append(v.sampleOf[s.Group[tally.Client]], one)
	}
	legs := v.negotiations()
	v.refused = v.items(t.Refused, legs)
	v.other = v.items(t.Other, nil)
	return v
}

func (v *view) bins() int { return int((v.to - v.from + v.bin - 1) / max(v.bin, 1)) }

func (v *view) binOf(minute uint32) int {
	return min(int((minute-v.from)/v.bin), max(v.bins()-1, 0))
}

// items are the rows of a table that say something: without scanners, crawlers, and monitors that expect what they get.
func (v *view) items(table *tally.Table[tally.Kind], legs map[uint64]map[uint32]int) []*item {
	var all []*item
	sorts := map[string]tally.Sort{}
	for _, h := range table.Sorted() {
		k := table.Get(h)
		agent := k.Group[tally.Software]
		sort, ok := sorts[agent]
		if !ok {
			sort = tally.SortOf(agent)
			sorts[agent] = sort
		}
		i := &item{Kind: k, hash: h, network: network(k.Group[tally.Client]), sort: sort}
		n := k.Times.Sum()
		if why := v.noise(i, n); why != "" {
			v.quiet[why] += n
			continue
		}
		i.times = k.Times
		if l := legs[h]; l != nil {
			i.times = nil
			for _, m := range k.Times {
				cut := min(m.N, uint32(l[m.Minute]))
				v.legs += int64(cut)
				if m.N -= cut; m.N > 0 {
					i.times = append(i.times, m)
				}
			}
		}
		if i.left = i.times.Sum(); i.left > 0 {
			all = append(all, i)
		}
	}
	return all
}

// noise says why nobody has to care for an item, "" when somebody may have to.
func (v *view) noise(i *item, n int64) string {
	p := v.parties[i.Group[tally.Client]]
	switch {
	case i.sort == tally.Scanner || p != nil && looksForHoles(p):
		return "scanners"
	case i.sort == tally.Bot:
		return "crawlers"
	case expects(i, n) && !v.servedLike(i):
		return "monitors"
	}
	return ""
}

// looksForHoles reports a client that asks for many different things that are not there or not for it, and is rarely
// served. What it calls itself does not matter.
func looksForHoles(p *tally.Party) bool {
	if p.Scanner {
		return true
	}
	return p.Missing >= 5 && bitsOf(p.Routes) >= 6 && p.Accepted < (p.Refused+p.Missing)/2
}

func bitsOf(x uint64) (n int) {
	for ; x != 0; x &= x - 1 {
		n++
	}
	return n
}

// expects reports a program that asks for one thing at one pace all the time and was never let in: whoever set it up
// expects the refusal, or checks that there is one. It gives no name and asks no login.
func expects(i *item, n int64) bool {
	if i.sort == tally.Monitor {
		return true
	}
	if i.sort == tally.Browser || i.Group[tally.User] != "" || n < 30 || tally.IsLogin(i.Group[tally.Route]) || len(i.Times) < 20 {
		return false
	}
	gaps := map[uint32]int{}
	most := 0
	for k := 1; k < len(i.Times); k++ {
		g := i.Times[k].Minute - i.Times[k-1].Minute
		gaps[g]++
		most = max(most, gaps[g])
	}
	return most*10 >= 9*(len(i.Times)-1)
}

// servedLike reports that the same program at the same address was let in to the same thing at other times. Others may be
// behind that address.
func (v *view) servedLike(i *item) bool {
	client := i.Group[tally.Client]
	if p := v.parties[client]; p == nil || p.Accepted == 0 {
		return p == nil
	}
	return slices.ContainsFunc(v.sampleOf[client], func(s sampled) bool {
		return s.Group[tally.Software] == i.Group[tally.Software] && s.Group[tally.Route] == i.Group[tally.Route]
	})
}

// network is the network of an address: 24 bits of IPv4, 64 of IPv6.
func network(client string) string {
	a, err := netip.ParseAddr(client)
	if err != nil {
		return ""
	}
	if a.Is4() { // as most are, and then the text has it
		return client[:strings.LastIndexByte(client, '.')] + ".0/24"
	}
	n := 64
	if a.Unmap().Is4() {
		a, n = a.Unmap(), 24
	}
	p, err := a.Prefix(n)
	if err != nil {
		return ""
	}
	return p.String()
}

// negotiations finds the requests that were the first half of a login: 401 without a user, and at most two seconds later
// the same client was let in to the same URL; half a minute when it then had a name, for that is how long people type. Where
// it was then refused with a name, that is the failure, and this is still its first half. It gives for each kind how
// many in which minute.
func (v *view) negotiations() map[uint64]map[uint32]int {
	var asked []*tally.Mark
	for _, m := range v.t.Marks.All() {
		if m.Asked != 0 {
			asked = append(asked, m)
		}
	}
	slices.SortFunc(asked, func(a, b *tally.Mark) int { return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.Minute, b.Minute)) })
	out := map[uint64]map[uint32]int{}
	seen, known := map[uint64]int{}, map[uint64]int{}
	for _, m := range asked {
		next := v.t.Mark(m.URL, m.Minute+1)
		if next == nil {
			next = &tally.Mark{}
		}
		n := 0
		for s := range 60 {
			if m.Asked>>s&1 == 1 && (within(m.Accepted, next.Accepted, s, 2) || within(m.Denied, next.Denied, s, 2) || within(m.Named, next.Named, s, 30)) {
				n++
			}
		}
		seen[m.Kind]++
		if n > 0 {
			known[m.Kind]++
			if out[m.Kind] == nil {
				out[m.Kind] = map[uint32]int{}
			}
			out[m.Kind][m.Minute] += n
		}
	}
	if v.t.Marks.Whole() {
		return out
	}
	// Not every URL was kept. Where those that were are nearly all negotiations, the others of the kind are, too.
	for h, k := range v.t.Refused.All() {
		if seen[h] == 0 || known[h]*10 < seen[h]*9 {
			continue
		}
		for _, m := range k.Times {
			out[h][m.Minute] = int(m.N)
		}
	}
	return out
}

// within reports a bit of now, and behind it of next, from s to s+n seconds.
func within(now, next uint64, s, n int) bool {
	for k := s; k <= s+n; k++ {
		if k < 60 && now>>k&1 == 1 || k >= 60 && next>>(k-60)&1 == 1 {
			return true
		}
	}
	return false
}
