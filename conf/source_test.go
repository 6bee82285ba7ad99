package conf

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestGlobIsThatOfIncludes(t *testing.T) {
	src := Texts{"/e/a.conf": "", "/e/b.conf": "", "/e/.h.conf": "", "/e/sub/c.conf": "", "/e/B.conf": "", "/e/a-b": ""}
	for pattern, want := range map[string][]string{
		"/e/*.conf": {"/e/B.conf", "/e/a.conf", "/e/b.conf"}, "/e/.*.conf": {"/e/.h.conf"}, "/e/*/*.conf": {"/e/sub/c.conf"}, "/e/[!a]*.conf": {"/e/B.conf", "/e/b.conf"},
		"/e/?.conf": {"/e/B.conf", "/e/a.conf", "/e/b.conf"}, "/none/*": nil, "/e/a.conf": {"/e/a.conf"}, "/e/s*": {"/e/sub"},
	} {
		got, err := Glob(src, pattern)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", pattern, got, err, want)
		}
	}
	if _, err := Glob(src, "/e/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a path without a pattern that is not there: %v", err)
	}
}

func TestRootKeepsLinksBelowIt(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"etc/sites", "etc/available"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "etc/available/a"), "inside")
	for name, to := range map[string]string{"etc/sites/abs": "/etc/available/a", "etc/sites/rel": "../available/a", "etc/sites/out": "../../../../../../etc/available/a", "etc/loop": "loop"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	src := Root(dir)
	for _, name := range []string{"/etc/sites/abs", "/etc/sites/rel", "/etc/sites/out", "/etc/../etc/available/a"} {
		if b, err := src.ReadFile(name); err != nil || string(b) != "inside" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if _, err := src.ReadFile("/etc/loop"); err == nil {
		t.Error("a link to itself is followed")
	}
	if _, err := src.ReadFile("/etc/available"); err == nil {
		t.Error("a folder is read as a file")
	}
}

func TestFilesHaveALimit(t *testing.T) {
	p := filepath.Join(t.TempDir(), "big")
	write(t, p, "")
	if err := os.Truncate(p, 100<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := Disk().ReadFile(p); !errors.Is(err, ErrTooLarge) {
		t.Errorf("100 MB: %v", err)
	}
	if _, err := Disk().ReadFile("/dev/zero"); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a device: %v", err)
	}
}

// owned is a source whose owners and modes are written down: a test does not run as root everywhere.
type owned map[string]Info

func (o owned) ReadFile(string) ([]byte, error)  { return []byte("\ufeffalice:{PLAIN}x\n"), nil }
func (o owned) ReadDir(string) ([]string, error) { return nil, fs.ErrNotExist }
func (o owned) Stat(name string) (Info, error) {
	i, ok := o[name]
	if !ok {
		return i, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return i, nil
}

func TestReadableAsksEveryFolder(t *testing.T) {
	base := owned{"/": {Mode: fs.ModeDir | 0o755}, "/s": {Mode: fs.ModeDir | 0o750, GID: 33}, "/s/f": {Mode: 0o640, GID: 33}, "/p": {Mode: fs.ModeDir | 0o700}, "/p/f": {Mode: 0o644},
		"/x": {Mode: 0o600}, "/o": {Mode: 0o600, Open: true}, "/g": {Mode: 0o604, GID: 33}}
	www, other := User{"www-data", 33, []int{33}}, User{"other", 1000, []int{1000, 33}}
	for _, c := range []struct {
		name          string
		u             User
		reads, blocks string
	}{
		{"/s/f", www, "yes", ""}, {"/s/f", other, "yes", ""}, {"/s/f", User{"x", 5, []int{5}}, "no", "/s"}, {"/p/f", www, "no", "/p"}, {"/x", www, "no", "/x"},
		{"/o", www, "", ""}, {"/x", User{UID: 0}, "yes", ""}, {"/g", www, "no", "/g"},
	} {
		if reads, blocks := Readable(base, c.name, c.u); reads != c.reads || blocks != c.blocks {
			t.Errorf("%s for %s: %q %q, want %q %q", c.name, c.u.Name, reads, blocks, c.reads, c.blocks)
		}
	}
	s := Look(base, "/p/f", Users{"www-data": www}, "www-data")
	if s.Reads != "no" || s.Blocks != "/p" || !s.BOM || len(s.Users.Lines) != 1 {
		t.Errorf("%+v", s)
	}
	if !Look(base, "/none", nil, "").Missing {
		t.Error("a missing file is not missing")
	}
}

func TestReadUsers(t *testing.T) {
	us := ReadUsers(Texts{"/etc/passwd": "root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/x\nbroken\n", "/etc/group": "ssl:x:110:a,www-data\nwww-data:x:33:\n"})
	if u := us["www-data"]; u.UID != 33 || !slices.Equal(u.GIDs, []int{33, 110}) || len(us) != 2 {
		t.Errorf("%+v", us)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
