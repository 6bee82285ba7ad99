package real

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// script is the command that a browser's "Copy as cURL" gives for a call by a script of a page at webOrigin.
func script(path string, more ...string) func(*World) []string {
	return func(w *World) []string {
		args := append(curl("-H", "Origin: "+webOrigin, "-H", "Sec-Fetch-Mode: cors", "-H", "Sec-Fetch-Site: cross-site"), more...)
		return append(args, w.URL("front", path))
	}
}

// asks is the browser's preflight for method with headers.
func asks(method, headers, path string) func(*World) []string {
	return func(w *World) []string {
		return curl("-X", "OPTIONS", "-H", "Origin: "+webOrigin, "-H", "Access-Control-Request-Method: "+method,
			"-H", "Access-Control-Request-Headers: "+headers, w.URL("front", path))
	}
}

// staticCORS is nginx with files and lines about CORS; the preflight's lines stand in their own block, as nginx wants.
func staticCORS(lines, preflight string) string {
	if preflight != "" {
		preflight = "if ($request_method = OPTIONS) {\n\t\t\t" + preflight + "\n\t\t\treturn 204;\n\t\t}"
	}
	return "server {\n\tlisten @front@;\n\troot @dir@/www;\n\tlocation / {\n\t\t" + preflight + "\n\t\t" + lines + "\n\t}\n}\n"
}

func staticSite(conf string) func(*World) {
	return func(w *World) {
		w.site()
		w.Nginx("front", conf)
	}
}

func addHeaders(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString("add_header Access-Control-Allow-" + pairs[i] + " \"" + pairs[i+1] + "\" always;\n\t\t")
	}
	return b.String()
}

var allowsOrigin = addHeaders("Origin", webOrigin)

// blocked is a wish for a verdict about a call that the server answers and the browser keeps from the script.
func blocked(cause string, at exchange.Layer, product string) Want {
	return Want{Cause: cause, RefusedBy: exchange.Client, FaultAt: at, Grade: "proved", Product: product}
}

// byEither takes the application for as good a place: an empty 204 does not show who wrote it.
func byEither(want Want) Want {
	want.FaultAlso = []exchange.Layer{exchange.Application}
	return want
}

