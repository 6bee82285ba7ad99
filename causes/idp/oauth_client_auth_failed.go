package idp

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// OAuthClientAuthFailed: the token endpoint does not accept the client: unknown, wrong or expired secret, or another
// way of sending it than the one registered (RFC 6749 2.3.1, 5.2).
var OAuthClientAuthFailed = &cause.Cause{
	ID:        "oauth-client-auth-failed",
	Title:     "the identity provider does not accept the client's id or secret",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     []string{"wrong-password", "credential-type-wrong", "no-credentials-sent", "missing-www-authenticate", "preemptive-auth-not-sent", "403-means-401"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		m, ok := v.Means(signature.ClientUnknown)
		if !ok || !clientError(v) {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, RefusedBy: exchange.IdentityProvider, Because: []fact.Fact{m.Because}, Remedies: clientRemedies(v),
			Raise: []cause.Raise{{
				Command: `curl -s "$ISSUER/.well-known/openid-configuration" | tr ',' '\n' | grep -A4 token_endpoint_auth_methods_supported`,
				Where:   "here; ISSUER is the identity provider's address", Would: "list the ways of sending the secret; the one registered for this client is in the provider's console",
			}}}
		if v.Recorded() { // that the client is refused is sure; why, is not: encoding, a placeholder, another tenant
			s.Grade, s.Weight = cause.Likely, 0.6
		}
		basic, post, id := clientSent(v)
		switch {
		case v.Unseen(exchange.RequestHeader) || v.Unseen(exchange.RequestBody) && !basic:
		case !basic && !post && !id:
			s.Title = "the token request names no client that the provider accepts"
			s.Because = append(s.Because, v.Asked("Neither Basic nor client_secret was sent."))
		case basic && post:
			s.Title = "the client's secret was sent in two ways at once"
			s.Because = append(s.Because, v.Asked("Basic and client_secret were both sent; one way per request is allowed (RFC 6749 2.3)."))
		case basic:
			s.Because = append(s.Because, v.Asked("The client's id and secret were sent as Basic (client_secret_basic)."))
			if special(v) { // then the way it is encoded may be all that is wrong
				s.Grade, s.Weight = cause.Likely, 0.7
				if v.Recorded() {
					s.Weight = 0.3
				}
			}
		case post:
			s.Because = append(s.Because, v.Asked("The client's secret was sent in the body (client_secret_post)."))
		}
		for _, e := range entraClient {
			if f, ok := says(v, e.code); ok {
				s.Title = e.title
				s.Because = append([]fact.Fact{f}, s.Because[1:]...)
				break
			}
		}
		return s
	},
}

var entraClient = []struct{ code, title string }{
	{"AADSTS7000215", "the client secret is wrong: mostly the secret's ID in place of its value"},
	{"AADSTS7000222", "the client secret has expired"},
	{"AADSTS700016", "this tenant does not know the client id"},
}

// clientSent says how the request authenticates its client.
func clientSent(v *cause.View) (basic, post, id bool) {
	for _, c := range v.Credentials {
		switch {
		case c.Kind == cred.Basic:
			basic = true
		case c.Place == "client_secret" || c.Place == "client_assertion":
			post = true
		}
	}
	_, id = v.Request.URL.Param("client_id")
	return basic, post, id || v.Request.Body.Contains("client_id")
}

// special reports a Basic secret with characters that RFC 6749 2.3.1 wants form-encoded first.
func special(v *cause.View) bool {
	c, ok := v.Credential(cred.Basic)
	if !ok {
		return false
	}
	pair, err := basic.Decode(c.Value)
	return err == nil && pair.Password.Match(reserved)
}

var reserved = lazyregexp.New(`[^A-Za-z0-9._~*-]`)

func clientRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "right-secret", Title: "send the present secret, in the way that is registered", For: "client",
		Effect: "the provider knows the client", Opens: "nothing",
		Steps: []string{
			"copy the secret's value (not its ID) from the provider's console, without blanks and line breaks, into CLIENT_SECRET",
			`client_secret_basic: curl -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials ` + cause.Quote(v.Request.URL),
			`client_secret_post:  curl --data-urlencode "client_id=$CLIENT_ID" --data-urlencode "client_secret=$CLIENT_SECRET" -d grant_type=client_credentials ` + cause.Quote(v.Request.URL),
		},
		Verify: "200 with access_token; with another secret still invalid_client", Undo: "use the former secret",
	}, {
		ID: "new-secret", Title: "make a new secret, and note its end", For: "idp",
		Effect: "the client has a secret that counts", Opens: "nothing, once the old secret is deleted",
		Steps:  []string{"Entra: App registrations > Certificates & secrets > New client secret      Keycloak: Clients > Credentials > Regenerate", "put its end into the calendar, or use a certificate or federated credential, which does not have to be copied"},
		Verify: "as above", Undo: "delete the new secret",
	}}
}
