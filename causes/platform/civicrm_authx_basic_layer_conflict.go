package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CiviCRMBasicConflict: AuthX reads the header that a password prompt in front of the site fills, and takes it for a login
// of its own.
var CiviCRMBasicConflict = &cause.Cause{
	ID:        "civicrm-authx-basic-layer-conflict",
	Title:     "CiviCRM takes the web server's password prompt for a login",
	Family:    family,
	Installed: authxBehindPrompt,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"basic-layer-credentials-reach-app", "two-auth-layers-one-header", "wrong-password", "missing-www-authenticate", "401-means-403",
		"unsolicited-authorization-sent", "auth-scope-too-wide", "realm-mismatch", "nested-auth-blocks", "wrong-username-form"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		said, ok := site.AuthX(v.Answer)
		if !ok || !site.Live(v) || site.AuthXFlow(v.Answer.Request) != "header" {
			return nil
		}
		c, sent := site.Asks(v, cred.Basic, cred.Digest)
		if !sent || !judgesPassword(said) {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.7,
			Because: []fact.Fact{
				v.Saw("The whole answer is one line of CiviCRM's AuthX: %q.", "HTTP 401 "+said),
				v.Asked("Authorization holds a login of the scheme %s, and there is no X-Civi-Auth, which AuthX would read first.", c.Scheme),
			},
			Trials: []cause.Trial{promptInFront()},
			Raise: []cause.Raise{
				{Command: "cv vget authx_header_cred", Where: "on the web server",
					Would: "show a list that is not empty, and the layer that sets it: with \"mandatory\" a line of civicrm.settings.php decides, and neither cv vset nor SQL has a say"},
				{Command: "cv ev 'echo CRM_Utils_System::version();'", Where: "on the web server", Would: "say which fix applies: before 5.50 the web server's, to 6.13 the setting, from 6.14 look for \"pass\" in it"},
			}}
		anon := v.Trial(cause.KeyAnonymous)
		switch {
		case anon == nil || anon.Response == nil:
			return s
		case site.Gate(anon):
			// The prompt let the login in, and AuthX judged it. From outside one thing stays open: a proxy that adds a
			// credential of its own to every request would be answered alike.
			s.Grade, s.Weight = cause.Strong, 0.95
			s.Because = append(s.Because, fact.At(anon.N, "Without the login another answers: the web server's prompt, with WWW-Authenticate."))
			return s
		case cause.Passed(anon):
			return nil // no prompt stands in front: the client sends a login that nobody asked for
		}
		return s
	},
}

// judgesPassword reports a sentence that AuthX gives to a password it does not know, or does not allow in a header.
func judgesPassword(said string) bool {
	return said == site.AuthXInvalid || strings.HasPrefix(said, `Authentication type "pass" with flow "header"`)
}

// promptInFront predicts that without the login the web server's own prompt answers.
func promptInFront() cause.Trial {
	t := cause.Anonymous().Predicting("the web server's own challenge in place of AuthX's line", func(_, seen *exchange.Exchange) bool {
		_, authx := site.AuthX(seen)
		return site.Gate(seen) && !authx
	}).Carrying(cause.Strong)
	t.Refutes = true
	return t
}
