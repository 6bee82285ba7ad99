package idp

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// OIDCRedirectURIMismatch: redirect_uri is not, character by character, one of those registered for the client
// (RFC 6749 3.1.2.3, RFC 9700 2.1).
var OIDCRedirectURIMismatch = &cause.Cause{
	ID:        "oidc-redirect-uri-mismatch",
	Title:     "redirect_uri is not one that is registered for this client",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.IdentityProvider,
	Hides: []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "oauth-client-auth-failed",
		"redirect-to-login-instead-of-401", "redirect-scheme-upgrade", "forwarded-proto-missing"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !clientError(v) {
			return nil
		}
		f, ok := says(v, "invalid_redirect_uri", "did not match any of the client's registered", "Invalid parameter: redirect_uri", "redirect_uri_mismatch", "AADSTS50011", "'redirect_uri' parameter must be a Login redirect URI")
		if !ok {
			m, said := v.Means(signature.RedirectURI)
			if !said {
				return nil
			}
			f = m.Because
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, RefusedBy: exchange.IdentityProvider, Because: []fact.Fact{f},
			Raise: []cause.Raise{{
				Command: `curl -s -o /dev/null -w '%{http_code}\n' --get --data-urlencode "redirect_uri=$REGISTERED" --data-urlencode "client_id=$CLIENT_ID" -d response_type=code -d scope=openid ` + cause.QuoteWord(endpoint(v)),
				Where:   "here; REGISTERED is one address of the client's list in the identity provider's console",
				Would:   "print 200 or 302, a login, if the address is all that differs; then compare both letter by letter",
			}}}
		uri, sent := v.Answer.Request.URL.Param("redirect_uri")
		plain := sent && uri.Match(plainHTTP) && !uri.Match(loopback)
		switch {
		case plain:
			s.Title = "the application asks to return to http://, which is not registered"
			s.FaultAt = exchange.Application
			s.Because = append(s.Because, v.Asked("redirect_uri begins with http://, and it is no loopback address: behind TLS the application may take itself for plain http (see forwarded-proto-missing)."))
		case sent && uri.Match(loopback):
			s.Because = append(s.Because, v.Asked("redirect_uri is a loopback address; register it with its port, or as RFC 8252 7.3 has it for native clients."))
		case sent:
			s.Because = append(s.Because, v.Asked("redirect_uri was sent, with %d characters.", uri.Len()))
		}
		if a := v.Asking(); a != nil {
			inside := insideAddress(v, a, s)
			plain = plain || inside
			s.Trials = addressTrials(v, a)
			for _, n := range neighbours(a) {
				if x := v.Trial(n.key); x != nil && asksLogin(v.Answer, x) {
					s.Title = "redirect_uri differs from the registered one in " + n.what
				}
			}
		}
		s.Remedies = redirectRemedies(plain)
		return s
	},
}

// endpoint is the address that was asked, without its query.
func endpoint(v *cause.View) string {
	u := v.Answer.Request.URL
	return u.Origin().String() + u.ShownPath()
}

var (
	plainHTTP = lazyregexp.New(`(?i)^http(:|%3a)`)
	loopback  = lazyregexp.New(`(?i)^https?(:|%3a)(/|%2f){2}(localhost|127\.0\.0\.1|\[::1\]|%5b::1%5d)([:/]|%3a|%2f|$)`)
)

func redirectRemedies(plain bool) []cause.Remedy {
	register := cause.Remedy{
		ID: "register-uri", Title: "register exactly the address that the application sends", For: "idp",
		Effect: "the provider sends codes to this address",
		Opens:  "codes of this client may go to this address: register only addresses of the application itself, no wildcards",
		Steps: []string{"Entra: Authentication > Redirect URIs      Keycloak: Valid redirect URIs      Google: Authorized redirect URIs",
			"copy redirect_uri from the failing request, percent-decoded, with port and final slash"},
		Verify: "the login page or a redirect back comes in place of the error; an unregistered address is still refused", Undo: "take the address out again",
	}
	public := cause.Remedy{
		ID: "build-public-uri", Title: "let the application build the registered address", For: "server",
		Effect: "redirect_uri is the public https address", Opens: "nothing",
		Steps: []string{"set the application's public base URL, or let the proxy send X-Forwarded-Proto and Host and the application trust the proxy",
			"nginx: proxy_set_header X-Forwarded-Proto $scheme;  proxy_set_header Host $http_host;"},
		Verify: "redirect_uri in the browser's address bar begins with https:// and the public host", Undo: "restore the former setting",
	}
	if plain {
		return []cause.Remedy{public, register}
	}
	return []cause.Remedy{register, public}
}
