package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// TokenWrongLocation: a credential in a header or parameter in which the server does not look.
var TokenWrongLocation = &cause.Cause{
	ID:      "token-wrong-location",
	Title:   "the credential stands where the server does not look",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   append([]string{"no-credentials-sent", "unsolicited-authorization-sent"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion { return cause.Weightier(astray(v), underOther(v)) },
}

// astray judges the request itself.
func astray(v *cause.View) *cause.Suspicion {
	if unsent(v) || !v.Refused() && (live(v) || v.Answer.Status() != 0) || v.Answer.Status() == 407 || !direct(v) || v.Unseen(exchange.RequestHeader) {
		return nil
	}
	c, ok := misplaced(v)
	if !ok || c.Has(cred.Placeholder) {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.45, Because: []fact.Fact{v.Asked("The only credential stands in %s.", place(c))}}
	if ts := tokenSchemes(v.Challenges); len(ts) > 0 {
		if inAuthorization(c) {
			return nil
		}
		s.Weight = 0.75
		s.Because = append(s.Because, v.Saw("The server asks for %s, which stands in the header Authorization.", ts[0]))
		moved(v, s, c, "Authorization", ts[0])
		return s
	}
	if len(v.Challenges) > 0 {
		return nil
	}
	if name := keyHeader(v); name != "" && !strings.EqualFold(c.Place, name) {
		s.Weight = 0.8
		s.Because = append(s.Because, v.Saw("The service that answers takes its key in the header %s.", name))
		moved(v, s, c, name, "")
		return s
	}
	if m, missing := v.Means("no-credentials-reached", "missing-subscription-key"); missing && !live(v) && !inAuthorization(c) && (c.In == cred.InQuery || c.In == cred.InHeader && !strings.Contains(c.Place, "_")) {
		// A key came, and the server says that none did. Proxies take Authorization and names with _ away, no others.
		s.Weight = 0.68
		s.Because = append(s.Because, m.Because)
		moved(v, s, c, "Authorization", "Bearer")
		return s
	}
	if strings.EqualFold(c.Place, "X-Authorization") && c.Kind == cred.JWT && c.Scheme == "" && !c.Whole.Match(schemeFirst) {
		return nil // the name is one that servers do use, and the word Bearer is missing
	}
	if inAuthorization(c) || c.In == cred.InQuery && blamed(v) {
		return nil
	}
	if c.In == cred.InHeader && !misspelt.MatchString(c.Place) {
		return nil // X-Api-Key and the like are right for the services that use them
	}
	if c.In == cred.InHeader {
		s.Weight = 0.7
	}
	moved(v, s, c, "Authorization", "Bearer")
	return s
}

var schemeFirst = lazyregexp.New(`(?i)^\s*(bearer|token|jwt|basic)\s`)

// misspelt are names that people write for Authorization.
var misspelt = lazyregexp.New(`(?i)^(authorisation|authentication|authenticate|authorize|autorization|authorizaton|authoriztion|auth|bearer|access[-_]token|token|x-authorization|http[-_]authorization)$`)

// misplaced gives the one credential of the request when it is a token or key. Cookies are left aside.
func misplaced(v *cause.View) (cred.Credential, bool) {
	var one cred.Credential
	n := 0
	for _, c := range v.Credentials {
		switch {
		case c.Kind == cred.Cookie:
			continue
		case c.Kind == cred.SignedURL || c.Kind == cred.OneTime || c.In == cred.InUserinfo || c.In == cred.InBody || passwordScheme(c.Scheme):
			return one, false
		}
		one = c
		n++
	}
	return one, n == 1 && !one.Value.Empty() && (!inAuthorization(one) || one.Kind == cred.Bearer || one.Kind == cred.APIKey || one.Kind == cred.Other)
}

// keyHeader is the field that the answering service documents for its key, "" when that is not known.
func keyHeader(v *cause.View) string {
	m, ok := v.Means("missing-subscription-key")
	if !ok {
		return ""
	}
	switch p := strings.ToLower(m.Product); {
	case strings.Contains(p, "kong"):
		return "apikey"
	case strings.Contains(p, "azure"), strings.Contains(p, "apim"), strings.Contains(p, "api-management"):
		return "Ocp-Apim-Subscription-Key"
	case strings.Contains(p, "supabase"):
		return "apikey"
	case strings.Contains(p, "aws"), strings.Contains(p, "gateway"):
		return "X-Api-Key"
	}
	return ""
}

// moved adds the experiment and the remedies for the same credential in another header.
func moved(v *cause.View, s *cause.Suspicion, c cred.Credential, name, scheme string) {
	key := c.Value
	if inner := challenge.Split(c.Whole); inner.Scheme != "" && c.In == cred.InHeader {
		key = inner.Rest.Trim()
	}
	value := key
	if scheme != "" {
		value = secret.Join(secret.Public(scheme+" "), key)
	}
	s.Trials = []cause.Trial{{
		Key: "place:" + strings.ToLower(name), Change: "the same credential in the header " + name, Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			if c.In == cred.InQuery {
				r.URL = withoutParam(r.URL, c.Place)
			} else {
				r.Header = r.Header.Without(c.Place)
			}
			r.Header = r.Header.With(exchange.Field{Name: name, Value: value})
			return r
		},
	}}
	s.Trials[0] = s.Trials[0].Passing()
	u := v.Request.URL
	if c.In == cred.InQuery {
		u = withoutParam(u, c.Place)
	}
	if scheme != "" {
		scheme += " "
	}
	command := `curl -H "` + name + `: ` + scheme + `$TOKEN" ` + cause.Quote(u)
	s.Raise = []cause.Raise{{Command: command, Where: "here, with a credential that is known to be good", Would: "be let in if the place is all that is wrong"}}
	s.Remedies = []cause.Remedy{{
		ID: "move-credential", Title: "send it in the header " + name, For: "client",
		Effect: "the server finds it; it also stays out of the URL and the logs", Opens: "nothing", Steps: []string{command},
		Verify: "the same request answers 2xx; without the credential it is still refused", Undo: "put it back where it was",
	}, {
		ID: "declare-place", Title: "declare the place where requests are generated", For: "client",
		Effect: "tools put it there themselves", Opens: "nothing",
		Steps:  []string{"in OpenAPI: type: http with scheme: bearer, or type: apiKey with in: header and the exact name"},
		Verify: "the generated client sends the header " + name, Undo: "put the former definition back",
	}}
}
