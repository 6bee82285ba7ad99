package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// NegotiateNoTicket: the server asks for Kerberos, and the client has nothing to answer with.
var NegotiateNoTicket = &cause.Cause{
	ID:      "negotiate-no-ticket",
	Title:   "the client has no Kerberos ticket to answer Negotiate with",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"no-credentials-sent", "negotiate-spn-missing", "wrong-password"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil || v.Answer.Status() != 401 || !v.Challenges.Has("Negotiate") || len(cred.Of(v.Answer.Request)) > 0 {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.65}
		said, ok := gssFailure(v)
		switch {
		case ok:
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Because = append(s.Because, said)
		case v.Intent == nil || v.Intent.Auth != exchange.AuthNegotiate:
			return nil
		default:
			// why401 has no Kerberos of its own, so it cannot see whether the user's client has a ticket.
			s.Because = append(s.Because, fact.Given("the command", "It asks for Negotiate, which needs a ticket of this machine's user."))
			if f, none, ok := ticketCache(v); ok {
				s.Because = append(s.Because, f)
				if s.Weight = 0.5; none {
					s.Grade, s.Weight = cause.Strong, 0.85
				}
			}
		}
		s.Because = append(s.Because, v.Saw("The server asks for Negotiate, and no request answered it."))
		s.Raise = []cause.Raise{{Command: "klist -s && echo ticket || echo none", Where: "as the user and on the machine where the program runs",
			Would: "print none if there is no valid ticket"}, {
			Command: "curl -v --negotiate -u : " + cause.Quote(v.Request.URL) + " 2>&1 | grep -i gss", Where: "there", Would: "show why no token was made"}}
		s.Remedies = []cause.Remedy{{
			ID: "kinit", Title: "get a ticket", For: "client", Effect: "the client can answer Negotiate", Opens: "nothing",
			Steps:  []string{`kinit "$LOGIN@REALM"`, "curl --negotiate -u : " + cause.Quote(v.Request.URL), "curl --version must name GSS-API or SSPI"},
			Verify: "klist names HTTP/" + hostOf(v) + " behind the request, and it answers 2xx", Undo: "kdestroy",
		}, {
			ID: "trust-site", Title: "let browsers and services answer this site", For: "client",
			Effect: "they send tickets to the hosts on the list only", Opens: "nothing beyond that list",
			Steps: []string{
				"Firefox: network.negotiate-auth.trusted-uris = https://" + hostOf(v),
				"Chrome and Edge: policy AuthServerAllowlist = " + hostOf(v),
				`a service: a keytab and k5start -f service.keytab -U -K 60`,
			},
			Verify: "a private window without the setting still gets 401", Undo: "take the host out of the list again",
		}}
		return s
	},
}

// gssFailure finds curl's or the library's own words for a missing ticket or mechanism among what was read.
func gssFailure(v *cause.View) (fact.Fact, bool) {
	for _, f := range v.Facts {
		for _, words := range []string{"cannot find mechanisms to negotiate", "No Kerberos credentials available", "no credentials cache found", "gss_init_sec_context() failed"} {
			if strings.Contains(strings.ToLower(f.Text), strings.ToLower(words)) {
				return fact.Fact{Text: "The program says: " + words + ".", From: f.From}, true
			}
		}
	}
	return fact.Fact{}, false
}

// ticketCache is what was noted about the ticket cache of this machine; none says that it does not exist.
func ticketCache(v *cause.View) (f fact.Fact, none, ok bool) {
	for _, f := range v.Noted("environment") {
		if strings.Contains(f.Text, "Kerberos ticket cache") {
			return f, strings.Contains(f.Text, "does not exist"), true
		}
	}
	return fact.Fact{}, false, false
}

func hostOf(v *cause.View) string { return cause.QuoteWord(v.Request.URL.Host) }
