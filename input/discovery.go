package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// Discovery is the request for an issuer's metadata (OpenID Connect Discovery 4, RFC 8414). The issuer stands in a token
// that anybody may have made: it must be https, or on this machine, and nobody but the user decides whether it is asked.
func Discovery(issuer secret.Text) (*exchange.Intent, error) {
	u, err := exchange.ParseURL(issuer.Reveal())
	if err != nil {
		return nil, fmt.Errorf("the issuer is no address to ask: %w", err)
	}
	if u.HasQuery || u.Fragment != "" {
		return nil, errors.New("the issuer is no address to ask: it has a query or a fragment")
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/.well-known/openid-configuration"
	return document(u)
}

// Keys is the request for the keys that an issuer's metadata names (jwks_uri).
func Keys(metadata []byte) (*exchange.Intent, error) {
	var m struct {
		Keys string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(metadata, &m); err != nil {
		return nil, errors.New("the issuer's metadata is no JSON object")
	}
	if m.Keys == "" {
		return nil, errors.New("the issuer's metadata names no jwks_uri")
	}
	u, err := exchange.ParseURL(m.Keys)
	if err != nil {
		return nil, fmt.Errorf("jwks_uri: %w", err)
	}
	return document(u)
}

// document is a plain GET of a public document, without credentials.
func document(u exchange.URL) (*exchange.Intent, error) {
	ip, err := netip.ParseAddr(u.Host)
	if here := u.Host == "localhost" || err == nil && ip.IsLoopback(); u.Scheme != "https" && !here {
		return nil, errors.New("it is not https: keys that come over plain http prove nothing")
	}
	if !u.User.Empty() {
		return nil, errors.New("it holds a user name")
	}
	return &exchange.Intent{
		Agent: exchange.Agent{Name: "why401"},
		Request: exchange.Request{Method: "GET", URL: u, Header: exchange.Header{
			exchange.RequestField("Host", u.Authority()), exchange.RequestField("Accept", "application/json")}},
		Source: fact.Source{Input: "token"},
	}, nil
}
