package value_test

import (
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/corpus"
	"github.com/why401/why401/input/value"
)

func TestHostile(t *testing.T) {
	big := func(s string) string { return strings.Repeat(s, 40_000/len(s)) }
	for name, text := range map[string]string{
		"empty": "", "blank": " \n", "zero": "\x00eyJ", "latin1": "Basic J\xfcrgen", "too much": strings.Repeat("a", 2_000_000),
		"brackets": strings.Repeat("[", 200_000), "braces": strings.Repeat("{", 200_000), "objects": big(`{"a":`), "comments": big("{/*"), "quotes": big(`{"`),
		"token lines": "eyJhbGciOiJIUzI1NiJ9.\n" + big("eyJhbGciOiJIUzI1NiJ9\n"), "tokens": big("eyJhbGciOiJIUzI1NiJ9.e30.FAKE "), "dots": big("."), "eyJ dots": "eyJ" + big("."),
		"colons": big("a:\n"), "headers": big("Cookie: a\n"), "folded": "Cookie: a\n" + big(" b\n"), "basic": big("Basic YTpi\n"), "basic lines": "Basic " + big("YTpi\n"), "challenges": big("Bearer\n"),
		"lists": `{"aud":` + big("["), "escapes": `{"a":"` + big(`\u00`), "hashes": big("a:{SHA}\n"), "keys": big("ghp_FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE\n"), "crs": big("\r"),
	} {
		for _, f := range value.Forms {
			began := time.Now()
			f.Is(text)
			is := time.Since(began)
			ev, _ := f.Read(text, form.Options{Sure: true})
			if all := time.Since(began); is > 20*time.Second || all > time.Minute {
				t.Errorf("%s: %s took %v to recognise and %v in all", name, f.Kind, is, all)
			}
			if len(ev.Tokens) > 100 || len(ev.Facts) > 200 {
				t.Errorf("%s: %s gave %d tokens and %d facts", name, f.Kind, len(ev.Tokens), len(ev.Facts))
			}
		}
	}
}

// Prose, code and other inputs are none of these kinds.
func TestNotMine(t *testing.T) {
	for _, text := range []string{
		"I get a 401 when I send the token. What is wrong?",
		"Request token URL http://shop:81/oauth/initiate. The answer is HTTP 401. On port 80 the same code works.",
		"Server: PHP, Apache 2, mod_fcgid. The client sends both Authorization and X-Authorization.",
		`{"error":"invalid_token","error_description":"expired"}`,
		`{"message":"Unauthorized","statusCode":401}`,
		"HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm=\"x\"\n\n",
		"curl -H 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.FAKE' https://api.example.com/v1/me",
		`{"log":{"version":"1.2","creator":{"name":"Firefox"},"entries":[]}}`,
		"Token expired: please log in again",
		"Error: Bearer token is missing",
		"key: value",
		"https://user:fake-word@example.com/",
		"12:34:56",
	} {
		for _, f := range value.Forms {
			if n := f.Is(text); n >= 50 {
				t.Errorf("%s is %d sure of %q", f.Kind, n, text)
			}
		}
	}
}

func readers(t *testing.T, kind, text string) exchange.Evidence {
	t.Helper()
	for _, f := range value.Forms {
		if f.Kind == kind {
			ev, err := f.Read(text, form.Options{Sure: true})
			if err != nil {
				t.Fatal(err)
			}
			return ev
		}
	}
	t.Fatal(kind)
	return exchange.Evidence{}
}

// FuzzRead: every reader takes any text.
func FuzzRead(f *testing.F) {
	for k, g := range value.Forms {
		for _, p := range corpus.Of(f, g.Kind).Files {
			f.Add(uint8(k), string(p.Data))
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, text string) {
		g := value.Forms[int(k)%len(value.Forms)]
		if n := g.Is(text); n < 0 || n > 100 {
			t.Fatalf("%s: %d", g.Kind, n)
		}
		ev, err := g.Read(text, form.Options{Sure: true})
		if (err == nil) == ev.Empty() {
			t.Fatalf("%s: error %v, empty %v", g.Kind, err, ev.Empty())
		}
		for _, k := range ev.Tokens {
			if !k.Value.Closed() {
				t.Fatal("an open token")
			}
		}
	})
}
