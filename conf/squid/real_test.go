package squid_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/squid"
	"github.com/why401/why401/lab/differ"
	"github.com/why401/why401/lab/real"
)

const lists = `auth_param basic program ` + real.SquidPasswords + ` @dir@/users
auth_param basic realm Office
auth_param basic children 2
acl known proxy_auth REQUIRED
acl bob proxy_auth bob
acl alice proxy_auth -i ALICE
acl near src 127.0.0.0/8
acl far src 10.0.0.0/8 192.168.0.0/255.255.0.0
acl private urlpath_regex ^/private/
acl anyurl url_regex -i /PRIVATE/
acl writes method PUT POST
acl keyed req_header X-Key one
acl bot browser -i BOT
acl here dstdomain 127.0.0.1 shop.test
acl elsewhere dstdomain .example
acl web proto HTTP
acl either any-of private keyed
`

// rules are http_access lines, of which a generated configuration has some, in any order; Squid takes the first that fits.
var rules = []string{
	"allow known", "allow bob", "allow alice private", "allow near", "allow near !private", "allow known !writes", "allow keyed", "allow here web !bot",
	"allow either", "allow far", "deny writes", "deny private !known", "deny bot", "deny far", "deny elsewhere", "deny bob", "deny keyed known",
	"deny anyurl bob", "deny !alice", "deny !near", "allow private bob", "deny private", "deny !here",
}

var passing = []string{
	"request_header_access Authorization deny private\nrequest_header_access Authorization allow all",
	"request_header_access X-Key deny all", "request_header_access Cookie deny keyed",
}

func asks(field string) []differ.Ask {
	login := func(v string) []string { return []string{field + ": Basic " + v} }
	return []differ.Ask{
		{Path: "/"},
		{Path: "/private/x", Fields: login("YWxpY2U6ZmFrZS13b3JkLTE=")},                                         // alice:fake-word-1
		{Path: "/private/x", Fields: append(login("Ym9iOmZha2Utd29yZC0y"), "Cookie: a=b", "X-Key: one")},        // bob:fake-word-2
		{Path: "/x", Fields: login("YWxpY2U6d3Jvbmc=")},                                                         // alice:wrong
		{Path: "/x", Fields: append(login("ZXZlOmZha2Utd29yZC0x"), "X-Key: two")},                               // eve
		{Path: "/private/x", Fields: []string{"X-Key: one", "User-Agent: a bot", "Authorization: Bearer abcd"}}, // no login
		{Path: "/x", Method: "PUT", Fields: append(login("Ym9iOmZha2Utd29yZC0y"), "Content-Length: 0")},
	}
}

// TestAgainstSquid: what the tracer says is what Squid does, as a forward proxy and as an accelerator.
func TestAgainstSquid(t *testing.T) {
	w := real.NewWorld(t)
	w.Go("app", differ.Echo())
	w.Passwords("users", "-m", "alice", "fake-word-1", "bob", "fake-word-2")
	rnd := rand.New(rand.NewPCG(7, 2026))
	tally := &differ.Tally{TB: t, Ignore: []string{"via", "x-forwarded-for", "cache-control", "surrogate-capability"}}
	for i := range 14 {
		name := fmt.Sprintf("front-%d", i)
		text, port := lists, name
		accel := i%2 == 1
		if accel {
			port = name + "-web"
			peer := []string{"", "login=PASSTHRU"}[rnd.IntN(2)]
			text += "http_port @" + port + "@ accel defaultsite=shop.test\ncache_peer 127.0.0.1 parent @port:app@ 0 no-query originserver " + peer + "\n"
		}
		for range 1 + rnd.IntN(4) {
			text += "http_access " + rules[rnd.IntN(len(rules))] + "\n"
		}
		if rnd.IntN(2) == 0 {
			text += passing[rnd.IntN(len(passing))] + "\n"
		}
		s := w.Squid(name, text)
		c, err := squid.Read(conf.Disk(), filepath.Join(filepath.Dir(s.Conf), "squid.conf"))
		if err != nil || len(c.Unread) > 0 {
			t.Fatal(err, c.Unread)
		}
		field := "Proxy-Authorization"
		if accel {
			field = "Authorization"
		}
		for _, a := range asks(field) {
			a.Host, a.Proxy = w.Addr("app"), !accel
			if accel {
				a.Host = "shop.test"
			}
			tally.Ask(c, w.Port(port), a, func() string { return fmt.Sprintf("site %d\n%s", i, strings.TrimPrefix(text, lists)) })
		}
		s.Stop()
	}
	tally.Done()
}
