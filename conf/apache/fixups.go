package apache

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// fixups are what modules do last before the handler, in the order in which Debian loads them.
func (v *visit) fixups() int {
	if status := v.rewriteFolder(); status != 0 {
		return status
	}
	if v.proxied && strings.HasPrefix(v.filename, "proxy:") { // the rules of folders see the URL before
		v.canonical()
	}
	if v.tls && v.w.has("ssl_module") {
		v.env.set("HTTPS", "on")
	}
	for _, r := range v.redirects(v.d.redirects) {
		if to, ok := v.redirected(r); ok {
			return v.redirect(r, to)
		}
	}
	for _, op := range v.d.vars.list() {
		switch {
		case op.pass:
			v.open("the variable " + op.name + " of httpd's own environment")
		default:
			v.env.add(op.name, op.value) // a value that was set before is still the one that is asked for; a program gets this one
		}
	}
	v.fake()
	if status := v.directory(); status != 0 {
		return status
	}
	if v.forced.value != "" {
		v.handler, v.handlerAt = v.forced.value, v.forced.place
	}
	for _, op := range v.d.requestFields {
		if !op.early {
			v.apply(&v.in, op, "RequestHeader")
		}
	}
	return 0
}

// fake is AuthBasicFake: credentials that httpd writes itself, for what is behind.
func (v *visit) fake() {
	f := v.d.fake
	if f == nil || f.is("off") {
		return
	}
	user, password := v.value(parseText(f.value)), v.value(parseText(v.d.fakePass.or("password")))
	if user == "" || password == "" {
		v.in.unset("Authorization")
		v.step(f.place, "fixups", conf.Drops, "AuthBasicFake gives an empty name or password: the Authorization field is taken out")
		return
	}
	v.in.set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	v.step(f.place, "fixups", conf.Changes, "AuthBasicFake writes an Authorization field of its own")
}

// directory is mod_dir: the slash behind a folder, the index, FallbackResource.
func (v *visit) directory() int {
	if v.proxied || !v.w.has("dir_module") || v.assumed && v.kind != folder {
		return 0
	}
	if v.kind != folder {
		if v.kind == noFile && v.handler == "" {
			return v.fallback()
		}
		return 0
	}
	if !strings.HasSuffix(v.uri, "/") {
		if v.d.slash.is("off") {
			return 0
		}
		to := escapePath(v.uri) + "/"
		if v.hasArgs {
			to += "?" + v.args
		}
		v.out.set("Location", v.full(to))
		v.step(v.d.slash.at(), "fixups", conf.Refuses, "the path is a folder's and has no slash at its end: the client is sent to the path with one")
		return 301
	}
	if v.handler == redirectHandler || v.d.checkHandler.on() && v.handler != "httpd/unix-directory" {
		return 0
	}
	names := v.d.index
	if names == nil {
		names = []string{"index.html"}
	}
	failed := 0
	for i, name := range names {
		sub := v.lookup(name)
		status := sub.look()
		if status == 0 && (sub.handler == "proxy-server" || sub.kind == regular) {
			if to := v.indexStatus(); to != 0 {
				v.out.set("Location", v.full(sub.uri))
				v.step(v.d.indexRedirect.place, "fixups", conf.Refuses, "DirectoryIndexRedirect sends the client to the index file")
				return to
			}
			v.become(sub)
			return 0
		}
		last := i == len(names)-1
		if status/100 == 3 || status == 401 && last {
			v.take(sub)
			return status
		}
		if status != 0 && status != 404 {
			failed = status
		}
	}
	if failed != 0 {
		return failed
	}
	if v.main == nil {
		v.out2.Refusing = nil // what a look at an index refused was not the answer
	}
	return 0
}

// indexStatus is the status of DirectoryIndexRedirect, 0 when it is off.
func (v *visit) indexStatus() int {
	switch s := strings.ToLower(v.d.indexRedirect.or("off")); s {
	case "off":
		return 0
	case "on", "temp":
		return 302
	case "permanent":
		return 301
	case "seeother":
		return 303
	default:
		n, _ := strconv.Atoi(s)
		return n
	}
}

