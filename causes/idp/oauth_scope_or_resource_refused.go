package idp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// OAuthScopeOrResourceRefused: the authorization server does not give the scope, or does not know the API, that the
// request asks for (RFC 6749 5.2 invalid_scope, RFC 8707 2 invalid_target).
var OAuthScopeOrResourceRefused = &cause.Cause{
	ID:        "oauth-scope-or-resource-refused",
	Title:     "the provider does not give the scope that is asked for",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides("token-aud-mismatch"),
	Partial:   true,
	Suspect: orQuoted("oauth-scope-or-resource-refused", func(v *cause.View) *cause.Suspicion {
		code, x := v.FlowError()
		if code == "" {
			return withheld(v)
		}
		p, ok := asked(v)
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.88, Because: []fact.Fact{answered(x, code)}}
		switch {
		case code == "invalid_target" && ok && (p.Has("resource") || p.Has("audience")):
			s.Title = "the provider does not know the API that the token is asked for"
			for _, name := range []string{"resource", "audience"} {
				if p.Has(name) {
					s.Because = append(s.Because, fact.Given("the request", "It asks with %s=%s.", name, p.Show(name)))
				}
			}
		case code == "invalid_scope" && ok && p.Has("scope"):
			s.Because = append(s.Because, fact.Given("the request", "It asks for scope=%q.", p.Show("scope")))
			if m := v.Flow().Meta; m != nil && m.Scopes != nil && !p.Get("scope").Closed() {
				var strange []string
				for _, w := range strings.Fields(p.Show("scope")) {
					if !slices.Contains(m.Scopes, w) {
						strange = append(strange, w)
					}
				}
				if len(strange) > 0 {
					s.Because = append(s.Because, fact.At(m.X.N, "The provider's metadata does not list %s in scopes_supported.", strings.Join(strange, ", ")))
				}
			}
		case (code == "invalid_target" || code == "invalid_scope") && !ok:
			s.Weight = 0.75
		default:
			return nil
		}
		s.Raise = []cause.Raise{{Command: `curl -s "$ISSUER/.well-known/openid-configuration" | tr ',' '\n' | grep -A20 scopes_supported`,
			Where: "here; ISSUER is the provider's address", Would: "list scopes that the provider knows; those that the client may have stand in its registration"}}
		s.Remedies = []cause.Remedy{{
			ID: "ask-for-less", Title: "ask for scopes and APIs that the client was given, spelt as they are registered", For: "client", Effect: "the provider gives the token", Opens: "nothing",
			Steps:  []string{"Compare scope, resource and audience with the provider's console, letter by letter: a final slash or another environment's name is another API.", scopeHint(v)},
			Verify: "the request is answered with a token; its scope is the one that was asked for", Undo: "ask as before",
		}, {
			ID: "give-scope", Title: "or give the client the scope", For: "idp", Effect: "the client may ask for it",
			Opens: "every user, or the client itself, can use that scope: give the least",
			Steps: []string{"Keycloak: Clients > Client scopes > Add client scope      Auth0: APIs > Machine to Machine Applications > Authorize      Okta: Authorization server > Scopes and Access Policies      Entra: API permissions > Add a permission"},
			Undo:  "take the scope away again",
		}}
		return s
	}),
}

// withheld reports an API that refuses a token for its scope, where the record shows that the provider gave less than was
// asked for: it may do so without an error (RFC 6749 3.3).
func withheld(v *cause.View) *cause.Suspicion {
	b := v.Challenges.Find("Bearer")
	if b == nil || b.Value("error") != "insufficient_scope" {
		return nil
	}
	for _, k := range v.Flow().Calls {
		missing := k.With.Missing()
		if k.X != v.Answer || len(missing) == 0 {
			continue
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, RefusedBy: exchange.Application, FaultAt: exchange.IdentityProvider,
			Title: "the provider gave fewer scopes than were asked for",
			Because: []fact.Fact{v.Saw("The API answers %d with error=insufficient_scope.", v.Answer.Status()),
				fact.At(k.With.X.N, "The token was asked for with %s, and given without: the answer's scope is %q.", strings.Join(missing, " "), k.With.Got.Show("scope"))}}
		s.Remedies = []cause.Remedy{{
			ID: "give-scope", Title: "give the client, and the user, the scope", For: "idp", Effect: "the next token has it", Opens: "who has the scope can use it: give the least",
			Steps:  []string{"Add the scope to the client, and the user or group to what stands behind it; then log in anew, for a refresh does not widen a token."},
			Verify: "the token answer lists the scope, and the API answers 2xx", Undo: "take the scope away again",
		}, {
			ID: "read-scope", Title: "let the client read which scopes it got", For: "client", Effect: "what is missing is said at the login, not at the first call", Opens: "nothing",
			Steps: []string{"Compare scope of the token answer with what was asked for; without scope in the answer all was given (RFC 6749 5.1)."}, Undo: "none needed",
		}}
		return s
	}
	return nil
}

func scopeHint(v *cause.View) string {
	if t := v.TokenRequest(); t != nil && t.Grant() == "client_credentials" {
		return "For client_credentials Entra takes one scope only: api://APP_ID/.default; openid and offline_access have no meaning without a user."
	}
	return fmt.Sprintf("%s is given to clients with the refresh token grant only.", "offline_access")
}
