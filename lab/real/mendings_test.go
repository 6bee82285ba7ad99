package real

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// mendings are the broken set-ups that TestMend mends, by program.
var mendings = slices.Concat(nginxAccessMendings, nginxProxyMendings, apacheMendings, proxyMendings, moreMendings)

const (
	site    = "front/site.conf"
	mainNgx = "front/nginx.conf"
	mainApa = "front/apache.conf"
)

// opened is a place that everybody may see, for the control that another request goes on working.
const opened = "\tlocation = /open { auth_basic off; allow all; return 200 \"open\\n\"; }\n"

func askOpen(w *World) []string    { return curl(w.URL("front", "open")) }
func askLogin(w *World) []string   { return curl("-u", login, w.URL("front")) }
func askGuarded(w *World) []string { return curl(w.URL("front", "guarded")) }
func askFront(w *World) []string   { return curl(w.URL("front")) }

// checks is an application behind the front: /open is for everybody, everything else for who meets every condition, an nginx
// one each that is true for what is refused.
func checks(conditions ...string) string {
	var b strings.Builder
	b.WriteString("underscores_in_headers on;\nlarge_client_header_buffers 8 32k;\nserver {\n\tlisten @app@;\n\tlocation = /open { return 200 \"open\\n\"; }\n\tlocation / {\n\t\troot @dir@/www;\n\t\tdefault_type text/plain;\n")
	for _, c := range conditions {
		fmt.Fprintf(&b, "\t\tif (%s) {\n\t\t\tadd_header WWW-Authenticate 'Bearer realm=\"api\"' always;\n\t\t\treturn 401 \"no\\n\";\n\t\t}\n", c)
	}
	b.WriteString("\t\treturn 200 \"inside\\n\";\n\t}\n}\n")
	return b.String()
}

const wantsToken = `$http_authorization != "Bearer ` + token + `"`

// app starts an application with those conditions, and an nginx in front of it.
func app(front string, conditions ...string) func(*World) {
	return func(w *World) {
		w.passwords()
		w.Nginx("app", checks(conditions...))
		w.Nginx("front", front)
	}
}

// guarded starts nginx with pages, a password file, and lines in its server block.
func guarded(lines string) func(*World) {
	return func(w *World) {
		w.passwords()
		w.site()
		w.Nginx("front", guardedConf(lines))
	}
}

func guardedConf(lines string) string {
	return "server {\n\tlisten @front@;\n\troot @dir@/www;\n" + lines + opened + "\tlocation = /guarded { deny all; }\n}\n"
}

const basicLines = "\tauth_basic \"Orders\";\n\tauth_basic_user_file @dir@/htpasswd;\n"

