package proxy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

// judge gives the scope that answers the subrequests of s.
func judge(c *conf.Config, s *conf.Scope, ask string) *conf.Scope {
	for _, o := range c.Scopes {
		if o.Server.Place == s.Server.Place && ask != "" && (o.Sample == ask || o.Path == ask || o.Path == "= "+ask) {
			return o
		}
	}
	return nil
}

// crippledSubrequests are subrequests whose judge does not get what it is to judge by.
func crippledSubrequests(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		for _, a := range s.Auth {
			if a.Scheme != conf.Subrequest {
				continue
			}
			j := judge(c, s, a.Ask)
			if j == nil || j.Pass == nil || j.Pass.Way != conf.HTTPProxy {
				continue
			}
			for _, l := range access.Lines(j, "proxy_pass_request_headers") {
				if access.Arg(l, 0) == "off" {
					out = append(out, cause.Sighting{Place: l.Place, Scope: j, Grade: cause.Proved,
						Says: fmt.Sprintf("%s decides who may pass line %d, and this line keeps every field of the client's from it: Authorization and cookies never get there, so everybody is refused.", a.Ask, a.Place.Line),
						Remedies: []cause.Remedy{{ID: "pass-fields", Title: "let the subrequest carry the client's fields", For: "server", Effect: "logins are judged as they were sent", Opens: "nothing: the judge decides as before",
							Edits: access.Drop(l.Place), Steps: on(c, "delete the line", ""), Verify: "the login is let in; without it the answer is 401", Undo: "put the line back and reload"}}})
				}
			}
			if au := j.Pass.Authorization; au.Now == conf.Dropped && au.Place.Known() && !slices.ContainsFunc(access.Lines(j, "proxy_pass_request_headers"), func(l conf.Line) bool { return l.Place == au.Place }) {
				out = append(out, cause.Sighting{Place: au.Place, Scope: j, Grade: cause.Strong,
					Says:  fmt.Sprintf("%s decides who may pass line %d, and this line takes Authorization away from it: tokens and logins are refused there.", a.Ask, a.Place.Line),
					Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Why401-Canary 1' URL", Where: "anywhere", Would: "give the answer for no credentials"}},
					Remedies: []cause.Remedy{{ID: "pass-on", Title: "let the subrequest carry Authorization", For: "server", Effect: "logins are judged as they were sent", Opens: "nothing: the judge decides as before",
						Edits: access.Drop(au.Place), Steps: on(c, "delete the line", ""), Verify: "the login is let in; without it the answer is 401", Undo: "put the line back and reload"}}})
			}
			body := access.Lines(j, "proxy_pass_request_body")
			emptied := slices.ContainsFunc(j.Pass.Set, func(f conf.Field) bool { return strings.EqualFold(f.Name, "Content-Length") && f.Value == "" })
			if len(body) > 0 && access.Arg(body[0], 0) == "off" && !emptied {
				out = append(out, cause.Sighting{Place: body[0].Place, Scope: j, Grade: cause.Strong,
					Says:  fmt.Sprintf("The subrequest for line %d goes out without a body and with the client's Content-Length: for POST and PUT the judge waits for bytes that never come, and the request fails.", a.Place.Line),
					Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -d x URL", Where: "anywhere", Would: "take long and print 500"}},
					Remedies: []cause.Remedy{{ID: "no-length", Title: "send no Content-Length with the subrequest", For: "server", Effect: "requests with a body are judged", Opens: "nothing", Edits: access.Sets(c, j, conf.Field{Name: "Content-Length"}),
						Steps: on(c, `proxy_set_header Content-Length "";      in `+j.Path, ""), Verify: "a POST with credentials passes; without them it is refused", Undo: "take the line out and reload"}}})
			}
		}
	}
	return out
}

var (
	upstreamField = lazyregexp.New(`\$upstream_http_[a-z0-9_]+`)
	variable      = lazyregexp.New(`\$\{?[A-Za-z0-9_]+`)
)

