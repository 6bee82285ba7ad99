package httpsig

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"

	"github.com/dunglas/httpsfv"
	"github.com/why401/why401/exchange"
)

// DigestState is what a digest field says about the body.
type DigestState string

// The states; "" means that there is no such field.
const (
	DigestFits    DigestState = "fits"
	DigestDiffers DigestState = "differs" // it is that of another body
	DigestEmpty   DigestState = "empty"   // it is that of an empty body
	DigestUnread  DigestState = "unread"  // unknown algorithms only, or not of its form
)

// Digest holds the Content-Digest (RFC 9530) or Digest (RFC 3230) field of req against its body. field is the name of the
// field that was read.
func Digest(req exchange.Request) (state DigestState, field string) {
	body := []byte(req.Body.Reveal())
	if list := reveal(req.Header.Values("Content-Digest")); len(list) > 0 {
		d, err := httpsfv.UnmarshalDictionary(list)
		if err != nil {
			return DigestUnread, "Content-Digest"
		}
		state = DigestUnread
		for _, name := range d.Names() {
			m, _ := d.Get(name)
			item, isItem := m.(httpsfv.Item)
			if want, isBytes := item.Value.([]byte); isItem && isBytes {
				state = worse(state, compare(name, want, body))
			}
		}
		return state, "Content-Digest"
	}
	list := reveal(req.Header.Values("Digest"))
	if len(list) == 0 {
		return "", ""
	}
	state = DigestUnread
	for part := range strings.SplitSeq(strings.Join(list, ","), ",") {
		name, text, _ := strings.Cut(strings.TrimSpace(part), "=")
		if want, err := base64.StdEncoding.DecodeString(text); err == nil {
			state = worse(state, compare(strings.ToLower(name), want, body))
		}
	}
	return state, "Digest"
}

// worse keeps a difference over a fit over nothing: one hash that does not fit is enough for a server to refuse.
func worse(a, b DigestState) DigestState {
	for _, s := range []DigestState{DigestDiffers, DigestEmpty, DigestFits} {
		if a == s || b == s {
			return s
		}
	}
	return DigestUnread
}

func compare(algorithm string, want, body []byte) DigestState {
	hash := map[string]func([]byte) []byte{
		"sha-256": func(b []byte) []byte { s := sha256.Sum256(b); return s[:] },
		"sha-512": func(b []byte) []byte { s := sha512.Sum512(b); return s[:] },
		"sha":     func(b []byte) []byte { s := sha1.Sum(b); return s[:] },
		"md5":     func(b []byte) []byte { s := md5.Sum(b); return s[:] },
	}[algorithm]
	switch {
	case hash == nil:
		return DigestUnread
	case bytes.Equal(hash(body), want):
		return DigestFits
	case bytes.Equal(hash(nil), want):
		return DigestEmpty
	}
	return DigestDiffers
}
