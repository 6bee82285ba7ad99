package redact

import (
	"encoding/base64"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/secret"
)

// openClaims are claims and header members that decide whether a token is taken, and name no person.
var openClaims = set(`alg typ cty enc zip crit b64 iss aud exp nbf iat auth_time azp scope scp scopes ver token_use token_type tid type
	acr amr roles role groups wids idtyp appidacr azpacr aio_ xms_tcdt client_id cid appid gty kubernetes.io namespace
	warnafter permissions allowed-origins resource_access realm_access email_verified updated_at cnf at_hash_ access actions
	rat version env events htm htu repository ref workflow_ tenant_region_scope uti_ authorities`)

// personal claims that are names of persons, rather than ids.
var personal = set(`sub name given_name family_name middle_name nickname preferred_username email upn unique_name ip ipaddr
	phone_number address birthdate picture profile website login user username user_name onprem_sid oid`)

// token replaces a JWT: header and claims stay readable, what names a person or a key does not, the signature is made up.
func (r *Redactor) token(v string) string {
	if r.issued[v] {
		return v
	}
	if e := r.known[v]; e != nil {
		e.Times++
		return e.to
	}
	parts := strings.Split(v, ".")
	if len(parts) > 16 {
		return r.leaf(Token, v)
	}
	for i, p := range parts {
		switch {
		case i == 0, i == 1 && len(parts) < 5:
			parts[i] = r.jsonPart(p)
		default:
			parts[i] = r.bytesPart(p)
		}
	}
	out := strings.Join(parts, ".")
	shape := "a JWT"
	if t, err := jwt.Decode(secret.Public(v)); err == nil {
		shape = "a JWT, " + string(t.Form)
		if t.Header.Alg != "" && len(t.Header.Alg) < 12 && !secret.Looks(t.Header.Alg) {
			shape += ", " + t.Header.Alg
		}
	}
	r.note(JWT, v, out, shape).Times++
	return out
}

// jsonPart replaces inside an encoded JSON object; a part that is none is cut or made up.
func (r *Redactor) jsonPart(p string) string {
	body := strings.TrimRight(p, "=")
	enc := base64.RawURLEncoding
	b, err := enc.DecodeString(body)
	if err != nil {
		enc = base64.RawStdEncoding
		if b, err = enc.DecodeString(body); err != nil {
			return r.cutPart(p)
		}
	}
	s := string(b)
	if !strings.HasPrefix(strings.TrimSpace(s), "{") || enc.EncodeToString(b) != body {
		return r.cutPart(p)
	}
	out := r.claims(s)
	if out == s {
		return p
	}
	coded := enc.EncodeToString([]byte(out))
	if len(p) > len(body) {
		coded += strings.Repeat("=", (4-len(coded)%4)%4)
	}
	return coded
}

// cutPart is what remains of a part that does not decode as a whole: its first whole groups, when they are the beginning
// of an object, tell the algorithm or the first claims.
func (r *Redactor) cutPart(p string) string {
	n := len(p)
	if i := strings.IndexFunc(p, func(c rune) bool { return !alnum(c) && c != '-' && c != '_' && c != '+' && c != '/' }); i >= 0 {
		n = i
	}
	n -= n % 4
	b, err := base64.RawURLEncoding.DecodeString(p[:n])
	if err != nil || !strings.HasPrefix(string(b), "{") {
		return (&maker{n: uint64(len(r.order) + 1)}).scramble(p)
	}
	out := base64.RawURLEncoding.EncodeToString([]byte(r.claims(string(b))))
	return out + (&maker{n: uint64(len(r.order) + 1)}).scramble(p[n:])
}

// bytesPart makes up an encoded part of as many bytes.
func (r *Redactor) bytesPart(p string) string {
	b, err := base64.RawURLEncoding.DecodeString(p)
	g := &maker{n: uint64(len(r.order) + 101)}
	if err != nil || len(b) == 0 {
		if kept(p) {
			return p
		}
		return g.scramble(p)
	}
	for i := range b {
		b[i] = g.next("abcdefghijklmnopqrstuvwxyz0123456789") ^ 0x55
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// claims replaces the values of an object's members that are not known to be needed.
func (r *Redactor) claims(s string) string { return r.jsonIn(s, inClaims) }

// claim replaces the value of one claim.
func (r *Redactor) claim(name, v string) string {
	low := strings.ToLower(name)
	switch {
	case low == "iss" && !strings.Contains(v, "@"), low == "aud" && !strings.Contains(v, "@"):
		return r.text(v)
	case low == "sub" || low == "azp" || low == "aud" || low == "iss":
		return r.user(v)
	case openClaims[low]:
		return r.text(v)
	case personal[low]:
		return r.user(v)
	case low == "kid", low == "x5t", low == "jti", low == "sid", low == "nonce", low == "jkt", low == "x5t#s256":
		return r.leaf(ID, v)
	case low == "jku", low == "x5u":
		return r.text(v)
	}
	if harmless(v) || len(v) <= 3 {
		return v
	}
	if strings.ContainsAny(v, " @/") {
		return r.text(v)
	}
	return r.leaf(Claim, v)
}
