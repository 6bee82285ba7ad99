package nginx

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// passOn gives the request to the module that answers for its location.
func (r *run) passOn() {
	d := r.at.passes()
	if d == nil { // an if around it has none, or another module answers
		if r.handler != nil && r.handler.passes() != nil {
			d = r.handler.passes()
		} else {
			r.moduleAnswers()
			return
		}
	}
	if limit := size64(r.at.one("client_max_body_size"), 1<<20); r.chunked && !r.bodyRead && limit > 0 && r.bodySize > limit {
		r.bodyRead, r.chunked = true, false // it is not read again for an error page
		r.step(conf.Refuses, "body", d.Place, "the body is larger than client_max_body_size: answered with 413")
		r.noteRefusal()
		r.finalize(413)
		return
	}
	r.bodyRead = true
	switch ways[d.Name] {
	case conf.HTTPProxy:
		r.proxy(d)
	case conf.GRPC:
		r.grpc(d)
	default:
		r.gateway(d, ways[d.Name])
	}
}

// moduleAnswers ends with a content handler that is no proxy.
func (r *run) moduleAnswers() {
	for _, n := range contentHandlers {
		d := r.handler.own[n]
		if len(d) == 0 {
			continue
		}
		if n == "stub_status" || n == "empty_gif" {
			if r.method != "GET" && r.method != "HEAD" {
				r.step(conf.Refuses, "content", d[0].Place, "%s answers GET and HEAD alone: 405", n)
				r.noteRefusal()
				r.finalize(405)
				return
			}
			r.step(conf.Sends, "content", d[0].Place, "%s answers", n)
			r.send(200)
			return
		}
		r.step(conf.Unclear, "content", d[0].Place, "%s answers, and what cannot be known from here", n)
		r.open("what " + n + " answers")
		r.unknown = true
		return
	}
}

// upstreamURL is what proxy_pass names: where to, and the path that replaces the location's.
type upstreamURL struct {
	scheme, host, port, hostHeader, uri string
}

// readUpstream is ngx_parse_url as proxy_pass uses it.
func readUpstream(s string) (u upstreamURL, ok bool) {
	i := strings.Index(s, "://")
	if i < 0 {
		return u, false
	}
	u.scheme, s = lower(s[:i]), s[i+3:]
	normal := map[string]string{"http": "80", "https": "443"}[u.scheme]
	if normal == "" {
		return u, false
	}
	if strings.HasPrefix(s, "unix:") {
		rest := s[5:]
		path, uri, _ := strings.Cut(rest, ":")
		u.host, u.hostHeader, u.uri = "unix:"+path, "localhost", uri
		return u, true
	}
	if j := strings.IndexAny(s, "/?"); j >= 0 {
		s, u.uri = s[:j], s[j:]
	}
	host, port, has := cutPort(s)
	if host == "" {
		return u, false
	}
	if has && !validPort(port) {
		return u, false
	}
	u.host, u.port, u.hostHeader = host, normal, host
	if has {
		if u.port = port; port != normal {
			u.hostHeader = host + ":" + port
		}
		if n, _ := strconv.Atoi(port); strconv.Itoa(n) == normal {
			u.port, u.hostHeader = normal, host
		}
	}
	return u, true
}

func validPort(port string) bool {
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535
}

// proxyDefaults are what nginx sets of itself (ngx_http_proxy_headers); with a cache more is taken out.
var (
	proxyDefaults = [][2]string{{"Host", "$proxy_host"}, {"Connection", "close"}, {"Content-Length", "\x00length"}, {"Transfer-Encoding", "\x00chunked"},
		{"TE", ""}, {"Keep-Alive", ""}, {"Expect", ""}, {"Upgrade", ""}}
	cacheDefaults = [][2]string{{"If-Modified-Since", "$upstream_cache_last_modified"}, {"If-Unmodified-Since", ""}, {"If-None-Match", "$upstream_cache_etag"},
		{"If-Match", ""}, {"Range", ""}, {"If-Range", ""}}
	grpcDefaults = [][2]string{{"Content-Length", "$content_length"}, {"TE", "\x00trailers"}, {"Host", ""}, {"Connection", ""}, {"Transfer-Encoding", ""},
		{"Keep-Alive", ""}, {"Expect", ""}, {"Upgrade", ""}}
)

