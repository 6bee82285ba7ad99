package idp

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// OAuthGrantNotAllowed: the client is known, and may not use this grant or response_type (RFC 6749 5.2 and 4.1.2.1:
// unauthorized_client, unsupported_grant_type, unsupported_response_type).
var OAuthGrantNotAllowed = &cause.Cause{
	ID:        "oauth-grant-not-allowed",
	Title:     "the client may not use this grant",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides("keycloak-userinfo-or-realm"),
	Partial:   true,
	Suspect: orQuoted("oauth-grant-not-allowed", func(v *cause.View) *cause.Suspicion {
		code, x := v.FlowError()
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85}
		switch code {
		case "unauthorized_client":
		case "unsupported_grant_type":
			if x.Request.Header.Text("Content-Type").Map(strings.ToLower).Contains("json") {
				return nil // the parameters are wanted as a form (RFC 6749 4.1.3), so that the server saw none
			}
			s.Title = "the token endpoint does not know this grant_type"
		case "unsupported_response_type":
			s.Title = "the provider does not know this response_type"
		case "invalid_request": // oidc-provider says it so
			if v.TokenRequest() == nil || !v.Described("grant type is not allowed", "grant_type is not allowed", "grant type not allowed") {
				return nil
			}
		default:
			return nil
		}
		// Keycloak and others answer unauthorized_client when the secret is wrong.
		if v.Described("credentials", "secret", "client authentication") {
			return nil
		}
		s.Because = []fact.Fact{answered(x, code)}
		name := "that grant"
		if p, ok := asked(v); ok {
			what := "grant_type"
			if !p.Has(what) {
				what = "response_type"
			}
			if name = p.Show(what); name != "" {
				s.Because = append(s.Because, fact.Given("the request", "It asks with %s=%s.", what, name))
			}
		}
		if t := v.TokenRequest(); t != nil && v.Flow().Meta.About(t) && v.Flow().Meta.Grants != nil && !slices.Contains(v.Flow().Meta.Grants, t.Grant()) {
			s.Because = append(s.Because, fact.At(v.Flow().Meta.X.N, "The provider's metadata does not list it in grant_types_supported."))
		}
		s.Raise = []cause.Raise{{Command: `curl -s "$ISSUER/.well-known/openid-configuration" | tr ',' '\n' | grep -A8 grant_types_supported`,
			Where: "here; ISSUER is the provider's address", Would: "list what the provider knows; which of it the client may use stands in its registration"}}
		s.Remedies = []cause.Remedy{{
			ID: "allow-grant", Title: "allow the client this grant", For: "idp", Effect: "the provider gives tokens for it",
			Opens: "the client gets tokens in this way: for client_credentials without any user, so give it the least scopes",
			Steps: []string{"Keycloak: Clients > Capability config > Service accounts roles (client_credentials), Standard flow (code), Direct access grants (password), OAuth 2.0 Device Authorization Grant",
				"Auth0: Applications > Advanced Settings > Grant Types      Okta: Applications > General > Grant type      Entra: application permissions and a secret for client_credentials; Allow public client flows for device code"},
			Verify: "the same request is answered 200; another client without the grant is still refused", Undo: "take the grant away again",
		}, {
			ID: "right-client", Title: "or use the client that was registered for it", For: "client", Effect: "a client whose registration fits", Opens: "nothing",
			Steps: []string{"A program without a user needs a confidential client with " + oauthflow.ClientGrant + "; a page or an app needs a public one with " + oauthflow.CodeGrant + "."}, Undo: "set the former client_id",
		}}
		return s
	}),
}
