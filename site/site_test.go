package site

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
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

func TestTrees(t *testing.T) {
	for _, tree := range []conf.Texts{wordpressTree, magentoTree, drupalTree} {
		for _, in := range open1(t, tree, "/srv") {
			t.Log("\n" + dump(in))
		}
	}
	if _, err := Read(conf.Texts{"/srv/a.txt": ""}, "/srv"); !errors.Is(err, ErrNothing) {
		t.Error(err)
	}
}