// staticCORSScenarios are a static front that does CORS wrong, in each of the ways that browsers tell apart.
var staticCORSScenarios = []Scenario{
	{
		// nginx answers OPTIONS for a file with 405; the GET itself is fine.
		Name: "cors-static-preflight-405", Servers: staticSite(staticCORS(allowsOrigin, "")), Status: 200,
		Input: script("", "-H", bearer),
		Want:  Want{Cause: "cors-preflight-failed", RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "proved", Product: "nginx"},
		Mend:  reproxied(staticCORS(allowsOrigin, allowsOrigin+addHeaders("Headers", "Authorization")), asks("GET", "authorization", "")),
	},
	{
		Name: "cors-static-preflight-redirected",
		Servers: staticSite("server {\n\tlisten @front@;\n\troot @dir@/www;\n\t" + allowsOrigin +
			"location = /private { return 301 /private/; }\n}\n"),
		Status: 301, Input: asks("GET", "authorization", "private"),
		Want: blocked("cors-preflight-failed", exchange.WebServer, "nginx"),
		Mend: reproxied(staticCORS(allowsOrigin, allowsOrigin+addHeaders("Headers", "Authorization")), asks("GET", "authorization", "private/")),
	},
	{
		Name:    "cors-static-method-not-allowed",
		Servers: staticSite(staticCORS(allowsOrigin, allowsOrigin+addHeaders("Methods", "GET, POST", "Headers", "Content-Type"))), Status: 204,
		Input: asks("PUT", "content-type", "orders"), Want: byEither(blocked("cors-method-not-allowed", exchange.WebServer, "nginx")),
		Mend: reproxied(staticCORS(allowsOrigin, allowsOrigin+addHeaders("Methods", "GET, POST, PUT", "Headers", "Content-Type")),
			asks("PUT", "content-type", "orders")),
	},
	{
		// A star covers every header but this one.
		Name:    "cors-static-star-for-authorization",
		Servers: staticSite(staticCORS(addHeaders("Origin", "*"), addHeaders("Origin", "*", "Headers", "*"))), Status: 200,
		Input: script("", "-H", bearer), Want: byEither(blocked("cors-header-not-allowed", exchange.WebServer, "nginx")),
		Mend: reproxied(staticCORS(addHeaders("Origin", "*"), addHeaders("Origin", "*", "Headers", "Authorization")), asks("GET", "authorization", "")),
	},
	{
		Name: "cors-static-two-origins", Servers: staticSite(staticCORS(allowsOrigin+addHeaders("Origin", "https://admin.example.test"), "")), Status: 200,
		Input: script(""), Want: blocked("cors-origin-not-allowed", exchange.WebServer, "nginx"), Mend: reproxied(staticCORS(allowsOrigin, ""), script("")),
	},
	{
		Name: "cors-static-origin-with-slash", Servers: staticSite(staticCORS(addHeaders("Origin", webOrigin+"/"), "")), Status: 200,
		Input: script(""), Want: blocked("cors-origin-not-allowed", exchange.WebServer, "nginx"), Mend: reproxied(staticCORS(allowsOrigin, ""), script("")),
	},
	{
		Name:    "cors-static-origin-by-http",
		Servers: staticSite("map $http_origin $allowed { default \"\"; \"http://shop.example.test\" $http_origin; }\n" + staticCORS("add_header Access-Control-Allow-Origin $allowed always;", "")),
		Status:  200, Input: script(""), Want: blocked("cors-origin-not-allowed", exchange.WebServer, "nginx"),
		Mend: reproxied("map $http_origin $allowed { default \"\"; \""+webOrigin+"\" $http_origin; }\n"+staticCORS("add_header Access-Control-Allow-Origin $allowed always;", ""), script("")),
	},
	{
		Name: "cors-static-star-with-cookies", Servers: staticSite(staticCORS(addHeaders("Origin", "*"), "")), Status: 200,
		Input: script("", "-b", "sid=0123456789abcdef0123"), Want: blocked("cors-wildcard-with-credentials", exchange.WebServer, "nginx"),
		Mend: reproxied(staticCORS(allowsOrigin+addHeaders("Credentials", "true"), ""), script("", "-b", "sid=0123456789abcdef0123")),
	},
	{
		Name: "cors-static-credentials-flag-missing", Servers: staticSite(staticCORS(allowsOrigin, "")), Status: 200,
		Input: script("", "-b", "sid=0123456789abcdef0123"), Want: blocked("cors-wildcard-with-credentials", exchange.WebServer, "nginx"),
		Mend: reproxied(staticCORS(allowsOrigin+addHeaders("Credentials", "true"), ""), script("", "-b", "sid=0123456789abcdef0123")),
	},
	{
		// The application does CORS, and so does the proxy in front of it.
		Name: "cors-proxy-and-application",
		Servers: func(w *World) {
			w.Node("app", "jwt.js", Settings{"KEY": signingKey, "AUD": audience, "ISS": issuer, "ORIGINS": webOrigin})
			w.Nginx("front", reverseProxy(allowsOrigin))
		},
		Status: 200, Input: fromOrigin,
		Want: Want{Cause: "cors-origin-not-allowed", RefusedBy: exchange.Client, FaultAt: exchange.Application,
			FaultAlso: []exchange.Layer{exchange.Gateway, exchange.WebServer}, Grade: "proved", Product: "nginx"},
		Mend: reproxied(reverseProxy(), fromOrigin),
	},
	{
		// What http-response sets is not on HAProxy's own answers; http-after-response is for all.
		Name: "cors-haproxy-no-fields-on-401",
		Servers: func(w *World) {
			w.Node("app", "login.js", nil)
			w.HAProxy("front", haproxyCORS("http-response"))
		},
		Input: script("open", "-u", "alice:wrong"),
		Want: Want{Cause: "cors-missing-on-401", Accept: []string{"wrong-password"},
			RefusedBy: exchange.Gateway, FaultAt: exchange.Gateway, Grade: "proved", Product: "HAProxy"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(haproxyCORS("http-after-response"))
			return script("open", "-u", "alice:wrong")(w)
		},
		Refused: hasNot("Access-Control-Allow-Origin"),
		Passes:  has("Access-Control-Allow-Origin", webOrigin),
	},
	{
		// Page and API are one site, the server allows credentials, and the script does not ask for them.
		Name: "cors-script-without-credentials",
		Servers: func(w *World) {
			w.Node("app", "login.js", nil)
			w.Nginx("front", reverseProxy("proxy_set_header Host $http_host;", addHeaders("Origin", "http://"+www, "Credentials", "true")))
		},
		Input: func(w *World) []string { return sameSiteCall(w, "") },
		Want: Want{Cause: "cors-credentials-not-included", RefusedBy: exchange.Application, FaultAt: exchange.Client,
			Grade: "strong", Product: "Express"},
		Mend: func(w *World) []string { return sameSiteCall(w, w.enter("front")) },
	},
	healthy("cors-simple-request-of-a-file", staticSite(staticCORS(allowsOrigin, "")), script("")),
	healthy("cors-cookies-allowed", staticSite(staticCORS(allowsOrigin+addHeaders("Credentials", "true"), "")), script("", "-b", "sid=0123456789abcdef0123")),
	healthy("cors-preflight-of-put", staticSite(staticCORS(allowsOrigin, allowsOrigin+addHeaders("Methods", "GET, PUT", "Headers", "Content-Type"))), asks("PUT", "content-type", "orders")),
}

func haproxyCORS(when string) string {
	return `
userlist people
	user alice insecure-password wonderland
frontend web from logged
	bind @front@
	` + when + ` set-header Access-Control-Allow-Origin ` + webOrigin + `
	http-request return status 204 hdr Access-Control-Allow-Origin ` + webOrigin + ` hdr Access-Control-Allow-Headers authorization if METH_OPTIONS
	http-request auth realm Orders unless { http_auth(people) }
	default_backend apps
backend apps
	server app @app@
`
}

func sameSiteCall(w *World, cookie string) []string {
	args := curl("--resolve", w.Resolve(apex, "front"), "-H", "Origin: http://"+www, "-H", "Sec-Fetch-Mode: cors", "-H", "Sec-Fetch-Site: same-site")
	if cookie != "" {
		args = append(args, "-b", cookie)
	}
	return append(args, "http://"+apex+":"+w.Expand("@port:front@")+"/private")
}
