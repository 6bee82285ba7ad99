package apache

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/why401/why401/conf"
)

// world is a configuration that was read: what a trace asks.
type world struct {
	*builder
	htaccess map[string]*section // by folder and what may be overridden; nil when there is none
	kinds    map[string]fileKind // what stands where, as long as the configuration is read: thousands of sites share a folder
	looked   map[string]bool     // folders that were searched for .htaccess files
	over     []passedOver
	unheeded []conf.Unheeded
	trusts   map[trustKey]*conf.Trust
}

// fileKind is what stands at a path.
type fileKind int

const (
	noFile fileKind = iota
	regular
	folder
	strange // a device, a socket
	unknown // the disk is elsewhere
)

func (w *world) stat(name string) (fileKind, error) {
	if k, known := w.kinds[name]; known {
		return k, nil
	}
	kind := strange
	switch info, err := w.src.Stat(name); {
	case errors.Is(err, fs.ErrNotExist):
		kind = noFile
	case err != nil:
		return noFile, err
	case info.Mode.IsDir():
		kind = folder
	case info.Mode.IsRegular():
		kind = regular
	}
	if w.kinds != nil {
		w.kinds[name] = kind
	}
	return kind, nil
}

// located is where directory walk ended.
type located struct {
	filename string // what exists of the path, and one name more
	pathInfo string
	kind     fileKind
	conf     *dirConf   // what the folders set, to be added to the server's
	met      []*section // in the order of merging
	status   int        // 403 or 500 when the walk itself refuses
	why      string
	place    conf.Place
}

// folder is where the walk ended. httpd compares it with where another one ends: a folder's own path as it was asked for, also
// without a slash.
func (l located) folder() string {
	if l.kind == folder {
		return l.filename
	}
	return l.filename[:strings.LastIndexByte(l.filename, '/')+1]
}

// walkDirs goes down to filename and merges <Directory> sections and .htaccess files on its way, shortest folder first, and
// the sections with patterns in the end. When the folder is not on this machine (assume), every part of the path is taken for
// a folder and the last for a file.
func (w *world) walkDirs(srv *server, filename string, assume bool) located {
	l := located{}
	slash := strings.HasSuffix(filename, "/")
	full := path.Clean(filename)
	if slash && full != "/" {
		full += "/"
	}
	merged := srv.dir.allow
	if merged == nil {
		merged = &override{classesSet: w.part} // of a part it is not known what stands around it
	}
	opts := srv.dir.options
	add := func(s *section) {
		l.conf = merge(l.conf, s.conf)
		l.met = append(l.met, s)
		if s.conf.allow != nil {
			merged = mergeOverride(merged, s.conf.allow)
		}
		opts = mergeOptions(opts, s.conf.options)
	}
	at, rest := "/", strings.TrimPrefix(full, "/")
	idx, seg := 0, 1
	l.filename, l.kind = "/", folder
	for {
		for ; idx < len(srv.dirs); idx++ {
			s := srv.dirs[idx]
			if s.re != nil || s.parts > seg {
				break
			}
			if s.parts < seg || !(s.glob && globMatch(s.path, at) || s.path == at) {
				continue
			}
			add(s)
		}
		if merged.reads() {
			h := w.htaccessIn(srv, at, merged)
			if h != nil {
				if len(h.conf.wrong) > 0 {
					l.status, l.place, l.why = 500, h.conf.wrong[0].Place, h.conf.wrong[0].What
					l.met = append(l.met, h)
					return l
				}
				add(h)
			}
		}
		if rest == "" {
			break
		}
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		last := rest == "" && !strings.HasSuffix(full, "/")
		hadSlash := !last
		next := at + name
		kind, err := unknown, error(nil)
		if assume {
			if kind = folder; last {
				kind = regular
			}
		} else {
			kind, err = w.stat(next)
		}
		l.filename = next
		if err != nil {
			if errors.Is(err, fs.ErrPermission) {
				l.status, l.why = 403, "search permissions are missing on a part of the path "+next
				return l
			}
			kind = noFile
		}
		if kind == strange {
			l.status, l.why = 403, next+" is neither a file nor a folder"
			return l
		}
		l.kind = kind
		if kind == regular && last && opts.has("F") && !opts.has("O") {
			// Where links may be followed, httpd saves itself a look at each part of a path that leads to a file, and so takes
			// the file for one more folder: <Directory> sections can match it.
			for ; idx < len(srv.dirs) && srv.dirs[idx].re == nil && srv.dirs[idx].parts <= seg+1; idx++ {
				if s := srv.dirs[idx]; s.parts == seg+1 && (s.glob && globMatch(s.path, next+"/") || s.path == next+"/") {
					add(s)
				}
			}
		}
		if kind != folder {
			if hadSlash {
				l.pathInfo = "/" + rest
			}
			break
		}
		at = next + "/"
		if hadSlash {
			l.filename = at
		}
		seg++
	}
	for ; idx < len(srv.dirs); idx++ {
		if s := srv.dirs[idx]; s.re != nil && s.re.match(l.filename) != nil {
			add(s)
		}
	}
	return l
}

