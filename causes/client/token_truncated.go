package client

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// TokenTruncated: a part of the token was lost before it was sent.
var TokenTruncated = &cause.Cause{
	ID:      "token-truncated",
	Title:   "the token is cut off",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"jwt-signature-invalid-wrong-key", "opaque-token-to-jwt-validator", "authorization-scheme-wrong",
		"unsolicited-authorization-sent", "token-wrong-location"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c, what, sure, ok := cutShort(v)
		if !ok || unsent(v) || !refusedOrBad(v) {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.85,
			Because: []fact.Fact{v.Asked("The token in %s has %d characters; %s.", place(c), c.Value.Len(), what)},
			Raise: []cause.Raise{{
				Command: `printf '%s' "$TOKEN" | wc -c; printf '%s' "$TOKEN" | tr -cd . | wc -c`,
				Where:   "where the token was issued, and again where it is sent",
				Would:   "give the same two numbers in both places if nothing was lost; a signed token has 2 dots",
			}},
			Remedies: []cause.Remedy{{
				ID: "whole-token", Title: "send the whole token", For: "client",
				Effect: "the signature can be checked again", Opens: "nothing",
				Steps: []string{
					"fetch a new token and copy it without a terminal or table column in between",
					example(v, c, c.Scheme),
				},
				Verify: "the same request answers 2xx; without the token it is still refused", Undo: "nothing was changed",
			}, {
				ID: "wider-store", Title: "make room where the token is stored", For: "client",
				Effect: "tokens of any length fit", Opens: "nothing",
				Steps:  []string{"in the database: ALTER TABLE ... MODIFY token TEXT (VARCHAR(255) cuts a signed token)", "in shell and CI: pass it by file when it is longer than the variable's limit"},
				Verify: "the stored value has as many characters as the issued one", Undo: "put the former column type back",
			}},
		}
		if len(v.Challenges) > 0 {
			s.Because = append(s.Because, v.Saw("The answer is %d and asks for %s.", v.Answer.Status(), asked(v.Challenges)))
		}
		switch {
		case !live(v) && cutInClaims(c):
			s.Grade, s.Weight = cause.Likely, 0.68 // a person who hides the signature keeps the claims whole
		case !live(v):
			s.Grade, s.Weight = cause.Likely, 0.25 // dots, and signatures made short, are an editor's hand more often than a fault
		case c.Scheme != "" && !heard(v, c.Scheme):
			s.Grade, s.Weight = cause.Likely, 0.45
		case sure && v.Answer.Status() == 401 && (blamed(v) || v.Challenges.Has("Bearer")):
			s.Grade = cause.Proved
		}
		return s
	},
}

// cutInClaims reports a token of two parts whose second cannot be read to its end.
func cutInClaims(c cred.Credential) bool {
	t, err := jwt.Decode(c.Value)
	return err == nil && t.Form == jwt.Cut && t.BadClaims != nil
}

// cutShort finds a token that cannot be whole. sure tells the structure of a JWT from mere dots at the end.
func cutShort(v *cause.View) (c cred.Credential, what string, sure, ok bool) {
	for _, c := range v.Credentials {
		if c.Kind == cred.Cookie || c.Kind == cred.Basic || c.In == cred.InBody || c.Has(cred.Placeholder) ||
			c.Has(cred.Quoted) || c.Has(cred.InnerBlank) || c.Has(cred.SchemeDoubled) {
			continue
		}
		if c.Has(cred.Masked) {
			return c, "parts of it are masked with asterisks or dots", true, true
		}
		if c.Has(cred.Truncated) {
			return c, "it ends in, or holds, the dots of a shortened display", true, true
		}
		if c.Value.HasPrefix("eyJ") && !c.Value.Contains(".") && c.Value.Len() >= 16 && strings.EqualFold(c.Scheme, "Bearer") && !wholeJSON(c) {
			return c, "it begins like a signed token and has no dot", false, true
		}
		if c.Kind != cred.JWT {
			continue
		}
		t, err := jwt.Decode(c.Value)
		if err != nil || t.Header.Alg == "" || t.Form == jwt.Encrypted || t.Form == jwt.Unsecured {
			continue
		}
		switch want := signatureBytes(t.Header.Alg); {
		case t.Form == jwt.Cut:
			return c, "a signed token has three parts, this one two", true, true
		case t.BadClaims != nil && !t.Nested:
			return c, fmt.Sprintf("its claims cannot be read (%s)", t.BadClaims.Problem), false, true
		case t.SigBytes >= 0 && t.SigBytes < want:
			return c, fmt.Sprintf("its signature has %d bytes, %s makes %d or more", t.SigBytes, t.Header.Alg, want), true, true
		case t.SigBytes < 0 && want > 0:
			return c, "its signature stops in the middle of a byte", false, true
		}
	}
	return c, "", false, false
}

// wholeJSON reports a key that is a complete JSON text in base64, as Grafana and others issue them: nothing was cut off.
// The first part of a signed token is one, too; it names its algorithm.
func wholeJSON(c cred.Credential) bool {
	whole := false
	c.Value.Map(func(s string) string {
		b, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(s))
		whole = err == nil && json.Valid(b) && !bytes.Contains(b, []byte(`"alg"`))
		return ""
	})
	return whole
}

// signatureBytes is the least number of bytes of a signature (RFC 7518 3.2 to 3.5); 0 when the algorithm is unknown.
func signatureBytes(alg string) int {
	switch alg {
	case "HS256":
		return 32
	case "HS384":
		return 48
	case "HS512", "ES256", "EdDSA", "ES256K":
		return 64
	case "ES384":
		return 96
	case "ES512":
		return 132
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		return 128
	}
	return 0
}
