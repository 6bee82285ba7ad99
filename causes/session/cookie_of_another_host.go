package session

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CookieOfAnotherHost: the login sets the session cookie for its own host and sends the browser to another host of the
// same site, most often from www to the bare name. A cookie without Domain goes to the very host that set it
// (RFC 6265bis 5.7 step 9 and 5.8.3).
var CookieOfAnotherHost = &cause.Cause{
	ID:        "cookie-of-another-host",
	Title:     "the login's cookie belongs to another host than the page",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: append([]string{"redirect-www-apex", "redirect-cross-host-drops-auth", "proxy-drops-set-cookie", "forwarded-proto-missing",
		"session-not-shared-between-backends"}, generalities...),
	Partial: true,
	Suspect: cause.OnRecordToo(func(v *cause.View) *cause.Suspicion {
		if !loginWanted(v) || v.Answer.Hop == 0 || v.Answer.Request.Header.Has("Authorization") {
			return nil
		}
		at := v.Answer.Request.URL
		for _, g := range givens(v) {
			from := g.by.Request.URL
			if g.by == v.Answer || carries(v.Answer.Request, g.set.Name) || handover(at) ||
				g.set.Stores(from, cookie.Context{Now: g.by.Sent}) != cookie.OK || !cookie.SameSiteURLs(from, at) {
				continue
			}
			why := g.set.Sends(from, at, cookie.Context{Now: g.by.Sent})
			if why != cookie.HostOnly && why != cookie.OtherDomain {
				continue
			}
			s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.55, Where: cause.Location{Hop: g.by.N}}
			if strings.TrimPrefix(from.Host, "www.") == strings.TrimPrefix(at.Host, "www.") {
				s.Grade, s.Weight = cause.Strong, 0.85
				s.Title = "the session cookie is for one of www and the bare name, the page on the other"
			}
			return splitSuspicion(v, s, g, at)
		}
		return nil
	}, loggedInElsewhere),
}

// handover reports an address to which an identity provider of the same site sends the browser with a code or ticket: its
// cookie is its own, and is not meant for the application.
func handover(u exchange.URL) bool {
	for _, n := range []string{"code", "state", "ticket", "SAMLResponse", "token", "id_token", "error"} {
		if _, ok := u.Param(n); ok {
			return true
		}
	}
	return returnPath.MatchString(u.Path)
}

func splitSuspicion(v *cause.View, s *cause.Suspicion, g given, at exchange.URL) *cause.Suspicion {
	from := g.by.Request.URL
	parent := strings.TrimPrefix(at.Host, "www.")
	if !strings.HasSuffix(from.Host, "."+parent) && from.Host != parent {
		parent = "example.com"
	}
	scope := "there is no Domain, so it goes to " + from.Host + " alone."
	if g.set.HasDomain {
		scope = "its Domain covers no other host."
	}
	s.Because = []fact.Fact{g.says("%s", scope),
		v.Saw("The page is on %s, is asked for without it, and answers %d.", at.Host, v.Answer.Status())}
	s.Raise = []cause.Raise{{
		Command: "curl -sS -L -b '' -c - -o /dev/null -w '%{http_code} %{url_effective}\\n' " + cause.Quote(v.Request.URL), Where: "here",
		Would: "end at the other host with the login's answer, and list the cookie under " + from.Host,
	}}
	s.Remedies = []cause.Remedy{{
		ID: "begin-at-one-host", Title: "log in at the host that the page is on", For: "client",
		Effect: "cookie and page belong to one host", Opens: "nothing",
		Steps:  []string{"begin at " + at.Origin().String() + " in place of " + from.Origin().String()},
		Verify: "after the login the page opens; in a private window the login still comes", Undo: "none needed",
	}, {
		ID: "one-public-host", Title: "send one of the two names to the other before the login, and build every address from it", For: "server",
		Effect: "the whole login stays on one host", Opens: "nothing",
		Steps: []string{
			"nginx: server { server_name " + from.Host + "; return 301 $scheme://" + at.Host + "$request_uri; }",
			"the application's public URL: " + at.Origin().String() + " (WordPress siteurl and home, Rails default_url_options, Django SITE, APP_URL in Laravel)",
		},
		Verify: "log in on either name: the page opens; in a private window it does not", Undo: "take the redirect out again",
	}, {
		ID: "cookie-for-both-hosts", Title: "or set the cookie for both names", For: "server",
		Effect: "a session begun on one of the two holds on the other",
		Opens:  "the cookie goes to every sub-domain of the name: only where all of them are yours",
		Steps:  []string{"Set-Cookie: session=...; Domain=" + parent + "; Path=/; Secure; HttpOnly; SameSite=Lax"},
		Verify: "log in on one name, open the other: the session holds; in a private window it does not", Undo: "leave Domain out again",
	}}
	return s
}
