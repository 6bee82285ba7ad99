package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// conn is one TCP connection and what is known of it.
type conn struct {
	net.Conn
	r        *bufio.Reader
	info     exchange.Conn
	absolute bool // plain http through a forward proxy: absolute-form targets, proxy credentials in the request
}

// metadata are the addresses at which clouds hand credentials to whoever asks. They are refused unless typed.
var metadata = []netip.Addr{
	netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("169.254.170.2"), netip.MustParseAddr("169.254.170.23"),
	netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("fd00:ec2::23"), netip.MustParseAddr("100.100.100.200"),
	netip.MustParseAddr("192.0.0.192"), netip.MustParseAddr("168.63.129.16"),
}

func isMetadata(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, m := range metadata {
		if a == m {
			return true
		}
	}
	return false
}

// typed reports that the user wrote this address themselves, as the host of the URL, of the proxy, or in --resolve.
func (s *Sender) typed(a netip.Addr) bool {
	hosts := []string{s.intent.Request.URL.Host}
	if p := s.intent.Proxy; p != nil {
		hosts = append(hosts, p.URL.Host)
	}
	for _, to := range s.intent.Resolve {
		if h, _, err := net.SplitHostPort(to); err == nil {
			hosts = append(hosts, h)
		}
	}
	for _, h := range hosts {
		if b, err := netip.ParseAddr(h); err == nil && b.Unmap() == a.Unmap() {
			return true
		}
	}
	return false
}

// mapped applies --resolve and --connect-to to host:port.
func (s *Sender) mapped(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || len(s.intent.Resolve) == 0 {
		return addr
	}
	for _, key := range []string{addr, host + ":" + port, "*:" + port, ":" + port, host + ":", ":"} {
		to, ok := s.intent.Resolve[key]
		if !ok {
			continue
		}
		h, p, err := net.SplitHostPort(to)
		if err != nil {
			h, p = strings.Trim(to, "[]"), ""
		}
		if h == "" {
			h = host
		}
		if p == "" {
			p = port
		}
		return net.JoinHostPort(h, p)
	}
	return addr
}

// connect opens a TCP connection to host:port, or one to a unix socket.
func (s *Sender) connect(ctx context.Context, network, addr string) (net.Conn, *exchange.Failure, error) {
	if network == "unix" {
		c, err := (&net.Dialer{}).DialContext(ctx, "unix", addr)
		if err != nil {
			return nil, fail("connect", err), nil
		}
		return c, nil, nil
	}
	addr = s.mapped(addr)
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fail("connect", err), nil
	}
	if a, err := netip.ParseAddr(host); err == nil && isMetadata(a) && !s.typed(a) {
		return nil, nil, metadataRefusal(a)
	}
	if s.o.Dial != nil {
		c, err := s.o.Dial(ctx, "tcp", addr)
		if err != nil {
			return nil, fail(dialStep(err), err), nil
		}
		if r := s.landed(c); r != nil {
			c.Close()
			return nil, nil, r
		}
		return c, nil, nil
	}
	addrs, err := lookup(ctx, host)
	if err != nil {
		return nil, fail("resolve", err), nil
	}
	if addrs = family(addrs, s.intent.IP); len(addrs) == 0 {
		return nil, &exchange.Failure{Step: "resolve", Message: fmt.Sprintf("the name has no IPv%d address", s.intent.IP)}, nil
	}
	for _, a := range addrs {
		if isMetadata(a) && !s.typed(a) {
			return nil, nil, metadataRefusal(a)
		}
	}
	d, err := s.dialer()
	if err != nil {
		return nil, &exchange.Failure{Step: "connect", Message: err.Error(), Err: err}, nil
	}
	var last error
	for i, a := range addrs {
		// A dead address must not eat the time of the next one.
		each, cancel := ctx, func() {}
		if end, ok := ctx.Deadline(); ok && i+1 < len(addrs) {
			each, cancel = context.WithTimeout(ctx, time.Until(end)/time.Duration(len(addrs)-i))
		}
		c, err := d.DialContext(each, "tcp", net.JoinHostPort(a.String(), port))
		cancel()
		if err == nil {
			return c, nil, nil
		}
		if last == nil {
			last = err
		}
	}
	return nil, fail("connect", last), nil
}

