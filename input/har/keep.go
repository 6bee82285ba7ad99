package har

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
)

// What is kept while reading, and what of it is given at the end. Which entry matters is known only when the refusal
// has been seen, which may come before or after: so a bounded number of each class waits until the end.
const (
	maxGiven    = 200      // exchanges given at the end
	maxPassed   = 1500     // paths of which the last entry that passed is remembered
	passedBody  = 16 << 10 // of the body of such an entry
	passedBytes = 24 << 20 // memory for them
)

// pool keeps the newest entries of one class, within a number and an amount of memory.
type pool struct {
	items      []*entry
	max, bytes int
	used       int
}

func (p *pool) add(e *entry) {
	p.items = append(p.items, e)
	p.used += e.bytes()
	for len(p.items) > p.max || p.used > p.bytes && len(p.items) > 1 {
		p.used -= p.items[0].bytes()
		p.items[0] = nil
		p.items = p.items[1:]
	}
}

type keeper struct {
	total, refusals, foreign  int // entries; refused ones; ones that are no HTTP (data:, blob:)
	overlong                  int
	credentials, browser      bool // any entry shows a credential; browser fields were seen
	masked                    int  // entries whose credentials were overwritten
	chrome                    int  // newest major version of Chrome or Edge in a User-Agent
	first                     []*entry
	asked                     map[string]int // of each status and path, how many stand in first
	tell                      map[string]int // refusals by what they were, for people
	last, redirects           pool
	preflights, cookies, odds pool
	flows                     pool // steps of OAuth logins, which are compared with each other
	passed                    map[string]*entry
	passedUsed                int
	beside                    map[string]*entry // of the paths that were refused: the last that passed, or nil
}

func (k *keeper) init() {
	k.asked, k.tell = map[string]int{}, map[string]int{}
	k.last = pool{max: 20, bytes: 6 << 20}
	k.redirects = pool{max: 100, bytes: 4 << 20}
	k.preflights = pool{max: 100, bytes: 4 << 20}
	k.cookies = pool{max: 60, bytes: 4 << 20}
	k.odds = pool{max: 40, bytes: 8 << 20}
	k.flows = pool{max: 80, bytes: 8 << 20}
	k.passed, k.beside = map[string]*entry{}, map[string]*entry{}
}

// take counts e and keeps a copy of it when it may matter.
func (k *keeper) take(e *entry) {
	k.total++
	k.look(e)
	if !e.web() {
		k.foreign++
		return
	}
	if e.ofFlow() {
		k.flows.add(e.lean(maxBody))
	}
	switch {
	case e.refused():
		k.refusals++
		k.tell[e.label()]++
		// A page may ask the same again and again: a few of each are enough, and the last of all.
		id := string(append(strconv.AppendInt(nil, int64(e.status), 10), e.key()...))
		if n, known := k.asked[id]; len(k.first) < 60 && n < 3 && (known || len(k.asked) < maxGiven) {
			k.asked[id]++
			k.first = append(k.first, e.clone())
		} else {
			k.last.add(e.clone())
		}
		if key := string(e.key()); len(k.beside) < maxGiven && k.beside[key] == nil {
			k.beside[key] = k.passed[key]
		}
	case e.preflight():
		k.preflights.add(e.lean(passedBody))
	case e.status/100 == 3 && e.status != 304:
		k.redirects.add(e.lean(passedBody))
	case e.odd():
		k.odds.add(e.clone())
	case e.setsCookie():
		k.cookies.add(e.lean(passedBody))
	case !e.static() && (e.status/100 == 2 || e.status == 101):
		k.pass(e)
	}
}

// lean is a copy of e with at most n bytes of its body.
func (e *entry) lean(n int) *entry {
	if int(e.body.to-e.body.from) <= n {
		return e.clone()
	}
	c := *e
	// The body's text is moved to the end and cut: what is read before and behind it stays where it is.
	c.text = slices.Concat(e.text[:e.body.from], e.text[e.body.from:e.body.from+int32(n)], e.text[e.body.to:])
	gone := e.body.to - e.body.from - int32(n)
	c.header, c.cookies, c.params, c.reply = slices.Clone(e.header), slices.Clone(e.cookies), slices.Clone(e.params), slices.Clone(e.reply)
	move := func(p *span) {
		if p.from >= e.body.to {
			p.from, p.to = p.from-gone, p.to-gone
		}
	}
	for _, list := range [][]pair{c.header, c.cookies, c.params, c.reply} {
		for i := range list {
			move(&list[i].name)
			move(&list[i].value)
		}
	}
	for _, p := range []*span{&c.started, &c.ip, &c.conn, &c.connID, &c.cached, &c.blocked, &c.method, &c.url, &c.proto,
		&c.postType, &c.post, &c.reason, &c.replyProto, &c.redirect, &c.fail, &c.bodyType, &c.coding} {
		move(p)
	}
	c.body.to, c.bodyCut = c.body.from+int32(n), true
	return &c
}

