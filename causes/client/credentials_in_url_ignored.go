package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CredentialsInURLIgnored: user and password stand in the URL, and the program does not use them.
var CredentialsInURLIgnored = &cause.Cause{
	ID:      "credentials-in-url-ignored",
	Title:   "the user and password in the URL are not sent",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   append([]string{"no-credentials-sent", "authorization-scheme-wrong", "unsolicited-authorization-sent", "two-auth-layers-one-header"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Intent == nil || unsent(v) || !v.Refused() || v.Answer.Status() == 407 || !direct(v) {
			return nil
		}
		sent, has := v.Credential("basic")
		inHeader := has && sent.In == cred.InHeader
		switch {
		case v.Intent.Login.From == "URL userinfo" && !inHeader && v.Intent.Auth == exchange.AuthHeader:
		case !v.Request.URL.User.Empty() && v.Intent.Login.Empty() && !inHeader:
		default:
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.7,
			Because: []fact.Fact{fact.Given("URL", "A user and password stand in the URL; the request carries no Basic header made of them.")},
		}
		if a, ok := v.Authorization(); ok {
			s.Title = "the login in the URL gives way to another Authorization header"
			s.Because = append(s.Because, v.Asked("%s was set by hand, so the program leaves the login out.", a))
		} else {
			s.Grade = cause.Strong
		}
		if c := v.Challenges.Find("Basic"); c != nil {
			s.Weight = 0.85
			s.Because = append(s.Because, v.Saw("The server asks for Basic %q.", c.Realm()))
		} else if len(v.Challenges) > 0 {
			return nil
		}
		if l := v.Intent.Login; !l.Empty() && !l.NeedPassword {
			s.Trials = []cause.Trial{cause.Header("login of the URL", "the login of the URL as Basic", "Authorization", l.BasicField().Value).Passing()}
		}
		command := `curl -u "$LOGIN" ` + cause.Quote(v.Request.URL)
		s.Raise = []cause.Raise{{Command: command, Where: "here; curl asks for the password", Would: "be let in if the login is right and was only left out"}}
		s.Remedies = []cause.Remedy{{
			ID: "login-as-option", Title: "give the login as an option, not in the URL", For: "client",
			Effect: "it is sent as Basic", Opens: "nothing", Steps: []string{command},
			Verify: "the same request answers 2xx; with a wrong password it is still refused", Undo: "put it back into the URL",
		}, {
			ID: "header-in-code", Title: "in code, set the header and keep the URL clean", For: "client",
			Effect: "fetch() refuses URLs with a login; a header works everywhere", Opens: "nothing",
			Steps:  []string{`fetch(url, {headers: {Authorization: "Basic " + btoa(user + ":" + password)}})`},
			Verify: "the header is on the wire", Undo: "put the former call back",
		}}
		return s
	},
}
