package jose

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// maxTries bounds the keys that are tried for an explanation.
const maxTries = 64

// examples are secrets that tutorials and token builders fill in; the empty one is a variable that was never set.
var examples = []string{"", "secret", "your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret", "a-string-secret-at-least-256-bits-long",
	"a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long", "changeme", "shhhhh", "secretkey", "undefined", "null"}

// explain looks for the reason why no suitable key made the signature. Nothing found here leads to acceptance; Signer is
// set where a key of the set made it nonetheless.
func (m *signed) explain(keys Set, alg string, tried []int, a *Answer) {
	s := suites[alg]
	inputs := [][]byte{m.input}
	sig := m.sig
	if m.sigError != nil {
		if sig = loose(m.rawSig); sig == nil {
			a.add(because(OtherKey, "the signature cannot be decoded, so no key can have made it"))
			return
		}
	}
	for i, k := range keys.Keys[:min(len(keys.Keys), maxTries)] {
		if k.m == nil {
			continue
		}
		if r, ok := m.by(k, s, alg, inputs[0], sig); ok {
			a.Signer = i
			switch _, fits := k.fits(alg); {
			case r.Word != "":
				a.add(r)
			case m.sigError != nil:
				a.add(because(SignatureCoded, "the %s made the signature, but it is not written in base64url without padding", k))
			case fits && a.Kid.Present() && k.Kid.Present() && !k.Kid.Text.Equal(a.Kid.Text):
				a.add(because(KidOfOther, "the signature was made by the %s, not by the key that the kid %q names", k, a.Kid.Show))
			}
			return
		}
		if r, ok := m.disguised(k, s, alg, sig); ok {
			a.add(r)
			return
		}
	}
	if s.kty == "oct" {
		for _, e := range examples {
			if s.mac([]byte(e), m.input, sig) {
				a.add(because(SecretExample, "the signature was made with %s: the real secret never reached the program that signed", exampleName(e)))
				return
			}
		}
	}
	if r, ok := m.microsoft(keys, s, sig); ok {
		a.add(r)
		return
	}
	if jwk, ok := m.header["jwk"].(map[string]any); ok {
		if k := foreign(jwk); s.made(k.m, m.input, sig) {
			a.add(because(KeyInToken, "the signature was made by the key that the token itself carries (jwk), and by none that you gave: anybody can do that"))
			return
		}
	}
	for _, i := range tried {
		k := keys.Keys[i]
		if size := (k.Bits + 7) / 8; k.Kty == "RSA" && len(sig) != size {
			a.add(because(OtherSize, "the signature has %d bytes, which an RSA key of %d bits makes, not the %s", len(sig), 8*len(sig), k))
		} else if k.Kty == "EC" && len(sig) != 2*size {
			a.add(because(OtherSize, "the signature has %d bytes; %s has %d", len(sig), alg, 2*size))
		} else if k.Kty == "oct" && len(sig) != s.hash.Size() {
			a.add(because(OtherSize, "the signature has %d bytes; %s has %d: it was cut, or made otherwise", len(sig), alg, s.hash.Size()))
		}
	}
	m.certificate(keys, a)
	if len(tried) == 0 {
		return
	}
	k := keys.Keys[tried[0]]
	if len(tried) == 1 && a.Kid.Present() && (k.Kid.Text.Equal(a.Kid.Text) || a.Kid.Text.Is(k.Thumbprint())) {
		a.add(because(OtherKey, "the key that the kid names, the %s, did not make this signature: the token was changed after signing, or the key was replaced under the same kid", k))
		return
	}
	a.add(because(OtherKey, "%s did not make this signature: it was made by another key, or the token was changed after signing", named(keys, tried)))
}

// certificate compares x5t and x5t#S256 with the certificates at hand (RFC 7515 4.1.7 and 4.1.8).
func (m *signed) certificate(keys Set, a *Answer) {
	sha1Sum, sha256Sum := m.str("x5t"), m.str("x5t#S256")
	found, certs := false, 0
	for _, k := range keys.Keys {
		if k.m == nil || k.m.cert == nil {
			continue
		}
		certs++
		one, two := sha1.Sum(k.m.cert.Raw), sha256.Sum256(k.m.cert.Raw)
		found = found || sha1Sum == base64.RawURLEncoding.EncodeToString(one[:]) || sha256Sum == base64.RawURLEncoding.EncodeToString(two[:])
	}
	if certs > 0 && !found && sha1Sum+sha256Sum != "" {
		a.add(because(OtherCert, "the header names another certificate (x5t) than those at hand"))
	}
}

func named(keys Set, tried []int) string {
	if len(tried) == 1 {
		return "the " + keys.Keys[tried[0]].String()
	}
	return "the keys at hand"
}

func exampleName(e string) string {
	if e == "" {
		return "an empty secret"
	}
	return "the example secret of tutorials (\"" + e + "\")"
}

