package apache

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
)

type tracer struct{ w *world }

// Trace follows a request through httpd's phases. Password files, .htaccess files and the document root are looked at where
// they are; what is not on this machine is named in Open.
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	out := &conf.Trace{}
	w := *t.w
	w.htaccess = map[string]*section{} // files may have changed since
	v := &visit{looks: new(int), w: &w, out2: out, method: r.Method, proto: r.Proto, client: r.Client.Unmap(), local: r.Address.Unmap()}
	v.hidden = step.Hide(r.Partly)
	if !v.client.IsValid() {
		v.client = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if v.proto == "" {
		v.proto = "HTTP/1.1"
	}
	v.tls = r.URL.Scheme == "https"
	v.port = r.Port
	if v.port == 0 {
		v.port, _ = strconv.Atoi(r.URL.Port)
	}
	target := r.Target.Reveal()
	if target == "" {
		target = r.URL.Target().Reveal()
	}
	v.unparsed = target
	v.line = v.method + " " + target + " " + v.proto
	for _, f := range r.Header {
		v.in.add(f.Name, f.Value.Reveal())
	}
	if !v.in.has("Host") && r.URL.Host != "" && r.Target.Empty() {
		v.in = append(table{{"Host", r.URL.Authority()}}, v.in...)
	}
	v.in = v.in.compressed()
	status := v.begin()
	if status == 0 {
		status = v.serve()
	}
	last := v
	if status != 0 && !v.died {
		last, status = v.die(status)
	}
	last.answer(status)
	return out
}

// begin reads the request line and the Host field and chooses the server.
func (v *visit) begin() int {
	target := v.unparsed
	v.srv = v.w.main
	if v.proto == "HTTP/1.1" && !v.in.has("Host") && absolute(target) == 0 {
		return v.unread("HTTP/1.1 asks for a Host field and none was sent")
	}
	host, named := v.in.get("Host"), false
	if n := absolute(target); n > 0 {
		of, scheme := target[n:], target[:n-3]
		if i := strings.IndexAny(of, "/?"); i >= 0 {
			of, target = of[:i], of[i:]
		} else {
			target = "/"
		}
		if strings.EqualFold(scheme, v.scheme()) { // httpd takes the name from the URL of its own scheme alone
			host, named = of, true
		} else if _, port, ok := strings.Cut(of, ":"); ok { // and the port from any
			v.hostPort, _ = strconv.Atoi(port)
		}
	}
	if i := strings.IndexByte(target, '#'); i >= 0 {
		target = target[:i]
	}
	v.uri, v.args, v.hasArgs = strings.Cut(oneInFront(target), "?")
	if !v.hostField(host) {
		return v.unread("the Host field is not a host name")
	}
	if named { // the URL's name takes the field's place
		v.in.set("Host", strings.ToLower(host))
	}
	if v.host == "" && v.proto == "HTTP/1.1" {
		return v.unread("HTTP/1.1 asks for a host, and the Host field is empty")
	}
	v.choose()
	if v.uri == "" {
		v.uri = "/"
	}
	if v.method == "OPTIONS" && v.uri == "*" {
		return 0
	}
	return 0
}

// unread answers 400 for a request that names no server: the first of the address does so.
func (v *visit) unread(why string) int {
	v.host, v.hostPort = "", 0
	v.choose()
	return v.refuse(400, conf.Place{}, "read", "%s", why)
}

// oneInFront leaves one of the slashes that a target begins with, whatever MergeSlashes says (ap_parse_uri).
func oneInFront(target string) string {
	for strings.HasPrefix(target, "//") {
		target = target[1:]
	}
	return target
}

func (v *visit) hostField(host string) bool {
	name, port := host, ""
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return false
		}
		name, port = host[1:end], strings.TrimPrefix(host[end+1:], ":")
	} else if i := strings.LastIndexByte(host, ':'); i >= 0 {
		name, port = host[:i], host[i+1:]
	}
	if port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return false
		}
		v.hostPort = n
	}
	if strings.ContainsAny(name, "/\\ \t%#?@,") {
		return false
	}
	v.host = strings.TrimSuffix(strings.ToLower(name), ".")
	return true
}

// choose picks the virtual host: by address and port first, then by name, the first of the address being the default.
func (v *visit) choose() {
	w := v.w
	var chain []*server
	exact := false
	for pass := range 2 { // addresses before *
		for _, h := range w.hosts {
			for _, a := range h.addrs {
				if a.port != 0 && a.port != v.port {
					continue
				}
				if a.any != (pass == 1) {
					continue
				}
				if !a.any {
					if a.host != "" {
						v.open("the address of <VirtualHost " + a.as + ">, which is a name")
						continue
					}
					if !v.local.IsValid() {
						if v.host != a.addr.String() {
							v.open("the address that the request arrived at, which <VirtualHost " + a.as + "> asks for")
							continue
						}
					} else if a.addr != v.local {
						continue
					}
				}
				chain = append(chain, h)
				exact = true
				break
			}
		}
		if exact {
			break
		}
	}
	if len(chain) == 0 {
		v.srv = w.main
		v.step(w.siteOf(w.main).Place, "server", conf.Chooses, "the main server answers: no <VirtualHost> has this address and port")
	} else {
		v.srv = chain[0]
		why := "is the first of its address, and no name fits"
		for _, h := range chain {
			if h.answersTo(v.host) {
				v.srv, why = h, "has the name of the Host field"
				break
			}
		}
		v.step(v.srv.place, "server", conf.Chooses, "this virtual host %s", why)
	}
	v.d = v.srv.dir
	if v.srv.tls != nil && len(chain) > 0 {
		v.tls = v.tls || v.srv.tls.on()
	}
}

func (s *server) answersTo(host string) bool {
	if host == "" {
		return false
	}
	if s.name != nil && strings.EqualFold(s.name.value, host) {
		return true
	}
	for _, a := range s.aliases {
		if strings.EqualFold(a, host) {
			return true
		}
	}
	for _, p := range s.wild {
		if wildcard(p, host, true) {
			return true
		}
	}
	return false
}
