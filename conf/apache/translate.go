package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// translate maps the URL to a file or an upstream: mod_rewrite, mod_proxy, mod_alias, the document root, in this order.
func (v *visit) translate() int {
	done, status := v.rewriteServer()
	if status != 0 || done {
		return status
	}
	if v.proxyPass() {
		return 0
	}
	if done, status := v.aliases(); done {
		return status
	}
	if v.srv.docRoot == nil {
		if v.w.part {
			v.open("the document root: none is set in what was read")
		}
		v.filename = "/usr/local/apache2/htdocs" + v.uri
		v.assumed = true
		return 0
	}
	v.toRoot(v.uri)
	return 0
}

func (v *visit) toRoot(uri string) {
	v.filename = v.srv.docRoot.or("") + uri
	v.ctxRoot = v.srv.docRoot.or("")
	v.elsewhere()
}

// elsewhere notes a disk that is not this one.
func (v *visit) elsewhere() {
	if v.w.elsewhere(v.srv, v.filename) {
		v.assumed = true
		v.open("the files that are served: " + v.srv.docRoot.or("the folder") + " is not on this machine")
	}
}

// proxyPass looks for a ProxyPass line, the section's own first.
func (v *visit) proxyPass() bool {
	if v.env.has("no-proxy") {
		return false
	}
	try := func(p *proxyPass) (decided, passes bool) {
		if p.bad != "" {
			v.open("whether the pattern at " + p.place.String() + " matches: " + p.bad)
			return false, false
		}
		var to string
		if p.re != nil {
			m := p.re.match(v.uri)
			if m == nil {
				return false, false
			}
			if to = filled(p.to, m, false); to == p.to {
				to = p.to + v.uri
			}
		} else {
			rest, ok := aliasRest(p.from, v.uri)
			if !ok {
				return false, false
			}
			to = p.to + rest
		}
		if p.to == "!" {
			v.step(p.place, "proxy", conf.Chooses, "this path is not passed on")
			return true, false
		}
		v.filename, v.handler, v.proxied, v.passAt, v.handlerAt = "proxy:"+to, "proxy-server", true, p.place, p.place
		return true, true
	}
	if v.d.pass != nil {
		if decided, passes := try(v.d.pass); decided {
			return passes
		}
	}
	for _, p := range v.srv.pass {
		if decided, passes := try(p); decided {
			return passes
		}
	}
	return false
}

// aliases is mod_alias in its first phase: Redirect outside of sections, Alias, ScriptAlias.
func (v *visit) aliases() (done bool, status int) {
	for _, r := range v.redirects(v.srv.redirects) {
		if to, ok := v.redirected(r); ok {
			return true, v.redirect(r, to)
		}
	}
	if a := v.d.alias; a != nil {
		// Inside <Location> every path of the section is that one file or folder. The value is an expression, in which a group
		// (?<name>...) of the section's pattern is %{env:MATCH_NAME}.
		v.filename = v.w.underRoot(v.value(parseText(a.value)))
		v.script, v.passAt = v.d.cgiAlias, a.place
		if v.script {
			v.handler, v.handlerAt = "cgi-script", a.place
		}
		v.step(a.place, "translate", conf.Chooses, "the path is an alias of %s", v.filename)
		v.elsewhere()
		return true, 0
	}
	for _, a := range v.srv.wsgi {
		if rest, ok := aliasRest(a.from, v.uri); ok && a.re == nil {
			v.filename = a.to
			v.pathInfo = rest
			v.wsgi, v.passAt = true, a.place
			v.handler, v.handlerAt = "wsgi-script", a.place
			v.step(a.place, "translate", conf.Chooses, "the path belongs to a WSGI program")
			return true, 0
		}
	}
	for _, a := range v.srv.alias {
		to, prefix := "", ""
		if a.re != nil {
			m := a.re.match(v.uri)
			if m == nil {
				continue
			}
			to = filled(a.to, m, false)
		} else {
			rest, ok := aliasRest(a.from, v.uri)
			if !ok {
				continue
			}
			to, prefix = a.to+rest, a.from
		}
		v.filename = to
		v.ctxPrefix, v.ctxRoot = prefix, a.to
		if a.re != nil {
			v.ctxRoot = v.srv.docRoot.or("")
		}
		if a.script {
			v.script, v.handler, v.handlerAt, v.passAt = true, "cgi-script", a.place, a.place
		}
		v.step(a.place, "translate", conf.Chooses, "the path is an alias of %s", to)
		v.elsewhere()
		return true, 0
	}
	return false, 0
}

// redirects are the lines of mod_alias that are tried: the one of the section, then the list.
func (v *visit) redirects(list []redirect) []redirect {
	if v.d.redirect == nil {
		return list
	}
	return append([]redirect{*v.d.redirect}, list...)
}

// redirected says where a Redirect leads; ok is false when it is not meant.
func (v *visit) redirected(r redirect) (to string, ok bool) {
	switch {
	case r.bad != "":
		v.open("whether the pattern at " + r.place.String() + " matches: " + r.bad)
		return "", false
	case r.re != nil:
		m := r.re.match(v.uri)
		if m == nil {
			return "", false
		}
		if r.to == "" {
			return "", true
		}
		to = escapeURL(filled(r.to, m, false))
	case r.from == "" && r.to == "":
		return "", true
	case r.from == "":
		to = escapeURL(v.value(r.toExpr))
	default:
		rest, fits := aliasRest(r.from, v.uri)
		if !fits {
			return "", false
		}
		to = r.to + escapePath(rest)
		if r.to == "" {
			return "", true
		}
	}
	if v.hasArgs && !strings.Contains(to, "?") {
		to += "?" + v.args
	}
	return to, true
}

// escapeURL encodes the path of what a pattern gave, and leaves query and fragment alone.
func escapeURL(u string) string {
	rest := ""
	if i := strings.IndexAny(u, "?#"); i >= 0 {
		u, rest = u[:i], u[i:]
	}
	return escapePath(u) + rest
}

func (v *visit) redirect(r redirect, to string) int {
	if r.status/100 != 3 {
		return v.refuse(r.status, r.place, "redirect", "Redirect answers %d here", r.status)
	}
	if strings.HasPrefix(to, "/") {
		to = v.full(to)
	}
	v.out.set("Location", to)
	v.step(r.place, "redirect", conf.Refuses, "the client is sent elsewhere with %d", r.status)
	return r.status
}
