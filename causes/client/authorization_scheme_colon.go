package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var colonBehindScheme = lazyregexp.New(`(?i)^\s*["']?(bearer|basic|token|jwt|apikey)\s*:`)

// AuthorizationSchemeColon: "Bearer: token".
var AuthorizationSchemeColon = &cause.Cause{
	ID:      "authorization-scheme-colon",
	Title:   "a colon stands behind the scheme word",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"authorization-scheme-wrong", "authorization-scheme-missing", "token-whitespace-or-newline", "basic-wrong-base64",
		"wrong-password", "unsolicited-authorization-sent", "token-wrong-location", "opaque-token-to-jwt-validator"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c, ok := withColon(v)
		if !ok || unsent(v) || !refusedOrBad(v) {
			return nil
		}
		scheme, _ := bare(c)
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.9,
			Because: []fact.Fact{v.Asked("In %s a colon stands behind the word %s; no scheme name holds one (RFC 9110 5.6.2).", place(c), scheme)},
			Raise:   malformedRaise(v, c, scheme),
			Remedies: []cause.Remedy{{
				ID: "no-colon", Title: "leave the colon out: scheme, one blank, token", For: "client",
				Effect: "the header follows RFC 9110 11.4", Opens: "nothing",
				Steps:  []string{example(v, c, scheme)},
				Verify: "the same request answers 2xx; without the credential it is still refused", Undo: "put the colon back",
			}, {
				ID: "one-builder", Title: "build the header in one place", For: "client",
				Effect: "the form is right everywhere or nowhere", Opens: "nothing",
				Steps:  []string{"headers.set(\"Authorization\", `Bearer ${token}`)"},
				Verify: "no other line of the program writes Authorization", Undo: "put the former lines back",
			}},
		}
		if len(v.Challenges) > 0 {
			s.Because = append(s.Because, v.Saw("The answer is %d and asks for %s.", v.Answer.Status(), asked(v.Challenges)))
		}
		if scheme != "" && !heard(v, scheme) {
			s.Grade, s.Weight = cause.Likely, 0.5
		}
		if t, ok := corrected(c, "the scheme word without its colon"); ok {
			s.Trials = []cause.Trial{t}
		}
		return s
	},
}

func withColon(v *cause.View) (cred.Credential, bool) {
	c, _, ok := malformed(v, cred.SchemeColon, cred.SchemeGlued)
	if !ok || !strings.EqualFold(c.Place, "Authorization") || !c.Whole.Match(colonBehindScheme) {
		return cred.Credential{}, false
	}
	return c, true
}
