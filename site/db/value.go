package db

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Value is what a column holds: the bytes that are stored, or NULL.
type Value struct {
	b    string
	held bool // false for NULL, the zero value
}

// Bytes is a value that is not NULL.
func Bytes(s string) Value { return Value{s, true} }

// Null reports NULL.
func (v Value) Null() bool { return !v.held }

// Text gives the bytes, "" for NULL.
func (v Value) Text() string { return v.b }

// Arg is the value as the driver takes it: bytes, compared and stored as they are.
func (v Value) Arg() any {
	if !v.held {
		return nil
	}
	return []byte(v.b)
}

// SQL writes the value as a literal of a statement that a person may run.
func (v Value) SQL() string {
	if !v.held {
		return "NULL"
	}
	for _, r := range v.b {
		if r == utf8.RuneError || r < ' ' && r != '\n' {
			return "0x" + strings.ToUpper(hex.EncodeToString([]byte(v.b)))
		}
	}
	if strings.ContainsAny(v.b, "\\\n") { // a backslash means another thing under NO_BACKSLASH_ESCAPES
		return "0x" + strings.ToUpper(hex.EncodeToString([]byte(v.b)))
	}
	return "'" + strings.ReplaceAll(v.b, "'", "''") + "'"
}

// MarshalJSON writes null, a string, or {"hex": "..."} for bytes that are no text.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case !v.held:
		return []byte("null"), nil
	case utf8.ValidString(v.b):
		return json.Marshal(v.b)
	}
	return json.Marshal(map[string]string{"hex": hex.EncodeToString([]byte(v.b))})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	if string(b) == "null" {
		return nil
	}
	var s string
	if json.Unmarshal(b, &s) == nil {
		*v = Bytes(s)
		return nil
	}
	var coded struct{ Hex *string }
	if err := json.Unmarshal(b, &coded); err != nil || coded.Hex == nil {
		return fmt.Errorf(`a value of a row: expected null, a string or {"hex": "..."}`)
	}
	raw, err := hex.DecodeString(*coded.Hex)
	if err != nil {
		return fmt.Errorf("a value of a row: %w", err)
	}
	*v = Bytes(string(raw))
	return nil
}
