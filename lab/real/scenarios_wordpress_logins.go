package real

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/why401/why401/exchange"
)

// wpLoginFlow logs in at WordPress as a browser does: the form, its answer, the panel. It gives "" when the panel opens.
func wpLoginFlow(w *World, r *Recorder, _ bool) string {
	form := r.Get(w.URL("front", "wp-login.php"))
	if form.status != 200 {
		return fmt.Sprintf("the form: %d", form.status)
	}
	end := r.Post(w.URL("front", "wp-login.php"), "", url.Values{"log": {"admin"}, "pwd": {wpPassword("admin")}, "testcookie": {"1"}, "wp-submit": {"Log In"}, "redirect_to": {w.URL("front", "wp-admin/")}})
	if strings.Contains(end.body, `id="loginform"`) {
		return "the panel sends back to " + end.at.Path
	}
	if end.status != 200 {
		return fmt.Sprintf("the panel: %d", end.status)
	}
	return ""
}

var (
	cookieDomainWant = Want{Cause: "cookie-domain-mismatch", Accept: []string{"redirect-loop-login"}, RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "WordPress"}
	cookiePathWant   = Want{Cause: "cookie-path-mismatch", Accept: []string{"redirect-loop-login"}, RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "WordPress"}
)

// rpcCallBody is a call of XML-RPC with a login (codex.wordpress.org/XML-RPC_WordPress_API).
func rpcCallBody(method, user, password string) string {
	return `<?xml version="1.0"?><methodCall><methodName>` + method + `</methodName><params><param><value><int>1</int></value></param><param><value><string>` + user +
		`</string></value></param><param><value><string>` + password + `</string></value></param></params></methodCall>`
}

func askRPC(user, password string) func(*World) []string {
	return func(w *World) []string {
		return curl("-H", "Content-Type: text/xml", "-d", rpcCallBody("wp.getProfile", user, password), w.URL("front", "xmlrpc.php"))
	}
}

// answersRPC reports an answer of XML-RPC without a fault.
func answersRPC(r Reply) string {
	if !r.OK() || !strings.Contains(r.Body, "<params>") {
		return "no answer with params"
	}
	return ""
}

// wpNonceInPages prints the nonce of the visitor into every page, as plugins do for their scripts.
const wpNonceInPages = `add_action('wp_footer', fn() => print('<script>var labNonce="' . wp_create_nonce('wp_rest') . '";</script>'));`

// nginxPageCache keeps every page for a minute, whoever asked for it: the mistake.
func nginxPageCache(who string) string {
	return "fastcgi_cache_path @dir@/pages keys_zone=pages:1m;\n" + nginxPHP("site", "", `fastcgi_cache pages; fastcgi_cache_key $request_uri; fastcgi_cache_valid 200 1m;
		fastcgi_ignore_headers Cache-Control Expires Set-Cookie; `+who+`
		add_header X-Cache $upstream_cache_status always;`)
}

var nonceInPage = regexp.MustCompile(`labNonce="([0-9a-f]{10})"`)

// byPage asks the REST API as a page's script does: with the nonce that the page holds.
func byPage(w *World, cookie string) []string {
	w.Helper()
	page := w.warm(curl("-H", "Cookie: "+cookie, w.URL("front")))
	m := nonceInPage.FindStringSubmatch(page.Body)
	if m == nil {
		w.Fatalf("the page holds no nonce: %v", page)
	}
	return curl("-H", "Cookie: "+cookie, "-H", "X-WP-Nonce: "+m[1], w.URL("front", wpMe))
}

