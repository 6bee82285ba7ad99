package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// loginWords are addresses at which people log in, for hops whose answer does not say so.
var loginWords = lazyregexp.New(`(?i)/(log-?in|sign-?in|logon|sso|saml2?|oauth2?|oidc|authorize|callback|auth)([/.]|$)`)

// RedirectLoopLogin: the way to the page leads over the login back to the login. It is a symptom: the causes of cookies
// that are not kept or not sent say more, and hide it.
var RedirectLoopLogin = &cause.Cause{
	ID:      "redirect-loop-login",
	Title:   "the login and the page send the browser back and forth",
	Family:  family,
	FaultAt: exchange.Application,
	Hides:   []string{"redirect-to-login-instead-of-401"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !looped(v) || !overLogin(v) && len(givens(v)) == 0 {
			return nil
		}
		hops := v.Hops()
		to, _, _ := v.Answer.Location()
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.7, RefusedBy: author(v), Where: cause.Location{Hop: v.Answer.N}, Because: []fact.Fact{
			v.Saw("After %d redirects the way leads back to %s, where it has been before.", len(hops), shown(path(to), "an address")),
		}}
		var kept []given
		came := false
		for _, g := range givens(v) {
			if g.set.Stores(g.by.Request.URL, cookie.Context{Now: g.by.Sent}) == cookie.OK {
				kept = append(kept, g)
				for _, x := range hops {
					came = came || x.N > g.by.N && carries(x.Request, g.set.Name)
				}
			}
		}
		switch {
		case len(givens(v)) == 0:
			s.Title = "a login loop: no answer on the way sets a session cookie"
			s.Because = append(s.Because, v.Saw("None of the %d answers sets a cookie that could hold a session.", len(hops)))
		case came:
			s.Title = "a login loop: the session cookie comes back and is not understood"
			s.Grade, s.Weight = cause.Likely, 0.65
			s.Because = append(s.Because, v.Saw("A session cookie that an earlier answer set was sent back, and the login is asked for again."))
		case len(kept) > 0 && !keeps(v):
			s.Title = "a login loop: the client keeps no cookies on the way"
			s.FaultAt = exchange.Client
			s.Because = append(s.Because, kept[0].says("the requests behind it go out without it, as curl does without -b or -c."))
			if v.Answer.Request.URL.Origin() == v.Request.URL.Origin() {
				s.Trials = []cause.Trial{jarOnce(v.Request, kept)}
			}
		default:
			return nil // a cookie that browsers refuse or keep back: another cause of this family says which
		}
		s.Raise = []cause.Raise{{
			Command: "curl -sS -L -b '' -c - -o /dev/null --max-redirs 10 -w '%{http_code} %{num_redirects}\\n' " + cause.Quote(v.Request.URL),
			Where:   "here: curl with a cookie store",
			Would:   "end at the page if the loop comes from a client without cookies, and list the cookies that were kept if not",
		}}
		s.Remedies = loopRemedies(v, s.FaultAt)
		return s
	},
}

// overLogin reports that a hop of the chain is a login, or the way to one.
func overLogin(v *cause.View) bool {
	for _, x := range v.Hops() {
		if _, login := signature.LoginPage(x); login || loginWords.MatchString(x.Request.URL.Path) {
			return true
		}
	}
	return false
}

// jarOnce is the first request with the cookies that a cookie store would hold after the first round.
func jarOnce(first exchange.Request, kept []given) cause.Trial {
	var parts []secret.Text
	seen := map[string]int{}
	for i, g := range kept {
		if g.set.Sends(g.by.Request.URL, first.URL, cookie.Context{Now: g.by.Sent}) == cookie.OK {
			seen[g.set.Name] = i
		}
	}
	for i, g := range kept {
		if last, ok := seen[g.set.Name]; !ok || last != i {
			continue
		}
		if len(parts) > 0 {
			parts = append(parts, secret.Public("; "))
		}
		parts = append(parts, secret.Public(g.set.Name+"="), g.set.Value)
	}
	t := cause.Header(cause.KeyCookie, "the cookies that the first round set", "Cookie", secret.Join(parts...))
	return t.Passing()
}

func loopRemedies(v *cause.View, at exchange.Layer) []cause.Remedy {
	if at == exchange.Client {
		return []cause.Remedy{{
			ID: "keep-cookies", Title: "let the client keep cookies between the redirects", For: "client",
			Effect: "the session that the login begins is carried to the page", Opens: "nothing; the file holds the session, keep it private",
			Steps: []string{
				"curl -L -b cookies.txt -c cookies.txt " + cause.Quote(v.Request.URL),
				"Python: requests.Session() in place of requests.get; Go: http.Client{Jar: jar}",
			},
			Verify: "the page answers 2xx; without the cookie file the login is asked for", Undo: "delete cookies.txt",
		}}
	}
	return []cause.Remedy{{
		ID: "clear-and-watch", Title: "delete the site's cookies, log in once, and watch which cookie gets lost", For: "client",
		Effect: "left-over cookies are out of the way, and the lost one shows", Opens: "nothing",
		Steps:  []string{"browser: delete the site's cookies; developer tools, Network, Preserve log; log in; look for Set-Cookie and at the Cookie of the next request"},
		Verify: "the page opens after the login; in a private window the login still comes", Undo: "none needed",
	}, {
		ID: "mend-session", Title: "mend what keeps the session from being found again", For: "server",
		Effect: "the request behind the login belongs to the session", Opens: "nothing",
		Steps: []string{
			"no cookie set behind TLS termination: proxy_set_header X-Forwarded-Proto $scheme; and trust it in the application (Express: app.set('trust proxy', 1))",
			"a cookie that is set, sent and not understood: one session store and one signing key for all replicas",
			"compare the host name in the redirect with the one in the address bar: both must be the same",
		},
		Verify: "after a login the page opens; without one the login still comes", Undo: "put the former settings back",
	}}
}