// htaccessIn reads the .htaccess of a folder (with a slash at its end), nil when there is none.
func (w *world) htaccessIn(srv *server, dir string, o *override) *section {
	names := srv.access
	if names == nil {
		names = []string{".htaccess"}
	}
	for _, name := range names {
		file := dir + name
		key := file + "\x00" + o.classes + "\x00" + o.nonfatal + "\x00" + strings.Join(o.list, " ") + "\x00" + strings.Join(o.options, " ")
		s, known := w.htaccess[key]
		if !known {
			s = w.readHtaccess(srv, file, dir, o)
			w.htaccess[key] = s
		}
		if s != nil {
			return s
		}
	}
	return nil
}

func (w *world) readHtaccess(srv *server, file, dir string, o *override) *section {
	b, err := w.src.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	place := conf.Place{File: file, Line: 1, End: len(b)}
	s := &section{kind: kHtaccess, as: file, place: place, path: dir, conf: &dirConf{opened: place}}
	if err != nil {
		s.conf.wrong = []conf.Unread{{Place: place, What: "cannot be read: " + because(err)}}
		return s
	}
	// A reader of its own: what an .htaccess defines ends with it, and what is wrong in it refuses a request and not the start.
	rd := *w.reader
	rd.unread, rd.files, rd.nodes, rd.open, rd.override = nil, nil, 0, map[string]bool{}, o
	tree := rd.tree(lines(file, string(b)), 0)
	nb := *w.builder
	nb.reader = &rd
	nb.walk(tree, &context{srv: srv, dir: s.conf, sec: s, override: o, wrong: &s.conf.wrong, denied: &s.conf.denied})
	s.conf.wrong = append(s.conf.wrong, rd.unread...)
	return s
}

// walkURL merges the <Location> sections for a URL path, in the order of the file; slashes that follow each other are one for
// them, not for patterns.
func walkURL(srv *server, uri string) (d *dirConf, met []*section) {
	one := oneSlash(uri)
	for _, s := range srv.urls {
		if !matchURL(s, uri, one) {
			continue
		}
		d = merge(d, s.conf)
		met = append(met, s)
	}
	return d, met
}

func matchURL(s *section, uri, one string) bool {
	switch {
	case s.re != nil:
		return s.re.match(uri) != nil
	case s.glob:
		return globMatch(s.path, one)
	}
	rest, ok := strings.CutPrefix(one, s.path)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(s.path, "/") || s.path == "")
}

func oneSlash(uri string) string {
	if !strings.HasPrefix(uri, "/") {
		return uri
	}
	for strings.Contains(uri, "//") {
		uri = strings.ReplaceAll(uri, "//", "/")
	}
	return uri
}

// walkFiles merges the <Files> sections that are in force for a file's name.
func walkFiles(d *dirConf, filename string) (out *dirConf, met []*section) {
	name := filename[strings.LastIndexByte(filename, '/')+1:]
	for _, s := range d.files {
		var ok bool
		switch {
		case s.re != nil:
			ok = s.re.match(name) != nil
		case s.glob:
			ok = globMatch(s.path, name)
		default:
			ok = s.path == name
		}
		if ok {
			out = merge(out, s.conf)
			met = append(met, s)
		}
	}
	return out, met
}

// globMatch is apr_fnmatch with APR_FNM_PATHNAME: * and ? never match a slash.
func globMatch(pattern, name string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), name)
	return err == nil && ok
}