func dialStep(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "resolve"
	}
	return "connect"
}

// landed checks where an injected dialler really went.
func (s *Sender) landed(c net.Conn) error {
	ap, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err == nil && isMetadata(ap.Addr()) && !s.typed(ap.Addr()) {
		return metadataRefusal(ap.Addr())
	}
	return nil
}

func metadataRefusal(a netip.Addr) error {
	return &Refusal{Rule: RuleMetadata, Why: fmt.Sprintf("%s is a cloud metadata address that was not typed as such", a)}
}

// maxAddresses bounds the attempts for a name with many addresses.
const maxAddresses = 4

// lookup resolves host. Names under localhost are this machine (RFC 6761 6.3), whatever a name server says.
func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	name := strings.TrimSuffix(host, ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}, nil
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	if len(addrs) > maxAddresses {
		addrs = addrs[:maxAddresses]
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addrs, nil
}

// family keeps the addresses of IP version 4 or 6; all of them for 0.
func family(addrs []netip.Addr, version int) []netip.Addr {
	var out []netip.Addr
	for _, a := range addrs {
		if version == 0 || a.Is4() == (version == 4) {
			out = append(out, a)
		}
	}
	return out
}

// dialer binds to the interface or address of --interface.
func (s *Sender) dialer() (*net.Dialer, error) {
	d := &net.Dialer{}
	name := s.intent.Iface
	if name == "" {
		return d, nil
	}
	for _, prefix := range []string{"if!", "host!"} {
		name = strings.TrimPrefix(name, prefix)
	}
	if a, err := netip.ParseAddr(name); err == nil {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0))
		return d, nil
	}
	ifc, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("interface %q does not exist here", name)
	}
	addrs, err := ifc.Addrs()
	if err != nil {
		return nil, fmt.Errorf("interface %q: %w", name, err)
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && !p.Addr().IsLinkLocalUnicast() {
			d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(p.Addr(), 0))
			return d, nil
		}
	}
	return nil, fmt.Errorf("interface %q has no address to bind to", name)
}

// open gives a connection on which a request to u can be written: TCP, through the proxy when there is one, TLS. own
// says that u is the user's own origin, the only one that may see the client certificate. refused is the proxy's
// answer when it would not open a tunnel. The returned conn is never nil; it is closed unless all went well.
func (s *Sender) open(ctx context.Context, u exchange.URL, p *exchange.Proxy, own bool) (c *conn, refused *exchange.Response, f *exchange.Failure, err error) {
	s.conns++
	c = &conn{info: exchange.Conn{ID: s.conns}}
	target, network := u.Address(), "tcp"
	switch {
	case p != nil:
		c.info.Proxy, target = p.URL.Address(), p.URL.Address()
	case s.intent.Socket != "" && own:
		target, network = s.intent.Socket, "unix"
	}
	raw, f, err := s.connect(ctx, network, target)
	if f != nil || err != nil {
		if f != nil && p != nil {
			f.Step, f.Message = "proxy", "forward proxy: "+f.Message
		}
		return c, nil, f, err
	}
	c.info.Remote = raw.RemoteAddr().String()
	c.Conn = raw
	ok := false
	defer func() {
		if !ok {
			c.Close()
		}
	}()
	stop := bound(ctx, raw)
	defer stop()
	if p != nil {
		if refused, f, err := s.through(ctx, c, u, p); refused != nil || f != nil || err != nil {
			return c, refused, f, err
		}
	}
	if u.Scheme == "https" {
		info, f := s.handshake(ctx, c, u.Host, handshakeOptions{insecure: s.intent.TLS.Insecure, own: own})
		c.info.TLS = info
		if f != nil {
			return c, nil, f, nil
		}
	}
	c.r = bufio.NewReader(c.Conn)
	ok = true
	return c, nil, nil, nil
}

// bound ends every read and write on c at ctx's deadline, or at once when ctx is cancelled.
func bound(ctx context.Context, c net.Conn) (stop func()) {
	end, _ := ctx.Deadline()
	c.SetDeadline(end)
	off := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	return func() { off() }
}
