package proxy

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// ProxyHostHeaderMismatch: the proxy asks the application under another Host than the client named, so another virtual
// host, tenant, allow-list or signature base answers. nginx does so unless told otherwise (Host: $proxy_host).
var ProxyHostHeaderMismatch = &cause.Cause{
	ID:        "proxy-host-header-mismatch",
	Title:     "the proxy asks the application under another host name",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"403-means-401", "missing-www-authenticate", "wrong-endpoint-or-host", "no-credentials-sent", "user-lacks-role-or-group", "ip-allowlist", "sigv4-signature-mismatch"},
	Partial:   true,
	Audit:     otherHost,
	Suspect: directive.Either(hostLines, func(v *cause.View) *cause.Suspicion {
		if s := v.Answer.Status(); s != 400 && s != 401 && s != 403 && s != 421 {
			return nil
		}
		asked := authority(v.Answer.Request)
		s := &cause.Suspicion{Grade: cause.Likely, Remedies: hostRemedies(v)}
		words, refusesHost := v.Says("untrusted host", "invalid host header", "host not allowed", "host_not_allowed", "blocked host", "untrusted domain", "invalid http_host", "host is not served")
		named, other := foreignHost(v.Answer, asked)
		switch {
		case named && !other:
			return nil // the application was asked under the public name and does not want it: its own list is at fault
		case refusesHost && other:
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = []fact.Fact{v.Saw("The refusal is about the host and names an inner one; the request was for %s.", asked), words}
		case refusesHost:
			s.Weight = 0.5
			s.Because = []fact.Fact{words, v.Asked("The request was for %s.", asked)}
		case signedHost(v):
			s.Weight = 0.35
			s.Because = []fact.Fact{v.Asked("The signature covers Host: %s.", asked)}
			if m, ok := v.Means(signature.SignatureInvalid); ok {
				s.Because = append(s.Because, m.Because)
			}
		default:
			return nil
		}
		mark, proxied := gateway(v)
		switch {
		case proxied:
			s.Because = append(s.Because, v.Saw("A proxy is in front: %s.", mark))
		case s.Grade < cause.Strong:
			return nil
		}
		if refusesHost {
			s.Trials = []cause.Trial{cause.Header("forwarded-host", "X-Forwarded-Host: "+asked, "X-Forwarded-Host", public(asked)).Passing().Carrying(cause.Strong)}
		}
		s.Raise = []cause.Raise{{
			Command: "curl -i -H " + cause.QuoteWord("Host: "+asked) + " http://127.0.0.1:PORT" + cause.QuoteWord(v.Answer.Request.URL.Path),
			Where:   "on the server, at the application's own port, around the proxy",
			Would:   "answer otherwise than through the proxy if the host name is what differs",
		}}
		return s
	}),
}

// foreignHost looks for a host name near the word host: whether one is named at all, and whether that is an inner one
// which the client never asked for.
func foreignHost(x *exchange.Exchange, asked string) (named, other bool) {
	for _, m := range hostNamed.FindAllStringSubmatch(string(x.Body()), 8) {
		h := strings.ToLower(m[1])
		if !strings.ContainsAny(h, ".:_") && h != "localhost" {
			continue // an ordinary word
		}
		named = true
		if !sameHost(h, asked) && inside(h) {
			other = true
		}
	}
	return named, other
}

func sameHost(a, b string) bool {
	a, _, _ = strings.Cut(a, ":")
	b, _, _ = strings.Cut(strings.ToLower(b), ":")
	return a == b
}

// signedHost reports a signature that covers Host and was found not to fit.
func signedHost(v *cause.View) bool {
	if _, ok := v.Means(signature.SignatureInvalid); !ok {
		return false
	}
	_, ok := v.Arrived(cred.SigV4, cred.OAuth1)
	return ok
}

func hostRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "pass-host", Title: "let the proxy keep the host name", For: "server",
		Effect: "the application sees the name that the client asked for", Opens: "nothing: the application still decides which names it serves",
		Steps: []string{
			"nginx:   proxy_set_header Host $http_host;      (in the block that holds proxy_pass)",
			"Apache:  ProxyPreserveHost On      HAProxy and Caddy keep it unless told otherwise",
			"sudo nginx -t && sudo nginx -s reload",
		},
		Verify: verifyThrough(v.Answer.Request.URL), Undo: "take the line out and reload",
	}, {
		ID: "default-host-refuses", Title: "let the application's default host refuse, and name each public host", For: "server",
		Effect: "a lost Host is noticed at once and lands in no other tenant", Opens: "nothing",
		Steps: []string{"list the public names in the application's allow-list (ALLOWED_HOSTS, config.hosts, server_name) and give the default host no content"},
		Undo:  "restore the former list",
	}}
}
