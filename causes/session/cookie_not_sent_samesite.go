package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// returnPath are addresses to which an identity provider sends the browser back.
var returnPath = lazyregexp.New(`(?i)/(acs|callback|saml2?|sso|signin-oidc|signin-[a-z]+|oidc|oauth2?|login/oauth2/code|auth/return|redirect_uri)(/|$)`)

// CookieNotSentSameSite: the request comes from another site, and SameSite=Lax or Strict (or its absence) keeps the
// cookie back (RFC 6265bis 5.8.3).
var CookieNotSentSameSite = &cause.Cause{
	ID:      "cookie-not-sent-samesite",
	Title:   "SameSite keeps the session cookie from a request of another site",
	Family:  family,
	FaultAt: exchange.Application,
	Hides:   append([]string{"cors-credentials-not-included", "cookie-third-party-blocked"}, generalities...),
	Partial: true,
	Suspect: recorded("cookie-not-sent-samesite", sameSiteKeeps),
}

func sameSiteKeeps(v *cause.View) *cause.Suspicion {
	b, ok := browsed(v)
	if !ok || b.site != "cross-site" {
		return nil
	}
	if s := formPost(v, b); s != nil {
		return s
	}
	if !loginWanted(v) || v.Answer.Request.Header.Has("Authorization") {
		return nil
	}
	from := fact.Given("the request", "It comes from %s to %s: a request from another site.", b.page(), v.Request.URL.Origin())
	for _, g := range givens(v) {
		if carries(v.Request, g.set.Name) || g.set.Stores(g.by.Request.URL, cookie.Context{Now: g.by.Sent}) != cookie.OK {
			continue
		}
		s := &cause.Suspicion{Weight: 0.85, Because: []fact.Fact{from}}
		switch r := g.set.Sends(g.by.Request.URL, v.Request.URL, b.context); r {
		case cookie.StrictSite, cookie.LaxSite:
			s.Grade = cause.Strong
			s.Because = append(s.Because, g.says("SameSite=%s, which such a request does not carry.", g.set.SameSite))
		case cookie.DefaultLax:
			s.Grade, s.Weight = cause.Likely, 0.65
			s.Because = append(s.Because, g.says("without SameSite, which Chrome and Edge take for Lax."))
		default:
			continue
		}
		s.Because = append(s.Because, v.Saw("The request carries no cookie of that name, and is answered %d.", v.Answer.Status()))
		s.Raise = []cause.Raise{sameSiteRaise(v)}
		s.Remedies = sameSiteRemedies(b)
		return s
	}
	return nil
}

// formPost is the return from an identity provider by POST (SAML, OIDC form_post), which Lax cookies never join. Its
// body works once, so why401 does not send it, and the request itself is the evidence.
func formPost(v *cause.View, b browsing) *cause.Suspicion {
	if b.method != "POST" || b.mode != "navigate" || !returnPath.MatchString(v.Request.URL.Path) || v.Request.Header.Has("Cookie") {
		return nil
	}
	if v.Intent == nil || v.Intent.Request.Body.Empty() || v.Answer != nil && v.Answer.Given != "" && !loginWanted(v) && v.Answer.Status() < 400 {
		return nil
	}
	return &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.7,
		Title: "the login's cookie does not come along when the identity provider posts back",
		Because: []fact.Fact{
			fact.Given("the request", "It is a POST that %s makes the browser send to %s (Sec-Fetch-Site: cross-site).", b.page(), v.Request.URL.Origin()),
			fact.Given("the request", "It carries no cookie at all, so the server cannot find the login it began. Lax and Strict cookies stay away from such a POST."),
		},
		Raise:    []cause.Raise{sameSiteRaise(v)},
		Remedies: sameSiteRemedies(b),
	}
}

func sameSiteRaise(v *cause.View) cause.Raise {
	return cause.Raise{
		Command: "curl -sS -D - -o /dev/null " + cause.Quote(exchange.URL{Scheme: v.Request.URL.Scheme, Host: v.Request.URL.Host, Port: v.Request.URL.Port, Path: "/"}) + " | grep -i '^set-cookie'",
		Where:   "here, at the address that begins the login",
		Would:   "show SameSite=Lax, SameSite=Strict or no SameSite on the session cookie",
	}
}

func sameSiteRemedies(b browsing) []cause.Remedy {
	if b.method == "POST" && b.mode == "navigate" {
		return []cause.Remedy{{
			ID: "login-state-none", Title: "give the cookie of the login attempt SameSite=None; Secure", For: "server",
			Effect: "it comes along when the identity provider posts back",
			Opens:  "that one short-lived cookie goes with requests of other sites; keep the session cookie itself on Lax",
			Steps: []string{
				"SimpleSAMLphp: 'session.cookie.samesite' => 'None', 'session.cookie.secure' => true",
				"Spring Session: cookieSerializer.setSameSite(\"None\"); setUseSecureCookie(true)",
			},
			Verify: "log in through the identity provider: the callback carries the cookie; without a login the page is still refused", Undo: "put the former SameSite back",
		}, {
			ID: "oidc-code-by-get", Title: "or let an OIDC login return by GET", For: "idp",
			Effect: "a top-level GET carries Lax cookies", Opens: "nothing",
			Steps:  []string{"response_mode=query with response_type=code, in place of response_mode=form_post"},
			Verify: "the callback is a GET with the cookie", Undo: "set form_post again",
		}}
	}
	return []cause.Remedy{{
		ID: "one-site", Title: "put page and API under one site", For: "server",
		Effect: "the request is same-site, and Lax or Strict cookies come along", Opens: "nothing",
		Steps:  []string{"serve the API as https://api.example.com for a page on https://app.example.com, or under /api/ of the page's own host"},
		Verify: "the request shows Sec-Fetch-Site: same-site and the cookie; without a login it is still refused", Undo: "use the former host name",
	}, {
		ID: "samesite-none", Title: "or set the session cookie with SameSite=None; Secure", For: "server",
		Effect: "the cookie comes along with requests of other sites, where the browser allows third-party cookies",
		Opens:  "every site can make the browser send the cookie: protect each changing request with a CSRF token or an Origin check first",
		Steps:  []string{"Set-Cookie: session=...; Path=/; Secure; HttpOnly; SameSite=None"},
		Verify: "the request carries the cookie; a form on another site is refused for want of the CSRF token", Undo: "set SameSite=Lax again",
	}}
}
