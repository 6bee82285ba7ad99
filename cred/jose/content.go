package jose

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"hash"
)

// content is a content encryption algorithm (RFC 7518 5.1) with the lengths it wants, in bytes.
type content struct {
	key, iv, tag int
	mac          func() hash.Hash // nil for GCM
}

var contents = map[string]content{
	"A128GCM": {16, 12, 16, nil}, "A192GCM": {24, 12, 16, nil}, "A256GCM": {32, 12, 16, nil},
	"A128CBC-HS256": {32, 16, 16, sha256.New}, "A192CBC-HS384": {48, 16, 24, sha512.New384}, "A256CBC-HS512": {64, 16, 32, sha512.New},
}

func (c content) open(key, iv, body, tag, aad []byte) ([]byte, error) {
	if len(key) != c.key || len(iv) != c.iv || len(tag) != c.tag {
		return nil, errOpen
	}
	if c.mac != nil {
		return c.cbc(key, iv, body, tag, aad)
	}
	return gcmOpen(key, iv, body, tag, aad)
}

// gcmOpen is AES-GCM (RFC 7518 5.3 and 4.7) for an iv and a tag of the lengths that it has there.
func gcmOpen(key, iv, body, tag, aad []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errOpen
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, errOpen
	}
	return gcm.Open(nil, iv, append(append([]byte(nil), body...), tag...), aad)
}

// cbc is AES-CBC with HMAC (RFC 7518 5.2.2.2): the tag is checked before the padding is looked at.
func (c content) cbc(key, iv, body, tag, aad []byte) ([]byte, error) {
	macKey, encKey := key[:len(key)/2], key[len(key)/2:]
	h := hmac.New(c.mac, macKey)
	h.Write(aad)
	h.Write(iv)
	h.Write(body)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(aad))*8))
	if subtle.ConstantTimeCompare(h.Sum(nil)[:c.tag], tag) != 1 {
		return nil, errOpen
	}
	block, err := aes.NewCipher(encKey)
	if err != nil || len(body) == 0 || len(body)%aes.BlockSize != 0 {
		return nil, errOpen
	}
	out := make([]byte, len(body))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, body)
	pad := int(out[len(out)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, errOpen
	}
	for _, b := range out[len(out)-pad:] {
		if int(b) != pad {
			return nil, errOpen
		}
	}
	return out[:len(out)-pad], nil
}
