package haproxy

import (
	"net"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

// proxy is a frontend, a backend, or both (listen).
type proxy struct {
	*section
	mode    string // "http", "tcp"
	acls    acls
	request []rule
	legacy  []rule // redirect lines, which are tried after http-request
	after   []rule // http-response and http-after-response
	routes  []route
	binds   []bind
	servers []line
	forward *line  // option forwardfor
	monitor string // monitor-uri
	errors  map[int]conf.Place
}

// rule is one http-request or http-response line.
type rule struct {
	conf.Place
	set  string // "http-request", "http-response", "http-after-response", "redirect"
	do   string // "auth", "deny", "set-header"
	args []string
	when *condition
	acls acls // those that its condition may name
	env  bool
}

// route is a use_backend or default_backend line.
type route struct {
	conf.Place
	to   string
	when *condition
	env  bool
}

type bind struct {
	conf.Listen
	env bool
}

// userlist is a list of users.
type userlist struct {
	conf.Place
	name  string
	users []step.Account
	file  htpasswd.File
}

// read makes proxies and user lists of the sections.
func (f *file) read() {
	for _, s := range f.sections {
		switch s.kind {
		case "userlist":
			f.userlist(s)
		case "global":
			for _, l := range s.lines {
				if l.word(0) == "user" {
					f.conf.Worker = l.word(1)
				}
			}
		}
	}
	for _, s := range f.sections {
		if s.kind == "frontend" || s.kind == "backend" || s.kind == "listen" {
			f.proxies = append(f.proxies, f.proxy(s))
		}
	}
	f.scopes()
}

func (f *file) userlist(s *section) {
	u := &userlist{Place: s.at, name: s.name}
	groups := map[string][]string{} // by user
	for _, l := range s.lines {
		if l.word(0) == "group" && l.word(2) == "users" {
			for _, n := range strings.Split(l.word(3), ",") {
				groups[n] = append(groups[n], l.word(1))
			}
		}
	}
	for _, l := range s.lines {
		if l.word(0) != "user" {
			continue
		}
		a := step.Account{Name: secret.Public(l.word(1)), Groups: groups[l.word(1)]}
		e := htpasswd.Line{User: a.Name, Kind: htpasswd.Unknown}
		for i := 2; i+1 < len(l.words); i += 2 {
			switch l.words[i] {
			case "insecure-password":
				a.Plain, a.Hash = true, secret.New(l.words[i+1])
				e.Hash, e.Kind = a.Hash, htpasswd.Marked
			case "password":
				// The manual wants a hash of crypt(3) here; a password in plain text is taken for one without a word.
				a.Hash = secret.New(l.words[i+1])
				if p := htpasswd.Parse("x:" + l.words[i+1] + "\n"); len(p.Lines) == 1 {
					e = p.Lines[0]
					e.User = a.Name
				}
			case "groups":
				a.Groups = append(a.Groups, strings.Split(l.words[i+1], ",")...)
			}
		}
		e.N = l.Line
		u.users = append(u.users, a)
		u.file.Lines = append(u.file.Lines, e)
	}
	f.lists[s.name] = u
}

// known are the actions of http-request that answer by themselves, and those that change nothing about access.
var harmless = strings.Fields(`set-var set-var-fmt unset-var capture set-log-level set-nice set-tos set-mark set-fc-tos set-fc-mark
	set-bc-tos set-bc-mark track-sc0 track-sc1 track-sc2 sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 sc-add-gpc
	set-priority-class set-priority-offset disable-l7-retry cache-use cache-store early-hint do-resolve add-acl del-acl set-map
	del-map wait-for-body wait-for-handshake set-timeout strict-mode set-bandwidth-limit do-log pause set-retries`)

func (f *file) proxy(s *section) *proxy {
	p := &proxy{section: s, mode: "tcp", acls: acls{}, errors: map[int]conf.Place{}}
	if l, ok := s.last("mode"); ok {
		p.mode = l.word(1)
	}
	if l, ok := s.last("option", "forwardfor"); ok {
		p.forward = &l
	}
	if l, ok := s.last("monitor-uri"); ok {
		p.monitor = l.word(1)
	}
	// A section's rules see its own ACLs, those of its defaults see the defaults'.
	if s.base != nil {
		base := acls{}
		f.lines(p, s.base.all(), base)
	}
	f.lines(p, s.lines, p.acls)
	return p
}

func (f *file) lines(p *proxy, lines []line, names acls) {
	for _, l := range lines {
		if l.word(0) == "acl" {
			names[l.word(1)] = append(names[l.word(1)], f.test(l, l.words[min(2, len(l.words)):]))
		}
	}
	for _, l := range lines {
		switch l.word(0) {
		case "http-request", "http-response", "http-after-response", "redirect", "block":
			f.rule(p, l, names)
		case "use_backend", "default_backend":
			_, c, ok := f.conditionAt(l, l.words)
			if !ok {
				f.conf.Break(l.Place, `expected "}": a brace of the condition is not closed`)
				continue
			}
			p.routes = append(p.routes, route{l.Place, l.word(1), c, l.env})
		case "bind":
			for _, a := range strings.Split(l.word(1), ",") {
				p.binds = append(p.binds, bind{listenOf(l, a), l.env})
			}
		case "server":
			p.servers = append(p.servers, l)
		case "errorfile", "http-error":
			for _, w := range l.words[1:] {
				if n, err := strconv.Atoi(w); err == nil {
					p.errors[n] = l.Place
				}
			}
		}
	}
}

func (f *file) rule(p *proxy, l line, names acls) {
	head, c, ok := f.conditionAt(l, l.words)
	if !ok {
		f.conf.Break(l.Place, `expected "}": a brace of the condition is not closed`)
		return
	}
	r := rule{Place: l.Place, set: l.words[0], when: c, acls: names, env: l.env}
	if r.set == "redirect" || r.set == "block" {
		r.do, r.args = r.set, head[1:]
		if r.set == "block" {
			r.do = "deny"
		}
		p.legacy = append(p.legacy, r)
		return
	}
	if len(head) < 2 {
		f.conf.Leave(l.Place, "the rule names no action")
		return
	}
	r.do, r.args = head[1], head[2:]
	if name, arg := call(r.do); arg != "" { // set-var(txn.x)
		r.do, r.args = name, append([]string{arg}, r.args...)
	}
	if r.set == "http-request" {
		p.request = append(p.request, r)
	} else {
		p.after = append(p.after, r)
	}
}

// listenOf reads the address of a bind line.
func listenOf(l line, address string) conf.Listen {
	out := conf.Listen{Place: l.Place}
	for _, prefix := range []string{"ipv4@", "ipv6@", "tcp@", "tcp4@", "tcp6@", "quic4@", "quic6@"} {
		address = strings.TrimPrefix(address, prefix)
	}
	if strings.HasPrefix(address, "/") || strings.HasPrefix(address, "unix@") || strings.HasPrefix(address, "abns@") {
		out.Address = "unix:" + strings.TrimPrefix(address, "unix@")
	} else if i := strings.LastIndexByte(address, ':'); i >= 0 {
		out.Address = strings.Trim(address[:i], "[]")
		out.Port, _ = strconv.Atoi(address[i+1:])
		if out.Address == "*" || net.ParseIP(out.Address).IsUnspecified() {
			out.Address = ""
		}
	}
	for _, w := range l.words[min(2, len(l.words)):] {
		out.TLS = out.TLS || w == "ssl"
	}
	return out
}

// arg is the word behind key among the rule's arguments, "" when key is not there.
func (r rule) arg(keys ...string) string {
	for i, a := range r.args {
		for _, k := range keys {
			if a == k && i+1 < len(r.args) {
				return r.args[i+1]
			}
		}
	}
	return ""
}

// status is the one that the rule names, or usual.
func (r rule) status(usual int, keys ...string) int {
	if n, err := strconv.Atoi(r.arg(keys...)); err == nil {
		return n
	}
	return usual
}

// conditionText is the condition as written, "" for none.
func (r rule) conditionText() string {
	if r.when == nil {
		return ""
	}
	return r.when.text
}
