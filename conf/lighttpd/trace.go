package lighttpd

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

type tracer struct{ r *reader }

// asked is a request on its way.
type asked struct {
	*reader
	conf.Request
	rec  *step.Recorder
	path string // decoded
	set  settings
	open string

	truth map[*block]step.Truth // of the conditions
}

// Trace follows r: the conditions that hold, then the modules in the order of server.modules.
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	a := &asked{reader: t.r, Request: r, rec: step.Begin(r), set: settings{}, truth: map[*block]step.Truth{t.r.global: step.Yes}}
	a.path = normalized(step.PathOf(r.Request))
	a.merge()
	a.choose()
	for _, m := range t.r.modules() {
		if a.module(m) {
			return a.rec.End()
		}
	}
	a.rec.Step(conf.Place{}, "response", conf.Sends, "a file is served")
	return a.rec.End()
}

func normalized(p string) string {
	if d, err := url.PathUnescape(p); err == nil {
		p = d
	}
	c := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && c != "/" {
		c += "/"
	}
	return c
}

// merge puts the settings of all conditions that hold over the global ones, in the order of the file.
func (a *asked) merge() {
	for k, v := range a.global.set {
		a.set[k] = v
	}
	for _, b := range a.blocks {
		a.truth[b] = a.holds(b)
		switch a.truth[b] {
		case step.Yes:
			for k, v := range b.set {
				a.set[k] = v
			}
			if b.matters() {
				a.rec.Step(b.Place, "condition", conf.Chooses, "%s holds", b.text())
			}
		case step.Open:
			if b.matters() {
				a.rec.Unclear(b.Place, "condition", "whether %s holds cannot be known: %s", b.text(), a.open)
			}
		}
	}
}

// choose names the scope that the request falls under: that of the requirement, else that of the last block that holds.
func (a *asked) choose() {
	e, _ := requirement(a.set, a.path)
	for _, s := range a.conf.Scopes {
		if e != nil && len(s.Auth) > 0 && s.Auth[0].Place == e.Place {
			a.rec.Scope = s
			return
		}
		if a.truth[a.owner[s]] == step.Yes {
			a.rec.Scope = s
		}
	}
}

// holds says whether b's settings are in force. What b stands in comes before it in the file, and so does what its else
// belongs to, so both are known.
func (a *asked) holds(b *block) step.Truth {
	t := a.truth[b.parent]
	for p := b.previous; p != nil && t != step.No; p = p.previous {
		t = t.And(a.own(p).Not())
	}
	if b.what == "" || t == step.No {
		return t
	}
	return t.And(a.own(b))
}

// own is b's condition alone.
func (a *asked) own(b *block) step.Truth {
	if b.what == "" {
		return step.Yes
	}
	unknown := func(why string) step.Truth { a.open = why; return step.Open }
	if b.with.open {
		return unknown("a variable stands in it")
	}
	kind, key, _ := strings.Cut(b.what, "[")
	key = strings.Trim(key, `"]`)
	var have secret.Text
	switch {
	case kind == "HTTP" && key == "host":
		host := step.HostOf(a.Request.Request)
		if strings.Contains(b.with.text, ":") {
			host = strings.ToLower(a.rec.Header().Get("Host"))
		}
		have = secret.Public(host)
	case kind == "HTTP" && key == "url":
		have = secret.Public(a.path)
	case kind == "HTTP" && key == "remoteip":
		return a.remote(b)
	case kind == "HTTP" && (key == "request-method" || key == "requestmethod"):
		have = secret.Public(a.Method)
	case kind == "HTTP" && key == "scheme":
		have = secret.Public(a.URL.Scheme)
	case kind == "HTTP" && (key == "querystring" || key == "query-string"):
		have = a.URL.RawQuery()
	case kind == "HTTP" && (key == "useragent" || key == "user-agent"):
		have = a.rec.Header().Text("User-Agent")
	case kind == "HTTP" && (key == "referer" || key == "cookie"), kind == "REQUEST_HEADER":
		have = a.rec.Header().Text(key)
	default:
		return unknown("$" + b.what + " is not known here")
	}
	t := step.No
	switch b.op {
	case "==", "!=":
		t = step.Of(have.Is(b.with.text))
	case "=^":
		t = step.Of(have.HasPrefix(b.with.text))
	case "=$":
		t = step.Of(have.HasSuffix(b.with.text))
	default:
		re, err := regexp.Compile(b.with.text)
		if err != nil {
			return unknown("its pattern is not evaluated here")
		}
		t = step.Of(have.Match(re))
	}
	if strings.HasPrefix(b.op, "!") {
		t = t.Not()
	}
	return t
}

