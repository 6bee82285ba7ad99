package nginxdiff

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"

	"github.com/why401/why401/lab/confdiff"
)

// request makes a request to the servers of g.
func (g *gen) request() confdiff.Request {
	at := "plain"
	if len(g.at) > 0 && g.chance(30) {
		at = g.at[g.IntN(len(g.at))]
	}
	q := confdiff.Request{
		From: netip.MustParseAddr(fmt.Sprintf("127.0.0.%d", 1+g.IntN(6))), To: netip.AddrPortFrom(netip.MustParseAddr(g.address), uint16(g.ports[at])),
		TLS:    at == "tls" && g.chance(70),
		Method: pick(g, "GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "FOO", "get", "TRACE"),
		Proto:  pick(g, "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"),
		Target: g.target(),
	}
	field := func(name, value string) { q.Fields = append(q.Fields, [2]string{name, value}) }
	if q.Proto == "HTTP/1.1" && !g.chance(2) || g.chance(50) {
		field("Host", g.host())
	}
	if g.chance(1) {
		field("Host", "again.test")
	}
	if g.chance(50) {
		field(pick(g, "Authorization", "Authorization", "Authorization", "authorization"), g.credentials())
		if g.chance(2) {
			field("Authorization", "Bearer x")
		}
	}
	for _, f := range [][3]string{
		{"30", "X-Foo", pick(g, "yes", "", "ab", "off", "/a/b", "127.0.0.9")}, {"15", "X_Foo", pick(g, "under", "yes")}, {"10", "X.Foo", "dot"}, {"4", "X-", "dash"},
		{"15", "Cookie", pick(g, "c=1", "a=b; c=2", "C=3; c=4", "c; c=5", "cc=1; c=6;", "d=1, c=7")}, {"5", "Cookie", "c=9"},
		{"15", "X-Forwarded-For", pick(g, "10.1.2.3", "10.1.2.3, 127.0.0.3", "127.0.0.5", "nonsense", "10.0.0.1,127.0.0.1, ", "[::1]:80", "")}, {"4", "X-Forwarded-For", "127.0.0.1"},
		{"10", "X-Real-IP", pick(g, "10.9.9.9", "127.0.0.2", "x")}, {"12", "Connection", pick(g, "close", "keep-alive", "upgrade", "x-foo")},
		{"5", "Upgrade", "websocket"}, {"5", "TE", "trailers"}, {"4", "Expect", "nothing"}, {"10", "Accept", "*/*"}, {"5", "User-Agent", "diff"}, {"4", "Keep-Alive", "x"},
		{"1", "Bad Name", "x"}, {"3", "Via", "1.1 p"}, {"5", "X-Forwarded-Proto", "https"}, {"20", "Referer", pick(g, "http://r.test/", "http://www.good.test/in/x", "https://GOOD.test:8/", "http://one.test", "about:blank", "http://a", "http://mail.x/y", "", "https://sub.dot.test/good")}, {"3", "api_key", "k"}, {"2", "X-Foo", "second"},
		{"2", "If-None-Match", `"x"`}, {"2", "Range", "bytes=0-1"},
	} {
		var n int
		fmt.Sscan(f[0], &n)
		if f[1] == "Range" || f[1] == "If-None-Match" {
			continue // a file's answer would depend on its time and size
		}
		if g.chance(n) {
			field(f[1], f[2])
		}
	}
	if q.Method == "POST" || q.Method == "PUT" || g.chance(2) {
		body := pick(g, "", "x", "hello", strings.Repeat("y", 2000))
		if g.chance(15) && q.Proto == "HTTP/1.1" && body != "" {
			field("Transfer-Encoding", "chunked")
			q.Body = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
		} else {
			field("Content-Length", fmt.Sprint(len(body)))
			q.Body = body
		}
		if g.chance(30) {
			field("Content-Type", "text/plain")
		}
	}
	g.Shuffle(len(q.Fields), func(i, j int) { q.Fields[i], q.Fields[j] = q.Fields[j], q.Fields[i] })
	return q
}

func (g *gen) host() string {
	if g.chance(4) {
		return pick(g, "", "a/b", "a..b", "x y", ":80", "[::1]", ".", "h.")
	}
	if len(g.names) == 0 || g.chance(20) {
		return pick(g, "other.test", "ONE.test", "127.0.0.1", "www.two.test", "UP7.x", "up7.x", "dot.test", "deep.sub.wild.test", "wild.test", "mail.x.y", "abc.re.test", "one.test.")
	}
	h := g.names[g.IntN(len(g.names))]
	if strings.HasPrefix(h, "~") || h == "" {
		h = "abc.re.test"
	}
	switch g.IntN(8) {
	case 0:
		h = strings.ToUpper(h)
	case 1:
		h += ":8080"
	case 2:
		h += "."
	}
	return h
}

func (g *gen) credentials() string {
	basic := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return pick(g, "Basic "+basic("alice:wonder"), "Basic "+basic("alice:wonder"), "Basic "+basic("alice:wonder"), "basic "+basic("bob:builder"), "Basic "+basic("alice:wrong"),
		"Basic "+basic("nobody:x"), "Basic  "+basic("carol:plain"), "Basic "+basic("dave:sha512"), "Basic", "Basic ", "Basic !!!", "Basic "+basic("nocolon"), "Basic "+basic(":nouser"),
		"Bearer abc.def", "BASIC "+basic("alice:"), "Basic "+strings.TrimRight(basic("alice:wonder"), "="), "Basic "+basic("eve:salted"), "Basic "+basic("frank:crlf"),
		"Basic "+basic("alice:won\x00der"), "Basic "+basic("twice:second"), "Basic "+basic("twice:first"), "Basic "+basic("plaintext:plaintext"), "Basic "+basic(" space:x"))
}

func (g *gen) target() string {
	p := g.path()
	if len(g.paths) > 0 && g.chance(70) {
		p = g.paths[g.IntN(len(g.paths))]
		switch g.IntN(6) {
		case 0:
			p += g.segment()
		case 1:
			p = strings.TrimSuffix(p, "/") + "/" + g.segment()
		case 2:
			p = strings.TrimSuffix(p, "/")
		case 3:
			p = strings.TrimSuffix(p, "/") + g.path()
		}
		if p == "" {
			p = "/"
		}
	}
	if g.chance(25) {
		i := g.IntN(len(p)) + 1
		p = p[:i] + pick(g, "/", "//", "/./", "/../", "%2F", "%2e%2e/", "%41", "%20", "+", "%3F", "%23", "%25", "%7f", "%01", "..", ".", "%2", "%zz", "%00", "%c3%a9", "\xc3\xa9", ";", "&", `"`, "%22",
			"<", "%2B", "%0", "/%2e/", "~", "'", ":", "@", "/..", "/.", "\x7f", "%5c", "|", "^", "{", "/b/../") + p[i:]
	}
	if g.chance(30) {
		p += pick(g, "?q=1", "?", "?q=/a&x=y", "?a=b&Q=yes", "?q", "?q=%2F%20", "?xq=1&q=2", "?q=a?b", "?q=x#frag", "#frag", "?q=&q=3")
	}
	if g.chance(3) {
		return pick(g, "http://one.test", "http://ONE.test:80", "https://two.test", "http://one.test?x=1", "http://[::1]", "*", "http:/x", "foo", "http://a_b/") + pick(g, "", p)
	}
	return p
}
