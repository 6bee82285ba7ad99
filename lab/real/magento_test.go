package real

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What platform-facts.md saw on a running Magento 2.4.6-p1, row by row, held against the replica.

func shop(t *testing.T, version string) *Magento {
	t.Helper()
	limit(t)
	return NewWorld(t).Magento("front", version).Serve("", "")
}

func refusal(resource string) string {
	return `{"message":"The consumer isn't authorized to access %resources.","parameters":{"resources":"` + resource + `"}}`
}

func (m *Magento) wants(t *testing.T, what string, r Reply, status int, body string) {
	t.Helper()
	if r.Status != status || body != "" && !strings.Contains(r.Body, body) {
		t.Errorf("%s: want %d %s, got %v", what, status, body, r)
	}
}

func (m *Magento) bearer(path, token string) Reply {
	m.Helper()
	return m.ask(path, "-H", "Authorization: Bearer "+token)
}

// TestMagentoRefusal is the one sentence for many causes: every byte.
func TestMagentoRefusal(t *testing.T) {
	m := shop(t, "2.4.6-p1")
	r := m.ask(mageModules)
	if r.Status != 401 || r.Body != refusal("Magento_Backend::admin") {
		t.Errorf("%v", r)
	}
	for name, want := range map[string]string{"Content-Type": "application/json; charset=utf-8", "WWW-Authenticate": "", "Expires": "Thu, 19 Nov 1981 08:52:00 GMT", "Pragma": "no-cache", "Cache-Control": "no-store"} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, part := range []string{"PHPSESSID=", "Max-Age=3600", "path=/", "domain=", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(r.Header.Get("Set-Cookie"), part) {
			t.Errorf("Set-Cookie %q lacks %s", r.Header.Get("Set-Cookie"), part)
		}
	}
	if r := m.ask(mageModules, "-H", "Accept: application/xml"); r.Status != 401 || !strings.HasPrefix(r.Body, "<?xml") || !strings.Contains(r.Body, "<resources>Magento_Backend::admin</resources>") {
		t.Errorf("as XML: %v", r)
	}
	good := m.Token("admin", mageAdmin)
	for what, sent := range map[string]string{"wrong": "Bearer wrong", "expired": "Bearer " + m.JWT(mageCryptKey, 2, 1, -61*time.Minute),
		"badly signed": "Bearer " + m.JWT("another key", 2, 1, 0), "two spaces": "Bearer  " + good, "quotes": `Bearer "` + good + `"`, "Basic": Basic("root", magePassword),
		"an integration's": "Bearer " + mageIntegration, "a customer's": "Bearer " + m.Token("customer", mageCustomer)} {
		if r := m.ask(mageModules, "-H", "Authorization: "+sent); r.Status != 401 || r.Body != refusal("Magento_Backend::admin") {
			t.Errorf("%s: %v", what, r)
		}
	}
	if r := m.ask(mageModules, "-H", "Authorization: bEaReR "+good); r.Status != 200 {
		t.Errorf("the scheme in other letters: %v", r)
	}
	m.wants(t, "a public route and a wrong token", m.bearer("rest/V1/directory/countries/DE", "wrong"), 200, "DE")
	m.wants(t, "no route", m.ask("rest/V1/"), 404, "Request does not match any route.")
	m.wants(t, "version", m.ask("magento_version"), 200, "Magento/2.4 (Community)")
}

