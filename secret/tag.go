package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Tag is 16 bits of an HMAC of t, to tell later whether a text is still the same without keeping it. It is too short to
// confirm a guess: every 65,536th guess has the same one. One change in as many is not seen either.
func (t Text) Tag(key []byte) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(t.str()))
	return hex.EncodeToString(m.Sum(nil)[:2])
}
