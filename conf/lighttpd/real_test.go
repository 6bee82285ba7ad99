package lighttpd_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/lighttpd"
	"github.com/why401/why401/lab/differ"
	"github.com/why401/why401/lab/real"
)

// settings are what a generated host has some of, in any order.
var settings = []string{
	`auth.require = ("/private/" => ("method" => "basic", "realm" => "Orders", "require" => "valid-user"))`,
	`auth.require = ("" => ("method" => "basic", "realm" => "All", "require" => "user=alice|user=dave"))`,
	`auth.require = ("/private/open" => ("method" => "basic", "realm" => "Bob's", "require" => "user=bob"), "/private" => ("method" => "basic", "realm" => "Orders", "require" => "valid-user"))`,
	`auth.require = ("/private" => ("method" => "basic", "realm" => "First", "require" => "user=bob"), "/private/open" => ("method" => "basic", "realm" => "Second", "require" => "valid-user"))`,
	`$HTTP["url"] =~ "^/open/" { auth.require = () }`,
	`$HTTP["url"] =~ "^/private/open" { auth.require = () }`,
	`$HTTP["url"] == "/private/x" { auth.require = ("/private/x" => ("method" => "basic", "realm" => "Exact", "require" => "valid-user")) }`,
	`$HTTP["request-method"] == "OPTIONS" { auth.require = () }`,
	`$HTTP["request-method"] != "GET" { auth.require = ("" => ("method" => "basic", "realm" => "Writers", "require" => "valid-user")) } else { setenv.set-request-header = ("X-Read" => "yes") }`,
	`$HTTP["remoteip"] == "127.0.0.0/8" { setenv.set-request-header = ("X-Near" => "yes") }`,
	`$HTTP["remoteip"] != "10.0.0.0/8" { url.access-deny = (".php", ".inc") }`,
	`$HTTP["remoteip"] != "127.0.0.1" { url.access-deny = ("") }`,
	`$HTTP["remoteip"] == "127.0.0.1" { $HTTP["url"] =~ "^/private/" { url.access-deny = ("") } else $HTTP["querystring"] =~ "key=" { url.access-deny = ("x") } }`,
	`$REQUEST_HEADER["X-Key"] == "one" { setenv.set-request-header = ("Authorization" => "") }`,
	`$HTTP["useragent"] =~ "bot" { url.access-deny = ("") }`,
	`setenv.set-request-header = ("Authorization" => "")`,
	`setenv.set-request-header = ("Host" => "back.test", "X-Forwarded-Proto" => "https")`,
	`setenv.add-request-header = ("X-Key" => "added")`,
	`url.redirect = ("^/old" => "/new", "^/moved/(.*)" => "http://other.test/$1")`,
	`url.redirect = ("^/old$" => "https://login.test/")
	 url.redirect-code = 302`,
	`auth.backend.htpasswd.userfile = "@dir@/other-users"`,
	`auth.backend.htpasswd.userfile = "@dir@/no-users"`,
	`url.access-deny += (".bak")`,
}

var asks = []differ.Ask{
	{Path: "/"},
	{Path: "/private/x", Fields: []string{differ.Login("YWxpY2U6ZmFrZS13b3JkLTE=")}},    // alice:fake-word-1
	{Path: "/private/open", Fields: []string{differ.Login("Ym9iOmZha2Utd29yZC0y")}},     // bob:fake-word-2
	{Path: "/private/open/a", Fields: []string{differ.Login("YWxpY2U6d3Jvbmc=")}},       // alice:wrong
	{Path: "/open/x", Fields: []string{differ.Login("ZXZlOmZha2Utd29yZC0x")}},           // eve:fake-word-1
	{Path: "/private//./x", Fields: []string{differ.Login("YWxpY2U6ZmFrZS13b3JkLTE=")}}, // cleaned before it is compared
	{Path: "/privat%65/x", Fields: []string{"Authorization: Bearer abc"}},
	{Path: "/private/x", Fields: []string{differ.Login("%%%")}},
	{Path: "/x/index.php?key=value", Fields: []string{"X-Key: one", "User-Agent: a bot"}},
	{Path: "/x.bak"}, {Path: "/old"}, {Path: "/moved/a?b=c"},
	{Path: "/open/", Method: "OPTIONS", Fields: []string{"X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.1"}},
	{Path: "/private/x", Method: "PUT", Fields: []string{"X-Key: two", "Content-Length: 0", differ.Login("YWxpY2U6ZmFrZS13b3JkLTE=")}},
}

// TestAgainstLighttpd: what the tracer says is what lighttpd does.
func TestAgainstLighttpd(t *testing.T) {
	w := real.NewWorld(t)
	w.Go("app", differ.Echo())
	w.Passwords("users", "-m", "alice", "fake-word-1", "bob", "fake-word-2")
	w.Passwords("other-users", "-s", "alice", "fake-word-1")
	rnd := rand.New(rand.NewPCG(6, 2026))
	const sites = 60
	var b strings.Builder
	b.WriteString("auth.backend = \"htpasswd\"\nauth.backend.htpasswd.userfile = \"@dir@/users\"\nurl.access-deny = (\"~\")\n")
	for i := range sites {
		fmt.Fprintf(&b, "$HTTP[\"host\"] == \"s%d.test\" {\n\tproxy.server = (\"\" => ((\"host\" => \"127.0.0.1\", \"port\" => @port:app@)))\n", i)
		seen := map[string]bool{}
		for range 1 + rnd.IntN(4) {
			s := settings[rnd.IntN(len(settings))]
			key, _, _ := strings.Cut(s, " = ")
			if strings.HasPrefix(s, "$") {
				key, _, _ = strings.Cut(s, "{")
			}
			if seen[key] {
				continue // lighttpd refuses a setting twice in one block, and equal conditions are one block
			}
			seen[key] = true
			b.WriteString("\t" + s + "\n")
		}
		b.WriteString("}\n")
	}
	text := b.String()
	s := w.Lighttpd("front", text)
	c, err := lighttpd.Read(conf.Disk(), filepath.Join(filepath.Dir(s.Conf), "lighttpd.conf"))
	if err != nil || len(c.Unread) > 0 {
		t.Fatal(err, c.Unread)
	}
	port := w.Port("front")
	tally := &differ.Tally{TB: t}
	var all []differ.Ask
	for i := range sites {
		for _, a := range asks {
			a.Host = fmt.Sprintf("s%d.test", i)
			all = append(all, a)
		}
	}
	answers, err := differ.SendAll(port, all)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sites {
		for j := range asks {
			n := i*len(asks) + j
			tally.Compare(c, port, all[n], answers[n], func() string {
				_, section, _ := strings.Cut(text, fmt.Sprintf("\"s%d.test\"", i))
				section, _, _ = strings.Cut(section, "$HTTP[\"host\"]")
				return fmt.Sprintf("site %d\n%s", i, section)
			})
		}
	}
	tally.Done()
}
