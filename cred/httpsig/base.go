package httpsig

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/dunglas/httpsfv"
	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Lines are the lines of the signature base (RFC 9421 2.5), or of the signing string of the forerunner. The error names
// the component that cannot be had.
func (s Signature) Lines(req exchange.Request) ([]form.Line, error) {
	if s.Legacy {
		return s.legacyLines(req)
	}
	var out []form.Line
	for _, item := range s.Input.Items {
		id, err := httpsfv.Marshal(item)
		if err != nil {
			return nil, fmt.Errorf("signature base: %w", err)
		}
		values, err := component(req, item)
		if err != nil {
			return nil, fmt.Errorf("signature base: %s: %w", id, err)
		}
		for _, v := range values {
			out = append(out, form.Line{Name: id, Value: v})
		}
	}
	params, err := httpsfv.Marshal(httpsfv.List{s.Input})
	if err != nil {
		return nil, fmt.Errorf("signature base: %w", err)
	}
	return append(out, form.Line{Name: `"@signature-params"`, Value: secret.Hide(params)}), nil
}

// Base is the text that is signed.
func (s Signature) Base(req exchange.Request) (string, error) {
	lines, err := s.Lines(req)
	if err != nil {
		return "", err
	}
	text := make([]string, len(lines))
	for i, l := range lines {
		text[i] = l.Name + ": " + l.Value.Reveal()
	}
	return strings.Join(text, "\n"), nil
}

// component gives the values of one component: one, but for a query parameter that stands there several times.
func component(req exchange.Request, item httpsfv.Item) ([]secret.Text, error) {
	name, ok := item.Value.(string)
	if !ok {
		return nil, errors.New("is no string")
	}
	if strings.HasPrefix(name, "@") {
		return derive(req, name, item.Params)
	}
	return field(req, name, item.Params)
}

func authority(req exchange.Request) string {
	host := strings.ToLower(req.Header.Text("Host").Trim().Reveal())
	if host == "" {
		return req.URL.Authority()
	}
	if port := map[string]string{"http": ":80", "https": ":443"}[req.URL.Scheme]; port != "" {
		host = strings.TrimSuffix(host, port) // RFC 9421 2.2.3: the default port is left out
	}
	return host
}

func derive(req exchange.Request, name string, params *httpsfv.Params) ([]secret.Text, error) {
	path := req.URL.Path
	if path == "" {
		path = "/"
	}
	query := "?" + req.URL.RawQuery().Reveal()
	one := func(t secret.Text) ([]secret.Text, error) { return []secret.Text{t}, nil }
	switch name {
	case "@method":
		return one(secret.Public(req.Method))
	case "@authority":
		return one(form.Shown(authority(req)))
	case "@scheme":
		return one(secret.Public(strings.ToLower(req.URL.Scheme)))
	case "@path":
		return one(form.Shown(path))
	case "@query":
		return one(secret.Hide(query))
	case "@target-uri":
		text := req.URL.Scheme + "://" + authority(req) + path
		if !req.URL.HasQuery {
			return one(form.Shown(text))
		}
		return one(secret.Join(form.Shown(text), secret.Hide(query)))
	case "@request-target":
		if !req.Target.Empty() {
			return one(secret.Hide(req.Target.Reveal()))
		}
		if !req.URL.HasQuery {
			return one(form.Shown(path))
		}
		return one(secret.Hide(path + query))
	case "@query-param":
		v, _ := params.Get("name")
		want, _ := v.(string)
		if want == "" {
			return nil, errors.New("has no name")
		}
		var out []secret.Text
		for _, p := range req.URL.Query {
			if recode(p.Name) == want {
				out = append(out, secret.Hide(recode(p.Value.Reveal())))
			}
		}
		if len(out) == 0 {
			return nil, errors.New("is not in the query")
		}
		return out, nil
	}
	return nil, errors.New("is none that a request has")
}

// recode reads a part of a form and writes it in the percent-encoding of RFC 9421 2.2.8: a blank as %20.
func recode(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		s = u
	}
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

func field(req exchange.Request, name string, params *httpsfv.Params) ([]secret.Text, error) {
	list := req.Header.Values(name)
	switch {
	case len(list) > 0:
	case name == "host":
		list = []secret.Text{secret.Public(req.URL.Authority())}
	case name == "content-length":
		list = []secret.Text{secret.Public(strconv.Itoa(req.Body.Len()))}
	default:
		return nil, errors.New("is not in the request")
	}
	var parts []string
	closed := false
	for _, v := range list {
		parts = append(parts, strings.TrimSpace(unfold(v.Reveal())))
		closed = closed || v.Closed()
	}
	text := func(s string) []secret.Text {
		if closed {
			return []secret.Text{secret.Hide(s)}
		}
		return []secret.Text{secret.Public(s)}
	}
	if params == nil {
		return text(strings.Join(parts, ", ")), nil
	}
	if _, bs := params.Get("bs"); bs {
		for i, p := range parts {
			parts[i] = ":" + base64.StdEncoding.EncodeToString([]byte(p)) + ":"
		}
		return text(strings.Join(parts, ", ")), nil
	}
	if key, found := params.Get("key"); found {
		k, _ := key.(string)
		d, err := httpsfv.UnmarshalDictionary(parts)
		if err != nil {
			return nil, errors.New("is no dictionary")
		}
		m, found := d.Get(k)
		if !found {
			return nil, errors.New("has no such key")
		}
		s, err := httpsfv.Marshal(httpsfv.List{m})
		return text(s), err
	}
	if _, sf := params.Get("sf"); sf {
		for _, read := range []func([]string) (httpsfv.StructuredFieldValue, error){
			func(p []string) (httpsfv.StructuredFieldValue, error) { return httpsfv.UnmarshalItem(p) },
			func(p []string) (httpsfv.StructuredFieldValue, error) { return httpsfv.UnmarshalDictionary(p) },
			func(p []string) (httpsfv.StructuredFieldValue, error) { return httpsfv.UnmarshalList(p) },
		} {
			if v, err := read(parts); err == nil {
				s, err := httpsfv.Marshal(v)
				return text(s), err
			}
		}
		return nil, errors.New("is no structured field")
	}
	return text(strings.Join(parts, ", ")), nil
}

// unfold makes one line of a folded field (RFC 9421 2.1).
func unfold(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " ")
}
