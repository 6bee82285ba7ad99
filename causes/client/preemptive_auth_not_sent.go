package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// PreemptiveAuthNotSent: the program keeps its login back until it is challenged, and the challenge never comes.
var PreemptiveAuthNotSent = &cause.Cause{
	ID:      "preemptive-auth-not-sent",
	Title:   "the program waits for a challenge that never comes",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"no-credentials-sent", "wrong-password", "403-means-401"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Intent == nil || v.Intent.Login.Empty() || v.Answer == nil || len(v.Challenges) > 0 || !direct(v) {
			return nil
		}
		if !v.Refused() && v.Answer.Status() != 404 || v.Answer.Status() == 407 || len(cred.Of(v.Answer.Request)) > 0 {
			return nil
		}
		way := ""
		switch v.Intent.Auth {
		case exchange.AuthAny:
			way = "any scheme"
		case exchange.AuthDigest:
			way = "Digest"
		case exchange.AuthNTLM:
			way = "NTLM"
		default:
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.8,
			Because: []fact.Fact{
				fact.Given("the command", "A login is given for %s, which is sent only as the answer to a challenge.", way),
				v.Saw("The answer is %d without WWW-Authenticate, so the login stayed where it was.", v.Answer.Status()),
			},
		}
		if v.Answer.Status() == 401 {
			// RFC 9110 15.5.2 wants a challenge in every 401, so the server is the one to be mended.
			if s.FaultAt = exchange.Application; v.Written {
				s.FaultAt = v.Writer.Layer
			}
		}
		if v.Answer.Status() == 404 {
			s.Grade, s.Weight = cause.Likely, 0.45 // it may as well be missing
		}
		if v.Intent.Auth == exchange.AuthAny && !v.Intent.Login.NeedPassword {
			// Never sent so far, to the origin it was given for, in a form that --anyauth allows.
			s.Trials = []cause.Trial{cause.Header("login:basic", "the login as Basic at once", "Authorization", v.Intent.Login.BasicField().Value).Passing()}
		}
		u := cause.Quote(v.Request.URL)
		s.Raise = []cause.Raise{{Command: `curl --basic -u "$LOGIN" ` + u, Where: "here; curl asks for the password and sends it at once",
			Would: "be let in if waiting is all that is wrong"}}
		s.Remedies = []cause.Remedy{{
			ID: "send-at-once", Title: "send the login at once", For: "client",
			Effect: "the first request carries it", Opens: opensOf("Basic", v.Request.URL.Scheme),
			Steps: []string{
				`curl --basic -u "$LOGIN" ` + u,
				"wget: --auth-no-challenge; Apache HttpClient: an AuthCache with BasicScheme; .NET: set the Authorization header, PreAuthenticate alone waits",
			},
			Verify: "the same request answers 2xx; with a wrong password it is still refused", Undo: "take the option out again",
		}, {
			ID: "send-challenge", Title: "answer 401 with WWW-Authenticate to a request without a login", For: "server",
			Effect: "every client knows what to send (RFC 9110 11.6.1, 15.5.2)", Opens: "nothing",
			Steps:  []string{`WWW-Authenticate: Basic realm="..."`},
			Verify: "curl -si " + u + " | grep -i www-authenticate", Undo: "take the header out again",
		}}
		return s
	},
}
