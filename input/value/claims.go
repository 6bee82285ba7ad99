package value

import (
	"encoding/base64"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// registered are claims whose presence makes an object the claims of a token (RFC 7519 4.1, OpenID Connect, and what
// large issuers add); the second set makes it likely, the third is a JOSE header's.
var (
	registered = set("iss", "aud", "exp", "nbf", "iat", "jti", "azp", "appid", "scp", "tid", "oid", "token_use", "auth_time", "at_hash", "cognito:username",
		"realm_access", "resource_access", "preferred_username", "kubernetes.io", "cid", "ver", "sid", "acr", "amr", "idtyp", "unique_name", "user_name", "authorities",
		"http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "permissions", "gty", "allowed-origins", "session_state")
	likelyClaim = set("sub", "scope", "roles", "role", "email", "name", "client_id", "groups", "nonce", "username", "access")
	joseNames   = set("alg", "typ", "kid", "enc", "x5t", "jku", "cty", "zip", "crit", "x5c", "jwk")
	// strange are names that an answer, a setting or a key set has, and claims have not.
	strange = set("error", "errors", "message", "status", "access_token", "token", "keys", "issuer", "authorization_endpoint", "statusCode", "detail", "active",
		"type", "title", "code", "log", "info", "auths", "password", "grant_type", "Logging", "openapi", "swagger", "method", "url", "headers", "n", "e", "id_token", "client_secret", "Version", "Statement")
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// claimsScore says how sure it is that t is the decoded part of a token.
func claimsScore(t string) int {
	objects, rest := objectsIn(t)
	best := 0
	for _, o := range expand(objects) {
		best = max(best, o.score())
	}
	if best == 0 {
		return 0
	}
	rest = strings.TrimSpace(rest)
	switch {
	case len(rest) == 0:
		return best
	case claimsTitle.MatchString(rest) || len(rest) < 40 && !strings.ContainsAny(rest, "<>$(\n"):
		return best - 5
	case len(rest) < 120 && len(rest) < len(t)/2:
		return min(best, 50)
	}
	return 0
}

var claimsTitle = lazyregexp.New(`(?is)^[\s.,;:=>/#*-]*((decoded|payload|header|claims?|data|token|jwt|the|id|access|of|body|my|is|algorithm|&|verify|signature|type|const|var|let|python|javascript|print|out|your-256-bit-secret|hmacsha256\(?[^{}]{0,120})[\s.,;:=>/#*)-]*)*$`)

// score of one object by its names.
func (o object) score() int {
	reg, likely, jose, odd := 0, 0, 0, 0
	for _, m := range o.members {
		switch {
		case registered[m.name]:
			reg++
		case likelyClaim[m.name]:
			likely++
		case joseNames[m.name]:
			jose++
		case strange[m.name]:
			odd++
		}
	}
	switch {
	case odd > 0 && reg < 3:
		return 0
	case reg >= 2:
		return 93
	case reg == 1 && (likely > 0 || len(o.members) <= 3):
		return 88
	case reg == 1:
		return 62
	case jose >= 2 && o.has("alg"), jose == len(o.members) && o.has("alg"):
		return 70
	case o.has("sub") && len(o.members) <= 6:
		return 60
	}
	return 0
}

// claims makes a token of each decoded payload: header (the object before it, when that is one), claims, no signature.
func (r *reader) claims(text string) {
	objects, _ := objectsIn(text)
	if len(objects) == 0 && r.Sure {
		if o, _ := bareMembers(text); len(o.members) > 0 {
			objects = append(objects, o)
		}
	}
	objects = expand(objects)
	var header *object
	used := false
	emit := func(at int, h, c *object) {
		head := `{"typ":"JWT"}`
		if h != nil {
			head = h.json()
		}
		body := "{}"
		if c != nil {
			body = c.json()
		}
		enc := base64.RawURLEncoding
		v := enc.EncodeToString([]byte(head)) + "." + enc.EncodeToString([]byte(body)) + "."
		n := lineAt(text, at)
		r.ev.Tokens = append(r.ev.Tokens, exchange.Token{Value: secret.New(v), From: r.at(n), Whole: false})
		if len(r.ev.Tokens) == 1 {
			r.say(n, "a token's decoded parts: the signature and the encoded form are not shown")
		}
	}
	for i := range objects {
		o := &objects[i]
		if o.header() {
			if header != nil && !used {
				emit(header.at, header, nil)
			}
			header, used = o, false
			continue
		}
		if o.score() == 0 && !(r.Sure && len(o.members) > 0) && header == nil {
			continue
		}
		for _, m := range o.members {
			if m.lost {
				r.say(lineAt(text, o.at), "claim %s is not shown whole", shownName(m.name))
			}
		}
		emit(o.at, header, o)
		used = true
	}
	if header != nil && !used {
		emit(header.at, header, nil)
	}
}

// expand puts the decoded parts in the place of an object that only wraps them: {"header": {...}, "payload": {...}}.
func expand(objects []object) []object {
	var out []object
	for _, o := range objects {
		var inner []object
		if o.score() == 0 && !o.header() {
			for _, m := range o.members {
				if !wrappers[m.name] || !strings.HasPrefix(m.value, "{") {
					continue
				}
				p := literal{s: m.value}
				if in, ok := p.object(0); ok {
					in.at = o.at
					inner = append(inner, in)
				}
			}
		}
		if len(inner) == 0 {
			inner = []object{o}
		}
		out = append(out, inner...)
	}
	return out
}

var wrappers = set("header", "headers", "payload", "claims", "body", "data", "decoded", "token", "jwt", "accessToken", "idToken", "access_token", "id_token")

// header reports a JOSE header.
func (o object) header() bool {
	return o.has("alg") && !o.has("iss") && !o.has("exp") && !o.has("aud") && !o.has("sub")
}

func (o object) has(name string) bool {
	for _, m := range o.members {
		if m.name == name {
			return true
		}
	}
	return false
}

func shownName(s string) string {
	if len(s) > 80 || secret.Looks(s) {
		return secret.New(s).String()
	}
	return s
}
