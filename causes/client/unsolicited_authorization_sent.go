package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// UnsolicitedAuthorizationSent: the resource is open, and refuses only because a credential came along.
var UnsolicitedAuthorizationSent = &cause.Cause{
	ID:      "unsolicited-authorization-sent",
	Title:   "a credential is sent to a resource that wants none",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   vague,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if unsent(v) || !refusedOrBad(v) || v.Answer.Status() == 407 || !direct(v) {
			return nil
		}
		c, ok := v.Credential()
		if !ok || len(cred.Of(v.Answer.Request)) == 0 || c.In == cred.InBody || c.Kind == cred.SignedURL || c.Kind == cred.OneTime {
			return nil
		}
		if _, authx := site.AuthX(v.Answer); authx && c.Kind != cred.Basic && c.Kind != cred.Digest {
			return nil // CiviCRM judged a key of its own: who sends one means it
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.25, Because: []fact.Fact{v.Asked("The request carries %s.", c)}}
		if empty(c) {
			s.Weight = 0.75
			s.Title = "an empty user name and password are sent to a resource that wants none"
			s.Because = []fact.Fact{v.Asked("The Basic value holds an empty user name and an empty password.")}
		}
		t := cause.Anonymous().Passing().OrOut()
		if blamed(v) {
			// The answer judges the credential. That the resource is open as well is true, and not the whole story.
			t = t.Carrying(cause.Strong)
		}
		s.Trials = []cause.Trial{t}
		s.Raise = []cause.Raise{{Command: "curl -i " + cause.Quote(v.Request.URL), Where: "here", Would: "be let in without a credential if the resource is open"}}
		s.Remedies = []cause.Remedy{{
			ID: "send-none", Title: "send no credential to this resource", For: "client",
			Effect: "the open resource is served; what needs a login still wants one", Opens: "nothing",
			Steps:  []string{"curl " + cause.Quote(v.Request.URL), "if a login is stored: remove the machine line of this host from ~/.netrc, or call curl without -n"},
			Verify: "the same request answers 2xx", Undo: "put the credential back",
		}, {
			ID: "bind-to-origin", Title: "bind the credential to the origin it belongs to", For: "client",
			Effect: "it is sent nowhere else", Opens: "nothing",
			Steps:  []string{"no default Authorization header for all hosts: one client object per service, each with its own", "send no header at all when user and password are empty"},
			Verify: "requests to other hosts carry no Authorization", Undo: "put the default header back",
		}}
		return s
	},
}

// empty reports Basic of ":", which programs send when nothing was configured.
func empty(c cred.Credential) bool {
	if c.Kind != cred.Basic {
		return false
	}
	pair, err := basic.Decode(c.Value)
	return err == nil && pair.Has(basic.EmptyPair)
}
