package jose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/secret"
)

// Word names a reason; its text is stable.
type Word string

// Why a signature is not accepted.
const (
	Malformed     Word = "malformed"       // not what RFC 7515 calls a JWS
	AlgNone       Word = "alg-none"        // unsecured; never accepted
	AlgUnknown    Word = "alg-unsupported" // unknown, or not in the standard library (ES256K, Ed448)
	AlgNotAllowed Word = "alg-not-allowed" // not in the verifier's list
	AlgNotForKey  Word = "alg-not-for-key" // key type or curve cannot do it
	AlgNotOfKey   Word = "alg-not-of-key"  // the key declares another
	UseNotSig     Word = "use-not-sig"     // use or key_ops forbid it
	Critical      Word = "critical"        // a crit extension
	KeyUnusable   Word = "key-unusable"
	KeyWeak       Word = "key-weak"
	KeysMixed     Word = "keys-mixed"    // secrets and public keys in one document
	KidUnknown    Word = "kid-unknown"   // not in the set
	KidAmbiguous  Word = "kid-ambiguous" // several keys of that kid
	KidOfOther    Word = "kid-of-other"  // made by a key of the set that has another kid
	OtherKey      Word = "other-key"     // no key at hand made it, or the token was changed
	OtherCert     Word = "other-cert"    // the header names another certificate than those at hand
	OtherSize     Word = "other-size"    // its length shows a key of another size
	NoKey         Word = "no-key"        // nothing to verify with

	// What explains a signature that does not verify.
	SecretDecoded  Word = "secret-decoded"   // made with the base64- or hex-decoded secret
	SecretEncoded  Word = "secret-encoded"   // made with the text of the secret rather than its bytes
	SecretTrimmed  Word = "secret-trimmed"   // a line break, blank or quotation mark more or less
	SecretExample  Word = "secret-example"   // made with a secret from a tutorial, or with none
	PublicAsSecret Word = "public-as-secret" // HMAC with a public key's text: forged, or a confused signer
	AlgMislabelled Word = "alg-mislabelled"  // made by this key with another algorithm than the header says
	SignatureDER   Word = "signature-der"    // ECDSA in DER where RFC 7518 3.4 wants two numbers side by side
	SignatureCoded Word = "signature-coded"  // right but for its base64
	NonceHashed    Word = "nonce-hashed"     // Microsoft: the signature covers the hashed nonce
	KeyInToken     Word = "key-in-token"     // made by the key that the token carries, which proves nothing
	KeyElsewhere   Word = "key-elsewhere"    // jku or x5u name a place; never followed
)

// Reason is one of the words with a sentence that may be shown.
type Reason struct {
	Word Word
	Text string
}

func because(w Word, format string, args ...any) Reason {
	return Reason{w, fmt.Sprintf(format, args...)}
}

// Options are what the verifier is known to want.
type Options struct {
	Algs     []string // algorithms it takes; empty: each that suits the key
	Detached []byte   // the payload, when it is not inside (RFC 7515 appendix F); nil when it is
}

// Answer says whether a signature holds.
type Answer struct {
	OK      bool     // a strict verifier with these keys accepts it
	Signer  int      // the key that made it, even where a verifier must refuse it; -1 when none did
	Alg     string   // as the header says, printable
	Kid     jwt.Name // of the header
	Reasons []Reason // why not, the decisive one first; empty when OK
	Payload secret.Text
}

// Has reports a reason.
func (a Answer) Has(w Word) bool {
	return slices.ContainsFunc(a.Reasons, func(r Reason) bool { return r.Word == w })
}

func (a *Answer) add(r Reason) {
	if !a.Has(r.Word) {
		a.Reasons = append(a.Reasons, r)
	}
}

// Verify checks a compact JWS, which is what a bearer token is; the JSON serialization is refused here.
func Verify(v secret.Text, keys Set, o Options) Answer {
	m, err := compact(v, o)
	if err != nil {
		a := Answer{Signer: -1}
		a.add(because(Malformed, "the token is no signed token: %v", err))
		if isJSON(v.Reveal()) {
			a.Reasons[0].Text = "the token is a signed object in JSON, where the compact form belongs"
		}
		return a
	}
	return m.verify(keys, o)
}

