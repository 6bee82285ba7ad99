package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CiviCRMSessionMismatch: the request names one contact by its credential and another by its session cookie.
var CiviCRMSessionMismatch = &cause.Cause{
	ID:        "civicrm-authx-session-mismatch",
	Title:     "CiviCRM credential and browser session are two contacts'",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"missing-www-authenticate", "session-expired", "wrong-password", "account-locked-or-disabled", "stale-cached-credentials", "unsolicited-authorization-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		said, ok := site.AuthX(v.Answer)
		if !ok || !site.Live(v) || !strings.HasPrefix(said, "Cannot login.") || !strings.Contains(strings.ToLower(said), "session") {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9,
			Because: []fact.Fact{v.Saw("The whole answer is one line of CiviCRM's AuthX: %q.", "HTTP 401 "+said)}}
		if v.Answer.Request.Header.Has("Cookie") && site.AuthXFlow(v.Answer.Request) != "" {
			s.Grade, s.Weight = cause.Proved, 0.97 // both are there, and AuthX has this sentence for nothing else
			s.Because = append(s.Because, v.Asked("The request carries a cookie beside its credential."))
		}
		return s
	},
}
