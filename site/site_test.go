package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/golden"
	"github.com/why401/why401/site/php"
)

// trees are sites as their makers' installers leave them, cut down to what is read.
var (
	wordpressTree = conf.Texts{
		"/srv/wp-includes/version.php": "<?php\n/** */\n$wp_version = '6.4.3';\n",
		"/srv/wp-settings.php":         "<?php\n",
		"/srv/index.php":               "<?php\n",
		"/srv/wp-config.php": `<?php
define( 'DB_NAME', 'wp' ); define( 'DB_USER', "us\x65r" ); define( 'DB_PASSWORD', 's3cr3t-pass' );
define( 'DB_HOST', 'db.example:3307' );
define( 'AUTH_KEY', 'put your unique phrase here' ); define( 'NONCE_KEY', 'k-9f2c-own' );
$table_prefix = 'odd-prefix$_';
define( 'WP_HOME', 'http://staging.example.com' );
define( 'WP_SITEURL', WP_HOME . '/wp' );
define( 'COOKIE_DOMAIN', '.example.com' );
if ( ! defined( 'WP_ENVIRONMENT_TYPE' ) ) { define( 'WP_ENVIRONMENT_TYPE', getenv( 'WP_ENV' ) ?: 'production' ); }
if ( ! defined( 'ABSPATH' ) ) { define( 'ABSPATH', __DIR__ . '/' ); }
require_once ABSPATH . 'wp-settings.php';
define( 'JWT_AUTH_SECRET_KEY', 'below-wp-settings' );
`,
		"/srv/.htaccess":                       "AuthType Basic\nAuthName Staging\nAuthUserFile /etc/none\nRequire valid-user\nRewriteEngine On\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nRewriteRule ^index\\.php$ - [L]\nRewriteRule . /index.php [L]\n",
		"/srv/wp-content/mu-plugins/guard.php": "<?php\n// add_filter('authenticate', 'no');\nadd_filter( 'wp_is_application_passwords_available', '__return_false' );\nfunction f() { add_action('rest_authentication_errors', function () {}); }\n",
		"/srv/wp-content/plugins/disable-json-api/disable-json-api.php": "<?php\n",
		"/srv/wp-content/plugins/civicrm/civicrm/xml/version.xml":       "<?xml version=\"1.0\" encoding=\"iso-8859-1\" ?>\n<version>\n  <version_no>5.74.3</version_no>\n</version>\n",
		"/srv/wp-content/uploads/civicrm/civicrm.settings.php": `<?php
global $civicrm_root, $civicrm_setting, $civicrm_paths;
if (!defined('CIVICRM_UF')) { if (getenv('CIVICRM_UF')) { define('CIVICRM_UF', getenv('CIVICRM_UF')); } else { define('CIVICRM_UF', 'WordPress'); } }
if (!defined('CIVICRM_DSN')) {
  if (CIVICRM_UF === 'UnitTests' && isset($GLOBALS['_CV']['TEST_DB_DSN'])) { define('CIVICRM_DSN', $GLOBALS['_CV']['TEST_DB_DSN']); }
  else { define('CIVICRM_DSN', 'mysql://civi:p%40ss-w0rd@localhost:3308/civi?new_link=true'); }
}
if (!defined('CIVICRM_UF_BASEURL')) { define( 'CIVICRM_UF_BASEURL', 'http://staging.example.com/'); }
define('_CIVICRM_SIGN_KEYS', '%%signKeys%%');
define('CIVICRM_SIGN_KEYS', _CIVICRM_SIGN_KEYS === '%%' . 'signKeys' . '%%' ? '' : _CIVICRM_SIGN_KEYS );
define('CIVICRM_TEMPLATE_COMPILEDIR', '/srv/wp-content/uploads/civicrm/templates_c');
$civicrm_setting['domain']['authx_header_cred'] = ['jwt', 'api_key'];
$civicrm_setting['Personal Preferences']['authx_guards'] = [];
$civicrm_setting['Old Group']['enableSSL'] = 1;
if (!defined('CIVICRM_CLEANURL')) {
  if (function_exists('variable_get') && variable_get('clean_url', '0') != '0') { define('CIVICRM_CLEANURL', 1 ); } else { define('CIVICRM_CLEANURL', 0); }
}
$memLimitString = trim(ini_get('memory_limit')); $memLimitUnit = strtolower(substr($memLimitString, -1)); $memLimit = (int) $memLimitString;
switch ($memLimitUnit) { case 'g': $memLimit *= 1024; case 'm': $memLimit *= 1024; }
if ($memLimit >= 0 and $memLimit < 134217728) { ini_set('memory_limit', '128M'); }
require_once 'CRM/Core/ClassLoader.php';
CRM_Core_ClassLoader::singleton()->register();
`,
		"/srv/wp-content/uploads/civicrm/ConfigAndLog/CiviCRM.1f.log": "Nov 22 boot\nNov 22 Could not log in\nNov 22 end\n",
	}
	magentoTree = conf.Texts{
		"/srv/bin/magento":   "#!/usr/bin/env php\n",
		"/srv/composer.lock": "{\"packages\": [\n{\"name\": \"magento/product-community-edition\",\n \"version\": \"2.4.6-p1\"}]}",
		"/srv/app/etc/env.php": `<?php
return [
    'backend' => ['frontName' => 'admin_x1'],
    'crypt' => ['key' => "aaaabbbbccccddddeeeeffff00001111"],
    'db' => [
        'table_prefix' => 'mg_',
        'connection' => ['default' => ['host' => 'localhost:/run/mysqld/m.sock', 'dbname' => 'shop', 'username' => 'shop', 'password' => getenv('MAGE_DB_PASS')]],
    ],
    'MAGE_MODE' => 'production',
    'system' => ['default' => ['web' => ['unsecure' => ['base_url' => 'http://shop.example.com/'], 'cookie' => ['cookie_domain' => 'live.example.org']],
        'oauth' => ['consumer' => ['enable_integration_as_bearer' => '0']]], 'websites' => ['base' => ['web' => ['secure' => ['base_url' => 'https://b.example.com/']]]]],
];
`,
		"/srv/app/etc/config.php":          "<?php\nreturn ['modules' => ['Magento_TwoFactorAuth' => 1], 'system' => ['default' => ['web' => ['unsecure' => ['base_url' => 'http://other/']]]]];\n",
		"/srv/pub/index.php":               "<?php\n",
		"/srv/pub/.htaccess":               "RewriteEngine on\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule .* index.php [L]\n",
		"/srv/var/log/system.log":          "[2026] main.INFO: x\n",
		"/srv/pub/blog/wp-config.php":      "<?php\ndefine('DB_NAME', getenv_docker('WORDPRESS_DB_NAME', 'wordpress'));\n$table_prefix = getenv_docker('P', '');\n",
		"/srv/pub/blog/wp-settings.php":    "<?php\n",
		"/srv/pub/blog/wp-admin/index.php": "<?php\n",
	}
	drupalTree = conf.Texts{
		"/srv/web/core/lib/Drupal.php": "<?php\nclass Drupal {\n  /** x */\n  const VERSION = '10.2.1';\n}\n",
		"/srv/web/index.php":           "<?php\n",
		"/srv/web/sites/default/settings.php": `<?php
$databases['default']['default'] = array ('database' => 'd10', 'username' => 'u', 'password' => 'pw-drupal-1', 'prefix' => ['default' => 'x_', 'users' => 'shared_'],
  'host' => '127.0.0.1', 'port' => '3309', 'driver' => 'mysql');
$settings['hash_salt'] = '';
$settings['config_sync_directory'] = '../config/sync';
$config['user.flood']['ip_limit'] = 5;
if (file_exists($app_root . '/' . $site_path . '/settings.local.php')) {
  include $app_root . '/' . $site_path . '/settings.local.php';
}
`,
		"/srv/web/sites/default/settings.local.php":               "<?php\n$cookie_domain = '.example.net';\n$base_url = 'https://staging.example.com';\n",
		"/srv/web/sites/second.example/settings.php":              "<?php\n$databases = json_decode(getenv('DATABASES'), TRUE);\n",
		"/srv/web/sites/default/civicrm.settings.php":             "<?php\ndefine('CIVICRM_UF', 'Drupal8');\ndefine('CIVICRM_DSN', getenv('CIVICRM_DSN'));\n",
		"/srv/vendor/civicrm/civicrm-core/xml/version.xml":        "<version><version_no>6.14.0</version_no></version>",
		"/srv/web/modules/contrib/basic_auth_thing/info.info.yml": "",
	}
)

