package site

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"

	"github.com/why401/why401/conf"
)

// workers are the users that web servers and PHP-FPM run as by default: Debian, Red Hat, Arch, Alpine, SUSE.
var workers = []string{"www-data", "apache", "nginx", "http", "wwwrun", "_www"}

// need is a file or folder, and what the system must be able to do with it.
type need struct {
	name  string
	write bool
	says  string // what visitors get when it cannot
}

// needed are the files that the articles speak of. What an unreadable one does was measured for Magento (its replies are 500
// with an empty body, 403 for pub/index.php and static files) and CiviCRM (200 with a text); it never was a 401.
var needed = map[Platform][]need{
	WordPress: {
		{"index.php", false, "PHP or the web server answers 403 or 500"},
		{"wp-config.php", false, "every page answers 500"},
		{".htaccess", false, "Apache answers 403 for every page"},
		{"wp-content/uploads", true, "uploads fail; no request is refused"},
	},
	Magento: {
		{"app/etc/env.php", false, "every page answers 500; with OPcache warm, only once PHP restarts"},
		{"app/etc/config.php", false, "every page answers 500"},
		{"pub/index.php", false, "every page answers 403 (Access denied.)"},
		{"vendor/autoload.php", false, "every page answers 500 (Autoload error)"},
		{"var", true, "pages answer 500"},
		{"generated", true, "pages answer 500"},
		{"pub/static", true, "a static file that was not deployed answers 404, one that is closed 403"},
		{"pub/media", true, "uploads fail; a closed file answers 403"},
		{"app/etc", true, "bin/magento config:set and setup cannot write; no request is refused"},
	},
	Drupal: {
		{"index.php", false, "PHP or the web server answers 403 or 500"},
		{"sites/default/settings.php", false, "every page answers 500, or the installer"},
		{"sites/default/files", true, "caches and uploads fail; no request is refused"},
	},
}

// readPermissions asks whether the web server's user can do what the system needs, by the modes of the files and of the
// folders above. Without a known user of a web server, and on files with access control lists, nothing is said.
func (in *Installation) readPermissions(src conf.Source, users conf.Users) {
	list := needed[in.Platform]
	if in.Platform == CiviCRM {
		for _, f := range in.Files {
			if path.Base(f) == "civicrm.settings.php" {
				list = append(slices.Clone(list), need{f, false, "every CiviCRM page answers 500"})
			}
		}
		if v, ok := in.Setting("CIVICRM_TEMPLATE_COMPILEDIR").Text(); ok && path.IsAbs(v) {
			list = append(slices.Clone(list), need{v, true, "every CiviCRM page answers 200 with \"CiviCRM does not have permission to write temp files\""})
		}
	}
	worker, ok := workerOf(users)
	if !ok {
		return
	}
	for _, n := range list {
		file := n.name
		if !path.IsAbs(file) {
			file = path.Join(in.Root, file)
		}
		in.permission(src, users, worker, file, n)
	}
}

// workerOf is the user that the web server runs as by default on the system whose users these are.
func workerOf(users conf.Users) (conf.User, bool) {
	for _, name := range workers {
		if u, ok := users[name]; ok {
			return u, true
		}
	}
	return conf.User{}, false
}

func (in *Installation) permission(src conf.Source, users conf.Users, worker conf.User, file string, n need) {
	info, err := src.Stat(file)
	if err != nil || info.Open {
		return
	}
	what, reads, blocks := "read", "yes", ""
	if info.Mode.IsDir() || n.write {
		what = "write"
		reads, blocks = conf.Readable(src, path.Join(file, "."), worker)
		if reads != "no" && n.write && !writable(info, worker) {
			reads, blocks = "no", file
		}
	} else {
		reads, blocks = conf.Readable(src, file, worker)
	}
	if reads != "no" {
		return
	}
	p := Permission{Path: file, Mode: info.Mode.String(), Owner: owner(users, info)}
	at := ""
	if blocks != file {
		p.Blocks, at = blocks, ", because of the folder "+blocks
	}
	p.Says = fmt.Sprintf("%s cannot %s it%s: %s. That is no 401.", worker.Name, what, at, n.says)
	in.Permissions = append(in.Permissions, p)
}

// writable asks the bits that hold for u. Root writes everywhere.
func writable(i conf.Info, u conf.User) bool {
	bit := fs.FileMode(2)
	switch {
	case u.UID == 0:
		return true
	case i.UID == u.UID:
		return i.Mode&(bit<<6) != 0
	case slices.Contains(u.GIDs, i.GID):
		return i.Mode&(bit<<3) != 0
	}
	return i.Mode&bit != 0
}

func owner(users conf.Users, i conf.Info) string {
	user, group := strconv.Itoa(i.UID), strconv.Itoa(i.GID)
	for n, u := range users {
		if u.UID == i.UID {
			user = n
		}
		if len(u.GIDs) > 0 && u.GIDs[0] == i.GID {
			group = n // a user's own group has the user's name on most systems
		}
	}
	return user + ":" + group
}
