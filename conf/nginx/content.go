package nginx

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// root is the document root in force, or the alias.
func (r *run) root() string {
	d := r.rootDirective()
	if d == nil {
		return r.m.underPrefix("html")
	}
	v := d.Arg(0)
	if d.Name == "root" && len(v) > 0 {
		v = strings.TrimSuffix(v, "/")
	}
	return r.m.underPrefix(r.value(v))
}

func (r *run) rootDirective() *Directive {
	for at := r.at; at != nil; at = at.parent {
		if d := append(at.own["root"], at.own["alias"]...); len(d) > 0 {
			return d[0]
		}
	}
	return nil
}

// underPrefix is a path that counts from nginx's own folder.
func (m *model) underPrefix(p string) string {
	if strings.HasPrefix(p, "/") || m.options.Prefix == "" {
		return p
	}
	return strings.TrimSuffix(m.options.Prefix, "/") + "/" + p
}

// alias says where an alias in force was set: the length of its location's name, and whether that is a pattern.
func (r *run) alias() (n int, regex, ok bool) {
	d := r.rootDirective()
	if d == nil || d.Name != "alias" {
		return 0, false, false
	}
	for at := r.at; at != nil; at = at.parent {
		if len(at.own["alias"]) == 0 {
			continue
		}
		for at.kind != kindLocation && at.parent != nil {
			at = at.parent
		}
		return len(at.name), at.mod == "~" || at.mod == "~*", true
	}
	return 0, false, false
}

// file is the path that the uri means (ngx_http_map_uri_to_path); ok is false where nginx answers 500.
func (r *run) file() (string, bool) {
	n, regex, alias := r.alias()
	switch {
	case !alias:
		return r.root() + r.uri, true
	case !r.validLocation:
		return "", false
	case regex && r.addToAlias:
		return r.root() + r.uri, true
	case regex:
		return r.root(), true
	}
	return r.root() + r.uri[min(n, len(r.uri)):], true
}

// stat looks at a file of the server. known is false when the server's disk is not at hand.
func (r *run) stat(p string) (info conf.Info, err error, known bool) {
	if !r.m.real || !strings.HasPrefix(p, "/") {
		return info, fs.ErrNotExist, false
	}
	info, err = r.m.src.Stat(strings.ReplaceAll(p, "\x00", ""))
	return info, err, true
}

// fileTest is -f, -d, -e, -x and their opposites.
func (r *run) fileTest(op, path string) bool {
	op, not := strings.CutPrefix(op, "!")
	info, err, known := r.stat(path)
	if !known {
		r.open("whether " + path + " exists")
	}
	yes := err == nil
	switch {
	case err != nil:
	case op == "-f":
		yes = info.Mode.IsRegular()
	case op == "-d":
		yes = info.Mode.IsDir()
	case op == "-x":
		yes = info.Mode.Perm()&0o100 != 0
	}
	return yes != not
}

// tryFiles is ngx_http_try_files_handler. It stands for the level in which it is written alone.
func (r *run) tryFiles() int {
	ds := r.at.own["try_files"]
	if len(ds) == 0 || len(ds[0].Args) < 2 {
		return declined
	}
	d := ds[0]
	n, regex, alias := r.alias()
	if _, ok := r.file(); !ok {
		return 500
	}
	for i, a := range d.Texts() {
		last := i == len(d.Args)-1
		if code, ok := strings.CutPrefix(a, "="); ok && last {
			n, _ := strconv.Atoi(code)
			r.step(conf.Refuses, "try_files", d.Place, "none of the files is there: answered with %d", n)
			r.noteRefusal()
			return n
		}
		name, dir := strings.CutSuffix(a, "/")
		if last {
			name, dir = a, false
		}
		name = r.value(name)
		if alias && !regex && strings.Contains(a, "$") && len(r.uri) >= n && strings.HasPrefix(name, r.uri[:n]) {
			name = name[n:]
		}
		if last {
			r.step(conf.Changes, "try_files", d.Place, "none of the files is there: on to %s", name)
			if strings.HasPrefix(name, "@") {
				r.named(name)
			} else {
				uri, args := splitArgs(name)
				r.redirect(uri, args)
			}
			return done
		}
		info, err, known := r.stat(r.root() + name)
		if !known {
			r.step(conf.Unclear, "try_files", d.Place, "whether %s exists cannot be known from here", name)
			r.open("whether " + r.root() + name + " exists")
		}
		if err != nil || info.Mode.IsDir() != dir {
			continue
		}
		switch {
		case !alias:
			r.uri = name
		case regex:
			if !dir {
				r.uri, r.addToAlias = name, true
			}
		default:
			r.uri = r.uri[:n] + name
		}
		r.step(conf.Changes, "try_files", d.Place, "%s is there", name)
		return declined
	}
	return declined
}

