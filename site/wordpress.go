package site

import (
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/site/php"
)

// wordpressNames are the constants of wp-config.php that are kept as settings.
var wordpressNames = []string{"WP_HOME", "WP_SITEURL", "WP_ENVIRONMENT_TYPE", "FORCE_SSL_ADMIN", "COOKIE_DOMAIN", "COOKIEPATH", "SITECOOKIEPATH", "ADMIN_COOKIE_PATH",
	"MULTISITE", "SUBDOMAIN_INSTALL", "DOMAIN_CURRENT_SITE", "PATH_CURRENT_SITE", "WP_DEBUG", "WP_DEBUG_LOG", "WP_CONTENT_DIR", "WP_CONTENT_URL", "WP_PLUGIN_DIR",
	"WPMU_PLUGIN_DIR", "JWT_AUTH_SECRET_KEY", "JWT_AUTH_CORS_ENABLE", "ABSPATH"}

// wordpressSamples are the texts of wp-config-sample.php, of today and of older versions.
var wordpressSamples = []string{"put your unique phrase here"}

var wordpressKeys = []string{"AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY", "AUTH_SALT", "SECURE_AUTH_SALT", "LOGGED_IN_SALT", "NONCE_SALT", "JWT_AUTH_SECRET_KEY"}

// program says of an included file that it is the system itself.
func program(f string) bool {
	base := path.Base(f)
	switch base {
	case "wp-settings.php", "autoload.php", "ClassLoader.php", "wp-load.php", "bootstrap.php", "civicrm.config.php":
		return true
	}
	return strings.Contains(f, "/vendor/") || strings.Contains(f, "/wp-includes/")
}

func wordpress(src conf.Source, root string) (*Installation, *php.Script) {
	in := &Installation{Platform: WordPress, Root: root}
	in.Version = phpVersion(src, in, path.Join(root, "wp-includes/version.php"), "wp_version")
	file := wordpressConfig(src, root)
	if file == "" {
		in.gap(conf.Place{File: root}, "there is no wp-config.php, neither here nor in the folder above",
			"the database, the addresses and the keys are not known; WordPress would show its installer")
		return in, nil
	}
	s, err := php.Read(src, file, php.Options{Env: in.environment(src, root), Skip: program})
	if err != nil {
		in.gap(conf.Place{File: file}, "cannot be read: "+plain(err), "the database, the addresses and the keys are not known")
		return in, nil
	}
	in.gapsOf(s, "constants that are not found here may be defined there")
	in.Settings = constants(s, wordpressNames...)
	for _, n := range []string{"WP_HOME", "WP_SITEURL"} {
		if v := setting(s, n); v.Set() {
			in.URLs = append(in.URLs, v)
			in.Mandatory = append(in.Mandatory, Setting{map[string]string{"WP_HOME": "home", "WP_SITEURL": "siteurl"}[n], v.Value})
		}
	}
	in.Environment = setting(s, "WP_ENVIRONMENT_TYPE")
	for _, i := range s.Includes {
		if path.Base(i.Path) != "wp-settings.php" {
			continue
		}
		if i.At.File == file && begins(src, i.At) {
			in.Loads = i.At
		}
		for _, v := range in.Settings {
			if v.At.File == i.At.File && v.At.Start > i.At.Start {
				in.Late = append(in.Late, v)
			}
		}
	}
	for _, n := range []string{"COOKIE_DOMAIN", "COOKIEPATH", "SITECOOKIEPATH", "ADMIN_COOKIE_PATH"} {
		if v := setting(s, n); v.Set() {
			in.Cookies = append(in.Cookies, v)
		}
	}
	in.Keys = keys(s, wordpressSamples, wordpressKeys...)
	if s.Const("DB_NAME").Set() {
		d := &Database{Driver: "mysql", Name: text(s.Const("DB_NAME")), User: text(s.Const("DB_USER")), Password: setting(s, "DB_PASSWORD").Secret(),
			At: s.Const("DB_NAME").At, Needs: needs(s.Const("DB_NAME"), s.Const("DB_USER"), s.Const("DB_PASSWORD"), s.Const("DB_HOST"), s.Var("table_prefix"))}
		d.setHost(text(s.Const("DB_HOST")))
		p := s.Var("table_prefix")
		d.Prefix, d.PrefixAt = text(p), p.At
		if !p.Set() {
			in.gap(conf.Place{File: file}, "$table_prefix is not set", "WordPress does not start without it; the names of its tables are not known")
		}
		in.Database = d
	} else {
		in.gap(conf.Place{File: file}, "DB_NAME is not defined in what was read", "the settings in the database cannot be read with the site's own login")
	}
	return in, s
}

// wordpressConfig is the file that wp-load.php takes: in the root, or one folder up if that is no WordPress of its own.
func wordpressConfig(src conf.Source, root string) string {
	if f := path.Join(root, "wp-config.php"); exists(src, f) {
		return f
	}
	up := path.Dir(root)
	if f := path.Join(up, "wp-config.php"); exists(src, f) && !exists(src, path.Join(up, "wp-settings.php")) {
		return f
	}
	return ""
}

// phpVersion reads a version from a variable of a PHP file.
func phpVersion(src conf.Source, in *Installation, file, variable string) Version {
	s, err := php.Read(src, file, php.Options{Skip: func(string) bool { return true }})
	if err != nil {
		in.gap(conf.Place{File: file}, "cannot be read: "+plain(err), "the version is not known")
		return Version{}
	}
	v := s.Var(variable)
	if t, ok := v.Text(); ok && t != "" {
		return Version{t, v.At}
	}
	in.gap(conf.Place{File: file}, "does not set $"+variable, "the version is not known")
	return Version{}
}
