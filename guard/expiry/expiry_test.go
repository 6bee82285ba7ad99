package expiry_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/expiry"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func day(n int) time.Time { return now.AddDate(0, 0, n) }

// token is a JWT whose signature nobody has to check.
func token(claims map[string]any) string {
	part := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(map[string]string{"alg": "RS256", "kid": "k1"}) + "." + part(claims) + "." + base64.RawURLEncoding.EncodeToString([]byte("no signature at all"))
}

// brief is an ending in one line.
func brief(e expiry.Ending) string {
	at := "with " + e.With
	if !e.At.IsZero() {
		at = e.At.Format("2006-01-02T15:04")
	}
	return fmt.Sprintf("%s %s %s", e.Severity, at, e.Kind)
}

func briefs(all []expiry.Ending) []string {
	var out []string
	for _, e := range all {
		out = append(out, brief(e))
	}
	return out
}

func same(t *testing.T, got []expiry.Ending, want ...string) {
	t.Helper()
	if g := briefs(got); !slices.Equal(g, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(g, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestTokens(t *testing.T) {
	t.Cleanup(secret.Forget)
	for name, c := range map[string]struct {
		claims map[string]any
		want   []string
	}{
		"ended":      {map[string]any{"exp": day(-1).Unix()}, []string{"ended 2026-11-21T12:00 token"}},
		"at noon":    {map[string]any{"exp": now.Unix()}, []string{"ended 2026-11-22T12:00 token"}},
		"long, soon": {map[string]any{"iat": day(-360).Unix(), "exp": day(5).Unix()}, []string{"soon 2026-11-27T12:00 token"}},
		"long":       {map[string]any{"iat": day(-10).Unix(), "exp": day(355).Unix()}, []string{"later 2027-11-12T12:00 token"}},
		"short, new": {map[string]any{"iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}, []string{"later 2026-11-22T13:00 token"}},
		"short, old": {map[string]any{"iat": now.Add(-56 * time.Minute).Unix(), "exp": now.Add(4 * time.Minute).Unix()}, []string{"soon 2026-11-22T12:04 token"}},
		"no exp":     {map[string]any{"iat": now.Unix()}, []string{"undated with the rotation of its key token"}},
	} {
		t.Run(name, func(t *testing.T) {
			same(t, expiry.Of(expiry.Input{Now: now, Tokens: []expiry.NamedToken{{Source: "a", Value: secret.New(token(c.claims))}}}), c.want...)
		})
	}
	same(t, expiry.Of(expiry.Input{Now: now, Tokens: []expiry.NamedToken{{Source: "a", Value: secret.New("opaque-token-of-an-issuer")}}}))
}

// TestAnswers reads what token endpoints answer, with the names that Keycloak and others give the refresh token's life.
func TestAnswers(t *testing.T) {
	t.Cleanup(secret.Forget)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"opaque":   {`{"access_token":"opaque-one","token_type":"Bearer","expires_in":3600}`, []string{"later 2026-11-22T13:00 token"}},
		"keycloak": {`{"access_token":"opaque-one","expires_in":300,"refresh_token":"r","refresh_expires_in":1800}`, []string{"later 2026-11-22T12:05 token", "later 2026-11-22T12:30 refresh_token"}},
		"azure":    {`{"access_token":"opaque-one","refresh_token":"r","refresh_token_expires_in":"86400"}`, []string{"later 2026-11-23T12:00 refresh_token"}},
		"unstated": {`{"access_token":"opaque-one","refresh_token":"r"}`, []string{"undated with a time that only the issuer knows refresh_token"}},
		"jwt":      {`{"access_token":"` + token(map[string]any{"exp": day(1).Unix(), "iat": now.Unix()}) + `","expires_in":60}`, []string{"later 2026-11-23T12:00 token"}},
		"huge":     {`{"access_token":"x","expires_in":1e300}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := expiry.Input{Now: now}
			if !in.Bytes("answer.json", []byte(c.text), now) {
				t.Fatal("not read")
			}
			same(t, expiry.Of(in), c.want...)
		})
	}
	var in expiry.Input
	for _, text := range []string{"", "{}", `{"error":"invalid_grant"}`, "hello", `{"access_token":5}`} {
		if in.Bytes("x", []byte(text), now) {
			t.Errorf("%q is read as something", text)
		}
	}
}

func keys(t *testing.T, kids ...string) jose.Set {
	t.Helper()
	var list []string
	for i, k := range kids {
		x := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(string(rune('a'+i))+k[:1], 16)))
		list = append(list, fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","use":"sig","kid":%q,"x":%q}`, k, x))
	}
	s, _, err := jose.Published([]byte(`{"keys":[` + strings.Join(list, ",") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestKeys(t *testing.T) {
	one, two, old := keys(t, "k1"), keys(t, "k1", "m2"), keys(t, "x9")
	of := func(k expiry.KeySet) []expiry.Ending {
		return expiry.Of(expiry.Input{Now: now, KeySets: []expiry.KeySet{k}})
	}
	same(t, of(expiry.KeySet{Source: "s", Set: one}), "undated with the next rotation signing_key")
	same(t, of(expiry.KeySet{Source: "s", Set: two}))
	same(t, of(expiry.KeySet{Source: "s", Set: two, Since: map[string]time.Time{"k1": day(-400)}}), "ended 2026-10-18T12:00 signing_key")
	same(t, of(expiry.KeySet{Source: "s", Set: two, Since: map[string]time.Time{"k1": day(-10)}}), "later 2027-11-12T12:00 signing_key")
	got := of(expiry.KeySet{Source: "s", Set: two, Before: &old, MaxAge: time.Hour})
	same(t, got, "soon 2026-11-22T13:00 signing_key")
	if !strings.Contains(got[0].What, "no overlap") {
		t.Errorf("the missing overlap is not said: %s", got[0].What)
	}
	got = of(expiry.KeySet{Source: "s", Set: one, Before: &two})
	same(t, got, "ended 2026-11-22T12:00 signing_key", "undated with the next rotation signing_key")
	if strings.Contains(got[0].What, "no overlap") {
		t.Errorf("there is an overlap: %s", got[0].What)
	}
}

func TestExchanges(t *testing.T) {
	t.Cleanup(secret.Forget)
	x := func(url string, auth string, tls *exchange.TLS) *exchange.Exchange {
		u, err := exchange.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		e := &exchange.Exchange{}
		e.Request.URL, e.Conn.TLS = u, tls
		if auth != "" {
			e.Request.Header = exchange.Header{exchange.RequestField("Authorization", auth)}
		}
		return e
	}
	all := expiry.Of(expiry.Input{Now: now, Exchanges: []*exchange.Exchange{
		x("https://a.test/", "Bearer "+token(map[string]any{"exp": day(100).Unix(), "iat": day(-1).Unix()}), &exchange.TLS{Subject: "CN=a.test", NotAfter: day(10),
			ClientCert: &exchange.ClientCertificate{Subject: "CN=me", NotBefore: day(-5), NotAfter: day(-1)}}),
		x("https://a.test/other", "", &exchange.TLS{Subject: "CN=a.test", NotAfter: day(10)}),
		x("http://b.test/", "Basic YTpi", nil), x("http://127.0.0.1/", "Basic YTpi", nil), nil,
	}})
	same(t, all, "ended 2026-11-21T12:00 client_certificate", "soon 2026-12-02T12:00 certificate", "later 2027-03-02T12:00 token",
		"undated with the redirect to https, or the first listener on the way cleartext")
	if n := len(expiry.Pressing(all)); n != 2 {
		t.Errorf("%d are pressing, want 2", n)
	}
}

// TestFolders reads configurations, password files and installed systems from a disk.
func TestFolders(t *testing.T) {
	t.Cleanup(secret.Forget)
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	write("nginx/nginx.conf", "events {}\nhttp { server { listen 80; auth_basic in; auth_basic_user_file users; }\nserver { listen 443 ssl; auth_basic in; auth_basic_user_file users; } }\n")
	write("nginx/users", "a:rqXexS6ZhobKA\nb:$1$ab$rn6aQS/o7141mj179E/zA.\nc:$2y$05$4UFuU4J2JYiy/t7qPuO/R.0hVdLHGauI5LOdE.23eC0JdDoAjzYCe\nd:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")
	write("magento/app/etc/env.php", "<?php return ['backend' => ['frontName' => 'admin']];")
	write("magento/bin/magento", "#!/usr/bin/env php\n")
	write("magento/composer.json", `{"name":"magento/project-community-edition","version":"2.4.3"}`)
	in := expiry.Input{Now: now}
	for _, p := range []string{"nginx", "magento"} {
		if err := in.Read(filepath.Join(dir, p)); err != nil {
			t.Fatal(err)
		}
	}
	same(t, expiry.Of(in), "undated with the redirect to https, or the first listener on the way cleartext",
		"undated with a crypt(3) that is built for strong hashes alone password_hash", "undated with a crypt(3) that is built for strong hashes alone password_hash",
		"undated with a move to another server password_hash", "undated with the upgrade to Magento 2.4.4 setting")
	for _, c := range []struct{ path, want string }{{filepath.Join(dir, "nowhere"), "no such file"}, {write("notes.txt", "nothing at all\n"), "holds no token"}} {
		if err := in.Read(c.path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), filepath.Base(c.path)) {
			t.Errorf("%s: %v", c.path, err)
		}
	}
}

func TestShown(t *testing.T) {
	t.Cleanup(secret.Forget)
	v := token(map[string]any{"exp": day(3).Unix(), "iat": day(-60).Unix(), "iss": "https://id.test"})
	all := expiry.Of(expiry.Input{Now: now, Tokens: []expiry.NamedToken{{Source: "token.jwt", Value: secret.New(v)}}, KeySets: []expiry.KeySet{{Source: "jwks.json", Set: keys(t, "k1")}}})
	text := expiry.Text(all, now, report.TextOptions{Width: 80, ASCII: true})
	for l := range strings.Lines(text) {
		if len([]rune(l)) > 81 {
			t.Errorf("a line of %d columns: %s", len(l), l)
		}
	}
	for _, want := range []string{"1 of 2 things have ended or end soon", "2026-11-25 12:00 UTC, in 3 days", "soon\n", "the token of https://id.test ends", "token.jwt", "with the next rotation"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	var b strings.Builder
	if err := expiry.Metrics(&b, all); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("why401_expiry_timestamp_seconds{kind=\"token\",source=\"token.jwt\",what=\"the token of https://id.test ends: the API answers 401 from then on\"} %d\n", day(3).Unix()); !strings.Contains(b.String(), want) ||
		!strings.Contains(b.String(), `why401_expiry_undated{kind="signing_key"} 1`) {
		t.Errorf("metrics:\n%s", b.String())
	}
	b.Reset()
	if err := expiry.WriteJSON(&b, all, now); err != nil || !strings.Contains(b.String(), `"at": "2026-11-25T12:00:00Z"`) || strings.Contains(b.String(), `"at": "0001`) {
		t.Errorf("%v\n%s", err, b.String())
	}
	if strings.Contains(text+b.String(), v) {
		t.Error("the token is shown")
	}
}

func FuzzBytes(f *testing.F) {
	f.Add([]byte(`{"access_token":"x","refresh_token":"y","expires_in":3600,"refresh_expires_in":"12"}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]}`))
	f.Add([]byte(token(map[string]any{"exp": 1})))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		in := expiry.Input{Now: now}
		in.Bytes("f", b, now)
		expiry.Of(in)
		secret.Forget()
	})
}
