package redact

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/why401/why401/internal/canary"
)

func FuzzRedact(f *testing.F) {
	for _, t := range planted() {
		f.Add(strings.ReplaceAll(t, "{{S}}", canary.Secret))
	}
	f.Add("\xff\xfe\x00eyJ.eyJ.\n-----BEGIN PRIVATE KEY-----\n")
	f.Fuzz(func(t *testing.T, s string) {
		out, r := Text(s, Options{Hosts: true})
		if json.Valid([]byte(s)) && !json.Valid([]byte(out)) {
			t.Errorf("JSON became %q", out)
		}
		if strings.Contains(s, canary.Secret) && strings.Contains(out, canary.Secret) {
			t.Errorf("the canary is left in %q", out)
		}
		_ = r.Summary()
	})
}

// TestBadInput: whatever comes in, it ends soon and without a panic.
func TestBadInput(t *testing.T) {
	var wide []byte
	for _, u := range utf16.Encode([]rune("Authorization: Bearer abc123def456ghi789")) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for name, s := range map[string]string{
		"empty": "", "binary": string([]byte{0, 1, 2, 0xff, 0xfe}), "brackets": strings.Repeat("[", 100_000), "objects": strings.Repeat(`{"a":`, 20_000),
		"long line": "Authorization: " + strings.Repeat("a1", 100_000), "UTF-16": string(wide), "Latin-1": "passw\xf6rt=gr\xfc\xdfe123", "cut": `{"log":{"entries":[{"request":{"headers":[{"name":"Cookie","value":"a=b`,
		"dots": strings.Repeat("eyJ.", 20_000), "equals": strings.Repeat("token=", 10_000), "ampersands": strings.Repeat("&a=b1", 20_000), "quotes": strings.Repeat(`"`, 50_000), "colons": strings.Repeat("Cookie:", 10_000),
		"base64": strings.Repeat("QUFB", 50_000), "CRLF": "Cookie: a=secretvalue123\r\nX: y\r\n",
	} {
		start := time.Now()
		Text(s, Options{})
		if took := time.Since(start); took > 5*time.Minute {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// TestStreamIsBounded: a document is rewritten as it is read, and what comes late is known early.
func TestStreamIsBounded(t *testing.T) {
	doc := `{"log":{"comment":"note the p4ssw0rd-of-mine here","entries":[` + strings.Repeat(`{"request":{"url":"https://a.test/","headers":[{"name":"X-Api-Key","value":"p4ssw0rd-of-mine"}]}},`, 2000) + `{}]}}`
	r := New(Options{})
	if err := r.Stream(strings.NewReader(doc), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := r.Stream(strings.NewReader(doc), &out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "p4ssw0rd") || !json.Valid(out.Bytes()) {
		t.Errorf("%.300s", out.String())
	}
}

// TestEqualStaysEqual: the same secret is the same stand-in in every text, and another is another.
func TestEqualStaysEqual(t *testing.T) {
	r := New(Options{})
	a, b := "TOKEN=aaaa1111bbbb2222cccc3333\n", "Authorization: Bearer aaaa1111bbbb2222cccc3333\nX-Api-Key: dddd4444eeee5555ffff6666\n"
	r.Learn("", a)
	r.Learn("", b)
	x, y := r.Redact(a), r.Redact(b)
	v := strings.TrimSpace(strings.TrimPrefix(x, "TOKEN="))
	if !strings.Contains(y, "Bearer "+v) || strings.Count(y, v) != 1 {
		t.Errorf("%q\n%q", x, y)
	}
}
