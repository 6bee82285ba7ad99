package real

// whoAmI says whom a token makes the caller; without one, nobody.
const whoAmI = `<?php
header('Content-Type: application/json');
$known = ['Bearer ` + token + `' => 'alice', 'Bearer t-of-bob-5d1f4c0a97be4e' => 'bob'];
echo json_encode(['user' => $known[$_SERVER['HTTP_AUTHORIZATION'] ?? ''] ?? null, 'gateway' => $_SERVER['HTTP_X_REMOTE_USER'] ?? null]);
`

// frontOf is an nginx before @app@ with a part whose login it checks itself.
func frontOf(all, guarded string) string {
	return `
proxy_cache_path @dir:front@/cache keys_zone=who:1m;
server {
	listen @front@;
	location / {
		proxy_pass http://@app@;
		` + all + `
	}
	location /staff/ {
		auth_basic "Staff";
		auth_basic_user_file @dir@/htpasswd;
		proxy_pass http://@app@/;
		` + guarded + `
	}
}
`
}

const remoteUser = "proxy_set_header X-Remote-User $remote_user;"

// cachesAll keeps every answer for everybody, and says so.
const cachesAll = "proxy_cache who; proxy_cache_valid any 10m; add_header X-Cache-Status $upstream_cache_status always;"

// sessionFront is an nginx before an application with sessions.
func sessionFront(enter, all string) string {
	return `
server {
	listen @front@;
	location = /enter { ` + enter + ` }
	location / {
		proxy_pass http://@app@;
		` + all + `
	}
}
`
}

const enters = "proxy_pass http://@app@;"

