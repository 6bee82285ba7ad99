package varnish

import (
	"fmt"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

type tracer struct{ r *reader }

// machine runs subs on a request.
type machine struct {
	*reader
	conf.Request
	rec     *step.Recorder
	url     string
	backend string
	status  int // resp.status in vcl_synth
	resp    exchange.Header
	open    string
	depth   int
}

// Trace follows r: vcl_recv with the built-in one behind it, then vcl_synth, or the fetch.
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	m := &machine{reader: t.r, Request: r, rec: step.Begin(r), url: step.PathOf(r.Request)}
	if len(t.r.conf.Scopes) > 0 {
		m.rec.Scope = t.r.conf.Scopes[0]
	}
	// Varnish itself adds the client's address before vcl_recv.
	from := secret.Public(r.Client.Unmap().String())
	if have := m.rec.Header().Text("X-Forwarded-For"); !have.Empty() {
		from = secret.Join(have, secret.Public(", "), from)
	}
	m.rec.SetText("X-Forwarded-For", from)
	action, at := m.receive()
	switch action {
	case "pass", "hash", "pipe":
		m.fetch(action, at)
	case "synth":
		m.synth(at)
	default:
		m.rec.Unclear(at, "vcl_recv", "return (%s) is not followed here", action)
	}
	return m.rec.End()
}

// receive runs vcl_recv, the user's and then the built-in one.
func (m *machine) receive() (action string, at conf.Place) {
	if x := m.run(m.subs["vcl_recv"]); x != nil {
		return m.returned(x, "vcl_recv")
	}
	for _, sub := range []struct {
		name string
		rule func() string
	}{{"vcl_req_host", m.builtinHost}, {"vcl_req_method", m.builtinMethod}, {"vcl_req_authorization", m.builtinAuthorization}, {"vcl_req_cookie", m.builtinCookie}} {
		if x := m.run(m.subs[sub.name]); x != nil {
			return m.returned(x, sub.name)
		}
		if action := sub.rule(); action != "" {
			if action != "synth" {
				m.rec.Step(conf.Place{}, "builtin "+sub.name, conf.Chooses, "return (%s)", action)
			}
			return action, conf.Place{}
		}
	}
	m.rec.Step(conf.Place{}, "builtin vcl_recv", conf.Chooses, "return (hash): it may be answered from the cache")
	return "hash", conf.Place{}
}

func (m *machine) returned(x *statement, sub string) (string, conf.Place) {
	if x.target != "synth" {
		m.rec.Step(x.Place, sub, conf.Chooses, "%s", x.text)
		return x.target, x.Place
	}
	m.status = 0
	if len(x.args) > 0 {
		if v, ok := m.value(x.args[0]); ok {
			_, _ = fmt.Sscanf(v.String(), "%d", &m.status)
		}
	}
	if m.status == 0 {
		m.rec.Unclear(x.Place, sub, "the status of synth is not a number")
	}
	return "synth", x.Place
}

func (m *machine) builtinHost() string {
	if h := m.rec.Header().Text("Host"); !h.Empty() {
		m.rec.SetText("Host", h.Map(strings.ToLower))
		return ""
	}
	if m.Proto == "HTTP/1.0" {
		return ""
	}
	m.status = 400
	return "synth"
}

func (m *machine) builtinMethod() string {
	switch m.Method {
	case "GET", "HEAD":
		return ""
	case "PRI":
		m.status = 405
		return "synth"
	case "PUT", "POST", "TRACE", "OPTIONS", "DELETE", "PATCH":
		return "pass"
	}
	return "pipe"
}

func (m *machine) builtinAuthorization() string { return m.passWith("Authorization") }
func (m *machine) builtinCookie() string        { return m.passWith("Cookie") }

func (m *machine) passWith(field string) string {
	if m.rec.Header().Has(field) {
		return "pass"
	}
	return ""
}

func (m *machine) synth(at conf.Place) {
	m.rec.Refuse(at, "vcl_recv", m.status, "return (synth(%d))", m.status)
	if x := m.run(m.subs["vcl_synth"]); x != nil && x.target != "deliver" {
		m.rec.Unclear(x.Place, "vcl_synth", "return (%s) is not followed here", x.target)
	}
	m.rec.Status = m.status
	if m.status < 400 {
		m.rec.Refusing = nil
	}
	for _, v := range m.resp.Values("WWW-Authenticate") {
		m.rec.Challenges = append(m.rec.Challenges, v.String())
	}
	m.rec.Location = m.resp.Get("Location")
}

