package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CookieThirdPartyBlocked: the cookie's attributes are right for a request from another site, and the browser keeps it
// back all the same, because it blocks third-party cookies.
var CookieThirdPartyBlocked = &cause.Cause{
	ID:      "cookie-third-party-blocked",
	Title:   "the browser blocks the cookie as one of a third party",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   generalities,
	Partial: true,
	Suspect: recorded("cookie-third-party-blocked", thirdPartyBlocked),
}

func thirdPartyBlocked(v *cause.View) *cause.Suspicion {
	b, ok := browsed(v)
	if !ok || b.site != "cross-site" || b.topLevel || !loginWanted(v) || v.Answer.Request.Header.Has("Authorization") {
		return nil
	}
	for _, g := range givens(v) {
		if carries(v.Request, g.set.Name) || g.set.SameSite != cookie.None || g.set.Partitioned ||
			g.set.Stores(g.by.Request.URL, cookie.Context{Now: g.by.Sent}) != cookie.OK || g.set.Sends(g.by.Request.URL, v.Request.URL, b.context) != cookie.OK {
			continue
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, Because: []fact.Fact{
			fact.Given("the request", "A page of %s makes it, and it carries no session cookie.", b.page()),
			g.says("SameSite=None and Secure, so its attributes would let it come along."),
		}}
		if b.dest == "iframe" || b.mode == "navigate" {
			// A frame has no credentials mode that a script could have forgotten.
			s.Weight = 0.65
		}
		s.Raise = []cause.Raise{{
			Command: "document.hasStorageAccess().then(console.log)",
			Where:   "in the browser's console, inside the frame; then the same page with third-party cookies allowed",
			Would:   "print false, and the login holds once they are allowed",
		}}
		s.Remedies = thirdPartyRemedies()
		return s
	}
	return nil
}

func thirdPartyRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "allow-for-site", Title: "allow third-party cookies for this site", For: "client",
		Effect: "the browser sends the cookie", Opens: "this site's cookies can be used to follow you on pages that embed it",
		Steps:  []string{"Chrome: Settings, Privacy, Third-party cookies, Sites allowed; Firefox: the shield in the address bar; Safari: Prevent cross-site tracking"},
		Verify: "the request carries the cookie after a reload", Undo: "take the site off the list",
	}, {
		ID: "own-domain", Title: "serve the API or identity provider under the page's own site", For: "server",
		Effect: "the cookie is first-party in every browser", Opens: "nothing",
		Steps: []string{
			"a custom domain: login.example.com for pages on www.example.com",
			"for a frame that needs no common login: Set-Cookie: ...; Secure; SameSite=None; Partitioned",
			"for silent renewal in a frame: refresh tokens with rotation in its place",
		},
		Verify: "a private window in Safari and Firefox stays logged in; without a login the request is still refused", Undo: "use the former host name",
	}}
}
