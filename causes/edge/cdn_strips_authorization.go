package edge

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CDNStripsAuthorization: a CDN does not hand Authorization on to the origin.
var CDNStripsAuthorization = &cause.Cause{
	ID:        "cdn-strips-authorization",
	Title:     "the CDN does not pass Authorization on to the origin",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Edge,
	Hides: []string{"reverse-proxy-strips-authorization", "no-credentials-sent", "missing-www-authenticate", "403-means-401", "preemptive-auth-not-sent",
		"proxy-injects-own-authorization"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		l, ok := cause.LostAuthorization(v)
		if !ok {
			return nil
		}
		m, cdn := v.Product("CloudFront", "Fastly", "Akamai", "Azure Front Door", "Imperva", "Sucuri", "Cloudflare")
		if !cdn {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.4, Because: l.Because, Title: m.Product + " does not pass Authorization on to the origin"}
		s.Because = append(s.Because, v.Saw("The answer came through %s.", m.Product))
		if m.Product == "CloudFront" {
			// It drops the field unless a policy lists it, whichever way the origin answers.
			s.Weight = 0.65
			s.Because[len(s.Because)-1] = v.Saw("The answer came through CloudFront, which drops Authorization unless a policy lists it.")
		}
		bearer := v.Challenges.Find("Bearer")
		if l.Said || bearer != nil && bearer.Value("error") == "" && l.Credential.Kind != cred.Basic {
			s.Weight += 0.15
		}
		if l.Credential.Kind != cred.Basic {
			s.Trials = []cause.Trial{cause.TokenInQuery(l.Credential)}
		}
		if x := l.InQuery; x != nil && cause.Passed(x) {
			s.Because = append(s.Because, fact.At(x.N, "The same token in the query is accepted: the token is good, and the header is lost."))
			s.Weight = 0.95
		}
		path := cause.QuoteWord(v.Answer.Request.URL.Path)
		s.Raise = []cause.Raise{{Command: `curl -si -H "Authorization: Bearer $TOKEN" --connect-to ` + cause.QuoteWord(v.Answer.Request.URL.Address()+":ORIGIN:"+v.Answer.Request.URL.Port) + " " + cause.Quote(v.Answer.Request.URL),
			Where: "where the origin can be reached (ORIGIN: its address), around the CDN", Would: "be let in if the CDN loses the header"}}
		s.Remedies = []cause.Remedy{{
			ID: "ask-origin-directly", Title: "ask the origin's own host until the CDN is set right", For: "client",
			Effect: "the header arrives", Opens: "nothing", Steps: []string{"use the host name of the origin where the operator gives one, for " + path}, Undo: "use the former host",
		}, {
			ID: "forward-authorization", Title: "let the CDN hand the header on", For: "server",
			Effect: "the origin judges the credential", Opens: "nothing: the origin asks as before",
			Steps: []string{"CloudFront: on the behaviour of this path set the cache policy to CachingDisabled and the origin request policy to AllViewer",
				"aws cloudfront get-distribution-config --id ID   (look at CachePolicyId and OriginRequestPolicyId)",
				"or a cache policy whose headers hold Authorization: then every user has a cached copy of their own"},
			Verify: "the request with the credential answers 2xx, without it 401", Undo: "set the former policies",
		}}
		return s
	},
}
