package real

import (
	"strings"
	"time"
)

// tokenEnv is a token that the applications here know.
func tokenEnv(*World) map[string]string { return map[string]string{"TOKEN": token} }

// echoApp repeats in JSON what reached it, as /echo and debugging routes do.
const echoApp = `<?php
header('Content-Type: application/json');
echo json_encode(['authorization' => $_SERVER['HTTP_AUTHORIZATION'] ?? null, 'key' => $_SERVER['HTTP_X_API_KEY'] ?? null, 'api_key' => $_SERVER['HTTP_API_KEY'] ?? null]);
`

const cgiPass = "<Directory @dir:front@/htdocs>\n\tCGIPassAuth On\n</Directory>\n"

var contractedWorlds = []contracted{
	{
		name: "nginx in front of an API with tokens", servers: behind(reverseProxy()), env: tokenEnv,
		contract: `
why401: guard/1
target: http://@front@
principals:
  alice: {bearer: {env: TOKEN}}
clients:
  program: {like: api, user_agent: python-requests/2.32.3}
rows:
  - name: nobody gets in without a token
    route: /private
    expect: {status: 401, challenge: {scheme: Bearer, realm: api}}
  - name: alice's token is let in
    route: /private
    as: alice
    expect: {status: 200, identity: {json: $.hello, is: alice}}
  - name: open to all
    route: /open
    client: [program, browser, script]
    expect: {status: 2xx, challenge: none}
`,
		breaks: []breaking{
			{name: "the gateway takes Authorization out", kind: "status", do: fronted(reverseProxy(`proxy_set_header Authorization "";`)),
				broken: map[string]string{"alice's token is let in": "reverse-proxy-strips-authorization"}},
			{name: "the gateway puts its own in", kind: "status", do: fronted(reverseProxy(`proxy_set_header Authorization "Basic c3RhZ2luZzpwdw==";`)),
				broken: map[string]string{"alice's token is let in": "proxy-injects-own-authorization|reverse-proxy-strips-authorization",
					"open to all (program)": "proxy-injects-own-authorization|reverse-proxy-strips-authorization|", "open to all (browser)": "proxy-injects-own-authorization|",
					"open to all (script)": "proxy-injects-own-authorization|"}},
			{name: "a password in front of all of it", kind: "challenge",
				do: func(w *World) {
					w.passwords()
					fronted(reverseProxy("auth_basic Staging;", "auth_basic_user_file @dir@/htpasswd;"))(w)
				},
				broken: map[string]string{"nobody gets in without a token": "two-auth-layers-one-header|auth-scope-too-wide|nested-auth-blocks|", "alice's token is let in": "two-auth-layers-one-header", "open to all (program)": "auth-scope-too-wide", "open to all (browser)": "auth-scope-too-wide", "open to all (script)": "auth-scope-too-wide"}},
			{name: "another token", kind: "status", do: fronted(reverseProxy()), env: map[string]string{"TOKEN": "t-00000000000000000000"},
				broken: map[string]string{"alice's token is let in": "token-revoked|credential-type-wrong|token-wrong-environment|"}},
			{name: "the challenge is lost", kind: "challenge", do: fronted(reverseProxy("proxy_hide_header WWW-Authenticate;")),
				broken: map[string]string{"nobody gets in without a token": "missing-www-authenticate"}},
			{name: "programs are kept out", kind: "status", do: fronted(reverseProxy("if ($http_user_agent ~ python) { return 403; }")),
				broken: map[string]string{"open to all (program)": "user-agent-blocked"}},
			{name: "the application is down", do: func(w *World) { fronted(reverseProxy())(w); w.Server("app").Stop() },
				unclear: []string{"nobody gets in without a token", "alice's token is let in", "open to all (program)", "open to all (browser)", "open to all (script)"},
				mend:    func(w *World) { w.Server("app").Restart() }},
			{name: "the gateway is down", do: func(w *World) { w.Server("front").Stop() },
				unclear: []string{"nobody gets in without a token", "alice's token is let in", "open to all (program)", "open to all (browser)", "open to all (script)"},
				mend:    func(w *World) { w.Server("front").Restart() }},
			{name: "the secret is missing", env: map[string]string{"TOKEN": ""}, unclear: []string{"alice's token is let in"}},
		},
	},
	{
		name: "nginx with a password file", servers: startNginxBasic,
		env: func(*World) map[string]string { return map[string]string{"PW": password} },
		contract: `
why401: guard/1
target: {url: "http://@front@", environment: test, own: true}
principals:
  alice: {basic: {user: alice, password: {env: PW}}}
  stranger: {wrong: true, basic: {user: mallory}}
rows:
  - name: nobody gets in
    route: /
    client: [api, browser]
    expect: {status: 401, challenge: {scheme: Basic, realm: Orders}}
  - name: alice gets in
    route: /
    as: alice
    expect: {status: 200, identity: {text: "<p>inside (.*)</p>", is: index.html}}
  - name: alice gets in elsewhere
    route: /private/
    as: alice
    expect: {status: 200}
  - name: a wrong password does not
    route: /
    as: stranger
    expect: {status: 401}
`,
		breaks: []breaking{
			{name: "the password was changed", kind: "status", env: map[string]string{"PW": "not-the-password-7"},
				broken: map[string]string{"alice gets in": "wrong-password", "alice gets in elsewhere": "wrong-password"}},
			{name: "the realm was changed", kind: "challenge", do: fronted(edited(nginxBasic, `"Orders"`, `"Shop"`)),
				broken: map[string]string{"nobody gets in (api)": "", "nobody gets in (browser)": ""}},
			{name: "the password file is gone", kind: "status", do: fronted(edited(nginxBasic, "@dir@/htpasswd", "@dir@/nowhere")),
				broken: map[string]string{"alice gets in": "htpasswd-path-wrong|htpasswd-unreadable",
					"a wrong password does not": "htpasswd-path-wrong|htpasswd-unreadable"},
				// A 403 to a password may have been counted: it is not sent again, and nothing is said of the row.
				unclear: []string{"alice gets in elsewhere"}},
			{name: "the door is open", kind: "status", do: fronted(edited(nginxBasic, "auth_basic \"Orders\"", "auth_basic off")),
				broken: map[string]string{"nobody gets in (api)": "", "nobody gets in (browser)": "", "a wrong password does not": ""},
				mend:   fronted(nginxBasic)},
		},
	},
	{
		name: "Apache in front of PHP", servers: func(w *World) {
			apacheFPM(cgiPass)(w)
			w.File("front/htdocs/echo.php", echoApp)
		}, env: tokenEnv,
		contract: `
why401: guard/1
target: http://@front@
principals:
  alice: {bearer: {env: TOKEN}}
rows:
  - name: Authorization arrives
    route: /echo.php
    expect: {status: 200, reaches: {field: Authorization, json: $.authorization}}
  - name: the key arrives
    route: /echo.php
    expect: {status: 200, reaches: {field: X-Api-Key, json: $.key}}
  - name: alice's token is let in
    route: /api.php
    as: alice
    expect: {status: 200, identity: {json: $.hello, is: alice}}
`,
		breaks: []breaking{
			{name: "Apache keeps Authorization", kind: "reaches", do: fronted(throughFPM),
				broken: map[string]string{"Authorization arrives": "apache-cgi-strips-authorization", "alice's token is let in": "apache-cgi-strips-authorization"}},
			{name: "another value is put in", kind: "reaches", do: fronted(throughFPM + cgiPass + "RequestHeader set Authorization \"Bearer of-the-gateway\"\n"),
				broken: map[string]string{"Authorization arrives": "proxy-injects-own-authorization", "alice's token is let in": "proxy-injects-own-authorization|reverse-proxy-strips-authorization"}},
			{name: "the key is taken out", kind: "reaches", do: fronted(throughFPM + cgiPass + "RequestHeader unset X-Api-Key\n"),
				broken: map[string]string{"the key arrives": "proxy-header-inheritance-lost"}, mend: fronted(throughFPM + cgiPass)},
		},
	},
	{
		name: "express-jwt and pages of another origin", servers: jwtApp(Settings{"ORIGINS": webOrigin}),
		env: func(*World) map[string]string { return map[string]string{"JWT": HS256(signingKey, good())} },
		contract: `
why401: guard/1
target: http://@front@
principals:
  alice: {bearer: {env: JWT}}
rows:
  - name: the token is let in
    route: /orders
    as: alice
    expect: {status: 200, identity: {json: $.for, is: alice}}
  - name: the page may read
    route: /orders
    as: alice
    client: script
    expect: {status: 200, cors: {origin: ` + webOrigin + `}}
  - name: the page may ask
    kind: preflight
    route: /orders
    expect: {cors: {origin: ` + webOrigin + `, headers: [authorization]}}
  - name: strangers may not read
    route: /orders
    as: alice
    client: script
    expect: {status: 200, cors: {origin: "https://stranger.example", allowed: false}}
`,
		breaks: []breaking{
			{name: "another origin is allowed", kind: "CORS", do: resetJWT(Settings{"ORIGINS": "https://www.shop.example.test"}),
				broken: map[string]string{"the page may read": "cors-origin-not-allowed", "the page may ask": "cors-origin-not-allowed"}},
			{name: "the header is not allowed", kind: "preflight", do: resetJWT(Settings{"ORIGINS": webOrigin, "HEADERS": "Content-Type"}),
				broken: map[string]string{"the page may ask": "cors-header-not-allowed"}},
			{name: "no CORS at all", kind: "preflight", do: resetJWT(nil),
				broken: map[string]string{"the page may read": "cors-origin-not-allowed", "the page may ask": "cors-origin-not-allowed"}},
			{name: "the token has ended", kind: "CORS", do: resetJWT(Settings{"ORIGINS": webOrigin}), env: map[string]string{"JWT": HS256(signingKey, good().with(Claims{"iat": -2 * time.Hour, "exp": -time.Hour}))},
				broken: map[string]string{"the token is let in": "token-expired", "the page may read": "token-expired", "strangers may not read": "token-expired"}},
		},
	},
}

func resetJWT(s Settings) func(*World) {
	return func(w *World) {
		all := Settings{"KEY": signingKey, "AUD": audience, "ISS": issuer, "JSON": "1"}
		for k, v := range s {
			all[k] = v
		}
		w.Server("front").Settings(all)
		w.Server("front").Restart()
	}
}

// edited is a configuration with one part written otherwise.
func edited(conf, old, with string) string {
	if !strings.Contains(conf, old) {
		panic("the configuration does not hold " + old)
	}
	return strings.Replace(conf, old, with, 1)
}
