// Package hmac recomputes the signatures of webhooks: a keyed hash over the body, often with a time or an address in
// front (RFC 2104, and the ways of GitHub, Stripe, Slack, Shopify, Standard Webhooks and others). Where the value that was
// received does not come out, it tries what programs usually do to a body or a secret on the way, and names it.
//
// Answers hold no secret, no signature and nothing of the body.
package hmac

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Word says what was different; its text is stable.
type Word string

// What can be different. An answer may hold several.
const (
	KeyForm     Word = "key-form"       // the secret was decoded, trimmed or cut otherwise
	BodyEnd     Word = "body-end"       // a line break at the end more or less
	BodyBreaks  Word = "body-breaks"    // CRLF and LF
	BodyRewrit  Word = "body-rewritten" // JSON was parsed and written anew
	BodyOther   Word = "body-other"     // empty, a byte order mark, another text
	MessageForm Word = "message-form"   // other parts were signed with the body: time, id, address
	HashOther   Word = "hash-other"     // another hash function than the field says
	Coding      Word = "coding"         // hex where base64 belongs, or twice encoded
	Unreadable  Word = "unreadable"     // the signature is neither hex nor base64 of a hash
	PartAbsent  Word = "part-absent"    // the time or id field that belongs to it is missing
	NoMatch     Word = "no-match"       // nothing that was tried gives the received value
)

// Answer is what came out.
type Answer struct {
	OK    bool      // the signature is right as its sender documents it
	Style string    // whose way it is: "GitHub", "Stripe", "X-Signature"
	Words []Word    // what differs, empty when OK
	Text  string    // a sentence that may be shown
	Time  time.Time // the signed time, zero when there is none
}

// Has reports a word.
func (a Answer) Has(w Word) bool {
	for _, o := range a.Words {
		if o == w {
			return true
		}
	}
	return false
}

// maxBody is the largest body that is tried in other spellings; a larger one is tried as it is.
const maxBody = 256 << 10

var hashes = map[int]struct {
	name string
	new  func() hash.Hash
}{16: {"MD5", md5.New}, 20: {"SHA-1", sha1.New}, 32: {"SHA-256", sha256.New}, 48: {"SHA-384", sha512.New384}, 64: {"SHA-512", sha512.New}}

// Check looks for a signature field in req and recomputes it with the shared secret. field names the field when it is not
// one of the known ones; "" takes the first known one. ok is false when there is no such field.
func Check(req exchange.Request, field string, key secret.Text) (a Answer, ok bool) {
	for _, f := range req.Header {
		s, known := styles[strings.ToLower(f.Name)]
		if field != "" && !strings.EqualFold(field, f.Name) || field == "" && !known {
			continue
		}
		if !known {
			s = style{name: f.Name, form: "{body}"}
		}
		return s.check(req, f.Value, key), true
	}
	return Answer{}, false
}

func (s style) check(req exchange.Request, value, key secret.Text) Answer {
	a := Answer{Style: s.name}
	r := parseValue(value.Reveal())
	m := message{req: req, at: r.time, body: req.Body.Reveal()}
	if m.at == "" && s.time != "" {
		m.at = req.Header.Text(s.time).Trim().Reveal()
	}
	if s.id != "" {
		m.id = req.Header.Text(s.id).Trim().Reveal()
	}
	a.Time = moment(m.at)
	if len(r.sums) == 0 {
		return a.with(Unreadable, "the field is neither hexadecimal nor base64 of a hash: it was cut, or is no HMAC")
	}
	if strings.Contains(s.form, "{t}") && m.at == "" || strings.Contains(s.form, "{id}") && m.id == "" {
		return a.with(PartAbsent, "the time or id field that is signed with the body is missing")
	}
	best := s.search(r, m, key.Reveal())
	switch {
	case best == nil:
		return a.with(NoMatch, "neither the body as it is nor any usual change of it gives the signature with this secret: another secret signed it, or the body was changed otherwise")
	case len(best.words) == 0:
		a.OK, a.Text = true, "the signature is right for this secret and body"
		return a
	}
	a.Words, a.Text = best.words, "the signature comes out with "+strings.Join(best.how, ", and ")
	return a
}

func (a Answer) with(w Word, text string) Answer {
	a.Words, a.Text = []Word{w}, text
	return a
}

type match struct {
	words []Word
	how   []string
}

// maxLong is the body length above which changes are tried one at a time only.
const maxLong = 32 << 10

// search tries the documented way, each single change, and two together; the fewest changes win.
func (s style) search(r received, m message, key string) *match {
	most := 2
	if len(m.body) > maxLong {
		most = 1
	}
	bodies, forms := variants(m.body), s.forms()
	var best *match
	for _, k := range s.keys(key) {
		for _, f := range forms {
			for _, b := range bodies {
				w := match{}
				w.add(k.variant)
				w.add(f.variant)
				w.add(b)
				if len(w.words) > most || best != nil && len(best.words) <= len(w.words) {
					continue
				}
				for _, text := range f.build(m, b.text) {
					if found, ok := r.has(k.text, text.text); ok {
						w.add(text)
						w.add(found)
						best = &w
						break
					}
				}
			}
		}
	}
	return best
}

// has answers whether one of the signatures is that of text; what it returns says what else was odd about it.
func (r received) has(key, text string) (variant, bool) {
	made := map[int][]byte{}
	for _, sum := range r.sums {
		n := len(sum.bytes)
		if made[n] == nil {
			made[n] = mac(hashes[n].new, key, text)
		}
		switch name := hashes[n].name; {
		case !hmac.Equal(made[n], sum.bytes):
		case sum.word != "":
			return variant{word: sum.word, how: sum.how}, true
		case r.hash != "" && !strings.EqualFold(strings.ReplaceAll(name, "-", ""), r.hash):
			return variant{word: HashOther, how: name + " in place of the hash that the field names"}, true
		default:
			return variant{}, true
		}
	}
	return variant{}, false
}

func (w *match) add(v variant) {
	if v.word != "" {
		w.words = append(w.words, v.word)
		w.how = append(w.how, v.how)
	}
}

func mac(h func() hash.Hash, key, text string) []byte {
	m := hmac.New(h, []byte(key))
	m.Write([]byte(text))
	return m.Sum(nil)
}

// moment reads the signed time, in seconds or milliseconds.
func moment(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n <= 0 || n >= 1e14:
		return time.Time{}
	case n >= 1e11:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}

// String says the answer for logs and tests.
func (a Answer) String() string { return fmt.Sprintf("%s: %t %v", a.Style, a.OK, a.Words) }
