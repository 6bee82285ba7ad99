package real

import (
	"strings"

	"github.com/why401/why401/exchange"
)

func haproxyConf(userline, frontend string) string {
	return `
userlist known
	` + userline + `
frontend site from logged
	bind @front@
	` + frontend + `
	default_backend app
backend app from plain
	server app @app@
`
}

const (
	haproxyAuth = "http-request auth realm Orders unless { http_auth(known) }"
	haproxyUser = "user " + user + " insecure-password " + password
)

func haproxy(conf string) func(*World) {
	return func(w *World) {
		w.Node("app", "tokens.js", Settings{"TOKEN": token})
		w.HAProxy("front", conf)
	}
}

func varnishConf(lines string) string {
	return `
vcl 4.1;

backend default {
	.host = "127.0.0.1";
	.port = "@port:app@";
}
` + lines
}

const varnishCachesAll = `
sub vcl_recv {
	return (hash);
}

sub vcl_backend_response {
	set beresp.ttl = 10m;
	return (deliver);
}
`

const varnishPasses = `
sub vcl_recv {
	if (req.http.Authorization) {
		return (pass);
	}
}
`

const squidAuth = "auth_param basic program " + SquidPasswords + ` @dir@/htpasswd
auth_param basic realm Office
acl known proxy_auth REQUIRED
http_access allow known
`

func squid(conf string) func(*World) {
	return func(w *World) {
		w.passwords()
		w.Nginx("app", `server { listen @app@; location / { return 200 "inside\n"; } }`)
		w.Squid("front", conf)
	}
}

// squidAccelerator makes Squid a reverse proxy on a second port.
func squidAccelerator(option string) string {
	return `
http_port @front-web@ accel defaultsite=` + publicApp + `
cache_peer 127.0.0.1 parent @port:app@ 0 no-query originserver ` + option + `
http_access allow all
`
}

func lighttpdConf(who string) string {
	return `
auth.backend = "htpasswd"
auth.backend.htpasswd.userfile = "@dir@/htpasswd"
auth.require = ("" => ("method" => "basic", "realm" => "Orders", "require" => "` + who + `"))
`
}

func (w *World) caddyUser() string {
	_, hash, _ := strings.Cut(w.HashPassword("-B", user, password), ":")
	return "basicauth bcrypt Orders {\n\t" + user + " " + hash + "\n}\nrespond \"inside\"\n"
}

func caddyForward(copied string) string {
	return `
	forward_auth @auth@ {
		uri /
		copy_headers ` + copied + `
	}
	reverse_proxy @app@
`
}

