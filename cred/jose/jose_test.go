package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/why401/why401/secret"
)

var b64 = base64.RawURLEncoding.EncodeToString

// sign makes a compact token with any key, however wrong.
func sign(header, payload string, by func(input []byte) []byte) secret.Text {
	input := b64([]byte(header)) + "." + b64([]byte(payload))
	return secret.New(input + "." + b64(by([]byte(input))))
}

func hs(key string) func([]byte) []byte {
	return func(in []byte) []byte {
		h := hmac.New(sha256.New, []byte(key))
		h.Write(in)
		return h.Sum(nil)
	}
}

var pair = sync.OnceValues(func() (*rsa.PrivateKey, *ecdsa.PrivateKey) {
	r, _ := rsa.GenerateKey(rand.Reader, 2048)
	e, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return r, e
})

func rs(k *rsa.PrivateKey) func([]byte) []byte {
	return func(in []byte) []byte {
		sum := sha256.Sum256(in)
		s, _ := rsa.SignPKCS1v15(nil, k, crypto.SHA256, sum[:])
		return s
	}
}

func publicPEM(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func jwkOf(k *rsa.PublicKey, more string) string {
	return fmt.Sprintf(`{"kty":"RSA","n":"%s","e":"AQAB"%s}`, b64(k.N.Bytes()), more)
}

func read(t testing.TB, s string) Set {
	t.Helper()
	set, err := ReadKeys([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

const (
	hs256 = `{"alg":"HS256"}`
	long  = "obviously-fake-secret-of-more-than-32-bytes"
)

func TestSecretSpellings(t *testing.T) {
	coded := base64.StdEncoding.EncodeToString([]byte(long))
	for _, c := range []struct {
		name, signer, given string
		want                Word
	}{
		{"as text", long, long, ""},
		{"signer decodes base64", long, coded, SecretDecoded},
		{"signer decodes base64url", long, strings.TrimRight(coded, "="), SecretDecoded},
		{"signer decodes hex", long, hex.EncodeToString([]byte(long)), SecretDecoded},
		{"verifier decodes", coded, long, SecretEncoded},
		{"line break in the file", long, long + "\n", SecretTrimmed},
		{"line break at the signer", long + "\n", long, SecretTrimmed},
		{"quotation marks from an env file", long, `"` + long + `"`, SecretTrimmed},
		{"quotation marks at the signer", `"` + long + `"`, long, SecretTrimmed},
		{"never set", "", long, SecretExample},
		{"tutorial", "your-256-bit-secret", long, SecretExample},
		{"another", "another-fake-secret-that-is-long-enough", long, OtherKey},
	} {
		a := Verify(sign(hs256, `{}`, hs(c.signer)), Secret([]byte(c.given)), Options{})
		if c.want == "" && !a.OK || c.want != "" && (a.OK || !a.Has(c.want) || a.Reasons[0].Word != c.want) {
			t.Errorf("%s: %+v", c.name, a)
		}
		for _, r := range a.Reasons {
			if strings.Contains(r.Text, long) || strings.Contains(r.Text, coded) {
				t.Errorf("%s: the secret is in the text", c.name)
			}
		}
	}
	if a := Verify(sign(hs256, `{}`, hs("short")), Secret([]byte("short")), Options{}); a.OK || a.Signer != 0 || !a.Has(KeyWeak) {
		t.Errorf("short: %+v", a)
	}
	// The JWK's k taken as text.
	jwk := fmt.Sprintf(`{"kty":"oct","k":"%s"}`, b64([]byte(long)))
	if a := Verify(sign(hs256, `{}`, hs(b64([]byte(long)))), read(t, jwk), Options{}); a.OK || !a.Has(SecretEncoded) {
		t.Errorf("k as text: %+v", a)
	}
}

func TestKeyChoice(t *testing.T) {
	r, e := pair()
	other, _ := rsa.GenerateKey(rand.Reader, 2048)
	big, _ := rsa.GenerateKey(rand.Reader, 3072)
	set := `{"keys":[` + jwkOf(&r.PublicKey, `,"kid":"new","alg":"RS256","use":"sig"`) + `,` + jwkOf(&other.PublicKey, `,"kid":"old"`) + `,` + jwkOf(&big.PublicKey, `,"kid":"big"`) + `,` + jwkOf(&other.PublicKey, `,"kid":"enc","use":"enc"`) + `]}`
	pss := func(in []byte) []byte {
		sum := sha256.Sum256(in)
		s, _ := rsa.SignPSS(rand.Reader, r, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		return s
	}
	es := func(in []byte) []byte {
		sum := sha256.Sum256(in)
		a, b, _ := ecdsa.Sign(rand.Reader, e, sum[:])
		return append(a.FillBytes(make([]byte, 32)), b.FillBytes(make([]byte, 32))...)
	}
	der := func(in []byte) []byte {
		sum := sha256.Sum256(in)
		s, _ := ecdsa.SignASN1(rand.Reader, e, sum[:])
		return s
	}
	ecPEM := string(publicPEM(t, &e.PublicKey))
	rsaPEM := string(publicPEM(t, &r.PublicKey))
	embedded := `{"alg":"RS256","jwk":` + jwkOf(&other.PublicKey, "") + `,"jku":"https://evil.test/keys"}`
	for _, c := range []struct {
		name   string
		tok    secret.Text
		keys   string
		o      Options
		signer int
		want   Word // "" for accepted
	}{
		{"right", sign(`{"alg":"RS256","kid":"new"}`, `{}`, rs(r)), set, Options{}, 0, ""},
		{"right, no kid", sign(`{"alg":"RS256"}`, `{}`, rs(r)), set, Options{}, 0, ""},
		{"allowed", sign(`{"alg":"RS256"}`, `{}`, rs(r)), set, Options{Algs: []string{"ES256", "RS256"}}, 0, ""},
		{"kid, but the PEM has none", sign(`{"alg":"RS256","kid":"x"}`, `{}`, rs(r)), rsaPEM, Options{}, 0, ""},
		{"not allowed", sign(`{"alg":"RS256"}`, `{}`, rs(r)), set, Options{Algs: []string{"ES256"}}, 0, AlgNotAllowed},
		{"kid gone", sign(`{"alg":"RS256","kid":"gone"}`, `{}`, rs(big)), strings.Replace(set, `"big"`, `"big2"`, 1), Options{}, 2, KidUnknown},
		{"kid gone, key gone", sign(`{"alg":"RS256","kid":"gone"}`, `{}`, rs(r)), jwkOf(&other.PublicKey, `,"kid":"b"`), Options{}, -1, KidUnknown},
		{"wrong kid", sign(`{"alg":"RS256","kid":"old"}`, `{}`, rs(r)), set, Options{}, 0, KidOfOther},
		{"another key", sign(`{"alg":"RS256","kid":"new"}`, `{}`, rs(other)), jwkOf(&r.PublicKey, `,"kid":"new"`), Options{}, -1, OtherKey},
		{"another size", sign(`{"alg":"RS256"}`, `{}`, rs(big)), rsaPEM, Options{}, -1, OtherSize},
		{"encryption key", sign(`{"alg":"RS256","kid":"enc"}`, `{}`, rs(other)), set, Options{}, -2, UseNotSig},
		{"declared for another", sign(`{"alg":"PS256","kid":"new"}`, `{}`, pss), set, Options{}, 0, AlgNotOfKey},
		{"mislabelled", sign(`{"alg":"RS256"}`, `{}`, pss), rsaPEM, Options{}, 0, AlgMislabelled},
		{"EC", sign(`{"alg":"ES256"}`, `{}`, es), ecPEM, Options{}, 0, ""},
		{"EC in DER", sign(`{"alg":"ES256"}`, `{}`, der), ecPEM, Options{}, 0, SignatureDER},
		{"EC alg, RSA key", sign(`{"alg":"ES256"}`, `{}`, es), rsaPEM, Options{}, -1, AlgNotForKey},
		{"ES384 on P-256", sign(`{"alg":"ES384"}`, `{}`, es), ecPEM, Options{}, 0, AlgNotForKey},
		{"confusion", sign(hs256, `{}`, hs(rsaPEM)), rsaPEM, Options{}, -1, AlgNotForKey},
		{"none", sign(`{"alg":"none"}`, `{}`, rs(r)), set, Options{}, -1, AlgNone},
		{"nOnE", secret.New(b64([]byte(`{"alg":"nOnE"}`)) + ".e30."), set, Options{Algs: []string{"nOnE"}}, -1, AlgNone},
		{"unknown", sign(`{"alg":"ES256K"}`, `{}`, es), ecPEM, Options{}, -1, AlgUnknown},
		{"critical", sign(`{"alg":"RS256","crit":["x"],"x":1}`, `{}`, rs(r)), set, Options{}, 0, Critical},
		{"key inside", sign(embedded, `{}`, rs(other)), rsaPEM, Options{}, -1, KeyInToken},
		{"twice the same kid", sign(`{"alg":"RS256","kid":"a"}`, `{}`, rs(r)), `{"keys":[` + jwkOf(&r.PublicKey, `,"kid":"a"`) + `,` + jwkOf(&other.PublicKey, `,"kid":"a"`) + `]}`, Options{}, 0, KidAmbiguous},
		{"listed twice", sign(`{"alg":"RS256","kid":"a"}`, `{}`, rs(r)), `{"keys":[` + jwkOf(&r.PublicKey, `,"kid":"a"`) + `,` + jwkOf(&r.PublicKey, `,"kid":"a"`) + `]}`, Options{}, 0, ""},
		{"mixed set", sign(`{"alg":"RS256"}`, `{}`, rs(r)), `{"keys":[` + jwkOf(&r.PublicKey, ``) + `,{"kty":"oct","k":"` + b64([]byte(long)) + `"}]}`, Options{}, 0, KeysMixed},
		{"two parts", secret.New("e30.e30"), set, Options{}, -1, Malformed},
		{"twice the same name", sign(`{"alg":"none","alg":"RS256"}`, `{}`, rs(r)), set, Options{}, -1, Malformed},
	} {
		a := Verify(c.tok, read(t, c.keys), c.o)
		if a.OK != (c.want == "") || c.want != "" && !a.Has(c.want) || c.signer != -2 && a.Signer != c.signer {
			t.Errorf("%s: %+v, want %s", c.name, a, c.want)
		}
	}
	if a := Verify(sign(hs256, `{}`, hs(rsaPEM)), read(t, rsaPEM), Options{}); !a.Has(PublicAsSecret) || a.OK {
		t.Errorf("the attack is not named: %+v", a)
	}
	if a := Verify(sign(embedded, `{}`, rs(other)), read(t, rsaPEM), Options{}); !a.Has(KeyElsewhere) {
		t.Errorf("jku is not shown: %+v", a)
	}
	if a := Verify(sign(`{"alg":"RS256"}`, `{}`, rs(r)), Set{}, Options{}); a.OK || !a.Has(NoKey) {
		t.Errorf("no key: %+v", a)
	}
}

// Padding, line breaks and the other alphabet: verified by some, refused here and named.
func TestPadding(t *testing.T) {
	tok := sign(hs256, `{"a":"b"}`, hs(long)).Reveal()
	for _, s := range []string{tok + "=", strings.Replace(tok, ".", "=.", 1), tok[:40] + "\n" + tok[40:], strings.Replace(tok, ".", ".\u00a0", 1)} {
		if a := Verify(secret.New(s), Secret([]byte(long)), Options{}); a.OK {
			t.Errorf("%q is accepted", s)
		}
	}
	if a := Verify(secret.New(tok+"="), Secret([]byte(long)), Options{}); !a.Has(SignatureCoded) || a.Signer != 0 {
		t.Errorf("%+v", a)
	}
}

func TestCertificate(t *testing.T) {
	r, _ := pair()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &r.PublicKey, r)
	if err != nil {
		t.Fatal(err)
	}
	set := read(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	if a := Verify(sign(`{"alg":"RS256","x5t":"AAAA"}`, `{}`, rs(r)), set, Options{}); !a.OK {
		t.Errorf("%+v", a) // the name alone decides nothing
	}
	forged := func([]byte) []byte { return make([]byte, 256) }
	if a := Verify(sign(`{"alg":"RS256","x5t":"AAAA"}`, `{}`, forged), set, Options{}); a.OK || !a.Has(OtherCert) || !a.Has(OtherKey) {
		t.Errorf("%+v", a)
	}
	sum := sha256.Sum256(der)
	if a := Verify(sign(`{"alg":"RS256","x5t#S256":"`+b64(sum[:])+`"}`, `{}`, forged), set, Options{}); a.OK || a.Has(OtherCert) {
		t.Errorf("%+v", a)
	}
}

func TestMicrosoftNonce(t *testing.T) {
	r, _ := pair()
	sum := sha256.Sum256([]byte("n0nce"))
	inner := sign(`{"typ":"JWT","nonce":"`+b64(sum[:])+`","alg":"RS256"}`, `{}`, rs(r)).Reveal()
	parts := strings.Split(inner, ".")
	tok := b64([]byte(`{"typ":"JWT","nonce":"n0nce","alg":"RS256"}`)) + "." + parts[1] + "." + parts[2]
	if a := Verify(secret.New(tok), read(t, string(publicPEM(t, &r.PublicKey))), Options{}); a.OK || !a.Has(NonceHashed) {
		t.Errorf("%+v", a)
	}
}

func TestReadKeys(t *testing.T) {
	r, e := pair()
	pub := string(publicPEM(t, &r.PublicKey))
	one := strings.ReplaceAll(strings.TrimSpace(pub), "\n", `\n`)
	bare := strings.Join(strings.Split(strings.TrimSpace(pub), "\n")[1:strings.Count(strings.TrimSpace(pub), "\n")], "")
	edPub, edKey, _ := ed25519.GenerateKey(rand.Reader)
	pk8, _ := x509.MarshalPKCS8PrivateKey(edKey)
	certs, _ := json.Marshal(map[string]string{"k1": pub})
	for _, c := range []struct {
		name, in, want string
		keys, notes    int
	}{
		{"PEM", pub, "RSA key of 2048 bits", 1, 0},
		{"BOM and CRLF", "\ufeff" + strings.ReplaceAll(pub, "\n", "\r\n"), "RSA key of 2048 bits", 1, 0},
		{"env variable", one, "RSA key of 2048 bits", 1, 1},
		{"Keycloak's realm key", bare, "RSA key of 2048 bits", 1, 1},
		{"two", pub + string(publicPEM(t, &e.PublicKey)), "RSA key of 2048 bits", 2, 0},
		{"Ed25519", string(publicPEM(t, edPub)), "key on Ed25519", 1, 0},
		{"private", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pk8})), "key on Ed25519", 1, 0},
		{"Google", string(certs), `RSA key of 2048 bits, kid "k1"`, 1, 0},
		{"JWK", jwkOf(&r.PublicKey, `,"kid":"a"`), `RSA key of 2048 bits, kid "a"`, 1, 0},
		{"list", "[" + jwkOf(&r.PublicKey, "") + "]", "RSA key of 2048 bits", 1, 0},
		{"secp256k1", `{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}`, "EC key on secp256k1", 1, 0},
		{"encrypted", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "key of an unknown type", 1, 0},
	} {
		s, err := ReadKeys([]byte(c.in))
		if err != nil || len(s.Keys) != c.keys || len(s.Notes) != c.notes || s.Keys[0].String() != c.want {
			t.Errorf("%s: %v %v %v", c.name, s.Keys, s.Notes, err)
		}
	}
	for _, bad := range []string{"", "x", "{}", `{"jwks_uri":"https://h/keys"}`, `{"keys":7}`, "\x00\x01", "{", strings.Repeat("[", 1e6), strings.Repeat("{\"keys\":[", 1e5), "-----BEGIN PUBLIC KEY-----\nMIIB", strings.Repeat("-----BEGIN A-----\n", 5e4)} {
		if s, err := ReadKeys([]byte(bad)); err == nil {
			t.Errorf("%.20q: %v", bad, s)
		}
	}
	if s := fmt.Sprintf("%+v %#v %v", read(t, `{"kty":"oct","k":"`+b64([]byte(long))+`"}`), Secret([]byte(long)), struct{ k Key }{Secret([]byte(long)).Keys[0]}); strings.Contains(s, long) || strings.Contains(s, "111 98 118") || strings.Contains(s, b64([]byte(long))) {
		t.Errorf("a key prints its material: %s", s)
	}
}

// RFC 7638 3.1.
func TestThumbprint(t *testing.T) {
	k := read(t, `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`).Keys[0]
	if got := k.Thumbprint(); got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Error(got)
	}
	if Secret([]byte(long)).Keys[0].Thumbprint() != "" {
		t.Error("the thumbprint of a secret")
	}
}

func TestROCA(t *testing.T) {
	n := big.NewInt(1)
	r, _ := pair()
	if !roca(n) || roca(r.N) { // 1 is the zeroth power
		t.Error("fingerprint")
	}
}

func TestDecryptRefuses(t *testing.T) {
	keys := Secret([]byte("0123456789abcdef"))
	for _, c := range []struct {
		tok  string
		want Word
	}{
		{"a.b.c", Malformed},
		{b64([]byte(`{"alg":"dir","enc":"A128GCM"}`)) + "..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA", NotOpened},
		{b64([]byte(`{"alg":"dir","enc":"A128GCM"}`)) + "..AAAA.AA.AAAA", PartLength},
		{b64([]byte(`{"alg":"dir","enc":"A1"}`)) + "....", AlgUnknown},
		{b64([]byte(`{"alg":"RSA-OAEP","enc":"A128GCM"}`)) + ".AA.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA", AlgNotForKey},
		{b64([]byte(`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2000000000,"p2s":"AAAAAAAAAAAAAAAA"}`)) + ".AA.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA", TooCostly},
		{b64([]byte(`{"alg":"dir","enc":"A128GCM","crit":["exp"],"exp":1}`)) + "..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA", Critical},
	} {
		if o := Decrypt(secret.New(c.tok), keys); o.OK || !o.Has(c.want) {
			t.Errorf("%+v, want %s", o, c.want)
		}
	}
}

// FuzzVerify: nothing that was not signed with the key is accepted.
func FuzzVerify(f *testing.F) {
	f.Add(sign(hs256, `{}`, hs("not-the-key-that-is-given-here-at-all")).Reveal())
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add(`{"payload":"e30","signatures":[{"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AA"}]}`)
	f.Add(b64([]byte(`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":20,"p2s":"AAAAAAAAAAAAAAAA"}`)) + ".AA.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA")
	f.Add(b64([]byte(`{"alg":"RS256","nonce":"a","jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"}}`)) + ".e30.AAAA")
	key := make([]byte, 32)
	rand.Read(key)
	usual := maxRounds
	f.Cleanup(func() { maxRounds = usual })
	maxRounds = 1000
	f.Fuzz(func(t *testing.T, s string) {
		if a := Verify(secret.New(s), Secret(key), Options{}); a.OK || a.Signer >= 0 {
			t.Fatal("accepted")
		} else if len(a.Reasons) == 0 {
			t.Fatal("refused without a reason")
		}
		as, _ := VerifyJSON([]byte(s), Secret(key), Options{})
		for _, a := range as {
			if a.OK {
				t.Fatal("accepted")
			}
		}
		if o := Decrypt(secret.New(s), Secret(key)); o.OK {
			t.Fatal("opened")
		}
		if o, err := DecryptJSON([]byte(s), Secret(key)); err == nil && o.OK {
			t.Fatal("opened")
		}
	})
}

func FuzzReadKeys(f *testing.F) {
	_, e := pair()
	f.Add(publicPEM(f, &e.PublicKey))
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AAAA","kid":"a"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"},{"kty":"OKP","crv":"Ed25519","x":"AA"}]}`))
	f.Add([]byte(`{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQ","p":"AQ","q":"AQ","key_ops":["verify"]}`))
	f.Add([]byte(`{"a":"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}`))
	tok := sign(`{"alg":"ES256"}`, `{}`, hs("x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ReadKeys(b)
		if err != nil {
			return
		}
		for _, k := range s.Keys {
			_, _ = k.String(), k.Thumbprint()
		}
		if Verify(tok, s, Options{}).OK {
			t.Fatal("accepted")
		}
	})
}
