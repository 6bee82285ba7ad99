package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
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
		if v.Answer.Status() != 403 {
			return nil
		}
		if _, login := v.Arrived(cred.Basic, cred.Digest); !login {
			return keyLacksRight(v)
		}
		if noListing.MatchString(string(v.Answer.Body())) {
			return nil // it is the folder that is not shown, to nobody
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
		anon := v.Trial(cause.KeyAnonymous)
		switch {
		case anon == nil || !gate(anon):
		case ofDrupal(v.Answer):
			// core/modules/basic_auth/tests, BasicAuthTest: invalid details are answered with 403 and no challenge.
			s.Because = append(s.Because, v.Saw("Drupal answers a wrong password with 403 as well, so this does not say whether the login is good."))
		default:
			s.Because = append(s.Because, fact.At(anon.N, "Without it the server asks for one: 401, realm=%q. So the login was read and is good.", realm(anon)))
			s.Grade, s.Weight = cause.Strong, 0.6
		}
		_, says := v.Means(signature.PermissionDenied)
		if v.Written && fronts(v.Writer) && !says {
			refusedByFile(v, s)
		}
		if !v.Written || v.Writer.Layer == exchange.Application {
			s.FaultAt = exchange.Application
			s.Raise = []cause.Raise{{Command: "curl -i -u OTHER " + cause.Quote(v.Request.URL), Where: "here, with the login of a user who may do it",
				Would: "be let in if the right is all that is missing"}}
			s.Remedies[0].Steps = []string{"look up in the application which role, group or owner the page or endpoint requires (Tomcat: tomcat-users.xml)"}
		}
		return s
	},
}

// refusedByFile makes less of a web server's own 403 behind a good login. Apache answers a user outside of Require with 401
// unless AuthzSendForbiddenOnFailure is on, and nginx knows no groups; both answer 403 at a folder without an index page and
// at a file that they may not read, and only for those who got that far.
func refusedByFile(v *cause.View, s *cause.Suspicion) {
	s.Grade, s.Weight = min(s.Grade, cause.Likely), min(s.Weight, 0.5)
	s.Title = "the login is accepted, and the server refuses this address"
	s.Because = append(s.Because, v.Saw("The 403 is %s's own page. It comes for a rule on the user, a folder without an index page, and a file that may not be read.", v.Writer.Product))
	s.Raise = []cause.Raise{{Command: "sudo grep -hE 'AH01631|AH01276|AH00035|AH00132|Permission denied|directory index' /var/log/apache2/error.log /var/log/nginx/error.log | tail -2",
		Where: "on the web server", Would: "name the rule (AH01631), the folder without an index page (AH01276), or the file that may not be read (AH00035, AH00132)"}}
}

// noListing is how programs say that a folder has nothing to show: Radicale, Python's and Node's file servers.
var noListing = lazyregexp.New(`(?i)directory listings? (is|are|not|denied|forbidden)|directory index(es)? (is|are|not|forbidden)|listing (of )?director(y|ies) (is |are )?(not|denied|forbidden)`)

// keyLacksRight is the same for a key, an opaque token or a session, where the application says in words that the identity
// is known. What a token's own scopes lack is scope-missing-401.
func keyLacksRight(v *cause.View) *cause.Suspicion {
	m, said := v.Means(signature.PermissionDenied)
	c, ok := v.Arrived(cred.APIKey, cred.Bearer, cred.JWT, cred.Cookie, cred.Other)
	if !said || !ok {
		return nil
	}
	s := &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.55, FaultAt: exchange.Application,
		Title:   "the identity is known, and it may not do this",
		Because: []fact.Fact{m.Because, v.Asked("The request carries %s.", c)},
		Trials: []cause.Trial{cause.Anonymous().Predicting("another answer: without it the application asks who it is",
			func(failing, seen *exchange.Exchange) bool {
				return seen.Status() == 401 || seen.Status()/100 == 3 || (seen.Status() == 400 || seen.Status() == 403) && !cause.Alike(failing, seen)
			}).Carrying(cause.Strong).OrOut()},
		Raise: []cause.Raise{{Command: "curl -i " + cause.Quote(v.Request.URL), Where: "here, with the key of a user who may do it", Would: "be let in if the right is all that is missing"}},
		Remedies: []cause.Remedy{{
			ID: "grant-right", Title: "give the user behind the key the role or permission", For: "server",
			Effect: "this identity may do what the request asks for", Opens: "what the role allows, to this one user",
			Steps:  []string{"look up in the application whose key it is, and which role the page or endpoint requires"},
			Verify: "the same request answers 2xx; the key of another user is still 403; without a key it is refused", Undo: "take the role away again",
		}, {
			ID: "use-other-key", Title: "use the key of a user who is allowed here", For: "client",
			Effect: "the request is made as another user", Opens: "nothing", Steps: []string{"send that user's key in place of this one"}, Undo: "use the former key",
		}},
	}
	if anon := v.Trial(cause.KeyAnonymous); anon != nil && anon.Status() == 401 {
		s.Because = append(s.Because, fact.At(anon.N, "Without it the answer is 401: the credential was read."))
		s.Grade, s.Weight = cause.Strong, 0.7
	}
	return s
}

// ofDrupal reports an answer that Drupal wrote, challenges of its basic_auth included.
func ofDrupal(x *exchange.Exchange) bool {
	return strings.HasPrefix(x.Header().Get("X-Generator"), "Drupal")
}
