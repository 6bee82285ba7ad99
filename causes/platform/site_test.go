package platform

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
)

const (
	siteWPConfig = "<?php\ndefine('DB_NAME', 'x');\n$table_prefix = 'wp_';\n%s\nrequire_once __DIR__ . '/wp-settings.php';\n%s\n"
	sitePass     = "RewriteEngine On\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nRewriteRule ^index\\.php$ - [L]\nRewriteRule . /index.php [L]\n"
	sitePrompt   = "AuthType Basic\nAuthName S\nAuthUserFile /x\nRequire valid-user\n"
)

// aSite is a WordPress with a CiviCRM, changed by files.
func aSite(above, below, civi, mandatory string, files conf.Texts) conf.Texts {
	t := conf.Texts{"/srv/wp-includes/version.php": "<?php\n$wp_version = '6.4';\n", "/srv/wp-settings.php": "<?php", "/srv/index.php": "<?php",
		"/srv/wp-config.php": fmt.Sprintf(siteWPConfig, above, below)}
	if civi != "" {
		t["/srv/wp-content/plugins/civicrm/civicrm/xml/version.xml"] = "<version><version_no>" + civi + "</version_no></version>"
		t["/srv/wp-content/uploads/civicrm/civicrm.settings.php"] = "<?php\n" + mandatory + "\n"
	}
	maps.Copy(t, files)
	return t
}

func aShop(version, env, htaccess string) conf.Texts {
	t := conf.Texts{"/srv/bin/magento": "", "/srv/app/etc/env.php": "<?php\nreturn [" + env + "];\n", "/srv/app/etc/config.php": "<?php return [];", "/srv/pub/index.php": "<?php",
		"/srv/composer.lock": `{"packages":[{"name":"magento/product-community-edition","version":"` + version + `"}]}`}
	if htaccess != "" {
		t["/srv/pub/.htaccess"] = htaccess
	}
	return t
}

