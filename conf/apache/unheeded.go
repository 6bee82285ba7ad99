package apache

import (
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// passedOver is an .htaccess that a site does not read.
type passedOver struct {
	dir string
	at  conf.Unheeded
}

// passOver notes the .htaccess in dir that AllowOverride keeps s from reading. Where no line says so, nothing is claimed: of a
// part of a configuration it is not known what stands around it.
func (w *world) passOver(s *server, dir string, l located) {
	d := merge(s.dir, l.conf)
	if l.status != 0 || d == nil || d.allow == nil || d.allow.reads() || !d.allowAt.Known() {
		return
	}
	names := s.access
	if names == nil {
		names = []string{".htaccess"}
	}
	for _, n := range names {
		if k, err := w.stat(dir + n); err == nil && k == regular {
			w.over = append(w.over, passedOver{dir, conf.Unheeded{File: dir + n, By: d.allowAt, Block: blockOf(l)}})
			return
		}
	}
}

// deny notes what AllowOverride leaves out of an .htaccess that is read: httpd answers 500 to every request below its folder.
func (w *world) deny(s *server, h *section, l located) {
	if len(h.conf.denied) == 0 {
		return
	}
	u := conf.Unheeded{File: h.place.File, By: h.place, Block: blockOf(l), Refused: true}
	if d := merge(s.dir, l.conf); d != nil && d.allowAt.Known() {
		u.By = d.allowAt
	}
	for _, n := range h.conf.denied {
		w.ineffective(&u, n)
	}
	w.unheeded = append(w.unheeded, u)
}

// blockOf is the innermost <Directory> on the way to a folder, without those of patterns and without that of the whole disk.
func blockOf(l located) conf.Place {
	for _, s := range slices.Backward(l.met) {
		if s.kind == kDirectory && s.re == nil && !s.glob && s.path != "/" {
			return s.place
		}
	}
	return conf.Place{}
}

// overrideWords are the words of AllowOverride by their letters.
var overrideWords = map[byte]string{'A': "AuthConfig", 'F': "FileInfo", 'I': "Indexes", 'L': "Limit", 'O': "Options"}

// ineffective adds a directive to what has no effect, with the word that would let it in.
func (w *world) ineffective(u *conf.Unheeded, n *node) {
	u.Lines = append(u.Lines, conf.Line{Place: n.place, Name: n.as, Args: w.words(n)})
	if c, known := commands()[n.name]; known && c.override != "" {
		if word := overrideWords[c.override[0]]; word != "" && !slices.Contains(u.Words, word) {
			u.Words = append(u.Words, word)
			slices.Sort(u.Words)
		}
	}
}

// unheededFiles are the .htaccess files that no site reads, with their directives that do not stand in a <Directory> block of tree
// for the same folder as well; and those that are read and refused.
func (w *world) unheededFiles(tree []*node) []conf.Unheeded {
	out := w.unheeded
	if len(w.over) == 0 {
		return out
	}
	for _, p := range w.over {
		if w.readSomewhere(p.dir) || slices.ContainsFunc(out, func(u conf.Unheeded) bool { return u.File == p.at.File }) {
			continue
		}
		b, err := w.src.ReadFile(p.at.File)
		if err != nil {
			continue
		}
		stands := w.standsFor(tree, p.dir)
		rd := *w.reader
		rd.unread, rd.files, rd.nodes, rd.open = nil, nil, 0, map[string]bool{}
		each(rd.tree(lines(p.at.File, string(b)), 0), func(n *node) {
			if !stands[w.text(n)] {
				w.ineffective(&p.at, n)
			}
		})
		if len(p.at.Lines) > 0 {
			out = append(out, p.at)
		}
	}
	return out
}

// standsFor are the directives in the <Directory> blocks of a folder: whoever moved the lines of an .htaccess there left the file.
func (w *world) standsFor(tree []*node, dir string) map[string]bool {
	out := map[string]bool{}
	var find func(nodes []*node)
	find = func(nodes []*node) {
		for _, n := range nodes {
			if n.name == "directory" {
				if f := w.words(n); len(f) == 1 && cleanDir(w.underRoot(f[0])) == dir {
					each(n.kids, func(k *node) { out[w.text(k)] = true })
				}
			}
			find(n.kids)
		}
	}
	find(tree)
	return out
}

func each(nodes []*node, f func(*node)) {
	for _, n := range nodes {
		if n.section {
			each(n.kids, f)
		} else {
			f(n)
		}
	}
}

// text is a directive by which two are compared.
func (w *world) text(n *node) string { return n.name + " " + strings.Join(w.words(n), " ") }

// readSomewhere reports a folder whose .htaccess some site reads.
func (w *world) readSomewhere(dir string) bool {
	for _, s := range append([]*server{w.main}, w.hosts...) {
		if w.urlOf(s, dir) == "" {
			continue
		}
		l := w.walkDirs(s, dir, false)
		if d := merge(s.dir, l.conf); l.kind == folder && l.status == 0 && (d == nil || d.allow == nil || d.allow.reads()) {
			return true
		}
	}
	return false
}
