package traefik

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/conf/internal/tree"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
)

// router is a router on one entry point, with its parts looked up.
type router struct {
	*tree.Node
	provider string
	rule     *matcher
	priority int
	tls      bool
	entry    *entry // nil when no static file says what there is
	chain    []middleware
	service  *tree.Node
	scope    *conf.Scope
}

// middleware is one link of a router's chain, chains of chains unfolded.
type middleware struct {
	name string
	kind string // "basicauth", in lower case
	*tree.Node
	at       conf.Place // where it is defined
	accounts []step.Account
	open     string
}

// scopes makes a scope of every router, in the order in which Traefik tries them: by priority, which is the length of the
// rule when none is given.
func (r *reader) scopes() {
	var all []*router
	for _, ro := range r.routers {
		for _, e := range r.entriesOf(ro) {
			one := &router{Node: ro.Node, provider: ro.provider, entry: e}
			r.resolve(one)
			all = append(all, one)
		}
	}
	r.routers = all
	slices.SortStableFunc(r.routers, func(a, b *router) int { return cmp.Compare(b.priority, a.priority) })
	for _, name := range r.order {
		if e := r.entries[name]; e.redirect != nil {
			r.conf.Scopes = append(r.conf.Scopes, r.redirection(e))
		}
	}
	for _, ro := range r.routers {
		ro.scope = r.scope(ro)
		r.conf.Scopes = append(r.conf.Scopes, ro.scope)
	}
}

func (r *reader) resolve(ro *router) {
	rule := ro.Get("rule").String()
	if rule != "" {
		m, err := parseRule(rule)
		if err != nil {
			r.conf.Leave(ro.Get("rule").Place, "the rule of router %q cannot be read: %v", ro.Key, err)
		} else {
			ro.rule = m
		}
	}
	ro.priority = len(rule)
	if n, err := strconv.Atoi(ro.Get("priority").String()); err == nil && n != 0 {
		ro.priority = n
	}
	ro.tls = ro.Get("tls") != nil && ro.Get("tls").String() != "false"
	if ro.entry != nil {
		ro.tls = ro.tls || ro.entry.tls
		for _, name := range ro.entry.middlewares {
			r.link(ro, name, "file", ro.entry.at, 0)
		}
	}
	for _, name := range ro.Get("middlewares").Strings() {
		r.link(ro, name, ro.provider, ro.Get("middlewares").At(), 0)
	}
	if name := ro.Get("service").String(); name != "" {
		if ro.service = find(r.services, name, ro.provider); ro.service == nil && !strings.Contains(name, "@internal") && ro.provider == "file" {
			r.conf.Leave(ro.Get("service").At(), "router %q names the service %q, which is not in the files that were read", ro.Key, name)
		}
	}
}

// entriesOf are the entry points that a router is reached through: those that it names, else the default ones, else all. One
// that redirects everything never comes to a router.
func (r *reader) entriesOf(ro *router) []*entry {
	if !r.static {
		return []*entry{nil}
	}
	names := ro.Get("entryPoints").Strings()
	for _, n := range names {
		if r.entries[n] == nil {
			r.conf.Leave(ro.Get("entryPoints").At(), "router %q names the entry point %q, which does not exist", ro.Key, n)
		}
	}
	var out []*entry
	for _, n := range r.order {
		e := r.entries[n]
		if e.redirect == nil && (slices.Contains(names, n) || len(names) == 0 && (e.isDefault || !r.hasDefault())) {
			out = append(out, e)
		}
	}
	return out
}

func (r *reader) hasDefault() bool {
	return slices.ContainsFunc(r.order, func(n string) bool { return r.entries[n].isDefault })
}

func (r *reader) link(ro *router, name, provider string, at conf.Place, depth int) {
	n := find(r.middlewares, name, provider)
	if n == nil || depth > 16 {
		// Traefik itself answers 404 for a router whose middleware does not exist.
		r.conf.Leave(at, "router %q uses the middleware %q, which is not in the files that were read", ro.Key, name)
		ro.chain = append(ro.chain, middleware{name: name, kind: "missing", at: at, open: "it is not in the files that were read"})
		return
	}
	if _, p, ok := strings.Cut(name, "@"); ok {
		provider = p
	}
	for _, kind := range n.Each() {
		k := strings.ToLower(kind.Key)
		if k == "chain" {
			for _, next := range kind.Get("middlewares").Strings() {
				r.link(ro, next, provider, kind.Place, depth+1)
			}
			continue
		}
		ro.chain = append(ro.chain, middleware{name: name, kind: k, Node: kind, at: kind.Place})
	}
}

