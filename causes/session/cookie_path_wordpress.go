package session

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// panelCookie is what WordPress's panel knows a login by: AUTH_COOKIE and SECURE_AUTH_COOKIE (wp-includes/default-constants.php).
var panelCookie = lazyregexp.New(`^wordpress_(sec_)?[0-9a-f]{32}$`)

const testCookie = "wordpress_test_cookie"

// wordpressLost is a WordPress whose constants for paths (COOKIEPATH, SITECOOKIEPATH, ADMIN_COOKIE_PATH) do not cover the site.
// WordPress sets one cookie with several paths, and others on purpose for other places than the page; so it is judged by the
// names: the test cookie has to come back to wp-login.php, the panel's cookie to wp-admin.
func wordpressLost(v *cause.View) *cause.Suspicion {
	if v.Answer == nil || v.Answer.Response == nil {
		return nil
	}
	at := v.Answer.Request.URL
	switch {
	case strings.HasSuffix(at.Path, "/wp-login.php"):
		g, paths, lost := nowhere(v, at, func(name string) bool { return name == testCookie })
		if !lost {
			return sentBack(v)
		}
		return wordpressPath(g, paths, v.Saw("WordPress tests with this cookie at wp-login.php whether cookies come back: they cannot, and it refuses every login."), 0.87)
	case strings.Contains(at.Path, "/wp-admin/") && loginWanted(v):
		return panelLost(v, v.Answer)
	}
	return nil
}

// sentBack is a login whose answer led to the panel, which sent back to the login.
func sentBack(v *cause.View) *cause.Suspicion {
	for i := len(v.Exchanges) - 1; i >= 0; i-- {
		x := v.Exchanges[i]
		if x.Response == nil || x.N >= v.Answer.N || !strings.Contains(x.Request.URL.Path, "/wp-admin/") {
			continue
		}
		if to, ok, err := x.Location(); ok && err == nil && x.Status()/100 == 3 && strings.HasSuffix(to.Path, "/wp-login.php") {
			return panelLost(v, x)
		}
	}
	return nil
}

// panelLost is the panel's answer to a request without the panel's cookie, which was set before for other paths.
func panelLost(v *cause.View, x *exchange.Exchange) *cause.Suspicion {
	g, paths, lost := nowhere(v, x.Request.URL, panelCookie.MatchString)
	if !lost || carries(x.Request, g.set.Name) {
		return nil
	}
	return wordpressPath(g, paths, fact.At(x.N, "WordPress's panel knows a login by this cookie alone: the request goes out without it, and is sent to the login: %d.", x.Status()), 0.87)
}

// nowhere finds a cookie that was set for paths of which none covers an address of the same host.
func nowhere(v *cause.View, at exchange.URL, is func(name string) bool) (g given, paths string, lost bool) {
	var all []string
	for _, x := range v.Exchanges {
		if x.Response == nil || x.Request.URL.Origin() != at.Origin() || x.N > v.Answer.N {
			continue
		}
		for _, f := range x.Header().Values("Set-Cookie") {
			c := cookie.Parse(f)
			if !is(c.Name) || c.Expired(x.Sent) || c.Value.Empty() || c.Stores(x.Request.URL, cookie.Context{Now: x.Sent}) != cookie.OK {
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

func wordpressPath(g given, paths string, refused fact.Fact, weight float64) *cause.Suspicion {
	return &cause.Suspicion{Grade: cause.Strong, Weight: weight, Title: "the path of WordPress's cookies does not cover the site", RefusedBy: exchange.Application,
		Where: cause.Location{Hop: g.by.N}, Because: []fact.Fact{g.says("it is set for %s alone.", paths), refused},
		Raise: []cause.Raise{{Command: "why401 site /var/www/html", Where: "on the web server", Would: "name COOKIEPATH, SITECOOKIEPATH or ADMIN_COOKIE_PATH with its line, where one of them does not fit the address"}},
		Remedies: []cause.Remedy{{ID: "fit-cookie-path", Title: "take COOKIEPATH, SITECOOKIEPATH and ADMIN_COOKIE_PATH out of wp-config.php", For: "server",
			Effect: "WordPress makes the paths of the site's own address", Opens: "nothing", Steps: []string{"wp-config.php: delete the lines that define them, or give them the path that the site has here"},
			Verify: "log in: the panel opens; without a login it still asks for one", Undo: "write the lines back"}}}
}
