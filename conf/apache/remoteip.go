package apache

import (
	"net/netip"
	"strings"

	"github.com/why401/why401/conf"
)

// remoteIP is mod_remoteip: while the peer is trusted, the last address of the named field takes its place.
func (v *visit) remoteIP() {
	r := v.srv.remoteIP
	if r == nil || r.header == nil || v.prev != nil {
		return
	}
	for _, o := range r.open {
		v.open("the addresses behind " + o)
	}
	list := v.in.get(r.header.value)
	if !v.in.has(r.header.value) {
		return
	}
	trusted := both(r.inner, r.trusted)
	in := func(nets []netip.Prefix, a netip.Addr) bool {
		for _, n := range nets {
			if n.Contains(a) {
				return true
			}
		}
		return false
	}
	client, changed := v.client, false
	for list != "" {
		if len(trusted) > 0 && !in(trusted, client) {
			break
		}
		last := list
		rest := ""
		if i := strings.LastIndexByte(list, ','); i >= 0 {
			last, rest = list[i+1:], list[:i]
		}
		a, err := netip.ParseAddr(strings.TrimSpace(last))
		if err != nil {
			break
		}
		if !in(r.inner, client) && len(r.inner)+len(r.trusted) > 0 && (a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast()) {
			break // a private address is taken from an internal proxy alone
		}
		client, list, changed = a.Unmap(), rest, true
		if len(trusted) == 0 {
			trusted = []netip.Prefix{} // nobody is named: every peer is trusted
		}
	}
	if !changed {
		return
	}
	v.client = client
	if list == "" {
		v.in.unset(r.header.value)
	} else {
		v.in.set(r.header.value, strings.TrimSpace(list))
	}
	v.step(r.header.place, "read", conf.Changes, "the client's address is taken from %s", r.header.value)
}
