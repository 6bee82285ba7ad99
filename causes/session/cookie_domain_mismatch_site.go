package session

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/site"
)

// cookieDomains are the settings that give a system's cookies their Domain.
var cookieDomains = map[string]bool{"COOKIE_DOMAIN": true, "web/cookie/cookie_domain": true, "cookie_domain": true}

// foreignCookieDomain names a Domain for cookies that none of the site's own addresses lies in: browsers throw such a cookie away
// (RFC 6265 5.3, step 6), so that no login lasts. It is what a copy of the live site's files leaves behind.
func foreignCookieDomain(in *site.Installation) []cause.Sighting {
	var out []cause.Sighting
	for _, c := range in.Cookies {
		domain, ok := c.Text()
		domain = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(domain), "."))
		if !cookieDomains[c.Name] || !ok || domain == "" || len(in.URLs) == 0 {
			continue
		}
		sure, fits, shown := c.Sure(), false, ""
		for _, u := range in.URLs {
			host := u.Host()
			if host == "" {
				fits = true // {{base_url}}, a path, or only known while it runs
				continue
			}
			sure = sure && u.Sure()
			shown = host
			fits = fits || host == domain || strings.HasSuffix(host, "."+domain)
		}
		if fits || shown == "" {
			continue
		}
		s := cause.Sighting{Place: c.At, Grade: cause.Strong,
			Says:  fmt.Sprintf("%s gives cookies the domain %s, and the site's address is %s: browsers throw the cookie away, and no login lasts.", c.Name, domain, shown),
			Raise: []cause.Raise{{Command: "why401 " + "https://" + shown + "/", Where: "anywhere", Would: "show a Set-Cookie with that Domain"}},
			Remedies: []cause.Remedy{{ID: "drop-cookie-domain", Title: "take the domain out, so that cookies belong to the host that sets them", For: "server",
				Effect: "browsers keep the cookie", Opens: "nothing", Steps: []string{fmt.Sprintf("remove %s in line %d, or set it to the host %s", c.Name, c.At.Line, shown)},
				Verify: "log in: the next page knows you", Undo: "write the old line back"}}}
		if !sure {
			s.Grade = cause.Likely
		}
		out = append(out, s)
	}
	return out
}