// pass remembers e as the last entry of its path that passed.
func (k *keeper) pass(e *entry) {
	if len(e.text) > 128<<10 {
		return // a memory of many such is not worth it
	}
	key := e.key()
	if _, ok := k.beside[string(key)]; ok {
		k.beside[string(key)] = e.lean(passedBody)
		return
	}
	if old, ok := k.passed[string(key)]; ok {
		k.passedUsed -= old.bytes()
	}
	c := e.lean(passedBody)
	k.passed[string(key)] = c
	if k.passedUsed += c.bytes(); len(k.passed) <= maxPassed && k.passedUsed <= passedBytes {
		return
	}
	all := make([]*entry, 0, len(k.passed)) // the older half goes
	for _, p := range k.passed {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *entry) int { return a.n - b.n })
	for _, p := range all[:len(all)/2] {
		delete(k.passed, string(p.key()))
		k.passedUsed -= p.bytes()
	}
}

// key is origin and path, without the query.
func (e *entry) key() []byte {
	u := e.text[e.url.from:e.url.to]
	if i := bytes.IndexAny(u, "?#"); i >= 0 {
		u = u[:i]
	}
	return u
}

// chosen are the entries to give, in the order of the file.
func (k *keeper) chosen() []*entry {
	picked := map[int]*entry{}
	add := func(e *entry) {
		if len(picked) < maxGiven {
			picked[e.n] = e
		}
	}
	targets := map[string]bool{} // paths that matter
	refused := slices.Concat(k.first, k.last.items)
	if len(refused) == 0 {
		refused = k.odds.items
	}
	for _, e := range refused {
		add(e)
		targets[string(e.key())] = true
		if to, ok := e.leadsTo(); ok && e.status/100 == 3 {
			targets[to] = true
		}
	}
	for _, e := range k.flows.items {
		add(e)
	}
	for _, e := range slices.Backward(k.redirects.items) { // the way to a refusal
		if to, ok := e.leadsTo(); ok && (targets[to] || targets[string(e.key())]) {
			targets[string(e.key())] = true
			add(e)
		}
	}
	for _, e := range slices.Concat(k.preflights.items, k.cookies.items) {
		if targets[string(e.key())] {
			add(e)
		}
	}
	for path := range targets {
		if e := k.beside[path]; e != nil {
			add(e)
		} else if e := k.passed[path]; e != nil {
			add(e)
		}
	}
	for _, e := range slices.Backward(k.odds.items) {
		add(e)
	}
	for _, e := range slices.Backward(slices.Concat(k.cookies.items, k.redirects.items)) {
		if _, ok := picked[e.n]; !ok && e.setsCookie() {
			add(e.lean(0))
		}
	}
	if len(refused) == 0 {
		k.newest(20, add)
	}
	out := make([]*entry, 0, len(picked))
	for _, e := range picked {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b *entry) int { return a.n - b.n })
	return out
}

// newest adds the last n entries that passed: where nothing was refused they are all there is to look at.
func (k *keeper) newest(n int, add func(*entry)) {
	var all []*entry
	for _, e := range k.passed {
		all = append(all, e)
	}
	all = slices.Concat(all, k.redirects.items, k.preflights.items)
	slices.SortFunc(all, func(a, b *entry) int { return b.n - a.n })
	for _, e := range all[:min(n, len(all))] {
		add(e)
	}
}

// leadsTo is origin and path of the place a redirect names.
func (e *entry) leadsTo() (string, bool) {
	place := e.location()
	if place == "" {
		return "", false
	}
	from, err := exchange.ParseURL(web(e.str(e.url)))
	if err != nil {
		return "", false
	}
	to, err := from.Resolve(place)
	if err != nil {
		return "", false
	}
	return strings.ToLower(to.Scheme) + "://" + to.Authority() + to.Path, true
}
