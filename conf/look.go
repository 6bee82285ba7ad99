package conf

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/cred/htpasswd"
)

// User is a user of the server's machine.
type User struct {
	Name string
	UID  int
	GIDs []int // the user's own group first
}

// Users are the machine's users by their name.
type Users map[string]User

// ReadUsers reads /etc/passwd and /etc/group of src. Users of a directory service are not among them.
func ReadUsers(src Source) Users {
	us := Users{}
	passwd, err := src.ReadFile("/etc/passwd")
	if err != nil {
		return us
	}
	for l := range strings.Lines(string(passwd)) {
		f := strings.Split(strings.TrimSpace(l), ":")
		if len(f) < 4 {
			continue
		}
		uid, err1 := strconv.Atoi(f[2])
		gid, err2 := strconv.Atoi(f[3])
		if err1 == nil && err2 == nil {
			us[f[0]] = User{Name: f[0], UID: uid, GIDs: []int{gid}}
		}
	}
	group, err := src.ReadFile("/etc/group")
	if err != nil {
		return us
	}
	for l := range strings.Lines(string(group)) {
		f := strings.Split(strings.TrimSpace(l), ":")
		if len(f) < 4 {
			continue
		}
		gid, err := strconv.Atoi(f[2])
		if err != nil {
			continue
		}
		for n := range strings.SplitSeq(f[3], ",") {
			if u, ok := us[n]; ok && !slices.Contains(u.GIDs, gid) {
				u.GIDs = append(u.GIDs, gid)
				us[n] = u
			}
		}
	}
	return us
}

// Look reads the file of passwords at name as the server's worker would find it. worker is the name of its user, "" when it
// is not known.
func Look(src Source, name string, us Users, worker string) *Seen {
	s := &Seen{UID: -1, GID: -1}
	info, err := src.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.Missing = true
		return s
	case err != nil:
		s.Problem = plain(err)
		return s
	}
	s.Mode, s.UID, s.GID = info.Mode, info.UID, info.GID
	if u, ok := us[worker]; ok {
		if s.Reads, s.Blocks = Readable(src, name, u); s.Reads == "no" && s.Blocks == name {
			s.Lets = lets(info, u, us)
		}
	}
	b, err := src.ReadFile(name)
	if err != nil {
		s.Problem = plain(err)
		return s
	}
	s.Users = htpasswd.Parse(string(b))
	s.BOM = s.Users.BOM
	return s
}

func plain(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// Readable says whether u can read the file at name, by the mode bits of it and of every folder above it: "yes", "no" with
// the file or folder that keeps u out, or "" when that cannot be known. Symbolic links on the way are not looked into: the
// folders of the path as written are judged, and the file behind it.
func Readable(src Source, name string, u User) (reads, blocks string) {
	if u.UID == 0 {
		return "yes", ""
	}
	unsure := !path.IsAbs(name)
	for dir := path.Dir(path.Clean(name)); ; dir = path.Dir(dir) {
		info, err := src.Stat(dir)
		switch {
		case err != nil || info.Open:
			unsure = true
		case !allowed(info, u, 1):
			return "no", dir
		}
		if dir == "/" || dir == "." {
			break
		}
	}
	info, err := src.Stat(name)
	switch {
	case err != nil || info.Open:
		return "", ""
	case !allowed(info, u, 4):
		return "no", name
	case unsure:
		return "", ""
	}
	return "yes", ""
}

// lets gives the least rights by which u could read the file that keeps it out. It is nil where they would take from somebody
// what they have, or give to others what is meant for u: the file's group reads it now, or u's own group is not its own.
func lets(i Info, u User, us Users) *Rights {
	r := &Rights{Mode: i.Mode.Perm(), UID: -1, GID: -1}
	switch {
	case i.Open || len(u.GIDs) == 0:
		return nil
	case i.UID == u.UID:
		r.Mode |= 0o400
	case slices.Contains(u.GIDs, i.GID):
		r.Mode |= 0o040
	case i.Mode&0o070 != 0 && i.GID != 0, shared(u, us):
		return nil
	default:
		r.Mode, r.GID = r.Mode&^0o070|0o040, u.GIDs[0]
	}
	return r
}

// shared reports that u's own group is that of others as well, as nogroup and users are. Who was added to it was on purpose.
func shared(u User, us Users) bool {
	for _, o := range us {
		if o.Name != u.Name && len(o.GIDs) > 0 && o.GIDs[0] == u.GIDs[0] {
			return true
		}
	}
	return false
}

// allowed asks the three bits that hold for u (path_resolution(7)): the owner's, the group's or the others'.
func allowed(i Info, u User, bit fs.FileMode) bool {
	switch {
	case i.UID == u.UID:
		return i.Mode&(bit<<6) != 0
	case slices.Contains(u.GIDs, i.GID):
		return i.Mode&(bit<<3) != 0
	}
	return i.Mode&bit != 0
}
