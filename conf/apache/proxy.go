package apache

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// canonical encodes the path of a URL that ProxyPass or a server's rule made of the decoded path (mod_proxy's fixup).
func (v *visit) canonical() {
	to := strings.TrimPrefix(v.filename, "proxy:")
	n := strings.Index(to, "://")
	if n < 0 || v.raw {
		return
	}
	host, path := to, ""
	if i := strings.IndexByte(to[n+3:], '/'); i >= 0 {
		host, path = to[:n+3+i], to[n+3+i:]
	}
	query := ""
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path, query = path[:i], path[i:]
	}
	if path == "" {
		path = "/"
	}
	if query == "" && v.hasArgs && wayOf(to) == conf.HTTPProxy {
		query = "?" + v.args
	}
	v.filename = "proxy:" + host + escapeProxy(path) + query
}

// escapeProxy is ap_proxy_canonenc for a path that was decoded.
func escapeProxy(p string) string {
	const upper = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		c := p[i]
		if c != '_' && letter(c) || c >= '0' && c <= '9' || strings.IndexByte("~$-_.+!*'(),;:@&=/", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upper[c>>4])
		b.WriteByte(upper[c&15])
	}
	return b.String()
}

// toProxy passes the request on to an upstream.
func (v *visit) toProxy(to string) int {
	to = v.member(to)
	way := wayOf(to)
	if way == "" {
		v.open("what is at " + to)
		v.step(v.passAt, "proxy", conf.Unclear, "the upstream's scheme is not known")
		return 0
	}
	v.proxied = true
	if v.method == "TRACE" && v.srv.trace.is("off") {
		return v.refuse(405, v.srv.trace.at(), "proxy", "TRACE is switched off")
	}
	switch way {
	case conf.HTTPProxy:
		v.pass(way, to, v.forwarded(to))
		path := "/"
		if n := strings.Index(to, "://"); n >= 0 {
			if i := strings.IndexByte(to[n+3:], '/'); i >= 0 {
				path = to[n+3+i:]
			}
		}
		if strings.HasPrefix(v.handler, "proxy:") {
			if i := strings.IndexByte(path, '?'); i < 0 && v.hasArgs {
				path += "?" + v.args
			}
		}
		v.target(path)
	default:
		v.pass(way, to, v.fcgi(to, way))
	}
	return 0
}

// fcgi are the variables for an upstream that speaks FastCGI, SCGI or uwsgi.
func (v *visit) fcgi(to string, way conf.Way) table {
	out := v.params(way)
	if strings.HasPrefix(out.get("SCRIPT_FILENAME"), "proxy:") || strings.HasPrefix(v.handler, "proxy:") {
		// PHP-FPM, which is what mod_proxy_fcgi takes a FastCGI server for, takes the prefix off by itself.
		out.set("SCRIPT_FILENAME", "proxy:"+to)
	}
	return out
}

// forwarded are the fields that an HTTP upstream gets.
func (v *visit) forwarded(to string) table {
	in := v.in.clone()
	host := ""
	if n := strings.Index(to, "://"); n >= 0 {
		host = to[n+3:]
		if i := strings.IndexAny(host, "/?"); i >= 0 {
			host = host[:i]
		}
		scheme := to[:n]
		if h, port, ok := strings.Cut(host, ":"); ok && (port == "80" && scheme == "http" || port == "443" && scheme == "https") {
			host = h
		}
	}
	if v.d.preserveHost.on() {
		if host = in.get("Host"); host == "" { // taken out by RequestHeader
			host = v.srv.name.or("")
		}
	}
	gone := map[string]bool{
		"host": true, "keep-alive": true, "te": true, "trailer": true, "upgrade": true, "connection": true, "transfer-encoding": true,
		"content-length": true, "proxy-connection": true,
	}
	for t := range strings.SplitSeq(in.get("Connection"), ",") {
		gone[strings.ToLower(strings.TrimSpace(t))] = true
	}
	if v.user != nil && !v.env.has("Proxy-Chain-Auth") {
		gone["proxy-authorization"] = true
	}
	if v.d.addHeaders == nil || v.d.addHeaders.on() {
		in.merge("X-Forwarded-For", v.client.String())
		if in.has("Host") {
			in.merge("X-Forwarded-Host", in.get("Host"))
		}
		name := v.srv.name.or("")
		if name == "" {
			v.open("X-Forwarded-Server: no ServerName is set")
		}
		in.merge("X-Forwarded-Server", name)
	}
	out := table{{"Host", host}}
	for _, p := range in {
		if !gone[strings.ToLower(p.name)] {
			out.add(p.name, p.value)
		}
	}
	if n := v.in.get("Content-Length"); n != "" && n != "0" {
		if v.bodyGone {
			n = "0"
		}
		out.add("Content-Length", n)
	}
	switch {
	case v.srv.via.is("block"):
		out.unset("Via")
	case v.srv.via.is("on"), v.srv.via.is("full"):
		name := v.serverName()
		if name == v.host {
			name = v.srv.name.or("")
		}
		if v.srv.via.is("full") {
			v.open("the version in the field Via")
		}
		out.merge("Via", strings.TrimPrefix(v.proto, "HTTP/")+" "+name+v.portSuffix())
	}
	return out
}

// portSuffix is the server's port, unless it is the scheme's own.
func (v *visit) portSuffix() string {
	if p := v.serverPort(); p != 0 && p != map[bool]int{true: 443, false: 80}[v.tls] {
		return ":" + strconv.Itoa(p)
	}
	return ""
}
