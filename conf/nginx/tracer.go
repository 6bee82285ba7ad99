package nginx

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/exchange"
)

// tracer follows requests through a configuration.
type tracer struct{ m *model }

// Trace says what nginx does with q.
func (t *tracer) Trace(q conf.Request) *conf.Trace {
	out := &conf.Trace{}
	depth := 0
	r := &run{
		m: t.m, t: out, method: q.Method, proto: q.Proto, client: q.Client, peer: q.Client, address: q.Address, port: q.Port,
		vars: map[string]string{}, depth: &depth, slow: new(bool), evaluated: new(int), changes: maxChanges, length: -1, bodySize: int64(q.Body.Len()),
	}
	r.hidden = step.Hide(q.Partly)
	r.defaults(q)
	if r.accept(q) {
		if rc := r.receive(q); rc != 0 {
			r.noteRefusal()
			r.finalize(rc)
		} else {
			r.handle()
		}
	}
	r.report()
	return out
}

// defaults fills in what a request leaves open.
func (r *run) defaults(q conf.Request) {
	if r.method == "" {
		r.method = "GET"
	}
	if r.proto == "" || strings.HasPrefix(r.proto, "HTTP/2") || strings.HasPrefix(r.proto, "HTTP/3") {
		r.proto = "HTTP/1.1"
	}
	if !r.client.IsValid() {
		r.client = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		r.peer = r.client
	}
	if r.port == 0 {
		r.port, _ = strconv.Atoi(q.URL.Port)
	}
	if a, err := netip.ParseAddr(q.URL.Host); err == nil && !r.address.IsValid() {
		r.address = a
	}
}

// accept chooses the address and port, and with them the servers that may answer.
func (r *run) accept(q conf.Request) bool {
	site, sure := r.m.arrive(r.address, r.port)
	if site == nil {
		r.step(conf.Unclear, "server", conf.Place{}, "no server block listens on port %d", r.port)
		r.open("who listens on port " + strconv.Itoa(r.port))
		return false
	}
	if !sure {
		r.open("the address at which the request arrives: several are listened on at port " + strconv.Itoa(r.port))
	}
	r.site, r.server, r.at = site, site.def, site.def.level
	r.tls = site.listen.TLS && q.URL.Scheme != "http"
	if site.listen.proxy {
		r.open("the client's address in the PROXY protocol")
	}
	return true
}

// receive reads the request line and the fields; the result is a status, 0 to go on.
func (r *run) receive(q conf.Request) int {
	if r.method == "" || strings.Trim(r.method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != "" {
		r.step(conf.Refuses, "request", r.server.model.Place, "the method is malformed: answered with 400")
		return 400
	}
	raw := q.RequestTarget().Reveal()
	for _, p := range q.URL.Query {
		if v := p.Value.Reveal(); p.Value.Closed() && v != "" {
			r.closed = append(r.closed, v)
		}
	}
	r.line = r.method + " " + raw + " " + r.proto
	var ok bool
	if r.target, ok = readTarget(raw, r.server.level.on("merge_slashes", true)); !ok {
		r.nameless, r.target.raw = r.target.broken, "" // $request_uri is not set yet
		r.step(conf.Refuses, "request", r.server.model.Place, "the URL is malformed or leads above the root: answered with 400")
		return 400
	}
	r.uri, r.args, r.validTarget = r.target.uri, r.target.args, !r.target.empty
	if r.target.host != "" || r.target.scheme != "" {
		host, ok := validHost(r.target.host)
		if !ok {
			r.step(conf.Refuses, "request", r.server.model.Place, "the URL's host is no host: answered with 400")
			return 400
		}
		r.virtual(host)
		r.host = host
	}
	if rc := r.readHeader(complete(q)); rc != 0 {
		return rc
	}
	if rc := r.checkHeader(); rc != 0 {
		return rc
	}
	return r.checkTLS(q)
}

// complete adds the fields that every program sends by itself, for a request that is given by its URL alone: with a target of
// its own it is taken as it stands.
func complete(q conf.Request) exchange.Header {
	h := q.Header
	if !q.Target.Empty() || q.URL.Host == "" {
		return h
	}
	if !h.Has("Host") {
		h = append(exchange.Header{exchange.RequestField("Host", q.URL.Authority())}, h...)
	}
	if !q.Body.Empty() && !h.Has("Content-Length") && !h.Has("Transfer-Encoding") {
		h = append(h[:len(h):len(h)], exchange.RequestField("Content-Length", strconv.Itoa(q.Body.Len())))
	}
	return h
}

// checkTLS is what ngx_http_process_request asks of the connection.
func (r *run) checkTLS(q conf.Request) int {
	switch {
	case r.site.listen.TLS && !r.tls:
		r.step(conf.Refuses, "request", r.site.listen.Place, "a plain HTTP request to a port with TLS: answered with 400")
		return 497
	case !r.tls && q.URL.Scheme == "https":
		r.open("who takes TLS off before the request reaches port " + strconv.Itoa(r.port))
		return 0
	case !r.tls:
		return 0
	}
	if d := r.server.level.one("ssl_verify_client"); d != nil && d.Arg(0) == "on" {
		r.step(conf.Unclear, "request", d.Place, "ssl_verify_client asks for a client certificate: without a right one the answer is 400")
		r.open("the client's certificate")
	}
	return 0
}

// virtual chooses the server by its name.
func (r *run) virtual(host string) {
	found, p, groups := r.site.named(host)
	if found == nil {
		r.step(conf.Chooses, "server", r.server.model.Place, "no server name fits %q: the default server", host)
		return
	}
	if p != nil {
		r.remember(p, groups)
	}
	r.server, r.at = found, found.level
	r.step(conf.Chooses, "server", found.model.Place, "the server name fits %q", host)
}

// report writes down how the request ended.
func (r *run) report() {
	t := r.t
	if r.at != nil {
		for at := r.at; at != nil && t.Scope == nil; at = at.parent {
			t.Scope = at.scope
		}
	}
	switch {
	case r.hungUp:
		t.Status, r.location, r.challenges = 444, "", nil
	case r.fromFile || r.fromUpstream:
		t.Status = r.errStatus
	default:
		t.Status = r.status
	}
	t.Location = r.location
	for _, c := range r.challenges {
		if !c.off {
			t.Challenges = append(t.Challenges, c.value)
		}
	}
	if r.refusal > 0 && r.refusal <= len(t.Steps) {
		t.Refusing = &t.Steps[r.refusal-1]
	}
}