// proxy passes the request to an HTTP server.
func (r *run) proxy(d *Directive) {
	to := d.Arg(0)
	variable := strings.Contains(to, "$")
	u, ok := readUpstream(r.value(to))
	if !ok {
		r.step(conf.Refuses, "proxy", d.Place, "proxy_pass is no URL here: answered with 500")
		r.noteRefusal()
		r.finalize(500)
		return
	}
	if variable && strings.HasPrefix(u.uri, "?") {
		u.uri = "/" + u.uri
	}
	r.proxyHost, r.proxyPort = u.hostHeader, u.port
	if variable && !r.m.resolves(r.at, u) {
		r.step(conf.Refuses, "proxy", d.Place, "no resolver is set to look up %s: answered with 502", u.host)
		r.noteRefusal()
		r.finalize(502)
		return
	}
	if u.uri != "" && r.validLocation && !variable && len(r.passLocation(d)) > len(r.uri) {
		r.step(conf.Refuses, "proxy", d.Place, "try_files left a URL that is shorter than the location's name, which proxy_pass replaces: a fault of nginx, whose process dies or answers 500")
		r.open("what nginx does with a URL that is shorter than what proxy_pass cuts off")
		r.noteRefusal()
		r.hungUp = true
		return
	}
	cached := r.caches("proxy")
	method := r.methodName()
	if m := r.at.one("proxy_method"); m != nil {
		method = r.value(m.Arg(0))
	}
	if cached && r.method == "HEAD" && r.at.on("proxy_cache_convert_head", true) {
		method = "GET"
	}
	target := r.upstreamTarget(u.uri, variable, d)
	if target == "" {
		r.step(conf.Refuses, "proxy", d.Place, "nothing is left of the URL: answered with 500")
		r.finalize(500)
		return
	}
	q := r.next(r.upstreamFields("proxy", cached))
	q.Method, q.Target = method, secret.Hide(target)
	if v := r.at.one("proxy_http_version"); v != nil && v.Arg(0) == "1.1" {
		q.Proto = "HTTP/1.1"
	}
	r.passedTo(d, "proxy", u.scheme+"://"+u.hostHeader, u.scheme+"://"+u.hostHeader+"/", q)
}

// passedTo ends with an upstream.
func (r *run) passedTo(d *Directive, phase, to, url string, q *exchange.Request) {
	r.asked = true
	r.fates(phase)
	r.step(conf.Sends, phase, d.Place, "passed on to %s", to)
	r.unknown, r.fromUpstream = true, true
	r.unknown = r.errStatus == 0
	r.send(r.errStatus)
	if r.parent != nil {
		return
	}
	if u, err := exchange.ParseURL(url); err == nil {
		q.URL = u
	}
	r.t.To, r.t.Next = to, q
}

// upstreamTarget is the path that the upstream is asked for (ngx_http_proxy_create_request).
func (r *run) upstreamTarget(uri string, variable bool, d *Directive) string {
	switch {
	case variable && uri != "":
		return uri
	case uri == "" && r.validTarget:
		return r.target.raw
	}
	cut := 0
	if r.validLocation && uri != "" {
		cut = min(len(r.passLocation(d)), len(r.uri))
	}
	rest := r.uri[cut:]
	if r.target.quoted || r.internal {
		rest = escape(rest, escapeURI)
	}
	out := rest
	if r.validLocation {
		out = uri + rest
	}
	if r.args != "" {
		out += "?" + r.args
	}
	return out
}

// passLocation is the name of the location that proxy_pass stands in; "" inside a pattern, a named location, if and
// limit_except.
func (r *run) passLocation(d *Directive) string {
	for at := r.at; at != nil; at = at.parent {
		if slices.Contains(at.own[d.Name], d) {
			if at.kind == kindLocation && (at.mod == "" || at.mod == "=" || at.mod == "^~") {
				return at.name
			}
			return ""
		}
	}
	return ""
}

