package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// StaleCachedCredentials: a stored login is used that nobody typed this time.
var StaleCachedCredentials = &cause.Cause{
	ID:      "stale-cached-credentials",
	Title:   "a stored login is sent, and the server no longer takes it",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   append([]string{"wrong-password"}, vague...),
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Intent == nil || unsent(v) || v.Answer.Status() != 401 || v.Intent.Login.From != ".netrc" || !direct(v) {
			return nil
		}
		if len(cred.Of(v.Answer.Request)) == 0 || !v.Challenges.Has("Basic") && !v.Challenges.Has("Digest") && len(v.Challenges) > 0 {
			return nil
		}
		u := cause.Quote(v.Request.URL)
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.8, Title: "the login stored in .netrc is refused",
			Because: []fact.Fact{
				fact.Given("the command", "The login was not given; it was read from .netrc."),
				v.Saw("The answer to it is 401."),
			},
			Raise: []cause.Raise{{Command: `curl -u "$LOGIN" ` + u, Where: "here; type the password of today when curl asks", Would: "be let in if the stored one is old"}},
			Remedies: []cause.Remedy{{
				ID: "renew-stored", Title: "put the present password into the store", For: "client",
				Effect: "programs that read it are let in again", Opens: "nothing",
				Steps: []string{
					"cp ~/.netrc ~/.netrc.bak; edit the line machine " + cause.QuoteWord(v.Request.URL.Host) + " of ~/.netrc; chmod 600 ~/.netrc",
					"git: printf 'protocol=https\\nhost=%s\\n' " + cause.QuoteWord(v.Request.URL.Host) + " | git credential reject; docker: docker logout",
				},
				Verify: "curl -n " + u + " answers 2xx", Undo: "mv ~/.netrc.bak ~/.netrc",
			}, {
				ID: "token-per-program", Title: "store a token of its own for each program", For: "client",
				Effect: "a changed password breaks nothing any more", Opens: "nothing; a token can be revoked alone",
				Steps:  []string{"make an access token in the service's settings and store that as the password"},
				Verify: "the program is let in with it", Undo: "revoke the token",
			}},
		}
		return s
	},
}
