package jose

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/secret"
)

// Opened says whether an encrypted token could be opened.
type Opened struct {
	OK       bool
	Key      int    // the key that opened it, -1 when none did
	Alg, Enc string // as the header says, printable
	Kid      jwt.Name
	Nested   bool // the content is itself a token
	Reasons  []Reason
	Plain    secret.Text
}

// Has reports a reason.
func (o Opened) Has(w Word) bool {
	return slices.ContainsFunc(o.Reasons, func(r Reason) bool { return r.Word == w })
}

// Why an encrypted token stays closed, besides the words of signatures.
const (
	UseNotEnc  Word = "use-not-enc" // use or key_ops forbid decryption
	NoPrivate  Word = "no-private"  // only the public half is at hand
	NotOpened  Word = "not-opened"  // another key, or changed on the way
	TooCostly  Word = "too-costly"  // p2c or compression beyond bounds
	PartLength Word = "part-length" // a part has not the length that enc wants
)

// Decrypt opens a compact JWE (RFC 7516 7.1) with the private keys and secrets of keys.
func Decrypt(v secret.Text, keys Set) Opened {
	m, err := compactJWE(v)
	if err != nil {
		return Opened{Key: -1, Reasons: []Reason{because(Malformed, "the token is no encrypted token: %v", err)}}
	}
	return m.open(keys)
}

// DecryptJSON opens a JWE in JSON serialization (RFC 7516 7.2), trying each recipient in order.
func DecryptJSON(data []byte, keys Set) (Opened, error) {
	ms, err := jsonJWE(data)
	if err != nil {
		return Opened{Key: -1}, err
	}
	var first *Opened
	for _, m := range ms {
		o := m.open(keys)
		if o.OK {
			return o, nil
		}
		if first == nil {
			first = &o
		}
	}
	return *first, nil
}

func (m *encrypted) open(keys Set) Opened {
	alg, enc := m.str("alg"), m.str("enc")
	o := Opened{Key: -1, Alg: jwt.NameOf(alg).Show, Enc: jwt.NameOf(enc).Show, Kid: jwt.NameOf(m.str("kid"))}
	add := func(r Reason) {
		if !o.Has(r.Word) {
			o.Reasons = append(o.Reasons, r)
		}
	}
	kty, known := manage[alg]
	c, knownEnc := contents[enc]
	switch {
	case !known || !knownEnc:
		add(because(AlgUnknown, "the encryption %q with %q is not one that is opened here", o.Alg, o.Enc))
	case len(m.tag) != c.tag || len(m.iv) != c.iv:
		add(because(PartLength, "the initialization vector or the tag has not the length that %s wants: the token was cut", enc))
	}
	if s := critical(m.protected, m.header); s != "" {
		add(because(Critical, "%s", s))
	}
	if keys.Empty() {
		add(because(NoKey, "no key was given to open the token with"))
	}
	if len(o.Reasons) > 0 {
		return o
	}
	tried := 0
	for i, k := range keys.Keys {
		if o.Kid.Present() && k.Kid.Present() && !k.Kid.Text.Equal(o.Kid.Text) {
			continue
		}
		tried++
		if r, ok := k.opens(alg, enc, kty); !ok {
			add(r)
			continue
		}
		if tried > maxTries {
			break
		}
		cek, err := m.unwrap(k.m, alg, enc, c.key)
		if err == nil {
			var plain []byte
			if plain, err = c.open(cek, m.iv, m.body, m.tag, m.aad); err == nil {
				plain, err = m.inflate(plain)
			}
			if err == nil {
				o.OK, o.Key, o.Plain, o.Reasons = true, i, secret.New(string(plain)), nil
				o.Nested = jwt.LooksLike(o.Plain)
				return o
			}
		}
		if errors.Is(err, errCostly) {
			add(because(TooCostly, "opening the token would cost more than is spent on one: %v", err))
		} else {
			// Which step failed is not told: for RSA that would be an oracle (RFC 7516 11.5).
			add(because(NotOpened, "the %s does not open the token: it was made for another key, or changed on the way", k))
		}
	}
	if tried == 0 {
		add(because(KidUnknown, "no key of the set has the kid %q of the token", o.Kid.Show))
	}
	return o
}

// opens says why k must not be used to decrypt with alg.
func (k Key) opens(alg, enc, kty string) (Reason, bool) {
	curve := k.Kty == "OKP" && k.Crv == "X25519"
	switch {
	case k.Problem != "" || k.m == nil:
		return because(KeyUnusable, "%s cannot be used: %s", k, k.Problem), false
	case k.Kty != kty && !(kty == "EC" && curve):
		return because(AlgNotForKey, "%s needs a key of type %s, not the %s", alg, kty, k), false
	case k.Alg != "" && k.Alg != alg && !(alg == "dir" && k.Alg == enc):
		return because(AlgNotOfKey, "the %s is declared for %s, the token says %s", k, k.Alg, alg), false
	case k.Use != "" && k.Use != "enc",
		len(k.Ops) > 0 && !slices.ContainsFunc(k.Ops, func(o string) bool {
			return o == "decrypt" || o == "unwrapKey" || o == "deriveKey" || o == "deriveBits"
		}):
		return because(UseNotEnc, "the %s is not declared for decryption", k), false
	case !k.Private:
		return because(NoPrivate, "only the public half of the %s is at hand; opening needs the private one", k), false
	case k.Kty == "RSA" && k.Bits < 2048:
		return because(KeyWeak, "the %s is too small: RFC 7518 4.3 wants 2048 bits", k), false
	}
	return Reason{}, true
}

var errCostly = errors.New("beyond the bound")

// inflate undoes zip=DEF in bounds (CVE-2024-28180 and its relatives).
func (m *encrypted) inflate(plain []byte) ([]byte, error) {
	zip, has := m.header["zip"]
	if !has {
		return plain, nil
	}
	if zip != "DEF" || m.protected["zip"] == nil {
		return nil, errors.New("an unknown compression")
	}
	most := int64(max(250_000, 10*len(plain)))
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(plain)), most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(out)) > most {
		return nil, fmt.Errorf("the content unpacks to more than %d bytes: %w", most, errCostly)
	}
	return out, nil
}
