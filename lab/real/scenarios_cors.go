package real

import (
	"strings"

	"github.com/why401/why401/exchange"
)

const webOrigin = "https://shop.example.test"

func preflight(headers string) func(*World) []string {
	return func(w *World) []string {
		return curl("-X", "OPTIONS", "-H", "Origin: "+webOrigin, "-H", "Access-Control-Request-Method: GET",
			"-H", "Access-Control-Request-Headers: "+headers, w.URL("front", "orders"))
	}
}

func fromOrigin(w *World) []string {
	return append(askGood(w), "-H", "Origin: "+webOrigin)
}

// all makes one check of several.
func all(checks ...func(Reply) string) func(Reply) string {
	return func(r Reply) string {
		for _, c := range checks {
			if wrong := c(r); wrong != "" {
				return wrong
			}
		}
		return ""
	}
}

func answered(r Reply) string {
	if !r.OK() {
		return "not 2xx"
	}
	return ""
}

func nginxCORS(always, preflight string) string {
	return `
server {
	listen @front@;
	root @dir@/www;
	location / {
		add_header Access-Control-Allow-Origin ` + webOrigin + always + `;
		add_header Access-Control-Allow-Headers authorization` + always + `;
		` + preflight + `
		auth_basic "Orders";
		auth_basic_user_file @dir@/htpasswd;
	}
}
`
}

const nginxPreflight = `if ($request_method = OPTIONS) {
			add_header Access-Control-Allow-Origin ` + webOrigin + `;
			add_header Access-Control-Allow-Headers authorization;
			return 204;
		}`

func corsSite(conf string) func(*World) {
	return func(w *World) {
		w.passwords()
		w.site()
		w.Nginx("front", conf)
	}
}

// corsScenarios are refusals that a browser makes: the server's answer may even be 200.
var corsScenarios = []Scenario{
	{
		Name:    "cors-nginx-preflight-wants-password",
		Servers: corsSite(nginxCORS("", "")),
		Input:   preflight("authorization"),
		Want:    Want{Cause: "cors-preflight-401", RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "proved", Product: "nginx"},
		Mend:    reproxied(nginxCORS("", nginxPreflight), preflight("authorization")),
		Passes:  all(answered, has("Access-Control-Allow-Headers", "authorization")),
	},
	{
		Name:    "cors-express-preflight-behind-check",
		Servers: jwtApp(Settings{"ORIGINS": webOrigin, "CORS_LAST": "1"}),
		// express-jwt lets a preflight through that asks for Authorization, and no other.
		Input: preflight("content-type"),
		Want: Want{Cause: "cors-preflight-401", Accept: []string{"express-middleware-order"},
			RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Settings(Settings{"KEY": signingKey, "AUD": audience, "ISS": issuer, "ORIGINS": webOrigin})
			w.Server("front").Restart()
			return preflight("content-type")(w)
		},
	},
	{
		Name:    "cors-nginx-no-fields-on-401",
		Servers: corsSite(nginxCORS("", nginxPreflight)),
		Input:   func(w *World) []string { return curl("-H", "Origin: "+webOrigin, "-u", "alice:wrong", w.URL("front")) },
		Want: Want{Cause: "cors-missing-on-401", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "proved", Product: "nginx"},
		Mend: reproxied(nginxCORS(" always", nginxPreflight), func(w *World) []string {
			return curl("-H", "Origin: "+webOrigin, "-u", "alice:wrong", w.URL("front"))
		}),
		Refused: hasNot("Access-Control-Allow-Origin"),
		Passes:  has("Access-Control-Allow-Origin", webOrigin), // the browser now shows the 401
	},
	{
		// The server lets these three in; it is the browser that refuses to hand the answer to the page.
		Name:    "cors-header-not-allowed",
		Servers: jwtApp(Settings{"ORIGINS": webOrigin}),
		Input:   preflight("authorization,x-tenant"),
		Want:    Want{Cause: "cors-header-not-allowed", RefusedBy: exchange.Client, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Settings(Settings{"KEY": signingKey, "ORIGINS": webOrigin, "HEADERS": "Authorization,X-Tenant"})
			w.Server("front").Restart()
			return preflight("authorization,x-tenant")(w)
		},
		Status: 204,
		Refused: func(r Reply) string {
			if strings.Contains(strings.ToLower(r.Header.Get("Access-Control-Allow-Headers")), "x-tenant") {
				return "x-tenant is allowed"
			}
			return ""
		},
		Passes: all(answered, has("Access-Control-Allow-Headers", "X-Tenant")),
	},
	{
		Name:    "cors-origin-not-allowed",
		Servers: jwtApp(Settings{"ORIGINS": "https://www.shop.example.test,https://admin.shop.example.test"}),
		Input:   fromOrigin,
		Want:    Want{Cause: "cors-origin-not-allowed", RefusedBy: exchange.Client, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Settings(Settings{"KEY": signingKey, "AUD": audience, "ISS": issuer,
				"ORIGINS": "https://www.shop.example.test," + webOrigin})
			w.Server("front").Restart()
			return fromOrigin(w)
		},
		Status:  200,
		Refused: hasNot("Access-Control-Allow-Origin"),
		Passes:  all(answered, has("Access-Control-Allow-Origin", webOrigin)),
	},
	{
		Name: "cors-any-origin-with-cookies",
		Servers: func(w *World) {
			w.Node("app", "session.js", nil)
			w.Nginx("front", reverseProxy("add_header Access-Control-Allow-Origin * always;", "add_header Access-Control-Allow-Credentials true always;"))
		},
		Input: func(w *World) []string { return append(askWithCookie(w), "-H", "Origin: "+webOrigin) },
		Want:  Want{Cause: "cors-wildcard-with-credentials", RefusedBy: exchange.Client, FaultAt: exchange.Gateway, FaultAlso: []exchange.Layer{exchange.Application}, Grade: "strong", Product: "nginx"},
		Mend: reproxied(reverseProxy("add_header Access-Control-Allow-Origin "+webOrigin+" always;", "add_header Vary Origin always;",
			"add_header Access-Control-Allow-Credentials true always;"),
			func(w *World) []string { return append(askWithCookie(w), "-H", "Origin: "+webOrigin) }),
		Status:  200,
		Refused: has("Access-Control-Allow-Origin", "*"),
		Passes:  all(answered, has("Access-Control-Allow-Origin", webOrigin)),
	},
}
