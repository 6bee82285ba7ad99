package token

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// JWTClaimUnitWrong: exp, nbf or iat is no point in time in seconds (RFC 7519 2, NumericDate).
var JWTClaimUnitWrong = &cause.Cause{
	ID:      "jwt-claim-unit-wrong",
	Title:   "a time in the token is not written in seconds",
	Family:  family,
	FaultAt: exchange.IdentityProvider,
	Hides:   []string{"token-expired", "token-not-yet-valid", "clock-skew-generic", "token-revoked", "missing-www-authenticate"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := readJWT(v)
		if s == nil {
			return nil
		}
		what, effect, sure := unit(s.claims)
		if what == "" {
			return nil
		}
		meanings := map[unitEffect][]string{
			seemsFuture:  {signature.NotYetValid},
			seemsExpired: {signature.TokenExpired},
			seemsEternal: {},
			unreadable:   {signature.TokenMalformed, signature.ClaimMissing},
			neverLived:   {signature.TokenExpired},
		}[effect]
		words, said := s.says(meanings...)
		sus := &cause.Suspicion{Title: "a time in the token is wrong: " + what, Because: []fact.Fact{v.Asked("In the token, %s.", what)}}
		if len(sus.Title) > 72 {
			sus.Title = ""
		}
		switch {
		case effect == neverLived:
			// That it has expired is sure; that a unit made it so is a guess.
			sus.Grade, sus.Weight = cause.Likely, 0.4
		case said && sure:
			sus.Grade, sus.Weight = cause.Proved, 0.95
			sus.Because = append(sus.Because, words)
		case said:
			sus.Grade, sus.Weight = cause.Strong, 0.9
			sus.Because = append(sus.Because, words)
		case s.aside() || s.other(meanings...):
			if !sure {
				return nil
			}
			sus.Grade, sus.Weight, sus.Independent = cause.Strong, 0.35, true
		case effect == seemsEternal:
			// A verifier that reads seconds sees an end in the far future and lets it in, unless it limits the life.
			sus.Grade, sus.Weight = cause.Likely, 0.45
		case s.blamed() && sure:
			sus.Grade, sus.Weight = cause.Strong, 0.85
			sus.Because = append(sus.Because, s.verdictOf())
		case sure:
			sus.Grade, sus.Weight = cause.Likely, 0.65
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.5
		}
		sus.Raise = []cause.Raise{{Command: claimsCommand, Where: "here", Would: "show exp, nbf and iat: ten digits each, exp behind iat by the wanted lifetime"}}
		sus.Remedies = []cause.Remedy{{
			ID: "seconds", Title: "write the times in seconds", For: "idp",
			Effect: "verifiers read the times as they are meant", Opens: "nothing",
			Steps: []string{
				"JavaScript: Math.floor(Date.now() / 1000), not Date.now()",
				"Java: Instant.now().getEpochSecond(), not System.currentTimeMillis()",
				`jsonwebtoken: expiresIn: 3600 or "1h"; the text "3600" is read as milliseconds`,
			},
			Verify: "exp minus iat is the wanted lifetime in seconds; a new token passes, an old one is refused", Undo: "put the former expression back",
		}, {
			ID: "check-at-issue", Title: "test the issued token with a second library", For: "idp",
			Effect: "a wrong unit is seen before users see it", Opens: "nothing",
			Steps:  []string{claimsCommand, `in a test: assert iat <= now < exp and exp - iat < 86400`},
			Verify: "the test fails when the unit is wrong", Undo: "remove the test",
		}}
		return sus
	},
}
