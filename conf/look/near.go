package look

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
)

// near notes, for each password file that is missing, the files that its line may have meant: one in the same folder whose
// name is like its own, and one of the same name beside the file in which the line stands (Apache takes a relative path from
// ServerRoot, not from there) or where another line of c has it.
func (l *looker) near(c *conf.Config) {
	files := passwordFiles(c)
	missing := slices.DeleteFunc(slices.Clone(files), func(f *conf.CredFile) bool { return f.Seen == nil || !f.Seen.Missing || !f.Seen.Here })
	if len(missing) == 0 {
		return
	}
	named := map[string][]string{} // by the last part
	for _, f := range files {
		if base := path.Base(filepath.ToSlash(f.Path)); !slices.Contains(named[base], f.Path) && len(named[base]) < maxNamed {
			named[base] = append(named[base], f.Path)
		}
	}
	known := map[key][]string{}
	for _, f := range missing {
		dir, base := path.Split(filepath.ToSlash(f.Path))
		beside := path.Dir(filepath.ToSlash(f.Place.File))
		k := key{f.Path + "\x00" + beside, f.Kind}
		if _, done := known[k]; !done {
			known[k] = l.alike(path.Clean(dir), base, f.Kind, append(slices.Clone(named[base]), path.Join(beside, base)))
		}
		f.Seen.Near = known[k]
	}
}

// alike gives, of some files and those in dir whose name is like base, the ones that are password files of the kind.
func (l *looker) alike(dir, base string, kind conf.FileKind, some []string) []string {
	names, _ := l.src.ReadDir(dir)
	for _, n := range names[:min(len(names), maxBeside)] {
		if !isCopy(n) && plainName(n) == plainName(base) {
			some = append(some, path.Join(dir, n))
		}
	}
	slices.Sort(some)
	return slices.DeleteFunc(slices.Compact(some), func(p string) bool { return !path.IsAbs(p) || !l.holds(p, kind) })
}

// Limits of the look around: names of a folder, and files that a configuration names by the same last part.
const (
	maxBeside = 2000
	maxNamed  = 50
)

func passwordFiles(c *conf.Config) []*conf.CredFile {
	var out []*conf.CredFile
	for _, s := range c.Scopes {
		for i := range s.Auth {
			for _, f := range s.Auth[i].Files {
				if (f.Kind == conf.Htpasswd || f.Kind == conf.Htdigest) && path.IsAbs(filepath.ToSlash(f.Path)) {
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// holds reports that p is a password file of the kind, with entries, which the worker may read as far as that is known.
func (l *looker) holds(p string, kind conf.FileKind) bool {
	if info, err := l.src.Stat(p); err != nil || !info.Mode.IsRegular() {
		return false
	}
	s := conf.Look(l.src, p, l.users, l.worker)
	if s.Problem != "" || s.Reads == "no" || len(s.Users.Lines) == 0 {
		return false
	}
	return !slices.ContainsFunc(s.Users.Lines, func(e htpasswd.Line) bool {
		return e.Kind == htpasswd.Unknown || (e.Kind == htpasswd.Digest) != (kind == conf.Htdigest)
	})
}

// copyEndings are those of files that somebody put aside.
var copyEndings = []string{".bak", ".backup", ".old", ".orig", ".save", ".swp", "~", ".tmp", ".new", ".dist", ".sample", ".example", ".rpmsave", ".rpmnew", ".dpkg-old", ".dpkg-dist", ".dpkg-new"}

func isCopy(name string) bool {
	return slices.ContainsFunc(copyEndings, func(e string) bool { return strings.HasSuffix(strings.ToLower(name), e) })
}

// plainName is a file's name without what is easily written otherwise: case, a dot in front, separators, a doubled letter, and
// the endings of copies and texts.
func plainName(name string) string {
	n := strings.ToLower(name)
	for _, e := range append([]string{".txt"}, copyEndings...) {
		n = strings.TrimSuffix(n, e)
	}
	var out []rune
	for _, r := range n {
		if (unicode.IsLetter(r) || unicode.IsDigit(r)) && (len(out) == 0 || unicode.IsDigit(r) || out[len(out)-1] != r) {
			out = append(out, r)
		}
	}
	return string(out)
}
