package real

import (
	"strings"

	"github.com/why401/why401/exchange"
)

const (
	wpLocal = "define('WP_ENVIRONMENT_TYPE', 'local');" // offers application passwords without https
	wpMe    = "wp-json/wp/v2/users/me"
	wpPosts = "wp-json/wp/v2/posts"
	wpOpts  = "wp-json/wp/v2/settings"
)

// wpAsksEarly is what many plugins do: it asks who is logged in before WordPress reports a wrong password.
const wpAsksEarly = `add_filter('rest_authentication_errors', function ($r) { is_user_logged_in(); return $r; }, 20);`

// wpGuard closes the REST API to visitors, as security plugins do.
const wpGuard = `add_filter('rest_authentication_errors', function ($r) {
	return $r ?: (is_user_logged_in() ? $r : new WP_Error('rest_login_required', 'REST API restricted to authenticated users.', ['status' => 401]));
});`

// wpSealed closes it to everybody, before anybody's login is looked at.
const wpSealed = `add_filter('rest_authentication_errors', fn() => new WP_Error('rest_api_sealed', 'The REST API on this site is switched off.', ['status' => 403]), 5);`

// wpJWT is what the plugin "JWT Authentication for WP REST API" does with a Bearer token when it has no key.
const wpJWT = `add_filter('rest_pre_dispatch', function ($r) {
	return str_starts_with($_SERVER['HTTP_AUTHORIZATION'] ?? '', 'Bearer ') && !defined('JWT_AUTH_SECRET_KEY')
		? new WP_Error('jwt_auth_bad_config', 'JWT is not configured properly, please contact the admin', ['status' => 403]) : $r;
});`

// wordpress starts a site as a set-up, with lines of wp-config.php, and prepares it further.
func wordpress(setUp int, constants string, prepare ...func(*WordPress)) func(*World) {
	return func(w *World) {
		s := w.WordPress("front", constants)
		for _, p := range prepare {
			p(s)
		}
		s.Serve(setUp)
	}
}

func plugin(name, php string) func(*WordPress) {
	return func(s *WordPress) { s.MustUse(name, php) }
}

func askWP(path, login string) func(*World) []string {
	return func(w *World) []string { return curl("-u", login, w.URL("front", path)) }
}

// mendWP changes something and asks again.
func mendWP(change func(*WordPress), ask func(*World) []string) func(*World) []string {
	return func(w *World) []string { change(w.Site); return ask(w) }
}

// byCookie asks as a browser that is logged in.
func byCookie(user, path, nonce string) func(*World) []string {
	return func(w *World) []string {
		cookie := w.Site.Login(user)
		args := []string{"-H", "Cookie: " + cookie}
		switch nonce {
		case "":
		case "right":
			args = append(args, "-H", "X-WP-Nonce: "+w.Site.Nonce(cookie))
		default:
			args = append(args, "-H", "X-WP-Nonce: "+nonce)
		}
		return curl(append(args, w.URL("front", path))...)
	}
}

func wpWant(cause string, faultAt exchange.Layer, grade string, accept ...string) Want {
	return Want{Cause: cause, Accept: accept, RefusedBy: exchange.Application, FaultAt: faultAt, Grade: grade, Product: "WordPress"}
}

