package site

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/secret"
	"github.com/why401/why401/site/php"
)

// shownNames are names whose values may be printed. Everything else is closed: a name that nobody thought of may hold a password.
var shownNames = []string{
	"WP_HOME", "WP_SITEURL", "home", "siteurl", "WP_ENVIRONMENT_TYPE", "WP_DEBUG", "WP_DEBUG_LOG", "FORCE_SSL_ADMIN", "COOKIE_DOMAIN", "COOKIEPATH", "SITECOOKIEPATH",
	"ADMIN_COOKIE_PATH", "WP_CONTENT_DIR", "WP_CONTENT_URL", "WP_PLUGIN_DIR", "WPMU_PLUGIN_DIR", "MULTISITE", "SUBDOMAIN_INSTALL", "DOMAIN_CURRENT_SITE",
	"PATH_CURRENT_SITE", "JWT_AUTH_CORS_ENABLE", "CIVICRM_UF", "CIVICRM_UF_BASEURL", "CIVICRM_TEMPLATE_COMPILEDIR", "CIVICRM_ENVIRONMENT",
	"CIVICRM_LOG_FILE", "CIVICRM_DOMAIN_ID", "ABSPATH", "MAGE_MODE", "backend/frontName", "session/save", "session/cookie_domain", "session/cookie_path",
	"directories/document_root_is_pub", "cookie_domain", "base_url", "trusted_host_patterns", "reverse_proxy", "config_sync_directory", "live_site", "force_ssl", "environment",
}

var shownPrefixes = []string{"authx_", "web/", "oauth/consumer/enable", "oauth/access_token_lifetime", "webapi/", "twofactorauth/general", "session.cookie", "session.gc",
	"modules/", "http.response", "user.flood", "admin/url", "admin/security"}

func harmless(name string) bool {
	for _, scope := range []string{"websites/", "stores/"} { // of Magento: stores/<code>/<path>
		if rest, ok := strings.CutPrefix(name, scope); ok {
			_, name, _ = strings.Cut(rest, "/")
		}
	}
	return slices.Contains(shownNames, name) || slices.ContainsFunc(shownPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// withoutLogin takes a login out of a URL.
func withoutLogin(s string) string {
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		authority, path, slash := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(authority, '@'); at >= 0 {
			s = scheme + "://...@" + authority[at+1:]
			if slash {
				s += "/" + path
			}
		}
	}
	return s
}

// Host is the host of a setting that is a URL, in lower case; "" when it is none, or not known.
func (s Setting) Host() string {
	t, ok := s.Text()
	if !ok {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(t))
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// constants reads constants as settings, those that are set.
func constants(s *php.Script, names ...string) []Setting {
	var out []Setting
	for _, n := range names {
		if v := s.Const(n); v.Set() {
			out = append(out, Setting{n, v})
		}
	}
	return out
}

func setting(s *php.Script, name string) Setting { return Setting{name, s.Const(name)} }

// keys reads keys and salts. samples are values that the system ships.
func keys(s *php.Script, samples []string, names ...string) []Key {
	var out []Key
	for _, n := range names {
		v := s.Const(n)
		if !v.Set() {
			continue
		}
		text, ok := v.Text()
		k := Key{Name: n, At: v.At, Value: secret.New(text)}
		switch {
		case !ok:
		case text == "":
			k.Default = "it is empty"
		case slices.Contains(samples, text):
			k.Default = "it is the sample's text"
		}
		out = append(out, k)
	}
	return out
}

// text is a value's bytes, "" when they are not known.
func text(v php.Value) string {
	t, _ := v.Text()
	return t
}

func needs(vs ...php.Value) []php.Need {
	var out []php.Need
	for _, v := range vs {
		for _, n := range v.Needs {
			if !slices.ContainsFunc(out, func(m php.Need) bool { return m.What == n.What && m.Name == n.Name }) {
				out = append(out, n)
			}
		}
	}
	return out
}

// dsn reads mysql://user:password@host:port/name?options, as CIVICRM_DSN and Drupal's older settings have it (PEAR DB). The
// parts are percent-encoded.
func dsn(v php.Value) *Database {
	s, ok := v.Text()
	if !ok {
		return nil
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return nil
	}
	d := &Database{Driver: driver(scheme), At: v.At, Needs: v.Needs}
	rest, query, _ := strings.Cut(rest, "?")
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		user, pass, _ := strings.Cut(rest[:at], ":")
		d.User = decoded(user)
		d.Password = secret.New(decoded(pass))
		rest = rest[at+1:]
	}
	if inner, after, found := strings.Cut(rest, ")"); found && strings.HasPrefix(inner, "unix(") { // PEAR: unix(/run/mysqld.sock)/name
		d.Socket = strings.TrimPrefix(inner, "unix(")
		d.Name = decoded(strings.TrimPrefix(after, "/"))
		return d
	}
	host, name, _ := strings.Cut(rest, "/")
	if strings.HasSuffix(host, ":") { // localhost:/run/mysqld.sock/name
		if i := strings.LastIndexByte(rest, '/'); i > len(host) {
			host, name = rest[:i], rest[i+1:]
		}
	}
	d.Name = decoded(name)
	d.setHost(host)
	if q, err := url.ParseQuery(query); err == nil && q.Get("unix_socket") != "" {
		d.Socket = q.Get("unix_socket")
	}
	return d
}

func decoded(s string) string {
	if d, err := url.PathUnescape(s); err == nil {
		return d
	}
	return s
}

// setHost reads host, host:port, host:/socket, [v6]:port, as WordPress and the others write it.
func (d *Database) setHost(s string) {
	if s == "" {
		return
	}
	if strings.HasPrefix(s, "/") {
		d.Socket = s
		return
	}
	host, rest := s, ""
	if i := strings.Index(s, ":/"); i >= 0 {
		d.Socket, host = s[i+1:], s[:i]
	}
	if strings.HasPrefix(host, "[") {
		if end := strings.IndexByte(host, ']'); end > 0 {
			host, rest = host[1:end], strings.TrimPrefix(host[end+1:], ":")
		}
	} else if strings.Count(host, ":") == 1 {
		host, rest, _ = strings.Cut(host, ":")
	}
	d.Host = host
	if p, err := strconv.Atoi(rest); err == nil && p > 0 && p < 65536 {
		d.Port = p
	}
}

func driver(s string) string {
	switch strings.ToLower(s) {
	case "mysql", "mysqli", "pdo_mysql", "mariadb":
		return "mysql"
	case "pgsql", "postgres", "postgresql":
		return "pgsql"
	case "sqlite", "sqlite3":
		return "sqlite"
	}
	return strings.ToLower(s)
}

// gaps takes over what a configuration file left open.
func (in *Installation) gapsOf(s *php.Script, opens string) {
	for _, u := range s.Unread {
		in.gap(u.Place, u.What, opens)
	}
	in.Files = append(in.Files, s.Files...)
}
