package cors

import (
	"fmt"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CORSCredentialsNotIncluded: the script calls another origin without asking for cookies, and the server wants the
// session (Fetch standard, credentials mode; its default is same-origin).
var CORSCredentialsNotIncluded = &cause.Cause{
	ID:      "cors-credentials-not-included",
	Title:   "the script does not ask the browser to send its cookies",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"no-credentials-sent", "missing-www-authenticate", "401-means-403", "403-means-401", "redirect-to-login-instead-of-401"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c, ok := callOf(v)
		if !ok || !v.Whole() {
			return keptAtHome(v)
		}
		if c.own != nil || c.cookies || bears(v.Request) || !cause.Refused(v.Answer) && !asksLogin(v.Answer) {
			return nil
		}
		if len(v.Challenges) > 0 && !v.Challenges.Has("Cookie") && !v.Challenges.Has("Session") && !v.Challenges.Has("FormBased") {
			return nil // the server asks for a header, not for a cookie
		}
		held, unsent := exchange.BrowsedCookie{}, false
		if v.Answer.Browser != nil {
			if held, unsent = unasked(v); !unsent {
				return nil // the browser did consider cookies, or has none that the script could have asked for
			}
		}
		allows := v.Answer.Header().Text("Access-Control-Allow-Credentials").Is("true") && v.Answer.Header().Text("Access-Control-Allow-Origin").Is(c.origin)
		own := sameSite(v, c)
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.4, Because: []fact.Fact{
			c.page(v), fact.Given("the request", "It carries neither a cookie nor another credential."),
		}}
		switch {
		case allows && own && c.declared:
			s.Grade, s.Weight = cause.Strong, 0.8
		case allows && own:
			s.Weight = 0.65
		case allows:
			s.Weight = 0.55
		}
		if unsent {
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Because[1] = v.Saw("%s holds a session cookie for this address and did not consider it: the call was made without credentials.", v.Answer.Browser.Program)
			s.Trials = []cause.Trial{cause.CookieByHand(v.Answer.Request, held.Name, held.Value)}
		}
		if allows {
			s.Because = append(s.Because, v.Saw("The answer %d allows this page to send credentials.", v.Answer.Status()))
		}
		if own {
			s.Because = append(s.Because, fact.Given("the request", "The two are one site, so SameSite and third-party rules keep nothing back."))
		}
		s.Raise = []cause.Raise{{
			Command: fmt.Sprintf("fetch(%q, {credentials: 'include'}).then(r => console.log(r.status))", v.Request.URL.String()),
			Where:   "in the browser's console, on the page, logged in", Would: "print 200",
		}}
		s.Remedies = []cause.Remedy{{
			ID: "credentials-include", Title: "ask for credentials in the script", For: "client",
			Effect: "the browser sends the session cookie with the call", Opens: "nothing: the cookie goes to the server that set it",
			Steps:  []string{"fetch(url, {credentials: 'include'})", "axios: axios.defaults.withCredentials = true; XMLHttpRequest: xhr.withCredentials = true"},
			Verify: "the request shows a Cookie header and is answered 2xx; logged out it is still refused", Undo: "leave the option out again",
		}, {
			ID: "allow-credentials", Title: "let the server allow it for this origin by name", For: "server",
			Effect: "the browser hands the answer to the script", Opens: "scripts of " + plainOrigin(c.origin) + " may call the API as the logged-in user; no other origin",
			Steps:  []string{"Access-Control-Allow-Origin: " + plainOrigin(c.origin) + ", Access-Control-Allow-Credentials: true, Vary: Origin"},
			Verify: "with another Origin the headers are missing; without a cookie the request is still refused", Undo: "take Access-Control-Allow-Credentials out again",
		}}
		return s
	},
}

// sameSite reports that page and server belong to one site.
func sameSite(v *cause.View, c call) bool {
	if slices.Contains([]string{"same-site", "cross-site"}, c.site) {
		return c.site == "same-site"
	}
	p, err := exchange.ParseURL(c.origin)
	return err == nil && cookie.SameSiteURLs(p, v.Request.URL)
}