// TestMagentoTellingApart are the requests that tell a token that does not count from a role that lacks something.
func TestMagentoTellingApart(t *testing.T) {
	m := shop(t, "2.4.6-p1")
	clerk, admin, customer := m.Token("admin", mageClerk), m.Token("admin", mageAdmin), m.Token("customer", mageCustomer)
	m.wants(t, "the role lacks it", m.bearer(mageOrders, clerk), 401, "Magento_Sales::actions_view")
	m.wants(t, "the token counts", m.bearer(mageModules, clerk), 200, "")
	m.wants(t, "another resource", m.bearer(mageProducts, clerk), 200, "")
	m.wants(t, "everything", m.bearer(mageOrders, admin), 200, "")
	m.wants(t, "a customer", m.bearer(mageMe, customer), 200, "ann@example.com")
	m.wants(t, "an admin asking as a customer", m.bearer(mageMe, admin), 400, `"parameters":{"fieldName":"customerId"}`)
	m.wants(t, "nobody asking as a customer", m.ask(mageMe), 401, refusal("self"))

	// What helps: the setting at once, SQL only after the cache.
	m.wants(t, "the integration", m.bearer(mageProducts, mageIntegration), 401, refusal("Magento_Catalog::products"))
	m.DB.SQL("INSERT INTO mg_core_config_data (path, value) VALUES ('oauth/consumer/enable_integration_as_bearer', '1')")
	m.wants(t, "by SQL", m.bearer(mageProducts, mageIntegration), 401, "")
	m.clean(t, "config")
	m.wants(t, "by SQL and cache:clean", m.bearer(mageProducts, mageIntegration), 200, "")
	m.Set("oauth/consumer/enable_integration_as_bearer", "0")
	m.wants(t, "switched off", m.bearer(mageProducts, mageIntegration), 401, "")
	m.Set("oauth/consumer/enable_integration_as_bearer", "1")
	m.wants(t, "config:set, nothing flushed", m.bearer(mageProducts, mageIntegration), 200, "")
	m.DB.SQL("UPDATE mg_integration SET status = 0")
	m.wants(t, "inactive, Bearer", m.bearer(mageProducts, mageIntegration), 200, "")
	m.wants(t, "inactive, signed", m.signed(mageProducts, mageOAuth{}), 401, refusal("Magento_Catalog::products"))
	m.DB.SQL("UPDATE mg_authorization_rule SET permission = 'allow' WHERE resource_id = 'Magento_Sales::actions_view'")
	m.wants(t, "a rule by SQL", m.bearer(mageOrders, clerk), 401, "")
	m.clean(t, "config")
	m.wants(t, "a rule by SQL and cache:clean", m.bearer(mageOrders, clerk), 200, "")
	// Guests on the catalogue.
	m.wants(t, "a guest", m.ask(mageProducts), 401, refusal("Magento_Catalog::products"))
	m.Set("webapi/webapisecurity/allow_insecure", "1")
	m.wants(t, "a guest after config:set", m.ask(mageProducts), 401, "")
	m.clean(t, "config", "config_webservice")
	m.wants(t, "a guest after cache:clean", m.ask(mageProducts), 200, "")
	// A setting of the deployment wins, and config:set says so.
	m.Deployed("'Magento_TwoFactorAuth' => 0", "'system' => ['default' => ['oauth' => ['consumer' => ['enable_integration_as_bearer' => '0']]]]")
	m.wants(t, "locked", m.bearer(mageModules, mageIntegration), 401, "")
	if out, err := m.CLI("config:set", "oauth/consumer/enable_integration_as_bearer", "1"); err == nil || !strings.Contains(out, "already been locked") {
		t.Errorf("config:set of a locked value: %v %s", err, out)
	}
	if out, err := m.CLI("admin:user:change-password", "root"); err == nil || !strings.Contains(out, `Command "admin:user:change-password" is not defined.`) {
		t.Errorf("%v %s", err, out)
	}
}

func (m *Magento) clean(t *testing.T, types ...string) {
	t.Helper()
	if out, err := m.CLI(append([]string{"cache:clean"}, types...)...); err != nil {
		t.Fatalf("cache:clean: %v %s", err, out)
	}
}

func (m *Magento) signed(path string, o mageOAuth) Reply {
	m.Helper()
	return m.ask(path, "-H", "Authorization: "+o.Header(m.URL(m.Front, path)))
}

