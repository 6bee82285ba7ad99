package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// AuthorizationSchemeDoubled: the scheme word, or the field name, stands twice.
var AuthorizationSchemeDoubled = &cause.Cause{
	ID:      "authorization-scheme-doubled",
	Title:   "the scheme word is written twice",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"authorization-scheme-wrong", "authorization-scheme-missing", "token-whitespace-or-newline", "basic-wrong-base64",
		"wrong-password", "unsolicited-authorization-sent", "token-wrong-location", "opaque-token-to-jwt-validator"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c, flaw, ok := malformed(v, cred.SchemeDoubled, cred.FieldNameInside)
		if !ok || unsent(v) || !refusedOrBad(v) && !(v.Recorded() && v.Answer.Status() >= 400) {
			return nil
		}
		what := "the scheme word twice (" + detail(c, cred.SchemeDoubled) + ")"
		title := ""
		if flaw == cred.FieldNameInside {
			what, title = "the field name once more in front of the value", "the field name is repeated inside the value"
		}
		scheme, _ := bare(c)
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.9, Title: title,
			Because: []fact.Fact{v.Asked("In %s there is %s.", place(c), what)},
			Raise:   malformedRaise(v, c, scheme),
			Remedies: []cause.Remedy{{
				ID: "one-scheme", Title: "write the scheme once", For: "client",
				Effect: "the value is one scheme, one blank, one credential (RFC 9110 11.4)", Opens: "nothing",
				Steps:  []string{example(v, c, scheme)},
				Verify: "the same request answers 2xx; without the credential it is still refused", Undo: "put the word back",
			}, {
				ID: "paste-bare-token", Title: "paste the bare token where the tool adds the scheme", For: "client",
				Effect: "tool and person no longer both add it", Opens: "nothing",
				Steps: []string{
					"Swagger UI with type: http and scheme: bearer, Postman's Bearer tab, axios and SDK helpers: the token alone",
					`where the login answers "Bearer ey...": strip it, token.replace(/^Bearer\s+/i, "")`,
				},
				Verify: "the header on the wire holds the word once", Undo: "put the former value back",
			}},
		}
		if len(v.Challenges) > 0 {
			s.Because = append(s.Because, v.Saw("The answer is %d and asks for %s.", v.Answer.Status(), asked(v.Challenges)))
		}
		if scheme != "" && !heard(v, scheme) {
			s.Grade, s.Weight = cause.Likely, 0.5
		}
		if t, ok := corrected(c, "the scheme word once, the same token behind it"); ok {
			s.Trials = []cause.Trial{t}
		}
		return s
	},
}

// malformed gives the Authorization credential, of whatever scheme, that has one of the flaws.
func malformed(v *cause.View, flaws ...string) (cred.Credential, string, bool) {
	for _, c := range v.Credentials {
		if c.In != cred.InHeader || c.Has(cred.Placeholder) {
			continue
		}
		for _, f := range flaws {
			if c.Has(f) {
				return c, f, true
			}
		}
	}
	return cred.Credential{}, "", false
}

func malformedRaise(v *cause.View, c cred.Credential, scheme string) []cause.Raise {
	return []cause.Raise{{
		Command: example(v, c, scheme),
		Where:   "here, with a credential that is known to be good",
		Would:   "be let in if the form of the header is all that is wrong",
	}}
}
