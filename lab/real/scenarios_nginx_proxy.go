package real

import "github.com/why401/why401/exchange"

const (
	token     = "t-8d1f4c0a97be4e3fb2c6"
	bearer    = "Authorization: Bearer " + token
	internal  = "k-2b7e151628aed2a6"
	publicApp = "app.example.test"
)

// reverseProxy is an nginx in front of @app@ with further lines in its location.
func reverseProxy(lines ...string) string {
	out := "server {\n\tlisten @front@;\n\tlocation / {\n\t\tproxy_pass http://@app@;\n"
	for _, l := range lines {
		out += "\t\t" + l + "\n"
	}
	return out + "\t}\n}\n"
}

// behind starts a token application with nginx in front of it.
func behind(conf string) func(*World) {
	return func(w *World) {
		w.Node("app", "tokens.js", Settings{"TOKEN": token, "KEY": token})
		w.Nginx("front", conf)
	}
}

// reproxied mends by giving the front another configuration.
func reproxied(conf string, args func(w *World) []string) func(*World) []string {
	return func(w *World) []string {
		w.Server("front").Mend(conf)
		return args(w)
	}
}

func askPrivate(w *World) []string { return curl("-H", bearer, w.URL("front", "private")) }

// nginxProxy are faults of nginx in front of an application.
var nginxProxy = []Scenario{
	{
		Name:    "nginx-strips-authorization",
		Servers: behind(reverseProxy(`proxy_set_header Authorization "";`)),
		Input:   askPrivate,
		Want: Want{Cause: "reverse-proxy-strips-authorization", Accept: []string{"cdn-strips-authorization", "proxy-injects-own-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		Mend: reproxied(reverseProxy(), askPrivate),
	},
	{
		Name:    "nginx-injects-authorization",
		Servers: behind(reverseProxy(`proxy_set_header Authorization "Basic c3RhZ2luZzpwdw==";`)),
		Input:   askPrivate,
		Want: Want{Cause: "proxy-injects-own-authorization", Accept: []string{"reverse-proxy-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		Mend: reproxied(reverseProxy(), askPrivate),
	},
	{
		Name: "nginx-fastcgi-without-headers",
		Servers: func(w *World) {
			w.PHPFPM("php", "")
			w.File("www/api.php", tokenCheck)
			w.Nginx("front", nginxFastCGI("fastcgi_pass_request_headers off;"))
		},
		Input: askPHP,
		Want: Want{Cause: "nginx-fastcgi-authorization-missing", Accept: []string{"reverse-proxy-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.WebServer, Grade: "strong", Product: "PHP"},
		Mend: reproxied(nginxFastCGI(""), askPHP),
	},
	{
		// A client that trusts every redirect target takes its token to a signed URL, which accepts one credential only.
		Name: "nginx-redirect-to-presigned-storage",
		Servers: func(w *World) {
			w.Nginx("front-storage", nginxStorage)
			w.Nginx("front", "server {\n\tlisten @front@;\n\tlocation / { return 302 http://@front-storage@/object?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=5d672d79c15b13162d9279b0855cfba6; }\n}\n")
		},
		Input: func(w *World) []string { return curl("--location-trusted", "-H", bearer, w.URL("front")) },
		Want: Want{Cause: "redirect-forwards-auth-to-presigned", Accept: []string{"unsolicited-authorization-sent"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend:   func(w *World) []string { return curl("-L", "-H", bearer, w.URL("front")) },
		Status: 400,
	},
	{
		Name:    "nginx-drops-underscore-header",
		Servers: behind(reverseProxy()),
		Input:   func(w *World) []string { return curl("-H", "api_key: "+token, w.URL("front", "keyed")) },
		Want:    Want{Cause: "underscore-header-dropped", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Express"},
		Mend: reproxied("underscores_in_headers on;\n"+reverseProxy(), func(w *World) []string {
			return curl("-H", "api_key: "+token, w.URL("front", "keyed"))
		}),
	},
	{
		Name: "nginx-password-before-token-app",
		Servers: func(w *World) {
			w.passwords()
			behind(reverseProxy(`auth_basic "Staging";`, "auth_basic_user_file @dir@/htpasswd;"))(w)
		},
		Input: askPrivate,
		Want: Want{Cause: "two-auth-layers-one-header", Accept: []string{"authorization-scheme-wrong"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend:    reproxied(reverseProxy(), askPrivate),
		Refused: has("WWW-Authenticate", "Basic"),
	},
	{
		Name: "nginx-password-reaches-app",
		Servers: func(w *World) {
			w.passwords()
			behind(reverseProxy(`auth_basic "Staging";`, "auth_basic_user_file @dir@/htpasswd;"))(w)
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front", "open")) },
		Want: Want{Cause: "basic-layer-credentials-reach-app", Accept: []string{"two-auth-layers-one-header"},
			RefusedBy: exchange.Application, FaultAt: exchange.WebServer, Grade: "strong", Product: "Express"},
		Mend: reproxied(reverseProxy(`auth_basic "Staging";`, "auth_basic_user_file @dir@/htpasswd;", `proxy_set_header Authorization "";`),
			func(w *World) []string { return curl("-u", login, w.URL("front", "open")) }),
		Refused: has("WWW-Authenticate", "Bearer"),
	},
	{
		Name: "nginx-two-password-layers",
		Servers: func(w *World) {
			w.passwords()
			w.site()
			w.Passwords("htpasswd-inner", "-m", "root", "another")
			w.Nginx("app", `server { listen @app@; root @dir@/www; auth_basic "Inner"; auth_basic_user_file @dir@/htpasswd-inner; }`)
			w.Nginx("front", reverseProxy(`auth_basic "Outer";`, "auth_basic_user_file @dir@/htpasswd;"))
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want: Want{Cause: "nested-auth-blocks", Accept: []string{"basic-layer-credentials-reach-app", "two-auth-layers-one-header"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("app").Mend("server { listen @app@; root @dir@/www; }")
			return curl("-u", login, w.URL("front"))
		},
		Refused: has("WWW-Authenticate", "Inner"),
	},
	{
		Name: "nginx-cached-401",
		Servers: func(w *World) {
			behind(nginxCache(""))(w)
			w.warm(curl(w.URL("front", "private"))) // somebody without a token fills the cache
		},
		Input: askPrivate,
		Want: Want{Cause: "cdn-cached-401", RefusedBy: exchange.Gateway, FaultAt: exchange.Gateway, Grade: "proved",
			Product: "nginx"},
		Mend:    reproxied(nginxCache("proxy_cache_bypass $http_authorization;\n\t\tproxy_no_cache $http_authorization;"), askPrivate),
		Refused: has("X-Cache-Status", "HIT"),
	},
	{
		Name: "nginx-host-not-passed-on",
		Servers: func(w *World) {
			w.Node("app", "tokens.js", Settings{"TOKEN": token, "HOST": publicApp})
			w.Nginx("front", reverseProxy())
		},
		Input: func(w *World) []string {
			return curl("-H", "Host: "+publicApp, "-H", bearer, w.URL("front", "private"))
		},
		Want: Want{Cause: "proxy-host-header-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		Mend: reproxied(reverseProxy("proxy_set_header Host $http_host;"), func(w *World) []string {
			return curl("-H", "Host: "+publicApp, "-H", bearer, w.URL("front", "private"))
		}),
		Status: 403,
	},
	{
		Name: "nginx-header-inheritance-lost",
		Servers: func(w *World) {
			w.Node("app", "tokens.js", Settings{"TOKEN": token, "INTERNAL": internal})
			w.Nginx("front", nginxInherit("proxy_set_header Upgrade $http_upgrade;"))
		},
		Input: askPrivate,
		Want: Want{Cause: "proxy-header-inheritance-lost", Accept: []string{"reverse-proxy-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "likely", Product: "Express"},
		Mend: reproxied(nginxInherit("proxy_set_header Upgrade $http_upgrade;\n\t\tproxy_set_header X-Internal-Key "+internal+";"), askPrivate),
	},
	{
		Name:    "nginx-auth-request-without-headers",
		Servers: behind(nginxAuthRequest("proxy_pass_request_headers off;")),
		Input:   askPrivate,
		Want: Want{Cause: "auth-request-subrequest-misconfig", Accept: []string{"reverse-proxy-strips-authorization"},
			RefusedBy: exchange.Gateway, FaultAt: exchange.Gateway, Grade: "strong", Product: "nginx"},
		Mend: reproxied(nginxAuthRequest(""), askPrivate),
	},
	{
		Name: "nginx-auth-request-identity-lost",
		Servers: func(w *World) {
			w.Nginx("auth", nginxAuthService)
			w.Node("app", "tokens.js", Settings{"TOKEN": token, "INTERNAL": internal})
			w.Nginx("front", nginxIdentity("$upstream_http_authorization"))
		},
		Input: askPrivate,
		Want: Want{Cause: "auth-request-header-not-forwarded", Accept: []string{"reverse-proxy-strips-authorization", "proxy-header-inheritance-lost"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "likely", Product: "Express"},
		Mend: reproxied(nginxIdentity("$upstream_http_x_internal_key"), askPrivate),
	},
	{
		Name: "nginx-websocket-behind-password",
		Servers: func(w *World) {
			w.passwords()
			behind(nginxSocket(`auth_basic "Chat";`))(w)
		},
		Input: askSocket,
		Want: Want{Cause: "websocket-upgrade-auth", Accept: []string{"no-credentials-sent"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend: reproxied(nginxSocket("auth_basic off;"), askSocket),
		Passes: func(r Reply) string {
			if r.Status != 101 {
				return "no switch of protocols"
			}
			return ""
		},
	},
	{
		Name: "nginx-hides-set-cookie",
		Servers: func(w *World) {
			w.Node("app", "session.js", nil)
			w.Nginx("front", reverseProxy("proxy_set_header Host $http_host;", "proxy_hide_header Set-Cookie;"))
		},
		Input: func(w *World) []string { return curl("-L", "-b", "", w.URL("front", "enter")) },
		Want: Want{Cause: "proxy-drops-set-cookie", Accept: []string{"forwarded-proto-missing"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "likely", Product: "Express"},
		Mend: reproxied(reverseProxy("proxy_set_header Host $http_host;"), func(w *World) []string {
			return curl("-L", "-b", "", w.URL("front", "enter"))
		}),
	},
}

func nginxFastCGI(line string) string {
	return `
server {
	listen @front@;
	root @dir@/www;
	location ~ \.php$ {
		include /etc/nginx/fastcgi_params;
		fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
		fastcgi_pass @php@;
		` + line + `
	}
}
`
}

// nginxStorage refuses as S3 does when a request has both a signature in the query and an Authorization field.
const nginxStorage = `
server {
	listen @front-storage@;
	default_type application/xml;
	location / {
		if ($http_authorization) {
			return 400 '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified</Message><ArgumentName>Authorization</ArgumentName></Error>';
		}
		return 200 'object';
	}
}
`

func nginxCache(line string) string {
	return `
proxy_cache_path @dir:front@/cache keys_zone=api:1m;
server {
	listen @front@;
	location / {
		proxy_pass http://@app@;
		proxy_cache api;
		proxy_cache_valid any 10m;
		add_header X-Cache-Status $upstream_cache_status always;
		` + line + `
	}
}
`
}

func nginxInherit(lines string) string {
	return `
server {
	listen @front@;
	proxy_set_header X-Internal-Key ` + internal + `;
	location / { proxy_pass http://@app@; }
	location /private {
		proxy_pass http://@app@;
		` + lines + `
	}
}
`
}

func nginxAuthRequest(line string) string {
	return `
server {
	listen @front@;
	location / {
		auth_request /check;
		proxy_pass http://@app@;
	}
	location = /check {
		internal;
		proxy_pass http://@app@/private;
		` + line + `
	}
}
`
}

// nginxAuthService stands for an authentication service that answers every request with the identity in a field.
const nginxAuthService = `
server {
	listen @auth@;
	location / {
		add_header X-Internal-Key ` + internal + `;
		return 204;
	}
}
`

func nginxIdentity(source string) string {
	return `
server {
	listen @front@;
	location / {
		auth_request /check;
		auth_request_set $identity ` + source + `;
		proxy_set_header X-Internal-Key $identity;
		proxy_pass http://@app@;
	}
	location = /check {
		internal;
		proxy_pass http://@auth@/;
	}
}
`
}

func nginxSocket(line string) string {
	return `
server {
	listen @front@;
	location /socket {
		` + line + `
		auth_basic_user_file @dir@/htpasswd;
		proxy_pass http://@app@;
		proxy_http_version 1.1;
		proxy_set_header Upgrade $http_upgrade;
		proxy_set_header Connection "upgrade";
	}
}
`
}

func askSocket(w *World) []string {
	return curl("--max-time", "5", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13",
		"-H", "Sec-WebSocket-Key: d2h5NDAxIGhhbmRzaGFrZQ==", "-H", "Origin: http://"+w.Addr("front"), w.URL("front", "socket"))
}
