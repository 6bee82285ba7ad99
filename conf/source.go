package conf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// Source is where the files of a configuration are: a disk, a copy of a server's disk below some folder, or texts in memory.
// Paths are those of the server: slashes, and what they are relative to is the reader's business. The errors are those of
// package io/fs (fs.ErrNotExist, fs.ErrPermission), or ErrTooLarge.
type Source interface {
	// ReadFile gives the bytes of a regular file, or ErrTooLarge when they are more than MaxFile.
	ReadFile(name string) ([]byte, error)
	// ReadDir gives the names in a folder, sorted by their bytes.
	ReadDir(name string) ([]string, error)
	// Stat says what stands there; links are followed.
	Stat(name string) (Info, error)
}

// MaxFile is the most bytes of one file that are read. nginx and httpd have no limit; a configuration file of this size is
// a list of addresses or a mistake.
const MaxFile = 16 << 20

// ErrTooLarge says that a file has more than MaxFile bytes.
var ErrTooLarge = fmt.Errorf("larger than %d MB", MaxFile>>20)

// ErrWide says that a file begins with the byte order mark of UTF-16 or UTF-32.
var ErrWide = errors.New("written in UTF-16 or UTF-32, which the server cannot read; expected UTF-8")

// ErrNotRegular says that a path names a device, a pipe or a socket.
var ErrNotRegular = errors.New("not a regular file")

// Info is what is known of a file or folder.
type Info struct {
	Mode fs.FileMode // type and permission bits
	Size int64
	// UID and GID are the owner and the group; both -1 when they are not known (texts in memory, Windows).
	UID, GID int
	// Open says that permissions cannot be judged by the mode: there are no owners, or an access control list adds to them.
	Open bool
}

// Disk is the machine's own file system.
func Disk() Source { return disk{} }

type disk struct{}

func (disk) ReadFile(name string) ([]byte, error) { return readFile(name) }

func (disk) ReadDir(name string) ([]string, error) { return readDir(name) }

func (disk) Stat(name string) (Info, error) {
	fi, err := os.Stat(name)
	if err != nil {
		return Info{}, err
	}
	return infoOf(name, fi), nil
}

func readFile(name string) ([]byte, error) {
	// A pipe would block the open; a device may have no end.
	if fi, err := os.Stat(name); err != nil {
		return nil, err
	} else if fi.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a folder")}
	} else if !fi.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrNotRegular}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxFile {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	return b, wide(name, b)
}

func readDir(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// Root is a copy of a server's disk below a folder of this machine: /etc/nginx is root/etc/nginx. Absolute symbolic links
// lead to below the root as well, and nothing leads out of it.
func Root(root string) Source { return under{root} }

type under struct{ root string }

func (u under) ReadFile(name string) ([]byte, error) {
	p, err := u.resolve(name)
	if err != nil {
		return nil, err
	}
	return readFile(p)
}

func (u under) ReadDir(name string) ([]string, error) {
	p, err := u.resolve(name)
	if err != nil {
		return nil, err
	}
	return readDir(p)
}

func (u under) Stat(name string) (Info, error) {
	p, err := u.resolve(name)
	if err != nil {
		return Info{}, err
	}
	fi, err := os.Lstat(p)
	if err != nil {
		return Info{}, err
	}
	return infoOf(p, fi), nil
}

// maxLinks is how many symbolic links a path may lead through, as in Linux.
const maxLinks = 40

// resolve gives the path on this machine, with no symbolic link left in it.
func (u under) resolve(name string) (string, error) {
	todo := strings.Split(name, "/")
	at, links := "/", 0
	for len(todo) > 0 {
		part := todo[0]
		todo = todo[1:]
		next := path.Join(at, part) // ".." ends at the root
		fi, err := os.Lstat(u.root + next)
		if err != nil {
			return "", err
		}
		if fi.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", &fs.PathError{Op: "open", Path: name, Err: errors.New("too many symbolic links")}
		}
		to, err := os.Readlink(u.root + next)
		if err != nil {
			return "", err
		}
		if path.IsAbs(to) {
			at = "/"
		}
		todo = append(strings.Split(to, "/"), todo...)
	}
	return u.root + at, nil
}

// Texts is a Source of texts by their path: a paste, a dump, a test. Folders are those that the paths name.
type Texts map[string]string

// ReadFile gives the text at name.
func (t Texts) ReadFile(name string) ([]byte, error) {
	s, ok := t[name]
	if !ok {
		s, ok = t[path.Clean(name)]
	}
	switch {
	case !ok:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case len(s) > MaxFile:
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	return []byte(s), wide(name, []byte(s))
}

// wide refuses a file in UTF-16 or UTF-32, which none of the programs reads: as bytes it would be one long mistake.
func wide(name string, b []byte) error {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.HasPrefix(b, []byte("\x00\x00\xfe\xff")) {
		return &fs.PathError{Op: "read", Path: name, Err: ErrWide}
	}
	return nil
}

// ReadDir gives the names directly below name.
func (t Texts) ReadDir(name string) ([]string, error) {
	prefix := strings.TrimSuffix(path.Clean(name), "/") + "/"
	if prefix == "./" {
		prefix = ""
	}
	seen := map[string]bool{}
	for p := range t {
		if rest, ok := strings.CutPrefix(path.Clean(p), prefix); ok {
			first, _, _ := strings.Cut(rest, "/")
			if first != "" {
				seen[first] = true
			}
		}
	}
	if len(seen) == 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// Stat says whether name is a text or a folder of texts.
func (t Texts) Stat(name string) (Info, error) {
	if s, ok := t[path.Clean(name)]; ok {
		return Info{Mode: 0o644, Size: int64(len(s)), UID: -1, GID: -1, Open: true}, nil
	}
	if _, err := t.ReadDir(name); err != nil {
		return Info{}, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return Info{Mode: fs.ModeDir | 0o755, UID: -1, GID: -1, Open: true}, nil
}

// Whole reports whether src shows a server's whole disk, so that a file that is not there is missing. Texts are only those
// that somebody had in hand.
func Whole(src Source) bool {
	switch src.(type) {
	case Texts:
		return false
	}
	return true
}
