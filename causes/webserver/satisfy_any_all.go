package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// SatisfyAnyAll: an address rule and a password rule stand together, and the server wants both where one is meant.
var SatisfyAnyAll = &cause.Cause{
	ID:        "satisfy-any-all",
	Title:     "an address rule refuses before the password is looked at",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"403-means-401", "user-lacks-role-or-group", "ip-allowlist"},
	Partial:   true,
	Audit:     closedToAll,
	Traced:    tracedBoth,
	Suspect: directive.Either(satisfyLines, func(v *cause.View) *cause.Suspicion {
		anon := v.Trial(cause.KeyAnonymous)
		if anon != nil && gate(anon) || !login(v) || v.Answer.Status() != 403 || !v.Written || v.Writer.Layer != exchange.WebServer {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.4, Remedies: satisfyRemedies(v),
			Because: []fact.Fact{v.Saw("A login was sent, and the answer is %s's own 403: it does not ask for another one.", v.Writer.Product)},
			// One request shows both: that the rule covers the place, and that it refuses before it asks for a password.
			Trials: []cause.Trial{cause.Absent().Predicting("the same 403, with no challenge",
				func(failing, seen *exchange.Exchange) bool { return cause.Alike(failing, seen) }).Carrying(cause.Likely).OrOut()},
			Raise: []cause.Raise{{
				Command: "sudo grep -E 'access forbidden by rule|AH01630|client denied' /var/log/nginx/error.log /var/log/apache2/error.log 2>/dev/null | tail -2",
				Where:   "on the web server", Would: "say that the client's address was refused by a rule; then satisfy (nginx) or RequireAll (Apache) beside it says whether the password could do instead",
			}}}
		if anon != nil && cause.Alike(v.Answer, anon) {
			s.Because = append(s.Because, fact.At(anon.N, "Without the login it is the same 403: the server refuses before it asks for a password."))
		}
		if absent := v.Trial(cause.KeyAbsent); absent != nil && cause.Alike(v.Answer, absent) {
			s.Weight = 0.65
			s.Because = append(s.Because, fact.At(absent.N, "A path that does not exist, asked without a login, is the same 403: a rule covers the place and refuses before it asks for a password."))
		}
		return s
	}),
}

func satisfyRemedies(v *cause.View) []cause.Remedy {
	either := []string{"nginx:  satisfy any;  allow 192.0.2.0/24;  deny all;  auth_basic \"...\";  auth_basic_user_file FILE;", "sudo nginx -t && sudo nginx -s reload"}
	if strings.HasPrefix(v.Writer.Product, "Apache") {
		either = []string{"Apache: <RequireAny> Require ip 192.0.2.0/24 / Require valid-user </RequireAny>", "sudo apachectl configtest && sudo apachectl graceful"}
	}
	return []cause.Remedy{{
		ID: "either-rule", Title: "let the address or the password suffice, if that is what is meant", For: "server",
		Effect: "allowed addresses enter without a login, all others with one",
		Opens:  "the place to anybody with a password, from any address, and to the listed addresses without one",
		Steps:  either,
		Verify: "the login passes from here; without it the answer is 401; a wrong password is 401", Undo: "restore the lines and reload",
	}, {
		ID: "add-address", Title: "add this address to the list, if both are meant", For: "server",
		Effect: "the password is asked for from this address too", Opens: "the password prompt to this one address",
		Steps:  []string{"nginx: allow ADDRESS;  above  deny all;      Apache: Require ip ADDRESS"},
		Verify: "as above", Undo: "take the address out and reload",
	}}
}
