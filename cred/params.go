package cred

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// ofQuery finds credentials in a query. A signed URL is one credential, whatever number of parameters it takes.
func ofQuery(query []exchange.Param) []Credential {
	var out []Credential
	taken := make([]bool, len(query))
	if family, sig, idx := signed(query); sig >= 0 {
		c := Credential{In: InQuery, Place: shownName(query[sig].Name), Scheme: family.scheme, Kind: SignedURL,
			Value: decoded(query[sig].Value), Whole: query[sig].Value, Vendor: Vendor{Name: family.vendor, What: "signed URL"}}
		for _, i := range idx {
			taken[i] = true
			c.Names = append(c.Names, shownName(query[i].Name))
		}
		out = append(out, c)
	}
	count := map[string]int{}
	for i, p := range query {
		name := paramName(p.Name)
		if !taken[i] && p.Value.Len() > 0 {
			if kind, ok := paramKind(name, decoded(p.Value)); ok {
				v := secret.New(decoded(p.Value).Reveal()) // a short number is public elsewhere, under such a name it is a PIN
				out = append(out, Credential{In: InQuery, Place: shownName(p.Name), Index: count[name], Kind: kind,
					Value: v.Trim(), Whole: secret.New(p.Value.Reveal()), Vendor: VendorOf(v), Flaws: AnatomyOfKey(v)})
			}
		}
		count[name]++
	}
	return out
}

// signed finds the first family whose signature is there with at least one more member. A hash family of one
// parameter (Akamai) needs no second.
func signed(query []exchange.Param) (f family, sig int, idx []int) {
	for _, f := range signedFamilies {
		sig, idx = -1, nil
		for i, p := range query {
			name := paramName(p.Name)
			if name == f.members[0] && p.Value.Len() > 8 {
				sig = i
			}
			if slices.Contains(f.members, name) {
				idx = append(idx, i)
			}
		}
		if sig >= 0 && (len(idx) > 1 || f.vendor == "Akamai") {
			return f, sig, idx
		}
	}
	return family{}, -1, nil
}

func paramName(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		s = u
	}
	return strings.ToLower(s)
}

func decoded(v secret.Text) secret.Text {
	return v.Map(func(s string) string {
		if u, err := url.QueryUnescape(s); err == nil {
			return u
		}
		return s
	})
}

// paramKind decides by name first, by the form of the value second. A lone token-like value of an unknown name is
// taken for a credential only when its form is a vendor's or a JWT's: identifiers look alike.
func paramKind(name string, v secret.Text) (Kind, bool) {
	switch {
	case jwt.LooksLike(v):
		return JWT, true
	case oneTimeParams[name] && v.Len() >= 6 && (name != "code" || v.Len() >= 10):
		return OneTime, true
	case keyParams[name]:
		return APIKey, true
	case doubtfulParams[name] && v.Len() >= 10, VendorOf(v).Known():
		return APIKey, true
	case strings.HasSuffix(name, "_token") || strings.HasSuffix(name, "apikey") || strings.HasSuffix(name, "api_key") || strings.HasSuffix(name, "_secret"):
		return APIKey, v.Len() >= 6 && !strings.Contains(name, "csrf") && !strings.Contains(name, "xsrf")
	}
	return Other, false
}

func stripQuery(query []exchange.Param) []exchange.Param {
	_, sig, idx := signed(query)
	if sig < 0 {
		idx = nil
	}
	var out []exchange.Param
	for i, p := range query {
		_, is := paramKind(paramName(p.Name), decoded(p.Value))
		if p.Value.Len() > 0 && is || slices.Contains(idx, i) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// bodyFields gives the fields of a form or a flat JSON object; ok is false for any other body.
func bodyFields(req exchange.Request) (fields []exchange.Param, isJSON, ok bool) {
	if req.Body.Empty() || req.Body.Len() > 64<<10 {
		return nil, false, false
	}
	media, _, _ := strings.Cut(strings.ToLower(req.Header.Get("Content-Type")), ";")
	body := strings.TrimSpace(req.Body.Reveal())
	switch media = strings.TrimSpace(media); {
	case media == "application/x-www-form-urlencoded" || media == "" && !strings.HasPrefix(body, "{") && strings.Contains(body, "="):
		for _, p := range exchange.ParseQuery(body) {
			if !exchange.OpenParam(p.Name, p.Value.Reveal()) {
				p.Value = secret.New(p.Value.Reveal())
			}
			fields = append(fields, p)
		}
		return fields, false, true
	case media == "application/json" || strings.HasSuffix(media, "+json") || media == "" && strings.HasPrefix(body, "{"):
		var obj map[string]any
		if json.Unmarshal([]byte(body), &obj) != nil {
			return nil, false, false
		}
		for _, name := range slices.Sorted(mapKeys(obj)) {
			if s, isString := obj[name].(string); isString {
				fields = append(fields, exchange.Param{Name: name, Value: secret.New(s), Eq: true})
			}
		}
		return fields, true, true
	}
	return nil, false, false
}

func mapKeys(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

var passwordFields = set("password", "passwd", "passphrase", "pwd", "pass", "j_password", "userpassword", "user_password", "login_password")

var userFields = []string{"username", "user", "login", "email", "user_name", "j_username", "userid", "log", "user_login", "client_id"}

func bodyKind(name string, v secret.Text) (Kind, bool) {
	switch {
	case passwordFields[name]:
		return Login, true
	case oneTimeParams[name]:
		return OneTime, true
	case keyParams[name]:
		if jwt.LooksLike(v) {
			return JWT, true
		}
		return APIKey, true
	}
	return Other, false
}

func ofBody(req exchange.Request) []Credential {
	fields, isJSON, _ := bodyFields(req)
	var out []Credential
	for _, p := range fields {
		v := p.Value
		if !isJSON {
			v = decoded(v)
		}
		if kind, ok := bodyKind(paramName(p.Name), v); ok && !v.Empty() {
			c := Credential{In: InBody, Place: shownName(p.Name), Kind: kind, Value: v, Whole: p.Value, Vendor: VendorOf(v)}
			if form, is := PlaceholderForm(v); is {
				c.Flaws = []Flaw{{Placeholder, form}}
			}
			out = append(out, c)
		}
	}
	return out
}

// stripBody takes credentials out of a form; a JSON body that holds one is dropped whole, because an object without
// its password is a request nobody would send.
func stripBody(r exchange.Request) exchange.Request {
	fields, isJSON, ok := bodyFields(r)
	if !ok {
		return r
	}
	var keep []exchange.Param
	for _, p := range fields {
		v := p.Value
		if !isJSON {
			v = decoded(v)
		}
		if _, is := bodyKind(paramName(p.Name), v); !is {
			keep = append(keep, p)
		}
	}
	if len(keep) == len(fields) {
		return r
	}
	if isJSON {
		r.Body = secret.Text{}
	} else {
		r.Body = secret.New(exchange.URL{Query: keep}.RawQuery().Reveal())
	}
	if r.Header.Has("Content-Length") {
		r.Header = r.Header.With(exchange.RequestField("Content-Length", strconv.Itoa(r.Body.Len())))
	}
	return r
}
