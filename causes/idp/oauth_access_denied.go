package idp

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// OAuthAccessDenied: the person, or a rule of the provider, said no at the login or at the device's approval (RFC 6749
// 4.1.2.1, RFC 8628 3.5: access_denied).
var OAuthAccessDenied = &cause.Cause{
	ID:        "oauth-access-denied",
	Title:     "the user, or a rule of the provider, did not consent",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides(),
	Partial:   true,
	Suspect: orQuoted("oauth-access-denied", func(v *cause.View) *cause.Suspicion {
		code, x := v.FlowError()
		if code != "access_denied" && code != "authorization_declined" || v.Described("audience", "resource server", "scope") {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: []fact.Fact{answered(x, code)}}
		switch {
		case v.Described("aborted", "cancel", "user denied", "resource owner", "user did not", "declined", "user has denied", "denied the request", "consent"):
			s.Title = "the user said no, or left the login"
			s.Because = append(s.Because, fact.At(x.N, "Its error_description says that the person ended it."))
		default:
			s.Weight = 0.8
		}
		if t := v.TokenRequest(); t != nil && t.Device != nil {
			s.Because = append(s.Because, fact.At(t.Device.X.N, "It is the answer to the device's request for approval."))
		}
		s.Raise = []cause.Raise{{Command: "look at the provider's log of sign-ins for this client and time", Where: "at the identity provider", Would: "tell a person who declined from a rule (group, consent by an administrator, device) that did"}}
		s.Remedies = []cause.Remedy{{
			ID: "consent", Title: "begin the login again and agree to it", For: "client", Effect: "the client gets what was agreed to", Opens: "the client may do what the consent page lists",
			Steps:  []string{"Log in anew; show the user what the client will be able to do, and offer the login again after access_denied. Never repeat it by itself."},
			Verify: "the redirect back has a code, or the device gets its tokens", Undo: "revoke the consent in the account's settings",
		}, {
			ID: "assign-user", Title: "or assign the user or group to the application, if a rule refused", For: "idp", Effect: "the rule lets the user log in",
			Opens: "the named users may use the application",
			Steps: []string{"Entra: Enterprise applications > Users and groups; admin consent      Okta: Applications > Assignments      Auth0: the Action that calls api.access.deny"}, Undo: "take the assignment away",
		}}
		return s
	}),
}
