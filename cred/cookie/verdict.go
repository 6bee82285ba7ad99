package cookie

import (
	"net"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"golang.org/x/net/publicsuffix"
)

// Reason is why a cookie is not stored or not sent. The texts may be shown.
type Reason string

// The reasons.
const (
	OK               Reason = ""
	ControlCharacter Reason = "a control character in the field"
	Nameless         Reason = "name and value are both empty"
	TooLarge         Reason = "name and value are over 4096 bytes"
	PortInDomain     Reason = "Domain holds a port"
	SchemeInDomain   Reason = "Domain holds a scheme or a path"
	DomainIsIP       Reason = "Domain is an IP address other than the host"
	PublicSuffix     Reason = "Domain is a public suffix"
	LocalhostDomain  Reason = "Domain is localhost, which some browsers refuse"
	DomainMismatch   Reason = "the host is not inside Domain"
	SecureOverHTTP   Reason = "Secure, set by a plain http answer"
	NoneWithoutSec   Reason = "SameSite=None without Secure"
	SecurePrefix     Reason = "__Secure- without Secure"
	HostPrefix       Reason = "__Host- without Secure, with Domain, or with another Path than /"
	HTTPPrefix       Reason = "__Http- or __Host-Http- without Secure and HttpOnly"
	PartitionedInsec Reason = "Partitioned without Secure"
	Expired          Reason = "expired: the server deletes it"
	CrossSiteSet     Reason = "SameSite cookie set by a request from another site"

	HostOnly     Reason = "no Domain: it goes to the very host that set it"
	OtherDomain  Reason = "the URL's host is outside Domain"
	PathMismatch Reason = "the URL's path is outside Path"
	NeedsHTTPS   Reason = "Secure, and the URL is plain http"
	StrictSite   Reason = "SameSite=Strict, and the request comes from another site"
	LaxSite      Reason = "SameSite=Lax, and the request comes from another site and is no top-level GET"
	DefaultLax   Reason = "no SameSite, treated as Lax, and the request comes from another site and is no top-level GET"
)

// Context says in what a cookie is set or sent.
type Context struct {
	Now      time.Time
	Page     *exchange.URL // the page that made the request; nil for a navigation typed by the user, or no browser
	TopLevel bool          // the request replaces the page (a link, a form), rather than fetching for it
	Method   string        // "" is GET
}

// Stores answers whether a browser keeps c when the answer to a request for u sets it (RFC 6265bis 5.7). With
// LocalhostDomain and Expired the reason is given and the cookie is not in the jar afterwards.
func (c Set) Stores(u exchange.URL, ctx Context) Reason {
	host := strings.TrimSuffix(u.Host, ".")
	secure := secureOrigin(u)
	lower := strings.ToLower(c.Name)
	switch {
	case c.Control:
		return ControlCharacter
	case c.Name == "" && c.Value.Empty():
		return Nameless
	case c.Size > MaxSize:
		return TooLarge
	}
	if c.HasDomain {
		if r := c.domain(host); r != OK {
			return r
		}
	}
	switch {
	case c.Secure && !secure:
		return SecureOverHTTP
	case c.SameSite == None && !c.Secure:
		return NoneWithoutSec
	case c.Partitioned && !c.Secure:
		return PartitionedInsec
	case prefixed(c, lower, "__secure-") && !c.Secure:
		return SecurePrefix
	case prefixed(c, lower, "__host-") && (!c.Secure || c.HasDomain || c.Path != "/"):
		return HostPrefix
	case (prefixed(c, lower, "__http-") || prefixed(c, lower, "__host-http-")) && (!c.Secure || !c.HTTPOnly):
		return HTTPPrefix
	case c.SameSite != None && ctx.crossSite(u) && !ctx.TopLevel:
		return CrossSiteSet
	case c.Expired(ctx.now()):
		return Expired
	}
	return OK
}

// prefixed sees a prefix in the name, and in the value of a cookie without a name, which a server would read as one.
func prefixed(c Set, lowerName, prefix string) bool {
	if lowerName == "" {
		return strings.HasPrefix(strings.ToLower(c.Value.Reveal()), prefix)
	}
	return strings.HasPrefix(lowerName, prefix)
}

func (c Set) domain(host string) Reason {
	d := c.Domain
	switch {
	case strings.Contains(d, "/"):
		return SchemeInDomain
	case portIn(d):
		return PortInDomain
	case net.ParseIP(host) != nil && d != host:
		return DomainIsIP
	case d == "localhost" && (host == d || strings.HasSuffix(host, ".localhost")):
		if host == d {
			return OK // Chrome, Firefox and Safari take it today as a host-only cookie
		}
		return LocalhostDomain
	}
	if !within(host, d) {
		return DomainMismatch
	}
	// A public suffix that sets a cookie for itself gets a host-only one (5.7 step 9).
	if suffix, _ := publicsuffix.PublicSuffix(d); suffix == d && d != host {
		return PublicSuffix
	}
	return OK
}

