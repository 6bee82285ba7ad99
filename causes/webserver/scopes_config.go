package webserver

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

// inherited reports that a demand was set further out than s.
func inherited(s *conf.Scope, a conf.Auth) bool {
	return slices.ContainsFunc(s.Within, func(w *conf.Scope) bool {
		return slices.ContainsFunc(w.Auth, func(o conf.Auth) bool { return o.Place == a.Place && o.Scheme == a.Scheme })
	})
}

// robots are paths that somebody without a password asks for, and who that is. A place of its own for one of them that
// inherits the site's password was meant to be open; a site whose password covers everything may have no such visitors.
var robots = []struct {
	paths *lazyregexp.Regexp
	who   string
	grade cause.Grade
}{
	{lazyregexp.New(`^/\.well-known(/acme-challenge)?/?`), "the certificate authority, which sends no password, is refused, and the certificate is not renewed", cause.Proved},
	{lazyregexp.New(`^/(health|healthz|health-?check|livez|readyz|ready|alive|ping|-/healthy|-/ready|actuator/health)/?$`), "load balancers and monitors, which send no password as a rule, are refused", cause.Likely},
	{lazyregexp.New(`^/(manifest\.json|site\.webmanifest|manifest\.webmanifest)$`), "browsers fetch it without the password unless the page says crossorigin=\"use-credentials\"", cause.Likely},
	{lazyregexp.New(`^/(webhooks?|hooks|callback|ipn)(/|$)`), "the service that calls it sends no password of this site", cause.Likely},
}

// coveredRobots are places for robots that a password of further out covers.
func coveredRobots(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Sample == "" || s.Satisfy == conf.SatisfyAny {
			continue
		}
		for _, a := range access.Passwords(s) {
			if !inherited(s, a) {
				continue
			}
			for _, r := range robots {
				if !r.paths.MatchString(s.Sample) {
					continue
				}
				if t := access.Ask(c, s.Server, "GET", s.Sample); t != nil {
					if _, asked := access.Asked(t); !asked {
						break // it is answered before anybody is asked: nginx's return, another rule
					}
				} else if s.Answer != nil {
					break
				}
				out = append(out, cause.Sighting{Place: s.Place, Scope: s, Grade: r.grade,
					Says:     fmt.Sprintf("%s is covered by the password of line %d: %s.", s.Path, a.Place.Line, r.who),
					Raise:    []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' " + cause.QuoteWord(s.Sample), Where: "from outside, with the site's address in front", Would: "print 401"}},
					Remedies: []cause.Remedy{openRemedy(c, s)}})
				break
			}
			break
		}
	}
	return out
}

func openRemedy(c *conf.Config, s *conf.Scope) cause.Remedy {
	line := "auth_basic off;"
	if access.Is(c, "apache") {
		line = "Require all granted"
	}
	return cause.Remedy{ID: "open-path", Title: "let this one path in without a password", For: "server", Effect: "robots reach it",
		Opens: s.Path + " to everybody, and nothing else", Edits: access.Within(s.Place, line), Steps: []string{"in " + s.Path + ": " + line, reload(c)},
		Verify: "the path answers without a password; every other path still asks for one", Undo: "take the line out and reload"}
}

// closedToAll are places where a password is asked for and an address rule lets nobody by, so that no login helps.
func closedToAll(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if len(access.Passwords(s)) == 0 || s.Satisfy != conf.SatisfyAll || len(s.Rules) == 0 || s.Answer != nil {
			continue
		}
		if slices.ContainsFunc(s.Rules, func(r conf.Rule) bool { return r.Allow || len(r.Methods) > 0 }) {
			continue
		}
		for _, r := range s.Rules {
			if r.All && !r.Allow {
				out = append(out, cause.Sighting{Place: r.Place, Scope: s, Grade: cause.Proved,
					Says: "A password is asked for here, and this line keeps every address out: both must be met, so the right password is answered with 403.",
					Remedies: []cause.Remedy{{ID: "satisfy-any", Title: "let the password or the address be enough", For: "server", Effect: "users with a password get in",
						Opens: "the place to users of the password file, from any address", Edits: satisfyEdits(c, s, r), Steps: []string{satisfyLine(c), reload(c)},
						Verify: "a user with the password is let in; without it, and with another password, the answer is 401 or 403", Undo: "take the line out and reload"}}})
				break
			}
		}
	}
	return out
}

