package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/signature"
)

// AccountLockedOrDisabled: the account is locked, switched off, or must do something before it may log in. Nothing is
// sent to a locked account: every refused try may prolong the lock.
var AccountLockedOrDisabled = &cause.Cause{
	ID:      "account-locked-or-disabled",
	Title:   "the account is locked or switched off",
	Family:  family,
	FaultAt: exchange.IdentityProvider,
	Hides: []string{"wrong-password", "password-login-disabled", "credential-type-wrong", "token-revoked", "401-means-403", "403-means-401",
		"missing-www-authenticate", "unsolicited-authorization-sent", "basic-non-ascii-charset", "basic-colon-in-username", "wrong-username-form"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !v.Refused() && v.Answer.Status() != 400 && v.Answer.Status() != 423 {
			return nil
		}
		c, ok := v.Arrived()
		if !ok {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9}
		locked, captcha := false, false
		switch m, said := says(v, signature.Locked, signature.AccountDisabled, signature.Captcha); {
		case said && m.Meaning == signature.Locked:
			locked = true
			s.Title = "the account is locked for now"
			s.Because = append(s.Because, m.Because)
		case said && m.Meaning == signature.AccountDisabled:
			s.Title = "the account is switched off"
			s.Because = append(s.Because, m.Because)
		case said && v.Answer.Header().Has("X-Authentication-Denied-Reason"):
			captcha = true
			s.Title = "the account must solve a captcha in the browser first"
			s.Because = append(s.Because, m.Because)
		case strings.EqualFold(v.Answer.Header().Get("X-Seraph-LoginReason"), "AUTHENTICATION_DENIED"):
			captcha = true
			s.Title = "the account is locked until a captcha is solved in the browser"
			s.Because = append(s.Because, v.Saw("X-Seraph-LoginReason is AUTHENTICATION_DENIED: Jira does not look at the password any more."))
		case v.Answer.Status() == 423:
			locked = true
			s.Weight = 0.7
			s.Because = append(s.Because, v.Saw("The answer is 423 Locked."))
		default:
			return nil
		}
		who := "USER"
		if l, ok := basicLogin(v); ok {
			s.Because = append(s.Because, v.Asked("The login is the one of %s.", l.name))
			if l.name != "the user" {
				who = cause.QuoteWord(l.pair.User.String())
			}
		} else {
			s.Because = append(s.Because, v.Asked("The request carries %s.", c))
		}
		s.Raise = []cause.Raise{{Command: "sudo journalctl --since -1h | grep -iE 'lock|disabled|denied' | grep " + who,
			Where: "on the server or in the identity provider's sign-in log", Would: "say since when, and what set it off: count the refused tries and the machine they came from"}}
		now := cause.Remedy{ID: "unlock-account", Title: "have the account unlocked or enabled", For: "idp", Effect: "its logins are looked at again", Opens: "this account",
			Steps: []string{
				"stop every program that still sends the old password, or it is locked again at once",
				"Entra or AD: Unlock-ADAccount " + who + "; Keycloak: Users, " + who + ", Enabled; Linux: sudo faillock --user " + who + " --reset",
			},
			Verify: "the sign-in log shows a success; a wrong password is still refused", Undo: "lock or disable the account again"}
		if locked {
			now.Steps = append([]string{"or wait until the lock ends (15 to 30 minutes are usual), without another try"}, now.Steps...)
		}
		if captcha {
			now = cause.Remedy{ID: "solve-captcha", Title: "log in once with the browser and solve the captcha", For: "client", Effect: "the counter of refused tries goes back to zero", Opens: "nothing",
				Steps:  []string{"stop every program that still sends the old password", "open " + cause.QuoteWord(v.Request.URL.Origin().String()+"/login.jsp") + " in a browser, log in, solve the captcha"},
				Verify: "the answer has no X-Seraph-LoginReason: AUTHENTICATION_DENIED any more", Undo: "none needed"}
		}
		s.Remedies = []cause.Remedy{now, {
			ID: "stop-after-first-refusal", Title: "let programs stop after the first refusal", For: "client", Effect: "a changed password does not lock the account", Opens: "nothing",
			Steps:  []string{"on 401 stop and report; no repeat with the same password", "give each program an account or token of its own, so that one does not lock the others"},
			Verify: "with a wrong password the program sends one request and ends", Undo: "put the former retry rule back",
		}}
		return s
	},
}
