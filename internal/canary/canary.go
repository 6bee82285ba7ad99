// Package canary holds a secret to plant, and the spellings in which secrets travel, for the tests that look for it in
// everything that is written. The spellings are made here anew, so that a mistake in secret.Spellings cannot hide itself.
package canary

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
)

// Secret is unique, of a token's shape, with characters that every encoding spells differently.
const Secret = "Kq7vZr2WmT9xLb4N+Yd3s/Hc8"

// Spelling is one way to write a secret.
type Spelling struct {
	Name string
	Of   func(string) string
}

// Spellings are those that any test can plant; a test adds what its own medium has.
var Spellings = []Spelling{
	{"raw", func(s string) string { return s }},
	{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{"base64url", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
	{"percent", url.QueryEscape},
	{"double percent", func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }},
	{"json", func(s string) string { b, _ := json.Marshal(s + `"`); return strings.Trim(string(b), `"\`) }},
	{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"gzip and base64", func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(s))
		z.Close()
		return base64.RawURLEncoding.EncodeToString(b.Bytes())
	}},
}