// redirection is an entry point that sends everybody to another one.
func (r *reader) redirection(e *entry) *conf.Scope {
	to := e.redirect.Get("to").String()
	status := 301
	if p := e.redirect.Get("permanent"); p != nil && !p.Bool() {
		status = 302
	}
	return &conf.Scope{Place: e.redirect.Place, Path: "entry point " + e.name, Sample: "/", Satisfy: conf.SatisfyAll,
		Server: conf.Server{Place: e.at, Listen: []conf.Listen{e.listen}}, Answer: &conf.Answer{Place: e.redirect.Place, Status: status, To: to}}
}

func (r *reader) scope(ro *router) *conf.Scope {
	s := &conf.Scope{Place: ro.Place, Path: written(ro.Get("rule").String()), Satisfy: conf.SatisfyAll, Server: conf.Server{Place: ro.Place}}
	if ro.entry != nil {
		s.Server.Place = ro.entry.at
		s.Server.Listen = append(s.Server.Listen, ro.entry.listen)
	}
	s.Path = ro.rule.closed(s.Path)
	s.Sample = "/"
	ro.rule.walk(func(m *matcher) {
		switch strings.ToLower(m.op) {
		case "host":
			s.Server.Names = append(s.Server.Names, m.args...)
		case "path", "pathprefix":
			if len(m.args) > 0 && s.Sample == "/" {
				s.Sample = m.args[0]
			}
		case "pathregexp", "header", "query", "clientip":
			s.Sample = ""
		}
	})
	s.Pass = &conf.Pass{Place: ro.Place, Way: conf.HTTPProxy, To: ro.Get("service").String(),
		Authorization: conf.Fate{Now: conf.Kept}, Host: conf.Fate{Now: conf.Kept}, Proto: conf.Fate{Now: conf.Replaced, Value: "the scheme that Traefik was asked with"}}
	if e := ro.entry; e != nil && (e.insecure || len(e.trusted) > 0) {
		s.Pass.Proto = conf.Fate{Place: e.at, Now: conf.Unsure}
	}
	if s.Pass.To == "" {
		s.Pass.To = r.labelled[strings.ToLower(ro.Key)]
	}
	if lb := ro.service.Get("loadBalancer"); lb != nil {
		s.Pass.Place = ro.service.Place
		var urls []string
		for _, server := range lb.Get("servers").Each() {
			urls = append(urls, server.Get("url").String())
		}
		if len(urls) > 0 && urls[0] != "" {
			s.Pass.To = written(strings.Join(urls, " "))
		}
		if h := lb.Get("passHostHeader"); h != nil && !h.Bool() {
			s.Pass.Host = conf.Fate{Place: h.Place, Now: conf.Replaced, Value: "the server's own name"}
		}
	}
	for i := range ro.chain {
		r.middleware(s, ro, &ro.chain[i])
	}
	return s
}

