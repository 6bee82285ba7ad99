package real

import (
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// logins starts the login application once for each name.
func (w *World) logins(settings Settings, names ...string) {
	w.Helper()
	for _, n := range names {
		w.Node(n, "login.js", settings)
	}
}

// haproxyStores is HAProxy that takes turns between applications, each with sessions of its own.
func haproxyStores(sticky string, apps ...string) string {
	var b strings.Builder
	b.WriteString("frontend web from logged\n\tbind @front@\n\tdefault_backend apps\nbackend apps\n\tbalance roundrobin\n")
	if sticky != "" {
		b.WriteString("\t" + sticky + "\n")
	}
	for _, a := range apps {
		b.WriteString("\tserver " + a + " @" + a + "@")
		if sticky != "" {
			b.WriteString(" cookie " + a)
		}
		b.WriteString("\n")
	}
	return b.String()
}

const stickyCookie = "cookie SRV insert indirect nocache"

func caddyStores(policy string) string {
	return "\treverse_proxy @app1@ @app2@ {\n\t\tlb_policy " + policy + "\n\t}\n"
}

// atName asks a server by a name, because curl takes Secure cookies over plain http from 127.0.0.1 and localhost.
func atName(host, path string, more ...string) func(*World) []string {
	return func(w *World) []string {
		args := append(curl("-L", "--max-redirs", "6", "--resolve", w.Resolve(apex, "front"), "--resolve", w.Resolve(www, "front")), more...)
		return append(args, "http://"+host+":"+w.Expand("@port:front@")+"/"+path)
	}
}

// resettled gives the application other settings and asks again.
func resettled(app string, settings Settings, ask func(*World) []string) func(*World) []string {
	return func(w *World) []string {
		w.Server(app).Settings(settings)
		w.Server(app).Restart()
		return ask(w)
	}
}

func loginApp(settings Settings) func(*World) {
	return func(w *World) { w.logins(settings, "front") }
}

func appFault(cause, grade string) Want {
	return Want{Cause: cause, RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: grade, Product: "Express"}
}

// subrequest is nginx that asks the login application who is there; lines go into the question.
func subrequest(question, answer string) string {
	return `
server {
	listen @front@;
	root @dir@/www;
	location / {
		auth_request /who;
		` + answer + `
	}
	location = /who {
		internal;
		proxy_pass http://@app@/check;
		proxy_pass_request_body off;
		proxy_set_header Content-Length "";
		` + question + `
	}
	location ~ ^/(enter|login|private)$ { proxy_pass http://@app@; proxy_set_header Host $http_host; }
}
`
}

func nginxSubrequest(conf string, settings Settings) func(*World) {
	return func(w *World) {
		w.logins(settings, "app")
		w.site()
		w.Nginx("front", conf)
	}
}

func withSession(path string) func(*World) []string {
	return func(w *World) []string { return curl("-b", w.enter("front"), w.URL("front", path)) }
}

func caddyForwardAuth(w *World) {
	w.logins(Settings{"REFUSE": "302"}, "app")
	w.site()
	w.Caddy("front", "\thandle /enter {\n\t\treverse_proxy @app@\n\t}\n\thandle /login {\n\t\treverse_proxy @app@\n\t}\n\thandle {\n\t\tforward_auth @app@ {\n\t\t\turi /check\n\t\t\tcopy_headers X-User\n\t\t}\n\t\troot * @dir@/www\n\t\tfile_server\n\t}\n")
}

func helloPage(r Reply) string {
	if !r.OK() || strings.Contains(r.Body, `type="password"`) {
		return "not the page that was asked for"
	}
	return ""
}

// loginScenarios are sessions that get lost between the login and the page: stores, balancers, cookies, loops and proxies
// that ask a login application.
var loginScenarios = []Scenario{
	{
		// The login is on one of two, the page that it leads to on the other.
		Name: "login-haproxy-two-stores",
		Servers: func(w *World) {
			w.logins(nil, "app1", "app2")
			w.HAProxy("front", haproxyStores("", "app1", "app2"))
		},
		Input: follow("enter"), Want: appFault("session-not-shared-between-backends", "proved"),
		Mend: reproxied(haproxyStores(stickyCookie, "app1", "app2"), follow("enter")),
	},
	{
		Name: "login-caddy-two-stores",
		Servers: func(w *World) {
			w.logins(nil, "app1", "app2")
			w.Caddy("front", caddyStores("round_robin"))
		},
		Input: follow("enter"), Want: appFault("session-not-shared-between-backends", "proved"),
		Mend: func(w *World) []string {
			w.caddySite("front", caddyStores("cookie"))
			w.Server("front").Restart()
			return follow("enter")(w)
		},
	},
	{
		// Of the two cookies that the login set only the session's was copied.
		Name: "login-haproxy-sticky-cookie-left-out",
		Servers: func(w *World) {
			w.logins(nil, "app1", "app2", "app3")
			w.HAProxy("front", haproxyStores(stickyCookie, "app1", "app2", "app3"))
		},
		Input: func(w *World) []string {
			all := w.enterAll("front")
			return curl("-b", all[0], w.URL("front", "private"))
		},
		Want: Want{Cause: "session-not-shared-between-backends", RefusedBy: exchange.Application, FaultAt: exchange.Client,
			Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			return curl("-b", strings.Join(w.enterAll("front"), "; "), w.URL("front", "private"))
		},
	},
	{
		Name: "login-loop-over-two-stores",
		Servers: func(w *World) {
			w.logins(Settings{"REFUSE": "enter"}, "app1", "app2")
			w.HAProxy("front", haproxyStores("", "app1", "app2"))
		},
		Status: 302, Input: func(w *World) []string { return curl("-L", "--max-redirs", "4", "-b", "", w.URL("front", "private")) },
		Want: Want{Cause: "session-not-shared-between-backends", Accept: []string{"redirect-loop-login"},
			RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: reproxied(haproxyStores(stickyCookie, "app1", "app2"), func(w *World) []string { return curl("-L", "-b", "", w.URL("front", "private")) }),
	},
	{
		Name: "login-loop-without-a-cookie-store", Servers: loginApp(Settings{"REFUSE": "enter"}), Status: 302,
		Input: func(w *World) []string { return curl("-L", "--max-redirs", "4", w.URL("front", "private")) },
		Want:  Want{Cause: "redirect-loop-login", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Express"},
		Mend:  func(w *World) []string { return curl("-L", "--max-redirs", "4", "-b", "", w.URL("front", "private")) },
	},
	{
		Name: "login-loop-of-a-foreign-domain", Servers: loginApp(Settings{"REFUSE": "enter", "DOMAIN": "backend.internal.test"}), Status: 302,
		Input: atName(apex, "private", "-b", ""), Want: appFault("cookie-domain-mismatch", "proved"),
		Mend: resettled("front", Settings{"REFUSE": "enter"}, atName(apex, "private", "-b", "")),
	},
	{
		// curl and why401 take the cookie, no browser does.
		Name: "login-samesite-none-over-http", Status: 200, Servers: loginApp(Settings{"SAMESITE": "none"}), Input: atName(apex, "enter", "-b", ""),
		Want: appFault("cookie-secure-over-http", "proved"), Mend: resettled("front", nil, atName(apex, "enter", "-b", "")),
	},
	{
		Name: "login-partitioned-over-http", Status: 200, Servers: loginApp(Settings{"PARTITIONED": "1"}), Input: atName(apex, "enter", "-b", ""),
		Want: appFault("cookie-secure-over-http", "proved"), Mend: resettled("front", nil, atName(apex, "enter", "-b", "")),
	},
	{
		Name: "login-cookie-over-4096-bytes", Servers: loginApp(Settings{"LARGE": "4200"}), Input: follow("enter"),
		Want: appFault("cookie-too-large", "proved"), Mend: resettled("front", Settings{"LARGE": "2000"}, follow("enter")),
	},
	{
		// The login is on www, the page on the bare name, and the cookie is www's alone.
		Name:    "login-on-www-page-on-apex",
		Servers: loginApp(Settings{"NEXT": "http://" + apex + ":@port:front@/private"}), Input: atName(www, "enter", "-b", ""),
		Want: appFault("cookie-of-another-host", "strong"),
		Mend: resettled("front", Settings{"NEXT": "http://" + apex + ":@port:front@/private", "DOMAIN": apex}, atName(www, "enter", "-b", "")),
	},
	{
		// The server's clock is three days behind: every cookie with a lifetime has ended when it comes.
		Name: "login-server-clock-behind",
		Servers: func(w *World) {
			w.logins(Settings{"MAXAGE": "3600000"}, "front")
			w.Server("front").Clock("-3d")
		},
		Input: follow("enter"), Want: appFault("cookie-expired-on-arrival", "proved"),
		Mend: func(w *World) []string {
			w.Server("front").Clock("")
			return follow("enter")(w)
		},
	},
	{
		// A cookie of before a change of Path lies in front of the new one; the application reads the first.
		Name: "login-two-cookies-of-one-name", Servers: loginApp(nil),
		Input: func(w *World) []string {
			return curl("-b", "connect.sid=s%3Aold-session-0123456789abcdef.c2lnbmF0dXJl; "+w.enter("front"), w.URL("front", "private"))
		},
		Want: Want{Cause: "cookie-name-doubled", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend: withSession("private"),
	},
	{
		Name: "login-session-ended-sends-to-login", Servers: loginApp(Settings{"REFUSE": "302", "MAXAGE": "50"}), Status: 302,
		Input: func(w *World) []string {
			c := w.enter("front")
			time.Sleep(100 * time.Millisecond)
			return curl("-b", c, w.URL("front", "private"))
		},
		Want: Want{Cause: "session-expired", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "likely", Product: "Express"},
		Mend: resettled("front", Settings{"REFUSE": "302"}, withSession("private")),
	},
	{
		// The proxy says https, and the application does not trust its word: express-session sets no Secure cookie.
		Name: "login-proxy-not-trusted",
		Servers: func(w *World) {
			w.logins(Settings{"SECURE": "true"}, "app")
			w.tls("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }")
		},
		Input: func(w *World) []string { return curl("-L", "-b", "", "--cacert", w.ca(), w.secure("front", "enter")) },
		Want: Want{Cause: "forwarded-proto-missing", Accept: []string{"proxy-drops-set-cookie"}, RefusedBy: exchange.Application,
			FaultAt: exchange.Application, FaultAlso: []exchange.Layer{exchange.Gateway}, Grade: "likely", Product: "Express"},
		Mend: resettled("app", Settings{"SECURE": "true", "TRUST": "1"}, func(w *World) []string {
			return curl("-L", "-b", "", "--cacert", w.ca(), w.secure("front", "enter"))
		}),
	},
	{
		// An event stream checks Origin, as WebSockets do. Behind TLS the application takes itself for http.
		Name: "login-origin-by-https",
		Servers: func(w *World) {
			w.logins(Settings{"TRUST": "1"}, "app")
			w.tls("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; }")
		},
		Status: 403, Input: secureVote,
		Want: Want{Cause: "csrf-origin-mismatch-behind-proxy", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "likely", Product: "Express"},
		Mend: reproxied(tlsConf("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }"), secureVote),
	},
	{
		// The 401 of the question is turned into the login page, with 200.
		Name: "login-nginx-page-with-200", Servers: nginxSubrequest(subrequest("", "error_page 401 =200 /login;"), nil), Status: 200,
		Input: func(w *World) []string { return curl(w.URL("front", "private/")) },
		Want: Want{Cause: "200-login-page-instead-of-401", Accept: []string{"no-credentials-sent"}, RefusedBy: exchange.Application,
			FaultAt: exchange.Client, Grade: "strong", Product: "Express"},
		Mend: withSession("private/"), Passes: helloPage,
	},
	{
		Name: "login-caddy-forward-auth-sends-to-login", Servers: caddyForwardAuth, Status: 302,
		Input: func(w *World) []string { return curl(w.URL("front")) },
		Want: Want{Cause: "redirect-to-login-instead-of-401", Accept: []string{"no-credentials-sent"}, RefusedBy: exchange.Application,
			FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend: withSession(""),
	},
	healthy("login-haproxy-sticky", func(w *World) {
		w.logins(nil, "app1", "app2")
		w.HAProxy("front", haproxyStores(stickyCookie, "app1", "app2"))
	}, follow("enter")),
	healthy("login-single-sign-on-round", loginApp(Settings{"REFUSE": "enter"}), func(w *World) []string { return curl("-L", "-b", "", w.URL("front", "private")) }),
	healthy("login-nginx-auth-request", nginxSubrequest(subrequest("", ""), nil), withSession("")),
	healthy("login-caddy-forward-auth", caddyForwardAuth, withSession("")),
	healthy("login-secure-cookie-behind-tls", func(w *World) {
		w.logins(Settings{"SECURE": "true", "TRUST": "1", "NAME": "__Host-sid"}, "app")
		w.tls("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }")
	}, func(w *World) []string { return curl("-L", "-b", "", "--cacert", w.ca(), w.secure("front", "enter")) }),
	healthy("login-two-cookies-of-one-value", loginApp(nil), func(w *World) []string {
		c := w.enter("front")
		return curl("-b", c+"; "+c, w.URL("front", "private"))
	}),
	healthy("login-clock-a-minute-behind", func(w *World) {
		w.logins(Settings{"MAXAGE": "3600000"}, "front")
		w.Server("front").Clock("-1m")
	}, follow("enter")),
}

// enterAll logs alice in and gives every cookie that she got, the session's first.
func (w *World) enterAll(name string) []string {
	w.Helper()
	var out []string
	for _, v := range w.warm(curl(w.URL(name, "enter"))).Header.Values("Set-Cookie") {
		c, _, _ := strings.Cut(v, ";")
		if strings.HasPrefix(c, "connect.sid=") {
			out = append([]string{c}, out...)
		} else {
			out = append(out, c)
		}
	}
	if len(out) < 2 {
		w.Fatalf("%d cookies from %s", len(out), name)
	}
	return out
}

func secureVote(w *World) []string {
	r := w.warm(curl("--cacert", w.ca(), w.secure("front", "enter")))
	cookie, _, _ := strings.Cut(r.Header.Get("Set-Cookie"), ";")
	return curl("-H", "Origin: https://"+w.Addr("front"), "--cacert", w.ca(), "-b", cookie, w.secure("front", "events"))
}
