package oauth

import (
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Introspect is the question of RFC 7662 2.1: is this token active? The client logs in by Basic, each half encoded as a
// form is (RFC 6749 2.3.1), or in the body where the server says that it takes nothing else.
func Introspect(endpoint exchange.URL, token secret.Text, client exchange.Login, methods []string) exchange.Request {
	form := func(t secret.Text) secret.Text { return secret.Hide(url.QueryEscape(t.Reveal())) }
	body := secret.Join(secret.Public("token="), form(token), secret.Public("&token_type_hint=access_token"))
	r := exchange.Request{Method: "POST", URL: endpoint, Header: exchange.Header{
		exchange.RequestField("Host", endpoint.Authority()),
		exchange.RequestField("Accept", "application/json"),
		exchange.RequestField("Content-Type", "application/x-www-form-urlencoded"),
	}}
	if len(methods) > 0 && !slices.Contains(methods, "client_secret_basic") && slices.Contains(methods, "client_secret_post") {
		r.Body = secret.Join(body, secret.Public("&client_id="), form(client.User), secret.Public("&client_secret="), form(client.Password))
		return r
	}
	pair := form(client.User).Reveal() + ":" + form(client.Password).Reveal()
	r.Header = append(r.Header, exchange.Field{Name: "Authorization",
		Value: secret.Join(secret.Public("Basic "), secret.New(base64.StdEncoding.EncodeToString([]byte(pair))))})
	r.Body = body
	return r
}

// State is what an introspection endpoint says of a token (RFC 7662 2.2).
type State struct {
	Active bool
	Claims *jwt.Claims // iss, aud, exp, scope and the like, as in a JWT; empty for a token that is not active
	Flaws  []string
}

// ReadState reads an introspection endpoint's answer.
func ReadState(body []byte) (State, error) {
	if t := strings.TrimSpace(string(body[:min(len(body), 64)])); strings.HasPrefix(t, "eyJ") {
		return State{}, errors.New("introspection: a signed answer (RFC 9701); expected a JSON object")
	}
	d, err := open("introspection", body)
	if err != nil {
		return State{}, err
	}
	s := State{Claims: &jwt.Claims{}}
	if _, has := d.obj["active"]; !has {
		return State{}, errors.New("introspection: a JSON object without active (RFC 7662 2.2)")
	}
	s.Active = d.yes("active")
	// The other members are registered JWT claims (RFC 7662 3.1), so the reader of claims reads them.
	t, err := jwt.Decode(secret.Hide("eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString(body) + "."))
	if err == nil && t.Claims != nil {
		s.Claims = t.Claims
	}
	s.Flaws = d.flaws
	return s, nil
}
