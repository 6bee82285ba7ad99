package token

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// AccessTokenWhereIDTokenWanted: some gateways read who is there out of an ID token and take no access token.
var AccessTokenWhereIDTokenWanted = &cause.Cause{
	ID:      "access-token-where-id-token-wanted",
	Title:   "an access token was sent to a gateway that wants an ID token",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"token-revoked", "token-aud-mismatch", "opaque-token-to-jwt-validator", "credential-type-wrong", "scope-missing-401",
		"missing-www-authenticate", "token-wrong-environment"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil {
			return nil
		}
		mark := s.accessToken()
		if mark == "" {
			return nil
		}
		kinds := []string{signature.TokenTypeWrong, signature.AudienceMismatch, signature.TokenMalformed, signature.ClaimMissing}
		words, said := s.says(kinds...)
		if s.aside() || s.other(kinds...) {
			return nil
		}
		sus := &cause.Suspicion{Because: []fact.Fact{v.Asked("The token is an access token: %s.", mark)}}
		how := ""
		switch gate, reads := wantsIDToken(v); {
		case gate == "AWS API Gateway" && s.claims.TokenUse == "access":
			sus.Grade, sus.Weight = cause.Likely, 0.4
			if reads {
				sus.Grade, sus.Weight = cause.Strong, 0.75
			}
			sus.Because = append(sus.Because, v.Saw("%s refused; its Cognito authorizer takes ID tokens unless the method lists OAuth scopes.", gate))
			how = "Amazon Cognito: take IdToken (id_token), not AccessToken, from the sign-in answer"
		case strings.HasPrefix(gate, "Google") && s.jwt == nil:
			sus.Grade, sus.Weight = cause.Strong, 0.88
			sus.Because = append(sus.Because, v.Saw("%s refused; it takes ID tokens whose audience is the service.", gate))
			how = `TOKEN=$(gcloud auth print-identity-token --audiences=` + cause.QuoteWord(v.Request.URL.Origin().String()) + `)`
		case s.jwt == nil && s.blamed() && s.hostSeen() && !googles(v.Answer.Request.URL.Host):
			sus.Grade, sus.Weight = cause.Likely, 0.7
			sus.Because = append(sus.Because, s.verdictOf(), v.Asked("It was sent to an API that is not Google's, which cannot verify it; Google's ID token is the JWT that others can."))
			how = "take id_token, not access_token, from the answer of Google's token endpoint"
		case gate == "Kubernetes API" && s.jwt != nil:
			sus.Grade, sus.Weight = cause.Likely, 0.55
			sus.Because = append(sus.Because, v.Saw("The Kubernetes API refused; its OIDC login takes ID tokens."))
			how = "kubectl oidc-login get-token, or take id_token from the token answer"
		case said && s.jwt != nil:
			if _, kind := s.says(signature.TokenTypeWrong); !kind {
				return nil
			}
			sus.Grade, sus.Weight = cause.Strong, 0.8
			how = "take id_token, not access_token, from the token answer"
		default:
			return nil
		}
		if said {
			sus.Because = append(sus.Because, words)
		}
		sus.Raise = []cause.Raise{{Command: s.send(), Where: "here, with the ID token of the same sign-in", Would: "be let in if the kind of token is all that is wrong"}}
		sus.Remedies = []cause.Remedy{
			s.newToken("send the ID token", "the gateway reads who is there", how), {
				ID: "accept-access-tokens", Title: "let the gateway take access tokens", For: "server",
				Effect: "access tokens with the listed scope are accepted", Opens: "the method to every client that may have that scope",
				Steps:  []string{"API Gateway: Method Request, OAuth Scopes: list the scope of the API; then access tokens are taken and ID tokens are not"},
				Verify: "an access token with the scope passes; one without it is refused", Undo: "remove the scope from the method",
			}}
		if strings.Contains(how, "gcloud") {
			sus.Remedies[1] = cause.Remedy{
				ID: "id-token-in-client", Title: "let the client make ID tokens for the service", For: "client",
				Effect: "every request has a fresh ID token", Opens: "nothing",
				Steps:  []string{"google-auth: id_token.fetch_id_token(request, SERVICE_URL); Node: auth.getIdTokenClient(SERVICE_URL)"},
				Verify: "the request answers 2xx; without the token it is still refused", Undo: "put the former client back",
			}
		}
		return sus
	},
}

// accessToken says by which mark the token is an access token, "" when nothing says so.
func (s *sent) accessToken() string {
	if s.jwt == nil {
		if s.cred.Vendor.Name == "Google" && strings.Contains(s.cred.Vendor.What, "access token") {
			return "it has the form of a Google OAuth access token"
		}
		return ""
	}
	switch {
	case s.claims.TokenUse == "access":
		return `token_use is "access"`
	case strings.EqualFold(s.jwt.Header.Typ, "at+jwt"):
		return "its header says typ at+jwt (RFC 9068)"
	case strings.EqualFold(s.claims.Typ, "Bearer"):
		return `typ is "Bearer"`
	}
	return ""
}

func googles(host string) bool {
	host = strings.ToLower(host)
	return strings.HasSuffix(host, ".googleapis.com") || strings.HasSuffix(host, ".google.com") || strings.HasSuffix(host, ".run.app") ||
		strings.HasSuffix(host, ".cloudfunctions.net")
}

// wantsIDToken names a gateway that reads ID tokens; sure is false for one that also takes access tokens by its
// settings.
func wantsIDToken(v *cause.View) (product string, sure bool) {
	for _, p := range []string{"Google Cloud Run", "Google Identity-Aware Proxy", "Kubernetes API"} {
		if _, ok := v.Product(p); ok {
			return p, true
		}
	}
	if _, ok := v.Product("AWS API Gateway"); ok {
		// REST APIs have Cognito authorizers; HTTP APIs (apigw-requestid) take access tokens.
		return "AWS API Gateway", v.Answer.Header().Has("X-Amz-Apigw-Id")
	}
	return "", false
}