func portIn(d string) bool {
	i := strings.LastIndexByte(d, ':')
	return i >= 0 && strings.Count(d, ":") == 1 && strings.Trim(d[i+1:], "0123456789") == ""
}

// within is the domain-match of RFC 6265bis 5.1.3.
func within(host, domain string) bool {
	return host == domain || net.ParseIP(host) == nil && strings.HasSuffix(host, "."+domain)
}

// hostOnly reports that c, set by an answer for u, goes to that very host.
func (c Set) hostOnly(u exchange.URL) bool {
	host := strings.TrimSuffix(u.Host, ".")
	if !c.HasDomain || net.ParseIP(host) != nil {
		return true
	}
	suffix, _ := publicsuffix.PublicSuffix(c.Domain)
	return suffix == c.Domain && c.Domain == host
}

// Sends answers whether a browser that stored c from an answer for set sends it with a request for u (5.8.3). It does
// not ask again whether c was stored.
func (c Set) Sends(set, u exchange.URL, ctx Context) Reason {
	host := strings.TrimSuffix(u.Host, ".")
	cross := ctx.crossSite(u)
	lax := ctx.TopLevel && safe(ctx.Method)
	switch {
	case c.hostOnly(set) && host != strings.TrimSuffix(set.Host, "."):
		return HostOnly
	case !c.hostOnly(set) && !within(host, c.Domain):
		return OtherDomain
	case !PathMatch(u.Path, c.EffectivePath(set)):
		return PathMismatch
	case c.Secure && !secureOrigin(u):
		return NeedsHTTPS
	case c.Expired(ctx.now()):
		return Expired
	case c.SameSite == Strict && cross:
		return StrictSite
	case c.SameSite == Lax && cross && !lax:
		return LaxSite
	case c.SameSite == Default && cross && !lax:
		return DefaultLax
	}
	return OK
}

// Verdict puts both questions: would a browser store c from an answer for set, and send it with a request for u?
func (c Set) Verdict(set, u exchange.URL, ctx Context) (stored, sent Reason) {
	// Whether it was set across sites is another request's matter; the sending context tells nothing about it.
	if stored = c.Stores(set, Context{Now: ctx.Now}); stored != OK {
		return stored, stored
	}
	return OK, c.Sends(set, u, ctx)
}

// EffectivePath is Path, or the directory of the URL that set the cookie (5.1.4).
func (c Set) EffectivePath(set exchange.URL) string {
	if c.Path != "" {
		return c.Path
	}
	p := set.Path
	i := strings.LastIndexByte(p, '/')
	if i <= 0 || p[0] != '/' {
		return "/"
	}
	return p[:i]
}

// PathMatch is the path-match of 5.1.4.
func PathMatch(request, path string) bool {
	if request == "" {
		request = "/"
	}
	return request == path || strings.HasPrefix(request, path) && (strings.HasSuffix(path, "/") || request[len(path)] == '/')
}

// secureOrigin reports https, and the loopback hosts that browsers trust over http.
func secureOrigin(u exchange.URL) bool {
	if u.Scheme == "https" {
		return true
	}
	ip := net.ParseIP(u.Host)
	return u.Host == "localhost" || strings.HasSuffix(u.Host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (x Context) now() time.Time {
	if x.Now.IsZero() {
		return time.Now()
	}
	return x.Now
}

func (x Context) crossSite(u exchange.URL) bool { return x.Page != nil && !SameSiteURLs(*x.Page, u) }

// SameSiteURLs reports that two URLs belong to one site: the same scheme and registrable domain ("schemeful
// same-site", RFC 6265bis 5.2).
func SameSiteURLs(a, b exchange.URL) bool {
	if a.Scheme != b.Scheme {
		return false
	}
	ha, hb := strings.TrimSuffix(a.Host, "."), strings.TrimSuffix(b.Host, ".")
	if ha == hb {
		return true
	}
	if net.ParseIP(ha) != nil || net.ParseIP(hb) != nil {
		return false
	}
	da, ea := publicsuffix.EffectiveTLDPlusOne(ha)
	db, eb := publicsuffix.EffectiveTLDPlusOne(hb)
	return ea == nil && eb == nil && da == db
}

func safe(method string) bool {
	switch method {
	case "", "GET", "HEAD", "OPTIONS", "TRACE":
		return true
	}
	return false
}
