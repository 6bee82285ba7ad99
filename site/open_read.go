package site

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
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
	for _, root := range w.roots[Magento] {
		add(magento(w.src, root), nil)
	}
	for _, p := range []Platform{Drupal, Backdrop} {
		for _, root := range w.roots[p] {
			if p == Drupal && slices.Contains(w.roots[Backdrop], root) {
				continue
			}
			found, read := drupal(w.src, root, p)
			for _, in := range found {
				add(in, read[in])
			}
		}
	}
	for _, root := range w.roots[Joomla] {
		add(joomla(w.src, root), nil)
	}
	for _, root := range w.roots[WordPress] {
		if !wordpressAlias(w, root) {
			add(wordpress(w.src, root))
		}
	}
	slices.SortStableFunc(all, func(a, b *Installation) int {
		return cmp.Or(cmp.Compare(strings.Count(a.Root, "/"), strings.Count(b.Root, "/")), cmp.Compare(a.Root, b.Root))
	})
	for _, c := range w.civicrms(all) {
		in := civicrm(w.src, c.code, c.settings, scripts[c.host])
		in.Host = c.host
		all = append(all, in)
	}
	users := conf.ReadUsers(w.src)
	for _, in := range all {
		in.look(w.src, users)
	}
	if _, ok := workerOf(users); !ok && len(all) > 0 {
		all[0].gap(conf.Place{File: all[0].Root}, "no user of a web server is known on this machine", "whether it can read and write the files; that gives 403 or 500, never 401")
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

// civicrms looks where each system keeps its CiviCRM, and takes what the walk met elsewhere for a CiviCRM of its own.
func (w *walk) civicrms(hosts []*Installation) []civi {
	var out []civi
	for _, h := range hosts {
		c := civi{host: h}
		dirs := []string{h.Root}
		if h.Platform == Drupal || h.Platform == Backdrop {
			for _, f := range h.Files {
				dirs = append(dirs, path.Dir(f))
			}
			c.settings = w.first(path.Dir(first(h.Files)), "civicrm.settings.php") // of this folder of sites/
		} else {
			c.settings = w.first(h.Root, settingsPlaces[h.Platform]...)
		}
		for _, d := range dirs {
			if c.code == "" {
				c.code = strings.TrimSuffix(w.first(d, codePlaces[h.Platform]...), "/xml/version.xml")
			}
		}
		again := h.Platform == Drupal && c.settings == "" && slices.ContainsFunc(out, func(o civi) bool { return o.code == c.code })
		if (c.settings != "" || c.code != "") && !again {
			out = append(out, c)
		}
	}
	taken := func(f string) bool {
		return slices.ContainsFunc(out, func(c civi) bool { return c.settings == f })
	}
	for _, f := range w.settings {
		if taken(f) {
			continue
		}
		c := civi{settings: f}
		root := path.Dir(path.Dir(f)) // Standalone keeps it in private/
		c.code = strings.TrimSuffix(w.first(root, "core/xml/version.xml", "vendor/civicrm/civicrm-core/xml/version.xml", "xml/version.xml"), "/xml/version.xml")
		for _, h := range hosts {
			if c.host == nil && strings.HasPrefix(f, h.Root+"/") {
				c.host = h
			}
		}
		out = append(out, c)
	}
	return out
}

func first(names []string) string {
	if len(names) == 0 {
		return "/"
	}
	return names[0]
}

var settingsPlaces = map[Platform][]string{
	WordPress: {"wp-content/plugins/civicrm/civicrm.settings.php", "wp-content/uploads/civicrm/civicrm.settings.php"}, // the first wins (civicrm.php)
	Joomla:    {"administrator/components/com_civicrm/civicrm.settings.php", "components/com_civicrm/civicrm.settings.php"},
}

var codePlaces = map[Platform][]string{
	WordPress: {"wp-content/plugins/civicrm/civicrm/xml/version.xml", "vendor/civicrm/civicrm-core/xml/version.xml"},
	Drupal: {"modules/civicrm/xml/version.xml", "sites/all/modules/civicrm/xml/version.xml", "sites/all/modules/contrib/civicrm/xml/version.xml",
		"vendor/civicrm/civicrm-core/xml/version.xml", "../vendor/civicrm/civicrm-core/xml/version.xml"},
	Backdrop: {"modules/civicrm/xml/version.xml", "modules/contrib/civicrm/xml/version.xml"},
	Joomla:   {"administrator/components/com_civicrm/civicrm/xml/version.xml"},
}

func (w *walk) first(root string, names ...string) string {
	for _, n := range names {
		if f := path.Join(root, n); exists(w.src, f) {
			return f
		}
	}
	return ""
}