func open1(t *testing.T, tree conf.Texts, dir string) []*Installation {
	t.Helper()
	in, err := Read(tree, dir)
	if err != nil {
		t.Fatal(err)
	}
	return in.All()
}

func dump(in *Installation) string {
	var b strings.Builder
	p := func(f string, a ...any) { fmt.Fprintf(&b, f+"\n", a...) }
	p("%s %q (%v) at %s", in.Platform, in.Version.Text, in.Version.At, in.Root)
	if in.Host != nil {
		p("host %s %s", in.Host.Platform, in.Host.Root)
	}
	for _, s := range in.Settings {
		p("set %s %s %s [%s]", s.Name, s.At, s.Shown(), s.Depends())
	}
	for _, s := range in.Mandatory {
		p("mandatory %s %s %s [%s]", s.Name, s.At, s.Shown(), s.Depends())
	}
	for _, s := range in.URLs {
		p("url %s %s", s.Name, s.Shown())
	}
	p("environment %s", in.Environment.Shown())
	for _, k := range in.Keys {
		p("key %s %v %v %s", k.Name, k.Value.Empty(), k.At, k.Default)
	}
	if d := in.Database; d != nil {
		p("db %s host=%s port=%d socket=%s name=%s user=%s pw=%v prefix=%s %v needs=%v", d.Driver, d.Host, d.Port, d.Socket, d.Name, d.User, d.Password.Empty(), d.Prefix, d.Prefixes, d.Needs)
	}
	for _, x := range in.Guards {
		p("guard %+v", x)
	}
	for _, x := range in.Plugins {
		p("plugin %+v", x)
	}
	for _, x := range in.Htaccess {
		p("htaccess %+v", x)
	}
	for _, x := range in.Permissions {
		p("permission %+v", x)
	}
	for _, x := range in.Logs {
		p("log %+v", x)
	}
	for _, g := range in.Gaps {
		p("gap %v: %s; %s", g.At, g.What, g.Opens)
	}
	return b.String()
}

