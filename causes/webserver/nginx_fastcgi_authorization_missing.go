package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// NginxFastCGIAuthorizationMissing: nginx hands requests to PHP over FastCGI and leaves Authorization out, which it does
// only when told to.
var NginxFastCGIAuthorizationMissing = &cause.Cause{
	ID:        "nginx-fastcgi-authorization-missing",
	Title:     "nginx does not hand Authorization to PHP",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "preemptive-auth-not-sent", "reverse-proxy-strips-authorization"},
	Partial:   true,
	Audit:     fastcgiWithheld,
	Traced:    tracedFastCGI,
	Suspect: directive.Either(orWithheld("nginx", fastcgiLines), func(v *cause.View) *cause.Suspicion {
		l, ok := cause.LostAuthorization(v)
		if !ok || l.Credential.Kind == cred.Basic {
			return nil
		}
		server := v.Answer.Header().Get("Server")
		php, isPHP := runsPHP(v)
		if !isPHP || !strings.HasPrefix(server, "nginx") && !strings.HasPrefix(server, "openresty") || v.Answer.Header().Has("Via") {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.35,
			Because: append(l.Because, v.Saw("Server: %s and %s: PHP gets its fields from nginx over FastCGI.", server, php)),
			Trials:  []cause.Trial{cause.TokenInQuery(l.Credential)},
			Raise: []cause.Raise{{
				Command: "sudo nginx -T 2>/dev/null | grep -nE 'fastcgi_pass|fastcgi_pass_request_headers|HTTP_AUTHORIZATION|proxy_pass'",
				Where:   "on the web server",
				Would:   "settle it if fastcgi_pass_request_headers is off or HTTP_AUTHORIZATION is set empty; a proxy_pass for this path means that the loss is further on",
			}},
			Remedies: []cause.Remedy{{
				ID: "fastcgi-authorization", Title: "hand the header to PHP", For: "server",
				Effect: "PHP sees HTTP_AUTHORIZATION", Opens: "nothing: the application judges the header as it should have",
				Steps: []string{"in the location with fastcgi_pass:  fastcgi_param HTTP_AUTHORIZATION $http_authorization;",
					"delete  fastcgi_pass_request_headers off;", "sudo nginx -t && sudo nginx -s reload"},
				Verify: "the same request answers 2xx; without the token it is still refused", Undo: "take the line out and reload",
			}, {
				ID: "stock-fastcgi-params", Title: "include the packaged fastcgi_params in place of a hand-written list", For: "server",
				Effect: "every request field reaches PHP, as nginx does by default", Opens: "nothing",
				Steps: []string{"include fastcgi_params;"}, Verify: "as above", Undo: "restore the list",
			}}}
		if l.Said {
			s.Weight = 0.6
		}
		if x := l.InQuery; x != nil && cause.Passed(x) {
			s.Because = append(s.Because, fact.At(x.N, "The same token in the query is accepted, so the token is good and the header is lost."))
			s.Weight = 0.92
		}
		return s
	}),
}
