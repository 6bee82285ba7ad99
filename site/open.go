package site

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// ErrNothing says that no known system lies below a folder.
var ErrNothing = errors.New("no WordPress, CiviCRM, Magento or Drupal was found here")

// Open reads what is installed in or below the folder dir of this machine. Of several systems it gives the outermost, and the
// others in Others. The error is ErrNothing, or says why dir could not be read.
func Open(dir string) (*Installation, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return Read(conf.Disk(), filepath.ToSlash(abs))
}

// Read is Open for any source of files. dir is absolute.
func Read(src conf.Source, dir string) (*Installation, error) {
	info, err := src.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", dir, plain(err))
	}
	if !info.Mode.IsDir() {
		return nil, fmt.Errorf("%s: expected a folder", dir)
	}
	w := &walk{src: src, roots: map[Platform][]string{}}
	w.into(path.Clean(dir), 0)
	all := w.read(path.Clean(dir))
	if len(all) == 0 {
		if w.denied != nil {
			return nil, fmt.Errorf("%w: %s", ErrNothing, w.denied.What)
		}
		return nil, fmt.Errorf("%s: %w", dir, ErrNothing)
	}
	first := all[0]
	first.Others = all[1:]
	if w.denied != nil {
		first.gap(w.denied.Place, w.denied.What, "systems below it would not be seen")
	}
	return first, nil
}

func plain(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// Limits of looking for systems.
const (
	maxLevels  = 5
	maxFolders = 5000
)

// walk looks for the marks of the systems.
type walk struct {
	src      conf.Source
	count    int
	roots    map[Platform][]string
	settings []string // files called civicrm.settings.php
	denied   *conf.Unread
}

// passedOver are folders in which no system has its root, and which hold most of the files.
var passedOver = []string{"node_modules", ".git", "vendor", "wp-includes", "wp-admin", "generated", "var", "static", "setup", "lib", "cache", "templates_c", "tests"}

func (w *walk) into(dir string, level int) {
	if w.count++; w.count > maxFolders {
		if w.denied == nil {
			w.denied = &conf.Unread{Place: conf.Place{File: dir}, What: fmt.Sprintf("more than %d folders: the rest was not looked at", maxFolders)}
		}
		return
	}
	names, err := w.src.ReadDir(dir)
	if err != nil {
		if w.denied == nil {
			w.denied = &conf.Unread{Place: conf.Place{File: dir}, What: "the folder cannot be read: " + plain(err)}
		}
		return
	}
	for _, m := range marks {
		if m.here(w.src, dir) {
			w.roots[m.platform] = append(w.roots[m.platform], dir)
		}
	}
	if slices.Contains(names, "civicrm.settings.php") {
		w.settings = append(w.settings, path.Join(dir, "civicrm.settings.php"))
	}
	if level == maxLevels {
		return
	}
	for _, n := range names {
		if strings.HasPrefix(n, ".") || slices.Contains(passedOver, n) {
			continue
		}
		p := path.Join(dir, n)
		if info, err := w.src.Stat(p); err == nil && info.Mode.IsDir() {
			w.into(p, level+1)
		}
	}
}

// mark is how a system's root is known.
type mark struct {
	platform Platform
	any      [][]string // each is a set of files that lie there together
}

var marks = []mark{
	{Magento, [][]string{{"bin/magento"}, {"app/etc/env.php"}, {"app/etc/di.xml"}}},
	{Drupal, [][]string{{"core/lib/Drupal.php"}, {"includes/bootstrap.inc", "sites"}, {"sites/default/settings.php"}}},
	{Backdrop, [][]string{{"core/includes/bootstrap.inc", "settings.php"}}},
	{Joomla, [][]string{{"configuration.php", "administrator"}, {"libraries/src/Version.php"}}},
	{WordPress, [][]string{{"wp-includes/version.php"}, {"wp-config.php"}, {"wp-settings.php"}}},
}

func (m mark) here(src conf.Source, dir string) bool {
	for _, set := range m.any {
		all := true
		for _, f := range set {
			all = all && exists(src, path.Join(dir, f))
		}
		if all {
			return true
		}
	}
	return false
}

func exists(src conf.Source, p string) bool {
	_, err := src.Stat(p)
	return err == nil
}