var nginxAccessMendings = []mending{
	{
		name: "nginx-password-file-elsewhere", cause: "htpasswd-path-wrong", program: "nginx", main: mainNgx,
		servers: guarded(strings.Replace(basicLines, "htpasswd;", "htpasswd.old;", 1)),
		failing: askLogin, other: askOpen,
	},
	{
		name: "nginx-password-file-with-a-byte-order-mark", cause: "htpasswd-format-corrupt",
		servers: func(w *World) {
			guarded(basicLines)(w)
			w.File("htpasswd", "\ufeff"+w.HashPassword("-m", user, password)+"\n")
		},
		failing: askLogin, other: askOpen,
	},
	{
		name: "nginx-two-lines-for-one-user", cause: "htpasswd-duplicate-user",
		servers: func(w *World) {
			guarded(basicLines)(w)
			w.File("htpasswd", user+":{PLAIN}of last year\n"+user+":{PLAIN}"+password+"\n")
		},
		failing: askLogin, other: askOpen,
	},
	{
		name: "nginx-hash-that-libc-does-not-know", cause: "htpasswd-hash-unsupported",
		hand: "the password is not in the file: somebody who knows it has to hash it anew",
		servers: func(w *World) {
			guarded(basicLines)(w)
			w.File("htpasswd", user+":$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7zDw\n")
		},
		swaps:   []swap{{"htpasswd", "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7zDw", "{PLAIN}" + password}},
		failing: askLogin, other: askOpen,
	},
	{
		name: "nginx-path-for-robots-behind-password", cause: "auth-scope-too-wide", program: "nginx", main: mainNgx,
		servers: guarded(basicLines + "\tlocation /.well-known/acme-challenge/ { default_type text/plain; }\n"),
		failing: func(w *World) []string { return curl(w.URL("front", ".well-known/acme-challenge/token")) },
		guarded: askFront, other: askOpen,
	},
	{
		name: "nginx-address-not-in-the-list", cause: "ip-allowlist", program: "nginx", main: mainNgx,
		hand:    "who is let in by address is for a person",
		servers: guarded("\tallow 10.0.0.0/8;\n\tdeny all;\n"),
		swaps:   []swap{{site, "\tdeny all;\n\tlocation", "\tallow 127.0.0.1;\n\tdeny all;\n\tlocation"}},
		failing: askFront, guarded: askGuarded, other: askOpen,
	},
	{
		name: "nginx-address-and-password", cause: "satisfy-any-all", program: "nginx", main: mainNgx,
		servers: guarded(basicLines + "\tsatisfy all;\n\tdeny all;\n"),
		failing: askLogin, other: askOpen,
	},
	{
		name: "nginx-401-without-challenge", cause: "missing-www-authenticate", program: "nginx", main: mainNgx,
		servers: guarded("\tlocation / {\n\t\tif ($http_authorization != \"" + Basic(user, password) + "\") {\n\t\t\treturn 401;\n\t\t}\n\t}\n"),
		failing: func(w *World) []string { return curl("--anyauth", "-u", login, w.URL("front")) }, other: askOpen,
	},
	{
		name: "nginx-password-inside-a-password", cause: "nested-auth-blocks", program: "nginx", main: mainNgx,
		hand: "which of two passwords counts is for a person",
		servers: func(w *World) {
			guarded(basicLines + "\tlocation /admin/ {\n\t\tauth_basic \"Administration\";\n\t\tauth_basic_user_file @dir@/htpasswd-admin;\n\t}\n")(w)
			w.Passwords("htpasswd-admin", "-m", "root", "another")
		},
		swaps:   []swap{{site, "\t\tauth_basic \"Administration\";\n\t\tauth_basic_user_file @dir@/htpasswd-admin;\n", ""}},
		failing: func(w *World) []string { return curl("-u", login, w.URL("front", "admin/")) }, other: askOpen,
	},
	{
		name: "nginx-program-taken-for-a-robot", cause: "user-agent-blocked", program: "nginx", main: mainNgx,
		hand:    "which programs are let in is for a person",
		servers: guarded("\tif ($http_user_agent ~* \"curl|masscan\") { return 403; }\n"),
		swaps:   []swap{{site, "curl|masscan", "masscan"}},
		failing: askFront, guarded: askGuarded,
		other: func(w *World) []string { return curl("-A", "Orders/1.0", w.URL("front", "open")) },
	},
	{
		name: "nginx-preflight-wants-password", cause: "cors-preflight-401", program: "nginx", main: mainNgx,
		servers: guarded("\tlocation / {\n\t\tadd_header Access-Control-Allow-Origin " + webOrigin + ";\n\t" + strings.ReplaceAll(basicLines, "\n\t", "\n\t\t") + "\t}\n"),
		failing: preflight("authorization"), guarded: askFront, other: askOpen,
	},
	{
		name: "nginx-refusal-in-disguise", cause: "404-hides-401", program: "nginx", main: mainNgx,
		servers: guarded(basicLines + "\tlocation /old/ { auth_basic off; }\n\terror_page 401 =404 /old/index.html;\n"),
		// A client that waits for a challenge never gets to log in.
		failing: func(w *World) []string { return curl("--anyauth", "-u", login, w.URL("front")) }, other: askOpen,
	},
	{
		name: "nginx-forbidden-in-place-of-a-challenge", cause: "403-means-401", program: "nginx", main: mainNgx,
		servers: guarded(basicLines + "\tlocation /old/ { auth_basic off; }\n\terror_page 401 =403 /old/index.html;\n"),
		failing: func(w *World) []string { return curl("--anyauth", "-u", login, w.URL("front")) }, other: askOpen,
	},
	{
		name: "nginx-post-is-no-method-here", cause: "method-or-content-type-401", program: "nginx", main: mainNgx,
		hand:    "which methods are let in is for a person",
		servers: guarded("\tlocation / {\n\t\tlimit_except GET { deny all; }\n\t\tif ($request_method = OPTIONS) { return 204; }\n\t" + strings.ReplaceAll(basicLines, "\n\t", "\n\t\t") + "\t}\n"),
		swaps:   []swap{{site, "limit_except GET { deny all; }", "limit_except GET OPTIONS { deny all; }"}},
		failing: func(w *World) []string { return curl("-X", "OPTIONS", w.URL("front")) }, guarded: askFront, other: askOpen,
	},
}