var moreContractedWorlds = []contracted{
	{
		name: "who the application takes the caller for",
		servers: func(w *World) {
			w.passwords()
			w.PHPFPM("php", "")
			w.Apache("app", throughFPM+"<Directory @dir:app@/htdocs>\n\tCGIPassAuth On\n</Directory>\n")
			w.File("app/htdocs/who.php", whoAmI)
			w.Nginx("front", frontOf("", remoteUser))
		},
		env: func(*World) map[string]string {
			return map[string]string{"ALICE": token, "BOB": "t-of-bob-5d1f4c0a97be4e", "PW": password}
		},
		contract: `
why401: guard/1
target: http://@front@
principals:
  alice: {bearer: {env: ALICE}}
  bob: {bearer: {env: BOB}}
  staff: {basic: {user: alice, password: {env: PW}}}
rows:
  - name: without a token nobody
    route: /who.php
    expect: {status: 200, identity: {json: $.user, nobody: true}}
  - name: alice is alice
    route: /who.php
    as: alice
    expect: {status: 200, identity: {json: $.user, is: alice}, private: true}
  - name: bob is bob
    route: /who.php
    as: bob
    expect: {status: 200, identity: {json: $.user, is: bob}}
  - name: the gateway says who
    route: /staff/who.php
    as: staff
    expect: {status: 200, identity: {json: $.gateway, is: alice}}
`,
		breaks: []breaking{
			{name: "the token is lost", kind: "identity", do: fronted(frontOf(`proxy_set_header Authorization "";`, remoteUser)),
				broken: map[string]string{"alice is alice": "nginx-fastcgi-authorization-missing|reverse-proxy-strips-authorization", "bob is bob": "nginx-fastcgi-authorization-missing|reverse-proxy-strips-authorization"}},
			{name: "the gateway is alice for everybody", kind: "identity", do: fronted(frontOf(`proxy_set_header Authorization "Bearer `+token+`";`, remoteUser)),
				broken: map[string]string{"without a token nobody": "", "alice is alice": "", "bob is bob": "proxy-injects-own-authorization"}},
			{name: "the gateway does not say who", kind: "identity", do: fronted(frontOf("", "")),
				broken: map[string]string{"the gateway says who": "auth-request-header-not-forwarded"}},
			{name: "everybody gets what the first one got", kind: "identity", do: fronted(frontOf(cachesAll, remoteUser)),
				broken: map[string]string{"alice is alice": "cdn-cached-auth-response", "bob is bob": "cdn-cached-auth-response"},
				mend:   fronted(frontOf("", remoteUser))},
		},
	},
	{
		name: "answers for one caller", servers: behind(nginxCache("proxy_no_cache 1; proxy_cache_bypass 1;")), env: tokenEnv,
		contract: `
why401: guard/1
target: http://@front@
principals:
  alice: {bearer: {env: TOKEN}}
rows:
  - name: alice's own
    route: /private
    as: alice
    expect: {status: 200, private: true}
  - name: nobody else's
    route: /private/
    expect: {status: 401}
  - name: alice's own too
    route: /private/
    as: alice
    expect: {status: 200, private: true}
`,
		breaks: []breaking{
			{name: "a cache keeps everything", kind: "cache", do: func(w *World) { w.Server("app").Restart(); fronted(nginxCache(""))(w) },
				broken: map[string]string{"alice's own": "cdn-cached-auth-response", "alice's own too": "cdn-cached-401"}},
			{name: "the application allows it", kind: "cache", do: fronted(nginxCache("proxy_no_cache 1; proxy_cache_bypass 1; add_header Cache-Control 'public, max-age=60';")),
				broken: map[string]string{"alice's own": "cdn-cached-auth-response", "alice's own too": "cdn-cached-auth-response"}},
			{name: "the header is lost", kind: "cache", do: fronted(nginxCache(`proxy_no_cache 1; proxy_cache_bypass 1; proxy_set_header Authorization "";`)),
				broken: map[string]string{"alice's own": "reverse-proxy-strips-authorization", "alice's own too": "reverse-proxy-strips-authorization"},
				mend:   fronted(nginxCache("proxy_no_cache 1; proxy_cache_bypass 1;"))},
		},
	},
	{
		name: "a login's cookie and redirect",
		servers: func(w *World) {
			w.Node("app", "session.js", nil)
			w.Nginx("front", sessionFront(enters, ""))
		},
		contract: `
why401: guard/1
target: {url: "http://shop.example.test:@port:front@", connect: "@front@"}
rows:
  - name: the login leads in
    route: /enter
    expect: {status: 302, redirect: /private}
  - name: the login's cookie
    route: /enter
    expect: {status: 3xx, cookies: [{name: sid, http_only: true, same_site: Lax, path: /, domain: ""}]}
  - name: nobody gets in without it
    route: /private
    expect: {status: 401}
`,
		breaks: []breaking{
			{name: "Secure over plain http", kind: "cookie", do: fronted(sessionFront(enters+"proxy_cookie_flags sid secure;", "")),
				broken: map[string]string{"the login's cookie": "cookie-secure-over-http"}},
			{name: "a cookie of another domain", kind: "cookie", do: fronted(sessionFront(enters+`add_header Set-Cookie "sid=abc; HttpOnly; SameSite=Lax; Path=/; Domain=login.example.net"; proxy_hide_header Set-Cookie;`, "")),
				broken: map[string]string{"the login's cookie": "cookie-domain-mismatch"}},
			{name: "a cookie that is over when it comes", kind: "cookie", do: fronted(sessionFront(enters+`add_header Set-Cookie "sid=abc; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"; proxy_hide_header Set-Cookie;`, "")),
				broken: map[string]string{"the login's cookie": "cookie-expired-on-arrival"}},
			{name: "scripts may read it", kind: "cookie", do: fronted(sessionFront(enters+"proxy_cookie_flags sid nohttponly;", "")),
				broken: map[string]string{"the login's cookie": ""}},
			{name: "the name behind the gateway", kind: "redirect", do: fronted(sessionFront("return 302 http://backend.internal:8080/private;", "")),
				broken: map[string]string{"the login leads in": "proxy-host-header-mismatch", "the login's cookie": ""}},
			{name: "a slash is missing", kind: "redirect", do: fronted(sessionFront("return 302 /enter/;", "")),
				broken: map[string]string{"the login leads in": "redirect-trailing-slash", "the login's cookie": ""}},
			{name: "back to the login", kind: "redirect", do: fronted(sessionFront("return 302 /login?next=/enter;", "")),
				broken: map[string]string{"the login leads in": "redirect-to-login-instead-of-401", "the login's cookie": "redirect-to-login-instead-of-401|"},
				mend:   fronted(sessionFront(enters, ""))},
		},
	},
	{
		name: "nginx, a password and pages of another origin", servers: corsSite(nginxCORS(" always", nginxPreflight)),
		env: func(*World) map[string]string { return map[string]string{"PW": password} },
		contract: `
why401: guard/1
target: http://@front@
principals:
  alice: {basic: {user: alice, password: {env: PW}}}
rows:
  - name: the page may ask
    kind: preflight
    route: /
    expect: {cors: {origin: ` + webOrigin + `, headers: [authorization]}}
  - name: the page sees the refusal
    route: /
    client: script
    expect: {status: 401, cors: {origin: ` + webOrigin + `}}
  - name: the page may read
    route: /
    as: alice
    client: script
    expect: {status: 200, cors: {origin: ` + webOrigin + `}}
`,
		breaks: []breaking{
			{name: "the preflight is asked for a password", kind: "preflight", do: fronted(nginxCORS(" always", "")),
				broken: map[string]string{"the page may ask": "cors-preflight-401"}},
			{name: "the refusal has no fields", kind: "CORS", do: fronted(nginxCORS("", nginxPreflight)),
				broken: map[string]string{"the page sees the refusal": "cors-missing-on-401"}, mend: fronted(nginxCORS(" always", nginxPreflight))},
		},
	},
	{
		name: "an API that trusts an OpenID provider", servers: goWorld((*World).api),
		env: func(w *World) map[string]string {
			return map[string]string{"TOKEN": w.Grant("idp", w.at("front"), "read:orders")}
		},
		contract: `
why401: guard/1
target: http://@front@
principals:
  shop: {bearer: {env: TOKEN}}
rows:
  - name: nobody reads orders
    route: /orders
    expect: {status: 401, challenge: {scheme: Bearer, realm: orders}}
  - name: the shop reads orders
    route: /orders
    as: shop
    expect: {status: 200}
  - name: the shop reads no reports
    route: /reports
    as: shop
    expect: {status: 403, challenge: {scheme: Bearer, params: {error: insufficient_scope}}}
`,
		breaks: []breaking{
			{name: "another audience", kind: "status", do: func(w *World) {
				a := w.api()
				a.Audience, a.Says = "https://billing.example.test", "why"
				w.GoAPI("front", a)
			}, broken: map[string]string{"the shop reads orders": "token-aud-mismatch", "the shop reads no reports": "token-aud-mismatch"}},
			{name: "another issuer", kind: "status", do: func(w *World) {
				a := w.api()
				a.Issuer, a.Says = "https://id.example.test", "why"
				w.GoAPI("front", a)
			}, broken: map[string]string{"the shop reads orders": "token-iss-mismatch", "the shop reads no reports": "token-iss-mismatch"}},
			{name: "keys that cannot be fetched", kind: "status", do: func(w *World) {
				a := w.api()
				a.Keys, a.Says = w.at("nowhere")+"/jwks", "why"
				w.GoAPI("front", a)
			}, broken: map[string]string{"the shop reads orders": "jwks-unreachable", "the shop reads no reports": "jwks-unreachable"}, mend: func(w *World) { w.GoAPI("front", w.api()) }},
		},
	},
	{
		name: "WordPress", servers: wordpress(80, wpLocal),
		env: func(*World) map[string]string { return map[string]string{"APP_PW": wpAppPassword} },
		contract: `
why401: guard/1
target: {url: "http://@front@", environment: test, own: true}
principals:
  admin: {basic: {user: admin, password: {env: APP_PW}}}
rows:
  - name: nobody is nobody
    route: /wp-json/wp/v2/users/me
    expect: {status: 401}
  - name: the application password is admin's
    route: /wp-json/wp/v2/users/me
    as: admin
    expect: {status: 200, identity: {json: $.slug, is: admin}}
  - name: posts are open
    route: /wp-json/wp/v2/posts
    expect: {status: 200}
`,
		breaks: []breaking{
			{name: "a plugin seals the API", kind: "status", do: func(w *World) { w.Site.MustUse("seal", wpSealed) },
				broken: map[string]string{"nobody is nobody": "wp-rest-disabled-by-plugin", "the application password is admin's": "wp-rest-disabled-by-plugin", "posts are open": "wp-rest-disabled-by-plugin"},
				mend:   func(w *World) { w.Site.MustUse("seal", "") }},
			{name: "application passwords are off", kind: "identity", do: func(w *World) {
				w.Site.MustUse("off", "add_filter('wp_is_application_passwords_available', '__return_false');")
			},
				broken: map[string]string{"the application password is admin's": "wp-app-password-unavailable"},
				mend:   func(w *World) { w.Site.MustUse("off", "") }},
			{name: "another password", kind: "identity", env: map[string]string{"APP_PW": "not-the-password-7"},
				broken: map[string]string{"the application password is admin's": "wrong-password|credential-type-wrong"}},
		},
	},
}

func init() { contractedWorlds = append(contractedWorlds, moreContractedWorlds...) }
