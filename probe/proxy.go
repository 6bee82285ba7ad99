package probe

import (
	"bufio"
	"context"
	"net"
	"net/netip"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
	"golang.org/x/net/proxy"
)

// proxyFor gives the forward proxy that applies to u, nil when none does.
func (s *Sender) proxyFor(u exchange.URL) *exchange.Proxy {
	p := s.intent.Proxy
	if p == nil || p.URL.Host == "" || exempt(p.NoProxy, u.Host) {
		return nil
	}
	return p
}

// exempt reads a no_proxy list as curl does: "*", names that match as suffixes at a dot, addresses and CIDR blocks.
func exempt(list, host string) bool {
	host = strings.TrimSuffix(host, ".")
	addr, addrErr := netip.ParseAddr(host)
	for _, e := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		e = strings.ToLower(strings.TrimSuffix(e, "."))
		if e == "*" {
			return true
		}
		if addrErr == nil {
			if p, err := netip.ParsePrefix(e); err == nil && p.Contains(addr) {
				return true
			}
			if a, err := netip.ParseAddr(strings.Trim(e, "[]")); err == nil && a == addr {
				return true
			}
			continue
		}
		e = strings.TrimPrefix(e, ".")
		if e != "" && (host == e || strings.HasSuffix(host, "."+e)) {
			return true
		}
	}
	return false
}

// httpProxy tells a proxy that speaks HTTP from a SOCKS one.
func httpProxy(p *exchange.Proxy) bool { return p.URL.Scheme == "http" || p.URL.Scheme == "https" }

// proxyAuthorization is the field for the proxy, ok false when there is no login for it or the login is for a
// handshake that this package does not do with proxies.
func proxyAuthorization(p *exchange.Proxy) (f exchange.Field, ok bool) {
	if p.Headers.Has("Proxy-Authorization") || p.Login.Empty() {
		return f, false
	}
	switch p.Auth {
	case exchange.AuthHeader, exchange.AuthBasic, exchange.AuthAny:
		return exchange.Field{Name: "Proxy-Authorization", Value: p.Login.BasicField().Value}, true
	}
	return f, false
}

// through takes c, connected to the proxy, as far as a connection that speaks to u.
func (s *Sender) through(ctx context.Context, c *conn, u exchange.URL, p *exchange.Proxy) (*exchange.Response, *exchange.Failure, error) {
	switch p.URL.Scheme {
	case "http":
	case "https":
		info, f := s.handshake(ctx, c, p.URL.Host, handshakeOptions{insecure: p.Insecure})
		if f != nil {
			c.info.TLS = info
			f.Step, f.Message = "proxy", "TLS with the forward proxy: "+f.Message
			return nil, f, nil
		}
	case "socks5", "socks5h":
		f, err := s.socks(ctx, c, u, p)
		return nil, f, err
	default:
		return nil, &exchange.Failure{Step: "proxy", Message: "proxies of the kind " + p.URL.Scheme + " are not spoken here"}, nil
	}
	if c.absolute = u.Scheme == "http" && !p.Tunnel; c.absolute {
		return nil, nil, nil
	}
	return s.tunnel(c, u, p)
}

// tunnel asks the proxy for a connection to u (RFC 9110 9.3.6). Only fields meant for the proxy are written. A
// refusal is the proxy's reply.
func (s *Sender) tunnel(c *conn, u exchange.URL, p *exchange.Proxy) (*exchange.Response, *exchange.Failure, error) {
	authority := net.JoinHostPort(u.Host, u.Port)
	req := exchange.Request{Method: "CONNECT", URL: u, Proto: "HTTP/1.1", Target: secret.Public(authority)}
	req.Header = append(req.Header, exchange.RequestField("Host", authority))
	if f, ok := proxyAuthorization(p); ok {
		req.Header = append(req.Header, f)
	}
	if ua := s.intent.Request.Header.Text("User-Agent"); !ua.Empty() {
		req.Header = append(req.Header, exchange.Field{Name: "User-Agent", Value: ua})
	}
	req.Header = append(req.Header, exchange.RequestField("Proxy-Connection", "Keep-Alive"))
	for _, f := range p.Headers {
		req.Header = req.Header.With(f)
	}
	if err := sendable(req); err != nil {
		return nil, nil, err
	}
	settle, err := s.claimProxy(req.Header, p)
	if err != nil {
		return nil, nil, err
	}
	if _, err := c.Write(req.Wire()); err != nil {
		return nil, fail("proxy", err), nil
	}
	r := bufio.NewReader(c.Conn)
	resp, _, f := readReply(r, "CONNECT")
	if err := settle(resp); err != nil {
		return nil, nil, err
	}
	switch {
	case f != nil:
		f.Step, f.Message = "proxy", "the forward proxy on CONNECT: "+f.Message
		return nil, f, nil
	case resp.Status/100 != 2:
		return resp, nil, nil
	case r.Buffered() > 0:
		return nil, &exchange.Failure{Step: "proxy", Message: "the forward proxy sent bytes behind its answer to CONNECT"}, nil
	}
	return nil, nil, nil
}

// socks makes c a SOCKS5 connection to u (RFC 1928, login by RFC 1929). With socks5 the name is resolved here, with
// socks5h there.
func (s *Sender) socks(ctx context.Context, c *conn, u exchange.URL, p *exchange.Proxy) (*exchange.Failure, error) {
	target := s.mapped(u.Address())
	if p.URL.Scheme == "socks5" {
		host, port, err := net.SplitHostPort(target)
		if err != nil {
			return fail("proxy", err), nil
		}
		addrs, err := lookup(ctx, host)
		if err != nil {
			return fail("resolve", err), nil
		}
		if isMetadata(addrs[0]) && !s.typed(addrs[0]) {
			return nil, metadataRefusal(addrs[0])
		}
		target = net.JoinHostPort(addrs[0].String(), port)
	}
	settle := func(outcome) error { return nil }
	var auth *proxy.Auth
	if !p.Login.Empty() {
		var err error
		if settle, err = s.claimLogin(p, p.Login.User.Reveal()); err != nil {
			return nil, err
		}
		auth = &proxy.Auth{User: p.Login.User.Reveal(), Password: p.Login.Password.Reveal()}
	}
	d, err := proxy.SOCKS5("tcp", p.URL.Address(), auth, already{c.Conn})
	if err != nil {
		return fail("proxy", err), nil
	}
	through, err := d.Dial("tcp", target)
	switch {
	case err == nil:
		c.Conn = through
		return nil, settle(accepted)
	case strings.Contains(err.Error(), "authentication"):
		return socksFailure(err), settle(refused)
	case strings.Contains(err.Error(), "unknown error"):
		return socksFailure(err), settle(accepted) // a reply to CONNECT (RFC 1928 6): the login was behind us
	}
	return socksFailure(err), nil // cut off in the middle: the password may have been judged, so it stays pending
}

func socksFailure(err error) *exchange.Failure {
	return &exchange.Failure{Step: "proxy", Message: "SOCKS proxy: " + secret.Scrub(netMessage(err)), Timeout: timedOut(err), Err: err}
}

// already is a dialler that hands out a connection that stands.
type already struct{ c net.Conn }

func (a already) Dial(string, string) (net.Conn, error) { return a.c, nil }
