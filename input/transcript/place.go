package transcript

import (
	"net"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// address finds out where the request went: from its target, its Host, what the record says of the connection, the
// command, or the redirect before it.
func (t *talk) address(d *draft, x *exchange.Exchange) {
	r := &x.Request
	if d.fromCommand {
		return
	}
	if d.haveURL {
		r.URL = d.url
	}
	if d.reqLine && d.target != "" {
		t.target(d, x)
		return
	}
	if !d.reqLine && d.haveURL && d.method == "" {
		r.Method = ""
	}
	if h := r.Header.Text("Host"); r.URL.Host == "" && !h.Empty() {
		t.authority(d, x, h.Reveal(), "")
		r.URL.Path = ""
	} else if r.URL.Host == "" && d.authority != "" {
		t.authority(d, x, d.authority, "")
	}
}

// target reads the request target in its three forms (RFC 9112 3.2).
func (t *talk) target(d *draft, x *exchange.Exchange) {
	r := &x.Request
	if d.method == "CONNECT" {
		if u, err := exchange.ParseURL("https://" + d.target); err == nil {
			u.Path = ""
			r.URL = u
		}
		r.Target = secret.Public(d.target)
		return
	}
	if strings.HasPrefix(d.target, "http://") || strings.HasPrefix(d.target, "https://") {
		if u, err := exchange.ParseURL(strings.ReplaceAll(d.target, " ", "%20")); err == nil {
			r.URL = u
			return
		}
	}
	authority := r.Header.Text("Host").Reveal()
	if authority == "" {
		authority = d.authority
	}
	if authority == "" && d.haveURL {
		authority = d.url.Authority()
	}
	t.authority(d, x, authority, d.target)
	if d.target == "*" {
		r.Target = secret.Public("*")
		r.URL.Path = ""
	}
}

func (t *talk) authority(d *draft, x *exchange.Exchange, authority, target string) {
	r := &x.Request
	path, query, has := strings.Cut(target, "?")
	path, _, _ = strings.Cut(path, "#")
	r.URL = exchange.URL{Path: path, HasQuery: has, Query: exchange.ParseQuery(query)}
	authority = strings.TrimSpace(authority)
	if authority == "" || strings.ContainsAny(authority, "/?#@ \t") {
		return
	}
	scheme, sure := t.scheme(d, x, authority)
	u, err := exchange.ParseURL(scheme + "://" + authority)
	if err != nil {
		return
	}
	if !sure {
		t.fact(d.line, "the record does not say whether "+u.Authority()+" was asked by http or https; "+scheme+" is assumed")
	}
	u.Path, u.Query, u.HasQuery = r.URL.Path, r.URL.Query, r.URL.HasQuery
	r.URL = u
}

// scheme says http or https, and whether the record says so.
func (t *talk) scheme(d *draft, x *exchange.Exchange, authority string) (scheme string, sure bool) {
	host, port := authority, ""
	if h, p, err := net.SplitHostPort(authority); err == nil {
		host, port = h, p
	}
	switch {
	case d.scheme == "http" || d.scheme == "https":
		return d.scheme, true
	case x.Conn.TLS != nil:
		return "https", true
	case d.haveURL && strings.EqualFold(d.url.Authority(), authority):
		return d.url.Scheme, true
	case port == "443":
		return "https", true
	case port == "80":
		return "http", true
	}
	for _, n := range []string{"Origin", "Referer"} {
		if s, rest, ok := strings.Cut(x.Request.Header.Text(n).Reveal(), "://"); ok && (s == "http" || s == "https") {
			if rest == authority || strings.HasPrefix(rest, authority+"/") {
				return s, true
			}
		}
	}
	if _, p, err := net.SplitHostPort(x.Conn.Remote); err == nil && x.Conn.Proxy == "" && d.marked {
		if p == "443" {
			return "https", true
		}
		return "http", true // curl tells of a handshake when there is one
	}
	if t.last != nil && strings.EqualFold(t.last.Request.URL.Authority(), authority) {
		return t.last.Request.URL.Scheme, true
	}
	if d.proto == "HTTP/2" || d.proto == "HTTP/3" || d.ver == "HTTP/2" || d.ver == "HTTP/3" || d.proto == "HTTP/2.0" {
		return "https", true // browsers and curl speak these by TLS; h2c shows an Upgrade
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	if port != "" || ip != nil || host == "localhost" || !strings.Contains(host, ".") {
		return "http", false
	}
	return "https", false
}

// order says whether x is a redirect's target, a leg of a handshake, or a request of its own.
func (t *talk) order(d *draft, x *exchange.Exchange) {
	p := t.last
	if p == nil {
		return
	}
	x.Run = p.Run
	same := t.of == t.call
	switch {
	case d.redirected || same && t.follows(d, x):
		x.Hop = p.Hop + 1
		if x.Request.URL.Host == "" && !d.reqLine {
			if u, ok, err := p.Location(); ok && err == nil {
				x.Request.URL = u
				x.Request.Method = after(p)
				x.Unseen &^= exchange.RequestLine
			}
		}
	case p.Request.Method == "CONNECT" && same:
		x.Hop = p.Hop
	case same && (d.leg || legOf(p, x)):
		x.Hop = p.Hop
		if x.Request.URL.Host == "" && !d.reqLine {
			x.Request.URL, x.Request.Method = p.Request.URL, p.Request.Method
		}
	default:
		t.run++
		x.Run = t.run
	}
}

// after is the method of the request that follows p's redirect.
func after(p *exchange.Exchange) string {
	if p.Request.Method == "HEAD" || p.Status() == 307 || p.Status() == 308 {
		return p.Request.Method
	}
	if p.Request.Method == "" {
		return ""
	}
	return "GET"
}

// follows reports that x asks for what the reply before it points at.
func (t *talk) follows(d *draft, x *exchange.Exchange) bool {
	p := t.last
	s := p.Status()
	if s != 301 && s != 302 && s != 303 && s != 307 && s != 308 {
		return false
	}
	if !d.reqLine && !d.haveURL {
		return true // replies one after another: curl -iL
	}
	u, ok, err := p.Location()
	if !ok || err != nil {
		return false
	}
	v := x.Request.URL
	path := func(s string) string { return "/" + strings.TrimPrefix(s, "/") }
	return (u.Host == "" || u.Host == v.Host) && path(u.Path) == path(v.Path)
}

// legOf reports that x repeats p as the challenge asked for: a handshake, not another try.
func legOf(p, x *exchange.Exchange) bool {
	if p.Status() != 401 && p.Status() != 407 || !p.Request.URL.Target().Equal(x.Request.URL.Target()) || p.Request.URL.Host != x.Request.URL.Host {
		return false
	}
	name, ask := "Authorization", "WWW-Authenticate"
	if p.Status() == 407 {
		name, ask = "Proxy-Authorization", "Proxy-Authenticate"
	}
	scheme, _, _ := x.Request.Header.Text(name).Cut(" ")
	for _, s := range []string{"Digest", "NTLM", "Negotiate"} {
		if !scheme.EqualFold(s) {
			continue
		}
		for _, c := range p.Header().Values(ask) {
			if len(s) <= c.Len() && strings.EqualFold(c.Reveal()[:len(s)], s) {
				return true
			}
		}
	}
	return false
}
