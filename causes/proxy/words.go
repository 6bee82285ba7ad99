package proxy

import (
	"net/netip"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	origins   = lazyregexp.New(`https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?`)
	hostNamed = lazyregexp.New(`(?i)\bhosts?\b[^a-z0-9\n]{0,12}(?:header|name)?[^a-z0-9\n]{0,12}((?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?::[0-9]{1,5})?)`)
)

// namedOrigins are the web origins that the body names.
func namedOrigins(x *exchange.Exchange) []string {
	return origins.FindAllString(strings.ToLower(strings.ReplaceAll(string(x.Body()), `\/`, "/")), 8)
}

// ownOrigin is the request's own origin as a browser writes it: without a default port (RFC 6454 6.2).
func ownOrigin(r exchange.Request) string {
	return r.URL.Scheme + "://" + strings.ToLower(authority(r))
}

// authority is the host that the client asked for: its Host field, else the URL's.
func authority(r exchange.Request) string {
	a := r.Header.Get("Host")
	if a == "" {
		a = r.URL.Authority()
	}
	if r.URL.Scheme == "https" {
		return strings.TrimSuffix(a, ":443")
	}
	return strings.TrimSuffix(a, ":80")
}

// inside reports a host that only machines on the inner side of a proxy use: a private address, a name without a dot
// or with an underscore, as upstream blocks and containers have it.
func inside(hostport string) bool {
	host, _, _ := strings.Cut(hostport, ":")
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast()
	}
	return !strings.Contains(host, ".") || strings.Contains(host, "_") || internal(host)
}
