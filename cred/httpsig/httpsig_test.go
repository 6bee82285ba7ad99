package httpsig

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// The keys of RFC 9421 B.1, which the RFC publishes for tests.
const (
	pssPublic = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`
	eccPublic = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`
	edPrivate = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----`
	edPublic = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----`
	shared = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)

func request(t testing.TB, method, url, body string, fields ...string) exchange.Request {
	t.Helper()
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	r := exchange.Request{Method: method, URL: u, Body: secret.New(body)}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header = append(r.Header, exchange.RequestField(name, value))
	}
	return r
}

// rfcRequest is the test request of RFC 9421 B.2.
func rfcRequest(t testing.TB, fields ...string) exchange.Request {
	return request(t, "POST", "https://example.com/foo?param=Value&Pet=dog", `{"hello": "world"}`, append([]string{
		"Host: example.com", "Date: Tue, 20 Apr 2021 02:07:55 GMT", "Content-Type: application/json",
		"Content-Digest: sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
		"Content-Length: 18"}, fields...)...)
}

// The signatures of RFC 9421 B.2 and B.3 that are over requests.
func TestRFC9421(t *testing.T) {
	b3 := request(t, "POST", "https://service.internal.example/foo?param=Value&Pet=dog", `{"hello": "world"}`,
		"Host: service.internal.example", "Date: Tue, 20 Apr 2021 02:07:55 GMT", "Content-Type: application/json", "Content-Length: 18",
		"Client-Cert: :MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:",
		`Signature-Input: ttrp=("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"`,
		"Signature: ttrp=:xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==:")
	for _, c := range []struct {
		name, key string
		req       exchange.Request
		base      string // the line before the parameters, where the RFC prints one worth holding
	}{
		{"B.2.1 minimal, nonce, rsa-pss-sha512", pssPublic, rfcRequest(t,
			`Signature-Input: sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"`,
			"Signature: sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==:"), ""},
		{"B.2.2 selective, query parameter", pssPublic, rfcRequest(t,
			`Signature-Input: sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"`,
			"Signature: sig-b22=:LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==:"),
			`"@query-param";name="Pet": dog`},
		{"B.2.3 full, rsa-pss-sha512", pssPublic, rfcRequest(t,
			`Signature-Input: sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"`,
			"Signature: sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==:"),
			`"content-length": 18`},
		{"B.2.5 hmac-sha256", shared, rfcRequest(t,
			`Signature-Input: sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"`,
			"Signature: sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"), `"content-type": application/json`},
		{"B.2.6 ed25519", edPublic, rfcRequest(t,
			`Signature-Input: sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
			"Signature: sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"), `"content-length": 18`},
		{"B.3 ecdsa-p256-sha256", eccPublic, b3, ""},
	} {
		list, ok := Parse(c.req)
		if !ok || len(list) != 1 || len(list[0].Flaws) > 1 { // B.2.1 covers nothing
			t.Errorf("%s: %+v", c.name, list)
			continue
		}
		if ok, err := list[0].Verify(c.req, secret.New(c.key)); !ok || err != nil {
			t.Errorf("%s: does not verify: %v", c.name, err)
		}
		base, err := list[0].Base(c.req)
		if err != nil || !strings.Contains("\n"+base, "\n"+c.base) || !strings.Contains(base, `"@signature-params": (`) {
			t.Errorf("%s: %v\n%s", c.name, err, base)
		}
		if list[0].Covers("@authority") {
			changed := c.req.Clone()
			changed.Header = changed.Header.With(exchange.RequestField("Host", "other.example"))
			if ok, _ := list[0].Verify(changed, secret.New(c.key)); ok {
				t.Errorf("%s: verifies for another host", c.name)
			}
		}
	}
}

// Ed25519 and HMAC signatures have one value only, so ours can be held against the RFC's byte for byte.
func TestAnewIsTheRFCs(t *testing.T) {
	r := rfcRequest(t, `Signature-Input: sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
		"Signature: sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:")
	list, _ := Parse(r)
	// The RFC's Date is two seconds behind created: sign it as of then, without the Date field that Anew would renew.
	s := list[0]
	k, err := ReadKey(secret.New(edPrivate))
	if err != nil {
		t.Fatal(err)
	}
	base, _ := s.Base(r)
	value, err := s.sign([]byte(base), []byte(base), k)
	if err != nil || string(value) != s.Value.Reveal() {
		t.Errorf("%x %v", value, err)
	}
}

func TestAnew(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ key, public, fields string }{
		"hmac":    {shared, shared, `("@method" "@authority" "@target-uri" "date");created=1618884473;expires=1618884773;nonce="abc";keyid="k";alg="hmac-sha256"`},
		"ed25519": {edPrivate, edPublic, `("@path" "@scheme");created=1618884473;keyid="k"`},
	} {
		r := rfcRequest(t, "Signature-Input: sig1="+c.fields, "Signature: sig1=:AAAA:")
		first, _ := Parse(r)
		r, err := first[0].Anew(r, r, secret.New(c.key), now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list, _ := Parse(r)
		s := list[0]
		if !s.Created.Equal(now) || s.Late(now, 0) != "" || !s.Expires.IsZero() && s.Expires.Sub(s.Created) != 5*time.Minute {
			t.Errorf("%s: %v %v", name, s.Created, s.Expires)
		}
		if ok, err := s.Verify(r, secret.New(c.public)); !ok || err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r.Header.Text("Signature-Input").Contains(`nonce="abc"`) {
			t.Errorf("%s: an old nonce", name)
		}
		// Signed for http, sent to https: right for who reads http.
		seen := r.Clone()
		seen.URL.Scheme = "http"
		other, err := s.Anew(r, seen, secret.New(c.key), now)
		if err != nil {
			t.Fatal(err)
		}
		list, _ = Parse(other)
		if ok, _ := list[0].Verify(other, secret.New(c.public)); ok {
			t.Errorf("%s: verifies for the request as sent", name)
		}
		behind := other.Clone()
		behind.URL.Scheme = "http"
		behind.URL.Port = "443"
		if name == "ed25519" {
			if ok, err := list[0].Verify(behind, secret.New(c.public)); !ok {
				t.Errorf("%s: does not verify for what the server reads: %v", name, err)
			}
		}
	}
}

// The forerunner, with a key pair of the test's own.
func TestLegacy(t *testing.T) {
	pub, priv, _ := ed25519.GenerateKey(rand.Reader)
	der, _ := x509.MarshalPKIXPublicKey(pub)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	base := "(request-target): post /foo?param=Value&Pet=dog\nhost: example.com\ndate: Tue, 20 Apr 2021 02:07:55 GMT"
	value := base64.StdEncoding.EncodeToString(ed25519.Sign(priv, []byte(base)))
	for _, name := range []string{"Signature: ", "Authorization: Signature "} {
		r := rfcRequest(t, fmt.Sprintf(`%skeyId="https://a.example/u#main-key",algorithm="hs2019",headers="(request-target) host date",signature="%s"`, name, value))
		list, ok := Parse(r)
		if !ok || !list[0].Legacy || len(list[0].Flaws) > 0 || !list[0].Covers("host") {
			t.Fatalf("%+v", list)
		}
		if got, _ := list[0].Base(r); got != base {
			t.Errorf("%s\n%s", got, base)
		}
		if ok, err := list[0].Verify(r, secret.New(text)); !ok || err != nil {
			t.Errorf("%v", err)
		}
	}
}

func TestDigest(t *testing.T) {
	for want, fields := range map[DigestState]string{
		DigestFits:    "Content-Digest: sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
		DigestDiffers: "Content-Digest: sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPA=:",
		DigestEmpty:   "Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
		DigestUnread:  "Content-Digest: sha-3=:AAAA:",
	} {
		if got, _ := Digest(request(t, "POST", "https://example.com/", `{"hello": "world"}`, fields)); got != want {
			t.Errorf("%s: %s", fields, got)
		}
	}
	if got, field := Digest(request(t, "POST", "https://example.com/", `{"hello": "world"}`, "Digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=")); got != DigestFits || field != "Digest" {
		t.Errorf("%s %s", got, field)
	}
	if got, _ := Digest(rfcRequest(t)); got != DigestFits {
		t.Errorf("the RFC's own: %s", got)
	}
}

func TestFlaws(t *testing.T) {
	for input, want := range map[string]Flaw{
		`sig1=("@method"`:                         BadInput,
		`sig1="text"`:                             BadInput,
		`sig1=("@method" "@method");created=1`:    Twice,
		`sig1=("@status");created=1`:              BadComponent,
		`sig1=("x-absent");created=1`:             FieldAbsent,
		`sig1=("@method")`:                        NoCreated,
		`sig1=("@method");created="soon"`:         CreatedText,
		`sig1=();created=1`:                       NothingSigned,
		`sig1=("@method");created=1;alg="rot13"`:  BadAlgorithm,
		`other=("@method");created=1;keyid="abc"`: NoValue,
	} {
		list, ok := Parse(rfcRequest(t, "Signature-Input: "+input, "Signature: sig1=:AAAA:"))
		if !ok || !list[0].Has(want) {
			t.Errorf("%s: %+v", input, list)
		}
	}
	for text, part := range map[string]string{"": "nothing in it", "-----BEGIN PRIVATE KEY-----\nAAA": "not whole",
		"-----BEGIN THING-----\nAAAA\n-----END THING-----": "none that is known"} {
		if _, err := ReadKey(secret.New(text)); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`sig1=("@method" "@query-param";name="a" "date";sf "x";key="a" "y";bs);created=1;keyid="k"`, "sig1=:AAAA:", "sha-256=:AAAA:")
	f.Add(`sig1=();created=-1`, `keyId="a",headers="(created) date",signature="AAAA",created=1`, "sha-256=AAAA")
	f.Add("", `keyId="a",headers="(request-target) (expires)",signature="AAAA",expires=1.5`, "")
	f.Fuzz(func(t *testing.T, input, value, digest string) {
		r := rfcRequest(t, "X: a=1", "Y: b", "Signature: "+value, "Digest: "+digest)
		if input != "" {
			r.Header = append(r.Header, exchange.RequestField("Signature-Input", input))
		}
		r.Header = r.Header.With(exchange.RequestField("Content-Digest", digest))
		Digest(r)
		list, _ := Parse(r)
		for _, s := range list {
			if _, err := s.Lines(r); err != nil {
				continue
			}
			if signed, err := s.Anew(r, r, secret.New(shared), time.Unix(1e9, 0)); err == nil {
				again, ok := Parse(signed)
				if !ok || len(again) != 1 || len(again[0].Flaws) > len(s.Flaws) {
					t.Fatalf("%+v became %+v", s, again)
				}
			}
		}
	})
}
