package session

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/php"
)

// foreignCookiePath names a Path for WordPress's cookies that does not cover the site's own address, as a copy from /blog to /
// has it: browsers keep the cookie and send it nowhere (RFC 6265 5.1.4), so that every login ends at the login page.
//
// The cookie of a login goes out with two paths, COOKIEPATH and SITECOOKIEPATH, of which one is enough; the panel's cookie with
// ADMIN_COOKIE_PATH alone (wp_set_auth_cookie in wp-includes/pluggable.php, wp_cookie_constants in default-constants.php).
func foreignCookiePath(in *site.Installation) []cause.Sighting {
	if in.Platform != site.WordPress {
		return nil
	}
	base := wordpressBases(in)
	home, panel := base["home"], base["siteurl"]
	if home.path == "" || panel.path == "" {
		return nil
	}
	given := func(name string) string { t, _ := in.Setting(name).Text(); return t }
	pages := cmp.Or(given("COOKIEPATH"), home.path)
	both := cmp.Or(given("SITECOOKIEPATH"), panel.path)
	admin := both + "wp-admin"
	if network, _ := in.Setting("MULTISITE").True(); network {
		admin = both // ms_cookie_constants in ms-default-constants.php, for sites in folders
	}
	admin = cmp.Or(given("ADMIN_COOKIE_PATH"), admin)
	var out []cause.Sighting
	if !cookie.PathMatch(home.path, pages) && !cookie.PathMatch(home.path, both) {
		name := "COOKIEPATH"
		if given(name) == "" {
			name = "SITECOOKIEPATH"
		}
		out = append(out, pathSighting(in, name, home, "the site's pages and its REST API", home.path))
	}
	if !cookie.PathMatch(panel.path+"wp-admin/", admin) {
		name, need := "ADMIN_COOKIE_PATH", panel.path+"wp-admin"
		if given(name) == "" {
			name, need = "SITECOOKIEPATH", panel.path
		}
		if len(out) == 0 || name == "ADMIN_COOKIE_PATH" {
			out = append(out, pathSighting(in, name, panel, "the panel", need))
		}
	}
	return out
}

// base is the path of an address, with a slash at its end, and whether it is certain.
type base struct {
	path string
	sure bool
}

// wordpressBases are the paths of home and siteurl: a constant's where there is one, else the row's.
func wordpressBases(in *site.Installation) map[string]base {
	out := map[string]base{}
	for _, a := range in.Addresses() { // the files' first: they win
		name, ok := map[string]string{"WP_HOME": "home", "WP_SITEURL": "siteurl", "home": "home", "siteurl": "siteurl"}[a.Name]
		u, err := url.Parse(a.Value)
		if !ok || err != nil || u.Host == "" || out[name].path != "" {
			continue
		}
		out[name] = base{strings.TrimSuffix(u.Path, "/") + "/", !a.Fixed || in.Setting(a.Name).Sure()}
	}
	return out
}

func pathSighting(in *site.Installation, name string, at base, what, need string) cause.Sighting {
	c := in.Setting(name)
	given, _ := c.Text()
	line := site.DefineLine(name, php.Quote(need))
	s := cause.Sighting{Place: c.At, Grade: cause.Strong,
		Says: fmt.Sprintf("%s gives cookies the path %s, and the site is at %s: browsers keep the cookie and do not send it to %s, so that a login ends at the login page.", name, given, at.path, what),
		Remedies: []cause.Remedy{{ID: "fit-cookie-path", Title: "give the cookies the path that the site has", For: "server", Effect: "browsers send the cookie to the site", Opens: "nothing",
			Edits: in.SetConstant(name, php.Quote(need)), Steps: []string{"wp-config.php: " + line + "   or take the line out: WordPress then finds the path itself"},
			Verify: "log in: the next page knows you", Undo: "write the old line back"}},
		Raise: []cause.Raise{{Command: "curl -si https://THIS-SITE/wp-login.php | grep -i '^set-cookie'", Where: "anywhere", Would: "show wordpress_test_cookie with the paths of cookies"}}}
	if !c.Sure() || !at.sure {
		s.Grade = cause.Likely
	}
	return s
}
