package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// TokenQuoted: quotation marks are sent as part of the token.
var TokenQuoted = &cause.Cause{
	ID:      "token-quoted",
	Title:   "quotation marks are sent as part of the token",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"authorization-scheme-missing", "authorization-scheme-wrong", "token-whitespace-or-newline",
		"unsolicited-authorization-sent", "token-wrong-location", "opaque-token-to-jwt-validator", "jwt-signature-invalid-wrong-key", "llm-api-key-errors",
		"token-placeholder-unexpanded"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(quotedIn(v), quotedRecorded(v))
	},
}

// quotedIn judges the request itself.
func quotedIn(v *cause.View) *cause.Suspicion {
	c, _, ok := token(v, cred.Quoted)
	if !ok || c.Has(cred.Placeholder) || unsent(v) || !refusedOrBad(v) {
		return nil
	}
	scheme, _ := bare(c)
	s := &cause.Suspicion{
		Grade: cause.Strong, Weight: 0.85,
		Because: []fact.Fact{v.Asked("In %s the value has marks as part of it: %s.", place(c), detail(c, cred.Quoted))},
		Raise: []cause.Raise{{
			Command: `printf '%s' "$TOKEN" | cut -c1 | od -c`,
			Where:   "here, with the token as your program reads it",
			Would:   `show a quotation mark if it is part of the value`,
		}},
		Remedies: []cause.Remedy{{
			ID: "unquote-token", Title: "take the quotation marks out of the value", For: "client",
			Effect: "the token is sent as it was issued", Opens: "nothing",
			Steps: []string{
				`TOKEN=$(printf '%s' "$TOKEN" | tr -d "\"'")`,
				example(v, c, scheme),
			},
			Verify: "the same request answers 2xx; without the token it is still refused",
			Undo:   "nothing was changed on disk",
		}, {
			ID: "read-json-string", Title: "read the token as JSON where it is a JSON string", For: "client",
			Effect: "the marks of the JSON text are removed by the JSON reader", Opens: "nothing",
			Steps: []string{
				`TOKEN=$(curl -s ... /V1/integration/admin/token | jq -r .)   # Magento's token endpoint answers a JSON string`,
				`in a file for docker --env-file, and after set NAME= on Windows: no quotation marks`,
			},
			Verify: `printf '%s' "$TOKEN" | head -c1   # no quotation mark`, Undo: "put the former line back",
		}},
	}
	if c.Scheme != "" && inAuthorization(c) && !heard(v, c.Scheme) {
		s.Grade, s.Weight = cause.Likely, 0.5
	}
	if t, ok := corrected(c, "the same token without quotation marks"); ok {
		s.Trials = []cause.Trial{t}
	}
	return s
}