// satisfyEdits writes nginx's line: in place of the one that is there, or above the rule.
func satisfyEdits(c *conf.Config, s *conf.Scope, r conf.Rule) []conf.Edit {
	if access.Is(c, "apache") && !slices.ContainsFunc(access.Lines(s, "Require"), func(l conf.Line) bool { return l.Place == r.Place }) && access.Inside(r.Place, s) {
		return access.Above(r.Place, "Satisfy Any") // mod_access_compat's; Require lines are joined by blocks
	}
	if !access.Is(c, "nginx") {
		return nil
	}
	if l := access.Lines(s, "satisfy"); len(l) > 0 {
		return access.Become(l[0].Place, "satisfy any;")
	}
	return access.Above(r.Place, "satisfy any;")
}

func satisfyLine(c *conf.Config) string {
	if access.Is(c, "apache") {
		return "Satisfy Any      (2.4 without mod_access_compat: put both Require lines into <RequireAny>)"
	}
	return "satisfy any;      beside the password and address rules"
}

// twoRules are sites of one configuration of which one passes its requests on to the other, and both ask for a password of
// their own: Authorization holds one.
func twoRules(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	ports := map[int][]access.Site{}
	for _, site := range access.Sites(c) {
		for _, l := range site.Listen {
			ports[l.Port] = append(ports[l.Port], site)
		}
	}
	for _, s := range c.Scopes {
		outer := access.Passwords(s)
		if len(outer) > 0 {
			out = append(out, sameRealm(c, s, outer[0])...)
		}
		if s.Pass == nil || len(outer) == 0 || s.Pass.Way != conf.HTTPProxy || s.Pass.Authorization.Now != conf.Kept {
			continue
		}
		for _, t := range ports[portOf(s.Pass.To)] {
			if t.Server.Place == s.Server.Place || !listensAt(t.Server, s.Pass.To) {
				continue
			}
			for _, in := range t.Scopes {
				if inner := access.Passwords(in); len(inner) > 0 && in.Satisfy == conf.SatisfyAll && apart(outer[0], inner[0]) {
					out = append(out, cause.Sighting{Place: inner[0].Place, Scope: in, Grade: cause.Strong,
						Says:     fmt.Sprintf("Requests come here through line %d, where another password is asked for: Authorization holds one login, and the password files have no user in common.", s.Pass.Place.Line),
						Raise:    []cause.Raise{{Command: "grep -n auth_basic " + cause.QuoteWord(in.Place.File), Where: "on the web server", Would: "show both rules"}},
						Remedies: []cause.Remedy{oneDoor(c)}})
					break
				}
			}
		}
	}
	return out
}

// sameRealm sees a place inside of another that asks for another file's password under the same realm: browsers keep one
// login for a realm (RFC 9110 11.5), so each place throws the other's away.
func sameRealm(c *conf.Config, s *conf.Scope, a conf.Auth) []cause.Sighting {
	for _, w := range s.Within {
		for _, o := range access.Passwords(w) {
			if o.Place != a.Place && o.Realm == a.Realm && o.Scheme == a.Scheme && apart(o, a) {
				return []cause.Sighting{{Place: a.Place, Scope: s, Grade: cause.Likely,
					Says:  fmt.Sprintf("The realm %q is that of line %d as well, with other users: browsers keep one login for a realm, and are asked again on every change between the two.", a.Realm, o.Place.Line),
					Raise: []cause.Raise{{Command: "open both places in one browser window", Where: "anywhere", Would: "ask for a password at each change"}}, Remedies: []cause.Remedy{oneDoor(c)}}}
			}
		}
	}
	return nil
}

