package har

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// evidence is what is given at the end.
func (r *reader) evidence(o form.Options) exchange.Evidence {
	var ev exchange.Evidence
	say := func(format string, args ...any) {
		ev.Facts = append(ev.Facts, fact.Fact{Text: fmt.Sprintf(format, args...), From: o.Source})
	}
	k := &r.k
	chosen := k.chosen()
	var given []*entry
	badURL := 0
	for _, e := range chosen {
		x, err := e.exchange(o)
		if err != nil {
			badURL++
			continue
		}
		ev.Exchanges, given = append(ev.Exchanges, x), append(given, e)
	}
	r.connections(ev.Exchanges, given)
	text := count(k.total, "entry", "entries") + ", " + fmt.Sprint(k.refusals) + " refused"
	if k.refusals > 0 {
		var list []string
		for _, what := range slices.Sorted(maps.Keys(k.tell)) {
			list = append(list, fmt.Sprintf("%s: %d", what, k.tell[what]))
		}
		text += " (" + strings.Join(list, ", ") + ")"
	}
	if n := len(ev.Exchanges); n < k.total {
		text += fmt.Sprintf("; %d kept", n)
	}
	if name := r.maker(); name != "" {
		text += "; written by " + name
	}
	say("%s", text)
	if k.foreign > 0 {
		say("%s left out: their addresses are not http or https", count(k.foreign, "entry is", "entries are"))
	}
	if badURL > 0 {
		say("%s left out: the URL is not valid", count(badURL, "entry is", "entries are"))
	}
	if k.overlong > 0 {
		say("%s longer texts than are kept (64 KiB); they are cut", count(k.overlong, "entry holds", "entries hold"))
	}
	r.cleaned(ev.Exchanges, say)
	for i, e := range given {
		switch {
		case !e.refused():
		case !e.cached.empty():
			say("entry %d (%s) was answered from the browser's cache, not by the server", e.n, label(ev.Exchanges[i]))
		case e.viaWorker:
			say("entry %d (%s) was answered through a service worker of the page", e.n, label(ev.Exchanges[i]))
		}
	}
	inOrder(ev.Exchanges)
	hops(ev.Exchanges)
	return ev
}

// label is an exchange in a few words.
func label(x *exchange.Exchange) string { return x.Request.Method + " " + x.Request.URL.ShownPath() }

// connections numbers the connections: exporters name them by numbers of their own, or by the port.
func (r *reader) connections(xs []*exchange.Exchange, es []*entry) {
	ids := map[string]int{}
	for i, e := range es {
		name := e.str(e.connID)
		if c := e.str(e.conn); name == "" && c != xs[i].Request.URL.Port {
			name = c
		}
		if name == "" || name == "0" {
			continue
		}
		if ids[name] == 0 {
			ids[name] = len(ids) + 1
		}
		xs[i].Conn.ID = ids[name]
	}
}

// cleaned notes credentials that were taken out. Chrome and Edge do so since version 130 unless told otherwise: then no
// entry of the whole archive shows a Cookie, Set-Cookie or Authorization. What is unseen may have been sent.
func (r *reader) cleaned(xs []*exchange.Exchange, say func(string, ...any)) {
	k := &r.k
	chrome := strings.HasPrefix(r.creator, "WebInspector")
	byDefault := chrome && (k.chrome == 0 || k.chrome >= 130)
	switch {
	case k.masked > 0:
		say("%s credentials that were overwritten before the file was given away", count(k.masked, "entry shows", "entries show"))
	case k.credentials || k.total == k.foreign || !chrome && !k.browser || !byDefault && k.total < 5:
		return
	case byDefault:
		say("no entry shows a Cookie, Set-Cookie or Authorization: Chrome exports HAR files without them unless \"with sensitive data\" is chosen, so what was sent cannot be seen here")
	default:
		say("no entry shows a Cookie, Set-Cookie or Authorization: the file was probably cleaned of them, so what was sent cannot be seen here")
	}
	if k.masked > 0 {
		return // marked one by one
	}
	for _, x := range xs {
		x.Unseen |= exchange.RequestCredentials
	}
}

// maker is the exporting program as it may be shown.
func (r *reader) maker() string {
	name := r.creator
	if name == "WebInspector 537.36" {
		name = "Chrome or Edge (WebInspector 537.36)"
	}
	if len(name) > 60 || strings.IndexFunc(name, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(" .-_/()+", c))
	}) >= 0 {
		return ""
	}
	return name
}

// inOrder puts exchanges in the order of time when all of them tell it; exporters list them by page or by end.
func inOrder(xs []*exchange.Exchange) {
	for _, x := range xs {
		if x.Sent.IsZero() {
			return
		}
	}
	slices.SortStableFunc(xs, func(a, b *exchange.Exchange) int { return a.Sent.Compare(b.Sent) })
}

// hops numbers redirects: an exchange for the very URL that one before it named by its Location is its next hop.
func hops(xs []*exchange.Exchange) {
	type place struct{ hop, at int }
	next := map[string]place{}
	for i, x := range xs {
		key := x.Request.URL.Origin().String() + x.Request.URL.Target().Reveal()
		if p, ok := next[key]; ok && i-p.at <= 20 && x.Request.Method != "OPTIONS" {
			x.Hop = p.hop
			delete(next, key)
		}
		if to, ok, err := x.Location(); ok && err == nil && x.Status()/100 == 3 {
			next[to.Origin().String()+to.Target().Reveal()] = place{x.Hop + 1, i}
		}
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
