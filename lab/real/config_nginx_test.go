package real

import (
	"crypto/md5"
	"encoding/hex"
	"os"
	"strings"
)

// siteOf is a server block that asks for nothing unless lines say so.
func siteOf(lines ...string) string {
	return "server {\n\tlisten @front@;\n\troot @dir@/www;\n\t" + strings.Join(lines, "\n\t") + "\n}\n"
}

// appOf is an application in the same nginx: its lines judge what arrives.
func appOf(lines ...string) string {
	return "server {\n\tlisten @app@;\n\tunderscores_in_headers on;\n\tlocation / {\n\t\t" + strings.Join(lines, "\n\t\t") + "\n\t\treturn 200 inside;\n\t}\n}\n"
}

const (
	basicRule   = `auth_basic "Orders"; auth_basic_user_file @dir@/htpasswd;`
	tokenWanted = `if ($http_authorization != "Bearer t") { add_header WWW-Authenticate Bearer always; return 401; }`
	wantsNoAuth = `if ($http_authorization) { add_header WWW-Authenticate Bearer always; return 401; }`
	toApp       = "proxy_pass http://@app@;"
)

var (
	withToken = []string{"-H", "Authorization: Bearer t"}
	withLogin = []string{"-u", login}
	fromPage  = []string{"-H", "Origin: https://shop.example.test"}
	goodUsers = map[string]string{"htpasswd": aliceLine + "\n"}
)

// aliceLine is alice's password, wonderland, as openssl passwd -apr1 writes it.
const aliceLine = "alice:$apr1$fakesalt$1TZQcrPJnXB3lpKo7Fbk80"

// without makes a check that the answer has no field with part in it.
func without(field, part string) func(Reply) string {
	return func(r Reply) string {
		if strings.Contains(strings.Join(r.Header.Values(field), ","), part) {
			return "there is a " + field + " with " + part
		}
		return ""
	}
}

// preflightArgs ask as a browser does before a call with a token.
var preflightArgs = []string{"-X", "OPTIONS", "-H", "Origin: https://shop.example.test", "-H", "Access-Control-Request-Method: GET", "-H", "Access-Control-Request-Headers: authorization"}

const corsAlways = `add_header Access-Control-Allow-Origin https://shop.example.test always; add_header Access-Control-Allow-Headers Authorization always;`

