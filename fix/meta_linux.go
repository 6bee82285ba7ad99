package fix

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Meta is what belongs to a file beside its bytes. It is saved for the undo and given to the file that takes its place.
type Meta struct {
	Mode  uint32            `json:"mode"` // permission bits with setuid, setgid and sticky, as chmod takes them
	UID   int               `json:"uid"`
	GID   int               `json:"gid"`
	Xattr map[string][]byte `json:"xattr,omitempty"` // every extended attribute: access control list, SELinux label, user's own
}

// identity tells one file from another that has taken its place.
type identity struct {
	Dev   uint64 `json:"dev"`
	Inode uint64 `json:"inode"`
	Links uint64 `json:"links"`
}

func statOf(fi os.FileInfo) *syscall.Stat_t { return fi.Sys().(*syscall.Stat_t) }

// metaOf reads the metadata of an open file.
func metaOf(f *os.File) (Meta, identity, error) {
	fi, err := f.Stat()
	if err != nil {
		return Meta{}, identity{}, err
	}
	st := statOf(fi)
	m := Meta{Mode: st.Mode & 0o7777, UID: int(st.Uid), GID: int(st.Gid)}
	if m.Xattr, err = xattrs(f); err != nil {
		return m, identity{}, fmt.Errorf("extended attributes of %s: %w", f.Name(), err)
	}
	return m, identity{uint64(st.Dev), st.Ino, uint64(st.Nlink)}, nil
}

func xattrs(f *os.File) (map[string][]byte, error) {
	fd := int(f.Fd())
	var names []byte
	n, err := again(func() (int, error) { return unix.Flistxattr(fd, nil) })
	if n > 0 && err == nil {
		names = make([]byte, n+1024)
		n, err = again(func() (int, error) { return unix.Flistxattr(fd, names) })
	}
	if errors.Is(err, unix.ENOTSUP) {
		return nil, nil
	}
	if err != nil || n == 0 {
		return nil, err
	}
	out := map[string][]byte{}
	for name := range bytes.SplitSeq(bytes.TrimRight(names[:n], "\x00"), []byte{0}) {
		value := make([]byte, 64<<10) // the kernel's limit for one value
		n, err := again(func() (int, error) { return unix.Fgetxattr(fd, string(name), value) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[string(name)] = slices.Clone(value[:n])
	}
	return out, nil
}

// give makes the metadata of f that of m, and looks that it is.
func (m Meta) give(f *os.File) error {
	fd := int(f.Fd())
	have, _, err := metaOf(f)
	if err != nil {
		return err
	}
	if have.UID != m.UID || have.GID != m.GID {
		if err := f.Chown(m.UID, m.GID); err != nil {
			return err
		}
	}
	// A folder's default access control list is on every new file in it; the old file may have had none.
	for name := range have.Xattr {
		if _, kept := m.Xattr[name]; !kept {
			if _, err := again(func() (int, error) { return 0, unix.Fremovexattr(fd, name) }); err != nil {
				return fmt.Errorf("removing %s: %w", name, err)
			}
		}
	}
	for name, value := range m.Xattr {
		if bytes.Equal(have.Xattr[name], value) {
			continue
		}
		if _, err := again(func() (int, error) { return 0, unix.Fsetxattr(fd, name, value, 0) }); err != nil {
			return fmt.Errorf("setting %s: %w", name, err)
		}
	}
	// Last, because a change of owner clears setuid, and a list's mask is the group bits of the mode.
	if err := syscall.Fchmod(fd, m.Mode); err != nil {
		return err
	}
	have, _, err = metaOf(f)
	if err != nil {
		return err
	}
	if !have.equal(m) {
		return fmt.Errorf("the new file has %s where the old one had %s", have, m)
	}
	return nil
}

// born gives a new file the metadata m. What the system's own rules put on every new file (a label, a folder's default list)
// stays.
func (m Meta) born(f *os.File) error {
	have, _, err := metaOf(f)
	if err != nil {
		return err
	}
	m.Xattr = have.Xattr
	return m.give(f)
}

func (m Meta) equal(o Meta) bool {
	return m.Mode == o.Mode && m.UID == o.UID && m.GID == o.GID && maps.EqualFunc(m.Xattr, o.Xattr, bytes.Equal)
}

func (m Meta) String() string {
	s := fmt.Sprintf("mode %04o, owner %d:%d", m.Mode, m.UID, m.GID)
	for _, name := range slices.Sorted(maps.Keys(m.Xattr)) {
		s += ", " + name
	}
	return s
}

// again repeats a system call that a signal interrupted; package os does so for its own.
func again(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}

// flags of a file system that forbid a change: FS_IMMUTABLE_FL and FS_APPEND_FL of linux/fs.h.
const (
	flagImmutable  = 0x10
	flagAppendOnly = 0x20
)

// locked says which attribute keeps even root from replacing the file, or "".
func locked(f *os.File) string {
	flags, err := unix.IoctlGetInt(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	switch {
	case err != nil: // file systems without such flags
		return ""
	case flags&flagImmutable != 0:
		return "immutable (chattr +i)"
	case flags&flagAppendOnly != 0:
		return "append-only (chattr +a)"
	}
	return ""
}

// LockFolder keeps other runs, those of other users included, from changing files in dir until the file is closed. The error
// is a *Refused while another one does.
func LockFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, refuse("another why401 is changing files in %s", dir)
		}
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	return f, nil
}

// flock takes the lock of f. It tries for a moment: a process that is being started holds copies of open files until it runs.
func flock(f *os.File) error {
	for end := time.Now().Add(lockTime); ; time.Sleep(20 * time.Millisecond) {
		_, err := again(func() (int, error) { return 0, unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) })
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Now().After(end) {
			return err
		}
	}
}

// lockTime is how long another run is waited for.
const lockTime = time.Second
