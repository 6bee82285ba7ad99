package traefik

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

type tracer struct{ r *reader }

// Trace follows r: the entry point of its port, the router of the highest priority whose rule holds, its middlewares in order.
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	rec := step.Begin(r)
	e := t.entry(r, rec)
	secure := r.URL.Scheme == "https"
	if e != nil && e.redirect != nil {
		rec.Step(e.redirect.Place, "entry point", conf.Sends, "the entry point redirects everything to %s", e.redirect.Get("to").String())
		rec.Status = 301
		return rec.End()
	}
	if e == nil || !e.insecure && len(e.trusted) == 0 {
		for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Real-Ip"} {
			if rec.Drop(name) {
				rec.Step(conf.Place{}, "entry point", conf.Drops, "%s of the client is not believed", name)
			}
		}
	} else {
		rec.Unclear(e.at, "entry point", "whether the client's X-Forwarded-* fields are believed depends on its address")
	}
	for _, ro := range t.r.routers {
		if ro.entry != e || ro.tls != secure || ro.rule == nil {
			continue
		}
		switch v, why := ro.rule.holds(r); v {
		case step.No:
			continue
		case step.Open:
			rec.Unclear(ro.Place, "router", "whether the rule of %s holds cannot be known: %s", ro.Key, why)
			continue
		}
		rec.Scope = ro.scope
		rec.Step(ro.Place, "router", conf.Chooses, "router %s", ro.Key)
		t.router(rec, ro, r)
		return rec.End()
	}
	rec.Refuse(conf.Place{}, "router", 404, "no router's rule holds")
	return rec.End()
}

func (t *tracer) entry(r conf.Request, rec *step.Recorder) *entry {
	for _, name := range t.r.order {
		if e := t.r.entries[name]; e.listen.Port != 0 && (r.Port == e.listen.Port || r.Port == 0 && r.URL.Port == strconv.Itoa(e.listen.Port)) {
			rec.Step(e.at, "entry point", conf.Chooses, "entry point %s", name)
			return e
		}
	}
	if t.r.static {
		rec.Unclear(conf.Place{}, "entry point", "no entry point listens on the request's port")
	}
	return nil
}

func (t *tracer) router(rec *step.Recorder, ro *router, r conf.Request) {
	req := r.Request
	for i := range ro.chain {
		if m := &ro.chain[i]; !t.link(rec, m, &req, r) {
			return
		}
	}
	rec.Set("X-Forwarded-Proto", req.URL.Scheme)
	if h := ro.scope.Pass.Host; h.Now == conf.Replaced {
		rec.Unclear(h.Place, "service", "Host becomes the name of the server that is chosen")
	}
	to := ro.scope.Pass.To
	if to == "" {
		rec.Unclear(ro.Place, "service", "the service is not in the files that were read")
	}
	rec.PassOn(ro.scope.Pass.Place, "service", to, req)
}

