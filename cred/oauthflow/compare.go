package oauthflow

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Shown is an address as it may be shown: without userinfo, and with the values of its query by number.
func Shown(t secret.Text) string {
	if u, ok := address(t); ok {
		if !t.Closed() {
			return t.String()
		}
		return u.String()
	}
	return jwt.NameOf(t.Reveal()).Show
}

// Differ names the first part in which two addresses differ, "" when they are equal byte for byte, which is how they are
// compared (RFC 6749 4.1.3, RFC 9700 2.1).
func Differ(a, b secret.Text) string {
	if a.Equal(b) {
		return ""
	}
	u, ok1 := address(a)
	v, ok2 := address(b)
	if !ok1 || !ok2 {
		return "the text"
	}
	switch {
	case u.Scheme != v.Scheme:
		return "the scheme"
	case u.Host != v.Host:
		return "the host"
	case u.Port != v.Port:
		return "the port"
	case u.Path != v.Path:
		if trimmed(u.Path) == trimmed(v.Path) {
			return "the slash at the end"
		}
		if strings.EqualFold(u.Path, v.Path) {
			return "upper and lower case of the path"
		}
		return "the path"
	case !u.RawQuery().Equal(v.RawQuery()):
		return "the query"
	}
	return "its spelling"
}

// MovedTo says how the address that the authorization request named differs from the one of the token request: "" when
// they are equal or one of them is unseen.
func (t *Token) MovedTo() string {
	if t.For == nil || t.Grant() != CodeGrant || !t.For.Asked.Has("redirect_uri") || !t.Asked.Has("redirect_uri") {
		return ""
	}
	return Differ(t.For.Asked.Get("redirect_uri"), t.Asked.Get("redirect_uri"))
}

// Address is an address that was sent as a parameter; ok is false when it is no http URL.
func Address(t secret.Text) (exchange.URL, bool) { return address(t) }

// Origin is where the client of a stands by the record: the origin of the answer that sent the browser to the
// authorization endpoint. ok is false when no answer of the record did.
func (r *Record) Origin(a *Authorization, xs []*exchange.Exchange) (exchange.Origin, *exchange.Exchange, bool) {
	for _, x := range slices.Backward(xs) {
		if x.Status()/100 != 3 || x == a.X || x.Request.URL.Origin() == a.X.Request.URL.Origin() {
			continue
		}
		to, ok, err := x.Location()
		if !ok || err != nil {
			continue
		}
		p := query(to)
		if p.Has("client_id") && p.Get("state").Equal(a.Asked.Get("state")) && p.Get("redirect_uri").Equal(a.Asked.Get("redirect_uri")) &&
			to.Origin() == a.X.Request.URL.Origin() {
			return x.Request.URL.Origin(), x, true
		}
	}
	return exchange.Origin{}, nil, false
}

// Missing are the words of scope that were asked for and not given; nil when the answer does not name its scope, which
// says that all were given (RFC 6749 5.1).
func (t *Token) Missing() []string {
	if !t.Got.Has("scope") || t.Got.Get("scope").Closed() {
		return nil
	}
	asked := t.Asked
	if !asked.Has("scope") && t.For != nil {
		asked = t.For.Asked
	}
	if asked.Get("scope").Closed() {
		return nil
	}
	got := strings.Fields(t.Got.Show("scope"))
	var out []string
	for _, s := range strings.Fields(asked.Show("scope")) {
		if !slices.Contains(got, s) {
			out = append(out, s)
		}
	}
	return out
}

// Nonce compares the nonce of the ID token that t brought with the one that was asked with (OpenID Connect Core 3.1.3.7):
// known is false when one of the two was not seen.
func (t *Token) Nonce() (equal, known bool) {
	if t.For == nil || !t.Got.Has("id_token") {
		return false, false
	}
	asked := t.For.Asked.Get("nonce")
	parts := strings.Split(t.Got.Get("id_token").Reveal(), ".")
	if asked.Empty() || len(parts) != 3 {
		return false, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return false, false
	}
	claims, _, jerr := jwt.Object("payload", raw)
	if jerr != nil {
		return false, false
	}
	got, _ := claims["nonce"].(string)
	return asked.Is(got), true
}