var brokenNginx = []faulty{
	// Password files.
	{name: "password-file-missing", cause: "htpasswd-path-wrong", conf: siteOf(`auth_basic "Orders";`, `auth_basic_user_file @dir@/nobody; # fault`), mended: siteOf(basicRule),
		files: goodUsers, ask: withLogin, refused: 403, grade: "proved"},
	{name: "password-file-closed", cause: "htpasswd-unreadable", conf: siteOf(`auth_basic "Orders";`, `auth_basic_user_file @dir@/htpasswd; # fault`), files: goodUsers,
		modes: map[string]os.FileMode{"htpasswd": 0o600}, ask: withLogin, refused: 500, grade: "proved"},
	{name: "password-file-blank-before-colon", cause: "htpasswd-format-corrupt", conf: siteOf(basicRule), files: map[string]string{"htpasswd": strings.Replace(aliceLine, ":", " :", 1) + "\n"}, repaired: goodUsers,
		ask: withLogin, refused: 401, line: "htpasswd:1", grade: "proved"},
	{name: "password-file-byte-order-mark", cause: "htpasswd-format-corrupt", conf: siteOf(basicRule), files: map[string]string{"htpasswd": "\ufeff" + aliceLine + "\n"}, repaired: goodUsers,
		ask: withLogin, refused: 401, line: "htpasswd:1", grade: "proved"},
	{name: "password-in-plain-text", cause: "htpasswd-format-corrupt", conf: siteOf(basicRule), files: map[string]string{"htpasswd": "bob:x\nalice:wonderland\n"}, repaired: goodUsers,
		ask: withLogin, refused: 401, line: "htpasswd:2", grade: "proved"},
	{name: "hash-of-argon2", cause: "htpasswd-hash-unsupported", conf: siteOf(basicRule), files: map[string]string{"htpasswd": "alice:$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA\n"}, repaired: goodUsers,
		ask: withLogin, refused: 401, line: "htpasswd:1", grade: "proved"},
	{name: "user-twice", cause: "htpasswd-duplicate-user", conf: siteOf(basicRule), files: map[string]string{"htpasswd": "alice:$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0\n" + aliceLine + "\n"}, repaired: goodUsers,
		ask: withLogin, refused: 401, line: "htpasswd:2"},
	{name: "user-name-beyond-ascii", cause: "basic-non-ascii-charset", conf: siteOf(basicRule), files: map[string]string{"htpasswd": strings.Replace(aliceLine, "alice", "zoë", 1) + "\n"}, repaired: goodUsers,
		ask: withLogin, refused: 401, line: "htpasswd:1"},

	// What a rule covers.
	{name: "acme-behind-password", cause: "auth-scope-too-wide", conf: siteOf(basicRule, `location ^~ /.well-known/acme-challenge/ { root @dir@/www; } # fault`), mended: siteOf(basicRule, `location ^~ /.well-known/acme-challenge/ { auth_basic off; root @dir@/www; }`),
		files: goodUsers, path: ".well-known/acme-challenge/token", refused: 401, grade: "proved"},
	{name: "health-behind-password", cause: "auth-scope-too-wide", conf: siteOf(basicRule, `location = /healthz { try_files /index.html =404; } # fault`), mended: siteOf(basicRule, `location = /healthz { auth_basic off; try_files /index.html =404; }`),
		files: goodUsers, path: "healthz", refused: 401},
	{name: "deny-all-beside-password", cause: "satisfy-any-all", conf: siteOf(basicRule, `deny all; # fault`), mended: siteOf(basicRule, "satisfy any;", `deny all;`), files: goodUsers, ask: withLogin, refused: 403, grade: "proved"},
	{name: "allow-below-deny", cause: "ip-allowlist", conf: siteOf("deny all;", "allow 127.0.0.1; # fault"), mended: siteOf("allow 127.0.0.1;", "deny all;"), refused: 403, grade: "proved"},
	{name: "address-of-the-proxy", cause: "ip-allowlist", conf: siteOf("real_ip_header X-Forwarded-For; # fault", "allow 192.0.2.0/24;", "deny all;"),
		mended: siteOf("real_ip_header X-Forwarded-For;", "set_real_ip_from 127.0.0.1;", "allow 192.0.2.0/24;", "deny all;"), ask: []string{"-H", "X-Forwarded-For: 192.0.2.7"}, refused: 403},
	{name: "two-passwords-in-a-row", cause: "nested-auth-blocks", files: map[string]string{"htpasswd": aliceLine + "\n", "inner": strings.Replace(aliceLine, "alice", "root", 1) + "\n"},
		conf:   siteOf("location / { "+basicRule+" "+toApp+" }") + "server {\n\tlisten @app@;\n\troot @dir@/www;\n\tauth_basic \"Inner\"; # fault\n\tauth_basic_user_file @dir@/inner;\n}\n",
		mended: siteOf("location / { "+basicRule+` proxy_set_header Authorization ""; `+toApp+" }") + "server {\n\tlisten @app@;\n\troot @dir@/www;\n}\n", ask: withLogin, refused: 401},
	{name: "one-realm-two-files", cause: "nested-auth-blocks", files: map[string]string{"htpasswd": aliceLine + "\n", "inner": strings.Replace(aliceLine, "alice", "root", 1) + "\n"},
		conf: siteOf(basicRule, "location /admin/ {", `auth_basic "Orders"; # fault`, "auth_basic_user_file @dir@/inner;", "}"), mended: siteOf(basicRule, "location /admin/ {", `auth_basic "Administration"; auth_basic_user_file @dir@/htpasswd;`, "}"),
		path: "admin/", ask: withLogin, refused: 401},

	// One field, two layers.
	{name: "token-behind-password", cause: "two-auth-layers-one-header", files: goodUsers, conf: siteOf("location /api/ {", `auth_basic "Staging"; # fault`, "auth_basic_user_file @dir@/htpasswd; proxy_set_header Authorization $http_authorization; "+toApp, "}") + appOf(tokenWanted),
		mended: siteOf("location /api/ { "+toApp+" }") + appOf(tokenWanted), path: "api/me", ask: withToken, refused: 401},
	{name: "password-reaches-the-application", cause: "basic-layer-credentials-reach-app", files: goodUsers, conf: siteOf("location / {", basicRule, toApp+" # fault", "}") + appOf(wantsNoAuth),
		mended: siteOf("location / {", basicRule, toApp, `proxy_set_header Authorization "";`, "}") + appOf(wantsNoAuth), ask: withLogin, refused: 401},

	// What is passed on.
	{name: "authorization-blanked", cause: "reverse-proxy-strips-authorization", conf: siteOf("location / {", toApp, `proxy_set_header Authorization ""; # fault`, "}") + appOf(tokenWanted), mended: siteOf("location / { "+toApp+" }") + appOf(tokenWanted), ask: withToken, refused: 401, grade: "strong"},
	{name: "authorization-replaced", cause: "proxy-injects-own-authorization", conf: siteOf("location / {", toApp, `proxy_set_header Authorization "Basic c3RhZ2luZzpwdw=="; # fault`, "}") + appOf(tokenWanted), mended: siteOf("location / { "+toApp+" }") + appOf(tokenWanted), ask: withToken, refused: 401},
	{name: "outer-fields-lost", cause: "proxy-header-inheritance-lost", conf: siteOf("proxy_set_header X-Internal-Key k1;", "location / {", toApp, "proxy_set_header Upgrade $http_upgrade; # fault", "}") + appOf(`if ($http_x_internal_key != "k1") { return 403; }`),
		mended: siteOf("proxy_set_header X-Internal-Key k1;", "location / { "+toApp+" }") + appOf(`if ($http_x_internal_key != "k1") { return 403; }`), refused: 403, grade: "strong"},
	{name: "host-of-the-upstream", cause: "proxy-host-header-mismatch", conf: siteOf("server_name shop.example.test;", "location / {", toApp+" # fault", "}") + appOf(`if ($http_host != "shop.example.test") { return 403; }`),
		mended: siteOf("server_name shop.example.test;", "location / {", toApp+" proxy_set_header Host $http_host;", "}") + appOf(`if ($http_host != "shop.example.test") { return 403; }`), ask: []string{"-H", "Host: shop.example.test"}, refused: 403},
	{name: "port-lost-from-host", cause: "csrf-origin-mismatch-behind-proxy", conf: siteOf("server_name shop.example.test;", "location / {", toApp, "proxy_set_header Host $host; # fault", "}") + appOf(`if ($http_origin != "http://$http_host") { return 403; }`),
		mended: siteOf("server_name shop.example.test;", "location / {", toApp+" proxy_set_header Host $http_host;", "}") + appOf(`if ($http_origin != "http://$http_host") { return 403; }`),
		ask:    []string{"-H", "Host: shop.example.test:@port:front@", "-H", "Origin: http://shop.example.test:@port:front@"}, refused: 403},
	{name: "proto-overwritten", cause: "forwarded-proto-missing", conf: siteOf("real_ip_header X-Forwarded-For; set_real_ip_from 127.0.0.1;", "location / {", toApp, "proxy_set_header X-Forwarded-Proto $scheme; # fault", "}") + appOf(`if ($http_x_forwarded_proto != https) { return 403; }`),
		mended: siteOf("real_ip_header X-Forwarded-For; set_real_ip_from 127.0.0.1;", "location / {", toApp, "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;", "}") + appOf(`if ($http_x_forwarded_proto != https) { return 403; }`),
		ask:    []string{"-H", "X-Forwarded-Proto: https"}, refused: 403},
	{name: "field-with-underscore", cause: "underscore-header-dropped", conf: siteOf("location / {", toApp, "proxy_set_header api_key $http_x_key; # fault", "}") + "server {\n\tlisten @app@;\n\tlocation / {\n\t\tif ($http_api_key != k) { return 401; }\n\t\treturn 200 in;\n\t}\n}\n",
		mended: siteOf("location / {", toApp, "proxy_set_header api-key $http_x_key;", "}") + "server {\n\tlisten @app@;\n\tlocation / {\n\t\tif ($http_api_key != k) { add_header WWW-Authenticate ApiKey always; return 401; }\n\t\treturn 200 in;\n\t}\n}\n", ask: []string{"-H", "X-Key: k"}, refused: 401},
	{name: "subrequest-without-fields", cause: "auth-request-subrequest-misconfig", conf: siteOf("location / { auth_request /check; }", "location = /check {", "internal; "+toApp, "proxy_pass_request_headers off; # fault", "}") + appOf(tokenWanted),
		mended: siteOf("location / { auth_request /check; }", "location = /check { internal; "+toApp+" }") + appOf(tokenWanted), ask: withToken, refused: 401, grade: "proved"},
	{name: "identity-of-the-wrong-answer", cause: "auth-request-header-not-forwarded", conf: siteOf("location / {", "auth_request /check; "+toApp, "proxy_set_header X-User $upstream_http_x_user; # fault", "}", "location = /check { internal; proxy_pass http://@judge@; }") + appOf(`if ($http_x_user != alice) { return 403; }`) + judgeServer,
		mended: siteOf("location / {", "auth_request /check; auth_request_set $who $upstream_http_x_user; "+toApp, "proxy_set_header X-User $who;", "}", "location = /check { internal; proxy_pass http://@judge@; }") + appOf(`if ($http_x_user != alice) { return 403; }`) + judgeServer, refused: 403},
	{name: "set-cookie-hidden", cause: "proxy-drops-set-cookie", conf: siteOf("location / {", toApp, "proxy_hide_header Set-Cookie; # fault", "}") + appOf("add_header Set-Cookie sid=1;"), mended: siteOf("location / { "+toApp+" }") + appOf("add_header Set-Cookie sid=1;"),
		wrong: without("Set-Cookie", "sid"), grade: "strong"},
	{name: "fastcgi-without-fields", cause: "nginx-fastcgi-authorization-missing", conf: siteOf(`location / { return 200 ok; }`, `location ~ \.php$ {`, "fastcgi_pass @app@;", "fastcgi_pass_request_headers off; # fault", "}"), mended: siteOf(`location / { return 200 ok; }`, `location ~ \.php$ { fastcgi_pass @app@; }`), grade: "strong"},
	{name: "answered-407", cause: "407-vs-401-confusion", conf: siteOf(`location /private/ { return 407; } # fault`), mended: siteOf("location /private/ { " + basicRule + " }"), files: goodUsers, path: "private/", ask: []string{"--anyauth", "-u", login}, refused: 407, grade: "proved"},

	// Caches and limits.
	{name: "refusals-kept", cause: "cdn-cached-401", conf: cached("proxy_cache api; # fault", "proxy_cache_valid any 10m;") + appOf(tokenWanted), mended: cached("proxy_cache api;", "proxy_cache_valid 200 10m;") + appOf(tokenWanted), ask: withToken, grade: "strong"},
	{name: "answers-of-others-kept", cause: "cdn-cached-auth-response", conf: cached("proxy_cache api; # fault", "proxy_ignore_headers Cache-Control; proxy_cache_valid 200 10m;") + appOf(tokenWanted), mended: cached("proxy_cache api;", "proxy_cache_bypass $http_authorization; proxy_no_cache $http_authorization; proxy_cache_valid 200 10m;") + appOf(tokenWanted), ask: withToken},
	{name: "limit-answers-401", cause: "rate-limit-lockout", conf: "limit_req_zone $binary_remote_addr zone=one:64k rate=1r/m;\n" + siteOf("limit_req zone=one;", "limit_req_status 401; # fault"), mended: siteOf("limit_req_status 429;"), grade: "strong"},
	{name: "narrow-header-buffers", cause: "token-too-large", conf: siteOf("large_client_header_buffers 4 2k; # fault"), mended: siteOf("large_client_header_buffers 4 16k;"), ask: []string{"-H", "Authorization: Bearer " + strings.Repeat("t", 3000)}, refused: 400, grade: "strong"},

	// CORS.
	{name: "preflight-asked-for-password", cause: "cors-preflight-401", files: goodUsers, conf: siteOf("location / {", `auth_basic "Orders"; # fault`, "auth_basic_user_file @dir@/htpasswd; "+corsAlways, "}"),
		mended: siteOf("location / {", basicRule+" "+corsAlways, "if ($request_method = OPTIONS) { "+corsAlways+" return 204; }", "}"), ask: preflightArgs, refused: 401, passes: 204, grade: "proved"},
	{name: "cors-not-on-401", cause: "cors-missing-on-401", conf: siteOf("location / {", toApp, "add_header Access-Control-Allow-Origin https://shop.example.test; # fault", "}") + appOf(tokenWanted), mended: siteOf("location / { "+toApp+" add_header Access-Control-Allow-Origin https://shop.example.test always; }") + appOf(),
		ask: fromPage, refused: 401},
	{name: "star-with-login", cause: "cors-wildcard-with-credentials", conf: siteOf("location / {", `add_header Access-Control-Allow-Origin "*" always; # fault`, "add_header Access-Control-Allow-Credentials true always;", "}"), mended: siteOf("location / { add_header Access-Control-Allow-Origin https://shop.example.test always; add_header Access-Control-Allow-Credentials true always; }"),
		ask: fromPage, wrong: has("Access-Control-Allow-Origin", "*"), grade: "proved"},
	{name: "authorization-not-listed", cause: "cors-header-not-allowed", conf: siteOf("location / {", toApp+" proxy_set_header Authorization $http_authorization;", "add_header Access-Control-Allow-Origin https://shop.example.test always;", "add_header Access-Control-Allow-Headers Content-Type always; # fault", "}") + appOf(),
		mended: siteOf("location / {", toApp+" "+corsAlways, "}") + appOf(), ask: fromPage, wrong: has("Access-Control-Allow-Headers", "Content-Type"), grade: "strong"},
	{name: "origin-with-slash", cause: "cors-origin-not-allowed", conf: siteOf("add_header Access-Control-Allow-Origin https://shop.example.test/ always; # fault"), mended: siteOf("add_header Access-Control-Allow-Origin https://shop.example.test always;"), ask: fromPage, wrong: has("Access-Control-Allow-Origin", "test/"), grade: "proved"},

	// Statuses.
	{name: "question-leads-to-login-page", cause: "redirect-to-login-instead-of-401", files: goodUsers, conf: siteOf(basicRule, "error_page 401 =302 http://@front@/login; # fault", "location /login { auth_basic off; return 200 login; }"), mended: siteOf(basicRule), ask: []string{"--anyauth", "-u", login}, refused: 302, grade: "proved"},
	{name: "question-answered-with-200", cause: "200-login-page-instead-of-401", files: goodUsers, conf: siteOf(basicRule, "error_page 401 =200 /login; # fault", "location /login { auth_basic off; return 200 login; }"), mended: siteOf(basicRule), ask: []string{"--anyauth", "-u", login}, refused: 200, wrong: bodyIs("login"), grade: "proved"},
	{name: "question-as-403", cause: "403-means-401", files: goodUsers, conf: siteOf(basicRule, "error_page 401 =403 /no; # fault", "location /no { auth_basic off; internal; return 403; }"), mended: siteOf(basicRule), ask: []string{"--anyauth", "-u", login}, refused: 403, grade: "proved"},
	{name: "question-as-404", cause: "404-hides-401", files: goodUsers, conf: siteOf(basicRule, "error_page 401 =404 /no; # fault", "location /no { auth_basic off; internal; return 404; }"), mended: siteOf(basicRule), ask: []string{"--anyauth", "-u", login}, refused: 404, grade: "proved"},
	{name: "refusal-as-401", cause: "401-means-403", conf: siteOf("allow 192.0.2.0/24; deny all;", "error_page 403 =401 /no; # fault", "location = /no { internal; return 401; }"), mended: siteOf("allow 127.0.0.1; deny all;"), refused: 401, grade: "strong"},
	{name: "401-without-challenge", cause: "missing-www-authenticate", conf: siteOf("location /private/ {", "return 401; # fault", "}"), mended: siteOf("location /private/ { " + basicRule + " }"), files: goodUsers, path: "private/", ask: []string{"--anyauth", "-u", login}, refused: 401, grade: "strong"},

	// Cookies.
	{name: "cookie-for-another-domain", cause: "cookie-domain-mismatch", conf: siteOf("server_name shop.example.test;", "location / {", toApp+" proxy_set_header Host $http_host;", "proxy_cookie_domain app.internal other.example; # fault", "}") + appOf(`add_header Set-Cookie "sid=1; Domain=app.internal";`),
		mended: siteOf("server_name shop.example.test;", "location / {", toApp+" proxy_set_header Host $http_host;", "proxy_cookie_domain app.internal shop.example.test;", "}") + appOf(`add_header Set-Cookie "sid=1; Domain=app.internal";`), wrong: has("Set-Cookie", "other.example"), grade: "proved"},
	{name: "cookie-for-another-path", cause: "cookie-path-mismatch", conf: siteOf("location /shop/ {", "proxy_pass http://@app@/;", "proxy_cookie_path / /store/; # fault", "}") + appOf(`add_header Set-Cookie "sid=1; Path=/";`),
		mended: siteOf("location /shop/ { proxy_pass http://@app@/; proxy_cookie_path / /shop/; }") + appOf(`add_header Set-Cookie "sid=1; Path=/";`), path: "shop/", wrong: has("Set-Cookie", "/store/"), grade: "strong"},

	{name: "template-not-filled-in", cause: "config-placeholder-unrendered", conf: siteOf("location / {", toApp, `proxy_set_header X-Api-Key "{{ api_key }}"; # fault`, "}") + appOf(`if ($http_x_api_key != k) { return 403; }`), mended: siteOf("location / { "+toApp+" proxy_set_header X-Api-Key k; }") + appOf(`if ($http_x_api_key != k) { return 403; }`), refused: 403, grade: "strong"},
}

