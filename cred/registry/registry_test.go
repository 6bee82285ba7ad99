package registry_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/registry"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func TestAsk(t *testing.T) {
	// The challenge of distribution's docs/spec/auth/token.md.
	a, err := registry.AskOf(challenge.Parse([]string{`Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push"`}))
	if err != nil {
		t.Fatal(err)
	}
	got := a.URL("jlhawn")
	want := "https://auth.docker.io/token?account=jlhawn&client_id=docker&scope=repository%3Asamalba%2Fmy-app%3Apull%2Cpush&service=registry.docker.io"
	if s := got.Origin().String() + got.Target().Reveal(); s != want {
		t.Errorf("got %s\nwant %s", s, want)
	}
	for _, bad := range []string{`Bearer service="x"`, `Bearer realm="/token",service="x"`, `Bearer realm="https://auth./%zz:x/token"`, `Basic realm="x"`} {
		if a, err := registry.AskOf(challenge.Parse([]string{bad})); err == nil && a.Realm.Host == "" {
			t.Errorf("%s: no error and no host", bad)
		}
	}
}

func TestScopes(t *testing.T) {
	s := registry.ParseScope("repository:registry.test:5000/team/web:pull,push")
	if s.Type != "repository" || s.Name != "registry.test:5000/team/web" || len(s.Actions) != 2 {
		t.Errorf("%+v", s)
	}
	granted := []registry.Scope{registry.ParseScope("repository:a:pull"), registry.ParseScope("repository:b:*")}
	for asked, want := range map[string]string{"repository:a:pull": "", "repository:a:pull,push": "repository:a:push", "repository:b:delete": "", "repository:c:pull": "repository:c:pull"} {
		got := ""
		for _, m := range registry.Missing([]registry.Scope{registry.ParseScope(asked)}, granted) {
			got += m.String()
		}
		if got != want {
			t.Errorf("%s: missing %q, want %q", asked, got, want)
		}
	}
	for path, want := range map[string]string{"GET /v2/a/b/manifests/1": "repository:a/b:pull", "POST /v2/a/blobs/uploads/": "repository:a:pull,push", "DELETE /v2/a/manifests/x": "repository:a:delete", "GET /v2/": ""} {
		method, p, _ := strings.Cut(path, " ")
		got, ok := registry.Wanted(method, exchange.URL{Path: p})
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%s: %v %v, want %s", path, got, ok, want)
		}
	}
}

func TestGrant(t *testing.T) {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	token := part(`{"alg":"RS256","kid":"K","x5c":["x"]}`) + "." + part(`{"iss":"i","aud":["s"],"access":[{"type":"repository","name":"a","actions":["pull"]}]}`) + ".c2ln"
	g, ok := registry.GrantOf(registry.Token([]byte(`{"token":"` + token + `"}`)))
	if !ok || g.Issuer != "i" || g.Audience != "s" || g.ID != "K" || !g.Chain || len(g.Access) != 1 || g.Access[0].String() != "repository:a:pull" {
		t.Errorf("%+v %v", g, ok)
	}
	if _, ok := registry.GrantOf(secret.New("opaque")); ok {
		t.Error("an opaque token was read")
	}
	if v := registry.Token([]byte(`{"access_token":"abc"}`)); !v.Is("abc") || !v.Closed() {
		t.Errorf("%v", v)
	}
	if v := registry.Token([]byte(`{"token":"a\r\nX: y"}`)); !v.Empty() {
		t.Error("a token with a line break was taken")
	}
}

func TestInner(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "10.1.2.3": true, "127.0.0.1": true, "::1": true, "::ffff:192.168.1.1": true, "169.254.169.254": true, "registry.test": false, "8.8.8.8": false} {
		if registry.Inner(host) != want {
			t.Errorf("%s: %v", host, !want)
		}
	}
}

// FuzzRegistry looks for a challenge or an answer that makes the reading panic, or a token that prints.
func FuzzRegistry(f *testing.F) {
	f.Add(`Bearer realm="https://a.test/t?x=1",service="s",scope="repository:a:pull repository::"`, `{"token":"a.b.c"}`)
	f.Add(`Bearer realm="http://[::1",scope=":,:"`, `{"access_token":"e30.e30."}`)
	f.Fuzz(func(t *testing.T, c, body string) {
		if a, err := registry.AskOf(challenge.Parse([]string{c})); err == nil {
			_ = a.Widen(registry.ParseScope(c)).URL(body)
			registry.Missing(a.Scopes, a.Scopes)
		}
		v := registry.Token([]byte(body))
		if !v.Empty() && !v.Closed() {
			t.Error("the token prints")
		}
		registry.GrantOf(v)
	})
}
