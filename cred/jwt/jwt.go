// Package jwt takes a JSON Web Token apart (RFC 7515, 7516, 7519, 9068) without trusting it.
//
// It reads bytes, not promises: no signature is verified here, no key is fetched, and nothing that the header names
// (jku, x5u, jwk) is followed. The subject and unknown claims stay closed; issuer, audience, scopes and times may be
// shown because a refusal cannot be explained without them.
package jwt

import (
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/secret"
)

// Limits: above them nothing is decoded (CVE-2025-27144, CVE-2025-30204: tokens of dots).
const (
	MaxBytes = 64 << 10
	maxDots  = 5
	maxDepth = 32
)

// Form is what kind of token the number of parts and the header make it.
type Form string

// The forms.
const (
	Signed    Form = "signed"    // JWS: header.payload.signature
	Unsecured Form = "unsecured" // JWS with alg none or without signature
	Encrypted Form = "encrypted" // JWE: the claims cannot be read
	Cut       Form = "cut"       // two parts where three belong
)

// Flaw is a departure that did not stop the reading. The texts may be shown.
type Flaw string

// The flaws.
const (
	Padded        Flaw = "a part has base64 padding"
	StdAlphabet   Flaw = "a part is in the standard base64 alphabet, not the URL one"
	BlankInside   Flaw = "blanks or line breaks inside"
	DuplicateName Flaw = "a name appears twice"
	LooseBits     Flaw = "the last character of a part carries bits that are lost"
	TrailingJSON  Flaw = "text behind the JSON object"
	InvalidUTF8   Flaw = "text is not UTF-8"
	WrongType     Flaw = "a registered claim has the wrong type"
	CriticalPart  Flaw = "the header has critical extensions"
	EmptySig      Flaw = "the signature is empty"
)

// Header is the JOSE header.
type Header struct {
	Alg, Typ, Cty, Enc string
	Kid                Name
	Issuer             Name     // iss, which issuers of encrypted tokens repeat here (RFC 7519 5.3)
	Nonce              bool     // Microsoft's mark: the signature covers a hashed nonce and cannot be verified by others
	Crit               []string // names of critical extensions
	Keys               []string // jku, jwk, x5u, x5c, x5t that are present; never followed
	Names              []string // all names, showable
}

// Name is an identifier: Text to compare with, Show to print.
type Name struct {
	Text secret.Text // closed unless all of it may be shown
	Show string      // token-like path elements by number
}

// Present reports that the name is not empty.
func (n Name) Present() bool { return !n.Text.Empty() }

// Claims are the claims that decide about acceptance.
type Claims struct {
	Issuer         Name
	Audience       []Name
	AudienceList   bool // aud was a JSON array
	Azp, ClientID  Name
	Subject        secret.Text // sub, closed
	Exp, Nbf, Iat  Moment
	AuthTime       Moment
	Scopes         []string // scope and scp, showable
	Roles          []string // roles, role, groups' size is not kept
	Typ            string   // the claim typ, as Keycloak writes it
	TokenUse       string
	TokenType      string
	Type           string // the claim type, as Flask-JWT-Extended writes it
	WarnAfter      Moment // Kubernetes: after it the token should have been renewed
	Ver            string
	Tid            Name
	Nonce          bool
	AtHash, CHash  bool
	Cnf            []string // members of cnf: jkt, x5t#S256
	Names          []string // all claim names, showable, in order
	DuplicateNames []string
}

// Has reports whether a claim of that name is present.
func (c Claims) Has(name string) bool {
	for _, n := range c.Names {
		if n == name {
			return true
		}
	}
	return false
}

// Moment is a NumericDate claim.
type Moment struct {
	Present      bool
	Time         time.Time // UTC; milliseconds already divided when Milliseconds is set; zero when Invalid
	Milliseconds bool      // 13 digits: milliseconds were written where seconds belong
	Fractional   bool      // written with a fraction or exponent
	AsString     bool      // written as a string
	Invalid      bool      // not a number, or none that is a time
}

