package apachediff

import (
	"encoding/base64"
	"fmt"
	"net/netip"

	"github.com/why401/why401/lab/confdiff"
)

// request makes a request for a site. A login that is given with it asks for a nonce first.
func (g *gen) request(n int, to netip.AddrPort, tls bool) (confdiff.Request, *digestLogin) {
	q := confdiff.Request{To: to, TLS: tls, Proto: "HTTP/1.1", Method: "GET", From: netip.MustParseAddr("127.0.0.1")}
	if g.chance(20) {
		q.From = netip.MustParseAddr(g.pick("127.0.0.2", "127.0.0.3", "127.0.0.9"))
	}
	if g.chance(25) {
		q.Method = g.pick("POST", "HEAD", "PUT", "OPTIONS", "DELETE", "POST", "TRACE", "PATCH", "BREW")
	}
	host := fmt.Sprintf("v%d.test", n)
	switch g.IntN(12) {
	case 0:
		host = fmt.Sprintf("alias%d.test", n)
	case 1:
		host = fmt.Sprintf("x.w%d.test", n)
	case 2:
		host = fmt.Sprintf("V%d.TEST:%d", n, to.Port())
	case 3:
		host += fmt.Sprintf(":%d", to.Port())
	}
	q.Target = g.target()
	switch g.IntN(60) {
	case 0:
		host = "nobody.test"
	case 1:
		host = g.pick("a/b", "x y", "v1.test:99999", "[::1]", "", "v1.test.")
	case 2:
		q.Target = "http://" + host + q.Target
		host = g.pick(host, "other.test")
	case 3:
		q.Proto, host = "HTTP/1.0", g.pick(host, "-")
	}
	if host != "-" {
		q.Fields = append(q.Fields, [2]string{"Host", host})
	}
	if g.chance(8) {
		return q, g.digestLogin()
	}
	if a := g.credentials(); a != "" {
		q.Fields = append(q.Fields, [2]string{"Authorization", a})
	}
	for _, f := range []struct {
		percent int
		name    string
		values  []string
	}{
		{35, "X-Tok", []string{"one", "two", "three one"}}, {15, "X-Num", []string{"3", "7", "12"}}, {15, "Cookie", []string{"a=b", "c=d; a=b"}},
		{25, "User-Agent", []string{"curl/8.0", "Mozilla/5.0"}}, {12, "X-Forwarded-For", []string{"10.0.0.1"}}, {10, "X_Under", []string{"score"}},
		{10, "X-Forwarded-Proto", []string{"https"}}, {8, "Connection", []string{"X-Tok", "close"}}, {16, "Accept", []string{"text/html", "text/*;q=0.5, text/plain", "text/html;q=0, */*", "application/x-httpd-cgi;q=0.9", "image/png", "*/*;q=.8,text/html;q=0.8"}},
		{20, "Accept-Language", []string{"de", "en-US, de;q=0.5", "en", "fr, *;q=0.1", "it", "DE-at,en;q=0.7"}}, {8, "Accept-Encoding", []string{"gzip", "identity;q=0, *", "x-gzip;q=0.3"}}, {8, "X-Who", []string{"alice", "bob alice"}},
	} {
		if g.chance(f.percent) {
			q.Fields = append(q.Fields, [2]string{f.name, g.pick(f.values...)})
		}
	}
	if g.chance(5) {
		q.Fields = append(q.Fields, [2]string{"X-Tok", "again"})
	}
	if q.Method == "POST" || q.Method == "PUT" {
		q.Body = "abc"
		q.Fields = append(q.Fields, [2]string{"Content-Length", "3"}, [2]string{"Content-Type", "text/plain"})
	}
	return q, nil
}

func (g *gen) target() string {
	t := g.pick("/", "/a.html", "/b.txt", "/env.cgi", "/app.php", "/index.php", "/sub", "/sub/", "/sub/b.txt", "/sub/env.cgi", "/sub/deep/", "/sub/deep/c.html", "/priv/",
		"/priv/x.html", "/priv/env.cgi", "/priv/app.php", "/empty/", "/empty", "/empty/other.txt", "/nowhere", "/sub/nowhere.html", "/up", "/up/", "/up/in/x.html", "/up/no/x",
		"/fc/a.php", "/m/x", "/m", "/al/b.txt", "/al", "/cgi/env.cgi", "/old", "/old/x.html", "/env.cgi/more/info", "/a.html/more", "/app.php/info", "/index.html", "/priv",
		"/x.html", "/env", "/sub/deep/index.cgi", "/cgi/env", "/al/env.cgi", "/err/401.html",
		"/shared/b.txt", "/moved", "/main/x", "/redirected", "/shared/env.cgi",
		"/bal/x", "/m/x.html", "/pages/A.HTML", "/A.HTML", "/xxxx", "/sub/deep/C.HTML",
		"/doc", "/doc", "/doc", "/doc/more", "/doc.html", "/doc.en", "/priv/x", "/priv/x", "/a", "/sub/index", "/index", "/app", "/empty/other", "/al/b")
	switch g.IntN(16) {
	case 0:
		t = g.pick("/sub/../a.html", "//a.html", "/./sub//b.txt", "/%61.html", "/sub/%2e%2e/priv/x.html", "/a%2Fb", "/%zz", "/../a.html", "/sub/.", "/up/a%20b", "/priv//x.html", "/sub/b%2etxt", "/up/%41%c3%a9", "/a.html%00", "/nowhere/a b"[:8], "/up//x", "/sub/deep/..")
	}
	if g.chance(25) {
		t += "?" + g.pick("x=1", "x=a&y=2", "q=%20z", "", "a=b/c?d")
	}
	return t
}

func basic(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }

func (g *gen) credentials() string {
	switch g.IntN(20) {
	case 0, 1, 2, 3, 4, 5:
		return basic("alice:wonderland")
	case 6, 7:
		return basic("bob:builder")
	case 8:
		return basic("alice:wrong")
	case 9:
		return basic("nobody:wonderland")
	case 10:
		return g.pick("Bearer abc.def", "basic "+basic("alice:wonderland")[6:], "Basic", "Basic !!!", "Basic  "+basic("alice:wonderland")[6:], basic("alice"), basic("guest:a@b.c"), basic("guest:"), basic("crypt:secret"), basic("plain:plain"), basic(":x"), basic("alice:wonderland")+"=")
	case 11:
		return basic("guest:me@here.test")
	}
	return ""
}
