package site

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/site/php"
)

// read reads every system that was found, the outermost first, and puts CiviCRM into the system around it.
func (w *walk) read(dir string) []*Installation {
	var all []*Installation
	scripts := map[*Installation]*php.Script{}
	add := func(in *Installation, s *php.Script) {
		all = append(all, in)
		scripts[in] = s
	}
	for _, root := range w.roots[WordPress] {
		if wordpressAlias(w, root) {
			continue
		}
		add(wordpress(w.src, root))
	}
	slices.SortStableFunc(all, func(a, b *Installation) int {
		return cmp.Or(cmp.Compare(strings.Count(a.Root, "/"), strings.Count(b.Root, "/")), cmp.Compare(a.Root, b.Root))
	})
	for _, c := range w.civicrms(all) {
		in := civicrm(w.src, c.code, c.settings, scripts[c.host])
		in.Host = c.host
		all = append(all, in)
	}
	return all
}

// wordpressAlias reports a folder that holds a wp-config.php alone, for the WordPress in a folder below it.
func wordpressAlias(w *walk, root string) bool {
	if exists(w.src, path.Join(root, "wp-settings.php")) || exists(w.src, path.Join(root, "wp-includes/version.php")) {
		return false
	}
	return slices.ContainsFunc(w.roots[WordPress], func(r string) bool {
		return path.Dir(r) == root && wordpressConfig(w.src, r) == path.Join(root, "wp-config.php")
	})
}

// civi is a CiviCRM: where its settings and its code lie, each "" when it was not found.
type civi struct {
	settings, code string
	host           *Installation
}

// civicrms looks where each system keeps its CiviCRM.
func (w *walk) civicrms(hosts []*Installation) []civi {
	var out []civi
	for _, h := range hosts {
		c := civi{host: h}
		c.settings = w.first(h.Root, settingsPlaces[h.Platform]...)
		if c.code = w.first(h.Root, codePlaces[h.Platform]...); c.code != "" {
			c.code = strings.TrimSuffix(c.code, "/xml/version.xml")
		}
		if c.settings != "" || c.code != "" {
			out = append(out, c)
		}
	}
	return out
}

var settingsPlaces = map[Platform][]string{
	WordPress: {"wp-content/uploads/civicrm/civicrm.settings.php", "wp-content/plugins/civicrm/civicrm.settings.php"},
}

var codePlaces = map[Platform][]string{
	WordPress: {"wp-content/plugins/civicrm/civicrm/xml/version.xml", "vendor/civicrm/civicrm-core/xml/version.xml"},
}

func (w *walk) first(root string, names ...string) string {
	for _, n := range names {
		if f := path.Join(root, n); exists(w.src, f) {
			return f
		}
	}
	return ""
}
