package caddy

import (
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// scopes makes a scope of every place where a request can end: a proxy, a file server, a fixed answer.
func (r *reader) scopes() {
	for _, s := range r.sites {
		w := &walker{reader: r, site: s}
		w.routes(s.routes, frame{}, nil)
	}
}

// frame is what is in force on the way to a place.
type frame struct {
	path   string // as written
	sample string
	when   []string // conditions on the way that are not paths
}

// passed is a handler that a request meets before, with the conditions under which it does.
type passed struct {
	*handler
	sets []*set
}

type walker struct {
	*reader
	site *site
}

// routes visits a list of routes; before are the handlers that stand in front of it.
func (w *walker) routes(all []*route, f frame, before []*passed) {
	for _, ro := range all {
		here := f
		if p := ro.singlePath(); p != "" {
			here.path, here.sample = p, samplePath(p)
		} else if len(ro.sets) > 0 {
			here.when = append(slices.Clone(f.when), setsText(ro.sets))
			if p := anyPath(ro.sets); p != "" {
				here.path, here.sample = p, samplePath(p)
			}
		}
		mine := before
		for _, h := range ro.handlers {
			switch {
			case h.kind == "subroute":
				w.routes(h.routes, here, mine)
			case h.ends():
				w.leaf(h, here, mine)
			}
			mine = append(slices.Clip(mine), &passed{h, ro.sets})
		}
		// A route of a group that was taken keeps the others out; its handlers do not come before theirs.
		if ro.group == 0 && !ro.terminal {
			before = append(slices.Clip(before), mine[len(before):]...)
		}
	}
}

func (h *handler) ends() bool {
	switch h.kind {
	case "reverse_proxy", "php_fastcgi", "file_server", "static_response", "abort", "error":
		return true
	}
	return false
}

// samplePath is a path that a pattern matches; "" when none can be made.
func samplePath(p string) string {
	switch strings.Count(p, "*") {
	case 0:
		return p
	case 1:
		if strings.HasSuffix(p, "*") {
			return strings.TrimSuffix(p, "*")
		}
		if strings.HasPrefix(p, "*") {
			return "/x" + p[1:]
		}
	}
	return ""
}

func anyPath(sets []*set) string {
	for _, s := range sets {
		for _, m := range s.all {
			if m.kind == "path" && len(m.values) > 0 {
				return m.values[0]
			}
		}
	}
	return ""
}

func setsText(sets []*set) string {
	var out []string
	for _, s := range sets {
		out = append(out, s.text())
	}
	return strings.Join(out, " or ")
}

// leaf makes the scope.
func (w *walker) leaf(h *handler, f frame, before []*passed) {
	s := &conf.Scope{Place: h.Place, Path: f.path, Sample: f.sample, Satisfy: conf.SatisfyAll, Server: conf.Server{Place: w.site.Place}}
	for _, a := range w.site.addresses {
		if a.host != "" {
			s.Server.Names = append(s.Server.Names, a.host)
		}
		s.Server.Listen = append(s.Server.Listen, conf.Listen{Place: w.site.Place, Port: a.port, TLS: a.scheme == "https"})
	}
	s.Server.Default = len(s.Server.Names) == 0
	if s.Path == "" && s.Sample == "" {
		s.Sample = "/"
	}
	if len(f.when) > 0 {
		s.Path = strings.TrimSpace(s.Path + " " + strings.Join(f.when, " and "))
	}
	switch h.kind {
	case "reverse_proxy", "php_fastcgi":
		s.Pass = passOf(h)
	case "static_response", "abort", "error":
		s.Answer = &conf.Answer{Place: h.Place, Status: h.status, To: h.location}
	}
	for _, b := range before {
		w.meets(s, b)
	}
	if h.ops != nil && s.Pass != nil {
		w.fields(s, h.ops, "")
	}
	w.conf.Scopes = append(w.conf.Scopes, s)
}

func passOf(h *handler) *conf.Pass {
	p := &conf.Pass{Place: h.Place, Way: conf.HTTPProxy, To: strings.Join(h.upstreams, " "), Authorization: conf.Fate{Now: conf.Kept},
		Host: conf.Fate{Now: conf.Kept}, Proto: conf.Fate{Now: conf.Replaced, Value: "the scheme that Caddy was asked with"}}
	if h.fastcgi {
		p.Way = conf.FastCGI
	} else if h.tls {
		p.Host = conf.Fate{Place: h.Place, Now: conf.Unsure, Value: "kept by Caddy up to 2.10, replaced by the upstream's name since 2.11"}
	}
	return p
}

// applies says whether a request for the scope's sample meets a handler: yes, no, or under which condition.
func applies(s *conf.Scope, sets []*set) (is bool, when string) {
	if len(sets) == 0 {
		return true, ""
	}
	for _, one := range sets {
		fits, rest := true, []*matcher{}
		for _, m := range one.all {
			if m.kind != "path" || s.Sample == "" || m.open {
				rest = append(rest, m)
				continue
			}
			fits = fits && slices.ContainsFunc(m.values, func(p string) bool { return pathFits(strings.ToLower(p), strings.ToLower(s.Sample)) })
		}
		if fits {
			if len(rest) == 0 {
				return true, ""
			}
			return true, (&set{all: rest}).text()
		}
	}
	return false, ""
}

// meets adds what a handler that comes before means for the scope.
func (w *walker) meets(s *conf.Scope, b *passed) {
	is, when := applies(s, b.sets)
	if !is {
		return
	}
	switch b.kind {
	case "authentication":
		s.Auth = append(s.Auth, conf.Auth{Place: b.Place, Scheme: conf.Basic, Realm: b.realm, When: when,
			Files: []*conf.CredFile{{Path: "basic_auth", Place: b.Place, Kind: conf.Inline, Seen: &conf.Seen{UID: -1, GID: -1, Users: b.users}}}})
	case "authentication by a module":
		s.Auth = append(s.Auth, conf.Auth{Place: b.Place, Scheme: conf.External, When: when})
	case "forward_auth":
		s.Auth = append(s.Auth, conf.Auth{Place: b.Place, Scheme: conf.Subrequest, Ask: strings.Join(b.upstreams, " ") + b.ask, When: when})
		for _, c := range b.copied {
			if s.Pass != nil {
				w.writes(s, conf.Field{Place: b.Place, Name: c, Value: "of the answer of forward_auth", When: when})
			}
		}
	case "headers":
		if b.ops != nil && s.Pass != nil {
			w.fields(s, b.ops, when)
		}
		if b.answer != nil {
			s.Adds = append(s.Adds, append(slices.Clone(b.answer.set), b.answer.add...)...)
			for _, d := range b.answer.del {
				s.Adds = append(s.Adds, conf.Field{Place: d.Place, Name: d.Name, When: when})
			}
		}
	case "static_response", "abort", "error":
		if b.status >= 400 || b.closes {
			s.Rules = append(s.Rules, denials(b, when)...)
		}
	}
}

// denials are the access rules that a fixed refusal stands for: addresses when its matcher is nothing else.
func denials(b *passed, when string) []conf.Rule {
	plain := []conf.Rule{{Place: b.Place, What: when, All: when == ""}}
	if len(b.sets) != 1 || len(b.sets[0].all) != 1 {
		return plain
	}
	m, allow := b.sets[0].all[0], false
	if m.kind == "not" && len(m.not) == 1 && len(m.not[0].all) == 1 {
		m, allow = m.not[0].all[0], true
	}
	if m.kind != "remote_ip" && m.kind != "client_ip" || m.open {
		return plain
	}
	var out []conf.Rule
	for _, v := range m.values {
		p, ok := conf.ParsePrefix(v)
		if !ok {
			return plain
		}
		out = append(out, conf.Rule{Place: b.Place, Allow: allow, What: v, Prefix: p})
	}
	if allow {
		out = append(out, conf.Rule{Place: b.Place, What: "all", All: true})
	}
	return out
}

func (w *walker) fields(s *conf.Scope, o *headerOps, when string) {
	for _, f := range append(slices.Clone(o.add), o.set...) {
		f.When = when
		w.writes(s, f)
	}
	for _, f := range o.del {
		f.Value, f.When = "", when
		w.writes(s, f)
	}
	for _, f := range o.replace {
		w.fate(s, f.Name, conf.Fate{Place: f.Place, Now: conf.Unsure})
	}
}

// writes notes a field that is written, or taken out when it has no value.
func (w *walker) writes(s *conf.Scope, f conf.Field) {
	now := conf.Fate{Place: f.Place, Now: conf.Replaced}
	if !strings.Contains(f.Value, "{") {
		f.Value = exchange.RequestField(f.Name, f.Value).Value.String()
	}
	now.Value = f.Value
	if f.Value == "" {
		now.Now = conf.Dropped
	} else if strings.Contains(f.Value, "{http.request.header."+f.Name+"}") || strings.EqualFold(f.Value, "{header."+f.Name+"}") ||
		f.Name == "Host" && (f.Value == "{host}" || f.Value == "{http.request.host}" || f.Value == "{hostport}" || f.Value == "{http.request.hostport}") {
		now.Now = conf.Kept
	}
	if f.When != "" {
		now.Now = conf.Unsure
	}
	s.Pass.Set = append(s.Pass.Set, f)
	w.fate(s, f.Name, now)
}

func (w *walker) fate(s *conf.Scope, name string, f conf.Fate) {
	hits := func(field string) bool {
		n := strings.ToLower(name)
		if star, ok := strings.CutSuffix(n, "*"); ok {
			return strings.HasPrefix(field, star)
		}
		if star, ok := strings.CutPrefix(n, "*"); ok {
			return strings.HasSuffix(field, star)
		}
		return n == field
	}
	if hits("authorization") {
		s.Pass.Authorization = f
	}
	if hits("host") {
		s.Pass.Host = f
	}
	if hits("x-forwarded-proto") {
		s.Pass.Proto = f
	}
}