// upstreamFields are the fields that an HTTP upstream gets: those that are set, nginx's own, and the client's as far as none
// of these replaces them.
func (r *run) upstreamFields(module string, cached bool) []field {
	defer r.atOnce()()
	defaults := proxyDefaults
	if module == "grpc" {
		defaults = grpcDefaults
	} else if cached {
		defaults = append(slices.Clone(proxyDefaults), cacheDefaults...)
	}
	length := r.bodyLength(module) // a body that is set is measured before the fields
	var out []field
	names := map[string]bool{}
	add := func(name, value string) {
		switch names[lower(name)] = true; value {
		case "\x00length":
			value = ""
			if length >= 0 {
				value = strconv.FormatInt(length, 10)
			}
		case "\x00chunked":
			value = ""
		case "\x00trailers": // a gRPC client says that it takes trailers, and nothing else is passed on of TE
			value = ""
			if strings.Contains(lower(r.header.first("TE")), "trailers") {
				value = "trailers"
			}
		default:
			value = r.value(value)
		}
		if value != "" {
			out = append(out, field{name: name, value: value})
		}
	}
	for _, d := range r.at.all(module + "_set_header") {
		add(d.Arg(0), d.Arg(1))
	}
	for _, f := range defaults {
		if !names[lower(f[0])] {
			add(f[0], f[1])
		}
	}
	if !r.at.on(module+"_pass_request_headers", true) {
		return out
	}
	for _, f := range r.header {
		if f.odd && names[lower(f.name)] { // found or not by where the name falls in nginx's hash
			r.open("whether the client's " + f.name + " is replaced: nginx does not hash all of its name")
		}
		if f.odd || !names[lower(f.name)] {
			out = append(out, f)
		}
	}
	return out
}

// bodyLength is the length of the body that is passed on, -1 for none.
func (r *run) bodyLength(module string) int64 {
	if d := r.at.one(module + "_set_body"); d != nil {
		return int64(len(r.value(d.Arg(0))))
	}
	if r.chunked { // it has been read by now
		return r.bodySize
	}
	return r.length
}

// caches reports that answers may be kept, and names what follows from that: the answer may be one that was kept.
func (r *run) caches(module string) bool {
	d := r.at.one(module + "_cache")
	if d == nil || d.Arg(0) == "off" {
		return false
	}
	methods := []string{"GET", "HEAD"}
	if m := r.at.one(module + "_cache_methods"); m != nil {
		for _, t := range m.Texts() {
			methods = append(methods, strings.ToUpper(t))
		}
	}
	if !slices.Contains(methods, r.method) {
		return false
	}
	for _, b := range r.at.all(module + "_cache_bypass") {
		for _, c := range b.Texts() {
			if v := r.value(c); v != "" && v != "0" {
				r.step(conf.LetsBy, "cache", b.Place, "what is kept is not used: %s", c)
				return true
			}
		}
	}
	r.step(conf.Unclear, "cache", d.Place, "the answer may be one that is kept in %s", d.Arg(0))
	r.open("what is kept in the cache " + d.Arg(0))
	return true
}

// resolves reports that the host of a proxy_pass with variables can be found: an address, an upstream, or a name that a
// resolver may look up.
func (m *model) resolves(l *level, u upstreamURL) bool {
	if strings.HasPrefix(u.host, "unix:") {
		return true
	}
	if _, err := netip.ParseAddr(strings.Trim(u.host, "[]")); err == nil || l.one("resolver") != nil {
		return true
	}
	return m.upstreams[lower(u.host)] || m.upstreams[lower(u.hostHeader)]
}

// fates says what becomes of Authorization and Host on the way, where a line decides it.
func (r *run) fates(phase string) {
	p := pass(r.at)
	if p == nil {
		return
	}
	if r.header.has("Authorization") {
		switch f := p.Authorization; {
		case f.Now == conf.Dropped:
			r.step(conf.Drops, phase, f.Place, "Authorization is not passed on")
		case f.Now == conf.Replaced:
			r.step(conf.Changes, phase, f.Place, "Authorization is replaced")
		}
	}
	if f := p.Host; f.Now == conf.Replaced {
		where := f.Place
		if !where.Known() {
			where = p.Place
		}
		r.step(conf.Changes, phase, where, "Host is passed on as %s", f.Value)
	}
	for _, s := range p.Shadowed {
		r.step(conf.Drops, phase, s.Place, "%s %s does not count here: this location sets fields of its own", setter(p.Way), s.Name)
	}
}
