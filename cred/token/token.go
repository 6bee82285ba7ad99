// Package token judges one token offline: each claim against the clock of the server that refused it, its signature
// against the keys at hand, issuer, audience and algorithm against what the verifier is known to want, and its marks
// against those of the products that issue tokens.
//
// It sends nothing, follows no address in a token, and quotes nothing that may be a secret. What it calls Refused, every
// sound verifier refuses; what only some refuse is Doubtful.
package token

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/secret"
)

// Severity is how much a finding matters.
type Severity string

// The severities, worst first.
const (
	Refused  Severity = "refused"  // every sound verifier refuses
	Doubtful Severity = "doubtful" // some verifiers refuse, or it depends on what is not known here
	Remark   Severity = "remark"   // good to know
)

// Word names a finding; its text is stable. Findings about the signature use the words of package jose.
type Word string

// Finding is one thing that a token shows. The text may be shown.
type Finding struct {
	Word     Word
	Severity Severity
	Claim    string // "exp", "aud", "header alg"; "" for the token as a whole
	Text     string
}

// Expect is what is known about the verifier. Everything may be left empty.
type Expect struct {
	Issuers   []string
	Audiences []string
	Algs      []string
	Scopes    []string       // all of them are needed
	Kind      Kind           // what belongs there; "" is Access
	Scheme    string         // the auth-scheme the token was sent with: "Bearer", "DPoP"; "" when unknown
	Leeway    *time.Duration // clock error that the verifier forgives; nil when unknown
	Partial   bool           // only the claims are at hand (exchange.Token.Whole is false): nothing is said of header and signature
}

// Judgement is what was found.
type Judgement struct {
	Token     *jwt.Token   // nil for an opaque token, and for one that cannot be read
	Kind      Kind         // what it is used for
	Family    Family       // the product that issued it
	Signature *jose.Answer // nil when it was not checked
	Findings  []Finding    // worst first, in reading order among equals
}

// Has reports a finding.
func (j Judgement) Has(w Word) bool {
	return slices.ContainsFunc(j.Findings, func(f Finding) bool { return f.Word == w })
}

// Worst is the worst severity, "" when nothing was found.
func (j Judgement) Worst() Severity {
	if len(j.Findings) == 0 {
		return ""
	}
	return j.Findings[0].Severity
}

// judge holds what the single questions need.
type judge struct {
	Judgement
	at     time.Time
	within time.Duration
	want   Expect
	c      *jwt.Claims
}

func (j *judge) add(s Severity, w Word, claim, format string, args ...any) {
	if !j.Has(w) {
		j.Findings = append(j.Findings, Finding{w, s, claim, fmt.Sprintf(format, args...)})
	}
}

// Judge looks at token v, without scheme word. at is the server's clock as well as it is known and within how far the
// truth may be from it (Clock makes both of a Date field); with a zero at nothing is said about the time of day. keys may
// be empty.
func Judge(v secret.Text, at time.Time, within time.Duration, keys jose.Set, want Expect) Judgement {
	j := &judge{at: at, within: max(within, 0), want: want}
	j.read(v, keys, 0)
	slices.SortStableFunc(j.Findings, func(a, b Finding) int { return rank(a.Severity) - rank(b.Severity) })
	return j.Judgement
}

func rank(s Severity) int { return slices.Index([]Severity{Refused, Doubtful, Remark}, s) }

// Clock makes the server's clock of its Date field, which is cut to whole seconds, and of our own times: the field was
// written somewhere between sending and receiving, so half of that way is the error on either side.
func Clock(date time.Time, took time.Duration) (at time.Time, within time.Duration) {
	return date.Add(500 * time.Millisecond), 500*time.Millisecond + max(took, 0)
}

func (j *judge) read(v secret.Text, keys jose.Set, depth int) {
	if !jwt.LooksLike(v) {
		j.opaque(v)
		return
	}
	t, err := jwt.Decode(v)
	if err != nil {
		j.add(Refused, Malformed, "", "The token cannot be read: %v.", err)
		return
	}
	j.Token, j.c = t, t.Claims
	if !j.want.Partial {
		j.header()
	}
	switch {
	case j.want.Partial:
	case t.Form == jwt.Encrypted:
		if j.opened(v, keys, depth) {
			return
		}
	case t.Form == jwt.Cut:
		j.add(Refused, Cut, "", "The token has two parts where three belong: the signature was cut off.")
	case !keys.Empty() && t.Form == jwt.Signed:
		j.signature(v, keys)
	}
	if j.c == nil {
		if t.Form != jwt.Encrypted && !t.Nested && t.BadClaims != nil {
			j.add(Refused, Malformed, "", "The claims cannot be read: %v.", t.BadClaims)
		}
		j.Family = familyOf(t)
		j.familyRemarks()
		return
	}
	j.Family, j.Kind = familyOf(t), kindOf(t)
	j.times()
	j.claims()
	j.issuer()
	j.audience()
	j.kind()
	j.bound()
	j.familyRemarks()
}

// opened tries to decrypt and goes on with the token inside; false when it stays closed.
func (j *judge) opened(v secret.Text, keys jose.Set, depth int) bool {
	if keys.Empty() || depth > 2 {
		j.add(Remark, Encrypted, "", "The token is encrypted (%s with %s): only who holds the key can read its claims.", j.Token.Header.Alg, j.Token.Header.Enc)
		return false
	}
	o := jose.Decrypt(v, keys)
	if o.OK && o.Nested {
		j.read(o.Plain, keys, depth+1)
		return true
	}
	for _, r := range o.Reasons {
		j.add(severityOf(r.Word), Word(r.Word), "", "%s.", sentence(r.Text))
	}
	if o.OK {
		j.add(Remark, Encrypted, "", "The token is encrypted and opens with the key at hand; no signed token is inside.")
	}
	return false
}

func (j *judge) signature(v secret.Text, keys jose.Set) {
	a := jose.Verify(v, keys, jose.Options{Algs: j.want.Algs})
	j.Signature = &a
	if a.OK {
		j.add(Remark, SignatureGood, "", "The signature was made by the %s.", keys.Keys[a.Signer])
		return
	}
	for _, r := range a.Reasons {
		j.add(severityOf(r.Word), Word(r.Word), "", "%s.", sentence(r.Text))
	}
}

// severityOf: what lax verifiers let pass is doubtful.
func severityOf(w jose.Word) Severity {
	switch w {
	case jose.KeyWeak, jose.KidAmbiguous, jose.KeysMixed, jose.AlgNotOfKey, jose.UseNotSig, jose.SignatureCoded, jose.AlgUnknown, jose.KidUnknown, jose.KeyUnusable, jose.TooCostly:
		return Doubtful
	case jose.KeyElsewhere, jose.NoKey, jose.NoPrivate:
		return Remark
	}
	return Refused
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// opaque says what can be said about a token that is no JWT.
func (j *judge) opaque(v secret.Text) {
	j.Kind = Opaque
	switch vendor := cred.VendorOf(v); {
	case v.Trim().Empty():
		j.add(Refused, Malformed, "", "The token is empty.")
	case vendor.Known():
		j.add(Remark, OpaqueToken, "", "The token has the form of a %s of %s; it holds no claims, only its issuer can judge it.", vendor.What, vendor.Name)
	default:
		j.add(Remark, OpaqueToken, "", "The token is opaque: it holds no claims, only its issuer can judge it (introspection, RFC 7662). A verifier that wants a JWT refuses it.")
	}
}
