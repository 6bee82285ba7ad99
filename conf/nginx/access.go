package nginx

import (
	"encoding/base64"
	"net/netip"
	"strings"

	"github.com/why401/why401/conf"
)

// Answers of an access handler beside a status and declined.
const (
	fine    = 0 // NGX_OK
	unclear = -6
)

// challenge is a WWW-Authenticate field of the answer.
type challenge struct {
	value string
	off   bool // taken back: another rule let the request in
}

// access runs the access phase: allow and deny, then auth_basic, then auth_request, added up by satisfy
// (ngx_http_core_access_phase). It reports whether the request goes on.
func (r *run) access() bool {
	anyOne := false
	if d := r.at.one("satisfy"); d != nil && d.Arg(0) == "any" {
		anyOne = true
	}
	r.accessCode = 0
	for _, handler := range []func() int{r.allowed, r.authBasic, r.authRequest, r.modules} {
		before := len(r.t.Steps)
		rc := handler()
		switch {
		case rc == declined:
		case rc == fine && anyOne:
			if n := len(r.challenges); n > 0 {
				r.challenges[n-1].off = true
			}
			r.unrefuse(before)
			r.accessCode = 0
			return true
		case rc == fine:
		case anyOne && (rc == 403 || rc == 401):
			if r.accessCode != 401 {
				r.accessCode = rc
			}
		default:
			r.noteRefusal()
			r.finalize(rc)
			return false
		}
	}
	if rc := r.accessCode; rc != 0 {
		r.accessCode = 0
		r.noteRefusal()
		r.finalize(rc)
		return false
	}
	return true
}

// unrefuse notes that refusals before step n do not count, because another rule lets the request in.
func (r *run) unrefuse(n int) {
	for i := n - 1; i >= 0; i-- {
		s := &r.t.Steps[i]
		if s.Phase != "access" && s.Phase != "auth" {
			break
		}
		if s.Result == conf.Refuses {
			s.Result = conf.LetsBy
			s.Says += "; satisfy any lets it in by another rule"
		}
	}
}

// allowed asks allow and deny: the first that fits decides (ngx_http_access_handler).
func (r *run) allowed() int {
	for _, d := range accessRules(r.at) {
		p, all := network(d.Arg(0))
		fits := all || p.IsValid() && p.Contains(r.client.Unmap()) || d.Arg(0) == "unix:" && !r.client.IsValid()
		switch {
		case !fits && !p.IsValid() && d.Arg(0) != "unix:":
			r.open("the addresses of " + d.Arg(0))
		case fits && d.Name == "deny":
			r.step(conf.Refuses, "access", d.Place, "deny %s: %s is refused", d.Arg(0), r.client)
			return 403
		case fits:
			r.step(conf.LetsBy, "access", d.Place, "allow %s: %s is let by", d.Arg(0), r.client)
			return fine
		}
	}
	return declined
}

// realIP replaces the client's address by what a trusted proxy says (ngx_http_realip_handler).
func (r *run) realIP() {
	from := r.at.all("set_real_ip_from")
	if len(from) == 0 || r.real {
		return
	}
	name := "X-Real-IP"
	if d := r.at.one("real_ip_header"); d != nil {
		name = d.Arg(0)
	}
	if name == "proxy_protocol" {
		r.open("the client's address in the PROXY protocol")
		return
	}
	values := r.header.all(name)
	if len(values) == 0 {
		return
	}
	xff := name == "X-Forwarded-For"
	if !xff {
		values = values[:1]
	}
	var trusted []netip.Prefix
	for _, d := range from {
		p, _ := network(d.Arg(0))
		if p.IsValid() {
			trusted = append(trusted, p)
		} else if d.Arg(0) != "unix:" {
			r.open("the addresses of " + d.Arg(0))
		}
	}
	a, ok := forwarded(r.client, values, trusted, r.at.on("real_ip_recursive", false))
	if !ok {
		return
	}
	r.real, r.client = true, a
	r.step(conf.Changes, "realip", from[0].Place, "the client's address is %s, by %s", a, name)
}

// forwarded is ngx_http_get_forwarded_addr: the last address of the lists, and with recursive the last that is no proxy's.
func forwarded(at netip.Addr, values []string, trusted []netip.Prefix, recursive bool) (netip.Addr, bool) {
	ok := false
	for i := len(values) - 1; i >= 0; i-- {
		list := values[i]
		for {
			if !contains(trusted, at) {
				return at, ok
			}
			list = trimEnd(list)
			j := strings.LastIndexAny(list, " ,")
			a, good := readAddress(list[j+1:])
			if !good {
				return at, ok
			}
			at, ok = a, true
			if list = list[:j+1]; !recursive || list == "" {
				break
			}
		}
		if !recursive {
			break
		}
	}
	return at, ok
}

// trimEnd takes blanks and commas from the end, but not the first byte, as nginx's loop.
func trimEnd(s string) string {
	for len(s) > 1 && (s[len(s)-1] == ' ' || s[len(s)-1] == ',') {
		s = s[:len(s)-1]
	}
	return s
}

// readAddress reads an address that may have a port.
func readAddress(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a, a.Zone() == ""
	}
	if p, err := netip.ParseAddrPort(s); err == nil {
		return p.Addr(), true
	}
	if a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")); err == nil && strings.HasPrefix(s, "[") {
		return a, true
	}
	return netip.Addr{}, false
}

