package real

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What platform-facts.md saw on running sites, row by row, held against the replica.

// civiSite is CiviCRM 5.74.3 behind one of the set-ups.
func civiSite(t *testing.T, setUp int, version string) *CiviCRM {
	t.Helper()
	limit(t)
	w := NewWorld(t)
	c := w.WordPress("front").CiviCRM(version)
	c.Serve(setUp)
	return c
}

// ask sends a request with curl.
func (c *CiviCRM) ask(path string, args ...string) Reply {
	c.Helper()
	return c.warm(curl(append(args, c.URL(c.Front, path))...))
}

func (c *CiviCRM) wants(t *testing.T, what string, r Reply, status int, body string) {
	t.Helper()
	if r.Status != status || r.Body != body {
		t.Errorf("%s: want %d %q, got %v\n%s", what, status, body, r, c.Logs())
	}
}

// TestCiviCRMRefusal is the 401 of the first seed: every byte, and the answer after the fix.
func TestCiviCRMRefusal(t *testing.T) {
	c := civiSite(t, 81, "5.74.3")
	r := c.ask(civiID, "-u", stagingLogin)
	c.wants(t, "with the prompt's login", r, 401, civiInvalid)
	if len(r.Body) != 27 {
		t.Errorf("%d bytes", len(r.Body))
	}
	for name, want := range map[string]string{"Content-Type": "text/plain;charset=UTF-8", "WWW-Authenticate": "", "Expires": "Thu, 19 Nov 1981 08:52:00 GMT",
		"Cache-Control": "no-store, no-cache, must-revalidate", "Pragma": "no-cache", "X-Powered-By": ""} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(r.Header.Get("Set-Cookie"), "PHPSESSID=") || !strings.HasSuffix(r.Header.Get("Set-Cookie"), "; path=/") {
		t.Errorf("Set-Cookie %q", r.Header.Get("Set-Cookie"))
	}
	if r := c.ask(civiID); r.Status != 401 || r.Header.Get("WWW-Authenticate") != `Basic realm="Staging"` || !strings.Contains(r.Body, "<center>nginx") {
		t.Errorf("nginx's own refusal: %v", r)
	}
	c.Set("authx_header_cred=[]")
	r = c.ask(civiID, "-u", stagingLogin)
	c.wants(t, "after the fix", r, 200, civiNobody)
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
}

// TestCiviCRMSetUps says which servers hand the header to PHP.
func TestCiviCRMSetUps(t *testing.T) {
	for setUp, status := range map[int]int{80: 401, 81: 401, 82: 200, 91: 401, 92: 200, 93: 200, 94: 401, 95: 401, 96: 200, 98: 401} {
		t.Run(fmt.Sprint(setUp), func(t *testing.T) {
			c := civiSite(t, setUp, "5.74.3")
			body := civiNobody
			if status == 401 {
				body = civiInvalid
			}
			c.wants(t, "authx/id", c.ask(civiID, "-u", stagingLogin), status, body)
			c.wants(t, "?civiwp=", c.ask("?civiwp=CiviCRM&q=civicrm/authx/id", "-u", stagingLogin), status, body)
			if setUp == 80 || setUp > 94 && setUp < 97 { // open
				c.wants(t, "without a header", c.ask(civiID), 200, civiNobody)
			}
		})
	}
	// The header is taken away after Apache has looked at it, and the rewritten request is looked at again.
	t.Run("97", func(t *testing.T) {
		c := civiSite(t, 97, "5.74.3")
		if r := c.ask(civiID, "-u", stagingLogin); r.Status != 401 || r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("clean URL: %v", r)
		}
		c.wants(t, "?civiwp=", c.ask("?civiwp=CiviCRM&q=civicrm/authx/id", "-u", stagingLogin), 401, civiInvalid)
	})
}

