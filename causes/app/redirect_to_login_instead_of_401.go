package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// RedirectToLogin: whoever has no session is sent to a login page; a program gets a redirect where it needs a 401.
var RedirectToLogin = &cause.Cause{
	ID:      "redirect-to-login-instead-of-401",
	Title:   "the answer is a redirect to the login page, not a 401",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"200-login-page-instead-of-401", "no-credentials-sent"},
	Audit:   questionAsRedirect,
	Suspect: func(v *cause.View) *cause.Suspicion {
		x, m, ok := loginHop(v)
		if !ok || askedForLogin(v) {
			return nil
		}
		s := &cause.Suspicion{Weight: 0.7, RefusedBy: writtenBy(x), Where: cause.Location{Hop: x.N}, Remedies: loginRemedies(v)}
		s.Because = []fact.Fact{fact.At(x.N, "The answer is %d, and its Location is a login page.", x.Status())}
		if m.Product != "login page" && m.Product != "" {
			s.Because = append(s.Because, fact.At(x.N, "The login is that of %s.", m.Product))
		}
		_, brought := token(v)
		switch {
		case brought || passwordSent(v):
			// Whether the application reads such a credential at all, or read it and was not content, is not said.
			s.Grade = cause.Strong
			s.Title = "a credential came, and the application redirects to its login page"
			s.Because = append(s.Because, v.Asked("The request carries a credential that is not a session cookie."))
			s.Raise = []cause.Raise{{Command: "curl -i -H 'Accept: application/json' -H 'X-Requested-With: XMLHttpRequest' " + cause.Quote(v.Request.URL),
				Where: "here", Would: "get a 401 that names the scheme, if programs have a way of their own"}}
		case cookies(v):
			s.Grade, s.Weight = cause.Likely, 0.4
			s.Title = "the application redirects to its login page although a cookie came"
		case v.Request.Header.Get("Sec-Fetch-Site") == "cross-site":
			s.Grade, s.Weight = cause.Likely, 0.35 // a browser keeps cookies back from requests of other sites
		case v.Intent != nil && len(v.Intent.Lost) > 0 || carriesUnknown(v):
			// The shell took something out of the command, or a field is sent that why401 does not know: either may be the credential.
			s.Grade, s.Weight = cause.Strong, 0.6
		case entrance.MatchString(v.Request.URL.Path):
			s.Grade, s.Weight = cause.Likely, 0.45 // the address begins a login: leading there is its purpose
		default:
			s.Grade = cause.Proved
			s.Title = "this page wants a login: it redirects to one, and no credential was sent"
			s.Because = append(s.Because, v.Asked("The request carries no credential and no cookie."))
		}
		if brought && !passwordSent(v) && !wantsJSON(v) {
			s.Trials = []cause.Trial{asProgram()}
		}
		if y := v.Trial(keyJSON); y != nil && (y.Status() == 401 || y.Status() == 403) {
			s.Because = append(s.Because, fact.At(y.N, "Asked for JSON the application answers %d: it redirects only what looks like a browser.", y.Status()))
		}
		return s
	},
}

func loginRemedies(v *cause.View) []cause.Remedy {
	u := cause.Quote(v.Request.URL)
	return []cause.Remedy{{
		ID: "log-in-first", Title: "log in first, and send the session cookie", For: "client",
		Effect: "the request belongs to a session", Opens: "nothing",
		Steps: []string{"browser: log in, then open the page again", `program: curl -i -H "Cookie: $COOKIE" ` + u + "      (the Cookie header of a browser that is logged in)",
			"better: the API's own address and an API token, where the application has them"},
		Verify: "the answer is the page or the JSON, not the login; without the cookie it redirects as before", Undo: "log out",
	}, {
		ID: "answer-programs-with-401", Title: "answer programs with 401, people with the login page", For: "server",
		Effect: "API clients see a status that they understand (RFC 9110 15.5.2)", Opens: "nothing",
		Steps: []string{
			"Spring: .exceptionHandling(e -> e.defaultAuthenticationEntryPointFor(new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED), new AntPathRequestMatcher(\"/api/**\")))",
			"ASP.NET Core: options.Events.OnRedirectToLogin = c => { c.Response.StatusCode = 401; return Task.CompletedTask; };",
			"Express: if (req.accepts(['html', 'json']) === 'json') return res.status(401).set('WWW-Authenticate', 'Bearer').end()",
			"Laravel: send Accept: application/json; Django: LoginRequiredMixin with raise_exception for API views",
		},
		Verify: "curl -i -H 'Accept: application/json' " + u + " answers 401; a browser still gets the login page", Undo: "put the former handler back",
	}}
}
