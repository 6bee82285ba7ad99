// Package lighttpd reads lighttpd's configuration: settings, conditions and what is merged for a request, and of the modules
// mod_access, mod_auth, mod_setenv, mod_redirect, mod_proxy, mod_fastcgi and their like.
//
// Source: redmine.lighttpd.net, "Configuration" and the modules' pages; what lighttpd 1.4.69 does was measured.
package lighttpd

import (
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// Program is the name under which the configuration is reported.
const Program = "lighttpd"

type reader struct {
	src      conf.Source
	conf     *conf.Config
	top      string // includes are relative to the first file
	global   *block
	blocks   []*block // conditions, in the order of the file
	includes int
	users    conf.Users
	looked   map[string]*conf.Seen
	owner    map[*conf.Scope]*block
}

// Read reads files in the given order into one configuration. The error is that of paths when none of them could be read.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	r := &reader{src: src, conf: &conf.Config{Program: Program}, global: &block{set: map[string]*value{}}, users: conf.ReadUsers(src), looked: map[string]*conf.Seen{}, owner: map[*conf.Scope]*block{}}
	if err := r.conf.ReadEach(paths, "lighttpd's configuration", func(p string) error {
		r.top = p
		return r.parse(p, r.global, 0)
	}); err != nil {
		return nil, err
	}
	r.conf.Worker = r.global.set["server.username"].string()
	r.scopes()
	r.conf.Tracer = &tracer{r}
	return r.conf, nil
}

func (r *reader) parse(name string, into *block, depth int) error {
	b, err := r.src.ReadFile(name)
	if err != nil {
		return err
	}
	if !slices.Contains(r.conf.Files, name) {
		r.conf.Files = append(r.conf.Files, name)
	}
	p := &parser{r: r, file: name, s: string(b), line: 1}
	p.statements(into, depth)
	return nil
}

// modules are server.modules in order; those that lighttpd always has do not matter here.
func (r *reader) modules() []string {
	var out []string
	for _, e := range listOf(r.global.set["server.modules"]) {
		out = append(out, e.text)
	}
	return out
}

func listOf(v *value) []entry {
	if v == nil {
		return nil
	}
	return v.list
}

// settings are those in force somewhere.
type settings map[string]*value

// along are the settings of b with everything that it stands in.
func (b *block) along() settings {
	out := settings{}
	var chain []*block
	for x := b; x != nil; x = x.parent {
		chain = append(chain, x)
	}
	for _, x := range slices.Backward(chain) {
		for k, v := range x.set {
			out[k] = v
		}
	}
	return out
}

// scopes makes the places of every block: each path that auth.require, a proxy or a FastCGI server names, or all of it.
func (r *reader) scopes() {
	for _, b := range append([]*block{r.global}, r.blocks...) {
		if b != r.global && !b.matters() {
			continue
		}
		set := b.along()
		paths := []string{}
		for _, key := range []string{"auth.require", "proxy.server", "fastcgi.server", "scgi.server", "uwsgi.server", "ajp13.server"} {
			for _, e := range listOf(set[key]) {
				if !slices.Contains(paths, e.key) {
					paths = append(paths, e.key)
				}
			}
		}
		if len(paths) == 0 {
			paths = []string{""}
		}
		for _, p := range paths {
			s := r.scope(b, set, p)
			r.conf.Scopes, r.owner[s] = append(r.conf.Scopes, s), b
		}
	}
}

// matters reports a block that sets something about access.
func (b *block) matters() bool {
	for k := range b.set {
		for _, p := range []string{"auth.", "proxy.", "fastcgi.", "scgi.", "uwsgi.", "url.", "setenv.", "cgi.", "ajp13."} {
			if strings.HasPrefix(k, p) {
				return true
			}
		}
	}
	return false
}

func (r *reader) scope(b *block, set settings, p string) *conf.Scope {
	s := &conf.Scope{Place: b.Place, Path: strings.TrimSpace(b.text() + " " + p), Satisfy: conf.SatisfyAll, Server: conf.Server{Place: b.Place}}
	if b == r.global {
		s.Place = conf.Place{File: r.top, Line: 1}
	}
	s.Server.Listen = []conf.Listen{r.listen()}
	sample := p
	if !strings.HasPrefix(p, "/") {
		sample = "/"
		if p != "" {
			sample = "/x" + p // an extension
		}
	}
	for x := b; x != nil; x = x.parent {
		switch {
		case x.what == `HTTP["host"]`:
			if x.op == "==" {
				s.Server.Names = append(s.Server.Names, x.with.text)
			}
		case strings.HasPrefix(x.what, `HTTP["url"]`):
			if lit, ok := strings.CutPrefix(x.with.text, "^"); x.op == "=~" && ok && !strings.ContainsAny(lit, `()[]{}*+?|$\.`) {
				if !strings.HasPrefix(sample, lit) {
					sample = lit
				}
			} else if x.op == "==" || x.op == "=^" {
				sample = x.with.text
			} else {
				sample = ""
			}
		case x.what != "" && x.what != `HTTP["remoteip"]`:
			sample = ""
		}
	}
	s.Sample = sample
	if e, prefix := requirement(set, sample); e != nil {
		s.Auth = append(s.Auth, r.auth(set, e, prefix))
		s.Place = e.Place
	}
	for _, d := range listOf(set["url.access-deny"]) {
		if d.text == "" || strings.HasSuffix(sample, d.text) {
			s.Rules = append(s.Rules, r.denials(b, d)...)
		}
	}
	for key, way := range map[string]conf.Way{"proxy.server": conf.HTTPProxy, "fastcgi.server": conf.FastCGI, "scgi.server": conf.SCGI, "uwsgi.server": conf.UWSGI, "ajp13.server": conf.AJP} {
		if e := handlerFor(set[key], sample); e != nil {
			s.Pass = r.pass(set, e, way)
		}
	}
	for _, key := range []string{"setenv.add-response-header", "setenv.set-response-header"} {
		for _, e := range listOf(set[key]) {
			s.Adds = append(s.Adds, conf.Field{Place: e.Place, Name: e.key, Value: exchange.ResponseField(e.key, e.text).Value.String()})
		}
	}
	return s
}

