package platform

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/site"
)

// restGuarded names plugins that are active because of where they lie, and judge every call of the REST API. What their code
// decides is not followed.
func restGuarded(in *site.Installation) []cause.Sighting {
	if in.Platform != site.WordPress {
		return nil
	}
	var out []cause.Sighting
	for _, g := range in.Guards {
		if g.Hook != "rest_authentication_errors" && g.Hook != "rest_pre_dispatch" {
			continue
		}
		out = append(out, cause.Sighting{Place: g.At, Grade: cause.Likely,
			Says:  fmt.Sprintf("%s %s %s: what it refuses gets its own error code, with 401 or 403.", titled(g.How), g.Name, g.Does),
			Raise: []cause.Raise{{Command: "why401 https://SITE/wp-json/", Where: "anywhere, without a login", Would: "be refused if the file closes the whole API"}}})
	}
	return out
}
