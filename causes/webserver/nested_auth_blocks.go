package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// NestedAuthBlocks: two password rules apply to one path, and Authorization holds one login.
var NestedAuthBlocks = &cause.Cause{
	ID:        "nested-auth-blocks",
	Title:     "two password rules apply to this path, one behind the other",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"wrong-password", "basic-layer-credentials-reach-app", "missing-www-authenticate"},
	Partial:   true,
	Audit:     twoRules,
	Suspect: directive.Either(nestedLines, func(v *cause.View) *cause.Suspicion {
		if !login(v) || !gate(v.Answer) || v.Written && !fronts(v.Writer) {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.3, Remedies: nestedRemedies(v), Raise: nestedRaise(v)}
		anon, parent := v.Trial(cause.KeyAnonymous), v.Trial(keyRoot)
		// An agent that waits for the challenge (Digest) has asked without a login already.
		if hops := v.Hops(); anon == nil && len(hops) > 1 && !hops[0].Request.Header.Has("Authorization") && gate(hops[0]) && hops[0].Request.URL.Target().Equal(v.Answer.Request.URL.Target()) {
			anon = hops[0]
		}
		switch {
		case anon != nil && gate(anon) && realm(anon) != realm(v.Answer) && v.Written:
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Because = []fact.Fact{
				fact.At(anon.N, "Without a login: 401, realm=%q.", realm(anon)),
				v.Saw("With it another layer asks: 401, realm=%q. So the first layer took the login, and the second wants one of its own.", realm(v.Answer)),
			}
			return s
		case parent != nil && gate(parent) && realm(parent) != realm(v.Answer):
			// Which of the two the login belongs to cannot be seen: a refused password is not sent a second time.
			s.Weight = 0.45
			s.Because = []fact.Fact{
				v.Saw("This path asks for realm=%q.", realm(v.Answer)),
				fact.At(parent.N, "The site's start page asks for realm=%q: there are two password rules, and the login may be the other one's.", realm(parent)),
			}
		case parent != nil:
			return nil
		case taken(v) != nil:
			s.Weight = 0.62
			s.Because = []fact.Fact{
				fact.At(taken(v).N, "The same login is taken at another path of this server."),
				v.Saw("Here it is not: this path asks for realm=%q, by a rule of its own.", realm(v.Answer)),
			}
		default:
			s.Because = []fact.Fact{v.Saw("%s asks for realm=%q again, with a login sent.", nameOf(v), realm(v.Answer))}
		}
		another := func(failing, seen *exchange.Exchange) bool { return gate(seen) && realm(seen) != realm(failing) }
		if anon == nil {
			s.Trials = []cause.Trial{cause.Anonymous().Predicting("a challenge for another realm", another).Carrying(cause.Strong)}
		}
		if strings.Count(v.Answer.Request.URL.Path, "/") > 1 {
			s.Trials = append(s.Trials, root().Predicting("a challenge for another realm", another).Carrying(cause.Likely))
		} else if anon != nil {
			return nil
		}
		return s
	}),
}

// taken finds a recorded exchange in which the same server took the same login.
func taken(v *cause.View) *exchange.Exchange {
	login := v.Answer.Request.Header.Text("Authorization")
	for _, x := range v.Others() {
		if r := x.Request; x.OK() && cause.Passed(x) && authority(r) == authority(v.Answer.Request) && r.Header.Text("Authorization").Equal(login) {
			return x
		}
	}
	return nil
}

func authority(r exchange.Request) string {
	if h := r.Header.Get("Host"); h != "" {
		return strings.ToLower(h)
	}
	return r.URL.Authority()
}

const keyRoot = "anonymous-root"

// root asks for the site's start page without a credential.
func root() cause.Trial {
	return cause.Trial{Key: keyRoot, Change: "the site's start page, without a credential", Fresh: true,
		Edit: func(r exchange.Request) exchange.Request {
			r = cred.Strip(cause.AsGet(r))
			r.Target = secret.Text{}
			r.URL.Path, r.URL.Query, r.URL.HasQuery = "/", nil, false
			return r
		}}
}

func nestedRaise(v *cause.View) []cause.Raise {
	return []cause.Raise{{
		Command: "sudo grep -rnE 'auth_basic|AuthName|AuthUserFile' /etc/nginx /etc/apache2 /var/www --include='*.conf' --include='.htaccess' 2>/dev/null",
		Where:   "on the web server", Would: "show both rules and the password file of each; the login must stand in the file of realm " + cause.QuoteWord(realm(v.Answer)),
	}}
}

func nestedRemedies(v *cause.View) []cause.Remedy {
	p := cause.QuoteWord(v.Answer.Request.URL.Path)
	return []cause.Remedy{{
		ID: "one-rule", Title: "leave one password rule on the way", For: "server",
		Effect: "one login opens the path", Opens: "nothing that the remaining rule does not guard",
		Steps: []string{
			"two servers in a row: keep auth_basic at the front, delete it behind, and let the inner server listen to the front only",
			"one server:           take auth_basic_user_file (nginx) or AuthUserFile (Apache) out of the inner block " + p + ", so that the outer rule holds",
		},
		Verify: "the login passes; without it, and with another password, the answer is 401", Undo: "put the lines back and reload",
	}, {
		ID: "inner-login", Title: "use the inner area's login, if both rules are meant", For: "client",
		Effect: "the inner rule lets the request in, when one server holds both", Opens: "nothing",
		Steps: []string{"curl -u USER " + cause.Quote(v.Answer.Request.URL) + "      (asks for the password)"}, Verify: "2xx", Undo: "use the former login",
	}}
}
