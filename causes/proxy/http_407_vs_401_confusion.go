package proxy

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Confusion407: credentials for the proxy stand in Authorization, or a server mixes the two statuses up.
var Confusion407 = &cause.Cause{
	ID:      "407-vs-401-confusion",
	Title:   "credentials for the proxy and for the server are mixed up",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"proxy-auth-required-407", "no-credentials-sent"},
	Partial: true,
	Audit:   wrongProxyStatus,
	Suspect: directive.Either(mixedLines, func(v *cause.View) *cause.Suspicion {
		status := v.Answer.Status()
		offered := challenge.ProxyOf(v.Answer)
		named := v.Intent != nil && v.Intent.Proxy != nil
		s := &cause.Suspicion{Weight: 0.9, Remedies: confusionRemedies(v)}
		switch {
		case status == 407 && named && v.Intent.Proxy.Login.Empty() && hasLogin(v):
			// The proxy wants a login, and the only one given is addressed to the server.
			s.Grade = cause.Strong
			s.RefusedBy = exchange.Network
			s.Because = []fact.Fact{
				v.Saw("407, from the proxy at %s: it wants Proxy-Authorization.", v.Answer.Conn.Proxy),
				v.Asked("The login given stands in Authorization, which is for the server behind it."),
			}
			s.Raise = []cause.Raise{{Command: "curl -i -x http://PROXY:PORT -U USER " + cause.Quote(v.Request.URL), Where: "here (asks for the password)",
				Would: "pass the proxy if the login is the proxy's"}}
		case status == 407 && !named && v.Answer.Conn.Proxy == "":
			s.Grade = cause.Strong
			s.FaultAt = exchange.Gateway
			s.Because = []fact.Fact{v.Saw("407 came from a server that was asked directly; no forward proxy is in between (RFC 9110 15.5.8).")}
			if v.Written && v.Writer.Layer == exchange.Network {
				s.FaultAt = exchange.Client
				s.Title = "a forward proxy was asked as if it were the server"
				s.Because = append(s.Because, v.Saw("The page is %s's own, which is a forward proxy: it is named with -x, and the URL names the server.", v.Writer.Product))
				s.Remedies = loginForProxy("curl -x " + cause.QuoteWord(v.Request.URL.Origin().String()) + " -U PROXYUSER https://SERVER/      (asks for the password)")
			}
		case status == 401 && len(offered) > 0 && len(v.Challenges) == 0:
			s.Grade = cause.Strong
			s.FaultAt = exchange.Gateway
			s.Because = []fact.Fact{v.Saw("401 brings Proxy-Authenticate in place of WWW-Authenticate, so no client answers it (RFC 9110 11.7.1).")}
		case status == 401 && v.Written && v.Writer.Layer == exchange.Network && v.Request.Header.Has("Proxy-Authorization"):
			// Tinyproxy asks with 407 and refuses a wrong login with 401.
			s.Grade, s.RefusedBy = cause.Strong, exchange.Network
			s.Title = "the forward proxy refuses its login, with the status of a server"
			s.Remedies = loginForProxy("curl -x http://PROXY:PORT -U PROXYUSER " + cause.Quote(v.Request.URL) + "      (asks for the password)")
			s.Because = []fact.Fact{
				v.Saw("The 401 is %s's own, a forward proxy: the server behind it was not asked.", v.Writer.Product),
				v.Asked("The login in Proxy-Authorization went out, and the proxy refuses it with the status of a server."),
			}
			s.Raise = []cause.Raise{{Command: "curl -i -x http://PROXY:PORT -U USER " + cause.Quote(v.Request.URL), Where: "here, with a proxy login that works elsewhere",
				Would: "pass the proxy if this login is wrong"}}
		case status == 401 && !named && v.Request.Header.Has("Proxy-Authorization") && !v.Request.Header.Has("Authorization"):
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = []fact.Fact{v.Asked("The credential stands in Proxy-Authorization, and there is no proxy: the server reads Authorization.")}
		default:
			return nil
		}
		return s
	}),
}

func hasLogin(v *cause.View) bool {
	_, ok := v.Credential(cred.Basic, cred.Digest, cred.NTLM)
	return ok
}

func confusionRemedies(v *cause.View) []cause.Remedy {
	target := cause.Quote(v.Request.URL)
	return []cause.Remedy{{
		ID: "right-field", Title: "-U for the proxy, -u for the server", For: "client",
		Effect: "each credential goes to the party it is for", Opens: "nothing",
		Steps:  []string{"curl -x http://PROXY:PORT -U PROXYUSER -u USER " + target + "      (asks for the passwords)"},
		Verify: "the server's own answer comes back", Undo: "leave the option out",
	}, {
		ID: "right-status", Title: "answer 401 with WWW-Authenticate at servers and gateways", For: "server",
		Effect: "clients know which credential is asked for", Opens: "nothing",
		Steps: []string{"407 and Proxy-Authenticate belong to forward proxies only (RFC 9110 11.7)"}, Undo: "restore the former status",
	}}
}

// loginForProxy is for a login that only the proxy is to see.
func loginForProxy(command string) []cause.Remedy {
	return []cause.Remedy{{
		ID: "proxy-login", Title: "give the proxy a login that it knows", For: "client",
		Effect: "the proxy lets the request through to the server", Opens: "nothing",
		Steps: []string{command}, Verify: "the server's own answer comes back", Undo: "leave the options out",
	}}
}
