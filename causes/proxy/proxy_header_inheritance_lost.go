package proxy

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// ProxyHeaderInheritanceLost: nginx inherits proxy_set_header lines only into blocks that have none of their own, so one
// line in a location cancels the outer ones.
var ProxyHeaderInheritanceLost = &cause.Cause{
	ID:        "proxy-header-inheritance-lost",
	Title:     "a field that the proxy adds elsewhere is missing on this path",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "reverse-proxy-strips-authorization", "preemptive-auth-not-sent", "proxy-host-header-mismatch", "websocket-upgrade-auth", "forwarded-proto-missing"},
	Partial:   true,
	Audit:     shadowed,
	Suspect: directive.Either(directive.Audited(shadowed, 0.78), func(v *cause.View) *cause.Suspicion {
		name, ok := wantedField(v, innerFields)
		if !ok {
			return nil
		}
		mark, ok := proxied(v)
		if !ok {
			return nil // without a proxy the application was reached around it, which is another fault
		}
		return &cause.Suspicion{Grade: cause.Likely, Weight: 0.7,
			Because: []fact.Fact{
				v.Saw("The refusal names %s, a field that a proxy adds; clients do not send it.", name),
				v.Saw("The answer came through a proxy: %s. So it did not add the field to this request.", mark),
			},
			Raise: []cause.Raise{{
				Command: "sudo nginx -T 2>/dev/null | grep -nE 'server_name|location|proxy_set_header|fastcgi_param|grpc_set_header|proxy_pass'",
				Where:   "on the proxy",
				Would:   "settle it if this path's location has a line of that kind of its own and " + name + " stands in an outer block only",
			}},
			Remedies: []cause.Remedy{{
				ID: "repeat-lines", Title: "repeat the outer lines in the location that has its own", For: "server",
				Effect: "the application sees the same fields on every path", Opens: "nothing",
				Steps: []string{"nginx: in the location, beside its own proxy_set_header lines, repeat each outer one: " + name + ", Host, X-Forwarded-For, X-Forwarded-Proto",
					"sudo nginx -t && sudo nginx -s reload"},
				Verify: verifyThrough(v.Answer.Request.URL), Undo: "take the lines out and reload",
			}, {
				ID: "one-snippet", Title: "keep the lines in one file and include it wherever there is a proxy_pass", For: "server",
				Effect: "no block can lose half of them", Opens: "nothing",
				Steps: []string{"nginx: include /etc/nginx/proxy-fields.conf;      in each location with proxy_pass; nginx 1.29.3 and newer: proxy_set_header_inherit merge;"}, Undo: "write the lines out again",
			}},
		}
	}),
}
