package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// App401TriggersBasicPrompt: the outer password is accepted, the application behind it answers 401 for want of its own
// login, and the browser takes that for a refusal of the outer one.
var App401TriggersBasicPrompt = &cause.Cause{
	ID:        "app-401-triggers-basic-prompt",
	Title:     "the application's own 401 is taken for the outer password's",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     []string{"wrong-password", "missing-www-authenticate", "session-expired", "authorization-scheme-wrong"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if _, ok := v.Arrived(cred.Basic); !ok || v.Answer.Status() != 401 || v.Written && fronts(v.Writer) {
			return nil
		}
		said, ok := v.Means(signature.LoginRequired, signature.NoCredentials, signature.SessionExpired)
		if !ok {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.35, Because: []fact.Fact{said.Because}, Trials: []cause.Trial{gateOpens()}, Remedies: appPromptRemedies(v)}
		anon := v.Trial(cause.KeyAnonymous)
		if anon == nil {
			return s
		}
		if !gate(anon) || !otherRefusal(v.Answer, anon) {
			return nil
		}
		s.Weight = 0.65
		s.Because = []fact.Fact{
			fact.At(anon.N, "Without a login: 401, realm=%q, by the outer layer.", realm(anon)),
			v.Saw("With the login that layer lets the request in, and the application answers 401 of its own."),
			said.Because,
		}
		s.Raise = []cause.Raise{{
			Command: "curl -i -u USER -b COOKIES " + cause.Quote(v.Answer.Request.URL),
			Where:   "here, with the outer login and the cookies of a logged-in browser", Would: "be let in if only the application's own login is missing",
		}}
		return s
	},
}

func appPromptRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "log-in-to-application", Title: "send the application's own login beside the outer one", For: "client",
		Effect: "the outer login stays in Authorization, the application's goes in its cookie", Opens: "nothing",
		Steps:  []string{"curl -u USER -b COOKIES " + cause.Quote(v.Answer.Request.URL) + "      (COOKIES: from the application's login)"},
		Verify: "2xx", Undo: "leave the cookies out",
	}, {
		ID: "application-own-scheme", Title: "let the application answer 403, or 401 with a scheme that browsers do not prompt for", For: "server",
		Effect: "browsers keep the outer login", Opens: "nothing: the request is still refused",
		Steps: []string{"in the application's 401: WWW-Authenticate: Bearer      (or status 403 with its login page)",
			"API clients that look for 401 must be told of the change"},
		Verify: "the browser shows the application's login in place of the password prompt", Undo: "restore the former answer",
	}}
}
