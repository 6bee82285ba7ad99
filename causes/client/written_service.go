package client

import (
	"net/url"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// speaking are sentences that only one service writes into its refusals, mostly with the address where its keys are made.
var speaking = []struct {
	name string
	says *lazyregexp.Regexp
}{
	{"OpenAI", lazyregexp.New(`platform\.openai\.com/(?:account/)?api-keys`)},
	{"Azure", lazyregexp.New(`(?i)invalid subscription key or wrong API endpoint`)},
	{"Anthropic", lazyregexp.New(`(?i)invalid x-api-key`)},
	{"Google", lazyregexp.New(`API_KEY_INVALID|API key not valid\. Please pass a valid API key`)},
	{"DeepSeek", lazyregexp.New(`(?i)Authentication Fails \((?:governor|no such user)\)|Authentication Fails, Your api key`)},
	{"Groq", lazyregexp.New(`console\.groq\.com/keys`)},
	{"Alibaba Cloud", lazyregexp.New(`help\.aliyun\.com/[^\s"']{0,60}(?:error-code|model-studio|dashscope)`)},
}

// speaks names the service whose words stand in the record, and where; "" when none or more than one does.
func speaks(v *cause.View) (name string, from fact.Source) {
	said := v.Said()
	for _, s := range speaking {
		if _, at, ok := said.First(s.says); ok {
			if name != "" {
				return "", fact.Source{}
			}
			name, from = s.name, at
		}
	}
	return name, from
}

var (
	// baseSet is an address that a configuration, code or command gives a client to ask.
	baseSet = lazyregexp.New(`(?i)(?:api_?base|base_?url|api_?host|api_?url|azure_?endpoint|endpoint)["']?\s*[:=]\s*["']?(https?://[^\s"'<>,)]{4,200})`)
	// keyOrigin is a person's word about whose key it is.
	keyOrigin = lazyregexp.New(`(?i)\bkeys? (?:(?:is|was|that|which|i|we|have|has|got|made|generated|created|use|used|am|using|comes?|came) ){0,4}(?:from|by|at|of|on) (?:the |my |our )?(open ?ai|azure|anthropic|claude|groq|deepseek|google|gemini|openrouter)\b`)
)

// toAnother finds a service that answers although the configuration names another one's address, or although the key is
// another one's.
func toAnother(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	by, from := speaks(v)
	if by == "" {
		return nil
	}
	var s *cause.Suspicion
	for _, t := range heardOrSet(v) {
		for _, g := range baseSet.FindAllStringSubmatch(string(t.Text), 10) {
			owner, known := baseOwner(g[1])
			switch {
			case !known || owner == by:
				return nil // the service is asked where it lives, or the address is a manual's example
			case owner != "":
				s = cause.Weightier(s, cause.SuspectAt(cause.Strong, 0.9, t.From, "The address that is set here is one of "+owner+", and the words of the refusal are those of "+by+"."))
			default:
				// A gateway of one's own may pass on what the service says.
				s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.72, t.From, "The address that is set here is none of "+by+", whose words the refusal repeats."))
			}
		}
	}
	if owner := keyOwner(v); owner != "" && owner != by && !compatible(owner, by) {
		s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.82, from, "The key has the form that "+owner+" gives its keys, and "+by+" answers."))
	}
	if g, at, ok := v.Told().First(keyOrigin); ok {
		if owner := serviceNamed(g[1]); owner != "" && owner != by {
			s = cause.Weightier(s, cause.SuspectAt(cause.Strong, 0.88, at, "The key is said to be one of "+owner+", and "+by+" answers."))
		}
	}
	return s
}

// baseOwner names who runs the host of an address, "" for one's own. It is not known for what is no address to ask.
func baseOwner(address string) (owner string, known bool) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(address, "<{$*") || !strings.Contains(u.Hostname(), ".") && u.Hostname() != "localhost" {
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	for suffix, name := range map[string]string{"openai.azure.com": "Azure", "cognitiveservices.azure.com": "Azure", "services.ai.azure.com": "Azure",
		"azure-api.net": "Azure", "aliyuncs.com": "Alibaba Cloud", "googleapis.com": "Google", "openai.com": "OpenAI"} {
		if host == suffix || strings.HasSuffix(host, "."+suffix) {
			return name, true
		}
	}
	return ownerOf(host), true
}

// keyOwner names whose key the record shows: in the request, beside its name, or repeated in the error.
func keyOwner(v *cause.View) string {
	for _, e := range echoes(v) {
		if n := cred.VendorOf(secret.New(e.value)).Name; n != "" {
			return n
		}
	}
	for _, t := range v.Tokens {
		if n := cred.VendorOf(t.Value).Name; n != "" {
			return n
		}
	}
	if _, issuer, ok := issued(v); ok {
		return issuer.Name
	}
	return ""
}

// compatible reports a key of the form that many services have copied from OpenAI, or one of the service's own cloud.
func compatible(owner, by string) bool {
	return owner == "OpenAI-style API" && by != "Azure" && by != "Google" && by != "Anthropic" || strings.HasPrefix(owner, by)
}

func serviceNamed(word string) string {
	switch word = strings.ToLower(strings.ReplaceAll(word, " ", "")); word {
	case "openai":
		return "OpenAI"
	case "azure":
		return "Azure"
	case "anthropic", "claude":
		return "Anthropic"
	case "groq":
		return "Groq"
	case "deepseek":
		return "DeepSeek"
	case "google", "gemini":
		return "Google"
	case "openrouter":
		return "OpenRouter"
	}
	return ""
}
