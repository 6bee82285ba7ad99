package caddy

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/tree"
)

// json reads Caddy's own form: apps.http.servers.*.routes.
func (r *reader) json(d *tree.Node) {
	servers := d.Get("apps", "http", "servers")
	if servers == nil {
		r.conf.Leave(d.Place, "no apps.http.servers: not the configuration of Caddy's web server")
	}
	for _, srv := range servers.Each() {
		var listen []address
		for _, l := range srv.Get("listen").Strings() {
			a := address{scheme: "https"}
			if i := strings.LastIndexByte(l, ':'); i >= 0 {
				a.port, _ = strconv.Atoi(l[i+1:])
			}
			if a.port == r.port("http_port", 80) || srv.Get("tls_connection_policies") == nil && (srv.Get("automatic_https", "disable").Bool() || a.port != 443) {
				a.scheme = "http"
			}
			listen = append(listen, a)
		}
		r.trusted = r.trusted || srv.Get("trusted_proxies") != nil
		errors := r.jsonRoutes(srv.Get("errors", "routes"), 0)
		var rest []*route
		for _, ro := range r.jsonRoutes(srv.Get("routes"), 0) {
			hosts := onlyHosts(ro)
			if len(hosts) == 0 || !ro.terminal {
				rest = append(rest, ro)
				continue
			}
			s := &site{Place: ro.Place, errors: errors}
			for _, a := range listen {
				for _, h := range hosts {
					a.host = h
					s.addresses = append(s.addresses, a)
				}
			}
			s.routes = []*route{{Place: ro.Place, handlers: ro.handlers}}
			r.sites = append(r.sites, s)
		}
		if len(rest) > 0 || len(srv.Get("routes").Each()) == 0 {
			// Routes for every host stand behind those of the sites, as Caddy orders them.
			r.sites = append(r.sites, &site{Place: srv.Place, addresses: listen, routes: rest, errors: errors})
		}
	}
}

// onlyHosts are the hosts of a route that asks for nothing else.
func onlyHosts(ro *route) []string {
	var out []string
	for _, s := range ro.sets {
		if len(s.all) != 1 || s.all[0].kind != "host" {
			return nil
		}
		out = append(out, s.all[0].values...)
	}
	return out
}

func (r *reader) jsonRoutes(n *tree.Node, depth int) []*route {
	var out []*route
	if depth > maxDepth {
		return nil
	}
	groups := map[string]int{}
	for _, x := range n.Each() {
		ro := &route{Place: x.Place, terminal: x.Get("terminal").Bool()}
		if g := x.Get("group").String(); g != "" {
			if groups[g] == 0 {
				r.groups++
				groups[g] = r.groups
			}
			ro.group = groups[g]
		}
		for _, m := range x.Get("match").Each() {
			ro.sets = append(ro.sets, jsonSet(m, depth))
		}
		for _, h := range x.Get("handle").Each() {
			ro.handlers = append(ro.handlers, r.jsonHandler(h, depth))
		}
		out = append(out, ro)
	}
	return out
}

func jsonSet(n *tree.Node, depth int) *set {
	s := &set{Place: n.Place}
	if depth > maxDepth {
		return s
	}
	for _, m := range n.Each() {
		x := &matcher{kind: m.Key, values: m.Strings()}
		switch m.Key {
		case "path", "host", "method", "protocol":
		case "remote_ip", "client_ip":
			x.values = m.Get("ranges").Strings()
			x.open = m.Get("forwarded").Bool()
		case "header", "query":
			for _, f := range m.Each() {
				one := &matcher{kind: m.Key, field: f.Key, values: f.Strings(), absent: f.Kind == tree.Null}
				if m.Key == "query" {
					for i, v := range one.values {
						one.values[i] = f.Key + "=" + v
					}
				}
				s.all = append(s.all, one)
			}
			continue
		case "header_regexp":
			for _, f := range m.Each() {
				s.all = append(s.all, &matcher{kind: m.Key, field: f.Key, values: []string{f.Get("pattern").String()}})
			}
			continue
		case "path_regexp":
			x.values = []string{m.Get("pattern").String()}
		case "not":
			for _, inner := range m.Each() {
				x.not = append(x.not, jsonSet(inner, depth+1))
			}
		default:
			x.open = true
		}
		s.all = append(s.all, x)
	}
	return s
}

