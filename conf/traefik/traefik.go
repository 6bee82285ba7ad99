// Package traefik reads Traefik's configuration (v2 and v3): the static and the dynamic file in YAML or TOML, and the labels of
// compose files. Routers, their rules and middlewares, and the services behind them become the common model.
//
// Source: doc.traefik.io/traefik, "Routing & Load Balancing" and "HTTP middlewares".
package traefik

import (
	"fmt"
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/tree"
)

// Program is the name under which the configuration is reported.
const Program = "Traefik"

type reader struct {
	src     conf.Source
	conf    *conf.Config
	users   conf.Users
	entries map[string]*entry
	order   []string // entry points
	routers []*router
	// middlewares and services by name@provider
	middlewares map[string]*tree.Node
	services    map[string]*tree.Node
	clientAuth  map[string]*tree.Node // TLS options that ask for client certificates
	labelled    map[string]string     // a docker provider's default service: the compose service that a label stands at
	static      bool
	files       *tree.Files
}

// entry is an entry point.
type entry struct {
	name        string
	at          conf.Place
	listen      conf.Listen
	middlewares []string
	redirect    *tree.Node
	insecure    bool     // every X-Forwarded-* of a client is believed
	trusted     []string // those of these networks are
	tls         bool
	isDefault   bool
}

// Read reads static and dynamic files, folders of dynamic files, and compose files. What a static file names under
// providers.file is read as well. The error is that of paths when none of them could be read.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	r := &reader{
		src: src, conf: &conf.Config{Program: Program}, users: conf.ReadUsers(src), entries: map[string]*entry{}, middlewares: map[string]*tree.Node{},
		services: map[string]*tree.Node{}, clientAuth: map[string]*tree.Node{}, labelled: map[string]string{},
	}
	r.files = &tree.Files{Src: src, Conf: r.conf, Endings: []string{".yml", ".yaml", ".toml"}, Below: true}
	if err := r.conf.ReadEach(paths, "Traefik's configuration", r.file); err != nil {
		return nil, err
	}
	r.scopes()
	r.conf.Tracer = &tracer{r}
	return r.conf, nil
}

// file reads a file or folder. What a static file names is read from there, each file once.
func (r *reader) file(name string) error { return r.files.Read(name, r.document) }

// document reads one document, whatever it is: its parts tell.
func (r *reader) document(file string, d *tree.Node) {
	if d.Get("entryPoints") != nil {
		r.static = true
		r.entryPoints(d.Get("entryPoints"))
	}
	if f := d.Get("providers", "file"); f != nil {
		for _, key := range []string{"filename", "directory"} {
			to := f.Get(key)
			if to.String() == "" {
				continue
			}
			err := r.file(to.Text)
			if err != nil && !path.IsAbs(to.Text) {
				err = r.file(path.Join(path.Dir(file), to.Text))
			}
			if err != nil {
				r.conf.Leave(to.Place, "%s %q cannot be read: %v", key, to.Text, err)
			}
		}
	}
	r.dynamic(d, "file")
	for _, s := range d.Get("services").Each() {
		r.compose(s)
	}
}

// dynamic takes routers, middlewares, services and TLS options out of d.
func (r *reader) dynamic(d *tree.Node, provider string) {
	for _, n := range d.Get("http", "routers").Each() {
		r.routers = append(r.routers, &router{Node: n, provider: provider})
	}
	for _, n := range d.Get("http", "middlewares").Each() {
		r.add(r.middlewares, "middleware", n, provider)
	}
	for _, n := range d.Get("http", "services").Each() {
		r.add(r.services, "service", n, provider)
	}
	for _, n := range d.Get("tls", "options").Each() {
		if a := n.Get("clientAuth"); a != nil {
			r.clientAuth[n.Key] = a
		}
	}
}

func (r *reader) add(to map[string]*tree.Node, what string, n *tree.Node, provider string) {
	key := n.Key + "@" + provider
	if old := to[key]; old != nil && old.File != n.File {
		r.conf.Leave(n.Place, "the %s %q is defined in %s as well: Traefik takes neither", what, n.Key, old.Place)
	}
	to[key] = n
}

// find resolves a name that a router or a chain uses: without an @ it is of the same provider.
func find(in map[string]*tree.Node, name, provider string) *tree.Node {
	if !strings.Contains(name, "@") {
		name += "@" + provider
	}
	if n := in[name]; n != nil {
		return n
	}
	for k, n := range in {
		if strings.EqualFold(k, name) {
			return n
		}
	}
	return nil
}

func (r *reader) entryPoints(n *tree.Node) {
	for _, e := range n.Each() {
		out := &entry{name: e.Key, at: e.Place, middlewares: e.Get("http", "middlewares").Strings(), redirect: e.Get("http", "redirections", "entryPoint"),
			insecure: e.Get("forwardedHeaders", "insecure").Bool(), trusted: e.Get("forwardedHeaders", "trustedIPs").Strings(),
			tls: e.Get("http", "tls") != nil, isDefault: e.Get("asDefault").Bool()}
		out.listen = listenOf(e.Get("address"))
		out.listen.TLS = out.tls
		if _, again := r.entries[e.Key]; !again {
			r.order = append(r.order, e.Key)
		}
		r.entries[e.Key] = out
	}
}

func listenOf(n *tree.Node) conf.Listen {
	l := conf.Listen{Place: n.At()}
	address, _, _ := strings.Cut(n.String(), "/")
	if i := strings.LastIndexByte(address, ':'); i >= 0 {
		l.Address = strings.Trim(address[:i], "[]")
		fmt.Sscanf(address[i+1:], "%d", &l.Port)
	}
	return l
}
