package oauth1

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func request(t testing.TB, url, auth string) exchange.Request {
	t.Helper()
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	r := exchange.Request{Method: "GET", URL: u}
	if auth != "" {
		r.Header = exchange.Header{exchange.RequestField("Authorization", auth)}
	}
	return r
}

// The example of RFC 5849 3.5.1.
const rfc5849 = `OAuth realm="Example", oauth_consumer_key="0685bd9184jfhq22", oauth_token="ad180jjd733klru7", oauth_signature_method="HMAC-SHA1", oauth_signature="wOJIO9A2W5mFwDgiDvZbTSMK%2FPY%3D", oauth_timestamp="137131200", oauth_nonce="4572616e48616d6d65724c61686176", oauth_version="1.0"`

func TestHeader(t *testing.T) {
	s, ok := Parse(request(t, "https://h/", rfc5849))
	if !ok || s.InQuery || s.Method != "HMAC-SHA1" || !s.Token || s.Realm != "Example" || len(s.Flaws) > 0 || len(s.Names) != 8 ||
		!s.Time.Equal(time.Unix(137131200, 0)) || !s.ConsumerKey.Is("0685bd9184jfhq22") {
		t.Errorf("%+v", s)
	}
	if out := fmt.Sprintf("%+v", s); strings.Contains(out, "0685bd") || strings.Contains(out, "45726") {
		t.Error("a value is shown")
	}
	if s.Skew(time.Unix(137131200+60, 0)) != -time.Minute {
		t.Error("skew")
	}
}

func TestFlaws(t *testing.T) {
	for _, c := range []struct {
		url, from, to string
		want          []Flaw
	}{
		{"https://h/", `oauth_nonce="4572616e48616d6d65724c61686176", `, "", []Flaw{NoNonce}},
		{"https://h/", `oauth_timestamp="137131200", `, "", []Flaw{NoTimestamp}},
		{"https://h/", `137131200`, "1700000000000", []Flaw{Milliseconds}},
		{"https://h/", `137131200`, "now", []Flaw{BadTimestamp}},
		{"https://h/", `HMAC-SHA1`, "ROT13", []Flaw{UnknownMethod}},
		{"https://h/", `oauth_signature_method="HMAC-SHA1", `, "", []Flaw{NoMethod}},
		{"http://h/", `HMAC-SHA1`, "PLAINTEXT", []Flaw{PlaintextOnHTTP}},
		{"https://h/", `"1.0"`, `"2.0"`, []Flaw{BadVersion}},
		{"https://h/", `oauth_version="1.0"`, `oauth_nonce="x"`, []Flaw{DuplicateParam}},
		{"https://h/", `oauth_consumer_key="0685bd9184jfhq22", `, "", []Flaw{NoConsumerKey}},
		{"https://h/?oauth_signature=x", "", "", []Flaw{TwoPlaces}},
	} {
		s, ok := Parse(request(t, c.url, strings.Replace(rfc5849, c.from, c.to, 1)))
		if !ok || !slices.Equal(s.Flaws, c.want) {
			t.Errorf("%q to %q: %q, want %q", c.from, c.to, s.Flaws, c.want)
		}
	}
}

func TestQuery(t *testing.T) {
	s, ok := Parse(request(t, "https://h/wp-json/wc/v3/orders?page=2&oauth_consumer_key=ck_1&oauth_timestamp=1700000000&oauth_nonce=abc&oauth_signature_method=HMAC-SHA256&oauth_signature=ab%3D", ""))
	if !ok || !s.InQuery || s.Method != "HMAC-SHA256" || s.Token || len(s.Flaws) > 0 {
		t.Errorf("%+v", s)
	}
	for _, r := range []exchange.Request{request(t, "https://h/?oauth_token=x", ""), request(t, "https://h/", "OAuth ya29.abc"), request(t, "https://h/", "Bearer x")} {
		if s, ok := Parse(r); ok {
			t.Errorf("%+v", s)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(rfc5849, "oauth_signature=a&oauth_nonce=%zz")
	f.Fuzz(func(t *testing.T, auth, query string) {
		s, _ := Parse(exchange.Request{URL: exchange.URL{Query: exchange.ParseQuery(query)}, Header: exchange.Header{{Name: "Authorization", Value: secret.New(auth)}}})
		if s.Nonce.Len() > 0 && !s.Nonce.Closed() {
			t.Fatal("the nonce is open")
		}
	})
}