func (r *reader) jsonHandler(n *tree.Node, depth int) *handler {
	h := &handler{Place: n.Place, kind: n.Get("handler").String()}
	switch h.kind {
	case "subroute":
		h.routes = r.jsonRoutes(n.Get("routes"), depth+1)
	case "authentication":
		b := n.Get("providers", "http_basic")
		if b == nil {
			h.kind = "authentication by a module"
			break
		}
		h.realm = "restricted"
		if realm := b.Get("realm").String(); realm != "" {
			h.realm = realm
		}
		for _, a := range b.Get("accounts").Each() {
			h.account(a.Get("username").String(), a.Get("password").String(), a.Line)
		}
	case "headers":
		h.ops, h.answer = jsonOps(n.Get("request")), jsonOps(n.Get("response"))
	case "rewrite":
		h.uri, h.strip, h.method = n.Get("uri").String(), n.Get("strip_path_prefix").String(), n.Get("method").String()
		if n.Get("strip_path_suffix") != nil || n.Get("uri_substring") != nil || n.Get("path_regexp") != nil {
			h.uri = "{...}"
		}
	case "static_response":
		h.status = 200
		if s, err := strconv.Atoi(n.Get("status_code").String()); err == nil {
			h.status = s
		}
		if n.Get("abort").Bool() {
			h.kind, h.closes, h.status = "abort", true, 0
		}
		if l := n.Get("headers", "Location").Strings(); len(l) > 0 {
			h.location = l[0]
		}
	case "error":
		h.status = 500
		if s, err := strconv.Atoi(n.Get("status_code").String()); err == nil {
			h.status = s
		}
	case "reverse_proxy":
		r.jsonProxy(h, n)
	}
	return h
}

func (r *reader) jsonProxy(h *handler, n *tree.Node) {
	h.ops = jsonOps(n.Get("headers", "request"))
	if h.ops == nil {
		h.ops = &headerOps{}
	}
	for _, u := range n.Get("upstreams").Each() {
		h.upstreams = append(h.upstreams, u.Get("dial").String())
	}
	h.fastcgi = n.Get("transport", "protocol").String() == "fastcgi"
	h.tls = n.Get("transport", "tls") != nil
	if uri := n.Get("rewrite", "uri").String(); uri != "" && n.Get("handle_response") != nil {
		// What forward_auth is made into: the answer decides, and on a 2xx its fields are copied.
		h.kind, h.ask = "forward_auth", uri
		for _, hr := range n.Get("handle_response").Each() {
			for _, ro := range hr.Get("routes").Each() {
				for _, x := range ro.Get("handle").Each() {
					for _, f := range x.Get("request", "set").Each() {
						h.copied = append(h.copied, f.Key)
					}
				}
			}
		}
	}
}

func jsonOps(n *tree.Node) *headerOps {
	if n == nil {
		return nil
	}
	o := &headerOps{}
	fields := func(n *tree.Node) []conf.Field {
		var out []conf.Field
		for _, f := range n.Each() {
			for _, v := range f.Strings() {
				out = append(out, conf.Field{Place: f.Place, Name: f.Key, Value: v})
			}
		}
		return out
	}
	o.add, o.set = fields(n.Get("add")), fields(n.Get("set"))
	for _, name := range n.Get("delete").Strings() {
		o.del = append(o.del, conf.Field{Place: n.Get("delete").Place, Name: name})
	}
	for _, f := range n.Get("replace").Each() {
		o.replace = append(o.replace, conf.Field{Place: f.Place, Name: f.Key})
	}
	return o
}
