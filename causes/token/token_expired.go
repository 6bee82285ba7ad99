package token

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// TokenExpired: the token's exp lies before the time at which the server judged it (RFC 7519 4.1.4).
var TokenExpired = &cause.Cause{
	ID:      "token-expired",
	Title:   "the token has expired",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"token-revoked", "unsolicited-authorization-sent", "token-wrong-environment", "credential-type-wrong",
		"missing-www-authenticate", "403-means-401", "wrong-password"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil {
			return compared(v)
		}
		words, said := s.says(signature.TokenExpired)
		end, readable := s.expires()
		now := s.clock()
		if !readable {
			if !said || s.claims.Exp.Present || s.jwt != nil && s.jwt.Claims != nil {
				return nil
			}
			// An opaque or encrypted token: only the server knows its end, and it says so.
			return s.expiry(&cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: []fact.Fact{words,
				v.Asked("The token shows no time of its own (%d characters).", s.cred.Value.Len())}})
		}
		if now.now.IsZero() || !now.now.After(end.Add(now.slack)) {
			return nil
		}
		if what, effect, _ := unit(s.claims); what != "" && effect == seemsExpired {
			return nil // a number that only looks like the past: jwt-claim-unit-wrong
		}
		late := now.now.Sub(end)
		sus := &cause.Suspicion{Because: []fact.Fact{
			v.Saw("The token's exp is %s, %s before %s (%s).", stamp(end), span(late), now.whose, stamp(now.now))}}
		if _, effect, _ := unit(s.claims); effect == neverLived {
			sus.Because = append(sus.Because, v.Asked("Its exp is not after its iat: a new token made the same way is over at once."))
		}
		server := now.whose == "the server's Date"
		fresh := false // by the clock here the token has not ended: the two clocks disagree, and one of them is wrong
		if x := v.Answer; x.Given == "" && !x.Sent.IsZero() && x.Sent.Add(x.Took).Before(end) {
			fresh = true
			sus.Because = append(sus.Because, v.Asked("By the clock here (%s) it has not ended.", stamp(x.Sent)))
		}
		switch {
		case fresh:
			sus.Grade, sus.Weight = cause.Likely, 0.5
		case s.recorded() && saidFresh(v), kubernetes(s.claims):
			sus.Grade, sus.Weight = cause.Likely, 0.3 // a clock that is off, or a token that was not read anew
		case said && s.recorded():
			// The issuer's clock is not known: it may be the one that is wrong.
			sus.Grade, sus.Weight = cause.Strong, 0.9
			sus.Because = append(sus.Because, words)
		case said && server:
			sus.Grade, sus.Weight = cause.Proved, 0.95
			sus.Because = append(sus.Because, words)
		case said:
			sus.Grade, sus.Weight = cause.Strong, 0.9
			sus.Because = append(sus.Because, words)
		case s.aside() || s.other():
			// True, and not what this refusal is about.
			sus.Grade, sus.Weight, sus.Independent = cause.Strong, 0.35, true
		case s.blamed() && server && late > leeway && !s.odd() && !s.recorded():
			sus.Grade, sus.Weight = cause.Proved, 0.9
			sus.Because = append(sus.Because, s.verdictOf())
		case s.blamed():
			sus.Grade, sus.Weight = cause.Strong, 0.8
			sus.Because = append(sus.Because, s.verdictOf())
		case v.Answer.Status() == 401 && late > 30*time.Second && !cause.InFront(v.Writer.Layer):
			sus.Grade, sus.Weight = cause.Strong, 0.7
			sus.Because = append(sus.Because, v.Saw("The answer is 401 and gives no reason."))
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.6
			sus.Because = append(sus.Because, v.Saw("The answer is %d and gives no reason.", v.Answer.Status()))
		}
		return s.expiry(sus)
	},
}

// expiry adds what helps.
func (s *sent) expiry(sus *cause.Suspicion) *cause.Suspicion {
	how := []string{"sign in again, or use the refresh token at the token endpoint, and put the new token in TOKEN"}
	if s.claims.Issuer.Present() {
		how = []string{"get a new token from " + cause.QuoteWord(s.claims.Issuer.Show) + " (sign in again, or use the refresh token) and put it in TOKEN"}
	}
	sus.Raise = []cause.Raise{{Command: s.send(), Where: "here, with a token that was issued just now", Would: "be let in if the age is all that is wrong"}}
	sus.Remedies = []cause.Remedy{
		s.newToken("get a new token", "the token is within its time again", how...), {
			ID: "refresh-before-expiry", Title: "let the client renew the token before it ends", For: "client",
			Effect: "no request goes out with an old token", Opens: "nothing",
			Steps: []string{
				"keep expires_in from the token answer and renew some 60 s before the end",
				"on 401 with invalid_token: renew once, repeat the request once, then stop",
				"one renewal at a time: other requests wait for it",
			},
			Verify: "requests still pass after the first token's end; a made-up token is still refused", Undo: "remove the renewal from the client",
		}}
	return sus
}

// compared knows it by the verifier's own line, which names the token's end beside what its clock showed.
func compared(v *cause.View) *cause.Suspicion {
	c, ok := v.Compared()
	if !ok || !c.Over() || !v.Recorded() {
		return nil
	}
	sus := cause.SuspectAt(cause.Strong, 0.92, c.From,
		"The log says that the token ended at "+stamp(c.Limit)+", and that it was "+stamp(c.Now)+" when it was judged.")
	if saidFresh(v) {
		sus.Grade, sus.Weight = cause.Likely, 0.5 // then one of the clocks is wrong
	}
	return sus
}
