// Package jose verifies signed tokens (JWS, RFC 7515) and opens encrypted ones (JWE, RFC 7516) with keys that the user
// gives, offline, and says why it cannot: another key made the signature, the kid is not in the set, the algorithm is not
// what the key is for, the secret was decoded where the verifier takes it as text.
//
// It is stricter than most verifiers: what it accepts, every sound verifier accepts. It fetches nothing, follows no jku or
// x5u, takes no key out of a token, and never accepts alg none. What it tries besides, to explain a refusal, never leads
// to acceptance. The algorithms are those of RFC 7518 and RFC 8037 that the standard library has.
package jose

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/why401/why401/cred/jwt"
)

// Key is one key that a person gave. Its material cannot be printed.
type Key struct {
	Kid      jwt.Name
	Kty, Crv string   // "RSA", "EC", "OKP", "oct"; "P-256", "Ed25519", ...
	Alg, Use string   // as the JWK declares them, "" when it does not
	Ops      []string // key_ops
	Bits     int      // size of the modulus, the curve or the secret
	Private  bool     // it holds the private half, or is a secret
	Form     string   // "JWK", "JWK set", "PEM public key", "certificate", "secret", ...
	Subject  string   // of a certificate, printable
	NotAfter time.Time
	Problem  string // why it cannot be used: "curve secp256k1 is not supported"; "" for a usable key
	m        *material
}

// material stands behind a pointer, which fmt prints as an address wherever a Key is held.
type material struct {
	rsa    *rsa.PublicKey
	rsaKey *rsa.PrivateKey
	ec     *ecdsa.PublicKey
	ecKey  *ecdsa.PrivateKey
	ed     ed25519.PublicKey
	x      *ecdh.PublicKey
	xKey   *ecdh.PrivateKey
	secret []byte
	texts  [][]byte // the spellings a confused program may take as an HMAC secret: PEM text, DER
	cert   *x509.Certificate
}

// Set is all keys at hand.
type Set struct {
	Keys  []Key
	Notes []string // what was odd about the reading, printable: "line breaks are written as \\n"
	Mixed bool     // one document holds both secrets and public keys, which must not be
}

// Add appends what o holds.
func (s *Set) Add(o Set) {
	s.Keys = append(s.Keys, o.Keys...)
	s.Notes = append(s.Notes, o.Notes...)
	s.Mixed = s.Mixed || o.Mixed
}

// Empty reports that there is no key.
func (s Set) Empty() bool { return len(s.Keys) == 0 }

// Secret makes a set of one shared secret, taken as its bytes stand, which is what most verifiers do with text.
func Secret(text []byte) Set {
	b := slices.Clone(text)
	return Set{Keys: []Key{{Kty: "oct", Bits: 8 * len(b), Private: true, Form: "secret", m: &material{secret: b}}}}
}

// String names the key: `RSA key of 2048 bits, kid "a"`. It may be shown.
func (k Key) String() string {
	s := map[string]string{"RSA": "RSA key", "EC": "EC key", "OKP": "key", "oct": "secret"}[k.Kty]
	if s == "" {
		s = "key of an unknown type"
	}
	switch {
	case k.Crv != "":
		s += " on " + k.Crv
	case k.Bits > 0:
		s += fmt.Sprintf(" of %d bits", k.Bits)
	}
	if k.Kid.Present() {
		s += fmt.Sprintf(", kid %q", k.Kid.Show)
	}
	return s
}

// Format sends every verb through String.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.String()) }

// same reports that k and o are one key, listed twice.
func (k Key) same(o Key) bool {
	if t := k.Thumbprint(); t != "" {
		return t == o.Thumbprint()
	}
	return k.m != nil && o.m != nil && k.m.secret != nil && bytes.Equal(k.m.secret, o.m.secret)
}

// Thumbprint is the RFC 7638 thumbprint of a public key, as cnf.jkt and many kids hold it; "" for a secret, whose
// thumbprint could be guessed back, and for a key that cannot be used.
func (k Key) Thumbprint() string {
	var canon string
	b64 := base64.RawURLEncoding.EncodeToString
	switch {
	case k.m == nil:
		return ""
	case k.m.rsa != nil:
		e := []byte{byte(k.m.rsa.E >> 24), byte(k.m.rsa.E >> 16), byte(k.m.rsa.E >> 8), byte(k.m.rsa.E)}
		for len(e) > 1 && e[0] == 0 {
			e = e[1:]
		}
		canon = fmt.Sprintf(`{"e":"%s","kty":"RSA","n":"%s"}`, b64(e), b64(k.m.rsa.N.Bytes()))
	case k.m.ec != nil:
		raw, err := k.m.ec.Bytes()
		if err != nil {
			return ""
		}
		n := (len(raw) - 1) / 2
		canon = fmt.Sprintf(`{"crv":"%s","kty":"EC","x":"%s","y":"%s"}`, k.Crv, b64(raw[1:1+n]), b64(raw[1+n:]))
	case k.m.ed != nil:
		canon = fmt.Sprintf(`{"crv":"Ed25519","kty":"OKP","x":"%s"}`, b64(k.m.ed))
	case k.m.x != nil:
		canon = fmt.Sprintf(`{"crv":"X25519","kty":"OKP","x":"%s"}`, b64(k.m.x.Bytes()))
	default:
		return ""
	}
	sum := sha256.Sum256([]byte(canon))
	return b64(sum[:])
}
