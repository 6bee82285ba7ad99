package basic

import (
	"encoding/base64"
	"errors"
	"slices"
	"testing"

	"github.com/why401/why401/secret"
	"pgregory.net/rapid"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, in, user, pass string
		flaws                []Flaw
	}{
		{"RFC 7617", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame", nil},
		{"RFC 7617 UTF-8", "dGVzdDoxMjPCow==", "test", "123\u00a3", []Flaw{NonASCIIUTF8}},
		{"latin-1", b64("test:123\xa3"), "test", "123\xa3", []Flaw{NonASCIILatin1}},
		{"combining", b64("test:e\u0301xy"), "test", "e\u0301xy", []Flaw{NonASCIIUTF8, Decomposed}},
		{"no padding", "QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Aladdin", "open sesame", []Flaw{PaddingMissing}},
		{"too little padding", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=", "Aladdin", "open sesame", []Flaw{PaddingWrong}},
		{"last character changed", "QWxhZGRpbjpvcGVuIHNlc2FtZR==", "Aladdin", "open sesame", []Flaw{BitsLeft}},
		{"url alphabet", base64.URLEncoding.EncodeToString([]byte("user:??>>~~")), "user", "??>>~~", []Flaw{URLAlphabet}},
		{"wrapped", "QWxhZGRpbjpv\r\ncGVuIHNlc2FtZQ==", "Aladdin", "open sesame", []Flaw{LineBreaks}},
		{"echo without -n", b64("user:pass\n"), "user", "pass\n", []Flaw{TrailingNewline}},
		{"encoded twice", b64(b64("user:pass")), "user", "pass", []Flaw{DoubleEncoding}},
		{"no colon", b64("userpass"), "userpass", "", []Flaw{MissingColon}},
		{"two colons", b64("domain:user:pass"), "domain", "user:pass", []Flaw{SecondColon}},
		{"percent", b64("user%40example.org:p%2Fss"), "user%40example.org", "p%2Fss", []Flaw{PercentEncoded}},
		{"a percent sign is no escape", b64("user:100%"), "user", "100%", nil},
		{"empty pair", "Og==", "", "", []Flaw{EmptyPair}},
		{"empty user", b64(":pass"), "", "pass", []Flaw{EmptyUser}},
		{"empty password", b64("admin:"), "admin", "", []Flaw{EmptyPassword}},
		{"plain", "user:pass", "user", "pass", []Flaw{NotEncoded}},
		{"control", b64("us\x00er:pass"), "us\x00er", "pass", []Flaw{ControlCharacter}},
		{"mark", b64("\ufeffuser:pass"), "\ufeffuser", "pass", []Flaw{ByteOrderMark, NonASCIIUTF8}},
		{"scheme inside", b64("Basic user:pass"), "Basic user", "pass", []Flaw{SchemeInside}},
		{"trailing blank", b64("user:pass "), "user", "pass ", []Flaw{TrailingBlank}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Decode(secret.New(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if p.User.Reveal() != c.user || p.Password.Reveal() != c.pass || !slices.Equal(p.Flaws, c.flaws) {
				t.Errorf("%q:%q %q", p.User.Reveal(), p.Password.Reveal(), p.Flaws)
			}
			if !p.Password.Empty() && !p.Password.Closed() {
				t.Error("the password is open")
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, in := range []string{"", "  ", "$TOKEN", "ab-d/f", "a"} {
		if p, err := Decode(secret.New(in)); err == nil {
			t.Errorf("%q was decoded: %v", in, p)
		}
	}
	if _, err := Decode(secret.New("abc!")); !errors.Is(err, ErrNotBase64) {
		t.Errorf("%v", err)
	}
}

func TestUserShown(t *testing.T) {
	for in, open := range map[string]bool{
		"alice:wonderland": true, "alice@example.org:": true, "sk_test_4eC39HqLyjWDarjtT1zdp7dc:": false,
		"deadbeef01:": false, "admin:": true, "ghp_abcdefghijklmnop:x-oauth-basic": false, "userpass": false,
	} {
		p, err := Decode(secret.New(b64(in)))
		if err != nil {
			t.Fatal(err)
		}
		if p.User.Closed() == open {
			t.Errorf("%q: closed %v", in, p.User.Closed())
		}
	}
}

func TestEncode(t *testing.T) {
	v, err := Encode(secret.Public("test"), secret.New("123£"), "UTF-8")
	if err != nil || !v.Is("dGVzdDoxMjPCow==") {
		t.Errorf("%q %v", v.Reveal(), err)
	}
	v, err = Encode(secret.Public("test"), secret.New("123£"), "latin-1")
	if err != nil || !v.Is(b64("test:123\xa3")) || !v.Closed() {
		t.Errorf("%q %v", v.Reveal(), err)
	}
	for _, c := range [][3]string{{"a:b", "c", ""}, {"a", "b\n", ""}, {"a", "€", "latin-1"}, {"a", "b", "ebcdic"}} {
		if _, err := Encode(secret.New(c[0]), secret.New(c[1]), c[2]); err == nil {
			t.Errorf("%q was encoded", c)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		user := rapid.StringMatching(`[ -9;-~]{0,20}`).Draw(t, "user")
		pass := rapid.StringMatching(`[ -~£-ÿ]{0,20}`).Draw(t, "password")
		v, err := Encode(secret.New(user), secret.New(pass), "")
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(v)
		if err != nil || !p.User.Is(user) || !p.Password.Is(pass) {
			t.Fatalf("%q:%q became %q:%q, %v", user, pass, p.User.Reveal(), p.Password.Reveal(), err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"Og==", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "a:b", "====", "-_", "\n\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Decode(secret.New(s))
		if err == nil && p.Password.Len() > 0 && !p.Password.Closed() {
			t.Fatal("the password is open")
		}
	})
}
