package proxy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

// proxyScopes gives the scopes that pass requests on over HTTP.
func proxyScopes(c *conf.Config) []*conf.Scope {
	var out []*conf.Scope
	for _, s := range c.Scopes {
		if s.Pass != nil && (s.Pass.Way == conf.HTTPProxy || s.Pass.Way == conf.GRPC) {
			out = append(out, s)
		}
	}
	return out
}

// judgesOf are the scopes that answer subrequests of other places: what is passed on there is for the judge alone.
func judgesOf(c *conf.Config) map[*conf.Scope]bool {
	type url struct {
		server conf.Place
		path   string
	}
	asked := map[url]bool{}
	for _, s := range c.Scopes {
		for _, a := range s.Auth {
			if a.Scheme == conf.Subrequest && a.Ask != "" {
				asked[url{s.Server.Place, a.Ask}] = true
			}
		}
	}
	out := map[*conf.Scope]bool{}
	if len(asked) == 0 {
		return out
	}
	for _, s := range c.Scopes {
		if s.Sample != "" && asked[url{s.Server.Place, s.Sample}] {
			out[s] = true
		}
	}
	return out
}

func on(c *conf.Config, nginx, apache string) []string {
	if access.Is(c, "apache") {
		return []string{apache, "sudo apachectl configtest && sudo apachectl graceful"}
	}
	if access.Is(c, "nginx") {
		return []string{nginx, "sudo nginx -t && sudo nginx -s reload"}
	}
	return nil
}

