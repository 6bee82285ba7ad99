package varnish_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/varnish"
	"github.com/why401/why401/lab/differ"
	"github.com/why401/why401/lab/real"
)

// lines are what a generated sub has some of, in any order.
var lines = []string{
	`if (req.http.Authorization != "Basic YWxpY2U6ZmFrZS13b3JkLTE=") { return (synth(401, "Who")); }`,
	`if (req.url ~ "^/private" && !req.http.Authorization) { return (synth(401)); }`,
	`if (client.ip !~ near) { return (synth(403, "Far")); }`,
	`if (client.ip ~ far || req.http.User-Agent ~ "(?i)bot") { return (synth(403)); }`,
	`if (req.method == "PUT") { return (synth(405)); }`,
	`if (req.method != "GET" && req.method != "HEAD") { return (pass); } else { set req.http.X-Read = "yes"; }`,
	`if (req.url == "/old") { return (synth(301, "Moved")); } elsif (req.url ~ "\?key=") { set req.http.X-Keyed = "1"; } else { unset req.http.X-Key; }`,
	`unset req.http.Authorization;`,
	`unset req.http.Cookie;`,
	`if (req.url ~ "^/private") { unset req.http.Authorization; }`,
	`set req.http.Authorization = "Bearer " + "fixed-token";`,
	`set req.http.Host = "back.test";`,
	`set req.http.X-Forwarded-Proto = "https";`,
	`set req.http.X-All = req.method + " " + req.http.Host + req.url;`,
	`set req.url = regsub(req.url, "^/private", "/inner");`,
	`set req.url = regsuball(req.url, "(x|y)/", "\1\1/");`,
	`set req.http.X-Low = std.tolower(req.http.X-Key);`,
	`return (pass);`,
	`return (hash);`,
	`call shared;`,
	`if (req.http.X-Key == "one" || (req.http.X-Key && req.url !~ "^/x")) { return (pass); }`,
	`# nothing; /* here */`,
	`/* unset req.http.Authorization; */`,
	`if (req.http.host ~ {"^s[0-9]+\."}) { set req.http.X-Host = req.http.Host; }`,
	`std.log("seen " + req.url);`,
}

var asks = []differ.Ask{
	{Path: "/"},
	{Path: "/private/x", Fields: []string{differ.Login("YWxpY2U6ZmFrZS13b3JkLTE=")}},
	{Path: "/private/y", Fields: []string{differ.Login("YWxpY2U6d3Jvbmc="), "X-Key: one"}},
	{Path: "/old"},
	{Path: "/x/y/z?key=1", Fields: []string{"Cookie: a=b", "X-Key: Two", "X-Forwarded-Proto: http"}},
	{Path: "/x/y", Method: "PUT", Fields: []string{"Content-Length: 0", "Authorization: Bearer abcd"}},
	{Path: "/x", Method: "OPTIONS", Fields: []string{"User-Agent: a Bot", "X-Forwarded-For: 192.0.2.1"}},
	{Path: "/private/h", Method: "HEAD", Fields: []string{"X-Key: one"}},
}

// TestAgainstVarnish: what the tracer says is what Varnish does.
func TestAgainstVarnish(t *testing.T) {
	w := real.NewWorld(t)
	w.Go("app", differ.Echo())
	rnd := rand.New(rand.NewPCG(8, 2026))
	const sites = 80
	var b, dispatch strings.Builder
	b.WriteString(`vcl 4.1;
import std;
backend other { .host = "127.0.0.1"; .port = "9"; }
backend default { .host = "127.0.0.1"; .port = "@port:app@"; }
acl near { "127.0.0.0"/8; }
acl far { "10.0.0.0"/8; "127.0.0.0"/8; ! "127.0.0.1"; }
sub shared { set req.http.X-Shared = "yes"; if (req.url ~ "^/private/y") { return (synth(418)); } }
`)
	subs := make([]string, sites)
	for i := range sites {
		for range 1 + rnd.IntN(5) {
			subs[i] += "\t" + lines[rnd.IntN(len(lines))] + "\n"
		}
		fmt.Fprintf(&b, "sub s%d {\n%s}\n", i, subs[i])
		fmt.Fprintf(&dispatch, "\tif (req.http.host == \"s%d.test\") { call s%d; }\n", i, i)
	}
	fmt.Fprintf(&b, `sub vcl_recv {
	if (req.url == "/other") { set req.backend_hint = other; } else { set req.backend_hint = default; }
%s}
sub vcl_synth {
	if (resp.status == 401) { set resp.http.WWW-Authenticate = {"Basic realm="Orders""}; }
	if (resp.status == 301) { set resp.http.Location = "https://login.test" + req.url; set resp.status = 302; return (deliver); }
}
sub vcl_backend_fetch { if (bereq.url ~ "^/x/") { unset bereq.http.X-Key; set bereq.http.X-Back = "1"; } }
`, dispatch.String())
	s := w.Varnish("front", b.String())
	c, err := varnish.Read(conf.Disk(), s.Conf)
	if err != nil || len(c.Unread) > 0 {
		t.Fatal(err, c.Unread)
	}
	port := w.Port("front")
	tally := &differ.Tally{TB: t, Ignore: []string{"via", "x-varnish"}}
	for i := range sites {
		for j, a := range asks {
			a.Host = fmt.Sprintf("s%d.test", i)
			if i%2 == 0 && j == 4 {
				a.Host = strings.ToUpper(a.Host)
			}
			tally.Ask(c, port, a, func() string { return fmt.Sprintf("site %d\n%s", i, subs[i]) })
		}
	}
	tally.Done()
}
