package client

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// BasicWrongBase64: what stands behind "Basic" is not base64(user:password).
var BasicWrongBase64 = &cause.Cause{
	ID:      "basic-wrong-base64",
	Title:   "the Basic value is not base64 of user:password",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"wrong-password", "wrong-username-form", "basic-non-ascii-charset", "unsolicited-authorization-sent",
		"credential-type-wrong"}, vague...),
	Partial: true,
	Traced:  tracedMalformed,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(brokenIn(v), brokenRecorded(v))
	},
}

// brokenIn judges the request itself.
func brokenIn(v *cause.View) *cause.Suspicion {
	var c cred.Credential
	ok := false
	for _, m := range meant(v) {
		if !ok && m.Kind == cred.Basic {
			c, ok = m, true
		}
	}
	if ok && c.Whole.Match(secondScheme) {
		return nil // two credentials in one field: duplicate-authorization-headers
	}
	if !ok || c.In != cred.InHeader || c.Value.Empty() || c.Has(cred.Placeholder) || c.Has(cred.SchemeDoubled) || c.Has(cred.Quoted) {
		return nil
	}
	if unsent(v) && !c.Has(cred.ControlInside) && !c.Has(cred.TrailingNewline) || !unsent(v) && !refusedOrBad(v) && v.Answer.Status() != 500 {
		return nil
	}
	what, sure := brokenBasic(c)
	trips := what != "" && decoderFails(v)
	if what == "" || v.Answer.Status() == 500 && !(sure && live(v)) && !trips {
		return nil // some programs trip over such a value and answer 500; of a record too much else may be the matter
	}
	s := &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.6, Title: fitting("the Basic value is wrong: " + what),
		Because: []fact.Fact{v.Asked("The value behind Basic (%d characters): %s.", c.Value.Len(), what)},
		Raise: []cause.Raise{{
			Command: `curl -u "$LOGIN" ` + cause.Quote(v.Request.URL),
			Where:   "here; curl asks for the password and encodes it itself",
			Would:   "be let in if the encoding is all that is wrong",
		}},
		Remedies: []cause.Remedy{{
			ID: "let-client-encode", Title: "let the program build the header", For: "client",
			Effect: "user and password are encoded as RFC 7617 2 says", Opens: "nothing",
			Steps:  []string{`curl -u "$LOGIN:$PASSWORD" ` + cause.Quote(v.Request.URL)},
			Verify: "the same request answers 2xx; with a wrong password it is still refused", Undo: "put the former header back",
		}, {
			ID: "encode-without-newline", Title: "encode without a line break", For: "client",
			Effect: "neither the password nor the encoded text holds one", Opens: "nothing",
			Steps: []string{
				`printf '%s:%s' "$LOGIN" "$PASSWORD" | base64 -w0   # echo adds a line break; without -w0 base64 wraps long values`,
				"Java and Android: Base64.NO_WRAP, java.util.Base64.getEncoder(), never getMimeEncoder() or the URL alphabet",
			},
			Verify: `the value decoded with base64 -d | od -c ends with the last character of the password`, Undo: "put the former line back",
		}},
	}
	if unsent(v) {
		s.Grade, s.Weight, s.RefusedBy = cause.Strong, 0.85, exchange.Client
		return s
	}
	if len(v.Challenges) > 0 {
		s.Because = append(s.Because, v.Saw("The answer is %d and asks for %s.", v.Answer.Status(), asked(v.Challenges)))
	}
	switch {
	case trips && !live(v):
		s.Grade, s.Weight = cause.Strong, 0.9
		s.Because = append(s.Because, fact.Given("the record", "A decoder of base64 complains there."))
	case sure && live(v) && v.Answer.Status() == 400 && v.Written && v.Writer.Product == "lighttpd":
		// lighttpd answers 400 with its own page to a Basic value that it cannot decode, and asks 401 for a wrong one.
		s.Grade, s.Weight = cause.Proved, 0.9
	case sure && live(v) && (v.Answer.Status() == 400 || v.Answer.Status() == 500):
		s.Weight = 0.6
		s.Trials = []cause.Trial{cause.Anonymous().Predicting(fmt.Sprintf("401 and a Basic challenge in place of the %d", v.Answer.Status()), func(_, seen *exchange.Exchange) bool {
			return seen.Status() == 401 && challenge.Of(seen).Has("Basic")
		})}
	case !live(v) && (what == string(basic.NotEncoded) || strings.HasPrefix(what, "it is not")):
		s.Weight = 0.4 // as people write a login that they do not want to show
	case !heard(v, "Basic"):
		s.Weight = 0.45
	case sure && live(v) && v.Challenges.Has("Basic"):
		// No account can have a password that ends in a line break, and no server decodes what is not encoded.
		s.Grade, s.Weight = cause.Proved, 0.9
	case sure:
		s.Grade, s.Weight = cause.Strong, 0.85
	}
	return s
}

// decoderWords are what the decoders of base64 in the libraries of Java, Python, Go, .NET, Ruby, Rust and JavaScript write
// when they are given something else.
var decoderWords = lazyregexp.New(`(?i)illegal base64 (?:character|data)|wrong 4-byte ending unit|last unit does not have enough (?:valid )?bits|last encoded character \(before the paddings|binascii\.error|incorrect padding|invalid base64(?:-encoded string)?|not a valid base-?64 string|invalid length for a base-?64|(?:base64|decode)error.{0,40}invalid ?(?:last ?symbol|byte|padding|length)|string to be decoded is not correctly encoded`)

// decoderFails reports that a program of the record could not decode base64.
func decoderFails(v *cause.View) bool {
	_, _, ok := v.Said().First(decoderWords)
	return ok
}

// brokenBasic says what is wrong with the value. sure means that no server can take it for a user and password;
// padding, alphabet and line breaks are overlooked by lenient decoders.
func brokenBasic(c cred.Credential) (what string, sure bool) {
	if c.Vendor.Known() {
		return "", false // a key, not an encoding: api-key-wrong-encoding
	}
	pair, err := basic.Decode(c.Value)
	if err != nil {
		return "it is not base64", true
	}
	for _, f := range []basic.Flaw{basic.NotEncoded, basic.DoubleEncoding, basic.TrailingNewline, basic.ControlCharacter, basic.SchemeInside, basic.ByteOrderMark} {
		if pair.Has(f) {
			return string(f), true
		}
	}
	for _, f := range []basic.Flaw{basic.BitsLeft, basic.LineBreaks, basic.BlankInside, basic.MissingColon, basic.PaddingWrong, basic.URLAlphabet, basic.PaddingMissing} {
		if pair.Has(f) {
			return string(f), false
		}
	}
	return "", false
}
