package haproxy

import (
	"regexp"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/secret"
)

type tracer struct{ f *file }

// Trace follows r: the frontend of its port, that frontend's http-request rules, its redirect lines, the choice of a backend,
// that backend's rules (configuration manual, section 4.2, "http-request", and section 1.4).
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	a := &asked{file: t.f, Request: r, rec: step.Begin(r)}
	front := a.frontend()
	if front == nil {
		return a.rec.End()
	}
	if front.mode != "http" {
		a.rec.Step(front.at, "frontend", conf.Sends, "%s is in mode %s: bytes are passed on unread", front.name, front.mode)
		a.route(front)
		return a.rec.End()
	}
	if front.monitor != "" && front.monitor == step.PathOf(r.Request) {
		a.rec.Step(front.at, "frontend", conf.Sends, "monitor-uri is answered by HAProxy itself")
		a.rec.Status = 200
		return a.rec.End()
	}
	if !a.rules(front) {
		return a.rec.End()
	}
	a.route(front)
	return a.rec.End()
}

// frontend picks the frontend that listens on the request's port.
func (a *asked) frontend() *proxy {
	port := a.Port
	var all, fits []*proxy
	for _, p := range a.proxies {
		if p.kind == "backend" {
			continue
		}
		all = append(all, p)
		for _, b := range p.binds {
			if b.Port == port && port != 0 || port == 0 && b.Port != 0 && a.URL.Port == itoa(b.Port) {
				fits = append(fits, p)
				a.tls = b.TLS
				break
			}
		}
	}
	switch {
	case len(fits) > 0:
		a.rec.Step(fits[0].at, "frontend", conf.Chooses, "%s %s listens on the request's port", fits[0].kind, fits[0].name)
		if len(fits) > 1 {
			a.rec.Unclear(fits[1].at, "frontend", "several frontends listen on that port; the address decides between them")
		}
		return fits[0]
	case len(all) == 1:
		a.tls = a.URL.Scheme == "https"
		a.rec.Step(all[0].at, "frontend", conf.Chooses, "%s %s is the only one", all[0].kind, all[0].name)
		return all[0]
	case len(all) == 0:
		a.rec.Unclear(conf.Place{}, "frontend", "the configuration has no frontend")
	default:
		a.rec.Unclear(all[0].at, "frontend", "no frontend listens on the request's port")
	}
	return nil
}

// route picks the backend, and lets its rules follow.
func (a *asked) route(front *proxy) {
	for _, way := range front.ways() {
		switch a.holds(way.when, front.acls) {
		case step.No:
			continue
		case step.Open:
			a.rec.Unclear(way.Place, "backend", "whether %s is used cannot be known: %s", way.to, a.open)
			continue
		}
		back := a.find(way.to)
		for _, s := range a.conf.Scopes {
			if s.Place == way.Place && s.Server.Place == front.at {
				a.rec.Scope = s
			}
		}
		if back == nil {
			if strings.Contains(way.to, "%") {
				a.rec.Unclear(way.Place, "backend", "the backend's name is made of the request: %s", way.to)
				return
			}
			break
		}
		if back != front {
			a.rec.Step(way.Place, "backend", conf.Chooses, "backend %s", back.name)
			if front.mode == "http" && !a.rules(back) {
				return
			}
		}
		if len(back.servers) == 0 {
			a.rec.Refuse(back.at, "server", 503, "%s has no server", back.name)
			return
		}
		a.forwarded(front, back)
		req := a.Request.Request
		a.rec.PassOn(back.servers[0].Place, "server", back.servers[0].word(2), req)
		return
	}
	a.rec.Refuse(front.at, "backend", 503, "no backend is named for this request")
}

func (a *asked) forwarded(front, back *proxy) {
	l := front.forward
	if l == nil {
		l = back.forward
	}
	if l == nil || front.mode != "http" {
		return
	}
	for i, w := range l.words {
		if w == "except" {
			if p, ok := conf.ParsePrefix(l.word(i + 1)); !ok || p.Contains(a.Client.Unmap()) {
				return
			}
		}
	}
	name := forwardName(*l)
	if strings.Contains(l.rest(2), "if-none") && a.rec.Header().Has(name) {
		return
	}
	a.rec.Append(name, a.Client.Unmap().String())
	a.rec.Step(l.Place, "server", conf.Changes, "%s gets the client's address", name)
}

// rules runs the http-request rules of p and its redirect lines; false when one of them has answered.
func (a *asked) rules(p *proxy) bool {
	for _, r := range p.request {
		switch v := a.holds(r.when, r.acls); {
		case v == step.No:
			continue
		case v == step.Open && !harmlessAction(r.do):
			a.rec.Unclear(r.Place, "http-request", "whether %q applies cannot be known: %s", r.do, a.open)
			continue
		case v == step.Open:
			continue
		}
		if r.do == "allow" {
			a.rec.Step(r.Place, "http-request", conf.LetsBy, "the rules of %s end here", p.name)
			break
		}
		if a.act(p, r) {
			return false
		}
	}
	for _, r := range p.legacy {
		switch a.holds(r.when, r.acls) {
		case step.Yes:
			if a.act(p, r) {
				return false
			}
		case step.Open:
			a.rec.Unclear(r.Place, "redirect", "whether it applies cannot be known: %s", a.open)
		}
	}
	return true
}

func harmlessAction(do string) bool {
	for _, h := range harmless {
		if do == h {
			return true
		}
	}
	return false
}