func (a *asked) remote(b *block) step.Truth {
	p, ok := conf.ParsePrefix(b.with.text)
	if !ok || b.op != "==" && b.op != "!=" {
		a.open = "an address is compared in a way that is not evaluated here"
		return step.Open
	}
	t := step.Of(p.Contains(a.Client.Unmap()))
	if b.op == "!=" {
		t = t.Not()
	}
	return t
}

// module does what one module does; true when it has answered.
func (a *asked) module(name string) bool {
	switch name {
	case "mod_access":
		return a.access()
	case "mod_auth":
		return a.auth()
	case "mod_setenv":
		a.setenv()
	case "mod_redirect":
		return a.redirect()
	case "mod_rewrite":
		if v := a.set["url.rewrite-once"]; v != nil {
			a.rec.Unclear(v.Place, name, "the URL is rewritten before everything else")
		}
	case "mod_proxy":
		return a.pass("proxy.server", conf.HTTPProxy)
	case "mod_fastcgi":
		return a.pass("fastcgi.server", conf.FastCGI)
	case "mod_scgi":
		return a.pass("scgi.server", conf.SCGI)
	case "mod_extforward":
		if v := a.set["extforward.forwarder"]; v != nil {
			a.rec.Unclear(v.Place, name, "the client's address may be taken from X-Forwarded-For")
		}
	case "mod_magnet":
		if v := a.set["magnet.attract-raw-url-to"]; v != nil {
			a.rec.Unclear(v.Place, name, "a Lua program runs")
		}
	}
	return false
}

func (a *asked) access() bool {
	if allow := a.set["url.access-allow"]; allow != nil {
		for _, e := range allow.list {
			if strings.HasSuffix(a.path, e.text) {
				return false
			}
		}
		a.rec.Refuse(allow.Place, "access", 403, "the path has none of the endings of url.access-allow")
		return true
	}
	for _, e := range listOf(a.set["url.access-deny"]) {
		if strings.HasSuffix(a.path, e.text) {
			a.rec.Refuse(e.Place, "access", 403, "url.access-deny has the ending %q", e.text)
			return true
		}
	}
	return false
}

func (a *asked) setenv() {
	for _, e := range listOf(a.set["setenv.add-request-header"]) {
		// A field that is there gets the value behind its own.
		if have := a.rec.Header().Text(e.key); !have.Empty() {
			a.rec.SetText(e.key, secret.Join(have, secret.Public(", "+e.text)))
		} else {
			a.rec.Set(e.key, e.text)
		}
		a.rec.Step(e.Place, "setenv", conf.Changes, "%s is added", e.key)
	}
	for _, e := range listOf(a.set["setenv.set-request-header"]) {
		if e.text == "" {
			if a.rec.Drop(e.key) {
				a.rec.Step(e.Place, "setenv", conf.Drops, "%s is taken out", e.key)
			}
			continue
		}
		a.rec.Set(e.key, e.text)
		a.rec.Step(e.Place, "setenv", conf.Changes, "%s is written", e.key)
	}
}

func (a *asked) redirect() bool {
	for _, e := range listOf(a.set["url.redirect"]) {
		re, err := regexp.Compile(e.key)
		if err != nil {
			a.rec.Unclear(e.Place, "redirect", "a pattern that is not evaluated here")
			continue
		}
		if !a.RequestTarget().Match(re) {
			continue
		}
		a.rec.Step(e.Place, "redirect", conf.Sends, "redirected")
		a.rec.Status = 301
		if code := a.set["url.redirect-code"]; code != nil && code.text == "302" {
			a.rec.Status = 302
		} else if code != nil && code.text != "301" {
			a.rec.Unclear(code.Place, "redirect", "the status is %s", code.text)
		}
		if e.text == "" {
			a.rec.Status = 0
			return false
		}
		if !strings.ContainsAny(e.text, "$%") {
			a.rec.Location = e.text
		}
		return true
	}
	return false
}

