package real

import (
	"context"
	"fmt"
	"strings"

	"github.com/why401/why401/exchange"
)

// networkLines are what WordPress's own screen wants in wp-config.php for a network in folders (wp-admin/includes/network.php).
func networkLines(domain string) []string {
	return []string{"define('WP_ALLOW_MULTISITE', true);", "define('MULTISITE', true);", "define('SUBDOMAIN_INSTALL', false);", "define('DOMAIN_CURRENT_SITE', '" + domain + "');",
		"define('PATH_CURRENT_SITE', '/');", "define('SITE_ID_CURRENT_SITE', 1);", "define('BLOG_ID_CURRENT_SITE', 1);"}
}

// Network makes a network of the site, with a second site in the folder /shop/. lines are further ones of wp-config.php.
func (s *WordPress) Network(lines ...string) {
	s.Helper()
	domain := s.Addr(s.Front)
	s.Configure(lines...)
	s.runTool("wordpress/network.php", "make", domain)
	s.Configure(append(networkLines(domain), lines...)...)
	s.runTool("wordpress/network.php", "add", "shop", domain)
	here := strings.TrimSuffix(s.URL(s.Front), "/")
	// WordPress takes the port out of a new site's domain; a network at another port than 80 is told so by hand.
	s.DB.SQL(fmt.Sprintf(`UPDATE wp_blogs SET domain = '%[1]s'; UPDATE wp_sitemeta SET meta_value = '%[2]s/' WHERE meta_key = 'siteurl';
UPDATE wp_2_options SET option_value = '%[2]s/shop' WHERE option_name IN ('siteurl', 'home');
UPDATE wp_2_options SET option_value = '/%%postname%%/' WHERE option_name = 'permalink_structure';
UPDATE wp_2_options SET option_value = 'plain' WHERE option_name IN ('template', 'stylesheet');
UPDATE wp_2_options SET option_value = '' WHERE option_name = 'rewrite_rules';
INSERT INTO wp_sitemeta (site_id, meta_key, meta_value) VALUES (1, 'using_application_passwords', '1')`, domain, here))
}

// runTool runs one of the lab's own PHP programs with the site's tree and further words; it has to say "done".
func (s *WordPress) runTool(program string, args ...string) {
	s.Helper()
	script := s.File(strings.ReplaceAll(program, "/", "-"), s.World.php(program))
	out, err := runPHP(context.Background(), script, append([]string{s.Dir}, args...)...)
	if err != nil || !strings.Contains(out, "done") {
		s.Fatalf("%s %q: %v: %s", program, args, err, out)
	}
}

// nginxNetwork are the rules for a network in folders (developer.wordpress.org, "nginx", WordPress Multisite Subdirectory rules).
const nginxNetwork = `
	if (!-e $request_filename) {
		rewrite ^(/[^/]+)?(/wp-.*) $2 last;
		rewrite ^(/[^/]+)?(/.*\.php)$ $2 last;
	}
`

// wpNetwork starts a network with one site more, behind nginx.
func wpNetwork(lines string, prepare ...func(*WordPress)) func(*World) {
	return func(w *World) {
		s := w.WordPress("front", lines)
		s.Network(lines)
		for _, p := range prepare {
			p(s)
		}
		s.stagingPasswords()
		w.PHPFPMFull("php", "")
		w.Nginx("front", nginxPHP("site", nginxNetwork, ""))
	}
}

const (
	shopMe   = "shop/" + wpMe
	shopOpts = "shop/" + wpOpts
)

// byCookieIn is byCookie at a site of a network, whose nonce it fetches.
func byCookieIn(folder, user, path, nonce string) func(*World) []string {
	return func(w *World) []string {
		cookie := w.Site.Login(user)
		sent := nonce
		if nonce == "right" {
			sent = w.Site.nonceAt(folder, cookie)
		}
		return curl("-H", "Cookie: "+cookie, "-H", "X-WP-Nonce: "+sent, w.URL("front", path))
	}
}

var networkScenarios = []Scenario{
	{
		Name:    "wordpress-network-nonce-stale",
		Servers: wpNetwork(""),
		Input:   byCookieIn("shop/", "admin", shopMe, "deadbeef00"),
		Want:    withFault(wpWant("wp-nonce-invalid-cached-page", exchange.WebServer, "proved"), exchange.Client),
		Mend:    byCookieIn("shop/", "admin", shopMe, "right"),
		Status:  403,
	},
	{
		Name:    "wordpress-network-session-over",
		Servers: wpNetwork(""),
		Input: func(w *World) []string {
			asked := byCookieIn("shop/", "admin", shopMe, "right")(w)
			w.Site.DB.SQL("DELETE FROM wp_usermeta WHERE meta_key = 'session_tokens'")
			return asked
		},
		// The cookie is that of the whole network, whose address is not this site's own: no sign of a site that moved.
		Want:   wpWant("session-expired", exchange.Client, "strong"),
		Mend:   byCookieIn("shop/", "admin", shopMe, "right"),
		Status: 403,
	},
	{
		Name:    "wordpress-network-no-right-in-this-site",
		Servers: wpNetwork(wpLocal),
		Input:   askWP(shopOpts, "sam:"+wpSubPassword),
		Want:    wpWant("wp-user-lacks-capability", exchange.Application, "strong"),
		Mend:    askWP(shopOpts, "admin:"+wpAppPassword),
		Status:  403,
	},
	{
		Name:    "wordpress-network-cookie-path-of-one-site",
		Servers: wpNetwork("define('COOKIEPATH', '/shop/'); define('SITECOOKIEPATH', '/shop/'); define('ADMIN_COOKIE_PATH', '/shop/wp-admin');"),
		Login:   wpLoginFlow,
		Want:    cookiePathWant,
		Mend: func(w *World) []string {
			w.Site.Configure(networkLines(w.Addr("front"))...)
			return nil
		},
	},
}

var networkHealthy = []Scenario{
	healthy("wordpress-network-cookie-and-nonce", wpNetwork(""), byCookieIn("shop/", "admin", shopMe, "right")),
	healthy("wordpress-network-app-password", wpNetwork(wpLocal), askWP(shopMe, "admin:"+wpAppPassword)),
}
