package squid

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

type tracer struct{ r *reader }

// asked is a request that http_access judges.
type asked struct {
	*reader
	conf.Request
	rec    *step.Recorder
	port   port
	open   string
	wanted bool // a proxy_auth ACL was met without credentials that count: the request is challenged
	last   string
}

// Trace follows r through http_access and says what is passed on.
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	a := &asked{reader: t.r, Request: r, rec: step.Begin(r)}
	a.port = a.listening()
	for _, s := range t.r.conf.Scopes {
		if s.Place == a.port.Place {
			a.rec.Scope = s
		}
	}
	if a.decided() {
		return a.rec.End()
	}
	a.pass()
	return a.rec.End()
}

func (a *asked) listening() port {
	for _, p := range a.ports {
		if p.Port == a.Port || a.Port == 0 && len(a.ports) == 1 {
			a.rec.Step(p.Place, "http_port", conf.Chooses, "port %d", p.Port)
			return p
		}
	}
	if len(a.ports) > 0 {
		a.rec.Unclear(a.ports[0].Place, "http_port", "no port is the request's: the first is taken")
		return a.ports[0]
	}
	return port{Listen: conf.Listen{Port: 3128}}
}

// decided walks http_access; true when the request is refused.
func (a *asked) decided() bool {
	allowed := false // the answer when no line fits is the opposite of the last line's
	for _, h := range a.http {
		allowed = !h.allow
		v := a.fits(h)
		if a.wanted {
			a.challenge(h)
			return true
		}
		switch v {
		case step.No:
			continue
		case step.Open:
			a.rec.Unclear(h.Place, "http_access", "whether %q fits cannot be known: %s", h.text, a.open)
			continue
		}
		if h.allow {
			a.rec.Step(h.Place, "http_access", conf.LetsBy, "%s", h.text)
			return false
		}
		a.deny(h.Place, h.text)
		return true
	}
	if allowed {
		return false
	}
	a.deny(conf.Place{}, "no line of http_access fits")
	return true
}

func (a *asked) fits(h access) step.Truth {
	t := step.Yes
	for _, n := range h.acls {
		name, not := strings.CutPrefix(n, "!")
		x := a.acls[name]
		if x == nil {
			a.open = "no ACL is called " + name
			t = t.And(step.Open)
			continue
		}
		v := a.acl(x)
		a.last = name
		if a.wanted {
			return step.Open
		}
		if not {
			v = v.Not()
		}
		if t = t.And(v); t == step.No {
			return t
		}
	}
	return t
}

// deny answers 403, or asks for credentials when the ACL that was looked at last is one about users.
func (a *asked) deny(at conf.Place, text string) {
	if x := a.acls[a.last]; x != nil && strings.HasPrefix(x.kind, "proxy_auth") {
		a.challenge(access{Place: at, text: text})
		return
	}
	a.rec.Refuse(at, "http_access", 403, "%s", text)
	a.otherAnswer()
}

func (a *asked) otherAnswer() {
	if l, ok := a.info[a.last]; ok {
		a.rec.Unclear(l.Place, "deny_info", "another answer is given for the ACL %s", a.last)
	}
}

// challenge is 407, or 401 where Squid stands in for the site.
func (a *asked) challenge(h access) {
	status := 407
	if a.port.accel {
		status = 401
	}
	a.rec.Refuse(h.Place, "http_access", status, "credentials are asked for: %s", h.text)
	for _, s := range a.scheme {
		if s != "basic" {
			a.rec.Unclear(a.params[s], "auth_param", "the challenge of %s has parts made for each answer", s)
			continue
		}
		realm := a.realm[s]
		if realm == "" {
			realm = "Squid proxy-caching web server"
		}
		a.rec.Challenges = append(a.rec.Challenges, `Basic realm="`+realm+`"`)
	}
	a.otherAnswer()
}

func (a *asked) unknown(x *acl, why string) step.Truth {
	a.open = "acl " + x.name + ": " + why
	return step.Open
}

func (a *asked) acl(x *acl) step.Truth {
	if x.open != "" {
		return a.unknown(x, x.open)
	}
	switch x.kind {
	case "src":
		for _, v := range x.values {
			p, ok := prefixOf(v)
			if v == "all" {
				return step.Yes
			}
			if !ok {
				return a.unknown(x, "a range or a name")
			}
			if p.Contains(a.Client.Unmap()) {
				return step.Yes
			}
		}
		return step.No
	case "dstdomain":
		host := a.host()
		for _, v := range x.values {
			v = strings.ToLower(v)
			if host == v || strings.HasPrefix(v, ".") && (strings.HasSuffix(host, v) || host == v[1:]) {
				return step.Yes
			}
		}
		return step.No
	case "port":
		return a.portIn(x)
	case "method":
		for _, v := range x.values {
			if v == a.Method {
				return step.Yes
			}
		}
		return step.No
	case "proto":
		for _, v := range x.values {
			if strings.EqualFold(v, a.URL.Scheme) {
				return step.Yes
			}
		}
		return step.No
	case "url_regex":
		return a.regex(x, []secret.Text{secret.Join(secret.Public(a.URL.Scheme+"://"+a.authority()), a.RequestTarget())})
	case "urlpath_regex":
		return a.regex(x, []secret.Text{a.RequestTarget().Map(decoded)})
	case "browser":
		return a.regex(x, a.rec.Header().Values("User-Agent"))
	case "req_header":
		return a.regex(x, a.rec.Header().Values(x.arg))
	case "localport":
		return step.Of(len(x.values) > 0 && slicesHas(x.values, strconv.Itoa(a.port.Port)))
	case "myportname":
		return step.Of(slicesHas(x.values, a.port.name))
	case "proxy_auth":
		return a.user(x)
	case "any-of", "all-of":
		return a.joined(x)
	}
	return a.unknown(x, x.kind+" is not evaluated here")
}

