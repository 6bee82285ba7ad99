package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// passFor says to whom a place's requests are passed on, nil when files are served.
func (w *world) passFor(s *server, uri string, d *dirConf) *conf.Pass {
	if d.pass != nil && d.pass.to != "!" {
		return w.passed(s, d, d.pass.to, d.pass.place)
	}
	if d.pass == nil && uri != "" {
		for _, p := range s.pass {
			if p.re != nil && p.re.match(uri) == nil {
				continue
			}
			if _, ok := aliasRest(p.from, uri); p.re == nil && !ok {
				continue
			}
			if p.to != "!" {
				return w.passed(s, d, p.to, p.place)
			}
			break
		}
	}
	if d.alias != nil && d.cgiAlias {
		return w.passed(s, d, "cgi-script", d.alias.place)
	}
	if uri != "" {
		for _, a := range s.wsgi {
			if _, ok := aliasRest(a.from, uri); ok {
				return w.passed(s, d, "wsgi-script", a.place)
			}
		}
		for _, a := range s.alias {
			if _, ok := aliasRest(a.from, uri); ok {
				if a.script {
					return w.passed(s, d, "cgi-script", a.place)
				}
				break
			}
		}
	}
	if h := d.handler; h != nil && !h.is("none") {
		return w.passed(s, d, h.value, h.place)
	}
	// A handler by extension takes the files of that name; a place for which no file is named has one for .php most of all.
	name := uri[strings.LastIndexByte(uri, '/')+1:]
	for _, e := range append(strings.Split(strings.ToLower(name), ".")[1:], "php") {
		if t, ok := d.types[e]; ok && t.handler.value != "" {
			return w.passed(s, d, t.handler.value, t.handler.place)
		}
	}
	return nil
}

// passed is how a handler or a proxy's URL passes a request on, nil for handlers that do not.
func (w *world) passed(s *server, d *dirConf, to string, place conf.Place) *conf.Pass {
	p := &conf.Pass{Place: place, To: to}
	way := wayOf(to)
	if way == "" {
		return nil
	}
	p.Way = way
	for _, op := range d.requestFields {
		p.Set = append(p.Set, op.field())
	}
	for _, v := range d.vars.list() {
		p.Set = append(p.Set, conf.Field{Place: v.place, Name: v.name, Value: v.value, When: "environment"})
	}
	for _, v := range both(s.varsIf, d.varsIf) {
		p.Set = append(p.Set, conf.Field{Place: v.place, Name: v.name, Value: v.value, When: "environment, " + v.when()})
	}
	p.Authorization = w.authorizationFate(s, d, way)
	p.Host = fieldFate(d, "Host", hostFate(d, way))
	p.Proto = fieldFate(d, "X-Forwarded-Proto", conf.Fate{Now: conf.Kept})
	return p
}

func (v varIf) when() string {
	switch {
	case v.cond != nil:
		return "expr=" + v.cond.src
	case v.re != nil:
		return v.attr + " " + v.re.src
	}
	return v.attr
}

// wayOf is the kind of program behind a handler's name or a proxy's URL.
func wayOf(to string) conf.Way {
	lower := strings.ToLower(to)
	target := strings.TrimPrefix(lower, "proxy:")
	if rest, socket, ok := strings.Cut(target, "|"); ok && strings.HasPrefix(rest, "unix:") {
		target = socket
	}
	scheme, _, isURL := strings.Cut(target, "://")
	if !isURL {
		scheme, _, isURL = strings.Cut(target, ":")
	}
	if isURL {
		switch scheme {
		case "http", "https", "ws", "wss", "h2", "h2c", "balancer":
			return conf.HTTPProxy
		case "fcgi":
			return conf.FastCGI
		case "scgi":
			return conf.SCGI
		case "uwsgi":
			return conf.UWSGI
		case "ajp":
			return conf.AJP
		}
	}
	switch {
	case target == "cgi-script" || target == "application/x-httpd-cgi":
		return conf.CGI
	case target == "fcgid-script" || target == "fastcgi-script":
		return conf.FastCGI
	case target == "wsgi-script":
		return conf.WSGI
	case strings.HasPrefix(target, "application/x-httpd-php") || strings.HasPrefix(target, "php") && strings.HasSuffix(target, "script"):
		return conf.InProcess
	}
	return ""
}

// hostFate is the program's own rule for Host.
func hostFate(d *dirConf, way conf.Way) conf.Fate {
	if way != conf.HTTPProxy && way != conf.AJP {
		return conf.Fate{Now: conf.Kept}
	}
	if d.preserveHost.on() {
		return conf.Fate{Place: d.preserveHost.place, Now: conf.Kept}
	}
	return conf.Fate{Place: d.preserveHost.at(), Now: conf.Replaced, Value: "the upstream's own"}
}

