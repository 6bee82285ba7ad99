package apache

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// scopes gives every place that the configuration names: each site, each section, each line that passes requests on, and the
// .htaccess files below the document roots.
func (w *world) scopes() []*conf.Scope {
	var out []*conf.Scope
	// Sections of the main server hold in every virtual host; they are listed once, with it.
	seen := map[string]bool{}
	for _, s := range append([]*server{w.main}, w.hosts...) {
		out = append(out, w.scopesOf(s, seen)...)
	}
	return out
}

func (w *world) siteOf(s *server) conf.Server {
	site := conf.Server{Place: s.place, Default: s.main}
	if s.name != nil {
		site.Names = append(site.Names, s.name.value)
		if s.main {
			site.Place = s.name.place
		}
	}
	site.Names = append(append(site.Names, s.aliases...), s.wild...)
	if s.main {
		site.Listen = w.listens
		if !site.Place.Known() && len(w.files) > 0 {
			site.Place = conf.Place{File: w.files[0], Line: 1}
		}
		return site
	}
	for _, a := range s.addrs {
		l := conf.Listen{Place: s.place, Port: a.port, TLS: s.tls.on()}
		if !a.any {
			l.Address = a.as
			if i := strings.LastIndexByte(a.as, ':'); i >= 0 && a.port != 0 {
				l.Address = strings.Trim(a.as[:i], "[]")
			}
		}
		site.Listen = append(site.Listen, l)
		site.Default = site.Default || w.firstFor(s, a)
	}
	return site
}

// firstFor reports the first virtual host of an address: it gets what names no other.
func (w *world) firstFor(s *server, a vhostAddr) bool {
	for _, h := range w.hosts {
		for _, b := range h.addrs {
			if b.as == a.as || b.any && a.any && b.port == a.port {
				return h == s
			}
		}
	}
	return false
}

func (w *world) scopesOf(s *server, seen map[string]bool) []*conf.Scope {
	site := w.siteOf(s)
	top := w.scope(s, site, site.Place, "", "/", w.at(s, "/"))
	out := []*conf.Scope{top}
	add := func(sc *conf.Scope) {
		sc.Within = []*conf.Scope{top}
		out = append(out, sc)
	}
	for _, sec := range s.inner {
		d, sample := w.sectionConf(s, sec)
		add(w.scope(s, site, sec.place, name(sec), sample, d))
	}
	for _, p := range s.pass {
		if p.place.Known() && !seenHere(seen, p.place, s) {
			sample := p.from
			if p.re != nil {
				sample = ""
			}
			sc := w.scope(s, site, p.place, passName(p), sample, w.at(s, sample))
			if pass := w.passed(s, w.at(s, sample), p.to, p.place); sample == "" || sc.Pass == nil || sc.Pass.Place != p.place {
				sc.Pass = pass
			}
			add(sc)
		}
	}
	for _, a := range append(slices.Clone(s.alias), s.wsgi...) {
		if !seenHere(seen, a.place, s) {
			sample := a.from
			if a.re != nil {
				sample = ""
			}
			add(w.scope(s, site, a.place, a.from, sample, w.at(s, sample)))
		}
	}
	for _, h := range w.htaccessBelow(s) {
		sample := w.urlOf(s, h.path)
		l := w.walkDirs(s, h.path, false)
		d := merge(s.dir, l.conf)
		if l.status != 0 { // what is wrong in it is said; the rest is shown as it is meant
			d = merge(d, h.conf)
		}
		add(w.scope(s, site, h.place, h.as, sample, d))
	}
	return out
}

// seenHere reports a line that was listed with the main server already.
func seenHere(seen map[string]bool, p conf.Place, s *server) bool {
	key := p.String() + ":" + strconv.Itoa(p.Start)
	was := seen[key]
	seen[key] = true
	return was && !s.main
}

func name(s *section) string {
	out := s.as
	for o := s.outer; o != nil; o = o.outer {
		out = o.as + " " + out
	}
	return out
}

func passName(p *proxyPass) string {
	if p.re != nil {
		return "~ " + p.re.src
	}
	return p.from
}

// at is what is in force for a URL path: the folders it leads to, the files' names, then <Location>. Conditions of <If> are
// left aside.
func (w *world) at(s *server, uri string) *dirConf {
	if uri == "" {
		return s.dir
	}
	d := s.dir
	if file, _ := w.fileOf(s, uri); file != "" {
		l := w.walkDirs(s, file, w.elsewhere(s, file))
		d = merge(d, l.conf)
		if l.kind != folder {
			f, _ := walkFiles(d, l.filename)
			d = merge(d, f)
		}
	}
	u, _ := walkURL(s, uri)
	return merge(d, u)
}

