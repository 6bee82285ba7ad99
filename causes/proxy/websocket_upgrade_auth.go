package proxy

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// WebSocketUpgradeAuth: the WebSocket handshake is refused because it carries no credential; scripts cannot add one.
var WebSocketUpgradeAuth = &cause.Cause{
	ID:      "websocket-upgrade-auth",
	Title:   "the WebSocket handshake brings no credential",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "preemptive-auth-not-sent", "cors-missing-on-401"},
	Partial: true,
	Audit:   guardedSockets,
	Suspect: directive.Either(socketLines, func(v *cause.View) *cause.Suspicion {
		if !strings.EqualFold(v.Request.Header.Get("Upgrade"), "websocket") || v.Answer.Status() != 401 && v.Answer.Status() != 403 || len(v.Credentials) > 0 {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.85,
			Because: []fact.Fact{
				v.Asked("The request is a WebSocket handshake (Upgrade: websocket) without Authorization, cookie or ticket."),
				v.Saw("It is answered %d in place of 101.", v.Answer.Status()),
			},
			Raise: []cause.Raise{{Command: `curl -i --http1.1 -H "Connection: Upgrade" -H "Upgrade: websocket" -H "Sec-WebSocket-Version: 13" -H "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" -u USER ` + cause.Quote(v.Request.URL),
				Where: "here, with the site's login", Would: "be answered 101 if the credential is all that is missing"}},
			Remedies: []cause.Remedy{{
				ID: "socket-ticket", Title: "give the handshake a cookie or a ticket of one use", For: "client",
				Effect: "the server knows who opens the socket", Opens: "nothing, when the ticket works once and for a minute at most",
				Steps:  []string{"let the page fetch a ticket with its normal credential, then open wss://host/path?ticket=...", "or log in by cookie: browsers send it with the handshake to the same site"},
				Verify: "101 with the ticket, 401 without", Undo: "open the socket as before",
			}, {
				ID: "socket-location", Title: "let another guard protect the socket's path", For: "server",
				Effect: "the outer password is not asked for on this path", Opens: "this path, to the application's own check only: make sure that it has one",
				Steps: []string{"nginx: location " + cause.QuoteWord(v.Request.URL.Path) + " { auth_basic off; proxy_pass ...; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }"},
				Undo:  "take the block out and reload",
			}},
		}
		if v.Written && cause.InFront(v.Writer.Layer) {
			s.FaultAt = v.Writer.Layer // a password layer on a path that only scripts open
		}
		if len(v.Challenges) > 0 {
			s.Because = append(s.Because, v.Saw("It asks for %s, which a script cannot add to a WebSocket.", v.Challenges[0].Scheme))
		}
		return s
	}),
}
