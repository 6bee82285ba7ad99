package site

import (
	"path"

	"github.com/why401/why401/conf"
)

// look adds what the folders around the configuration tell: .htaccess, permissions, plugins, logs.
func (in *Installation) look(src conf.Source, users conf.Users) {
	in.readHtaccess(src)
	if in.Platform == WordPress {
		in.readPlugins(src)
	}
	in.readPermissions(src, users)
	in.readLogs(src)
}

// documentRoot is the folder that the web server shows.
func (in *Installation) documentRoot(src conf.Source) string {
	switch {
	case in.Platform == Magento && exists(src, path.Join(in.Root, "pub/index.php")):
		return path.Join(in.Root, "pub")
	case in.Host != nil:
		return in.Host.Root
	}
	return in.Root
}
