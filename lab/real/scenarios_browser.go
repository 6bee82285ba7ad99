package real

import (
	"strings"

	"github.com/why401/why401/exchange"
)

const (
	pageOrigin   = "https://" + pageHost + ":@port:front@"
	otherOrigin  = "https://" + otherHost + ":@port:front@"
	sideOrigin   = "https://" + sideHost + ":@port:front@"
	include      = ", {credentials: 'include'}"
	withBearer   = ", {headers: {Authorization: 'Bearer good-token-of-the-lab-0001'}}"
	badBearer    = ", {headers: {Authorization: 'Bearer an-old-token-of-the-lab-0002'}}"
	proxiedToAPI = `location / {
		proxy_pass http://@api@;
		proxy_set_header Host $http_host;
		proxy_set_header X-Forwarded-Proto $scheme;
	}`
)

// twoSites is a page and an API behind one nginx; api goes into the API's server block.
func twoSites(api string) string {
	return `
server {
	listen @front@ ssl;
	server_name ` + pageHost + `;
	ssl_certificate @dir@/tls/server.crt;
	ssl_certificate_key @dir@/tls/server.key;
	root @dir@/www;
}
server {
	listen @front@ ssl;
	server_name ` + sideHost + ` ` + otherHost + `;
	ssl_certificate @dir@/tls/server.crt;
	ssl_certificate_key @dir@/tls/server.key;
	root @dir@/www;
	` + api + `
}
`
}

// pageAndAPI starts a page that calls url with options, and the API behind it.
func pageAndAPI(url, options string, settings Settings) func(*World) {
	return func(w *World) {
		w.sites()
		w.Node("api", "crosssite.js", settings)
		w.File("www/page.html", caller(url, options))
		w.Nginx("front", twoSites(proxiedToAPI))
	}
}

// pageAndNginx starts a page that calls url, and an API that nginx guards itself.
func pageAndNginx(url, options, api string) func(*World) {
	return func(w *World) {
		w.sites()
		w.passwords()
		w.File("www/page.html", caller(url, options))
		w.File("www/orders", `{"orders":[]}`)
		w.Nginx("front", twoSites(api))
	}
}

func openPage(w *World) []string { return w.visiting(pageHost, "page.html") }

// enterOther logs in at the API of another site, which sends the browser to the page.
func enterOther(w *World) []string { return w.visiting(otherHost, "enter") }

// repaged gives the page another script and opens the same address.
func repaged(url, options string, open func(*World) []string) func(*World) []string {
	return func(w *World) []string {
		w.File("www/page.html", caller(url, options))
		return open(w)
	}
}

func strict(origin string, more ...string) Settings {
	s := Settings{"ORIGINS": pageOrigin, "CREDENTIALS": "1", "BACK": pageOrigin + "/page.html", "SECURE": "true", "SAMESITE": "none"}
	for _, m := range more {
		name, value, _ := strings.Cut(m, "=")
		s[name] = value
	}
	if origin != "" {
		s["ORIGINS"] = origin
	}
	return s
}

const answersPreflight = `if ($request_method = OPTIONS) {
			add_header Access-Control-Allow-Origin ` + pageOrigin + `;
			add_header Access-Control-Allow-Headers "Authorization, Content-Type";
			return 204;
		}`

func guardedAPI(always, preflight string) string {
	return `location / {
		add_header Access-Control-Allow-Origin ` + pageOrigin + always + `;
		` + preflight + `
		auth_basic Orders;
		auth_basic_user_file @dir@/htpasswd;
	}`
}

// twoRealms is one host with a login for all of it, and another for a part.
func twoRealms(partRealm, partFile string) string {
	return `
server {
	listen @front@ ssl;
	server_name ` + pageHost + `;
	ssl_certificate @dir@/tls/server.crt;
	ssl_certificate_key @dir@/tls/server.key;
	root @dir@/www;
	auth_basic Orders;
	auth_basic_user_file @dir@/htpasswd;
	location /admin/ {
		auth_basic ` + partRealm + `;
		auth_basic_user_file ` + partFile + `;
	}
}
`
}

