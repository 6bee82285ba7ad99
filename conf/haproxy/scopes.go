package haproxy

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// scopes writes out every way from a frontend to a backend.
func (f *file) scopes() {
	for _, p := range f.proxies {
		if p.kind == "backend" {
			continue
		}
		for _, r := range p.ways() {
			f.conf.Scopes = append(f.conf.Scopes, f.scope(p, r))
		}
	}
}

// ways are the routes of p in the order in which they are tried: the default one is last wherever it stands, and a listen
// section without any leads to its own servers.
func (p *proxy) ways() []route {
	var out []route
	last := route{Place: p.at}
	if p.kind == "listen" {
		last.to = p.name
	}
	for _, r := range p.routes {
		if r.when == nil {
			last = r // the last unconditional one of default_backend wins; use_backend without a condition ends the list
			continue
		}
		out = append(out, r)
	}
	if last.to != "" || len(out) == 0 {
		out = append(out, last)
	}
	return out
}

func (f *file) find(name string) *proxy {
	for _, p := range f.proxies {
		if p.name == name && p.kind != "frontend" {
			return p
		}
	}
	return nil
}

func (f *file) scope(p *proxy, r route) *conf.Scope {
	s := &conf.Scope{Place: r.Place, Satisfy: conf.SatisfyAll, Server: conf.Server{Place: p.at}}
	for _, b := range p.binds {
		s.Server.Listen = append(s.Server.Listen, b.Listen)
	}
	s.Server.Names = hosts(p, r)
	if r.when != nil {
		s.Path = r.when.text
		s.Sample = samplePath(p, r)
	} else {
		s.Sample = "/"
	}
	to := f.find(r.to)
	s.Pass = &conf.Pass{Place: r.Place, Way: conf.HTTPProxy, To: r.to,
		Authorization: conf.Fate{Now: conf.Kept}, Host: conf.Fate{Now: conf.Kept}, Proto: conf.Fate{Now: conf.Kept}}
	rules := [][]rule{p.request}
	after := p.after
	if to != nil && to != p {
		rules = append(rules, to.request)
		after = append(append([]rule{}, after...), to.after...)
	}
	if to != nil {
		s.Pass.Place = to.at
		var names []string
		for _, l := range to.servers {
			names = append(names, l.word(2))
		}
		if len(names) > 0 {
			s.Pass.To = strings.Join(names, " ")
			s.Pass.Place = to.servers[0].Place
		}
	} else if r.to == "" || !strings.Contains(r.to, "%") {
		s.Pass = nil
		s.Answer = &conf.Answer{Place: r.Place, Status: 503}
	}
	for _, rs := range rules {
		for _, one := range rs {
			f.apply(s, one)
		}
	}
	for _, one := range after {
		switch one.do {
		case "set-header", "add-header":
			if len(one.args) > 1 {
				s.Adds = append(s.Adds, conf.Field{Place: one.Place, Name: one.args[0], Value: shown(one.args[0], one.args[1]), When: one.conditionText()})
			}
		case "del-header":
			if len(one.args) > 0 {
				s.Adds = append(s.Adds, conf.Field{Place: one.Place, Name: one.args[0], When: one.conditionText()})
			}
		}
	}
	for _, q := range []*proxy{p, to} {
		if q != nil && q.forward != nil && s.Pass != nil {
			s.Pass.Set = append(s.Pass.Set, conf.Field{Place: q.forward.Place, Name: forwardName(*q.forward), Value: "the client's address", When: q.forward.rest(2)})
			break
		}
	}
	return s
}

// shown is a value as it may be shown: a fixed one of a field that may hold a credential is closed.
func shown(name, value string) string {
	if strings.Contains(value, "%[") && !strings.Contains(value, "str(") {
		return value
	}
	return exchange.RequestField(name, value).Value.String()
}

// apply adds what one http-request rule means for a scope.
func (f *file) apply(s *conf.Scope, r rule) {
	switch r.do {
	case "auth":
		a := conf.Auth{Place: r.Place, Scheme: conf.Basic, Realm: r.arg("realm"), When: r.conditionText()}
		for _, t := range r.tests() {
			if t.fetch != "http_auth" && t.fetch != "http_auth_group" {
				continue
			}
			if t.fetch == "http_auth_group" {
				a.Require = append(a.Require, "group "+strings.Join(t.patterns, " "))
			}
			if l := f.lists[t.arg]; l != nil {
				users := l.file
				a.Files = append(a.Files, &conf.CredFile{Path: "userlist " + l.name, Place: l.Place, Kind: conf.Inline, Seen: &conf.Seen{Users: users}})
			} else {
				a.Open = append(a.Open, "no userlist is called "+t.arg)
			}
		}
		if len(a.Files) == 0 && len(a.Open) == 0 {
			a.Open = append(a.Open, "who is let in is decided by the condition of the rule alone")
		}
		s.Auth = append(s.Auth, a)
	case "deny", "tarpit", "reject", "silent-drop":
		s.Rules = append(s.Rules, denials(r)...)
	case "return":
		if r.when == nil && s.Answer == nil {
			s.Answer = &conf.Answer{Place: r.Place, Status: r.status(200, "status")}
		}
	case "redirect":
		if r.when == nil && s.Answer == nil {
			s.Answer = &conf.Answer{Place: r.Place, Status: r.status(302, "code"), To: r.arg("location", "prefix", "scheme")}
		}
	case "set-header", "add-header":
		if len(r.args) > 1 {
			f.writes(s, r, r.args[0], r.args[1])
		}
	case "replace-header", "replace-value":
		if len(r.args) > 2 {
			f.fate(s, r, r.args[0], conf.Fate{Place: r.Place, Now: conf.Unsure})
		}
	case "del-header":
		if len(r.args) > 0 && s.Pass != nil {
			s.Pass.Set = append(s.Pass.Set, conf.Field{Place: r.Place, Name: r.args[0], When: r.conditionText()})
			now := conf.Dropped
			if r.arg("-m") != "" {
				now = conf.Unsure
			}
			f.fate(s, r, r.args[0], conf.Fate{Place: r.Place, Now: now})
		}
	}
}

