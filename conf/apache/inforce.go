package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// scope writes out what is in force at a place.
func (w *world) scope(s *server, site conf.Server, place conf.Place, name, sample string, d *dirConf) *conf.Scope {
	sc := &conf.Scope{Place: place, Server: site, Path: name, Sample: sample, Satisfy: conf.SatisfyAll}
	w.access(sc, d)
	for _, c := range d.cache {
		sc.Cache = &conf.Cache{Place: c.place, Zone: c.value}
	}
	for _, c := range s.cache {
		if f := strings.Fields(c.value); sc.Cache == nil && (len(f) < 2 || strings.HasPrefix(sample, f[1])) {
			sc.Cache = &conf.Cache{Place: c.place, Zone: f[0]}
		}
	}
	for _, op := range d.errorFields {
		f := op.field()
		f.When = strings.TrimSpace("always " + f.When)
		sc.Adds = append(sc.Adds, f)
	}
	for _, op := range d.fields {
		sc.Adds = append(sc.Adds, op.field())
	}
	sc.Answer = w.answer(s, sample, d)
	sc.Pass = w.passFor(s, sample, d)
	sc.Lines = d.lines(s)
	sc.Trust = w.trust(s, d)
	return sc
}

// answer is a redirect that every request of the place meets.
func (w *world) answer(s *server, sample string, d *dirConf) *conf.Answer {
	for _, r := range s.redirects {
		if _, ok := aliasRest(r.from, sample); r.re == nil && ok && sample != "" {
			return &conf.Answer{Place: r.place, Status: r.status, To: r.to}
		}
	}
	if r := d.redirect; r != nil {
		return &conf.Answer{Place: r.place, Status: r.status, To: r.to}
	}
	for _, r := range d.redirects {
		if _, ok := aliasRest(r.from, sample); r.re == nil && ok && sample != "" {
			return &conf.Answer{Place: r.place, Status: r.status, To: r.to}
		}
	}
	return nil
}

// access fills in who is asked for credentials and which rules stand beside that.
func (w *world) access(sc *conf.Scope, d *dirConf) {
	a := conf.Auth{}
	asks := false
	if d.authz != nil && d.authz.tree != nil {
		asks = flatten(d.authz.tree, false, sc, &a)
		if asks && mixes(d.authz.tree) {
			sc.Satisfy = conf.SatisfyAny
		}
	}
	if d.compat != nil {
		for _, r := range d.compat.rules {
			rule := conf.Rule{Place: r.place, Allow: r.allow, What: r.what, Prefix: r.net, All: r.all, Methods: r.limited.list()}
			sc.Rules = append(sc.Rules, rule)
		}
		if s, ok := d.compat.satisfy("GET"); ok && s.any {
			sc.Satisfy = conf.SatisfyAny
		}
	}
	if asks {
		w.describe(&a, d)
		sc.Auth = append(sc.Auth, a)
	}
	for _, f := range d.foreign {
		sc.Auth = append(sc.Auth, conf.Auth{Place: f.place, Scheme: conf.External, Open: []string{f.value}})
	}
	if v := d.sslVerify; v != nil && !v.is("none") {
		sc.Auth = append(sc.Auth, conf.Auth{Place: v.place, Scheme: conf.ClientCert, Require: []string{"SSLVerifyClient " + v.value}})
	}
}

// describe says who is asked and how.
func (w *world) describe(a *conf.Auth, d *dirConf) {
	if d.authType == nil {
		// A user is required and nothing asks for one: every such request ends with 500.
		a.Scheme = conf.External
		a.Open = append(a.Open, "a user is required and no AuthType is set")
		return
	}
	a.Place = d.authType.place
	a.Realm = d.authName.or("")
	switch strings.ToLower(d.authType.value) {
	case "basic":
		a.Scheme = conf.Basic
	case "digest":
		a.Scheme = conf.Digest
	case "form":
		a.Scheme = conf.Form
	case "none":
		a.Scheme = conf.External
		a.Open = append(a.Open, "a user is required and AuthType is None")
	default:
		a.Scheme = conf.External
		a.Open = append(a.Open, "AuthType "+d.authType.value)
	}
	providers := d.providers
	if a.Scheme == conf.Digest {
		providers = nil
		if d.digest != nil {
			providers = d.digest.providers
		}
	}
	if len(providers) == 0 {
		providers = []setting{{"file", a.Place}}
	}
	for _, p := range providers {
		from := d
		kind := strings.ToLower(p.value)
		if alias := w.aliases[p.value]; alias != nil {
			from, kind = merge(d, alias), strings.ToLower(alias.providers[0].value)
		}
		if kind != "file" {
			a.Open = append(a.Open, "provider "+p.value)
			continue
		}
		k := conf.Htpasswd
		if a.Scheme == conf.Digest {
			k = conf.Htdigest
		}
		if f := w.credFile(from.userFile, k); f != nil {
			if strings.Contains(f.Path, "${") || strings.Contains(f.Path, "%{") {
				a.Open = append(a.Open, f.Path)
			}
			a.Files = append(a.Files, f)
		}
	}
	if f := w.credFile(d.groupFile, conf.Group); f != nil {
		a.Groups = append(a.Groups, f)
	}
}

// flatten writes a tree of Require lines as rules and demands, and reports that a user is demanded somewhere.
func flatten(q *requires, negate bool, sc *conf.Scope, a *conf.Auth) bool {
	negate = negate != q.negate
	if q.provider == "" {
		asks := false
		for _, k := range q.kids {
			asks = flatten(k, negate, sc, a) || asks
		}
		return asks
	}
	what := strings.TrimPrefix((&requires{provider: q.provider, args: q.args, negate: negate}).String(), "Require ")
	if q.wantsUser() {
		a.Require = append(a.Require, what)
		return !negate
	}
	r := conf.Rule{Place: q.place, Allow: !negate, What: strings.TrimPrefix(what, "not "), Methods: q.limited.list()}
	if q.provider == "all" {
		r.All = true
		r.Allow = strings.EqualFold(q.args, "granted") != negate
		r.What = "all"
	}
	if len(q.nets) == 0 {
		sc.Rules = append(sc.Rules, r)
		return false
	}
	for i, p := range q.nets {
		one := r
		one.Prefix = p
		if i < len(q.words) {
			one.What = q.words[i]
		}
		sc.Rules = append(sc.Rules, one)
	}
	return false
}

// wantsUser reports a provider that says nothing until somebody has logged in.
func (q *requires) wantsUser() bool {
	return isOneOf(q.provider, "valid-user", "user", "group", "file-owner", "file-group") || q.cond != nil && q.cond.wantsUser() ||
		strings.HasPrefix(q.provider, "ldap-") || strings.HasPrefix(q.provider, "dbd-") || strings.HasPrefix(q.provider, "dbm-")
}

// mixes reports a group of which any member is enough and that has both users and others.
func mixes(q *requires) bool {
	user, other := false, false
	for _, k := range q.kids {
		if k.provider == "" {
			if mixes(k) {
				return true
			}
			var dummy conf.Scope
			var auth conf.Auth
			if flatten(k, false, &dummy, &auth) {
				user = true
			} else {
				other = true
			}
		} else if k.wantsUser() {
			user = true
		} else {
			other = true
		}
	}
	return !q.all && user && other
}
