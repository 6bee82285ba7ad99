package real

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cause"
	catalogue "github.com/why401/why401/causes/all"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/probe"
	installed "github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
)

// A rowMending is a site that is broken by what its database says. The system is found on the disk, its database is read with
// its own login, the cause is named, its remedy carried out by package fix with all four controls, and undone.
type rowMending struct {
	name, cause, remedy string
	at                  string // of several places: the table
	tool                string // "cv", "magento": the platform's own command is there and runs
	servers             func(w *World)
	table               string // whose rows the undo has to bring back
	failing, guarded    func(w *World) []string
	other               func(w *World) []string
}

func civi(setUp int, version, sql string) func(*World) {
	return func(w *World) {
		c := w.WordPress("front").CiviCRM(version)
		if sql != "" {
			c.DB.SQL(sql)
		}
		c.Serve(setUp)
	}
}

func askAuthX(args ...string) func(*World) []string {
	return func(w *World) []string { return curl(append(slices.Clone(args), w.URL("front", civiID))...) }
}

func askPath(path string, args ...string) func(*World) []string {
	return func(w *World) []string { return curl(append(slices.Clone(args), w.URL("front", path))...) }
}

const civiSecondDomain = "INSERT INTO civicrm_domain VALUES (2, 'Second', '5.74.3');" +
	`INSERT INTO civicrm_setting (name, value, domain_id, is_domain, created_date) VALUES ('authx_header_cred', 'a:1:{i:0;s:3:"jwt";}', 2, 1, '2020-01-02 03:04:05')`

const bearerPath = "oauth/consumer/enable_integration_as_bearer"

func mage(sql string) func(*World) {
	return func(w *World) {
		m := w.Magento("front", "2.4.6-p1")
		if sql != "" {
			m.DB.SQL(sql)
		}
		m.Serve("", "")
	}
}

var staged = []string{"-u", stagingLogin}

var rowMendings = []rowMending{
	{name: "civicrm behind nginx's prompt, SQL", cause: "civicrm-authx-basic-layer-conflict", remedy: "authx-header-off", servers: civi(81, "5.74.3", ""), table: "civicrm_setting",
		failing: askAuthX(staged...), other: askPath("wp-login.php", staged...)},
	{name: "civicrm behind nginx's prompt, cv", cause: "civicrm-authx-basic-layer-conflict", remedy: "authx-header-off", tool: "cv", servers: civi(81, "5.74.3", ""), table: "civicrm_setting",
		failing: askAuthX(staged...), other: askPath("wp-login.php", staged...)},
	{name: "civicrm behind Apache's prompt, SQL", cause: "civicrm-authx-basic-layer-conflict", remedy: "authx-header-off", servers: civi(91, "5.74.3", ""), table: "civicrm_setting",
		failing: askAuthX(staged...), other: askPath("wp-login.php", staged...)},
	{name: "one of two domains, SQL", cause: "civicrm-authx-basic-layer-conflict", remedy: "authx-header-off", at: "domain 1", tool: "cv", servers: civi(81, "5.74.3", civiSecondDomain), table: "civicrm_setting",
		failing: askAuthX(staged...), other: askPath("wp-login.php", staged...)},
	{name: "passwords from 6.14 on, SQL", cause: "civicrm-authx-basic-layer-conflict", remedy: "authx-no-passwords", table: "civicrm_setting",
		servers: civi(81, "6.14.0", `UPDATE civicrm_setting SET value = 'a:3:{i:0;s:3:"jwt";i:1;s:7:"api_key";i:2;s:4:"pass";}' WHERE name = 'authx_header_cred'`),
		failing: askAuthX(staged...), other: askPath("wp-login.php", staged...)},
	{name: "keys in Authorization, SQL", cause: "civicrm-authx-flow-disabled", remedy: "authx-header-on", table: "civicrm_setting",
		servers: civi(80, "5.74.3", `UPDATE civicrm_setting SET value = 'a:1:{i:0;s:3:"jwt";}'`),
		failing: askAuthX("-H", "Authorization: Bearer "+civiKey), guarded: askPath("wp-json/wp/v2/users/me", "-H", "Authorization: Bearer "+civiKey), other: askPath("wp-login.php")},
	{name: "integration token, no row, SQL", cause: "magento-integration-bearer-disabled", remedy: "integration-as-bearer", servers: mage(""), table: "mg_core_config_data",
		failing: askPath(mageProducts, "-H", "Authorization: Bearer "+mageIntegration), other: askPath("rest/V1/directory/countries/DE")},
	{name: "integration token, row of 0, bin/magento", cause: "magento-integration-bearer-disabled", remedy: "integration-as-bearer", tool: "magento",
		servers: mage("INSERT INTO mg_core_config_data (path, value, updated_at) VALUES ('" + bearerPath + "', '0', '2020-01-02 03:04:05')"), table: "mg_core_config_data",
		failing: askPath(mageProducts, "-H", "Authorization: Bearer "+mageIntegration), other: askPath("rest/V1/directory/countries/DE")},
	{name: "integration token, no row, bin/magento", cause: "magento-integration-bearer-disabled", remedy: "integration-as-bearer", tool: "magento", servers: mage(""), table: "mg_core_config_data",
		failing: askPath(mageProducts, "-H", "Authorization: Bearer "+mageIntegration), other: askPath("rest/V1/directory/countries/DE")},
	{name: "application passwords nobody looks at", cause: "wp-app-password-unavailable", remedy: "use-application-passwords", table: "wp_options",
		servers: func(w *World) {
			s := w.WordPress("front", "define('WP_ENVIRONMENT_TYPE', 'local');")
			s.DB.SQL("DELETE FROM wp_options WHERE option_name = 'using_application_passwords'")
			s.Serve(80)
		},
		failing: askPath("wp-json/wp/v2/users/me", "-u", wpAdmin+":"+wpAppPassword), other: askPath("wp-json/")},
	{name: "application passwords nobody looks at, wp", cause: "wp-app-password-unavailable", remedy: "use-application-passwords", tool: "wp", table: "wp_options",
		servers: func(w *World) {
			s := w.WordPress("front", wpLocal)
			s.DB.SQL("UPDATE wp_options SET option_value = '0' WHERE option_name = 'using_application_passwords'")
			s.Serve(80)
		},
		failing: askPath("wp-json/wp/v2/users/me", "-u", wpAdmin+":"+wpAppPassword), other: askPath("wp-json/")},
	{name: "application passwords nobody looks at in a network, SQL", cause: "wp-app-password-unavailable", remedy: "use-application-passwords", table: "wp_sitemeta", servers: networkUnused,
		failing: askPath(shopMe, "-u", wpAdmin+":"+wpAppPassword), other: askPath("shop/wp-json/")},
	{name: "application passwords nobody looks at in a network, wp", cause: "wp-app-password-unavailable", remedy: "use-application-passwords", tool: "wp", table: "wp_sitemeta", servers: networkUnused,
		failing: askPath(shopMe, "-u", wpAdmin+":"+wpAppPassword), other: askPath("shop/wp-json/")},
	{name: "a REST resource without basic_auth, SQL", cause: "drupal-auth-provider", remedy: "list-basic-auth", servers: func(w *World) { w.DrupalStored(80) }, table: "config",
		failing: askPath(drupalNode, "-u", drupalAnn), other: askPath("node/1")},
	{name: "a REST resource without basic_auth, drush", cause: "drupal-auth-provider", remedy: "list-basic-auth", tool: "drush", servers: func(w *World) { w.DrupalStored(80) }, table: "config",
		failing: askPath(drupalNode, "-u", drupalAnn), other: askPath("node/1")},
}