func TestInstalled(t *testing.T) {
	set := "$civicrm_setting['domain']['authx_header_cred'] = "
	prompt := conf.Texts{"/srv/.htaccess": sitePrompt + sitePass}
	bearer := func(v string) string {
		return "'system' => ['default' => ['oauth' => ['consumer' => ['enable_integration_as_bearer' => " + v + "]]]]"
	}
	jwt := conf.Texts{"/srv/wp-content/plugins/jwt-auth/jwt-auth.php": "<?php"}
	for name, c := range map[string]struct {
		tree conf.Texts
		want string // cause grade file:line, one a line; "" for nothing
	}{
		"nothing":                            {aSite("", "", "5.74.3", "", nil), ""},
		"mandatory, no prompt seen":          {aSite("", "", "5.74.3", set+"['jwt'];", nil), "civicrm-authx-basic-layer-conflict likely civicrm.settings.php:2"},
		"mandatory, and a prompt":            {aSite("", "", "5.74.3", set+"['jwt'];", prompt), "civicrm-authx-basic-layer-conflict strong civicrm.settings.php:2"},
		"mandatory and empty, and a prompt":  {aSite("", "", "5.74.3", set+"[];", prompt), ""},
		"mandatory null":                     {aSite("", "", "5.74.3", set+"NULL;", prompt), ""},
		"the database decides, and a prompt": {aSite("", "", "5.74.3", "", prompt), "civicrm-authx-basic-layer-conflict likely .htaccess:1"},
		"a prompt that keeps its login":      {aSite("", "", "5.74.3", "", conf.Texts{"/srv/.htaccess": sitePrompt + strings.Replace(sitePass, "RewriteRule .*", "RewriteCond %{HTTP:Authorization} !^(Basic|Digest)\\s [NC]\nRewriteRule .*", 1)}), ""},
		"before 5.50, a prompt, and []":      {aSite("", "", "5.49.0", set+"[];", prompt), "civicrm-authx-basic-layer-conflict strong .htaccess:1"},
		"before 5.50, no prompt":             {aSite("", "", "5.49.0", set+"['jwt'];", nil), ""},
		"from 6.14":                          {aSite("", "", "6.14.0", set+"['jwt', 'api_key'];", prompt), ""},
		"from 6.14, pass":                    {aSite("", "", "6.14.0", set+"['pass'];", prompt), "civicrm-authx-basic-layer-conflict strong civicrm.settings.php:2"},
		"mandatory from the environment":     {aSite("", "", "5.74.3", set+"json_decode(getenv('CRED'));", prompt), "civicrm-authx-basic-layer-conflict likely civicrm.settings.php:2"},
		"mandatory under a condition":        {aSite("", "", "5.74.3", "if ($_SERVER['HTTP_HOST'] == 'x') { "+set+"['jwt']; }", prompt), "civicrm-authx-basic-layer-conflict likely civicrm.settings.php:2"},
		"no signing key":                     {aSite("", "", "5.74.3", "define('CIVICRM_SIGN_KEYS', '');", nil), "civicrm-authx-flow-disabled likely civicrm.settings.php:2"},
		"http":                               {aSite("define('WP_HOME', 'http://a.example');", "", "", "", nil), "wp-app-password-unavailable likely wp-config.php:4"},
		"http, and local":                    {aSite("define('WP_HOME', 'http://a.example'); define('WP_ENVIRONMENT_TYPE', 'local');", "", "", "", nil), ""},
		"https":                              {aSite("define('WP_HOME', 'https://a.example');", "", "", "", nil), ""},
		"a must-use plugin":                  {aSite("", "", "", "", conf.Texts{"/srv/wp-content/mu-plugins/a.php": "<?php\nadd_filter('wp_is_application_passwords_available', '__return_false');"}), "wp-app-password-unavailable strong a.php:2"},
		"the same under a condition":         {aSite("", "", "", "", conf.Texts{"/srv/wp-content/mu-plugins/a.php": "<?php\nif (X) add_filter('wp_is_application_passwords_available', '__return_false');"}), "wp-app-password-unavailable likely a.php:2"},
		"a filter in a comment":              {aSite("", "", "", "", conf.Texts{"/srv/wp-content/mu-plugins/a.php": "<?php\n# add_filter('wp_is_application_passwords_available', '__return_false');"}), ""},
		"a guard":                            {aSite("", "", "", "", conf.Texts{"/srv/wp-content/mu-plugins/a.php": "<?php\nadd_filter('rest_authentication_errors', function ($e) { return $e; });"}), "wp-rest-disabled-by-plugin likely a.php:2"},
		"a JWT plugin without a key":         {aSite("", "", "", "", jwt), "wp-jwt-bad-config likely wp-config.php:0"},
		"a JWT plugin with a late key":       {aSite("", "define('JWT_AUTH_SECRET_KEY', 'x');", "", "", jwt), "wp-jwt-bad-config strong wp-config.php:6"},
		"a JWT plugin with an empty key":     {aSite("define('JWT_AUTH_SECRET_KEY', '');", "", "", "", jwt), "wp-jwt-bad-config strong wp-config.php:4"},
		"a JWT plugin with a key":            {aSite("define('JWT_AUTH_SECRET_KEY', 'k');", "", "", "", jwt), ""},
		"a JWT key from the environment":     {aSite("define('JWT_AUTH_SECRET_KEY', getenv('K'));", "", "", "", jwt), ""},
		"Bearer locked":                      {aShop("2.4.6-p1", bearer("'0'"), ""), "magento-integration-bearer-disabled strong env.php:2"},
		"Bearer allowed":                     {aShop("2.4.6-p1", bearer("1"), ""), ""},
		"Bearer locked, an older Magento":    {aShop("2.4.3", bearer("0"), ""), ""},
		"Bearer from the environment":        {aShop("2.4.6", bearer("getenv('B')"), ""), "magento-integration-bearer-disabled likely env.php:2"},
		"Bearer not set":                     {aShop("2.4.6", "", ""), ""},
		"a prompt before the shop":           {aShop("2.4.6", "", sitePrompt), "magento-basic-layer strong .htaccess:1"},
		"Drupal behind a prompt": {conf.Texts{"/srv/core/lib/Drupal.php": "<?php class Drupal { const VERSION = '10.1.0'; }", "/srv/index.php": "<?php",
			"/srv/sites/default/settings.php": "<?php $databases = [];", "/srv/.htaccess": sitePrompt + sitePass}, "drupal-auth-provider likely .htaccess:1"},
	} {
		t.Run(name, func(t *testing.T) {
			first, err := site.Read(c.tree, "/srv")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, in := range first.All() {
				for _, k := range Causes {
					if k.Installed == nil {
						continue
					}
					for _, s := range k.Installed(in) {
						got = append(got, fmt.Sprintf("%s %s %s:%d", k.ID, s.Grade, s.Place.File[strings.LastIndexByte(s.Place.File, '/')+1:], s.Place.Line))
						if s.Grade < cause.Proved && len(s.Raise) == 0 {
							t.Errorf("%s says not what would decide", k.ID)
						}
						if !strings.HasSuffix(s.Says, ".") {
							t.Errorf("no sentence: %s", s.Says)
						}
					}
				}
			}
			if j := strings.Join(got, "\n"); j != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", j, c.want)
			}
		})
	}
}
