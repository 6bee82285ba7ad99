package cookie

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

var now = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

func TestStores(t *testing.T) {
	for _, c := range []struct {
		url, field string
		want       Reason
	}{
		{"https://app.example.com/", "a=b", OK},
		{"https://app.example.com/", "a=b; Domain=example.com", OK},
		{"https://app.example.com/", "a=b; Domain=.example.com", OK},
		{"https://app.example.com/", "a=b; Domain=APP.example.com", OK},
		{"https://app.example.com/", "a=b; Domain=", OK},
		{"https://app.example.com/", "a=b; Domain=api.example.com", DomainMismatch},
		{"https://example.com/", "a=b; Domain=www.example.com", DomainMismatch},
		{"https://notexample.com/", "a=b; Domain=example.com", DomainMismatch},
		{"https://app.example.com/", "a=b; Domain=com", PublicSuffix},
		{"https://shop.co.uk/", "a=b; Domain=co.uk", PublicSuffix},
		{"https://me.github.io/", "a=b; Domain=github.io", PublicSuffix},
		{"https://github.io/", "a=b; Domain=github.io", OK},
		{"https://app.example.com/", "a=b; Domain=app.example.com:8443", PortInDomain},
		{"http://localhost:3000/", "a=b; Domain=localhost:3000", PortInDomain},
		{"http://localhost:3000/", "a=b; Domain=localhost", OK},
		{"http://app.localhost/", "a=b; Domain=localhost", LocalhostDomain},
		{"http://app.local/", "a=b; Domain=local", PublicSuffix},
		{"https://app.example.com/", "a=b; Domain=https://app.example.com", SchemeInDomain},
		{"http://192.168.1.5/", "a=b; Domain=192.168.1.5", OK},
		{"http://192.168.1.5/", "a=b; Domain=168.1.5", DomainIsIP},
		{"http://app.example.com/", "a=b; Secure", SecureOverHTTP},
		{"http://localhost/", "a=b; Secure", OK},
		{"http://127.0.0.1:8080/", "a=b; Secure", OK},
		{"https://app.example.com/", "a=b; SameSite=None", NoneWithoutSec},
		{"https://app.example.com/", "a=b; SameSite=None; Secure", OK},
		{"https://app.example.com/", "a=b; Partitioned", PartitionedInsec},
		{"https://app.example.com/", "__Secure-a=b", SecurePrefix},
		{"https://app.example.com/", "__Secure-a=b; Secure", OK},
		{"https://app.example.com/", "__Host-a=b; Secure", HostPrefix},
		{"https://app.example.com/", "__Host-a=b; Secure; Path=/; Domain=app.example.com", HostPrefix},
		{"https://app.example.com/", "__host-a=b; Path=/", HostPrefix},
		{"https://app.example.com/", "__Host-a=b; Secure; Path=/", OK},
		{"https://app.example.com/", "=__Host-a", HostPrefix},
		{"https://app.example.com/", "__Http-a=b; Secure", HTTPPrefix},
		{"https://app.example.com/", "a=" + strings.Repeat("x", 4095), OK},
		{"https://app.example.com/", "a=" + strings.Repeat("x", 4096), TooLarge},
		{"https://app.example.com/", "a=b; Max-Age=0", Expired},
		{"https://app.example.com/", "a=b; Max-Age=-1", Expired},
		{"https://app.example.com/", "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Expired},
		{"https://app.example.com/", "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", OK},
		{"https://app.example.com/", "a=b; Expires=tomorrow", OK},
		{"https://app.example.com/", "a=b\x00c", ControlCharacter},
		{"https://app.example.com/", "=", Nameless},
	} {
		got := Parse(secret.New(c.field)).Stores(mustURL(t, c.url), Context{Now: now})
		if got != c.want {
			t.Errorf("%s from %s: %q, want %q", c.field[:min(len(c.field), 60)], c.url, got, c.want)
		}
	}
	page := mustURL(t, "https://other.example.org/")
	c := Parse(secret.New("a=b; SameSite=Lax; Secure"))
	if r := c.Stores(mustURL(t, "https://app.example.com/"), Context{Now: now, Page: &page}); r != CrossSiteSet {
		t.Errorf("set by a cross-site fetch: %q", r)
	}
	if r := c.Stores(mustURL(t, "https://app.example.com/"), Context{Now: now, Page: &page, TopLevel: true}); r != OK {
		t.Errorf("set by a cross-site link: %q", r)
	}
}

func TestSends(t *testing.T) {
	other, same, sub := "https://evil.test/", "https://app.example.com/x", "https://www.example.com/"
	for _, c := range []struct {
		set, field, url, page string
		top                   bool
		method                string
		want                  Reason
	}{
		{"https://app.example.com/a/login", "s=1", "https://app.example.com/a/x", "", false, "", OK},
		{"https://app.example.com/a/login", "s=1", "https://app.example.com/api", "", false, "", PathMismatch},
		{"https://app.example.com/a/login", "s=1; Path=/", "https://app.example.com/api", "", false, "", OK},
		{"https://app.example.com/", "s=1; Path=/auth", "https://app.example.com/authors", "", false, "", PathMismatch},
		{"https://app.example.com/", "s=1; Path=/auth", "https://app.example.com/auth/x", "", false, "", OK},
		{"https://app.example.com/", "s=1; Path=/auth/", "https://app.example.com/auth", "", false, "", PathMismatch},
		{"https://app.example.com/", "s=1", "https://api.example.com/", "", false, "", HostOnly},
		{"https://app.example.com/", "s=1; Domain=example.com", "https://api.example.com/", "", false, "", OK},
		{"https://app.example.com/", "s=1; Domain=app.example.com", "https://api.example.com/", "", false, "", OtherDomain},
		{"https://app.example.com/", "s=1; Secure", "http://app.example.com/", "", false, "", NeedsHTTPS},
		{"http://localhost:3000/", "s=1", "http://localhost:8080/", "", false, "", OK},
		{"http://localhost:3000/", "s=1", "http://127.0.0.1:3000/", "", false, "", HostOnly},
		{"https://app.example.com/", "s=1; SameSite=Strict", "https://app.example.com/", other, true, "GET", StrictSite},
		{"https://app.example.com/", "s=1; SameSite=Lax", "https://app.example.com/", other, true, "GET", OK},
		{"https://app.example.com/", "s=1; SameSite=Lax", "https://app.example.com/", other, true, "POST", LaxSite},
		{"https://app.example.com/", "s=1; SameSite=Lax", "https://app.example.com/", other, false, "GET", LaxSite},
		{"https://app.example.com/", "s=1", "https://app.example.com/", other, false, "GET", DefaultLax},
		{"https://app.example.com/", "s=1; SameSite=None; Secure", "https://app.example.com/", other, false, "POST", OK},
		{"https://app.example.com/", "s=1; SameSite=Strict", "https://app.example.com/", same, false, "POST", OK},
		{"https://app.example.com/", "s=1; SameSite=Strict", "https://app.example.com/", sub, false, "POST", OK},
		{"https://app.example.com/", "s=1; SameSite=Strict", "https://app.example.com/", "http://www.example.com/", false, "GET", StrictSite},
		{"https://a.github.io/", "s=1; SameSite=Lax", "https://a.github.io/", "https://b.github.io/", false, "GET", LaxSite},
	} {
		ctx := Context{Now: now, TopLevel: c.top, Method: c.method}
		if c.page != "" {
			p := mustURL(t, c.page)
			ctx.Page = &p
		}
		stored, sent := Parse(secret.New(c.field)).Verdict(mustURL(t, c.set), mustURL(t, c.url), ctx)
		if stored != OK || sent != c.want {
			t.Errorf("%s set by %s, to %s from %q: stored %q, sent %q, want %q", c.field, c.set, c.url, c.page, stored, sent, c.want)
		}
	}
	stored, sent := Parse(secret.New("s=1; Secure")).Verdict(mustURL(t, "http://h.example/"), mustURL(t, "http://h.example/"), Context{Now: now})
	if stored != SecureOverHTTP || sent != SecureOverHTTP {
		t.Errorf("%q %q", stored, sent)
	}
}

func TestNameless(t *testing.T) {
	for _, f := range []string{"foo", "=foo", "foo; Path=/"} {
		c := Parse(secret.New(f))
		if c.Name != "" || !c.Value.Is("foo") || c.Stores(mustURL(t, "http://h.example/"), Context{Now: now}) != OK {
			t.Errorf("%q: %+v", f, c)
		}
	}
}

func TestParse(t *testing.T) {
	c := Parse(secret.New(`sid=abcdefgh; path=/a ; DOMAIN=.Example.COM;secure; HttpOnly; samesite=strict; Partitioned; Priority=High; max-age=99999999999; Expires=nope`))
	if c.Name != "sid" || !c.Value.Is("abcdefgh") || !c.Value.Closed() || c.Size != 11 || c.Path != "/a" || c.Domain != "example.com" ||
		c.DomainAsSet != ".Example.COM" || !c.Secure || !c.HTTPOnly || c.SameSite != Strict || !c.Partitioned || c.Unknown[0] != "Priority" ||
		*c.MaxAge != 400*24*3600 || !c.BadExpires || c.Session() {
		t.Errorf("%+v", c)
	}
	if s := fmt.Sprintf("%+v", c); strings.Contains(s, "abcdefgh") {
		t.Error("the value is shown")
	}
	if c := Parse(secret.New("a=b; Path=relative; SameSite=Bogus; Max-Age=2.5")); c.Path != "" || !c.HasPath || c.SameSite != Default || c.SameSiteRaw != "Bogus" || c.MaxAge != nil {
		t.Errorf("%+v", c)
	}
	ps := ParseCookie(secret.New(" a=b; c ; d=e=f;;\tg="))
	var s []string
	for _, p := range ps {
		s = append(s, p.Name+":"+p.Value.Reveal())
	}
	if got := strings.Join(s, " "); got != "a:b :c d:e=f g:" {
		t.Errorf("%q", got)
	}
}

func TestSameSiteURLs(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://a.example.com/", "https://b.example.com:8443/", true}, {"https://a.co.uk/", "https://b.co.uk/", false},
		{"http://localhost:1/", "http://localhost:2/", true}, {"http://127.0.0.1/", "http://127.0.0.2/", false}, {"http://intranet/", "http://other/", false},
	} {
		if SameSiteURLs(mustURL(t, c.a), mustURL(t, c.b)) != c.want {
			t.Errorf("%s and %s", c.a, c.b)
		}
	}
}

func FuzzSet(f *testing.F) {
	f.Add("a=b; Domain=example.com; Path=/; Max-Age=5", "https://example.com/x")
	f.Add("=;;;Expires=Thu, 32 Foo 99999 99:99:99", "http://[::1]:8/")
	f.Fuzz(func(t *testing.T, field, url string) {
		u, err := exchange.ParseURL(url)
		if err != nil {
			return
		}
		c := Parse(secret.New(field))
		if c.Value.Len() > 0 && !c.Value.Closed() {
			t.Fatal("the value is open")
		}
		c.Verdict(u, u, Context{Now: now})
		ParseCookie(secret.New(field))
	})
}
