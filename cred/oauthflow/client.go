package oauthflow

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// encoded is a text as application/x-www-form-urlencoded writes it (RFC 6749 appendix B): nothing but letters, digits, a
// few marks, plus signs and percent signs with two digits.
var encoded = lazyregexp.New(`^(?:[A-Za-z0-9._~*+-]|%[0-9A-Fa-f]{2})*$`)

// meant is the id or secret that a Basic value stands for: decoded when it was encoded as RFC 6749 2.3.1 wants it, as it
// stands when it holds what encoding would have replaced.
func meant(t secret.Text) secret.Text {
	return t.Map(func(s string) string {
		if encoded.MatchString(s) && strings.Contains(s, "%") {
			return formDecode(s)
		}
		return s
	})
}

// Encoded reports that t may be the outcome of form-encoding, and not only by holding nothing that would be encoded.
func Encoded(t secret.Text) bool {
	return t.Contains("%") && encoded.MatchString(t.Reveal())
}

// InBody is r with the id and secret of its Basic credential in the form (client_secret_post).
func InBody(r exchange.Request) exchange.Request {
	c := client(r, sent(r))
	if c.Method != "client_secret_basic" {
		return r
	}
	r.Header = r.Header.Without("Authorization")
	body := strip(r.Body.Reveal()) + "&client_id=" + url.QueryEscape(meant(c.Raw).Reveal()) + "&client_secret=" + url.QueryEscape(meant(c.Secret).Reveal())
	return withBody(r, strings.TrimPrefix(body, "&"))
}

// AsBasic is r with the id and secret of its form in Authorization, encoded first (client_secret_basic).
func AsBasic(r exchange.Request) exchange.Request {
	c := client(r, sent(r))
	if c.Method != "client_secret_post" {
		return r
	}
	r.Header = r.Header.With(basicField(url.QueryEscape(c.ID.Reveal()), url.QueryEscape(c.Secret.Reveal())))
	return withBody(r, strip(r.Body.Reveal()))
}

// FormEncoded is r with the id and secret of its Basic credential form-encoded before they are joined (RFC 6749 2.3.1).
func FormEncoded(r exchange.Request) exchange.Request {
	c := client(r, sent(r))
	if c.Method != "client_secret_basic" {
		return r
	}
	r.Header = r.Header.With(basicField(url.QueryEscape(c.Raw.Reveal()), url.QueryEscape(c.Secret.Reveal())))
	return r
}

// NotEncoded is r with the id and secret of its Basic credential form-decoded, for servers that take them as they stand.
func NotEncoded(r exchange.Request) exchange.Request {
	c := client(r, sent(r))
	if c.Method != "client_secret_basic" {
		return r
	}
	r.Header = r.Header.With(basicField(meant(c.Raw).Reveal(), meant(c.Secret).Reveal()))
	return r
}

func basicField(id, password string) exchange.Field {
	return exchange.Field{Name: "Authorization", Value: secret.New("Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+password)))}
}

// strip leaves the client's id and secret out of a form.
func strip(body string) string {
	var keep []string
	for p := range strings.SplitSeq(body, "&") {
		name, _, _ := strings.Cut(p, "=")
		if name != "client_id" && name != "client_secret" {
			keep = append(keep, p)
		}
	}
	return strings.Join(keep, "&")
}

func withBody(r exchange.Request, body string) exchange.Request {
	r.Body = exchange.CloseBody(body)
	r.Header = r.Header.Without("Content-Length")
	return r
}
