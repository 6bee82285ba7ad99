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
		if b := v.Answer.Browser; b != nil && b.Cached {
			return cachedLogin(v, b)
		}
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

// cachedLogin is a login that the browser sends by itself because it was given for another part of the same server
// (RFC 7617 2.2), to a part that does not take it. Whether the person has another login there is not seen: strong.
func cachedLogin(v *cause.View, b *exchange.Browsed) *cause.Suspicion {
	if v.Answer.Status() != 401 {
		return nil
	}
	u := cause.Quote(v.Request.URL)
	s := &cause.Suspicion{
		Grade: cause.Strong, Weight: 0.85, Title: "the browser sends a login that it remembers, and it is refused here",
		Because: []fact.Fact{
			v.Saw("%s put the login into this request by itself: it was given for another address of the server.", b.Program),
			v.Saw("The answer to it is 401."),
		},
		Raise: []cause.Raise{{Command: `curl -u "$LOGIN" ` + u, Where: "here, with the login that is meant for this address", Would: "be let in"}},
		Remedies: []cause.Remedy{{
			ID: "log-in-anew", Title: "give the right login for this part: close all windows, or use a private one", For: "client",
			Effect: "the browser asks again in place of sending what it remembers", Opens: "nothing",
			Steps:  []string{"close every window of the browser, or open a private one, and open the refused address first"},
			Verify: "the prompt comes, and the login of this part is let in", Undo: "none needed",
		}, {
			ID: "one-realm-one-list", Title: "or let both parts know the same people", For: "server",
			Effect: "the remembered login is good for both", Opens: "what the list of the other part allows: add only those who may",
			Steps:  []string{"the same realm and password file for both, with Require user or a map for who may what; or another host name for the other part"},
			Verify: "the page and its calls answer 2xx with one login; without one both are refused", Undo: "put the former realm and file back",
		}},
	}
	if c := v.Challenges.Find("Basic"); c != nil && c.Realm() != b.Realm {
		s.Weight = 0.9
		s.Because = append(s.Because, v.Saw("It was given for another realm than the one that asks here."))
	}
	return s
}