const judgeServer = "server {\n\tlisten @judge@;\n\tlocation / {\n\t\tadd_header X-User alice;\n\t\treturn 204;\n\t}\n}\n"

func cached(lines ...string) string {
	return "proxy_cache_path @dir:front@/cache keys_zone=api:1m;\n" + siteOf("location / {\n\t\t"+toApp+"\n\t\t"+strings.Join(lines, "\n\t\t")+"\n\t}")
}

func bodyIs(text string) func(Reply) string {
	return func(r Reply) string {
		if strings.TrimSpace(r.Body) != text {
			return "the body is another"
		}
		return ""
	}
}

// apacheArea is a guarded area of Apache's.
func apacheArea(lines ...string) string {
	return "<Location />\n\t" + strings.Join(lines, "\n\t") + "\n</Location>\n"
}

// brokenOthers are other programs. Apache takes no comment behind a directive, so its faults are named by their line.
var brokenOthers = []faulty{
	{name: "apache-password-file-missing", program: "apache", cause: "htpasswd-path-wrong", conf: apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/nobody", "Require valid-user"),
		mended: apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/htpasswd", "Require valid-user"), files: goodUsers, ask: withLogin, refused: 500, line: "site.conf:4", grade: "proved"},
	{name: "apache-digest-realm", program: "apache", cause: "realm-mismatch", line: "site.conf:3", conf: apacheArea("AuthType Digest", "AuthName Shop", "AuthUserFile @dir@/htdigest", "Require valid-user"),
		files: map[string]string{"htdigest": digestLine("Old shop")}, repaired: map[string]string{"htdigest": digestLine("Shop")}, ask: []string{"--digest", "-u", login}, refused: 401, grade: "proved"},
	{name: "apache-user-nobody-has", program: "apache", cause: "user-lacks-role-or-group", conf: apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/htpasswd", "Require user bob"),
		mended: apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/htpasswd", "Require user alice"), files: goodUsers, ask: withLogin, refused: 401, line: "site.conf:2", grade: "proved"},
	{name: "haproxy-plain-password", program: "haproxy", cause: "htpasswd-hash-unsupported", conf: haproxyUsers("password"), mended: haproxyUsers("insecure-password"), ask: withLogin, refused: 401, line: "site.cfg:2", grade: "proved"},
}

func digestLine(realm string) string {
	sum := md5.Sum([]byte(user + ":" + realm + ":" + password))
	return user + ":" + realm + ":" + hex.EncodeToString(sum[:]) + "\n"
}

func haproxyUsers(kind string) string {
	return "userlist people\n\tuser alice " + kind + " wonderland\nfrontend web from logged\n\tbind @front@\n\thttp-request auth realm Orders unless { http_auth(people) }\n\thttp-request return status 200\n"
}
