package webserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
)

// foreignChallenges are lines that add a challenge to the answers of an application, of a scheme that nobody serves here. One
// that no client knows (xBasic) is there to keep browsers from asking, and is none.
func foreignChallenges(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Pass == nil || len(s.Auth) > 0 || s.Answer != nil {
			continue
		}
		for _, f := range access.Adds(s, "WWW-Authenticate") {
			scheme, _, _ := strings.Cut(strings.Trim(f.Value, `"' `), " ")
			if !strings.Contains(f.When, "always") || !slices.Contains([]string{"basic", "digest", "negotiate", "ntlm"}, strings.ToLower(scheme)) {
				continue
			}
			out = append(out, cause.Sighting{Place: f.Place, Scope: s, Grade: cause.Likely,
				Says:  fmt.Sprintf("This line adds a %s challenge to the application's answers, and nothing here checks such a login: clients answer it in place of the application's own.", scheme),
				Raise: []cause.Raise{{Command: "curl -s -o /dev/null -D - " + cause.QuoteWord(strings.TrimSpace(s.Pass.To)) + " | grep -i www-authenticate", Where: "on the server, asking the application itself", Would: "show no " + scheme}},
				Remedies: []cause.Remedy{{ID: "application-challenge", Title: "let the application ask by itself", For: "server", Effect: "clients see the challenge that is served", Opens: "nothing: who is let in stays the application's",
					Edits: access.Drop(f.Place), Steps: []string{"delete the line", reload(c)}, Verify: "without a login the answer is 401 with the application's challenge only; with one it is let in", Undo: "put the line back and reload"}}})
		}
	}
	return out
}
