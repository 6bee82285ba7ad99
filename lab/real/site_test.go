package real

import (
	"path/filepath"
	"testing"

	catalogue "github.com/why401/why401/causes/all"
	"github.com/why401/why401/diagnose"
	disk "github.com/why401/why401/site"
)

// TestSiteOnTheDisk reads an installed WordPress with its CiviCRM from the disk: the credentials are those that the running site
// uses, and what the files are said to refuse, the running site refuses.
func TestSiteOnTheDisk(t *testing.T) {
	c := civiSite(t, 81, "5.74.3")
	c.Settings("$civicrm_setting['domain']['authx_header_cred'] = ['jwt'];")
	in, err := disk.Open(c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	found := in.All()
	if len(found) != 2 || found[0].Platform != disk.WordPress || found[1].Platform != disk.CiviCRM || found[1].Host != found[0] {
		t.Fatalf("found %d systems: %v", len(found), found)
	}
	if v := found[0].Version; v.Text == "" || v.Before("6") {
		t.Errorf("WordPress's version: %q, at %s", v.Text, v.At)
	}
	if v := found[1].Version.Text; v != "5.74.3" {
		t.Errorf("CiviCRM's version: %q", v)
	}
	d := in.Database
	if d == nil || d.Name != c.DB.Name || d.User != c.DB.User || !d.Password.Is(c.DB.Password) || d.Socket != c.DB.Socket || d.Prefix != "wp_" || len(d.Needs) > 0 {
		t.Errorf("WordPress's database: %+v", d)
	}
	d = found[1].Database
	if d == nil || d.Name != c.DB.Name || d.User != c.DB.User || !d.Password.Is(c.DB.Password) {
		t.Errorf("CiviCRM's database: %+v", d)
	}
	const cause = "civicrm-authx-basic-layer-conflict"
	said := func() bool {
		in, err := disk.Open(c.Dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range diagnose.AuditSites(catalogue.Causes(), nil, in.All()).Findings {
			if f.Cause == cause {
				return true
			}
		}
		return false
	}
	if !said() {
		t.Errorf("%s is not said of a mandatory list", cause)
	}
	c.wants(t, "a mandatory list", c.ask(civiID, "-u", stagingLogin), 401, civiInvalid)
	c.Settings("$civicrm_setting['domain']['authx_header_cred'] = [];")
	if said() {
		t.Errorf("%s is said of an empty list", cause)
	}
	c.wants(t, "a mandatory empty list", c.ask(civiID, "-u", stagingLogin), 200, civiNobody)
}

// TestDebianWordPressOnTheDisk reads the package as it is installed: its wp-config.php takes its values from another file, by the
// name in the request.
func TestDebianWordPressOnTheDisk(t *testing.T) {
	in, err := disk.Open(wordpressPackage)
	if err != nil {
		t.Fatal(err)
	}
	if in.Version.Text == "" || in.Version.At.File != filepath.Join(wordpressPackage, "wp-includes/version.php") {
		t.Errorf("version %q at %s", in.Version.Text, in.Version.At)
	}
	if d := in.Database; d == nil || len(d.Needs) == 0 {
		t.Errorf("the database is taken for certain, and another file decides: %+v", d)
	}
	if len(in.Gaps) == 0 {
		t.Error("nothing is left open")
	}
}

// TestShopOnTheDisk reads the replica of Magento.
func TestShopOnTheDisk(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	m := w.Magento("front", "2.4.6-p1")
	in, err := disk.Open(filepath.Join(w.Dir, "shop"))
	if err != nil {
		t.Fatal(err)
	}
	if d := in.Database; in.Platform != disk.Magento || d == nil || d.Name != m.DB.Name || !d.Password.Is(m.DB.Password) || len(in.Keys) == 0 || in.Keys[0].Value.Empty() {
		t.Errorf("%s, %+v, %v", in.Platform, d, in.Keys)
	}
}