// networkUnused is a network whose own table says that nobody uses application passwords, as a copy of some tables leaves it.
var networkUnused = wpNetwork(wpLocal, func(s *WordPress) {
	s.DB.SQL("UPDATE wp_sitemeta SET meta_value = '0' WHERE meta_key = 'using_application_passwords'")
})

// TestMendRows is the scoreboard of what a database or the platform's own command mends.
func TestMendRows(t *testing.T) {
	for _, m := range rowMendings {
		t.Run(m.name, func(t *testing.T) { m.play(t) })
	}
}

// program writes a program that runs a PHP file of the world's own.
func (w *World) program(path, script string) {
	w.Helper()
	php, err := findProgram("php8.2")
	if err != nil {
		w.Fatalf("%v", err)
	}
	text := "#!/bin/sh\ncase \"$1\" in --version) exit 0;; esac\nexec " + php + " " + strings.Join(phpModules("-d"), " ") + " -n " + script + " \"$@\"\n"
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.Fatalf("%v", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		w.Fatalf("%v", err)
	}
}

func (m rowMending) play(t *testing.T) {
	limit(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	w := NewWorld(t)
	m.servers(w)
	root, sql := filepath.Join(w.Dir, "site"), func(string) string { return "" }
	if w.Site != nil {
		sql = w.Site.DB.SQL
	}
	if w.Shop != nil {
		root, sql = w.Shop.Dir, w.Shop.DB.SQL
		script := w.File("shop/bin/magento.php", w.php("magento/magento.php"))
		os.Remove(filepath.Join(root, "bin/magento"))
		if m.tool != "" {
			w.program(filepath.Join(root, "bin/magento"), script)
		} else {
			w.File("shop/bin/magento", "#!/bin/sh\nexit 1\n") // it is there, and does not start
			w.Chmod("shop/bin/magento", 0o755)
		}
	} else if m.tool == "cv" {
		w.program(filepath.Join(root, "vendor/bin/cv"), filepath.Join(w.Dir, civiPluginDir, "cv.php"))
	} else if m.tool == "wp" {
		w.program(filepath.Join(root, "vendor/bin/wp"), w.File("wp.php", w.php("wordpress/wp.php")))
	}
	if w.CMS != nil {
		root, sql = filepath.Join(w.Dir, "cms"), w.CMS.SQL
		if m.tool == "drush" { // a project has its packages above the folder that the web server shows
			w.program(filepath.Join(w.Dir, "vendor/bin/drush"), w.File("cms/drush.php", w.php("drupal/drush.php")))
		}
	}
	dump := func() string {
		if m.table == "wp_options" { // WordPress itself writes others while it answers
			return sql("SELECT * FROM wp_options WHERE option_name = 'using_application_passwords'")
		}
		if m.table == "wp_sitemeta" {
			return sql("SELECT * FROM wp_sitemeta WHERE meta_key = 'using_application_passwords'")
		}
		return sql("SELECT * FROM " + m.table)
	}
	before := dump()
	refused := func(when string) {
		t.Helper()
		if r, err := w.Curl(ctx, m.failing(w)); err != nil || r.OK() {
			t.Fatalf("%s: %v %v, want a refusal\n%s", when, r, err, w.Logs())
		}
	}
	refused("before")

	found, r := m.find(t, root)
	remedyLogins := func(s db.Source) (db.Login, error) {
		in, err := installed.Open(s.Site)
		if err != nil {
			return db.Login{}, err
		}
		for _, i := range in.All() {
			if i.Source() == s {
				return i.Login()
			}
		}
		t.Fatalf("no %s in %s", s.Which, s.Site)
		return db.Login{}, nil
	}
	plan, err := fix.NewPlan(r, fix.About{Now: time.Now(), Hosts: []string{"127.0.0.1"}, Logins: remedyLogins})
	if err != nil {
		t.Fatalf("%s: %v", found.Says, err)
	}
	by := len(plan.Databases[0].Changes[0].By) > 0
	if want := m.tool != "" && !strings.Contains(m.name, "two domains"); by != want {
		t.Errorf("by a command: %v, want %v", by, want)
	}
	state := t.TempDir()
	o := fix.Options{Say: func(s fix.Step) { t.Logf("%s: %s", s.What, s.Got) }, Controls: &fix.Controls{Failing: intent(t, m.failing(w)), Probe: probe.Options{StateDir: filepath.Join(state, "ledger")}}}
	if w.Shop != nil && m.tool == "" { // bin/magento does not start: the cache has to be cleared in another way
		o.Server = &fix.Server{Name: "Magento", Reload: fix.Line("rm -f " + filepath.Join(root, "var/cache") + "/*.json")}
	}
	if w.CMS != nil && m.tool == "" { // without drush the caches are cleared by hand
		o.Server = &fix.Server{Name: "Drupal", Reload: fix.Line("php8.2 " + strings.Join(phpModules("-d"), " ") + " -n " + w.File("cms/drush.php", w.php("drupal/drush.php")) + " cache:rebuild")}
	}
	if m.guarded != nil {
		o.Controls.Guarded = intent(t, m.guarded(w))
	}
	o.Controls.Other = intent(t, m.other(w))
	store := &fix.Store{Dir: filepath.Join(state, "fixes"), Logins: remedyLogins}
	res, err := store.Apply(ctx, plan, o)
	if err != nil {
		t.Fatalf("apply: %v\n%s", err, w.Logs())
	}
	if len(res.Controls) != 4 {
		t.Errorf("%d controls ran, want 4: %+v", len(res.Controls), res.Controls)
	}
	if r, err := w.Curl(ctx, m.failing(w)); err != nil || !r.OK() {
		t.Errorf("after the fix: %v %v", r, err)
	}
	if strings.Contains(m.name, "two domains") {
		if other := sql("SELECT value, created_date FROM civicrm_setting WHERE domain_id = 2"); other != "a:1:{i:0;s:3:\"jwt\";}\t2020-01-02 03:04:05" {
			t.Errorf("the other domain's row: %q", other)
		}
	}
	if _, err := store.Undo(ctx, plan.ID, o); err != nil {
		t.Fatalf("undo: %v\n%s", err, w.Logs())
	}
	if got := dump(); got != before {
		t.Errorf("after the undo:\n%s\nbefore the fix:\n%s", got, before)
	}
	refused("after the undo")
}

// find reads the installation and its database, and takes the remedy of the sighting that the mending is about.
func (m rowMending) find(t *testing.T, root string) (cause.Sighting, cause.Remedy) {
	t.Helper()
	in, err := installed.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, i := range in.All() {
		l, err := i.Login()
		if err != nil {
			t.Fatal(err)
		}
		i.AskDatabase(context.Background(), l)
		if i.Stored == nil || len(i.Stored.Gaps) > 0 {
			t.Errorf("%s: gaps %+v", i.Platform, i.Gaps)
		}
		for _, k := range catalogue.BuiltIn().Causes {
			if k.Installed == nil {
				continue
			}
			for _, s := range k.Installed(i) {
				said = append(said, k.ID+": "+s.Says)
				if k.ID != m.cause || m.at != "" && !strings.Contains(s.Says, m.at) {
					continue
				}
				for _, r := range s.Remedies {
					if r.ID == m.remedy {
						return s, r
					}
				}
			}
		}
	}
	t.Fatalf("no %s/%s among:\n%s", m.cause, m.remedy, strings.Join(said, "\n"))
	return cause.Sighting{}, cause.Remedy{}
}
