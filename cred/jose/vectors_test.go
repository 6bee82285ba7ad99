package jose

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/secret"
)

// vectors finds the public test vectors beside the checkout, or where WHY401_VECTORS says.
func vectors(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("WHY401_VECTORS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "vectors")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the public vectors are not here: set WHY401_VECTORS to the folder that holds %s", parts[0])
	}
	return path
}

// departures are "valid" vectors that are refused here, by file and number. None goes the other way.
var departures = map[string]string{
	"json_web_signature_test.json 346": "the key is declared for PS256, the token is PS384 (RFC 8725 3.1: one algorithm for a key; vectors 337-340 of the same file want it refused)",
	"json_web_signature_test.json 347": "the key is declared for ES521, which is no algorithm",
	"json_web_signature_test.json 350": "the key is declared for PS256, the token is PS384",
	"json_web_signature_test.json 351": "the key is declared for ES521, which is no algorithm",
	"json_web_signature_test.json 372": "a question mark in the header; RFC 7515 2 has no room for it",
	"json_web_signature_test.json 373": "a question mark in the payload",
}

// contradictory are "invalid" vectors of the signature file that are byte for byte the valid one of number 357: the padding
// that they speak of was lost when they were written. TestPadding makes up for them.
var contradictory = map[int]bool{367: true, 370: true}

type vectorFile struct {
	TestGroups []struct {
		Comment         string
		Private, Public json.RawMessage
		Tests           []struct {
			TcID     int
			Comment  string
			Jws, Jwe json.RawMessage
			Pt       string
			Result   string
		}
	}
}

func TestWycheproof(t *testing.T) {
	for _, file := range []string{"json_web_signature_test.json", "json_web_key_test.json", "json_web_crypto_test.json", "json_web_encryption_test.json"} {
		raw, err := os.ReadFile(vectors(t, "wycheproof", file))
		if err != nil {
			t.Fatal(err)
		}
		var all vectorFile
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, g := range all.TestGroups {
			valid := map[string]bool{}
			for _, c := range g.Tests {
				if c.Result == "valid" && c.Jws != nil {
					valid[string(c.Jws)] = true
				}
			}
			for _, c := range g.Tests {
				n++
				key := g.Public
				if key == nil || c.Jwe != nil {
					key = g.Private
				}
				keys, err := ReadKeys(key)
				if err != nil {
					t.Errorf("%s %d: %v", file, c.TcID, err)
					continue
				}
				var ok bool
				var reasons []Reason
				if c.Jws != nil {
					a := Verify(token(t, c.Jws), keys, Options{})
					ok, reasons = a.OK, a.Reasons
				} else {
					o := Decrypt(token(t, c.Jwe), keys)
					ok, reasons = o.OK, o.Reasons
					if ok && c.Pt != "" && hex.EncodeToString([]byte(o.Plain.Reveal())) != c.Pt {
						t.Errorf("%s %d: another plaintext", file, c.TcID)
					}
				}
				why, departs := departures[strings.Join([]string{file, json.Number(itoa(c.TcID)).String()}, " ")]
				switch {
				case valid[string(c.Jws)] && c.Result == "invalid" && contradictory[c.TcID]:
					// nothing to hold against the answer
				case ok && c.Result == "invalid":
					t.Errorf("%s %d (%s, %s) is accepted", file, c.TcID, g.Comment, c.Comment)
				case ok == (c.Result == "invalid") && !departs:
					t.Errorf("%s %d (%s, %s): %v, want %s: %v", file, c.TcID, g.Comment, c.Comment, ok, c.Result, reasons)
				case ok && departs:
					t.Errorf("%s %d is accepted although listed: %s", file, c.TcID, why)
				case !ok && len(reasons) == 0:
					t.Errorf("%s %d: refused without a reason", file, c.TcID)
				}
			}
		}
		t.Logf("%s: %d cases", file, n)
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func token(t *testing.T, raw json.RawMessage) secret.Text {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return secret.New(string(raw)) // an object
	}
	return secret.New(s)
}

// The examples of RFC 7520, RFC 7797 and RFC 8037.
func TestCookbook(t *testing.T) {
	root := vectors(t, "jose-cookbook")
	var files []string
	for _, p := range []string{"jws", "jwe", "curve25519", "rfc7797"} {
		m, _ := filepath.Glob(filepath.Join(root, p, "*.json"))
		files = append(files, m...)
	}
	if len(files) < 23 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".json"), func(t *testing.T) {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var c struct {
				Input struct {
					Payload, Plaintext, Pwd *string
					Key                     json.RawMessage
				}
				Output map[string]json.RawMessage
			}
			if err := json.Unmarshal(raw, &c); err != nil {
				t.Fatal(err)
			}
			keys := Set{}
			if c.Input.Pwd != nil {
				keys = Secret([]byte(*c.Input.Pwd))
			} else if keys, err = ReadKeys(c.Input.Key); err != nil {
				t.Fatal(err)
			}
			keys.Mixed = false // of 4.8 and 5.13, which show one key for each recipient
			for form, out := range c.Output {
				if c.Input.Plaintext != nil {
					var o Opened
					if form == "compact" {
						o = Decrypt(token(t, out), keys)
					} else if o, err = DecryptJSON(out, keys); err != nil {
						t.Fatalf("%s: %v", form, err)
					}
					if !o.OK || !o.Plain.Is(*c.Input.Plaintext) {
						t.Errorf("%s: %+v", form, o)
					}
					continue
				}
				o := Options{}
				if strings.Contains(f, "4_5") {
					o.Detached = []byte(*c.Input.Payload)
				}
				answers := []Answer{}
				if form == "compact" {
					answers = append(answers, Verify(token(t, out), keys, o))
				} else if answers, err = VerifyJSON(out, keys, o); err != nil {
					if strings.Contains(f, "4.2.hmac") {
						continue // its header leaves crit out, without which b64 means nothing (RFC 7797 6)
					}
					t.Fatalf("%s: %v", form, err)
				}
				for i, a := range answers {
					if !a.OK || !a.Payload.Is(*c.Input.Payload) {
						t.Errorf("%s %d: %+v", form, i, a)
					}
				}
			}
		})
	}
}

// RFC 7520 6: a signature inside an encryption.
func TestNested(t *testing.T) {
	raw, err := os.ReadFile(vectors(t, "jose-cookbook", "6.nesting_signatures_and_encryption.json"))
	if err != nil {
		t.Fatal(err)
	}
	type step struct {
		Input struct {
			Payload string
			Key     json.RawMessage
		}
		Output struct{ Compact string }
	}
	var c struct{ Sign, Encrypt step }
	if err := json.Unmarshal(bytes.TrimSpace(raw), &c); err != nil {
		t.Fatal(err)
	}
	inner, _ := ReadKeys(c.Sign.Input.Key)
	outer, _ := ReadKeys(c.Encrypt.Input.Key)
	o := Decrypt(secret.New(c.Encrypt.Output.Compact), outer)
	if !o.OK || !o.Nested {
		t.Fatalf("%+v", o)
	}
	if a := Verify(o.Plain, inner, Options{}); !a.OK || !a.Payload.Is(c.Sign.Input.Payload) {
		t.Errorf("%+v", a)
	}
}
