package php

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

func TestSerializedRoundTrip(t *testing.T) {
	for _, s := range []string{
		"N;", "b:0;", "b:1;", "i:0;", "i:-5;", "i:9223372036854775807;", "d:0.1;", "d:0.10000000000000001;", "d:1.0E+25;", "d:-0;", "d:INF;", "d:NAN;",
		`s:0:"";`, `s:3:"a"b";`, "s:5:\"\xff\x00\n\";\";", "a:0:{}", `a:2:{i:0;s:3:"jwt";i:1;s:7:"api_key";}`,
		`a:2:{s:1:"k";a:1:{i:-3;b:1;}i:7;N;}`, `s:12:"söme text";`,
	} {
		v, err := Unserialize(s)
		if strings.Contains(s, "söme") { // the length counts bytes: 10
			if err == nil {
				t.Errorf("%q: a wrong length was taken", s)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		if got, err := Serialize(v); err != nil || got != s {
			t.Errorf("%q came back as %q, %v", s, got, err)
		}
	}
}

func TestSerializedRefused(t *testing.T) {
	for s, want := range map[string]string{
		"":                                "byte 0: expected a value",
		"garbage":                         "byte 0: expected a value",
		"[]":                              "byte 0: expected a value",
		"N":                               "byte 0: expected a value",
		"N;x":                             "byte 2: expected the end",
		"i:1":                             `byte 0: expected ";"`,
		"i:+1;":                           `byte 0: "+1" is no value`,
		"i:01;":                           "is no value of the type i",
		"b:2;":                            "is no value of the type b",
		"d:0x10;":                         "is no value of the type d",
		"d:;":                             "is no value of the type d",
		`s:2:"a";`:                        "a string of 2 bytes does not end there",
		`s:-1:"";`:                        `"-1" is no length`,
		`a:2:{i:0;s:3:"jwt";`:             "byte 19: expected a key",
		`a:1:{i:0;s:3:"jwt";i:1;N;}`:      `byte 19: expected "}"`,
		`a:2:{i:0;N;i:0;N;}`:              "a key stands twice",
		`a:1:{s:1:"5";N;}`:                "a key that is a number",
		`a:1:{b:1;N;}`:                    "expected a key",
		"a:99999999:{}":                   "is longer than the value",
		"a:-1:{}":                         "is no length",
		`O:8:"stdClass":0:{}`:             "byte 0: an object or a reference",
		`a:1:{i:0;O:8:"stdClass":0:{}}`:   "byte 9: an object or a reference",
		`a:2:{i:0;a:0:{}i:1;R:2;}`:        "an object or a reference",
		strings.Repeat("a:1:{i:0;", 5000): "nested deeper than 200",
	} {
		_, err := Unserialize(s)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", s, err, want)
		}
	}
	if _, err := Unserialize(`O:1:"A":0:{}`); !errors.Is(err, ErrObject) {
		t.Error("an object is not told from garbage")
	}
}

func TestSerializedEdits(t *testing.T) {
	v, err := Unserialize(`a:2:{i:0;s:3:"jwt";i:1;s:7:"api_key";}`)
	if err != nil || !v.Holds("jwt") || v.Holds("pass") {
		t.Fatal(v, err)
	}
	if got, _ := Serialize(v.Without("0")); got != `a:1:{i:1;s:7:"api_key";}` {
		t.Error(got)
	}
	if got, _ := Serialize(v.With("k", Text("v"))); got != `a:3:{i:0;s:3:"jwt";i:1;s:7:"api_key";s:1:"k";s:1:"v";}` {
		t.Error(got)
	}
	if got, _ := Serialize(v); got != `a:2:{i:0;s:3:"jwt";i:1;s:7:"api_key";}` {
		t.Errorf("the value itself was changed: %s", got)
	}
	if got, _ := Serialize(Strings("a", "b")); got != `a:2:{i:0;s:1:"a";i:1;s:1:"b";}` {
		t.Error(got)
	}
	if _, err := Serialize(Value{}); err == nil {
		t.Error("nothing was written")
	}
}

// What this machine's PHP writes is read, and written again in the same bytes.
func TestSerializedLikePHP(t *testing.T) {
	out, err := exec.Command("php8.2", "-n", "-r", `foreach ([null, true, -7, PHP_INT_MIN, 0.1, 1/3, 1e25, -0.0, 1.5e-7, 100000.0, INF, 1e15, 123456789012345678.0, 0.00001, 0.0001, "a\0b", "\u{e9}", [],
		["5" => 1, "05" => 2, -3 => [1.5], "" => null, "x" => [true, [false]]], [PHP_INT_MAX => 1]] as $v) echo bin2hex(serialize($v)), "\n";`).Output()
	if err != nil {
		t.Fatalf("php8.2 is not installed: run tools/install-servers.sh: %v", err)
	}
	n := 0
	for line := range strings.Lines(string(out)) {
		s := fromHex(t, strings.TrimSpace(line))
		v, err := Unserialize(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		if got, err := Serialize(v); err != nil || got != s {
			t.Errorf("%q came back as %q, %v", s, got, err)
		}
		if v.Kind == Float { // and without the text that was kept
			v.s = ""
			if got, _ := Serialize(v); got != s {
				t.Errorf("PHP writes %q, and the float is written as %q", s, got)
			}
		}
		n++
	}
	if n != 20 {
		t.Errorf("%d values", n)
	}
}

func FuzzUnserialize(f *testing.F) {
	for _, s := range []string{"N;", `a:2:{i:0;s:3:"jwt";i:1;s:7:"api_key";}`, "d:0.1;", `a:1:{s:1:"k";a:1:{i:-3;b:1;}}`, `O:8:"stdClass":0:{}`, "a:0:{}", "i:-9223372036854775808;",
		`a:3:{s:4:"name";s:5:"Staff";s:12:"capabilities";a:1:{s:4:"read";b:1;}s:1:"f";d:1.5;}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Unserialize(s)
		if err != nil {
			return
		}
		if got, err := Serialize(v); err != nil || got != s {
			t.Fatalf("%q came back as %q, %v", s, got, err)
		}
	})
}
