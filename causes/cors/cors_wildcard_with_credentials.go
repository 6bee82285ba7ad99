package cors

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CORSWildcardWithCredentials: the script asked for cookies, and the answer allows any origin, or does not allow
// credentials. Browsers then keep the answer back (Fetch standard, "CORS check").
var CORSWildcardWithCredentials = &cause.Cause{
	ID:        "cors-wildcard-with-credentials",
	Title:     "Access-Control-Allow-Origin is a star, and the request carries cookies",
	Family:    family,
	RefusedBy: exchange.Client,
	FaultAt:   exchange.Application,
	Partial:   true,
	Audit:     starWithLogin,
	Suspect:   recorded("cors-wildcard-with-credentials", wildcardWithCredentials),
}

func wildcardWithCredentials(v *cause.View) *cause.Suspicion {
	c, ok := callOf(v)
	if !ok {
		return nil
	}
	x := v.Answer
	if c.own != nil {
		x = c.own
	}
	vs := x.Header().Values("Access-Control-Allow-Origin")
	if len(vs) != 1 {
		return nil
	}
	star := vs[0].Is("*")
	credentials := x.Header().Text("Access-Control-Allow-Credentials").Is("true")
	s := &cause.Suspicion{RefusedBy: exchange.Client, FaultAt: fault(x), Because: []fact.Fact{c.page(v)}}
	switch {
	case saysCredentials(x):
		s.Grade, s.Weight = cause.Proved, 0.95 // the browser's own reason for refusing
		if !star {
			s.Title = "the answer does not allow credentials, and the script asks for them"
		} else {
			s.Title = "Access-Control-Allow-Origin is a star, and the script asks for cookies"
		}
		s.Because = append(s.Because, says(x))
		return wildcardRemedies(s, c, v)
	case c.cookies && star && c.own == nil:
		s.Because = append(s.Because, fact.Given("the request", "The browser sent cookies with it, so the script asked for credentials."),
			v.Saw("Access-Control-Allow-Origin is a star, which allows none."))
	case c.cookies && vs[0].Is(c.origin) && !credentials && c.own == nil:
		s.Title = "the answer does not allow credentials, and the request carries cookies"
		s.Because = append(s.Because, fact.Given("the request", "The browser sent cookies with it, so the script asked for credentials."),
			v.Saw("Access-Control-Allow-Origin fits, and Access-Control-Allow-Credentials is not true."))
	case star && credentials:
		s.Grade, s.Weight = cause.Likely, 0.55
		s.Because = append(s.Because, fact.At(x.N, "Access-Control-Allow-Origin is a star, and Access-Control-Allow-Credentials is true: no browser takes the two together."))
		return wildcardRemedies(s, c, v)
	default:
		return nil
	}
	if cause.Passed(v.Answer) {
		s.Grade, s.Weight = cause.Strong, 0.85
		if c.declared && c.exact {
			s.Grade = cause.Proved // a script's request with cookies, and its very answer
		}
	} else {
		s.Grade, s.Weight, s.Independent = cause.Strong, 0.5, true // the refusal has its own reason; this keeps it from being read
	}
	return wildcardRemedies(s, c, v)
}

func wildcardRemedies(s *cause.Suspicion, c call, v *cause.View) *cause.Suspicion {
	s.Raise = []cause.Raise{{
		Command: fmt.Sprintf("fetch(%q, {credentials: 'include'}).then(r => console.log(r.status))", v.Request.URL.String()),
		Where:   "in the browser's console, on the page", Would: "fail with a CORS error that names the star or the credentials flag",
	}}
	s.Remedies = []cause.Remedy{{
		ID: "echo-one-origin", Title: "name the page's origin in place of the star, from a list", For: "server",
		Effect: "browsers hand the answer to that page's scripts", Opens: "scripts of " + plainOrigin(c.origin) + " may read answers as the logged-in user; no other origin",
		Steps: []string{
			"Access-Control-Allow-Origin: " + plainOrigin(c.origin) + "   with Access-Control-Allow-Credentials: true and Vary: Origin",
			"nginx: map $http_origin $cors { default \"\"; \"" + plainOrigin(c.origin) + "\" $http_origin; } and add_header Access-Control-Allow-Origin $cors always;",
			"never echo every Origin together with credentials",
		},
		Verify: "with this Origin the answer names it; with Origin: https://evil.example it does not; without a cookie the request is still refused",
		Undo:   "put the star back, without credentials",
	}, {
		ID: "omit-credentials", Title: "or do not send cookies where none are needed", For: "client",
		Effect: "the star is enough", Opens: "nothing",
		Steps:  []string{"fetch(url, {credentials: 'omit'}); axios: withCredentials: false"},
		Verify: "the console shows no CORS error", Undo: "ask for credentials again",
	}}
	return s
}