func (r *reader) listen() conf.Listen {
	l := conf.Listen{Port: 80}
	if v := r.global.set["server.port"]; v != nil {
		l.Place = v.Place
		l.Port, _ = strconv.Atoi(v.text)
	}
	l.Address = r.global.set["server.bind"].string()
	l.TLS = r.global.set["ssl.engine"].string() == "enable"
	return l
}

// requirement is the element of auth.require that a path falls under: the first in the order of the file whose key it begins with.
func requirement(set settings, path string) (*value, string) {
	for _, e := range listOf(set["auth.require"]) {
		if strings.HasPrefix(path, e.key) {
			return &e.value, e.key
		}
	}
	return nil, ""
}

func (r *reader) auth(set settings, e *value, prefix string) conf.Auth {
	a := conf.Auth{Place: e.Place, Realm: e.get("realm").string()}
	kind := conf.Htpasswd
	switch e.get("method").string() {
	case "basic":
		a.Scheme = conf.Basic
	case "digest":
		a.Scheme = conf.Digest
		if words := e.get("algorithm").string(); words != "" {
			a.Algorithms = strings.Split(words, "|")
		}
	default:
		a.Scheme = conf.External
	}
	for _, w := range strings.Split(e.get("require").string(), "|") {
		if key, name, ok := strings.Cut(w, "="); ok {
			w = key + " " + name
		}
		a.Require = append(a.Require, w)
	}
	backend := set["auth.backend"].string()
	switch backend {
	case "htdigest":
		kind = conf.Htdigest
	case "htpasswd", "plain":
	case "":
		a.Open = append(a.Open, "no auth.backend is set")
		return a
	default:
		a.Open = append(a.Open, "the backend "+backend+" is not a file")
		return a
	}
	file := set["auth.backend."+backend+".userfile"]
	if file == nil || file.open {
		a.Open = append(a.Open, "the file of the backend "+backend+" is not named")
		return a
	}
	a.Files = append(a.Files, &conf.CredFile{Path: file.text, Place: file.Place, Kind: kind, Seen: r.look(file.text)})
	return a
}

func (r *reader) look(name string) *conf.Seen {
	if r.looked[name] == nil {
		r.looked[name] = conf.Look(r.src, name, r.users, r.conf.Worker)
	}
	return r.looked[name]
}

// denials are what url.access-deny means in a block for addresses.
func (r *reader) denials(b *block, d entry) []conf.Rule {
	if b.what == `HTTP["remoteip"]` && (b.op == "!=" || b.op == "==") {
		if p, ok := conf.ParsePrefix(b.with.text); ok {
			out := []conf.Rule{{Place: d.Place, Allow: b.op == "!=", What: b.with.text, Prefix: p}}
			if b.op == "!=" {
				out = append(out, conf.Rule{Place: d.Place, What: "all", All: true})
			}
			return out
		}
	}
	return []conf.Rule{{Place: d.Place, What: "url.access-deny " + strconv.Quote(d.text), All: d.text == ""}}
}

// handlerFor is the element of proxy.server and its like for a path: a prefix of it, or an ending.
func handlerFor(v *value, path string) *entry {
	if v == nil {
		return nil
	}
	for i, e := range v.list {
		if strings.HasPrefix(e.key, "/") && strings.HasPrefix(path, e.key) || !strings.HasPrefix(e.key, "/") && strings.HasSuffix(path, e.key) {
			return &v.list[i]
		}
	}
	return nil
}

// destinations are the addresses of such an element.
func destinations(e *entry) string {
	var out []string
	for _, one := range e.list {
		host, port := one.get("host").string(), one.get("port").string()
		if sock := one.get("socket").string(); sock != "" {
			host = "unix:" + sock
		}
		if port != "" {
			host += ":" + port
		}
		out = append(out, host)
	}
	return strings.Join(out, " ")
}

func (r *reader) pass(set settings, e *entry, way conf.Way) *conf.Pass {
	p := &conf.Pass{Place: e.Place, Way: way, To: destinations(e), Authorization: conf.Fate{Now: conf.Kept}, Host: conf.Fate{Now: conf.Kept},
		Proto: conf.Fate{Now: conf.Replaced, Value: "the scheme that lighttpd was asked with"}}
	if h := set["proxy.header"].get("map-host-request"); way == conf.HTTPProxy && h != nil {
		p.Host = conf.Fate{Place: h.Place, Now: conf.Unsure}
	}
	for _, key := range []string{"setenv.add-request-header", "setenv.set-request-header"} {
		for _, f := range listOf(set[key]) {
			v := exchange.RequestField(f.key, f.text).Value.String()
			p.Set = append(p.Set, conf.Field{Place: f.Place, Name: f.key, Value: v})
			now := conf.Fate{Place: f.Place, Now: conf.Replaced, Value: v}
			if f.text == "" {
				now.Now = conf.Dropped
			}
			p.Becomes(f.key, now)
		}
	}
	return p
}
