package client

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// DuplicateAuthorizationHeaders: two Authorization fields in one request.
var DuplicateAuthorizationHeaders = &cause.Cause{
	ID:      "duplicate-authorization-headers",
	Title:   "two Authorization headers are sent in one request",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"authorization-scheme-wrong", "wrong-password", "unsolicited-authorization-sent", "token-wrong-location",
		"two-auth-layers-one-header"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		var all []cred.Credential
		for _, c := range v.Credentials {
			if inAuthorization(c) && !c.Value.Empty() { // a login kept back until the challenge stands there without a value
				all = append(all, c)
			}
		}
		if s := joined(v); s != nil {
			return s
		}
		if len(all) < 2 || unsent(v) || !refusedOrBad(v) {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.9,
			Because: []fact.Fact{v.Asked("The request has %d Authorization fields (%s); one is allowed (RFC 9110 5.3, 11.6.2).", len(all), schemes(all))},
			Raise: []cause.Raise{{
				Command: `curl -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL),
				Where:   "here, with one credential that is known to be good",
				Would:   "be let in if the second field is all that is wrong",
			}},
			Remedies: []cause.Remedy{{
				ID: "one-authorization", Title: "send one Authorization header", For: "client",
				Effect: "the server reads the credential that is meant for it", Opens: "nothing",
				Steps:  []string{`curl -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL)},
				Verify: "the same request answers 2xx; without a credential it is still refused", Undo: "put the second header back",
			}, {
				ID: "find-second-source", Title: "find what adds the second one", For: "client",
				Effect: "it does not come back with the next run", Opens: "nothing",
				Steps: []string{
					"git: git config --show-origin --get-regexp 'extraheader'; then git config --local --unset-all http.https://github.com/.extraheader",
					"GitHub Actions: persist-credentials: false in actions/checkout",
					"Postman: an Authorization tab and a header of the same name",
				},
				Verify: "curl -v or the log shows the field once", Undo: "git config --local --add http.https://github.com/.extraheader ...",
			}},
		}
		if m, ok := v.Means("duplicate-header"); ok {
			s.Grade = cause.Proved
			s.Because = append(s.Because, m.Because)
		} else if !live(v) {
			s.Grade, s.Weight = cause.Likely, 0.7
		}
		equal := true
		for _, c := range all[1:] {
			equal = equal && c.Whole.Equal(all[0].Whole)
		}
		if equal {
			s.Because = append(s.Because, v.Asked("All of them hold the same value."))
		}
		for i, c := range all {
			if passwordScheme(c.Scheme) || i > 1 || equal && i > 0 {
				continue
			}
			t := cause.Authorization(fmt.Sprintf("authorization:%d", i+1), fmt.Sprintf("only the Authorization field number %d", i+1), c.Whole)
			s.Trials = append(s.Trials, t.Passing())
		}
		return s
	},
}

// schemes lists what the fields hold, by scheme.
func schemes(cs []cred.Credential) string {
	out := ""
	for i, c := range cs {
		if i > 0 {
			out += ", "
		}
		if c.Scheme == "" {
			out += "no scheme"
		} else {
			out += c.Scheme
		}
	}
	return out
}

// secondScheme is a scheme behind the comma in one field, where proxies and programs join two.
var secondScheme = lazyregexp.New(`(?i)^\s*(?:basic|bearer|token|apikey|jwt)\s+[^\s,]+\s*,\s*(basic|bearer|token|apikey|jwt|negotiate)\s+\S`)

// joined is one Authorization field of a record that holds two credentials.
func joined(v *cause.View) *cause.Suspicion {
	if live(v) {
		return nil
	}
	for _, x := range v.Exchanges {
		for _, a := range x.Request.Header.Values("Authorization") {
			if x.Given != "" && !x.OK() && a.Match(secondScheme) {
				return &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Title: "two credentials stand in one Authorization header",
					Because: []fact.Fact{fact.At(x.N, "Authorization holds two schemes with a comma between them; one is allowed (RFC 9110 11.6.2).")}}
			}
		}
	}
	return nil
}
