package nginx

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// scopes writes l and what stands in it into the configuration, in the order of the files.
func (m *model) scopes(l *level) {
	if l.kind != kindIf || l.parent.kind == kindLocation || l.parent.kind == kindIf && l.parent.scope != nil {
		l.scope = m.scope(l)
		m.levels[l.scope] = l
		m.config.Scopes = append(m.config.Scopes, l.scope)
	}
	for _, d := range l.dir.Body {
		if c := l.blocks[d]; c != nil {
			m.scopes(c)
		}
	}
}

func (m *model) scope(l *level) *conf.Scope {
	s := &conf.Scope{Place: l.dir.Place, Server: l.server.model, Path: l.path(), Within: l.around()}
	s.Auth = m.auth(l)
	s.Trust = m.trust(l)
	s.Rules = rules(l)
	s.Satisfy = conf.SatisfyAll
	if d := l.one("satisfy"); d != nil && d.Arg(0) == "any" {
		s.Satisfy = conf.SatisfyAny
	}
	s.Answer = answer(l)
	s.Pass = pass(l)
	s.Cache = cache(l)
	s.Lines = m.lines(l)
	for _, d := range l.all("add_header") {
		f := conf.Field{Place: d.Place, Name: d.Arg(0), Value: d.Arg(1)}
		if d.Arg(2) == "always" {
			f.When = "always"
		}
		s.Adds = append(s.Adds, f)
	}
	return s
}

// externalAuth are access handlers of modules that are not nginx's own. A secure_link is none: it sets a variable.
var externalAuth = []string{"auth_jwt", "auth_oidc", "auth_digest", "auth_pam", "auth_ldap", "auth_ldap_servers", "auth_gss", "auth_spnego",
	"access_by_lua", "access_by_lua_file", "access_by_lua_block", "js_access"}

// auth are the demands for credentials, in the order of nginx's access phase and before it: the TLS handshake, auth_basic,
// auth_request, and modules.
func (m *model) auth(l *level) []conf.Auth {
	var out []conf.Auth
	if d := l.one("ssl_verify_client"); d != nil && d.Arg(0) == "on" {
		out = append(out, conf.Auth{Place: d.Place, Scheme: conf.ClientCert})
	}
	if d := l.one("auth_basic"); d != nil && d.Arg(0) != "off" {
		if f := l.one("auth_basic_user_file"); f != nil { // without one nginx asks for nothing
			a := conf.Auth{Place: d.Place, Scheme: conf.Basic, Realm: d.Arg(0), Require: []string{"valid-user"}}
			m.addFile(&a, f)
			if strings.Contains(d.Arg(0), "$") {
				a.Open = append(a.Open, "the realm holds a variable, and where it is \"off\" nothing is asked: "+d.Arg(0))
			}
			out = append(out, a)
		}
	}
	if d := l.one("auth_request"); d != nil && d.Arg(0) != "off" {
		out = append(out, conf.Auth{Place: d.Place, Scheme: conf.Subrequest, Ask: d.Arg(0)})
	}
	for _, n := range externalAuth {
		if d := l.one(n); d != nil && d.Arg(0) != "off" {
			a := conf.Auth{Place: d.Place, Scheme: conf.External, Open: []string{n + " is a module whose answer cannot be read from here"}}
			if n == "auth_jwt" || n == "auth_digest" || n == "auth_pam" {
				a.Realm = d.Arg(0)
			}
			out = append(out, a)
		}
	}
	return out
}

func (m *model) addFile(a *conf.Auth, d *Directive) {
	p := d.Arg(0)
	if strings.Contains(p, "$") {
		a.Open = append(a.Open, "the password file's path holds a variable: "+p)
		return
	}
	a.Files = []*conf.CredFile{m.credFile(d)}
}

// credFile looks at a password file, once for every path.
func (m *model) credFile(d *Directive) *conf.CredFile {
	p := m.full(d.Arg(0))
	seen, known := m.seen[p]
	if !known && m.real {
		seen = conf.Look(m.src, p, m.users, m.config.Worker)
	}
	m.seen[p] = seen
	return &conf.CredFile{Path: p, Place: d.Place, Kind: conf.Htpasswd, Seen: seen}
}

