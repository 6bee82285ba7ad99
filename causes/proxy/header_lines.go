package proxy

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	authPlace    = lazyregexp.New(`(?i)auth|verify|sso|oauth2|outpost`)
	literalLogin = lazyregexp.New(`(?i)^(basic|bearer|token|apikey)\s+\S`)
	authorized   = lazyregexp.New(`(?i)^authorization$|^>?authorization$`)
	bearerTold   = lazyregexp.New(`(?i)\bbearer\b|\bjwt\b|\btoken\b|\bauthorization\b`)
)

// asksAuth reports a block that holds the question to an auth service, not the request itself.
func asksAuth(nginx directive.Lines, s exchange.Setting) bool {
	if len(s.Context) == 0 || !strings.HasPrefix(s.Context[len(s.Context)-1], "location") {
		return false
	}
	return authPlace.MatchString(s.Context[len(s.Context)-1]) && len(nginx.Named("internal").At(s)) > 0
}

// authorizationLines gives the lines by which a proxy takes Authorization away, and those by which it sets one of its own.
func authorizationLines(v *cause.View) (removes, sets directive.Lines) {
	nginx := directive.Of(v, "nginx")
	for _, s := range v.Settings {
		switch s.System {
		case "nginx":
			switch s.Name {
			case "proxy_set_header", "grpc_set_header", "more_set_input_headers", "uwsgi_param", "fastcgi_param":
				if len(s.Args) < 2 || !directive.Arg(s, 0, "Authorization") && !directive.Arg(s, 0, "HTTP_AUTHORIZATION") || asksAuth(nginx, s) {
					continue
				}
				if s.Args[1].Empty() {
					removes = append(removes, s)
				} else if s.Args[1].Match(literalLogin) && !s.Args[1].Contains("$") || s.Args[1].Closed() && !s.Args[1].Contains("$") {
					sets = append(sets, s)
				}
			case "proxy_pass_request_headers":
				if directive.Arg(s, 0, "off") && !asksAuth(nginx, s) {
					removes = append(removes, s)
				}
			case "more_clear_input_headers":
				if directive.Any(s, authorized) {
					removes = append(removes, s)
				}
			}
		case "apache":
			if strings.EqualFold(s.Name, "RequestHeader") && directive.Arg(s, 1, "Authorization") {
				switch {
				case directive.Arg(s, 0, "unset"):
					removes = append(removes, s)
				case (directive.Arg(s, 0, "set") || directive.Arg(s, 0, "add")) && len(s.Args) > 2 && (s.Args[2].Closed() || s.Args[2].Match(literalLogin)) && !s.Args[2].Contains("%{"):
					sets = append(sets, s)
				}
			}
		case "haproxy":
			if strings.HasPrefix(s.Name, "http-request") || strings.HasPrefix(s.Name, "req") {
				switch {
				case directive.Arg(s, 0, "del-header") && directive.Arg(s, 1, "authorization"):
					removes = append(removes, s)
				case (directive.Arg(s, 0, "set-header") || directive.Arg(s, 0, "replace-header")) && directive.Arg(s, 1, "authorization"):
					sets = append(sets, s)
				}
			}
		case "caddy":
			if s.Name == "header_up" || s.Name == "request_header" {
				switch {
				case directive.Arg(s, 0, "-Authorization"):
					removes = append(removes, s)
				case directive.Arg(s, 0, "Authorization") && len(s.Args) > 1 && !s.Args[1].Contains("{http.request") && !s.Args[1].Contains("{header.") && !s.Args[1].Contains(">Authorization"):
					sets = append(sets, s)
				}
			}
		case "traefik":
			low := strings.ToLower(s.Name)
			switch {
			case strings.HasSuffix(low, "customrequestheaders.authorization") && len(s.Args) > 0:
				if s.Args[0].Empty() {
					removes = append(removes, s)
				} else {
					sets = append(sets, s)
				}
			case strings.HasSuffix(low, "basicauth.removeheader") && directive.Arg(s, 0, "true"):
				removes = append(removes, s)
			}
		}
	}
	return removes, sets
}

// stripLines finds a line that takes Authorization away on the way to an application that wants it.
func stripLines(v *cause.View) *cause.Suspicion {
	removes, sets := authorizationLines(v)
	if len(removes) == 0 || len(sets) > 0 {
		return nil
	}
	line := removes[0]
	if nginx := directive.Of(v, "nginx"); line.System == "nginx" && len(nginx.Named("proxy_pass")) == 0 && len(nginx.Named("fastcgi_pass")) > 0 {
		return nil // proxy_set_header says nothing to fastcgi_pass
	}
	s := directive.Likely(0.72, directive.Fact(line, "This line takes Authorization away before the application."))
	if _, ok := v.Credential(cred.Bearer, cred.JWT, cred.APIKey, cred.Basic); ok || directive.Told(v, bearerTold) {
		s.Grade, s.Weight = cause.Strong, 0.88
	}
	return s
}

// injectLines finds a line that puts a value of the gateway's own in place of the client's Authorization.
func injectLines(v *cause.View) *cause.Suspicion {
	_, sets := authorizationLines(v)
	if len(sets) == 0 {
		return nil
	}
	s := directive.Likely(0.7, directive.Fact(sets[0], "This line puts a fixed Authorization in place of the client's."))
	if _, ok := v.Credential(cred.Bearer, cred.JWT, cred.APIKey); ok {
		s.Weight = 0.82
	}
	return s
}

var cookieWord = lazyregexp.New(`(?i)^-?set-cookie$`)

// cookieLines finds a line that takes Set-Cookie off the answers.
func cookieLines(v *cause.View) *cause.Suspicion {
	for _, s := range v.Settings {
		hit := false
		switch s.System {
		case "nginx":
			hit = (s.Name == "proxy_hide_header" || s.Name == "fastcgi_hide_header" || s.Name == "uwsgi_hide_header" || s.Name == "more_clear_headers") && directive.Any(s, cookieWord)
		case "apache":
			hit = strings.EqualFold(s.Name, "Header") && directive.Any(s, cookieWord) && (directive.Arg(s, 0, "unset") || directive.Arg(s, 1, "unset"))
		case "haproxy":
			hit = directive.Arg(s, 0, "del-header") && directive.Arg(s, 1, "set-cookie")
		case "caddy":
			hit = (s.Name == "header_down" || s.Name == "header") && directive.Arg(s, 0, "-Set-Cookie")
		}
		if hit {
			return directive.Strong(0.88, directive.Fact(s, "This line takes Set-Cookie off the answers: a login cannot set its cookie."))
		}
	}
	return nil
}

var underscored = lazyregexp.New(`^[A-Za-z]+[A-Za-z0-9]*(_[A-Za-z0-9]+)+$`)

// underscoreLines finds a header whose name has an underscore where a proxy sets it, for another server that drops such
// names unless told otherwise.
func underscoreLines(v *cause.View) *cause.Suspicion {
	nginx := directive.Of(v, "nginx")
	for _, s := range nginx.Named("underscores_in_headers") {
		if directive.Arg(s, 0, "on") {
			return nil
		}
	}
	for _, s := range nginx.Named("proxy_set_header") {
		if directive.ArgMatches(s, 0, underscored) && !asksAuth(nginx, s) {
			return directive.Likely(0.68, directive.Fact(s, "This header's name has an underscore; the next server drops it unless told otherwise (nginx, Apache, WSGI servers)."))
		}
	}
	return nil
}