// TestCiviCRMPaths says which addresses the refusal reaches.
func TestCiviCRMPaths(t *testing.T) {
	c := civiSite(t, 81, "5.74.3")
	s := []string{"-u", stagingLogin}
	admin := append(s, "-H", "Cookie: "+c.LoginThrough(wpAdmin, stagingLogin))
	for _, path := range []string{"dashboard", "user", "contribute/transact", "ajax/rest", "ajax/api4/Contact/get", "authx/id", "authx/login", "payment/ipn/1"} {
		c.wants(t, path, c.ask("civicrm/"+path, s...), 401, civiInvalid)
		c.wants(t, path+" as administrator", c.ask("civicrm/"+path, admin...), 401, civiInvalid)
	}
	c.wants(t, "the panel", c.ask("wp-admin/admin.php?page=CiviCRM", admin...), 401, civiInvalid)
	for path, want := range map[string]string{"": "200", "wp-login.php": "200 loginform", "wp-json/": "200 civicrm/v3", "civicrm/": "200 base page",
		"wp-json/civicrm/v3/rest": "500 civicrm_rest_api_error", "wp-content/plugins/civicrm/civicrm/extern/rest.php": "200 Failed to authenticate key",
		"wp-content/plugins/civicrm/civicrm/extern/url.php": "302", "wp-content/plugins/civicrm/civicrm/xml/version.xml": "200 5.74.3"} {
		status, part, _ := strings.Cut(want, " ")
		if r := c.ask(path, s...); fmt.Sprint(r.Status) != status || !strings.Contains(strings.ReplaceAll(r.Body, `\/`, "/"), part) {
			t.Errorf("/%s: want %s, got %v", path, want, r)
		}
	}
	if r := c.ask("wp-admin/", admin...); r.Status != 200 {
		t.Errorf("the panel itself: %v", r)
	}
}

// TestCiviCRMFixes holds each fix against the same request; nothing is flushed between.
func TestCiviCRMFixes(t *testing.T) {
	c := civiSite(t, 81, "5.74.3")
	// status asks, explaining nothing but the row that was there.
	status := func(what string, want int) {
		t.Helper()
		if r := c.ask(civiID, "-u", stagingLogin); r.Status != want {
			t.Errorf("%s, row %q: want %d, got %v", what, c.Row("authx_header_cred"), want, r)
		}
	}
	shows := func(what, want string) {
		t.Helper()
		out, err := c.CV("vget", "authx_header_cred")
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: cv vget shows %q, want %q", what, out, want)
		}
	}
	row := func(sql string) {
		c.DB.SQL("DELETE FROM civicrm_setting WHERE name = 'authx_header_cred'")
		if sql != "" {
			c.DB.SQL("INSERT INTO civicrm_setting (name, value, domain_id, is_domain) VALUES ('authx_header_cred', " + sql + ", 1, 1)")
		}
	}
	if got := c.Row("authx_header_cred"); got != civiHeaderCred {
		t.Errorf("the row before: %s", got)
	}
	status("before", 401)
	c.Set("authx_header_cred=[]")
	if hex := c.DB.SQL("SELECT HEX(value), domain_id, contact_id, is_domain FROM civicrm_setting WHERE name = 'authx_header_cred'"); hex != "613A303A7B7D\t1\tNULL\t1" {
		t.Errorf("cv vset wrote %s", hex)
	}
	status("cv vset", 200)
	shows("cv vset", "| [] | explicit |")
	row("'" + civiHeaderCred + "'")
	status("the old row", 401)
	if out, err := c.CV("vdel", "authx_header_cred"); err != nil {
		t.Errorf("cv vdel: %v: %s", err, out)
	}
	if got := c.Row("authx_header_cred"); got != "NULL" {
		t.Errorf("cv vdel left %q", got)
	}
	status("cv vdel", 200)
	shows("cv vdel", "| [] | default |")
	for _, v := range []string{"'a:0:{}'", "''", "'[]'", "'garbage'", `'a:2:{i:0;s:3:"jwt";i:1'`, "NULL", "'N;'", ""} {
		row(v)
		status("SQL "+v, 200)
		switch v {
		case "''", "'[]'", "'garbage'":
			shows(v, "| false |")
		case "NULL", "'N;'", "":
			shows(v, "| [] | default |")
		}
	}
	row(`'a:1:{i:0;s:3:"jwt";}'`)
	status(`SQL ["jwt"]`, 401)
	c.Settings("$civicrm_setting['domain']['authx_header_cred'] = [];")
	status("a mandatory []", 200)
	shows("a mandatory []", "| mandatory |")
	c.Set(`authx_header_cred=["jwt"]`)
	status("cv vset has no say", 200)
	c.Settings("$civicrm_setting['domain']['authx_header_cred'] = ['jwt'];")
	row("'a:0:{}'")
	status("a mandatory [jwt]", 401)
	c.Set("authx_header_cred=[]")
	status("cv vset has no say here either", 401)
	c.Settings("")
	status("without the line", 200)
	if out, err := c.CV("ext:disable", "authx"); err == nil || !strings.Contains(out, "mgmt:required") {
		t.Errorf("cv ext:disable: %v %s", err, out)
	}
	// The price of the empty list, and the way around it.
	bearer := "Authorization: Bearer " + civiKey
	xheader := "X-Civi-Auth: Bearer " + civiKey
	c.Server("front").Mend(nginxPHP("site", "", ""))
	c.wants(t, "Bearer is ignored", c.ask(civiID, "-H", bearer), 200, civiNobody)
	if r := c.ask("civicrm/ajax/api4/Contact/get", "-H", bearer); r.Status != 200 || !strings.Contains(r.Body, `"count":0`) {
		t.Errorf("no rows: %v", r)
	}
	c.Server("front").Mend(nginxPHP("site", nginxStaging, ""))
	known := `{"contact_id":2,"user_id":` + c.DB.SQL("SELECT ID FROM wp_users WHERE user_login = 'civi'") + `,"flow":"xheader","cred":"api_key"}`
	c.wants(t, "X-Civi-Auth", c.ask(civiID, "-u", stagingLogin, "-H", xheader), 200, known)
	if r := c.ask(civiID+"?_authx=Bearer+"+civiKey, "-u", stagingLogin); r.Status != 200 || !strings.Contains(r.Body, `"flow":"param"`) {
		t.Errorf("_authx after the fix: %v", r)
	}
	row("'" + civiHeaderCred + "'")
	c.wants(t, "X-Civi-Auth without the fix", c.ask(civiID, "-u", stagingLogin, "-H", xheader), 200, known)
	if r := c.ask(civiID+"?_authx=Bearer+"+civiKey, "-u", stagingLogin); r.Status != 401 {
		t.Errorf("_authx without the fix: %v", r)
	}
}

