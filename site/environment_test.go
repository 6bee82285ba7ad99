package site

import (
	"strings"
	"testing"

	"github.com/why401/why401/conf"
)

// bedrock is a WordPress whose settings come out of a .env file (roots.io/bedrock), cut down to what is read.
func bedrock(env string, more conf.Texts) conf.Texts {
	t := conf.Texts{
		"/srv/vendor/vlucas/phpdotenv/composer.json": "{}",
		"/srv/.env":                           env,
		"/srv/web/wp/wp-includes/version.php": "<?php\n$wp_version = '6.5';\n",
		"/srv/web/wp/wp-settings.php":         "<?php\n",
		"/srv/web/wp-config.php": `<?php
require_once dirname(__DIR__) . '/vendor/autoload.php';
require_once dirname(__DIR__) . '/config/application.php';
require_once ABSPATH . 'wp-settings.php';
`,
		"/srv/config/application.php": `<?php
use Roots\WPConfig\Config;
use function Env\env;
$root_dir = dirname(__DIR__);
$webroot_dir = $root_dir . '/web';
if (file_exists($root_dir . '/.env')) {
    $dotenv->load();
}
define('WP_ENV', env('WP_ENV') ?: 'production');
if (!env('WP_ENVIRONMENT_TYPE') && in_array(WP_ENV, ['production', 'staging', 'development', 'local'])) {
    Config::define('WP_ENVIRONMENT_TYPE', WP_ENV);
}
Config::define('WP_HOME', env('WP_HOME'));
Config::define('WP_SITEURL', env('WP_SITEURL'));
Config::define('DB_NAME', env('DB_NAME'));
Config::define('DB_USER', env('DB_USER'));
Config::define('DB_PASSWORD', env('DB_PASSWORD'));
Config::define('DB_HOST', env('DB_HOST') ?: 'localhost');
$table_prefix = env('DB_PREFIX') ?: 'wp_';
Config::define('AUTH_KEY', env('AUTH_KEY'));
if (!defined('ABSPATH')) { define('ABSPATH', $webroot_dir . '/wp/'); }
`,
	}
	for k, v := range more {
		t[k] = v
	}
	return t
}

const bedrockEnv = `# the site
DB_NAME='shop'
DB_USER="shop user"
DB_PASSWORD='p#ss $w0rd'
DB_HOST=db.test:3307
WP_ENV=staging
WP_HOME=https://staging.example.test
WP_SITEURL="${WP_HOME}/wp"
AUTH_KEY='k-of-its-own'
`

