package session

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

const testCookie = "wordpress_test_cookie"

// wordpressLost is a WordPress whose constants for paths (COOKIEPATH, SITECOOKIEPATH) do not cover the site. WordPress sets one
// cookie with several paths, and others on purpose for other places than the page; so its test cookie is what is judged, which
// has to come back to wp-login.php.
func wordpressLost(v *cause.View) *cause.Suspicion {
	if v.Answer == nil || v.Answer.Response == nil || !strings.HasSuffix(v.Answer.Request.URL.Path, "/wp-login.php") {
		return nil
	}
	g, paths, lost := nowhere(v, v.Answer.Request.URL, testCookie)
	if !lost {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.87, Title: "the path of WordPress's cookies does not cover the site", RefusedBy: exchange.Application,
		Where: cause.Location{Hop: g.by.N}, Because: []fact.Fact{g.says("it is set for %s alone.", paths),
			v.Saw("WordPress tests with this cookie at wp-login.php whether cookies come back: they cannot, and it refuses every login.")},
		Raise: []cause.Raise{{Command: "why401 site /var/www/html", Where: "on the web server", Would: "name COOKIEPATH or SITECOOKIEPATH with its line, where one of them does not fit the address"}},
		Remedies: []cause.Remedy{{ID: "fit-cookie-path", Title: "take COOKIEPATH, SITECOOKIEPATH and ADMIN_COOKIE_PATH out of wp-config.php", For: "server",
			Effect: "WordPress makes the paths of the site's own address", Opens: "nothing", Steps: []string{"wp-config.php: delete the lines that define them, or give them the path that the site has here"},
			Verify: "log in: the panel opens; without a login it still asks for one", Undo: "write the lines back"}}}
}

// nowhere finds a cookie that was set for paths of which none covers an address of the same host.
func nowhere(v *cause.View, at exchange.URL, name string) (g given, paths string, lost bool) {
	var all []string
	for _, x := range v.Exchanges {
		if x.Response == nil || x.Request.URL.Origin() != at.Origin() || x.N > v.Answer.N {
			continue
		}
		for _, f := range x.Header().Values("Set-Cookie") {
			c := cookie.Parse(f)
			if c.Name != name || c.Expired(x.Sent) || c.Value.Empty() || c.Stores(x.Request.URL, cookie.Context{Now: x.Sent}) != cookie.OK {
				continue
			}
			p := c.EffectivePath(x.Request.URL)
			if cookie.PathMatch(at.Path, p) {
				return given{}, "", false
			}
			if p = shown(p, "a directory"); len(all) < 4 && !strings.Contains(strings.Join(all, " ")+" ", p+" ") {
				all = append(all, p)
			}
			g = given{x, c}
		}
	}
	return g, strings.Join(all, " and "), len(all) > 0
}
