package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// WrongEndpointOrHost: a credential of one service is sent to another.
var WrongEndpointOrHost = &cause.Cause{
	ID:      "wrong-endpoint-or-host",
	Title:   "the credential belongs to another service than the one asked",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"token-revoked", "token-wrong-environment", "credential-type-wrong", "wrong-password",
		"authorization-scheme-wrong", "unsolicited-authorization-sent", "token-wrong-location",
		"password-login-disabled", "two-auth-layers-one-header", "client-config-credential-key-mismatch", "llm-api-key-errors", "azure-apim-subscription-key", "no-credentials-sent"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(cause.Weightier(foreignIn(v), otherRegion(v)), toAnother(v))
	},
}

// foreignIn judges the request itself.
func foreignIn(v *cause.View) *cause.Suspicion {
	if unsent(v) || !v.Refused() || v.Answer.Status() == 407 || !direct(v) {
		return nil
	}
	c, issuer, ok := issued(v)
	if !ok {
		return nil
	}
	s := &cause.Suspicion{Because: []fact.Fact{v.Asked("The credential in %s has the form that %s issues (%s).", place(c), issuer.Name, issuer.What)}}
	host := v.Request.URL.Host
	switch owner, by := ownerOf(host), answering(v); {
	case owner != "" && owner != issuer.Name:
		s.Grade, s.Weight = cause.Strong, 0.9
		if v.Answer.Status() == 401 && live(v) {
			s.Grade = cause.Proved // no service takes another one's tokens
		}
		s.Because = append(s.Because, v.Asked("%s belongs to %s.", host, owner))
		s.Title = fitting("a credential of " + issuer.Name + " is sent to " + owner)
	case owner == "" && by != "" && by != issuer.Name:
		s.Grade, s.Weight = cause.Strong, 0.8
		s.Because = append(s.Because, v.Saw("%s answers.", by))
		s.Title = fitting("a credential of " + issuer.Name + " is sent to " + by)
	default:
		return nil
	}
	s.Where = cause.Location{Hop: 1}
	s.Raise = []cause.Raise{{Command: `curl -si -H "Authorization: Bearer $TOKEN" https://` + homes[issuer.Name], Where: "here, with the same token",
		Would: "be let in if the token is good and only the address is wrong"}}
	s.Remedies = []cause.Remedy{{
		ID: "correct-base-url", Title: "ask the service that issued the credential", For: "client",
		Effect: "the credential goes to its own service", Opens: "nothing",
		Steps: []string{
			"set the base URL, registry or remote to " + homes[issuer.Name],
			"git remote -v; npm config get registry; env | grep -i -E '(base_url|endpoint|registry)'",
		},
		Verify: "the request answers 2xx there", Undo: "put the former address back",
	}, {
		ID: "revoke-exposed", Title: "renew the credential that was sent to a stranger", For: "client",
		Effect: "nobody can use what the other service may have logged", Opens: "nothing",
		Steps:  []string{"revoke it at " + issuer.Name + " and make a new one"},
		Verify: "the old one is refused", Undo: "none: a revoked token stays revoked",
	}}
	return s
}

// homes are the services whose tokens tell where they belong, and the host of their API. Vendors whose prefixes others
// use as well (sk-, s., key-) are left out.
var homes = map[string]string{
	"GitHub": "api.github.com/user", "GitLab": "gitlab.com/api/v4/user", "OpenAI": "api.openai.com/v1/models", "Anthropic": "api.anthropic.com/v1/models",
	"OpenRouter": "openrouter.ai/api/v1/key", "Groq": "api.groq.com/openai/v1/models", "Hugging Face": "huggingface.co/api/whoami-v2", "xAI": "api.x.ai/v1/models",
	"Stripe": "api.stripe.com/v1/balance", "Slack": "slack.com/api/auth.test", "PyPI": "upload.pypi.org/legacy/", "npm": "registry.npmjs.org/-/whoami",
	"Docker Hub": "hub.docker.com/v2/user/", "SendGrid": "api.sendgrid.com/v3/scopes", "DigitalOcean": "api.digitalocean.com/v2/account",
}

// owners are hosts, or what stands at their end, and who runs them.
var owners = []struct{ suffix, name string }{
	{"github.com", "GitHub"}, {"ghcr.io", "GitHub"}, {"gitlab.com", "GitLab"}, {"api.openai.com", "OpenAI"}, {"api.anthropic.com", "Anthropic"},
	{"openrouter.ai", "OpenRouter"}, {"api.groq.com", "Groq"}, {"huggingface.co", "Hugging Face"}, {"api.x.ai", "xAI"}, {"api.stripe.com", "Stripe"},
	{"slack.com", "Slack"}, {"pypi.org", "PyPI"}, {"registry.npmjs.org", "npm"}, {"hub.docker.com", "Docker Hub"}, {"docker.io", "Docker Hub"},
	{"api.sendgrid.com", "SendGrid"}, {"api.digitalocean.com", "DigitalOcean"}, {"bitbucket.org", "Bitbucket"}, {"api.mistral.ai", "Mistral"},
	{"api.deepseek.com", "DeepSeek"}, {"generativelanguage.googleapis.com", "Google"},
}

func ownerOf(host string) string {
	host = strings.TrimSuffix(host, ".")
	for _, o := range owners {
		if host == o.suffix || strings.HasSuffix(host, "."+o.suffix) {
			return o.name
		}
	}
	return ""
}

// answering names the product behind a host of one's own: by its page, or by the realm it was given.
func answering(v *cause.View) string {
	for _, p := range []string{"GitLab", "Gitea", "Forgejo", "Bitbucket", "Artifactory", "Nexus", "Verdaccio", "Jenkins", "Grafana"} {
		if _, ok := v.Product(p, strings.ToLower(p)); ok {
			return p
		}
		for i := range v.Challenges {
			if strings.Contains(strings.ToLower(v.Challenges[i].Realm()), strings.ToLower(p)) {
				return p
			}
		}
	}
	return ""
}

// issued finds the first credential whose form tells its service. Git and registries want tokens as a Basic password.
func issued(v *cause.View) (cred.Credential, cred.Vendor, bool) {
	for _, c := range v.Credentials {
		if c.In != cred.InHeader || c.Kind == cred.Cookie {
			continue
		}
		vendor := c.Vendor
		if c.Kind == cred.Basic {
			if pair, err := basic.Decode(c.Value); err == nil {
				if vendor = cred.VendorOf(pair.Password); !vendor.Known() {
					vendor = cred.VendorOf(pair.User)
				}
			}
		}
		if _, ok := homes[vendor.Name]; ok {
			return c, vendor, true
		}
	}
	return cred.Credential{}, cred.Vendor{}, false
}
