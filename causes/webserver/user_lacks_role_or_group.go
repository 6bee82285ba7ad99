package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// UserLacksRoleOrGroup: the login is accepted, and the user is not in the list, group or role that the rule requires.
var UserLacksRoleOrGroup = &cause.Cause{
	ID:      "user-lacks-role-or-group",
	Title:   "the login is accepted, and this user is not allowed here",
	Family:  family,
	FaultAt: exchange.WebServer,
	Hides:   []string{"403-means-401"},
	Audit:   strangers,
	Traced:  tracedUnlisted,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if _, ok := v.Arrived(cred.Basic, cred.Digest); !ok || v.Answer.Status() != 403 {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.45,
			Because: []fact.Fact{v.Saw("With the login the answer is 403, not 401: it is not the login that is asked for again.")},
			Trials: []cause.Trial{cause.Anonymous().Predicting("401, a challenge for a login",
				func(_, seen *exchange.Exchange) bool { return gate(seen) }).Carrying(cause.Likely).OrOut()},
			Raise: []cause.Raise{{Command: "sudo grep -E 'AH01631|authorization failure|not in' /var/log/apache2/error.log | tail -2",
				Where: "on the web server", Would: "name the user and the rule that was not met"}},
			Remedies: []cause.Remedy{{
				ID: "add-to-rule", Title: "add the user to the list, group or role", For: "server",
				Effect: "this user may enter", Opens: "the area, to this one user",
				Steps:  []string{"Apache: Require user NAME, or the user's name behind the group in AuthGroupFile; Tomcat: the role in tomcat-users.xml", "sudo apachectl configtest && sudo apachectl graceful"},
				Verify: "this user gets 2xx; another user still 403; nobody 401", Undo: "take the name out again",
			}, {
				ID: "use-other-login", Title: "use a login that is allowed here", For: "client",
				Effect: "the request is made as another user", Opens: "nothing", Steps: []string{"curl -u OTHER " + cause.Quote(v.Request.URL)}, Undo: "use the former login",
			}},
		}
		if anon := v.Trial(cause.KeyAnonymous); anon != nil && gate(anon) {
			s.Because = append(s.Because, fact.At(anon.N, "Without it the server asks for one: 401, realm=%q. So the login was read and is good.", realm(anon)))
			s.Grade, s.Weight = cause.Strong, 0.6
		}
		return s
	},
}
