package jwt

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/secret"
)

func (t *Token) header(obj []member) {
	h := &t.Header
	for _, m := range obj {
		s, isString := m.value.(string)
		h.Names = append(h.Names, show(m.name))
		switch m.name {
		case "alg", "typ", "cty", "enc", "kid":
			if !isString {
				t.note(WrongType)
			}
		}
		switch m.name {
		case "alg":
			h.Alg = show(s)
		case "typ":
			h.Typ = show(s)
		case "cty":
			h.Cty = show(s)
		case "enc":
			h.Enc = show(s)
		case "kid":
			h.Kid = name(s)
		case "iss":
			h.Issuer = name(s)
		case "nonce":
			h.Nonce = true
		case "crit":
			h.Crit = words(m.value)
			t.note(CriticalPart)
		case "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256":
			h.Keys = append(h.Keys, m.name)
		}
	}
}

func (t *Token) claims(obj []member) *Claims {
	c := &Claims{}
	for _, m := range obj {
		shown := show(m.name)
		if slices.Contains(c.Names, shown) {
			c.DuplicateNames = append(c.DuplicateNames, shown)
		}
		c.Names = append(c.Names, shown)
		s, isString := m.value.(string)
		switch m.name {
		case "iss", "azp", "client_id", "appid", "tid", "sub", "token_use", "token_type":
			if !isString && m.value != nil {
				t.note(WrongType)
			}
		}
		switch m.name {
		case "iss":
			c.Issuer = name(s)
		case "aud":
			c.audience(t, m.value)
		case "azp":
			c.Azp = name(s)
		case "client_id", "appid", "cid":
			if s != "" {
				c.ClientID = name(s)
			}
		case "sub":
			c.Subject = secret.New(s)
		case "exp":
			c.Exp = moment(m.value)
		case "nbf":
			c.Nbf = moment(m.value)
		case "iat":
			c.Iat = moment(m.value)
		case "auth_time":
			c.AuthTime = moment(m.value)
		case "scope", "scp", "scopes":
			c.Scopes = append(c.Scopes, words(m.value)...)
		case "roles", "role":
			c.Roles = append(c.Roles, words(m.value)...)
		case "typ":
			c.Typ = show(s)
		case "token_use":
			c.TokenUse = show(s)
		case "token_type":
			c.TokenType = show(s)
		case "type":
			c.Type = show(s)
		case "kubernetes.io":
			if members, ok := m.value.([]member); ok {
				for _, n := range members {
					if n.name == "warnafter" {
						c.WarnAfter = moment(n.value)
					}
				}
			}
		case "ver":
			c.Ver = scalar(m.value)
		case "tid":
			c.Tid = name(s)
		case "nonce":
			c.Nonce = true
		case "at_hash":
			c.AtHash = true
		case "c_hash":
			c.CHash = true
		case "cnf":
			if members, ok := m.value.([]member); ok {
				for _, n := range members {
					c.Cnf = append(c.Cnf, show(n.name))
				}
			}
		}
	}
	return c
}

func (c *Claims) audience(t *Token, v any) {
	switch v := v.(type) {
	case string:
		c.Audience = append(c.Audience, name(v))
	case []any:
		c.AudienceList = true
		for _, e := range v {
			if s, ok := e.(string); ok {
				c.Audience = append(c.Audience, name(s))
			} else {
				t.note(WrongType)
			}
		}
	default:
		t.note(WrongType)
	}
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return show(v)
	case json.Number:
		return show(v.String())
	}
	return ""
}

// words reads a list that is written as an array or as words with blanks (RFC 8693 4.2) between.
func words(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		for _, w := range strings.Fields(v) {
			out = append(out, show(w))
		}
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, show(s))
			}
		}
	}
	return out
}

// moment reads a NumericDate. Seconds have ten digits until the year 2286, milliseconds thirteen since 2001, so
// anything from 1e11 on was meant as milliseconds.
func moment(v any) Moment {
	m := Moment{Present: true}
	text := ""
	switch v := v.(type) {
	case json.Number:
		text = v.String()
	case string:
		m.AsString = true
		text = strings.TrimSpace(v)
	default:
		m.Invalid = true
		return m
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || f < 0 || f >= 1e14 {
		m.Invalid = true
		return m
	}
	m.Fractional = strings.ContainsAny(text, ".eE")
	if f >= 1e11 {
		m.Milliseconds = true
		f /= 1000
	}
	sec, frac := math.Modf(f)
	m.Time = time.Unix(int64(sec), int64(frac*1e9)).UTC()
	return m
}