// oneDoor is for a person: which of two passwords is meant to count cannot be read from the configuration.
func oneDoor(c *conf.Config) cause.Remedy {
	return cause.Remedy{ID: "one-door", Title: "ask for one password, or let both places know the same users", For: "server", Effect: "one login is enough", Opens: "the inner place to whom you let into both",
		Steps: []string{"decide which password counts: name one password file in both places, or give the inner place a realm of its own", reload(c)}, Verify: "a user of the file that counts is let in; another one, and nobody, is refused", Undo: "put the old lines back and reload"}
}

// apart reports that two demands look into files that were read and have no user and hash in common.
func apart(a, b conf.Auth) bool {
	if len(a.Files) == 0 || len(b.Files) == 0 || slices.ContainsFunc(a.Files, func(f *conf.CredFile) bool { return !whole(f) }) || slices.ContainsFunc(b.Files, func(f *conf.CredFile) bool { return !whole(f) }) {
		return false
	}
	for _, f := range a.Files {
		for _, l := range f.Seen.Users.Lines {
			if has(b, l.User.String()) {
				return false
			}
		}
	}
	return true
}

// portOf is the port of "http://127.0.0.1:8080/x"; 80 when none is written.
func portOf(to string) int {
	_, rest, _ := strings.Cut(to, "://")
	host, _, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		if n, err := strconv.Atoi(host[i+1:]); err == nil {
			return n
		}
	}
	return 80
}

// listensAt reports that to, "http://127.0.0.1:8080/x", is an address of t on this machine.
func listensAt(t conf.Server, to string) bool {
	_, rest, ok := strings.Cut(to, "://")
	if !ok {
		return false
	}
	host, _, _ := strings.Cut(rest, "/")
	return slices.ContainsFunc(t.Listen, func(l conf.Listen) bool {
		name, port, found := strings.Cut(host, ":")
		if !found {
			port = "80"
		}
		return port == fmt.Sprint(l.Port) && (name == l.Address || (name == "127.0.0.1" || name == "localhost") && (l.Address == "" || l.Address == "*" || l.Address == "0.0.0.0" || l.Address == "127.0.0.1"))
	})
}

var (
	apiPath     = lazyregexp.New(`(?i)(^|[/^( ])(api|v[0-9]|graphql|rest|rpc|wp-json|oauth|token)(/|\b|$)`)
	judgesBasic = lazyregexp.New(`(?i)//[^/]*(grafana|jenkins|sonarqube|nexus|artifactory|elastic|kibana|opensearch|couchdb|rabbitmq|gitea|gitlab|nextcloud|owncloud|jira|confluence|:9200\b|:5984\b|:15672\b)`)
)

// reading says what shows that the application behind s reads Authorization itself, and where; "" when nothing does.
func reading(s *conf.Scope) (why string, at conf.Place) {
	for _, f := range access.Adds(s, "Access-Control-Allow-Headers") {
		if strings.Contains(strings.ToLower(f.Value), "authorization") {
			return "scripts may send Authorization here", f.Place
		}
	}
	if p := s.Pass; p != nil && p.Authorization.Now == conf.Kept && p.Authorization.Place.Known() {
		return "Authorization is passed on by a line of its own", p.Authorization.Place
	}
	if apiPath.MatchString(s.Path) {
		return "the path is an API's", s.Place
	}
	return "", conf.Place{}
}

