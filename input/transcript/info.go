package transcript

import (
	"net"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	connectedRE = lazyregexp.New(`^(?:Connected to (\S+) \(([^)]+)\)(?: port (\d+))?|Established connection to (\S+) \((\S+) port (\d+)\))`)
	reusedRE    = lazyregexp.New(`^Re-?using existing (?:\S+ )?connection`)
	tunnelRE    = lazyregexp.New(`^Establish HTTP proxy tunnel to (\S+)`)
	proxyRE     = lazyregexp.New(`^Uses proxy env variable (\w+) == '(?:https?://)?(?:[^@'/]*@)?([^/'@]+)`)
	tlsRE       = lazyregexp.New(`^SSL connection using (\S+)(?: / (\S+))?`)
	alpnRE      = lazyregexp.New(`^ALPN[:,] server accepted(?: to use)? (\S+)`)
	pseudoRE    = lazyregexp.New(`^(?:\[HTTP/[23]\] \[\d+\] |h2h3 |h[23] )\[(:?[A-Za-z0-9-]+): (.*)\]$`)
	openedRE    = lazyregexp.New(`^\[HTTP/[23]\] \[\d+\] OPENED stream for (https?)://(\S+?)(?:/|$)`)
	authRE      = lazyregexp.New(`^(Server|Proxy) auth using (\w+) with user`)
	askedRE     = lazyregexp.New(`\(IN\), TLS handshake, (?:Request CERT|CERT request|Certificate request)`)
	gaveRE      = lazyregexp.New(`\(OUT\), TLS handshake, CERT verify`)
	trouble     = lazyregexp.New(`(?i)gss_|spnego|sspi|authentication problem|negotiating auth|ntlm handshake|login denied|problem:|handshake rejected|returned error|returned HTTP|from proxy after CONNECT|SSL_ERROR|alert|could(?: not|n't) |failed|refused|timed out|Ignoring .*auth|rewind|multiple`)
)

// info reads one of curl's remarks.
// remark is what curl says in passing and a cause may hang on: who was asked for a certificate, that a connection was used
// again, that a POST became a GET, how it logs in.
var remark = lazyregexp.New(`(?i)request cert|\bcert verify|certificate (?:problem|verify|expire)|re-?using (?:existing )?connection|issue another request|switch(?:ed)? (?:from|to) |auth using|netrc|proxy auth|connection #?\d+ .*(?:close|intact)|closing connection|ignoring the response-body|maximum .* redirects|\bntlm|negotiate|alert`)

func (v *verbose) info(n int, s string) {
	if v.d != nil && v.d.method == "CONNECT" && v.d.status/100 == 2 {
		v.flush() // what follows is said of the connection inside the tunnel
	}
	if remark.MatchString(s) && !trouble.MatchString(s) {
		v.t.message(n, "log", v.who, s, 0)
	}
	switch {
	case v.connection(n, s):
	case v.tls(s):
	case strings.HasPrefix(s, "Issue another request to this URL"):
		v.flush()
		v.again = true
	case strings.HasPrefix(s, "Using HTTP") || strings.HasPrefix(s, "using HTTP"):
	case v.pseudo(n, s):
	default:
		if m := authRE.FindStringSubmatch(s); m != nil {
			v.t.fact(n, "curl chose "+m[2]+" for the "+strings.ToLower(m[1])+"'s login")
		}
		if trouble.MatchString(s) {
			status := 0
			if m := returned.FindStringSubmatch(s); m != nil {
				status = number(m[1])
			}
			v.t.message(n, "log", v.who, s, status)
		}
	}
}

// connection reads what curl says of the connection.
func (v *verbose) connection(n int, s string) bool {
	if m := connectedRE.FindStringSubmatch(s); m != nil {
		host, ip, port := m[1], m[2], m[3]
		if host == "" {
			host, ip, port = m[4], m[5], m[6]
		}
		v.flush()
		v.t.conn++
		v.conn = exchange.Conn{ID: v.t.conn, Proxy: v.conn.Proxy}
		if port != "" && host != "(nil)" {
			v.conn.Remote, v.named = net.JoinHostPort(ip, port), net.JoinHostPort(host, port)
		}
		return true
	}
	if reusedRE.MatchString(s) {
		if v.t.conn == 0 {
			v.t.conn++
		}
		if v.d != nil && v.d.respLine {
			v.flush()
		}
		if v.conn.ID == 0 {
			v.conn.ID = v.t.conn
		}
		v.t.fact(n, "the connection of an earlier request was used again")
		return true
	}
	if m := tunnelRE.FindStringSubmatch(s); m != nil {
		if v.named != "" {
			v.conn.Proxy = v.named
		}
		v.named = m[1]
		return true
	}
	if m := proxyRE.FindStringSubmatch(s); m != nil {
		v.conn.Proxy = m[2]
		return true
	}
	return false
}

func (v *verbose) secured() *exchange.TLS {
	if v.conn.TLS == nil {
		v.conn.TLS = &exchange.TLS{}
	}
	return v.conn.TLS
}

// tls reads what curl says of the handshake.
func (v *verbose) tls(s string) bool {
	switch {
	case strings.HasPrefix(s, "SSL connection using "):
		if m := tlsRE.FindStringSubmatch(s); m != nil {
			v.secured().Version, v.secured().Cipher = m[1], m[2]
		}
	case strings.HasPrefix(s, "ALPN"):
		if m := alpnRE.FindStringSubmatch(s); m != nil {
			v.secured().ALPN = m[1]
		}
	case strings.HasPrefix(s, "subject: "):
		v.secured().Subject = s[len("subject: "):]
	case strings.HasPrefix(s, "issuer: "):
		v.secured().Issuer = s[len("issuer: "):]
	case strings.HasPrefix(s, "expire date: "):
		if at, err := time.Parse("Jan _2 15:04:05 2006 MST", s[len("expire date: "):]); err == nil {
			v.secured().NotAfter = at
		}
	case strings.HasPrefix(s, "SSL certificate verify ok"), strings.HasPrefix(s, "SSL certificate verified"):
		v.secured().Verified = true
	case strings.HasPrefix(s, "SSL certificate verify result: "):
		v.secured().VerifyProblem = s[len("SSL certificate verify result: "):]
	case strings.HasPrefix(s, "SSL certificate problem: "):
		v.secured().VerifyProblem = s[len("SSL certificate problem: "):]
	case askedRE.MatchString(s):
		v.secured().ClientCertAsked = true
	case gaveRE.MatchString(s):
		v.secured().ClientCertSent = true
	case strings.HasPrefix(s, "TLSv1.") || strings.HasPrefix(s, "SSLv"):
		v.secured()
	default:
		return false
	}
	return true
}

// pseudo reads the fields of HTTP/2 and HTTP/3 as curl hands them to its library.
func (v *verbose) pseudo(n int, s string) bool {
	if m := openedRE.FindStringSubmatch(s); m != nil {
		v.begin(n)
		v.d.scheme, v.d.authority = m[1], m[2]
		return true
	}
	m := pseudoRE.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	if v.d == nil || v.d.began() || v.d.proto != "" {
		v.begin(n)
	}
	v.d.requestField(m[1], m[2])
	return true
}
