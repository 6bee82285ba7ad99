package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// SpringDefault: Spring Boot's own security is at work, because nobody wrote a filter chain.
var SpringDefault = &cause.Cause{
	ID:        "spring-default-basic-or-csrf",
	Title:     "Spring Boot's default security answers, not your own rules",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     []string{"authorization-scheme-wrong", "403-means-401"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !springLike(v.Answer) {
			return nil
		}
		s := &cause.Suspicion{Remedies: springRemedies(v), Raise: []cause.Raise{{
			Command: "journalctl -u APP | grep -c 'Using generated security password'", Where: "on the application's server (APP: its unit)",
			Would: "be 1 or more if Spring Boot made up its own user"}}}
		basic := v.Challenges.Find("Basic")
		_, brought := token(v)
		switch {
		case v.Answer.Status() == 401 && basic != nil && basic.Realm() == "Realm" && len(v.Challenges) == 1 && brought:
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Title = "Spring's default security asks for Basic; your token is not looked at"
			s.Because = []fact.Fact{v.Saw(`The challenge is Basic realm="Realm", Spring's default, beside the fields of Spring Security.`), v.Asked("The request carries a token, which that chain does not read.")}
		case v.Answer.Status() == 401 && basic != nil && basic.Realm() == "Realm" && len(v.Challenges) == 1:
			// An own chain with httpBasic(withDefaults()) says the same.
			s.Grade, s.Weight = cause.Likely, 0.35
			s.Because = []fact.Fact{v.Saw(`The challenge is Basic realm="Realm", Spring's default, beside the fields of Spring Security.`)}
		case v.Answer.Status() == 403 && !v.Request.Safe() && len(v.Challenges) == 0 && !antiForgery(v.Request):
			s.Grade, s.Weight = cause.Likely, 0.6
			s.Title = "Spring's CSRF protection refuses the " + v.Request.Method
			s.Because = []fact.Fact{v.Saw("The answer to %s is 403 with the fields of Spring Security and no word of a permission.", v.Request.Method), v.Asked("The request carries no CSRF token, which Spring wants by default.")}
		default:
			return nil
		}
		return s
	},
}

func springRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "use-generated-login", Title: "for a first test, use the generated user", For: "client",
		Effect: "the request is let in until the next start", Opens: "nothing",
		Steps:  []string{"curl -u user " + cause.Quote(v.Request.URL) + "      (the password stands in the application's log: Using generated security password)"},
		Verify: "2xx", Undo: "none needed",
	}, {
		ID: "own-filter-chain", Title: "write the filter chain that the API needs", For: "server",
		Effect: "tokens are read; the generated user is gone", Opens: "nothing: every request needs a token",
		Steps: []string{
			"@Bean SecurityFilterChain api(HttpSecurity http) throws Exception { return http.securityMatcher(\"/api/**\").authorizeHttpRequests(a -> a.anyRequest().authenticated())",
			"  .oauth2ResourceServer(o -> o.jwt(withDefaults())).csrf(c -> c.disable()).sessionManagement(s -> s.sessionCreationPolicy(STATELESS)).build(); }",
			"csrf off is right only for a chain that reads no cookies: leave it on for pages with a session",
		},
		Verify: "with a token 2xx; without one 401 and WWW-Authenticate: Bearer", Undo: "delete the bean",
	}}
}
