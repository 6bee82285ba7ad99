package app

import (
	"bytes"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// NotFoundHides401: a service says 404 of what the caller may not see.
var NotFoundHides401 = &cause.Cause{
	ID:      "404-hides-401",
	Title:   "the 404 may stand for 'you may not see this'",
	Family:  family,
	FaultAt: exchange.Client,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil || v.Answer.Status() != 404 {
			return nil
		}
		name, what, ok := discreet(v)
		if !ok {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, RefusedBy: exchange.Application,
			Title:   name + " answers 404 for " + what + " that the caller may not see",
			Because: []fact.Fact{v.Saw("The 404 is that of %s, which answers so for %s that the caller may not see, as for one that does not exist.", name, what)}}
		if len(v.Credentials) == 0 {
			s.Because = append(s.Because, v.Asked("The request carries no credential."))
		} else {
			s.Because = append(s.Because, v.Asked("The request carries a credential; whether it may see this is not said."))
		}
		check := `curl -s -H "Authorization: Bearer $TOKEN" https://api.github.com/user -o /dev/null -D - | grep -iE '^(HTTP|x-oauth-scopes|x-accepted)'`
		if name != "GitHub" {
			check = `curl -si -H "PRIVATE-TOKEN: $TOKEN" ` + cause.QuoteWord(v.Request.URL.Origin().String()+"/api/v4/personal_access_tokens/self")
		}
		s.Raise = []cause.Raise{{Command: check, Where: "here, with the token in use", Would: "show whose token it is and what it may read"}}
		s.Remedies = []cause.Remedy{{
			ID: "use-token-that-sees-it", Title: "ask with a token that may see it", For: "client",
			Effect: "the service shows what the token's owner may read", Opens: "nothing",
			Steps: []string{"check the spelling of owner and name in a browser that is logged in",
				"give the token access: classic: scope repo (GitHub) or read_api (GitLab); fine-grained: this repository, and contents: read", check},
			Verify: "the same request answers 200", Undo: "take the access from the token again",
		}}
		return s
	},
}

// discreet names the services that hide what the caller may not see behind 404, by the form of that 404.
func discreet(v *cause.View) (name, what string, ok bool) {
	b := v.Answer.Body()
	if m, is := v.Product("GitHub"); is && bytes.Contains(b, []byte(`"Not Found"`)) && bytes.Contains(b, []byte("documentation_url")) {
		return m.Product, "a repository or organisation", true
	}
	if m, is := v.Product("GitLab"); is && bytes.Contains(b, []byte("404 ")) && bytes.Contains(b, []byte(" Not Found")) {
		return m.Product, "a project or group", true
	}
	return "", "", false
}
