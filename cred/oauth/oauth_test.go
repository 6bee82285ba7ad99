package oauth

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// TestServer reads the example of RFC 8414 3.2.
func TestServer(t *testing.T) {
	s, err := ReadServer([]byte(`{"issuer":"https://server.example.com","authorization_endpoint":"https://server.example.com/authorize",
 "token_endpoint":"https://server.example.com/token","token_endpoint_auth_methods_supported":["client_secret_basic","private_key_jwt"],
 "token_endpoint_auth_signing_alg_values_supported":["RS256","ES256"],"userinfo_endpoint":"https://server.example.com/userinfo",
 "jwks_uri":"https://server.example.com/jwks.json","scopes_supported":["openid","profile"],"ui_locales_supported":["en-US","de-CH"]}`))
	if err != nil || s.Keys != "https://server.example.com/jwks.json" || !slices.Equal(s.Scopes, []string{"openid", "profile"}) ||
		!slices.Equal(s.ClientAuth, []string{"client_secret_basic", "private_key_jwt"}) || len(s.Flaws) > 0 {
		t.Errorf("%v %+v", err, s)
	}
	for issuer, want := range map[string]bool{"https://server.example.com": true, "https://server.example.com/": false, "http://server.example.com": false, "": false} {
		if got := s.Speaks(jwt.NameOf(issuer)); got != want {
			t.Errorf("%q: %v", issuer, got)
		}
	}
	many, err := ReadServer([]byte(`{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0","jwks_uri":"https://login.microsoftonline.com/common/discovery/v2.0/keys"}`))
	if err != nil || !many.Speaks(jwt.NameOf("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0")) ||
		many.Speaks(jwt.NameOf("https://login.microsoftonline.com/a/b/v2.0")) || many.Speaks(jwt.NameOf("https://evil.example/x/v2.0")) {
		t.Errorf("%v %+v", err, many)
	}
	if other, _ := ReadServer([]byte(`{"issuer":"https://evil.example/{tenantid}"}`)); other.Speaks(jwt.NameOf("https://evil.example/x")) {
		t.Error("the exception is Microsoft's alone")
	}
}

// TestResource reads the example of RFC 9728 3.2.
func TestResource(t *testing.T) {
	r, err := ReadResource([]byte(`{"resource":"https://resource.example.com","authorization_servers":["https://as1.example.com","https://as2.example.net"],
 "bearer_methods_supported":["header","body"],"scopes_supported":["profile","email","phone"],"resource_documentation":"https://resource.example.com/resource_documentation.html"}`))
	if err != nil || r.Resource.Show != "https://resource.example.com" || len(r.Servers) != 2 || r.DPoP || len(r.Flaws) > 0 {
		t.Errorf("%v %+v", err, r)
	}
}

// TestLenient: one wrong member does not hide the others, and is named.
func TestLenient(t *testing.T) {
	s, err := ReadServer([]byte(`{"issuer":"https://a.test","jwks_uri":7,"scopes_supported":"read write","id_token_signing_alg_values_supported":["RS256",4],
 "tls_client_certificate_bound_access_tokens":"true","introspection_endpoint":{"a":[1]}}`))
	if err != nil || s.Keys != "" || !slices.Equal(s.Scopes, []string{"read", "write"}) || !slices.Equal(s.IDTokenAlgs, []string{"RS256"}) || !s.CertBound {
		t.Fatalf("%v %+v", err, s)
	}
	for _, name := range []string{"jwks_uri", "scopes_supported", "id_token_signing_alg_values_supported", "tls_client_certificate_bound_access_tokens", "introspection_endpoint"} {
		if !slices.ContainsFunc(s.Flaws, func(f string) bool { return strings.HasPrefix(f, name+": ") }) {
			t.Errorf("nothing is said of %s: %q", name, s.Flaws)
		}
	}
	long, err := ReadServer([]byte(`{"issuer":"https://a.test/` + strings.Repeat("a", 5000) + `","token_endpoint":"https://a.test/t"}`))
	if err != nil || long.Issuer.Present() || len(long.Flaws) != 2 {
		t.Errorf("%v %+v", err, long)
	}
}

