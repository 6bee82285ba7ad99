package app

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

var loginWord = lazyregexp.New(`(?i)(^|[/._-])(log-?_?in|log-?_?on|sign-?_?in|sso|oauth2?|openid|saml|cas|adfs|session/new|authorize|register|signup|password)([/._-]|$)`)

// entrance are paths that hand over to an identity provider by design: /auth/google, /connect/azure.
var entrance = lazyregexp.New(`(?i)(^|/)(auth|connect|login|sso|oauth2?|saml2?|oidc|callback)(/|$)`)

// carriesUnknown reports a credential of a kind that why401 does not know, in a header field.
func carriesUnknown(v *cause.View) bool {
	for _, c := range v.Credentials {
		if c.Kind != cred.Cookie {
			return true
		}
	}
	return false
}

// askedForLogin reports that the login itself was requested: then a login page is the right answer.
func askedForLogin(v *cause.View) bool { return loginWord.MatchString(v.Request.URL.Path) }

// loginHop finds the first answer of the request that sends the client to a login page.
func loginHop(v *cause.View) (*exchange.Exchange, signature.Match, bool) {
	for _, x := range v.Hops() {
		if x.Status()/100 != 3 {
			continue
		}
		if m, ok := signature.LoginPage(x); ok && m.Facts["refusal"] != "captive-portal" {
			return x, m, true
		}
	}
	return nil, signature.Match{}, false
}

// writtenBy is the layer of the product that composed x; an application where nothing else is known, because login
// pages are an application's as a rule.
func writtenBy(x *exchange.Exchange) exchange.Layer {
	if m, ok := signature.Writer(x); ok && m.Layer != exchange.Unknown {
		return m.Layer
	}
	return exchange.Application
}

// token gives a credential that programs send: not a cookie, not a password that may not go out again.
func token(v *cause.View) (cred.Credential, bool) {
	return v.Credential(cred.Bearer, cred.JWT, cred.APIKey, cred.OAuth1, cred.Other)
}

// cookies reports that the request brings a cookie.
func cookies(v *cause.View) bool {
	_, ok := v.Credential(cred.Cookie)
	return ok
}

// passwordSent reports a login that a rule keeps from going out again.
func passwordSent(v *cause.View) bool {
	if v.Intent != nil && !v.Intent.Login.Empty() {
		return true
	}
	_, ok := v.Credential(cred.Basic, cred.Digest, cred.NTLM, cred.Negotiate, cred.Login)
	return ok
}

const keyJSON = "accept-json"

// asProgram is the request as a script of the page would send it: applications that redirect people answer programs
// with a status.
func asProgram() cause.Trial {
	return cause.Trial{Key: keyJSON, Change: "Accept: application/json and X-Requested-With: XMLHttpRequest",
		Edit: func(r exchange.Request) exchange.Request {
			r.Header = r.Header.With(exchange.RequestField("Accept", "application/json"))
			r.Header = r.Header.With(exchange.RequestField("X-Requested-With", "XMLHttpRequest"))
			return r
		}}.Predicting("401 or 403 in place of the login", func(_, seen *exchange.Exchange) bool {
		return seen.Status() == 401 || seen.Status() == 403
	})
}

// wantsJSON reports a request that asks for JSON already.
func wantsJSON(v *cause.View) bool { return strings.Contains(v.Request.Header.Get("Accept"), "json") }

// springLike reports the fields that Spring Security adds to every answer, in the form it gives them.
func springLike(x *exchange.Exchange) bool {
	h := x.Header()
	return h.Get("X-Content-Type-Options") == "nosniff" && h.Get("Cache-Control") == "no-cache, no-store, max-age=0, must-revalidate" &&
		h.Get("Expires") == "0" && h.Has("X-XSS-Protection")
}

// unauthenticated are the meanings that say: no valid credential came.
var unauthenticated = []string{signature.NoCredentials, signature.LoginRequired, signature.CredentialInvalid, signature.TokenInvalid,
	signature.TokenExpired, signature.TokenMalformed, signature.MalformedHeader, signature.UserUnknown, signature.SessionExpired}

// reachLog is the observation that most causes of this family wish for.
func reachLog(would string) cause.Raise {
	return cause.Raise{Command: "journalctl -u APP --since -5min | tail -20", Where: "on the application's server (APP: its unit), right after the request", Would: would}
}

// sameRequest is the failing request as a command, with the credential left to the user.
func sameRequest(v *cause.View) string {
	u := cause.Quote(v.Request.URL)
	for _, c := range v.Credentials {
		switch {
		case c.Kind == cred.Cookie:
			return `curl -i -H "Cookie: $COOKIE" ` + u
		case c.Place == "Authorization" && c.Scheme != "" && c.Kind != cred.Basic:
			return `curl -i -H "Authorization: ` + c.Scheme + ` $TOKEN" ` + u
		case c.In == cred.InHeader && c.Kind == cred.APIKey && c.Place != "Authorization":
			return `curl -i -H "` + c.Place + `: $TOKEN" ` + u
		case c.Kind == cred.Basic:
			return `curl -i -u "$LOGIN" ` + u
		}
	}
	return "curl -i " + u
}

// challenged names what the answer's challenge asks for.
func challenged(v *cause.View) string {
	if r := v.Challenges[0].Realm(); r != "" {
		return fmt.Sprintf("%s, realm=%q", v.Challenges[0].Scheme, r)
	}
	return v.Challenges[0].Scheme
}
