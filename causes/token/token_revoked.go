package token

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// TokenRevoked: the token was withdrawn before its end (RFC 7009), or was never known.
var TokenRevoked = &cause.Cause{
	ID:      "token-revoked",
	Title:   "the token was withdrawn, or is not known to the server",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"missing-www-authenticate", "403-means-401", "wrong-password"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil {
			return unknownKey(v)
		}
		if s.aside() {
			return nil
		}
		words, said := s.says(signature.TokenRevoked)
		sus := &cause.Suspicion{}
		if end, ok := s.expires(); ok {
			now := s.clock()
			if now.now.IsZero() || now.now.After(end) {
				return nil
			}
			sus.Because = append(sus.Because, v.Asked("The token's own time is not over: exp is %s, in %s.", stamp(end), span(end.Sub(now.now))))
		}
		state := s.v.Published().State
		if state != nil && state.Active && !said {
			return nil // the issuer calls it active
		}
		switch {
		case state != nil && !state.Active && (said || s.unexplained(signature.TokenRevoked, signature.TokenExpired)):
			sus.Grade, sus.Weight = cause.Strong, 0.92
			sus.Title = "the issuer calls the token inactive: ended, withdrawn or not its own"
			if s.v.Published().Genuine() {
				sus.Title = "the issuer has withdrawn the token"
				sus.Because = append(sus.Because, fact.At(s.v.Published().KeysN, "A key that the issuer publishes made the token's signature: it did issue it."))
			}
			sus.Because = append(sus.Because, fact.At(s.v.Published().StateN, "The issuer's introspection endpoint says: active is false (RFC 7662 2.2)."), s.verdictOf())
		case said:
			sus.Grade, sus.Weight, sus.Title = cause.Strong, 0.88, "the token was withdrawn"
			sus.Because = append([]fact.Fact{words}, sus.Because...)
		case s.jwt == nil && !s.blamed() && len(s.v.Published().Wants) > 0 && s.unexplained():
			sus.Grade, sus.Weight = cause.Likely, 0.3 // the issuer can be asked
			sus.Because = append(sus.Because, s.verdictOf())
		case s.other() || !s.blamed():
			return nil
		case s.jwt == nil:
			sus.Grade, sus.Weight = cause.Likely, 0.55
			if s.recorded() {
				sus.Weight = 0.4
			}
			sus.Because = append(sus.Because, s.verdictOf(), v.Asked("The token is well formed (%d characters), and shows no time or audience of its own.", s.cred.Value.Len()))
		case s.odd():
			return nil
		case s.cleared():
			// All that can be seen from here is right. The API's own settings may as well be wrong: no verdict.
			sus.Grade, sus.Weight = cause.Likely, 0.4
			sus.Because = append(sus.Because, s.aboutKeys("Its issuer's published key made the signature, the API trusts that issuer, and the times fit.")...)
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.5
			if s.recorded() && s.partly() {
				sus.Weight = 0.4 // what the token does not show may be what is wrong
			}
			sus.Because = append(sus.Because, s.verdictOf())
		}
		sus.Raise = []cause.Raise{{
			Command: `curl -s -u "$CLIENT_ID:$CLIENT_SECRET" -d "token=$TOKEN" "$ISSUER/introspect"`,
			Where:   "where the issuer's client secret is kept; ISSUER/introspect is its introspection_endpoint (RFC 7662)",
			Would:   `answer {"active":false} for a token that was withdrawn or never issued`,
		}, {Command: s.send(), Where: "here, with a token that was issued just now", Would: "be let in if the old token is all that is wrong"}}
		if s.cleared() {
			sus.Raise = append([]cause.Raise{{Command: `grep -rniE 'issuer|audience|jwks' .`, Where: "in the API's settings",
				Would: "show an issuer, audience or key address that the token does not fit: by what is published, the token itself is right"}}, sus.Raise...)
		}
		sus.Remedies = []cause.Remedy{
			s.newToken("get a new token", "the server knows it", "sign in again, or make a new token where the old one was made, and put it in TOKEN"), {
				ID: "find-who-revoked", Title: "find out what withdrew it", For: "client",
				Effect: "the next token is not withdrawn the same way", Opens: "nothing",
				Steps: []string{
					"look for: log-out elsewhere, a changed password, a deleted key, a secret scanner that found it in a public place, a refresh token used twice",
					"read the issuer's audit log for the time of the first refusal",
				},
				Verify: "the new token still works a day later", Undo: "none needed",
			}}
		return s.consult(sus)
	},
}

// unknownKey is an API key, or an opaque token under a word of its own, that the server says it does not accept.
func unknownKey(v *cause.View) *cause.Suspicion {
	c, ok := v.Arrived(cred.APIKey)
	if !ok || !v.Refused() || v.Answer.Status() == 407 {
		return nil
	}
	if slices.ContainsFunc(deformed, c.Has) {
		return nil
	}
	m, said := v.Means(signature.TokenInvalid, signature.CredentialInvalid, signature.TokenRevoked)
	if !said {
		return nil
	}
	s := &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.55, Title: "the key was withdrawn, or is not known to the server",
		Because: []fact.Fact{m.Because, v.Asked("The key is well formed (%d characters).", c.Value.Len())},
		Trials: []cause.Trial{cause.Anonymous().Predicting("other words: a missing key is not a wrong one",
			func(failing, seen *exchange.Exchange) bool { return !cause.Passed(seen) && !cause.Alike(failing, seen) }).Carrying(cause.Likely)},
		Raise: []cause.Raise{{Command: "curl -i " + cause.Quote(v.Request.URL), Where: "here, with a key that was made just now", Would: "be let in if the old key is all that is wrong"}},
		Remedies: []cause.Remedy{{
			ID: "new-token", Title: "make a new key", For: "client", Effect: "the server knows it", Opens: "nothing",
			Steps:  []string{"make a new key where the old one was made, and compare its first and last characters with what the program sends"},
			Verify: "the same request answers 2xx; without a key it is refused", Undo: "withdraw the new key",
		}},
	}
	if m.Meaning == signature.TokenRevoked {
		s.Grade, s.Weight, s.Title = cause.Strong, 0.85, "the key was withdrawn"
	}
	return s
}