// Token is what could be read.
type Token struct {
	Form      Form
	Parts     int
	Header    Header
	Claims    *Claims // nil when encrypted or when the payload is no JSON object
	Nested    bool    // the payload is itself a token
	SigBytes  int     // length of the decoded signature, -1 when it does not decode
	Flaws     []Flaw
	BadClaims *Error // why Claims is nil for a signed token
}

// Has reports a flaw.
func (t *Token) Has(f Flaw) bool {
	for _, g := range t.Flaws {
		if f == g {
			return true
		}
	}
	return false
}

func (t *Token) note(f Flaw) {
	if !t.Has(f) {
		t.Flaws = append(t.Flaws, f)
	}
}

// Error says which part cannot be read, at which byte (from 1; 0 for the part as a whole), and why. It holds
// nothing of the token.
type Error struct {
	Part    string // "token", "header", "payload", "signature"
	Pos     int
	Problem string
}

func (e *Error) Error() string {
	if e.Pos > 0 {
		return fmt.Sprintf("jwt %s: position %d: %s", e.Part, e.Pos, e.Problem)
	}
	return fmt.Sprintf("jwt %s: %s", e.Part, e.Problem)
}

// LooksLike reports that v is, or was meant to be, a JWT: dotted parts of which the first decodes to the beginning of
// a JSON object. A cut token still looks like one.
func LooksLike(v secret.Text) bool {
	s := strings.TrimFunc(v.Reveal(), func(r rune) bool { return r <= ' ' })
	if len(s) < 8 || len(s) > MaxBytes || !strings.Contains(s, ".") || strings.Count(s, ".") > maxDots {
		return false
	}
	head, _, _ := strings.Cut(s, ".")
	var t Token
	raw, err := t.part("header", head)
	if err != nil {
		return false
	}
	text := strings.TrimLeft(string(raw), " \t\r\n")
	return strings.HasPrefix(text, "{") && strings.Contains(text, `"`)
}

// Decode reads a token. An error means that not even the header could be read; a payload that cannot be read leaves
// Claims nil and says why in BadClaims.
func Decode(v secret.Text) (*Token, error) {
	s := strings.TrimFunc(v.Reveal(), func(r rune) bool { return r <= ' ' })
	switch {
	case s == "":
		return nil, &Error{"token", 0, "empty"}
	case len(s) > MaxBytes:
		return nil, &Error{"token", 0, fmt.Sprintf("%d bytes, more than the %d that are read", len(s), MaxBytes)}
	case strings.Count(s, ".") > maxDots:
		return nil, &Error{"token", 0, "more dots than a token can have"}
	}
	parts := strings.Split(s, ".")
	t := &Token{Parts: len(parts), SigBytes: -1}
	if len(parts) != 2 && len(parts) != 3 && len(parts) != 5 {
		return nil, &Error{"token", 0, fmt.Sprintf("%d parts between dots: a signed token has 3, an encrypted one 5", len(parts))}
	}
	raw, err := t.part("header", parts[0])
	if err != nil {
		return nil, err
	}
	head, err := t.object("header", raw)
	if err != nil {
		return nil, err
	}
	t.header(head)
	if len(parts) == 5 {
		t.Form = Encrypted
		return t, nil
	}
	t.Form = Signed
	if len(parts) == 2 {
		t.Form = Cut
	} else {
		if sig, err := t.part("signature", parts[2]); err == nil {
			t.SigBytes = len(sig)
		}
		if parts[2] == "" {
			t.note(EmptySig)
		}
	}
	if strings.EqualFold(t.Header.Alg, "none") || len(parts) == 3 && parts[2] == "" {
		t.Form = Unsecured
	}
	if err := t.payload(parts[1]); err != nil {
		t.BadClaims = err
	}
	return t, nil
}

func (t *Token) payload(s string) *Error {
	raw, err := t.part("payload", s)
	if err != nil {
		return err
	}
	if LooksLike(secret.New(string(raw))) {
		t.Nested = true
		return &Error{"payload", 0, "holds another token"}
	}
	obj, err := t.object("payload", raw)
	if err != nil {
		return err
	}
	t.Claims = t.claims(obj)
	return nil
}
