package real

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/why401/why401/exchange"
)

// Drupal starts a replica of Drupal's core behind nginx (81, 80) or Apache (91 to 98), as the set-ups are numbered. Debian has no
// package of Drupal, so it is written from Drupal's source; see php/drupal/index.php.
func (w *World) Drupal(setUp int, settings map[string]any) {
	w.Helper()
	w.stagingPasswords()
	w.File("cms/index.php", w.php("drupal/index.php"))
	w.DrupalSettings(settings)
	// flood.json is written beside the program by PHP's user.
	if err := os.Chmod(filepath.Join(w.Dir, "cms"), 0o777); err != nil {
		w.Fatalf("%v", err)
	}
	rules := wpRewrite
	if hasHtaccess[setUp] {
		rules = wpHtaccess // Drupal's own .htaccess has the same line for Authorization
	}
	w.File("cms/.htaccess", rules)
	setUps[setUp](w, "cms")
}

// drupalTables are the tables of Drupal's that the replica reads (core/lib/Drupal/Core/Config/DatabaseStorage.php, schemaDefinition).
const drupalTables = `CREATE TABLE config (collection varchar(255) CHARACTER SET ascii NOT NULL DEFAULT '', name varchar(255) CHARACTER SET ascii NOT NULL DEFAULT '', data longblob, PRIMARY KEY (collection, name));
CREATE TABLE cache_config (cid varchar(255) CHARACTER SET ascii NOT NULL PRIMARY KEY, data longblob);
CREATE TABLE router (name varchar(255) CHARACTER SET ascii NOT NULL PRIMARY KEY, options longblob);
CREATE TABLE flood (fid int NOT NULL AUTO_INCREMENT PRIMARY KEY, event varchar(64) NOT NULL, identifier varchar(128) NOT NULL, timestamp int NOT NULL, expiration int NOT NULL);
INSERT INTO config (name, data) VALUES ('core.extension', 'a:2:{s:6:"module";a:3:{s:10:"basic_auth";i:0;s:4:"node";i:0;s:4:"rest";i:0;}s:5:"theme";a:0:{}}'),
 ('system.site', 'a:1:{s:4:"uuid";s:36:"7d0b1f8e-2f0c-4b3e-9a53-1f6a2f0f7a10";}'),
 ('rest.resource.entity.node', 'a:4:{s:6:"status";b:1;s:2:"id";s:11:"entity.node";s:11:"granularity";s:8:"resource";s:13:"configuration";a:3:{s:7:"methods";a:1:{i:0;s:3:"GET";}s:7:"formats";a:1:{i:0;s:4:"json";}s:14:"authentication";a:1:{i:0;s:6:"cookie";}}}');`

// DrupalStored is Drupal with its settings in a database and the files by which it is known on the disk.
func (w *World) DrupalStored(setUp int) *Database {
	w.Helper()
	d := w.Database()
	d.SQL(drupalTables)
	w.File("cms/database.json", fmt.Sprintf(`{"user":%q,"password":%q,"name":%q,"socket":%q}`, d.User, d.Password, d.Name, d.Socket))
	w.File("cms/store.php", w.php("drupal/store.php"))
	w.File("cms/core/lib/Drupal.php", "<?php\nclass Drupal {\n  const VERSION = '10.2.5';\n}\n")
	w.File("cms/sites/default/settings.php", fmt.Sprintf("<?php\n$databases['default']['default'] = ['driver' => 'mysql', 'database' => '%s', 'username' => '%s', 'password' => '%s', 'unix_socket' => '%s', 'prefix' => ''];\n$settings['hash_salt'] = 'lab-salt';\n",
		d.Name, d.User, d.Password, d.Socket))
	w.Drupal(setUp, map[string]any{})
	w.CMS = d
	return d
}

// DrupalSettings writes what Drupal keeps in its configuration.
func (w *World) DrupalSettings(settings map[string]any) {
	w.Helper()
	b, err := json.Marshal(settings)
	if err != nil {
		w.Fatalf("%v", err)
	}
	w.File("cms/drupal.json", string(b))
}

var drupalBasic = map[string]any{"modules": []string{"basic_auth"}}

const (
	drupalNode = "node/1?_format=json"
	drupalAnn  = "ann:ann-password-9c1f"
)

func drupal(setUp int, settings map[string]any) func(*World) {
	return func(w *World) { w.Drupal(setUp, settings) }
}

func askDrupal(path string, args ...string) func(*World) []string {
	return func(w *World) []string { return curl(append(args, w.URL("front", path))...) }
}

func drupalWant(cause string, faultAt exchange.Layer, grade string, accept ...string) Want {
	return Want{Cause: cause, Accept: accept, RefusedBy: exchange.Application, FaultAt: faultAt, Grade: grade, Product: "Drupal"}
}

var drupalScenarios = []Scenario{
	{
		Name: "drupal-route-does-not-list-basic", Servers: drupal(80, map[string]any{"modules": []string{"basic_auth"}, "node_auth": []string{"cookie"}}),
		Input: askDrupal(drupalNode, "-u", drupalAnn), Want: drupalWant("drupal-auth-provider", exchange.Application, "strong"),
		Mend: func(w *World) []string {
			w.DrupalSettings(drupalBasic)
			return askDrupal(drupalNode, "-u", drupalAnn)(w)
		},
		Status: 403, Refused: saysBody("The used authentication method is not allowed on this route."),
	},
	{
		Name: "drupal-prompt-reaches-basic-auth", Servers: drupal(91, map[string]any{"modules": []string{"basic_auth"}}),
		Input: askDrupal("admin?_format=json", "-u", stagingLogin), Want: drupalWant("drupal-auth-provider", exchange.WebServer, "strong", "basic-layer-credentials-reach-app"),
		Mend: func(w *World) []string {
			w.DrupalSettings(map[string]any{})
			return askDrupal("node/1", "-u", stagingLogin)(w)
		},
		Status: 403,
	},
	{
		// Drupal takes a wrong password for nobody and says what nobody may not: 403, without a challenge.
		Name: "drupal-password-wrong", Servers: drupal(80, drupalBasic),
		Input: askDrupal(drupalNode, "-u", "ann:wrong-password"), Want: drupalWant("wrong-password", exchange.Client, "likely", "user-lacks-role-or-group"),
		Mend:   askDrupal(drupalNode, "-u", drupalAnn),
		Status: 403,
	},
	{
		Name: "drupal-nothing-sent", Servers: drupal(95, drupalBasic),
		Input: askDrupal(drupalNode), Want: drupalWant("no-credentials-sent", exchange.Client, "proved"),
		Mend: askDrupal(drupalNode, "-u", drupalAnn),
	},
}

var drupalHealthy = []Scenario{
	healthy("drupal-basic", drupal(80, drupalBasic), askDrupal(drupalNode, "-u", drupalAnn)),
	healthy("drupal-page-behind-a-prompt", drupal(81, map[string]any{}), askDrupal("node/1", "-u", stagingLogin)),
}
