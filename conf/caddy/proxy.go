package caddy

import (
	"net"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var placeholder = lazyregexp.New(`\{[^{}]*\}`)

// fill replaces the placeholders that are known here.
func (w *walk) fill(s string) (secret.Text, bool) {
	known := true
	var parts []secret.Text
	at := 0
	for _, m := range placeholder.FindAllStringIndex(s, -1) {
		parts = append(parts, secret.Public(s[at:m[0]]))
		v, ok := w.placeholder(strings.ToLower(s[m[0]+1 : m[1]-1]))
		parts = append(parts, v)
		known = known && ok
		at = m[1]
	}
	return secret.Join(append(parts, secret.Public(s[at:]))...), known
}

func (w *walk) placeholder(name string) (secret.Text, bool) {
	name = strings.TrimPrefix(name, "http.request.")
	if f, ok := strings.CutPrefix(name, "header."); ok {
		return w.rec.Header().Text(f), true
	}
	switch name {
	case "host":
		return secret.Public(step.HostOf(w.v.Request.Request)), true
	case "hostport":
		return w.rec.Header().Text("Host"), w.rec.Header().Has("Host")
	case "method":
		return secret.Public(w.v.method), true
	case "scheme":
		return secret.Public(w.v.URL.Scheme), true
	case "path", "uri.path":
		return secret.Public(w.v.path), true
	case "uri":
		if w.v.URL.HasQuery {
			return secret.Join(secret.Public(w.v.path+"?"), w.v.query), true
		}
		return secret.Public(w.v.path), true
	case "remote_host", "remote.host", "client_ip":
		return secret.Public(w.v.Client.Unmap().String()), !w.r.trusted || name != "client_ip"
	}
	return secret.Public("{" + name + "}"), false
}

// hopByHop are the fields that Caddy's reverse proxy never passes on.
var hopByHop = strings.Fields(`Alt-Svc Connection Proxy-Connection Keep-Alive Proxy-Authenticate Proxy-Authorization Te Trailer Transfer-Encoding Upgrade`)

func (w *walk) proxy(h *handler) {
	w.rec.Scope = w.scope(h)
	for _, name := range hopByHop {
		if strings.EqualFold(name, "Proxy-Authorization") && w.rec.Header().Has(name) {
			w.rec.Step(h.Place, h.kind, conf.Drops, "Proxy-Authorization ends at a proxy")
		}
		w.rec.Drop(name)
	}
	if w.r.trusted {
		w.rec.Unclear(h.Place, h.kind, "whether the client's X-Forwarded-* are believed depends on its address")
	} else {
		w.rec.Set("X-Forwarded-For", w.v.Client.Unmap().String())
		w.rec.Set("X-Forwarded-Proto", w.v.URL.Scheme)
		w.rec.Set("X-Forwarded-Host", w.rec.Header().Get("Host"))
	}
	if h.tls && !h.fastcgi {
		w.rec.Unclear(h.Place, h.kind, "since Caddy 2.11 Host becomes the upstream's name, before it is kept")
	}
	to := strings.Join(h.upstreams, " ")
	w.upstreamNames(h)
	req := w.v.Request.Request
	req.Method, req.URL.Path = w.v.method, w.v.path
	if w.requery {
		req.Target = secret.Join(secret.Public(w.v.path+"?"), w.v.query)
	}
	if len(h.upstreams) == 0 {
		w.fail(h, 503, "there is no upstream")
		return
	}
	w.rec.PassOn(h.Place, h.kind, to, req)
}

// upstreamNames runs header_up, where {upstream_hostport} and its like are known.
func (w *walk) upstreamNames(h *handler) {
	o := *h.ops
	if len(h.upstreams) == 1 && !strings.ContainsAny(h.upstreams[0], "{*") {
		dial := h.upstreams[0]
		if _, rest, ok := strings.Cut(dial, "://"); ok {
			dial = rest
		}
		if _, _, err := net.SplitHostPort(dial); err == nil {
			o.set = nil
			for _, f := range h.ops.set {
				f.Value = strings.NewReplacer("{upstream_hostport}", dial, "{http.reverse_proxy.upstream.hostport}", dial).Replace(f.Value)
				o.set = append(o.set, f)
			}
		}
	}
	w.ops(&o)
}
