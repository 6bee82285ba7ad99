package jose

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
)

// Bounds of what is read.
const (
	maxDocument = 1 << 20
	maxKeys     = 1000
	maxRSA      = 16384
)

// fromJSON reads a JWK, a JWK set (RFC 7517 5), or the map of kid to certificate that Google publishes.
func fromJSON(data []byte) (Set, error) {
	obj, flaws, err := jwt.Object("keys", data)
	if err != nil {
		return Set{}, err
	}
	var s Set
	for _, f := range flaws {
		s.Notes = append(s.Notes, string(f))
	}
	switch list, isList := obj["keys"].([]any); {
	case isList:
		if len(list) > maxKeys {
			return Set{}, fmt.Errorf("keys: %d in the set, more than the %d that are read", len(list), maxKeys)
		}
		for _, e := range list {
			m, ok := e.(map[string]any)
			if !ok {
				s.Notes = append(s.Notes, "an element of keys is no object")
				continue
			}
			s.Keys = append(s.Keys, fromJWK(m, "JWK set", &s))
		}
	case obj["kty"] != nil:
		s.Keys = append(s.Keys, fromJWK(obj, "JWK", &s))
	case obj["jwks_uri"] != nil:
		return Set{}, errors.New("keys: this is a discovery document; the keys are at its jwks_uri")
	default:
		if !s.certificates(obj) {
			return Set{}, errors.New(`keys: a JSON object without "kty" or "keys"`)
		}
	}
	secrets, pairs := 0, 0
	for _, k := range s.Keys {
		if k.Kty == "oct" {
			secrets++
		} else {
			pairs++
		}
	}
	s.Mixed = secrets > 0 && pairs > 0
	return s, nil
}

// Published reads a key set that a stranger publishes: the public half of each key, and of nothing else. What should not
// stand there, private numbers and shared secrets, is counted and thrown away: such a key must be replaced, and checking
// a stranger's primes costs seconds.
func Published(data []byte) (s Set, private int, err error) {
	if len(data) > maxDocument {
		return s, 0, fmt.Errorf("keys: %d bytes, more than the %d that are read", len(data), maxDocument)
	}
	obj, flaws, err := jwt.Object("keys", data)
	if err != nil {
		return s, 0, err
	}
	for _, f := range flaws {
		s.Notes = append(s.Notes, string(f))
	}
	list, isList := obj["keys"].([]any)
	switch {
	case !isList && s.certificates(obj):
		return s, 0, nil
	case !isList:
		return s, 0, errors.New(`keys: expected a JSON object with a list "keys" (RFC 7517 5)`)
	case len(list) > maxKeys:
		return s, 0, fmt.Errorf("keys: %d in the set, more than the %d that are read", len(list), maxKeys)
	}
	for _, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			s.Notes = append(s.Notes, "an element of keys is no object")
			continue
		}
		if m["d"] != nil || m["kty"] == "oct" {
			private++
		}
		if m["kty"] == "oct" {
			continue
		}
		public := map[string]any{}
		for _, name := range []string{"kty", "crv", "n", "e", "x", "y", "kid", "alg", "use", "key_ops"} {
			if v, has := m[name]; has {
				public[name] = v
			}
		}
		s.Keys = append(s.Keys, fromJWK(public, "JWK set", &s))
	}
	return s, private, nil
}

// certificates reads {"kid": "-----BEGIN CERTIFICATE-----..."}.
func (s *Set) certificates(obj map[string]any) bool {
	found := false
	for _, kid := range slices.Sorted(maps.Keys(obj)) {
		text, _ := obj[kid].(string)
		if !strings.HasPrefix(text, "-----BEGIN ") || len(s.Keys) >= maxKeys {
			continue
		}
		one, err := fromPEM([]byte(text))
		if err != nil {
			continue
		}
		for i := range one.Keys {
			one.Keys[i].Kid = jwt.NameOf(kid)
		}
		s.Add(one)
		found = true
	}
	return found
}