// TestCiviCRMServerFixes keeps the prompt's header from PHP; a token still arrives.
func TestCiviCRMServerFixes(t *testing.T) {
	t.Run("nginx", func(t *testing.T) {
		c := civiSite(t, 81, "5.74.3")
		c.Server("front").Mend(nginxHidesBasic + nginxPHP("site", nginxStaging, "fastcgi_param HTTP_AUTHORIZATION $token_only;"))
		c.wants(t, "Basic is hidden", c.ask(civiID, "-u", stagingLogin), 200, civiNobody)
		c.Server("front").Mend(nginxHidesBasic + nginxPHP("site", "", "fastcgi_param HTTP_AUTHORIZATION $token_only;"))
		if r := c.ask(civiID, "-H", "Authorization: Bearer "+civiKey); !strings.Contains(r.Body, `"flow":"header"`) {
			t.Errorf("Bearer: %v", r)
		}
	})
	for _, setUp := range []int{91, 98} {
		t.Run(fmt.Sprint(setUp), func(t *testing.T) {
			c := civiSite(t, setUp, "5.74.3")
			c.File("site/.htaccess", replace(wpHtaccess, "RewriteRule .* -", "RewriteCond %{HTTP:Authorization} !^(Basic|Digest)\\s [NC]\nRewriteRule .* -"))
			c.wants(t, "Basic is hidden", c.ask(civiID, "-u", stagingLogin), 200, civiNobody)
			conf := apachePHP("site", modPHP)
			if setUp == 98 {
				conf = apachePHP("site", throughFPM)
			}
			c.Server("front").Mend(conf)
			if r := c.ask(civiID, "-H", "Authorization: Bearer "+civiKey); !strings.Contains(r.Body, `"flow":"header"`) {
				t.Errorf("Bearer: %v", r)
			}
		})
	}
}

