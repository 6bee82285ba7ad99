package replay

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// entrance is where a request comes in: what a line of a log often leaves out.
type entrance struct {
	host string     // "" for whatever the line names
	addr netip.Addr // the server's own, where it listens on that address alone
	port int
	tls  bool
}

// maxEntrances bounds what is tried for one request.
const maxEntrances = 24

// entrances are the sites and ports at which a configuration may have been asked for host; "" is a host that nobody named.
// TLS comes first: where a site has both, the plain port often only redirects.
func entrances(c *conf.Config, host string, port int) []entrance {
	var out []entrance
	add := func(e entrance) {
		if len(out) < maxEntrances && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	for _, tls := range []bool{true, false} {
		for _, s := range c.Scopes {
			for _, l := range s.Server.Listen {
				if l.TLS != tls || strings.HasPrefix(l.Address, "unix:") || port != 0 && l.Port != port {
					continue
				}
				e := entrance{port: l.Port, tls: tls}
				if a, err := netip.ParseAddr(strings.Trim(l.Address, "[]")); err == nil && !a.IsUnspecified() {
					e.addr = a
				}
				if host == "" {
					e.host = sampleName(s.Server)
				}
				add(e)
			}
		}
	}
	if len(out) == 0 { // a file without a listen line, such as a site of its own
		e := entrance{port: port}
		if port == 0 {
			e.port = 80
		}
		if host == "" && len(c.Scopes) > 0 {
			e.host = sampleName(c.Scopes[0].Server)
		}
		out = append(out, e)
	}
	return out
}

// sampleName is a name that leads to the site: the first one that is no pattern.
func sampleName(s conf.Server) string {
	for _, n := range s.Names {
		if n == "" || n == "_" || strings.ContainsAny(n, "~*$^{}%") || strings.HasPrefix(n, ".") {
			continue
		}
		if i := strings.Index(n, "://"); i >= 0 {
			n = n[i+3:]
		}
		name, _ := splitPort(n)
		return name
	}
	return "unnamed.invalid"
}
