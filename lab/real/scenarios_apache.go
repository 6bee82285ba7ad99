package real

import (
	"encoding/base64"
	"strings"

	"github.com/why401/why401/exchange"
)

const apacheLocation = `
<Location />
	AuthType Basic
	AuthName "Orders"
	AuthUserFile @dir@/htpasswd
	Require valid-user
</Location>
`

func startApacheBasic(w *World) {
	w.passwords()
	w.Apache("front", apacheLocation)
}

// tokenCheck is an application's token check for CGI-like interfaces, in PHP. It takes the token in the header or in
// the query, as many do.
const tokenCheck = `<?php
$sent = $_SERVER['HTTP_AUTHORIZATION'] ?? '';
$token = preg_match('/^Bearer (\S+)$/', $sent, $m) ? $m[1] : ($_GET['access_token'] ?? '');
header('Content-Type: application/json');
if ($token !== '` + token + `') {
	http_response_code(401);
	header('WWW-Authenticate: Bearer realm="api"');
	echo json_encode(['error' => $token === '' ? 'Token not found' : 'Token invalid']);
	exit;
}
echo json_encode(['hello' => 'alice']);
`

const throughFPM = `
<FilesMatch "\.php$">
	SetHandler "proxy:fcgi://@php@"
</FilesMatch>
`

func apacheFPM(conf string) func(*World) {
	return func(w *World) {
		w.PHPFPM("php", "")
		w.Apache("front", throughFPM+conf)
		w.File("front/htdocs/api.php", tokenCheck)
	}
}

// prefixProxy passes one path prefix on as another.
func prefixProxy(from, to string) string {
	return "server {\n\tlisten @front@;\n\tlocation " + from + " {\n\t\tproxy_pass http://@app@" + to + ";\n\t\tproxy_set_header Host $http_host;\n\t}\n}\n"
}

func askPHP(w *World) []string { return curl("-H", bearer, w.URL("front", "api.php")) }