var wordpressLogins = []Scenario{
	{
		Name:    "wordpress-cookie-domain-of-live",
		Servers: wordpress(80, "define('COOKIE_DOMAIN', 'www.verein.example.org');"),
		Login:   wpLoginFlow,
		Want:    cookieDomainWant,
		Mend:    func(w *World) []string { w.Site.Configure(); return nil },
	},
	{
		Name:    "wordpress-cookie-path-of-live",
		Servers: wordpress(95, "define('COOKIEPATH', '/blog/'); define('SITECOOKIEPATH', '/blog/'); define('ADMIN_COOKIE_PATH', '/blog/wp-admin');"),
		Login:   wpLoginFlow,
		Want:    cookiePathWant,
		Mend:    func(w *World) []string { w.Site.Configure(); return nil },
	},
	{
		Name: "wordpress-nonce-out-of-a-page-cache",
		Servers: func(w *World) {
			wordpress(80, "", plugin("nonces", wpNonceInPages))(w)
			w.Server("front").Mend(nginxPageCache(""))
		},
		Input: func(w *World) []string {
			byPage(w, w.Site.Login("alice"))        // her page is kept
			return byPage(w, w.Site.Login("admin")) // and shown to him
		},
		Want: withFault(wpWant("wp-nonce-invalid-cached-page", exchange.WebServer, "proved"), exchange.Client),
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxPageCache("set $who $http_cookie; fastcgi_cache_bypass $who; fastcgi_no_cache $who;"))
			return byPage(w, w.Site.Login("admin"))
		},
		Status: 403,
	},
	{
		Name:    "wordpress-xmlrpc-switched-off",
		Servers: wordpress(80, wpLocal, plugin("rpc", "add_filter('xmlrpc_enabled', '__return_false');")),
		Input:   askRPC("admin", wpAppPassword), Options: replayed, Unsafe: true,
		Want:   wpWant("wp-rest-disabled-by-plugin", exchange.Application, "proved"),
		Status: 405, Refused: saysBody("XML-RPC services are disabled on this site."),
		Mend: mendWP(func(s *WordPress) { s.MustUse("rpc", "") }, askRPC("admin", wpAppPassword)), Passes: answersRPC,
	},
	{
		Name: "wordpress-xmlrpc-closed-by-the-web-server",
		Servers: func(w *World) {
			wordpress(80, wpLocal)(w)
			w.Server("front").Mend(nginxPHP("site", "location = /xmlrpc.php { deny all; }", ""))
		},
		Input: askRPC("admin", wpAppPassword), Options: replayed, Unsafe: true,
		Want: Want{Cause: "wp-rest-disabled-by-plugin", Accept: []string{"waf-block", "ip-allowlist"}, RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxPHP("site", "", ""))
			return askRPC("admin", wpAppPassword)(w)
		},
		Status: 403, Passes: answersRPC,
	},
	{
		Name:    "wordpress-xmlrpc-app-password-without-https",
		Servers: wordpress(95, ""),
		Input:   askRPC("admin", wpAppPassword), Options: replayed, Unsafe: true,
		Want:   wpWant("wp-app-password-unavailable", exchange.Application, "strong"),
		Status: 200, Refused: saysBody("Incorrect username or password."),
		Mend: mendWP(func(s *WordPress) { s.Configure(wpLocal) }, askRPC("admin", wpAppPassword)), Passes: answersRPC,
	},
	{
		Name:    "wordpress-xmlrpc-app-password-wrong",
		Servers: wordpress(80, wpLocal),
		Input:   askRPC("admin", "wrng EFGH 1234 ijkl MNOP 6789"), Options: replayed, Unsafe: true,
		Want:   wpWant("wrong-password", exchange.Client, "likely", "200-login-page-instead-of-401"), // the password is wrong, and 200 says so
		Status: 200, Refused: saysBody("Incorrect username or password."),
		Mend: askRPC("admin", wpAppPassword), Passes: answersRPC,
	},
}

var wordpressLoginsHealthy = []Scenario{
	{Name: "wordpress-login", Servers: wordpress(80, ""), Login: wpLoginFlow},
	{Name: "wordpress-xmlrpc-app-password", Servers: wordpress(80, wpLocal), Input: askRPC("admin", wpAppPassword), Options: replayed, Unsafe: true, Refused: answersRPC},
}
