package edge

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// CDNCached401: a cache hands out a refusal that was meant for somebody else.
var CDNCached401 = &cause.Cause{
	ID:      "cdn-cached-401",
	Title:   "the refusal comes out of a cache",
	Family:  family,
	FaultAt: exchange.Edge,
	Hides: []string{"reverse-proxy-strips-authorization", "cdn-strips-authorization", "no-credentials-sent", "missing-www-authenticate", "403-means-401",
		"session-expired", "token-wrong-location", "redirect-to-login-instead-of-401", "200-login-page-instead-of-401", "proxy-injects-own-authorization",
		"wrong-password"},
	Partial: true,
	Audit:   keptRefusals,
	Suspect: cause.OnRecordToo(func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil || v.Answer.Response == nil || cause.Passed(v.Answer) || v.Answer.Status() == 407 {
			return nil
		}
		mark, at, hit := cached(v.Answer)
		if !hit || v.Answer.Status() == 404 || v.Answer.Status()/100 == 5 {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.75, RefusedBy: at, FaultAt: at,
			Because: []fact.Fact{v.Saw("The %d carries a mark of a cache: %s.", v.Answer.Status(), mark)},
			Trials:  []cause.Trial{cause.BustCache().Passing()},
			Raise: []cause.Raise{{Command: `curl -si -H "Authorization: Bearer $TOKEN" ` + cause.QuoteWord(v.Answer.Request.URL.String()+separator(v.Answer.Request.URL)+"why401=1"),
				Where: "here, with your credential", Would: "be let in if only the cached copy is refused"}},
			Remedies: cacheRemedies(v),
		}
		switch {
		case len(v.Credentials) > 0:
			// RFC 9111 3.5: a reply to a request with Authorization is not for sharing, least of all its refusal.
			s.Because = append(s.Because, v.Saw("The request brings a credential that nobody looked at: the answer was stored before."))
			switch fresh := v.Trial(cause.KeyFresh); {
			case fresh == nil:
				s.Grade = cause.Strong
			case !cause.Passed(fresh):
				s.Weight = 0.4 // the answer past the cache was a refusal as well
			}
		default:
			s.Weight = 0.3 // whoever brings no credential is refused with or without a cache
		}
		return s
	}, otherSpelling),
}

var (
	// freshAddress is prose in which a parameter, put behind the address, gets past the refusal.
	freshAddress = lazyregexp.New("(?i)\\b(?:add|append|put|us|try|tried|with)(?:ing|ed|ting|e)?\\b[^.\\n?&]{0,30}[\"'`]?[?&]([a-z_]\\w*)(?:=[\\w.-]*)?[^.\\n]{0,90}\\b(?:avoid|work|fine|200|bypass|help|through|succe|past the|no (?:login|prompt|401|403))")
	// meansNothing is the name of a parameter that no application asks for.
	meansNothing = lazyregexp.New(`(?i)^(?:[a-z_]|blah|foo|bar|baz|test|dummy|asdf|abc|xyz|cb|ts|ver|rand\w*|no_?cache|cache_?\w*|bust\w*|time(?:stamp)?|[a-z_]?\d+)$`)
)

// otherSpelling finds a refusal that another spelling of the same address gets past: only a cache tells the two apart.
func otherSpelling(v *cause.View) *cause.Suspicion {
	name, from, ok := v.Told().First(freshAddress)
	if !ok || !meansNothing.MatchString(name[1]) {
		return nil
	}
	return cause.SuspectAt(cause.Likely, 0.75, from, "With a parameter put behind it, the same address is not refused: a cache tells the two apart, and no login does.")
}

func separator(u exchange.URL) string {
	if u.HasQuery {
		return "&"
	}
	return "?"
}

func cacheRemedies(v *cause.View) []cause.Remedy {
	u := cause.Quote(v.Answer.Request.URL)
	return []cause.Remedy{{
		ID: "purge-cache", Title: "purge the stored refusal", For: "server",
		Effect: "the next request goes to the application", Opens: "nothing",
		Steps: []string{"CloudFront: aws cloudfront create-invalidation --distribution-id ID --paths " + cause.QuoteWord(v.Answer.Request.URL.Path),
			"Cloudflare: Caching > Purge > Custom purge; Varnish: varnishadm \"ban req.url == " + v.Answer.Request.URL.Path + "\"; nginx: remove the files of proxy_cache_path"},
		Verify: `curl -si -H "Authorization: Bearer $TOKEN" ` + u + " shows a MISS and 2xx", Undo: "none: the cache fills again",
	}, {
		ID: "never-cache-refusals", Title: "keep refusals and credentials out of the cache", For: "server",
		Effect: "a refusal is given to the one it is meant for", Opens: "nothing",
		Steps: []string{"application: Cache-Control: no-store on every 401, 403 and login page",
			"nginx: proxy_cache_bypass $http_authorization; proxy_no_cache $http_authorization;   Varnish: if (req.http.Authorization) { return (pass); }",
			"CloudFront: custom error response with error caching TTL 0, and a cache policy whose key holds Authorization"},
		Verify: "a request without a credential, then one with it: the second answers 2xx", Undo: "take the lines out",
	}}
}
