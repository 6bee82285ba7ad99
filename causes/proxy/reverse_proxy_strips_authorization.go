package proxy

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// ReverseProxyStripsAuthorization: a proxy or gateway of the operator's own takes Authorization out of the request.
var ReverseProxyStripsAuthorization = &cause.Cause{
	ID:        "reverse-proxy-strips-authorization",
	Title:     "a proxy removes Authorization before the application",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "preemptive-auth-not-sent", "authorization-scheme-missing"},
	Partial:   true,
	Audit:     taken,
	Traced:    tracedTaken,
	Suspect: directive.Either(stripLines, func(v *cause.View) *cause.Suspicion {
		if s := lostRegistryToken(v); s != nil {
			return s
		}
		l, ok := cause.LostAuthorization(v)
		if !ok {
			return nil
		}
		if l.Credential.Kind == cred.Basic {
			return nil // the Basic pair is as a rule the gateway's own business
		}
		mark, proxied := gateway(v)
		// RFC 6750 3.1: a server that was shown a token says what is wrong with it; a bare Bearer challenge is what it
		// gives to a request without one.
		bare := v.Challenges.Find("Bearer")
		says := l.Said || bare != nil && bare.Value("error") == ""
		if !says && !proxied {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.3,
			Because:  l.Because,
			Trials:   []cause.Trial{cause.TokenInQuery(l.Credential)},
			Remedies: passOnRemedies(v),
			Raise: []cause.Raise{{
				Command: `curl -i -H "Authorization: Bearer $TOKEN" http://127.0.0.1:PORT` + cause.QuoteWord(v.Request.URL.Path),
				Where:   "on the server, at the application's own port, around the proxy",
				Would:   "be let in if the proxy loses the header",
			}},
		}
		if bare != nil && says && !l.Said {
			s.Because = append(s.Because, v.Saw("The challenge is a bare Bearer without an error, as for a request that brought no token (RFC 6750 3)."))
		}
		if proxied {
			s.Because = append(s.Because, v.Saw("The answer came through a proxy: %s.", mark))
			s.Title = product(mark) + " removes Authorization before the application"
			s.Weight += 0.15
		}
		if says {
			s.Weight += 0.25
		} else if v.Recorded() {
			s.Weight = 0.25 // a refusal that came through a proxy, and nothing more: no experiment will follow
		}
		if x := l.InQuery; x != nil && cause.Passed(x) {
			s.Because = append(s.Because, fact.At(x.N, "The same token in the query is accepted, so the token is good and the header is lost."))
			s.Weight = 0.9
		}
		return s
	}),
}

func passOnRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "pass-authorization-on", Title: "let the proxy hand the header on", For: "server",
		Effect: "the application sees Authorization as the client sent it", Opens: "nothing: the application judges it, as it should have",
		Steps: []string{
			`nginx:    delete  proxy_set_header Authorization "";   or write  proxy_set_header Authorization $http_authorization;`,
			"HAProxy:  delete  http-request del-header authorization",
			"Varnish:  delete  unset req.http.Authorization;   Squid: add login=PASSTHRU to cache_peer;   Caddy: delete header_up -Authorization",
			"FastCGI:  fastcgi_pass_request_headers on;   Apache: RequestHeader lines that unset Authorization",
		},
		Verify: verifyThrough(v.Request.URL), Undo: "put the line back and reload",
	}, {
		ID: "test-through-the-front-door", Title: "test one call with a token through the proxy after each change to it", For: "server",
		Effect: "the next loss is noticed before users do", Opens: "nothing",
		Steps: []string{`curl -fsS -o /dev/null -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL)}, Undo: "leave the check out",
	}}
}
