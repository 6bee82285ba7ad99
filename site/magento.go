package site

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/site/php"
)

// magentoPaths are entries of app/etc/env.php that are kept as settings.
var magentoPaths = []string{"backend/frontName", "MAGE_MODE", "session/save", "directories/document_root_is_pub"}

func magento(src conf.Source, root string) *Installation {
	in := &Installation{Platform: Magento, Root: root, Version: magentoVersion(src, root)}
	if in.Version.Text == "" {
		in.gap(conf.Place{File: path.Join(root, "composer.json")}, "neither composer.json, composer.lock nor magento2-base tells the version",
			"whether integration tokens need enable_integration_as_bearer (2.4.4 and later)")
	}
	env := in.returned(src, path.Join(root, "app/etc/env.php"), "the database, the key and values that win over the database are not known")
	config := in.returned(src, path.Join(root, "app/etc/config.php"), "the list of modules is not known, and values that win over the database may not be seen")
	for _, p := range magentoPaths {
		if v := env.Get(strings.Split(p, "/")...); v.Set() {
			in.Settings = append(in.Settings, Setting{p, v})
		}
	}
	in.Environment = in.Setting("MAGE_MODE")
	for _, name := range []string{"Magento_TwoFactorAuth", "Magento_Webapi", "Magento_JwtUserToken", "Magento_Integration"} {
		if v := config.Get("modules", name); v.Set() {
			in.Settings = append(in.Settings, Setting{"modules/" + name, v})
		}
	}
	// env.php wins over config.php, and both over core_config_data (app/code/Magento/Config/App/Config/Source).
	in.locked(config.Get("system"))
	in.locked(env.Get("system"))
	for _, m := range in.Mandatory {
		switch {
		case strings.HasSuffix(m.Name, "/base_url"):
			in.URLs = append(in.URLs, m)
		case strings.HasPrefix(m.Name, "web/cookie/"):
			in.Cookies = append(in.Cookies, m)
		}
	}
	if v := env.Get("crypt", "key"); v.Set() {
		t := text(v)
		k := Key{Name: "crypt/key", Value: secret.New(t), At: v.At}
		if v.Known() && t == "" {
			k.Default = "it is empty"
		}
		in.Keys = append(in.Keys, k)
	}
	in.magentoDatabase(env)
	return in
}

func (in *Installation) magentoDatabase(env php.Value) {
	c := env.Get("db", "connection", "default")
	if !c.Get("dbname").Set() {
		return
	}
	prefix := env.Get("db", "table_prefix")
	d := &Database{Driver: "mysql", Name: text(c.Get("dbname")), User: text(c.Get("username")), Password: Setting{"password", c.Get("password")}.Secret(),
		Prefix: text(prefix), At: c.Get("dbname").At, PrefixAt: prefix.At, Needs: needs(c.Get("dbname"), c.Get("username"), c.Get("password"), c.Get("host"), prefix)}
	d.setHost(text(c.Get("host")))
	if d.Port == 0 && c.Get("port").Set() {
		d.setHost(d.Host + ":" + text(c.Get("port")))
	}
	if s := text(c.Get("unix_socket")); s != "" {
		d.Socket = s
	}
	in.Database = d
}

// returned reads a file that returns an array.
func (in *Installation) returned(src conf.Source, file, opens string) php.Value {
	s, err := php.Read(src, file, php.Options{Skip: program})
	if err != nil {
		in.gap(conf.Place{File: file}, "cannot be read: "+plain(err), opens)
		return php.Value{}
	}
	in.gapsOf(s, opens)
	if s.Return.Kind != php.List {
		in.gap(conf.Place{File: file}, "returns no array that can be known from here", opens)
	}
	return s.Return
}

// locked reads the part "system" of a file: default/<path>, websites/<code>/<path>, stores/<code>/<path>. Values of single
// websites and stores carry their scope in front of the path, as config:show has it.
func (in *Installation) locked(system php.Value) {
	for _, scope := range system.Array().Items() {
		v := system.Get(scope.Key.String())
		if scope.Key.String() == "default" {
			in.leaves("", v, 0)
			continue
		}
		for _, code := range v.Array().Items() {
			in.leaves(scope.Key.String()+"/"+code.Key.String()+"/", v.Get(code.Key.String()), 0)
		}
	}
}

// maxLeaves bounds the values of one installation.
const maxLeaves = 10_000

func (in *Installation) leaves(name string, v php.Value, depth int) {
	if v.Kind != php.List || depth > 8 {
		if v.Set() && len(in.Mandatory) < maxLeaves {
			in.rule(Setting{strings.TrimSuffix(name, "/"), v})
		}
		return
	}
	for _, it := range v.Array().Items() {
		in.leaves(name+it.Key.String()+"/", v.Get(it.Key.String()), depth+1)
	}
}

// rule notes a value that wins over the database; a later one of the same name wins over an earlier one.
func (in *Installation) rule(s Setting) {
	for i := range in.Mandatory {
		if in.Mandatory[i].Name == s.Name {
			in.Mandatory[i] = s
			return
		}
	}
	in.Mandatory = append(in.Mandatory, s)
}

// magentoPackages are the packages whose version is Magento's, the most telling first.
var magentoPackages = []string{"magento/product-community-edition", "magento/product-enterprise-edition", "magento/magento-cloud-metapackage", "magento/magento2-base", "mage-os/product-community-edition"}

func magentoVersion(src conf.Source, root string) Version {
	lock := path.Join(root, "composer.lock")
	if b, err := src.ReadFile(lock); err == nil {
		var doc struct {
			Packages []struct{ Name, Version string }
		}
		if json.Unmarshal(b, &doc) == nil {
			for _, name := range magentoPackages {
				for _, p := range doc.Packages {
					if p.Name == name && p.Version != "" {
						return Version{strings.TrimPrefix(p.Version, "v"), lineOf(lock, b, `"`+name+`"`)}
					}
				}
			}
		}
	}
	for _, name := range []string{"vendor/magento/magento2-base/composer.json", "composer.json"} {
		file := path.Join(root, name)
		b, err := src.ReadFile(file)
		if err != nil {
			continue
		}
		var doc struct{ Name, Version string }
		if json.Unmarshal(b, &doc) == nil && doc.Version != "" && strings.HasPrefix(doc.Name, "magento/") {
			return Version{doc.Version, lineOf(file, b, `"version"`)}
		}
	}
	return Version{}
}

// lineOf is the place of the first line that holds word.
func lineOf(file string, b []byte, word string) conf.Place {
	head, _, ok := strings.Cut(string(b), word)
	if !ok {
		return conf.Place{File: file}
	}
	return conf.Place{File: file, Line: 1 + strings.Count(head, "\n")}
}