// fieldFate is what RequestHeader makes of a field, in the order of its lines.
func fieldFate(d *dirConf, name string, own conf.Fate) conf.Fate {
	f := own
	for _, op := range d.requestFields {
		if !strings.EqualFold(op.name, name) {
			continue
		}
		if strings.EqualFold(name, "Host") && own.Now == conf.Replaced {
			continue // the proxy writes its own over it
		}
		switch {
		case op.cond != nil || op.env != "":
			f = conf.Fate{Place: op.place, Now: conf.Unsure}
		case op.action == "unset":
			f = conf.Fate{Place: op.place, Now: conf.Dropped}
		case op.action == "set" || op.action == "add" || op.action == "append" || op.action == "merge":
			f = conf.Fate{Place: op.place, Now: conf.Replaced, Value: op.value}
		default:
			f = conf.Fate{Place: op.place, Now: conf.Unsure}
		}
	}
	return f
}

// authorizationFate follows Authorization. httpd withholds it from CGI, FastCGI, SCGI and uwsgi programs unless CGIPassAuth
// says otherwise or a rule copies it into a variable of that name; mod_wsgi has a switch of its own. Proxies and PHP inside
// httpd get it.
func (w *world) authorizationFate(s *server, d *dirConf, way conf.Way) conf.Fate {
	f := fieldFate(d, "Authorization", conf.Fate{Now: conf.Kept})
	switch way {
	case conf.HTTPProxy, conf.AJP:
		return f
	case conf.InProcess:
		return f
	case conf.WSGI:
		if f.Now == conf.Kept && !d.wsgiAuth.on() {
			return conf.Fate{Place: d.wsgiAuth.at(), Now: conf.Dropped}
		}
		return f
	}
	if f.Now == conf.Dropped {
		return f
	}
	if d.passAuth.on() {
		if f.Now == conf.Kept {
			f.Place = d.passAuth.place
		}
		return f
	}
	copied := conf.Fate{Place: d.passAuth.at(), Now: conf.Dropped}
	for _, v := range both(s.varsIf, d.varsIf) {
		if strings.EqualFold(v.name, "HTTP_AUTHORIZATION") && !v.unset {
			copied = copies(v.place, strings.EqualFold(v.attr, "Authorization") && strings.Contains(v.value, "$"), v.value)
		}
	}
	for _, v := range d.vars.list() {
		if strings.EqualFold(v.name, "HTTP_AUTHORIZATION") {
			copied = conf.Fate{Place: v.place, Now: conf.Replaced, Value: v.value}
		}
	}
	ends := false
	for _, r := range w.rulesFor(s, d) {
		for _, e := range r.env {
			name, value, _ := strings.Cut(e, ":")
			if !strings.EqualFold(name, "HTTP_AUTHORIZATION") {
				continue
			}
			copied = copies(r.place, strings.EqualFold(value, "%{HTTP:Authorization}") && everyRequest(r), value)
			if ends && copied.Now == conf.Kept {
				// A request that was rewritten to a front controller runs through the rules again and ends above this one: the
				// program gets REDIRECT_HTTP_AUTHORIZATION alone.
				copied = conf.Fate{Place: r.place, Now: conf.Unsure, Value: "REDIRECT_HTTP_AUTHORIZATION"}
			}
		}
		ends = ends || r.last && r.dash && !r.forbidden && !r.gone
	}
	return copied
}

func copies(p conf.Place, sure bool, value string) conf.Fate {
	if sure {
		return conf.Fate{Place: p, Now: conf.Kept}
	}
	return conf.Fate{Place: p, Now: conf.Unsure, Value: value}
}

// everyRequest reports a rule that every request meets that carries Authorization.
func everyRequest(r *rewriteRule) bool {
	if r.not || !isOneOf(r.src, ".*", "^", "^.*$", "^(.*)$", "(.*)", ".?", "^(.*)", "") {
		return false
	}
	for _, c := range r.conds {
		if c.not || !strings.EqualFold(c.test, "%{HTTP:Authorization}") {
			return false
		}
		if c.re == nil || !isOneOf(c.re.src, ".", ".+", "^(.*)", "^(.+)", "(.*)", "(.+)", ".*", "^.", "^.+", "^(.*)$", "^(.+)$", "^.+$", `\S`, `.+`) {
			return false
		}
	}
	return true
}

// rulesFor are the rewrite rules that a place's requests meet: the server's, then the folder's.
func (w *world) rulesFor(s *server, d *dirConf) []*rewriteRule {
	var out []*rewriteRule
	if s.rewrite != nil && s.rewrite.engine.on() {
		out = append(out, s.rewrite.rules...)
	}
	if d.rewrite != nil && d.rewrite.engine.on() {
		out = append(out, d.rewrite.rules...)
	}
	return out
}