// act does what a rule says; true when it has answered.
func (a *asked) act(p *proxy, r rule) bool {
	switch r.do {
	case "auth":
		realm := r.arg("realm")
		if realm == "" {
			realm = p.name
		}
		a.answer(p, r, 401, "credentials are asked for (realm %q): %s", realm, a.why())
		a.rec.Challenges = append(a.rec.Challenges, `Basic realm="`+realm+`"`)
		return true
	case "deny":
		a.answer(p, r, r.status(403, "deny_status", "status"), "denied")
		return true
	case "tarpit":
		a.answer(p, r, r.status(500, "deny_status", "status"), "kept waiting, then refused")
		return true
	case "reject", "silent-drop":
		a.rec.Refuse(r.Place, r.set, 0, "the connection is closed without an answer")
		return true
	case "return":
		status := r.status(200, "status")
		a.answer(p, r, status, "answered with %d", status)
		if status < 400 {
			a.rec.Refusing = nil
		}
		return true
	case "redirect":
		return a.redirect(r)
	case "use-service":
		a.rec.Unclear(r.Place, r.set, "a service answers that is not in the files")
		return true
	}
	a.change(r)
	return false
}

// why says what the login lacks, for the sentence of an auth rule.
func (a *asked) why() string {
	if l := step.BasicOf(a.rec.Header(), "Authorization"); l.Is != "" {
		return l.Is
	}
	return "the rule does not let this login by"
}

func (a *asked) answer(p *proxy, r rule, status int, format string, args ...any) {
	a.rec.Refuse(r.Place, r.set, status, format, args...)
	if at, ok := p.errors[status]; ok && r.do != "return" {
		a.rec.Unclear(at, "errors", "another answer is configured in place of %d", status)
	}
	for _, one := range p.after {
		if one.set == "http-after-response" && one.do == "del-header" && one.when == nil && len(one.args) > 0 && strings.EqualFold(one.args[0], "WWW-Authenticate") {
			a.rec.Unclear(one.Place, one.set, "the challenge is taken out of the answer")
		}
	}
}

func (a *asked) redirect(r rule) bool {
	status := r.status(302, "code")
	to, known := "", true
	switch {
	case r.arg("location") != "":
		to, known = a.format(r.arg("location"))
	case r.arg("prefix") != "":
		to, known = a.format(r.arg("prefix"))
		to = strings.TrimSuffix(to, "/") + a.URL.ShownPath()
	case r.arg("scheme") != "":
		to, known = a.format(r.arg("scheme"))
		to += "://" + a.rec.Header().Get("Host") + a.URL.ShownPath()
	}
	a.rec.Step(r.Place, r.set, conf.Sends, "redirected with %d", status)
	if !known {
		a.rec.Unclear(r.Place, r.set, "where the redirect leads is made of what is not known here")
	}
	a.rec.Status, a.rec.Location = status, to
	return true
}

// change does what a rule does to the request.
func (a *asked) change(r rule) {
	if len(r.args) == 0 || harmlessAction(r.do) {
		if !harmlessAction(r.do) {
			a.rec.Unclear(r.Place, r.set, "what %q does is not known here", r.do)
		}
		return
	}
	name := r.args[0]
	switch r.do {
	case "set-header", "add-header":
		if len(r.args) < 2 {
			return
		}
		v, known := a.text(r.args[1])
		if !known || r.env {
			a.rec.Unclear(r.Place, r.set, "the value of %s is made of what is not known here", name)
			v = secret.Hide(r.args[1])
		}
		if r.do == "set-header" {
			a.rec.SetText(name, v)
		} else {
			a.rec.AppendText(name, v)
		}
		a.rec.Step(r.Place, r.set, conf.Changes, "%s is written", name)
	case "del-header":
		if m := r.arg("-m"); m != "" && m != "str" {
			a.rec.Unclear(r.Place, r.set, "which fields are taken out depends on a pattern")
		} else if a.rec.Drop(name) {
			a.rec.Step(r.Place, r.set, conf.Drops, "%s is taken out", name)
		}
	case "replace-header", "replace-value":
		if len(r.args) > 2 && a.rec.Header().Has(name) {
			a.rec.Unclear(r.Place, r.set, "%s is rewritten by a pattern", name)
		}
	case "set-path":
		if to, known := a.format(name); known {
			a.URL.Path = to
			a.rec.Step(r.Place, r.set, conf.Changes, "the path is %s from here on", to)
			return
		}
		a.rec.Unclear(r.Place, r.set, "the new path is made of what is not known here")
	case "replace-path":
		re, err := regexp.Compile(name)
		if err != nil || len(r.args) < 2 || strings.Contains(r.args[1], "%") {
			a.rec.Unclear(r.Place, r.set, "the path is rewritten by a pattern that is not evaluated here")
			return
		}
		if to := re.ReplaceAllString(step.PathOf(a.Request.Request), backReference.ReplaceAllString(r.args[1], "$${$1}")); to != a.URL.Path {
			a.URL.Path = to
			a.rec.Step(r.Place, r.set, conf.Changes, "the path is %s from here on", to)
		}
	case "set-method":
		if to, known := a.format(name); known {
			a.Method = to
			a.rec.Step(r.Place, r.set, conf.Changes, "the method is %s from here on", to)
		}
	default:
		a.rec.Unclear(r.Place, r.set, "what %q does is not known here", r.do)
	}
}
