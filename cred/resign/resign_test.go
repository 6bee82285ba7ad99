package resign

import (
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cred/sigv4"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func request(t testing.TB, method, url, body string, fields ...string) exchange.Request {
	t.Helper()
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	r := exchange.Request{Method: method, URL: u, Body: secret.New(body)}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header = append(r.Header, exchange.RequestField(name, value))
	}
	return r
}

func keys(texts ...string) []secret.Text {
	var out []secret.Text
	for _, s := range texts {
		out = append(out, secret.New(s))
	}
	return out
}

// one is a signed request of each kind with its keys.
func one(t testing.TB, k Kind) (exchange.Request, []secret.Text) {
	t.Helper()
	switch k {
	case SigV4:
		r := request(t, "GET", "https://store.example:9000/s3/bucket/a%2Fb?list-type=2", "", "Host: store.example:9000")
		r, err := sigv4.Sign(r, exchange.Login{User: secret.New("AKIDEXAMPLE"), Password: secret.New("a-secret-access-key"), Sigv4: "aws:amz:eu-west-1:execute-api"}, now)
		if err != nil {
			t.Fatal(err)
		}
		return r, keys("another", "a-secret-access-key")
	case OAuth1:
		r := request(t, "GET", "https://shop.example:8443/rest/V1/orders?q=a%20b", "",
			`Authorization: OAuth oauth_consumer_key="ck", oauth_token="tk", oauth_signature_method="HMAC-SHA256", oauth_timestamp="1", oauth_nonce="n", oauth_signature="x"`)
		return signed(t, r, keys("consumer-secret", "token-secret"))
	case Webhook:
		r := request(t, "POST", "https://hook.example:8443/in", `{"a": 1}`, "X-Square-HmacSha256-Signature: "+strings.Repeat("A", 43)+"=")
		return signed(t, r, keys("webhook-secret"))
	}
	r := request(t, "GET", "https://api.example:8443/v1/x", "", `Signature-Input: sig1=("@method" "@target-uri" "@authority");created=1;nonce="n"`, "Signature: sig1=:AAAA:")
	return signed(t, r, keys("a-shared-secret"))
}

// signed gives r, whose signature is a placeholder, a right one.
func signed(t testing.TB, r exchange.Request, ks []secret.Text) (exchange.Request, []secret.Text) {
	t.Helper()
	s, ok := Of(r, nil)
	if !ok {
		t.Fatal("no signature")
	}
	s.Right, s.keys = true, ks
	r, err := s.Anew(r, r, now)
	if err != nil {
		t.Fatal(err)
	}
	return r, ks
}

var kinds = []Kind{SigV4, OAuth1, Webhook, Message}

func TestRightAndWrong(t *testing.T) {
	for _, k := range kinds {
		r, ks := one(t, k)
		s, ok := Of(r, ks)
		if !ok || s.Kind != k || !s.Right || s.How != "" || len(s.Lines) == 0 {
			t.Errorf("%s: %+v", k, s)
		}
		s, _ = Of(r, keys("quite another"))
		if s.Right || s.How != "" {
			t.Errorf("%s: another key: %q", k, s.How)
		}
		s, _ = Of(r, nil)
		if s.Right || s.Keyed {
			t.Errorf("%s: without a key", k)
		}
	}
}

// Every rewrite that changes what is signed gives a signature that is right for who reads the rewritten request, and for
// nobody else; and one that is found out when a client made it.
func TestRewrites(t *testing.T) {
	tried := map[Part]int{}
	for _, k := range kinds {
		r, ks := one(t, k)
		s, _ := Of(r, ks)
		for _, w := range Rewrites(r, s) {
			seen := w.Apply(r.Clone())
			if !s.Changes(r, seen) {
				continue
			}
			tried[w.Part]++
			out, err := s.Anew(r, seen, now.Add(time.Minute))
			if err != nil || !out.Anew {
				t.Errorf("%s, %s: %v", k, w.ID, err)
				continue
			}
			if out.URL.String() != r.URL.String() || !out.Body.Equal(r.Body) || !out.Header.Text("Host").Equal(r.Header.Text("Host")) {
				t.Errorf("%s, %s: more was changed than the signature", k, w.ID)
			}
			read := w.Apply(out.Clone())
			if got, _ := Of(read, ks); !got.Right {
				t.Errorf("%s, %s: not right for who reads it so", k, w.ID)
			}
			if got, _ := Of(out, ks); got.Right {
				t.Errorf("%s, %s: right as it was sent", k, w.ID)
			}
		}
	}
	for _, p := range []Part{Scheme, Host, Path, Body} {
		if tried[p] == 0 {
			t.Errorf("no rewrite of the %s was tried", p)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{"/a%2Fb": "/a/b", "/a//b": "/a/b", "/a%20b": "/a%20b", "/a%28b%29": "/a(b)", "/a%3Fb": "/a%3Fb", "/%zz": "/%zz", "": ""} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Authorization", `OAuth oauth_consumer_key="k", oauth_signature_method="HMAC-SHA1", oauth_signature="x"`, "/a?b=c", "a=b", "k")
	f.Add("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260501/r/s/aws4_request, SignedHeaders=host, Signature=00", "//a", "", "k")
	f.Add("X-Hub-Signature-256", "sha256=00", "/", `{"a":1}`, "k")
	f.Add("Stripe-Signature", "t=1,v1="+strings.Repeat("0", 64), "/", "{}", "whsec_k")
	f.Add("Signature", `keyId="a",headers="host",signature="AAAA"`, "/", "", "k")
	f.Fuzz(func(t *testing.T, name, value, target, body, key string) {
		u, err := exchange.ParseURL("https://a.test:81/" + strings.TrimPrefix(target, "/"))
		if err != nil || len(body) > 500 || len(value) > 500 {
			return
		}
		r := exchange.Request{Method: "POST", URL: u, Body: secret.New(body), Header: exchange.Header{exchange.RequestField(name, value)}}
		s, ok := Of(r, keys(key, key))
		if !ok {
			return
		}
		for _, w := range Rewrites(r, s) {
			seen := w.Apply(r.Clone())
			s.Changes(r, seen)
			s.Anew(r, seen, now)
		}
	})
}
