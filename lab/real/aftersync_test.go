package real

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A copyist runs why401 after-sync as a migration script does.
type copyist struct {
	t      *testing.T
	binary string
	home   string
}

func newCopyist(t *testing.T) *copyist {
	t.Helper()
	built.Do(func() {
		dir, err := os.MkdirTemp("", dirPrefix)
		if err != nil {
			built.said = err.Error()
			return
		}
		guard("d", dir)
		built.path = filepath.Join(dir, "why401")
		if out, err := exec.Command("go", "build", "-o", built.path, "../../cmd/why401").CombinedOutput(); err != nil {
			built.said = fmt.Sprintf("%v\n%s", err, out)
		}
	})
	if built.said != "" {
		t.Fatalf("go build: %s", built.said)
	}
	return &copyist{t: t, binary: built.path, home: t.TempDir()}
}

// built is the program, built once for all tests of this process.
var built struct {
	sync.Once
	path, said string
}

func (c *copyist) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.binary, args...)
	cmd.Env = []string{"HOME=" + c.home, "XDG_STATE_HOME=" + c.home, "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	return cmd
}

func (c *copyist) run(code int, args ...string) string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := c.command(ctx, args...).CombinedOutput()
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		c.t.Fatalf("%q: %v", args, err)
	}
	if got != code {
		c.t.Fatalf("why401 %q: exit code %d, want %d\n%s", args, got, code, out)
	}
	return string(out)
}

// sync puts the live database in place of the copy's, as a migration script does.
func (d *Database) sync(live *Database) {
	d.world.Helper()
	for table := range strings.FieldsSeq(d.SQL("SHOW TABLES")) {
		d.SQL("DROP TABLE `" + table + "`")
	}
	d.Copy(live.Name)
}

func shows(t *testing.T, out string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			t.Errorf("the screen lacks %q:\n%s", w, out)
		}
	}
}

const liveSite = "https://www.verein.example.org"

// TestAfterSync copies the database of a live CiviCRM to a staging site behind a password prompt, twice, and lets why401 make it
// fit each time.
func TestAfterSync(t *testing.T) {
	limit(t)
	c := newCopyist(t)
	live := NewWorld(t).WordPress("live").CiviCRM("5.74.3")
	live.At(liveSite)
	resources := `s:56:"https://www.verein.example.org/wp-content/plugins/civi/x";`
	live.DB.SQL("INSERT INTO civicrm_setting (name, value, domain_id, is_domain, created_date) VALUES ('userFrameworkResourceURL', '" + resources + "', 1, 1, '2020-01-02 03:04:05')")
	file := filepath.Join(t.TempDir(), "live.json")
	c.run(0, "after-sync", live.Dir, "--save", file)
	saved, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{civiSignKey, civiSiteKey, live.DB.Password, "lab-auth-key", live.DB.Name} {
		if strings.Contains(string(saved), secret) {
			t.Errorf("the file of live settings holds %q", secret)
		}
	}
	c.run(7, "after-sync", live.Dir, "--from", file, "--url", "http://staging.test/") // the live database itself

	staging := NewWorld(t).WordPress("front").CiviCRM("5.74.3")
	staging.Serve(81)
	here := staging.URL("front")
	args := []string{"after-sync", staging.Dir, "--from", file, "--url", here, "--request", "curl -u " + stagingLogin + " " + here}
	c.run(7, "after-sync", staging.Dir, "--from", file, "--url", liveSite)
	c.run(2, "after-sync", staging.Dir, "--from", file, "--url", here) // nobody says how the prompt is passed

	dump := func() string {
		return staging.DB.SQL("SELECT * FROM civicrm_setting; SELECT * FROM wp_options WHERE option_name IN ('siteurl', 'home', 'active_plugins')")
	}
	for _, round := range []string{"first", "second"} {
		staging.DB.sync(live.DB)
		copiedRows := dump()
		out := c.run(1, args...)
		shows(t, out, "authx_header_cred of domain 1", "siteurl", "home", "userFrameworkResourceURL", "a:0:{}", "X-Civi-Auth", strings.TrimSuffix(here, "/"))
		if got := dump(); got != copiedRows {
			t.Fatalf("the %s plan changed something:\n%s", round, got)
		}
		shows(t, c.run(0, append(args, "--apply")...), "the login page", "an API request", "Undo any time")
		fits := dump()
		if staging.Row("authx_header_cred") != "a:0:{}" || strings.Contains(fits, "verein.example.org") {
			t.Errorf("after the %s run:\n%s", round, fits)
		}
		staging.wants(t, "AuthX", staging.ask(civiID, "-u", stagingLogin), 200, civiNobody)
		shows(t, c.run(0, append(args, "--apply")...), "nothing has to change", "the login page")
		if got := dump(); got != fits {
			t.Errorf("running it again changed something:\n%s", got)
		}
		if round == "second" {
			var plan string
			for name := range strings.FieldsSeq(c.run(0, "fix", "--status")) {
				if len(name) == 8 && strings.Trim(name, "0123456789abcdef") == "" {
					plan = name
				}
			}
			c.run(0, "undo", plan)
			if got := dump(); got != copiedRows {
				t.Errorf("after the undo:\n%s\nas it was copied:\n%s", got, copiedRows)
			}
		}
	}
}

