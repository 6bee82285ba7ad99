package clock

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// kerberosAllows is how far two clocks may be apart (RFC 4120 8.2, and the policy of Windows domains).
const kerberosAllows = 5 * time.Minute

// KerberosClockSkew: a Kerberos login whose ticket is judged by a clock more than five minutes off. The reply's Date is
// the server's clock; the domain controller's is not seen.
var KerberosClockSkew = &cause.Cause{
	ID:        "kerberos-clock-skew",
	Title:     "the clocks of a Kerberos login are too far apart",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.Client,
	Hides:     []string{"negotiate-spn-missing", "negotiate-no-ticket", "clock-skew-generic", "no-credentials-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 401 || !v.Challenges.Has("Negotiate") || v.Answer.Sent.IsZero() || v.Answer.Header().Has("Age") {
			return nil
		}
		date, ok := v.Answer.Date()
		if !ok {
			return nil
		}
		d := v.Answer.Sent.Sub(date)
		if d.Abs() <= kerberosAllows {
			return nil
		}
		a, sent := v.Arrived(cred.Negotiate)
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.7}
		switch {
		case sent && !a.Value.Empty():
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = []fact.Fact{v.Asked("A Kerberos ticket was sent, and the server asks again.")}
		case v.Intent != nil && v.Intent.Auth == exchange.AuthNegotiate:
			// why401 has no ticket and sends none, so it did not see one refused.
			s.Because = []fact.Fact{v.Saw("The server asks for Negotiate, and your command answers with a Kerberos ticket.")}
		default:
			return nil
		}
		which := "behind"
		if d < 0 {
			which = "ahead of"
		}
		s.Because = append(s.Because, v.Saw("The server's clock (Date) is %s %s the one here; Kerberos allows five minutes.", span(d.Abs()), which))
		s.Raise = []cause.Raise{{Command: "date -u; curl -sI " + cause.Quote(v.Request.URL) + " | grep -i '^date'", Where: "on the client, and date -u on the domain controller",
			Would: "show which of the three clocks is off"}}
		s.Remedies = []cause.Remedy{{
			ID: "set-clock", Title: "set the clock that is off, and get a new ticket", For: "client",
			Effect: "the ticket's time fits the server's clock", Opens: "nothing",
			Steps:  []string{"sudo chronyc makestep      (Windows: w32tm /resync)", "kdestroy; kinit"},
			Verify: "date -u is the same on client, server and domain controller; the request answers 2xx; without a ticket it is 401", Undo: "none needed",
		}, {
			ID: "one-time-source", Title: "let client, server and domain controller follow one time source", For: "server",
			Effect: "they stay together", Opens: "nothing",
			Steps:  []string{"chrony: server DOMAIN-CONTROLLER iburst; virtual machines: makestep 1 -1, for those that sleep"},
			Verify: "chronyc tracking shows an offset below a second", Undo: "put the former source back",
		}}
		return s
	},
}
