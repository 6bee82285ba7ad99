package expiry

import (
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/jwt"
)

// token reads exp of a JWT (RFC 7519 4.1.4). An opaque token says nothing about its end.
func (e *endings) token(t NamedToken) {
	if !jwt.LooksLike(t.Value) {
		return
	}
	tok, err := jwt.Decode(t.Value)
	if err != nil || tok.Claims == nil {
		return
	}
	c := tok.Claims
	if !c.Exp.Present || c.Exp.Invalid {
		e.add(Ending{Kind: Token, With: "the rotation of its key", What: "the token has no exp: only another signing key ends it, for everybody at once",
			Do: "have the issuer give tokens that expire", Source: t.Source, Because: "RFC 7519 4.1.4, RFC 9068 2.2"})
		return
	}
	life := longTokenLead * 10
	if c.Iat.Present && !c.Iat.Invalid && c.Exp.Time.After(c.Iat.Time) {
		life = c.Exp.Time.Sub(c.Iat.Time)
	}
	what := "the token ends"
	if c.Issuer.Show != "" {
		what = "the token of " + c.Issuer.Show + " ends"
	}
	e.add(Ending{Kind: Token, At: c.Exp.Time, Lead: tokenLead(life), What: what + ": the API answers 401 from then on",
		Do: "renew it before, with the refresh token or at the issuer", Source: t.Source, Because: "RFC 7519 4.1.4"})
}

// tokenLead is a tenth of a token's life, and two weeks at most: a short one is renewed by a program, a long one by a person.
func tokenLead(life time.Duration) time.Duration { return min(life/10, longTokenLead) }

func (e *endings) response(r TokenResponse) {
	if r.ExpiresIn > 0 {
		e.add(Ending{Kind: Token, At: r.At.Add(r.ExpiresIn), Lead: tokenLead(r.ExpiresIn), What: "the access token ends (expires_in)",
			Do: "renew it before", Source: r.Source, Because: "RFC 6749 5.1"})
	}
	switch {
	case r.RefreshIn > 0:
		e.add(Ending{Kind: RefreshToken, At: r.At.Add(r.RefreshIn), Lead: tokenLead(r.RefreshIn), What: "the refresh token ends: then somebody has to log in again",
			Do: "use it before, where that gives a new one, or plan the login", Source: r.Source, Because: "RFC 6749 5.1 and the issuer's answer"})
	case r.Refresh:
		e.add(Ending{Kind: RefreshToken, With: "a time that only the issuer knows", What: "the refresh token has an end that the answer does not state",
			Do: "look it up at the issuer: idle time and longest time are settings there", Source: r.Source, Because: "RFC 6749 5.1"})
	}
}

// keys looks at how a set of signing keys can change without a refusal.
func (e *endings) keys(k KeySet, tokens []NamedToken) {
	signing := map[string]bool{}
	kids := 0
	for _, key := range k.Keys {
		name := "a key without kid"
		if key.Kid.Present() {
			name = "the key " + key.Kid.Show
			kids++
		}
		if !key.NotAfter.IsZero() {
			e.add(Ending{Kind: SigningKey, At: key.NotAfter, Lead: certificateLead, What: "the certificate of " + name + " ends",
				Do: "publish the next key beside it, and sign with that a day later", Source: k.Source, Because: "RFC 7517 4.7"})
		}
		if key.Use == "enc" || key.Problem != "" {
			continue
		}
		signing[key.Kid.Show+"/"+key.Kty] = true
		if first, ok := k.Since[key.Kid.Show]; ok {
			e.add(Ending{Kind: SigningKey, At: first.Add(keyAge), Lead: longTokenLead, What: name + " has been in use since " + first.UTC().Format("2006-01-02") + " or longer: a year is long for a signing key",
				Do: "rotate it with an overlap: publish the new key, wait for the caches, sign with it, take the old one away when its last token has ended", Source: k.Source,
				Because: "NIST SP 800-57 part 1, 5.3.6: one to three years for private signature keys"})
		}
	}
	keep := "the verifiers' caches, whose time the set does not state"
	if k.MaxAge > 0 {
		keep = k.MaxAge.String() + " (max-age)"
	}
	if len(signing) == 1 {
		e.add(Ending{Kind: SigningKey, With: "the next rotation", What: "the set has one signing key: tokens of the next one are refused until the verifiers read the set again",
			Do: "publish the next key beside it before it signs, for at least " + keep, Source: k.Source, Because: "RFC 7517 5, OpenID Connect Core 10.1.1"})
	}
	if len(signing) > 1 && kids < len(k.Keys) {
		e.add(Ending{Kind: SigningKey, With: "the next rotation", What: "several keys, and not every one has a kid: verifiers may take the wrong one",
			Do: "give every key a kid", Source: k.Source, Because: "RFC 7517 4.5"})
	}
	e.withdrawn(k)
	e.tokensWithout(k, tokens)
}

// withdrawn are keys that were published and are no more: what they have signed ends with the verifiers' caches.
func (e *endings) withdrawn(k KeySet) {
	if k.Before == nil {
		return
	}
	overlap := false
	for _, old := range k.Before.Keys {
		overlap = overlap || has(k.Set, old)
	}
	for _, old := range k.Before.Keys {
		if has(k.Set, old) {
			continue
		}
		what := fmt.Sprintf("the key %s is not published any more: tokens that it signed are refused as soon as verifiers read the set again", old.Kid.Show)
		if !overlap {
			what += "; no key of the old set is left, so there is no overlap"
		}
		e.add(Ending{Kind: SigningKey, At: e.now.Add(k.MaxAge), What: what, Do: "publish it until its last token has ended, or have everybody log in again",
			Source: k.Source, Lead: longTokenLead, Because: "OpenID Connect Core 10.1.1"})
	}
}

func has(s jose.Set, k jose.Key) bool {
	for _, o := range s.Keys {
		if o.Thumbprint() == k.Thumbprint() {
			return true
		}
	}
	return false
}

// tokensWithout are given tokens whose key is not in the set.
func (e *endings) tokensWithout(k KeySet, tokens []NamedToken) {
	for _, t := range tokens {
		tok, err := jwt.Decode(t.Value)
		if err != nil || !tok.Header.Kid.Present() || strings.HasPrefix(tok.Header.Alg, "HS") {
			continue
		}
		found := false
		for _, key := range k.Keys {
			found = found || key.Kid.Text.Equal(tok.Header.Kid.Text)
		}
		if !found {
			e.add(Ending{Kind: Token, At: e.now, What: "the token's key (kid " + tok.Header.Kid.Show + ") is not in " + k.Source, Do: "get a new token; if others have the same trouble, publish the key again",
				Source: t.Source, Because: "RFC 7515 4.1.4"})
		}
	}
}