// VerifyJSON checks each signature of a JWS in JSON serialization, in order (RFC 7515 7.2). Whether one of them or all
// must hold is the caller's matter. The error says what is wrong with the form.
func VerifyJSON(data []byte, keys Set, o Options) ([]Answer, error) {
	ms, err := fromSerialization(data, o)
	if err != nil {
		return nil, err
	}
	var out []Answer
	for _, m := range ms {
		out = append(out, m.verify(keys, o))
	}
	return out, nil
}

func (m *signed) verify(keys Set, o Options) Answer {
	alg := m.str("alg")
	a := Answer{Signer: -1, Alg: jwt.NameOf(alg).Show, Kid: jwt.NameOf(m.str("kid")), Payload: secret.New(string(m.content))}
	s, known := suites[alg]
	switch {
	case alg == "":
		a.add(because(Malformed, "the header names no algorithm"))
		return a
	case strings.EqualFold(alg, "none"):
		a.add(because(AlgNone, "the token says of itself that it is not signed (alg none); no verifier may take it"))
		return a
	case !known:
		a.add(because(AlgUnknown, "algorithm %s is not one that is checked here", a.Alg))
		return a
	case m.sigError != nil:
		a.add(because(Malformed, "%v", m.sigError))
	case len(m.sig) == 0:
		a.add(because(Malformed, "the signature is empty"))
		return a
	case len(o.Algs) > 0 && !slices.Contains(o.Algs, alg):
		a.add(because(AlgNotAllowed, "the verifier takes %s, the token is signed with %s", strings.Join(o.Algs, ", "), alg))
	}
	if c := critical(m.protected, m.header, "b64"); c != "" {
		a.add(because(Critical, "%s", c))
	}
	if _, has := m.header["b64"]; has && m.header["b64"] != true && !m.plainPayload() {
		a.add(because(Critical, "b64 is not protected and critical, as RFC 7797 wants it"))
	}
	if keys.Mixed {
		a.add(because(KeysMixed, "the key set holds secrets beside public keys; a verifier cannot tell what it may publish and must refuse it"))
	}
	if keys.Empty() {
		a.add(because(NoKey, "no key was given to check the signature with"))
		m.elsewhere(&a)
		return a
	}
	suitable := m.candidates(keys, alg, &a)
	if m.sigError == nil {
		for _, i := range suitable {
			if s.made(keys.Keys[i].m, m.input, m.sig) {
				a.Signer = i
				break
			}
		}
	}
	if a.Signer >= 0 {
		if r, weak := keys.Keys[a.Signer].weak(alg); weak {
			a.add(r)
		}
		a.OK = len(a.Reasons) == 0
		return a
	}
	m.explain(keys, alg, suitable, &a)
	m.elsewhere(&a)
	return a
}

// candidates are the keys that a verifier would try: those of the token's kid, or without one those that have none; all
// when the token names none. Why others are left out becomes a reason when nothing is left.
func (m *signed) candidates(keys Set, alg string, a *Answer) []int {
	var named, nameless []int
	for i, k := range keys.Keys {
		switch {
		case !a.Kid.Present():
			named = append(named, i)
		case k.Kid.Present() && k.Kid.Text.Equal(a.Kid.Text):
			named = append(named, i)
		case !k.Kid.Present():
			nameless = append(nameless, i)
		}
	}
	byKid := a.Kid.Present() && len(named) > 0
	if a.Kid.Present() && len(named) == 0 {
		named = nameless
	}
	if len(named) == 0 {
		a.add(because(KidUnknown, "no key of the set has the kid %q of the token", a.Kid.Show))
		return nil
	}
	var fit []int
	var why []Reason
	for _, i := range named {
		if r, ok := keys.Keys[i].fits(alg); ok {
			fit = append(fit, i)
		} else {
			why = append(why, r)
		}
	}
	if len(fit) == 0 {
		for _, r := range why {
			a.add(r)
		}
	}
	if byKid && len(fit) > 1 && slices.ContainsFunc(fit[1:], func(i int) bool { return !keys.Keys[i].same(keys.Keys[fit[0]]) }) {
		a.add(because(KidAmbiguous, "%d keys of the set have the kid %q: a verifier may take the wrong one", len(fit), a.Kid.Show))
	}
	return fit
}