// rules are allow and deny: both lists come from one level (ngx_http_access_merge_loc_conf).
func rules(l *level) []conf.Rule {
	var out []conf.Rule
	for _, d := range accessRules(l) {
		r := conf.Rule{Place: d.Place, Allow: d.Name == "allow", What: d.Arg(0)}
		r.Prefix, r.All = network(d.Arg(0))
		out = append(out, r)
	}
	return out
}

// accessRules are the allow and deny directives in force, in their order.
func accessRules(l *level) []*Directive {
	for at := l; at != nil; at = at.parent {
		if len(at.own["allow"])+len(at.own["deny"]) == 0 || at.dir == nil {
			continue
		}
		var out []*Directive
		for _, d := range at.dir.Body {
			if d.Name == "allow" || d.Name == "deny" {
				out = append(out, d)
			}
		}
		return out
	}
	return nil
}

// network reads an address or network as ngx_ptocidr does: bits behind the mask do not count.
func network(s string) (p netip.Prefix, all bool) {
	if s == "all" {
		return netip.Prefix{}, true
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), false
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), false
	}
	if host, mask, ok := strings.Cut(s, "/"); ok { // 10.0.0.0/255.0.0.0
		a, err1 := netip.ParseAddr(host)
		k, err2 := netip.ParseAddr(mask)
		if err1 == nil && err2 == nil && a.Is4() && k.Is4() {
			bits := 0
			for _, b := range k.As4() {
				for ; b&0x80 != 0; b <<= 1 {
					bits++
				}
			}
			return netip.PrefixFrom(a, bits).Masked(), false
		}
	}
	return netip.Prefix{}, false
}

// answer is the return that every request here ends with: one of the server's or of l's own, under no condition.
func answer(l *level) *conf.Answer {
	levels := []*level{l.server.level}
	if l.kind == kindLocation || l.kind == kindIf {
		levels = append(levels, l)
	}
	for _, at := range levels {
		ds := at.own["return"]
		if len(ds) == 0 {
			continue
		}
		a := &conf.Answer{Place: ds[0].Place}
		code, err := strconv.Atoi(ds[0].Arg(0))
		switch {
		case err != nil:
			a.Status, a.To = 302, ds[0].Arg(0)
		case redirects(code):
			a.Status, a.To = code, ds[0].Arg(1)
		default:
			a.Status = code
		}
		return a
	}
	return nil
}

// redirects reports the statuses for which return's text is an address.
func redirects(code int) bool {
	return code == 301 || code == 302 || code == 303 || code == 307 || code == 308
}

// cache reads proxy_cache and its kin, of the module that passes on.
func cache(l *level) *conf.Cache {
	p := l.passes()
	if p == nil {
		return nil
	}
	prefix := strings.TrimSuffix(p.Name, "_pass") // proxy, fastcgi, uwsgi, scgi
	d := l.one(prefix + "_cache")
	if d == nil || d.Arg(0) == "off" {
		return nil
	}
	c := &conf.Cache{Place: d.Place, Zone: d.Arg(0), Statuses: map[string]string{}}
	if k := l.one(prefix + "_cache_key"); k != nil {
		c.Key = k.Arg(0)
	} else if prefix == "proxy" {
		c.Key = "$scheme$proxy_host$request_uri"
	}
	for _, v := range l.all(prefix + "_cache_valid") {
		a := v.Texts()
		if len(a) == 1 { // a time alone is for 200, 301 and 302
			c.Statuses["200"], c.Statuses["301"], c.Statuses["302"] = a[0], a[0], a[0]
		}
		for i := 0; i+1 < len(a); i++ {
			c.Statuses[a[i]] = a[len(a)-1]
		}
	}
	for _, v := range l.all(prefix + "_cache_bypass") {
		c.Bypass = append(c.Bypass, v.Texts()...)
	}
	for _, v := range l.all(prefix + "_no_cache") {
		c.NoStore = append(c.NoStore, v.Texts()...)
	}
	for _, v := range l.all(prefix + "_ignore_headers") {
		c.Ignores = append(c.Ignores, v.Texts()...)
	}
	return c
}
