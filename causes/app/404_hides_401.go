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
	Audit:   questionAs404,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil || v.Answer.Status() != 404 {
			return nil
		}
		if len(v.Challenges) > 0 && len(v.Credentials) == 0 {
			return challengedNotFound(v)
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

// challengedNotFound is a 404 that was put in place of a 401, whose challenge stayed behind.
func challengedNotFound(v *cause.View) *cause.Suspicion {
	command := `curl -i -u "$LOGIN" ` + cause.Quote(v.Request.URL)
	if v.Challenges.Has("Bearer") && !v.Challenges.Has("Basic") {
		command = `curl -i -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL)
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.8, Title: "the 404 carries a challenge: it hides a 401",
		Because: []fact.Fact{v.Saw("The 404 asks for %s, as a 401 does.", challenged(v)), v.Asked("The request carries no credential.")},
		Raise:   []cause.Raise{{Command: command, Where: "here, with a credential of yours", Would: "be let in if a credential is all that is missing"}},
		Remedies: []cause.Remedy{{
			ID: "send-credential", Title: "send what the challenge asks for", For: "client",
			Effect: "the server shows what it hides from strangers", Opens: "nothing", Steps: []string{command}, Verify: "2xx; without the credential 404 as before", Undo: "leave the option out",
		}, {
			ID: "answer-401", Title: "answer 401, since the challenge tells it anyway", For: "server",
			Effect: "the answer says one thing", Opens: "nothing", Steps: []string{"nginx: leave  error_page 401 =404 ...  out, nginx -t && nginx -s reload; people then see the question for a login"},
			Verify: "curl -si " + cause.Quote(v.Request.URL) + " | grep -i www-authenticate", Undo: "put the line back",
		}},
	}
}
