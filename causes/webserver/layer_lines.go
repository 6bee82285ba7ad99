package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	off           = lazyregexp.New(`(?i)^off$`)
	bearerWords   = lazyregexp.New(`(?i)\bbearer\b|\bJWT\b`)
	secondPrompt  = lazyregexp.New(`(?i)\b(prompt|dialog|ask)\w*\b.{0,60}\b(again|twice|second|another|over and over)|\btwice\b|two (prompts|dialogs|logins)`)
	leadsToLogin  = lazyregexp.New(`^@|=?\s*30[1-9]|https?://|/log-?in|/sign-?in|/auth|/sso`)
	unconditional = lazyregexp.New(`(?i)^(all|any)$`)
)

// passwordRules gives the lines that put a Basic or Digest password in front of their block.
func passwordRules(v *cause.View) directive.Lines {
	var out directive.Lines
	for _, s := range v.Settings {
		switch {
		case s.System == "nginx" && (strings.EqualFold(s.Name, "auth_basic") || strings.EqualFold(s.Name, "auth_digest")) && !directive.ArgMatches(s, 0, off),
			s.System == "apache" && strings.EqualFold(s.Name, "AuthType") && (directive.Arg(s, 0, "Basic") || directive.Arg(s, 0, "Digest")),
			s.System == "ingress" && strings.HasSuffix(s.Name, "/auth-type") && (directive.Arg(s, 0, "basic") || directive.Arg(s, 0, "digest")),
			s.System == "caddy" && (s.Name == "basicauth" || s.Name == "basic_auth"),
			s.System == "haproxy" && s.Name == "http-request" && directive.Arg(s, 0, "auth"),
			s.System == "traefik" && strings.Contains(strings.ToLower(s.Name), "basicauth.users"):
			out = append(out, s)
		}
	}
	return out
}

// twoLayerLines finds a password rule in front of a request that carries a token: the rule reads Authorization first,
// and a token is no login for it.
func twoLayerLines(v *cause.View) *cause.Suspicion {
	rules := passwordRules(v)
	if len(rules) == 0 || len(satisfied(v)) > 0 {
		return nil
	}
	rule := rules[0]
	if len(rule.Context) > 0 && strings.HasPrefix(rule.Context[len(rule.Context)-1], "location") && !strings.HasSuffix(rule.Context[len(rule.Context)-1], " /") {
		return nil // a place of its own: whether the request went there is not told
	}
	if tok, ok := token(v); ok && v.Answer.Status() != 403 && !cause.Passed(v.Answer) && judgedByNobody(v) {
		s := directive.Strong(0.9, directive.Fact(rule, "This line asks for a password in Authorization before the application is reached."),
			v.Asked("Authorization carries %s, which is no login for it; one header cannot hold both.", scheme(tok)))
		return s
	}
	return nil
}

// judgedByNobody reports that no word of the refusal judges a token: an application that does was reached.
func judgedByNobody(v *cause.View) bool {
	if b := v.Challenges.Find("Bearer"); b != nil {
		return false
	}
	return len(v.Meanings) == 0
}

// satisfied gives the lines by which one of several rules is enough.
func satisfied(v *cause.View) directive.Lines {
	var out directive.Lines
	for _, s := range v.Settings {
		if (s.System == "nginx" || s.System == "apache") && strings.EqualFold(s.Name, "satisfy") && directive.Arg(s, 0, "any") ||
			s.System == "ingress" && strings.HasSuffix(s.Name, "/satisfy") && directive.Arg(s, 0, "any") || s.System == "apache" && strings.EqualFold(s.Name, "RequireAny") {
			out = append(out, s)
		}
	}
	return out
}

// reachingLines finds a password rule whose login goes on to an application that judges it: nothing between takes
// Authorization away, and the refusal is no page of the server's.
func reachingLines(v *cause.View) *cause.Suspicion {
	if _, ok := v.Credential(cred.Basic); !ok || v.Answer.Status() != 401 && v.Answer.Status() != 403 || v.Written && fronts(v.Writer) || realm(v.Answer) != "" {
		return nil
	}
	for _, rule := range passwordRules(v) {
		passes := directive.Lines(v.Settings).Having(func(s exchange.Setting) bool {
			return s.System == rule.System && (s.Name == "proxy_pass" || s.Name == "ProxyPass" || s.Name == "reverse_proxy" || s.Name == "fastcgi_pass" || s.Name == "uwsgi_pass") && directive.Covers(rule, s)
		})
		for _, p := range passes {
			if h := directive.Of(v, "nginx").Effective(p, "proxy_set_header").Header("proxy_set_header", "Authorization"); len(h) > 0 {
				continue
			}
			return directive.Likely(0.72, directive.Fact(rule, "This line asks for a password of the server's own."),
				directive.Fact(p, "The request is handed on with the same Authorization, and the refusal is not the server's own page."))
		}
	}
	return nil
}

