package look

import (
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// account is a user of the machine that a configuration belongs to.
type account struct {
	uid  int
	gids []int
}

// account finds the user called name, or #uid, in the passwd and group files of the disk.
func (l *looker) account(name string) (account, bool) {
	if name == "" {
		return account{}, false
	}
	passwd, err := l.src.ReadFile("/etc/passwd")
	if err != nil {
		return account{}, false
	}
	a := account{uid: -1}
	for line := range strings.Lines(string(passwd)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 4 || f[0] != name && "#"+f[2] != name && f[2] != name {
			continue
		}
		uid, err := strconv.Atoi(f[2])
		gid, err2 := strconv.Atoi(f[3])
		if err != nil || err2 != nil {
			continue
		}
		a, name = account{uid, []int{gid}}, f[0]
		break
	}
	if a.uid < 0 {
		return a, false
	}
	group, _ := l.src.ReadFile("/etc/group")
	for line := range strings.Lines(string(group)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 4 || !slices.Contains(strings.Split(f[3], ","), name) {
			continue
		}
		if gid, err := strconv.Atoi(f[2]); err == nil {
			a.gids = append(a.gids, gid)
		}
	}
	return a, true
}

// reads says whether the worker can open the file at p: it must search every folder above, and read the file. One that
// cannot be judged leaves the answer open.
func (l *looker) reads(p string, s *conf.Seen) {
	if !l.known {
		return
	}
	if l.worker.uid == 0 {
		s.Reads = "yes"
		return
	}
	p = path.Clean(filepath.ToSlash(p))
	ways := []string{p}
	if l.links {
		if real, err := filepath.EvalSymlinks(p); err == nil && real != p {
			ways = append(ways, real)
		}
	}
	open := false
	for _, way := range ways {
		for d := path.Dir(way); ; d = path.Dir(d) {
			switch may, sure := l.may(d, 1); {
			case !sure:
				open = true
			case !may:
				s.Reads, s.Blocks = "no", d // the outermost one is named last, and wins
			}
			if d == "/" || d == "." {
				break
			}
		}
	}
	if s.Reads == "no" {
		return
	}
	switch may, sure := l.may(p, 4); {
	case !sure || open:
		return
	case may:
		s.Reads = "yes"
	default:
		s.Reads, s.Blocks = "no", p
	}
}

// may reports whether the worker has the permission bit (4 read, 1 search) on p, and whether the mode decides that.
func (l *looker) may(p string, bit int) (may, sure bool) {
	info, err := l.src.Stat(p)
	if err != nil || info.Open || info.UID < 0 {
		return false, false
	}
	m := int(info.Mode.Perm())
	switch {
	case info.UID == l.worker.uid:
		m >>= 6
	case slices.Contains(l.worker.gids, info.GID):
		m >>= 3
	}
	return m&bit != 0, true
}