func (a *asked) pass(key string, way conf.Way) bool {
	e := handlerFor(a.set[key], a.path)
	if e == nil {
		return false
	}
	if way == conf.HTTPProxy {
		a.forwarded()
	}
	req := a.Request.Request
	// The path is passed on as it was cleaned for the comparison (server.http-parseopts, on by default), encoded again.
	req.URL.Path = (&url.URL{Path: a.path}).EscapedPath()
	a.rec.PassOn(e.Place, strings.TrimSuffix(key, ".server"), destinations(e), req)
	return true
}

func (a *asked) forwarded() {
	from := secret.Public(a.Client.Unmap().String())
	if have := a.rec.Header().Text("X-Forwarded-For"); !have.Empty() {
		from = secret.Join(have, secret.Public(", "), from)
	}
	a.rec.SetText("X-Forwarded-For", from)
	a.rec.Set("X-Forwarded-Host", a.rec.Header().Get("Host"))
	a.rec.Set("X-Host", a.rec.Header().Get("Host"))
	a.rec.Set("X-Forwarded-Proto", a.URL.Scheme)
}

// auth is mod_auth with the backends that are files.
func (a *asked) auth() bool {
	e, prefix := requirement(a.set, a.path)
	if e == nil {
		return false
	}
	d := a.reader.auth(a.set, e, prefix)
	refuse := func(why string) bool {
		a.rec.Refuse(e.Place, "auth", 401, "%s", why)
		a.rec.Challenges = []string{`Basic realm="` + d.Realm + `", charset="UTF-8"`}
		return true
	}
	if d.Scheme != conf.Basic {
		a.rec.Unclear(e.Place, "auth", "%s is not evaluated here", d.Scheme)
		return false
	}
	if len(d.Open) > 0 && len(d.Files) == 0 {
		a.rec.Unclear(e.Place, "auth", "%s", d.Open[0])
		return false
	}
	login := step.BasicOf(a.rec.Header(), "Authorization")
	switch login.Is {
	case "":
	case step.Malformed:
		a.rec.Refuse(e.Place, "auth", 400, "%s", login.Is)
		return true
	default:
		return refuse(login.Is)
	}
	seen := d.Files[0].Seen
	if seen.Missing || seen.Problem != "" || seen.Reads == "no" {
		return refuse("the file " + d.Files[0].Path + " cannot be read, so nobody is in it")
	}
	var all []step.Account
	for _, l := range seen.Users.Lines {
		all = append(all, step.Account{Name: l.User, Hash: l.Hash, Plain: a.set["auth.backend"].string() == "plain"})
	}
	u, ok := step.Find(all, login.Pair.User)
	if !ok {
		return refuse("the user is not in " + d.Files[0].Path)
	}
	switch a.rec.Fits(u, login.Pair.Password, func(k htpasswd.Kind) bool { return k == htpasswd.Unknown || k == htpasswd.SSHA || k == htpasswd.Marked }) {
	case step.No:
		return refuse("the password is not the one of the user")
	case step.Open:
		a.rec.Unclear(e.Place, "auth", "the user's password is hashed in a way that is not verified here")
		return false
	}
	if !allowed(d.Require, login.Pair.User) {
		for _, w := range d.Require {
			if strings.HasPrefix(w, "group ") || strings.HasPrefix(w, "host ") {
				a.rec.Unclear(e.Place, "auth", "%q depends on more than the user", w)
				return false
			}
		}
		return refuse("the login is right, but the user is not in \"require\"")
	}
	a.rec.Step(e.Place, "auth", conf.LetsBy, "the login is right")
	return false
}

func allowed(require []string, user secret.Text) bool {
	for _, w := range require {
		if w == "valid-user" {
			return true
		}
		if name, ok := strings.CutPrefix(w, "user "); ok && user.Is(name) {
			return true
		}
	}
	return false
}
