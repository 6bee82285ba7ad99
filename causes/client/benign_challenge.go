package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// BenignChallenge: the 401 is the server's question, and the answer to it was let in. A handshake that why401 itself
// makes and that ends well is no case at all; this one is for records, in which people find the 401 and worry.
var BenignChallenge = &cause.Cause{
	ID:      "benign-challenge",
	Title:   "nothing is wrong: the 401 is the first half of a login that succeeded",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"no-credentials-sent", "wrong-password", "redirect-to-login-instead-of-401", "preemptive-auth-not-sent",
		"rate-limit-lockout"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(questionIn(v), pairs(v))
	},
}

// questionIn judges the request itself.
func questionIn(v *cause.View) *cause.Suspicion {
	first, passed := question(v.Exchanges)
	if first == nil {
		return nil
	}
	return &cause.Suspicion{
		Grade: cause.Proved, Weight: 0.9, Where: cause.Location{Hop: first.N},
		Because: []fact.Fact{
			fact.At(first.N, "The request without a credential is answered 401 and asked for %s.", asked(challenge.Of(first))),
			fact.At(passed.N, "The same request with one is answered %d.", passed.Status()),
		},
		Remedies: []cause.Remedy{{
			ID: "leave-it", Title: "leave it as it is", For: "client",
			Effect: "none: asking first is how HTTP authentication works (RFC 9110 11.4)", Opens: "nothing",
			Steps:  []string{"to save the first round trip: send the login at once (curl --basic -u, wget --auth-no-challenge)"},
			Verify: "every 401 in the log is followed by a success of the same client for the same address", Undo: "nothing was changed",
		}, {
			ID: "count-failures-only", Title: "let log rules count failed logins, not questions", For: "server",
			Effect: "nobody is banned for a login that succeeded", Opens: "nothing: wrong passwords still count",
			Steps: []string{
				"fail2ban: use the filters apache-auth and nginx-http-auth on the error log, which names failures; no failregex on \" 401 \" in the access log",
				"alerts: count 401 with a user name in the third field of the access log",
			},
			Verify: "fail2ban-regex access.log <filter>: a login that succeeded matches 0 times", Undo: "put the former filter back",
		}},
	}
}

// question finds a recorded 401 to a request without a credential and, behind it, the same request with one let in.
func question(xs []*exchange.Exchange) (first, passed *exchange.Exchange) {
	for i, a := range xs {
		if a.Given == "" || a.Status() != 401 || len(challenge.Of(a)) == 0 || authorized(a) {
			continue
		}
		for _, b := range xs[i+1:] {
			if b.Given == "" || !same(a.Request, b.Request) {
				continue
			}
			if authorized(b) && cause.Passed(b) && b.Status()/100 != 3 {
				first, passed = a, b
			} else if authorized(b) && b.Status() == 401 && !handshake(b) {
				return nil, nil // a login was refused as well: that is the case to look at
			}
		}
	}
	return first, passed
}

func authorized(x *exchange.Exchange) bool {
	for _, c := range cred.Of(x.Request) {
		if inAuthorization(c) {
			return true
		}
	}
	return false
}

func same(a, b exchange.Request) bool {
	return a.Method == b.Method && a.URL.Origin() == b.URL.Origin() && a.URL.Target().Equal(b.URL.Target())
}

// handshake reports the middle of NTLM or Negotiate, which is a 401 with a credential and no failure.
func handshake(x *exchange.Exchange) bool {
	for _, c := range challenge.Of(x) {
		if c.Token68 != "" && passwordScheme(c.Scheme) {
			return true
		}
		if c.Is("Digest") && strings.EqualFold(c.Value("stale"), "true") {
			return true
		}
	}
	return false
}