var apacheScenarios = []Scenario{
	{
		Name:    "apache-basic-wrong-password",
		Servers: startApacheBasic,
		Input:   func(w *World) []string { return curl("-u", "alice:wrong", w.URL("front")) },
		Want:    Want{Cause: "wrong-password", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "likely", Product: "Apache"},
		Mend:    func(w *World) []string { return curl("-u", login, w.URL("front")) },
	},
	{
		Name:    "apache-htpasswd-missing",
		Servers: func(w *World) { w.Apache("front", apacheLocation) },
		Input:   func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want: Want{Cause: "htpasswd-path-wrong", Accept: []string{"htpasswd-unreadable"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "Apache"},
		Mend:   func(w *World) []string { w.passwords(); return curl("-u", login, w.URL("front")) },
		Status: 500,
	},
	{
		Name:    "apache-base64-with-newline",
		Servers: startApacheBasic,
		Input: func(w *World) []string {
			return curl("-H", "Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte(login+"\n")), w.URL("front"))
		},
		Want: Want{Cause: "basic-wrong-base64", Accept: []string{"token-whitespace-or-newline"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "Apache"},
		Mend: func(w *World) []string { return curl("-H", "Authorization: "+Basic(user, password), w.URL("front")) },
	},
	{
		Name:    "apache-basic-not-encoded",
		Servers: startApacheBasic,
		Input:   func(w *World) []string { return curl("-H", "Authorization: Basic "+login, w.URL("front")) },
		Want: Want{Cause: "basic-wrong-base64", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved",
			Product: "Apache"},
		Mend: func(w *World) []string { return curl("-H", "Authorization: "+Basic(user, password), w.URL("front")) },
	},
	{
		Name: "apache-digest-password-of-another-realm",
		Servers: func(w *World) {
			w.DigestPasswords("htdigest", "Old shop", user, password)
			w.Apache("front", apacheDigest)
		},
		Input: func(w *World) []string { return curl("--digest", "-u", login, w.URL("front")) },
		Want: Want{Cause: "realm-mismatch", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "Apache"},
		Mend: func(w *World) []string {
			w.DigestPasswords("htdigest", "Shop", user, password)
			return curl("--digest", "-u", login, w.URL("front"))
		},
	},
	{
		Name: "apache-basic-where-digest-is-wanted",
		Servers: func(w *World) {
			w.DigestPasswords("htdigest", "Shop", user, password)
			w.Apache("front", apacheDigest)
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want:  Want{Cause: "authorization-scheme-wrong", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "Apache"},
		Mend:  func(w *World) []string { return curl("--digest", "-u", login, w.URL("front")) },
	},
	{
		Name:    "apache-digest-where-basic-is-wanted",
		Servers: startApacheBasic,
		Input:   func(w *World) []string { return curl("--digest", "-u", login, w.URL("front")) },
		Want: Want{Cause: "authorization-scheme-wrong", Accept: []string{"digest-algorithm-mismatch"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "Apache"},
		Mend: func(w *World) []string { return curl("-u", login, w.URL("front")) },
	},
	{
		Name: "apache-user-not-in-the-list",
		Servers: func(w *World) {
			w.passwords()
			w.Apache("front", strings.Replace(apacheLocation, "valid-user", "user bob carol", 1))
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		// Apache says 401 to a right password without the right: from outside nobody can tell.
		Want: Want{Cause: "user-lacks-role-or-group", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "Apache"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(strings.Replace(apacheLocation, "valid-user", "user alice bob carol", 1))
			return curl("-u", login, w.URL("front"))
		},
	},
	{
		Name: "apache-user-not-in-the-group",
		Servers: func(w *World) {
			w.passwords()
			w.File("groups", "buyers: bob carol\n")
			w.Apache("front", strings.Replace(apacheLocation, "Require valid-user",
				"AuthGroupFile @dir@/groups\n\tAuthzSendForbiddenOnFailure On\n\tRequire group buyers", 1))
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want:  Want{Cause: "user-lacks-role-or-group", RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "Apache"},
		Mend: func(w *World) []string {
			w.File("groups", "buyers: alice bob carol\n")
			return curl("-u", login, w.URL("front"))
		},
		Status: 403,
	},
	{
		Name: "apache-password-in-a-subfolder",
		Servers: func(w *World) {
			w.passwords()
			w.Apache("front", apacheDirectory)
			w.Passwords("htpasswd-admin", "-m", "root", "another")
			w.File("front/htdocs/admin/index.html", "<p>inside admin</p>\n")
			w.File("front/htdocs/admin/.htaccess", "AuthName \"Administration\"\nAuthUserFile @dir@/htpasswd-admin\n")
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front", "admin/")) },
		Want: Want{Cause: "nested-auth-blocks", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "Apache"},
		Mend: func(w *World) []string {
			w.File("front/htdocs/admin/.htaccess", "")
			return curl("-u", login, w.URL("front", "admin/"))
		},
		Refused: has("WWW-Authenticate", "Administration"),
	},
	{
		Name: "apache-htaccess-ignored",
		Servers: func(w *World) {
			w.passwords()
			w.Apache("front", strings.Replace(apacheDirectory, "AllowOverride All", "AllowOverride None", 1))
			w.File("front/htdocs/manifest.json", "{}\n")
			w.File("front/htdocs/.htaccess", "<Files manifest.json>\n\tRequire all granted\n</Files>\n")
		},
		Input: func(w *World) []string { return curl(w.URL("front", "manifest.json")) },
		Want: Want{Cause: "htaccess-ignored", Accept: []string{"auth-scope-too-wide", "no-credentials-sent"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "Apache"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(apacheDirectory)
			return curl(w.URL("front", "manifest.json"))
		},
	},
	{
		Name: "apache-address-and-password",
		Servers: func(w *World) {
			w.passwords()
			w.Apache("front", apacheRequire("RequireAll"))
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want: Want{Cause: "satisfy-any-all", Accept: []string{"ip-allowlist"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "Apache"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(apacheRequire("RequireAny"))
			return curl("-u", login, w.URL("front"))
		},
		Status: 403,
	},
	{
		Name: "apache-form-login-redirect",
		Servers: func(w *World) {
			w.passwords()
			w.Apache("front", apacheForm)
			w.File("front/htdocs/login.html", "<!DOCTYPE html><title>Log in</title><form method=post action=/dologin><input name=httpd_username><input type=password name=httpd_password></form>\n")
		},
		Input: func(w *World) []string { return curl(w.URL("front", "index.html")) },
		Want: Want{Cause: "redirect-to-login-instead-of-401", Accept: []string{"no-credentials-sent"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "Apache"},
		Mend: func(w *World) []string {
			r := w.warm(curl("-d", "httpd_username="+user+"&httpd_password="+password, w.URL("front", "dologin")))
			return curl("-b", strings.Split(r.Header.Get("Set-Cookie"), ";")[0], w.URL("front", "index.html"))
		},
		Status:  302,
		Refused: has("Location", "login.html"),
	},
	{
		Name:    "apache-two-credentials",
		Servers: startApacheBasic,
		Input: func(w *World) []string {
			return curl("-H", bearer, "-H", "Authorization: "+Basic(user, password), w.URL("front"))
		},
		Want: Want{Cause: "duplicate-authorization-headers", Accept: []string{"two-auth-layers-one-header", "authorization-scheme-wrong"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "Apache"},
		Mend: func(w *World) []string { return curl("-u", login, w.URL("front")) },
	},
	{
		// A proxy that cuts a path prefix: the digest was made over another request-target (RFC 7616, 3.4.6).
		Name: "apache-digest-behind-a-rewriting-proxy",
		Servers: func(w *World) {
			w.DigestPasswords("htdigest", "Shop", user, password)
			w.Apache("app", apacheDigest)
			w.Nginx("front", prefixProxy("/shop/", "/"))
			w.mkdir(w.Dir + "/app/htdocs/shop")
			w.File("app/htdocs/shop/index.html", "<p>inside shop</p>\n")
		},
		Input: func(w *World) []string { return curl("--digest", "-u", login, w.URL("front", "shop/")) },
		Want: Want{Cause: "digest-uri-mismatch", RefusedBy: exchange.WebServer, FaultAt: exchange.Gateway, Grade: "strong",
			Product: "Apache"},
		Mend:   reproxied(prefixProxy("/shop/", "/shop/"), func(w *World) []string { return curl("--digest", "-u", login, w.URL("front", "shop/")) }),
		Status: 400,
	},
	{
		Name:    "apache-fpm-strips-authorization",
		Servers: apacheFPM(""),
		Input:   askPHP,
		Want:    Want{Cause: "apache-cgi-strips-authorization", RefusedBy: exchange.Application, FaultAt: exchange.WebServer, Grade: "strong", Product: "PHP"},
		Mend:    reproxied(throughFPM+"<Directory @dir:front@/htdocs>\n\tCGIPassAuth On\n</Directory>\n", askPHP),
	},
	{
		Name:    "apache-fpm-rule-below-the-last",
		Servers: func(w *World) { apacheFPM("")(w); w.File("front/htdocs/.htaccess", htaccess(false)) },
		Input:   askPHP,
		Want: Want{Cause: "htaccess-authorization-rule-broken", Accept: []string{"apache-cgi-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.WebServer, Grade: "strong", Product: "PHP"},
		Mend: func(w *World) []string {
			w.File("front/htdocs/.htaccess", htaccess(true))
			return askPHP(w)
		},
	},
	{
		Name: "apache-cgi-strips-authorization",
		Servers: func(w *World) {
			w.Apache("front", apacheCGI)
			w.File("cgi/api", cgiCheck)
			w.Chmod("cgi/api", 0o755)
		},
		Input: func(w *World) []string { return curl("-H", bearer, w.URL("front", "cgi/api")) },
		Want: Want{Cause: "apache-cgi-strips-authorization", Accept: []string{"reverse-proxy-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.WebServer, Grade: "strong", Product: "Apache"},
		Mend: reproxied(strings.Replace(apacheCGI, "\tRequire", "\tCGIPassAuth On\n\tRequire", 1), func(w *World) []string {
			return curl("-H", bearer, w.URL("front", "cgi/api"))
		}),
	},
	{
		Name: "apache-fcgid-strips-authorization",
		Servers: func(w *World) {
			w.ApacheFCGID("front", apacheFCGID)
			w.File("front/htdocs/api.php", tokenCheck)
		},
		Input: askPHP,
		Want:  Want{Cause: "apache-cgi-strips-authorization", RefusedBy: exchange.Application, FaultAt: exchange.WebServer, Grade: "strong", Product: "PHP"},
		Mend:  reproxied(apacheFCGID+"<Directory @dir:front@/htdocs>\n\tCGIPassAuth On\n</Directory>\n", askPHP),
	},
	{
		Name: "apache-wsgi-strips-authorization",
		Servers: func(w *World) {
			w.File("app.wsgi", wsgiCheck)
			w.ApacheWSGI("front", apacheWSGI)
		},
		Input: func(w *World) []string { return curl("-H", bearer, w.URL("front")) },
		Want: Want{Cause: "mod-wsgi-strips-authorization", Accept: []string{"reverse-proxy-strips-authorization", "apache-cgi-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.WebServer, Grade: "strong", Product: "Apache"},
		Mend: reproxied("WSGIPassAuthorization On\n"+apacheWSGI, func(w *World) []string { return curl("-H", bearer, w.URL("front")) }),
	},
	{
		Name:    "apache-php-module-strips-authorization",
		Servers: func(w *World) { w.ApachePHP("front", ""); w.File("front/htdocs/api.php", tokenCheck) },
		Input:   askPHP,
		Want: Want{Cause: "apache-cgi-strips-authorization", Accept: []string{"reverse-proxy-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.WebServer, Grade: "strong", Product: "Apache"},
		Mend: func(w *World) []string {
			w.File("front/htdocs/.htaccess", "SetEnvIf Authorization \"(.+)\" HTTP_AUTHORIZATION=$1\n")
			return askPHP(w)
		},
	},
}
