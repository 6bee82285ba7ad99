package proxy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

var socketPlace = lazyregexp.New(`(?i)(^|[/^])(ws|wss|web-?sockets?|sockets?|socket\.io|sockjs(-node)?|cable|hubs?|live|realtime|stream|signalr)(/|\b|$)`)

// takesSockets reports a place that hands the handshake of a WebSocket on (RFC 6455 4.1).
func takesSockets(s *conf.Scope) bool {
	if s.Pass == nil || s.Pass.Way != conf.HTTPProxy {
		return false
	}
	to := strings.ToLower(s.Pass.To)
	return strings.HasPrefix(to, "ws://") || strings.HasPrefix(to, "wss://") || slices.ContainsFunc(s.Pass.Set, func(f conf.Field) bool {
		return strings.EqualFold(f.Name, "Upgrade") && strings.Contains(strings.ToLower(f.Value), "upgrade") || strings.EqualFold(f.Name, "Upgrade") && strings.EqualFold(f.Value, "websocket")
	})
}

// guardedSockets are places for WebSockets alone behind a password of the server's: scripts cannot add a login to the handshake,
// and not every browser repeats one that it has. A place that serves pages as well is left out, since there the password is
// meant for them.
func guardedSockets(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		rules := access.Passwords(s)
		if len(rules) == 0 || s.Satisfy == conf.SatisfyAny || !takesSockets(s) || !socketPlace.MatchString(s.Path) {
			continue
		}
		out = append(out, cause.Sighting{Place: rules[0].Place, Scope: s, Grade: cause.Likely,
			Says: fmt.Sprintf("This rule asks for a password on %s, which takes WebSockets: scripts cannot add a login to their handshake, and not every browser repeats the one that it has.", s.Path),
			Raise: []cause.Raise{{Command: `curl -s -o /dev/null -w '%{http_code}\n' --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' URL`,
				Where: "anywhere, with the socket's address", Would: "print 401"}},
			Remedies: []cause.Remedy{{ID: "socket-location", Title: "let the application judge the handshake, by a cookie or a ticket", For: "server", Effect: "sockets open for whoever the application lets in",
				Opens: "this path, to the application's own check only: make sure that it has one", Steps: on(c, "in "+s.Path+": auth_basic off;", "in its block: Require all granted"),
				Verify: "with the ticket 101, without it the application refuses", Undo: "take the line out and reload"}}})
	}
	return out
}

// unheardCertificates are sites that ask for a client certificate, let everybody by without one, and tell nobody what came of
// it: an application that wants one refuses every client.
func unheardCertificates(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	seen := map[*conf.Trust]bool{}
	for _, s := range proxyScopes(c) {
		t := s.Trust
		if t == nil || seen[t] || t.Requires() || t.Heeded {
			continue
		}
		seen[t] = true
		out = append(out, cause.Sighting{Place: t.Place, Scope: s, Grade: cause.Likely,
			Says:  "A client certificate is asked for and not required, and no line reads what came of it: nobody is refused here, and an application that wants a certificate hears of none.",
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' --cert CLIENT.pem --key CLIENT.key URL", Where: "anywhere", Would: "print 401 or 403, the application's answer"}},
			Remedies: []cause.Remedy{{ID: "tell-certificate", Title: "tell the application what came of the certificate, on every request", For: "server", Effect: "the application knows who showed a certificate",
				Opens: "nothing: the field is the proxy's own and overwrites what clients send", Edits: access.Sets(c, s, conf.Field{Name: "X-SSL-Client-Verify", Value: "$ssl_client_verify"}, conf.Field{Name: "X-SSL-Client-DN", Value: "$ssl_client_s_dn"}),
				Steps:  on(c, "proxy_set_header X-SSL-Client-Verify $ssl_client_verify;      beside the block's other proxy_set_header lines", `RequestHeader set X-SSL-Client-Verify "%{SSL_CLIENT_VERIFY}s"`),
				Verify: "with a certificate the application lets in; without one it refuses", Undo: "take the line out and reload"}}})
	}
	return out
}

// rewrittenDigests are places from which a request goes on to a Digest area of the same configuration under another path: the
// client's answer covers the path that it asked for (RFC 7616 3.4.6).
func rewrittenDigests(c *conf.Config) []cause.Sighting {
	areas := map[int]*conf.Scope{} // the first Digest area behind a port
	for _, site := range access.Sites(c) {
		for _, s := range site.Scopes {
			if slices.ContainsFunc(s.Auth, func(a conf.Auth) bool { return a.Scheme == conf.Digest }) {
				for _, l := range site.Listen {
					if areas[l.Port] == nil {
						areas[l.Port] = s
					}
				}
			}
		}
	}
	if len(areas) == 0 {
		return nil
	}
	var out []cause.Sighting
	for _, s := range proxyScopes(c) {
		port, path, here := portAndPath(s.Pass.To)
		in := areas[port]
		if !here || in == nil || in.Server.Place == s.Server.Place || s.Pass.Authorization.Now != conf.Kept || s.Sample == "" || path == s.Sample || strings.TrimSuffix(path, "/") == strings.TrimSuffix(s.Sample, "/") {
			continue
		}
		if path == "" && access.Is(c, "nginx") {
			continue // without a path, nginx hands the client's own on
		}
		out = append(out, cause.Sighting{Place: s.Pass.Place, Scope: s, Grade: cause.Strong,
			Says:  fmt.Sprintf("Requests for %s go on as %s, where line %d asks for Digest: the client's answer covers the path that it asked for, and is refused.", s.Sample, path+"...", in.Place.Line),
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' --digest -u USER URL", Where: "anywhere (asks for the password)", Would: "print 400 or 401, and 200 when the inner address is asked"}}})
	}
	return out
}

// portAndPath is the port and path of "http://127.0.0.1:8080/x", and whether it is on this machine.
func portAndPath(to string) (port int, path string, here bool) {
	_, rest, ok := strings.Cut(to, "://")
	if !ok || strings.ContainsAny(rest, "$%") {
		return 0, "", false
	}
	host, p, found := strings.Cut(rest, "/")
	if found {
		path = "/" + p
	}
	name, digits, _ := strings.Cut(host, ":")
	if _, err := fmt.Sscanf(digits, "%d", &port); err != nil {
		port = 80
	}
	return port, path, name == "127.0.0.1" || name == "localhost"
}