// proxyScenarios are HAProxy, Varnish, Squid, lighttpd and Caddy.
var proxyScenarios = []Scenario{
	{
		Name:    "haproxy-basic-wrong-password",
		Servers: haproxy(haproxyConf(haproxyUser, haproxyAuth+"\n\thttp-request set-header Authorization \"Bearer "+token+"\"")),
		Input:   func(w *World) []string { return curl("-u", "alice:wrong", w.URL("front", "private")) },
		Want:    Want{Cause: "wrong-password", RefusedBy: exchange.Gateway, FaultAt: exchange.Client, Grade: "likely", Product: "HAProxy"},
		Mend:    func(w *World) []string { return curl("-u", login, w.URL("front", "private")) },
	},
	{
		Name:    "haproxy-plain-password-taken-for-a-hash",
		Servers: haproxy(haproxyConf("user "+user+" password "+password, haproxyAuth+"\n\thttp-request del-header Authorization")),
		Input:   func(w *World) []string { return curl("-u", login, w.URL("front", "open")) },
		Want: Want{Cause: "htpasswd-hash-unsupported", Accept: []string{"wrong-password", "htpasswd-format-corrupt"},
			RefusedBy: exchange.Gateway, FaultAt: exchange.Gateway, Grade: "likely", Product: "HAProxy"},
		Mend: reproxied(haproxyConf(haproxyUser, haproxyAuth+"\n\thttp-request del-header Authorization"),
			func(w *World) []string { return curl("-u", login, w.URL("front", "open")) }),
	},
	{
		Name:    "haproxy-strips-authorization",
		Servers: haproxy(haproxyConf(haproxyUser, "http-request del-header Authorization")),
		Input:   askPrivate,
		Want: Want{Cause: "reverse-proxy-strips-authorization", Accept: []string{"cdn-strips-authorization", "proxy-injects-own-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		Mend: reproxied(haproxyConf(haproxyUser, ""), askPrivate),
	},
	{
		Name:    "haproxy-address-not-allowed",
		Servers: haproxy(haproxyConf(haproxyUser, "http-request deny unless { src 10.0.0.0/8 }")),
		Input:   askPrivate,
		Want: Want{Cause: "ip-allowlist", Accept: []string{"waf-block"},
			RefusedBy: exchange.Gateway, FaultAt: exchange.Gateway, Grade: "likely", Product: "HAProxy"},
		Mend:   reproxied(haproxyConf(haproxyUser, "http-request deny unless { src 10.0.0.0/8 127.0.0.0/8 }"), askPrivate),
		Status: 403,
	},
	{
		Name: "varnish-cached-401",
		Servers: func(w *World) {
			w.Node("app", "tokens.js", Settings{"TOKEN": token})
			w.Varnish("front", varnishConf(varnishCachesAll))
			w.warm(curl(w.URL("front", "private")))
		},
		Input:   askPrivate,
		Want:    Want{Cause: "cdn-cached-401", RefusedBy: exchange.Gateway, FaultAt: exchange.Gateway, Grade: "proved", Product: "Varnish"},
		Mend:    reproxied(varnishConf(varnishPasses), askPrivate),
		Refused: has("X-Varnish", " "),
	},
	{
		Name: "varnish-unsets-authorization",
		Servers: func(w *World) {
			w.Node("app", "tokens.js", Settings{"TOKEN": token})
			w.Varnish("front", varnishConf("\nsub vcl_recv {\n\tunset req.http.Authorization;\n\treturn (pass);\n}\n"))
		},
		Input: askPrivate,
		Want: Want{Cause: "reverse-proxy-strips-authorization", Accept: []string{"cdn-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		Mend: reproxied(varnishConf(varnishPasses), askPrivate),
	},
	{
		Name: "varnish-unsets-set-cookie",
		Servers: func(w *World) {
			w.Node("app", "session.js", nil)
			w.Varnish("front", varnishConf("\nsub vcl_backend_response {\n\tunset beresp.http.Set-Cookie;\n\tset beresp.ttl = 0s;\n}\n"))
		},
		Input: func(w *World) []string { return curl("-L", "-b", "", w.URL("front", "enter")) },
		Want: Want{Cause: "proxy-drops-set-cookie", Accept: []string{"forwarded-proto-missing"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "likely", Product: "Express"},
		Mend: reproxied(varnishConf("\nsub vcl_recv {\n\treturn (pass);\n}\n"), func(w *World) []string {
			return curl("-L", "-b", "", w.URL("front", "enter"))
		}),
	},
	{
		Name:    "squid-no-proxy-credentials",
		Servers: squid(squidAuth),
		Input:   func(w *World) []string { return curl("-x", w.URL("front"), w.URL("app")) },
		Want:    Want{Cause: "proxy-auth-required-407", RefusedBy: exchange.Network, FaultAt: exchange.Client, Grade: "proved", Product: "Squid"},
		Mend:    func(w *World) []string { return curl("-x", w.URL("front"), "-U", login, w.URL("app")) },
		Status:  407,
	},
	{
		Name:    "squid-wrong-proxy-password",
		Servers: squid(squidAuth),
		Input:   func(w *World) []string { return curl("-x", w.URL("front"), "-U", "alice:wrong", w.URL("app")) },
		Want: Want{Cause: "proxy-auth-required-407", Accept: []string{"wrong-password"},
			RefusedBy: exchange.Network, FaultAt: exchange.Client, Grade: "likely", Product: "Squid"},
		Mend:   func(w *World) []string { return curl("-x", w.URL("front"), "-U", login, w.URL("app")) },
		Status: 407,
	},
	{
		Name:    "squid-credentials-for-the-wrong-hop",
		Servers: squid(squidAuth),
		Input:   func(w *World) []string { return curl("-x", w.URL("front"), "-u", login, w.URL("app")) },
		Want: Want{Cause: "407-vs-401-confusion", Accept: []string{"proxy-auth-required-407"},
			RefusedBy: exchange.Network, FaultAt: exchange.Client, Grade: "strong", Product: "Squid"},
		Mend:   func(w *World) []string { return curl("-x", w.URL("front"), "-U", login, w.URL("app")) },
		Status: 407,
	},
	{
		Name:    "squid-stands-in-the-way",
		Servers: squid("acl outside dst 192.0.2.0/24\nhttp_access allow outside\n"),
		Input:   func(w *World) []string { return curl("-x", w.URL("front"), w.URL("app")) },
		Want: Want{Cause: "proxy-env-intercepts", Accept: []string{"ip-allowlist"},
			RefusedBy: exchange.Network, FaultAt: exchange.Network, Grade: "proved", Product: "Squid"},
		Mend:    func(w *World) []string { return curl("--noproxy", "127.0.0.1", "-x", w.URL("front"), w.URL("app")) },
		Status:  403,
		Refused: has("X-Squid-Error", "ERR_ACCESS_DENIED"),
	},
	{
		Name: "squid-accelerator-strips-authorization",
		Servers: func(w *World) {
			w.Node("app", "tokens.js", Settings{"TOKEN": token})
			w.Squid("front", squidAccelerator(""))
		},
		Input: func(w *World) []string { return curl("-H", bearer, w.URL("front-web", "private")) },
		Want: Want{Cause: "reverse-proxy-strips-authorization", Accept: []string{"cdn-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(squidAccelerator("login=PASSTHRU"))
			return curl("-H", bearer, w.URL("front-web", "private"))
		},
		Refused: has("Via", "squid"),
	},
	{
		Name: "lighttpd-basic-wrong-password",
		Servers: func(w *World) {
			w.passwords()
			w.Lighttpd("front", lighttpdConf("valid-user"))
		},
		Input: func(w *World) []string { return curl("-u", "alice:wrong", w.URL("front")) },
		Want:  Want{Cause: "wrong-password", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "likely", Product: "lighttpd"},
		Mend:  func(w *World) []string { return curl("-u", login, w.URL("front")) },
	},
	{
		Name: "lighttpd-user-not-in-the-list",
		Servers: func(w *World) {
			w.passwords()
			w.Lighttpd("front", lighttpdConf("user=bob|user=carol"))
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want: Want{Cause: "user-lacks-role-or-group", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "lighttpd"},
		Mend: reproxied(lighttpdConf("user=alice|user=bob"), func(w *World) []string { return curl("-u", login, w.URL("front")) }),
	},
	{
		Name:    "caddy-basic-wrong-password",
		Servers: func(w *World) { w.Caddy("front", w.caddyUser()) },
		Input:   func(w *World) []string { return curl("-u", "alice:wrong", w.URL("front")) },
		Want:    Want{Cause: "wrong-password", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "likely", Product: "Caddy"},
		Mend:    func(w *World) []string { return curl("-u", login, w.URL("front")) },
	},
	{
		Name: "caddy-forward-auth-identity-lost",
		Servers: func(w *World) {
			w.Nginx("auth", nginxAuthService)
			w.Node("app", "tokens.js", Settings{"TOKEN": token, "INTERNAL": internal})
			w.Caddy("front", caddyForward("Remote-User"))
		},
		Input: askPrivate,
		Want: Want{Cause: "auth-request-header-not-forwarded", Accept: []string{"reverse-proxy-strips-authorization", "proxy-header-inheritance-lost"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "likely", Product: "Express"},
		Mend: func(w *World) []string {
			w.caddySite("front", caddyForward("Remote-User X-Internal-Key"))
			w.Server("front").Restart()
			return askPrivate(w)
		},
	},
	{
		Name: "caddy-strips-authorization",
		Servers: func(w *World) {
			w.Node("app", "tokens.js", Settings{"TOKEN": token})
			w.Caddy("front", "reverse_proxy @app@ {\n\theader_up -Authorization\n}\n")
		},
		Input: askPrivate,
		Want: Want{Cause: "reverse-proxy-strips-authorization", Accept: []string{"cdn-strips-authorization"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		Mend: func(w *World) []string {
			w.caddySite("front", "reverse_proxy @app@\n")
			w.Server("front").Restart()
			return askPrivate(w)
		},
	},
}