func (m *machine) fetch(action string, at conf.Place) {
	if action == "hash" && m.Method != "GET" {
		// What is fetched to be kept is fetched with GET, whatever the client asked for.
		m.Method = "GET"
		m.rec.Step(at, "fetch", conf.Changes, "the method becomes GET, because the answer is to be kept")
	}
	subs := map[string][]string{"pass": {"vcl_pass", "vcl_backend_fetch"}, "hash": {"vcl_hash", "vcl_miss", "vcl_backend_fetch"}, "pipe": {"vcl_pipe"}}
	for _, name := range subs[action] {
		x := m.run(m.subs[name])
		if x == nil {
			continue
		}
		switch x.target {
		case "fetch", "pass", "lookup", "pipe":
		case "synth":
			m.returned(x, name)
			m.synth(x.Place)
			return
		default:
			m.rec.Unclear(x.Place, name, "return (%s) is not followed here", x.target)
		}
	}
	if action == "hash" {
		for _, f := range []string{"If-Modified-Since", "If-None-Match", "If-Match", "If-Unmodified-Since", "Range"} {
			m.rec.Drop(f)
		}
	}
	to := &backend{}
	if len(m.backends) > 0 {
		to = m.backends[0]
	}
	for _, b := range m.backends {
		if b.name == m.backend || m.backend == "" && b.name == "default" {
			to = b
		}
	}
	req := m.Request.Request
	if m.url != step.PathOf(req) {
		req.Target = secret.Public(m.url)
	}
	m.rec.PassOn(to.Place, "backend", to.address(), req)
}

// run runs statements; it gives the return statement that ended them, nil when they ran to their end.
func (m *machine) run(all []*statement) *statement {
	if m.depth++; m.depth > maxDepth {
		m.depth--
		return nil
	}
	defer func() { m.depth-- }()
	for _, x := range all {
		switch x.do {
		case "return":
			return x
		case "call":
			if r := m.run(m.subs[x.target]); r != nil {
				return r
			}
		case "set":
			m.set(x)
		case "unset":
			m.unset(x)
		case "if":
			body := x.body
			switch m.truth(x.value) {
			case step.No:
				body = x.other
			case step.Open:
				m.rec.Unclear(x.Place, "if", "whether %s holds cannot be known: %s", x.text, m.open)
				continue
			}
			if r := m.run(body); r != nil {
				return r
			}
		default:
			m.other(x)
		}
	}
	return nil
}

// other are statements that are calls. Those that write logs and the like change nothing here.
func (m *machine) other(x *statement) {
	for _, known := range []string{"std.log", "std.syslog", "std.collect", "synthetic", "hash_data", "std.timestamp", "ban"} {
		if strings.HasPrefix(x.text, known) {
			return
		}
	}
	m.rec.Unclear(x.Place, "vcl", "%q is not followed here", x.target)
}

func (m *machine) set(x *statement) {
	v, known := m.value(x.value)
	if name, ok := headerOf(x.target, "req.http.", "bereq.http."); ok {
		if !known {
			m.rec.Unclear(x.Place, "set", "the value of %s is made of what is not known here", name)
		}
		m.rec.SetText(name, v)
		m.rec.Step(x.Place, "set", conf.Changes, "%s is written", name)
		return
	}
	if name, ok := headerOf(x.target, "resp.http."); ok {
		m.resp = m.resp.With(exchange.Field{Name: name, Value: secret.Public(v.String())})
		if !known {
			m.rec.Unclear(x.Place, "set", "the value of %s is made of what is not known here", name)
		}
		return
	}
	switch x.target {
	case "req.url", "bereq.url":
		if !known || v.Closed() {
			m.rec.Unclear(x.Place, "set", "the new URL is made of what is not known here")
			return
		}
		m.url = v.String()
		m.rec.Step(x.Place, "set", conf.Changes, "the URL is %s from here on", m.url)
	case "req.method", "bereq.method":
		m.Method = v.String()
	case "resp.status":
		_, _ = fmt.Sscanf(v.String(), "%d", &m.status)
	case "req.backend_hint", "bereq.backend":
		m.backend = v.String()
		if x.value.op != "name" {
			m.rec.Unclear(x.Place, "set", "which backend is asked depends on more than the request")
		} else {
			m.backend = x.value.text
		}
	}
}

func headerOf(target string, prefixes ...string) (string, bool) {
	for _, p := range prefixes {
		if n, ok := strings.CutPrefix(target, p); ok {
			return n, true
		}
	}
	return "", false
}

func (m *machine) unset(x *statement) {
	if name, ok := headerOf(x.target, "req.http.", "bereq.http."); ok {
		if m.rec.Drop(name) {
			m.rec.Step(x.Place, "unset", conf.Drops, "%s is taken out", name)
		}
	} else if name, ok := headerOf(x.target, "resp.http."); ok {
		m.resp = m.resp.Without(name)
	}
}
