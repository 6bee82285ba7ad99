package site

import (
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/site/php"
)

// drupal reads a Drupal (7, and 8 and later) or a Backdrop. Each folder of sites/ with a settings.php is an installation of its own.
func drupal(src conf.Source, root string, p Platform) ([]*Installation, map[*Installation]*php.Script) {
	scripts := map[*Installation]*php.Script{}
	var out []*Installation
	for _, file := range drupalSettings(src, root, p) {
		in := &Installation{Platform: p, Root: root}
		in.Version = drupalVersion(src, in, root)
		s, err := php.Read(src, file, php.Options{Env: in.environment(src, root), Skip: program, Vars: map[string]php.Value{
			"app_root": php.Text(root), "site_path": php.Text(strings.TrimPrefix(path.Dir(file), root+"/"))}})
		if err != nil {
			in.gap(conf.Place{File: file}, "cannot be read: "+plain(err), "the database, the address and values that win over the database are not known")
			out = append(out, in)
			continue
		}
		in.gapsOf(s, "values that are set there are not seen")
		in.drupalValues(s)
		scripts[in] = s
		out = append(out, in)
	}
	if len(out) == 0 {
		in := &Installation{Platform: p, Root: root}
		in.Version = drupalVersion(src, in, root)
		in.gap(conf.Place{File: root}, "there is no settings.php", "the database and the address are not known; the installer would answer")
		out = append(out, in)
	}
	return out, scripts
}

func drupalSettings(src conf.Source, root string, p Platform) []string {
	if p == Backdrop {
		return []string{path.Join(root, "settings.php")}
	}
	found, _ := conf.Glob(src, path.Join(root, "sites/*/settings.php"))
	slices.SortStableFunc(found, func(a, b string) int { // default first
		return strings.Compare(strings.Replace(a, "/sites/default/", "/sites/!/", 1), strings.Replace(b, "/sites/default/", "/sites/!/", 1))
	})
	return found
}

func (in *Installation) drupalValues(s *php.Script) {
	for _, n := range []string{"base_url", "cookie_domain"} {
		if v := s.Var(n); v.Set() && v.Kind != php.Null {
			in.Settings = append(in.Settings, Setting{n, v})
		}
	}
	for _, n := range []string{"reverse_proxy", "trusted_host_patterns", "config_sync_directory"} {
		if v := s.Var("settings", n); v.Set() {
			in.Settings = append(in.Settings, Setting{n, v})
		}
	}
	if v := in.Setting("base_url"); v.Set() {
		in.URLs = append(in.URLs, v)
	}
	if v := in.Setting("cookie_domain"); v.Set() {
		in.Cookies = append(in.Cookies, v)
	}
	for _, k := range []struct {
		name string
		v    php.Value
	}{{"hash_salt", s.Var("settings", "hash_salt")}, {"drupal_hash_salt", s.Var("drupal_hash_salt")}} {
		if k.v.Set() {
			key := Key{Name: k.name, Value: secret.New(text(k.v)), At: k.v.At}
			if k.v.Known() && text(k.v) == "" {
				key.Default = "it is empty"
			}
			in.Keys = append(in.Keys, key)
		}
	}
	for _, v := range []string{"conf", "config"} { // Drupal 7, and 8 and later
		all := s.Var(v)
		for _, it := range all.Array().Items() {
			in.overrides(it.Key.String(), all.Get(it.Key.String()), 0)
		}
	}
	in.drupalDatabase(s)
}

// overrides keeps $config['user.flood']['ip_limit'] as "user.flood:ip_limit", as Drupal writes it.
func (in *Installation) overrides(name string, v php.Value, depth int) {
	if v.Kind != php.List || depth > 8 {
		if len(in.Mandatory) < maxLeaves {
			in.rule(Setting{name, v})
		}
		return
	}
	sep := "."
	if depth == 0 {
		sep = ":"
	}
	for _, it := range v.Array().Items() {
		in.overrides(name+sep+it.Key.String(), v.Get(it.Key.String()), depth+1)
	}
}

func (in *Installation) drupalDatabase(s *php.Script) {
	c := s.Var("databases", "default", "default")
	if one := c.Get("0"); one.Kind == php.List { // several servers
		c = one
	}
	if c.Kind == php.List {
		prefix := c.Get("prefix")
		d := &Database{Driver: driver(text(c.Get("driver"))), Name: text(c.Get("database")), User: text(c.Get("username")),
			Password: Setting{"password", c.Get("password")}.Secret(), At: c.Get("database").At, PrefixAt: prefix.At,
			Needs: needs(c.Get("database"), c.Get("username"), c.Get("password"), c.Get("host"), prefix)}
		d.setHost(text(c.Get("host")))
		if d.Port == 0 {
			d.setHost(d.Host + ":" + text(c.Get("port")))
		}
		d.Socket = text(c.Get("unix_socket"))
		if d.Prefix = text(prefix); prefix.Kind == php.List {
			d.Prefix, d.Prefixes = text(prefix.Get("default")), map[string]string{}
			for _, it := range prefix.Array().Items() {
				if it.Key.String() != "default" {
					d.Prefixes[it.Key.String()] = text(it.Value)
				}
			}
		}
		in.Database = d
		return
	}
	for _, name := range []string{"database", "db_url"} { // Backdrop, Drupal 6: one URL
		if v := s.Var(name); v.Kind == php.String {
			in.Database = dsn(v)
		}
	}
	if in.Database == nil && s.Var("databases").Set() {
		in.gap(s.Var("databases").At, "$databases cannot be known: it depends on "+Setting{"databases", s.Var("databases")}.Depends(),
			"the settings in the database cannot be read with the site's own login")
	}
}

// drupalVersion reads Drupal::VERSION, else VERSION of bootstrap.inc, else the drupal/core of a composer.lock.
func drupalVersion(src conf.Source, in *Installation, root string) Version {
	if v := classConst(src, path.Join(root, "core/lib/Drupal.php"), "VERSION"); v.Text != "" {
		return v
	}
	for _, f := range []string{"includes/bootstrap.inc", "core/includes/bootstrap.inc"} {
		s, err := php.Read(src, path.Join(root, f), php.Options{Skip: func(string) bool { return true }})
		if err != nil {
			continue
		}
		for _, c := range []string{"VERSION", "BACKDROP_VERSION"} {
			if t, ok := s.Const(c).Text(); ok && t != "" {
				return Version{t, s.Const(c).At}
			}
		}
	}
	in.gap(conf.Place{File: root}, "the version was not found in core/lib/Drupal.php nor in includes/bootstrap.inc", "which answers this version gives")
	return Version{}
}

// classConst reads a constant of a class.
func classConst(src conf.Source, file, name string) Version {
	b, err := src.ReadFile(file)
	if err != nil {
		return Version{}
	}
	t, line, ok := php.ClassConst(string(b), name)
	if !ok {
		return Version{}
	}
	return Version{t, conf.Place{File: file, Line: line}}
}
