package site

import (
	"path"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/site/php"
)

// joomla reads a Joomla as far as CiviCRM needs it: its settings are properties of a class, which configuration.php declares.
func joomla(src conf.Source, root string) *Installation {
	in := &Installation{Platform: Joomla, Root: root}
	file := path.Join(root, "configuration.php")
	b, err := src.ReadFile(file)
	if err != nil {
		in.gap(conf.Place{File: file}, "cannot be read: "+plain(err), "the address and the cookie's domain are not known")
		return in
	}
	in.Files = append(in.Files, file)
	for name, v := range php.Properties(file, string(b)) {
		switch name {
		case "live_site", "cookie_domain", "force_ssl":
			in.Settings = append(in.Settings, Setting{name, v})
		}
	}
	if v := in.Setting("live_site"); v.Set() && text(v.Value) != "" {
		in.URLs = append(in.URLs, v)
	}
	if v := in.Setting("cookie_domain"); v.Set() && text(v.Value) != "" {
		in.Cookies = append(in.Cookies, v)
	}
	in.gap(conf.Place{File: root}, "Joomla itself is not judged", "only its CiviCRM is")
	return in
}
