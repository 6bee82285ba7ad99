package token

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
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
			return unitInText(v)
		}
		what, effect, sure := unit(s.claims)
		if what == "" {
			return unitInText(v)
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
		case effect == neverLived && s.recorded():
			sus.Grade, sus.Weight = cause.Likely, 0.75 // whatever clock judges it, it is over at once
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
		case effect == seemsEternal && s.recorded():
			sus.Grade, sus.Weight = cause.Likely, 0.75
		case effect == seemsEternal:
			// A verifier that reads seconds sees an end in the far future and lets it in, unless it limits the life.
			sus.Grade, sus.Weight = cause.Likely, 0.45
		case s.blamed() && sure:
			sus.Grade, sus.Weight = cause.Strong, 0.85
			sus.Because = append(sus.Because, s.verdictOf())
		case sure && s.recorded():
			sus.Grade, sus.Weight = cause.Likely, 0.8 // who told of it need not have kept the verifier's words
		case sure:
			sus.Grade, sus.Weight = cause.Likely, 0.65
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.5
		}
		return unitRemedies(sus)
	},
}

// epoch are times in what programs wrote that no clock shows: an end in the first days of 1970, as a duration read as a
// point in time gives, or a year with five digits, as milliseconds read as seconds give.
var (
	epoch   = lazyregexp.New(`(?i)\b(exp|expire[sd]?|expiration|expiredat|expiry|lifetime|validto)\b[^\n]{0,80}?(\b1970-01-|\bjan(uary)? 0?\d,? 1970|\b0?\d/0?1/1970|\b0?1/0?\d/1970|1970-01-\d\d)`)
	farAway = lazyregexp.New(`(?i)\b(exp|expire[sd]?|expiration|expiredat|iat|nbf|not before|notbefore|issued at|prior to|validfrom|validto)\b[^\n]{0,60}?[+ '":](\+?[1-9]\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/[1-9]\d{4}\b)`)
	millis  = lazyregexp.New(`(?i)\b(exp|iat|nbf)\b["'\x60]?\s*(?:[:=]|is|of|was|->)?\s*["']?1\d{12}\b`)
)

var (
	inCode   = lazyregexp.New(`(?i)\b(?:exp|iat|nbf)\b["']?\s*[:=]\s*[^\n/]{0,24}(?:Date\.now\(\)|new Date\(\)\.(?:getTime|valueOf)\(\)|\+\s?new Date\(\)|System\.currentTimeMillis\(\))([^\n,}]{0,60})`)
	seconds  = lazyregexp.New(`/\s*1_?000|/\s*1e3`)
	textSpan = lazyregexp.New(`expiresIn["']?\s*:\s*["']\d{2,}["']`)
)

// expired are jsonwebtoken's words for a token whose time is over.
var expired = lazyregexp.New(`jwt expired|TokenExpiredError`)

// written13 reports code that puts milliseconds into a time claim.
func written13(text string) bool {
	for _, m := range inCode.FindAllStringSubmatch(text, 6) {
		if !seconds.MatchString(m[1]) {
			return true
		}
	}
	return false
}

// unitInText finds such times in a record that shows no token.
func unitInText(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	text := v.MachineText(heardLimit)
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.88}
	switch {
	case epoch.MatchString(text):
		s.Title = "a time in the token is a duration, not a point in time"
		s.Because = []fact.Fact{v.Saw("The text puts the token's end into the first days of 1970: a duration was read as a point in time.")}
	case farAway.MatchString(text):
		s.Because = []fact.Fact{v.Saw("The text holds a year of five digits: milliseconds were read as seconds.")}
	case millis.MatchString(text + v.HumanText(heardLimit)):
		s.Grade, s.Weight = cause.Likely, 0.8
		s.Because = []fact.Fact{v.Saw("A time claim with thirteen digits is shown: milliseconds, where seconds belong.")}
	case written13(text):
		s.Grade, s.Weight = cause.Strong, 0.9
		s.Because = []fact.Fact{v.Asked("The code writes a time claim from a clock that counts milliseconds, and does not divide by 1000.")}
	case textSpan.MatchString(text):
		s.Grade, s.Weight = cause.Likely, 0.7
		if expired.MatchString(text) {
			s.Grade, s.Weight = cause.Strong, 0.88
		}
		s.Because = []fact.Fact{v.Asked("The code gives expiresIn as a text of digits, which jsonwebtoken reads as milliseconds.")}
	default:
		return nil
	}
	return unitRemedies(s)
}

func unitRemedies(sus *cause.Suspicion) *cause.Suspicion {
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
}