func TestBad(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "empty",
		"<html><body>Sign in</body>":     "HTML",
		"[]":                             "metadata",
		"{}":                             "expected an authorization server's metadata",
		`{"error":"not found"}`:          "expected an authorization server's metadata",
		`{"issuer":`:                     "metadata",
		strings.Repeat(`{"issuer":`, 90): "metadata",
		strings.Repeat(" ", 1<<20) + "{": "bytes",
	} {
		if _, err := ReadServer([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
	if _, err := ReadResource([]byte(`{"issuer":"https://a.test"}`)); err == nil {
		t.Error("a server's metadata was taken for a resource's")
	}
}

func TestPlaces(t *testing.T) {
	for issuer, want := range map[string][]string{
		"https://server.example.com": {"https://server.example.com/.well-known/openid-configuration", "https://server.example.com/.well-known/oauth-authorization-server"},
		"https://id.example.com/realms/demo/": {"https://id.example.com/realms/demo/.well-known/openid-configuration",
			"https://id.example.com/.well-known/oauth-authorization-server/realms/demo", "https://id.example.com/.well-known/openid-configuration/realms/demo"},
	} {
		u, err := Address(secret.Public(issuer))
		var got []string
		for _, d := range ServerDocuments(u) {
			got = append(got, d.String())
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v %q", issuer, err, got)
		}
	}
	for resource, want := range map[string]string{
		"https://resource.example.com/":          "https://resource.example.com/.well-known/oauth-protected-resource",
		"https://resource.example.com/mcp?x=1":   "https://resource.example.com/.well-known/oauth-protected-resource/mcp",
		"https://resource.example.com:8443/a/b/": "https://resource.example.com:8443/.well-known/oauth-protected-resource/a/b/",
	} {
		u, err := exchange.ParseURL(resource)
		if got := ResourceDocument(u).String(); err != nil || got != want {
			t.Errorf("%s: %v %s", resource, err, got)
		}
	}
	for _, bad := range []string{"not an address", "https://id.example.com/?next=elsewhere", "https://user@id.example.com/", "ftp://a.test/", "https://a.test/#x", "https://a.test/" + strings.Repeat("a", 3000)} {
		if u, err := Address(secret.Public(bad)); err == nil {
			t.Errorf("%s: taken as %s", bad, u)
		}
	}
	for at, want := range map[string]bool{"https://a.test/": true, "http://127.0.0.1:8080/realms/demo": true, "http://localhost/": true, "http://a.test/": false, "http://127.0.0.1.a.test/": false} {
		u, _ := exchange.ParseURL(at)
		if Private(u) != want {
			t.Errorf("%s: private %v", at, !want)
		}
	}
}

func TestIntrospection(t *testing.T) {
	at, _ := exchange.ParseURL("https://id.example.com/introspect")
	client := exchange.Login{User: secret.Public("api one"), Password: secret.New("s:cr=t+1")}
	r := Introspect(at, secret.New("a+b/c=="), client, nil)
	if got := r.Body.Reveal(); got != "token=a%2Bb%2Fc%3D%3D&token_type_hint=access_token" {
		t.Errorf("body %q", got)
	}
	if got := r.Header.Text("Authorization").Reveal(); got != "Basic YXBpK29uZTpzJTNBY3IlM0R0JTJCMQ==" {
		t.Errorf("authorization %q", got)
	}
	r = Introspect(at, secret.New("abc"), client, []string{"client_secret_post"})
	if got := r.Body.Reveal(); got != "token=abc&token_type_hint=access_token&client_id=api+one&client_secret=s%3Acr%3Dt%2B1" || r.Header.Has("Authorization") {
		t.Errorf("body %q", got)
	}
	s, err := ReadState([]byte(`{"active":true,"client_id":"l238j323ds-23ij4","username":"jdoe","scope":"read write dolphin","sub":"Z5O3upPC88QrAjx00dis",
 "aud":"https://protected.example.net/resource","iss":"https://server.example.com/","exp":1419356238,"iat":1419350238,"extension_field":"twenty-seven"}`))
	if err != nil || !s.Active || len(s.Claims.Audience) != 1 || !slices.Equal(s.Claims.Scopes, []string{"read", "write", "dolphin"}) || s.Claims.Exp.Time.Unix() != 1419356238 {
		t.Errorf("%v %+v", err, s)
	}
	if s, err := ReadState([]byte(`{"active":false}`)); err != nil || s.Active {
		t.Errorf("%v %+v", err, s)
	}
	for _, bad := range []string{"", "[]", `{"error":"invalid_client"}`, "eyJhbGciOiJSUzI1NiJ9.e30.AA"} {
		if _, err := ReadState([]byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// reply is an answer with the given body and header fields.
func reply(body string, fields ...string) *exchange.Exchange {
	x := &exchange.Exchange{Response: &exchange.Response{Status: 200, Body: exchange.Body{Bytes: []byte(body)}}}
	for i := 0; i+1 < len(fields); i += 2 {
		x.Response.Header = append(x.Response.Header, exchange.ResponseField(fields[i], fields[i+1]))
	}
	return x
}

const (
	keyA = `"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
	keyB = `"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"`
)

func TestKeySet(t *testing.T) {
	k, err := ReadKeys(reply(`{"keys":[{`+keyA+`,"kid":"a"},{`+keyB+`,"kid":"a"}]}`, "Age", "120", "Cache-Control", "public, max-age=3600", "Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"))
	if err != nil || len(k.Keys) != 2 || len(k.Warnings) != 1 || !strings.Contains(k.Warnings[0], `"a"`) {
		t.Errorf("%v %+v", err, k)
	}
	if k.Age.Held != 2*time.Minute || k.Age.MaxAge != time.Hour || k.Age.Modified.Unix() != 784111777 {
		t.Errorf("%+v, %s", k.Age, k.Age)
	}
	k, err = ReadKeys(reply(`{"keys":[{` + keyA + `,"kid":"a","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"},{"kty":"oct","k":"c2VjcmV0LW9mLXRoZS1zZXJ2ZXI"}]}`))
	if err != nil || len(k.Keys) != 1 || k.Keys[0].Private || len(k.Warnings) != 1 || !strings.Contains(k.Warnings[0], "2 private or secret") || strings.Contains(k.Warnings[0], "jpsQ") {
		t.Errorf("%v %+v", err, k)
	}
	if k, err = ReadKeys(reply(`{"keys":[{` + keyA + `,"kid":"a"},{` + keyA + `,"kid":"a"}]}`)); err != nil || len(k.Warnings) != 0 {
		t.Errorf("one key listed twice is no contradiction: %v %q", err, k.Warnings)
	}
	huge := reply(`{"keys":[{"kty":"RSA","kid":"h","e":"AQAB","n":"` + strings.Repeat("_w", 20000) + `"}]}`)
	if k, err = ReadKeys(huge); err != nil || len(k.Keys) != 1 || k.Keys[0].Problem == "" {
		t.Errorf("%v %+v", err, k)
	}
	for _, bad := range []string{"", "[]", "{}", `{"keys":7}`, "<html>", `{"jwks_uri":"https://a.test/"}`} {
		if _, err := ReadKeys(reply(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	cut := reply(`{"keys":[`)
	cut.Response.Body.Truncated = true
	if _, err := ReadKeys(cut); err == nil || !strings.Contains(err.Error(), "kept") {
		t.Errorf("cut: %v", err)
	}
}

func FuzzMetadata(f *testing.F) {
	for _, s := range []string{`{"issuer":"https://a.test","jwks_uri":"https://a.test/keys","scopes_supported":["a"]}`,
		`{"resource":"https://a.test","authorization_servers":["https://b.test"],"dpop_bound_access_tokens_required":true}`,
		`{"active":true,"aud":["a"],"exp":1}`, `{"keys":[{"kty":"oct","k":"AA"}]}`, "", "[", "<", `{"issuer":{"issuer":[]}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ReadServer(b); err == nil {
			s.Speaks(jwt.NameOf("https://a.test"))
		}
		if r, err := ReadResource(b); err == nil && len(r.Servers) > maxList {
			t.Errorf("%d servers", len(r.Servers))
		}
		_, _ = ReadState(b)
		_, _ = ReadKeys(reply(string(b)))
		if u, err := Address(secret.Public(string(b))); err == nil {
			for _, d := range ServerDocuments(u) {
				if d.Origin() != u.Origin() {
					t.Errorf("%s leads to %s", u, d)
				}
			}
		}
	})
}
