package site

import (
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/site/php"
)

// content is the folder wp-content, wherever it was put.
func (in *Installation) content() string {
	if t, ok := in.Setting("WP_CONTENT_DIR").Text(); ok && path.IsAbs(t) {
		return path.Clean(t)
	}
	return path.Join(in.Root, "wp-content")
}

// guards are plugins known to close the REST API, to change its logins or to switch application passwords off, by their folder
// in wp-content/plugins, with what their own descriptions say that they do.
var guards = map[string]string{
	"disable-json-api":                    "can close the REST API to everybody who is not logged in",
	"disable-wp-rest-api":                 "closes the REST API to everybody who is not logged in",
	"wp-rest-api-authentication":          "asks every call of the REST API for a login of its own kind",
	"jwt-authentication-for-wp-rest-api":  "reads JWTs from Authorization, signed with JWT_AUTH_SECRET_KEY",
	"jwt-auth":                            "reads JWTs from Authorization, signed with JWT_AUTH_SECRET_KEY",
	"simple-jwt-login":                    "reads JWTs of its own",
	"wp-graphql-jwt-authentication":       "reads JWTs from Authorization, signed with GRAPHQL_JWT_AUTH_SECRET_KEY",
	"all-in-one-wp-security-and-firewall": "can close the REST API, switch application passwords off and lock logins",
	"better-wp-security":                  "can restrict the REST API and lock logins",
	"wordfence":                           "can switch application passwords off, block addresses and lock logins",
	"wp-cerber":                           "can close the REST API and lock logins",
	"wp-simple-firewall":                  "can close the REST API to the anonymous and lock logins",
	"ninjafirewall":                       "can block the REST API before WordPress starts",
	"perfmatters":                         "can close the REST API",
	"clearfy":                             "can close the REST API",
	"wp-force-login":                      "closes the whole site, and the REST API, to everybody who is not logged in",
	"password-protected":                  "closes the site behind one password, and can close the REST API",
	"restricted-site-access":              "closes the site to everybody who is not logged in",
	"application-passwords":               "is the plugin that core took over in 5.6; beside core's it answers twice",
	"basic-auth":                          "takes Basic logins for account passwords, and refuses application passwords",
	"json-basic-authentication":           "takes Basic logins for account passwords, and refuses application passwords",
	"limit-login-attempts-reloaded":       "locks logins after failures",
	"loginizer":                           "locks logins after failures",
	"two-factor":                          "asks for a second factor; application passwords are exempt",
}

// hooks are the filters by which a plugin judges logins at the REST API.
var hooks = map[string]string{
	"rest_authentication_errors":                     "judges every call of the REST API",
	"rest_pre_dispatch":                              "can answer calls of the REST API in place of WordPress",
	"determine_current_user":                         "decides who the caller is",
	"authenticate":                                   "judges passwords",
	"wp_is_application_passwords_available":          "decides whether application passwords are offered",
	"wp_is_application_passwords_available_for_user": "decides for each user whether application passwords are offered",
	"application_password_is_api_request":            "decides where application passwords count",
	"rest_enabled":                                   "closed the REST API before WordPress 4.7",
	"rest_jsonp_enabled":                             "decides about JSONP",
	"wp_is_site_protected_by_basic_auth":             "says whether the web server asks for a password",
	"auth_cookie_expiration":                         "decides how long a login lasts",
	"xmlrpc_enabled":                                 "decides about XML-RPC logins",
	"rest_cookie_check_errors":                       "is about nonces",
}

// readPlugins finds what guards the REST API: must-use plugins and drop-ins, which are active because they lie there, and known
// plugins, which the database switches on.
func (in *Installation) readPlugins(src conf.Source) {
	content := in.content()
	mu := path.Join(content, "mu-plugins")
	if t, ok := in.Setting("WPMU_PLUGIN_DIR").Text(); ok && path.IsAbs(t) {
		mu = path.Clean(t)
	}
	in.hooked(src, path.Join(mu, "*.php"), "a must-use plugin")
	for _, f := range []string{"advanced-cache.php", "object-cache.php", "db.php", "sunrise.php"} {
		in.hooked(src, path.Join(content, f), "a drop-in")
	}
	plugins := path.Join(content, "plugins")
	if t, ok := in.Setting("WP_PLUGIN_DIR").Text(); ok && path.IsAbs(t) {
		plugins = path.Clean(t)
	}
	names, err := src.ReadDir(plugins)
	if err != nil && exists(src, plugins) {
		in.gap(conf.Place{File: plugins}, "cannot be read: "+plain(err), "whether a plugin guards the REST API")
	}
	for _, n := range names {
		slug := strings.TrimSuffix(n, ".php")
		if does, known := guards[slug]; known {
			in.Plugins = append(in.Plugins, Plugin{Name: slug, Does: does, At: conf.Place{File: path.Join(plugins, n)}})
		}
	}
}

// hooked finds the files that hook themselves into logins.
func (in *Installation) hooked(src conf.Source, pattern, how string) {
	files, err := conf.Glob(src, pattern)
	if err != nil && len(files) == 0 && exists(src, path.Dir(pattern)) && conf.HasMeta(pattern) {
		in.gap(conf.Place{File: path.Dir(pattern)}, "cannot be read: "+plain(err), "whether a plugin that is always active guards the REST API")
	}
	for _, f := range files {
		b, err := src.ReadFile(f)
		if err != nil {
			in.gap(conf.Place{File: f}, "cannot be read: "+plain(err), "whether it guards the REST API")
			continue
		}
		for _, c := range php.Calls(string(b), "add_filter", "add_action") {
			if does := hooks[c.First]; does != "" {
				in.Guards = append(in.Guards, Plugin{Name: path.Base(f), Does: does, How: how, Hook: c.First, Callback: c.Then, Inner: c.Inner,
					At: conf.Place{File: f, Line: c.Line}})
			}
		}
	}
}
