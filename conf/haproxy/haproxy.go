// Package haproxy reads HAProxy's configuration (the vendor's configuration manual, version 2.6 and later): frontends,
// backends, listen sections, defaults and user lists, the ACLs in them, and what http-request rules do with a request.
//
// The condition of a rule is evaluated where its fetches, converters and patterns are known here; the rest is said to be
// open, with its line. Lua, SPOE, stick tables and variables are open.
package haproxy

import (
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// Program is the name under which the configuration is reported.
const Program = "HAProxy"

// section is one section of a configuration.
type section struct {
	kind, name string
	from       string // of a proxy: the defaults section that it names
	at         conf.Place
	lines      []line
	base       *section // the defaults in force for it
}

// file is a whole configuration.
type file struct {
	sections []*section
	conf     *conf.Config
	src      conf.Source
	proxies  []*proxy
	lists    map[string]*userlist
}

var sectionNames = strings.Fields(`global defaults frontend backend listen userlist peers resolvers mailers cache program ring
	http-errors log-forward fcgi-app crt-store traces acme log-profile`)

// Read reads the files at paths, in the order in which they are given to haproxy -f; of a folder its .cfg files by name.
// The error is that of paths when none of them could be read.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	f := &file{conf: &conf.Config{Program: Program}, src: src, lists: map[string]*userlist{}}
	if err := f.conf.ReadEach(paths, "HAProxy's configuration", f.add); err != nil {
		return nil, err
	}
	f.inherit()
	f.read()
	f.conf.Tracer = &tracer{f}
	return f.conf, nil
}

func (f *file) add(name string) error {
	if info, err := f.src.Stat(name); err == nil && info.Mode.IsDir() {
		names, err := f.src.ReadDir(name)
		if err != nil {
			return err
		}
		for _, n := range names {
			if strings.HasSuffix(n, ".cfg") && !strings.HasPrefix(n, ".") {
				if err := f.add(path.Join(name, n)); err != nil {
					f.conf.Leave(conf.Place{File: path.Join(name, n)}, "cannot be read: %v", err)
				}
			}
		}
		return nil
	}
	b, err := f.src.ReadFile(name)
	if err != nil {
		return err
	}
	f.conf.Files = append(f.conf.Files, name)
	var now *section
	depth := 0 // of .if blocks: which of them holds depends on the machine
	for _, l := range cut(name, string(b)) {
		w := l.words[0]
		switch {
		case w == ".if":
			if depth == 0 {
				f.conf.Leave(l.Place, "a conditional block: whether it holds depends on HAProxy's version and surroundings")
			}
			depth++
		case w == ".endif":
			depth = max(0, depth-1)
		case depth > 0 || strings.HasPrefix(w, "."):
		case slices.Contains(sectionNames, w):
			now = &section{kind: w, name: l.word(1), at: l.Place}
			if i := slices.Index(l.words, "from"); i > 0 {
				now.from = l.word(i + 1)
				if i == 1 {
					now.name = ""
				}
			}
			f.sections = append(f.sections, now)
		case now == nil:
			f.conf.Leave(l.Place, "%q stands in no section", w)
		default:
			now.lines = append(now.lines, l)
		}
	}
	return nil
}

// inherit finds the defaults of every proxy: those that it names, else the last that stand above it.
func (f *file) inherit() {
	named := map[string]*section{}
	var last *section
	for _, s := range f.sections {
		switch s.kind {
		case "defaults":
			if s.from != "" {
				s.base = named[s.from]
			}
			if s.name != "" {
				named[s.name] = s
			}
			last = s
		case "frontend", "backend", "listen":
			s.base = last
			if s.from == "" {
				continue
			}
			if s.base = named[s.from]; s.base == nil {
				f.conf.Leave(s.at, "no defaults section is called %q", s.from)
			}
		}
	}
}

// all are the lines in force in s, those of its defaults first.
func (s *section) all() []line {
	var chain []*section
	for b := s.base; b != nil && len(chain) < 32; b = b.base {
		chain = append(chain, b)
	}
	var out []line
	for _, b := range slices.Backward(chain) {
		out = append(out, b.lines...)
	}
	return append(out, s.lines...)
}

// last is the last line in force that begins with the words.
func (s *section) last(words ...string) (line, bool) {
	var found line
	ok := false
	for _, l := range s.all() {
		if len(l.words) >= len(words) && slices.Equal(l.words[:len(words)], words) {
			found, ok = l, true
		} else if l.word(0) == "no" && slices.Equal(l.words[1:], words) {
			ok = false
		}
	}
	return found, ok
}
