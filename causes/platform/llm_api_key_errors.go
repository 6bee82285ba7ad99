package platform

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// LLMAPIKey: an API of a language model refuses the key, the organisation, or the empty purse.
var LLMAPIKey = &cause.Cause{
	ID:        "llm-api-key-errors",
	Title:     "the model API does not accept this key",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides: []string{"missing-www-authenticate", "403-means-401", "401-means-403", "rate-limit-lockout", "token-revoked", "authorization-scheme-wrong",
		"unsolicited-authorization-sent", "ip-allowlist"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.75}
		m, ok := llmMeaning(v)
		if !ok {
			return nil
		}
		// In a record the key's own form is all there is: one that was garbled on the way is another cause, and which of
		// several sources it came from is not told by the refusal.
		if v.Recorded() && m.Meaning == signature.CredentialInvalid {
			if garbledEcho(v) {
				return nil
			}
			s.Grade, s.Weight = cause.Likely, 0.6
		}
		s.Because = []fact.Fact{m.Because}
		command := `curl -s -H "Authorization: Bearer $KEY" ` + cause.QuoteWord(v.Request.URL.Origin().String()+"/v1/models") + " -o /dev/null -w '%{http_code}\\n'"
		if m.Product == "Anthropic" {
			command = `curl -s -H "x-api-key: $KEY" -H 'anthropic-version: 2023-06-01' ` + cause.QuoteWord(v.Request.URL.Origin().String()+"/v1/models") + " -o /dev/null -w '%{http_code}\\n'"
		}
		switch m.Meaning {
		case signature.LicenceOrQuota:
			s.Title = "the key is good; the account's credit or quota is used up"
		case signature.PermissionDenied:
			s.Title = "the key is good, and does not belong to the organisation or project that is asked"
		case signature.MissingKey:
			s.Title = "the key is not in x-api-key, where this API looks"
			if v.Request.Header.Has("Authorization") {
				s.Because = append(s.Because, v.Asked("A key stands in Authorization; this API reads x-api-key."))
			}
		case signature.IPNotAllowed:
			s.Title = "the key is good; this address is not on the project's list"
		default:
			if c, sent := v.Credential(); sent && c.Vendor.Known() {
				s.Because = append(s.Because, v.Asked("The key has the form of a %s of %s.", c.Vendor.What, c.Vendor.Name))
			} else if sent {
				s.Because = append(s.Because, v.Asked("The key has no form of a vendor that is known (%d characters).", c.Value.Len()))
			}
		}
		s.Raise = []cause.Raise{{Command: command, Where: "here, with the key that the program should have", Would: "print 200 if that key and this base URL belong together"}}
		s.Remedies = []cause.Remedy{{
			ID: "match-key-and-base-url", Title: "use a key and a base URL of one provider", For: "client",
			Effect: "the key reaches whoever issued it", Opens: "nothing",
			Steps: []string{"env | grep -E '^(OPENAI|ANTHROPIC|AZURE_OPENAI|OPENROUTER)_' | sed 's/=.*KEY.*/=.../; s/\\(KEY[^=]*=\\).*/\\1(set)/'", command,
				"a message that shows the ends of the key shows what was really sent: quotes, a placeholder, or another key"},
			Verify: "GET /v1/models answers 200", Undo: "set the former values",
		}, {
			ID: "renew-key-or-credit", Title: "make a new key, or add credit, in the provider's console", For: "idp",
			Effect: "the account can be used again", Opens: "nothing; keep the key out of code and logs, and set a limit on spending",
			Steps:  []string{"look at the key's project, its rights and the billing page; revoke the old key"},
			Verify: "GET /v1/models answers 200; the old key 401", Undo: "revoke the new key",
		}}
		return s
	},
}

// llmMeaning finds the first sentence of a model API.
func llmMeaning(v *cause.View) (signature.Meaning, bool) {
	for _, m := range v.Meanings {
		if (m.Product == "OpenAI" || m.Product == "Anthropic" || m.Product == "OpenAI-style API") &&
			slices.Contains([]string{signature.CredentialInvalid, signature.LicenceOrQuota, signature.PermissionDenied, signature.MissingKey, signature.IPNotAllowed}, m.Meaning) {
			return m, v.Answer.Status()/100 == 4 || v.Unseen(exchange.StatusLine) || len(v.Exchanges) == 0
		}
	}
	return signature.Meaning{}, false
}

// echo is the key as the API repeats it, middle masked.
var echo = lazyregexp.New(`(?i)incorrect api key provided: ?(\S{1,40})`)

// garbledEcho reports that the API repeats a key with quotation marks, brackets or a variable's name about it.
func garbledEcho(v *cause.View) bool {
	texts := []string{string(v.Answer.Body())}
	for _, m := range v.Messages {
		texts = append(texts, string(m.Text))
	}
	for _, n := range v.Notes {
		texts = append(texts, string(n.Text))
	}
	for _, t := range texts {
		if m := echo.FindStringSubmatch(t); m != nil {
			key := strings.TrimPrefix(m[1], `\`)
			lower := strings.ToLower(key)
			if strings.ContainsAny(key[:1], `"'{<[$%`+"`") || strings.HasPrefix(lower, "your") || strings.HasPrefix(lower, "bearer") || strings.Contains(lower, "api_key") {
				return true
			}
		}
	}
	return false
}