// What is read of whole trees stands in golden files, to be looked at when it changes.
func TestTrees(t *testing.T) {
	for name, tree := range map[string]conf.Texts{"wordpress": wordpressTree, "magento": magentoTree, "drupal": drupalTree} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, in := range open1(t, tree, "/srv") {
				b.WriteString(dump(in) + "\n")
			}
			for _, word := range []string{"s3cr3t-pass", "p@ss-w0rd", "p%40ss-w0rd", "pw-drupal-1", "aaaabbbb", "k-9f2c-own", "below-wp-settings"} {
				if strings.Contains(b.String(), word) {
					t.Errorf("a secret is shown: %s", word)
				}
			}
			golden.Equal(t, "testdata/"+name+".golden", b.String())
		})
	}
}

func TestNothingToOpen(t *testing.T) {
	if _, err := Read(conf.Texts{"/srv/a.txt": ""}, "/srv"); !errors.Is(err, ErrNothing) {
		t.Error(err)
	}
	if _, err := Read(conf.Texts{"/srv/a.txt": ""}, "/srv/a.txt"); err == nil || !strings.Contains(err.Error(), "expected a folder") {
		t.Error(err)
	}
	if _, err := Open("/nowhere-why401"); err == nil || !strings.Contains(err.Error(), "/nowhere-why401: no such file") {
		t.Error(err)
	}
}

// The credentials are what the system itself would use.
func TestDatabases(t *testing.T) {
	for host, want := range map[string]Database{
		"localhost": {Host: "localhost"}, "db:3307": {Host: "db", Port: 3307}, "localhost:/run/m.sock": {Host: "localhost", Socket: "/run/m.sock"},
		"[::1]:3308": {Host: "::1", Port: 3308}, "::1": {Host: "::1"}, "/run/m.sock": {Socket: "/run/m.sock"}, "": {}, "h:99999": {Host: "h"}, ":/run/x": {Socket: "/run/x"},
	} {
		var d Database
		d.setHost(host)
		if d.Host != want.Host || d.Port != want.Port || d.Socket != want.Socket {
			t.Errorf("%q: %+v", host, d)
		}
	}
	d := dsn(php.Text("mysqli://us%3Aer:p%40ss%2Fw@db.example:3309/na%20me?new_link=true"))
	if d == nil || d.Driver != "mysql" || d.User != "us:er" || !d.Password.Is("p@ss/w") || d.Host != "db.example" || d.Port != 3309 || d.Name != "na me" {
		t.Errorf("%+v", d)
	}
	if d := dsn(php.Text("mysql://u:p@unix(/run/m.sock)/n?new_link=true")); d == nil || d.Socket != "/run/m.sock" || d.Name != "n" {
		t.Errorf("%+v", d)
	}
	if dsn(php.Text("no dsn")) != nil || dsn(php.Value{}) != nil {
		t.Error("made of nothing")
	}
}

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		v, other string
		before   bool
	}{{"5.49.4", "5.50", true}, {"5.50.0", "5.50", false}, {"6.13.2", "6.14", true}, {"6.14.beta1", "6.14", false}, {"2.4.6-p1", "2.4.4", false}, {"2.4.3-p3", "2.4.4", true},
		{"", "5.50", false}, {"dev-main", "5.50", false}, {"10.2", "8", false}, {"7.99", "8", true}} {
		if got := (Version{Text: c.v}).Before(c.other); got != c.before {
			t.Errorf("%q before %q: %v", c.v, c.other, got)
		}
	}
}

