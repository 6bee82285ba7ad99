package token

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// RFC 9449 4.1: the proof for a token request. 6.1 gives the thumbprint of its key.
const rfcProof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"

func TestRFCProof(t *testing.T) {
	u, _ := exchange.ParseURL("https://server.example.com/token")
	at := time.Unix(1562262616, 0)
	j := JudgeProof(secret.New(rfcProof), Carried{Method: "POST", URL: u}, at, time.Second)
	if words(j) != "proof-good:remark" {
		t.Error(words(j))
	}
	if p := jose.VerifyProof(secret.New(rfcProof)); p.Thumbprint != "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" {
		t.Error(p.Thumbprint)
	}
}

func TestProof(t *testing.T) {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	raw, _ := key.PublicKey.Bytes()
	e := base64.RawURLEncoding.EncodeToString
	jwk := fmt.Sprintf(`{"kty":"EC","crv":"P-256","x":"%s","y":"%s"}`, e(raw[1:33]), e(raw[33:]))
	proofOf := func(header, claims string) secret.Text {
		in := b64(header) + "." + b64(claims)
		sum := sha256.Sum256([]byte(in))
		r, s, _ := ecdsa.Sign(rand.Reader, key, sum[:])
		return secret.New(in + "." + e(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)))
	}
	head := `{"typ":"dpop+jwt","alg":"ES256","jwk":` + jwk + `}`
	jkt := jose.VerifyProof(proofOf(head, `{}`)).Thumbprint
	bound := signed(`{"alg":"HS256"}`, `{"cnf":{"jkt":"`+jkt+`"}}`)
	other := signed(`{"alg":"HS256"}`, `{"cnf":{"jkt":"another"}}`)
	ath := func(v secret.Text) string { s := sha256.Sum256([]byte(v.Reveal())); return e(s[:]) }
	good := `{"jti":"1","htm":"GET","htu":"https://api.test/me","iat":` + at(0) + `,"ath":"` + ath(bound) + `"}`
	u, _ := exchange.ParseURL("https://api.test/me?page=2")
	for _, c := range []struct {
		name  string
		proof secret.Text
		token secret.Text
		nonce string
		want  string
	}{
		{"good", proofOf(head, good), bound, "", "proof-good:remark"},
		{"opaque token", proofOf(head, strings.Replace(good, ath(bound), ath(secret.New("opaque")), 1)), secret.New("opaque"), "", "proof-good:remark"},
		{"method", proofOf(head, strings.Replace(good, "GET", "POST", 1)), bound, "", "proof-method:refused"},
		{"scheme", proofOf(head, strings.Replace(good, "https:", "http:", 1)), bound, "", "proof-url:refused"},
		{"host", proofOf(head, strings.Replace(good, "api.test", "internal:8080", 1)), bound, "", "proof-url:refused"},
		{"query", proofOf(head, strings.Replace(good, "/me", "/me?page=2", 1)), bound, "", "proof-url:doubtful"},
		{"old", proofOf(head, strings.Replace(good, at(0), at(-time.Hour), 1)), bound, "", "proof-old:refused"},
		{"a minute old", proofOf(head, strings.Replace(good, at(0), at(-time.Minute), 1)), bound, "", "proof-old:doubtful"},
		{"ahead", proofOf(head, strings.Replace(good, at(0), at(time.Hour), 1)), bound, "", "proof-old:refused"},
		{"milliseconds", proofOf(head, strings.Replace(good, at(0), at(0)+"000", 1)), bound, "", "time-invalid:refused"},
		{"another token", proofOf(head, good), other, "", "proof-token:refused proof-binding:refused"},
		{"bearer token", proofOf(head, strings.Replace(good, ath(bound), ath(signed(`{"alg":"HS256"}`, `{}`)), 1)), signed(`{"alg":"HS256"}`, `{}`), "", "proof-binding:doubtful"},
		{"no ath", proofOf(head, strings.Replace(good, `"ath"`, `"x"`, 1)), bound, "", "proof-token:refused"},
		{"no nonce", proofOf(head, good), bound, "n", "proof-nonce:refused"},
		{"no claims", proofOf(head, `{}`), secret.Text{}, "", "proof-claim:refused"},
		{"typ", proofOf(strings.Replace(head, "dpop+jwt", "JWT", 1), good), bound, "", "proof-typ:refused"},
		{"private key", proofOf(strings.Replace(head, `"kty"`, `"d":"AA","kty"`, 1), good), bound, "", "proof-private:refused"},
		{"no key", proofOf(`{"typ":"dpop+jwt","alg":"ES256"}`, good), bound, "", "key-unusable:refused"},
		{"HMAC", signed(`{"typ":"dpop+jwt","alg":"HS256","jwk":`+jwk+`}`, good), bound, "", "alg-not-for-key:refused"},
		{"changed", secret.New(proofOf(head, good).Reveal() + "A"), bound, "", "other-key:refused"},
		{"nothing", secret.New("x"), bound, "", "malformed:refused"},
	} {
		if got := words(JudgeProof(c.proof, Carried{Method: "GET", URL: u, Token: c.token, Nonce: secret.New(c.nonce)}, now, time.Second)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzProof(f *testing.F) {
	f.Add(rfcProof, "a.eyJjbmYiOnsiamt0IjoxfX0.b")
	f.Add("eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7fX0.eyJpYXQiOiJ4In0.AA", "")
	u, _ := exchange.ParseURL("https://server.example.com/token")
	f.Fuzz(func(t *testing.T, proof, token string) {
		j := JudgeProof(secret.New(proof), Carried{Method: "PUT", URL: u, Token: secret.New(token)}, now, time.Second)
		if len(j.Findings) == 0 || j.Has(ProofGood) {
			t.Fatal(words(j)) // made for PUT is nothing that a fuzzer can sign
		}
	})
}