// middleware adds what one link means to the scope.
func (r *reader) middleware(s *conf.Scope, ro *router, m *middleware) {
	switch m.kind {
	case "basicauth", "digestauth":
		r.passwords(s, m)
	case "forwardauth":
		a := conf.Auth{Place: m.at, Scheme: conf.Subrequest, Ask: written(m.Get("address").String())}
		s.Auth = append(s.Auth, a)
		for _, h := range m.Get("authResponseHeaders").Strings() {
			s.Pass.Set = append(s.Pass.Set, conf.Field{Place: m.at, Name: h, Value: "of the answer of " + a.Ask, When: "when that answer has it"})
			if strings.EqualFold(h, "Authorization") {
				s.Pass.Authorization = conf.Fate{Place: m.at, Now: conf.Replaced, Value: "of the answer of " + a.Ask}
			}
		}
	case "headers":
		for _, h := range m.Get("customRequestHeaders").Each() {
			value := shown(h.Key, h.String())
			s.Pass.Set = append(s.Pass.Set, conf.Field{Place: h.Place, Name: h.Key, Value: value})
			f := conf.Fate{Place: h.Place, Now: conf.Replaced, Value: value}
			if h.String() == "" {
				f = conf.Fate{Place: h.Place, Now: conf.Dropped}
			}
			s.Pass.Becomes(h.Key, f)
		}
		for _, h := range m.Get("customResponseHeaders").Each() {
			s.Adds = append(s.Adds, conf.Field{Place: h.Place, Name: h.Key, Value: shown(h.Key, h.String())})
		}
	case "ipallowlist", "ipwhitelist":
		for _, a := range m.Get("sourceRange").Strings() {
			rule := conf.Rule{Place: m.at, Allow: true, What: written(a)}
			rule.Prefix, _ = conf.ParsePrefix(a)
			s.Rules = append(s.Rules, rule)
		}
		s.Rules = append(s.Rules, conf.Rule{Place: m.at, What: "all", All: true})
	case "redirectscheme":
		if s.Answer == nil && strings.EqualFold(m.Get("scheme").String(), "https") && !ro.tls {
			s.Answer = &conf.Answer{Place: m.at, Status: redirectStatus(m), To: "https"}
		}
	case "missing":
		if s.Answer == nil {
			s.Answer = &conf.Answer{Place: m.at, Status: 404}
		}
	}
}

func redirectStatus(m *middleware) int {
	if m.Get("permanent").Bool() {
		return 301
	}
	return 302
}

// passwords reads basicAuth and digestAuth.
func (r *reader) passwords(s *conf.Scope, m *middleware) {
	a := conf.Auth{Place: m.at, Scheme: conf.Basic, Realm: "traefik"}
	kind := conf.Htpasswd
	if m.kind == "digestauth" {
		a.Scheme, kind = conf.Digest, conf.Htdigest
	}
	if realm := m.Get("realm").String(); realm != "" {
		a.Realm = written(realm)
	}
	var file htpasswd.File
	users := m.Get("users")
	for i, u := range users.Strings() {
		at := users.At()
		if users.Kind == tree.List {
			at = users.Nodes[i].Place
		}
		if hasUnknown(u) {
			m.open = "a variable stands among the users, or a dollar sign that is not doubled as docker compose wants it"
		}
		for _, l := range htpasswd.Parse(strings.ReplaceAll(u, unknownPart, "") + "\n").Lines {
			l.N = at.Line
			file.Lines = append(file.Lines, l)
		}
	}
	if len(file.Lines) > 0 {
		a.Files = append(a.Files, &conf.CredFile{Path: "middleware " + m.name, Place: m.at, Kind: conf.Inline, Seen: &conf.Seen{Users: file}})
	}
	if f := m.Get("usersFile"); f.String() != "" {
		seen := conf.Look(r.src, f.Text, r.users, r.conf.Worker)
		a.Files = append(a.Files, &conf.CredFile{Path: f.Text, Place: f.Place, Kind: kind, Seen: seen})
		if seen.Missing || seen.Problem != "" {
			m.open = "the users' file " + f.Text + " was not read"
		}
		file.Lines = append(file.Lines, seen.Users.Lines...)
	}
	if m.open != "" {
		a.Open = append(a.Open, m.open)
	}
	for _, l := range file.Lines {
		m.accounts = append(m.accounts, step.Account{Name: l.User, Hash: l.Hash})
	}
	if m.Get("removeHeader").Bool() {
		s.Pass.Authorization = conf.Fate{Place: m.Get("removeHeader").At(), Now: conf.Dropped}
	}
	if h := m.Get("headerField").String(); h != "" {
		s.Pass.Set = append(s.Pass.Set, conf.Field{Place: m.at, Name: h, Value: "the user's name"})
	}
	s.Auth = append(s.Auth, a)
}

// shown is a value as it may be shown.
func shown(name, value string) string {
	if hasUnknown(value) {
		return written(value)
	}
	return exchange.RequestField(name, value).Value.String()
}
