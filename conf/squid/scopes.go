package squid

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// schemes are the names of auth_param's schemes in a challenge.
var schemes = map[string]conf.Scheme{"basic": conf.Basic, "digest": conf.Digest, "ntlm": conf.Scheme("NTLM"), "negotiate": conf.Negotiate}

// scopes makes one scope of every port: http_access is the same for all of them, what is passed on is not.
func (r *reader) scopes() {
	ports := r.ports
	if len(ports) == 0 {
		ports = []port{{Listen: conf.Listen{Port: 3128}}}
	}
	for _, p := range ports {
		s := &conf.Scope{Place: p.Place, Sample: "/", Satisfy: conf.SatisfyAll, Server: conf.Server{Place: p.Place, Listen: []conf.Listen{p.Listen}, Default: true}}
		if p.accel {
			s.Path = "accel"
			if p.site != "" {
				s.Server.Names = []string{p.site}
			}
		}
		for _, name := range r.scheme {
			a := conf.Auth{Place: r.params[name], Scheme: schemes[name], Realm: r.realm[name]}
			if f := r.files[name]; f != nil {
				a.Files = append(a.Files, f)
			} else {
				a.Open = append(a.Open, "its helper is not one that reads a file")
			}
			for _, h := range r.http {
				for _, n := range h.acls {
					if x := r.acls[strings.TrimPrefix(n, "!")]; x != nil && strings.HasPrefix(x.kind, "proxy_auth") {
						a.Require = append(a.Require, x.values...)
						a.When = h.text
					}
				}
			}
			if a.When != "" { // without an ACL that asks for them, nobody is asked
				s.Auth = append(s.Auth, a)
			}
		}
		for _, h := range r.http {
			s.Rules = append(s.Rules, r.rules(h)...)
		}
		s.Pass = r.pass(p)
		r.conf.Scopes = append(r.conf.Scopes, s)
	}
}

// rules are one line of http_access: addresses when it names nothing else.
func (r *reader) rules(h access) []conf.Rule {
	plain := []conf.Rule{{Place: h.Place, Allow: h.allow, What: h.text}}
	if len(h.acls) != 1 {
		return plain
	}
	if h.acls[0] == "all" {
		plain[0].All = true
		return plain
	}
	a := r.acls[h.acls[0]]
	if a == nil || a.kind != "src" {
		return plain
	}
	var out []conf.Rule
	for _, v := range a.values {
		p, ok := prefixOf(v)
		if !ok {
			return plain
		}
		out = append(out, conf.Rule{Place: h.Place, Allow: h.allow, What: v, Prefix: p})
	}
	return out
}

// login is the login= option of the peer that an accelerator passes on to.
func login(peer line) string {
	for _, w := range peer.words {
		if v, ok := strings.CutPrefix(w, "login="); ok {
			return v
		}
	}
	return ""
}

func (r *reader) pass(p port) *conf.Pass {
	out := &conf.Pass{Place: p.Place, Way: conf.HTTPProxy, To: "the origin", Authorization: conf.Fate{Now: conf.Kept}, Host: conf.Fate{Now: conf.Kept}, Proto: conf.Fate{Now: conf.Kept}}
	if len(r.peers) > 0 {
		peer := r.peers[0]
		out.Place, out.To = peer.Place, peer.word(1)+":"+peer.word(3)
		// A peer gets a login only as login= says; without it an accelerator keeps the client's to itself.
		switch v := login(peer); {
		case v == "PASSTHRU" || v == "PASS":
		case v == "":
			if p.accel {
				out.Authorization = conf.Fate{Place: peer.Place, Now: conf.Dropped}
			}
		default:
			out.Authorization = conf.Fate{Place: peer.Place, Now: conf.Replaced, Value: exchange.RequestField("Authorization", v).Value.String()}
		}
	}
	for _, list := range []string{"authorization", "host", "x-forwarded-proto"} {
		if len(r.strip[list]) == 0 {
			continue
		}
		a := r.strip[list][0] // the first line that fits decides
		f := conf.Fate{Place: a.Place, Now: conf.Kept}
		if !a.allow {
			f.Now = conf.Dropped
		}
		if len(a.acls) != 1 || a.acls[0] != "all" {
			f.Now = conf.Unsure
		}
		out.Set = append(out.Set, conf.Field{Place: a.Place, Name: list, When: a.text})
		switch {
		case list == "authorization" && out.Authorization.Now != conf.Dropped:
			out.Authorization = f
		case list == "host":
			out.Host = f
		case list == "x-forwarded-proto":
			out.Proto = f
		}
	}
	for _, a := range r.add {
		out.Set = append(out.Set, conf.Field{Place: a.Place, Name: a.word(1), Value: exchange.RequestField(a.word(1), strings.Trim(a.word(2), `"`)).Value.String(), When: strings.Join(a.words[min(3, len(a.words)):], " ")})
	}
	return out
}
