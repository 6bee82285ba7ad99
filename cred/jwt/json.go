package jwt

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/secret"
)

// part decodes base64url byte by byte, so that an error has a position and a wrong alphabet is a flaw, not the end.
func (t *Token) part(name, s string) ([]byte, *Error) {
	out := make([]byte, 0, len(s)*3/4)
	var acc uint32
	bits, pads := 0, 0
	for i := range len(s) {
		var d uint32
		switch c := s[i]; {
		case c == '=':
			pads++
			t.note(Padded)
			continue
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			t.note(BlankInside)
			continue
		case pads > 0:
			return nil, &Error{name, i + 1, "text behind the base64 padding"}
		case c >= 'A' && c <= 'Z':
			d = uint32(c - 'A')
		case c >= 'a' && c <= 'z':
			d = uint32(c-'a') + 26
		case c >= '0' && c <= '9':
			d = uint32(c-'0') + 52
		case c == '-' || c == '+':
			d = 62
		case c == '_' || c == '/':
			d = 63
		default:
			return nil, &Error{name, i + 1, "character that base64url has not"}
		}
		if s[i] == '+' || s[i] == '/' {
			t.note(StdAlphabet)
		}
		acc = acc<<6 | d
		if bits += 6; bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
			acc &= 1<<bits - 1
		}
	}
	if bits == 6 {
		return nil, &Error{name, len(s), "ends in the middle of a byte: a character is missing"}
	}
	if acc != 0 {
		t.note(LooseBits)
	}
	return out, nil
}

// member is one name and value of a JSON object, in order.
type member struct {
	name  string
	value any // string, json.Number, bool, nil, []any, []member
}

// object reads a JSON object and keeps order and duplicates.
func (t *Token) object(part string, raw []byte) ([]member, *Error) {
	if !utf8.Valid(raw) {
		t.note(InvalidUTF8)
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, &Error{part, 0, "empty"}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	fail := func(err error) *Error {
		if errors.Is(err, errDeep) {
			return &Error{part, int(d.InputOffset()), "nested too deeply"}
		}
		// The decoder's own offsets are those of its last token; a check of the whole text gives the exact byte.
		var syntax *json.SyntaxError
		if errors.As(json.Unmarshal(raw, new(json.RawMessage)), &syntax) {
			if int(syntax.Offset) >= len(raw) && strings.Contains(syntax.Error(), "unexpected end") {
				return &Error{part, len(raw), "the JSON text ends early"}
			}
			return &Error{part, int(syntax.Offset), "not JSON"}
		}
		return &Error{part, int(d.InputOffset()), "not JSON"}
	}
	tok, err := d.Token()
	if err != nil {
		return nil, fail(err)
	}
	if tok != json.Delim('{') {
		return nil, &Error{part, 0, "is JSON, but not an object"}
	}
	obj, err := t.members(d, 1)
	if err != nil {
		return nil, fail(err)
	}
	if len(bytes.TrimSpace(raw[d.InputOffset():])) > 0 {
		t.note(TrailingJSON)
	}
	return obj, nil
}

var errDeep = errors.New("nested too deeply")

func (t *Token) members(d *json.Decoder, depth int) ([]member, error) {
	out := []member{}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		if seen[name] {
			t.note(DuplicateName)
		}
		seen[name] = true
		v, err := t.value(d, depth)
		if err != nil {
			return nil, err
		}
		out = append(out, member{name, v})
	}
	_, err := d.Token()
	return out, err
}

func (t *Token) value(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		return t.members(d, depth+1)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := t.value(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return tok, nil
}

// show is s as it may be printed: elements between / and : that look like keys become numbers, except UUIDs, which
// name tenants and clients and open nothing.
func show(s string) string {
	if len(s) > 512 {
		return secret.New(s).String()
	}
	var b strings.Builder
	for len(s) > 0 {
		i := strings.IndexAny(s, "/:?&=#")
		if i < 0 {
			i = len(s)
		}
		el := s[:i]
		host := strings.HasSuffix(b.String(), "//")
		if !uuid(el) && looks(el, host) || strings.IndexFunc(el, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0 {
			el = secret.New(el).String()
		}
		b.WriteString(el)
		if i < len(s) {
			b.WriteByte(s[i])
			i++
		}
		s = s[i:]
	}
	return b.String()
}

// looks asks a host name label by label: cognito-idp.eu-west-1.amazonaws.com as a whole could pass for a key.
func looks(el string, host bool) bool {
	if !host || len(el) > 253 {
		return secret.Looks(el)
	}
	for label := range strings.SplitSeq(el, ".") {
		if len(label) > 32 || secret.Looks(label) {
			return true
		}
	}
	return false
}

func uuid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}

func name(s string) Name {
	if s == "" {
		return Name{}
	}
	shown := show(s)
	if shown == s {
		return Name{secret.Public(s), s}
	}
	return Name{secret.New(s), shown}
}
