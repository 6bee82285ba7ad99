package jose

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/secret"
)

// strict decodes base64url as RFC 7515 2 defines it: no padding, no other characters, no bits that are lost. Go's own
// decoder skips line breaks.
func strict(part, s string) ([]byte, error) {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return nil, fmt.Errorf("%s: position %d: a character that base64url has not", part, i+1)
		}
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%s: the base64url text is not whole", part)
	}
	return b, nil
}

// headerOf reads a header strictly: one object, each name once (RFC 7515 4), in UTF-8.
func headerOf(part string, raw []byte) (map[string]any, error) {
	obj, flaws, err := jwt.Object(part, raw)
	if err != nil {
		return nil, err
	}
	if len(flaws) > 0 {
		return nil, fmt.Errorf("%s: %s", part, flaws[0])
	}
	return obj, nil
}

// signed is one signature with what it covers.
type signed struct {
	protected map[string]any
	header    map[string]any // protected and unprotected together
	input     []byte         // what the signature covers: protected "." payload, as they stand
	rawHeader string         // the protected header as it stands
	payload   string         // as it stands
	content   []byte         // decoded payload
	sig       []byte
	sigError  error // the signature is not strict base64url
	rawSig    string
}

func (m *signed) str(name string) string { s, _ := m.header[name].(string); return s }

var errForm = errors.New("a signed token has three parts with two dots between")

// compact parses the compact serialization (RFC 7515 7.1).
func compact(v secret.Text, o Options) (*signed, error) {
	s := strings.TrimSpace(v.Reveal())
	if len(s) > maxDocument {
		return nil, fmt.Errorf("%d bytes, more than the %d that are read", len(s), maxDocument)
	}
	head, rest, ok := strings.Cut(s, ".")
	if !ok {
		return nil, errForm
	}
	// An unencoded payload (RFC 7797) may hold no dot in this form, so the last one ends it in any case.
	i := strings.LastIndexByte(rest, '.')
	if i < 0 || strings.Contains(rest[:i], ".") {
		return nil, errForm
	}
	return newSigned(head, rest[:i], rest[i+1:], nil, o)
}

func newSigned(head, payload, sig string, unprotected map[string]any, o Options) (*signed, error) {
	m := &signed{header: map[string]any{}, protected: map[string]any{}, rawHeader: head, payload: payload, rawSig: sig}
	if head != "" || unprotected == nil {
		raw, err := strict("header", head)
		if err != nil {
			return nil, err
		}
		if m.protected, err = headerOf("header", raw); err != nil {
			return nil, err
		}
	}
	for k, v := range m.protected {
		m.header[k] = v
	}
	for k, v := range unprotected {
		if _, twice := m.header[k]; twice {
			return nil, errors.New("header: a name stands in the protected and in the unprotected header")
		}
		m.header[k] = v
	}
	if o.Detached != nil {
		if payload != "" {
			return nil, errors.New("payload: present, although it was given apart")
		}
		m.payload = base64.RawURLEncoding.EncodeToString(o.Detached)
		if m.plainPayload() {
			m.payload = string(o.Detached)
		}
	}
	m.content = []byte(m.payload)
	if !m.plainPayload() {
		var err error
		if m.content, err = strict("payload", m.payload); err != nil {
			return nil, err
		}
	}
	m.sig, m.sigError = strict("signature", sig)
	m.input = []byte(head + "." + m.payload)
	return m, nil
}

// plainPayload reports b64=false, which counts only when it is protected and critical (RFC 7797 6).
func (m *signed) plainPayload() bool {
	b64, ok := m.protected["b64"].(bool)
	crit, _ := m.protected["crit"].([]any)
	return ok && !b64 && slices.Contains(crit, any("b64"))
}

// critical names what keeps a verifier from accepting the crit list (RFC 7515 4.1.11), "" when nothing does.
func critical(protected, header map[string]any, known ...string) string {
	v, has := header["crit"]
	if !has {
		return ""
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 || protected["crit"] == nil {
		return "the crit member is not a list of names in the protected header"
	}
	seen := map[string]bool{}
	for _, e := range list {
		name, _ := e.(string)
		if !slices.Contains(known, name) {
			return fmt.Sprintf("the header declares %q critical, which is not understood here", jwt.NameOf(name).Show)
		}
		if _, present := protected[name]; !present || seen[name] {
			return fmt.Sprintf("the crit member names %q, which is absent or named twice", name)
		}
		seen[name] = true
	}
	return ""
}

// fromSerialization parses the JSON serialization, general or flattened (RFC 7515 7.2).
func fromSerialization(data []byte, o Options) ([]*signed, error) {
	if len(data) > maxDocument {
		return nil, fmt.Errorf("%d bytes, more than the %d that are read", len(data), maxDocument)
	}
	obj, err := headerOf("signed object", data)
	if err != nil {
		return nil, err
	}
	payload, _ := obj["payload"].(string)
	list, general := obj["signatures"].([]any)
	if general == (obj["signature"] != nil) {
		return nil, errors.New(`signed object: expected either "signature" or "signatures"`)
	}
	if !general {
		list = []any{obj}
	}
	if len(list) == 0 || len(list) > maxKeys {
		return nil, errors.New("signed object: no signature, or too many")
	}
	var out []*signed
	for _, e := range list {
		one, ok := e.(map[string]any)
		if !ok {
			return nil, errors.New("signed object: a signature is no object")
		}
		head, okHead := text(one, "protected")
		sig, okSig := text(one, "signature")
		unprotected, okUn := one["header"].(map[string]any)
		if !okHead || !okSig || one["header"] != nil && !okUn || head == "" && unprotected == nil {
			return nil, errors.New("signed object: a member has the wrong type")
		}
		if unprotected == nil {
			unprotected = map[string]any{}
		}
		m, err := newSigned(head, payload, sig, unprotected, o)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// text gives a member that may be absent but must be a string.
func text(obj map[string]any, name string) (string, bool) {
	v, has := obj[name]
	if !has {
		return "", true
	}
	s, ok := v.(string)
	return s, ok
}

// isJSON reports a text that is meant as JSON rather than as compact serialization.
func isJSON(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{") && json.Valid([]byte(s))
}
