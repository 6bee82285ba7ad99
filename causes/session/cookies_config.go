package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
)

// foreignDomains are lines that write a Domain into cookies which is none of the site's: browsers throw such a cookie away
// (RFC 6265 5.3).
func foreignDomains(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		for _, l := range access.Lines(s, "proxy_cookie_domain", "ProxyPassReverseCookieDomain") {
			from, to := strings.Trim(access.Arg(l, 0), "."), strings.ToLower(strings.Trim(access.Arg(l, 1), "."))
			if to == "" || from == "off" || strings.ContainsAny(to, "$%~") || len(s.Server.Names) == 0 {
				continue
			}
			fits := slices.ContainsFunc(s.Server.Names, func(n string) bool {
				n = strings.Trim(strings.TrimPrefix(strings.ToLower(n), "*"), ".")
				return n == "" || n == "_" || strings.HasPrefix(n, "~") || !strings.Contains(n, ".") || n == to || strings.HasSuffix(n, "."+to)
			})
			if fits {
				continue
			}
			out = append(out, cause.Sighting{Place: l.Place, Scope: s, Grade: cause.Proved,
				Says:     fmt.Sprintf("This line writes Domain=%s into cookies, and the site is %s: browsers throw the cookie away, and the session never begins.", to, s.Server.Names[0]),
				Remedies: []cause.Remedy{ownDomain(c, s, l)}})
		}
	}
	return out
}

// secureOnPlain are lines that mark cookies Secure on a site that is served over http alone, with nobody in front.
func secureOnPlain(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, site := range access.Sites(c) {
		if !site.Plain() {
			continue
		}
		for _, s := range site.Scopes {
			if len(access.Lines(s, "set_real_ip_from", "real_ip_header")) > 0 || onlyLoopback(site.Server) {
				continue // another server ends TLS in front of it
			}
			for _, l := range access.Lines(s, "proxy_cookie_flags") {
				if slices.ContainsFunc(l.Args, func(a string) bool { return strings.EqualFold(a, "secure") }) {
					out = append(out, cause.Sighting{Place: l.Place, Scope: s, Grade: cause.Likely,
						Says:  "This line marks cookies Secure, and the site is served over http: browsers do not send them back, and every page asks for the login again. It is right where another server ends TLS in front.",
						Raise: []cause.Raise{{Command: "curl -sI http://NAME/ | head -1", Where: "from outside, with the site's name", Would: "print an answer that is no redirect to https"}},
						Remedies: []cause.Remedy{{ID: "serve-tls", Title: "serve the site over https", For: "server", Effect: "browsers send the cookies back", Opens: "nothing",
							Steps: []string{"give the site a certificate and let http redirect to https; where another server ends TLS in front, nothing is wrong here"}, Verify: "the page behind the login opens; without the cookie it is refused", Undo: "put the old site back"}}})
				}
			}
		}
	}
	return out
}

func onlyLoopback(s conf.Server) bool {
	return len(s.Listen) > 0 && !slices.ContainsFunc(s.Listen, func(l conf.Listen) bool {
		return !strings.HasPrefix(l.Address, "127.") && l.Address != "localhost" && l.Address != "[::1]" && l.Address != "::1" && !strings.HasPrefix(l.Address, "unix:")
	})
}

// lostPaths are lines that write a Path into cookies which does not cover the place they come from.
func lostPaths(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Sample == "" || s.Pass == nil {
			continue
		}
		for _, l := range access.Lines(s, "proxy_cookie_path") {
			to := access.Arg(l, 1)
			to, _, _ = strings.Cut(strings.Trim(to, `"`), ";")
			if !strings.HasPrefix(to, "/") || strings.ContainsAny(to, "$ ") {
				continue
			}
			if p := strings.TrimSuffix(to, "/"); s.Sample == p || strings.HasPrefix(s.Sample, p+"/") || strings.HasPrefix(strings.TrimSuffix(s.Sample, "/"), p) && (p == "" || strings.TrimSuffix(s.Sample, "/") == p) {
				continue
			}
			out = append(out, cause.Sighting{Place: l.Place, Scope: s, Grade: cause.Strong,
				Says:     fmt.Sprintf("This line writes Path=%s into cookies, and they come from %s: browsers do not send them back there, and the login is lost.", to, s.Sample),
				Raise:    []cause.Raise{{Command: "curl -s -D - -o /dev/null URL | grep -i set-cookie", Where: "anywhere, at the login", Would: "show Path=" + to}},
				Remedies: []cause.Remedy{ownPath(c, s, l)}})
		}
	}
	return out
}

// ownDomain writes the site's own name in place of a foreign one. Which of several names is meant is for a person.
func ownDomain(c *conf.Config, s *conf.Scope, l conf.Line) cause.Remedy {
	r := cause.Remedy{ID: "own-domain", Title: "write the site's own name into the cookies", For: "server", Effect: "browsers keep the cookie", Opens: "nothing: the application gives its cookies to whom it let in",
		Steps: []string{l.Name + " " + access.Arg(l, 0) + " NAME-OF-THE-SITE", "test the configuration and reload the server"}, Verify: "the page behind the login opens; without the cookie it is refused", Undo: "put the old name back and reload"}
	if n := s.Server.Names; len(n) == 1 && strings.Contains(n[0], ".") && !strings.ContainsAny(n[0], "*~^$") && strings.Trim(n[0], ".") == n[0] {
		r.Edits = access.Swap(l.Place, access.Arg(l, 1), n[0])
	}
	return r
}

// ownPath writes the path that the cookies come from. At the root of the site the line has nothing to do: the application's own
// path is right there.
func ownPath(c *conf.Config, s *conf.Scope, l conf.Line) cause.Remedy {
	r := cause.Remedy{ID: "own-path", Title: "write the path that the cookies come from", For: "server", Effect: "browsers send the cookie back", Opens: "nothing: the application gives its cookies to whom it let in",
		Steps: []string{l.Name + " " + access.Arg(l, 0) + " " + s.Sample + "      or no such line", "sudo nginx -t && sudo nginx -s reload"}, Verify: "the page behind the login opens; without the cookie it is refused", Undo: "put the old line back and reload"}
	switch from := access.Arg(l, 0); {
	case !access.Is(c, "nginx") || len(l.Args) != 2:
	case s.Sample == "/":
		r.Edits = access.Drop(l.Place)
	case strings.HasPrefix(from, "/") && strings.HasPrefix(s.Path, "/"):
		r.Edits = access.Become(l.Place, l.Name+" "+access.Word(from)+" "+access.Word(s.Path)+";")
	}
	return r
}
