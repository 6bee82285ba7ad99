package oauthflow

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// PKCE is how a token request's code_verifier stands to the code_challenge of its authorization (RFC 7636 4.6).
type PKCE int

// The outcomes. NotKnown says that one of the two requests was not seen.
const (
	NotKnown    PKCE = iota
	Unused           // neither was sent
	Verified         // computed again, it is the challenge
	NoVerifier       // a challenge was sent, and no verifier
	NoChallenge      // a verifier was sent, and no challenge
	WrongPlain       // the challenge is the verifier itself, and the method says S256
	WrongHashed      // the challenge is the verifier's hash, and the method says plain, or nothing, which means plain
	WrongCoding      // the hash was written in another alphabet than base64url without padding
	Mismatch         // nothing makes the challenge of this verifier
)

// PKCE computes the challenge of t's code_verifier again.
func (t *Token) PKCE() PKCE {
	if t.For == nil || t.Grant() != CodeGrant || t.For.Asked.Has("request_uri") || t.For.Asked.Has("request") {
		return NotKnown // a pushed or signed request holds its parameters elsewhere (RFC 9126, RFC 9101)
	}
	challenge, verifier := t.For.Asked.Get("code_challenge").Reveal(), t.Asked.Get("code_verifier").Reveal()
	switch {
	case challenge == "" && verifier == "":
		return Unused
	case verifier == "":
		return NoVerifier
	case challenge == "":
		return NoChallenge
	}
	sum := sha256.Sum256([]byte(verifier))
	hashed := base64.RawURLEncoding.EncodeToString(sum[:])
	s256 := t.Method() == "S256"
	switch {
	case s256 && challenge == hashed, !s256 && challenge == verifier:
		return Verified
	case s256 && challenge == verifier:
		return WrongPlain
	case challenge == hashed:
		return WrongHashed
	}
	for _, other := range []string{base64.URLEncoding.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(sum[:]),
		base64.RawStdEncoding.EncodeToString(sum[:]), hex.EncodeToString(sum[:]),
		base64.RawURLEncoding.EncodeToString([]byte(hex.EncodeToString(sum[:])))} {
		// A plus sign that was not percent-encoded comes back as a blank.
		if challenge == other || strings.ReplaceAll(challenge, " ", "+") == other {
			return WrongCoding
		}
	}
	return Mismatch
}

// Method is the code_challenge_method of the authorization that t's code came from; without one it is plain (RFC 7636 4.3).
func (t *Token) Method() string {
	if t.For != nil && t.For.Asked.Has("code_challenge_method") {
		if m := t.For.Asked.Show("code_challenge_method"); m == "S256" {
			return m
		}
	}
	return "plain"
}

// Wrong reports an outcome that a server which verifies refuses.
func (p PKCE) Wrong() bool { return p >= NoVerifier }