// tokensBehindPassword are password rules in front of an application that reads Authorization itself.
func tokensBehindPassword(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		rules := access.Passwords(s)
		if len(rules) == 0 || s.Pass == nil || s.Satisfy == conf.SatisfyAny && len(s.Rules) > 0 || s.Pass.Authorization.Now != conf.Kept {
			continue
		}
		why, at := reading(s)
		if why == "" {
			continue
		}
		out = append(out, cause.Sighting{Place: rules[0].Place, Scope: s, Grade: cause.Likely,
			Says:  fmt.Sprintf("This rule takes Authorization for its password, and the application behind %s reads it as well (%s, line %d): a token is refused here, since one field cannot hold both.", s.Path, why, at.Line),
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -D - -H 'Authorization: Bearer x' URL | grep -i www-authenticate", Where: "anywhere", Would: "show a Basic challenge for a token"}},
			Remedies: []cause.Remedy{{ID: "own-field", Title: "let the two logins travel in two fields", For: "server", Effect: "a client can bring the password and the token", Opens: "nothing, as long as both are still asked for",
				Steps:  []string{"let the application read its token from a field of its own (X-Api-Key, a cookie), or keep the password for addresses that bring no token; who may do without the password is yours to decide", reload(c)},
				Verify: "the token is let in; without it, and with another one, the answer is 401", Undo: "put the old lines back and reload"}}})
	}
	return out
}

// loginsReachApp are password rules whose login goes on to an application.
func loginsReachApp(c *conf.Config) []cause.Sighting {
	if access.Is(c, "squid") {
		return nil // it passes a login on only where login= of cache_peer says so: somebody wanted it
	}
	var out []cause.Sighting
	for _, s := range c.Scopes {
		rules := access.Passwords(s)
		if len(rules) == 0 || rules[0].Scheme != conf.Basic || s.Pass == nil || s.Pass.Way != conf.HTTPProxy || s.Pass.Authorization.Now != conf.Kept || s.Pass.Authorization.Place.Known() {
			continue
		}
		sight := cause.Sighting{Place: s.Pass.Place, Scope: s, Grade: cause.Likely,
			Says:     fmt.Sprintf("The login of the password rule in line %d goes on to the application in Authorization: one that judges this field takes it for its own login and refuses it.", rules[0].Place.Line),
			Raise:    []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Why401-Canary 1' " + cause.QuoteWord(target(s.Pass.To)), Where: "on this machine, asking the application itself", Would: "print 401 or 403 where the same without the field gives another status"}},
			Remedies: []cause.Remedy{blankRemedy(c, s)}}
		if judgesBasic.MatchString(s.Pass.To) {
			sight.Grade = cause.Strong
			sight.Says = fmt.Sprintf("The login of the password rule in line %d goes on to %s, which takes Authorization for its own login and refuses it.", rules[0].Place.Line, s.Pass.To)
		}
		out = append(out, sight)
	}
	return out
}

func target(to string) string {
	if strings.ContainsAny(to, "$") || !strings.Contains(to, "://") {
		return "URL"
	}
	return to
}

func blankRemedy(c *conf.Config, s *conf.Scope) cause.Remedy {
	line := `proxy_set_header Authorization "";      in the location, beside its other proxy_set_header lines`
	if access.Is(c, "apache") {
		line = "RequestHeader unset Authorization      in the block of the password rule (a2enmod headers)"
	}
	edits := access.Sets(c, s, conf.Field{Name: "Authorization"})
	a := access.Passwords(s)[0]
	switch known, whole := strings.CutPrefix(a.When, "unless { http_auth("); {
	case access.Is(c, "haproxy") && whole && strings.Count(known, "}") == 1:
		line = "http-request del-header Authorization if { http_auth(" + known
		edits = access.Below(a.Place, line)
	case access.Is(c, "apache") && (strings.HasPrefix(s.Path, "<Location") || strings.HasPrefix(s.Path, "<Directory")):
		edits = access.Within(s.Place, "RequestHeader unset Authorization") // mod_headers acts in fixups, after the password was asked for
	}
	return cause.Remedy{ID: "keep-login", Title: "keep the login from the application", For: "server", Effect: "the application sees no Authorization",
		Opens: "nothing: the password is still asked for in front", Edits: edits, Steps: []string{line, reload(c)},
		Verify: "the login passes; without it, and with another password, the answer is 401", Undo: "take the line out and reload"}
}
