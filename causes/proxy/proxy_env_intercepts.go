package proxy

import (
	"net/netip"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// ProxyEnvIntercepts: a forward proxy answers a request that was meant to go straight to an internal host.
var ProxyEnvIntercepts = &cause.Cause{
	ID:        "proxy-env-intercepts",
	Title:     "a forward proxy answered in place of the server",
	Family:    family,
	RefusedBy: exchange.Network,
	FaultAt:   exchange.Network,
	Hides:     []string{"403-means-401", "waf-block", "ip-allowlist", "scope-missing-401", "user-lacks-role-or-group"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := v.Answer.Status(); s != 403 && s != 401 && s != 502 && s != 503 {
			return nil
		}
		if v.Answer.Status() == 401 && v.Request.Header.Has("Proxy-Authorization") {
			return nil // it refuses the login that it was sent: 407-vs-401-confusion
		}
		mark := proxyMark(v)
		if mark == "" {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.8,
			Because: []fact.Fact{v.Saw("The answer is the forward proxy's own: %s.", mark)},
			Remedies: []cause.Remedy{{
				ID: "bypass-proxy", Title: "leave the proxy out for this host", For: "client",
				Effect: "requests to this host go straight to it", Opens: "nothing; the network must allow the direct way",
				Steps: []string{"export NO_PROXY=" + cause.QuoteWord(v.Request.URL.Host) + " no_proxy=" + cause.QuoteWord(v.Request.URL.Host),
					"curl --noproxy " + cause.QuoteWord(v.Request.URL.Host) + " " + cause.Quote(v.Request.URL)},
				Verify: "the answer no longer names the proxy", Undo: "unset NO_PROXY no_proxy",
			}, {
				ID: "proxy-rule", Title: "allow the destination at the proxy", For: "server",
				Effect: "the proxy hands requests to this host on", Opens: "this host, to everybody who may use the proxy",
				Steps:  []string{"Squid: acl wanted dstdomain " + cause.QuoteWord(v.Request.URL.Host), "Squid: http_access allow wanted      (above the deny line)", "sudo squid -k reconfigure"},
				Verify: "the server's own answer comes back through the proxy", Undo: "take the lines out and reconfigure",
			}},
			Raise: []cause.Raise{{Command: "curl -i --noproxy '*' " + cause.Quote(v.Request.URL), Where: "here, if the network lets you out directly",
				Would: "show the server's own answer if the proxy is all that refuses"}},
		}
		if v.Answer.Conn.Proxy != "" {
			s.Because = append(s.Because, v.Asked("The request went through the proxy at %s.", v.Answer.Conn.Proxy))
			s.Trials = []cause.Trial{cause.Trial{Key: "direct", Change: "no forward proxy", Direct: true, Follow: true,
				Edit: func(r exchange.Request) exchange.Request { return r.Clone() }}.Passing()}
		}
		if internal(v.Request.URL.Host) {
			s.Because = append(s.Because, v.Asked("%s is an internal address.", v.Request.URL.Host))
		}
		return s
	},
}

// proxyMark is what shows that a forward proxy wrote the answer.
func proxyMark(v *cause.View) string {
	if v.Answer.Conn.FromProxy {
		return "it refused CONNECT"
	}
	if e := v.Answer.Header().Get("X-Squid-Error"); e != "" && !strings.HasPrefix(e, "ERR_CACHE_ACCESS_DENIED") {
		return "X-Squid-Error: " + e
	}
	if m, ok := signature.Writer(v.Answer); ok && m.Layer == exchange.Network {
		return m.Product + "'s page"
	}
	return ""
}

// internal reports a host that a forward proxy to the outside can hardly reach.
func internal(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast()
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".svc")
}
