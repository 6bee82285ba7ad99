package real

import (
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// sessionApp starts the session application alone.
func sessionApp(settings Settings) func(*World) {
	return func(w *World) { w.Node("front", "session.js", settings) }
}

// enter logs alice in at the server called name and gives the cookie that she got.
func (w *World) enter(name string) string {
	w.Helper()
	r := w.warm(curl(w.URL(name, "enter")))
	cookie, _, _ := strings.Cut(r.Header.Get("Set-Cookie"), ";")
	if cookie == "" {
		w.Fatalf("no cookie from %s: %v", name, r)
	}
	return cookie
}

func askWithCookie(w *World) []string {
	return curl("-b", w.enter("front"), w.URL("front", "private"))
}

func follow(path string) func(*World) []string {
	return func(w *World) []string { return curl("-L", "-b", "", w.URL("front", path)) }
}

// followNamed asks by a name, because curl takes Secure cookies over plain http from 127.0.0.1 and localhost.
func followNamed(w *World) []string {
	return curl("-L", "-b", "", "--resolve", w.Resolve(apex, "front"), "http://"+apex+":"+w.Expand("@port:front@")+"/enter")
}

// transfer asks for the protected POST, with the CSRF token when the session has fetched one.
func transfer(w *World, withToken bool) []string {
	cookie := w.enter("front")
	args := curl("-X", "POST", "-b", cookie)
	if withToken {
		r := w.warm(curl("-b", cookie, w.URL("front", "token")))
		_, t, _ := strings.Cut(r.Body, `"token":"`)
		args = append(args, "-H", "x-csrf-token: "+strings.TrimSuffix(t, `"}`))
	}
	return append(args, w.URL("front", "transfer"))
}

var sessionScenarios = []Scenario{
	{
		Name:    "session-login-redirect",
		Servers: sessionApp(Settings{"REFUSE": "302"}),
		Input:   func(w *World) []string { return curl(w.URL("front", "private")) },
		Want: Want{Cause: "redirect-to-login-instead-of-401", Accept: []string{"no-credentials-sent"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend:    askWithCookie,
		Status:  302,
		Refused: has("Location", "/login"),
	},
	{
		Name:    "session-login-redirect-for-a-token",
		Servers: sessionApp(Settings{"REFUSE": "302"}),
		Input:   func(w *World) []string { return curl("-H", bearer, w.URL("front", "private")) },
		Want: Want{Cause: "redirect-to-login-instead-of-401", Accept: []string{"credential-type-wrong"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Express"},
		Mend:   askWithCookie,
		Status: 302,
	},
	{
		Name:    "session-login-page",
		Servers: sessionApp(Settings{"REFUSE": "page"}),
		Input:   func(w *World) []string { return curl(w.URL("front", "private")) },
		Want: Want{Cause: "200-login-page-instead-of-401", Accept: []string{"no-credentials-sent"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Express"},
		Mend:   askWithCookie,
		Status: 200,
		Refused: func(r Reply) string {
			if !strings.Contains(r.Body, `type="password"`) {
				return "no login form"
			}
			return ""
		},
		Passes: func(r Reply) string {
			if !r.OK() || !strings.Contains(r.Body, "hello") {
				return "not the page that was asked for"
			}
			return ""
		},
	},
	{
		Name:    "session-login-page-after-redirect",
		Servers: sessionApp(Settings{"REFUSE": "302"}),
		Input:   func(w *World) []string { return curl("-L", w.URL("front", "private")) },
		Want: Want{Cause: "redirect-to-login-instead-of-401", Accept: []string{"200-login-page-instead-of-401", "no-credentials-sent"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend:   askWithCookie,
		Status: 200,
		Passes: func(r Reply) string {
			if !r.OK() || !strings.Contains(r.Body, "hello") {
				return "not the page that was asked for"
			}
			return ""
		},
	},
	{
		Name:    "session-cookie-path",
		Servers: sessionApp(Settings{"PATH": "/auth"}),
		Input:   follow("auth/enter"),
		Want:    Want{Cause: "cookie-path-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Settings(Settings{"PATH": "/"})
			w.Server("front").Restart()
			return follow("auth/enter")(w)
		},
		// Outside the cookie's path express-session gives the application no session at all.
	},
	{
		Name:    "session-cookie-domain",
		Servers: sessionApp(Settings{"DOMAIN": www}),
		Input:   followNamed,
		Want:    Want{Cause: "cookie-domain-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Settings(nil)
			w.Server("front").Restart()
			return followNamed(w)
		},
	},
	{
		Name:    "session-cookie-host-prefix",
		Servers: sessionApp(Settings{"NAME": "__Host-sid"}),
		Input:   followNamed,
		Want: Want{Cause: "cookie-host-prefix-rejected", Accept: []string{"cookie-secure-over-http"},
			RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Settings(Settings{"NAME": "sid"})
			w.Server("front").Restart()
			return followNamed(w)
		},
	},
	{
		// The proxy says https to the application, but the person came by http.
		Name: "session-secure-cookie-over-http",
		Servers: func(w *World) {
			w.Node("app", "session.js", Settings{"SECURE": "true", "TRUST": "1"})
			w.Nginx("front", reverseProxy("proxy_set_header Host $http_host;", "proxy_set_header X-Forwarded-Proto https;"))
		},
		Input: followNamed,
		Want:  Want{Cause: "cookie-secure-over-http", RefusedBy: exchange.Application, FaultAt: exchange.Client, FaultAlso: []exchange.Layer{exchange.WebServer}, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("app").Settings(Settings{"SECURE": "auto", "TRUST": "1"})
			w.Server("app").Restart()
			w.Server("front").Mend(reverseProxy("proxy_set_header Host $http_host;", "proxy_set_header X-Forwarded-Proto $scheme;"))
			return followNamed(w)
		},
	},
	{
		Name:    "session-expired",
		Servers: sessionApp(Settings{"MAXAGE": "50"}),
		Input: func(w *World) []string {
			cookie := w.enter("front")
			time.Sleep(100 * time.Millisecond)
			return curl("-b", cookie, w.URL("front", "private"))
		},
		Want: Want{Cause: "session-expired", Accept: []string{"session-not-shared-between-backends"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "likely", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Settings(nil)
			w.Server("front").Restart()
			return askWithCookie(w)
		},
	},
	{
		Name: "session-not-shared",
		Servers: func(w *World) {
			for _, app := range []string{"app1", "app2", "app3"} {
				w.Node(app, "session.js", nil)
			}
			w.Nginx("front", balanced(""))
		},
		// The login goes to the first backend; the next two requests do not.
		Input: askWithCookie,
		Want: Want{Cause: "session-not-shared-between-backends", Accept: []string{"session-expired"},
			RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(balanced("ip_hash;"))
			return askWithCookie(w)
		},
	},
	{
		Name:    "session-csrf-token-missing",
		Servers: sessionApp(nil),
		Input:   func(w *World) []string { return transfer(w, false) },
		Want:    Want{Cause: "csrf-token-missing-or-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "likely", Product: "Express"},
		Mend:    func(w *World) []string { return transfer(w, true) },
		Status:  403,
		Unsafe:  true,
		Options: replayed,
	},
	{
		Name: "session-origin-behind-proxy",
		Servers: func(w *World) {
			w.Node("app", "session.js", nil)
			w.Nginx("front", reverseProxy())
		},
		Input: vote,
		Want: Want{Cause: "csrf-origin-mismatch-behind-proxy", Accept: []string{"proxy-host-header-mismatch"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "likely", Product: "Express"},
		Mend:    reproxied(reverseProxy("proxy_set_header Host $http_host;"), vote),
		Status:  403,
		Unsafe:  true,
		Options: replayed,
	},
}

func vote(w *World) []string {
	return curl("-X", "POST", "-H", "Origin: http://"+w.Addr("front"), "-b", w.enter("front"), w.URL("front", "vote"))
}

func balanced(line string) string {
	return `
upstream apps {
	` + line + `
	server @app1@;
	server @app2@;
	server @app3@;
}
server {
	listen @front@;
	location / {
		proxy_pass http://apps;
		proxy_set_header Host $http_host;
	}
}
`
}
