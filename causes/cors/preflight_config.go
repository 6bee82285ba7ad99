package cors

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// failedPreflights are places that speak CORS and answer the preflight with a redirect or a refusal of another kind than a
// question for a login: browsers take nothing but a status from 200 to 299 (Fetch, "CORS-preflight fetch").
func failedPreflights(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		fields := access.Adds(s, allowOrigin)
		path := s.Sample
		if path == "" && s.Path == "" {
			path = "/"
		}
		if len(fields) == 0 || path == "" || len(access.Adds(s, allowHeaders))+len(access.Adds(s, "Access-Control-Allow-Methods")) == 0 {
			continue // calls that need no preflight may be all that is meant
		}
		t := preflight(c, s, path)
		if t == nil || t.Status < 300 || t.Status == 401 || t.Status == 407 || t.Scope != s && t.Scope != nil && t.Scope.Place != s.Place {
			continue
		}
		if plain := access.Ask(c, s.Server, "GET", path); plain == nil || plain.Status >= 300 {
			continue // everybody is answered so: it is not the preflight that fails
		}
		at := fields[0].Place
		if t.Refusing != nil && t.Refusing.Place.Known() {
			at = t.Refusing.Place
		}
		out = append(out, cause.Sighting{Place: at, Scope: s, Grade: min(cause.Strong, access.Sure(t)),
			Says:     fmt.Sprintf("Scripts of other sites may call %s (line %d), and the preflight is answered with %d: browsers do not send such calls.", shown(s), fields[0].Place.Line, t.Status),
			Raise:    []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -X OPTIONS -H 'Origin: https://app.example' -H 'Access-Control-Request-Method: POST' URL", Where: "anywhere", Would: fmt.Sprintf("print %d", t.Status)}},
			Remedies: []cause.Remedy{answerPreflight(c, s)}})
	}
	return out
}

// preflight follows what a browser sends before a script's call with a token.
func preflight(c *conf.Config, s *conf.Scope, path string) *conf.Trace {
	return access.Ask(c, s.Server, "OPTIONS", path, exchange.Field{Name: "Origin", Value: secret.Public("https://app.example")},
		exchange.Field{Name: "Access-Control-Request-Method", Value: secret.Public("GET")},
		exchange.Field{Name: "Access-Control-Request-Headers", Value: secret.Public("authorization")})
}
