package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// AuthorizationSchemeMissing: the header holds a bare token where RFC 9110 11.4 wants a scheme word first.
var AuthorizationSchemeMissing = &cause.Cause{
	ID:      "authorization-scheme-missing",
	Title:   "the token is sent without a scheme in front",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"missing-www-authenticate", "401-means-403", "403-means-401"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		a, ok := v.Authorization()
		if !ok || a.Scheme != "" || a.Value.Empty() || !v.Refused() {
			return nil
		}
		s := &cause.Suspicion{
			Grade:   cause.Likely,
			Weight:  0.8,
			Because: []fact.Fact{v.Asked("Authorization holds one word of %d characters and no scheme.", a.Value.Len())},
		}
		// Which scheme does the server want? Its challenge says it; without one Bearer is what nearly all mean.
		scheme := "Bearer"
		for _, c := range v.Challenges {
			if !strings.EqualFold(c.Scheme, "Basic") && !strings.EqualFold(c.Scheme, "Negotiate") && !strings.EqualFold(c.Scheme, "NTLM") {
				scheme = c.Scheme
				s.Weight = 0.9
				s.Because = append(s.Because, v.Saw("The server asks for the scheme %s.", scheme))
				break
			}
		}
		if c := v.Challenges.Find("Basic"); c != nil && len(v.Challenges) == 1 {
			// A Basic layer in front never looks at a bare token; putting Bearer before it would not be let in either.
			s.Weight = 0.4
			s.Because = append(s.Because, v.Saw("The server asks for Basic %q only.", c.Realm()))
		}
		s.Trials = []cause.Trial{
			cause.Authorization("scheme:"+scheme, scheme+" before the same token", secret.Join(secret.Public(scheme+" "), a.Value)).Passing(),
		}
		s.Raise = []cause.Raise{{
			Command: `curl -i -H "Authorization: ` + scheme + ` $TOKEN" ` + cause.Quote(v.Request.URL),
			Where:   "here, with a token that is known to be good",
			Would:   "be let in if the missing word is all that is wrong",
		}}
		s.Remedies = []cause.Remedy{{
			ID: "add-scheme", Title: "put " + scheme + " and one space before the token", For: "client",
			Effect: "the header follows RFC 9110 11.4", Opens: "nothing",
			Steps:  []string{`curl -H "Authorization: ` + scheme + ` $TOKEN" ` + cause.Quote(v.Request.URL)},
			Verify: "the same request answers 2xx; without the token it is still refused", Undo: "take the word out again",
		}, {
			ID: "declare-bearer", Title: "declare the scheme where requests are generated", For: "client",
			Effect: "tools add the word themselves", Opens: "nothing",
			Steps: []string{"in OpenAPI: type: http, scheme: " + strings.ToLower(scheme) + " (not apiKey in header Authorization)"},
			Undo:  "put the former security scheme back",
		}}
		return s
	},
}
