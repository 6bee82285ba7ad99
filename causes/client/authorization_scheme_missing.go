package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
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
	Hides:   append([]string{"authorization-scheme-wrong", "unsolicited-authorization-sent", "token-wrong-location"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		a, ok := v.Authorization()
		if s := cause.Weightier(bareElsewhere(v), bareInCode(v)); !ok && s != nil {
			return s
		}
		if !ok || unsent(v) || !refusedOrBad(v) || a.Has(cred.Placeholder) {
			return nil
		}
		glued := a.Has(cred.SchemeGlued) && !a.Whole.Match(colonBehindScheme)
		if !a.Has(cred.SchemeMissing) && !glued {
			return nil
		}
		if pair, err := basic.Decode(a.Value); err == nil && !pair.Has(basic.MissingColon) && !pair.Has(basic.NotEncoded) && pair.Charset == "ascii" && !pair.Has(basic.ControlCharacter) {
			return basicMissing(v)
		}
		_, key := bare(a)
		s := &cause.Suspicion{
			Grade:   cause.Likely,
			Weight:  0.8,
			Because: []fact.Fact{v.Asked("Authorization holds one word of %d characters and no scheme.", a.Value.Len())},
		}
		if !live(v) && a.Kind != cred.JWT && a.Value.Len() < 20 {
			s.Weight = 0.35 // a word that stands for the credential in a record
			return s
		}
		if glued {
			s.Title = "no blank stands between the scheme and the token"
			s.Because[0] = v.Asked("Authorization holds one word that begins with a scheme; a blank belongs behind it.")
		}
		// Which scheme does the server want? Its challenge says it; without one Bearer is what nearly all mean.
		scheme := "Bearer"
		if want := tokenSchemes(v.Challenges); len(want) > 0 {
			scheme = want[0]
			s.Weight = 0.9
			s.Because = append(s.Because, v.Saw("The server asks for the scheme %s.", scheme))
		} else if len(v.Challenges) > 0 {
			// A Basic layer in front never looks at a bare token; putting Bearer before it would not be let in either.
			s.Weight = 0.4
			s.Because = append(s.Because, v.Saw("The server asks for %s only.", wanted(v.Challenges)))
		}
		s.Trials = []cause.Trial{
			cause.Authorization("scheme:"+scheme, scheme+" before the same token", secret.Join(secret.Public(scheme+" "), key)).Passing(),
		}
		if tried := v.Trial("scheme:" + scheme); tried != nil && cause.Refused(tried) {
			// 403 and then 401: the bare token was read, and with the word before it it is not.
			if v.Answer.Status() == 403 && tried.Status() == 401 {
				return nil
			}
			s.Grade, s.Weight = cause.Unknown, 0.35 // it is not all that is wrong, if it is wrong
			s.Because = append(s.Because, fact.At(tried.N, "With %s before it the answer is %d.", scheme, tried.Status()))
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

// bareElsewhere is a signed token without a word before it in X-Authorization, which is read as Authorization is by the
// servers that know the name (ThingsBoard and others that share its code).
func bareElsewhere(v *cause.View) *cause.Suspicion {
	if live(v) || unsent(v) || !refusedOrBad(v) {
		return nil
	}
	for _, c := range v.Credentials {
		if strings.EqualFold(c.Place, "X-Authorization") && c.Kind == cred.JWT && !c.Whole.Match(schemeFirst) {
			return &cause.Suspicion{Grade: cause.Likely, Weight: 0.72,
				Because:  []fact.Fact{v.Asked("X-Authorization holds a signed token and no scheme before it.")},
				Remedies: []cause.Remedy{{ID: "add-scheme", Title: "put Bearer and one space before the token", For: "client", Effect: "the server finds the token", Opens: "nothing", Steps: []string{`curl -H "X-Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL)}, Verify: "the same request answers 2xx; without the token it is still refused", Undo: "take the word out again"}}}
		}
	}
	return nil
}

// basicMissing is base64 of user:password without the word Basic. A password is not tried in another form.
func basicMissing(v *cause.View) *cause.Suspicion {
	s := &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.6, Title: "the word Basic is missing before the encoded login",
		Because: []fact.Fact{v.Asked("Authorization holds one word, which decodes to a user name, a colon and a password.")},
	}
	if v.Challenges.Has("Basic") {
		s.Grade, s.Weight = cause.Strong, 0.85
		s.Because = append(s.Because, v.Saw("The server asks for %s.", wanted(v.Challenges)))
	}
	command := `curl -u "$LOGIN" ` + cause.Quote(v.Request.URL)
	s.Raise = []cause.Raise{{Command: command, Where: "here; curl asks for the password", Would: "be let in if the missing word is all that is wrong"}}
	s.Remedies = []cause.Remedy{{
		ID: "let-client-encode", Title: "let the program build the header", For: "client", Effect: "it writes Basic and encodes the login", Opens: "nothing",
		Steps: []string{command}, Verify: "the same request answers 2xx; with a wrong password it is still refused", Undo: "put the former header back",
	}, {
		ID: "add-basic", Title: "put Basic and one space before the encoded login", For: "client", Effect: "the header follows RFC 7617 2", Opens: "nothing",
		Steps:  []string{`curl -H "Authorization: Basic $(printf '%s:%s' "$LOGIN" "$PASSWORD" | base64 -w0)" ` + cause.Quote(v.Request.URL)},
		Verify: "the same request answers 2xx", Undo: "take the word out again",
	}}
	return s
}
