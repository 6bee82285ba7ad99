package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// MissingWWWAuthenticate: a 401 without a challenge, on which clients that wait for one never log in.
var MissingWWWAuthenticate = &cause.Cause{
	ID:      "missing-www-authenticate",
	Title:   "the 401 brings no WWW-Authenticate, so nobody knows how to log in",
	Family:  family,
	FaultAt: exchange.Application,
	Audit:   noChallenge,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 401 || v.Answer.Header().Has("WWW-Authenticate") {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.3,
			Because:  []fact.Fact{v.Saw("The answer is 401 without WWW-Authenticate, which RFC 9110 15.5.2 demands.")},
			Remedies: challengeRemedies(v),
			Raise: []cause.Raise{{Command: "curl -sI " + cause.Quote(v.Answer.Request.URL) + " | grep -i www-authenticate", Where: "on the server, at the application's own port",
				Would: "show the field if a proxy in between takes it out"}},
		}
		if v.Written && cause.InFront(v.Writer.Layer) {
			s.FaultAt = v.Writer.Layer
		}
		if way := waiting(v); way != "" {
			// The client does as RFC 9110 11.6.1 says; the server does not.
			s.Grade, s.Weight = cause.Strong, 0.75
			s.Because = append(s.Because, fact.Given("the command", "The login is to be sent by %s, as the answer to a challenge; it stayed where it was.", way))
			if v.Intent.Auth == exchange.AuthDigest || v.Intent.Auth == exchange.AuthNTLM {
				s.Grade, s.Weight = cause.Proved, 0.9 // without the server's nonce or message no such login can be made
				s.Title = "the 401 brings no challenge, and without one " + way + " cannot log in"
			}
		}
		return s
	},
}

// waiting names the scheme of a login that was kept back for want of a challenge.
func waiting(v *cause.View) string {
	if v.Intent == nil || v.Intent.Login.Empty() || len(cred.Of(v.Answer.Request)) > 0 {
		return ""
	}
	switch v.Intent.Auth {
	case exchange.AuthAny:
		return "any scheme the server offers"
	case exchange.AuthDigest:
		return "Digest"
	case exchange.AuthNTLM:
		return "NTLM"
	}
	return ""
}

func challengeRemedies(v *cause.View) []cause.Remedy {
	u := cause.Quote(v.Answer.Request.URL)
	return []cause.Remedy{{
		ID: "send-login-at-once", Title: "send the credential without waiting, where the scheme allows it", For: "client",
		Effect: "the first request carries the login", Opens: "nothing over https; over http the password can be read on the way",
		Steps:  []string{`curl --basic -u "$LOGIN" ` + u, "wget --auth-no-challenge; Java: set the Authorization header; .NET: set DefaultRequestHeaders.Authorization"},
		Verify: "2xx, if the server takes Basic", Undo: "take the option out",
	}, {
		ID: "add-challenge", Title: "send a challenge with every 401", For: "server",
		Effect: "clients learn which scheme is wanted", Opens: "nothing",
		Steps: []string{
			`nginx: add_header WWW-Authenticate 'Basic realm="Orders"' always;   beside  return 401;   (always: without it the field is left out of errors)`,
			`application: WWW-Authenticate: Bearer   for tokens; a browser opens its password box for Basic, Digest and NTLM only`,
			"proxy: look for proxy_hide_header WWW-Authenticate and for Header unset",
		},
		Verify: "curl -si " + u + " | grep -i www-authenticate", Undo: "take the line out",
	}}
}
