package idp

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// PKCERequired: the authorization server wants PKCE, or another method of it, and the authorization request does not have
// it (RFC 7636 4.4.1, RFC 9700 2.1.1).
var PKCERequired = &cause.Cause{
	ID:        "pkce-required",
	Title:     "the login is begun without PKCE, which the provider wants",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides(),
	Partial:   true,
	Suspect: orQuoted("pkce-required", func(v *cause.View) *cause.Suspicion {
		code, x := v.FlowError()
		if code != "invalid_request" && code != "invalid_grant" || !v.Described("pkce", "code_challenge", "code challenge", "aadsts9002325") {
			return nil
		}
		p, ok := asked(v)
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: []fact.Fact{answered(x, code), fact.At(x.N, "Its error_description speaks of PKCE or code_challenge.")}, Remedies: pkceRemedies()}
		switch {
		case !ok:
			s.Grade, s.Weight = cause.Likely, 0.7
		case !p.Has("code_challenge") && !p.Has("code_verifier"):
			s.Grade = cause.Proved
			s.Because = append(s.Because, fact.Given("the authorization request", "It has no code_challenge."))
		case p.Has("code_challenge") && p.Show("code_challenge_method") != "S256":
			s.Title = "the provider does not take the method of this code_challenge"
			method := "is missing, which means plain"
			if p.Has("code_challenge_method") {
				method = "is " + p.Show("code_challenge_method")
			}
			s.Because = append(s.Because, fact.Given("the authorization request", "code_challenge_method %s.", method))
		default:
			return nil
		}
		return s
	}),
}

func pkceRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "send-challenge", Title: "begin the login with a code_challenge (S256)", For: "client", Effect: "the provider begins the login, and only who began it can redeem the code", Opens: "nothing",
		Steps: []string{
			"code_verifier: 43 to 128 random characters, new for each login; code_challenge = BASE64URL(SHA256(code_verifier)); code_challenge_method=S256",
			"Send code_verifier in the token request. Most libraries do all of it: passport pkce: true, Spring Security ClientAuthenticationMethod.NONE or requireProofKey(true), AppAuth always.",
		},
		Verify: "the login page comes in place of the error; a token request without code_verifier is refused", Undo: "leave the parameters out",
	}, {
		ID: "renew-library", Title: "use a library that does PKCE by itself", For: "client", Effect: "the next provider that wants it gets it", Opens: "nothing",
		Steps: []string{"OAuth 2.1 and RFC 9700 want PKCE of every client of the code flow."}, Undo: "none needed",
	}}
}
