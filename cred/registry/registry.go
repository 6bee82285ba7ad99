// Package registry takes apart what a container registry and its clients say about tokens: the challenge that points to
// a token server, the token request it asks for, the answer, and what the token in it grants.
//
// It follows the distribution project's token authentication (distribution/distribution, docs/spec/auth: token, jwt,
// scope) and the OCI distribution specification's paths. It sends nothing.
package registry

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Ask is a challenge that points to a token server.
type Ask struct {
	Realm   exchange.URL // the token server
	Service string
	Scopes  []Scope
	Error   string // the challenge's error: "invalid_token", "insufficient_scope"
}

// AskOf reads the Bearer challenge of a registry. An error says why its realm is no address that can be asked.
func AskOf(cs challenge.Challenges) (Ask, error) {
	c := cs.Find("Bearer")
	if c == nil {
		return Ask{}, errors.New("no Bearer challenge")
	}
	a := Ask{Service: c.Value("service"), Error: c.Value("error")}
	for s := range strings.FieldsSeq(c.Value("scope")) {
		a.Scopes = append(a.Scopes, ParseScope(s))
	}
	if c.Value("realm") == "" {
		return a, errors.New("the challenge has no realm")
	}
	u, err := exchange.ParseURL(c.Value("realm"))
	if err != nil {
		return a, err
	}
	u.Fragment, u.User = "", secret.Text{}
	a.Realm = u
	return a, nil
}

// URL is the address of the token request: the realm with service, scopes and, for a login, the account.
func (a Ask) URL(account string) exchange.URL {
	u := a.Realm
	u.Query = slices.Clone(u.Query)
	add := func(name, value string) {
		if value != "" {
			u.HasQuery = true
			u.Query = append(u.Query, exchange.Param{Name: name, Value: secret.Public(url.QueryEscape(value)), Eq: true})
		}
	}
	add("account", account)
	add("client_id", "docker")
	for _, s := range a.Scopes {
		add("scope", s.String())
	}
	add("service", a.Service)
	return u
}

// Scope is one resource and what may be done with it: "repository:team/web:pull,push".
type Scope struct {
	Type, Name string
	Actions    []string
}

// ParseScope reads one scope. The name may hold colons (a host with a port), so the first and last colon divide.
func ParseScope(s string) Scope {
	kind, rest, _ := strings.Cut(s, ":")
	name, actions := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		name, actions = rest[:i], rest[i+1:]
	}
	out := Scope{Type: kind, Name: name}
	for a := range strings.SplitSeq(actions, ",") {
		if a != "" {
			out.Actions = append(out.Actions, a)
		}
	}
	return out
}

func (s Scope) String() string { return s.Type + ":" + s.Name + ":" + strings.Join(s.Actions, ",") }

// Wanted is the scope that a request to a registry needs: pull for reading, pull and push for what changes, delete for
// DELETE (registry/handlers/app.go, appendAccessRecords). ok is false for paths that name no repository.
func Wanted(method string, u exchange.URL) (Scope, bool) {
	p, ok := strings.CutPrefix(u.Path, "/v2/")
	if !ok {
		return Scope{}, false
	}
	for _, part := range []string{"/manifests/", "/blobs/", "/tags/list", "/referrers/"} {
		i := strings.LastIndex(p, part)
		if i <= 0 {
			continue
		}
		s := Scope{Type: "repository", Name: p[:i], Actions: []string{"pull"}}
		switch method {
		case "POST", "PUT", "PATCH":
			s.Actions = []string{"pull", "push"}
		case "DELETE":
			s.Actions = []string{"delete"}
		}
		return s, true
	}
	return Scope{}, false
}

// Widen adds to the asked scopes the actions of s.
func (a Ask) Widen(s Scope) Ask {
	a.Scopes = slices.Clone(a.Scopes)
	for i, o := range a.Scopes {
		if o.Type == s.Type && o.Name == s.Name {
			actions := slices.Clone(o.Actions)
			for _, x := range s.Actions {
				if !slices.Contains(actions, x) {
					actions = append(actions, x)
				}
			}
			a.Scopes[i].Actions = actions
			return a
		}
	}
	a.Scopes = append(a.Scopes, s)
	return a
}

// Token is the token in the answer of a token server; empty when there is none.
func Token(body []byte) secret.Text {
	var m struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	if json.Unmarshal(body, &m) != nil {
		return secret.Text{}
	}
	if m.Token == "" {
		m.Token = m.AccessToken
	}
	if strings.IndexFunc(m.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) >= 0 {
		return secret.Text{}
	}
	return secret.New(m.Token)
}

// Grant is what a registry's token says of itself.
type Grant struct {
	Issuer, Audience, Subject string
	Access                    []Scope
	ID                        string // kid of the header
	NotBefore, Expires        int64  // seconds, 0 when the token does not say
	Chain                     bool   // the header brings the certificate chain (x5c)
}

// GrantOf reads the claims of a token. ok is false for one that is no JWT: an opaque token says nothing.
func GrantOf(t secret.Text) (g Grant, ok bool) {
	parts := strings.Split(t.Reveal(), ".")
	if len(parts) != 3 {
		return g, false
	}
	header, okHeader := object("header", parts[0])
	claims, okClaims := object("payload", parts[1])
	if !okHeader || !okClaims {
		return g, false
	}
	g.ID, _ = header["kid"].(string)
	_, g.Chain = header["x5c"]
	g.Issuer, _ = claims["iss"].(string)
	g.Subject, _ = claims["sub"].(string)
	switch aud := claims["aud"].(type) {
	case string:
		g.Audience = aud
	case []any:
		for _, a := range aud {
			if s, ok := a.(string); ok && g.Audience == "" {
				g.Audience = s
			}
		}
	}
	g.NotBefore, g.Expires = seconds(claims["nbf"]), seconds(claims["exp"])
	list, _ := claims["access"].([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		s := Scope{}
		s.Type, _ = m["type"].(string)
		s.Name, _ = m["name"].(string)
		actions, _ := m["actions"].([]any)
		for _, a := range actions {
			if w, ok := a.(string); ok {
				s.Actions = append(s.Actions, w)
			}
		}
		g.Access = append(g.Access, s)
	}
	return g, true
}

func seconds(v any) int64 {
	switch n := v.(type) {
	case json.Number:
		i, err := n.Int64()
		if err != nil {
			return 0
		}
		return i
	case float64:
		if n > 0 && n < 1<<40 {
			return int64(n)
		}
	}
	return 0
}

func object(part, coded string) (map[string]any, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(coded, "="))
	if err != nil {
		return nil, false
	}
	m, _, err := jwt.Object(part, raw)
	return m, err == nil
}

// Missing gives what of asked is not granted; the action * grants all.
func Missing(asked, granted []Scope) []Scope {
	var out []Scope
	for _, a := range asked {
		var lacks []string
		for _, action := range a.Actions {
			if !slices.ContainsFunc(granted, func(g Scope) bool {
				return g.Type == a.Type && g.Name == a.Name && (slices.Contains(g.Actions, action) || slices.Contains(g.Actions, "*"))
			}) {
				lacks = append(lacks, action)
			}
		}
		if len(lacks) > 0 {
			out = append(out, Scope{a.Type, a.Name, lacks})
		}
	}
	return out
}

// Inner reports a host that is this machine's or a private network's own. A registry of the public Internet that points
// there is not followed: it would make the client ask machines that only the client can reach.
func Inner(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		a = a.Unmap()
		return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
