package jose

import (
	"crypto/aes"
	"crypto/ecdh"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strings"
)

// manage maps the key management algorithms of RFC 7518 4.1 to the key type they need.
var manage = map[string]string{
	"dir": "oct", "A128KW": "oct", "A192KW": "oct", "A256KW": "oct", "A128GCMKW": "oct", "A192GCMKW": "oct", "A256GCMKW": "oct",
	"PBES2-HS256+A128KW": "oct", "PBES2-HS384+A192KW": "oct", "PBES2-HS512+A256KW": "oct",
	"RSA1_5": "RSA", "RSA-OAEP": "RSA", "RSA-OAEP-256": "RSA",
	"ECDH-ES": "EC", "ECDH-ES+A128KW": "EC", "ECDH-ES+A192KW": "EC", "ECDH-ES+A256KW": "EC",
}

// maxRounds bounds p2c, which the sender chooses (CVE-2023-50658: a token that costs minutes), for all keys and recipients
// of one token together. A variable for the fuzzer's sake.
var maxRounds int64 = 2_000_000

var errOpen = errors.New("does not open")

var wrapSize = map[string]int{"A128": 16, "A192": 24, "A256": 32}

// unwrap gives the content encryption key of size bytes.
func (m *encrypted) unwrap(k *material, alg, enc string, size int) ([]byte, error) {
	switch {
	case alg == "dir":
		if len(m.key) != 0 || len(k.secret) != size {
			return nil, errOpen
		}
		return k.secret, nil
	case strings.HasPrefix(alg, "PBES2"):
		return m.password(k.secret, alg)
	case strings.HasSuffix(alg, "GCMKW"):
		return m.gcmUnwrap(k.secret, wrapSize[alg[:4]])
	case strings.HasPrefix(alg, "RSA"):
		return m.rsa(k.rsaKey, alg, size)
	case alg == "ECDH-ES":
		if len(m.key) != 0 {
			return nil, errOpen
		}
		return m.agree(k, enc, size)
	case strings.HasPrefix(alg, "ECDH-ES+"):
		kek, err := m.agree(k, alg, wrapSize[alg[8:12]])
		if err != nil {
			return nil, err
		}
		return keyUnwrap(kek, m.key)
	}
	if len(k.secret) != wrapSize[alg[:4]] {
		return nil, errOpen
	}
	return keyUnwrap(k.secret, m.key)
}

func (m *encrypted) rsa(key *rsa.PrivateKey, alg string, size int) ([]byte, error) {
	if key == nil {
		return nil, errOpen
	}
	switch alg {
	case "RSA-OAEP":
		return rsa.DecryptOAEP(sha1.New(), nil, key, m.key, nil)
	case "RSA-OAEP-256":
		return rsa.DecryptOAEP(sha256.New(), nil, key, m.key, nil)
	}
	// A random key where the padding is wrong, so that both fail at the tag alike (RFC 7516 11.5).
	cek := make([]byte, size)
	rand.Read(cek)
	//lint:ignore SA1019 tokens with RSA1_5 exist; opening one offline for its owner is no oracle
	if err := rsa.DecryptPKCS1v15SessionKey(nil, key, m.key, cek); err != nil {
		return nil, errOpen
	}
	return cek, nil
}

// agree is ECDH-ES with the Concat KDF (RFC 7518 4.6.2).
func (m *encrypted) agree(k *material, id string, size int) ([]byte, error) {
	obj, ok := m.header["epk"].(map[string]any)
	if !ok {
		return nil, errOpen
	}
	epk := foreign(obj)
	if epk.m == nil {
		return nil, errOpen
	}
	var mine *ecdh.PrivateKey
	var theirs *ecdh.PublicKey
	var err error
	switch {
	case k.ecKey != nil && epk.m.ec != nil:
		if mine, err = k.ecKey.ECDH(); err == nil {
			theirs, err = epk.m.ec.ECDH()
		}
	case k.xKey != nil && epk.m.x != nil:
		mine, theirs = k.xKey, epk.m.x
	default:
		return nil, errOpen
	}
	if err != nil {
		return nil, errOpen
	}
	z, err := mine.ECDH(theirs) // refuses a point of another curve
	if err != nil {
		return nil, errOpen
	}
	var info []byte
	field := func(b []byte) { info = append(binary.BigEndian.AppendUint32(info, uint32(len(b))), b...) }
	field([]byte(id))
	for _, name := range []string{"apu", "apv"} {
		var b []byte
		if _, has := m.header[name]; has {
			if b, err = m.bytes(name); err != nil {
				return nil, errOpen
			}
		}
		field(b)
	}
	info = binary.BigEndian.AppendUint32(info, uint32(8*size))
	var out []byte
	for round := uint32(1); len(out) < size; round++ {
		h := sha256.New()
		h.Write(binary.BigEndian.AppendUint32(nil, round))
		h.Write(z)
		h.Write(info)
		out = h.Sum(out)
	}
	return out[:size], nil
}

// password is PBES2 (RFC 7518 4.8).
func (m *encrypted) password(pw []byte, alg string) ([]byte, error) {
	salt, err := m.bytes("p2s")
	if err != nil || len(salt) < 8 {
		return nil, errOpen
	}
	num, ok := m.header["p2c"].(json.Number)
	rounds, err := num.Int64()
	if !ok || err != nil || rounds < 1 {
		return nil, errOpen
	}
	if rounds > maxRounds-*m.spent {
		return nil, fmt.Errorf("%d rounds of key derivation: %w", rounds, errCostly)
	}
	*m.spent += rounds
	digest := map[string]func() hash.Hash{"PBES2-HS256+A128KW": sha256.New, "PBES2-HS384+A192KW": sha512.New384, "PBES2-HS512+A256KW": sha512.New}[alg]
	kek, err := pbkdf2.Key(digest, string(pw), append([]byte(alg+"\x00"), salt...), int(rounds), wrapSize[alg[len(alg)-6:len(alg)-2]])
	if err != nil {
		return nil, errOpen
	}
	return keyUnwrap(kek, m.key)
}

func (m *encrypted) gcmUnwrap(key []byte, size int) ([]byte, error) {
	iv, err1 := m.bytes("iv")
	tag, err2 := m.bytes("tag")
	if err1 != nil || err2 != nil || len(key) != size || len(iv) != 12 || len(tag) != 16 {
		return nil, errOpen
	}
	return gcmOpen(key, iv, m.key, tag, nil)
}

// keyUnwrap is the AES key wrap of RFC 3394 2.2.2.
func keyUnwrap(kek, wrapped []byte) ([]byte, error) {
	n := len(wrapped)/8 - 1
	block, err := aes.NewCipher(kek)
	if err != nil || len(wrapped)%8 != 0 || n < 2 || n > 16 {
		return nil, errOpen
	}
	var buf [16]byte
	copy(buf[:8], wrapped[:8])
	r := append([]byte(nil), wrapped[8:]...)
	for j := 5; j >= 0; j-- {
		for i := n; i >= 1; i-- {
			t := binary.BigEndian.Uint64(buf[:8]) ^ uint64(n*j+i)
			binary.BigEndian.PutUint64(buf[:8], t)
			copy(buf[8:], r[8*(i-1):8*i])
			block.Decrypt(buf[:], buf[:])
			copy(r[8*(i-1):], buf[8:])
		}
	}
	if subtle.ConstantTimeCompare(buf[:8], []byte{0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6}) != 1 {
		return nil, errOpen
	}
	return r, nil
}
