package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// BasicNonASCIICharset: the login has characters outside ASCII, and both sides may encode them differently
// (RFC 7617 2.1). The password is not sent a second time in another encoding, so this is never proved from outside.
var BasicNonASCIICharset = &cause.Cause{
	ID:      "basic-non-ascii-charset",
	Title:   "the login has characters that both sides may encode differently",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"missing-www-authenticate", "403-means-401"},
	Partial: true,
	Audit:   namesBeyondASCII,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(lettersSent(v), lettersTold(v))
	},
}

// lettersSent judges the request itself.
func lettersSent(v *cause.View) *cause.Suspicion {
	if _, ok := withLogin(v); !ok || v.Answer.Status() != 401 {
		return nil
	}
	l, ok := basicLogin(v)
	if !ok || l.pair.Charset == "ascii" || !unsuspicious(l) && !l.pair.Has(basic.Decomposed) || judgedAs(v) {
		return nil
	}
	announced := strings.EqualFold(v.Challenges.Find("Basic").Value("charset"), "UTF-8")
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6}
	sent := "UTF-8"
	if l.pair.Charset != "utf-8" {
		sent = "another charset than UTF-8 (ISO-8859-1, most likely)"
	}
	s.Because = []fact.Fact{v.Asked("The login has characters outside ASCII, sent as %s.", sent)}
	switch {
	case announced && l.pair.Charset != "utf-8":
		s.Grade, s.Weight = cause.Strong, 0.85
		s.Title = "the server wants the login in UTF-8, and it was sent otherwise"
		s.Because = append(s.Because, v.Saw(`The challenge says charset="UTF-8".`))
	case announced && l.pair.Has(basic.Decomposed):
		s.Because = append(s.Because, v.Asked("Accents are written as combining characters; RFC 7617 2.1 wants them composed (NFC)."))
	case announced:
		return nil // both sides agree: it is the password
	default:
		s.Because = append(s.Because, v.Saw("The challenge names no charset, so each side chooses its own."))
	}
	s.Raise = []cause.Raise{{
		Command: `locale charmap; printf '%s' "$PASSWORD" | od -An -tx1`, Where: "on the client, and with the password as it was set on the server's machine",
		Would: "show the same bytes on both sides; c3 bc is the letter u with two dots in UTF-8, fc in ISO-8859-1"}}
	s.Remedies = []cause.Remedy{{
		ID: "ascii-password", Title: "set a password of ASCII characters", For: "client", Effect: "every encoding gives the same bytes", Opens: "nothing",
		Steps:  []string{"set it where the account is kept; letters, digits and signs of an English keyboard, long instead of unusual"},
		Verify: "the login passes with curl and with a browser; another password is still refused", Undo: "set the former password",
	}, {
		ID: "announce-utf-8", Title: "let the server say and read UTF-8", For: "server", Effect: "clients know which bytes to send (RFC 7617 2.1)", Opens: "nothing",
		Steps: []string{
			`WWW-Authenticate: Basic realm="...", charset="UTF-8"`,
			"make the stored hash from the UTF-8 bytes: in a UTF-8 terminal run htpasswd FILE USER anew; Spring: new BasicAuthenticationConverter().setCredentialsCharset(UTF_8)",
		},
		Verify: "the login passes from a client in UTF-8", Undo: "take the parameter out again",
	}}
	return s
}
