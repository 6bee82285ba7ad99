//go:build !unix

package conf

import "io/fs"

func infoOf(_ string, fi fs.FileInfo) Info {
	return Info{Mode: fi.Mode(), Size: fi.Size(), UID: -1, GID: -1, Open: true}
}
