package httpsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Key is a key that can check, and with a private or shared part sign. Nothing of it can be printed.
type Key struct{ shared, private, public any }

// String keeps a key from being printed.
func (Key) String() string { return "(a key)" }

// GoString keeps %#v from showing it.
func (Key) GoString() string { return "(a key)" }

// ReadKey reads a key: PEM (PKCS #8, PKCS #1, SEC 1, SubjectPublicKeyInfo, a certificate), or else a shared secret, whose
// spellings Verify tries. The error names what is wrong, and shows nothing of it.
func ReadKey(text secret.Text) (Key, error) {
	raw := text.Reveal()
	block, _ := pem.Decode([]byte(raw))
	if block == nil {
		if strings.Contains(raw, "-----BEGIN") {
			return Key{}, errors.New("read key: the PEM block is not whole: expected BEGIN, base64 and END lines")
		}
		if strings.TrimSpace(raw) == "" {
			return Key{}, errors.New("read key: there is nothing in it")
		}
		return Key{shared: raw}, nil
	}
	if strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") || block.Type == "ENCRYPTED PRIVATE KEY" {
		return Key{}, errors.New("read key: it is encrypted with a passphrase: expected a plain one (openssl pkcs8 -in KEY)")
	}
	if k, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return private(k)
	}
	if k, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return private(k)
	}
	if k, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return private(k)
	}
	if k, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		return Key{public: k}, nil
	}
	if k, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
		return Key{public: k}, nil
	}
	if c, err := x509.ParseCertificate(block.Bytes); err == nil {
		return Key{public: c.PublicKey}, nil
	}
	if k, ok := pssKey(block.Bytes); ok {
		return private(k)
	}
	return Key{}, fmt.Errorf("read key: PEM of the type %q is none that is known: expected a private or public key, RSA, EC or Ed25519", block.Type)
}

func private(k any) (Key, error) {
	s, ok := k.(crypto.Signer)
	if !ok {
		return Key{}, errors.New("read key: the private key cannot sign")
	}
	return Key{private: s, public: s.Public()}, nil
}

// pssKey reads PKCS #8 whose algorithm is id-RSASSA-PSS (1.2.840.113549.1.1.10), which crypto/x509 does not take.
func pssKey(der []byte) (*rsa.PrivateKey, bool) {
	var p struct {
		Version   int
		Algorithm struct {
			OID  asn1.ObjectIdentifier
			Rest asn1.RawValue `asn1:"optional"`
		}
		Key []byte
	}
	if _, err := asn1.Unmarshal(der, &p); err != nil || !p.Algorithm.OID.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}) {
		return nil, false
	}
	k, err := x509.ParsePKCS1PrivateKey(p.Key)
	return k, err == nil
}

// CanSign reports that k can make signatures, not only check them.
func (k Key) CanSign() bool { return k.shared != nil || k.private != nil }

// Verify recomputes the text that s covers in req and holds its value against key. The error says why that cannot be
// done: a component that is missing, a key of another kind.
func (s Signature) Verify(req exchange.Request, key secret.Text) (bool, error) {
	k, err := ReadKey(key)
	if err != nil {
		return false, err
	}
	base, err := s.Base(req)
	if err != nil {
		return false, err
	}
	if s.Value.Empty() {
		return false, errors.New("verify: the signature's value is missing or unreadable")
	}
	return s.check([]byte(base), []byte(s.Value.Reveal()), k)
}

// spellings are the readings of a shared secret: as it is, without a line break at its end, and decoded from base64, which
// is how RFC 9421 B.1.5 and most tools print one.
func spellings(text string) [][]byte {
	out := [][]byte{[]byte(text)}
	trimmed := strings.TrimSpace(text)
	if trimmed != text {
		out = append(out, []byte(trimmed))
	}
	if b, err := base64.StdEncoding.DecodeString(trimmed); err == nil && len(b) >= 16 {
		out = append(out, b)
	}
	return out
}