// maxLooks bounds the looks of one trace: index files can be folders with index files.
const maxLooks = 300

// look runs the phases of a look.
func (v *visit) look() int {
	if status := v.limit(); status != 0 {
		return status
	}
	return v.process()
}

// limit refuses a look that is one too many; httpd does not nest more than ten.
func (v *visit) limit() int {
	if *v.looks++; *v.looks > maxLooks {
		v.open("which file is found: there are too many to look for")
		return 404
	}
	deep := 0
	for m := v.main; m != nil; m = m.main {
		deep++
	}
	if deep > maxInternal {
		return v.refuse(500, v.d.fallback.at(), "fixups", "more than %d looks inside each other: FallbackResource or DirectoryIndex leads in a circle", maxInternal)
	}
	return 0
}

// fallback is FallbackResource.
func (v *visit) fallback() int {
	f := v.d.fallback
	if f == nil || f.is("disabled") {
		return 0
	}
	to := f.value
	if !strings.HasPrefix(to, "/") {
		to = v.uri[:strings.LastIndexByte(v.uri, '/')+1] + to
	}
	sub := v.lookup(to)
	status := sub.look()
	if status != 0 && status != 404 {
		if status/100 == 3 {
			v.take(sub)
		}
		return status
	}
	if status == 0 && (sub.handler == "proxy-server" || sub.kind == regular) {
		v.become(sub)
		v.step(f.place, "fixups", conf.Changes, "FallbackResource %s answers", f.value)
	}
	return 0
}

// lookup makes a request of httpd's own for a URL beside this one.
func (v *visit) lookup(name string) *visit {
	sub := *v
	sub.main, sub.prev = v, nil
	if strings.HasPrefix(name, "/") {
		sub.uri = name
	} else {
		sub.uri = escapePath(v.uri[:strings.LastIndexByte(v.uri, '/')+1]) + name
	}
	if uri, args, ok := strings.Cut(sub.uri, "?"); ok {
		sub.uri, sub.args, sub.hasArgs = uri, args, true
	}
	sub.in, sub.env = v.in.clone(), v.env.clone()
	sub.hostPort = 0 // only the request itself knows the port of the Host field
	sub.out, sub.errOut = nil, nil
	sub.method = "GET"
	sub.filename, sub.pathInfo, sub.kind, sub.handler, sub.proxied, sub.raw, sub.script, sub.wsgi = "", "", noFile, "", false, false, false, false
	sub.user, sub.authType, sub.typed = nil, "", false
	sub.forced = setting{}
	sub.ended = false // END ends the rules of a request and of where it is redirected to, not of a look
	sub.ctxPrefix, sub.ctxRoot = "", ""
	return &sub
}

// become takes a look's place (ap_internal_fast_redirect). Who was asked for credentials by the look alone is nobody here.
func (v *visit) become(sub *visit) {
	v.uri, v.filename, v.pathInfo, v.kind = sub.uri, sub.filename, sub.pathInfo, sub.kind
	v.args, v.hasArgs = sub.args, sub.hasArgs
	v.handler, v.handlerAt, v.proxied, v.script, v.wsgi, v.passAt = sub.handler, sub.handlerAt, sub.proxied, sub.script, sub.wsgi, sub.passAt
	v.d, v.met = sub.d, sub.met
	v.acceptPath = sub.acceptPath
	if sub.forced.value != "" {
		v.forced = sub.forced
	}
	v.env = append(sub.env.clone(), v.env...) // both stay: who asks for one value gets the look's
	v.take(sub)
}

// take adds the fields of a look's answer.
func (v *visit) take(sub *visit) {
	for _, p := range sub.out {
		v.out.set(p.name, p.value)
	}
	for _, p := range sub.errOut {
		v.errOut.set(p.name, p.value)
	}
}
