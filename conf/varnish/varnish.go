// Package varnish reads VCL: what a request's header fields go through on their way to the backend, which requests are refused,
// which are passed, and what is kept. Behind the user's subs stand the built-in ones, with their rule that a request with
// Authorization is passed and never answered from the cache.
//
// Source: varnish-cache.org/docs, "VCL" and builtin.vcl of Varnish 7; what Varnish 7.1 does was measured.
package varnish

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/exchange"
)

// Program is the name under which the configuration is reported.
const Program = "Varnish"

type reader struct {
	src      conf.Source
	conf     *conf.Config
	subs     map[string][]*statement
	acls     map[string]*acl
	backends []*backend
	includes int
}

type acl struct{ entries []aclEntry }

type aclEntry struct {
	text string
	not  bool
}

type backend struct {
	conf.Place
	name, host, port string
}

func (b *backend) address() string {
	if b.port == "" {
		return b.host
	}
	return b.host + ":" + b.port
}

// Read reads VCL files. The error is that of paths when none of them could be read.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	r := &reader{src: src, conf: &conf.Config{Program: Program, Worker: "vcache"}, subs: map[string][]*statement{}, acls: map[string]*acl{}}
	if err := r.conf.ReadEach(paths, "VCL", r.parse); err != nil {
		return nil, err
	}
	r.scope()
	r.conf.Tracer = &tracer{r}
	return r.conf, nil
}

func (r *reader) parse(name string) error {
	b, err := r.src.ReadFile(name)
	if err != nil {
		return err
	}
	r.conf.Files = append(r.conf.Files, name)
	p := &parser{r: r, file: name, s: string(b), t: lex(string(b))}
	p.top()
	return nil
}

// scope makes the one place that VCL has: what its subs do under a condition is said to be unsure.
func (r *reader) scope() {
	s := &conf.Scope{Sample: "/", Satisfy: conf.SatisfyAll, Server: conf.Server{Default: true, Listen: []conf.Listen{{Port: 80}}}}
	if len(r.conf.Files) > 0 {
		s.Place = conf.Place{File: r.conf.Files[0], Line: 1}
	}
	s.Pass = &conf.Pass{Way: conf.HTTPProxy, Authorization: conf.Fate{Now: conf.Kept}, Host: conf.Fate{Now: conf.Kept}, Proto: conf.Fate{Now: conf.Kept}}
	if len(r.backends) > 0 {
		s.Pass.Place, s.Pass.To = r.backends[0].Place, r.backends[0].address()
	}
	for _, sub := range []string{"vcl_recv", "vcl_backend_fetch"} {
		r.walk(r.subs[sub], "", 0, func(x *statement, when string) { r.note(s, x, when) })
	}
	r.walk(r.subs["vcl_deliver"], "", 0, func(x *statement, when string) {
		if name, ok := strings.CutPrefix(x.target, "resp.http."); ok && (x.do == "set" || x.do == "unset") {
			f := conf.Field{Place: x.Place, Name: name, When: when}
			if x.value != nil && x.value.op == "str" {
				f.Value = exchange.ResponseField(name, x.value.text).Value.String()
			}
			s.Adds = append(s.Adds, f)
		}
	})
	r.cache(s)
	r.conf.Scopes = []*conf.Scope{s}
}

// walk visits every statement with the condition under which it is reached, called subs included.
func (r *reader) walk(all []*statement, when string, depth int, visit func(*statement, string)) {
	if depth > maxDepth {
		return
	}
	for _, x := range all {
		visit(x, when)
		switch x.do {
		case "if":
			r.walk(x.body, joinWhen(when, x.text), depth+1, visit)
			r.walk(x.other, joinWhen(when, "else of "+x.text), depth+1, visit)
			if x.body != nil && returns(x.body) {
				when = joinWhen(when, "not "+x.text) // what follows is reached by the others only
			}
		case "call":
			r.walk(r.subs[x.target], when, depth+8, visit)
		case "return":
			return
		}
	}
}

func returns(all []*statement) bool {
	return len(all) > 0 && all[len(all)-1].do == "return"
}

