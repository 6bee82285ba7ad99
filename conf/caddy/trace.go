package caddy

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

type tracer struct{ r *reader }

// Trace follows r: the site by port and host, then its routes.
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	rec := step.Begin(r)
	port := r.Port
	if port == 0 {
		port, _ = strconv.Atoi(r.URL.Port)
	}
	s := t.site(rec, step.HostOf(r.Request), port)
	if s == nil {
		return rec.End()
	}
	w := &walk{tracer: t, rec: rec, site: s, v: &view{Request: r, method: r.Method, path: step.PathOf(r.Request), query: r.URL.RawQuery(), header: rec.Header}}
	if !w.routes(s.routes) {
		rec.Step(s.Place, "site", conf.Sends, "nothing in the site answers: an empty 200")
		rec.Status = 200
	}
	return rec.End()
}

// site picks the site: the exact host, then one with a star, then one without a host.
func (t *tracer) site(rec *step.Recorder, host string, port int) *site {
	var best *site
	rank := -1
	listens, tls := false, false
	for _, s := range t.r.sites {
		for _, a := range s.addresses {
			if a.open {
				rec.Unclear(s.Place, "site", "an environment variable stands in the address")
				continue
			}
			if a.port != port {
				tls = tls || a.host == host && a.scheme == "https" && a.port != port
				continue
			}
			listens = true
			have := -1
			switch {
			case a.host == host:
				have = 2
			case strings.Contains(a.host, "*") && hostFits(a.host, host):
				have = 1
			case a.host == "":
				have = 0
			}
			if have > rank {
				best, rank = s, have
			}
		}
	}
	off := t.r.options["auto_https"] != nil && t.r.options["auto_https"].word(1) == "off"
	switch {
	case best != nil:
		rec.Step(best.Place, "site", conf.Chooses, "the site of %s", host)
	case tls && port == t.r.port("http_port", 80) && !off:
		rec.Step(conf.Place{}, "site", conf.Sends, "automatic HTTPS redirects http to https")
		rec.Status, rec.Location = 308, "https://"+host+"/"
	case listens:
		rec.Step(conf.Place{}, "site", conf.Sends, "no site has this host: an empty 200")
		rec.Status = 200
	default:
		rec.Unclear(conf.Place{}, "site", "no site listens on the request's port")
	}
	return best
}

type walk struct {
	*tracer
	rec     *step.Recorder
	site    *site
	v       *view
	requery bool // a rewrite has set the query
}

// routes runs a list of routes; true when one of its handlers has answered.
func (w *walk) routes(all []*route) bool {
	taken := map[int]bool{}
	for _, ro := range all {
		if ro.group != 0 && taken[ro.group] {
			continue
		}
		switch w.v.holds(ro.sets) {
		case step.No:
			continue
		case step.Open:
			if ro.matters() {
				w.rec.Unclear(ro.Place, "route", "whether %s holds cannot be known: %s", setsText(ro.sets), w.v.open)
			}
			continue
		}
		taken[ro.group] = true
		for _, h := range ro.handlers {
			if w.handler(h) {
				return true
			}
		}
		if ro.terminal {
			return false
		}
	}
	return false
}

// matters reports a route that can change who is let in or what is passed on.
func (ro *route) matters() bool {
	for _, h := range ro.handlers {
		if !silent[h.kind] && (h.kind != "headers" || !h.ops.empty()) {
			return true
		}
	}
	return false
}

// handler runs one handler; true when it has answered.
func (w *walk) handler(h *handler) bool {
	switch h.kind {
	case "subroute":
		return w.routes(h.routes)
	case "authentication":
		return w.basic(h)
	case "headers":
		if h.ops != nil {
			w.ops(h.ops)
		}
	case "rewrite":
		w.rewrite(h)
	case "static_response", "abort":
		w.fixed(h)
		return true
	case "error":
		w.fail(h, h.status, "an error is raised")
		return true
	case "forward_auth":
		w.rec.Unclear(h.Place, "forward_auth", "%s decides", strings.Join(h.upstreams, " ")+h.ask)
		for _, c := range h.copied {
			if w.rec.Header().Has(c) {
				w.rec.Unclear(h.Place, "forward_auth", "%s may be replaced by that of the answer", c)
			}
		}
	case "reverse_proxy":
		w.proxy(h)
		return true
	case "php_fastcgi":
		w.rec.Unclear(h.Place, "php_fastcgi", "which file is run depends on the files that are there")
		w.proxy(h)
		return true
	case "file_server":
		w.rec.Step(h.Place, "file_server", conf.Sends, "a file is served")
		w.rec.Scope = w.scope(h)
		return true
	case "try_files", "authentication by a module", "metrics", "acme_server", "invoke":
		w.rec.Unclear(h.Place, h.kind, "what it does depends on more than the files")
	default:
		if !silent[h.kind] {
			w.rec.Unclear(h.Place, h.kind, "a handler that is not known here")
		}
	}
	return false
}

func (w *walk) scope(h *handler) *conf.Scope {
	for _, s := range w.r.conf.Scopes {
		if s.Place == h.Place && s.Server.Place == w.site.Place {
			return s
		}
	}
	return nil
}