// TestAfterSyncMagento moves a copied shop: addresses in two scopes, a cookie's domain, and another key.
func TestAfterSyncMagento(t *testing.T) {
	limit(t)
	c := newCopyist(t)
	live := NewWorld(t).Magento("live", "2.4.6-p1")
	live.DB.SQL("UPDATE mg_core_config_data SET value = '" + liveSite + "/'; INSERT INTO mg_core_config_data (scope, scope_id, path, value) VALUES ('stores', 2, 'web/secure/base_url', '" + liveSite + "/en/'), " +
		"('default', 0, 'web/cookie/cookie_domain', '.verein.example.org'), ('default', 0, 'web/unsecure/base_link_url', '{{unsecure_base_url}}'), ('default', 0, 'oauth/consumer/enable_integration_as_bearer', '1')")
	file := filepath.Join(t.TempDir(), "live.json")
	c.run(0, "after-sync", live.Dir, "--save", file)

	staging := NewWorld(t).Magento("front", "2.4.6-p1")
	staging.Environment("another-crypt-key-0000000000000000")
	staging.File("shop/bin/magento", "#!/bin/sh\nexit 1\n")
	staging.Chmod("shop/bin/magento", 0o755)
	staging.Serve("", "")
	staging.DB.sync(live.DB)
	here := staging.URL("front")
	args := []string{"after-sync", staging.Dir, "--from", file, "--url", here, "--apply"}
	shows(t, c.run(0, args...), "crypt/key is another one", "does not run", "the login page")
	rows := staging.DB.SQL("SELECT scope, path, value FROM mg_core_config_data ORDER BY path, scope")
	shows(t, rows, "stores\tweb/secure/base_url\t"+here+"en/", "default\tweb/cookie/cookie_domain\t\n", "{{unsecure_base_url}}", "enable_integration_as_bearer\t1")
	if strings.Contains(rows, "verein") {
		t.Errorf("still live:\n%s", rows)
	}
	shows(t, c.run(0, args...), "nothing has to change")
}

// TestFixSite plans, applies and undoes a row by the command line alone, with the site's own login and with one that is given.
func TestFixSite(t *testing.T) {
	limit(t)
	c := newCopyist(t)
	s := NewWorld(t).WordPress("front").CiviCRM("5.74.3")
	s.Serve(81)
	before := s.DB.SQL("SELECT * FROM civicrm_setting")
	here := s.URL("front")
	shows(t, c.run(1, "site", s.Dir, "--database"), "civicrm-authx-basic-layer-conflict", "authx_header_cred")
	out := c.run(0, "fix", "civicrm-authx-basic-layer-conflict", "--site", s.Dir, "--plan")
	shows(t, out, "before", `a:2:{i:0;s:3:"jwt";i:1;s:7:"api_key";}`, "after", "a:0:{}", "UPDATE `civicrm_setting`", "one transaction", "X-Civi-Auth", "why401 undo")
	_, rest, _ := strings.Cut(out, "Plan ")
	plan := rest[:8]
	shows(t, c.run(0, "fix", "--status", plan), "planned")
	shows(t, c.run(0, "fix", plan, "--apply", "--request", "curl -u "+stagingLogin+" "+s.URL("front", civiID), "--also", "curl -u "+stagingLogin+" "+here+"wp-login.php"),
		"changed 1 row in the database", "the failing request", "without a credential", "with a wrong credential")
	s.wants(t, "AuthX", s.ask(civiID, "-u", stagingLogin), 200, civiNobody)
	shows(t, c.run(0, "fix", "--status", plan), "applied", "authx_header_cred of domain 1")
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(s.DB.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	shows(t, c.run(0, "undo", plan, "--db-user", s.DB.User, "--db-password-file", file), "Undone")
	if got := s.DB.SQL("SELECT * FROM civicrm_setting"); got != before {
		t.Errorf("after the undo:\n%s\nbefore:\n%s", got, before)
	}
	for _, out := range []string{out, c.run(0, "fix", "--status")} {
		if strings.Contains(out, s.DB.Password) {
			t.Errorf("the screen shows the database password:\n%s", out)
		}
	}
	// A site whose own names look live wants its name typed.
	s.At(liveSite)
	out = c.run(7, "fix", "authx-header-off", "--site", s.Dir, "--apply", "--request", "curl -u "+stagingLogin+" "+s.URL("front", civiID))
	shows(t, out, "production", "www.verein.example.org")
	if got := s.DB.SQL("SELECT * FROM civicrm_setting"); got != before {
		t.Errorf("the refused fix changed:\n%s", got)
	}
}
