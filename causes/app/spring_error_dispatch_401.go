package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// SpringErrorDispatch401: the true error is forwarded to /error, which is protected, so that 401 hides it.
var SpringErrorDispatch401 = &cause.Cause{
	ID:        "spring-error-dispatch-401",
	Title:     "Spring's protected /error turns another error into a 401",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"missing-www-authenticate", "403-means-401", "reverse-proxy-strips-authorization", "no-credentials-sent", "spring-default-basic-or-csrf",
		"authorization-scheme-wrong"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		status := v.Answer.Status()
		if status != 401 && status != 403 || !springLike(v.Answer) || len(v.Answer.Body()) > 0 {
			return nil
		}
		if c := v.Challenges.Find("Bearer"); c != nil && c.Value("error") != "" {
			return nil // the token itself was judged
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.3,
			Because: []fact.Fact{v.Saw("The answer is a %d of Spring Security with an empty body.", status)},
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' " + cause.QuoteWord(v.Request.URL.Origin().String()+"/error"), Where: "here, and look for \"Securing ... /error\" in the log with logging.level.org.springframework.security=DEBUG",
				Would: "show that /error wants a login as well, and which error was forwarded there"}},
			Remedies: errorRemedies(v),
		}
		_, brought := token(v)
		switch h := v.Answer.Header(); {
		case h.Has("Allow"):
			// Spring MVC names the allowed methods with its 405 and nowhere else; the field outlives the forward to /error.
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Title = "a 405 in disguise: Spring's protected /error turns it into a 401"
			s.Because = append(s.Because, v.Saw("It carries Allow: %s, which belongs to 405 Method Not Allowed.", h.Get("Allow")))
		case h.Has("Accept"):
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Title = "a 415 in disguise: Spring's protected /error turns it into a 401"
			s.Because = append(s.Because, v.Saw("It carries Accept, which belongs to 415 Unsupported Media Type."))
		case brought && v.Challenges.Has("Bearer"):
			s.Weight = 0.45
			s.Because = append(s.Because, v.Saw("A token came, and the challenge does not speak of it, as if none had: so it is when /error is asked for the second time."))
		case !brought:
			return nil
		}
		return s
	},
}

func errorRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "find-true-error", Title: "look for the true error, and mend the request", For: "client",
		Effect: "method, path or body fit what the application expects", Opens: "nothing",
		Steps:  []string{"check method, path, Content-Type and body against the API's description: " + sameRequest(v)},
		Verify: "2xx", Undo: "none needed",
	}, {
		ID: "permit-error-dispatch", Title: "let the forward to /error pass", For: "server",
		Effect: "404, 405, 409 and 500 are shown as what they are", Opens: "/error only, which shows no more than the status; keep server.error.include-message=never",
		Steps: []string{
			".authorizeHttpRequests(a -> a.dispatcherTypeMatchers(DispatcherType.ERROR).permitAll()...)   as the first line",
			`or  .requestMatchers("/error").permitAll()`,
		},
		Verify: "with a good token a path that does not exist answers 404; without a token protected paths still answer 401", Undo: "take the line out",
	}}
}