var wordpressScenarios = []Scenario{
	{
		Name:    "wordpress-app-password-wrong",
		Servers: wordpress(80, wpLocal),
		Input:   askWP(wpMe, "admin:wrng EFGH 1234 ijkl MNOP 6789"),
		Want:    wpWant("wrong-password", exchange.Client, "likely", "token-revoked"),
		Mend:    askWP(wpMe, "admin:"+wpAppPassword),
	},
	{
		Name: "wordpress-app-password-revoked",
		Servers: wordpress(80, wpLocal, func(s *WordPress) {
			s.DB.SQL("UPDATE wp_usermeta SET meta_key = '_revoked' WHERE meta_key = '_application_passwords' AND user_id = 1")
		}),
		Input: askWP(wpMe, "admin:"+wpAppPassword),
		Want:  wpWant("wrong-password", exchange.Client, "likely", "token-revoked"),
		Mend: mendWP(func(s *WordPress) {
			s.DB.SQL("UPDATE wp_usermeta SET meta_key = '_application_passwords' WHERE meta_key = '_revoked'")
		}, askWP(wpMe, "admin:"+wpAppPassword)),
	},
	{
		Name:    "wordpress-account-password",
		Servers: wordpress(80, wpLocal),
		Input:   askWP(wpMe, "admin:"+wpPassword("admin")),
		Want:    wpWant("credential-type-wrong", exchange.Client, "likely", "wrong-password", "wp-app-password-unavailable"),
		Mend:    askWP(wpMe, "admin:"+wpAppPassword),
	},
	{
		Name:    "wordpress-app-password-without-https",
		Servers: wordpress(80, ""),
		Input:   askWP(wpMe, "admin:"+wpAppPassword),
		Want:    wpWant("wp-app-password-unavailable", exchange.Application, "strong"),
		Mend:    mendWP(func(s *WordPress) { s.Configure(wpLocal) }, askWP(wpMe, "admin:"+wpAppPassword)),
	},
	{
		Name:    "wordpress-app-password-switched-off",
		Servers: wordpress(95, wpLocal, plugin("security", "add_filter('wp_is_application_passwords_available', '__return_false');")),
		Input:   askWP(wpMe, "admin:"+wpAppPassword),
		Want:    wpWant("wp-app-password-unavailable", exchange.Application, "strong"),
		Mend:    mendWP(func(s *WordPress) { s.MustUse("security", "") }, askWP(wpMe, "admin:"+wpAppPassword)),
	},
	{
		Name:    "wordpress-app-password-behind-a-prompt",
		Servers: wordpress(81, wpLocal),
		Input:   askWP(wpMe, "admin:"+wpAppPassword),
		Want: Want{Cause: "wp-app-password-unavailable", Accept: []string{"two-auth-layers-one-header"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxPHP("site", "", ""))
			return askWP(wpMe, "admin:"+wpAppPassword)(w)
		},
	},
	{
		Name:    "wordpress-apache-fpm-strips-the-header",
		Servers: wordpress(96, wpLocal),
		Input:   askWP(wpMe, "admin:"+wpAppPassword),
		Want:    wpWant("apache-cgi-strips-authorization", exchange.WebServer, "likely", "wrong-password"),
		Mend:    mendWP(func(s *WordPress) { s.Htaccess() }, askWP(wpMe, "admin:"+wpAppPassword)),
	},
	{
		Name: "wordpress-nginx-strips-the-header",
		Servers: func(w *World) {
			wordpress(80, wpLocal)(w)
			w.Server("front").Mend(nginxPHP("site", "", `fastcgi_param HTTP_AUTHORIZATION "";`))
		},
		Input: askWP(wpMe, "admin:"+wpAppPassword),
		// From outside a header that PHP never got looks like a wrong password.
		Want: wpWant("nginx-fastcgi-authorization-missing", exchange.WebServer, "likely", "wrong-password", "reverse-proxy-strips-authorization"),
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxPHP("site", "", ""))
			return askWP(wpMe, "admin:"+wpAppPassword)(w)
		},
	},
	{
		Name:    "wordpress-wrong-password-with-a-code",
		Servers: wordpress(80, wpLocal, plugin("early", wpAsksEarly)),
		Input:   askWP(wpMe, "admin:wrng EFGH 1234 ijkl MNOP 6789"),
		Want:    wpWant("wrong-password", exchange.Client, "strong"),
		Mend:    askWP(wpMe, "admin:"+wpAppPassword),
		Refused: saysBody("incorrect_password"),
	},
	{
		Name:    "wordpress-unknown-user-with-a-code",
		Servers: wordpress(80, wpLocal, plugin("early", wpAsksEarly)),
		Input:   askWP(wpMe, "adm1n:"+wpAppPassword),
		Want:    wpWant("wrong-username-form", exchange.Client, "strong", "wrong-password"),
		Mend:    askWP(wpMe, "admin:"+wpAppPassword),
		Refused: saysBody("invalid_username"),
	},
	{
		Name:    "wordpress-user-without-the-right",
		Servers: wordpress(80, wpLocal),
		Input:   askWP(wpOpts, "sam:"+wpSubPassword),
		Want:    wpWant("wp-user-lacks-capability", exchange.Application, "strong"),
		Mend:    askWP(wpOpts, "admin:"+wpAppPassword),
		Status:  403,
	},
	{
		Name:    "wordpress-cookie-user-without-the-right",
		Servers: wordpress(95, ""),
		Input:   byCookie("alice", wpOpts, "right"),
		Want:    wpWant("wp-user-lacks-capability", exchange.Application, "proved"),
		Mend:    byCookie("admin", wpOpts, "right"),
		Status:  403,
	},
	{
		Name:    "wordpress-settings-by-nobody",
		Servers: wordpress(80, wpLocal),
		Input:   func(w *World) []string { return []string{w.URL("front", wpOpts)} },
		Want:    wpWant("no-credentials-sent", exchange.Client, "strong", "wp-user-lacks-capability"),
		Mend:    askWP(wpOpts, "admin:"+wpAppPassword),
	},
	{
		Name:    "wordpress-nonce-stale",
		Servers: wordpress(80, ""),
		Input:   byCookie("alice", wpMe, "deadbeef00"),
		Want:    withFault(wpWant("wp-nonce-invalid-cached-page", exchange.WebServer, "proved"), exchange.Client),
		Mend:    byCookie("alice", wpMe, "right"),
		Status:  403,
	},
	{
		Name:    "wordpress-nonce-missing",
		Servers: wordpress(95, ""),
		Input:   byCookie("alice", wpMe, ""),
		Want:    wpWant("wp-nonce-invalid-cached-page", exchange.Client, "proved", "csrf-token-missing-or-mismatch"),
		Mend:    byCookie("alice", wpMe, "right"),
	},
	{
		Name:    "wordpress-session-over",
		Servers: wordpress(80, ""),
		Input: func(w *World) []string {
			asked := byCookie("alice", wpMe, "right")(w)
			w.Site.DB.SQL("DELETE FROM wp_usermeta WHERE meta_key = 'session_tokens'") // "log out everywhere"
			return asked
		},
		Want:   wpWant("session-expired", exchange.Client, "strong"),
		Mend:   byCookie("alice", wpMe, "right"),
		Status: 403,
	},
	{
		Name:    "wordpress-cookie-of-the-old-address",
		Servers: wordpress(80, ""),
		Input: func(w *World) []string {
			asked := byCookie("alice", wpMe, "right")(w)
			w.Site.At(strings.Replace(strings.TrimSuffix(w.URL("front"), "/"), "127.0.0.1", "localhost", 1)) // COOKIEHASH follows siteurl
			return asked
		},
		Want:   wpWant("cookie-domain-mismatch", exchange.Application, "strong", "session-expired"),
		Mend:   mendWP(func(s *WordPress) { s.At(strings.TrimSuffix(s.URL("front"), "/")) }, byCookie("alice", wpMe, "right")),
		Status: 403,
	},
	{
		Name:    "wordpress-rest-closed-to-visitors",
		Servers: wordpress(80, "", plugin("guard", wpGuard)),
		Input:   func(w *World) []string { return []string{w.URL("front", wpPosts)} },
		Want:    wpWant("wp-rest-disabled-by-plugin", exchange.Application, "proved"),
		Mend: mendWP(func(s *WordPress) { s.MustUse("guard", "") }, func(w *World) []string {
			return []string{w.URL("front", wpPosts)}
		}),
	},
	{
		Name:    "wordpress-rest-closed-to-all",
		Servers: wordpress(95, wpLocal, plugin("sealed", wpSealed)),
		Input:   askWP(wpMe, "admin:"+wpAppPassword),
		Want:    wpWant("wp-rest-disabled-by-plugin", exchange.Application, "proved"),
		Mend:    mendWP(func(s *WordPress) { s.MustUse("sealed", "") }, askWP(wpMe, "admin:"+wpAppPassword)),
		Status:  403,
	},
	{
		Name:    "wordpress-rest-closed-by-the-web-server",
		Servers: wordpressBlocked,
		Input:   func(w *World) []string { return []string{w.URL("front", wpPosts)} },
		Want: Want{Cause: "wp-rest-disabled-by-plugin", Accept: []string{"waf-block", "ip-allowlist"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxPHP("site", "", ""))
			return []string{w.URL("front", wpPosts)}
		},
		Status: 403,
	},
	{
		Name:    "wordpress-prompt-reaches-the-rest-api",
		Servers: wordpress(81, wpLocal, plugin("early", wpAsksEarly)),
		Input:   askWP(wpPosts, stagingLogin),
		Want:    withFault(wpWant("basic-layer-credentials-reach-app", exchange.WebServer, "strong"), exchange.Application),
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxHidesBasic + nginxPHP("site", nginxStaging, "fastcgi_param HTTP_AUTHORIZATION $token_only; fastcgi_param REMOTE_USER \"\";"))
			return askWP(wpPosts, stagingLogin)(w)
		},
		Refused: saysBody("invalid_username"),
	},
	{
		Name:    "wordpress-panel-asks-for-a-login",
		Servers: wordpress(80, ""),
		Input:   func(w *World) []string { return []string{w.URL("front", "wp-admin/")} },
		Want:    wpWant("no-credentials-sent", exchange.Client, "strong", "redirect-to-login-instead-of-401"),
		Mend:    byCookie("admin", "wp-admin/", ""),
		Status:  302,
	},
	{
		Name:    "wordpress-jwt-without-a-key",
		Servers: wordpress(80, "", plugin("jwt", wpJWT)),
		Input:   func(w *World) []string { return curl("-H", bearer, w.URL("front", wpPosts)) },
		Want:    wpWant("wp-jwt-bad-config", exchange.Application, "proved"),
		Mend: mendWP(func(s *WordPress) { s.Configure("define('JWT_AUTH_SECRET_KEY', 'a long key');") }, func(w *World) []string {
			return curl("-H", bearer, w.URL("front", wpPosts))
		}),
		Status: 403,
	},
}

