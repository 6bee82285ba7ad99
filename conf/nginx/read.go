// Package nginx reads nginx's configuration as nginx does (nginx.org/en/docs, and the source of 1.22 where the pages are
// silent): the words of its lexer with their places, includes, `nginx -T` dumps, inheritance, and what becomes of a request.
package nginx

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// Options say what the files themselves do not.
type Options struct {
	// Prefix is nginx's own folder (--prefix, -p), which relative roots count from; "" when it is not known.
	Prefix string
	// Version is nginx's version, "" when it is not known.
	Version string
}

// Read reads the configuration at paths: an nginx.conf, a folder that holds one (or only sites), the text of `nginx -T`, or
// single files with server or location blocks. Relative paths inside count from the folder of the first file, as from
// nginx.conf. What cannot be read is named in Config.Unread; the error is for when nothing could be read at all.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	return Options{}.Read(src, paths...)
}

// Read is Read with what the files do not say.
func (o Options) Read(src conf.Source, paths ...string) (*conf.Config, error) {
	if len(paths) == 0 {
		return nil, errors.New("no file or folder was named")
	}
	r := &reader{src: src, config: &conf.Config{Program: "nginx", Version: o.Version}, bodies: map[string][]*Directive{}}
	var files []string
	for _, p := range paths {
		found, err := r.find(p)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	main := r.whole(files)
	if len(r.config.Files) == 0 {
		return nil, r.config.Unread[0]
	}
	build(r, o, main)
	return r.config, nil
}

type reader struct {
	src     conf.Source
	config  *conf.Config
	base    string                  // the folder that relative paths count from: nginx's conf prefix
	bodies  map[string][]*Directive // of files that were read, with their includes
	open    []string                // files being read, outermost first
	n       int                     // directives so far
	tooMany bool
	dump    bool // the text came out of nginx -T: the disk is another machine's
}

func (r *reader) unread(p conf.Place, what string) { r.note(conf.Unread{Place: p, What: what}) }

// broken notes what nginx does not start with.
func (r *reader) broken(p conf.Place, what string) {
	r.note(conf.Unread{Place: p, What: what, Broken: true})
}

func (r *reader) note(u conf.Unread) {
	const most = 1000 // a binary file would give one per byte
	if len(r.config.Unread) < most {
		r.config.Unread = append(r.config.Unread, u)
	}
}

func (r *reader) count(p conf.Place) bool {
	if r.n++; r.n <= maxDirectives {
		return true
	}
	if !r.tooMany {
		r.tooMany = true
		r.unread(p, fmt.Sprintf("more than %d directives: the rest is not read", maxDirectives))
	}
	return false
}

// find gives the files that path means.
func (r *reader) find(p string) ([]string, error) {
	info, err := r.src.Stat(p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p, reason(err))
	}
	if !info.Mode.IsDir() {
		return []string{p}, nil
	}
	dir := strings.TrimSuffix(p, "/")
	for _, sub := range []string{"nginx.conf", "conf/nginx.conf", "nginx/nginx.conf", "etc/nginx/nginx.conf"} {
		if i, err := r.src.Stat(dir + "/" + sub); err == nil && !i.Mode.IsDir() {
			return []string{dir + "/" + sub}, nil
		}
	}
	// A folder of sites: what Debian keeps in sites-enabled has no ending, everywhere else it is *.conf.
	pattern := "*.conf"
	if path.Base(dir) == "sites-enabled" || path.Base(dir) == "sites-available" {
		pattern = "*"
	}
	for _, g := range []string{pattern, "*/*.conf", "sites-enabled/*"} {
		found, _ := conf.Glob(r.src, dir+"/"+g)
		found = slices.DeleteFunc(found, func(f string) bool {
			i, err := r.src.Stat(f)
			return err != nil || i.Mode.IsDir()
		})
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, fmt.Errorf("%s: holds no nginx.conf and no *.conf", p)
}

// reason is an error without the path, which the caller names itself.
func reason(err error) error {
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("no such file or folder")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("permission denied")
	case errors.As(err, &pe):
		return pe.Err
	}
	return err
}

// whole reads the files and gives the directives of a main context.
func (r *reader) whole(files []string) []*Directive {
	var main []*Directive
	for i, f := range files {
		if slices.Contains(r.config.Files, f) {
			continue // the first one included it
		}
		b, err := r.src.ReadFile(f)
		if err != nil {
			r.unread(conf.Place{File: f}, reason(err).Error())
			continue
		}
		if texts := splitDump(string(b)); texts != nil {
			r.src, r.dump, f = texts.files, true, texts.first
		}
		if i == 0 || r.base == "" {
			r.base = baseOf(f)
		}
		main = append(main, wrap(r.file(f, conf.Place{File: f}))...)
	}
	return main
}

// baseOf is the folder that relative paths count from: nginx.conf's. Files of sites stand in a folder below it.
func baseOf(f string) string {
	dir := path.Dir(f)
	switch path.Base(dir) {
	case "sites-enabled", "sites-available", "conf.d", "snippets", "vhosts.d", "sites":
		if path.Base(f) != "nginx.conf" {
			return path.Dir(dir)
		}
	}
	return dir
}

// file reads f, which at names, with all that it includes.
func (r *reader) file(f string, at conf.Place) []*Directive {
	if body, ok := r.bodies[f]; ok {
		r.n += size(body)
		if r.n > maxDirectives {
			r.count(at)
			return nil
		}
		return body
	}
	b, err := r.src.ReadFile(f)
	if err != nil {
		r.unread(at, fmt.Sprintf("%s: %v", f, reason(err)))
		return nil
	}
	r.config.Files = append(r.config.Files, f)
	r.open = append(r.open, f)
	body := r.include(r.parse(f, string(b)))
	r.open = r.open[:len(r.open)-1]
	r.bodies[f] = body
	return body
}

func size(body []*Directive) int {
	n := len(body)
	for _, d := range body {
		n += size(d.Body)
	}
	return n
}

// include puts what is included in the place of the include.
func (r *reader) include(body []*Directive) []*Directive {
	var out []*Directive
	for _, d := range body {
		if d.HasBlock {
			d.Body = r.include(d.Body)
		}
		if d.Name != "include" || d.HasBlock {
			out = append(out, d)
			continue
		}
		if len(d.Args) != 1 {
			r.unread(d.Place, fmt.Sprintf("include takes one argument, not %d", len(d.Args)))
			continue
		}
		for _, f := range r.included(d) {
			if slices.Contains(r.open, f) {
				r.unread(d.Place, fmt.Sprintf("include %q: the file includes itself", d.Arg(0)))
				continue
			}
			out = append(out, r.file(f, d.Place)...)
		}
	}
	return out
}

func (r *reader) included(d *Directive) []string {
	p := r.full(d.Arg(0))
	if !conf.HasMeta(p) {
		return []string{p}
	}
	found, err := conf.Glob(r.src, p)
	if err != nil {
		r.unread(d.Place, fmt.Sprintf("include %q: %v", d.Arg(0), reason(err)))
	}
	return found // nginx is content with a pattern that matches nothing
}

// full is ngx_conf_full_name with the conf prefix.
func (r *reader) full(p string) string { return fullName(r.base, p) }
