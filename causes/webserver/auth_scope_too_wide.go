package webserver

import (
	"path"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// AuthScopeTooWide: a password rule covers a path that machines without a login have to read.
var AuthScopeTooWide = &cause.Cause{
	ID:      "auth-scope-too-wide",
	Title:   "the password rule covers a path that must stay open",
	Family:  family,
	FaultAt: exchange.WebServer,
	Hides:   []string{"no-credentials-sent", "benign-challenge", "preemptive-auth-not-sent"},
	Partial: true,
	Audit:   coveredRobots,
	Traced:  tracedCovered,
	Suspect: directive.Either(scopeLines, func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 401 || len(v.Credentials) > 0 || realm(v.Answer) == "" {
			return nil
		}
		who, why, sure := openPath(v.Answer.Request.URL.Path)
		if who == "" {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.7,
			Because: []fact.Fact{
				v.Saw("%s asks for Basic or Digest, realm=%q.", v.Answer.Request.URL.ShownPath(), realm(v.Answer)),
				v.Asked("%s; %s.", who, why),
			},
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' " + cause.Quote(sibling(v.Answer.Request.URL)),
				Where: "here", Would: "give 401 as well if the rule covers the whole site"}},
			Remedies: []cause.Remedy{{
				ID: "except-open-path", Title: "leave this path out of the rule", For: "server",
				Effect: "machines can read it again",
				Opens:  "this path, to everybody: it is meant to be public; keep secrets out of that folder",
				Steps: []string{"nginx:   location ^~ " + folder(v.Answer.Request.URL.Path) + " { auth_basic off; }",
					"Apache:  <Location " + folder(v.Answer.Request.URL.Path) + "> Require all granted </Location>"},
				Verify: "the path answers without a login; the rest of the site still asks for one", Undo: "take the block out and reload",
			}, {
				ID: "guard-by-location", Title: "put the rule on the paths that need it, not on the server", For: "server",
				Effect: "new public paths do not fall under it", Opens: "nothing that was meant to be closed; list the closed paths first",
				Steps: []string{"move auth_basic (nginx) or the <Directory> block (Apache) from the server to the locations that need it"}, Undo: "move it back",
			}},
		}
		if sure {
			s.Grade, s.Weight = cause.Strong, 0.9
		}
		if v.Written && fronts(v.Writer) {
			s.RefusedBy = v.Writer.Layer
		}
		return s
	}),
}

// openPath knows paths that programs without a login read: who does, why it must be open, and whether that is beyond
// doubt (a registered well-known URI, RFC 8615) or only the custom.
func openPath(p string) (who, why string, sure bool) {
	switch {
	case strings.HasPrefix(p, "/.well-known/acme-challenge/"):
		return "The certificate authority reads this path", "it has no login (RFC 8555 8.3)", true
	case strings.HasPrefix(p, "/.well-known/openid-configuration"), strings.HasPrefix(p, "/.well-known/oauth-"), strings.HasSuffix(p, "/.well-known/jwks.json"):
		return "Clients and verifiers read this document before they have a token", "it is public by definition (RFC 8414 3)", true
	case p == "/.well-known/security.txt", p == "/robots.txt", strings.HasPrefix(p, "/.well-known/apple-app-site-association"), p == "/.well-known/assetlinks.json":
		return "Robots read this file", "they have no login", true
	}
	switch base := strings.ToLower(path.Base(p)); {
	case base == "manifest.json" || base == "site.webmanifest" || base == "manifest.webmanifest":
		return "Browsers fetch the web manifest without credentials", "unless the link says crossorigin=\"use-credentials\"", false
	case base == "favicon.ico" || base == "apple-touch-icon.png":
		return "Browsers and robots fetch the icon by themselves", "often without credentials", false
	case base == "healthz" || base == "livez" || base == "readyz" || base == "health" || base == "_health" || base == "health-check" || base == "healthcheck" || base == "ping":
		return "Load balancers and monitors read this path", "they have no login as a rule", false
	case strings.Contains(p, "/webhook") || strings.Contains(p, "/hooks/"):
		return "Other services call this path", "they sign their requests in place of logging in", false
	}
	return "", "", false
}

func folder(p string) string {
	if i := strings.LastIndexByte(p, '/'); i > 0 && strings.HasPrefix(p, "/.well-known/") {
		return cause.QuoteWord(p[:i+1])
	}
	return cause.QuoteWord(p)
}

// sibling is the site's start page: does the rule cover that too?
func sibling(u exchange.URL) exchange.URL {
	u.Path, u.Query, u.HasQuery = "/", nil, false
	return u
}
