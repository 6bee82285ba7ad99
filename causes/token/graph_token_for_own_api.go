package token

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// graphSpeaks are marks of Graph's own answers and of calls to it.
var graphSpeaks = lazyregexp.New(`InvalidAuthenticationToken|Authorization_RequestDenied|graph\.microsoft\.com/(v1\.0|beta)`)

// GraphTokenForOwnAPI: a token for Microsoft Graph can be verified by Microsoft Graph only.
var GraphTokenForOwnAPI = &cause.Cause{
	ID:      "graph-token-for-own-api",
	Title:   "a token for Microsoft Graph was sent to another API",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"token-aud-mismatch", "jwt-signature-invalid-wrong-key", "jwks-kid-not-found", "token-iss-mismatch", "entra-v1-v2-issuer",
		"token-wrong-environment", "scope-missing-401", "credential-type-wrong", "token-revoked", "missing-www-authenticate"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil || s.jwt == nil {
			return nil
		}
		if !s.forGraph() {
			return nonceInHeader(s)
		}
		kinds := []string{signature.AudienceMismatch, signature.SignatureInvalid, signature.KidUnknown, signature.IssuerMismatch, signature.ScopeMissing}
		words, said := s.says(kinds...)
		sus := &cause.Suspicion{Because: []fact.Fact{v.Asked("The token's audience is %s: Microsoft Graph.", sayAll(s.claims.Audience))}}
		if s.jwt.Header.Nonce {
			sus.Because = append(sus.Because, v.Asked("Its header holds a nonce: others than Microsoft cannot verify its signature."))
		}
		switch {
		case !s.hostSeen() && graphSpeaks.MatchString(v.MachineText(heardLimit)+v.HumanText(heardLimit)):
			sus.Grade, sus.Weight = cause.Likely, 0.3 // it seems to have gone to Graph itself
		case said:
			sus.Grade, sus.Weight = cause.Proved, 0.97
			sus.Because = append(sus.Because, words)
		case s.aside() || s.other(kinds...):
			sus.Grade, sus.Weight, sus.Independent = cause.Strong, 0.35, true
		case s.blamed():
			sus.Grade, sus.Weight = cause.Strong, 0.92
			sus.Because = append(sus.Because, s.verdictOf())
		default:
			sus.Grade, sus.Weight = cause.Strong, 0.75
		}
		sus.Raise = []cause.Raise{{Command: s.send(), Where: "here, with a token that was requested for the scope api://API-ID/.default", Would: "be let in if the audience is all that is wrong"}}
		sus.Remedies = []cause.Remedy{
			s.newToken("request a token for this API", "aud names this API and its signature can be verified",
				"request the scope api://API-ID/SCOPE in place of User.Read or https://graph.microsoft.com/.default",
				"az account get-access-token --scope api://API-ID/.default --query accessToken -o tsv"), {
				ID: "expose-scope", Title: "expose a scope of the API's own, and call Graph on behalf of the user", For: "idp",
				Effect: "clients can ask for this API; Graph gets a token of its own", Opens: "the API to clients that are granted the scope",
				Steps: []string{
					"Entra admin center, App registrations, the API: Expose an API, Add a scope",
					"the client's registration: API permissions, add that scope; in MSAL's protectedResourceMap list the API with it",
				},
				Verify: "the token's aud is the API; a Graph token is still refused", Undo: "remove the scope from both registrations",
			}}
		return sus
	},
}

// nonceInHeader finds a token of which a record shows the header only: with a nonce in it, others than Microsoft find that
// the signature is wrong, and the nonce is in tokens for Microsoft's own APIs, of which Graph is the one that people get.
func nonceInHeader(s *sent) *cause.Suspicion {
	if !s.recorded() || !s.jwt.Header.Nonce || len(s.claims.Audience) > 0 {
		return nil
	}
	words, said := s.says(signature.SignatureInvalid, signature.KidUnknown)
	if !said {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.86, Because: []fact.Fact{words,
		s.v.Asked("The token's header holds a nonce, as tokens for Microsoft's own APIs do: others cannot verify their signature.")}}
}
