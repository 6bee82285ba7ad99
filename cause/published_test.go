package cause

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

var b64 = base64.RawURLEncoding.EncodeToString

// testKey signs tokens and publishes itself.
type testKey struct{ *ecdsa.PrivateKey }

func newKey(t *testing.T) testKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return testKey{k}
}

func (k testKey) token(t *testing.T, kid, claims string) string {
	input := b64([]byte(`{"alg":"ES256","kid":"`+kid+`"}`)) + "." + b64([]byte(claims))
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, k.PrivateKey, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

func (k testKey) jwk(t *testing.T, kid, more string) string {
	raw, err := k.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"kty":"EC","crv":"P-256","kid":%q,"x":%q,"y":%q%s}`, kid, b64(raw[1:33]), b64(raw[33:]), more)
}

func urlOf(t *testing.T, s string) exchange.URL {
	u, err := exchange.ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// walk reads the documents that the case wants one after the other, as an engine would, from web: address to status, field
// and body. It gives what was read in the end, and the addresses in order.
func walk(t *testing.T, challenge, token string, issuers, consult []string, client bool, web map[string]string) (*Published, []string) {
	t.Helper()
	r := exchange.Request{Method: "GET", URL: urlOf(t, "https://api.test/v1/orders"), Header: exchange.Header{{Name: "Authorization", Value: secret.New("Bearer " + token)}}}
	c := &exchange.Case{Intent: &exchange.Intent{Request: r}}
	for _, i := range issuers {
		named := exchange.Issuer{Text: secret.Public(i), URL: urlOf(t, i)}
		if client {
			named.Client = exchange.Login{User: secret.Public("api"), Password: secret.New("secret-of-the-client")}
		}
		c.Issuers, c.Consult = append(c.Issuers, named), append(c.Consult, named.URL.Origin())
	}
	for _, o := range consult {
		c.Consult = append(c.Consult, urlOf(t, o).Origin())
	}
	c.Add(&exchange.Exchange{Request: r, Sent: time.Now(), Response: &exchange.Response{Status: 401, Header: exchange.Header{exchange.ResponseField("WWW-Authenticate", challenge)}}})
	var asked []string
	for range 12 {
		p := NewView(c).Published()
		if len(p.Wants) == 0 {
			return p, asked
		}
		q := p.Wants[0].Edit(exchange.Request{})
		at := q.Method + " " + q.URL.String()
		if slices.Contains(asked, at) {
			t.Fatalf("%s is asked for again", at)
		}
		if q.Method == "GET" && (q.Header.Has("Authorization") || !q.Body.Empty()) {
			t.Errorf("%s carries something", at)
		}
		asked = append(asked, at)
		x := &exchange.Exchange{Key: p.Wants[0].Key, Request: q, Sent: time.Now(), Response: &exchange.Response{Status: 404}}
		if body, ok := web[q.URL.String()]; ok {
			x.Response.Status = 200
			if to, moved := strings.CutPrefix(body, "-> "); moved {
				x.Response.Status, body = 302, ""
				x.Response.Header = append(x.Response.Header, exchange.ResponseField("Location", to))
			}
			x.Response.Body.Bytes = []byte(body[:min(len(body), 64<<10)])
			x.Response.Body.Truncated = len(body) > 64<<10
		}
		c.Read(x)
	}
	t.Fatal("there is no end to it")
	return nil, nil
}

func TestPublished(t *testing.T) {
	key, other := newKey(t), newKey(t)
	const id = "https://id.test/realms/shop"
	mine := key.token(t, "k1", `{"iss":"`+id+`","aud":"https://api.test","exp":4102444800}`)
	const at = id + "/.well-known/openid-configuration"
	server := func(more string) string {
		return `{"issuer":"` + id + `","jwks_uri":"https://id.test/keys"` + more + `}`
	}
	keys := func(list ...string) string { return `{"keys":[` + strings.Join(list, ",") + `]}` }
	whole := map[string]string{at: server(""), "https://id.test/keys": keys(key.jwk(t, "k1", ""))}

	t.Run("nobody agreed", func(t *testing.T) {
		p, asked := walk(t, "Bearer", mine, nil, nil, false, whole)
		if len(asked) > 0 || len(p.Unnamed) != 1 || p.Unnamed[0].Flag != "--issuer" || p.Unnamed[0].Value != id {
			t.Errorf("%q %+v", asked, p.Unnamed)
		}
	})
	t.Run("named", func(t *testing.T) {
		p, asked := walk(t, "Bearer", mine, []string{id}, nil, false, whole)
		if !p.Genuine() || len(asked) != 3 || asked[2] != "GET https://api.test/.well-known/oauth-protected-resource/v1/orders" || len(p.Failed) > 0 {
			t.Errorf("%q %+v %q", asked, p.Signed, p.Failed)
		}
	})
	t.Run("the other well-known places", func(t *testing.T) {
		p, asked := walk(t, "Bearer", mine, []string{id}, nil, false, map[string]string{
			"https://id.test/.well-known/oauth-authorization-server/realms/shop": server(""), "https://id.test/keys": keys(key.jwk(t, "k1", ""))})
		if !p.Genuine() || len(asked) != 4 {
			t.Errorf("%q", asked)
		}
	})
	t.Run("metadata elsewhere", func(t *testing.T) {
		p, asked := walk(t, `Bearer resource_metadata="https://meta.test/x"`, mine, nil, nil, false, nil)
		if len(asked) > 0 || !slices.ContainsFunc(p.Unnamed, func(u Unnamed) bool { return u.Flag == "--consult" && u.Value == "https://meta.test" }) {
			t.Errorf("%q %+v", asked, p.Unnamed)
		}
	})
	meta := `{"resource":"https://api.test","authorization_servers":["https://id.test/realms/other"]}`
	t.Run("the API's own", func(t *testing.T) {
		p, asked := walk(t, `Bearer resource_metadata="https://api.test/meta"`, mine, nil, nil, false, map[string]string{"https://api.test/meta": meta})
		if len(asked) != 1 || p.Resource == nil || len(p.Trusted) != 1 || len(p.Unnamed) != 1 || p.Unnamed[0].Value != "https://id.test/realms/other" {
			t.Errorf("%q %+v", asked, p)
		}
	})
	for name, lie := range map[string]string{"another host": "https://evil.test", "a longer path": "https://api.test/v1/orders/7", "a path that only begins alike": "https://api.test/v1/ord", "nothing": ""} {
		t.Run("metadata about "+name, func(t *testing.T) {
			p, _ := walk(t, `Bearer resource_metadata="https://api.test/meta"`, mine, nil, nil, false, map[string]string{
				"https://api.test/meta": strings.Replace(meta, `"https://api.test"`, `"`+lie+`"`, 1)})
			if p.Resource != nil || len(p.Trusted) != 0 || len(p.Failed) == 0 {
				t.Errorf("%+v", p)
			}
		})
	}
	t.Run("a document of another issuer", func(t *testing.T) {
		p, _ := walk(t, "Bearer", mine, []string{id}, nil, false, map[string]string{at: strings.Replace(server(""), id, "https://evil.test", 1), "https://id.test/keys": keys(key.jwk(t, "k1", ""))})
		if p.Own || p.Sound || p.Genuine() {
			t.Errorf("a document that names another issuer counts: %+v", p)
		}
	})
	t.Run("keys elsewhere", func(t *testing.T) {
		web := map[string]string{at: `{"issuer":"` + id + `","jwks_uri":"https://keys.test/k"}`, "https://keys.test/k": keys(key.jwk(t, "k1", ""))}
		p, asked := walk(t, "Bearer", mine, []string{id}, nil, false, web)
		if p.Keys != nil || len(p.Unnamed) != 1 || p.Unnamed[0].Flag != "--consult" || p.Unnamed[0].Value != "https://keys.test" {
			t.Errorf("%q %+v", asked, p.Unnamed)
		}
		if p, _ = walk(t, "Bearer", mine, []string{id}, []string{"https://keys.test"}, false, web); !p.Genuine() {
			t.Errorf("%+v", p)
		}
	})
	t.Run("redirects", func(t *testing.T) {
		p, asked := walk(t, "Bearer", mine, []string{id}, nil, false, map[string]string{at: server(""), "https://id.test/keys": "-> https://evil.test/keys"})
		if p.Keys != nil || slices.ContainsFunc(asked, func(a string) bool { return strings.Contains(a, "evil") }) || len(p.Failed) != 1 || !strings.Contains(p.Failed[0], "not followed") {
			t.Errorf("%q %q", asked, p.Failed)
		}
	})
	t.Run("an endless key set", func(t *testing.T) {
		p, _ := walk(t, "Bearer", mine, []string{id}, nil, false, map[string]string{at: server(""), "https://id.test/keys": keys(strings.Repeat(key.jwk(t, "k1", "")+",", 900))})
		if p.Keys != nil || len(p.Failed) != 1 {
			t.Errorf("%q", p.Failed)
		}
	})
	t.Run("private keys, and two of one kid", func(t *testing.T) {
		p, _ := walk(t, "Bearer", mine, []string{id}, nil, false, map[string]string{at: server(""), "https://id.test/keys": keys(key.jwk(t, "k1", `,"d":"c2VjcmV0LW51bWJlcg"`), other.jwk(t, "k1", ""))})
		if len(p.Notes) != 2 || strings.Contains(strings.Join(p.Notes, ""), "c2VjcmV0") || p.Genuine() {
			t.Errorf("%q, genuine %v", p.Notes, p.Genuine())
		}
	})
	t.Run("plain http", func(t *testing.T) {
		const plain = "http://id.test"
		p, _ := walk(t, "Bearer", key.token(t, "k1", `{"iss":"`+plain+`"}`), []string{plain}, nil, false, map[string]string{
			plain + "/.well-known/openid-configuration": `{"issuer":"` + plain + `","jwks_uri":"http://id.test/keys"}`, "http://id.test/keys": keys(key.jwk(t, "k1", ""))})
		if p.Signed == nil || p.Genuine() {
			t.Errorf("what came over plain http proves nothing: %+v", p)
		}
	})
	t.Run("introspection", func(t *testing.T) {
		web := map[string]string{at: server(`,"introspection_endpoint":"https://id.test/introspect"`), "https://id.test/introspect": `{"active":true,"aud":"x"}`}
		p, asked := walk(t, "Bearer", "an-opaque-token-7d1c", []string{id}, nil, true, web)
		if p.State == nil || !p.State.Active || !slices.Contains(asked, "POST https://id.test/introspect") {
			t.Errorf("%q %+v", asked, p.State)
		}
		if _, asked = walk(t, "Bearer", "an-opaque-token-7d1c", []string{id}, nil, false, web); slices.ContainsFunc(asked, func(a string) bool { return strings.HasPrefix(a, "POST") }) {
			t.Errorf("without a client: %q", asked)
		}
		web[at] = server(`,"introspection_endpoint":"https://evil.test/introspect"`)
		p, asked = walk(t, "Bearer", "an-opaque-token-7d1c", []string{id}, []string{"https://evil.test"}, true, web)
		if p.State != nil || len(p.Failed) != 1 || slices.ContainsFunc(asked, func(a string) bool { return strings.HasPrefix(a, "POST") }) {
			t.Errorf("an endpoint at another origin: %q %q", asked, p.Failed)
		}
	})
}
