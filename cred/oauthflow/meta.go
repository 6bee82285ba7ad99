package oauthflow

import (
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
)

// Metadata is what flows need of an authorization server's metadata (RFC 8414 2): a record of a client that reads it
// first has it in front. A nil list says that the document does not say.
type Metadata struct {
	X           *exchange.Exchange
	AuthMethods []string // token_endpoint_auth_methods_supported
	PKCE        []string // code_challenge_methods_supported
	Grants      []string // grant_types_supported
	Scopes      []string // scopes_supported
	token       string   // token_endpoint
}

func (r *Record) metadata(x *exchange.Exchange) bool {
	p := x.Request.URL.Path
	if x.Request.Method != "GET" || !strings.Contains(p, "/.well-known/openid-configuration") && !strings.Contains(p, "/.well-known/oauth-authorization-server") {
		return false
	}
	if !x.OK() || len(x.Body()) > maxForm {
		return true
	}
	obj, _, err := jwt.Object("metadata", x.Body())
	if err != nil {
		return true
	}
	m := &Metadata{X: x, AuthMethods: words(obj["token_endpoint_auth_methods_supported"]), PKCE: words(obj["code_challenge_methods_supported"]),
		Grants: words(obj["grant_types_supported"]), Scopes: words(obj["scopes_supported"])}
	m.token, _ = obj["token_endpoint"].(string)
	r.Meta = m
	return true
}

func words(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	out := []string{}
	for _, e := range list[:min(len(list), maxParams)] {
		if s, ok := e.(string); ok && len(s) < 100 {
			out = append(out, jwt.NameOf(s).Show)
		}
	}
	return out
}

// About reports that the metadata is of the server whose token endpoint t asked.
func (m *Metadata) About(t *Token) bool {
	if m == nil {
		return false
	}
	u, err := exchange.ParseURL(m.token)
	return err == nil && u.Origin() == t.X.Request.URL.Origin() && trimmed(u.Path) == trimmed(t.X.Request.URL.Path)
}

// Verifies reports that the server t asked says that it verifies PKCE.
func (m *Metadata) Verifies(t *Token, method string) bool {
	return m.About(t) && slices.Contains(m.PKCE, method)
}
