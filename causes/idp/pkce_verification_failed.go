package idp

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// PKCEVerificationFailed: the code_verifier does not make the code_challenge of the authorization request (RFC 7636 4.6).
// Both are in the record, so it is computed again.
var PKCEVerificationFailed = &cause.Cause{
	ID:        "pkce-verification-failed",
	Title:     "code_verifier does not make the code_challenge that was sent",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides("authorization-code-used-or-expired", "authorization-code-binding-mismatch"),
	Partial:   true,
	Suspect: orQuoted("pkce-verification-failed", func(v *cause.View) *cause.Suspicion {
		t := redeemed(v)
		if t == nil {
			return nil
		}
		told := v.Described("pkce", "code_verifier", "code verifier", "code challenge", "code_challenge", "aadsts501481")
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.92, Because: []fact.Fact{answered(t.X, t.Error())}, Remedies: verifierRemedies()}
		p := t.PKCE()
		method := t.Method()
		switch p {
		case oauthflow.NoVerifier:
			s.Title = "code_verifier is missing in the token request"
			s.Because = append(s.Because, fact.At(number(t.For.X), "The authorization request sent a code_challenge (%s).", method),
				fact.At(t.X.N, "The token request sends no code_verifier."))
		case oauthflow.NoChallenge:
			if !told {
				return nil // many servers let that pass
			}
			s.Title = "a code_verifier was sent for a login without code_challenge"
			s.Because = append(s.Because, fact.At(number(t.For.X), "The authorization request sent no code_challenge; the token request sends a code_verifier."))
		case oauthflow.WrongPlain:
			s.Title = "code_challenge is the verifier itself, though S256 was said"
			s.Because = append(s.Because, fact.At(number(t.For.X), "code_challenge_method is S256, and code_challenge is the very code_verifier, not its hash."))
		case oauthflow.WrongHashed:
			s.Title = "code_challenge is hashed, and code_challenge_method does not say S256"
			s.Because = append(s.Because, fact.At(number(t.For.X), "code_challenge is the verifier's hash; without code_challenge_method=S256 it is taken for plain (RFC 7636 4.3)."))
		case oauthflow.WrongCoding:
			s.Title = "code_challenge is coded in another way than base64url"
			s.Because = append(s.Because, fact.At(number(t.For.X), "code_challenge is the right hash, written in hexadecimal, in the + / alphabet or with = at its end; base64url without padding is wanted (RFC 7636 4.2)."))
		case oauthflow.Mismatch:
			s.Because = append(s.Because, fact.At(number(t.For.X), "Computed again (%s), the challenge of the verifier of request %d is another one than this authorization request sent.", method, t.X.N))
		default:
			if !told || v.Recorded() && p != oauthflow.NotKnown {
				return nil
			}
			s.Grade, s.Weight = cause.Likely, 0.7
			s.Because = append(s.Because, fact.At(t.X.N, "It speaks of the code verifier; the authorization request is not in the record."))
			s.Raise = []cause.Raise{{Command: `printf %s "$CODE_VERIFIER" | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '='`,
				Where: "here, with the verifier of this login", Would: "print code_challenge as the authorization request must have sent it (S256)"}}
			return s
		}
		// A server that verifies refuses this; one that does not know PKCE would not have minded.
		switch {
		case told:
			s.Grade = cause.Proved
		case v.Flow().Meta.Verifies(t, method) || v.Flow().Meta.Verifies(t, "S256"):
			s.Grade = cause.Proved
			s.Because = append(s.Because, fact.At(v.Flow().Meta.X.N, "The provider's metadata says that it verifies PKCE (code_challenge_methods_supported)."))
		}
		return s
	}),
}

func verifierRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "keep-verifier", Title: "keep the verifier of each login apart, under its state", For: "client", Effect: "the verifier that is sent is the one whose hash was sent", Opens: "nothing",
		Steps: []string{
			"Store the verifier under the state before the redirect, and read it by the state that comes back; one place for all tabs is overwritten by the second login.",
			`code_challenge = BASE64URL(SHA256(code_verifier)), without "=", with code_challenge_method=S256`,
		},
		Verify: "after a new login the token endpoint answers 200; with another verifier it still answers invalid_grant", Undo: "restore the former storage",
	}, {
		ID: "use-a-library", Title: "leave it to a library", For: "client", Effect: "challenge and verifier fit by construction", Opens: "nothing",
		Steps: []string{"JavaScript: oauth4webapi or openid-client    Python: authlib    Go: golang.org/x/oauth2 (GenerateVerifier, S256ChallengeOption, VerifierOption)"}, Undo: "none needed",
	}}
}