// satisfyLines holds address rules against password rules: nginx wants both unless "satisfy any" stands in the same
// block, and Apache 2.4 combines Require lines by any unless they stand in RequireAll.
func satisfyLines(v *cause.View) *cause.Suspicion {
	nginx := directive.Of(v, "nginx")
	addresses := nginx.Named("allow", "deny").Having(func(s exchange.Setting) bool { return !directive.ArgMatches(s, 0, unconditional) })
	for _, a := range addresses {
		all := nginx.Named("satisfy").Covering(a)
		password := nginx.Named("auth_basic", "auth_basic_user_file", "auth_digest", "auth_request", "auth_jwt").Covering(a)
		wants := len(all) > 0 && directive.Arg(all[len(all)-1], 0, "all")
		switch {
		case wants:
			return directive.Likely(0.5, directive.Fact(all[len(all)-1], "satisfy all: an allowed address has to bring the password as well."))
		case len(all) == 0 && len(password) > 0 && !directive.ArgMatches(password[0], 0, off):
			return directive.Likely(0.45, directive.Fact(a, "An address rule and a password rule stand together without satisfy: nginx wants both."))
		case len(all) > 0 && len(password) > 0 && len(password.At(a)) == 0:
			return directive.Likely(0.4, directive.Fact(a, "The address rule stands in another block than the password rule; satisfy any is meant for rules of one block."))
		}
	}
	apache := directive.Of(v, "apache")
	if all := apache.Named("RequireAll"); len(all) > 0 && len(apache.Named("Require").Having(addressRule)) > 0 && len(apache.Named("Require").Having(userRule)) > 0 {
		return directive.Likely(0.45, directive.Fact(all[0], "RequireAll wants the address and the login."))
	}
	for _, s := range apache.Named("Satisfy") {
		if directive.Arg(s, 0, "all") {
			return directive.Likely(0.45, directive.Fact(s, "Satisfy All wants the address and the login."))
		}
	}
	return nil
}

func addressRule(s exchange.Setting) bool {
	return directive.Arg(s, 0, "ip") || directive.Arg(s, 0, "host") || directive.Arg(s, 0, "local")
}

func userRule(s exchange.Setting) bool {
	return directive.Arg(s, 0, "valid-user") || directive.Arg(s, 0, "user") || directive.Arg(s, 0, "group")
}

// nestedLines finds two password rules with files or realms of their own around one place, and an error_page for 401
// that leads the inner rule's question away.
func nestedLines(v *cause.View) *cause.Suspicion {
	for _, system := range []string{"nginx", "apache"} {
		lines := directive.Of(v, system)
		files := lines.Named("auth_basic_user_file", "AuthUserFile", "auth_digest_user_file")
		for n, inner := range files {
			for _, outer := range files[:n] {
				if len(inner.Args) > 0 && len(outer.Args) > 0 && !inner.Args[0].Equal(outer.Args[0]) &&
					(directive.Covers(outer, inner) && len(outer.Context) < len(inner.Context) || system == "apache" && !directive.SameFile(outer, inner)) {
					w := 0.5
					if directive.Told(v, secondPrompt) {
						w = 0.75
					}
					return directive.Likely(w, directive.Fact(outer, "One password file stands here."), directive.Fact(inner, "Another one stands in a block inside of it: a path below has two rules."))
				}
			}
		}
	}
	nginx := directive.Of(v, "nginx")
	for _, page := range nginx.Named("error_page") {
		if directive.Arg(page, 0, "401") && len(page.Args) > 1 && directive.Any(page, leadsToLogin) {
			for _, rule := range nginx.Named("auth_basic") {
				if directive.Covers(page, rule) && !directive.ArgMatches(rule, 0, off) {
					return directive.Likely(0.72, directive.Fact(page, "error_page leads every 401 to a login page."), directive.Fact(rule, "The password question of this block is such a 401: clients never see it."))
				}
			}
		}
	}
	return nil
}