func wordpressBlocked(w *World) {
	wordpress(80, "")(w)
	w.Server("front").Mend(nginxPHP("site", "location ^~ /wp-json/ { return 403; }", ""))
}

// withFault names layers that are as good an answer.
func withFault(w Want, also ...exchange.Layer) Want {
	w.FaultAlso = also
	return w
}

// saysBody makes a check that the answer's body contains part.
func saysBody(part string) func(Reply) string {
	return func(r Reply) string {
		if !strings.Contains(r.Body, part) {
			return "the body lacks " + part
		}
		return ""
	}
}

var wordpressHealthy = []Scenario{
	healthy("wordpress-app-password", wordpress(80, wpLocal), askWP(wpMe, "admin:"+wpAppPassword)),
	healthy("wordpress-cookie-and-nonce", wordpress(95, ""), byCookie("alice", wpMe, "right")),
	healthy("wordpress-prompt-and-public-posts", wordpress(81, wpLocal), askWP(wpPosts, stagingLogin)),
	healthy("wordpress-wrong-password-on-a-public-route", wordpress(80, wpLocal), askWP(wpPosts, "admin:wrng EFGH 1234 ijkl MNOP 6789")),
	healthy("wordpress-guard-and-application-password", wordpress(95, wpLocal, plugin("guard", wpGuard)), askWP(wpMe, "admin:"+wpAppPassword)),
}
