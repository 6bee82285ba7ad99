package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
)

// TestCookieConstants reads wp-config.php with constants for cookies that came along from another address.
func TestCookieConstants(t *testing.T) {
	root := "define('WP_HOME', 'https://a.example'); define('WP_SITEURL', 'https://a.example');"
	blog := "define('WP_HOME', 'https://a.example/blog'); define('WP_SITEURL', 'https://a.example/blog');"
	panel := "define('WP_HOME', 'https://a.example'); define('WP_SITEURL', 'https://a.example/wp');"
	for lines, want := range map[string]string{
		root:                                     "",
		root + "define('COOKIEPATH', '/');":      "",
		root + "define('COOKIEPATH', '/blog/');": "", // SITECOOKIEPATH, which WordPress makes of siteurl, covers both
		root + "define('COOKIEPATH', '/blog/'); define('SITECOOKIEPATH', '/blog/');":                      "strong COOKIEPATH '/'",
		root + "define('ADMIN_COOKIE_PATH', '/blog/wp-admin');":                                           "strong ADMIN_COOKIE_PATH '/wp-admin'",
		root + "define('ADMIN_COOKIE_PATH', '/');":                                                        "",
		panel + "define('SITECOOKIEPATH', '/');":                                                          "strong SITECOOKIEPATH '/wp/'", // the panel's is made of it: /wp-admin
		blog + "define('SITECOOKIEPATH', '/shop/');":                                                      "strong SITECOOKIEPATH '/blog/'",
		blog + "define('COOKIEPATH', '/'); define('SITECOOKIEPATH', '/');":                                "strong SITECOOKIEPATH '/blog/'",
		root + "define('COOKIEPATH', getenv('P') ?: '/x/'); define('SITECOOKIEPATH', '/x/');":             "likely COOKIEPATH -",
		root + "define('COOKIE_DOMAIN', 'www.live.example');":                                             "strong COOKIE_DOMAIN false",
		root + "define('COOKIE_DOMAIN', '.example');":                                                     "",
		"define('MULTISITE', true);" + blog + "define('COOKIEPATH', '/'); define('SITECOOKIEPATH', '/');": "",
		root + "define('COOKIE_DOMAIN', false);":                                                          "",
	} {
		in, err := site.Read(conf.Texts{"/srv/wp-includes/version.php": "<?php $wp_version = '6.5';", "/srv/wp-settings.php": "<?php",
			"/srv/wp-config.php": "<?php\ndefine('DB_NAME', 'x'); $table_prefix = 'wp_';\n" + lines + "\nrequire __DIR__ . '/wp-settings.php';\n"}, "/srv")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, k := range []*cause.Cause{CookiePathMismatch, CookieDomainMismatch} {
			for _, s := range k.Installed(in) {
				name, _, _ := strings.Cut(s.Says, " ")
				written := "-"
				for _, e := range s.Remedies[0].Edits {
					written = e.Text
				}
				got = append(got, fmt.Sprint(s.Grade, " ", name, " ", written))
			}
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s\n%q, want %q", lines, got, want)
		}
	}
}
