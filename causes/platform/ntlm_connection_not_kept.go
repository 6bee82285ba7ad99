package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/ntlm"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// NTLMConnectionNotKept: NTLM logs in a connection in three messages ([MS-NTHT] 3.1.5, RFC 4559 6), and something on the
// way spreads them over several.
var NTLMConnectionNotKept = &cause.Cause{
	ID:        "ntlm-connection-not-kept",
	Title:     "the NTLM login falls apart over several connections",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.Gateway,
	Hides: []string{"session-not-shared-between-backends", "wrong-password", "benign-challenge", "negotiate-spn-missing", "iis-auth-module-config",
		"preemptive-auth-not-sent", "negotiate-no-ticket", "reverse-proxy-strips-authorization", "server-adds-foreign-challenge", "http2-ntlm",
		"unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		asked, third := legs(v)
		if asked == nil {
			return nil
		}
		s := &cause.Suspicion{Where: cause.Location{Hop: asked.N}, RefusedBy: writer(v.Answer)}
		mark, proxied := inBetween(v)
		first, _ := ntlm.Back(asked)
		second, again := challenged(third)
		switch {
		case third == nil && closes(asked) && asked == v.Answer:
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = []fact.Fact{fact.At(asked.N, "The answer carries the challenge, the second of three messages, and ends the connection that the third belongs to.")}
		case third == nil:
			return nil
		case third.Conn.ID != asked.Conn.ID && third.Conn.ID != 0 && asked.Conn.ID != 0 && !cause.Passed(third):
			s.Grade, s.Weight, s.FaultAt = cause.Strong, 0.85, exchange.Client
			s.Because = []fact.Fact{fact.At(third.N, "The third message went out on another connection than the second came in on.")}
		case again:
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = []fact.Fact{fact.At(third.N, "The third message is answered with another challenge: whoever answers did not give the first one.")}
			if a, b := first.Target, second.Target; a.Computer != "" && b.Computer != "" && a.Computer != b.Computer {
				s.Because = append(s.Because, fact.At(third.N, "The first challenge is from %q, the second from %q.", a.Computer, b.Computer))
			}
		case (third.Status() == 500 || third.Status() == 400) && proxied:
			// A wrong password is a 401; a server that trips over the third message did not see the first.
			s.Grade, s.Weight = cause.Strong, 0.8
		case third.Status() == 500 || third.Status() == 400:
			s.Grade, s.Weight = cause.Likely, 0.65
		default:
			return nil
		}
		if third != nil && third.Conn.ID == asked.Conn.ID && third.Conn.ID != 0 {
			s.Because = append(s.Because, fact.At(third.N, "On this side the messages shared one connection; the third is answered %d, which is not how a password is refused.", third.Status()))
		} else if third != nil {
			s.Because = append(s.Because, fact.At(third.N, "The third message of the login is answered %d.", third.Status()))
		}
		if proxied {
			s.Because = append(s.Because, v.Saw("A proxy is in front: %s.", mark))
		}
		s.Raise = []cause.Raise{{
			Command: "curl -v --ntlm -u 'DOMAIN\\user' http://127.0.0.1:PORT" + cause.QuoteWord(v.Answer.Request.URL.Path) + " 2>&1 | grep -iE '^[<>] (http|www-auth|authorization: ntlm .{16}|connection)'",
			Where:   "on the server, at the application's own port, around the proxy", Would: "be let in if the proxy takes the login apart",
		}}
		s.Remedies = keepConnection(v)
		return s
	},
}

// legs finds the answer that carries the challenge (type 2), the last of them, and the exchange that answers it (type 3);
// third is nil when none was sent.
func legs(v *cause.View) (asked, third *exchange.Exchange) {
	for _, x := range v.Hops() {
		if m, ok := ntlm.Sent(x.Request); ok && m.Kind == ntlm.Authenticate && asked != nil {
			return asked, x
		}
		if _, ok := challenged(x); ok {
			asked = x
		}
	}
	return asked, nil
}

// challenged is the NTLM challenge in an answer, bare or in SPNEGO. There is none where there is no answer.
func challenged(x *exchange.Exchange) (ntlm.Message, bool) {
	if x == nil {
		return ntlm.Message{}, false
	}
	m, ok := ntlm.Back(x)
	return m, ok && m.Kind == ntlm.Challenge
}

// closes reports an answer behind which the connection ends (RFC 9112 9.3).
func closes(x *exchange.Exchange) bool {
	c := strings.ToLower(x.Header().Get("Connection"))
	return strings.Contains(c, "close") || x.Response != nil && x.Response.Proto == "HTTP/1.0" && !strings.Contains(c, "keep-alive")
}

// inBetween gives the mark of a proxy on one of the answers.
func inBetween(v *cause.View) (string, bool) {
	for _, x := range v.Hops() {
		if via := x.Header().Get("Via"); via != "" {
			return "Via", true
		}
		for _, m := range signature.Path(x) {
			if cause.InFront(m.Layer) {
				return m.Product, true
			}
		}
	}
	return "", false
}

func writer(x *exchange.Exchange) exchange.Layer {
	if m, ok := signature.Writer(x); ok && m.Layer != exchange.Unknown {
		return m.Layer
	}
	return exchange.Application
}

func keepConnection(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "pass-tcp", Title: "let the proxy hand this host on as TCP", For: "server",
		Effect: "the client's connection is the server's, and the login stays on it", Opens: "nothing; the proxy no longer sees the requests of this host",
		Steps: []string{
			"nginx: stream { server { listen 443; proxy_pass BACKEND:443; } }      HAProxy: mode tcp in frontend and backend",
			"with HTTP: nginx Plus upstream { ntlm; keepalive 16; }, proxy_http_version 1.1, proxy_set_header Connection \"\";  HAProxy: option prefer-last-server, no http-server-close, http-reuse never",
		},
		Verify: "the login passes through the proxy; with a wrong password it is 401; two users at once see each their own name", Undo: "restore the former listener and reload",
	}, {
		ID: "kerberos-in-place", Title: "use Kerberos, which logs in each request", For: "server",
		Effect: "the login no longer belongs to a connection", Opens: "nothing",
		Steps:  []string{"setspn -S " + cause.QuoteWord("HTTP/"+v.Request.URL.Host) + " ACCOUNT, and Negotiate before NTLM in the list of providers"},
		Verify: "klist on the client shows the ticket; without one it is 401", Undo: "put NTLM first again",
	}}
}
