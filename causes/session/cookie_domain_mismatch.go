package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// CookieDomainMismatch: the Domain attribute names something the host is not part of, so every browser drops the
// cookie (RFC 6265 5.3 step 6).
var CookieDomainMismatch = &cause.Cause{
	ID:        "cookie-domain-mismatch",
	Title:     "no browser keeps the session cookie: its Domain is not this host",
	Family:    family,
	Installed: foreignCookieDomain,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     generalities,
	Partial:   true,
	Audit:     foreignDomains,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(recorded("cookie-domain-mismatch", domainMismatch)(v), domainNoHost(v))
	},
}

func domainMismatch(v *cause.View) *cause.Suspicion {
	if v.Answer == nil {
		return nil
	}
	if s := otherAddress(v); s != nil {
		return s
	}
	if _, judged := v.Means(signature.SignatureInvalid); judged {
		return nil // the answer says what it refuses, and that is no cookie
	}
	g, reason, ok := refused(v, cookie.PortInDomain, cookie.SchemeInDomain, cookie.DomainIsIP, cookie.PublicSuffix,
		cookie.LocalhostDomain, cookie.DomainMismatch)
	if !ok {
		return nil
	}
	s := lostCookie(v, g)
	if s == nil {
		return nil
	}
	host := g.by.Request.URL.Host
	s.Because = append([]fact.Fact{g.says("Domain is %s, the host is %q. %s.", shown(g.set.DomainAsSet, "another name"), host, sentence(reason))}, s.Because...)
	s.Raise = []cause.Raise{lookInJar(g.by.Request.URL)}
	s.Remedies = domainRemedies(g)
	return s
}

// sentence begins a reason with a capital letter.
func sentence(r cookie.Reason) string {
	s := string(r)
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func domainRemedies(g given) []cause.Remedy {
	host := g.by.Request.URL.Host
	return []cause.Remedy{{
		ID: "cookie-host-only", Title: "leave Domain out, so that the cookie belongs to the host that sets it", For: "server",
		Effect: "browsers keep the cookie and send it to " + host, Opens: "nothing: a cookie without Domain goes to fewer hosts",
		Steps: []string{
			"Express: session({cookie: {domain: undefined}}); Laravel: SESSION_DOMAIN=null; Django: SESSION_COOKIE_DOMAIN = None; Spring: remove server.servlet.session.cookie.domain",
			"Authelia: session.cookies[].domain must be the parent domain of the protected host, not localhost and not with a port",
		},
		Verify: "log in in a private window: the developer tools list the cookie; without a login the page is still refused",
		Undo:   "put the former Domain back",
	}, {
		ID: "proxy-cookie-domain", Title: "where the name is the backend's own: rewrite it in the proxy", For: "server",
		Effect: "the proxy replaces the backend's name by the public one", Opens: "nothing",
		Steps: []string{
			"nginx: proxy_cookie_domain backend.internal $host;",
			"Apache: ProxyPassReverseCookieDomain backend.internal " + host,
		},
		Verify: "curl -sS -D - -o /dev/null " + cause.Quote(g.by.Request.URL) + " shows a Domain that ends the host name, or none",
		Undo:   "take the line out again",
	}}
}
