package clock

import (
	"fmt"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// leeway is what verifiers commonly forgive.
const leeway = 5 * time.Minute

// TokenNotYetValid: nbf, or iat, lies after the time at which the server judged the token (RFC 7519 4.1.5, 4.1.6).
var TokenNotYetValid = &cause.Cause{
	ID:      "token-not-yet-valid",
	Title:   "the token's time has not come yet",
	Family:  family,
	FaultAt: exchange.IdentityProvider,
	Hides: []string{"clock-skew-generic", "jwt-claim-unit-wrong", "token-revoked", "token-wrong-environment", "credential-type-wrong", "missing-www-authenticate",
		"unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if c, ok := v.Compared(); ok && c.Early() && v.Recorded() {
			return finish(v, cause.SuspectAt(cause.Strong, 0.9, c.From, "The log names a beginning of the token's time that its clock had not reached."), time.Time{})
		}
		if s := integerAsked(v); s != nil {
			return finish(v, s, time.Time{})
		}
		if !refused(v) {
			return nil
		}
		words, said := v.Means(signature.NotYetValid)
		_, t, ok := token(v)
		now, slack, dated := server(v)
		if !ok || !dated {
			if !said {
				return nil
			}
			return finish(v, &cause.Suspicion{Grade: cause.Strong, Weight: 0.8, Because: []fact.Fact{words.Because}}, time.Time{})
		}
		nbf, hasNbf := at(t.Claims.Nbf)
		iat, hasIat := at(t.Claims.Iat)
		begin, name := nbf, "nbf"
		if !hasNbf || hasIat && iat.After(nbf) {
			begin, name = iat, "iat"
		}
		early := begin.Sub(now)
		if t.Claims.Nbf.Milliseconds || t.Claims.Iat.Milliseconds {
			return nil // jwt-claim-unit-wrong
		}
		s := &cause.Suspicion{}
		if hasNbf && hasIat && nbf.Sub(iat) > time.Minute {
			s.FaultAt = exchange.Client // it was meant to begin later
			s.Title = "the token is used before the time from which it is valid"
		} else if d, known := ahead(v); known && (d > 30*time.Second || d < -30*time.Second) && begin.Sub(v.Answer.Sent) < 30*time.Second {
			s.FaultAt = exchange.Application // issuer and this machine agree, the server's clock is late
			s.Title = "the server's clock is behind: the token's time has not come there"
		}
		switch {
		case !hasNbf && !hasIat || early <= slack:
			if !said {
				return nil
			}
			// The verifier's clock is not the one that writes Date, or lags by less than can be seen.
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = []fact.Fact{words.Because}
			if hasNbf || hasIat {
				s.Because = append(s.Because, v.Saw("The token's %s is %s, the server's Date %s: a difference of a second or two is enough.", name, stamp(begin), stamp(now)))
			}
			return finish(v, s, begin)
		}
		s.Because = []fact.Fact{v.Saw("The token's %s is %s, %s after the server's Date (%s).", name, stamp(begin), span(early), stamp(now))}
		s.Because = append(s.Because, here(v)...)
		switch {
		case said:
			s.Grade, s.Weight = cause.Proved, 0.95
			s.Because = append(s.Because, words.Because)
		case v.Answer.Given != "" && asksForToken(v) && !other(v, signature.ClockSkew):
			s.Grade, s.Weight = cause.Likely, 0.75
			if blamed(v) && (early > leeway || name == "nbf") {
				s.Grade, s.Weight = cause.Strong, 0.85
			}
		case !asksForToken(v) || other(v):
			s.Grade, s.Weight, s.Independent = cause.Strong, 0.35, true
		case blamed(v) && name == "nbf" && early > leeway:
			s.Grade, s.Weight = cause.Proved, 0.9
			s.Because = append(s.Because, v.Saw("The answer is %d and says that the token is not valid.", v.Answer.Status()))
		case blamed(v):
			s.Grade, s.Weight = cause.Strong, 0.75
			s.Because = append(s.Because, v.Saw("The answer is %d and says that the token is not valid.", v.Answer.Status()))
		case name == "nbf" && v.Answer.Status() == 401:
			s.Grade, s.Weight = cause.Strong, 0.65
		default:
			s.Grade, s.Weight = cause.Likely, 0.5
		}
		return finish(v, s, begin)
	},
}

// iatInteger is what GitHub answers to the token of an app whose iat lies ahead of its own clock, whatever its form.
var iatInteger = lazyregexp.New(`(?i)'Issued at' claim \('iat'\) must be an Integer`)

// integerAsked finds that answer beside a token whose iat is an integer of seconds.
func integerAsked(v *cause.View) *cause.Suspicion {
	_, from, said := v.Said().First(iatInteger)
	if !said || !v.Recorded() {
		return nil
	}
	for _, k := range v.Tokens {
		if t, err := jwt.Decode(k.Value); err == nil && t.Claims != nil {
			if _, ok := at(t.Claims.Iat); ok {
				return cause.SuspectAt(cause.Strong, 0.88, from, "GitHub asks for an integer in iat, and the token has one: the time that it gives has not come yet at GitHub.")
			}
		}
	}
	return nil
}

// finish adds what decides and what helps.
func finish(v *cause.View, s *cause.Suspicion, begin time.Time) *cause.Suspicion {
	wait := "sleep 10"
	if now, _, ok := server(v); ok && begin.After(now) && begin.Sub(now) < time.Hour {
		wait = fmt.Sprintf("sleep %d", int((begin.Sub(now) + 2*time.Second).Seconds()))
	}
	send := `curl -i -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL)
	s.Raise = []cause.Raise{{Command: wait + "; " + send, Where: "here, with the same token", Would: "be let in if only its time had not come"},
		{Command: "date -u; timedatectl show -p NTPSynchronized", Where: "on the issuer's and on the API's machine", Would: "show whose clock is off"}}
	retry := cause.Remedy{
		ID: "wait-for-nbf", Title: "wait until the token's time has come", For: "client",
		Effect: "the token is valid by the server's clock", Opens: "nothing", Steps: []string{wait, send},
		Verify: "the same request answers 2xx; without the token it is still refused", Undo: "none needed",
	}
	tolerate := cause.Remedy{
		ID: "allow-leeway", Title: "let the verifier forgive a few seconds", For: "server",
		Effect: "small differences between clocks do not matter", Opens: "tokens are accepted that many seconds early and late; keep it under a minute",
		Steps: []string{
			"jsonwebtoken: clockTolerance: 30; PyJWT: leeway=30; php-jwt: JWT::$leeway = 30; ASP.NET Core: ClockSkew; Spring: JwtTimestampValidator(Duration.ofSeconds(30))",
		},
		Verify: "a fresh token passes at once; one that ended an hour ago is still refused", Undo: "set it back to 0",
	}
	switch s.FaultAt {
	case exchange.Client:
		s.Remedies = []cause.Remedy{retry, {
			ID: "issue-valid-now", Title: "ask for a token that is valid from now on", For: "client",
			Effect: "nbf is the time of issue", Opens: "nothing", Steps: []string{"leave notBefore out of the call that makes the token, or set it to 0"},
			Verify: "nbf of a new token equals iat", Undo: "put the former value back",
		}}
	case exchange.Application:
		s.Remedies = []cause.Remedy{syncRemedy("server", "the server that refuses"), tolerate}
	default:
		s.Remedies = []cause.Remedy{retry, syncRemedy("idp", "the issuer and of the API"), tolerate}
	}
	return s
}
