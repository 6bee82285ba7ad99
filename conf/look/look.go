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
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
)

// Files looks at every password and group file of c on src, the disk of the machine that c belongs to. A file that many
// scopes name is read once, and what a reader has seen already is only added to.
func Files(c *conf.Config, src conf.Source) {
	l := &looker{src: src, seen: map[key]*conf.Seen{}, trusts: map[*conf.Trust]bool{}, users: conf.ReadUsers(src), homes: homesOf(c), worker: c.Worker}
	if id, ok := strings.CutPrefix(c.Worker, "#"); ok { // Apache's User may be a number
		for _, u := range l.users {
			if strconv.Itoa(u.UID) == id {
				l.worker = u.Name
			}
		}
	}
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
		if s.Trust != nil && !l.trusts[s.Trust] {
			l.trusts[s.Trust] = true
			for _, f := range slices.Concat(s.Trust.Authorities, s.Trust.Lists) {
				l.look(f)
			}
		}
	}
	l.near(c)
}

type looker struct {
	src    conf.Source
	users  conf.Users
	worker string
	homes  []string
	seen   map[key]*conf.Seen
	trusts map[*conf.Trust]bool // that were looked at: many places share one
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
		s := f.Seen
		if s == nil || f.Kind == conf.Group && s.Groups == nil || f.Kind == conf.DBM {
			s = l.read(f)
		}
		s.Here = l.here(f.Path)
		l.links(f.Path, s)
		l.seen[k] = s
	}
	if f.Seen == nil || f.Kind == conf.Group || f.Kind == conf.DBM {
		f.Seen = l.seen[k]
	} else {
		f.Seen.Here, f.Seen.Reads, f.Seen.Blocks = l.seen[k].Here, l.seen[k].Reads, l.seen[k].Blocks
	}
}

// dbmEndings are what the libraries behind DBM files add to the name that a configuration gives.
var dbmEndings = []string{"", ".db", ".dir", ".pag", ".dat", ".sdbm"}

func (l *looker) read(f *conf.CredFile) *conf.Seen {
	if f.Kind == conf.DBM {
		s := &conf.Seen{UID: -1, GID: -1, Problem: "a DBM file: its entries are not read"}
		s.Missing = !slices.ContainsFunc(dbmEndings, func(e string) bool { _, err := l.src.Stat(f.Path + e); return !errors.Is(err, fs.ErrNotExist) })
		return s
	}
	if f.Kind == conf.Authorities || f.Kind == conf.Revocations {
		return l.papers(f.Path)
	}
	s := conf.Look(l.src, f.Path, l.users, l.worker)
	if f.Kind != conf.Group || s.Missing || s.Problem != "" {
		return s
	}
	s.Users = htpasswd.File{}
	if b, err := l.src.ReadFile(f.Path); err == nil {
		s.Groups = groups(string(b))
	}
	return s
}

// papers reads a file of certificates. The server's master process does, so that the worker's rights do not count.
func (l *looker) papers(name string) *conf.Seen {
	s := &conf.Seen{UID: -1, GID: -1}
	b, err := l.src.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.Missing = true
	case err != nil:
		s.Problem = err.Error()
	default:
		s.Papers = conf.ReadPapers(b, time.Now())
	}
	return s
}

// links judges the folders behind a symbolic link as well: the way that the file is named by may be open, and the one that
// it lies on closed.
func (l *looker) links(p string, s *conf.Seen) {
	u, known := l.users[l.worker]
	if s.Reads != "yes" || !known || l.src != conf.Disk() {
		return
	}
	if real, err := filepath.EvalSymlinks(p); err == nil && real != p {
		s.Reads, s.Blocks = conf.Readable(l.src, real, u)
	}
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
