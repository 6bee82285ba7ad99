package input

import (
	"strings"
	"testing"

	"github.com/why401/why401/secret"
)

// TestMetadata reads documents with the members of the examples in RFC 8414 3.2 and RFC 9728 3.2.
func TestMetadata(t *testing.T) {
	const server = `{"issuer":"https://server.example.com","authorization_endpoint":"https://server.example.com/authorize",
 "token_endpoint":"https://server.example.com/token","token_endpoint_auth_methods_supported":["client_secret_basic","private_key_jwt"],
 "token_endpoint_auth_signing_alg_values_supported":["RS256","ES256"],"userinfo_endpoint":"https://server.example.com/userinfo",
 "jwks_uri":"https://server.example.com/jwks.json","scopes_supported":["openid","profile"],"ui_locales_supported":["en-US","de-CH"]}`
	in, err := Keys([]byte(server))
	if err != nil || in.Request.URL.String() != "https://server.example.com/jwks.json" || in.Request.Header.Has("Authorization") {
		t.Errorf("%v %+v", err, in)
	}
	const resource = `{"resource":"https://resource.example.com","authorization_servers":["https://as1.example.com","https://as2.example.net"],
 "bearer_methods_supported":["header","body"],"scopes_supported":["profile","email","phone"],"resource_documentation":"https://resource.example.com/resource_documentation.html"}`
	if _, err := Keys([]byte(resource)); err == nil || !strings.Contains(err.Error(), "jwks_uri") {
		t.Errorf("metadata of a protected resource need not name keys, and these do not: %v", err)
	}
	for issuer, want := range map[string]string{
		"https://server.example.com":             "https://server.example.com/.well-known/openid-configuration",
		"https://id.example.com/realms/demo/":    "https://id.example.com/realms/demo/.well-known/openid-configuration",
		"http://127.0.0.1:8080/realms/demo":      "http://127.0.0.1:8080/realms/demo/.well-known/openid-configuration",
		"http://id.example.com":                  "",
		"https://id.example.com/?next=elsewhere": "",
		"https://user@id.example.com/":           "",
		"not an address":                         "",
	} {
		in, err := Discovery(secret.Public(issuer))
		if got := ""; err == nil {
			got = in.Request.URL.String()
			if got != want {
				t.Errorf("%s: %s, want %s", issuer, got, want)
			}
		} else if want != "" {
			t.Errorf("%s: %v", issuer, err)
		}
	}
	for _, bad := range []string{"", "[]", `{"jwks_uri":7}`, `{"jwks_uri":"ftp://a.test/"}`, `{"jwks_uri":"http://a.test/keys"}`} {
		if _, err := Keys([]byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
