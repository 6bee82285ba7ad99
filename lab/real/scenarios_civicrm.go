package real

import (
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// civicrm starts CiviCRM of a version behind a set-up and prepares it further.
func civicrm(setUp int, version string, prepare ...func(*CiviCRM)) func(*World) {
	return func(w *World) {
		c := w.WordPress("front").CiviCRM(version)
		for _, p := range prepare {
			p(c)
		}
		c.Serve(setUp)
	}
}

func civiSet(assignments ...string) func(*CiviCRM) {
	return func(c *CiviCRM) {
		for _, a := range assignments {
			c.Set(a)
		}
	}
}

// askCivi asks for a route of CiviCRM.
func askCivi(path string, args ...string) func(*World) []string {
	return func(w *World) []string { return curl(append(args, w.URL("front", path))...) }
}

func mendCivi(change func(*CiviCRM), ask func(*World) []string) func(*World) []string {
	return func(w *World) []string { change(w.Civi); return ask(w) }
}

func civiWant(cause string, faultAt exchange.Layer, grade string, accept ...string) Want {
	return Want{Cause: cause, Accept: accept, RefusedBy: exchange.Application, FaultAt: faultAt, Grade: grade, Product: "CiviCRM"}
}

var (
	conflict    = civiWant("civicrm-authx-basic-layer-conflict", exchange.Application, "proved")
	throughDoor = askCivi(civiID, "-u", stagingLogin)
	emptyList   = mendCivi(civiSet("authx_header_cred=[]"), throughDoor)
	civiBearer  = func(token string) string { return "Authorization: Bearer " + token }
	civiToken   = func(exp time.Duration) string {
		return HS256(civiSignKey, Claims{"sub": "cid:2", "scope": "authx", "exp": exp})
	}
	civiDashHTML = "civicrm/contribute/transact?reset=1&id=1"
)

var civicrmScenarios = []Scenario{
	{Name: "civicrm-prompt-nginx", Servers: civicrm(81, "5.74.3"), Input: throughDoor, Want: conflict, Mend: emptyList},
	{
		Name: "civicrm-prompt-nginx-a-page", Servers: civicrm(81, "5.67.1"), Input: askCivi(civiDashHTML, "-u", stagingLogin), Want: conflict,
		Mend: mendCivi(func(c *CiviCRM) {
			c.DB.SQL("UPDATE civicrm_setting SET value = 'a:0:{}' WHERE name = 'authx_header_cred'")
		}, askCivi(civiDashHTML, "-u", stagingLogin)),
	},
	{
		Name: "civicrm-prompt-apache-htaccess", Servers: civicrm(91, "6.2.0"), Input: throughDoor, Want: conflict,
		Mend: func(w *World) []string {
			w.File("site/.htaccess", replace(wpHtaccess, "RewriteRule .* -", "RewriteCond %{HTTP:Authorization} !^(Basic|Digest)\\s [NC]\nRewriteRule .* -"))
			return throughDoor(w)
		},
	},
	{Name: "civicrm-prompt-apache-cgipassauth", Servers: civicrm(94, "5.74.3"), Input: throughDoor, Want: conflict, Mend: emptyList},
	{Name: "civicrm-prompt-apache-fpm-htaccess", Servers: civicrm(98, "6.13.2"), Input: throughDoor, Want: conflict, Mend: emptyList},
	{
		Name: "civicrm-prompt-before-5-50", Servers: civicrm(81, "5.49.4", civiSet("authx_header_cred=[]")), Input: throughDoor, Want: conflict,
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxHidesBasic + nginxPHP("site", nginxStaging, "fastcgi_param HTTP_AUTHORIZATION $token_only;"))
			return throughDoor(w)
		},
	},
	{
		Name: "civicrm-prompt-mandatory-setting", Servers: civicrm(81, "5.74.3", func(c *CiviCRM) {
			c.Settings("$civicrm_setting['domain']['authx_header_cred'] = ['jwt'];")
		}), Input: throughDoor, Want: conflict,
		Mend: mendCivi(func(c *CiviCRM) { c.Settings("$civicrm_setting['domain']['authx_header_cred'] = [];") }, throughDoor),
	},
	{
		Name: "civicrm-prompt-6-14-with-passwords", Servers: civicrm(81, "6.14.0", civiSet(`authx_header_cred=["jwt","api_key","pass"]`)), Input: throughDoor, Want: conflict,
		Mend: mendCivi(civiSet(`authx_header_cred=["jwt","api_key"]`), throughDoor),
	},
	{
		Name: "civicrm-prompt-clean-url-or-query", Servers: civicrm(81, "5.74.3"), Input: askCivi("?civiwp=CiviCRM&q=civicrm/dashboard", "-u", stagingLogin), Want: conflict,
		Mend: mendCivi(civiSet("authx_header_cred=[]"), askCivi("?civiwp=CiviCRM&q=civicrm/dashboard", "-u", stagingLogin)),
	},
	{
		Name: "civicrm-stray-login-on-an-open-site", Servers: civicrm(80, "5.74.3"), Input: throughDoor,
		Want: civiWant("unsolicited-authorization-sent", exchange.Client, "proved", "civicrm-authx-basic-layer-conflict", "wrong-password"), Mend: askCivi(civiID),
	},
	{
		Name: "civicrm-password-not-allowed", Servers: civicrm(80, "5.74.3"), Input: askCivi(civiID, "-u", "civi:"+wpPassword("civi")),
		Want: civiWant("civicrm-authx-flow-disabled", exchange.Application, "proved"),
		Mend: mendCivi(civiSet(`authx_header_cred=["jwt","api_key","pass"]`), askCivi(civiID, "-u", "civi:"+wpPassword("civi"))),
	},
	{
		Name: "civicrm-xheader-not-allowed", Servers: civicrm(81, "5.74.3", civiSet(`authx_xheader_cred=["jwt"]`)), Input: askCivi(civiID, "-u", stagingLogin, "-H", "X-Civi-Auth: Bearer "+civiKey),
		Want: civiWant("civicrm-authx-flow-disabled", exchange.Application, "proved"),
		Mend: mendCivi(civiSet(`authx_xheader_cred=["jwt","api_key"]`), askCivi(civiID, "-u", stagingLogin, "-H", "X-Civi-Auth: Bearer "+civiKey)),
	},
	{
		Name: "civicrm-guard", Servers: civicrm(80, "5.74.3"), Input: askCivi(civiID, "-H", civiBearer(civiWeakKey)),
		Want: civiWant("civicrm-authx-flow-disabled", exchange.Application, "proved"),
		Mend: askCivi(civiID, "-H", civiBearer(civiWeakKey), "-H", "X-Civi-Key: "+civiSiteKey),
	},
	{
		Name: "civicrm-contact-without-user", Servers: civicrm(80, "5.74.3", civiSet("authx_header_user=require")), Input: askCivi(civiID, "-H", civiBearer(civiLonelyKey)),
		Want: civiWant("civicrm-authx-flow-disabled", exchange.Application, "proved"),
		Mend: mendCivi(civiSet("authx_header_user=optional"), askCivi(civiID, "-H", civiBearer(civiLonelyKey), "-H", "X-Civi-Key: "+civiSiteKey)),
	},
	{
		Name: "civicrm-session-of-another", Servers: civicrm(80, "6.2.0"), Input: func(w *World) []string {
			return askCivi(civiID, "-H", civiBearer(civiKey), "-H", "Cookie: "+w.Site.Login("alice"))(w)
		},
		Want: civiWant("civicrm-authx-session-mismatch", exchange.Client, "proved"), Mend: askCivi(civiID, "-H", civiBearer(civiKey)),
	},
	{
		Name: "civicrm-token-expired", Servers: civicrm(80, "5.74.3"), Input: func(w *World) []string { return askCivi(civiID, "-H", civiBearer(civiToken(-time.Hour)))(w) },
		Want: civiWant("token-expired", exchange.Client, "proved"), Mend: func(w *World) []string { return askCivi(civiID, "-H", civiBearer(civiToken(time.Hour)))(w) },
	},
	{
		Name: "civicrm-key-wrong", Servers: civicrm(80, "5.74.3"), Input: askCivi(civiID, "-H", civiBearer("a-key-that-nobody-has")),
		Want: civiWant("token-revoked", exchange.Client, "likely", "wrong-password", "token-wrong-environment"), Mend: askCivi(civiID, "-H", civiBearer(civiKey)),
	},
	{
		Name: "civicrm-bearer-in-small-letters", Servers: civicrm(80, "5.74.3"), Input: askCivi(civiID, "-H", "Authorization: bearer "+civiKey),
		Want: civiWant("authorization-scheme-wrong", exchange.Client, "proved"), Mend: askCivi(civiID, "-H", civiBearer(civiKey)),
	},
	{
		Name: "civicrm-key-without-a-scheme", Servers: civicrm(80, "5.74.3"), Input: askCivi(civiID, "-H", "Authorization: "+civiKey),
		Want: civiWant("authorization-scheme-missing", exchange.Client, "proved"), Mend: askCivi(civiID, "-H", civiBearer(civiKey)),
	},
	{
		Name: "civicrm-header-not-read", Servers: civicrm(80, "5.74.3", civiSet("authx_header_cred=[]")), Input: askCivi(civiID, "-H", civiBearer(civiKey)),
		Want:   civiWant("civicrm-authx-flow-disabled", exchange.Application, "proved", "apache-cgi-strips-authorization"),
		Status: 200, Mend: mendCivi(civiSet(`authx_header_cred=["jwt","api_key"]`), askCivi(civiID, "-H", civiBearer(civiKey))), Passes: saysBody(`"contact_id":2`),
	},
	{
		Name: "civicrm-header-lost-in-apache", Servers: civicrm(96, "5.74.3"), Input: askCivi(civiID, "-H", civiBearer(civiKey)),
		Want:   withFault(civiWant("apache-cgi-strips-authorization", exchange.WebServer, "strong", "civicrm-authx-flow-disabled"), exchange.Application),
		Status: 200, Mend: func(w *World) []string { w.Site.Htaccess(); return askCivi(civiID, "-H", civiBearer(civiKey))(w) }, Passes: saysBody(`"contact_id":2`),
	},
	{
		Name: "civicrm-legacy-key-wrong", Servers: civicrm(80, "5.74.3"), Input: askCivi("civicrm/ajax/rest?entity=Contact&action=get&api_key=wrong-key-00&key=" + civiSiteKey),
		Want:   civiWant("token-revoked", exchange.Client, "likely", "wrong-password", "credential-type-wrong", "token-wrong-environment", "200-login-page-instead-of-401"), // the key is wrong, and 200 says so
		Status: 200, Mend: askCivi("civicrm/ajax/rest?entity=Contact&action=get&api_key=" + civiKey + "&key=" + civiSiteKey),
		Passes: func(r Reply) string {
			if !strings.Contains(r.Body, `"is_error":0`) {
				return "still an error"
			}
			return ""
		},
	},
}

var civicrmHealthy = []Scenario{
	healthy("civicrm-prompt-after-the-fix", civicrm(81, "5.74.3", civiSet("authx_header_cred=[]")), throughDoor),
	healthy("civicrm-prompt-6-14", civicrm(81, "6.14.0"), throughDoor),
	healthy("civicrm-prompt-apache-fpm", civicrm(93, "5.74.3"), throughDoor),
	healthy("civicrm-key", civicrm(80, "5.74.3"), askCivi(civiID, "-H", civiBearer(civiKey))),
	healthy("civicrm-xheader-beside-the-prompt", civicrm(81, "5.74.3"), askCivi(civiID, "-u", stagingLogin, "-H", "X-Civi-Auth: Bearer "+civiKey)),
	healthy("civicrm-nobody", civicrm(80, "5.74.3"), askCivi(civiID)),
}
