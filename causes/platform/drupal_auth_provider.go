package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// The sentences of Drupal's core (AuthenticationSubscriber.php, basic_auth's BasicAuth.php).
const (
	drupalNotAllowed = "The used authentication method is not allowed on this route."
	drupalNobody     = "No authentication credentials provided."
)

// DrupalProvider: the route does not list the authentication provider whose credential came, or a prompt's login triggers
// basic_auth where nobody asked for it.
var DrupalProvider = &cause.Cause{
	ID:        "drupal-auth-provider",
	Title:     "Drupal does not allow this login on this route",
	Family:    family,
	Installed: drupalBehindPrompt,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"401-means-403", "403-means-401", "missing-www-authenticate", "user-lacks-role-or-group", "method-or-content-type-401", "wrong-password",
		"authorization-scheme-wrong", "basic-layer-credentials-reach-app", "no-credentials-sent", "unsolicited-authorization-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !site.Live(v) {
			return nil
		}
		raise := []cause.Raise{{Command: "drush config:get rest.resource.RESOURCE configuration", Where: "on the Drupal server", Would: "list the authentication providers of the resource"},
			{Command: "drush pm:list --status=enabled --filter=auth", Where: "on the Drupal server", Would: "show which providers' modules are on"}}
		_, basic := site.Asks(v, cred.Basic)
		if v.Answer.Status() == 403 && drupalSays(v.Answer, drupalNotAllowed) {
			s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.92, Because: []fact.Fact{v.Saw("Drupal says: %q. A provider took the credential, and the route does not list that provider.", drupalNotAllowed)}, Raise: raise}
			if basic {
				s.Trials = []cause.Trial{gateWithout()}
				s.Trials[0].Refutes = false
				if anon := v.Trial(cause.KeyAnonymous); anon != nil && site.Gate(anon) && !drupalSays(anon, drupalNobody) {
					s.FaultAt, s.Title = exchange.WebServer, "a password prompt's login reaches Drupal's basic_auth"
					s.Because = append(s.Because, fact.At(anon.N, "Without the login the web server's own prompt answers: basic_auth tries the prompt's login on every route."))
				}
			}
			return s
		}
		if v.Answer.Status() == 401 && drupalSays(v.Answer, drupalNobody) {
			if _, sent := v.Arrived(); !sent || basic {
				return nil // nothing came, or a login that basic_auth reads: other causes
			}
			return &cause.Suspicion{Grade: cause.Strong, Weight: 0.8, Raise: raise,
				Because: []fact.Fact{v.Asked("The request carries a credential that is no Basic login."), v.Saw("Drupal says: %q. The provider of that credential is off, or the route does not list it.", drupalNobody)}}
		}
		return nil
	},
}

// drupalSays reports the sentence as the whole message of an answer, as JSON or as text.
func drupalSays(x *exchange.Exchange, sentence string) bool {
	return site.Message(x) == sentence || strings.TrimSpace(string(x.Body())) == sentence
}