// taken are lines that take Authorization away from an application, where nothing in front has used it.
func taken(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	judges := judgesOf(c)
	for _, s := range proxyScopes(c) {
		if s.Pass.Authorization.Now != conf.Dropped || len(s.Auth) > 0 || judges[s] {
			continue // a password or a subrequest in front has read it: taking it away is right
		}
		at := s.Pass.Authorization.Place
		sight := cause.Sighting{Place: at, Scope: s, Grade: cause.Strong,
			Says:  "This line takes Authorization away, and nothing in front of the application has used it: every token and login that the application checks is refused.",
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Why401-Canary 1' URL", Where: "anywhere", Would: "give the answer for no credentials at all"}}}
		if !at.Known() { // the program's own rule: Squid as an accelerator
			sight.Place, sight.Grade = s.Pass.Place, cause.Likely
			sight.Says = c.Program + " passes no Authorization on here unless told to: every token and login that the application checks is refused."
		}
		sight.Remedies = []cause.Remedy{{ID: "pass-on", Title: "pass Authorization on", For: "server", Effect: "the application sees the client's credentials", Opens: "the field to this application, which judges it",
			Edits:  passedOn(c, s, at),
			Steps:  on(c, "delete the line, or: proxy_set_header Authorization $http_authorization;", "delete the RequestHeader unset Authorization line"),
			Verify: "the token is let in; without it the application refuses", Undo: "put the line back and reload"}}
		out = append(out, sight)
	}
	return out
}

// passedOn lets Authorization by: the line that takes it goes; Squid's peer is told to pass it on.
func passedOn(c *conf.Config, s *conf.Scope, at conf.Place) []conf.Edit {
	if access.Is(c, "squid") && at == s.Pass.Place {
		return access.Behind(c, at, " login=PASSTHRU")
	}
	return dropped(c, at)
}

// dropped takes a line out where a directive is a line or a statement of its own; in other languages it may be part of a block.
func dropped(c *conf.Config, at conf.Place) []conf.Edit {
	switch {
	case access.Is(c, "nginx", "apache", "haproxy", "varnish", "squid"):
		return access.Drop(at)
	case access.Is(c, "caddy") && !strings.HasSuffix(at.File, ".json"):
		return access.Drop(conf.Place{File: at.File, Line: at.Line}) // at is the field's name; a Caddyfile has one directive a line
	}
	return nil
}

// replaced are lines that put a value of the gateway's own in place of the client's Authorization.
func replaced(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	judges := judgesOf(c)
	for _, s := range proxyScopes(c) {
		a := s.Pass.Authorization
		if a.Now != conf.Replaced || !a.Place.Known() || strings.ContainsAny(a.Value, "$%{") || len(s.Auth) > 0 || judges[s] {
			continue
		}
		out = append(out, cause.Sighting{Place: a.Place, Scope: s, Grade: cause.Likely,
			Says:  "This line puts a fixed Authorization in place of the client's: a client that brings its own token is judged by this value.",
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Why401-Canary 1' URL", Where: "anywhere", Would: "be answered as any other request, since the field is replaced"}},
			Remedies: []cause.Remedy{{ID: "own-field", Title: "send the gateway's own value where clients bring none", For: "server", Effect: "a client's token counts, and without one the gateway's",
				Opens: "nothing: the application judges both", Steps: on(c, `map $http_authorization $upstream_auth { default $http_authorization; "" "VALUE"; }      and: proxy_set_header Authorization $upstream_auth;`, `RequestHeader setifempty Authorization "VALUE"`),
				Verify: "a client's own token is let in; a wrong one is refused", Undo: "put the line back and reload"}, {ID: "clients-field", Title: "pass the client's own field on", For: "server", Effect: "a client's token counts; nothing is sent for clients that bring none",
				Opens: "nothing: the application judges it", Edits: dropped(c, a.Place), Steps: on(c, "delete the line", "delete the RequestHeader line"),
				Verify: "a client's own token is let in; a wrong one is refused", Undo: "put the line back and reload"}}})
	}
	return out
}

var (
	minor     = lazyregexp.New(`(?i)^(connection|upgrade|accept-encoding|x-real-ip|x-forwarded-for|x-forwarded-(host|port|server)|x-nginx-proxy|early-data|x-request-id|content-length|cookie|range|if-range|referer|user-agent|http_proxy|proxy)$`)
	credible  = lazyregexp.New(`(?i)auth|token|key|user|secret|internal|verify|client-(cert|dn)|ssl`)
	namesHost = lazyregexp.New(`(?i)^(host|x-forwarded-proto)$`)
)

// shadowed are scopes whose own header lines cancel those of the block around them.
func shadowed(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	judges := judgesOf(c)
	for _, s := range c.Scopes {
		if s.Pass == nil || judges[s] {
			continue
		}
		var lost []conf.Field
		grade := cause.Unknown
		for _, f := range s.Pass.Shadowed {
			if f.Value == "" || minor.MatchString(f.Name) {
				continue
			}
			switch {
			case credible.MatchString(f.Name):
				grade = max(grade, cause.Strong)
			case namesHost.MatchString(f.Name) && s.Pass.Way == conf.HTTPProxy:
				grade = max(grade, cause.Likely)
			default:
				continue
			}
			lost = append(lost, f)
		}
		if len(lost) == 0 || len(s.Pass.Set) == 0 {
			continue
		}
		var names, lines []string
		for _, f := range lost {
			names = append(names, f.Name)
			lines = append(lines, fmt.Sprintf("%s (line %d)", f.Name, f.Place.Line))
		}
		out = append(out, cause.Sighting{Place: s.Pass.Set[0].Place, Scope: s, Grade: grade,
			Says:  fmt.Sprintf("This block has header lines of its own, so it inherits none: %s of further out is not sent from here.", strings.Join(lines, ", ")),
			Raise: []cause.Raise{{Command: "sudo nginx -T 2>/dev/null | grep -nE 'server_name|location|_set_header|_param|_pass'", Where: "on the proxy", Would: "show the lines further out, and none of them in this block"}},
			Remedies: []cause.Remedy{{ID: "repeat-lines", Title: "repeat the outer lines in the block that has its own", For: "server", Effect: strings.Join(names, " and ") + " is sent from here, too", Opens: "nothing", Edits: access.Sets(c, s, lost...),
				Steps: on(c, "in "+s.Path+": the lines "+strings.Join(lines, ", ")+" once more", ""), Verify: "the request is let in; without credentials it is refused", Undo: "take the lines out and reload"}}})
	}
	return out
}

// own reports a place to pass on to that is no public host: the Host field is then read by the application itself.
func own(to string) bool {
	_, rest, ok := strings.Cut(to, "://")
	if !ok || strings.Contains(to, "$") {
		return false
	}
	host, _, _ := strings.Cut(rest, "/")
	if strings.HasPrefix(host, "unix:") {
		return true
	}
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.IsLoopback() || a.IsPrivate()
	}
	return !strings.Contains(host, ".") // localhost, an upstream, a container
}

func realName(s conf.Server) bool {
	return slices.ContainsFunc(s.Names, func(n string) bool { return strings.Contains(n, ".") && !strings.HasPrefix(n, "~") && n != "_" })
}