// A value under a name that nobody thought of stays closed, and a login in a URL goes.
func TestShown(t *testing.T) {
	for name, want := range map[string]string{"WP_HOME": "https://...@h/p", "SOMETHING": "set, not shown", "stores/de/web/secure/base_url": "https://...@h/p"} {
		if got := (Setting{name, php.Text("https://u:pw@h/p")}).Shown(); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := fmt.Sprintf("%v %+v %#v %s", Setting{"X", php.Text("pw-1")}, Setting{"X", php.Text("pw-1")}, Setting{"X", php.Text("pw-1")}, php.Text("pw-1")); strings.Contains(got, "pw-1") {
		t.Error(got)
	}
}

// Modes and owners: what the web server's user cannot read or write is said, with what it gives.
func TestPermissions(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode fs.FileMode) {
		p := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), mode), os.Chmod(p, mode)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write("etc/passwd", "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n", 0o644)
	write("shop/bin/magento", "", 0o755)
	write("shop/app/etc/env.php", "<?php return ['crypt' => ['key' => 'k']];", 0o600)
	write("shop/app/etc/config.php", "<?php return [];", 0o644)
	write("shop/pub/index.php", "", 0o644)
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "shop/var"), 0o755), os.Mkdir(filepath.Join(dir, "shop/generated"), 0o777), os.Chmod(filepath.Join(dir, "shop/generated"), 0o777)); err != nil {
		t.Fatal(err)
	}
	in, err := Read(conf.Root(dir), "/shop")
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, p := range in.Permissions {
		said += strings.TrimPrefix(p.Path, "/shop/") + " " + p.Mode + ": " + p.Says + "\n"
		if !strings.Contains(p.Says, "That is no 401.") {
			t.Errorf("%s: %s", p.Path, p.Says)
		}
	}
	for _, want := range []string{"app/etc/env.php -rw-------: www-data cannot read it: every page answers 500", "var drwxr-xr-x: www-data cannot write it"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in:\n%s", want, said)
		}
	}
	for _, not := range []string{"app/etc/config.php", "pub/index.php", "generated"} {
		if strings.Contains(said, not+" ") {
			t.Errorf("%s is named:\n%s", not, said)
		}
	}
}

// Behind .htaccess: what measured servers did (91 and 98 hand Basic on, the condition keeps it back, no rule hands nothing on).
func TestHtaccess(t *testing.T) {
	rules := "RewriteEngine On\n%sRewriteBase /\nRewriteRule ^index\\.php$ - [L]\nRewriteCond %%{REQUEST_FILENAME} !-f\nRewriteRule . /index.php [L]\n"
	pass := "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\n"
	for name, c := range map[string]struct {
		text string
		want []HtaccessFact
	}{
		"WordPress's own":      {fmt.Sprintf(rules, pass), []HtaccessFact{PassesAuthorization}},
		"before 5.6":           {fmt.Sprintf(rules, ""), []HtaccessFact{HidesAuthorization}},
		"Basic kept back":      {fmt.Sprintf(rules, "RewriteCond %{HTTP:Authorization} !^(Basic|Digest)\\s [NC]\n"+pass), []HtaccessFact{HidesBasic}},
		"CGIPassAuth":          {"CGIPassAuth On\n" + fmt.Sprintf(rules, ""), []HtaccessFact{PassesAuthorization}},
		"the rule too low":     {fmt.Sprintf(rules, "") + pass, []HtaccessFact{HidesAuthorization}},
		"a prompt, handed on":  {"AuthType Basic\nAuthName S\nAuthUserFile /x\nRequire valid-user\n" + fmt.Sprintf(rules, pass), []HtaccessFact{AsksPassword, PassesAuthorization}},
		"everybody kept out":   {"Require all denied\n" + fmt.Sprintf(rules, pass), []HtaccessFact{Refuses, PassesAuthorization}},
		"an unknown directive": {"FrobnicateOn yes\n", nil},
	} {
		tree := conf.Texts{"/srv/.htaccess": c.text, "/srv/index.php": "<?php", "/srv/wp-includes/version.php": "<?php $wp_version = '6.1';", "/srv/wp-config.php": "<?php"}
		in := open1(t, tree, "/srv")[0]
		var got []HtaccessFact
		for _, h := range in.Htaccess {
			got = append(got, h.What)
			if h.At.File != "/srv/.htaccess" {
				t.Errorf("%s: stands in %s", name, h.At)
			}
		}
		if name == "an unknown directive" {
			if !slices.ContainsFunc(in.Gaps, func(g Gap) bool { return g.At.File == "/srv/.htaccess" }) && len(got) == 0 {
				t.Errorf("%s: nothing is said", name)
			}
			continue
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
