package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CookieSecureOverHTTP: a cookie with Secure that a plain http answer sets, or one with SameSite=None or Partitioned
// that lacks Secure. Browsers store neither (RFC 6265bis 5.7).
var CookieSecureOverHTTP = &cause.Cause{
	ID:        "cookie-secure-over-http",
	Title:     "no browser keeps the session cookie: Secure, and the page is plain http",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Hides:     generalities,
	Partial:   true,
	Audit:     secureOnPlain,
	Suspect:   recorded("cookie-secure-over-http", secureOverHTTP),
}

func secureOverHTTP(v *cause.View) *cause.Suspicion {
	if v.Answer == nil {
		return nil
	}
	g, reason, ok := refused(v, cookie.SecureOverHTTP, cookie.NoneWithoutSec, cookie.PartitionedInsec)
	if !ok {
		return nil
	}
	s := lostCookie(v, g)
	if s == nil {
		return nil
	}
	u := g.by.Request.URL
	if reason == cookie.SecureOverHTTP {
		s.Because = append([]fact.Fact{g.says("it has Secure, and %s is not https.", u.Origin())}, s.Because...)
		s.Remedies = httpsRemedies(u)
	} else {
		s.Title = "browsers drop the session cookie: SameSite=None needs Secure"
		if reason == cookie.PartitionedInsec {
			s.Title = "browsers drop the session cookie: Partitioned needs Secure"
		}
		s.FaultAt = exchange.Application
		s.Because = append([]fact.Fact{g.says("%s.", string(reason))}, s.Because...)
		s.Remedies = addSecure()
	}
	s.Raise = []cause.Raise{lookInJar(u)}
	return s
}

// httpsRemedies are those for a Secure cookie from a plain http page.
func httpsRemedies(u exchange.URL) []cause.Remedy {
	https := u
	https.Scheme, https.Port, https.Explicit = "https", "443", false
	return []cause.Remedy{{
		ID: "open-over-https", Title: "open the application over https", For: "client",
		Effect: "the browser keeps the cookie", Opens: "nothing",
		Steps:  []string{cause.Quote(https)},
		Verify: "after a login the next request carries the cookie; in a private window the login page still comes", Undo: "none needed",
	}, {
		ID: "redirect-to-https", Title: "send every http request on to https", For: "server",
		Effect: "nobody lands on the page whose cookie cannot be kept", Opens: "nothing",
		Steps: []string{
			"nginx, port 80: return 308 https://$host$request_uri;",
			"for development on this machine use http://localhost, which browsers trust; do not drop Secure on a public host",
		},
		Verify: "curl -sS -o /dev/null -w '%{http_code} %{redirect_url}\\n' " + cause.Quote(u) + " prints 308 and the https address",
		Undo:   "take the redirect out again",
	}}
}

// addSecure is the remedy for SameSite=None or Partitioned without Secure.
func addSecure() []cause.Remedy {
	return []cause.Remedy{{
		ID: "add-secure", Title: "set the cookie with Secure, over https", For: "server",
		Effect: "browsers keep it", Opens: "nothing",
		Steps: []string{
			"Set-Cookie: session=...; Path=/; Secure; HttpOnly; SameSite=None",
			"Express behind a proxy: app.set('trust proxy', 1) and cookie: {secure: true, sameSite: 'none'}",
			"where the cookie is not needed across sites: SameSite=Lax in place of None",
		},
		Verify: "after a login the next request carries the cookie; in a private window the login page still comes", Undo: "put the former attributes back",
	}}
}
