package jose

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/why401/why401/cred/jwt"
)

func fromJWK(obj map[string]any, form string, s *Set) Key {
	j := jwk{obj: obj}
	str := func(name string) string { v, _ := obj[name].(string); return v }
	k := Key{Kid: jwt.NameOf(str("kid")), Kty: jwt.NameOf(str("kty")).Show, Crv: jwt.NameOf(str("crv")).Show, Alg: jwt.NameOf(str("alg")).Show, Use: jwt.NameOf(str("use")).Show, Form: form, m: &material{}}
	if ops, ok := obj["key_ops"].([]any); ok {
		for _, o := range ops {
			if o, ok := o.(string); ok {
				k.Ops = append(k.Ops, jwt.NameOf(o).Show)
			}
		}
	}
	var err error
	switch k.Kty {
	case "RSA":
		k.Crv = ""
		err = j.rsa(&k)
	case "EC":
		err = j.ec(&k)
	case "OKP":
		err = j.okp(&k)
	case "oct":
		k.Crv = ""
		k.Private = true
		k.m.secret, err = j.bytes("k")
		k.Bits = 8 * len(k.m.secret)
		if text := str("k"); err == nil {
			k.m.texts = append(k.m.texts, []byte(text))
		}
	case "":
		err = errors.New("kty is missing")
	default:
		err = fmt.Errorf("key type %s is not supported", k.Kty)
	}
	if err != nil {
		k.Problem, k.m = err.Error(), nil
	}
	if j.loose {
		s.Notes = append(s.Notes, "a member of a JWK is not in base64url without padding, as RFC 7517 wants it")
	}
	return k
}

// foreign reads the public half of a key that a token carries: what else stands there is a stranger's, and checking a
// stranger's primes costs seconds.
func foreign(obj map[string]any) Key {
	pub := map[string]any{}
	for _, name := range []string{"kty", "crv", "n", "e", "x", "y"} {
		if v, has := obj[name]; has && obj["kty"] != "oct" {
			pub[name] = v
		}
	}
	return fromJWK(pub, "JWK", &Set{})
}

type jwk struct {
	obj   map[string]any
	loose bool // a value was padded or in the other alphabet
}

// bytes decodes a member. Padding and the standard alphabet are read, since the key is the user's own, and noted.
func (j *jwk) bytes(name string) ([]byte, error) {
	v, ok := j.obj[name]
	if !ok {
		return nil, fmt.Errorf("member %s is missing", name)
	}
	s, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("member %s is no string", name)
	}
	plain := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "="))
	j.loose = j.loose || plain != s
	b, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil {
		return nil, fmt.Errorf("member %s is not base64url", name)
	}
	return b, nil
}

func (j *jwk) rsa(k *Key) error {
	n, err := j.bytes("n")
	if err != nil {
		return err
	}
	e, err := j.bytes("e")
	if err != nil {
		return err
	}
	exp := new(big.Int).SetBytes(e)
	pub := &rsa.PublicKey{N: new(big.Int).SetBytes(n)}
	k.Bits = pub.N.BitLen()
	switch {
	case k.Bits > maxRSA || k.Bits < 512:
		return fmt.Errorf("a modulus of %d bits is not supported", k.Bits)
	case !exp.IsInt64() || exp.Int64() < 3 || exp.Int64() > 1<<31-1 || exp.Bit(0) == 0:
		return errors.New("the public exponent is not a sound one")
	case pub.N.Bit(0) == 0:
		return errors.New("the modulus is even")
	}
	pub.E = int(exp.Int64())
	k.m.rsa = pub
	if j.obj["d"] == nil {
		return nil
	}
	d, err := j.bytes("d")
	if err != nil {
		return err
	}
	k.Private = true
	if k.Bits > maxRSA/2 || 8*len(d) > k.Bits+64 {
		return errors.New("the private numbers are too large")
	}
	key := &rsa.PrivateKey{PublicKey: *pub, D: new(big.Int).SetBytes(d)}
	if j.obj["p"] != nil && j.obj["q"] != nil {
		for _, name := range []string{"p", "q"} {
			b, err := j.bytes(name)
			if err != nil {
				return err
			}
			if 8*len(b) > k.Bits { // checking a number this large for being prime costs seconds
				return fmt.Errorf("member %s is too large for the modulus", name)
			}
			key.Primes = append(key.Primes, new(big.Int).SetBytes(b))
		}
		if err := key.Validate(); err != nil {
			return errors.New("the private numbers do not belong to the modulus")
		}
		key.Precompute()
	}
	k.m.rsaKey = key
	return nil
}

var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

func (j *jwk) ec(k *Key) error {
	curve, ok := curves[k.Crv]
	if !ok {
		return fmt.Errorf("curve %s is not supported", k.Crv)
	}
	k.Bits = curve.Params().BitSize
	size := (k.Bits + 7) / 8
	point := []byte{4}
	for _, name := range []string{"x", "y"} {
		b, err := j.bytes(name)
		if err != nil {
			return err
		}
		if len(b) > size {
			return fmt.Errorf("member %s is longer than the curve's numbers", name)
		}
		point = append(append(point, make([]byte, size-len(b))...), b...)
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return errors.New("the point is not on the curve")
	}
	k.m.ec = pub
	if j.obj["d"] == nil {
		return nil
	}
	d, err := j.bytes("d")
	if err != nil {
		return err
	}
	if len(d) > size {
		return errors.New("member d is longer than the curve's numbers")
	}
	key, err := ecdsa.ParseRawPrivateKey(curve, append(make([]byte, size-len(d)), d...))
	if err != nil || !key.PublicKey.Equal(pub) {
		return errors.New("the private number does not belong to the point")
	}
	k.Private, k.m.ecKey = true, key
	return nil
}

func (j *jwk) okp(k *Key) error {
	x, err := j.bytes("x")
	if err != nil {
		return err
	}
	var d []byte
	if j.obj["d"] != nil {
		if d, err = j.bytes("d"); err != nil {
			return err
		}
		k.Private = true
	}
	k.Bits = 8 * len(x)
	switch {
	case k.Crv != "Ed25519" && k.Crv != "X25519":
		return fmt.Errorf("curve %s is not supported", k.Crv)
	case len(x) != 32 || d != nil && len(d) != 32:
		return errors.New("the key has not 32 bytes")
	case k.Crv == "Ed25519":
		k.m.ed = x
		if d != nil && !ed25519.NewKeyFromSeed(d).Public().(ed25519.PublicKey).Equal(k.m.ed) {
			return errors.New("the private number does not belong to the point")
		}
		return nil
	}
	if k.m.x, err = ecdh.X25519().NewPublicKey(x); err != nil {
		return errors.New("not a point of X25519")
	}
	if d != nil {
		if k.m.xKey, err = ecdh.X25519().NewPrivateKey(d); err != nil || !k.m.xKey.PublicKey().Equal(k.m.x) {
			return errors.New("the private number does not belong to the point")
		}
	}
	return nil
}
