package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	_ "crypto/sha256" // registers the hashes of RFC 7518
	_ "crypto/sha512"
	"math/big"
	"slices"
)

// suite is a signature algorithm of RFC 7518 3.1, RFC 8037 3.1 or RFC 9864.
type suite struct {
	kty, crv string
	hash     crypto.Hash
	pss      bool
}

var suites = map[string]suite{
	"HS256": {kty: "oct", hash: crypto.SHA256}, "HS384": {kty: "oct", hash: crypto.SHA384}, "HS512": {kty: "oct", hash: crypto.SHA512},
	"RS256": {kty: "RSA", hash: crypto.SHA256}, "RS384": {kty: "RSA", hash: crypto.SHA384}, "RS512": {kty: "RSA", hash: crypto.SHA512},
	"PS256": {kty: "RSA", hash: crypto.SHA256, pss: true}, "PS384": {kty: "RSA", hash: crypto.SHA384, pss: true}, "PS512": {kty: "RSA", hash: crypto.SHA512, pss: true},
	"ES256": {kty: "EC", crv: "P-256", hash: crypto.SHA256}, "ES384": {kty: "EC", crv: "P-384", hash: crypto.SHA384}, "ES512": {kty: "EC", crv: "P-521", hash: crypto.SHA512},
	"EdDSA": {kty: "OKP", crv: "Ed25519"}, "Ed25519": {kty: "OKP", crv: "Ed25519"},
}

// made answers whether k made sig over input by s. It asks for the mathematics alone; whether k may be used so is
// fits' matter. A key of another type gives false.
func (s suite) made(m *material, input, sig []byte) bool {
	if m == nil {
		return false
	}
	sum := func() []byte { h := s.hash.New(); h.Write(input); return h.Sum(nil) }
	switch {
	case s.kty == "oct" && m.secret != nil:
		return s.mac(m.secret, input, sig)
	case s.kty == "RSA" && m.rsa != nil && s.pss:
		// RFC 7518 3.5: the salt is as long as the hash.
		return rsa.VerifyPSS(m.rsa, s.hash, sum(), sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	case s.kty == "RSA" && m.rsa != nil:
		return rsa.VerifyPKCS1v15(m.rsa, s.hash, sum(), sig) == nil
	case s.kty == "EC" && m.ec != nil:
		size := (m.ec.Curve.Params().BitSize + 7) / 8
		if len(sig) != 2*size {
			return false
		}
		r, t := new(big.Int).SetBytes(sig[:size]), new(big.Int).SetBytes(sig[size:])
		return r.Sign() > 0 && t.Sign() > 0 && ecdsa.Verify(m.ec, sum(), r, t)
	case s.kty == "OKP" && m.ed != nil:
		return len(m.ed) == ed25519.PublicKeySize && ed25519.Verify(m.ed, input, sig)
	}
	return false
}

func (s suite) mac(key, input, sig []byte) bool {
	h := hmac.New(s.hash.New, key)
	h.Write(input)
	return hmac.Equal(h.Sum(nil), sig)
}

// fits says why k must not be used to verify alg; ok is true when it may.
func (k Key) fits(alg string) (r Reason, ok bool) {
	s := suites[alg]
	switch {
	case k.Problem != "" || k.m == nil:
		return because(KeyUnusable, "%s cannot be used: %s", k, k.Problem), false
	case s.kty != k.Kty && s.kty == "oct":
		return because(AlgNotForKey, "%s is signed with a shared secret, but the %s is a public one: a verifier that takes its text as the secret accepts forged tokens", alg, k), false
	case s.kty != k.Kty:
		return because(AlgNotForKey, "%s needs a key of type %s, not the %s", alg, s.kty, k), false
	case s.crv != "" && s.crv != k.Crv:
		return because(AlgNotForKey, "%s needs a key on %s, not the %s", alg, s.crv, k), false
	case k.Alg != "" && k.Alg != alg && !(k.Alg == "EdDSA" && alg == "Ed25519" || k.Alg == "Ed25519" && alg == "EdDSA"):
		return because(AlgNotOfKey, "the %s is declared for %s, the token says %s", k, k.Alg, alg), false
	case k.Use != "" && k.Use != "sig":
		return because(UseNotSig, "the %s is declared for use %q, not for signatures", k, k.Use), false
	case len(k.Ops) > 0 && !slices.Contains(k.Ops, "verify") && !(k.Private && k.Kty != "oct" && slices.Contains(k.Ops, "sign")):
		return because(UseNotSig, "the key_ops of the %s do not hold verify", k), false
	}
	return Reason{}, true
}

// weak says why sound verifiers refuse k for alg although it fits.
func (k Key) weak(alg string) (r Reason, is bool) {
	s := suites[alg]
	switch {
	case k.Kty == "oct" && k.Bits == 0:
		return because(KeyWeak, "the secret is empty"), true
	case k.Kty == "oct" && k.Bits < 8*s.hash.Size():
		return because(KeyWeak, "the secret has %d bits; RFC 7518 3.2 wants at least %d for %s, and strict libraries refuse less", k.Bits, 8*s.hash.Size(), alg), true
	case k.Kty == "RSA" && k.Bits < 2048:
		return because(KeyWeak, "the %s is too small: RFC 7518 3.3 wants 2048 bits", k), true
	case k.Kty == "RSA" && roca(k.m.rsa.N):
		return because(KeyWeak, "the %s was made by a chip with a broken generator (ROCA, CVE-2017-15361)", k), true
	}
	return Reason{}, false
}

// roca recognises a modulus of the broken generator: modulo each small prime it is a power of 65537.
func roca(n *big.Int) bool {
	for _, p := range []int64{3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167} {
		want, found := new(big.Int).Mod(n, big.NewInt(p)).Int64(), false
		for x, i := int64(1), int64(0); i < p && !found; i++ {
			found = x == want
			x = x * 65537 % p
		}
		if !found {
			return false
		}
	}
	return true
}