// identityLost are places where what the subrequest found out does not reach the application.
func identityLost(c *conf.Config) []cause.Sighting {
	if !access.Is(c, "nginx") {
		return nil
	}
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Pass == nil || !slices.ContainsFunc(s.Auth, func(a conf.Auth) bool { return a.Scheme == conf.Subrequest }) {
			continue
		}
		for _, f := range s.Pass.Set {
			if v := upstreamField.FindString(f.Value); v != "" {
				out = append(out, cause.Sighting{Place: f.Place, Scope: s, Grade: cause.Strong,
					Says:     fmt.Sprintf("%s here is of the application's own answer, which is not there yet: %s goes out empty. What the subrequest answered is kept by auth_request_set only.", v, f.Name),
					Raise:    []cause.Raise{{Command: "sudo tcpdump -A -s0 -c 20 port PORT", Where: "on the proxy, with the application's port", Would: "show no " + f.Name}},
					Remedies: []cause.Remedy{keepAnswer(c, f, v)}})
			}
		}
		for _, l := range access.Lines(s, "auth_request_set") {
			name := strings.Trim(access.Arg(l, 0), "${}")
			used := func(f conf.Field) bool {
				for _, v := range variable.FindAllString(f.Value, -1) {
					if strings.Trim(v, "${}") == name {
						return true
					}
				}
				return false
			}
			if name == "" || slices.ContainsFunc(s.Pass.Set, used) || slices.ContainsFunc(s.Adds, used) {
				continue
			}
			if lost := slices.IndexFunc(s.Pass.Shadowed, used); lost >= 0 {
				out = append(out, cause.Sighting{Place: l.Place, Scope: s, Grade: cause.Likely,
					Says:  fmt.Sprintf("$%s is kept and not passed on from here: the line that sends it (%d) is cancelled by this block's own.", name, s.Pass.Shadowed[lost].Place.Line),
					Raise: []cause.Raise{{Command: "sudo nginx -T 2>/dev/null | grep -n '$" + name + "'", Where: "on the proxy", Would: "show no proxy_set_header with it in this block"}},
					Remedies: []cause.Remedy{{ID: "repeat-line", Title: "repeat the outer line in the block that has its own", For: "server", Effect: "the application learns who was let in", Opens: "nothing", Edits: access.Sets(c, s, s.Pass.Shadowed[lost]),
						Steps: on(c, "in "+s.Path+": proxy_set_header "+s.Pass.Shadowed[lost].Name+" $"+name+";", ""), Verify: "the request is let in; without credentials it is refused", Undo: "take the line out and reload"}}})
			}
		}
	}
	return out
}

func keepAnswer(c *conf.Config, f conf.Field, v string) cause.Remedy {
	field := f.Name
	return cause.Remedy{ID: "keep-answer", Title: "keep the subrequest's answer in a variable of your own", For: "server", Effect: "the application learns who was let in", Opens: "nothing",
		Edits:  access.Become(f.Place, "auth_request_set $why401_identity "+v+";\n\t\tproxy_set_header "+f.Name+" "+strings.ReplaceAll(f.Value, v, "$why401_identity")+";"),
		Steps:  append([]string{"auth_request_set $identity " + v + ";", "proxy_set_header " + field + " $identity;"}, on(c, "", "")[1:]...),
		Verify: "the request is let in; without credentials it is refused", Undo: "put the old line back and reload"}
}

// wrongProxyStatus are places that answer 407, which is a forward proxy's alone (RFC 9110 15.5.8): clients of a site never
// answer it with their login.
func wrongProxyStatus(c *conf.Config) []cause.Sighting {
	if access.Is(c, "squid") {
		return nil
	}
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Answer != nil && s.Answer.Status == 407 {
			out = append(out, cause.Sighting{Place: s.Answer.Place, Scope: s, Grade: cause.Proved,
				Says: "This line answers 407, the word of a forward proxy: clients that are asked so by a site send no login, and browsers show an error.",
				Remedies: []cause.Remedy{{ID: "answer-401", Title: "answer 401 and say which login is wanted", For: "server", Effect: "clients send their login", Opens: "nothing",
					Steps: on(c, `return 401;      and: add_header WWW-Authenticate '... realm="NAME"' always;`, "answer 401 with WWW-Authenticate"), Verify: "the answer is 401 with WWW-Authenticate; with the login the page comes", Undo: "put the old status back and reload"}}})
		}
	}
	return out
}