func contains(ps []netip.Prefix, a netip.Addr) bool {
	for _, p := range ps {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// basic takes user and password out of Authorization (ngx_http_auth_basic_user).
func (r *run) basic() (user, password string, ok bool) {
	v := r.header.first("Authorization")
	if len(v) < 6 || !strings.EqualFold(v[:6], "Basic ") {
		return "", "", false
	}
	v = strings.TrimLeft(v[6:], " ")
	v, _, _ = strings.Cut(v, "=") // nginx stops at the first
	if v == "" {
		return "", "", false
	}
	b, err := base64.RawStdEncoding.DecodeString(v)
	if err != nil {
		return "", "", false
	}
	user, password, ok = strings.Cut(string(b), ":")
	if !ok || user == "" {
		return "", "", false
	}
	password, _, _ = strings.Cut(password, "\x00") // crypt reads a C string
	return user, password, true
}

// authBasic is ngx_http_auth_basic_handler.
func (r *run) authBasic() int {
	d, f := r.at.one("auth_basic"), r.at.one("auth_basic_user_file")
	if d == nil || f == nil {
		return declined
	}
	if d.Arg(0) == "off" {
		if r.at.overrides("auth_basic") {
			r.step(conf.LetsBy, "auth", d.Place, "auth_basic off: no password is asked here")
		}
		return declined
	}
	depends := r.hidden.Watch()
	realm := r.value(d.Arg(0))
	if field, _ := depends(); r.hidden.Either(d.Place, field, realm == "off") {
		realm = "off"
	}
	if realm == "off" {
		r.step(conf.LetsBy, "auth", d.Place, "auth_basic is off for this request")
		return declined
	}
	ask := challenge{value: `Basic realm="` + realm + `"`}
	user, password, ok := r.basic()
	if !ok {
		r.challenges = append(r.challenges, ask)
		r.step(conf.Refuses, "auth", d.Place, "auth_basic asks for a password, and the request brings no Basic credentials: 401")
		return 401
	}
	rc, why := r.checkPassword(f, user, password)
	switch rc {
	case fine:
		r.step(conf.LetsBy, "auth", d.Place, "auth_basic: %s", why)
	case unclear:
		r.step(conf.Unclear, "auth", d.Place, "auth_basic: %s", why)
		r.open(why)
		return fine
	case 401:
		r.challenges = append(r.challenges, ask)
		r.step(conf.Refuses, "auth", f.Place, "auth_basic: %s: 401", why)
	default:
		r.step(conf.Refuses, "auth", f.Place, "auth_basic: %s: answered with %d", why, rc)
	}
	return rc
}

// authRequest is ngx_http_auth_request_handler: another URL of the same server decides.
func (r *run) authRequest() int {
	d := r.at.one("auth_request")
	if d == nil || d.Arg(0) == "off" {
		return declined
	}
	r.step(conf.Chooses, "auth", d.Place, "auth_request asks %s", d.Arg(0))
	s := r.subrequest(d.Arg(0))
	for _, v := range r.at.all("auth_request_set") {
		if name, ok := strings.CutPrefix(v.Arg(0), "$"); ok && len(v.Args) == 2 {
			r.vars[name] = s.value(v.Arg(1))
		}
	}
	r.asked = r.asked || s.asked
	switch {
	case s.hungUp:
		r.step(conf.Refuses, "auth", d.Place, "auth_request: the connection is closed without an answer")
		r.hungUp = true
		return 444
	case s.unknown:
		r.step(conf.Unclear, "auth", d.Place, "auth_request: what %s answers decides; 2xx lets it by, 401 and 403 refuse", d.Arg(0))
		r.open("what answers auth_request " + d.Arg(0))
		return fine
	case s.status == 401 || s.status == 403:
		r.step(conf.Refuses, "auth", d.Place, "auth_request: %s answers %d", d.Arg(0), s.status)
		return s.status
	case s.status >= 200 && s.status < 300:
		r.step(conf.LetsBy, "auth", d.Place, "auth_request: %s answers %d", d.Arg(0), s.status)
		return fine
	}
	r.step(conf.Refuses, "auth", d.Place, "auth_request: %s answers %d, which is neither 2xx nor 401 nor 403: answered with 500", d.Arg(0), s.status)
	return 500
}

// subrequest follows uri inside the server (ngx_http_subrequest): the access phase is left out there.
func (r *run) subrequest(uri string) *run {
	s := &run{
		m: r.m, t: r.t, parent: r, method: "GET", proto: r.proto, line: r.line, header: r.header, host: r.host, length: r.length,
		port: r.port, address: r.address, tls: r.tls, peer: r.peer, client: r.client, real: r.real, site: r.site, server: r.server,
		vars: r.vars, hidden: r.hidden, depth: r.depth, slow: r.slow, evaluated: r.evaluated, at: r.server.level, internal: true, changes: maxChanges, uri: uri,
	}
	s.target.raw = r.target.raw
	s.handle()
	return s
}

// modules are access handlers that are not nginx's own.
func (r *run) modules() int {
	for _, n := range externalAuth {
		if d := r.at.one(n); d != nil && d.Arg(0) != "off" {
			r.step(conf.Unclear, "auth", d.Place, "%s: a module whose answer cannot be read from here", n)
			r.open(n + " at " + d.Place.String())
		}
	}
	return declined
}
