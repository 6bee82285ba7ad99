package oauthflow

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Params are the parameters of a request or an answer, decoded. Those that open nothing may be shown.
type Params struct{ list []param }

type param struct {
	name  string
	value secret.Text
}

// Get is the first value of name, empty when absent.
func (p Params) Get(name string) secret.Text {
	for _, q := range p.list {
		if q.name == name {
			return q.value
		}
	}
	return secret.Text{}
}

// Has reports that name is present with a value.
func (p Params) Has(name string) bool { return !p.Get(name).Empty() }

// Show is the first value of name as it may be shown: a closed one by its number.
func (p Params) Show(name string) string { return p.Get(name).String() }

// Count is how often name stands there.
func (p Params) Count(name string) int {
	n := 0
	for _, q := range p.list {
		if q.name == name {
			n++
		}
	}
	return n
}

func (p *Params) add(name, value string) {
	if len(p.list) < maxParams && name != "" {
		p.list = append(p.list, param{name, closed(name, value)})
	}
}

// closed makes the value of a parameter printable where it opens nothing.
func closed(name, value string) secret.Text {
	switch name {
	case "error":
		// Error codes are words (RFC 6749 5.2); anything else is foreign text.
		if len(value) <= 64 && strings.Trim(value, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ-.") == "" {
			return secret.Public(value)
		}
		return secret.Hide(value)
	case "error_description", "error_uri", "iss", "issuer", "verification_uri", "verification_uri_complete":
		return secret.Hide(value)
	case "expires_in", "interval":
		if len(value) <= 9 && strings.Trim(value, "0123456789") == "" {
			return secret.Public(value)
		}
	case "resource", "audience":
		return jwt.NameOf(value).Text
	}
	if exchange.OpenParam(name, value) {
		return secret.Public(value)
	}
	return secret.New(value)
}

// form reads application/x-www-form-urlencoded text.
func form(s string) Params {
	var p Params
	if len(s) > maxForm {
		return p
	}
	for pair := range strings.SplitSeq(s, "&") {
		name, value, _ := strings.Cut(pair, "=")
		p.add(formDecode(name), formDecode(value))
	}
	return p
}

func formDecode(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

// query reads the query of u.
func query(u exchange.URL) Params {
	var p Params
	for _, q := range u.Query[:min(len(u.Query), maxParams)] {
		p.add(formDecode(q.Name), formDecode(q.Value.Reveal()))
	}
	return p
}

// object reads the top level of a JSON object; numbers as they are written, other values that are no strings left out.
func object(body []byte) Params {
	var p Params
	if t := strings.TrimSpace(string(body[:min(len(body), 64)])); !strings.HasPrefix(t, "{") || len(body) > maxForm {
		return p
	}
	obj, _, err := jwt.Object("body", body)
	if err != nil {
		return p
	}
	for name, v := range obj {
		switch v := v.(type) {
		case string:
			p.add(name, v)
		case json.Number:
			p.add(name, v.String())
		case map[string]any: // Google wraps its errors
			if s, ok := v["status"].(string); ok && name == "error" {
				p.add("error", s)
			}
		}
	}
	return p
}

// sent are the parameters in a request's body.
func sent(r exchange.Request) Params {
	body := r.Body.Reveal()
	if body == "" || len(body) > maxForm {
		return Params{}
	}
	if t := strings.TrimSpace(body); strings.HasPrefix(t, "{") {
		return object([]byte(t))
	}
	media := strings.ToLower(r.Header.Get("Content-Type"))
	if strings.HasPrefix(media, "application/x-www-form-urlencoded") || media == "" && strings.Contains(body, "=") {
		return form(strings.TrimSpace(body))
	}
	return Params{}
}

// answered are the parameters in an answer's body: JSON, or a form, as GitHub and old servers send it.
func answered(x *exchange.Exchange) Params {
	body := x.Body()
	if p := object(body); len(p.list) > 0 {
		return p
	}
	if strings.HasPrefix(strings.ToLower(x.Header().Get("Content-Type")), "application/x-www-form-urlencoded") {
		return form(strings.TrimSpace(string(body[:min(len(body), maxForm)])))
	}
	return Params{}
}
