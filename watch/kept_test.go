package watch

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/compare"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch/state"
)

var testKey = []byte("a key of the test")

func asked(url, authorization string, status int, fields ...string) *exchange.Exchange {
	u, err := exchange.ParseURL(url)
	if err != nil {
		panic(err)
	}
	x := &exchange.Exchange{Request: exchange.Request{Method: "GET", URL: u, Proto: "HTTP/1.1", Header: exchange.Header{exchange.RequestField("Host", u.Authority())}}}
	if authorization != "" {
		x.Request.Header = append(x.Request.Header, exchange.RequestField("Authorization", authorization))
	}
	if status > 0 {
		x.Response = &exchange.Response{Proto: "HTTP/1.1", Status: status, Reason: "Reason"}
		for i := 0; i+1 < len(fields); i += 2 {
			x.Response.Header = append(x.Response.Header, exchange.ResponseField(fields[i], fields[i+1]))
		}
	}
	return x
}

func aToken(kid, iss string) string {
	enc := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return enc(fmt.Sprintf(`{"alg":"RS256","typ":"JWT","kid":%q}`, kid)) + "." + enc(fmt.Sprintf(`{"iss":%q,"aud":"api","exp":1900000000,"sub":"joe"}`, iss)) + "." + enc("a signature of the test, long enough")
}

// said is the differences as text.
func said(ds []compare.Difference) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s: %s | %s\n", d.What, d.Good, d.Bad)
	}
	return b.String()
}

// TestWhatChanged: each kind of change is said, after both exchanges went through the store's form, and only it.
func TestWhatChanged(t *testing.T) {
	const url = "https://api.example.com/me"
	withTLS := func(x *exchange.Exchange, issuer, problem string, end int) *exchange.Exchange {
		x.Conn.TLS = &exchange.TLS{Subject: "CN=api.example.com", Issuer: issuer, NotAfter: time.Date(2026, 1, end, 0, 0, 0, 0, time.UTC), Names: []string{"api.example.com"}, VerifyProblem: problem}
		return x
	}
	failed := asked(url, "", 0)
	failed.Failure = &exchange.Failure{Step: "connect", Message: "connection refused"}
	bearer := "Bearer " + aToken("key-1", "https://sso.example.com")
	for name, c := range map[string]struct {
		good, bad []*exchange.Exchange
		want      string
	}{
		"nothing": {way(asked(url, bearer, 200, "Server", "nginx")), way(asked(url, bearer, 200, "Server", "nginx")), ""},
		"status":  {way(asked(url, "", 200)), way(asked(url, "", 503)), "status: 200 | 503\n"},
		"challenge": {way(asked(url, "", 401, "WWW-Authenticate", `Basic realm="Staging"`)), way(asked(url, "", 401, "WWW-Authenticate", `Bearer realm="api", error="invalid_token"`)),
			"WWW-Authenticate: Basic | Bearer\n"},
		"realm": {way(asked(url, "", 401, "WWW-Authenticate", `Basic realm="Staging"`)), way(asked(url, "", 401, "WWW-Authenticate", `Basic realm="Live"`)),
			"WWW-Authenticate Basic realm: Staging | Live\n"},
		"redirect": {way(asked(url, "", 200)), way(asked(url, "", 302, "Location", "https://sso.example.com/login?state=s3cretstate"), asked("https://sso.example.com/login?state=s3cretstate", "", 200)),
			"way: 200 | 302 to https://sso.example.com/login, 200\n"},
		"version":     {way(asked(url, "", 200, "Server", "nginx/1.24.0")), way(asked(url, "", 200, "Server", "nginx/1.26.2")), "Server: nginx/1.24.0 | nginx/1.26.2\n"},
		"certificate": {way(withTLS(asked(url, "", 200), "CN=Old", "", 3)), way(withTLS(asked(url, "", 200), "CN=New", "", 9)), "certificate's issuer: CN=Old | CN=New\ncertificate ends: 2026-01-03 00:00:00 UTC | 2026-01-09 00:00:00 UTC\n"},
		"untrusted":   {way(withTLS(asked(url, "", 200), "CN=A", "", 3)), way(withTLS(asked(url, "", 200), "CN=A", "expired", 3)), "certificate: trusted | expired\n"},
		"cookie": {way(asked(url, "", 200, "Set-Cookie", "sid=abcdefghijklmnop; Secure; HttpOnly; SameSite=Lax")), way(asked(url, "", 200, "Set-Cookie", "sid=qrstuvwxyzabcdef; SameSite=None")),
			"cookie sid is set: HttpOnly; Secure; SameSite=Lax | SameSite=None\n"},
		"token key": {way(asked(url, bearer, 200)), way(asked(url, "Bearer "+aToken("key-2", "https://sso.example.com"), 200)), "header kid: key-1 | key-2\n"},
		"issuer":    {way(asked(url, bearer, 200)), way(asked(url, "Bearer "+aToken("key-1", "https://other.example.com"), 200)), "claim iss: https://sso.example.com | https://other.example.com\n"},
		"down":      {way(asked(url, "", 200)), way(failed), "status: 200 | no answer (connect: connection refused)\n"},
	} {
		got := said(changed(keep(time.Now(), c.good, testKey), keep(time.Now(), c.bad, testKey)))
		if got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
}

func way(xs ...*exchange.Exchange) []*exchange.Exchange { return xs }

// TestKeptHoldsNoSecret plants secrets at every place that an exchange has.
func TestKeptHoldsNoSecret(t *testing.T) {
	secret.Forget()
	const s = "pl4nted-s3cret-Value-8731"
	x := asked("https://api.example.com/me?access_token="+s+"&page=2", "Bearer "+s, 401,
		"WWW-Authenticate", `Bearer error_description="the token `+s+` is expired"`, "Set-Cookie", "sid="+s, "Location", "/login?ticket="+s, "X-Debug", s)
	x.Request.Header = append(x.Request.Header, exchange.RequestField("Cookie", "sid="+s), exchange.RequestField("X-Api-Key", s))
	x.Response.Body.Bytes = []byte(`{"error":"token ` + s + ` unknown","padding":"` + strings.Repeat("x", 4000) + `"}`)
	x.Request.Body = secret.New("password=" + s + "&user=joe")
	k := keep(time.Now(), way(x), testKey)
	for _, h := range k.Hops {
		for _, spelling := range secret.Spellings(s) {
			if strings.Contains(h.Text, spelling) {
				t.Fatalf("%q is in\n%s", spelling, h.Text)
			}
		}
		if len(h.Text) > keptBody+2000 {
			t.Errorf("%d bytes are kept", len(h.Text))
		}
		if !strings.Contains(h.Text, "HTTP/1.1 401") || !strings.Contains(h.Text, "expired") {
			t.Errorf("it does not say why any more:\n%s", h.Text)
		}
	}
	_ = state.Kept(*k)
}