var browserScenarios = []Scenario{
	{
		Name:    "browser-samesite-strict-fetch",
		Servers: pageAndAPI(otherOrigin+"/private", include, strict("", "SAMESITE=strict")),
		Input:   enterOther,
		Visit:   &Visit{Calls: []string{pageOrigin}, Broken: "fetch: 401", Mended: "fetch: 200"},
		Want:    Want{Cause: "cookie-not-sent-samesite", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict(""), enterOther),
	},
	{
		Name:    "browser-samesite-default-fetch",
		Servers: pageAndAPI(otherOrigin+"/private", include, strict("", "SAMESITE=")),
		Input:   enterOther,
		Visit:   &Visit{Calls: []string{pageOrigin}, Broken: "fetch: 401", Mended: "fetch: 200"},
		Want:    Want{Cause: "cookie-not-sent-samesite", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict(""), enterOther),
	},
	{
		Name:    "browser-none-without-secure",
		Servers: pageAndAPI(otherOrigin+"/private", include, strict("", "SECURE=false")),
		Input:   enterOther,
		Visit:   &Visit{Calls: []string{pageOrigin}, Broken: "fetch: 401", Mended: "fetch: 200"},
		Want:    Want{Cause: "cookie-secure-over-http", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict(""), enterOther),
	},
	{
		Name:    "browser-third-party-blocked",
		Servers: pageAndAPI(otherOrigin+"/private", include, strict("")),
		Input:   enterOther,
		Visit:   &Visit{Calls: []string{pageOrigin}, BlockThird: true, Broken: "fetch: 401", Mended: "fetch: 200"},
		Want:    Want{Cause: "cookie-third-party-blocked", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		// The remedy: the API under the page's own site.
		Mend: func(w *World) []string {
			w.File("www/page.html", caller(sideOrigin+"/private", include))
			return w.visiting(sideHost, "enter")
		},
	},
	{
		Name:    "browser-fetch-without-credentials",
		Servers: pageAndAPI(sideOrigin+"/private", "", strict("", "SAMESITE=lax")),
		Input:   func(w *World) []string { return w.visiting(sideHost, "enter") },
		Visit:   &Visit{Calls: []string{pageOrigin}, Broken: "fetch: 401", Mended: "fetch: 200"},
		Want:    Want{Cause: "cors-credentials-not-included", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend:    repaged(sideOrigin+"/private", include, func(w *World) []string { return w.visiting(sideHost, "enter") }),
	},
	{
		Name:    "browser-preflight-401",
		Servers: pageAndNginx(otherOrigin+"/orders", withBearer, guardedAPI(" always", "")),
		Input:   openPage,
		Visit:   &Visit{Calls: []string{otherOrigin}, Broken: "fetch: TypeError", Mended: "fetch: 401"},
		Want:    Want{Cause: "cors-preflight-401", RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "proved", Product: "nginx"},
		Mend:    reproxied(twoSites(guardedAPI(" always", answersPreflight)), openPage), // the script now reads the 401 to its old token
	},
	{
		Name:    "browser-header-not-allowed",
		Servers: pageAndAPI(otherOrigin+"/orders", withBearer, strict("", "HEADERS=Content-Type")),
		Input:   openPage,
		Visit:   &Visit{Calls: []string{otherOrigin}, Broken: "fetch: TypeError", Mended: "fetch: 200"},
		Want:    Want{Cause: "cors-header-not-allowed", RefusedBy: exchange.Client, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict("", "HEADERS=Content-Type,Authorization"), openPage),
	},
	{
		Name:    "browser-wildcard-with-credentials",
		Servers: pageAndAPI(otherOrigin+"/open", include, strict("*")),
		Input:   openPage,
		Visit:   &Visit{Calls: []string{otherOrigin}, Broken: "fetch: TypeError", Mended: "fetch: 200"},
		Want:    Want{Cause: "cors-wildcard-with-credentials", RefusedBy: exchange.Client, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict(""), openPage),
	},
	{
		Name:    "browser-credentials-not-allowed",
		Servers: pageAndAPI(otherOrigin+"/open", include, strict("", "CREDENTIALS=")),
		Input:   openPage,
		Visit:   &Visit{Calls: []string{otherOrigin}, Broken: "fetch: TypeError", Mended: "fetch: 200"},
		Want:    Want{Cause: "cors-wildcard-with-credentials", RefusedBy: exchange.Client, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict(""), openPage),
	},
	{
		Name:    "browser-origin-not-listed",
		Servers: pageAndAPI(otherOrigin+"/open", "", strict("https://www.shop.test")),
		Input:   openPage,
		Visit:   &Visit{Calls: []string{otherOrigin}, Broken: "fetch: TypeError", Mended: "fetch: 200"},
		Want:    Want{Cause: "cors-origin-not-allowed", RefusedBy: exchange.Client, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict(""), openPage),
	},
	{
		Name:    "browser-origin-not-listed-preflight",
		Servers: pageAndAPI(otherOrigin+"/orders", withBearer, strict("https://www.shop.test")),
		Input:   openPage,
		Visit:   &Visit{Calls: []string{otherOrigin}, Broken: "fetch: TypeError", Mended: "fetch: 200"},
		Want:    Want{Cause: "cors-origin-not-allowed", RefusedBy: exchange.Client, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict(""), openPage),
	},
	{
		Name:    "browser-no-fields-on-401",
		Servers: pageAndNginx(otherOrigin+"/orders", badBearer, guardedAPI("", answersPreflight)),
		Input:   openPage,
		Visit:   &Visit{Calls: []string{otherOrigin}, Broken: "fetch: TypeError", Mended: "fetch: 401"},
		Want: Want{Cause: "cors-missing-on-401", Accept: []string{"authorization-scheme-wrong"}, RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer,
			Grade: "proved", Product: "nginx"},
		Mend: reproxied(twoSites(guardedAPI(" always", answersPreflight)), openPage),
	},
	{
		Name:    "browser-cookie-wrong-domain",
		Servers: pageAndAPI("", "", strict("", "SAMESITE=lax", "DOMAIN=www.shop.test", "BACK=/private")),
		Input:   func(w *World) []string { return w.visiting(sideHost, "enter") },
		Visit:   &Visit{Broken: "No session", Mended: "alice"},
		Want:    Want{Cause: "cookie-domain-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict("", "SAMESITE=lax", "BACK=/private"), func(w *World) []string { return w.visiting(sideHost, "enter") }),
	},
	{
		Name:    "browser-host-prefix-with-domain",
		Servers: pageAndAPI("", "", strict("", "SAMESITE=lax", "NAME=__Host-sid", "DOMAIN=shop.test", "BACK=/private")),
		Input:   func(w *World) []string { return w.visiting(sideHost, "enter") },
		Visit:   &Visit{Broken: "No session", Mended: "alice"},
		Want:    Want{Cause: "cookie-host-prefix-rejected", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend:    resettled("api", strict("", "SAMESITE=lax", "NAME=__Host-sid", "BACK=/private"), func(w *World) []string { return w.visiting(sideHost, "enter") }),
	},
	{
		// The login of the whole site goes along to a part that knows other people.
		Name: "browser-cached-login-of-another-realm",
		Servers: func(w *World) {
			w.sites()
			w.passwords()
			w.Passwords("admins", "-m", "root", "other-word")
			w.File("www/page.html", caller(pageOrigin+"/admin/orders", ""))
			w.File("www/admin/orders", `{"orders":[]}`)
			w.Nginx("front", twoRealms("Admin", "@dir@/admins"))
		},
		Input: func(w *World) []string { return w.visiting(pageHost, "page.html", "-u", login) },
		Visit: &Visit{Broken: "401", Mended: "200", Ask: func(w *World) []string { return w.visiting(pageHost, "admin/orders", "-u", login) }},
		Want:  Want{Cause: "stale-cached-credentials", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "strong", Product: "nginx"},
		Mend: reproxied(twoRealms("Admin", "@dir@/htpasswd"), func(w *World) []string {
			return w.visiting(pageHost, "page.html", "-u", login)
		}),
	},
	{
		Name:    "browser-healthy-cross-site-session",
		Servers: pageAndAPI(otherOrigin+"/private", include, strict("")),
		Input:   enterOther,
		Visit:   &Visit{Calls: []string{pageOrigin}, Broken: "fetch: 200"},
	},
	{
		// A cookie that SameSite keeps back, and nobody misses.
		Name:    "browser-healthy-lax-cookie-not-missed",
		Servers: pageAndAPI(otherOrigin+"/private", include, strict("", "LAX=session_lang")),
		Input:   enterOther,
		Visit:   &Visit{Calls: []string{pageOrigin}, Broken: "fetch: 200"},
	},
	{
		Name:    "browser-healthy-preflight",
		Servers: pageAndAPI(otherOrigin+"/orders", withBearer, strict("", "HEADERS=Authorization")),
		Input:   openPage,
		Visit:   &Visit{Calls: []string{otherOrigin}, Broken: "fetch: 200"},
	},
	{
		Name: "browser-healthy-basic-login",
		Servers: func(w *World) {
			w.sites()
			w.passwords()
			w.File("www/page.html", caller(pageOrigin+"/admin/orders", ""))
			w.File("www/admin/orders", `{"orders":[]}`)
			w.Nginx("front", twoRealms("Orders", "@dir@/htpasswd"))
		},
		Input: func(w *World) []string { return w.visiting(pageHost, "page.html", "-u", login) },
		Visit: &Visit{Broken: "fetch: 200"},
	},
}
