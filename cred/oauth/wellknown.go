package oauth

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// Address reads an issuer identifier, or the address of a document, as a place that could be asked: http or https, no
// user name, no query, no fragment (RFC 8414 2).
func Address(text secret.Text) (exchange.URL, error) {
	if text.Len() > maxText {
		return exchange.URL{}, fmt.Errorf("longer than %d bytes", maxText)
	}
	u, err := exchange.ParseURL(text.Reveal())
	switch {
	case err != nil:
		return exchange.URL{}, fmt.Errorf("no address to ask: %w", err)
	case u.HasQuery || u.Fragment != "":
		return exchange.URL{}, errors.New("no address to ask: it has a query or a fragment")
	case !u.User.Empty():
		return exchange.URL{}, errors.New("no address to ask: it holds a user name")
	}
	return u, nil
}

// Private reports that what comes from u cannot have been changed on the way: https, or this very machine. Keys that come
// over plain http prove nothing.
func Private(u exchange.URL) bool {
	ip, err := netip.ParseAddr(u.Host)
	return u.Scheme == "https" || u.Host == "localhost" || err == nil && ip.IsLoopback()
}

const (
	openid   = "/.well-known/openid-configuration"
	server   = "/.well-known/oauth-authorization-server"
	resource = "/.well-known/oauth-protected-resource"
)

// ServerDocuments are the places of an issuer's metadata, the likeliest first: OpenID Connect puts the well-known part
// behind the issuer's path (Discovery 1.0 4.1), RFC 8414 3.1 between host and path, and some put OpenID Connect's there.
func ServerDocuments(issuer exchange.URL) []exchange.URL {
	path := strings.TrimSuffix(issuer.Path, "/")
	out := []exchange.URL{at(issuer, path+openid), at(issuer, server+path)}
	if path != "" {
		out = append(out, at(issuer, openid+path))
	}
	return out
}

// ResourceDocument is the place of the metadata of the resource at u, by RFC 9728 3.1: between host and path.
func ResourceDocument(u exchange.URL) exchange.URL {
	path := u.Path
	if path == "/" {
		path = ""
	}
	return at(u, resource+path)
}

func at(u exchange.URL, path string) exchange.URL {
	u.Path, u.Query, u.HasQuery, u.Fragment, u.User = path, nil, false, "", secret.Text{}
	return u
}

// Get is the request for a published document: a plain GET without any credential.
func Get(u exchange.URL) exchange.Request {
	return exchange.Request{Method: "GET", URL: u, Header: exchange.Header{
		exchange.RequestField("Host", u.Authority()), exchange.RequestField("Accept", "application/json")}}
}

// Fetch is Get as a request of its own, for a command that gets nothing else.
func Fetch(u exchange.URL) (*exchange.Intent, error) {
	if !Private(u) {
		return nil, errors.New("it is not https: keys that come over plain http prove nothing")
	}
	return &exchange.Intent{Agent: exchange.Agent{Name: "why401"}, Request: Get(u), Source: fact.Source{Input: "token"}}, nil
}
