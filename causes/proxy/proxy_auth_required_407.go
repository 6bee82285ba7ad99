package proxy

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// ProxyAuthRequired407: a forward proxy wants its own credentials (RFC 9110 11.7.1, 15.5.8).
var ProxyAuthRequired407 = &cause.Cause{
	ID:        "proxy-auth-required-407",
	Title:     "the forward proxy wants a login of its own",
	Family:    family,
	RefusedBy: exchange.Network,
	FaultAt:   exchange.Client,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 407 {
			return nil
		}
		offered := challenge.ProxyOf(v.Answer)
		host, named := v.Answer.Conn.Proxy, v.Intent != nil && v.Intent.Proxy != nil
		if !named && host == "" {
			return nil // a 407 without a forward proxy is confusion of another kind
		}
		sent := named && !v.Intent.Proxy.Login.Empty() || v.Answer.Request.Header.Has("Proxy-Authorization")
		s := &cause.Suspicion{Grade: cause.Proved, Weight: 0.9, Remedies: proxyRemedies(v, offered)}
		s.Because = []fact.Fact{v.Saw("407 Proxy Authentication Required, from the proxy at %s.", host)}
		if len(offered) > 0 {
			s.Because = append(s.Because, v.Saw("It offers %s.", describe(offered)))
		}
		if e := v.Answer.Header().Get("X-Squid-Error"); e != "" {
			s.Because = append(s.Because, v.Saw("X-Squid-Error: %s.", e))
		}
		if !marked(v) {
			// Over plain http the proxy hands the server's own answers through, a mistaken 407 among them.
			s.Grade = cause.Strong
			s.Raise = []cause.Raise{{Command: "curl -i --noproxy '*' " + cause.Quote(v.Request.URL), Where: "here, if the network lets you out directly",
				Would: "be answered otherwise than 407 if it is the proxy that asks"}}
		}
		if !sent {
			s.Because = append(s.Because, v.Asked("No Proxy-Authorization was sent."))
			return s
		}
		// A login was sent and refused. As with any password, the proxy does not say what is wrong with it.
		s.Title = "the forward proxy does not accept the login that was sent"
		s.Grade = cause.Strong
		s.Because = append(s.Because, v.Asked("A login for the proxy was sent, and it asks again."))
		s.Raise = []cause.Raise{{Command: "sudo tail -5 /var/log/squid/cache.log", Where: "on the proxy", Would: "say whether the helper knows the user; the proxy's administrator can tell"}}
		return s
	},
}

// marked reports a 407 that the proxy itself wrote: the answer to CONNECT, or a page that names a proxy.
func marked(v *cause.View) bool {
	return v.Answer.Conn.FromProxy && v.Answer.Request.URL.Scheme == "https" || v.Answer.Header().Has("X-Squid-Error") || v.Written && v.Writer.Layer == exchange.Network
}

// describe lists the schemes offered, with the realm of Basic.
func describe(cs challenge.Challenges) string {
	var out []string
	for i := range cs {
		if r := cs[i].Realm(); r != "" {
			out = append(out, fmt.Sprintf("%s realm=%q", cs[i].Scheme, r))
		} else {
			out = append(out, cs[i].Scheme)
		}
	}
	return strings.Join(out, ", ")
}

func proxyRemedies(v *cause.View, offered challenge.Challenges) []cause.Remedy {
	how := ""
	for _, s := range []struct{ scheme, flag string }{{"Negotiate", " --proxy-negotiate"}, {"NTLM", " --proxy-ntlm"}, {"Digest", " --proxy-digest"}} {
		if offered.Has(s.scheme) && !offered.Has("Basic") {
			how = s.flag
			break
		}
	}
	target := cause.Quote(v.Request.URL)
	return []cause.Remedy{{
		ID: "proxy-user", Title: "give the proxy its own login", For: "client",
		Effect: "Proxy-Authorization goes to the proxy; Authorization still goes to the origin only", Opens: "nothing",
		Steps:  []string{"curl -x http://PROXY:PORT -U USER" + how + " " + target + "      (asks for the password)"},
		Verify: "the origin's own answer comes back", Undo: "leave -U out",
	}, {
		ID: "no-proxy", Title: "leave the proxy out for hosts that are reached directly", For: "client",
		Effect: "requests to this host go straight to it", Opens: "nothing; the network must allow the direct way",
		Steps:  []string{"export NO_PROXY=" + cause.QuoteWord(v.Request.URL.Host) + "      (and no_proxy)"},
		Verify: "the answer no longer names the proxy", Undo: "unset NO_PROXY",
	}}
}
