package real

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAfterSyncNetwork moves a copied network: its own domain, that of its sites, their addresses, and what wp-config.php says of
// the live site. The second run changes nothing.
func TestAfterSyncNetwork(t *testing.T) {
	limit(t)
	const domain = "www.verein.example.org"
	c := newCopyist(t)
	live := NewWorld(t).WordPress("live")
	live.Network()
	old := "http://" + live.Addr("live")
	live.DB.SQL("UPDATE wp_blogs SET domain = '" + domain + "'; UPDATE wp_site SET domain = '" + domain + "'; UPDATE wp_sitemeta SET meta_value = '" + liveSite + "/' WHERE meta_key = 'siteurl';" +
		"UPDATE wp_options SET option_value = '" + liveSite + "' WHERE option_name IN ('siteurl', 'home');" +
		"UPDATE wp_2_options SET option_value = REPLACE(option_value, '" + old + "', '" + liveSite + "') WHERE option_name IN ('siteurl', 'home')")
	file := filepath.Join(t.TempDir(), "live.json")
	c.run(0, "after-sync", live.Dir, "--save", file)

	staging := NewWorld(t).WordPress("front")
	copied := append(networkLines(domain), "define( \"WP_ENVIRONMENT_TYPE\", 'production' ); // as live has it", "define('COOKIE_DOMAIN', '"+domain+"');")
	staging.Configure(copied...)
	staging.PHPFPMFull("php", "")
	staging.Nginx("front", nginxPHP("site", nginxNetwork, ""))
	staging.DB.sync(live.DB)
	here := staging.URL("front")
	staging.warm([]string{here + "wp-login.php"})
	config := func() string {
		b, err := os.ReadFile(filepath.Join(staging.Dir, "wp-config.php"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before := config()

	// From outside: the page of a network whose domain is another sends there.
	shows(t, c.run(1, "after-sync", here, "--from", file), domain, "address", "Not seen")
	c.run(7, "after-sync", liveSite, "--from", file)
	c.run(2, "after-sync", here, "--from", file, "--apply")

	args := []string{"after-sync", staging.Dir, "--from", file, "--url", here}
	out := c.run(1, args...)
	shows(t, out, "the domain of the network 1", "the domain of the network's site 2", "siteurl in wp_2_options", "WP_ENVIRONMENT_TYPE says production", "COOKIE_DOMAIN", "DOMAIN_CURRENT_SITE", "wp-config.php")
	if config() != before {
		t.Fatal("the plan changed wp-config.php")
	}
	shows(t, c.run(0, append(args, "--apply")...), "replaced 1 file", "the login page", "an API request", "Undo any time")
	host := staging.Addr("front")
	want := strings.NewReplacer("'DOMAIN_CURRENT_SITE', '"+domain+"'", "'DOMAIN_CURRENT_SITE', '"+host+"'", "'production' ); // as", "'staging' ); // as", "'COOKIE_DOMAIN', '"+domain+"'", "'COOKIE_DOMAIN', false").Replace(before)
	if got := config(); got != want {
		t.Errorf("wp-config.php:\n%s\nwant\n%s", got, want)
	}
	if rows := staging.DB.SQL("SELECT domain FROM wp_blogs; SELECT domain FROM wp_site; SELECT option_value FROM wp_2_options WHERE option_name IN ('siteurl', 'home'); SELECT meta_value FROM wp_sitemeta WHERE meta_key = 'siteurl'"); strings.Contains(rows, "verein") {
		t.Errorf("still live:\n%s", rows)
	}
	staging.saysJSON(t, "shop/wp-json/", `"url":"`+strings.ReplaceAll(here, "/", `\/`)+`shop"`)
	shows(t, c.run(0, append(args, "--apply")...), "nothing has to change", "the login page")
	shows(t, c.run(0, "after-sync", here, "--from", file), "ok", "Not seen")
	if config() != want {
		t.Error("running it again changed wp-config.php")
	}
}

// TestAfterSyncFromOutside asks a copied CiviCRM behind its prompt by its address alone.
func TestAfterSyncFromOutside(t *testing.T) {
	limit(t)
	c := newCopyist(t)
	live := NewWorld(t).WordPress("live").CiviCRM("5.74.3")
	live.At(liveSite)
	file := filepath.Join(t.TempDir(), "live.json")
	c.run(0, "after-sync", live.Dir, "--save", file)
	staging := NewWorld(t).WordPress("front").CiviCRM("5.74.3")
	staging.Serve(81)
	here := staging.URL("front")
	for _, path := range []string{"wp-login.php", civiID} { // a program that PHP has compiled answers in time
		staging.warm(curl("-u", stagingLogin, here+path))
	}
	c.run(2, "after-sync", here, "--from", file) // nobody says how the prompt is passed
	shows(t, c.run(1, "after-sync", here, "--from", file, "--request", "curl -u "+stagingLogin+" "+here), "an API request", "AuthX", "authx_header_cred")
	staging.Set("authx_header_cred=[]")
	// AuthX has just refused the password, which is not sent again without a word.
	shows(t, c.run(0, "after-sync", here, "--from", file, "--request", "curl -u "+stagingLogin+" "+here, "--i-know"), "the login page", "an API request", "Not seen")
}

func (s *WordPress) saysJSON(t *testing.T, path, part string) {
	t.Helper()
	r := s.warm([]string{s.URL(s.Front, path)})
	if r.Status != 200 || !strings.Contains(r.Body, part) {
		t.Errorf("%s: %v, want %s", path, r, part)
	}
}
