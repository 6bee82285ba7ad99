package oauth

import (
	"errors"
	"strings"

	"github.com/why401/why401/cred/jwt"
)

// Server is the metadata of an authorization server (RFC 8414 2, OpenID Connect Discovery 1.0 3).
type Server struct {
	Issuer        jwt.Name
	Keys          string // jwks_uri, "" when it names none
	Token         string // token_endpoint
	Introspection string // introspection_endpoint (RFC 7662)
	Scopes        []string
	IDTokenAlgs   []string // id_token_signing_alg_values_supported: of ID tokens, and mostly of access tokens as well
	DPoPAlgs      []string // dpop_signing_alg_values_supported (RFC 9449 5.1); nil when it takes no DPoP
	CertBound     bool     // tls_client_certificate_bound_access_tokens (RFC 8705 3.3)
	ClientAuth    []string // how clients log in at the introspection endpoint, or else at the token endpoint
	Flaws         []string // what departs from the RFCs, printable
}

// ReadServer reads an authorization server's metadata. Where issuer is asked for by the caller it must be compared, letter
// by letter (RFC 8414 3.3): see Speaks.
func ReadServer(body []byte) (Server, error) {
	d, err := open("metadata", body)
	if err != nil {
		return Server{}, err
	}
	s := Server{Issuer: d.name("issuer"), Keys: d.text("jwks_uri"), Token: d.text("token_endpoint"), Introspection: d.text("introspection_endpoint"),
		Scopes: d.shown("scopes_supported"), IDTokenAlgs: d.shown("id_token_signing_alg_values_supported"),
		DPoPAlgs: d.shown("dpop_signing_alg_values_supported"), CertBound: d.yes("tls_client_certificate_bound_access_tokens"),
		ClientAuth: d.shown("introspection_endpoint_auth_methods_supported")}
	if s.ClientAuth == nil {
		s.ClientAuth = d.shown("token_endpoint_auth_methods_supported")
	}
	if !s.Issuer.Present() && s.Keys == "" && s.Token == "" {
		return Server{}, errors.New("metadata: a JSON object without issuer, jwks_uri and token_endpoint; expected an authorization server's metadata")
	}
	if !s.Issuer.Present() {
		d.flaw("issuer is missing (RFC 8414 2)")
	}
	s.Flaws = d.flaws
	return s, nil
}

// tenant is what Microsoft's documents for many tenants have in place of one.
const tenant = "{tenantid}"

// Speaks reports that the document is about issuer, letter by letter, as RFC 8414 3.3 and OpenID Connect Discovery 4.3
// want it. The one exception is Microsoft's: its documents for many tenants hold {tenantid}.
func (s Server) Speaks(issuer jwt.Name) bool {
	if !issuer.Present() || !s.Issuer.Present() {
		return false
	}
	if s.Issuer.Text.Equal(issuer.Text) {
		return true
	}
	before, after, found := s.Issuer.Text.Cut(tenant)
	if !found || !before.HasPrefix("https://login.microsoftonline.") && !before.HasPrefix("https://sts.windows.net/") {
		return false
	}
	mine := strings.TrimSuffix(strings.TrimPrefix(issuer.Text.Reveal(), before.Reveal()), after.Reveal())
	return issuer.Text.HasPrefix(before.Reveal()) && issuer.Text.HasSuffix(after.Reveal()) && mine != "" && !strings.Contains(mine, "/")
}

// Resource is the metadata of a protected resource (RFC 9728 2).
type Resource struct {
	Resource  jwt.Name   // its own identifier, which tokens for it have in aud (RFC 8707 2)
	Servers   []jwt.Name // authorization_servers: issuers it takes tokens of; the list may be left out, and may be partial
	Keys      string     // jwks_uri: the resource's own keys, which sign its answers, never its tokens
	Scopes    []string
	Methods   []string // bearer_methods_supported: "header", "body", "query"; nil when it does not say
	DPoP      bool     // dpop_bound_access_tokens_required
	CertBound bool     // tls_client_certificate_bound_access_tokens
	Flaws     []string
}

// ReadResource reads a protected resource's metadata.
func ReadResource(body []byte) (Resource, error) {
	d, err := open("resource metadata", body)
	if err != nil {
		return Resource{}, err
	}
	r := Resource{Resource: d.name("resource"), Servers: d.names("authorization_servers"), Keys: d.text("jwks_uri"),
		Scopes: d.shown("scopes_supported"), Methods: d.shown("bearer_methods_supported"),
		DPoP: d.yes("dpop_bound_access_tokens_required"), CertBound: d.yes("tls_client_certificate_bound_access_tokens")}
	if !r.Resource.Present() && len(r.Servers) == 0 {
		return Resource{}, errors.New("resource metadata: a JSON object without resource and authorization_servers")
	}
	if !r.Resource.Present() {
		d.flaw("resource is missing (RFC 9728 2)")
	}
	r.Flaws = d.flaws
	return r, nil
}