func decoded(s string) string {
	if d, err := url.PathUnescape(s); err == nil {
		return d
	}
	return s
}

func slicesHas(all []string, s string) bool {
	for _, v := range all {
		if v == s {
			return true
		}
	}
	return false
}

func (a *asked) joined(x *acl) step.Truth {
	out := step.Of(x.kind == "all-of")
	for _, n := range x.values {
		name, not := strings.CutPrefix(n, "!")
		one := a.acls[name]
		if one == nil || one == x || one.kind == "any-of" || one.kind == "all-of" {
			return a.unknown(x, "lists of lists are not evaluated here")
		}
		v := a.acl(one)
		if not {
			v = v.Not()
		}
		if x.kind == "all-of" {
			out = out.And(v)
		} else {
			out = out.Or(v)
		}
	}
	return out
}

// host is where the request goes: an accelerator without vhost serves one site.
func (a *asked) host() string {
	if a.port.accel && a.port.site != "" {
		return strings.ToLower(a.port.site)
	}
	return step.HostOf(a.Request.Request)
}

func (a *asked) authority() string {
	if a.port.accel && a.port.site != "" {
		return a.port.site
	}
	return a.rec.Header().Get("Host")
}

func (a *asked) portIn(x *acl) step.Truth {
	have, err := strconv.Atoi(a.URL.Port)
	if a.port.accel {
		have = a.port.Port
	}
	if err != nil {
		return a.unknown(x, "the port is not known")
	}
	for _, v := range x.values {
		low, high, isRange := strings.Cut(v, "-")
		l, err1 := strconv.Atoi(low)
		h, err2 := strconv.Atoi(high)
		if !isRange {
			h, err2 = l, err1
		}
		if err1 == nil && err2 == nil && l <= have && have <= h {
			return step.Yes
		}
	}
	return step.No
}

func (a *asked) regex(x *acl, values []secret.Text) step.Truth {
	for _, p := range x.values {
		if x.fold {
			p = "(?i)" + p
		}
		re, err := regexp.Compile(p)
		if err != nil {
			return a.unknown(x, "a pattern that is not evaluated here")
		}
		for _, v := range values {
			if v.Match(re) {
				return step.Yes
			}
		}
	}
	return step.No
}

// user is a proxy_auth list. Without a login that is right the request is challenged; a right one that is not in the list does
// not fit.
func (a *asked) user(x *acl) step.Truth {
	field := "Proxy-Authorization"
	if a.port.accel {
		field = "Authorization"
	}
	login := step.BasicOf(a.rec.Header(), field)
	if login.Is == step.NotBasic && len(a.scheme) > 1 {
		return a.unknown(x, "another scheme than Basic")
	}
	f := a.files["basic"]
	if login.Is != "" || a.params["basic"] == (conf.Place{}) {
		a.wanted = true
		return step.Open
	}
	if f == nil || f.Seen == nil {
		return a.unknown(x, "the helper that checks passwords is not one that reads a file")
	}
	var all []step.Account
	for _, l := range f.Seen.Users.Lines {
		all = append(all, step.Account{Name: l.User, Hash: l.Hash})
	}
	u, ok := step.Find(all, login.Pair.User)
	if !ok {
		a.wanted = true
		return step.Open
	}
	switch a.rec.Fits(u, login.Pair.Password, func(k htpasswd.Kind) bool { return k == htpasswd.Unknown || k == htpasswd.SSHA || k == htpasswd.Marked }) {
	case step.No:
		a.wanted = true
		return step.Open
	case step.Open:
		return a.unknown(x, "the user's password is hashed in a way that is not verified here")
	}
	for _, v := range x.values {
		if v == "REQUIRED" || login.Pair.User.Is(v) || x.fold && login.Pair.User.EqualFold(v) {
			return step.Yes
		}
	}
	return step.No
}

// pass says what the next hop gets.
func (a *asked) pass() {
	to := a.authority()
	at := a.port.Place
	if len(a.peers) > 0 {
		at, to = a.peers[0].Place, a.peers[0].word(1)+":"+a.peers[0].word(3)
		if len(a.peers) > 1 || a.other["never_direct"].words == nil && !a.port.accel {
			a.rec.Unclear(at, "peer", "which peer is asked, or none, depends on more than the request")
		}
	}
	hasPeer := len(a.peers) > 0
	switch {
	case hasPeer && a.port.accel && login(a.peers[0]) == "":
		if a.rec.Drop("Authorization") {
			a.rec.Step(at, "peer", conf.Drops, "Authorization is not passed on to a peer without login=PASSTHRU")
		}
	case hasPeer && login(a.peers[0]) != "" && login(a.peers[0]) != "PASSTHRU":
		a.rec.Unclear(at, "peer", "login=%s makes the credentials that the peer gets", "...")
	}
	a.rec.Drop("Proxy-Authorization")
	for _, f := range a.rec.Header() {
		a.stripped(f.Name)
	}
	for _, l := range a.add {
		a.rec.Unclear(l.Place, "request_header_add", "%s is added", l.word(1))
	}
	if a.port.site != "" {
		a.rec.Set("Host", a.port.site)
	}
	a.rec.PassOn(at, "peer", to, a.Request.Request)
}

func (a *asked) stripped(name string) {
	for _, l := range a.strip[strings.ToLower(name)] {
		switch a.fits(l) {
		case step.Yes:
			if !l.allow && a.rec.Drop(name) {
				a.rec.Step(l.Place, "request_header_access", conf.Drops, "%s is taken out", name)
			}
			return
		case step.Open:
			a.rec.Unclear(l.Place, "request_header_access", "whether %s is passed on cannot be known: %s", name, a.open)
			return
		}
	}
}
