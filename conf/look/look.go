// Package look looks at the files that a configuration names: password files and group files. It fills conf.CredFile.Seen:
// whether the file is there, whether the worker's user may read it by the mode bits of the file and of every folder above,
// and what stands in it. The hashes stay closed, and nothing is written.
package look

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
)

// Files looks at every password and group file of c on src, the disk of the machine that c belongs to. A file that many
// scopes name is read once.
func Files(c *conf.Config, src conf.Source) {
	l := &looker{src: src, seen: map[key]*conf.Seen{}, links: src == conf.Disk()}
	l.worker, l.known = l.account(c.Worker)
	l.homes = homesOf(c)
	if c.Libc == "" {
		c.Libc = libcOf(src)
	}
	for _, s := range c.Scopes {
		for i := range s.Auth {
			for _, f := range s.Auth[i].Files {
				l.look(f)
			}
			for _, f := range s.Auth[i].Groups {
				l.look(f)
			}
		}
	}
}

type looker struct {
	src    conf.Source
	worker account
	known  bool // the worker's account is
	links  bool // symbolic links can be followed
	homes  []string
	seen   map[key]*conf.Seen
}

type key struct {
	path string
	kind conf.FileKind
}

func (l *looker) look(f *conf.CredFile) {
	if f.Kind == conf.Inline || f.Path == "" || !path.IsAbs(filepath.ToSlash(f.Path)) || strings.ContainsAny(f.Path, "$%{") {
		return // relative to what only the running server knows, or a variable in it
	}
	k := key{f.Path, f.Kind}
	if l.seen[k] == nil {
		l.seen[k] = l.read(f)
	}
	if f.Seen == nil {
		f.Seen = l.seen[k]
	}
}

// dbmEndings are what the libraries behind DBM files add to the name that a configuration gives.
var dbmEndings = []string{"", ".db", ".dir", ".pag", ".dat", ".sdbm"}

func (l *looker) read(f *conf.CredFile) *conf.Seen {
	s := &conf.Seen{UID: -1, GID: -1, Here: l.here(f.Path)}
	if f.Kind == conf.DBM {
		s.Missing = !slices.ContainsFunc(dbmEndings, func(e string) bool { _, err := l.src.Stat(f.Path + e); return !errors.Is(err, fs.ErrNotExist) })
		s.Problem = "a DBM file: its entries are not read"
		return s
	}
	info, err := l.src.Stat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.Missing = true
		return s
	case err != nil:
		s.Problem = reason(err)
		l.reads(f.Path, s) // the folder that keeps us out may keep the worker out
		return s
	}
	s.Mode, s.UID, s.GID = info.Mode, info.UID, info.GID
	if info.Mode.IsDir() {
		s.Problem = "a folder, not a file"
		return s
	}
	l.reads(f.Path, s)
	b, err := l.src.ReadFile(f.Path)
	if err != nil {
		s.Problem = reason(err)
		return s
	}
	if f.Kind == conf.Group {
		s.BOM = strings.HasPrefix(string(b), "\ufeff")
		s.Groups = groups(string(b))
		return s
	}
	s.Users = htpasswd.Parse(string(b))
	s.BOM = s.Users.BOM
	return s
}

// reason is an error without its path, which stands beside it.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}

// groups reads the lines of a group file: "name: user user" (httpd, mod_authz_groupfile).
func groups(text string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(text) {
		name, users, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		name = strings.TrimSpace(name)
		out[name] = append(out[name], strings.Fields(users)...)
	}
	return out
}

// homesOf gives the folders that c's own files lie in and the ones around them, as far as they are nobody's common ground.
func homesOf(c *conf.Config) []string {
	var out []string
	for _, f := range c.Files {
		f = filepath.ToSlash(f)
		if !path.IsAbs(f) {
			continue
		}
		for d := path.Dir(f); !common(d) && !slices.Contains(out, d); d = path.Dir(d) {
			out = append(out, d)
		}
	}
	return out
}

// common reports a folder that every machine has: that two files lie below it says nothing.
func common(dir string) bool {
	switch dir {
	case "/", ".", "/etc", "/var", "/usr", "/usr/local", "/usr/local/etc", "/opt", "/home", "/srv", "/tmp", "/var/www", "/var/lib", "/root", "/mnt", "/data", "/run", "/Users":
		return true
	}
	return path.Dir(dir) == "/home" || path.Dir(dir) == "/Users"
}

// here reports that the file at p would be on the disk that is looked at if it were anywhere: the configuration stands where
// its program reads it, or the two lie in one tree.
func (l *looker) here(p string) bool {
	for _, h := range l.homes {
		if strings.HasPrefix(h+"/", "/etc/") || strings.HasPrefix(h+"/", "/usr/local/") || strings.HasPrefix(h+"/", "/opt/") {
			return true
		}
		if strings.HasPrefix(filepath.ToSlash(p), h+"/") {
			return true
		}
	}
	return false
}

// libcOf tells whose crypt(3) the programs of a disk ask, by the files of the C library.
func libcOf(src conf.Source) htpasswd.Libc {
	has := func(patterns ...string) bool {
		for _, p := range patterns {
			if found, _ := conf.Glob(src, p); len(found) > 0 {
				return true
			}
		}
		return false
	}
	switch {
	case has("/System/Library/CoreServices/SystemVersion.plist"):
		return htpasswd.MacOS
	case has("/lib/ld-musl-*.so.1") && !has("/lib/*-linux-gnu*/libc.so.6", "/lib64/libc.so.6"):
		return htpasswd.Musl
	case has("/lib/*-linux-gnu*/libcrypt-2.*.so", "/lib64/libcrypt-2.*.so", "/lib/libcrypt-2.*.so"):
		return htpasswd.Glibc
	case has("/lib/*-linux-gnu*/libcrypt.so.1.1.0", "/usr/lib/*-linux-gnu*/libcrypt.so.1.1.0", "/lib64/libcrypt.so.[12]*", "/usr/lib/libcrypt.so.[12]*"):
		return htpasswd.Libxcrypt
	}
	return ""
}
