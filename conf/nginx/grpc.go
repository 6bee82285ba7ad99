package nginx

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
)

// grpc passes the request on as HTTP/2 (ngx_http_grpc_handler). The authority stands in the request as its Host; a Host field
// that is set takes its place, as a field among the others.
func (r *run) grpc(d *Directive) {
	u, ok := readAuthority(r.value(d.Arg(0)))
	if !ok {
		r.step(conf.Refuses, "grpc", d.Place, "grpc_pass is no address here: answered with 500")
		r.noteRefusal()
		r.finalize(500)
		return
	}
	if status, why := r.unresolved(d, u); status != 0 {
		r.step(conf.Refuses, "grpc", d.Place, "%s: answered with %d", why, status)
		r.noteRefusal()
		r.finalize(status)
		return
	}
	out := r.upstreamFields("grpc", false)
	for i := range out {
		out[i].name = lower(out[i].name) // as HTTP/2 writes names
	}
	if !has(fields(r.at.all("grpc_set_header")), "Host") {
		out = append([]field{{name: "Host", value: u.hostHeader}}, out...)
	}
	q := r.next(out)
	q.Proto, q.Target = "HTTP/2", secret.Hide(r.grpcTarget())
	if r.method != "GET" && r.method != "POST" { // the two that nginx keeps as numbers and HTTP/2 has a code for
		q.Method = r.methodName()
	}
	r.passedTo(d, "grpc", u.scheme+"://"+u.hostHeader, "", q)
}

// unresolved says what is answered where an address out of variables cannot be found; 0 when it can. There is no port that an
// address has without one.
func (r *run) unresolved(d *Directive, u upstreamURL) (status int, why string) {
	switch {
	case !strings.Contains(d.Arg(0), "$"), strings.HasPrefix(u.host, "unix:"), r.m.upstreams[lower(u.hostHeader)]:
		return 0, ""
	case u.port == "":
		return 500, u.host + " has no port"
	case !r.m.resolves(r.at, u):
		return 502, "no resolver is set to look up " + u.host
	}
	return 0, ""
}

// grpcTarget is the path that is asked for: the request's own, or what was made of it.
func (r *run) grpcTarget() string {
	if r.validTarget {
		return r.target.raw
	}
	target := escape(r.uri, escapeURI)
	if r.args != "" {
		target += "?" + r.args
	}
	return target
}

// readAuthority is what grpc_pass names: an address or the name of an upstream, behind a scheme or none, without a path.
func readAuthority(s string) (u upstreamURL, ok bool) {
	u.scheme = "grpc"
	for _, scheme := range []string{"grpc", "grpcs"} {
		if n := len(scheme) + len("://"); len(s) > n && lower(s[:n]) == scheme+"://" {
			u.scheme, s = scheme, s[n:]
			break
		}
	}
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		u.host, u.hostHeader = "unix:"+path, "localhost"
		return u, path != ""
	}
	if strings.ContainsAny(s, "/?") {
		return u, false
	}
	host, port, has := cutPort(s)
	if host == "" || has && !validPort(port) {
		return u, false
	}
	u.host, u.port, u.hostHeader = host, port, s
	return u, true
}