// TestMagentoTokenEndpoint is logging in: wrong passwords, the lock, the second factor.
func TestMagentoTokenEndpoint(t *testing.T) {
	m := shop(t, "2.4.6-p1")
	const path = "rest/V1/integration/admin/token"
	const sorry = `{"message":"The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later."}`
	for range 6 {
		m.wants(t, "wrong", m.ask(path, mageLogin(mageAdmin, "wrong")...), 401, sorry)
	}
	m.wants(t, "right, and locked", m.ask(path, mageLogin(mageAdmin, magePassword)...), 401, sorry)
	if out, _ := m.CLI("admin:user:unlock", mageAdmin); !strings.Contains(out, "was not locked or could not be unlocked") {
		t.Errorf("unlock: %s", out)
	}
	m.wants(t, "still locked", m.ask(path, mageLogin(mageAdmin, magePassword)...), 401, sorry)
	if row := m.DB.SQL("SELECT user_type, failures_count FROM mg_oauth_token_request_log"); row != "3\t6" {
		t.Errorf("the log's row: %s", row)
	}
	m.DB.SQL("DELETE FROM mg_oauth_token_request_log")
	m.wants(t, "the row is gone", m.ask(path, mageLogin(mageAdmin, magePassword)...), 200, "")
	m.wants(t, "unknown", m.ask(path, mageLogin("nobody", magePassword)...), 401, sorry)
	m.DB.SQL("UPDATE mg_admin_user SET is_active = 0 WHERE username = 'clerk'")
	m.wants(t, "inactive", m.ask(path, mageLogin(mageClerk, magePassword)...), 401, sorry)
	m.wants(t, "GET", m.ask(path), 404, "")
	m.wants(t, "a form", m.ask(path, "-d", "username=root&password="+magePassword), 400, "")
	m.DB.SQL("UPDATE mg_admin_user SET lock_expires = UTC_TIMESTAMP() + INTERVAL 1 HOUR WHERE username = 'root'")
	m.wants(t, "locked in the panel only", m.ask(path, mageLogin(mageAdmin, magePassword)...), 200, "")
	m.wants(t, "the panel", m.ask("backend/admin", "-d", "login[username]=root&login[password]="+magePassword), 200, "The account sign-in was incorrect")
	if out, _ := m.CLI("admin:user:unlock", mageAdmin); !strings.Contains(out, "has been unlocked") {
		t.Errorf("unlock: %s", out)
	}

	m.Deployed("'Magento_TwoFactorAuth' => 1", "")
	m.wants(t, "no provider", m.ask(path, mageLogin(mageAdmin, magePassword)...), 400, "Please ask an administrator with sufficient access to configure 2FA first")
	m.wants(t, "wrong first", m.ask(path, mageLogin(mageAdmin, "wrong")...), 401, sorry)
	m.Set("twofactorauth/general/force_providers", "google")
	m.wants(t, "a provider", m.ask(path, mageLogin(mageAdmin, magePassword)...), 400, `{"message":"Please use the 2fa provider-specific endpoints to obtain a token.","parameters":{"active_providers":["google"]}}`)
	m.DB.SQL("UPDATE mg_admin_user SET is_active = 1")
	m.wants(t, "nothing set up, mail down", m.ask(path, mageLogin(mageClerk, magePassword)...), 400, "Failed to send the message. Please contact the administrator")
	otp := func(code string) []string {
		return []string{"-H", "Content-Type: application/json", "-d", `{"username":"root","password":"` + magePassword + `","otp":"` + code + `"}`}
	}
	m.wants(t, "a wrong code", m.ask("rest/V1/tfa/provider/google/authenticate", otp("000000")...), 401, `{"message":"Invalid code."}`)
	m.wants(t, "the code", m.ask("rest/V1/tfa/provider/google/authenticate", otp("123456")...), 200, "")
	if out, err := m.CLI("admin:user:create", "--admin-user=root", "--admin-email=root@example.com", "--admin-password=new"); err != nil {
		t.Errorf("admin:user:create: %v %s", err, out)
	}
	m.wants(t, "the old password", m.ask(path, mageLogin(mageAdmin, magePassword)...), 401, sorry)
}

// TestMagentoSessions are cookies, revoked tokens and what a file without rights does.
func TestMagentoSessions(t *testing.T) {
	m := shop(t, "2.4.6-p1")
	admin := m.Token("admin", mageAdmin)
	m.DB.SQL("UPDATE mg_admin_user SET is_active = 0, password = 'x:y:1'")
	m.wants(t, "a deactivated administrator's token", m.bearer(mageModules, admin), 200, "")
	m.DB.SQL("INSERT INTO mg_jwt_auth_revoked VALUES (2, 1, UNIX_TIMESTAMP() + 1)")
	m.wants(t, "revoked", m.bearer(mageModules, admin), 401, refusal("Magento_Backend::admin"))

	r := m.ask("customer/account/loginPost", "-d", "login[username]="+mageCustomer+"&login[password]="+magePassword)
	cookie, _, _ := strings.Cut(r.Header.Get("Set-Cookie"), ";")
	m.wants(t, "the shop's cookie", m.ask(mageMe, "-H", "Cookie: "+cookie), 401, refusal("self"))
	m.wants(t, "and the header of scripts", m.ask(mageMe, "-H", "Cookie: "+cookie, "-H", "X-Requested-With: XMLHttpRequest"), 200, "ann@example.com")
	m.wants(t, "the panel, AJAX", m.ask("backend/admin/sales/order?isAjax=1"), 200, `"ajaxExpired":1`)
	m.wants(t, "the panel", m.ask("backend/admin/sales/order"), 302, "")
	m.wants(t, "GraphQL, wrong token", m.ask("graphql?query={storeConfig{id}}", "-g", "-H", "Authorization: Bearer wrong"), 200, "storeConfig")
	m.wants(t, "GraphQL, customer", m.ask("graphql?query={customer{id}}", "-g", "-H", "Authorization: Bearer wrong"), 200, "graphql-authorization")
	flag := filepath.Join(m.Dir, "var/.maintenance.flag")
	m.File("shop/var/.maintenance.flag", "")
	m.wants(t, "maintenance", m.ask(mageModules), 503, "")
	os.Remove(flag)
	if asRoot() { // else PHP runs as we do and could not read its own files either way
		m.Chmod("shop/pub/static/version1/base.css", 0o600)
		m.wants(t, "a static file", m.ask("static/version1/base.css"), 403, "")
		m.Chmod("shop/app/etc/env.php", 0o600)
		if r := m.ask(mageModules); r.Status != 500 || r.Body != "" {
			t.Errorf("env.php unreadable: %v", r)
		}
		m.Chmod("shop/app/etc/env.php", 0o644)
		m.Chmod("shop/pub/index.php", 0o600)
		m.wants(t, "index.php", m.ask(mageModules), 403, "Access denied.")
	}
}