func (w *walk) fixed(h *handler) {
	w.rec.Scope = w.scope(h)
	switch {
	case h.kind == "abort":
		w.rec.Refuse(h.Place, "abort", 0, "the connection is closed without an answer")
	case h.status >= 400:
		w.rec.Refuse(h.Place, "respond", h.status, "answered with %d", h.status)
	default:
		w.rec.Step(h.Place, "respond", conf.Sends, "answered with %d", h.status)
		w.rec.Status = h.status
		if h.location != "" {
			to, known := w.fill(h.location)
			if w.rec.Location = to.String(); !known {
				w.rec.Unclear(h.Place, "redir", "where it leads is made of what is not known here")
			}
		}
	}
}

// fail is an error: handle_errors may answer it in another way.
func (w *walk) fail(h *handler, status int, format string, args ...any) {
	w.rec.Refuse(h.Place, h.kind, status, format, args...)
	if len(w.site.errors) > 0 {
		w.rec.Unclear(w.site.errors[0].Place, "handle_errors", "the error may be answered in another way")
	}
}

func (w *walk) basic(h *handler) bool {
	refuse := func(why string) bool {
		w.fail(h, 401, "%s", why)
		w.rec.Challenges = []string{`Basic realm="` + h.realm + `"`}
		return true
	}
	login := step.BasicOf(w.rec.Header(), "Authorization")
	if login.Is != "" {
		return refuse(login.Is)
	}
	a, ok := step.Find(h.accounts, login.Pair.User)
	if !ok {
		return refuse("the user is not among those of basic_auth")
	}
	// Caddy verifies bcrypt, and argon2id since 2.10.
	switch w.rec.Fits(a, login.Pair.Password, func(k htpasswd.Kind) bool {
		return k != htpasswd.Bcrypt && k != htpasswd.Argon2 && k != htpasswd.Scrypt
	}) {
	case step.No:
		return refuse("the password is not the one of the user")
	case step.Open:
		w.rec.Unclear(h.Place, "basic_auth", "the user's password is hashed in a way that is not verified here")
	default:
		w.rec.Step(h.Place, "basic_auth", conf.LetsBy, "the login is right")
	}
	return false
}

func (w *walk) rewrite(h *handler) {
	if h.method != "" {
		w.v.method = strings.ToUpper(h.method)
	}
	if h.strip != "" {
		// Caddy cleans the path before it looks for the prefix, also when it does not find it.
		w.v.path = cleaned(w.v.path)
		if rest, ok := cutPrefixFold(w.v.path, h.strip); ok {
			w.v.path = "/" + strings.TrimPrefix(rest, "/")
			w.rec.Step(h.Place, "rewrite", conf.Changes, "the path is %s from here on", w.v.path)
		}
	}
	if h.uri == "" {
		return
	}
	to, known := w.fill(h.uri)
	if !known || to.Closed() {
		w.rec.Unclear(h.Place, "rewrite", "the new path is made of what is not known here")
		return
	}
	p, query, has := strings.Cut(to.String(), "?")
	if p != "" {
		w.v.path = p
	}
	if has {
		w.v.query, w.requery = secret.Public(query), true
	}
	w.rec.Step(h.Place, "rewrite", conf.Changes, "the path is %s from here on", w.v.path)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// ops changes the header: everything deleted first, then add, set, delete, replace, as Caddy does.
func (w *walk) ops(o *headerOps) {
	for _, f := range o.add {
		v, known := w.fill(f.Value)
		w.change(f, known, "added")
		w.rec.AppendText(f.Name, v)
	}
	for _, f := range o.set {
		v, known := w.fill(f.Value)
		w.change(f, known, "written")
		w.rec.SetText(f.Name, v)
	}
	for _, f := range o.del {
		w.drop(f)
	}
	for _, f := range o.replace {
		if w.rec.Header().Has(f.Name) {
			w.rec.Unclear(f.Place, "header", "%s is rewritten by a pattern", f.Name)
		}
	}
}

func (w *walk) change(f conf.Field, known bool, how string) {
	w.rec.Step(f.Place, "header", conf.Changes, "%s is %s", f.Name, how)
	if !known {
		w.rec.Unclear(f.Place, "header", "the value of %s is made of what is not known here", f.Name)
	}
}

func (w *walk) drop(f conf.Field) {
	name := strings.ToLower(f.Name)
	dropped := false
	w.rec.Keep(func(x exchange.Field) bool {
		n := strings.ToLower(x.Name)
		hit := n == name || name == "*"
		switch {
		case strings.HasPrefix(name, "*") && strings.HasSuffix(name, "*") && len(name) > 1:
			hit = strings.Contains(n, name[1:len(name)-1])
		case strings.HasPrefix(name, "*"):
			hit = strings.HasSuffix(n, name[1:])
		case strings.HasSuffix(name, "*"):
			hit = strings.HasPrefix(n, name[:len(name)-1])
		}
		dropped = dropped || hit
		return !hit
	})
	if dropped {
		w.rec.Step(f.Place, "header", conf.Drops, "%s is taken out", f.Name)
	}
}