// otherHost are places that pass on the name of the upstream in place of the one that the client asked for.
func otherHost(c *conf.Config) []cause.Sighting {
	if !access.Is(c, "nginx", "apache") {
		return nil
	}
	var out []cause.Sighting
	judges := judgesOf(c)
	for _, s := range proxyScopes(c) {
		h := s.Pass.Host
		if h.Now != conf.Replaced || !own(s.Pass.To) || !realName(s.Server) || judges[s] || slices.ContainsFunc(s.Pass.Shadowed, func(f conf.Field) bool { return strings.EqualFold(f.Name, "Host") }) {
			continue
		}
		if h.Place.Known() && !strings.HasPrefix(h.Value, "$proxy_host") {
			continue // somebody chose it
		}
		at := h.Place
		if !at.Known() {
			at = s.Pass.Place
		}
		out = append(out, cause.Sighting{Place: at, Scope: s, Grade: cause.Likely,
			Says:  fmt.Sprintf("The application gets the upstream's name in Host, not %s: one that picks the site, checks the origin or signs by the host refuses.", s.Server.Names[0]),
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Host: " + s.Server.Names[0] + "' " + cause.QuoteWord(s.Pass.To), Where: "on the proxy", Would: "give another answer than the same without -H"}},
			Remedies: []cause.Remedy{{ID: "pass-host", Title: "pass the client's Host on", For: "server", Effect: "the application sees the name that was asked for", Opens: "nothing", Edits: passHost(c, s),
				Steps: on(c, "proxy_set_header Host $http_host;      beside the block's other proxy_set_header lines", "ProxyPreserveHost On"), Verify: "the request is let in; without credentials it is refused", Undo: "take the line out and reload"}}})
	}
	return out
}

// protoNames are the fields by which applications learn that the client came over TLS.
var protoNames = []string{"X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Scheme", "X-Forwarded-Ssl", "X-Forwarded-Protocol", "Front-End-Https", "Forwarded", "X-Url-Scheme"}

// protoLost are TLS sites that do not tell the application that the client came over TLS, and sites behind another TLS
// end that overwrite what that one told.
func protoLost(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	judges := judgesOf(c)
	for _, site := range access.Sites(c) {
		for _, s := range site.Scopes {
			if s.Pass == nil || s.Pass.Way != conf.HTTPProxy || !own(s.Pass.To) || strings.HasPrefix(s.Pass.To, "https:") || judges[s] {
				continue
			}
			says := slices.IndexFunc(s.Pass.Set, func(f conf.Field) bool {
				return slices.ContainsFunc(protoNames, func(n string) bool { return strings.EqualFold(n, f.Name) }) && f.Value != ""
			})
			switch {
			case site.TLS() && says < 0 && s.Pass.Proto.Now != conf.Replaced && s.Pass.Proto.Now != conf.Unsure &&
				!slices.ContainsFunc(s.Pass.Shadowed, func(f conf.Field) bool { return strings.EqualFold(f.Name, "X-Forwarded-Proto") }):
				out = append(out, cause.Sighting{Place: s.Pass.Place, Scope: s, Grade: cause.Likely,
					Says:  "TLS ends here, and the application is not told: one that believes to be on http gives out no Secure cookie, redirects to https for ever or builds http addresses.",
					Raise: []cause.Raise{{Command: "curl -s -D - -o /dev/null URL | grep -iE 'set-cookie|location'", Where: "anywhere", Would: "show no cookie at a login, or a Location with http://"}}, Remedies: []cause.Remedy{protoRemedy(c, "$scheme", tellProto(c, s))}})
			case site.Plain() && says >= 0 && s.Pass.Set[says].Value == "$scheme" && behindAnother(s):
				out = append(out, cause.Sighting{Place: s.Pass.Set[says].Place, Scope: s, Grade: cause.Likely,
					Says:  "This server speaks plain http behind another proxy (it reads the client's address from a field), so $scheme is http for everybody: it overwrites the https of the proxy in front.",
					Raise: []cause.Raise{{Command: "sudo grep -rn 'X-Forwarded-Proto' /etc/nginx /etc/haproxy 2>/dev/null", Where: "on the proxy in front", Would: "show that it sends https"}}, Remedies: []cause.Remedy{protoRemedy(c, "$http_x_forwarded_proto", access.Become(s.Pass.Set[says].Place, "proxy_set_header "+s.Pass.Set[says].Name+" $http_x_forwarded_proto;"))}})
			}
		}
	}
	return out
}

// passHost sends the client's Host on: in place of the line that sends another, or as a line more.
func passHost(c *conf.Config, s *conf.Scope) []conf.Edit {
	switch {
	case access.Is(c, "apache"):
		return access.Above(s.Pass.Place, "ProxyPreserveHost On")
	case s.Pass.Host.Place.Known():
		return access.Become(s.Pass.Host.Place, "proxy_set_header Host $http_host;")
	}
	return access.Sets(c, s, conf.Field{Name: "Host", Value: "$http_host"})
}

// tellProto is for a site that speaks TLS at every address.
func tellProto(c *conf.Config, s *conf.Scope) []conf.Edit {
	if access.Is(c, "apache") {
		return access.Above(s.Pass.Place, `RequestHeader set X-Forwarded-Proto "https"`)
	}
	return access.Sets(c, s, conf.Field{Name: "X-Forwarded-Proto", Value: "$scheme"})
}

