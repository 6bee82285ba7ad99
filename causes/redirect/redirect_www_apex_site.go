package redirect

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/site"
)

// wwwBesideApex names a WordPress whose two addresses differ by www alone: it sends visitors from one name to the other, and what
// belongs to the first (a credential, a cookie) does not go with them.
func wwwBesideApex(in *site.Installation) []cause.Sighting {
	if in.Platform != site.WordPress {
		return nil
	}
	home, other := in.Setting("WP_HOME"), in.Setting("WP_SITEURL")
	a, b := home.Host(), other.Host()
	if a == "" || b == "" || a == b || strings.TrimPrefix(a, "www.") != strings.TrimPrefix(b, "www.") {
		return nil
	}
	return []cause.Sighting{{Place: other.At, Grade: cause.Likely,
		Says:  fmt.Sprintf("WP_HOME is at %s and WP_SITEURL at %s: requests are sent from one name to the other, and clients leave their credential behind.", a, b),
		Raise: []cause.Raise{{Command: "why401 https://" + b + "/wp-json/", Where: "anywhere", Would: "show a redirect to the other name"}}}}
}
