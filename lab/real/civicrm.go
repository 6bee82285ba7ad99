package real

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// Keys and tokens of a CiviCRM replica; see php/civicrm/schema.sql.
const (
	civiKey         = "key-of-a-contact-with-the-right" // contact 2, user civi, "authenticate with api key"
	civiWeakKey     = "key-of-a-contact-without-right"  // contact 3, user sam
	civiLonelyKey   = "key-of-a-contact-without-user"   // contact 4
	civiSiteKey     = "lab-site-key-8f1e"
	civiSignKey     = "lab-sign-key-8f1e"
	civiHeaderCred  = `a:2:{i:0;s:3:"jwt";i:1;s:7:"api_key";}`
	civiID          = "civicrm/authx/id"
	civiInvalid     = "HTTP 401 Invalid credential"
	civiNobody      = `{"contact_id":null,"user_id":null,"flow":null,"cred":null}`
	civiPluginDir   = "site/wp-content/plugins/civicrm"
	civiSettingsPHP = "site/wp-content/uploads/civicrm/civicrm.settings.php"
)

// CiviCRM is a replica of CiviCRM's AuthX, running as a plugin of a real WordPress: header passing, sessions and
// passwords are WordPress's and the web server's own, the settings lie in tables of CiviCRM's form.
type CiviCRM struct{ *WordPress }

// CiviCRM adds the replica to a site. version decides what AuthX does: see platform-facts.md, "Versions".
func (s *WordPress) CiviCRM(version string) *CiviCRM {
	s.Helper()
	c := &CiviCRM{s}
	for _, name := range []string{"civicrm.php", "settings.php", "authx.php", "cv.php"} {
		s.File(civiPluginDir+"/"+name, s.php("civicrm/"+name))
	}
	s.Plugins("civicrm/civicrm.php")
	s.File(civiPluginDir+"/civicrm/xml/version.xml", "<?xml version=\"1.0\" encoding=\"iso-8859-1\" ?>\n<version>\n  <version_no>"+version+"</version_no>\n</version>\n")
	s.File(civiPluginDir+"/civicrm/civicrm-version.php", "<?php\nfunction civicrmVersion() {\n  return ['version' => '"+version+"', 'cms' => 'Wordpress', 'revision' => ''];\n}\n")
	s.File(civiPluginDir+"/civicrm/ext/authx/info.xml", "<?xml version=\"1.0\"?>\n<extension key=\"authx\" type=\"module\">\n  <file>authx</file>\n  <name>AuthX</name>\n  <version>"+version+"</version>\n  <tags>\n    <tag>mgmt:required</tag>\n  </tags>\n</extension>\n")
	s.File(civiPluginDir+"/civicrm/extern/rest.php", "<?php\nheader('Content-Type: text/xml');\necho '<?xml version=\"1.0\"?><ResultSet><Result><error_message>Failed to authenticate key</error_message><is_error>1</is_error></Result></ResultSet>';\n")
	s.File(civiPluginDir+"/civicrm/extern/url.php", "<?php\nheader('Location: /', true, 302);\n")
	c.Settings("")
	s.mkdir(filepath.Join(s.Dir, "wp-content/uploads/civicrm/templates_c"))
	s.DB.SQL(replace(s.php("civicrm/schema.sql"), "@version@", version))
	// Users and contacts: civi may log in with an API key and a password, sam may not, alice has no contact.
	s.DB.SQL(`INSERT INTO civicrm_uf_match (domain_id, uf_id, uf_name, contact_id)
		SELECT 1, ID, user_email, CASE user_login WHEN 'civi' THEN 2 WHEN 'sam' THEN 3 ELSE 1 END FROM wp_users WHERE user_login IN ('civi', 'sam', 'admin');
		UPDATE wp_usermeta SET meta_value = 'a:3:{s:10:"subscriber";b:1;s:25:"authenticate_with_api_key";b:1;s:26:"authenticate_with_password";b:1;}'
		WHERE meta_key = 'wp_capabilities' AND user_id = (SELECT ID FROM wp_users WHERE user_login = 'civi');`)
	s.Civi = c
	return c
}

// Settings writes civicrm.settings.php; mandatory is PHP at its end, such as a line for $civicrm_setting.
func (c *CiviCRM) Settings(mandatory string) {
	c.Helper()
	d := c.DB
	c.File(civiSettingsPHP, strings.NewReplacer("{user}", d.User, "{password}", d.Password, "{host}", d.Host, "{name}", d.Name,
		"{url}", c.URL(c.Front), "{dir}", c.Dir).Replace(c.php("civicrm/civicrm.settings.php"))+mandatory+"\n")
}

// CV runs the replica's cv and gives what it prints.
func (c *CiviCRM) CV(args ...string) (string, error) {
	return runPHP(context.Background(), filepath.Join(c.World.Dir, civiPluginDir, "cv.php"), args...)
}

// Set sets a setting as cv does: "authx_header_cred=[]".
func (c *CiviCRM) Set(assignment string) {
	c.Helper()
	if out, err := c.CV("vset", assignment); err != nil {
		c.Fatalf("cv vset %s: %v: %s", assignment, err, out)
	}
}

// Row gives the bytes that the table holds for a setting of the first domain; "NULL" for NULL, "" for no row.
func (c *CiviCRM) Row(name string) string {
	c.Helper()
	return c.DB.SQL("SELECT IFNULL(value, 'NULL') FROM civicrm_setting WHERE name = '" + name + "' AND domain_id = 1")
}

// Plugins switches plugins on: the value that wp_options keeps for active_plugins.
func (s *WordPress) Plugins(files ...string) {
	s.Helper()
	s.DB.SQL("UPDATE wp_options SET option_value = '" + serializedList(files) + "' WHERE option_name = 'active_plugins'")
}

// php reads one of the lab's own PHP files.
func (w *World) php(name string) string {
	w.Helper()
	b, err := phpFiles.ReadFile("php/" + name)
	if err != nil {
		w.Fatalf("the lab's own PHP: %v", err)
	}
	return string(b)
}

// read gives a file below the world's directory.
func (w *World) read(name string) string {
	w.Helper()
	b, err := os.ReadFile(filepath.Join(w.Dir, name))
	if err != nil {
		w.Fatalf("reading a site's file: %v", err)
	}
	return string(b)
}
