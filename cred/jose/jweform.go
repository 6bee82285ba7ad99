package jose

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/why401/why401/secret"
)

// encrypted is a JWE for one recipient.
type encrypted struct {
	protected, header map[string]any
	key, iv, body     []byte
	tag               []byte
	aad               []byte
	spent             *int64 // rounds of PBES2 so far, shared by the recipients
}

func (m *encrypted) str(name string) string { s, _ := m.header[name].(string); return s }

func compactJWE(v secret.Text) (*encrypted, error) {
	s := strings.TrimSpace(v.Reveal())
	if len(s) > maxDocument {
		return nil, fmt.Errorf("%d bytes, more than the %d that are read", len(s), maxDocument)
	}
	if strings.Count(s, ".") != 4 {
		return nil, errors.New("an encrypted token has five parts with four dots between")
	}
	p := strings.Split(s, ".")
	raw, err := strict("header", p[0])
	if err != nil {
		return nil, err
	}
	m := &encrypted{aad: []byte(p[0]), spent: new(int64)}
	if m.protected, err = headerOf("header", raw); err != nil {
		return nil, err
	}
	m.header = m.protected
	return m, m.parts(p[1], p[2], p[3], p[4])
}

func (m *encrypted) parts(key, iv, body, tag string) error {
	for _, part := range []struct {
		name, text string
		to         *[]byte
	}{{"encrypted key", key, &m.key}, {"initialization vector", iv, &m.iv}, {"ciphertext", body, &m.body}, {"authentication tag", tag, &m.tag}} {
		b, err := strict(part.name, part.text)
		if err != nil {
			return err
		}
		*part.to = b
	}
	return nil
}

func jsonJWE(data []byte) ([]*encrypted, error) {
	if len(data) > maxDocument {
		return nil, fmt.Errorf("%d bytes, more than the %d that are read", len(data), maxDocument)
	}
	obj, err := headerOf("encrypted object", data)
	if err != nil {
		return nil, err
	}
	wrong := errors.New("encrypted object: a member has the wrong type")
	member := map[string]string{}
	for _, name := range []string{"protected", "iv", "ciphertext", "tag", "aad"} {
		s, ok := text(obj, name)
		if !ok {
			return nil, wrong
		}
		member[name] = s
	}
	protected := map[string]any{}
	if member["protected"] != "" {
		raw, err := strict("header", member["protected"])
		if err != nil {
			return nil, err
		}
		if protected, err = headerOf("header", raw); err != nil {
			return nil, err
		}
	}
	aad := []byte(member["protected"])
	if member["aad"] != "" {
		if _, err := strict("aad", member["aad"]); err != nil {
			return nil, err
		}
		aad = []byte(member["protected"] + "." + member["aad"])
	}
	recipients, general := obj["recipients"].([]any)
	if general && (obj["encrypted_key"] != nil || obj["header"] != nil) || len(recipients) > maxTries {
		return nil, errors.New("encrypted object: general and flattened form at once, or too many recipients")
	}
	if !general {
		recipients = []any{obj}
	}
	var out []*encrypted
	spent := new(int64)
	for _, e := range recipients {
		one, ok := e.(map[string]any)
		key, okKey := text(one, "encrypted_key")
		if !ok || !okKey {
			return nil, wrong
		}
		m := &encrypted{protected: protected, aad: aad, spent: spent}
		if m.header, err = merge(protected, obj["unprotected"], one["header"]); err != nil {
			return nil, err
		}
		if err := m.parts(key, member["iv"], member["ciphertext"], member["tag"]); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		return nil, errors.New("encrypted object: no recipient")
	}
	return out, nil
}

// merge joins the headers, whose names must not meet (RFC 7516 7.2.1).
func merge(protected map[string]any, more ...any) (map[string]any, error) {
	out := map[string]any{}
	for k, v := range protected {
		out[k] = v
	}
	for _, e := range more {
		if e == nil {
			continue
		}
		obj, ok := e.(map[string]any)
		if !ok {
			return nil, errors.New("encrypted object: a header is no object")
		}
		for k, v := range obj {
			if _, twice := out[k]; twice {
				return nil, errors.New("encrypted object: a name stands in two headers")
			}
			out[k] = v
		}
	}
	return out, nil
}

// bytes gives a header member that is base64url.
func (m *encrypted) bytes(name string) ([]byte, error) {
	s, ok := m.header[name].(string)
	if !ok {
		return nil, fmt.Errorf("%s is missing", name)
	}
	return base64.RawURLEncoding.Strict().DecodeString(s)
}
