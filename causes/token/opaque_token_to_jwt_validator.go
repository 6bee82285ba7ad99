package token

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// OpaqueTokenToJWTValidator: the server takes tokens apart as JWTs, and this one is none, or is encrypted.
var OpaqueTokenToJWTValidator = &cause.Cause{
	ID:      "opaque-token-to-jwt-validator",
	Title:   "the token is no readable JWT, and the server wants one",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"token-revoked", "credential-type-wrong", "missing-www-authenticate", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil || s.aside() {
			return nil
		}
		var what fact.Fact
		encrypted := false
		switch {
		case s.jwt == nil && !s.cred.Value.Contains("."):
			what = v.Asked("The token is one word of %d characters without a dot; a JWT has two.", s.cred.Value.Len())
		case s.jwt == nil:
			what = v.Asked("The token (%d characters) does not begin like a JWT.", s.cred.Value.Len())
		case s.jwt.Form == jwt.Encrypted:
			encrypted = true
			what = v.Asked("The token has five parts and names alg %q, enc %q: it is encrypted, and only its issuer can read it.", s.jwt.Header.Alg, s.jwt.Header.Enc)
		default:
			return nil
		}
		kinds := []string{signature.TokenMalformed}
		if encrypted {
			kinds = append(kinds, signature.AlgMismatch, signature.SignatureInvalid, signature.KidUnknown)
		}
		words, said := s.says(kinds...)
		sus := &cause.Suspicion{Because: []fact.Fact{what}}
		state := s.v.Published().State
		switch {
		case state != nil && !state.Active:
			return nil
		case state != nil && (said || s.unexplained()):
			sus.Grade, sus.Weight = cause.Strong, 0.85
			sus.Because = append(sus.Because, fact.At(s.v.Published().StateN, "Its issuer calls it active (RFC 7662): it is good, and the API cannot read it."))
			if !s.claims.Has("token_type") {
				sus.Grade, sus.Weight = cause.Likely, 0.6 // a refresh token is active as well
			}
			if said {
				sus.Weight = 0.92
				sus.Because = append(sus.Because, words)
			}
		case said:
			sus.Grade, sus.Weight = cause.Strong, 0.85
			sus.Because = append(sus.Because, words)
		case s.other():
			return nil
		case encrypted && s.blamed():
			sus.Grade, sus.Weight = cause.Strong, 0.75
			sus.Because = append(sus.Because, s.verdictOf())
		case encrypted:
			sus.Grade, sus.Weight = cause.Likely, 0.5
		case s.blamed():
			sus.Grade, sus.Weight = cause.Likely, 0.28
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.2
		}
		sus.Raise = []cause.Raise{{Command: s.send(), Where: "here, with a token that was requested with this API as its audience",
			Would: "be let in if the form of the token is all that is wrong; such a token has two dots"}}
		sus.Remedies = []cause.Remedy{{
			ID: "request-with-audience", Title: "name the API when the token is requested", For: "client",
			Effect: "the identity provider issues a signed JWT for this API", Opens: "nothing",
			Steps: []string{
				"Auth0: add audience=API-IDENTIFIER to the authorization or token request; without it the token is opaque or encrypted",
				"others: scope of the API (Entra: api://API-ID/.default), or resource=URL (RFC 8707)",
				s.send(),
			},
			Verify: "the new token has two dots and names the API in aud; the request answers 2xx", Undo: "take the parameter out again",
		}, {
			ID: "introspect", Title: "let the API ask the issuer about opaque tokens", For: "server",
			Effect: "the API accepts opaque tokens of this issuer too", Opens: "the API to every token that the issuer calls active for it: check audience and scope in the answer",
			Steps:  []string{"configure token introspection (RFC 7662); Spring: spring.security.oauth2.resourceserver.opaquetoken.introspection-uri, client-id, client-secret"},
			Verify: "an active token passes, a revoked one and a made-up one are refused", Undo: "put the JWT decoder back",
		}}
		return s.consult(sus)
	},
}
