package draft

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
)

const shop = "http://shop.test"

// options reach the server under every name, or nobody when there is none.
func options(t testing.TB, server *httptest.Server) guard.Options {
	return guard.Options{Dir: t.TempDir(), StateDir: t.TempDir() + "/state", Env: func(string) string { return "" },
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			if server == nil {
				return nil, errors.New("nobody listens")
			}
			return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
		}}
}

// entry is one exchange of an archive; header is "Name: value".
func entry(method, url string, status int, header ...string) string {
	type field struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	fields := []field{}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		fields = append(fields, field{name, value})
	}
	b, _ := json.Marshal(map[string]any{"request": map[string]any{"method": method, "url": url, "headers": fields}, "response": map[string]any{"status": status}})
	return string(b)
}

func archiveOf(entries ...string) string {
	return `{"log":{"entries":[` + strings.Join(entries, ",") + `]}}`
}

const canary = "Q7d2kV9sXz4mB1nR8tYw3"

// TestFromHAR: each way to carry a credential becomes a principal, and of what the archive holds only what was let in by a
// credential, may stand in a file, and is the first one's origin.
func TestFromHAR(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/open" {
			w.WriteHeader(204)
			return
		}
		w.WriteHeader(401)
	}))
	defer server.Close()
	text, err := FromHAR(context.Background(), strings.NewReader(archiveOf(
		entry("GET", shop+"/bearer", 200, "Authorization: Bearer "+canary),
		entry("GET", shop+"/basic", 200, "Authorization: Basic YWxpY2U6UTdkMmtWOXNYejRtQjFuUjh0WXcz"),
		entry("GET", shop+"/cookie", 200, "Cookie: theme=dark; PHPSESSID="+canary),
		entry("GET", shop+"/key", 200, "X-API-Key: "+canary),
		entry("GET", shop+"/open", 200, "Authorization: Bearer "+canary),
		entry("GET", shop+"/bearer", 200, "Authorization: Bearer "+canary),
		entry("GET", shop+"/refused", 401, "Authorization: Bearer "+canary),
		entry("POST", shop+"/changes", 201, "Authorization: Bearer "+canary),
		entry("GET", shop+"/anonymous", 200),
		entry("GET", shop+"/reset/"+canary, 200, "Authorization: Bearer "+canary),
		entry("GET", shop+"/query?api_key="+canary, 200, "X-API-Key: "+canary),
		entry("GET", "http://elsewhere.test/bearer", 200, "Authorization: Bearer "+canary),
	)), contract.Target{}, options(t, server))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), canary) || strings.Contains(string(text), "YWxpY2U6") {
		t.Errorf("a secret is written:\n%s", text)
	}
	c, err := contract.Parse("it", text)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, r := range c.Rows {
		got[r.Route] = append(got[r.Route], r.Name)
	}
	want := map[string][]string{
		"/bearer": {"token gets /bearer", "nobody else gets /bearer"}, "/basic": {"user gets /basic", "nobody else gets /basic"},
		"/cookie": {"session gets /cookie", "nobody else gets /cookie"}, "/key": {"key gets /key", "nobody else gets /key"},
		"/open": {"token gets /open", "nobody else gets /open (today: 204)"},
	}
	for route, names := range want {
		if !slices.Equal(got[route], names) {
			t.Errorf("%s: rows %q, want %q", route, got[route], names)
		}
		delete(got, route)
	}
	for route, names := range got {
		t.Errorf("%s: rows %q, want none", route, names)
	}
	if !strings.Contains(string(text), "PHPSESSID") {
		t.Error("the session's cookie is not the one that is named")
	}
}

func TestFromHARSaysWhatIsMissing(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                                     "expected JSON with log.entries",
		`[]`:                                    "expected JSON with log.entries",
		archiveOf(entry("GET", shop+"/a", 200)): "no GET with a credential",
		archiveOf(entry("GET", shop+"/a", 403, "Authorization: Bearer "+canary)):                 "no GET with a credential",
		archiveOf(entry("GET", "about:blank", 200, "Authorization: Bearer "+canary)):             "no GET with a credential",
		archiveOf(entry("GET", shop+"/a", 200, "Authorization: Negotiate YIIabcdefghijklmnopq")): "no GET with a credential",
	} {
		if _, err := FromHAR(context.Background(), strings.NewReader(text), contract.Target{}, options(t, nil)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.90s: %v, want %q", text, err, want)
		}
	}
}

// FuzzFromHAR: an archive gives a contract that can be read, or an error, and never its bearer token.
func FuzzFromHAR(f *testing.F) {
	f.Add(archiveOf(entry("GET", shop+"/a", 200, "Authorization: Bearer "+canary)), canary)
	f.Add(archiveOf(entry("GET", shop+"/a?x=1", 200, "Cookie: a="+canary), entry("GET", shop+"/b", 200, "X-API-Key: "+canary)), canary)
	f.Add(`{"log":{"entries":[{"request":{}}]}}`, "")
	o := options(f, nil)
	f.Fuzz(func(t *testing.T, text, token string) {
		out, err := FromHAR(context.Background(), strings.NewReader(text), contract.Target{}, o)
		if err != nil {
			return
		}
		if _, err := contract.Parse("it", out); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if token == canary && strings.Contains(text, "Bearer "+token) && strings.Contains(string(out), token) {
			t.Fatalf("the token is written:\n%s", out)
		}
	})
}

// FuzzFromOpenAPI: a description gives a contract that can be read, or an error.
func FuzzFromOpenAPI(f *testing.F) {
	f.Add("openapi: 3.1.0\nservers: [{url: 'http://shop.test/v1'}]\npaths:\n  /a: {get: {security: [{k: []}]}}\ncomponents: {securitySchemes: {k: {type: http, scheme: bearer}}}\n")
	f.Add(`{"openapi":"3.0.3","servers":[{"url":"/"}],"paths":{"/a":{"get":{"parameters":[{"in":"query","required":true}]}}}}`)
	f.Add("openapi: 3.0.0\npaths: {/b: {get: {}}}\nsecurity: [{}, {x: []}]\ncomponents: {securitySchemes: {x: {type: apiKey, in: cookie, name: sid}}}\n")
	o := options(f, nil)
	f.Fuzz(func(t *testing.T, text string) {
		if !IsOpenAPI([]byte(text)) {
			return
		}
		if out, err := FromOpenAPI(context.Background(), []byte(text), contract.Target{}, o); err == nil {
			if _, err := contract.Parse("it", out); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
	})
}
