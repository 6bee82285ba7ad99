package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// loginPath are addresses that exist to begin a session, so that a cookie kept to their directory is no use elsewhere.
var loginPath = lazyregexp.New(`(?i)/(login|signin|sign-in|logon|auth|authenticate|session|sessions|callback|sso|saml|oauth2?|acs)(/|$)`)

// CookiePathMismatch: the cookie covers the directory of the login route only, so other requests go out without it
// (RFC 6265 5.1.4).
var CookiePathMismatch = &cause.Cause{
	ID:        "cookie-path-mismatch",
	Title:     "the session cookie's Path does not cover the address",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     generalities,
	Partial:   true,
	Audit:     lostPaths,
	Installed: foreignCookiePath,
	Suspect:   recorded("cookie-path-mismatch", pathMismatch),
}

func pathMismatch(v *cause.View) *cause.Suspicion {
	if v.Answer == nil || v.Answer.Response == nil {
		return nil
	}
	if s := wordpressLost(v); s != nil {
		return s
	}
	at := v.Answer.Request.URL
	for _, g := range givens(v) {
		from := g.by.Request.URL
		if g.set.Stores(from, cookie.Context{Now: g.by.Sent}) != cookie.OK {
			continue
		}
		covers := g.set.EffectivePath(from)
		switch {
		case g.by != v.Answer && g.set.Sends(from, at, cookie.Context{Now: g.by.Sent}) == cookie.PathMismatch && !again(v, g):
			s := lostCookie(v, g)
			if s == nil || s.Grade < cause.Strong {
				return nil
			}
			return pathSuspicion(s, g, covers)
		case g.by == v.Answer && covers != "/" && !cookie.PathMatch("/", covers) && loginPath.MatchString(from.Path) && !g.set.HasPath:
			// The login route itself, with a cookie that nothing else will get.
			s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Where: cause.Location{Hop: g.by.N}}
			return pathSuspicion(s, g, covers)
		}
	}
	return nil
}

// again reports that a later reply sets the same cookie once more: the first one then decides nothing.
func again(v *cause.View, g given) bool {
	for _, h := range givens(v) {
		if h.by.N > g.by.N && h.set.Name == g.set.Name && h.by != v.Answer {
			return true
		}
	}
	return false
}

func pathSuspicion(s *cause.Suspicion, g given, covers string) *cause.Suspicion {
	how := "Path is %s."
	if !g.set.HasPath || g.set.Path == "" {
		how = "there is no Path, so it covers the directory of the address that sets it, %s."
	}
	s.Because = append([]fact.Fact{g.says(how, shown(covers, "a directory"))}, s.Because...)
	s.Raise = []cause.Raise{lookInJar(g.by.Request.URL)}
	s.Remedies = []cause.Remedy{{
		ID: "cookie-path-root", Title: "set the cookie with Path=/", For: "server",
		Effect: "the browser sends it with every address of the host", Opens: "other applications on the same host get the cookie as well; give it their common path where that matters",
		Steps: []string{
			"Set-Cookie: session=...; Path=/; Secure; HttpOnly; SameSite=Lax",
			"Express: session({cookie: {path: '/'}}); Django: SESSION_COOKIE_PATH = '/'; Tomcat: <Context sessionCookiePath=\"/\">",
		},
		Verify: "log in: the next request carries the cookie; without a login the address is still refused", Undo: "put the former Path back",
	}, {
		ID: "proxy-cookie-path", Title: "where the proxy serves the backend under another prefix: rewrite the path", For: "server",
		Effect: "the cookie's path is the public one", Opens: "nothing",
		Steps: []string{
			"nginx: proxy_cookie_path /backend-prefix/ /;",
			"Apache: ProxyPassReverseCookiePath /backend-prefix /",
		},
		Verify: "Set-Cookie shows the public prefix; without a login the address is still refused", Undo: "take the line out again",
	}}
	return s
}
