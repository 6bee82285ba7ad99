package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// HTTP2NTLM: NTLM authenticates a connection, which HTTP/2 does not allow.
var HTTP2NTLM = &cause.Cause{
	ID:      "http2-ntlm",
	Title:   "NTLM does not work over HTTP/2",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"no-credentials-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Intent == nil || v.Intent.HTTP != "2" || v.Answer == nil || v.Answer.Status() != 401 {
			return nil
		}
		ntlm, negotiate := v.Challenges.Has("NTLM"), v.Challenges.Has("Negotiate")
		switch v.Intent.Auth {
		case exchange.AuthNTLM:
		case exchange.AuthNegotiate, exchange.AuthAny:
			if v.Challenges.Has("Basic") || v.Challenges.Has("Digest") {
				return nil
			}
		default:
			return nil
		}
		if !ntlm && !negotiate {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.6,
			Because: []fact.Fact{
				fact.Given("the command", "It asks for HTTP/2 and for a login of the %s kind.", asked(v.Challenges)),
				v.Saw("The server asks for %s, which ties the login to one connection; HTTP/2 shares connections.", asked(v.Challenges)),
			},
		}
		command := `curl --http1.1 --ntlm -u "$LOGIN" ` + cause.Quote(v.Request.URL)
		if !ntlm || v.Intent.Auth == exchange.AuthNegotiate {
			command = "curl --http1.1 --negotiate -u : " + cause.Quote(v.Request.URL)
		}
		s.Raise = []cause.Raise{{Command: command, Where: "here", Would: "be let in if HTTP/2 is all that is wrong"}}
		s.Remedies = []cause.Remedy{{
			ID: "http11", Title: "speak HTTP/1.1 to this site", For: "client", Effect: "the login stays on its connection", Opens: "nothing",
			Steps:  []string{command, ".NET: request.Version = HttpVersion.Version11; Java: HttpClient.Version.HTTP_1_1"},
			Verify: "the same request answers 2xx; with a wrong password it is still refused", Undo: "take --http1.1 out again",
		}, {
			ID: "no-h2-here", Title: "offer no HTTP/2 on the site that uses Windows authentication", For: "server",
			Effect: "clients begin with HTTP/1.1", Opens: "nothing",
			Steps:  []string{"IIS, Windows Server 2019 or later: in the https binding of the site set \"Disable HTTP/2\", or netsh http update sslcert ipport=0.0.0.0:443 ... disablehttp2=enable"},
			Verify: "curl -sI --http2 answers HTTP/1.1", Undo: "disablehttp2=disable",
		}}
		return s
	},
}
