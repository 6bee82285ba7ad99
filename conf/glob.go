package conf

import (
	"path"
	"slices"
	"strings"
)

// Glob gives the paths that match pattern, sorted by their bytes, as glob(3) and apr_fnmatch do it for include directives:
// * ? and [...] never match a slash, nor a dot in front of a name. A pattern without these characters gives itself when it
// exists. The error is that of the first folder that could not be read; what the others gave is still there.
func Glob(src Source, pattern string) ([]string, error) {
	if !HasMeta(pattern) {
		if _, err := src.Stat(pattern); err != nil {
			return nil, err
		}
		return []string{pattern}, nil
	}
	g := globber{src: src}
	dir, rest := "", pattern
	if strings.HasPrefix(pattern, "/") {
		dir, rest = "/", strings.TrimLeft(pattern, "/")
	}
	g.walk(dir, strings.Split(rest, "/"))
	slices.Sort(g.found)
	return g.found, g.err
}

// HasMeta reports whether pattern has one of glob's characters.
func HasMeta(pattern string) bool { return strings.ContainsAny(pattern, "*?[") }

// maxFound bounds what one pattern may find.
const maxFound = 100_000

type globber struct {
	src   Source
	found []string
	err   error
}

func (g *globber) walk(dir string, parts []string) {
	if len(parts) == 0 || len(g.found) >= maxFound {
		return
	}
	part, last := parts[0], len(parts) == 1
	if part == "" && !last {
		g.walk(dir, parts[1:])
		return
	}
	if !HasMeta(part) {
		p := join(dir, part)
		if !last {
			g.walk(p, parts[1:])
		} else if _, err := g.src.Stat(p); err == nil {
			g.found = append(g.found, p)
		}
		return
	}
	from := dir
	if from == "" {
		from = "."
	}
	info, err := g.src.Stat(from)
	if err != nil || !info.Mode.IsDir() {
		return // as glob(3): a pattern in a folder that is not there matches nothing
	}
	names, err := g.src.ReadDir(from)
	if err != nil && g.err == nil {
		g.err = err
	}
	for _, n := range names {
		if strings.HasPrefix(n, ".") && !strings.HasPrefix(part, ".") || !match(part, n) {
			continue
		}
		if p := join(dir, n); last {
			g.found = append(g.found, p)
		} else {
			g.walk(p, parts[1:])
		}
	}
}

func join(dir, name string) string {
	if dir == "" || strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}

// match is path.Match with [!a] beside [^a]. A pattern that is malformed matches itself alone, as with glob(3).
func match(pattern, name string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), name)
	return ok || err != nil && pattern == name
}
