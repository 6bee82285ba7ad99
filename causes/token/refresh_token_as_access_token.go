package token

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// RefreshTokenAsAccessToken: a refresh token works at the token endpoint only (RFC 6749 1.5).
var RefreshTokenAsAccessToken = &cause.Cause{
	ID:      "refresh-token-as-access-token",
	Title:   "a refresh token was sent where an access token belongs",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"token-aud-mismatch", "credential-type-wrong", "token-revoked", "opaque-token-to-jwt-validator", "token-wrong-environment",
		"jwt-signature-invalid-wrong-key", "jwt-alg-mismatch", "scope-missing-401", "missing-www-authenticate", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil {
			return nil
		}
		mark := s.refreshToken()
		if mark == "" {
			return nil
		}
		// Keycloak signs refresh tokens with a key of its own, so "signature" and "algorithm" fit as well.
		kinds := []string{signature.TokenTypeWrong, signature.AudienceMismatch, signature.TokenMalformed, signature.AlgMismatch,
			signature.SignatureInvalid, signature.KidUnknown, signature.ClaimMissing, signature.ScopeMissing}
		words, said := s.says(kinds...)
		sus := &cause.Suspicion{Because: []fact.Fact{v.Asked("The token is a refresh token: %s.", mark)}}
		if s.jwt != nil && len(s.claims.Audience) > 0 {
			sus.Because = append(sus.Because, v.Asked("Its audience is %s.", sayAll(s.claims.Audience)))
		}
		switch {
		case said:
			sus.Grade, sus.Weight = cause.Proved, 0.95
			sus.Because = append(sus.Because, words)
		case s.aside() || s.other(kinds...):
			sus.Grade, sus.Weight, sus.Independent = cause.Strong, 0.35, true
		case s.blamed():
			sus.Grade, sus.Weight = cause.Strong, 0.9
			sus.Because = append(sus.Because, s.verdictOf())
		default:
			sus.Grade, sus.Weight = cause.Strong, 0.75
		}
		sus.Raise = []cause.Raise{{Command: s.send(), Where: "here, with the access_token of the same token answer", Would: "be let in if the kind of token is all that is wrong"}}
		sus.Remedies = []cause.Remedy{
			s.newToken("send the access token", "the API gets the token that is meant for it",
				"take access_token from the token answer, not refresh_token, and put it in TOKEN"), {
				ID: "separate-stores", Title: "keep both tokens under names of their own", For: "client",
				Effect: "the refresh token leaves the client for the token endpoint only", Opens: "nothing",
				Steps: []string{
					"one variable for each: ACCESS_TOKEN, REFRESH_TOKEN; the request code knows the first one only",
					"a refresh token that was sent to other servers should be revoked and replaced",
				},
				Verify: "requests to the API hold the access token; the refresh token is still refused there", Undo: "put the former names back",
			}}
		return sus
	},
}
