package token

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// IDTokenAsAccessToken: an ID token, which is for the client that signed the user in, was sent to an API.
var IDTokenAsAccessToken = &cause.Cause{
	ID:      "id-token-as-access-token",
	Title:   "an ID token was sent where an access token belongs",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"token-aud-mismatch", "scope-missing-401", "credential-type-wrong", "token-revoked", "token-wrong-environment",
		"missing-www-authenticate", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := readJWT(v)
		if s == nil {
			return idTokenInCode(v)
		}
		mark, sure := s.idToken()
		if mark == "" {
			return nil
		}
		kinds := []string{signature.AudienceMismatch, signature.TokenTypeWrong, signature.ScopeMissing, signature.ClaimMissing}
		words, said := s.says(kinds...)
		if s.aside() || s.other(kinds...) {
			return nil // it may well be the token that is wanted here
		}
		api, named := s.notForResource()
		sus := &cause.Suspicion{Because: []fact.Fact{v.Asked("The token is an ID token: %s.", mark)}}
		if len(s.claims.Audience) > 0 {
			sus.Because = append(sus.Because, v.Asked("It is for the audience %s, the client that signed the user in.", sayAll(s.claims.Audience)))
		}
		switch {
		case !sure && s.partly():
			sus.Grade, sus.Weight = cause.Likely, 0.35 // a scope may be among the claims that are not shown
		case named && !said && s.unexplained(kinds...):
			sus.Grade, sus.Weight = cause.Strong, 0.92
			sus.Because = append(sus.Because, api, s.verdictOf())
		case said && sure:
			sus.Grade, sus.Weight = cause.Proved, 0.95
			sus.Because = append(sus.Because, words)
		case said:
			sus.Grade, sus.Weight = cause.Strong, 0.9
			sus.Because = append(sus.Because, words)
		case s.blamed() && sure:
			sus.Grade, sus.Weight = cause.Strong, 0.85
			sus.Because = append(sus.Because, s.verdictOf())
		case sure:
			sus.Grade, sus.Weight = cause.Likely, 0.65
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.45
		}
		return s.accessInstead(sus)
	},
}

var (
	idAssigned = lazyregexp.New(`(?i)\baccess_?token["'\]]*\s*[:=]\s*[^\n;=]{0,60}\bid_?token\b`)
	idSent     = lazyregexp.New(`(?i)(?:\bbearer |authorization)[^\n;]{0,60}\b(?:raw)?id_?token\b`)
	idWanted   = lazyregexp.New(`(?i)firebase|cognito|cloud run|run\.app|\biap\b|kubernetes|kubectl|execute-api`)
)

// idTokenInCode knows it by the code that sends the token. Services that take ID tokens by design are left out.
func idTokenInCode(v *cause.View) *cause.Suspicion {
	text := v.MachineText(heardLimit)
	if !v.Recorded() || idWanted.MatchString(text+v.HumanText(heardLimit)) {
		return nil
	}
	s := &sent{v: v, cred: cred.Credential{In: cred.InHeader, Place: "Authorization"}}
	switch {
	case idAssigned.MatchString(text):
		return s.accessInstead(&cause.Suspicion{Grade: cause.Strong, Weight: 0.88, Because: []fact.Fact{v.Asked("The code puts the ID token where the access token belongs.")}})
	case idSent.MatchString(text) && refusesKind(v):
		return s.accessInstead(&cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: []fact.Fact{v.Asked("The code sends the ID token in Authorization."),
			v.Saw("The answer refuses the token's audience or kind.")}})
	case idSent.MatchString(text):
		return s.accessInstead(&cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Because: []fact.Fact{v.Asked("The code sends the ID token in Authorization.")}})
	}
	return nil
}

func refusesKind(v *cause.View) bool {
	_, ok := v.Means(signature.AudienceMismatch, signature.TokenTypeWrong, signature.ScopeMissing)
	return ok || strings.Contains(strings.ToLower(v.Challenges.Find("Bearer").Value("error_description")), "audience")
}

// accessInstead adds what helps.
func (s *sent) accessInstead(sus *cause.Suspicion) *cause.Suspicion {
	sus.Raise = []cause.Raise{{Command: s.send(), Where: "here, with the access_token of the same token answer", Would: "be let in if the kind of token is all that is wrong"}}
	sus.Remedies = []cause.Remedy{
		s.newToken("send the access token", "the API gets the token that is meant for it",
			"take access_token from the token answer, not id_token, and put it in TOKEN"), {
			ID: "request-api-scope", Title: "ask for an access token for this API when signing in", For: "client",
			Effect: "the access token names the API as its audience", Opens: "nothing",
			Steps: []string{
				"add the API to the authorization request: scope=api://API-ID/SCOPE (Entra), audience=API (Auth0), resource=URL (RFC 8707)",
				"in the client, keep id_token for showing who is signed in and access_token for requests",
			},
			Verify: "the token's aud names the API; the ID token is still refused", Undo: "take the scope out of the authorization request",
		}}
	return sus
}
