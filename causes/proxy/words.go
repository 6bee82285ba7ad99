package proxy

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// says finds one of the literals in the answer's body, whatever its case, and quotes the literal, never the body.
func says(v *cause.View, literals ...string) (fact.Fact, bool) {
	body := bytes.ToLower(v.Answer.Body())
	for _, l := range literals {
		if bytes.Contains(body, []byte(strings.ToLower(l))) {
			return v.Saw("The answer says %q.", l), true
		}
	}
	return fact.Fact{}, false
}

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
