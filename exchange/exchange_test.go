package exchange

import (
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/secret"
)

func TestParseURLKeepsItsSpelling(t *testing.T) {
	for in, want := range map[string]string{
		"http://a.test":                      "http://a.test",
		"http://a.test:80/":                  "http://a.test/",
		"HTTPS://A.Test:8443/x%2fy?page=2":   "https://a.test:8443/x%2fy?page=2",
		"http://[::1]:8080/":                 "http://[::1]:8080/",
		"http://u:p@a.test/x":                "http://a.test/x",
		"http://a.test/?":                    "http://a.test/?",
		"http://b\u00fccher.test/":           "http://xn--bcher-kva.test/",
		"http://a.test/v1/4f9d2c7a81b34e0f9": "http://a.test/v1/4f9d2c7a81b34e0f9",
	} {
		u, err := ParseURL(in)
		if err != nil || u.String() != want {
			t.Errorf("%q: %q, %v; want %q", in, u, err, want)
		}
	}
	for _, bad := range []string{"", "a.test", "ftp://a.test/", "http://", "http://a.test:99999999/", "http://a b/", "http://a.test/x y", "http://[::1/"} {
		if _, err := ParseURL(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestAURLShowsNoSecrets(t *testing.T) {
	u, err := ParseURL("http://user:hunter2@a.test/v1/4f9d2c7a81b34e0f9d2c7a81b34e0f11/x?access_token=abc123def456&page=2#frag")
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"hunter2", "abc123def456", "4f9d2c7a81b34e0f9d2c", "frag"} {
		if strings.Contains(u.String(), hidden) {
			t.Errorf("%s is shown in %s", hidden, u)
		}
	}
	if got := u.Target().Reveal(); got != "/v1/4f9d2c7a81b34e0f9d2c7a81b34e0f11/x?access_token=abc123def456&page=2" {
		t.Errorf("target %q", got)
	}
}

func TestResolve(t *testing.T) {
	base, _ := ParseURL("http://a.test/b/c/d?q=1")
	for ref, want := range map[string]string{
		"x": "http://a.test/b/c/x", "/x": "http://a.test/x", "//o.test/y": "http://o.test/y", "?z=2": "http://a.test/b/c/d?z=2",
		"../x": "http://a.test/b/x", "./": "http://a.test/b/c/", "https://a.test:444/": "https://a.test:444/", "../../../x": "http://a.test/x",
	} {
		u, err := base.Resolve(ref)
		if err != nil || u.String() != want {
			t.Errorf("%q: %q, %v; want %q", ref, u, err, want)
		}
	}
	for _, bad := range []string{"ftp://a.test/", "javascript:alert(1)", "http://"} {
		if _, err := base.Resolve(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestHeaderKeepsOrderAndClosesTheUnknown(t *testing.T) {
	h := Header{RequestField("Host", "a"), RequestField("X-Custom", "maybe-a-key"), RequestField("Accept", "*/*"), RequestField("x-custom", "second")}
	if h.Get("x-custom") == "maybe-a-key" || h.Get("Accept") != "*/*" {
		t.Errorf("%q %q", h.Get("x-custom"), h.Get("Accept"))
	}
	h = h.With(RequestField("Accept", "text/html")).Without("X-Custom")
	if len(h) != 2 || h[1].Value.String() != "text/html" {
		t.Errorf("%v", h)
	}
}

func TestDate(t *testing.T) {
	want := time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC)
	for _, v := range []string{"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"} {
		x := &Exchange{Response: &Response{Header: Header{ResponseField("Date", v)}}}
		if got, ok := x.Date(); !ok || !got.Equal(want) {
			t.Errorf("%q: %v %v", v, got, ok)
		}
	}
	if _, ok := (&Exchange{}).Date(); ok {
		t.Error("a date without a reply")
	}
}

func TestKeyedGivesTheFirstRun(t *testing.T) {
	c := &Case{}
	for _, x := range []*Exchange{{Key: "k", Run: 2}, {Key: "k", Run: 2, Hop: 1}, {Key: "k", Run: 3}} {
		c.Add(x)
	}
	if got := c.Keyed("k"); len(got) != 2 || c.Trial("k").N != 2 {
		t.Errorf("%v", got)
	}
}

// TestAddressesAreNotBlackened: a host that stands in a field of its own is still said in the report, and what may be a
// secret is not.
func TestAddressesAreNotBlackened(t *testing.T) {
	for _, c := range []struct {
		field       func(name, value string) Field
		name, value string
		said        bool
	}{
		{RequestField, "Referer", "https://app.test/", true},
		{RequestField, "X-Forwarded-Server", "app.test:8443", true},
		{RequestField, "X-Real-Ip", "192.0.2.17", true},
		{RequestField, "X-Tenant", "swordfish", false},
		{RequestField, "X-Api-Key", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", false},
		{ResponseField, "Host", "127.0.0.1:8080", true},
		{ResponseField, "X-Environment", "production", true},
		{ResponseField, "X-Wants", "Authorization, Accept", true},
		{ResponseField, "X-CSRF-Token", "swordfish", false},
		{ResponseField, "X-Id", "a8f3b2c9d0e1", false},
		{ResponseField, "X-Mixed", "AbCdEfGhIjKl", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Cleanup(secret.Forget)
			f := c.field(c.name, c.value)
			if !f.Value.Closed() {
				t.Errorf("%q is shown", c.value)
			}
			if said := secret.Scrub("see " + c.value); (said == "see "+c.value) != c.said {
				t.Errorf("elsewhere: %q", said)
			}
		})
	}
}
