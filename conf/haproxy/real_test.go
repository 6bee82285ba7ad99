package haproxy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/haproxy"
	"github.com/why401/why401/lab/differ"
	"github.com/why401/why401/lab/real"
)

// rules are lines of a frontend; a configuration has some of them, in any order.
var rules = []string{
	"http-request auth realm Orders unless { http_auth(staff) }",
	"http-request auth unless { http_auth(staff) } || is_open",
	"http-request auth realm Admins if is_admin !{ http_auth_group(staff) admins }",
	"http-request auth realm Other unless { http_auth(nobody) }",
	"http-request deny unless { src 127.0.0.0/8 }",
	"http-request deny deny_status 401 if { src 10.0.0.0/8 192.168.0.0/16 }",
	"http-request deny status 405 unless METH_GET or METH_OPTIONS",
	"http-request deny if is_admin !is_open",
	"http-request deny deny_status 429 if { req.hdr(X-Key) -m found }",
	"http-request deny unless { req.hdr(Authorization) -m beg \"Basic \" } is_admin",
	"http-request deny if { path_reg ^/(x|y)/[0-9]+$ }",
	"http-request deny if { hdr_cnt(X-Key) gt 1 }",
	"http-request deny if { hdr(X-List) -i two }",
	"http-request deny if { path -i -m end .PHP }",
	"http-request deny if { urlp(key) secret-key }",
	"http-request deny if { req.cook(session) -m str abc }",
	"http-request deny if { path_dir admin } { path_sub secret }",
	"http-request deny if { hdr_dom(host) -i shop.test }",
	"http-request allow if is_open",
	"http-request allow if METH_OPTIONS",
	"http-request set-header X-Forwarded-Proto https",
	"http-request set-header X-Forwarded-Proto http if !{ ssl_fc }",
	"http-request set-header Host internal.test",
	"http-request set-header X-Client %[src]",
	"http-request set-header X-Old \"%[req.hdr(Host)] and %[path]\"",
	"http-request add-header X-Key \"added value\" if is_admin",
	"http-request set-header Authorization \"Bearer fixed-token\" if { http_auth(staff) }",
	"http-request del-header Authorization",
	"http-request del-header Authorization if is_open",
	"http-request del-header X-Key",
	"http-request set-path /front%[path] if is_admin",
	"http-request replace-path ^/x/(.*) /y/\\1",
	"http-request redirect scheme https if is_admin { method PUT }",
	"http-request redirect location https://login.test/ code 303 if { path /old }",
	"http-request redirect prefix http://new.test if { path_beg /moved/ }",
	"http-request return status 200 content-type text/plain string ok if { path /health }",
	"http-request return status 401 if { path /nothing }",
	"redirect location /elsewhere code 301 if { path /legacy }",
	"option forwardfor",
	"option forwardfor except 127.0.0.1",
	"option forwardfor header X-Real if-none",
	"use_backend @other@ if is_admin",
	"use_backend @other@ if { hdr(host) -i shop.test }",
	"use_backend @other@ unless { path_beg /x/ }",
	"monitor-uri /alive",
}

var backendRules = []string{
	"http-request auth realm Back unless { http_auth(staff) }",
	"http-request del-header Authorization",
	"http-request set-header Host back.test",
	"http-request deny if { path_beg /x/ }",
	"option forwardfor",
	"http-request set-header X-Back \"$HOME is 'quoted' # not a comment\"",
}

var asks = []differ.Ask{
	{Path: "/"},
	{Path: "/admin/x", Fields: []string{differ.Login("YWxpY2U6ZmFrZS13b3JkLTE=")}}, // alice:fake-word-1
	{Path: "/admin/x", Fields: []string{differ.Login("Ym9iOmZha2Utd29yZC0y")}},     // bob:fake-word-2
	{Path: "/x/12", Fields: []string{differ.Login("YWxpY2U6d3Jvbmc=")}},            // alice:wrong
	{Path: "/open/y", Fields: []string{differ.Login("Y2Fyb2w6ZmFrZS13b3JkLTM=")}},  // carol:fake-word-3, whose password is no hash
	{Path: "/x/y", Fields: []string{"Authorization: Bearer abc"}},
	{Path: "/x/y", Fields: []string{differ.Login("YWxpY2U6ZmFrZS13b3JkLTE")}}, // padding missing
	{Path: "/health"}, {Path: "/old"}, {Path: "/moved/a?b=c"}, {Path: "/legacy"}, {Path: "/nothing"}, {Path: "/alive"},
	{Path: "/a/index.php?key=secret-key", Host: "www.shop.test"},
	{Path: "/x/admin/secret", Method: "PUT", Fields: []string{"X-Key: one", "X-Key: two"}, Host: "shop.test"},
	{Path: "/open/", Method: "OPTIONS", Fields: []string{"X-List: one, Two"}},
	{Path: "/admin/", Fields: []string{"Cookie: a=b; session=abc", "X-Real: 192.0.2.1", "X-Forwarded-Proto: https"}, Method: "PUT"},
}

// TestAgainstHAProxy: what the tracer says is what HAProxy does.
func TestAgainstHAProxy(t *testing.T) {
	w := real.NewWorld(t)
	w.Go("app", differ.Echo())
	const sites = 90
	rnd := rand.New(rand.NewPCG(4, 2026))
	var b strings.Builder
	b.WriteString("userlist staff\n\tgroup admins users alice\n\tuser alice password $5$fakesalt$N8y678TUbmylkA2HN1KOLqpZ7fJikPCcyqlG5z5Xn7.\n" +
		"\tuser bob insecure-password fake-word-2\n\tuser carol password fake-word-3\nuserlist nobody\n")
	for i := range sites {
		port := "@front-" + fmt.Sprint(i) + "@"
		if i == 0 {
			port = "@front@"
		}
		fmt.Fprintf(&b, "frontend f%d from plain\n\tbind %s\n\tacl is_admin path_beg /admin/\n\tacl is_open path_beg /open/ # public\n\tacl is_open path /favicon.ico\n", i, port)
		for range 1 + rnd.IntN(5) {
			fmt.Fprintf(&b, "\t%s\n", strings.ReplaceAll(rules[rnd.IntN(len(rules))], "@other@", fmt.Sprintf("b%d", i)))
		}
		b.WriteString("\tdefault_backend app\n")
		fmt.Fprintf(&b, "backend b%d from plain\n", i)
		for range rnd.IntN(3) {
			fmt.Fprintf(&b, "\t%s\n", backendRules[rnd.IntN(len(backendRules))])
		}
		b.WriteString("\tserver s @app@\n")
	}
	b.WriteString("backend app from plain\n\tserver s @app@\n")
	text := b.String()
	s := w.HAProxy("front", text)
	c, err := haproxy.Read(conf.Disk(), strings.TrimSuffix(s.Conf, "site.cfg")+"main.cfg", s.Conf)
	if err != nil || len(c.Unread) > 0 {
		t.Fatal(err, c.Unread)
	}
	tally := &differ.Tally{TB: t}
	for i := range sites {
		name := fmt.Sprintf("front-%d", i)
		if i == 0 {
			name = "front"
		}
		port := w.Port(name)
		for _, a := range asks {
			tally.Ask(c, port, a, func() string {
				_, section, _ := strings.Cut(text, fmt.Sprintf("frontend f%d ", i))
				section, _, _ = strings.Cut(section, "frontend f")
				return fmt.Sprintf("site %d\n%s", i, section)
			})
		}
	}
	tally.Done()
}
