package real

import (
	"net/url"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// byProvider is what a provider says of its client.
func byProvider(cause, grade string, accept ...string) Want {
	return Want{Cause: cause, Accept: accept, RefusedBy: exchange.IdentityProvider, FaultAt: exchange.Client, Grade: grade, Product: "oidc-provider"}
}

func jobServer(settings Settings) func(*World) {
	return func(w *World) { w.authServer("http://127.0.0.1:9/callback", settings) }
}

// proxyOverTLS is nginx with TLS in front of the application.
func proxyOverTLS(lines ...string) string {
	return strings.Replace(reverseProxy(lines...), "listen @front@;", "listen @front@ ssl;\n\tssl_certificate @dir@/tls/server.crt;\n\tssl_certificate_key @dir@/tls/server.key;", 1)
}

func secureFront(w *World) string { return "https://" + w.Addr("front") + "/" }

// webBehind is the web application behind nginx.
func webBehind(conf string, settings Settings) func(*World) {
	return func(w *World) {
		w.Cert("ca", "server")
		w.authServer(secureFront(w)+"callback", nil)
		s := Settings{"ISSUER": "http://@front-id@"}
		for k, v := range settings {
			s[k] = v
		}
		w.Node("app", "webapp.js", s)
		w.Nginx("front", conf)
	}
}

// reconfigured mends by another configuration of nginx.
func reconfigured(conf string) func(*World) []string {
	return func(w *World) []string {
		w.Server("front").Mend(conf)
		return nil
	}
}

// everything is what a proxy has to tell an application behind it.
var everything = []string{"proxy_set_header Host $http_host;", "proxy_set_header X-Forwarded-Proto $scheme;"}

var redirectWant = Want{Cause: "oidc-redirect-uri-mismatch", RefusedBy: exchange.IdentityProvider, FaultAt: exchange.Application, FaultAlso: []exchange.Layer{exchange.Gateway}, Grade: "strong", Product: "oidc-provider"}

// askAuthorize asks for a login with an address to come back to.
func askAuthorize(redirect func(w *World) string) func(*World) []string {
	return func(w *World) []string {
		l := loginFor(w)
		return curl(w.URL("front-id", "auth?", url.Values{"client_id": {"shop"}, "response_type": {"code"}, "scope": {"openid"}, "state": {l.state},
			"code_challenge": {l.challenge}, "code_challenge_method": {"S256"}, "redirect_uri": {redirect(w)}}.Encode()))
	}
}

func redirected(r Reply) string {
	if r.Status/100 != 3 || strings.Contains(r.Header.Get("Location"), "error=") {
		return "no login"
	}
	return ""
}

// flowScenarios are failures of logins and token requests, at npm's oidc-provider.
var flowScenarios = []Scenario{
	{
		Name: "flow-redirect-uri-changed-at-the-token-request", Servers: pageAndServer(nil),
		Login: broken(func(l *pageLogin) { l.token.Set("redirect_uri", l.redirect+"/") }),
		Want:  byProvider("authorization-code-binding-mismatch", "strong"),
	},
	{
		Name: "flow-code-of-another-client", Servers: pageAndServer(nil),
		Login: broken(func(l *pageLogin) { l.token.Set("client_id", "other") }),
		Want:  byProvider("authorization-code-binding-mismatch", "strong"),
	},
	{
		Name: "flow-pkce-verifier-of-another-login", Servers: pageAndServer(nil),
		Login: broken(func(l *pageLogin) { l.reads = true; l.token.Set("code_verifier", random()) }),
		Want:  byProvider("pkce-verification-failed", "proved"),
	},
	{
		Name: "flow-pkce-verifier-missing", Servers: pageAndServer(nil),
		Login: broken(func(l *pageLogin) { l.token.Del("code_verifier") }),
		Want:  byProvider("pkce-verification-failed", "strong"),
	},
	{
		Name: "flow-pkce-challenge-not-hashed", Servers: pageAndServer(nil),
		Login: broken(func(l *pageLogin) { l.reads = true; l.challenge = l.verifier }),
		Want:  byProvider("pkce-verification-failed", "proved"),
	},
	{
		Name: "flow-pkce-required", Servers: pageAndServer(Settings{"PKCE": "1"}),
		Login: broken(func(l *pageLogin) { l.challenge, l.method = "", ""; l.token.Del("code_verifier") }),
		Want:  byProvider("pkce-required", "proved"),
	},
	{
		Name: "flow-pkce-plain-not-taken", Servers: pageAndServer(nil),
		Login: broken(func(l *pageLogin) { l.challenge, l.method = l.verifier, "plain" }),
		Want:  byProvider("pkce-required", "strong"),
	},
	{
		Name: "flow-code-redeemed-twice", Servers: pageAndServer(nil),
		Login: func(w *World, r *Recorder, mended bool) string {
			l := loginFor(w)
			if wrong := l.play(w, r); wrong != "" || mended {
				return wrong
			}
			return r.Post(w.URL("front-id", "token"), "", l.token).wrong("token")
		},
		Want: byProvider("authorization-code-used-or-expired", "proved"),
	},
	{
		Name: "flow-scope-not-allowed", Servers: pageAndServer(nil),
		Login: broken(func(l *pageLogin) { l.scope = "openid write:orders" }),
		Want:  byProvider("oauth-scope-or-resource-refused", "strong"),
	},
	{
		Name: "flow-resource-unknown", Servers: pageAndServer(nil),
		Login: broken(func(l *pageLogin) { l.resource = "https://order.example.test" }),
		Want:  byProvider("oauth-scope-or-resource-refused", "strong"),
	},
	{
		Name: "flow-user-says-no", Servers: pageAndServer(nil),
		Login: func(w *World, r *Recorder, mended bool) string {
			return device(w, r, func(person *Recorder, at string) { person.Through(person.Get(at), !mended) }, 0)
		},
		Want: Want{Cause: "oauth-access-denied", RefusedBy: exchange.IdentityProvider, FaultAt: exchange.Client, Grade: "strong", Product: "oidc-provider"},
	},
	{
		Name: "flow-device-code-expired", Servers: pageAndServer(Settings{"DEVICE": "1"}),
		Login: func(w *World, r *Recorder, mended bool) string {
			return device(w, r, func(person *Recorder, at string) {
				if mended {
					person.Through(person.Get(at), false)
				}
			}, map[bool]time.Duration{false: 1200 * time.Millisecond}[mended])
		},
		Mend: func(w *World) []string {
			w.Server("front-id").Settings(Settings{"ISSUER": "http://@front-id@", "REDIRECT": w.URL("front", "callback")})
			w.Server("front-id").Restart()
			w.await("front-id", "/.well-known/openid-configuration")
			return nil
		},
		Want: byProvider("device-code-expired", "strong"),
	},
	{
		Name: "flow-refresh-token-used-twice", Servers: pageAndServer(nil),
		Login: func(w *World, r *Recorder, mended bool) string {
			l := loginFor(w)
			l.scope, l.prompt = "openid offline_access", "consent"
			t, wrong := l.tokens(w, r)
			if wrong != "" {
				return wrong
			}
			first := refresh(w, r, t.text("refresh_token"))
			if wrong := first.wrong("refresh"); wrong != "" {
				return wrong
			}
			if mended {
				t = first
			}
			return refresh(w, r, t.text("refresh_token")).wrong("refresh")
		},
		Want: byProvider("refresh-token-reuse", "proved"),
	},
	{
		Name: "flow-web-login-in-two-tabs",
		Servers: func(w *World) {
			w.authServer("", nil)
			w.Node("front", "webapp.js", Settings{"ISSUER": "http://@front-id@"})
		},
		Login: func(w *World, r *Recorder, mended bool) string {
			// The first tab waits at the login page; a second one begins another login, then the first goes on.
			p := r.Get(w.URL("front"))
			if !mended {
				r.Get(w.URL("front", "login"))
			}
			return r.Through(p, false).wrong("login")
		},
		Want: Want{Cause: "oauth-state-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Client, FaultAlso: []exchange.Layer{exchange.Application}, Grade: "strong", Product: "Express"},
	},
	{
		Name: "flow-web-callback-on-another-host",
		Servers: func(w *World) {
			w.authServer("", nil)
			w.Node("front", "webapp.js", Settings{"ISSUER": "http://@front-id@", "REDIRECT": w.URL("front", "callback")})
		},
		Login: func(w *World, r *Recorder, mended bool) string {
			host := "localhost"
			if mended {
				host = "127.0.0.1"
			}
			return r.Through(r.Get(w.Expand("http://"+host+":@port:front@/")), false).wrong("login")
		},
		Want: Want{Cause: "oauth-state-mismatch", Accept: []string{"cookie-domain-mismatch"}, RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "Express"},
	},
	{
		Name: "flow-proxy-loses-the-scheme", Servers: webBehind(proxyOverTLS("proxy_set_header Host $http_host;"), Settings{"TRUST": "1"}),
		Login: webLogin(secureFront), Want: redirectWant, Mend: reconfigured(proxyOverTLS(everything...)),
	},
	{
		Name: "flow-proxy-loses-the-host", Servers: webBehind(proxyOverTLS("proxy_set_header X-Forwarded-Proto $scheme;"), Settings{"TRUST": "1"}),
		Login: webLogin(secureFront), Want: redirectWant, Mend: reconfigured(proxyOverTLS(everything...)),
	},
	{
		Name: "flow-application-does-not-trust-the-proxy", Servers: webBehind(proxyOverTLS(everything...), nil),
		Login: webLogin(secureFront), Want: redirectWant,
		Mend: func(w *World) []string {
			w.Server("app").Settings(Settings{"ISSUER": "http://@front-id@", "TRUST": "1"})
			w.Server("app").Restart()
			return nil
		},
	},
	{
		Name: "flow-redirect-uri-with-a-slash", Servers: pageAndServer(nil),
		Input:  askAuthorize(func(w *World) string { return w.URL("front", "callback/") }),
		Want:   Want{Cause: "oidc-redirect-uri-mismatch", RefusedBy: exchange.IdentityProvider, FaultAt: exchange.Client, FaultAlso: []exchange.Layer{exchange.IdentityProvider, exchange.Application}, Grade: "strong", Product: "oidc-provider"},
		Mend:   askAuthorize(func(w *World) string { return w.URL("front", "callback") }),
		Status: 400, Passes: redirected,
	},
	{
		Name: "flow-redirect-uri-https-in-place-of-http", Servers: pageAndServer(nil),
		Input:  askAuthorize(func(w *World) string { return "https://" + w.Addr("front") + "/callback" }),
		Want:   Want{Cause: "oidc-redirect-uri-mismatch", RefusedBy: exchange.IdentityProvider, FaultAt: exchange.Client, FaultAlso: []exchange.Layer{exchange.IdentityProvider, exchange.Application}, Grade: "strong", Product: "oidc-provider"},
		Mend:   askAuthorize(func(w *World) string { return w.URL("front", "callback") }),
		Status: 400, Passes: redirected,
	},
	{
		Name: "flow-client-secret-not-encoded", Servers: jobServer(Settings{"JOBS": "1"}), Options: replayed,
		Input: func(w *World) []string { return jobToken(w, "-u", "jobs:"+jobSecret) },
		Want:  byProvider("oauth-client-secret-encoding", "proved"),
		Mend:  func(w *World) []string { return jobToken(w, "-u", "jobs:"+url.QueryEscape(jobSecret)) },
	},
	{
		Name: "flow-client-secret-wrong", Servers: jobServer(Settings{"JOBS": "1"}), Options: replayed,
		Input: func(w *World) []string { return jobToken(w, "-u", "jobs:former-secret") },
		Want:  byProvider("oauth-client-auth-failed", "strong"),
		Mend:  func(w *World) []string { return jobToken(w, "-u", "jobs:"+url.QueryEscape(jobSecret)) },
	},
	{
		Name: "flow-grant-not-allowed", Servers: jobServer(nil), Options: replayed,
		Input: func(w *World) []string { return jobToken(w, "-u", "jobs:"+url.QueryEscape(jobSecret)) },
		Want:  byProvider("oauth-grant-not-allowed", "strong"),
		Mend: func(w *World) []string {
			w.Server("front-id").Settings(Settings{"ISSUER": "http://@front-id@", "JOBS": "1"})
			w.Server("front-id").Restart()
			w.await("front-id", "/.well-known/openid-configuration")
			return jobToken(w, "-u", "jobs:"+url.QueryEscape(jobSecret))
		},
		Status: 400,
	},
	{
		Name: "flow-machine-scope-not-allowed", Servers: jobServer(Settings{"JOBS": "1"}), Options: replayed,
		Input: func(w *World) []string {
			return jobToken(w, "-u", "jobs:"+url.QueryEscape(jobSecret), "-d", "scope=write:orders", "-d", "resource=https://orders.example.test")
		},
		Want: byProvider("oauth-scope-or-resource-refused", "strong"),
		Mend: func(w *World) []string {
			return jobToken(w, "-u", "jobs:"+url.QueryEscape(jobSecret), "-d", "scope=read:orders", "-d", "resource=https://orders.example.test")
		},
		Status: 400,
	},
}

// flowHealthy are flows in which nothing is wrong, though parts of them look like it.
var flowHealthy = []Scenario{
	{Name: "healthy-flow-login", Servers: pageAndServer(Settings{"PKCE": "1"}), Login: broken(func(l *pageLogin) { l.reads = true })},
	{
		// The device asks three times before the person has answered.
		Name: "healthy-flow-device-that-waits", Servers: pageAndServer(nil),
		Login: func(w *World, r *Recorder, _ bool) string {
			return device(w, r, func(person *Recorder, at string) {
				person.Through(person.Get(at), false)
			}, 0)
		},
	},
	{
		// A call without a token is refused, then the user logs in and it is let in; the token is refreshed twice.
		Name: "healthy-flow-refused-then-logged-in", Servers: pageAndServer(nil),
		Login: func(w *World, r *Recorder, _ bool) string {
			r.Get(w.URL("front-id", "me"))
			l := loginFor(w)
			l.scope, l.prompt = "openid offline_access", "consent"
			t, wrong := l.tokens(w, r)
			for range 2 {
				if wrong != "" {
					return wrong
				}
				t = refresh(w, r, t.text("refresh_token"))
				wrong = t.wrong("refresh")
			}
			return r.Call(w.URL("front-id", "me"), t.text("access_token")).wrong("call")
		},
	},
	{
		// A page asks quietly whether somebody is logged in; nobody is, and it shows the login.
		Name: "healthy-flow-quiet-question", Servers: pageAndServer(nil),
		Login: func(w *World, r *Recorder, _ bool) string {
			quiet := loginFor(w)
			quiet.prompt = "none"
			quiet.authorize(w, r)
			return loginFor(w).play(w, r)
		},
	},
	{Name: "healthy-flow-web-login-behind-a-proxy", Servers: webBehind(proxyOverTLS(everything...), Settings{"TRUST": "1"}), Login: webLogin(secureFront)},
	{
		Name: "healthy-flow-client-credentials", Servers: jobServer(Settings{"JOBS": "1"}), Options: replayed,
		Input: func(w *World) []string { return jobToken(w, "-u", "jobs:"+url.QueryEscape(jobSecret)) },
	},
}