var nginxProxyMendings = []mending{
	{
		name: "nginx-strips-authorization", cause: "reverse-proxy-strips-authorization", program: "nginx", main: mainNgx,
		servers: app(reverseProxy(`proxy_set_header Authorization "";`), wantsToken),
		failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-injects-authorization", cause: "proxy-injects-own-authorization", program: "nginx", main: mainNgx,
		servers: app(reverseProxy(`proxy_set_header Authorization "Basic c3RhZ2luZzpwdw==";`), wantsToken),
		failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-host-not-passed-on", cause: "proxy-host-header-mismatch", program: "nginx", main: mainNgx,
		servers: app(named(reverseProxy()), wantsToken, `$http_host != "`+publicApp+`"`),
		failing: func(w *World) []string {
			return curl("-H", "Host: "+publicApp, "-H", bearer, w.URL("front", "private"))
		}, other: askOpen,
	},
	{
		name: "nginx-does-not-say-how-the-client-came", cause: "forwarded-proto-missing", program: "nginx", main: mainNgx,
		servers: overTLS(opened+"\tlocation / { proxy_pass http://@app@; }\n", wantsToken, `$http_x_forwarded_proto != "https"`),
		failing: askPrivateTLS, other: askOpenTLS,
	},
	{
		name: "nginx-inherited-field-lost", cause: "proxy-header-inheritance-lost", program: "nginx", main: mainNgx,
		servers: app(nginxInherit("proxy_set_header Upgrade $http_upgrade;"), wantsToken, `$http_x_internal_key != "`+internal+`"`),
		failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-drops-a-name-with-underscore", cause: "underscore-header-dropped", program: "nginx", main: mainNgx,
		hand:    "only a request shows that a client sends such a name",
		servers: app(reverseProxy(), `$http_api_key != "`+token+`"`),
		swaps:   []swap{{site, "\tlocation / {\n", "\tunderscores_in_headers on;\n\tlocation / {\n"}},
		failing: func(w *World) []string { return curl("-H", "api_key: "+token, w.URL("front", "keyed")) }, other: askOpen,
	},
	{
		name: "nginx-subrequest-without-headers", cause: "auth-request-subrequest-misconfig", program: "nginx", main: mainNgx,
		servers: app(strings.Replace(nginxAuthRequest("proxy_pass_request_headers off;"), "\tlocation / {", opened+"\tlocation / {", 1), wantsToken),
		failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-identity-lost", cause: "auth-request-header-not-forwarded", program: "nginx", main: mainNgx,
		servers: func(w *World) {
			w.Nginx("auth", nginxAuthService)
			app(nginxUpstreamField, wantsToken, `$http_x_internal_key != "`+internal+`"`)(w)
		},
		failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-password-before-a-token", cause: "two-auth-layers-one-header", program: "nginx", main: mainNgx,
		hand:    "where the password is not asked for is for a person",
		servers: app("server {\n\tlisten @front@;\n"+basicLines+opened+"\tlocation /private { proxy_pass http://@app@; }\n}\n", wantsToken),
		swaps:   []swap{{site, "location /private { ", "location /private { auth_basic off; "}}, failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-password-reaches-the-application", cause: "basic-layer-credentials-reach-app", program: "nginx", main: mainNgx,
		servers: app("server {\n\tlisten @front@;\n"+basicLines+opened+"\tlocation / { proxy_pass http://@app@; }\n}\n", `$http_authorization`),
		failing: askLogin, other: askOpen,
	},
	{
		name: "nginx-keeps-a-401", cause: "cdn-cached-401", program: "nginx", main: mainNgx,
		servers: func(w *World) {
			app(nginxCache(""), wantsToken)(w)
			w.warm(curl(w.URL("front", "private")))
		},
		failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-fastcgi-without-headers", cause: "nginx-fastcgi-authorization-missing", program: "nginx", main: mainNgx,
		servers: func(w *World) {
			w.site()
			w.PHPFPM("php", "")
			w.File("www/api.php", tokenCheck)
			w.Nginx("front", strings.Replace(nginxFastCGI("fastcgi_pass_request_headers off;"), "\tlocation", opened+"\tlocation", 1))
		},
		failing: askPHP, other: askOpen,
	},
	{
		name: "nginx-token-too-large", cause: "token-too-large", program: "nginx", main: mainNgx,
		servers: app(nginxBuffers(""), `$http_authorization !~ "^Bearer t-0123456789abcdef.*f$"`),
		failing: func(w *World) []string {
			return curl("-H", "Authorization: Bearer "+bigToken, w.URL("front", "private"))
		}, other: askOpen,
	},
	{
		name: "nginx-cookies-too-large", cause: "cookie-too-large", program: "nginx", main: mainNgx, named: "token-too-large",
		servers: app("server {\n\tlisten @front@;\n\tlarge_client_header_buffers 4 2k;\n\tlocation / { proxy_pass http://@app@; }\n}\n", `$cookie_sid != "s1"`),
		failing: func(w *World) []string {
			return curl("-b", "sid=s1; cart="+strings.Repeat("item,", 500), w.URL("front", "private"))
		}, other: askOpen,
	},
	{
		name: "nginx-hides-set-cookie", cause: "proxy-drops-set-cookie", program: "nginx", main: mainNgx,
		servers: visits("proxy_hide_header Set-Cookie;"), swaps: []swap{{site, "\t\tproxy_hide_header Set-Cookie;\n", ""}},
		failing: askEntrance, guarded: askPlainPrivate, other: askOpen,
	},
	{
		name: "nginx-cookie-for-another-path", cause: "cookie-path-mismatch", program: "nginx", main: mainNgx,
		servers: visits("proxy_cookie_path / /app/;"), swaps: []swap{{site, "\t\tproxy_cookie_path / /app/;\n", ""}},
		failing: askEntrance, guarded: askPlainPrivate, other: askOpen,
	},
	{
		name: "nginx-password-before-a-socket", cause: "websocket-upgrade-auth", program: "nginx", main: mainNgx,
		hand:    "where the password is not asked for is for a person",
		servers: app("server {\n\tlisten @front@;\n"+basicLines+opened+"\tlocation /socket { proxy_pass http://@app@; }\n}\n", `$cookie_sid != "s1"`),
		swaps:   []swap{{site, "location /socket { ", "location /socket { auth_basic off; "}},
		failing: func(w *World) []string { return curl("-b", "sid=s1", w.URL("front", "socket")) }, other: askOpen,
	},
	{
		name: "nginx-host-is-not-the-origins", cause: "csrf-origin-mismatch-behind-proxy", program: "nginx", main: mainNgx,
		servers: app(named(reverseProxy("proxy_set_header Host $host;")), wantsToken, `$http_origin != "http://$http_host"`),
		failing: func(w *World) []string {
			site := fmt.Sprintf("%s:%d", publicApp, w.Port("front"))
			return curl("-H", "Host: "+site, "-H", "Origin: http://"+site, "-H", bearer, w.URL("front", "private"))
		}, other: askOpen,
	},
	{
		name: "nginx-rule-against-a-word", cause: "waf-block", program: "nginx", main: mainNgx,
		hand:    "what the rule is to keep out is for a person",
		servers: guarded("\tif ($args ~* \"union|select|name\") { return 403; }\n"),
		swaps:   []swap{{site, "union|select|name", "union.+select"}},
		failing: func(w *World) []string { return curl(w.URL("front", "?sort=surname")) }, guarded: askGuarded, other: askOpen,
	},
	{
		name: "nginx-sends-to-another-host", cause: "redirect-cross-host-drops-auth", program: "nginx", main: mainNgx,
		hand:    "which host is meant is for a person",
		servers: app("server {\n\tlisten @front@;\n"+opened+"\tlocation /private { return 302 http://localhost:@port:app@/private; }\n}\n", wantsToken),
		swaps:   []swap{{site, "return 302 http://localhost:@port:app@/private;", "proxy_pass http://@app@;"}},
		failing: func(w *World) []string { return curl("-L", "-H", bearer, w.URL("front", "private")) }, other: askOpen,
	},
	{
		name: "nginx-trusts-another-authority", cause: "mtls-client-cert-untrusted", program: "nginx", main: mainNgx,
		hand: "whose certificates are trusted is for a person",
		servers: func(w *World) {
			w.clientCerts()
			w.site()
			w.Nginx("front", strings.Replace(nginxMTLS("ssl_verify_client optional;", "if ($ssl_client_verify != SUCCESS) { set $no 1; }", "if ($uri = /index.html) { set $no 0; }", "if ($no = 1) { return 403; }"), "clients.crt", "others.crt", 1))
		},
		swaps:   []swap{{site, "/tls/others.crt", "/tls/clients.crt"}},
		failing: withCert("alice", "private/index.html"), other: withCert("", "index.html"),
	},
	{
		name: "nginx-template-not-filled-in", cause: "config-placeholder-unrendered", program: "nginx", main: mainNgx,
		hand:    "the value stands where the configuration is made",
		servers: app(reverseProxy(`proxy_set_header X-Internal-Key "{{ internal_key }}";`), wantsToken, `$http_x_internal_key != "`+internal+`"`),
		swaps:   []swap{{site, `"{{ internal_key }}"`, internal}}, failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-asks-where-nobody-is", cause: "auth-backend-unreachable", program: "nginx", main: mainNgx,
		hand:    "where the judge is stands nowhere in the configuration",
		servers: app(strings.Replace(strings.Replace(nginxAuthRequest(""), "proxy_pass http://@app@/private;", "proxy_pass http://@nobody@/private;", 1), "\tlocation / {", opened+"\tlocation / {", 1), wantsToken),
		swaps:   []swap{{site, "http://@nobody@/", "http://@app@/"}}, failing: askPrivate, other: askOpen,
	},
	{
		name: "nginx-cuts-a-signed-path", cause: "digest-uri-mismatch", program: "nginx", main: mainNgx,
		hand: "only a request shows that the client signed the path",
		servers: func(w *World) {
			w.DigestPasswords("htdigest", "Shop", user, password)
			w.Apache("app", apacheDigest)
			w.Nginx("front", strings.Replace(prefixProxy("/shop/", "/"), "\tlocation", opened+"\tlocation", 1))
			w.mkdir(w.Dir + "/app/htdocs/shop")
			w.File("app/htdocs/shop/index.html", "<p>inside shop</p>\n")
		},
		swaps:   []swap{{site, "proxy_pass http://@app@/;", "proxy_pass http://@app@/shop/;"}},
		failing: func(w *World) []string { return curl("--digest", "-u", login, w.URL("front", "shop/")) }, other: askOpen,
	},
}

