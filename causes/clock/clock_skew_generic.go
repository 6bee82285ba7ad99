package clock

import (
	"fmt"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/httpsig"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// ClockSkewGeneric: the clocks of both sides differ, and the credential is bound to time.
var ClockSkewGeneric = &cause.Cause{
	ID:      "clock-skew-generic",
	Title:   "the clocks of client and server differ",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"missing-www-authenticate", "token-revoked", "token-expired"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !refused(v) {
			return nil
		}
		words, said := v.Means(signature.ClockSkew)
		d, known := ahead(v)
		c, timed := v.Arrived(cred.JWT, cred.SigV4, cred.OAuth1, cred.SignedURL, cred.Negotiate)
		off := known && (d > time.Minute || d < -time.Minute)
		s := &cause.Suspicion{}
		late, over := messageLate(v)
		hawk := hawkStale(v)
		switch {
		case hawk != nil:
			s = hawk
		case over:
			s.Grade, s.Weight, s.Title = cause.Strong, 0.88, "the HTTP message signature is outside its time: "+late.how
			s.Because = append(s.Because, v.Saw("By the parameters of the signature %s: created %s, expires %s; the server's Date is %s (RFC 9421 2.3).", late.how, late.created, late.expires, late.server))
		case said && off:
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = append(s.Because, words.Because)
		case said:
			s.Grade, s.Weight = cause.Strong, 0.7
			s.Because = append(s.Because, words.Because)
		case v.Answer.Given != "" && timed && overWhenNew(v):
			// The issuer's clock, or the clock of the machine that judges, is off: the token did not have the time to end.
			s.Grade, s.Weight, s.FaultAt = cause.Strong, 0.85, exchange.IdentityProvider
			s.Title = "the token was over when it was new: a clock is off"
			now, _, _ := server(v)
			_, t, _ := token(v)
			s.Because = append(s.Because, v.Saw("The token's exp is %s, %s before the server's time (%s).", stamp(t.Claims.Exp.Time), span(now.Sub(t.Claims.Exp.Time)), stamp(now)),
				v.Asked("It is said that it was new when it was refused."))
		case timed && expiredTooSoon(v):
			// The server says that it is over, and by the server's own Date it is not: the verifier's clock is another one.
			s.Grade, s.Weight, s.FaultAt = cause.Strong, 0.7, exchange.Application
			s.Title = "the clock that judges the token runs ahead"
			m, _ := v.Means(signature.TokenExpired)
			now, _, _ := server(v)
			_, t, _ := token(v)
			s.Because = append(s.Because, m.Because, v.Saw("The token's exp is %s, and the server's Date is %s.", stamp(t.Claims.Exp.Time), stamp(now)))
		case off && timed && d < 0 && freshHere(v):
			// By the server's Date the token is over, by the clock here and the issuer's it is not.
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = append(s.Because, v.Asked("By the clock here the token is still within its time; by the server's Date it is over."))
		case off && timed && asksForToken(v) && !other(v, signature.LinkExpired, signature.TokenExpired, signature.NotYetValid):
			s.Grade, s.Weight = cause.Likely, 0.4
			s.Because = append(s.Because, v.Asked("The credential (%s) is bound to time.", c))
		default:
			return nil
		}
		s.Because = append(s.Because, here(v)...)
		if off && s.FaultAt == "" {
			third(v, s, d)
		}
		if off && s.Title == "" {
			word := "ahead of"
			if d < 0 {
				word = "behind"
			}
			s.Title = fmt.Sprintf("the clock here is %s %s the server's", span(d), word)
		}
		s.Raise = []cause.Raise{{Command: compare(v), Where: "here", Would: "show both clocks: they should agree within a second or two"},
			{Command: "curl -sI https://www.iana.org/ | grep -i '^date:'; date -u", Where: "on each of both machines", Would: "show whose clock is off, by a third one"}}
		client, srv := syncRemedy("client", "this machine"), syncRemedy("server", "the server and of its issuer")
		srv.ID = "synchronise-server-clock"
		s.Remedies = []cause.Remedy{client, srv}
		if s.FaultAt == exchange.Application {
			s.Remedies = []cause.Remedy{srv, client}
		}
		return s
	},
}

// third asks a third clock whose is off: the issuer's, when its documents were or may be read. d is how far the clock here
// runs ahead of the server's.
func third(v *cause.View, s *cause.Suspicion, d time.Duration) {
	p := v.Published()
	s.Trials = append(s.Trials, p.Wants...)
	issuer, slack, known := p.Clock()
	near := func(x time.Duration) bool { return x.Abs() <= slack+10*time.Second }
	switch {
	case !known:
	case near(issuer): // the issuer and this machine agree
		s.FaultAt = exchange.Application
		s.Title = fmt.Sprintf("the server's clock is %s %s its issuer's", span(d), map[bool]string{true: "behind", false: "ahead of"}[d > 0])
		s.Because = append(s.Because, fact.At(p.ServerN, "The clock of the issuer and the one here agree; the server's does not."))
		s.Grade = max(s.Grade, cause.Strong)
		s.Weight = max(s.Weight, 0.85)
	case near(issuer + d): // the issuer and the server agree
		s.Because = append(s.Because, fact.At(p.ServerN, "The clock of the issuer and the server's agree; the one here does not."))
	}
}

// lateness is how the times of an HTTP message signature stand against the server's clock.
type lateness struct{ how, created, expires, server string }

// messageLate reports a message signature (RFC 9421) that a server must refuse for its own times.
func messageLate(v *cause.View) (lateness, bool) {
	list, ok := httpsig.Parse(v.Answer.Request)
	now, slack, dated := server(v)
	if !ok || !dated || other(v, signature.ClockSkew, signature.SignatureInvalid, signature.TokenExpired) {
		return lateness{}, false
	}
	word := func(t time.Time) string {
		if t.IsZero() {
			return "not given"
		}
		return stamp(t)
	}
	s := list[0]
	how := s.Late(now, slack)
	return lateness{how, word(s.Created), word(s.Expires), stamp(now)}, how != ""
}

// overWhenNew reports that the token had ended by the server's time, and that somebody says that it was new.
func overWhenNew(v *cause.View) bool {
	_, t, ok := token(v)
	now, slack, dated := server(v)
	if !ok || !dated || !cause.CallsNew(v.HumanText(64<<10)) {
		return false
	}
	end, known := at(t.Claims.Exp)
	iat, hasIat := at(t.Claims.Iat)
	return known && now.After(end.Add(slack)) && !(hasIat && end.Sub(iat) <= 10*time.Second) && end.Year() >= 2000
}

// expiredTooSoon reports that the answer calls the token expired, and by the server's own Date it is not.
func expiredTooSoon(v *cause.View) bool {
	if _, said := v.Means(signature.TokenExpired); !said {
		return false
	}
	_, t, ok := token(v)
	now, slack, dated := server(v)
	if !ok || !dated {
		return false
	}
	end, known := at(t.Claims.Exp)
	iat, hasIat := at(t.Claims.Iat)
	return known && end.After(now.Add(slack)) && !(hasIat && end.Sub(iat) <= 10*time.Second)
}