func joinWhen(a, b string) string {
	if a == "" {
		return b
	}
	return a + " and " + b
}

// note adds what a statement means for the scope.
func (r *reader) note(s *conf.Scope, x *statement, when string) {
	name := ""
	for _, prefix := range []string{"req.http.", "bereq.http."} {
		if n, ok := strings.CutPrefix(x.target, prefix); ok {
			name = n
		}
	}
	switch {
	case x.do == "return" && x.target == "synth":
		status := 0
		if len(x.args) > 0 && x.args[0].op == "num" {
			_, _ = fmt.Sscanf(x.args[0].text, "%d", &status)
		}
		switch {
		case status == 401:
			s.Auth = append(s.Auth, conf.Auth{Place: x.Place, Scheme: conf.External, When: when, Open: []string{"who is let in is decided by the condition in the VCL"}})
		case status >= 400:
			s.Rules = append(s.Rules, conf.Rule{Place: x.Place, What: when, All: when == ""})
		}
	case name != "" && (x.do == "set" || x.do == "unset"):
		f := conf.Field{Place: x.Place, Name: name, When: when}
		fate := conf.Fate{Place: x.Place, Now: conf.Dropped}
		if x.do == "set" {
			fate.Now = conf.Replaced
			f.Value = step.Close(x.text, name, x.value.literals(0)...)
			if x.value.op == "str" {
				f.Value = exchange.RequestField(name, x.value.text).Value.String()
			}
			fate.Value = f.Value
		}
		if when != "" {
			fate.Now = conf.Unsure
		}
		s.Pass.Set = append(s.Pass.Set, f)
		s.Pass.Becomes(name, fate)
	}
}

// cache says what is kept. Whether a request with Authorization is answered from it is found by following one.
func (r *reader) cache(s *conf.Scope) {
	c := &conf.Cache{Zone: "Varnish", Key: "req.url + req.http.host", Statuses: map[string]string{}}
	r.walk(r.subs["vcl_hash"], "", 0, func(x *statement, when string) {
		if x.do == "" && strings.HasPrefix(x.text, "hash_data") {
			c.Key += " + " + strings.Trim(strings.TrimPrefix(x.text, "hash_data"), "(); ")
			c.Place = x.Place
		}
	})
	r.walk(r.subs["vcl_backend_response"], "", 0, func(x *statement, when string) {
		switch {
		case x.do == "set" && x.target == "beresp.ttl" && x.value.op == "num":
			which := "any"
			if i := strings.Index(when, "beresp.status == "); i >= 0 && len(when) >= i+20 {
				which = when[i+17 : i+20]
			} else if when != "" {
				which = "any " + when
			}
			c.Statuses[which] = x.value.text
			c.Place = x.Place
		case x.do == "set" && x.target == "beresp.uncacheable", x.do == "return" && x.target == "pass":
			c.NoStore = append(c.NoStore, when)
		case x.do == "unset" && strings.HasPrefix(x.target, "beresp.http."):
			c.Ignores = append(c.Ignores, strings.TrimPrefix(x.target, "beresp.http."))
		}
	})
	for _, field := range []string{"Authorization", "Cookie"} {
		req := conf.Request{Client: netip.AddrFrom4([4]byte{192, 0, 2, 1})}
		req.Method, req.Proto = "GET", "HTTP/1.1"
		req.Header = exchange.Header{exchange.RequestField("Host", "site.example"), exchange.RequestField(field, "why401-unknown-value")}
		m := &machine{reader: r, Request: req, rec: step.Begin(req), url: "/"}
		switch action, at := m.receive(); {
		case len(m.rec.Open) > 0:
		case action == "pass":
			c.Bypass = append(c.Bypass, "req.http."+field)
		case action == "hash":
			c.Ignores = append(c.Ignores, "request "+field)
			if !c.Place.Known() {
				c.Place = at
			}
		}
	}
	s.Cache = c
}

func prefixOf(s string) (netip.Prefix, bool) {
	s = strings.ReplaceAll(s, `"`, "")
	return conf.ParsePrefix(s)
}