func (s Signature) check(base, value []byte, k Key) (bool, error) {
	if k.shared != nil {
		if s.Algorithm != "" && !strings.HasPrefix(s.Algorithm, "hmac") && s.Algorithm != "hs2019" {
			return false, fmt.Errorf("verify: the signature says %s, and the key is a shared secret", s.Algorithm)
		}
		for _, secret := range spellings(k.shared.(string)) {
			if hmac.Equal(mac(s.hmacHash(), secret, base), value) {
				return true, nil
			}
		}
		return false, nil
	}
	sum256, sum384, sum512 := sha256.Sum256(base), sha512.Sum384(base), sha512.Sum512(base)
	switch pub := k.public.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(pub, base, value), nil
	case *ecdsa.PublicKey:
		sum := sum256[:]
		if pub.Curve.Params().BitSize == 384 {
			sum = sum384[:]
		}
		if size := (pub.Curve.Params().BitSize + 7) / 8; len(value) == 2*size { // RFC 9421 3.3.4: r and s side by side
			r, t := new(big.Int).SetBytes(value[:size]), new(big.Int).SetBytes(value[size:])
			return ecdsa.Verify(pub, sum, r, t), nil
		}
		return s.Legacy && ecdsa.VerifyASN1(pub, sum, value), nil
	case *rsa.PublicKey:
		if s.Algorithm == "" || s.Algorithm == "rsa-pss-sha512" || s.Algorithm == "hs2019" {
			opts := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto, Hash: crypto.SHA512}
			if rsa.VerifyPSS(pub, crypto.SHA512, sum512[:], value, opts) == nil {
				return true, nil
			}
		}
		if s.Legacy || s.Algorithm == "" || s.Algorithm == "rsa-v1_5-sha256" {
			return rsa.VerifyPKCS1v15(pub, crypto.SHA256, sum256[:], value) == nil || s.Legacy && rsa.VerifyPKCS1v15(pub, crypto.SHA512, sum512[:], value) == nil, nil
		}
		return false, nil
	}
	return false, errors.New("verify: the key is of a kind that no registered algorithm uses")
}

func (s Signature) hmacHash() func() hash.Hash {
	if s.Algorithm == "hmac-sha512" {
		return sha512.New
	}
	return sha256.New
}

func mac(h func() hash.Hash, key, text []byte) []byte {
	m := hmac.New(h, key)
	m.Write(text)
	return m.Sum(nil)
}

// sign makes the value of a signature like s over base. like is a base that s.Value signs, which tells the spelling of a
// shared secret.
func (s Signature) sign(base, like []byte, k Key) ([]byte, error) {
	if k.shared != nil {
		all := spellings(k.shared.(string))
		chosen := all[0]
		for _, c := range all {
			if hmac.Equal(mac(s.hmacHash(), c, like), []byte(s.Value.Reveal())) {
				chosen = c
			}
		}
		return mac(s.hmacHash(), chosen, base), nil
	}
	switch priv := k.private.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(priv, base), nil
	case *ecdsa.PrivateKey:
		size, sum := (priv.Curve.Params().BitSize+7)/8, sha256.Sum256(base)
		digest := sum[:]
		if size == 48 {
			long := sha512.Sum384(base)
			digest = long[:]
		}
		r, t, err := ecdsa.Sign(rand.Reader, priv, digest)
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		out := make([]byte, 2*size)
		r.FillBytes(out[:size])
		t.FillBytes(out[size:])
		return out, nil
	case *rsa.PrivateKey:
		if s.Legacy || s.Algorithm == "rsa-v1_5-sha256" {
			sum := sha256.Sum256(base)
			return rsa.SignPKCS1v15(rand.Reader, priv, crypto.SHA256, sum[:])
		}
		sum := sha512.Sum512(base)
		return rsa.SignPSS(rand.Reader, priv, crypto.SHA512, sum[:], &rsa.PSSOptions{SaltLength: 64, Hash: crypto.SHA512})
	}
	return nil, errors.New("sign: the key can only check")
}
