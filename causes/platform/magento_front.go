package platform

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// MagentoBasicLayer: a password prompt in front of the shop wants the header that Magento's token stands in.
var MagentoBasicLayer = &cause.Cause{
	ID:        "magento-basic-layer",
	Title:     "a password prompt in front of Magento takes the header",
	Family:    family,
	Installed: magentoBehindPrompt,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Hides: []string{"basic-wrong-base64", "two-auth-layers-one-header", "basic-layer-credentials-reach-app", "magento-integration-bearer-disabled",
		"magento-acl-resource-missing", "duplicate-authorization-headers", "auth-scope-too-wide", "authorization-scheme-wrong", "no-credentials-sent", "wrong-password",
		"credential-type-wrong", "unsolicited-authorization-sent", "missing-www-authenticate"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		root, api := site.MagentoAPI(v.Request.URL)
		if !api || !site.Live(v) || v.Answer.Hop > 0 {
			return nil
		}
		raise := []cause.Raise{{Command: "sudo nginx -T 2>/dev/null | grep -n auth_basic; grep -rn AuthUserFile /etc/apache2 /etc/httpd", Where: "on the web server",
			Would: "show the prompt and the paths it covers"}}
		if t, ok := site.BearerToken(v); ok && site.Gate(v.Answer) && v.Written && cause.InFront(v.Writer.Layer) {
			s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.75, RefusedBy: v.Writer.Layer, FaultAt: v.Writer.Layer, Raise: raise,
				Because: []fact.Fact{
					v.Asked("A Bearer token of %d characters goes to Magento's web API (%s/V1).", t.Cred.Value.Len(), root),
					v.Saw("The page is %s's own and asks for a password: Magento was not asked. One Authorization header cannot hold both.", v.Writer.Product),
				}, Trials: []cause.Trial{sameGate()}}
			if t.JWT {
				s.Grade, s.Weight = cause.Strong, 0.9
				s.Because = append(s.Because, v.Asked("The token has Magento's own claims, uid and utypid."))
			}
			if anon := v.Trial(cause.KeyAnonymous); anon != nil && cause.Alike(v.Answer, anon) {
				s.Grade, s.Weight = cause.Strong, 0.93
			}
			return s
		}
		// The other way about: the prompt's login passes the prompt, and is no token of Magento's.
		_, refused := site.Magento(v.Answer)
		if _, basic := site.Asks(v, cred.Basic); !refused || !basic {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, RefusedBy: exchange.Application, Raise: raise,
			Because: []fact.Fact{v.Saw("Magento's own refusal came to a request with a Basic login, which its web API does not read.")},
			Trials:  []cause.Trial{gateWithout()}}
		switch anon := v.Trial(cause.KeyAnonymous); {
		case anon == nil || anon.Response == nil:
		case site.Gate(anon):
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Because = append(s.Because, fact.At(anon.N, "Without the login the web server asks for a password, so the header is taken."))
		default:
			return nil // no prompt: the client took the wrong scheme
		}
		return s
	},
}

// sameGate predicts that the prompt answers alike without the token.
func sameGate() cause.Trial {
	t := cause.Anonymous().Predicting("the same prompt, since it never looks at a token", cause.Alike).Carrying(cause.Strong)
	t.Refutes = true
	return t
}

// gateWithout predicts a prompt where the login is left out.
func gateWithout() cause.Trial {
	t := cause.Anonymous().Predicting("the web server's own prompt", func(_, seen *exchange.Exchange) bool { return site.Gate(seen) }).Carrying(cause.Strong)
	t.Refutes = true
	return t
}

// The module TwoFactorAuth's answers at the token endpoint (AdminTokenService; the mail's failure is its, too).
var secondFactorSays = map[string]string{
	"Please use the 2fa provider-specific endpoints to obtain a token.":                             "the login was right; the token is given at the second factor's endpoint",
	"Please ask an administrator with sufficient access to configure 2FA first":                     "the shop has no second factor configured, so nobody gets a token",
	"Please ask an administrator with sufficient access to configure 2FA first.":                    "the shop has no second factor configured, so nobody gets a token",
	"You need to configure Two-Factor Authorization in order to proceed to your store's admin area": "this account has no second factor yet",
	"Failed to send the message. Please contact the administrator":                                  "this account has no second factor yet, and the mail for it cannot be sent",
	"Failed to send the message. Please contact the administrator.":                                 "this account has no second factor yet, and the mail for it cannot be sent",
}

// Magento2FA: the second factor stands before the administrator's token.
var Magento2FA = &cause.Cause{
	ID:        "magento-2fa-admin-token",
	Title:     "Magento's second factor closes the admin token endpoint",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"password-login-disabled", "wrong-password", "401-means-403", "missing-www-authenticate", "account-locked-or-disabled", "entra-conditional-access", "method-or-content-type-401"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !site.Live(v) || v.Answer.Status() != 400 && v.Answer.Status() != 401 {
			return nil
		}
		if root, api := site.MagentoAPI(v.Answer.Request.URL); !api || root == "" {
			return nil
		}
		message := site.Message(v.Answer)
		means, ok := secondFactorSays[message]
		if !ok {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Proved, Weight: 0.96, Because: []fact.Fact{v.Saw("The message is %q: %s.", message, means)},
			Raise: []cause.Raise{
				{Command: "bin/magento module:status Magento_TwoFactorAuth", Where: "on the Magento server", Would: "say whether the second factor is on"},
				{Command: "bin/magento config:show twofactorauth/general/force_providers", Where: "on the Magento server", Would: "show the providers; nothing means that nobody can get a token"}}}
		if message != "Please use the 2fa provider-specific endpoints to obtain a token." {
			s.FaultAt, s.Title = exchange.Application, "Magento wants a second factor that is not set up"
		}
		return s
	},
}
