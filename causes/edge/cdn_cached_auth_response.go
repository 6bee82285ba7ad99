package edge

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// CDNCachedAuthResponse: an answer meant for one user is handed out by a shared cache.
var CDNCachedAuthResponse = &cause.Cause{
	ID:      "cdn-cached-auth-response",
	Title:   "an answer for one user is stored in a shared cache",
	Family:  family,
	FaultAt: exchange.Edge,
	Partial: true,
	Audit:   sharedAnswers,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil || v.Answer.Status() != 200 {
			return nil
		}
		if s := sessionFromCache(v); s != nil {
			return s
		}
		if !v.Whole() {
			return nil
		}
		a, ok := v.Arrived(cred.Basic, cred.Bearer, cred.JWT, cred.APIKey)
		if !ok || a.Place != "Authorization" {
			return nil
		}
		mark, at, hit := cached(v.Answer)
		vary := strings.ToLower(v.Answer.Header().Get("Vary"))
		if !hit || strings.Contains(vary, "authorization") || vary == "*" {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.29, FaultAt: at,
			Because: []fact.Fact{
				v.Saw("The 200 to a request with Authorization comes out of a cache (%s), and Vary does not name Authorization.", mark),
			},
			Trials: []cause.Trial{guarded()},
			Raise: []cause.Raise{{Command: "curl -si " + cause.Quote(v.Answer.Request.URL), Where: "here, without a credential",
				Would: "show the stored answer to anybody, if it is shared"}},
			Remedies: []cause.Remedy{{
				ID: "purge-private", Title: "purge the path from the cache", For: "server",
				Effect: "nobody gets what was stored for another", Opens: "nothing",
				Steps:  []string{"aws cloudfront create-invalidation --distribution-id ID --paths " + cause.QuoteWord(v.Answer.Request.URL.Path), "Varnish: varnishadm \"ban req.url == " + v.Answer.Request.URL.Path + "\""},
				Verify: "a request without a credential gets 401", Undo: "none: the cache fills again",
			}, {
				ID: "mark-private", Title: "mark personal answers as private", For: "server",
				Effect: "shared caches leave them alone (RFC 9111 3.5)", Opens: "nothing",
				Steps:  []string{"application: Cache-Control: private, no-store  and  Vary: Authorization, Cookie", "nginx: proxy_no_cache $http_authorization; proxy_cache_bypass $http_authorization;"},
				Verify: "two requests with the credential show a MISS twice; without it the answer is 401", Undo: "take the lines out",
			}},
		}
		if x := v.Trial(keyGuarded); x != nil && refusedFresh(nil, x) {
			s.Weight = 0.7
			s.Because = append(s.Because, fact.At(x.N, "Past the cache and without a credential the same path is refused: %d.", x.Status()))
		}
		return s
	},
}

var sessionCookie = lazyregexp.New(`(?i)sess|(^|[._-])sid($|[._-])|auth|token|jwt|login|remember`)

// sessionFromCache is an answer that comes out of a cache and sets a session: whoever asks next gets the same one.
func sessionFromCache(v *cause.View) *cause.Suspicion {
	for _, x := range append(v.Hops(), v.Others()...) {
		mark, at, hit := cached(x)
		if !hit || strings.HasPrefix(mark, "Age") {
			continue
		}
		for _, f := range x.Header().Values("Set-Cookie") {
			c := cookie.Parse(f)
			if !sessionCookie.MatchString(c.Name) || c.Value.Empty() {
				continue
			}
			return &cause.Suspicion{Grade: cause.Strong, Weight: 0.88, FaultAt: at, Because: []fact.Fact{
				fact.At(x.N, "The answer comes out of a cache (%s), and sets a session cookie: everybody who asks gets the same session.", mark)}}
		}
	}
	return nil
}

const keyGuarded = "anonymous-past-the-cache"

// guarded asks whether the path wants a credential at all, with a query that no cache has stored.
func guarded() cause.Trial {
	bust, anonymous := cause.BustCache(), cause.Anonymous()
	return cause.Trial{Key: keyGuarded, Change: "no credential, and a query parameter that no cache has seen", Fresh: true,
		Edit: func(r exchange.Request) exchange.Request { return bust.Edit(anonymous.Edit(r)) },
	}.Predicting("401 or 403", refusedFresh).Carrying(cause.Likely).OrOut()
}

func refusedFresh(_, seen *exchange.Exchange) bool {
	return seen.Status() == 401 || seen.Status() == 403
}
