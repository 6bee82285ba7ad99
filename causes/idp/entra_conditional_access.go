package idp

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// EntraConditionalAccess: Entra, or an API of Microsoft's, wants more than the token shows: a second factor, a managed
// device, a fresh login, or another place.
var EntraConditionalAccess = &cause.Cause{
	ID:      "entra-conditional-access",
	Title:   "a Conditional Access policy of Entra is not met",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"token-expired", "token-revoked", "scope-missing-401", "user-lacks-role-or-group", "missing-www-authenticate", "403-means-401", "wrong-password", "account-locked-or-disabled", "no-credentials-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !clientError(v) {
			return nil
		}
		s := &cause.Suspicion{Weight: 0.9, Remedies: accessRemedies(), Raise: []cause.Raise{{
			Command: "az rest --method get --url 'https://graph.microsoft.com/v1.0/auditLogs/signIns?$top=5'",
			Where:   "as an administrator (or in the portal: Sign-in logs > Conditional Access)", Would: "name the policy that was applied and the control that was not met",
		}}}
		if b := v.Challenges.Find("Bearer"); b != nil {
			_, hasClaims := b.Param("claims")
			if e := b.Value("error"); hasClaims && (e == "insufficient_claims" || e == "interaction_required" || e == "invalid_token") {
				s.Grade = cause.Strong
				if e == "insufficient_claims" {
					s.Grade = cause.Proved
				}
				s.Title = "the API wants a token that meets more claims (claims challenge)"
				s.Because = []fact.Fact{v.Saw("The Bearer challenge says error=%q and brings claims: a claims challenge of Entra.", e)}
				return s
			}
		}
		for _, p := range policies {
			f, ok := says(v, p.code)
			if !ok {
				continue
			}
			s.Grade, s.RefusedBy, s.FaultAt = cause.Strong, exchange.IdentityProvider, p.fault
			s.Because = []fact.Fact{f, v.Saw("That code means: %s.", p.means)}
			return s
		}
		return nil
	},
}

var policies = []struct {
	code, means string
	fault       exchange.Layer
}{
	{"AADSTS50076", "a second factor is asked for, by policy or since the place changed", exchange.Client},
	{"AADSTS50079", "the user must enrol for a second factor", exchange.Client},
	{"AADSTS50158", "a check by another provider is asked for", exchange.Client},
	{"AADSTS53000", "the device is not compliant", exchange.Client},
	{"AADSTS53001", "the device is not joined to the domain", exchange.Client},
	{"AADSTS53002", "the application is not one that the policy approves", exchange.Client},
	{"AADSTS53003", "a policy blocks this sign-in", exchange.IdentityProvider},
	{"AADSTS530003", "the device must be managed", exchange.Client},
	{"AADSTS50005", "the policy does not allow this kind of device", exchange.Client},
}

func accessRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "answer-claims", Title: "sign in again, and hand the claims challenge to the login", For: "client",
		Effect: "the new token shows what the policy asks for", Opens: "nothing",
		Steps: []string{
			"MSAL: on MsalUiRequiredException call AcquireTokenInteractive(scopes).WithClaims(ex.Claims); for an API's 401 pass the decoded claims of its challenge",
			"a daemon cannot answer a second factor: use a service principal with a certificate or a managed identity in place of a user's password (ROPC)",
		},
		Verify: "the API answers 2xx with the new token", Undo: "nothing was changed",
	}, {
		ID: "review-policy", Title: "let an administrator look at the policy in the sign-in log", For: "idp",
		Effect: "it is known which control is missing",
		Opens:  "whatever an exception opens, to whom it names: prefer meeting the control (device, place, factor) to an exception",
		Steps:  []string{"Entra: Sign-in logs > the failed sign-in > Conditional Access; Policies > What If with the same user, application and place"},
		Verify: "the sign-in shows the policy as satisfied", Undo: "take an exception out again",
	}}
}
