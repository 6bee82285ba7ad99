//go:build unix

package conf

import (
	"io/fs"
	"syscall"
)

func infoOf(name string, fi fs.FileInfo) Info {
	i := Info{Mode: fi.Mode(), Size: fi.Size(), UID: -1, GID: -1, Open: true}
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		i.UID, i.GID, i.Open = int(st.Uid), int(st.Gid), hasACL(name)
	}
	return i
}
