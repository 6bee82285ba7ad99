package apache

import (
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// decision is what mod_authz_core makes of a Require line or group.
type decision int

const (
	neutral decision = iota
	granted
	denied
	deniedNoUser // a user may change it
	broken
)

// access runs the phases that let in or refuse: addresses, Require without a user, the credentials, Require with the user.
func (v *visit) access() int {
	for _, other := range []*visit{v.prev, v.main} {
		// What has the same configuration as a request that was let in is let in.
		if other != nil && v.sameConf(other) {
			v.user, v.authType = other.user, other.authType
			return 0
		}
	}
	sat, _ := v.d.compat.satisfy(v.method)
	if status := v.checkAccess(sat.any); status != 0 {
		if !sat.any {
			return status
		}
	} else if sat.any {
		return 0
	}
	if a := v.d.authz; (a == nil || a.tree == nil) && v.kindOfAuth() != "" {
		return v.refuse(500, v.d.authType.place, "access", "AuthType is set and no Require says who is let in: httpd takes that for a mistake")
	}
	d, at := v.judge(false)
	switch d {
	case granted:
		return 0
	case deniedNoUser:
	case broken:
		return v.refuse(500, at.place, "access", "%s cannot be evaluated", at)
	default:
		return v.refuse(403, at.place, "access", "%s is not met, and no user could change that: credentials are not asked for", at)
	}
	if status := v.authenticate(); status != 0 {
		return status
	}
	if v.user == nil {
		return v.refuse(500, at.place, "auth", "a user is required and nothing here asks for one: AuthType is not set")
	}
	d, at = v.judge(true)
	switch {
	case d == granted:
		v.step(v.d.authType.at(), "auth", conf.LetsBy, "the user is let in")
		return 0
	case d == broken:
		return v.refuse(500, at.place, "auth", "%s cannot be evaluated", at)
	case d == deniedNoUser:
		// AuthzSendForbiddenOnFailure does not count here.
		v.challenge()
		return v.refuse(401, at.place, "auth", "%s is not met by this user", at)
	case v.kindOfAuth() == "":
		return v.refuse(403, at.place, "auth", "%s is not met", at)
	case v.d.authz.forbidden.on():
		return v.refuse(403, at.place, "auth", "%s is not met by this user (AuthzSendForbiddenOnFailure)", at)
	}
	v.challenge()
	return v.refuse(401, at.place, "auth", "%s is not met by this user, and httpd answers that with 401", at)
}

// sameConf reports that httpd finds the very configuration again that it merged for another request: an internal redirect or a
// look at an index. Where every module that checks access says that it looks at the configuration alone, equal sections are
// enough. mod_allowmethods does not, and then httpd merges anew unless it walks to the same folder.
func (v *visit) sameConf(o *visit) bool {
	if o.srv != v.srv || !slices.Equal(o.met, v.met) {
		return false
	}
	if v.w.part || !v.w.has("allowmethods_module") {
		return true
	}
	dirs := false
	for _, s := range v.met {
		switch s.kind {
		case kIf, kProxy:
			return false
		case kLocation:
			if o.uri != v.uri {
				return false
			}
		case kFiles:
			if path.Base(o.filename) != path.Base(v.filename) {
				return false
			}
		default:
			dirs = true
		}
	}
	known := v.kind == regular || v.kind == folder && v.pathInfo == ""
	return !dirs || known && v.folder() == o.walkedIn
}

// folder is the folder of the request's file, with a slash at its end.
func (v *visit) folder() string {
	l := located{filename: v.filename, kind: v.kind}
	if l.kind == folder && !strings.HasSuffix(l.filename, "/") {
		l.filename += "/"
	}
	return l.folder()
}

// checkAccess is the phase of rules by address and method: mod_allowmethods, mod_access_compat, mod_ssl.
func (v *visit) checkAccess(any bool) int {
	if m := v.d.methods; m != nil && !(len(m) == 1 && m[0] == "reset") {
		method := v.method
		if method == "HEAD" {
			method = "GET"
		}
		if !isOneOf(method, m...) {
			return v.refuse(405, v.d.methodsAt, "access", "AllowMethods leaves %s out", v.method)
		}
	}
	if c := v.d.compat; c != nil {
		if r, ok := v.hosts(c); !ok {
			if any {
				v.step(r.place, "access", conf.LetsBy, "%s keeps this client out, and Satisfy Any lets credentials decide", r.says())
				return 403
			}
			return v.refuse(403, r.place, "access", "%s keeps this client out", r.says())
		}
	}
	for _, s := range v.d.sslRequire {
		if strings.EqualFold(s.value, "SSLRequireSSL") && !v.tls {
			return v.refuse(403, s.place, "access", "SSLRequireSSL asks for TLS")
		}
		if !strings.EqualFold(s.value, "SSLRequireSSL") {
			v.open("the outcome of " + s.value)
		}
	}
	if c := v.d.sslVerify; c != nil && c.is("require") && v.tls {
		v.open("whether the client sent a certificate that SSLVerifyClient accepts")
	}
	return 0
}

func (r hostRule) says() string {
	switch {
	case r.place.Line == 0:
		return "the order of Allow and Deny"
	case r.allow:
		return "Allow from " + r.what
	}
	return "Deny from " + r.what
}

// hosts is Order, Allow and Deny; rule is the line that decided a refusal.
func (v *visit) hosts(c *compat) (rule hostRule, ok bool) {
	o, _ := c.order(v.method)
	allow, allows := v.firstRule(c, true)
	deny, denies := v.firstRule(c, false)
	byOrder := hostRule{place: o.place}
	switch o.order {
	case "allow,deny":
		if denies && allows {
			return deny, false
		}
		if !allows {
			return byOrder, false
		}
		return allow, true
	case "mutual-failure":
		return byOrder, allows && !denies
	}
	if denies && !allows {
		return deny, false
	}
	return allow, true
}

func (v *visit) firstRule(c *compat, allow bool) (hostRule, bool) {
	for _, r := range c.rules {
		if r.allow != allow || !r.limited.has(v.method) {
			continue
		}
		switch {
		case r.all:
			return r, true
		case r.env != "" && r.env[0] == '!':
			if !v.env.has(r.env[1:]) {
				return r, true
			}
		case r.env != "":
			if v.env.has(r.env) {
				return r, true
			}
		case r.net.IsValid():
			if r.net.Contains(v.client) {
				return r, true
			}
		default:
			v.open("the client's host name, which " + r.says() + " asks for")
		}
	}
	return hostRule{}, false
}

// judge runs the Require tree; at is the line that decided.
func (v *visit) judge(after bool) (decision, *requires) {
	a := v.d.authz
	if a == nil || a.tree == nil {
		return granted, &requires{}
	}
	d, at := v.require(a.tree, true)
	if at == nil {
		at = a.tree
	}
	return d, at
}

// require is apply_authz_sections: what a line or a group says, and the line that made it say so.
func (v *visit) require(q *requires, parentAll bool) (decision, *requires) {
	if !q.limited.has(v.method) {
		if parentAll {
			return granted, q
		}
		return denied, q
	}
	var d decision
	at := q
	if q.provider != "" {
		d = v.provider(q)
	} else {
		for _, k := range q.kids {
			r, by := v.require(k, q.all)
			if r == broken {
				return broken, by
			}
			if r == neutral {
				continue
			}
			if q.all {
				if r == denied {
					d, at = denied, by
					break
				}
				if r == deniedNoUser && d != denied || d == neutral {
					d, at = r, by
				}
				continue
			}
			if r == granted {
				d, at = granted, by
				break
			}
			if r == deniedNoUser && d == denied || d == neutral {
				d, at = r, by
			}
		}
	}
	if q.negate {
		switch d {
		case granted:
			return denied, q
		case denied, deniedNoUser:
			return neutral, q
		}
	}
	return d, at
}

// provider asks the one who knows about a Require line.
func (v *visit) provider(q *requires) decision {
	yes := func(ok bool) decision {
		if ok {
			return granted
		}
		return denied
	}
	switch q.provider {
	case "all":
		return yes(strings.EqualFold(q.args, "granted"))
	case "valid-user":
		if v.user == nil {
			return deniedNoUser
		}
		return granted
	case "user":
		if v.user == nil {
			return deniedNoUser
		}
		return yes(isOneOf(*v.user, v.texts(q)...))
	case "group":
		return v.groups(q)
	case "ip":
		if q.bad != "" {
			break
		}
		for _, n := range q.nets {
			if n.Contains(v.client) {
				return granted
			}
		}
		return denied
	case "local":
		if v.client.IsLoopback() || v.local.IsValid() && v.local == v.client {
			return granted
		}
		if !v.local.IsValid() {
			v.open("the address that the request arrived at, which Require local compares")
		}
		return denied
	case "env":
		for _, name := range q.words {
			if v.env.has(name) {
				return granted
			}
		}
		return denied
	case "method":
		method := v.method
		if method == "HEAD" {
			method = "GET"
		}
		for _, name := range q.words {
			if name == "HEAD" {
				name = "GET"
			}
			if name == method {
				return granted
			}
		}
		return denied
	case "expr":
		if v.holds(q.cond) {
			return granted
		}
		if q.cond.wantsUser() {
			return deniedNoUser
		}
		return denied
	}
	what := q.bad
	if what == "" {
		what = "whether " + q.String() + " holds"
	}
	v.open(what)
	return denied
}

// texts are the words behind a provider, with the variables of expressions filled in.
func (v *visit) texts(q *requires) []string {
	if !strings.Contains(q.args, "%{") {
		return q.words
	}
	return words(v.value(parseText(q.args)))
}
