package real

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// The made-up account of every password scenario.
const (
	user     = "alice"
	password = "wonderland"
	login    = user + ":" + password
)

func curl(args ...string) []string { return append([]string{"curl"}, args...) }

// passwords writes the password file that most scenarios share and returns nothing: configurations name it
// @dir@/htpasswd.
func (w *World) passwords() { w.Passwords("htpasswd", "-m", user, password) }

// site writes a few pages below @dir@/www.
func (w *World) site() {
	for _, page := range []string{"index.html", "private/index.html", "admin/index.html", "old/index.html", ".well-known/acme-challenge/token"} {
		w.File("www/"+page, "<!DOCTYPE html><title>inside</title><p>inside "+page+"</p>\n")
	}
}

const nginxBasic = `
server {
	listen @front@;
	root @dir@/www;
	auth_basic "Orders";
	auth_basic_user_file @dir@/htpasswd;
}
`

func startNginxBasic(w *World) {
	w.passwords()
	w.site()
	w.Nginx("front", nginxBasic)
}

// nginxAccess are nginx's own access rules: passwords, addresses, limits.
var nginxAccess = []Scenario{
	{
		Name:    "nginx-basic-wrong-password",
		Servers: startNginxBasic,
		Input:   func(w *World) []string { return curl("-u", "alice:wrong", w.URL("front")) },
		Want:    Want{Cause: "wrong-password", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "likely", Product: "nginx"},
		Mend:    func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Refused: has("WWW-Authenticate", `Basic realm="Orders"`),
	},
	{
		Name:    "nginx-basic-no-credentials",
		Servers: startNginxBasic,
		Input:   func(w *World) []string { return []string{w.URL("front")} },
		Want:    Want{Cause: "no-credentials-sent", Accept: []string{"benign-challenge"}, RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend:    func(w *World) []string { return curl("-u", login, w.URL("front")) },
	},
	{
		Name: "nginx-htpasswd-missing",
		Servers: func(w *World) {
			w.site()
			w.Nginx("front", nginxBasic)
		},
		Input:  func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want:   Want{Cause: "htpasswd-path-wrong", RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "nginx"},
		Mend:   func(w *World) []string { w.passwords(); return curl("-u", login, w.URL("front")) },
		Status: 403,
	},
	{
		Name: "nginx-htpasswd-unreadable",
		Servers: func(w *World) {
			startNginxBasic(w)
			w.Chmod("htpasswd", 0)
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want: Want{Cause: "htpasswd-unreadable", Accept: []string{"htpasswd-hash-unsupported"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend:   func(w *World) []string { w.Chmod("htpasswd", 0o644); return curl("-u", login, w.URL("front")) },
		Status: 500,
	},
	{
		Name: "nginx-htpasswd-byte-order-mark",
		Servers: func(w *World) {
			w.site()
			w.File("htpasswd", "\ufeff"+w.HashPassword("-m", user, password)+"\n")
			w.Nginx("front", nginxBasic)
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		// Without the file or the log it looks like a wrong password to everybody.
		Want: Want{Cause: "htpasswd-format-corrupt", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "nginx"},
		Mend: func(w *World) []string { w.passwords(); return curl("-u", login, w.URL("front")) },
	},
	{
		Name:    "nginx-userinfo-encoded-twice",
		Servers: func(w *World) { startNginxBasic(w); w.Passwords("htpasswd", "-m", user, "won@der") },
		Input:   func(w *World) []string { return curl("http://alice:won%2540der@" + w.Addr("front") + "/") },
		Want: Want{Cause: "url-userinfo-encoding", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string { return curl("http://alice:won%40der@" + w.Addr("front") + "/") },
	},
	{
		Name:    "nginx-acme-challenge-behind-password",
		Servers: startNginxBasic,
		Input:   func(w *World) []string { return curl(w.URL("front", ".well-known/acme-challenge/token")) },
		Want:    Want{Cause: "auth-scope-too-wide", RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(strings.Replace(nginxBasic, "}\n", "\tlocation /.well-known/acme-challenge/ { auth_basic off; }\n}\n", 1))
			return curl(w.URL("front", ".well-known/acme-challenge/token"))
		},
	},
	{
		Name: "nginx-address-not-allowed",
		Servers: func(w *World) {
			w.site()
			w.Nginx("front", "server { listen @front@; root @dir@/www;\n\tallow 10.0.0.0/8;\n\tdeny all;\n}\n")
		},
		Input: func(w *World) []string { return curl(w.URL("front")) },
		Want: Want{Cause: "ip-allowlist", Accept: []string{"waf-block"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend("server { listen @front@; root @dir@/www;\n\tallow 10.0.0.0/8;\n\tallow 127.0.0.1;\n\tdeny all;\n}\n")
			return curl(w.URL("front"))
		},
		Status: 403,
	},
	{
		Name: "nginx-satisfy-all",
		Servers: func(w *World) {
			startNginxBasic(w)
			w.Server("front").Mend(strings.Replace(nginxBasic, "}\n", "\tsatisfy all;\n\tallow 10.0.0.0/8;\n\tdeny all;\n}\n", 1))
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want: Want{Cause: "satisfy-any-all", Accept: []string{"ip-allowlist"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(strings.Replace(nginxBasic, "}\n", "\tsatisfy any;\n\tallow 10.0.0.0/8;\n\tdeny all;\n}\n", 1))
			return curl("-u", login, w.URL("front"))
		},
		Status: 403,
	},
	{
		Name: "nginx-401-without-challenge",
		Servers: func(w *World) {
			w.site()
			w.Nginx("front", nginxHandmade(""))
		},
		// --anyauth waits for a challenge before it sends the password, as wget, Java and .NET do.
		Input: func(w *World) []string { return curl("--anyauth", "-u", login, w.URL("front")) },
		Want: Want{Cause: "missing-www-authenticate", Accept: []string{"preemptive-auth-not-sent"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "proved", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxHandmade(`add_header WWW-Authenticate 'Basic realm="Orders"' always;`))
			return curl("--anyauth", "-u", login, w.URL("front"))
		},
		Refused: hasNot("WWW-Authenticate"),
	},
	{
		Name: "nginx-rate-limit",
		Servers: func(w *World) {
			startNginxBasic(w)
			w.Server("front").Mend("limit_req_zone $binary_remote_addr zone=logins:64k rate=1r/m;\n" +
				strings.Replace(nginxBasic, "}\n", "\tlimit_req zone=logins;\n\tlimit_req_status 429;\n}\n", 1))
			w.warm(curl("-u", login, w.URL("front")))
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want:  Want{Cause: "rate-limit-lockout", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxBasic)
			return curl("-u", login, w.URL("front"))
		},
		Status: 429,
	},
	{
		Name: "nginx-user-agent-blocked",
		Servers: func(w *World) {
			w.site()
			w.Nginx("front", "server { listen @front@; root @dir@/www;\n\tif ($http_user_agent ~* \"curl|python|^$\") { return 403; }\n}\n")
		},
		Input: func(w *World) []string { return curl(w.URL("front")) },
		Want: Want{Cause: "user-agent-blocked", Accept: []string{"waf-block"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend:   func(w *World) []string { return curl("-A", "orders-sync/1.2 (+https://shop.example/)", w.URL("front")) },
		Status: 403,
	},
	{
		Name: "nginx-token-too-large",
		Servers: func(w *World) {
			w.Node("app", "tokens.js", Settings{"TOKEN": bigToken})
			w.Nginx("front", nginxBuffers(""))
		},
		Input: func(w *World) []string {
			return curl("-H", "Authorization: Bearer "+bigToken, w.URL("front", "private"))
		},
		Want: Want{Cause: "token-too-large", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxBuffers("large_client_header_buffers 4 16k;"))
			return curl("-H", "Authorization: Bearer "+bigToken, w.URL("front", "private"))
		},
		Status: 400,
		Refused: func(r Reply) string {
			if !strings.Contains(r.Body, "Request Header Or Cookie Too Large") {
				return "the page does not name the header"
			}
			return ""
		},
	},
	{
		Name: "nginx-nested-passwords",
		Servers: func(w *World) {
			startNginxBasic(w)
			w.Passwords("htpasswd-admin", "-m", "root", "another")
			w.Server("front").Mend(strings.Replace(nginxBasic, "}\n",
				"\tlocation /admin/ {\n\t\tauth_basic \"Administration\";\n\t\tauth_basic_user_file @dir@/htpasswd-admin;\n\t}\n}\n", 1))
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front", "admin/")) },
		Want: Want{Cause: "nested-auth-blocks", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxBasic)
			return curl("-u", login, w.URL("front", "admin/"))
		},
		Refused: has("WWW-Authenticate", "Administration"),
	},
}

// nginxHandmade checks a password with an if, as many a hand-written configuration does.
func nginxHandmade(line string) string {
	return `
server {
	listen @front@;
	root @dir@/www;
	` + line + `
	if ($http_authorization != "` + Basic(user, password) + `") {
		return 401;
	}
}
`
}

// bigToken is as long as a token with a few hundred group names.
var bigToken = "t-" + strings.Repeat("0123456789abcdef", 450)

func nginxBuffers(line string) string {
	if line == "" {
		line = "large_client_header_buffers 4 4k;"
	}
	return `
server {
	listen @front@;
	` + line + `
	location / { proxy_pass http://@app@; }
}
`
}
