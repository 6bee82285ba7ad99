package ingress

import (
	"regexp"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
)

type tracer struct{ r *reader }

// Trace follows r: host, path, redirects and preflights (nginx's rewrite phase), then addresses and credentials by satisfy.
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	rec := step.Begin(r)
	ro := t.find(r, rec)
	if ro == nil {
		rec.Refuse(conf.Place{}, "location", 404, "no Ingress has this host and path: the default backend answers")
		return rec.End()
	}
	rec.Scope = ro.Scope
	rec.Step(ro.Place, "location", conf.Chooses, "host %q, path %s", ro.host, ro.path)
	if t.r.config.Get("proxy-set-headers") != nil {
		rec.Unclear(t.r.config.Get("proxy-set-headers").Place, "proxy", "more fields are set by another ConfigMap")
	}
	if t.rewrite(rec, ro, r) || t.access(rec, ro, r) {
		return rec.End()
	}
	t.pass(rec, ro, r)
	return rec.End()
}

// find is the choice of server and location.
func (t *tracer) find(r conf.Request, rec *step.Recorder) *route {
	host, path := step.HostOf(r.Request), step.PathOf(r.Request)
	known := map[string]bool{}
	for _, ro := range t.r.routes {
		known[ro.host] = true
	}
	name := ""
	if known[host] {
		name = host
	} else if _, parent, ok := strings.Cut(host, "."); ok && known["*."+parent] {
		name = "*." + parent
	} else if !known[""] {
		return nil
	}
	for _, ro := range t.r.routes {
		if ro.host != name {
			continue
		}
		switch ro.matches(path) {
		case step.Yes:
			return ro
		case step.Open:
			rec.Unclear(ro.Place, "location", "whether the path fits the pattern cannot be known here")
		}
	}
	return nil
}

func (ro *route) matches(path string) step.Truth {
	switch {
	case ro.regex:
		re, err := regexp.Compile("(?i)^" + ro.path)
		if err != nil {
			return step.Open
		}
		return step.Of(re.MatchString(path))
	case ro.kind == "Exact":
		return step.Of(path == ro.path)
	case ro.kind == "Prefix":
		p := strings.TrimSuffix(ro.path, "/")
		return step.Of(path == p || strings.HasPrefix(path, p+"/"))
	}
	return step.Of(strings.HasPrefix(path, ro.path))
}

// rewrite is what nginx does before it asks who somebody is: redirects and the answer to a preflight.
func (t *tracer) rewrite(rec *step.Recorder, ro *route, r conf.Request) bool {
	if ro.denied != "" {
		rec.Refuse(ro.Answer.Place, "rewrite", 503, "the controller cannot use the annotations: %s", ro.denied)
		return true
	}
	secure := r.URL.Scheme == "https"
	force := ro.notes.get("force-ssl-redirect").Bool() || t.r.config.Get("force-ssl-redirect").Bool()
	if to := ro.notes.text("ssl-redirect"); !secure && (force || ro.tls && to != "false" && t.r.config.Get("ssl-redirect").String() != "false") {
		rec.Step(ro.Place, "rewrite", conf.Sends, "http is redirected to https")
		rec.Status, rec.Location = 308, "https://"+step.HostOf(r.Request)+r.URL.ShownPath()
		return true
	}
	if ro.cors && r.Method == "OPTIONS" {
		rec.Step(ro.notes.get("enable-cors").Place, "rewrite", conf.Sends, "OPTIONS is answered before anybody is asked for credentials")
		rec.Status = 204
		return true
	}
	if ro.redirect != nil {
		rec.Step(ro.redirect.Place, "rewrite", conf.Sends, "redirected")
		rec.Status, rec.Location = ro.redirect.Status, ro.redirect.To
		return true
	}
	return false
}

// access is nginx's access phase: addresses, then auth_basic, then auth_request, by satisfy.
func (t *tracer) access(rec *step.Recorder, ro *route, r conf.Request) bool {
	either := ro.Satisfy == conf.SatisfyAny
	for _, rule := range ro.Rules {
		if !rule.All && !rule.Prefix.Contains(r.Client.Unmap()) {
			continue
		}
		if rule.Allow {
			rec.Step(rule.Place, "access", conf.LetsBy, "%s is allowed", rule.What)
			if either {
				return false
			}
		} else if !either || len(ro.Auth) == 0 {
			rec.Refuse(rule.Place, "access", 403, "%s is denied", rule.What)
			return true
		}
		break
	}
	for _, a := range ro.Auth {
		switch a.Scheme {
		case conf.Basic, conf.Digest:
			if t.login(rec, ro, a) {
				return true
			}
		case conf.Subrequest:
			rec.Unclear(a.Place, "access", "%s decides", a.Ask)
		default:
			rec.Unclear(a.Place, "access", "a client certificate decides")
		}
	}
	return false
}

func (t *tracer) login(rec *step.Recorder, ro *route, a conf.Auth) bool {
	refuse := func(why string) bool {
		rec.Refuse(a.Place, "access", 401, "%s", why)
		rec.Challenges = []string{`Basic realm="` + a.Realm + `"`}
		return true
	}
	if ro.digest {
		if !rec.Header().Has("Authorization") {
			rec.Refuse(a.Place, "access", 401, "%s", step.NoField)
			return true
		}
		rec.Unclear(a.Place, "access", "a Digest answer depends on a nonce of the running server")
		return false
	}
	login := step.BasicOf(rec.Header(), "Authorization")
	if login.Is != "" {
		return refuse(login.Is)
	}
	if ro.open != "" {
		rec.Unclear(a.Place, "access", "%s", ro.open)
		return false
	}
	account, ok := step.Find(ro.accounts, login.Pair.User)
	if !ok {
		return refuse("the user is not in the Secret")
	}
	switch rec.Fits(account, login.Pair.Password, func(k htpasswd.Kind) bool { return k == htpasswd.Unknown }) {
	case step.No:
		return refuse("the password is not the one of the user")
	case step.Open:
		rec.Unclear(a.Place, "access", "the user's password is hashed in a way that is not verified here")
	default:
		rec.Step(a.Place, "access", conf.LetsBy, "the login is right")
	}
	return false
}

func (t *tracer) pass(rec *step.Recorder, ro *route, r conf.Request) {
	if f := ro.Pass.Authorization; f.Now == conf.Dropped && rec.Drop("Authorization") {
		rec.Step(f.Place, "proxy", conf.Drops, "Authorization is taken out: the controller writes proxy_set_header Authorization \"\"")
	} else if f.Now == conf.Replaced {
		rec.Unclear(f.Place, "proxy", "Authorization is written anew")
	}
	if f := ro.Pass.Host; f.Now == conf.Replaced {
		rec.Set("Host", f.Value)
		rec.Step(f.Place, "proxy", conf.Changes, "Host becomes %s", f.Value)
	}
	if ro.Pass.Proto.Now == conf.Replaced {
		rec.Set("X-Forwarded-Proto", first(r.URL.Scheme, "http"))
	}
	if to := ro.notes.get("rewrite-target"); to != nil {
		rec.Unclear(to.Place, "proxy", "the path is rewritten to %s", to.String())
	}
	rec.PassOn(ro.Pass.Place, "proxy", ro.Pass.To, r.Request)
}