// visits is a site that gives a cookie at its entrance and wants it back inside, behind nginx with one line more.
func visits(line string) func(*World) {
	return func(w *World) {
		w.Nginx("app", `
server {
	listen @app@;
	location = /open { return 200 "open\n"; }
	location = /enter { add_header Set-Cookie "sid=s1; Path=/; HttpOnly"; return 302 /private; }
	location /private { if ($cookie_sid != "s1") { return 403; } return 200 "inside\n"; }
}
`)
		w.Nginx("front", reverseProxy("proxy_set_header Host $http_host;", line))
	}
}

func askEntrance(w *World) []string     { return curl("-L", "-b", "", w.URL("front", "enter")) }
func askPlainPrivate(w *World) []string { return curl(w.URL("front", "private")) }

// openApache is a page that everybody may see.
const openApache = "\n<Location /open.html>\n\tAuthMerging Off\n\tRequire all granted\n</Location>\n"

func apache(conf string) func(*World) {
	return func(w *World) {
		w.passwords()
		w.Apache("front", conf+openApache)
		w.File("front/htdocs/open.html", "open\n")
	}
}

func askOpenHTML(w *World) []string { return curl(w.URL("front", "open.html")) }

var apacheMendings = []mending{
	{
		name: "apache-user-not-in-the-list", cause: "user-lacks-role-or-group", program: "Apache httpd", main: mainApa,
		hand:    "who is let in is for a person",
		servers: apache(strings.Replace(apacheLocation, "valid-user", "user bob carol", 1)),
		swaps:   []swap{{site, "user bob carol", "user alice bob carol"}}, failing: askLogin, other: askOpenHTML,
	},
	{
		name: "apache-user-not-in-the-group", cause: "user-lacks-role-or-group",
		hand: "who belongs to a group is for a person",
		servers: func(w *World) {
			w.File("groups", "buyers: bob carol\n")
			apache(strings.Replace(apacheLocation, "Require valid-user", "AuthGroupFile @dir@/groups\n\tRequire group buyers", 1))(w)
		},
		swaps: []swap{{"groups", "buyers: bob", "buyers: alice bob"}}, failing: askLogin, other: askOpenHTML,
	},
	{
		name: "apache-password-file-elsewhere", cause: "htpasswd-path-wrong", program: "Apache httpd", main: mainApa,
		servers: apache(strings.Replace(apacheLocation, "/htpasswd", "/htpasswd.old", 1)),
		failing: askLogin, other: askOpenHTML,
	},
	{
		name: "apache-digest-realm-of-another-file", cause: "realm-mismatch", program: "Apache httpd", main: mainApa,
		servers: func(w *World) {
			w.DigestPasswords("htdigest", "Old shop", user, password)
			apache(apacheDigest)(w)
		},
		failing: func(w *World) []string { return curl("--digest", "-u", login, w.URL("front")) }, other: askOpenHTML,
	},
	{
		name: "apache-htaccess-not-read", cause: "htaccess-ignored", program: "Apache httpd", main: mainApa,
		hand: "whether a folder's own files may speak is for a person",
		servers: func(w *World) {
			apache(strings.Replace(apacheDirectory, "AllowOverride All", "AllowOverride None", 1))(w)
			w.File("front/htdocs/manifest.json", "{}\n")
			w.File("front/htdocs/.htaccess", "<Files manifest.json>\n\tRequire all granted\n</Files>\n")
		},
		swaps:   []swap{{site, "AllowOverride None", "AllowOverride AuthConfig"}},
		failing: func(w *World) []string { return curl(w.URL("front", "manifest.json")) }, guarded: askFront, other: askOpenHTML,
	},
	{
		name: "apache-address-and-password", cause: "satisfy-any-all", program: "Apache httpd", main: mainApa,
		servers: func(w *World) {
			w.passwords()
			w.ApacheDebian("front", apacheOldRules)
			w.File("front/htdocs/open.html", "open\n")
		},
		failing: askLogin, other: askOpenHTML,
	},
	{
		name: "apache-address-not-in-the-list", cause: "ip-allowlist", program: "Apache httpd", main: mainApa,
		hand:    "who is let in by address is for a person",
		servers: apache("\n<Location />\n\tRequire ip 10.0.0.0/8\n</Location>\n<Location /guarded>\n\tRequire all denied\n</Location>\n"),
		swaps:   []swap{{site, "Require ip 10.0.0.0/8", "Require ip 10.0.0.0/8 127.0.0.1"}},
		failing: askFront, guarded: askGuarded, other: askOpenHTML,
	},
	{
		name: "apache-password-in-a-subfolder", cause: "nested-auth-blocks",
		hand: "which of two passwords counts is for a person",
		servers: func(w *World) {
			apache(apacheDirectory)(w)
			w.Passwords("htpasswd-admin", "-m", "root", "another")
			w.File("front/htdocs/admin/index.html", "<p>inside admin</p>\n")
			w.File("front/htdocs/admin/.htaccess", "Options -Indexes\nAuthName \"Administration\"\nAuthUserFile @dir@/htpasswd-admin\n")
		},
		swaps:   []swap{{"front/htdocs/admin/.htaccess", "AuthName \"Administration\"\nAuthUserFile @dir@/htpasswd-admin\n", ""}},
		failing: func(w *World) []string { return curl("-u", login, w.URL("front", "admin/")) }, other: askOpenHTML,
	},
	{
		name: "apache-fpm-does-not-see-authorization", cause: "apache-cgi-strips-authorization", program: "Apache httpd", main: mainApa,
		servers: func(w *World) { w.PHPFPM("php", ""); apache(throughFPM)(w); w.File("front/htdocs/api.php", tokenCheck) },
		failing: askPHP, other: askOpenHTML,
	},
	{
		name: "apache-rule-below-the-last", cause: "htaccess-authorization-rule-broken",
		hand: "the order of the rules is the site's own",
		servers: func(w *World) {
			w.PHPFPM("php", "")
			apache(throughFPM)(w)
			w.File("front/htdocs/api.php", tokenCheck)
			w.File("front/htdocs/.htaccess", htaccess(false))
		},
		swaps: []swap{
			{"front/htdocs/.htaccess", "RewriteEngine On\n", "RewriteEngine On\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\n"},
			{"front/htdocs/.htaccess", "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\n", ""},
		},
		failing: askPHP, other: askOpenHTML,
	},
	{
		name: "apache-wsgi-does-not-see-authorization", cause: "mod-wsgi-strips-authorization", program: "Apache httpd", main: mainApa,
		servers: func(w *World) {
			w.File("app.wsgi", wsgiCheck)
			w.ApacheWSGI("front", "ServerLimit 8\n"+strings.Replace(apacheWSGI, "WSGIScriptAlias /", "Alias /open.html @dir:front@/htdocs/index.html\nWSGIScriptAlias /", 1))
		},
		failing: func(w *World) []string { return curl("-H", bearer, w.URL("front")) }, other: askOpenHTML,
	},
	{
		name: "apache-unsets-authorization", cause: "reverse-proxy-strips-authorization", program: "Apache httpd", main: mainApa,
		servers: func(w *World) {
			w.Nginx("app", checks(wantsToken))
			apache("RequestHeader unset Authorization\nProxyPass /open.html !\nProxyPass / http://@app@/\n")(w)
		},
		failing: askPrivate, other: askOpenHTML,
	},
	{
		name: "apache-host-not-passed-on", cause: "proxy-host-header-mismatch", program: "Apache httpd", main: mainApa,
		servers: func(w *World) {
			w.Nginx("app", checks(wantsToken, `$http_host != "`+publicApp+`"`))
			apache("ProxyPass /open.html !\nProxyPass / http://@app@/\n")(w)
		},
		failing: func(w *World) []string {
			return curl("-H", "Host: "+publicApp, "-H", bearer, w.URL("front", "private"))
		}, other: askOpenHTML,
	},
	{
		name: "apache-does-not-say-how-the-client-came", cause: "forwarded-proto-missing", program: "Apache httpd", main: mainApa,
		servers: func(w *World) {
			w.Nginx("app", checks(wantsToken, `$http_x_forwarded_proto != "https"`))
			w.Cert("ca", "server")
			apache(apacheTLSProxy)(w)
		},
		failing: askPrivateTLS, other: func(w *World) []string { return curl("--cacert", w.ca(), w.secure("front", "open.html")) },
	},
}

