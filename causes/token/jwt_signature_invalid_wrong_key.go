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

// JWTSignatureInvalidWrongKey: the signature does not verify with the key the API has. Which of both sides has the
// wrong one cannot be told from outside.
var JWTSignatureInvalidWrongKey = &cause.Cause{
	ID:      "jwt-signature-invalid-wrong-key",
	Title:   "the token's signature does not fit the server's key",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"token-revoked", "credential-type-wrong", "missing-www-authenticate"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil || s.jwt == nil || s.jwt.Form == jwt.Encrypted {
			return nil
		}
		words, said := s.says(signature.SignatureInvalid)
		a := s.verified()
		forged := a != nil && len(a.Reasons) > 0 && a.Reasons[0].Word == jose.OtherKey && a.Signer < 0 && !s.jwt.Header.Nonce && s.unexplained(signature.SignatureInvalid)
		if !said && !forged {
			return s.unchecked()
		}
		h := s.jwt.Header
		if !said {
			words = s.verdictOf()
		}
		sus := &cause.Suspicion{Grade: cause.Strong, Weight: 0.8, Because: []fact.Fact{words,
			v.Asked("The token is whole: alg %q, a signature of %d bytes.", h.Alg, s.jwt.SigBytes)}}
		if !s.headerSeen() {
			sus.Weight, sus.Because = 0.7, sus.Because[:1]
		} else if s.jwt.Form == jwt.Unsecured {
			sus.Title = "the token has no signature"
			sus.Because[1] = v.Asked("The token has no signature (alg %q).", h.Alg)
			sus.Grade, sus.Weight = cause.Proved, 0.9
		}
		if s.recorded() && sus.Grade == cause.Strong {
			sus.Grade = cause.Likely // keys, algorithms and tokens for others end in the same words
		}
		shared := strings.HasPrefix(h.Alg, "HS")
		raise := cause.Raise{Command: `curl -s "$JWKS_URI" | python3 -m json.tool`, Where: "on the API's machine, with the jwks_uri of its settings",
			Would: "show the keys that the API takes; the token's key must be among them"}
		if h.Kid.Present() {
			raise.Would = "show the keys that the API takes; the token says kid " + h.Kid.Show
		}
		if s.claims.Issuer.Present() {
			sus.Because = append(sus.Because, v.Asked("It says it comes from %q.", s.claims.Issuer.Show))
		}
		if shared {
			raise = cause.Raise{
				Command: `python3 -c 'import os,hmac,hashlib,base64 as b;t=os.environ["TOKEN"];m,_,s=t.rpartition(".");k=os.environ["KEY"];f=lambda x:b.urlsafe_b64encode(hmac.new(x,m.encode(),hashlib.` +
					map[string]string{"HS384": "sha384", "HS512": "sha512"}[h.Alg] + map[bool]string{true: "sha256"}[h.Alg == "HS256"] +
					`).digest()).decode().rstrip("=");print("raw key fits:",f(k.encode())==s);print("base64 key fits:",f(b.b64decode(k+"="*(-len(k)%4)))==s)'`,
				Where: "on the API's machine, with TOKEN and the API's secret in KEY",
				Would: "say whether the API's secret made the signature, and whether it must be taken raw or as base64"}
		}
		sus.Raise = []cause.Raise{raise}
		sus.Remedies = []cause.Remedy{
			s.newToken("get a token from the issuer that this API trusts", "the signature is made with the key that the API has",
				"sign in at the identity provider of this API (same stage, same tenant) and put the token in TOKEN"), {
				ID: "same-key", Title: "give both sides the same key, in the same encoding", For: "server",
				Effect: "the API verifies what the issuer signs", Opens: "nothing, as long as the key is the issuer's",
				Steps: []string{
					"shared secret: agree on raw text or base64; jjwt's signWith(alg, String) takes base64, jsonwebtoken takes raw text: Buffer.from(secret, 'base64')",
					"public key: point jwks_uri at the issuer whose tokens are sent, and restart the API if it keeps old keys",
				},
				Verify: "a token of the issuer passes; one signed with another key is still refused", Undo: "put the former key back",
			}}
		switch {
		case forged:
			sus.Title = "the token's signature is of none of its issuer's keys"
			sus.Because = append(sus.Because, s.aboutKeys("The issuer's published key of that key id did not make the signature: the token was changed, or another environment signed it.")...)
			sus.Weight = 0.93
			if said && s.exactly(signature.SignatureInvalid) {
				sus.Grade = cause.Proved
			}
		case said && s.cleared():
			// It fits the issuer's published key, and the API says that it does not fit its own.
			sus.Weight, sus.FaultAt = 0.92, exchange.Application
			if s.exactly(signature.SignatureInvalid) {
				sus.Grade = cause.Proved
			}
			sus.Title = "the server checks with another key than its issuer's"
			sus.Because = append(sus.Because, s.aboutKeys("One of the keys that the issuer publishes made the token's signature.")...)
			sus.Remedies = []cause.Remedy{sus.Remedies[1], sus.Remedies[0]}
			sus.Remedies[0].Steps = append(s.setting(forKeys), sus.Remedies[0].Steps...)
		}
		return s.consult(sus)
	},
}

// unchecked is the bare possibility that the signature is what an answer without a reason means. It is there to have the
// issuer's keys read, and ends when they were.
func (s *sent) unchecked() *cause.Suspicion {
	p := s.v.Published()
	if s.jwt.Form != jwt.Signed || len(p.Wants)+len(p.Unnamed) == 0 || p.Signed != nil || s.recorded() || !s.unexplained() {
		return nil
	}
	sus := &cause.Suspicion{Grade: cause.Likely, Weight: 0.3, Because: []fact.Fact{s.verdictOf(), s.v.Asked("Whether the token's signature fits its issuer's keys was not checked.")}}
	return s.consult(sus)
}
