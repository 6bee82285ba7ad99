package session

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CookieHostPrefixRejected: the name begins with __Host- or __Secure-, and the attributes do not keep what the name
// promises (RFC 6265bis 4.1.3).
var CookieHostPrefixRejected = &cause.Cause{
	ID:        "cookie-host-prefix-rejected",
	Title:     "no browser keeps the session cookie: its attributes break its prefix",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     append([]string{"cookie-domain-mismatch"}, generalities...),
	Partial:   true,
	Suspect:   recorded("cookie-host-prefix-rejected", prefixRejected),
}

func prefixRejected(v *cause.View) *cause.Suspicion {
	if v.Answer == nil {
		return nil
	}
	g, reason, ok := refused(v, cookie.HostPrefix, cookie.SecurePrefix, cookie.HTTPPrefix)
	if !ok {
		return nil
	}
	s := lostCookie(v, g)
	if s == nil {
		return nil
	}
	s.Because = append([]fact.Fact{g.says("%s, and the name's prefix forbids that.", breaks(g, reason))}, s.Because...)
	s.Raise = []cause.Raise{lookInJar(g.by.Request.URL)}
	s.Remedies = prefixRemedies()
	return s
}

func prefixRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "keep-prefix-promise", Title: "give the cookie the attributes its prefix demands", For: "server",
		Effect: "browsers keep it", Opens: "nothing",
		Steps:  []string{"Set-Cookie: __Host-session=...; Secure; Path=/; HttpOnly; SameSite=Lax     (and no Domain)"},
		Verify: "after a login the next request carries the cookie; in a private window the login page still comes", Undo: "put the former attributes back",
	}, {
		ID: "rename-cookie", Title: "or take the prefix off where the cookie must reach sub-domains", For: "server",
		Effect: "the rules of the prefix no longer apply",
		Opens:  "sub-domains can set and read the cookie: only where all of them are yours",
		Steps:  []string{"Set-Cookie: session=...; Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Lax"},
		Verify: "the cookie is listed in the developer tools; without a login the page is still refused", Undo: "put the prefix back",
	}}
}

// breaks says what of the promise of the prefix is not kept.
func breaks(g given, reason cookie.Reason) string {
	var out []string
	if !g.set.Secure {
		out = append(out, "Secure is missing")
	}
	if reason == cookie.HostPrefix && g.set.HasDomain {
		out = append(out, "Domain is set")
	}
	if reason == cookie.HostPrefix && g.set.Path != "/" {
		out = append(out, "Path is not /")
	}
	if reason == cookie.HTTPPrefix && !g.set.HTTPOnly {
		out = append(out, "HttpOnly is missing")
	}
	return strings.Join(out, ", ")
}