func (f *file) writes(s *conf.Scope, r rule, name, value string) {
	if s.Pass == nil {
		return
	}
	v := shown(name, value)
	s.Pass.Set = append(s.Pass.Set, conf.Field{Place: r.Place, Name: name, Value: v, When: r.conditionText()})
	f.fate(s, r, name, conf.Fate{Place: r.Place, Now: conf.Replaced, Value: v})
}

// fate notes what becomes of one of the fields that matter. A rule that holds for some requests only leaves it unsure.
func (f *file) fate(s *conf.Scope, r rule, name string, now conf.Fate) {
	if s.Pass == nil {
		return
	}
	if r.when != nil {
		now.Now = conf.Unsure
	}
	s.Pass.Becomes(name, now)
}

// tests are all criteria that the rule's condition names.
func (r rule) tests() []*test {
	var out []*test
	if r.when == nil {
		return nil
	}
	for _, and := range r.when.any {
		for _, t := range and {
			if t.test != nil {
				out = append(out, t.test)
			}
			out = append(out, r.acls[t.name]...)
		}
	}
	return out
}

// denials are the access rules that a deny line stands for: an address list when its condition is one, else the condition
// as written.
func denials(r rule) []conf.Rule {
	plain := []conf.Rule{{Place: r.Place, What: r.conditionText(), All: r.when == nil}}
	if r.when == nil {
		plain[0].What = "all"
		return plain
	}
	if len(r.when.any) != 1 || len(r.when.any[0]) != 1 {
		return plain
	}
	t := r.when.any[0][0]
	tests := r.acls[t.name]
	if t.test != nil {
		tests = []*test{t.test}
	}
	var out []conf.Rule
	allow := t.not != r.when.unless
	for _, one := range tests {
		if one.fetch != "src" || one.open != "" || len(one.convert) > 0 {
			return plain
		}
		for _, p := range one.patterns {
			prefix, ok := conf.ParsePrefix(p)
			if !ok {
				return plain
			}
			out = append(out, conf.Rule{Place: r.Place, Allow: allow, What: p, Prefix: prefix})
		}
	}
	if len(out) == 0 {
		return plain
	}
	if allow {
		out = append(out, conf.Rule{Place: r.Place, What: "all", All: true})
	}
	return out
}

// hosts are the names that the route's condition asks for.
func hosts(p *proxy, r route) []string {
	var out []string
	for _, t := range (rule{when: r.when, acls: p.acls}).tests() {
		if t.fetch == "req.hdr" && strings.EqualFold(t.arg, "host") && t.match == "str" {
			out = append(out, t.patterns...)
		}
	}
	return out
}

// samplePath is a path that the route's condition is content with, when it is a single plain one.
func samplePath(p *proxy, r route) string {
	if r.when.unless || len(r.when.any) == 0 {
		return ""
	}
	sample := ""
	for _, t := range r.when.any[0] {
		tests := p.acls[t.name]
		if t.test != nil {
			tests = []*test{t.test}
		}
		if t.not || len(tests) == 0 {
			return ""
		}
		one := tests[0]
		switch {
		case one.fetch == "path" && len(one.patterns) > 0 && (one.match == "str" || one.match == "beg"):
			sample = one.patterns[0]
		case one.fetch == "path" && one.match == "dir" && len(one.patterns) > 0:
			sample = "/" + strings.Trim(one.patterns[0], "/") + "/"
		case one.fetch == "req.hdr" && strings.EqualFold(one.arg, "host"):
		default:
			return ""
		}
	}
	if sample == "" {
		return "/"
	}
	return sample
}

// forwardName is the field that option forwardfor adds.
func forwardName(l line) string {
	for i, w := range l.words {
		if w == "header" && l.word(i+1) != "" {
			return l.word(i + 1)
		}
	}
	return "X-Forwarded-For"
}
