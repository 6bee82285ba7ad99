package token

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// JWKSKidNotFound: the verifier has no key of the token's kid (RFC 7515 4.1.4).
var JWKSKidNotFound = &cause.Cause{
	ID:      "jwks-kid-not-found",
	Title:   "the server knows no key with the token's key id",
	Family:  family,
	FaultAt: exchange.Application,
	Hides:   []string{"jwt-signature-invalid-wrong-key", "token-revoked", "credential-type-wrong", "missing-www-authenticate"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil || s.jwt == nil || s.jwt.Form == jwt.Encrypted {
			return nil
		}
		words, said := s.says(signature.KidUnknown)
		a := s.verified()
		gone := a != nil && a.Has(jose.KidUnknown) && s.unexplained(signature.KidUnknown, signature.SignatureInvalid)
		if !said && !gone || s.jwt.Header.Nonce && s.recorded() {
			return nil // Microsoft's tokens with a nonce verify nowhere else, whichever key is loaded
		}
		kid := s.jwt.Header.Kid
		sus := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: []fact.Fact{words}}
		if !said {
			sus.Because = []fact.Fact{s.verdictOf()}
		}
		look := `grep -c "$KID"`
		switch {
		case !s.headerSeen():
		case kid.Present():
			sus.Because = append(sus.Because, v.Asked("The token's header says kid %q, alg %q.", kid.Show, s.jwt.Header.Alg))
			look = "grep -c " + cause.QuoteWord(kid.Show)
		default:
			sus.Because = append(sus.Because, v.Asked("The token's header has no kid, so the key must be guessed."))
			sus.Title = "the token names no key id, and the server cannot pick a key"
			sus.FaultAt = exchange.IdentityProvider
		}
		jwks := `curl -s "$JWKS_URI"`
		if iss := s.claims.Issuer; iss.Present() && strings.HasPrefix(iss.Show, "http") {
			jwks = "curl -s " + cause.QuoteWord(strings.TrimSuffix(iss.Show, "/")+"/.well-known/openid-configuration") +
				` | python3 -c 'import json,sys;print(json.load(sys.stdin)["jwks_uri"])' | xargs curl -s`
		}
		sus.Raise = []cause.Raise{{Command: jwks + " | " + look, Where: "on the API's machine",
			Would: "say 1 when the issuer publishes the key (the API's copy is old), 0 when the token comes from another issuer or its key is withdrawn"}}
		sus.Remedies = []cause.Remedy{{
			ID: "reload-keys", Title: "let the API load the issuer's keys anew", For: "server",
			Effect: "the API knows the present keys", Opens: "nothing",
			Steps:  append(s.setting(forKeys), "restart the API (first aid)", "check that jwks_uri in its settings is the issuer's: "+jwks),
			Verify: "the same request answers 2xx; a token signed with another key is still refused", Undo: "none needed",
		}, {
			ID: "refetch-on-unknown-kid", Title: "fetch the keys again when a key id is unknown, and limit their age", For: "server",
			Effect: "a rotation of keys needs no restart", Opens: "nothing; limit it to a few fetches a minute",
			Steps: []string{
				"jwks-rsa: cache: true, rateLimit: true, jwksRequestsPerMinute: 10; ASP.NET Core: RefreshOnIssuerKeyNotFound = true",
				"at the issuer: publish a new key some hours before it signs, and keep the old one until its last token has ended",
			},
			Verify: "after a rotation the next request passes", Undo: "put the former cache settings back",
		}, s.newToken("or sign in again, if the token is old or of another issuer", "the token is signed with a published key", "get a new token and put it in TOKEN")}
		switch {
		case a == nil:
		case a.OK:
			// Published, and the very key that made the signature: the API's copy is old, or of another issuer.
			sus.Weight, sus.FaultAt = 0.92, exchange.Application
			if s.exactly(signature.KidUnknown) {
				sus.Grade = cause.Proved
			}
			sus.Title = "the server's copy of the issuer's keys lacks the token's key"
			sus.Because = append(sus.Because, s.aboutKeys("The issuer publishes that key, and it made the token's signature.")...)
		case a.Has(jose.KidUnknown):
			sus.FaultAt, sus.Title = exchange.Client, "the token's key is not among those that its issuer publishes"
			sus.Weight = 0.88
			if said && s.exactly(signature.KidUnknown) {
				sus.Grade, sus.Weight = cause.Proved, 0.95
			}
			sus.Because = append(sus.Because, s.aboutKeys("Its issuer publishes %d keys, and none has that key id.", len(s.v.Published().Keys.Keys))...)
			last := len(sus.Remedies) - 1
			fresh := sus.Remedies[last]
			fresh.Title = "get a new token: the old one's key was withdrawn, or it is of another environment"
			sus.Remedies = []cause.Remedy{fresh, {
				ID: "keep-old-keys", Title: "publish an old key until the last token that it signed has ended", For: "idp",
				Effect: "a rotation of keys ends no token early", Opens: "nothing: a key that may be in wrong hands is withdrawn at once, all the same",
				Steps:  []string{"Keycloak: Realm settings, Keys: set the old provider to passive, not deleted", "publish a new key some hours before it signs"},
				Verify: "a token from before the rotation passes until its end", Undo: "withdraw the old key",
			}}
		}
		return s.consult(sus)
	},
}
