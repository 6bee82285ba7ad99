package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// WPNonce: the login cookie is good, and the nonce beside it is stale, another session's, or missing.
var WPNonce = &cause.Cause{
	ID:        "wp-nonce-invalid-cached-page",
	Title:     "the page carries a WordPress nonce that is not valid",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Hides: []string{"csrf-token-missing-or-mismatch", "session-expired", "cdn-cached-auth-response", "cdn-cached-401", "403-means-401", "missing-www-authenticate",
		"user-lacks-role-or-group", "no-credentials-sent", "wp-user-lacks-capability"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !site.Live(v) || v.Answer.Hop > 0 {
			return nil
		}
		code, wp := site.WordPress(v.Answer)
		_, cookie := site.LoginCookie(v.Answer.Request)
		_, rest := site.REST(v.Request.URL)
		nonce := hasNonce(v.Answer.Request)
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Raise: nonceRaise(v)}
		switch m, said := v.Means(signature.NonceInvalid); {
		case wp && code == "rest_cookie_invalid_nonce" && cookie:
			s.Because = []fact.Fact{v.Saw("WordPress says %s: the nonce does not fit the login cookie.", code)}
		case wp && rest && site.Core(code) && v.Answer.Status() == 401 && cookie && !nonce && !v.Answer.Request.Header.Has("Authorization"):
			s.Grade, s.Weight, s.FaultAt = cause.Likely, 0.6, exchange.Client
			s.Title = "the call brings WordPress's login cookie and no nonce"
			s.Because = []fact.Fact{v.Asked("The request brings WordPress's login cookie, and neither X-WP-Nonce nor _wpnonce."),
				v.Saw("WordPress says %s with 401: without a nonce it takes a cookie for nobody.", code)}
		case said && !(wp && code == "rest_cookie_invalid_nonce"):
			s.Because = []fact.Fact{m.Because}
			return s
		case said:
			s.Because = []fact.Fact{m.Because, v.Asked("The request brings a nonce and no login cookie of WordPress.")}
			s.FaultAt, s.Title = exchange.Client, "the call brings a nonce without the login it belongs to"
			return s
		default:
			return nil
		}
		fresh, n, known := site.Session(v)
		switch {
		case !known:
			s.Trials = []cause.Trial{site.FreshNonce(v)}
		case fresh.Empty():
			return nil // the session has ended: another cause says so
		default:
			s.Grade, s.Weight = cause.Strong, 0.93
			s.Because = append(s.Because, fact.At(n, "The same cookie gets a fresh nonce from WordPress: the session lives."))
			s.Trials = []cause.Trial{withNonce(fresh)}
		}
		return s
	},
}

// hasNonce reports a nonce in the request.
func hasNonce(r exchange.Request) bool {
	if _, ok := r.URL.Param("_wpnonce"); ok {
		return true
	}
	return r.Header.Has("X-WP-Nonce")
}

// withNonce is the request with the nonce that WordPress has just given to the same session.
func withNonce(nonce secret.Text) cause.Trial {
	return cause.Trial{Key: "wordpress-with-fresh-nonce", Change: "the nonce that WordPress has just given to this session", Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			var kept []exchange.Param
			for _, p := range r.URL.Query {
				if p.Name != "_wpnonce" {
					kept = append(kept, p)
				}
			}
			r.URL.Query, r.URL.HasQuery = kept, len(kept) > 0
			r.Header = r.Header.With(exchange.Field{Name: "X-WP-Nonce", Value: nonce})
			return r
		}}.Passing()
}

func nonceRaise(v *cause.View) []cause.Raise {
	return []cause.Raise{{Command: "curl -sI https://SITE/the-page/ | grep -iE 'age|cache|cf-cache'", Where: "anywhere", Would: "show whether the page with the nonce comes out of a cache"}}
}