func TestDotenv(t *testing.T) {
	read := func(tree conf.Texts) *Installation {
		t.Helper()
		in, err := Read(tree, "/srv")
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	in := read(bedrock(bedrockEnv, nil))
	d := in.Database
	if d == nil || d.Name != "shop" || d.User != "shop user" || !d.Password.Is("p#ss $w0rd") || d.Host != "db.test" || d.Port != 3307 || d.Prefix != "wp_" {
		t.Fatalf("%+v; gaps %+v", d, in.Gaps)
	}
	if l, err := in.Login(); err != nil || l.Host != "db.test:3307" {
		t.Errorf("%v %v", l, err)
	}
	home := in.Setting("WP_SITEURL")
	if text, _ := home.Text(); text != "https://staging.example.test/wp" || home.Sure() || !strings.Contains(home.Depends(), "WP_SITEURL") {
		t.Errorf("%q, sure %v, %s", text, home.Sure(), home.Depends())
	}
	if edits := in.SetConstant("WP_HOME", "'x'"); edits != nil {
		t.Errorf("a value that stands elsewhere would be edited: %+v", edits)
	}
	for what, c := range map[string]struct {
		tree conf.Texts
		name string // the database's, "" for not known
		gap  string
	}{
		"a later file wins":          {bedrock(bedrockEnv, conf.Texts{"/srv/.env.local": "DB_NAME=local\n"}), "local", ""},
		"the environment's own file": {bedrock(bedrockEnv, conf.Texts{"/srv/.env.staging": "DB_NAME=staged\n", "/srv/.env.production": "DB_NAME=live\n"}), "staged", ""},
		"a mistake":                  {bedrock("DB_NAME=shop\nDB_USER=a b\n", nil), "", "blanks"},
		"a command":                  {bedrock("DB_NAME=$(cat name)\n", nil), "", ""},
		"nothing that would read it": {bedrockWithout("/srv/vendor/vlucas/phpdotenv/composer.json"), "", ""},
	} {
		in := read(c.tree)
		name := ""
		if in.Database != nil {
			name = in.Database.Name
		}
		if name != c.name {
			t.Errorf("%s: %q, want %q", what, name, c.name)
		}
		if said := gapsText(in); c.gap != "" && !strings.Contains(said, c.gap) || strings.Contains(said, "w0rd") {
			t.Errorf("%s: %s", what, said)
		}
	}
}

func bedrockWithout(file string) conf.Texts {
	t := bedrock(bedrockEnv, nil)
	delete(t, file)
	return t
}

func gapsText(in *Installation) string {
	var b strings.Builder
	for _, g := range in.Gaps {
		b.WriteString(g.At.String() + ": " + g.What + "\n")
	}
	return b.String()
}

// TestSetConstant edits wp-config.php through what the parser found: every other byte stays.
func TestSetConstant(t *testing.T) {
	tree := func(config string) conf.Texts {
		return conf.Texts{"/srv/wp-includes/version.php": "<?php $wp_version = '6.5';", "/srv/wp-settings.php": "<?php", "/srv/wp-config.php": config}
	}
	const above = "<?php\r\n/* é */ define( 'DB_NAME', 'x' );\n$table_prefix = 'wp_';\n"
	for _, c := range []struct{ what, config, want string }{
		{"in place", above + "define('WP_ENVIRONMENT_TYPE', 'production'); // live\nrequire_once ABSPATH . 'wp-settings.php';\n",
			above + "define('WP_ENVIRONMENT_TYPE', 'staging'); // live\nrequire_once ABSPATH . 'wp-settings.php';\n"},
		{"const", above + "const WP_ENVIRONMENT_TYPE = \"production\";\n  require 'wp-settings.php';", above + "const WP_ENVIRONMENT_TYPE = 'staging';\n  require 'wp-settings.php';"},
		{"above", above + "\trequire_once __DIR__ . '/wp-settings.php';\n", above + "\tdefine( 'WP_ENVIRONMENT_TYPE', 'staging' );\n\trequire_once __DIR__ . '/wp-settings.php';\n"},
		{"not behind other words of the line", above + "$a = 1; require_once __DIR__ . '/' . 'wp-settings.php';\n", ""},
		{"not what depends on something", above + "define('WP_ENVIRONMENT_TYPE', getenv('E') ?: 'production');\nrequire 'wp-settings.php';\n", ""},
		{"not what stands elsewhere", above + "$e = 'production';\ndefine('WP_ENVIRONMENT_TYPE', $e);\nrequire 'wp-settings.php';\n", ""},
		{"not what is put together", above + "define('WP_ENVIRONMENT_TYPE', 'prod' . 'uction');\nrequire 'wp-settings.php';\n", ""},
	} {
		in, err := Read(tree(c.config), "/srv")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, e := range in.SetConstant("WP_ENVIRONMENT_TYPE", "'staging'") {
			switch e.How {
			case conf.Exact:
				got = c.config[:e.Place.Start] + e.Text + c.config[e.Place.End:]
			case conf.Before:
				line := strings.LastIndexByte(c.config[:e.Place.Start], '\n') + 1
				got = c.config[:e.Place.Start] + e.Text + "\n" + c.config[line:e.Place.Start] + c.config[e.Place.Start:]
			}
		}
		if got != c.want {
			t.Errorf("%s:\n%q\nwant\n%q", c.what, got, c.want)
		}
	}
}