// TestMagentoOAuth is signing, and what a proxy does to it.
func TestMagentoOAuth(t *testing.T) {
	m := shop(t, "2.4.6-p1")
	for _, row := range []struct {
		what   string
		o      mageOAuth
		status int
		body   string
	}{
		{"right", mageOAuth{}, 200, ""},
		{"20 minutes behind", mageOAuth{at: -20 * time.Minute}, 200, ""},
		{"ahead", mageOAuth{at: 11 * time.Minute}, 401, "An error occurred validating the nonce"},
		{"SHA-1", mageOAuth{method: "HMAC-SHA1"}, 400, "Signature method %1 is not supported"},
		{"a wrong secret", mageOAuth{secret: "wrong"}, 401, "The signature is invalid. Verify and try again."},
		{"a short key", mageOAuth{key: "short"}, 401, "Consumer key is not the correct length"},
		{"no such consumer", mageOAuth{key: strings.Repeat("z", 32)}, 401, "A consumer having the specified key does not exist"},
		{"no such token", mageOAuth{token: strings.Repeat("z", 32)}, 401, "Specified token does not exist"},
		{"version", mageOAuth{version: "2.0"}, 400, ""},
		{"no nonce", mageOAuth{drop: "oauth_nonce"}, 400, ""},
		{"no token", mageOAuth{drop: "oauth_token"}, 400, ""},
		{"a nonce", mageOAuth{nonce: "once"}, 200, ""},
		{"the nonce again", mageOAuth{nonce: "once"}, 401, "The nonce is already being used by the consumer with ID %1"},
	} {
		m.wants(t, row.what, m.signed(mageProducts, row.o), row.status, row.body)
	}
	m.DB.SQL("UPDATE mg_oauth_token SET revoked = 1")
	m.wants(t, "revoked", m.signed(mageProducts, mageOAuth{}), 401, "Access token has been revoked")
}

// TestMagentoBehindAProxy is set-up 183 and 184: the signature is made for what Magento sees.
func TestMagentoBehindAProxy(t *testing.T) {
	limit(t)
	m := NewWorld(t).Magento("front", "2.4.6-p1").Behind("proxy_set_header Host internal.lab:8080; proxy_set_header X-Forwarded-Proto https;")
	m.wants(t, "signed for the public address", m.signed(mageProducts, mageOAuth{}), 401, "The signature is invalid. Verify and try again.")
	m.wants(t, "signed for what Magento sees", m.ask(mageProducts, "-H", "Authorization: "+mageOAuth{}.Header("https://internal.lab:8080/"+mageProducts)), 200, "")
	m.Server("front").Mend("server {\n\tlisten @front@;\n\tlocation / {\n\t\tproxy_pass http://@app@;\n\t\tproxy_set_header Host $http_host;\n\t}\n}\n")
	m.wants(t, "with the host kept", m.signed(mageProducts, mageOAuth{}), 200, "")
}

// TestMagentoServers are set-ups 181 and 182, and a version before 2.4.4.
func TestMagentoServers(t *testing.T) {
	for what, server := range map[string][2]string{"181": {nginxStaging, ""}, "182": {"", "fastcgi_param HTTP_AUTHORIZATION \"\";"}} {
		t.Run(what, func(t *testing.T) {
			limit(t)
			m := NewWorld(t).Magento("front", "2.4.6-p1").Serve(server[0], server[1])
			r := m.bearer(mageModules, m.JWT(mageCryptKey, 2, 1, 0))
			if asks := r.Header.Get("WWW-Authenticate") != ""; r.Status != 401 || asks != (what == "181") {
				t.Errorf("%v", r)
			}
		})
	}
	t.Run("2.4.3", func(t *testing.T) {
		m := shop(t, "2.4.3")
		m.wants(t, "an integration's token", m.bearer(mageProducts, mageIntegration), 200, "")
		token := m.Token("admin", mageAdmin)
		if len(token) != 32 {
			t.Errorf("a token of %d characters", len(token))
		}
		m.wants(t, "an opaque token", m.bearer(mageModules, token), 200, "")
		m.DB.SQL("UPDATE mg_oauth_token SET created_at = UTC_TIMESTAMP() - INTERVAL 5 HOUR WHERE user_type = 2")
		m.wants(t, "after five hours", m.bearer(mageModules, token), 401, fmt.Sprint(refusal("Magento_Backend::admin")))
	})
}