// fileOf maps a URL path to a file by Alias and DocumentRoot; script says that a ScriptAlias did.
func (w *world) fileOf(s *server, uri string) (file string, script bool) {
	for _, a := range s.alias {
		if rest, ok := aliasRest(a.from, uri); ok && a.re == nil {
			return a.to + rest, a.script
		}
		if a.re != nil {
			if m := a.re.match(uri); m != nil {
				return filled(a.to, m, false), a.script
			}
		}
	}
	if s.docRoot == nil {
		return "", false
	}
	return s.docRoot.value + uri, false
}

// elsewhere reports that the disk with a file is not this one: the document root or the alias' target is missing.
func (w *world) elsewhere(s *server, file string) bool {
	root := ""
	if s.docRoot != nil && strings.HasPrefix(file+"/", s.docRoot.value+"/") {
		root = s.docRoot.value
	}
	for _, a := range s.alias {
		if strings.HasPrefix(file, a.to) {
			root = a.to
		}
	}
	if root == "" {
		return false
	}
	k, err := w.stat(strings.TrimSuffix(root, "/"))
	return err == nil && k == noFile
}

// sectionConf is what is in force in a section, with a URL path that leads there when one can be named.
func (w *world) sectionConf(s *server, sec *section) (*dirConf, string) {
	switch sec.kind {
	case kLocation:
		if sec.re == nil && !sec.glob {
			return w.at(s, sec.path), sec.path
		}
		return merge(w.at(s, "/"), sec.conf), ""
	case kDirectory:
		if sec.re != nil || sec.glob {
			return merge(s.dir, sec.conf), ""
		}
		d := merge(s.dir, w.walkDirs(s, sec.path, true).conf)
		sample := w.urlOf(s, sec.path)
		if sample != "" {
			u, _ := walkURL(s, sample)
			d = merge(d, u)
		}
		return d, sample
	case kProxy:
		return merge(s.dir, sec.conf), ""
	}
	if sec.outer != nil {
		d, sample := w.sectionConf(s, sec.outer)
		if sec.kind == kFiles && sample != "" && sec.re == nil && !sec.glob {
			sample = strings.TrimSuffix(sample, "/") + "/" + sec.path
		} else {
			sample = ""
		}
		return merge(d, sec.conf), sample
	}
	sample := ""
	if sec.kind == kFiles && sec.re == nil && !sec.glob {
		sample = "/" + sec.path
	}
	return merge(w.at(s, "/"), sec.conf), sample
}

// urlOf gives a URL path that leads to a folder, "" when none does.
func (w *world) urlOf(s *server, dir string) string {
	for _, a := range s.alias {
		to := cleanDir(a.to)
		if a.re == nil && strings.HasPrefix(dir, to) {
			return path.Clean("/"+a.from) + "/" + strings.TrimPrefix(dir, to)
		}
	}
	if s.docRoot != nil {
		if rest, ok := strings.CutPrefix(dir, cleanDir(s.docRoot.value)); ok {
			return "/" + rest
		}
	}
	return ""
}

// Limits of the look for .htaccess files below the document roots.
const (
	maxFolders = 5000
	maxBelow   = 10
)

// htaccessBelow finds the .htaccess files that httpd would read below a server's document root and aliases.
func (w *world) htaccessBelow(s *server) []*section {
	if s.docRoot == nil {
		return nil
	}
	var out []*section
	type at struct {
		dir  string
		deep int
	}
	roots := []at{{cleanDir(s.docRoot.value), 0}}
	for _, a := range s.alias {
		if a.re == nil && !strings.HasPrefix(a.to, s.docRoot.value) {
			roots = append(roots, at{cleanDir(a.to), 0})
		}
	}
	for i := 0; i < len(roots); i++ {
		dir := roots[i]
		if w.looked[dir.dir] {
			continue
		}
		if len(w.looked) >= maxFolders || dir.deep > maxBelow {
			w.miss(orFile(s.docRoot.place, dir.dir), "more than %d folders: .htaccess files from %s on are not listed", maxFolders, dir.dir)
			break
		}
		w.looked[dir.dir] = true
		l := w.walkDirs(s, dir.dir, false)
		w.passOver(s, dir.dir, l)
		for _, m := range l.met {
			if m.kind == kHtaccess && m.path == dir.dir {
				out = append(out, m)
				w.deny(s, m, l)
				for _, u := range m.conf.wrong {
					if !slices.ContainsFunc(m.conf.denied, func(n *node) bool { return n.place == u.Place }) {
						w.note(u)
					}
				}
			}
		}
		names, _ := w.src.ReadDir(strings.TrimSuffix(dir.dir, "/"))
		for _, n := range names {
			if k, err := w.stat(dir.dir + n); err == nil && k == folder {
				roots = append(roots, at{dir.dir + n + "/", dir.deep + 1})
			}
		}
	}
	return out
}
