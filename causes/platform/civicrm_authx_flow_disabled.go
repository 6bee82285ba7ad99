package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// CiviCRMFlowDisabled: AuthX knows the credential, and its settings or guards do not let it in; or it never looks at the
// header.
var CiviCRMFlowDisabled = &cause.Cause{
	ID:        "civicrm-authx-flow-disabled",
	Title:     "CiviCRM does not allow this credential this way",
	Family:    family,
	Installed: authxWithoutKeys,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"401-means-403", "missing-www-authenticate", "user-lacks-role-or-group", "scope-missing-401", "authorization-scheme-wrong", "wrong-password",
		"account-locked-or-disabled", "credential-type-wrong", "unsolicited-authorization-sent", "wrong-username-form"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !site.Live(v) {
			return nil
		}
		if said, ok := site.AuthX(v.Answer); ok {
			return ruleNotMet(v, said)
		}
		return headerNotRead(v)
	},
}

// ruleNotMet reads AuthX's own sentence. It names the rule, and AuthX has it for nothing else.
func ruleNotMet(v *cause.View, said string) *cause.Suspicion {
	if said == site.AuthXInvalid || said == site.AuthXExpired || strings.Contains(said, "ession") && strings.HasPrefix(said, "Cannot login") || site.AuthXFlow(v.Answer.Request) == "" {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Proved, Weight: 0.96,
		Because: []fact.Fact{v.Saw("The whole answer is one line of CiviCRM's AuthX: %q.", "HTTP 401 "+said)},
		Raise:   []cause.Raise{{Command: "cv vget /authx/", Where: "on the web server", Would: "show which kinds each way in allows, the guards, and the layer that sets each"}}}
	if m := notAllowed.FindStringSubmatch(said); m != nil {
		s.Title = `CiviCRM takes no "` + m[1] + `" by the way "` + m[2] + `"`
		s.Because = append(s.Because, v.Saw("AuthX knows the credential: it is of the kind %q and came by the way %q, and authx_%s_cred does not list that kind.", m[1], m[2], m[2]))
		if m[1] == "pass" && m[2] == "header" {
			// The same sentence comes when a prompt's login happens to be a user's as well.
			anon := v.Trial(cause.KeyAnonymous)
			switch {
			case anon == nil:
				s.Grade, s.Trials = cause.Strong, []cause.Trial{notAPrompt()}
			case site.Gate(anon):
				return nil
			}
		}
		return s
	}
	if strings.HasPrefix(said, "Login not permitted") {
		s.Title = "CiviCRM's guard wants the site key or a permission"
		s.Because = append(s.Because, v.Saw("The credential is good; the contact's user lacks the permission, and no X-Civi-Key came along."))
	}
	return s
}

var notAllowed = lazyregexp.New(`^Authentication type "([a-z_]+)" with flow "([a-z]+)" is not allowed`)

// notAPrompt predicts that no password prompt stands in front.
func notAPrompt() cause.Trial {
	t := cause.Anonymous().Predicting("no password prompt in front of the site", func(_, seen *exchange.Exchange) bool {
		return seen.Response != nil && !site.Gate(seen)
	}).Carrying(cause.Strong)
	t.Refutes = true
	return t
}

// headerNotRead is a token that came to nothing: civicrm/authx/id names nobody. AuthX passes the header over while
// authx_header_cred is empty, the default from 5.50 to 6.13; a web server that keeps the header back looks alike.
func headerNotRead(v *cause.View) *cause.Suspicion {
	nobody, ok := site.CiviIdentity(v.Answer)
	c, sent := site.Asks(v, cred.Bearer, cred.JWT)
	if !ok || !nobody || !sent || site.AuthXFlow(v.Answer.Request) != "header" {
		return nil
	}
	t := site.OtherHeader().Predicting("the contact's name", func(_, seen *exchange.Exchange) bool {
		still, id := site.CiviIdentity(seen)
		return id && !still
	}).Carrying(cause.Strong)
	return &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Title: "CiviCRM does not look at Authorization",
		Because: []fact.Fact{
			v.Asked("The request carries %s, of %d characters.", c, c.Value.Len()),
			v.Saw("civicrm/authx/id answers 200 and names nobody: the header was passed over, or never arrived."),
		},
		Trials: []cause.Trial{t},
		Raise: []cause.Raise{{Command: "cv vget authx_header_cred", Where: "on the web server",
			Would: "show [] if AuthX passes the header over; a list with api_key or jwt means that the web server keeps the header back (Apache: CGIPassAuth On)"}}}
}