// haproxyMaster is HAProxy as a service runs it: with a master, which reloads.
func haproxyMaster(conf string, conditions ...string) func(*World) {
	return func(w *World) {
		w.Nginx("app", checks(conditions...))
		s := w.begin("front", "haproxy")
		s.Conf = w.File("front/haproxy.cfg", "global\n\tmaxconn 100\ndefaults logged\n\tmode http\n\ttimeout connect 5s\n\ttimeout client 10s\n\ttimeout server 10s\ndefaults plain\n\tmode http\n\ttimeout connect 5s\n\ttimeout client 10s\n\ttimeout server 10s\n"+conf)
		s.start("haproxy", "-W", "-db", "-f", s.Conf)
	}
}

const cfg = "front/haproxy.cfg"

// caddyAdmin is Caddy with its admin endpoint on a socket: it reloads by that.
func caddyAdmin(site string, more func(*World)) func(*World) {
	return func(w *World) {
		if more != nil {
			more(w)
		}
		s := w.begin("front", "caddy")
		s.Conf = w.File("front/Caddyfile", "{\n\tadmin unix/"+filepath.Join(w.Dir, "front", "admin.sock")+"\n\tauto_https off\n}\nhttp://@front@ {\n"+site+"}\n")
		s.start("caddy", "run", "--config", s.Conf, "--adapter", "caddyfile")
	}
}

