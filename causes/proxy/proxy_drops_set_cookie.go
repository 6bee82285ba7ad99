package proxy

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// ProxyDropsSetCookie: a proxy or cache takes Set-Cookie out of the login's answer, so the next page knows nobody.
var ProxyDropsSetCookie = &cause.Cause{
	ID:        "proxy-drops-set-cookie",
	Title:     "a proxy removes the session cookie from the login's answer",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"no-credentials-sent", "session-expired", "missing-www-authenticate", "preemptive-auth-not-sent"},
	Partial:   true,
	Audit:     cookiesHidden,
	Suspect: directive.Either(cookieMissed, func(v *cause.View) *cause.Suspicion {
		from, next := cookieless(v)
		if from == nil {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.35, Remedies: setCookieRemedies(v),
			Because: []fact.Fact{
				fact.At(from.N, "%s, a step of a login, answers %d and sets no cookie.", from.Request.URL.ShownPath(), from.Status()),
				fact.At(next.N, "The page it leads to got no cookie and knows nobody: %d.", next.Status()),
			},
			Raise: []cause.Raise{{
				Command: "curl -s -D - -o /dev/null http://127.0.0.1:PORT" + cause.QuoteWord(from.Request.URL.Path) + " | grep -i '^set-cookie' | cut -d= -f1",
				Where:   "on the server, at the application's own port, around the proxy; for a one-time link use a new one",
				Would:   "name a cookie if the proxy removes it, and nothing if the application sets none (see forwarded-proto-missing)",
			}}}
		x := &cause.View{Case: v.Case, Answer: from}
		x.Writer, x.Written = signature.Writer(from)
		mark, ok := gateway(x)
		if !ok {
			mark, ok = gateway(v)
		}
		if ok {
			s.Weight = 0.65
			s.Because = append(s.Because, fact.At(from.N, "The answers come through a proxy: %s.", mark))
		}
		if from.Request.URL.Scheme == "https" {
			s.Weight -= 0.1 // an application that keeps back a Secure cookie is the commoner reason there
		}
		return s
	}),
}

// besideProxy is prose that tells of a Set-Cookie where the proxy is not on the way.
var besideProxy = lazyregexp.New(`(?i)\b(?:direct(?:ly)?|straight|origin|own (?:name|port|address|host)|without the (?:proxy|cdn|cache)|around|bypass\w*)\b[^.\n]{0,90}\bset-cookie\b` +
	`|\bset-cookie\b[^.\n]{0,60}\b(?:direct(?:ly)?|straight|at the origin|own (?:name|port)|around|bypass\w*)\b`)

// cookieMissed finds a recorded answer whose cookie a proxy moved aside, or a login's answer that came through one and
// sets none, where the record tells of a Set-Cookie without it; or the line that does it.
func cookieMissed(v *cause.View) *cause.Suspicion {
	for _, x := range v.Exchanges[:min(len(v.Exchanges), 60)] {
		if x.Given == "" || x.Response == nil || x.Header().Has("Set-Cookie") || x.Unseen&exchange.ResponseHeader != 0 {
			continue
		}
		for _, f := range x.Header() {
			if name := strings.ToLower(f.Name); strings.HasSuffix(name, "-set-cookie") {
				return cause.SuspectAt(cause.Likely, 0.86, fact.Source{Exchange: x.N}, "The cookie stands in a field of another name, which a rule of the cache moved it to and no browser reads.")
			}
		}
		if !loginStep.MatchString(x.Request.URL.Path) || x.Status() >= 400 {
			continue
		}
		at := &cause.View{Case: v.Case, Answer: x}
		at.Writer, at.Written = signature.Writer(x)
		if mark, ok := gateway(at); ok && directive.Told(v, besideProxy) {
			return cause.SuspectAt(cause.Likely, 0.86, fact.Source{Exchange: x.N}, "The login's answer came through a proxy ("+mark+") and sets no cookie, and without the proxy it is told to set one.")
		}
	}
	return cookieLines(v)
}

var loginStep = lazyregexp.New(`(?i)(^|[/_.-])(log-?in|logon|sign-?in|sso|saml|oauth2?|oidc|auth|authenticate|enter|callback|acs|magic|session|sessions|verify|impersonate)([/_.-]|$)`)

// cookieless finds a step of a login that redirects without setting a cookie, and the refused page behind it.
func cookieless(v *cause.View) (from, next *exchange.Exchange) {
	hops := v.Hops()
	for i := 0; i+1 < len(hops); i++ {
		x, y := hops[i], hops[i+1]
		if x.Status()/100 != 3 || y != v.Answer || cause.Passed(y) || !loginStep.MatchString(x.Request.URL.Path) && !oneTime(x.Request.URL) ||
			x.Request.URL.Origin() != y.Request.URL.Origin() || y.Request.Header.Has("Cookie") || y.Request.Header.Has("Authorization") {
			continue
		}
		for _, h := range hops[:i+1] {
			if h.Header().Has("Set-Cookie") {
				return nil, nil
			}
		}
		return x, y
	}
	return nil, nil
}

// oneTime reports an address that carries what a login hands over once.
func oneTime(u exchange.URL) bool {
	for _, n := range []string{"code", "ticket", "SAMLResponse", "otp", "token"} {
		if _, ok := u.Param(n); ok {
			return true
		}
	}
	return false
}

func setCookieRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "let-set-cookie-through", Title: "let Set-Cookie through on login and session paths", For: "server",
		Effect: "the browser gets its session", Opens: "nothing; answers that set a cookie must not be cached",
		Steps: []string{
			"nginx:    delete  proxy_hide_header Set-Cookie;  and  proxy_ignore_headers Set-Cookie;   on these paths",
			"Varnish:  unset beresp.http.Set-Cookie  only for static files:  if (bereq.url ~ \"\\.(css|js|png|svg|woff2)$\") { unset beresp.http.Set-Cookie; }  and return (pass) for login paths",
			"CDN:      no \"cache everything\" rule on paths that log in",
		},
		Verify: "the login's answer carries Set-Cookie through the proxy, and the next page opens; without the cookie it is still refused", Undo: "restore the line and reload",
	}, {
		ID: "test-login-through-proxy", Title: "log in through the proxy after each change to it", For: "server",
		Effect: "a lost cookie is noticed before users do", Opens: "nothing",
		Steps: []string{"curl -s -o /dev/null -D - " + cause.Quote(v.Request.URL) + " | grep -ci '^set-cookie'"}, Undo: "leave the check out",
	}}
}
