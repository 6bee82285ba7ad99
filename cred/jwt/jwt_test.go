package jwt

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/secret"
)

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func token(header, payload string) secret.Text {
	return secret.New(b64(header) + "." + b64(payload) + "." + b64("0123456789abcdef0123456789abcdef"))
}

func decode(t *testing.T, v secret.Text) *Token {
	t.Helper()
	tok, err := Decode(v)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// The example of RFC 7519 3.1.
const rfc7519 = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

func TestRFC7519(t *testing.T) {
	tok := decode(t, secret.New(rfc7519))
	if tok.Form != Signed || tok.Header.Alg != "HS256" || tok.Header.Typ != "JWT" || tok.SigBytes != 32 || len(tok.Flaws) > 0 {
		t.Errorf("%+v", tok)
	}
	c := tok.Claims
	if c.Issuer.Show != "joe" || !c.Exp.Time.Equal(time.Unix(1300819380, 0)) || !c.Has("http://example.com/is_root") {
		t.Errorf("%+v", c)
	}
	// RFC 7519 6.1: unsecured.
	tok = decode(t, secret.New("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."))
	if tok.Form != Unsecured || !tok.Has(EmptySig) || tok.Claims == nil {
		t.Errorf("%+v", tok)
	}
}

func TestClaims(t *testing.T) {
	tok := decode(t, token(`{"alg":"RS256","typ":"at+jwt","kid":"key-1","nonce":"n","x5t":"a","crit":["b64"]}`, `{
		"iss":"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
		"aud":["api://orders","9cZ3kQ81hfD02mWx77LpRt5Yb"],"azp":"web","sub":"alice","exp":1700000000,"nbf":1699999999.5,
		"iat":1699996400000,"scope":"read write","scp":["x"],"roles":["admin"],"typ":"Bearer","token_use":"access","token_type":"at",
		"nonce":"n","at_hash":"h","c_hash":"h","cnf":{"jkt":"z"},"ver":"2.0","tid":"72f988bf-86f1-41af-91ab-2d7cd011db47","email":"a@b"}`))
	h, c := tok.Header, tok.Claims
	if h.Alg != "RS256" || h.Kid.Show != "key-1" || !h.Nonce || !slices.Equal(h.Crit, []string{"b64"}) || !slices.Equal(h.Keys, []string{"x5t"}) {
		t.Errorf("%+v", h)
	}
	if c.Issuer.Show != "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0" {
		t.Errorf("issuer %s", c.Issuer.Show)
	}
	if len(c.Audience) != 2 || c.Audience[0].Show != "api://orders" || !strings.HasPrefix(c.Audience[1].Show, "secret#") || !c.Audience[1].Text.Is("9cZ3kQ81hfD02mWx77LpRt5Yb") {
		t.Errorf("audience %v", c.Audience)
	}
	if !c.Subject.Closed() || !c.Subject.Is("alice") {
		t.Error("subject is open or lost")
	}
	if !slices.Equal(c.Scopes, []string{"read", "write", "x"}) || !slices.Equal(c.Roles, []string{"admin"}) || !slices.Equal(c.Cnf, []string{"jkt"}) {
		t.Errorf("%v %v %v", c.Scopes, c.Roles, c.Cnf)
	}
	if !c.Nbf.Fractional || !c.Iat.Milliseconds || !c.Iat.Time.Equal(time.Unix(1699996400, 0)) || c.Exp.Milliseconds {
		t.Errorf("%+v %+v", c.Nbf, c.Iat)
	}
	if c.Typ != "Bearer" || c.TokenUse != "access" || c.TokenType != "at" || c.Ver != "2.0" || !c.Tid.Present() || !c.Nonce || !c.AtHash || !c.CHash || !c.Has("email") {
		t.Errorf("%+v", c)
	}
	if s := fmt.Sprintf("%+v %+v", tok, *c); strings.Contains(s, "a@b") || strings.Contains(s, "alice") {
		t.Error("a token prints what it holds")
	}
}

func TestMoments(t *testing.T) {
	for in, want := range map[string]Moment{
		`1`:              {Present: true, Time: time.Unix(1, 0)},
		`"1700000000"`:   {Present: true, AsString: true, Time: time.Unix(1700000000, 0)},
		`1.7e9`:          {Present: true, Fractional: true, Time: time.Unix(1700000000, 0)},
		`1700000000.25`:  {Present: true, Fractional: true, Time: time.Unix(1700000000, 250000000)},
		`1484425965097`:  {Present: true, Milliseconds: true, Time: time.UnixMilli(1484425965097)},
		`"2024-01-01"`:   {Present: true, AsString: true, Invalid: true},
		`null`:           {Present: true, Invalid: true},
		`-5`:             {Present: true, Invalid: true},
		`1e99`:           {Present: true, Invalid: true},
		`99999999999999`: {Present: true, Milliseconds: true, Time: time.UnixMilli(99999999999999)},
	} {
		got := decode(t, token(`{"alg":"HS256"}`, `{"exp":`+in+`}`)).Claims.Exp
		if d := got.Time.Sub(want.Time); !want.Invalid && (d > time.Millisecond || d < -time.Millisecond) {
			t.Errorf("%s: %v, want %v", in, got.Time, want.Time)
		}
		got.Time, want.Time = time.Time{}, time.Time{}
		if got != want {
			t.Errorf("%s: %+v, want %+v", in, got, want)
		}
	}
}

func TestFlaws(t *testing.T) {
	head := b64(`{"alg":"HS256"}`)
	for _, c := range []struct {
		name, in string
		flaw     Flaw
	}{
		{"padding", base64.URLEncoding.EncodeToString([]byte(`{"alg":"HS256"} `)) + "." + b64("{}") + ".AAAA", Padded},
		{"alphabet", head + "." + base64.RawStdEncoding.EncodeToString([]byte(`{"a":"???>>>"}`)) + ".AAAA", StdAlphabet},
		{"line break", head + ".\n" + b64("{}") + ".AAAA", BlankInside},
		{"duplicate", head + "." + b64(`{"exp":1,"exp":2}`) + ".AAAA", DuplicateName},
		{"bits", head + "." + b64("{}") + ".AB", LooseBits},
		{"behind", head + "." + b64(`{} x`) + ".AAAA", TrailingJSON},
		{"utf-8", head + "." + b64("{\"a\":\"\xff\"}") + ".AAAA", InvalidUTF8},
		{"type", head + "." + b64(`{"iss":5}`) + ".AAAA", WrongType},
	} {
		tok, err := Decode(secret.New(c.in))
		if err != nil || !slices.Equal(tok.Flaws, []Flaw{c.flaw}) {
			t.Errorf("%s: %v %v", c.name, tok, err)
		}
	}
	if tok := decode(t, token(`{"alg":"HS256"}`, `{"aud":"a","aud":"b"}`)); !slices.Equal(tok.Claims.DuplicateNames, []string{"aud"}) {
		t.Errorf("%v", tok.Claims.DuplicateNames)
	}
}

func TestErrors(t *testing.T) {
	head := b64(`{"alg":"HS256"}`)
	for _, c := range []struct {
		in   string
		want Error
	}{
		{"", Error{"token", 0, "empty"}},
		{"a.b.c.d", Error{"token", 0, "4 parts between dots: a signed token has 3, an encrypted one 5"}},
		{strings.Repeat(".", 6), Error{"token", 0, "more dots than a token can have"}},
		{"ey!.b.c", Error{"header", 3, "character that base64url has not"}},
		{"eyJhb.b.c", Error{"header", 5, "ends in the middle of a byte: a character is missing"}},
		{b64(`{"alg"`) + ".b.c", Error{"header", 6, "the JSON text ends early"}},
		{b64(`{"alg":x}`) + ".b.c", Error{"header", 8, "not JSON"}},
		{b64(`[]`) + ".b.c", Error{"header", 0, "is JSON, but not an object"}},
		{strings.Repeat("a", MaxBytes+1), Error{"token", 0, "65537 bytes, more than the 65536 that are read"}},
	} {
		_, err := Decode(secret.New(c.in))
		var e *Error
		if !errors.As(err, &e) || *e != c.want {
			t.Errorf("%.40q: %v, want %v", c.in, err, &c.want)
		}
	}
	for payload, want := range map[string]string{
		b64("hello"):                           "jwt payload: position 1: not JSON",
		b64(rfc7519):                           "jwt payload: holds another token",
		b64(`{"a":` + strings.Repeat("[", 99)): "nested too deeply",
		"":                                     "jwt payload: empty",
	} {
		tok := decode(t, secret.New(head+"."+payload+".AAAA"))
		if tok.Claims != nil || tok.BadClaims == nil || !strings.Contains(tok.BadClaims.Error(), want) {
			t.Errorf("%.30q: %v, want %s", payload, tok.BadClaims, want)
		}
	}
}

func TestForms(t *testing.T) {
	jwe := secret.New(b64(`{"alg":"dir","enc":"A256GCM"}`) + "..aXY.Y3Q.dGFn")
	if tok := decode(t, jwe); tok.Form != Encrypted || tok.Claims != nil || tok.Header.Enc != "A256GCM" {
		t.Errorf("%+v", tok)
	}
	cut, _, _ := strings.Cut(rfc7519[60:], ".")
	if tok := decode(t, secret.New(rfc7519[:strings.LastIndex(rfc7519, ".")])); tok.Form != Cut || tok.Claims == nil {
		t.Errorf("%+v", tok)
	}
	for v, want := range map[string]bool{
		rfc7519: true, jwe.Reveal(): true, rfc7519[:60]: true, " " + rfc7519 + "\n": true, cut: false,
		"www.example.org": false, "a.b.c": false, "192.168.0.1": false, "eyJhbGciOiJIUzI1NiJ9": false,
		"1.2.3.4.5.6.7.8": false, "": false, "ghp_abc.def": false,
	} {
		if LooksLike(secret.New(v)) != want {
			t.Errorf("%.30q: %v", v, !want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(rfc7519)
	f.Add("eyJhbGciOiJub25lIn0..")
	f.Add("e30.e30.e30")
	f.Add(b64(`{"a":{"b":[1,2,{"c":null}]}}`) + "." + b64(`{"aud":[1,"b"],"exp":"x"}`) + ".")
	f.Fuzz(func(t *testing.T, s string) {
		v := secret.New(s)
		LooksLike(v)
		tok, err := Decode(v)
		if (tok == nil) == (err == nil) {
			t.Fatalf("%v and %v", tok, err)
		}
		if tok != nil && tok.Claims == nil && tok.BadClaims == nil && tok.Form != Encrypted {
			t.Fatal("no claims and no reason")
		}
	})
}