// TestCiviCRMCredentials are the other credentials, on an open server.
func TestCiviCRMCredentials(t *testing.T) {
	c := civiSite(t, 80, "5.74.3")
	c.Set(`authx_header_cred=["jwt","api_key"]`)
	token := func(exp time.Duration) string {
		return HS256(civiSignKey, Claims{"sub": "cid:2", "scope": "authx", "exp": exp})
	}
	notAllowed := `HTTP 401 Authentication type "pass" with flow "header" is not allowed for this principal.`
	guard := "HTTP 401 Login not permitted. Must satisfy guard (site_key, perm)."
	for _, row := range []struct{ sent, status, body string }{
		{"Bearer " + civiKey, "200", `"cred":"api_key"`},
		{"Bearer " + token(time.Hour), "200", `"cred":"jwt"`},
		{"Bearer wrong", "401", civiInvalid},
		{"Bearer " + HS256("another key", Claims{"sub": "cid:2", "scope": "authx"}), "401", civiInvalid},
		{"Negotiate YII=", "401", civiInvalid},
		{`Digest username="x"`, "401", civiInvalid},
		{"basic eDp5", "401", civiInvalid},
		{"bearer " + civiKey, "401", civiInvalid},
		{"x", "401", civiInvalid},
		{"Bearer " + token(-time.Hour), "401", "HTTP 401 Expired token"},
		{"Bearer " + HS256(civiSignKey, Claims{"scope": "authx"}), "401", "HTTP 401 Malformed JWT. Must specify the contact ID."},
		{"Bearer " + HS256(civiSignKey, Claims{"scope": "authx", "sub": "cid:99"}), "401", "HTTP 401 Contact ID 99 is invalid"},
		{Basic("civi", wpPassword("civi")), "401", notAllowed},
		{"Bearer " + civiWeakKey, "401", guard},
		{"Bearer " + civiLonelyKey, "401", guard},
	} {
		if r := c.ask(civiID, "-H", "Authorization: "+row.sent); fmt.Sprint(r.Status) != row.status || !strings.Contains(r.Body, row.body) {
			t.Errorf("%.20s: want %s %s, got %v", row.sent, row.status, row.body, r)
		}
	}
	if r := c.ask(civiID, "-H", "Authorization: Bearer "+civiLonelyKey, "-H", "X-Civi-Key: "+civiSiteKey); r.Status != 200 {
		t.Errorf("with the site key: %v", r)
	}
	c.Set(`authx_header_cred=["jwt","api_key","pass"]`)
	c.wants(t, "a password without the permission", c.ask(civiID, "-u", "sam:"+wpPassword("sam")), 401, guard)
	c.wants(t, "a user without a contact", c.ask(civiID, "-u", "alice:"+wpPassword("alice"), "-H", "X-Civi-Key: "+civiSiteKey), 401, "HTTP 401 Cannot login. Failed to determine contact ID.")
	c.Set(`authx_header_user=require`)
	c.wants(t, "a contact without a user", c.ask(civiID, "-H", "Authorization: Bearer "+civiLonelyKey), 401, "HTTP 401 Cannot login. No matching user is available.")
	c.wants(t, "another's session", c.ask(civiID, "-H", "Authorization: Bearer "+civiKey, "-H", "Cookie: "+c.Login("alice")), 401, "HTTP 401 Cannot login. Session already active.")
	r := c.ask("civicrm/ajax/rest?entity=Contact&action=get&api_key=wrong&key=wrong")
	c.wants(t, "legacy keys", r, 200, `{"error_message":"FATAL: Invalid credential","is_error":1}`)
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("legacy keys: %v", r)
	}
}

// TestCiviCRMVersions plays the three ages of the setting.
func TestCiviCRMVersions(t *testing.T) {
	t.Run("before 5.50", func(t *testing.T) {
		c := civiSite(t, 81, "5.49.4")
		c.Set("authx_header_cred=[]")
		c.wants(t, "[] does not help", c.ask(civiID, "-u", stagingLogin), 401, civiInvalid)
	})
	t.Run("from 6.14", func(t *testing.T) {
		c := civiSite(t, 80, "6.14.0")
		for sent, status := range map[string]int{Basic("x", "y"): 200, "Bearer " + civiKey: 200, "Bearer wrong": 401, "basic eDp5": 401, "Negotiate YII=": 401} {
			if r := c.ask(civiID, "-H", "Authorization: "+sent); r.Status != status {
				t.Errorf("%s: want %d, got %v", sent, status, r)
			}
		}
		if r := c.ask(civiID+"?_authx=Bearer+"+civiKey, "-u", stagingLogin); r.Status != 500 {
			t.Errorf("Basic together with _authx: %v", r)
		}
		c.Set(`authx_header_cred=["jwt","api_key","pass"]`)
		c.wants(t, "with pass", c.ask(civiID, "-u", stagingLogin), 401, civiInvalid)
	})
}

// TestCiviCRMStripped has the right key taken away by the server, and a folder that cannot be written.
func TestCiviCRMStripped(t *testing.T) {
	c := civiSite(t, 96, "5.74.3")
	c.wants(t, "stripped", c.ask(civiID, "-H", "Authorization: Bearer "+civiKey), 200, civiNobody)
	if out := c.DB.SQL("SELECT COUNT(*) FROM civicrm_setting"); out != "1" {
		t.Errorf("asking changed the settings: %s rows", out)
	}
	c.Settings("define('UNUSED', 1);")
	c.File(civiSettingsPHP, replace(c.read(civiSettingsPHP), "/templates_c", "/templates_c-absent"))
	if r := c.ask(civiID); r.Status != 200 || !strings.Contains(r.Body, "does not have permission to write temp files in") {
		t.Errorf("templates_c: %v", r)
	}
}