func protoRemedy(c *conf.Config, value string, edits []conf.Edit) cause.Remedy {
	return cause.Remedy{ID: "tell-proto", Title: "tell the application how the client came", For: "server", Effect: "the application knows of TLS", Opens: "nothing", Edits: edits,
		Steps: on(c, "proxy_set_header X-Forwarded-Proto "+value+";", `RequestHeader set X-Forwarded-Proto "https"`), Verify: "the login sets its cookie; without it the page is refused", Undo: "take the line out and reload"}
}

func behindAnother(s *conf.Scope) bool {
	return len(access.Lines(s, "set_real_ip_from", "real_ip_header")) > 0
}

// portLost are sites at a port of their own that pass the host on without it: Origin has the port, Host has not.
func portLost(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	judges := judgesOf(c)
	for _, site := range access.Sites(c) {
		if len(site.Listen) == 0 || slices.ContainsFunc(site.Listen, func(l conf.Listen) bool {
			return l.Port == 80 || l.Port == 443 || l.Port == 0 || strings.HasPrefix(l.Address, "unix:")
		}) {
			continue
		}
		for _, s := range site.Scopes {
			if s.Pass == nil || s.Pass.Way != conf.HTTPProxy || judges[s] || behindAnother(s) || !realName(s.Server) {
				continue
			}
			for _, f := range s.Pass.Set {
				if strings.EqualFold(f.Name, "Host") && (f.Value == "$host" || f.Value == "$server_name") {
					out = append(out, cause.Sighting{Place: f.Place, Scope: s, Grade: cause.Likely,
						Says:  fmt.Sprintf("The site is at port %d, and %s has no port: an application that compares Origin with Host refuses every form and call of its own pages.", site.Listen[0].Port, f.Value),
						Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -X POST -H 'Origin: ORIGIN' URL", Where: "anywhere, with the site's own origin", Would: "print 403"}},
						Remedies: []cause.Remedy{{ID: "host-port", Title: "pass the host on with its port", For: "server", Effect: "Host is what the browser asked for", Opens: "nothing", Edits: access.Become(f.Place, "proxy_set_header Host $http_host;"),
							Steps: on(c, "proxy_set_header Host $http_host;", ""), Verify: "the form is taken; one of another origin is refused", Undo: "put $host back and reload"}}})
				}
			}
		}
	}
	return out
}

// underscores are fields with an underscore in their name that go to a server which drops such names.
func underscores(c *conf.Config) []cause.Sighting {
	if !access.Is(c, "nginx") {
		return nil
	}
	var out []cause.Sighting
	for _, s := range proxyScopes(c) {
		for _, f := range s.Pass.Set {
			if !underscored.MatchString(f.Name) || f.Value == "" {
				continue
			}
			sight := cause.Sighting{Place: f.Place, Scope: s, Grade: cause.Likely,
				Says:  fmt.Sprintf("The field %s has an underscore in its name: nginx, Apache and many application servers drop such a field unless told otherwise.", f.Name),
				Raise: []cause.Raise{{Command: "curl -s -H '" + f.Name + ": x' " + cause.QuoteWord(s.Pass.To), Where: "on the proxy", Would: "be answered as if the field were not there"}},
				Remedies: []cause.Remedy{{ID: "hyphen", Title: "write the name with a hyphen on both sides", For: "server", Effect: "the field arrives", Opens: "nothing",
					Steps: on(c, "proxy_set_header "+strings.ReplaceAll(f.Name, "_", "-")+" ...;      and read it by that name in the application", ""), Verify: "the request is let in; without the field it is refused", Undo: "put the old name back and reload"}}}
			out = append(out, sight)
		}
	}
	return out
}

// cookiesHidden are lines that take Set-Cookie off answers which no cache keeps.
func cookiesHidden(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Pass == nil || s.Cache != nil || static.MatchString(s.Path) {
			continue
		}
		for _, l := range access.Lines(s, "proxy_hide_header", "fastcgi_hide_header", "uwsgi_hide_header") {
			if strings.EqualFold(access.Arg(l, 0), "Set-Cookie") {
				out = append(out, cause.Sighting{Place: l.Place, Scope: s, Grade: cause.Strong, Says: "This line takes Set-Cookie off the answers: a login behind it cannot set its cookie, and the next request is refused.",
					Raise: []cause.Raise{{Command: "curl -s -D - -o /dev/null URL | grep -i set-cookie", Where: "anywhere, at the login", Would: "show nothing"}},
					Remedies: []cause.Remedy{{ID: "let-cookies-by", Title: "let Set-Cookie by", For: "server", Effect: "logins behind it keep their session", Opens: "nothing: the application gives its cookies to whom it let in",
						Edits: access.Drop(l.Place), Steps: on(c, "delete the line", ""), Verify: "the page behind the login opens; without the cookie it is refused", Undo: "put the line back and reload"}}})
			}
		}
	}
	return out
}

var static = lazyregexp.New(`(?i)\.(css|js|png|jpe?g|gif|svg|ico|woff2?)|static|assets|images?|media`)