// content answers: by the handler of the location, or from the files.
func (r *run) content() {
	if r.handler != nil {
		r.passOn()
		return
	}
	for _, handler := range []func() int{r.index, r.autoindex, r.static} {
		if rc := handler(); rc != declined {
			if rc != done {
				r.finalize(rc)
			}
			return
		}
	}
	if strings.HasSuffix(r.uri, "/") {
		r.step(conf.Refuses, "content", r.at.dir.Place, "the folder has no index file and may not be listed: 403")
		r.noteRefusal()
		r.finalize(403)
		return
	}
	r.finalize(404)
}

// index is ngx_http_index_handler.
func (r *run) index() int {
	if !strings.HasSuffix(r.uri, "/") || r.method != "GET" && r.method != "HEAD" && r.method != "POST" {
		return declined
	}
	names, place := []string{"index.html"}, r.at.dir.Place
	if ds := r.at.all("index"); len(ds) > 0 {
		names, place = nil, ds[0].Place
		for _, d := range ds {
			names = append(names, d.Texts()...)
		}
	}
	tested := false
	for _, n := range names {
		name := r.value(n)
		if strings.HasPrefix(name, "/") {
			r.step(conf.Changes, "index", place, "on to %s", name)
			r.redirect(name, r.args)
			return done
		}
		folder, ok := r.file()
		if !ok {
			return 500
		}
		_, err, known := r.stat(folder + name)
		switch {
		case !known:
			r.step(conf.Unclear, "index", place, "whether %s is there cannot be known from here", name)
			r.open("whether " + folder + name + " exists")
			return r.served(place)
		case err == nil:
			r.step(conf.Changes, "index", place, "the index file is %s", name)
			r.redirect(r.uri+name, r.args)
			return done
		case errors.Is(err, fs.ErrPermission):
			return 403
		case !errors.Is(err, fs.ErrNotExist):
			return 404 // a file where a folder should be, a name too long
		}
		if !tested {
			tested = true
			switch info, err, _ := r.stat(strings.TrimSuffix(folder, "/")); {
			case errors.Is(err, fs.ErrNotExist):
				r.step(conf.Refuses, "index", place, "there is no folder %s: 404", folder)
				return 404
			case err == nil && !info.Mode.IsDir():
				r.step(conf.Refuses, "index", place, "%s is not a folder: 500", folder)
				return 500
			}
		}
	}
	return declined
}

// autoindex lists a folder.
func (r *run) autoindex() int {
	d := r.at.one("autoindex")
	if d == nil || d.Arg(0) != "on" || !strings.HasSuffix(r.uri, "/") || r.method != "GET" && r.method != "HEAD" {
		return declined
	}
	p, ok := r.file()
	if !ok {
		return 500
	}
	info, err, known := r.stat(p)
	switch {
	case !known:
		r.open("whether " + p + " exists")
	case err != nil || !info.Mode.IsDir():
		return 404
	}
	r.step(conf.Sends, "content", d.Place, "a list of the folder")
	r.send(200)
	r.fromFile = true
	return done
}

// static is ngx_http_static_handler.
func (r *run) static() int {
	if r.method != "GET" && r.method != "HEAD" && r.method != "POST" {
		if d := r.at.one("dav_methods"); d != nil && strings.Contains(strings.Join(d.Texts(), " "), r.method) {
			r.open("what dav_methods does with " + r.method)
			return r.served(d.Place)
		}
		r.step(conf.Refuses, "content", r.at.dir.Place, "files are served for GET and HEAD alone: 405")
		return 405
	}
	if strings.HasSuffix(r.uri, "/") {
		return declined
	}
	p, ok := r.file()
	if !ok {
		return 500
	}
	info, err, known := r.stat(p)
	place := r.at.dir.Place
	if d := r.rootDirective(); d != nil {
		place = d.Place
	}
	switch {
	case !known:
		r.open("whether " + p + " exists")
		return r.served(place)
	case errors.Is(err, fs.ErrPermission):
		return 403
	case err != nil:
		r.step(conf.Refuses, "content", place, "there is no file %s: 404", p)
		return 404
	case info.Mode.IsDir():
		r.location = escape(r.uri, escapeURI) + "/"
		if r.args != "" {
			r.location += "?" + r.args
		}
		r.step(conf.Changes, "content", place, "%s is a folder: redirected to the name with a slash", p)
		return 301
	case !info.Mode.IsRegular():
		return 404
	case r.method == "POST":
		r.step(conf.Refuses, "content", place, "a file is not served for POST: 405")
		return 405
	}
	if u, ok := r.m.users[r.m.config.Worker]; ok {
		if reads, blocks := conf.Readable(r.m.src, p, u); reads == "no" {
			r.step(conf.Refuses, "content", place, "%s may not be read by the user %s, at %s: 403", p, u.Name, blocks)
			return 403
		}
	}
	return r.served(place)
}

// served ends with a file.
func (r *run) served(p conf.Place) int {
	r.step(conf.Sends, "content", p, "a file is served")
	r.send(200)
	r.fromFile = true
	return done
}
