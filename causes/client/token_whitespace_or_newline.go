package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// TokenWhitespaceOrNewline: blanks, line breaks or invisible characters came along with the token.
var TokenWhitespaceOrNewline = &cause.Cause{
	ID:      "token-whitespace-or-newline",
	Title:   "white space or an invisible character is part of the token",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"authorization-scheme-wrong", "authorization-scheme-missing", "unsolicited-authorization-sent",
		"token-wrong-location", "opaque-token-to-jwt-validator"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(whitespaceIn(v), whitespaceRecorded(v))
	},
}

// whitespaceIn judges the request itself.
func whitespaceIn(v *cause.View) *cause.Suspicion {
	c, flaw, ok := token(v, cred.TrailingNewline, cred.ControlInside, cred.InvisibleInside, cred.InnerBlank, cred.TrailingBlank, cred.LeadingBlank, cred.WideGap)
	if !ok || c.Has(cred.Placeholder) || c.Has(cred.SchemeDoubled) {
		return nil
	}
	if !live(v) && flaw == cred.InnerBlank && (!inAuthorization(c) || v.Unseen(exchange.RequestLine)) {
		return nil // a scheme word in a field of the server's own, or words that a reader took for one value
	}
	if inAuthorization(c) && (flaw == cred.LeadingBlank || flaw == cred.TrailingBlank) {
		return nil // blanks around a field value are no part of it (RFC 9110 5.5)
	}
	s := &cause.Suspicion{
		Title:    whitespaceTitle(flaw),
		Because:  []fact.Fact{v.Asked("In %s there is %s.", place(c), flaw)},
		Remedies: whitespaceRemedies(v, c),
	}
	switch flaw {
	case cred.TrailingNewline, cred.ControlInside, cred.InvisibleInside:
		s.Grade, s.Weight = cause.Strong, 0.85
	case cred.WideGap, cred.InnerBlank:
		s.Grade, s.Weight = cause.Likely, 0.6
	default:
		s.Grade, s.Weight = cause.Likely, 0.7
	}
	s.Raise = []cause.Raise{{
		Command: `printf '%s' "$TOKEN" | od -c | tail -n 3`,
		Where:   "here, with the token as your program reads it",
		Would:   `show \n, \r, blanks or bytes such as 302 240 that do not belong to the token`,
	}}
	if unsent(v) {
		if flaw != cred.TrailingNewline && flaw != cred.ControlInside {
			return nil
		}
		// why401 sends no line break inside a header field: it would begin another field. So do most clients.
		s.Because = append(s.Because, fact.Given("RFC 9110 5.5", "A field value cannot hold a line break; Go, Java and Node refuse to send one."))
		s.RefusedBy = exchange.Client
		return s
	}
	if !refusedOrBad(v) {
		return nil
	}
	if c.Scheme != "" && inAuthorization(c) && !heard(v, c.Scheme) {
		s.Grade, s.Weight = cause.Likely, 0.45
	}
	if t, ok := corrected(c, "the same token without the white space"); ok {
		s.Trials = []cause.Trial{t}
	}
	return s
}

func whitespaceTitle(flaw string) string {
	switch flaw {
	case cred.TrailingNewline:
		return "the token ends with a line break"
	case cred.ControlInside:
		return "a control character is part of the token"
	case cred.InvisibleInside:
		return "an invisible character is part of the token"
	case cred.WideGap:
		return "more than one blank stands between the scheme and the token"
	case cred.InnerBlank:
		return "a blank stands inside the token"
	}
	return "a blank is part of the token"
}

func whitespaceRemedies(v *cause.View, c cred.Credential) []cause.Remedy {
	scheme, _ := bare(c)
	return []cause.Remedy{{
		ID: "trim-token", Title: "cut the white space off", For: "client",
		Effect: "the token is sent as it was issued", Opens: "nothing",
		Steps: []string{
			`TOKEN=$(tr -d '[:space:]' < token.txt)`,
			example(v, c, scheme),
		},
		Verify: "the same request answers 2xx; without the token it is still refused",
		Undo:   "nothing was changed on disk",
	}, {
		ID: "store-without-newline", Title: "store the token without a line break", For: "client",
		Effect: "every reader gets the token alone", Opens: "nothing",
		Steps: []string{
			`printf '%s' "$TOKEN" > token.txt`,
			`kubectl create secret generic api --from-literal=token="$TOKEN"   # echo "$TOKEN" | base64 would keep a line break`,
		},
		Verify: `tail -c 1 token.txt | od -c   # no \n`, Undo: "restore the former file or secret",
	}}
}
