package webserver

import (
	"fmt"
	"path"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// ConfigSyntaxBroken: the server cannot read its configuration, so that what was changed in it is not in force.
var ConfigSyntaxBroken = &cause.Cause{
	ID:        "config-syntax-broken",
	Title:     "the configuration has a mistake that the server stops at",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Audit:     broken,
}

// broken are the places at which a configuration is against the grammar of its language.
func broken(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, u := range c.Unread {
		if !u.Broken {
			continue
		}
		then := c.Program + " does not load the configuration: what runs goes on with the former one, and does not come up again after a stop"
		if access.Is(c, "apache") && strings.HasPrefix(path.Base(u.Place.File), ".ht") {
			then = "every request below its folder is answered with 500"
		}
		out = append(out, cause.Sighting{Place: u.Place, Grade: cause.Proved, Says: fmt.Sprintf("%s. So %s.", sentence(u.What), then),
			Remedies: []cause.Remedy{{ID: "mend-syntax", Title: "write what is expected there, and let the server test it", For: "server", Effect: "the configuration as it is written is in force",
				Opens: "whatever the lines say that were not in force until now: read them first", Steps: []string{reload(c)}, Verify: "the server's own test is content, and a request is answered as the lines say", Undo: "put the former file back and reload"}}})
	}
	return out
}

// sentence begins what with a capital letter, unless it begins with a sign.
func sentence(what string) string {
	if what == "" {
		return what
	}
	return strings.ToUpper(what[:1]) + what[1:]
}
