package real

import (
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// magento starts a shop of a version and prepares it further.
func magento(version, server, fastcgi string, prepare ...func(*Magento)) func(*World) {
	return func(w *World) {
		m := w.Magento("front", version)
		for _, p := range prepare {
			p(m)
		}
		m.Serve(server, fastcgi)
	}
}

func askMage(path string, args ...string) func(*World) []string {
	return func(w *World) []string { return curl(append(args, w.URL("front", path))...) }
}

// askMageAs asks with a token that the shop gives: kind is "admin" or "customer".
func askMageAs(path, kind, user string) func(*World) []string {
	return func(w *World) []string {
		return curl("-H", "Authorization: Bearer "+w.Shop.Token(kind, user), w.URL("front", path))
	}
}

func askMageJWT(path, key string, userType int, issued time.Duration) func(*World) []string {
	return func(w *World) []string {
		return curl("-H", "Authorization: Bearer "+w.Shop.JWT(key, userType, 1, issued), w.URL("front", path))
	}
}

func mendMage(change func(*Magento), ask func(*World) []string) func(*World) []string {
	return func(w *World) []string { change(w.Shop); return ask(w) }
}

func mageWant(cause string, faultAt exchange.Layer, grade string, accept ...string) Want {
	return Want{Cause: cause, Accept: accept, RefusedBy: exchange.Application, FaultAt: faultAt, Grade: grade, Product: "Magento"}
}

const (
	mageAdminToken = "rest/V1/integration/admin/token"
	mageBearerPath = "oauth/consumer/enable_integration_as_bearer"
)

var (
	mageIntegrationBearer = "Authorization: Bearer " + mageIntegration
	withSecondFactor      = func(m *Magento) { m.Deployed("'Magento_TwoFactorAuth' => 1", "") }
	allowBearer           = func(m *Magento) { m.Set(mageBearerPath, "1") }
)

var magentoScenarios = []Scenario{
	{
		Name: "magento-integration-token-as-bearer", Servers: magento("2.4.6-p1", "", ""), Input: askMage(mageProducts, "-H", mageIntegrationBearer),
		Want: mageWant("magento-integration-bearer-disabled", exchange.Application, "strong"),
		Mend: mendMage(allowBearer, askMage(mageProducts, "-H", mageIntegrationBearer)),
	},
	{
		Name: "magento-role-lacks-the-resource", Servers: magento("2.4.6-p1", "", ""), Input: askMageAs(mageOrders, "admin", mageClerk),
		Want: mageWant("magento-acl-resource-missing", exchange.Application, "proved"),
		Mend: mendMage(func(m *Magento) {
			m.DB.SQL("UPDATE mg_authorization_rule SET permission = 'allow' WHERE resource_id = 'Magento_Sales::actions_view'")
			_, _ = m.CLI("cache:clean", "config")
		}, askMageAs(mageOrders, "admin", mageClerk)),
	},
	{
		Name: "magento-integration-lacks-the-resource", Servers: magento("2.4.6-p1", "", "", allowBearer), Input: askMage("rest/V1/invoices", "-H", mageIntegrationBearer),
		Want: mageWant("magento-acl-resource-missing", exchange.Application, "proved"),
		Mend: mendMage(func(m *Magento) {
			m.DB.SQL("INSERT INTO mg_authorization_rule (role_id, resource_id, permission) VALUES (5, 'Magento_Sales::sales_invoice', 'allow')")
			_, _ = m.CLI("cache:clean", "config")
		}, askMage("rest/V1/invoices", "-H", mageIntegrationBearer)),
	},
	{
		Name: "magento-integration-token-before-2-4-4", Servers: magento("2.4.3", "", ""), Input: askMage("rest/V1/invoices", "-H", mageIntegrationBearer),
		Want: mageWant("magento-acl-resource-missing", exchange.Application, "proved"),
		Mend: askMageAs("rest/V1/invoices", "admin", mageAdmin),
	},
	{
		Name: "magento-token-expired", Servers: magento("2.4.6-p1", "", ""), Input: askMageJWT(mageOrders, mageCryptKey, 2, -61*time.Minute),
		Want: mageWant("magento-token-lifetime", exchange.Client, "proved", "token-expired"), Mend: askMageAs(mageOrders, "admin", mageAdmin),
	},
	{
		Name: "magento-customer-token-expired", Servers: magento("2.4.6-p1", "", ""), Input: askMageJWT(mageMe, mageCryptKey, 3, -61*time.Minute),
		Want: mageWant("magento-token-lifetime", exchange.Client, "proved", "token-expired"), Mend: askMageAs(mageMe, "customer", mageCustomer),
	},
	{
		Name: "magento-opaque-token-expired", Servers: magento("2.4.3", "", ""), Input: func(w *World) []string {
			asked := askMageAs(mageOrders, "admin", mageAdmin)(w)
			w.Shop.DB.SQL("UPDATE mg_oauth_token SET created_at = UTC_TIMESTAMP() - INTERVAL 5 HOUR WHERE user_type = 2")
			return asked
		},
		// A token of 32 characters does not say whose it is or when it was made.
		Want: mageWant("magento-token-lifetime", exchange.Client, "likely", "magento-integration-bearer-disabled", "token-revoked"), Mend: askMageAs(mageOrders, "admin", mageAdmin),
	},
	{
		Name: "magento-token-of-another-installation", Servers: magento("2.4.6-p1", "", ""), Input: askMageJWT(mageOrders, "the live shop's key", 2, -time.Minute),
		Want: mageWant("token-wrong-environment", exchange.Client, "strong", "jwt-signature-invalid-wrong-key", "token-revoked"),
		Mend: askMageAs(mageOrders, "admin", mageAdmin),
	},
	{
		Name: "magento-token-revoked", Servers: magento("2.4.6-p1", "", ""), Input: func(w *World) []string {
			asked := askMageAs(mageOrders, "admin", mageAdmin)(w)
			w.Shop.DB.SQL("INSERT INTO mg_jwt_auth_revoked VALUES (2, 1, UNIX_TIMESTAMP() + 1)")
			return asked
		},
		Want: mageWant("token-revoked", exchange.Client, "strong", "token-wrong-environment", "jwt-signature-invalid-wrong-key"),
		Mend: mendMage(func(m *Magento) { m.DB.SQL("DELETE FROM mg_jwt_auth_revoked") }, askMageAs(mageOrders, "admin", mageAdmin)),
	},
	{
		Name: "magento-prompt-in-front", Servers: magento("2.4.6-p1", nginxStaging, ""), Input: askMageJWT(mageOrders, mageCryptKey, 2, 0),
		Want: Want{Cause: "magento-basic-layer", Accept: []string{"two-auth-layers-one-header"}, RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxPHP("shop/pub", nginxStaging+"\nlocation ^~ /rest/ { auth_basic off; try_files $uri /index.php?$args; }", "auth_basic off;"))
			return askMageJWT(mageOrders, mageCryptKey, 2, 0)(w)
		},
	},
	{
		Name: "magento-prompt-login-on-the-api", Servers: magento("2.4.6-p1", nginxStaging, ""), Input: askMage(mageOrders, "-u", stagingLogin),
		Want: withFault(mageWant("magento-basic-layer", exchange.WebServer, "strong", "basic-layer-credentials-reach-app", "two-auth-layers-one-header"), exchange.Client),
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxPHP("shop/pub", "", ""))
			return askMageAs(mageOrders, "admin", mageAdmin)(w)
		},
	},
	{
		Name: "magento-header-stripped", Servers: magento("2.4.6-p1", "", `fastcgi_param HTTP_AUTHORIZATION "";`), Input: askMageJWT(mageOrders, mageCryptKey, 2, 0),
		// Byte for byte the answer to a token that was revoked, or that another key signed.
		Want: mageWant("nginx-fastcgi-authorization-missing", exchange.WebServer, "likely", "token-wrong-environment", "token-revoked", "reverse-proxy-strips-authorization", "jwt-signature-invalid-wrong-key"),
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxPHP("shop/pub", "", ""))
			return askMageJWT(mageOrders, mageCryptKey, 2, 0)(w)
		},
	},
	{
		Name: "magento-no-token", Servers: magento("2.4.6-p1", "", ""), Input: askMage(mageProducts),
		Want: mageWant("no-credentials-sent", exchange.Client, "strong"), Mend: askMageAs(mageProducts, "admin", mageAdmin),
	},
	{
		Name: "magento-customer-token-on-an-admin-route", Servers: magento("2.4.6-p1", "", ""), Input: askMageAs(mageOrders, "customer", mageCustomer),
		Want: mageWant("credential-type-wrong", exchange.Client, "proved", "magento-acl-resource-missing"), Mend: askMageAs(mageOrders, "admin", mageAdmin),
	},
	{
		Name: "magento-basic-on-the-api", Servers: magento("2.4.6-p1", "", ""), Input: askMage(mageOrders, "-u", "root:"+magePassword),
		Want: mageWant("authorization-scheme-wrong", exchange.Client, "strong", "credential-type-wrong"), Mend: askMageAs(mageOrders, "admin", mageAdmin),
	},
	{
		Name: "magento-token-in-quotes", Servers: magento("2.4.6-p1", "", ""), Input: func(w *World) []string {
			return curl("-H", `Authorization: Bearer "`+w.Shop.Token("admin", mageAdmin)+`"`, w.URL("front", mageOrders))
		},
		Want: mageWant("token-quoted", exchange.Client, "proved"), Mend: askMageAs(mageOrders, "admin", mageAdmin),
	},
	{
		Name: "magento-two-spaces", Servers: magento("2.4.6-p1", "", ""), Input: func(w *World) []string {
			return curl("-H", "Authorization: Bearer  "+w.Shop.Token("admin", mageAdmin), w.URL("front", mageOrders))
		},
		Want: mageWant("token-whitespace-or-newline", exchange.Client, "proved"), Mend: askMageAs(mageOrders, "admin", mageAdmin),
	},
	{
		Name: "magento-shop-cookie-without-the-script-header", Servers: magento("2.4.6-p1", "", ""), Input: func(w *World) []string {
			r := w.Shop.ask("customer/account/loginPost", "-d", "login[username]="+mageCustomer+"&login[password]="+magePassword)
			cookie, _, _ := strings.Cut(r.Header.Get("Set-Cookie"), ";")
			return curl("-H", "Cookie: "+cookie, w.URL("front", mageMe))
		},
		Want: mageWant("csrf-token-missing-or-mismatch", exchange.Client, "proved", "credential-type-wrong", "method-or-content-type-401"),
		Mend: askMageAs(mageMe, "customer", mageCustomer),
	},
	{
		Name: "magento-admin-password-wrong", Servers: magento("2.4.6-p1", "", ""), Input: askMage(mageAdminToken, mageLogin(mageAdmin, "wrong")...), Options: replayed, Unsafe: true,
		Want: mageWant("wrong-password", exchange.Client, "strong", "account-locked-or-disabled"), Mend: askMage(mageAdminToken, mageLogin(mageAdmin, magePassword)...),
	},
	{
		Name: "magento-second-factor", Servers: magento("2.4.6-p1", "", "", withSecondFactor, func(m *Magento) { m.Set("twofactorauth/general/force_providers", "google") }),
		Input: askMage(mageAdminToken, mageLogin(mageAdmin, magePassword)...), Options: replayed, Unsafe: true, Status: 400,
		Want: mageWant("magento-2fa-admin-token", exchange.Client, "proved"),
		Mend: askMage("rest/V1/tfa/provider/google/authenticate", "-H", "Content-Type: application/json", "-d", `{"username":"root","password":"`+magePassword+`","otp":"123456"}`),
	},
	{
		Name: "magento-second-factor-not-set-up", Servers: magento("2.4.6-p1", "", "", withSecondFactor),
		Input: askMage(mageAdminToken, mageLogin(mageAdmin, magePassword)...), Options: replayed, Unsafe: true, Status: 400,
		Want: withFault(mageWant("magento-2fa-admin-token", exchange.Client, "proved"), exchange.Application),
		Mend: mendMage(func(m *Magento) { m.Deployed("'Magento_TwoFactorAuth' => 0", "") }, askMage(mageAdminToken, mageLogin(mageAdmin, magePassword)...)),
	},
	{
		Name: "magento-signature-behind-a-proxy", Servers: func(w *World) {
			w.Magento("front", "2.4.6-p1").Behind("proxy_set_header Host internal.lab:8080; proxy_set_header X-Forwarded-Proto https;")
		},
		Input: func(w *World) []string {
			return curl("-H", "Authorization: "+mageOAuth{}.Header(w.URL("front", mageProducts)), w.URL("front", mageProducts))
		},
		Options: keyFile("consumersecret00000000000000000a", "tokensecret000000000000000000001"),
		Want:    withFault(mageWant("oauth1-base-url-mismatch", exchange.Gateway, "likely", "oauth1-base-string-encoding"), exchange.Client, exchange.WebServer),
		Mend: func(w *World) []string {
			w.Server("front").Mend("server {\n\tlisten @front@;\n\tlocation / {\n\t\tproxy_pass http://@app@;\n\t\tproxy_set_header Host $http_host;\n\t}\n}\n")
			return curl("-H", "Authorization: "+mageOAuth{}.Header(w.URL("front", mageProducts)), w.URL("front", mageProducts))
		},
	},
	{
		Name: "magento-clock-ahead", Servers: magento("2.4.6-p1", "", ""), Input: func(w *World) []string {
			return curl("-H", "Authorization: "+mageOAuth{at: 20 * time.Minute}.Header(w.URL("front", mageProducts)), w.URL("front", mageProducts))
		},
		Want: mageWant("oauth-timestamp-or-nonce", exchange.Client, "strong"),
		Mend: func(w *World) []string {
			return curl("-H", "Authorization: "+mageOAuth{}.Header(w.URL("front", mageProducts)), w.URL("front", mageProducts))
		},
	},
}

var magentoHealthy = []Scenario{
	healthy("magento-admin-token", magento("2.4.6-p1", "", ""), askMageAs(mageModules, "admin", mageClerk)),
	healthy("magento-integration-token", magento("2.4.6-p1", "", "", allowBearer), askMage(mageProducts, "-H", mageIntegrationBearer)),
	healthy("magento-integration-token-2-4-3", magento("2.4.3", "", ""), askMage(mageProducts, "-H", mageIntegrationBearer)),
	withOptions(keyFile("consumersecret00000000000000000a", "tokensecret000000000000000000001"), healthy("magento-signed", magento("2.4.6-p1", "", ""), func(w *World) []string {
		return curl("-H", "Authorization: "+mageOAuth{}.Header(w.URL("front", mageProducts)), w.URL("front", mageProducts))
	})),
	healthy("magento-public-route-wrong-token", magento("2.4.6-p1", "", ""), askMage("rest/V1/directory/countries/DE", "-H", "Authorization: Bearer wrong")),
}
