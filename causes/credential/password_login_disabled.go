package credential

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// PasswordLoginDisabled: the server takes no account password here, only a token or an app password.
var PasswordLoginDisabled = &cause.Cause{
	ID:      "password-login-disabled",
	Title:   "password login is off here: a token or app password is wanted",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"wrong-password", "credential-type-wrong", "401-means-403", "403-means-401", "missing-www-authenticate",
		"basic-non-ascii-charset", "basic-colon-in-username", "wrong-username-form", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c, ok := withLogin(v)
		if !ok {
			return nil
		}
		l, isBasic := basicLogin(v)
		token := isBasic && cred.VendorOf(l.pair.Password).Known()
		s := &cause.Suspicion{}
		m, said := says(v, signature.PasswordLoginOff, signature.OTP, signature.SSORequired)
		switch {
		case !said:
			return nil
		case m.Meaning == signature.SSORequired:
			s.Grade, s.Weight, s.Title = cause.Strong, 0.85, "the token must be authorised for single sign-on first"
		case token:
			// The words fit every refusal of this product; with a token they mean that the token is not accepted.
			return nil
		case m.Meaning == signature.PasswordLoginOff:
			s.Grade, s.Weight = cause.Strong, 0.92
		case m.Product == "GitLab":
			// GitLab says "wrong, or you have 2FA" in one sentence.
			s.Grade, s.Weight = cause.Likely, 0.75
		default:
			s.Grade, s.Weight, s.Title = cause.Strong, 0.88, "the account has a second factor: a password alone is not taken"
		}
		s.Because = []fact.Fact{m.Because, v.Asked("The request carries a password (%s).", c)}
		if token {
			s.Because[1] = v.Asked("The request carries a token (%s).", c)
		}
		if !v.Challenges.Has("Basic") && v.Answer.Status() == 401 {
			s.Because = append(s.Because, v.Saw("The 401 does not ask for Basic."))
		}
		where := tokenPage[m.Product]
		if where == "" {
			where = "the account's settings: security, access tokens or app passwords"
		}
		step := "curl -u USER " + cause.Quote(v.Request.URL) + "      (the token in place of the password)"
		s.Raise = []cause.Raise{{Command: step, Where: "here, with a token of this account", Would: "be let in if the password is all that is not taken"}}
		make := cause.Remedy{ID: "use-token", Title: "use a token or app password of this account", For: "client", Effect: "the request is let in without the second factor, within the token's rights", Opens: "what the token allows: give it the least, and an end",
			Steps: []string{"make one: " + where, step}, Verify: "the same request passes; the password alone is still refused", Undo: "delete the token where it was made"}
		if m.Meaning == signature.SSORequired {
			make = cause.Remedy{ID: "authorise-token-for-sso", Title: "authorise the token for the organisation", For: "client", Effect: "the token is taken for resources behind single sign-on", Opens: "the organisation's resources to this token",
				Steps: []string{"GitHub: Settings, Developer settings, Personal access tokens, Configure SSO, Authorize"}, Verify: "the same request passes", Undo: "Deauthorize on the same page"}
		}
		s.Remedies = []cause.Remedy{make, {
			ID: "service-account", Title: "give programs an account or deploy token of their own", For: "idp", Effect: "programs do not depend on a person's second factor", Opens: "what that account may do",
			Steps:  []string{"GitLab: Settings, Repository, Deploy tokens; GitHub: a GitHub App; Nextcloud: an app password for each program"},
			Verify: "the program works after the person's password was changed", Undo: "delete the account or token",
		}}
		return s
	},
}

// tokenPage is where a product's users make tokens.
var tokenPage = map[string]string{
	"GitHub":    "https://github.com/settings/tokens",
	"GitLab":    "Preferences, Access tokens (scope read_api or read_repository)",
	"Nextcloud": "Settings, Security, Devices & sessions, Create new app password",
	"Jira":      "https://id.atlassian.com/manage-profile/security/api-tokens (the user name is the e-mail address)",
	"PyPI":      "https://pypi.org/manage/account/token/ (user name __token__)",
}