// by answers whether k made the signature under the header's algorithm or a sibling of it.
func (m *signed) by(k Key, s suite, alg string, input, sig []byte) (r Reason, ok bool) {
	if s.made(k.m, input, sig) {
		return Reason{}, true
	}
	for name, other := range suites {
		if name == alg || other.kty != k.Kty || other.kty == "oct" && s.kty != "oct" || other.crv != "" && other.crv != k.Crv {
			continue
		}
		if other.made(k.m, input, sig) {
			return because(AlgMislabelled, "the %s made the signature with %s, but the header says %s", k, name, alg), true
		}
	}
	if k.m.ec != nil && len(sig) > 8 && sig[0] == 0x30 && s.kty == "EC" {
		h := s.hash.New()
		h.Write(input)
		if ecdsa.VerifyASN1(k.m.ec, h.Sum(nil), sig) {
			return because(SignatureDER, "the %s made the signature, but it is in DER; RFC 7518 3.4 wants the two numbers side by side", k), true
		}
	}
	return Reason{}, false
}

// disguised looks for an HMAC made with another spelling of k.
func (m *signed) disguised(k Key, s suite, alg string, sig []byte) (Reason, bool) {
	if s.kty != "oct" {
		return Reason{}, false
	}
	if k.m.secret == nil {
		for _, text := range k.m.texts {
			if s.mac(text, m.input, sig) {
				return because(PublicAsSecret, "the signature is %s with the text of the %s as the secret: whoever has the public key can make it; it is an attack, or a signer that took the wrong option", alg, k), true
			}
		}
		return Reason{}, false
	}
	for _, f := range spellings(k.m) {
		if s.mac(f.bytes, m.input, sig) {
			return because(f.word, "the signature was made with %s; the secret as given was taken byte for byte", f.how), true
		}
	}
	return Reason{}, false
}

type spelling struct {
	bytes []byte
	word  Word
	how   string
}

// spellings are the ways in which two programs take one secret for two.
func spellings(m *material) []spelling {
	var out []spelling
	add := func(b []byte, w Word, how string) {
		if b != nil && !bytes.Equal(b, m.secret) {
			out = append(out, spelling{b, w, how})
		}
	}
	raw := m.secret
	core := bytes.TrimSpace(raw)
	add(core, SecretTrimmed, "the secret without the blanks or the line break around it")
	add(append(bytes.Clone(core), '\n'), SecretTrimmed, "the secret and a line break behind it")
	add(append(bytes.Clone(core), '\r', '\n'), SecretTrimmed, "the secret and a line break behind it")
	add(bytes.Trim(core, `"'`), SecretTrimmed, "the secret without the quotation marks around it")
	for _, q := range []string{`"`, `'`} {
		add([]byte(q+string(core)+q), SecretTrimmed, "the secret with quotation marks around it")
	}
	add(loose(string(core)), SecretDecoded, "the base64-decoded secret")
	add(bytes.TrimSpace(loose(string(core))), SecretDecoded, "the base64-decoded secret without its line break")
	if b, err := hex.DecodeString(string(core)); err == nil {
		add(b, SecretDecoded, "the hex-decoded secret")
	}
	for _, text := range m.texts {
		add(text, SecretEncoded, "the base64url text of the key rather than its bytes")
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		add([]byte(e.EncodeToString(raw)), SecretEncoded, "the base64 text of the secret rather than its bytes")
	}
	add([]byte(hex.EncodeToString(raw)), SecretEncoded, "the hexadecimal text of the secret rather than its bytes")
	return out
}

// loose decodes either alphabet of base64, padded or not; nil when it is none or empty.
func loose(s string) []byte {
	plain := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(strings.TrimSpace(s), "="))
	b, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil || len(b) == 0 {
		return nil
	}
	return b
}

var nonceMember = lazyregexp.New(`"nonce"\s*:\s*"([^"\\]*)"`)

// microsoft tries the nonce of Microsoft Graph tokens: the token shows the nonce, the signature covers its hash. Only
// Graph itself is meant to verify them.
func (m *signed) microsoft(keys Set, s suite, sig []byte) (Reason, bool) {
	nonce, ok := m.header["nonce"].(string)
	raw, err := strict("header", m.rawHeader)
	if !ok || err != nil {
		return Reason{}, false
	}
	sum := sha256.Sum256([]byte(nonce))
	loc := nonceMember.FindStringSubmatchIndex(string(raw))
	if loc == nil {
		return Reason{}, false
	}
	hashed := string(raw[:loc[2]]) + base64.RawURLEncoding.EncodeToString(sum[:]) + string(raw[loc[3]:])
	input := []byte(base64.RawURLEncoding.EncodeToString([]byte(hashed)) + "." + m.payload)
	for _, k := range keys.Keys[:min(len(keys.Keys), maxTries)] {
		if s.made(k.m, input, sig) {
			return because(NonceHashed, "the %s made the signature over the hashed nonce, as Microsoft does for its own services: the token is meant for them, and nobody else can verify it", k), true
		}
	}
	return Reason{}, false
}

// elsewhere tells of keys that the header points to.
func (m *signed) elsewhere(a *Answer) {
	for _, name := range []string{"jku", "x5u"} {
		if _, has := m.header[name]; has {
			a.add(because(KeyElsewhere, "the header names a place for the key (%s); it is not followed: whoever made the token wrote it", name))
		}
	}
}
