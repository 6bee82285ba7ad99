package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// rewriteServer runs the server's rules; done says that the URL is translated.
func (v *visit) rewriteServer() (done bool, status int) {
	s := v.srv.rewrite
	// RewriteEngine of a <Location> or <If> that is in force says whether the server's rules run, too.
	if s == nil || v.d.rewrite == nil || !v.d.rewrite.engine.on() || v.ended || !strings.HasPrefix(v.uri, "/") {
		return false, 0
	}
	// The rules see the URL path where the file name will be.
	v.filename = v.uri
	w := &rewriting{v: v}
	oargs := v.args
	result := w.apply(s.rules)
	v.end(w)
	switch result {
	case answered:
		return true, v.ruled(w)
	case untouched:
		v.filename = ""
		return false, 0
	}
	switch f := v.filename; {
	case strings.HasPrefix(f, "proxy:"):
		v.proxied, v.handler, v.handlerAt, v.passAt = true, "proxy-server", w.at, w.at
		if v.raw = w.plain; v.raw && v.hasArgs {
			v.filename += "?" + v.args
		}
		return true, 0
	case absolute(f) > 0:
		return true, v.sendTo(w, oargs)
	case strings.HasPrefix(f, "passthrough:"):
		v.uri = strings.TrimPrefix(f, "passthrough:")
		v.filename = ""
		return false, 0
	case !strings.HasPrefix(f, "/"):
		return true, v.refuse(400, w.at, "rewrite", "the rule gives neither a path nor a URL")
	}
	// A path whose first folder exists on the disk is taken as a file's, any other as a URL's.
	first, _, _ := strings.Cut(strings.TrimLeft(v.filename, "/"), "/")
	k, err := v.w.stat("/" + first)
	if w.raw || err != nil || k == noFile {
		if v.srv.docRoot == nil {
			v.open("the document root: none is set in what was read")
		}
		v.toRoot(v.filename)
	}
	return true, 0
}

func (v *visit) end(w *rewriting) {
	if w.ended {
		v.ended = true
	}
}

// ruled answers with the status of a rule: F, G, R=404.
func (v *visit) ruled(w *rewriting) int {
	v.status = 0 // mod_rewrite makes httpd forget the error on whose way to a document this is
	return v.refuse(w.status, w.at, "rewrite", "the rule answers %d", w.status)
}

// sendTo answers with a redirect to the URL that the rules gave.
func (v *visit) sendTo(w *rewriting, oargs string) int {
	u := v.filename
	if !w.plain {
		n := absolute(u)
		if i := strings.IndexByte(u[n:], '/'); i >= 0 {
			u = u[:n+i] + escapePath(u[n+i:])
		}
	}
	if v.hasArgs {
		if w.plain || v.args == oargs {
			u += "?" + v.args
		} else {
			u += "?" + escapePath(v.args)
		}
	}
	v.out.set("Location", u)
	v.status = 0 // as in ruled
	status := w.force
	if status == 0 {
		status = 302
	}
	v.step(w.at, "rewrite", conf.Refuses, "the client is sent elsewhere with %d", status)
	return status
}

const redirectHandler = "redirect-handler"

// rewriteFolder runs the rules of the folder or .htaccess in force, among the fixups.
func (v *visit) rewriteFolder() int {
	d := v.d.rewrite
	if d == nil || !d.engine.on() || d.folder == "" {
		return 0
	}
	if l := len(d.folder) - 1; len(v.filename) == l && d.folder[l] == '/' && v.filename == d.folder[:l] {
		return 0 // mod_dir adds the slash first
	}
	if v.ended {
		return 0
	}
	if !v.d.options.has("F") && !v.d.options.has("O") {
		return v.refuse(403, v.d.options.place, "rewrite", "Options FollowSymLinks or SymLinksIfOwnerMatch is off, which forbids RewriteRule here")
	}
	ofile, oargs := v.filename, v.args
	w := &rewriting{v: v, perdir: d.folder, folder: true}
	result := w.apply(d.rules)
	v.end(w)
	switch result {
	case answered:
		return v.ruled(w)
	case untouched:
		v.filename = ofile
		return 0
	}
	switch f := v.filename; {
	case strings.HasPrefix(f, "proxy:"):
		if v.raw = w.plain || w.passed; v.raw && v.hasArgs {
			v.filename += "?" + v.args
		}
		v.proxied, v.handler, v.handlerAt, v.passAt = true, "proxy-server", w.at, w.at
		return 0
	case absolute(f) > 0:
		if d.base != nil {
			v.filename = rebased(f, d)
		}
		return v.sendTo(w, oargs)
	}
	v.filename = strings.TrimPrefix(v.filename, "passthrough:")
	if !strings.HasPrefix(v.filename, "/") {
		return v.refuse(400, w.at, "rewrite", "the rule gives neither a path nor a URL")
	}
	if v.filename == ofile {
		return 0
	}
	f := v.filename
	if d.base != nil {
		f = substPrefix(f, d.folder, d.base.value)
	} else {
		f = substPrefix(f, v.srv.docRoot.or("/"), "")
	}
	if f == v.filename && v.ctxPrefix != "" && !d.options.ignoreContext {
		f = substPrefix(f, v.ctxRoot, v.ctxPrefix)
	}
	v.filename = "redirect:" + f
	v.handler, v.handlerAt = redirectHandler, w.at
	return 0
}

// rebased puts RewriteBase in the place of the folder in an absolute URL.
func rebased(u string, d *rewriteDir) string {
	n := absolute(u)
	i := strings.IndexByte(u[n:], '/')
	if i < 0 || n+i+1 >= len(u) {
		return u
	}
	p := u[n+i+1:]
	q := substPrefix(p, strings.TrimPrefix(d.folder, "/"), strings.TrimPrefix(d.base.value, "/"))
	return u[:n+i+1] + q
}

// substPrefix replaces the folder match in front of s by subst.
func substPrefix(s, match, subst string) string {
	m := strings.TrimSuffix(match, "/")
	rest, ok := strings.CutPrefix(s, m)
	if !ok || rest == "" || rest[0] != '/' {
		return s
	}
	return strings.TrimSuffix(subst, "/") + rest
}
