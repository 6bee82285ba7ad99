package idp

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// OAuthClientAuthMethod: the client's secret is right, and sent in another way than the one that the token endpoint takes
// (RFC 6749 2.3.1, OpenID Connect Core 9). Client credentials hold nothing that works once, so that the other way may be
// tried when the user lets a POST be repeated.
var OAuthClientAuthMethod = &cause.Cause{
	ID:        "oauth-client-auth-method",
	Title:     "the client's secret is sent in another way than the one it is taken in",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides(),
	Partial:   true,
	Suspect: orQuoted("oauth-client-auth-method", func(v *cause.View) *cause.Suspicion {
		t := v.RefusedGrant("invalid_client", "unauthorized_client", "invalid_request")
		if t == nil || t.Client.Twice || t.Error() != "invalid_client" && t.Client.Method != "client_secret_post" && t.Client.Method != "client_secret_basic" {
			return nil
		}
		if t.Error() == "invalid_request" && !v.Described("client_id", "client authentication", "authorization header", "basic") {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.4, Because: []fact.Fact{answered(t.X, t.Error()), fact.At(t.X.N, "The client is authenticated by %s.", t.Client.Method)}}
		m := v.Flow().Meta
		if m.About(t) && m.AuthMethods != nil && t.Client.Method != "" && !slices.Contains(m.AuthMethods, t.Client.Method) {
			s.Grade, s.Weight = cause.Strong, 0.88
			s.Because = append(s.Because, fact.At(m.X.N, "The provider's metadata lists %s, and not that (token_endpoint_auth_methods_supported).", strings.Join(m.AuthMethods, ", ")))
		}
		other := ""
		if trial, ok := otherMethod(v, t); ok {
			s.Trials = []cause.Trial{trial}
		}
		switch t.Client.Method {
		case "client_secret_basic":
			other = `curl -i --data-urlencode "client_id=$CLIENT_ID" --data-urlencode "client_secret=$CLIENT_SECRET" -d grant_type=client_credentials `
		case "client_secret_post":
			other = `curl -i -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials `
		default:
			if s.Grade < cause.Strong {
				return nil
			}
		}
		if other != "" {
			other += cause.QuoteWord(t.X.Request.URL.Origin().String() + t.X.Request.URL.Path)
			s.Raise = []cause.Raise{{Command: other, Where: "where the client's secret is kept", Would: "give a token if the way of sending the secret is all that is wrong"}}
		}
		s.Remedies = []cause.Remedy{{
			ID: "other-method", Title: "send the secret in the way that the token endpoint takes", For: "client", Effect: "the provider knows the client", Opens: "nothing",
			Steps:  steps(other, "The library's setting: token_endpoint_auth_method (openid-client, Authlib), client-authentication-method (Spring Security), AuthStyle (golang.org/x/oauth2)."),
			Verify: "200 with access_token; with a wrong secret still invalid_client", Undo: "set the former method",
		}, {
			ID: "register-method", Title: "or register the client for the way it uses", For: "idp", Effect: "the provider takes the secret where the client puts it", Opens: "nothing",
			Steps: []string{"token_endpoint_auth_method of the client's registration (RFC 7591 2): client_secret_basic, client_secret_post, private_key_jwt or none"}, Undo: "register the former method",
		}}
		return s
	}),
}

func steps(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// keyOtherMethod is the experiment of otherMethod.
const keyOtherMethod = "client-auth-other-method"

// otherMethod is the same client_credentials request with the same secret in the other way. No other grant is sent again:
// codes, refresh tokens and assertions work once.
func otherMethod(v *cause.View, t *oauthflow.Token) (cause.Trial, bool) {
	if v.Recorded() || t.Grant() != oauthflow.ClientGrant {
		return cause.Trial{}, false
	}
	switch t.Client.Method {
	case "client_secret_basic":
		return cause.Trial{Key: keyOtherMethod, Change: "the same secret in the body in place of Basic (client_secret_post)", Edit: oauthflow.InBody}.Passing(), true
	case "client_secret_post":
		return cause.Trial{Key: keyOtherMethod, Change: "the same secret as Basic in place of the body (client_secret_basic)", Edit: oauthflow.AsBasic}.Passing(), true
	}
	return cause.Trial{}, false
}