// link runs one middleware; false when it has answered.
func (t *tracer) link(rec *step.Recorder, m *middleware, req *exchange.Request, r conf.Request) bool {
	switch m.kind {
	case "missing":
		rec.Refuse(m.at, "middleware", 404, "the middleware %s does not exist: Traefik leaves the router out", m.name)
		return false
	case "basicauth":
		return t.basic(rec, m)
	case "digestauth":
		if !rec.Header().Has("Authorization") {
			rec.Refuse(m.at, "digestAuth", 401, "%s", step.NoField)
			return false
		}
		rec.Unclear(m.at, "digestAuth", "a Digest answer depends on a nonce of the running server")
	case "forwardauth":
		rec.Unclear(m.at, "forwardAuth", "%s decides", written(m.Get("address").String()))
		for _, h := range m.Get("authResponseHeaders").Strings() {
			if rec.Drop(h) {
				rec.Step(m.at, "forwardAuth", conf.Drops, "%s of the client is replaced by that of the answer", h)
			}
		}
	case "ipallowlist", "ipwhitelist":
		return t.addresses(rec, m, r)
	case "headers":
		for _, h := range m.Get("customRequestHeaders").Each() {
			if h.String() == "" {
				if rec.Drop(h.Key) {
					rec.Step(h.Place, "headers", conf.Drops, "%s is taken out", h.Key)
				}
				continue
			}
			rec.SetText(h.Key, secret.Hide(h.String()))
			rec.Step(h.Place, "headers", conf.Changes, "%s is written", h.Key)
		}
		if r.Method == "OPTIONS" && m.Get("accessControlAllowMethods") != nil && rec.Header().Has("Access-Control-Request-Method") && rec.Header().Has("Origin") {
			rec.Step(m.at, "headers", conf.Sends, "the preflight is answered by Traefik")
			rec.Status = 200
			return false
		}
	case "redirectscheme":
		if to := m.Get("scheme").String(); to != "" && to != req.URL.Scheme {
			rec.Step(m.at, "redirectScheme", conf.Sends, "redirected to %s", to)
			rec.Status = redirectStatus(m)
			return false
		}
	case "stripprefix":
		for _, p := range m.Get("prefixes").Strings() {
			if rest, ok := strings.CutPrefix(req.URL.Path, p); ok {
				req.URL.Path = "/" + strings.TrimLeft(rest, "/")
				rec.Set("X-Forwarded-Prefix", strings.TrimSuffix(p, "/"))
				rec.Step(m.at, "stripPrefix", conf.Changes, "the path is %s from here on", req.URL.Path)
				break
			}
		}
	case "addprefix":
		req.URL.Path = m.Get("prefix").String() + req.URL.Path
		rec.Step(m.at, "addPrefix", conf.Changes, "the path is %s from here on", req.URL.Path)
	case "replacepath":
		req.URL.Path = m.Get("path").String()
		rec.Step(m.at, "replacePath", conf.Changes, "the path is %s from here on", req.URL.Path)
	case "compress", "retry", "buffering", "contenttype", "errors", "grpcweb":
	default:
		rec.Unclear(m.at, "middleware", "what %s does is not evaluated here", m.kind)
	}
	return true
}

func (t *tracer) addresses(rec *step.Recorder, m *middleware, r conf.Request) bool {
	if m.Get("ipStrategy") != nil {
		rec.Unclear(m.at, "ipAllowList", "the address is taken from X-Forwarded-For")
		return true
	}
	for _, a := range m.Get("sourceRange").Strings() {
		if hasUnknown(a) {
			rec.Unclear(m.at, "ipAllowList", "a variable stands in the list")
			return true
		}
		if p, ok := conf.ParsePrefix(a); ok && p.Contains(r.Client.Unmap()) {
			rec.Step(m.at, "ipAllowList", conf.LetsBy, "%s is in %s", r.Client, a)
			return true
		}
	}
	rec.Refuse(m.at, "ipAllowList", 403, "%s is in none of the networks", r.Client)
	return false
}

func (t *tracer) basic(rec *step.Recorder, m *middleware) bool {
	refuse := func(why string) bool {
		realm := "traefik"
		if r := m.Get("realm").String(); r != "" {
			realm = written(r)
		}
		rec.Refuse(m.at, "basicAuth", 401, "%s", why)
		rec.Challenges = []string{`Basic realm="` + realm + `"`}
		return false
	}
	login := step.BasicOf(rec.Header(), "Authorization")
	if login.Is != "" {
		return refuse(login.Is)
	}
	if m.open != "" {
		rec.Unclear(m.at, "basicAuth", "%s", m.open)
		return true
	}
	account, ok := step.Find(m.accounts, login.Pair.User)
	if !ok {
		return refuse("the user is not among the users")
	}
	switch rec.Fits(account, login.Pair.Password, neverFits) {
	case step.No:
		return refuse("the password is not the one of the user")
	case step.Open:
		rec.Unclear(m.at, "basicAuth", "the user's password is hashed in a way that is not verified here")
	default:
		rec.Step(m.at, "basicAuth", conf.LetsBy, "the login is right")
	}
	if m.Get("removeHeader").Bool() {
		rec.Drop("Authorization")
		rec.Step(m.Get("removeHeader").At(), "basicAuth", conf.Drops, "removeHeader takes Authorization out")
	}
	if h := m.Get("headerField").String(); h != "" {
		rec.SetText(h, login.Pair.User)
	}
	return true
}

// neverFits: Traefik verifies MD5 (apr1 and $1$), SHA1 and bcrypt.
func neverFits(k htpasswd.Kind) bool {
	switch k {
	case htpasswd.APR1, htpasswd.MD5Crypt, htpasswd.SHA1, htpasswd.Bcrypt:
		return false
	}
	return true
}