const caddyfile = "front/Caddyfile"

func varnish(vcl string, conditions ...string) func(*World) {
	return func(w *World) {
		w.Nginx("app", checks(conditions...))
		w.Varnish("front", varnishConf(vcl))
	}
}

var proxyMendings = []mending{
	{
		name: "haproxy-strips-authorization", cause: "reverse-proxy-strips-authorization", program: "HAProxy", main: cfg,
		servers: haproxyMaster(haproxyConf(haproxyUser, "http-request del-header Authorization"), wantsToken),
		failing: askPrivate, other: askOpen,
	},
	{
		name: "haproxy-password-taken-for-a-hash", cause: "htpasswd-hash-unsupported", program: "HAProxy", main: cfg,
		servers: haproxyMaster(haproxyConf("user "+user+" password "+password, "http-request auth realm Orders unless { path /open } || { http_auth(known) }")),
		failing: askLogin, other: askOpen,
	},
	{
		name: "haproxy-address-not-in-the-list", cause: "ip-allowlist", program: "HAProxy", main: cfg,
		hand:    "who is let in by address is for a person",
		servers: haproxyMaster(haproxyConf(haproxyUser, "http-request deny unless { path /open } || { src 10.0.0.0/8 }"), wantsToken),
		swaps:   []swap{{cfg, "{ src 10.0.0.0/8 }", "{ src 10.0.0.0/8 127.0.0.0/8 }"}}, failing: askPrivate, other: askOpen,
	},
	{
		name: "haproxy-writes-its-own-host", cause: "proxy-host-header-mismatch", program: "HAProxy", main: cfg,
		hand:    "somebody chose the name",
		servers: haproxyMaster(haproxyConf(haproxyUser, "http-request set-header Host backend.internal"), wantsToken, `$http_host = "backend.internal"`),
		swaps:   []swap{{cfg, "\thttp-request set-header Host backend.internal\n", ""}}, failing: askPrivate, other: askOpen,
	},
	{
		name: "haproxy-does-not-say-how-the-client-came", cause: "forwarded-proto-missing", program: "HAProxy", main: cfg,
		hand:    "whether the application expects to be told stands nowhere in the configuration",
		servers: haproxyMaster(haproxyConf(haproxyUser, "option forwardfor"), wantsToken, `$http_x_forwarded_proto = ""`),
		swaps:   []swap{{cfg, "option forwardfor\n", "option forwardfor\n\thttp-request set-header X-Forwarded-Proto http\n"}}, failing: askPrivate, other: askOpen,
	},
	{
		name: "caddy-strips-authorization", cause: "reverse-proxy-strips-authorization", program: "Caddy", main: caddyfile,
		servers: caddyAdmin("\treverse_proxy @app@ {\n\t\theader_up -Authorization\n\t}\n", func(w *World) { w.Nginx("app", checks(wantsToken)) }),
		failing: askPrivate, other: askOpen,
	},
	{
		name: "caddy-identity-lost", cause: "auth-request-header-not-forwarded", program: "Caddy", main: caddyfile,
		hand: "which field holds the identity stands nowhere in the configuration",
		servers: caddyAdmin("\tforward_auth @auth@ {\n\t\turi /\n\t\tcopy_headers Remote-User\n\t}\n\treverse_proxy @app@\n", func(w *World) {
			w.Nginx("auth", nginxAuthService)
			w.Nginx("app", checks(wantsToken, `$http_x_internal_key != "`+internal+`"`))
		}),
		swaps: []swap{{caddyfile, "copy_headers Remote-User", "copy_headers Remote-User X-Internal-Key"}}, failing: askPrivate, other: askOpen,
	},
	{
		name: "lighttpd-user-not-in-the-list", cause: "user-lacks-role-or-group", program: "lighttpd", main: "front/lighttpd.conf",
		hand: "who is let in is for a person",
		servers: func(w *World) {
			w.passwords()
			w.Lighttpd("front", lighttpdGuarded("user=bob|user=carol"))
			w.File("front/htdocs/open/index.html", "open\n")
		},
		swaps:   []swap{{site, "user=bob|user=carol", "user=alice|user=bob|user=carol"}},
		failing: func(w *World) []string { return curl("-u", login, w.URL("front", "index.html")) }, other: func(w *World) []string { return curl(w.URL("front", "open/")) },
	},
	{
		name: "lighttpd-password-file-elsewhere", cause: "htpasswd-path-wrong", program: "lighttpd", main: "front/lighttpd.conf",
		servers: func(w *World) {
			w.passwords()
			w.Lighttpd("front", strings.Replace(lighttpdGuarded("valid-user"), "/htpasswd\"", "/htpasswd.old\"", 1))
			w.File("front/htdocs/open/index.html", "open\n")
		},
		failing: func(w *World) []string { return curl("-u", login, w.URL("front", "index.html")) }, other: func(w *World) []string { return curl(w.URL("front", "open/")) },
	},
	{
		name: "varnish-unsets-authorization", cause: "reverse-proxy-strips-authorization", program: "Varnish", main: "front/default.vcl",
		servers: varnish("\nsub vcl_recv {\n\tunset req.http.Authorization;\n\treturn (pass);\n}\n", wantsToken),
		failing: askPrivate, other: askOpen,
	},
	{
		name: "varnish-keeps-a-401", cause: "cdn-cached-401", program: "Varnish", main: "front/default.vcl",
		servers: func(w *World) { varnish(varnishCachesAll, wantsToken)(w); w.warm(curl(w.URL("front", "private"))) },
		failing: askPrivate, other: askOpen,
	},
	{
		name: "squid-accelerator-strips-authorization", cause: "reverse-proxy-strips-authorization", program: "Squid", main: "front/squid.conf",
		servers: func(w *World) {
			w.Nginx("app", checks(wantsToken))
			w.Squid("front", squidAccelerator("name=app"))
		},
		failing: func(w *World) []string { return curl("-H", bearer, w.URL("front-web", "private")) }, other: func(w *World) []string { return curl(w.URL("front-web", "open")) },
	},
}

// lighttpdGuarded asks for a password everywhere but below /open/.
func lighttpdGuarded(who string) string {
	return strings.Replace(lighttpdConf(who), `"" =>`, `"/index.html" =>`, 1)
}
