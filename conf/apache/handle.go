package apache

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// handle is the handler phase: a file, a folder, a program, an upstream. 0 means that it was answered.
func (v *visit) handle() int {
	h := v.handler
	switch {
	case v.method == "OPTIONS" && v.uri == "*":
		return -200
	case h == redirectHandler:
		return v.internal(strings.TrimPrefix(v.filename, "redirect:")+v.query(), true)
	case v.proxied && strings.HasPrefix(v.filename, "proxy:"):
		return v.toProxy(strings.TrimPrefix(v.filename, "proxy:"))
	case strings.HasPrefix(h, "proxy:"):
		return v.toProxy(joinHandler(strings.TrimPrefix(h, "proxy:"), v.filename))
	}
	if a, ok := v.d.actions[strings.ToLower(h)]; ok && h != "" {
		f := strings.Fields(a.value)
		if v.kind == noFile && len(f) < 2 {
			return v.missing()
		}
		v.step(a.place, "handler", conf.Changes, "Action sends the request to %s", f[0])
		return v.internal(escapePath(f[0]+v.uri)+v.query(), true)
	}
	switch way := wayOf(h); way {
	case conf.CGI, conf.FastCGI:
		return v.toProgram(way)
	case conf.WSGI, conf.InProcess:
		if way == conf.InProcess && !v.w.has("php_module") {
			return v.serveFile() // the type is only a type
		}
		if v.kind != regular && way == conf.InProcess && !v.assumed {
			if v.kind == folder {
				return v.missing()
			}
			return v.missing()
		}
		v.pass(way, v.filename, v.params(way))
		return 0
	}
	switch h {
	case "server-status", "server-info", "balancer-manager", "form-login-handler", "form-logout-handler", "ldap-status", "default-handler", "send-as-is", "type-map", "imap-file":
		if h != "default-handler" {
			v.step(v.handlerAt, "handler", conf.Sends, "the handler %s answers", h)
			return -200
		}
	}
	return v.serveFile()
}

func joinHandler(to, file string) string {
	if i := strings.Index(to, "|"); i >= 0 && strings.HasPrefix(to, "unix:") {
		to = to[i+1:]
	}
	return to + file
}

func (v *visit) query() string {
	if v.hasArgs {
		return "?" + v.args
	}
	return ""
}

// missing is 404: nothing stands at the path.
func (v *visit) missing() int {
	if v.assumed {
		return 0
	}
	return v.refuse(404, conf.Place{}, "handler", "nothing that can be served stands at %s", v.filename)
}

// serveFile is core's default handler, with mod_autoindex before it.
func (v *visit) serveFile() int {
	switch {
	case v.assumed:
		v.step(conf.Place{}, "handler", conf.Sends, "the file that the path names is served, if it is there")
		return 0
	case v.kind == folder && (v.method == "GET" || v.method == "HEAD") && v.w.has("autoindex_module") && (v.handler == "httpd/unix-directory"):
		if v.d.options.has("I") {
			v.step(conf.Place{}, "handler", conf.Sends, "the folder is listed")
			return 0
		}
		place := conf.Place{}
		if v.d.options != nil {
			place = v.d.options.place
		}
		return v.refuse(403, place, "handler", "the folder has no index file, and Options Indexes is off")
	}
	v.bodyGone = true
	switch v.method {
	case "GET", "HEAD", "POST":
	case "OPTIONS":
		return -200
	case "PUT", "DELETE", "PATCH", "CONNECT", "TRACE", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK":
		return v.refuse(405, conf.Place{}, "handler", "files do not take %s", v.method)
	default:
		return v.refuse(501, conf.Place{}, "handler", "the method is not known")
	}
	switch {
	case v.kind != regular:
		return v.missing()
	case v.pathInfo != "" && v.acceptPath != "on":
		return v.refuse(404, v.d.pathInfo.at(), "handler", "a file has nothing below it, and AcceptPathInfo is not On")
	}
	if _, err := v.w.src.ReadFile(v.filename); err != nil && strings.Contains(because(err), "permission") {
		return v.refuse(403, conf.Place{}, "handler", "file permissions deny the server access")
	}
	v.step(conf.Place{}, "handler", conf.Sends, "the file %s is served", v.filename)
	return 0
}

// toProgram starts a CGI or FastCGI program.
func (v *visit) toProgram(way conf.Way) int {
	switch {
	case !v.script && !v.d.options.has("C"):
		place := v.handlerAt
		if v.d.options != nil {
			place = v.d.options.place
		}
		return v.refuse(403, place, "handler", "Options ExecCGI is off in this folder")
	case v.assumed:
	case v.kind == noFile:
		return v.missing()
	case v.kind == folder:
		return v.refuse(403, v.handlerAt, "handler", "a folder cannot be run as a program")
	case v.pathInfo != "" && v.acceptPath == "off":
		return v.refuse(404, v.d.pathInfo.at(), "handler", "AcceptPathInfo is Off, and the path goes on behind the program's")
	}
	if info, err := v.w.src.Stat(v.filename); err == nil && way == conf.CGI && info.Mode&0o111 == 0 {
		v.env = v.params(way) // which an ErrorDocument that is a program sees
		return v.refuse(500, v.handlerAt, "handler", "%s is to be run as a program and is not executable", v.filename)
	}
	v.pass(way, v.filename, v.params(way))
	return 0
}

// pass notes to whom the request went and with which fields or variables.
func (v *visit) pass(way conf.Way, to string, fields table) {
	v.out2.To = to
	next := &exchange.Request{Method: v.method, Proto: v.proto}
	for _, p := range fields {
		next.Header = append(next.Header, closed(way, p))
	}
	v.out2.Next = next
	place := v.handlerAt
	if v.passAt.Known() {
		place = v.passAt
	}
	v.step(place, "handler", conf.Sends, "the request goes to %s (%s)", to, way)
	switch way {
	case conf.CGI, conf.FastCGI, conf.SCGI, conf.UWSGI, conf.WSGI:
		if v.in.has("Authorization") && !fields.has("HTTP_AUTHORIZATION") {
			place, says := v.d.passAuth.at(), "Authorization is not handed to the program: CGIPassAuth is off"
			if way == conf.WSGI {
				place, says = v.d.wsgiAuth.at(), "Authorization is not handed to the program: WSGIPassAuthorization is off"
			}
			if fields.has("REDIRECT_HTTP_AUTHORIZATION") {
				says += "; only REDIRECT_HTTP_AUTHORIZATION is"
			}
			v.step(place, "handler", conf.Drops, "%s", says)
		}
	}
}

// open variables say nothing about a credential.
var openVariables = []string{
	"SERVER_NAME", "SERVER_PORT", "REMOTE_ADDR", "REQUEST_SCHEME", "DOCUMENT_ROOT", "CONTEXT_PREFIX", "CONTEXT_DOCUMENT_ROOT", "HTTPS",
	"SCRIPT_FILENAME", "SCRIPT_NAME", "PATH_INFO", "GATEWAY_INTERFACE", "SERVER_PROTOCOL", "REQUEST_METHOD", "AUTH_TYPE", "CONTENT_TYPE",
	"CONTENT_LENGTH", "REDIRECT_STATUS", "REDIRECT_URL",
}

// closed makes a field of what is passed on; values that may be secrets are closed.
func closed(way conf.Way, p pair) exchange.Field {
	if way == conf.HTTPProxy || way == conf.AJP {
		return exchange.RequestField(p.name, p.value)
	}
	if isOneOf(p.name, openVariables...) {
		return exchange.Field{Name: p.name, Value: secret.Public(p.value)}
	}
	f := exchange.RequestField(strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(p.name, "REDIRECT_"), "HTTP_"), "_", "-"), p.value)
	f.Name = p.name
	return f
}

// params are the variables of CGI, FastCGI and their like (ap_add_common_vars, ap_add_cgi_vars).
func (v *visit) params(way conf.Way) table {
	out := v.env.last()
	if i := v.env.find("PATH"); i >= 0 {
		out.set(v.env[i].name, v.env[i].value) // httpd hands on its own PATH, or else the first that was set
	}
	for _, p := range v.in {
		switch strings.ToLower(p.name) {
		case "content-type":
			out.set("CONTENT_TYPE", p.value)
			continue
		case "content-length":
			out.set("CONTENT_LENGTH", p.value)
			continue
		case "proxy":
			continue
		case "authorization":
			if way != conf.InProcess && !(way == conf.WSGI && v.d.wsgiAuth.on()) && !v.d.passAuth.on() {
				continue
			}
		case "proxy-authorization":
			continue
		}
		if name, ok := variableName(p.name); ok {
			out.set(name, p.value)
		}
	}
	set := func(k, val string) { out.set(k, val) }
	set("SERVER_NAME", bracketed(v.serverName()))
	set("SERVER_PORT", strconv.Itoa(v.serverPort()))
	set("REMOTE_ADDR", v.client.String())
	set("REQUEST_SCHEME", v.scheme())
	set("DOCUMENT_ROOT", v.srv.docRoot.or(""))
	set("CONTEXT_PREFIX", v.ctxPrefix)
	if v.ctxRoot == "" {
		v.ctxRoot = v.srv.docRoot.or("")
	}
	set("CONTEXT_DOCUMENT_ROOT", v.ctxRoot)
	set("SCRIPT_FILENAME", v.filename)
	if v.tls {
		set("HTTPS", "on")
	}
	if v.user != nil {
		set("REMOTE_USER", *v.user)
	} else if v.prev != nil {
		for p := v.prev; p != nil; p = p.prev {
			if p.user != nil {
				set("REDIRECT_REMOTE_USER", *p.user)
				break
			}
		}
	}
	if v.authType != "" {
		set("AUTH_TYPE", v.authType)
	}
	if v.prev != nil {
		if v.prev.hasArgs {
			set("REDIRECT_QUERY_STRING", v.prev.args)
		}
		set("REDIRECT_URL", v.prev.uri)
	}
	set("GATEWAY_INTERFACE", "CGI/1.1")
	set("SERVER_PROTOCOL", v.proto)
	set("REQUEST_METHOD", v.method)
	set("QUERY_STRING", v.args)
	first := v
	for first.prev != nil {
		first = first.prev
	}
	set("REQUEST_URI", first.unparsed)
	name, info := v.uri, oneSlash(v.pathInfo)
	for strings.HasPrefix(name, "//") {
		name = name[1:]
	}
	if info != "" {
		name = name[:pathInfoStart(name, info)]
	}
	set("SCRIPT_NAME", name)
	if info != "" {
		set("PATH_INFO", info)
	}
	return out
}

// pathInfoStart is where info begins in uri, which is compared from its end: at a slash. Slashes that follow each other in uri
// are one for it (ap_find_path_info).
func pathInfoStart(uri, info string) int {
	u := len(uri)
	for i := len(info); u > 0 && i > 0 && uri[u-1] == info[i-1]; i-- {
		u--
		for info[i-1] == '/' && u > 0 && uri[u-1] == '/' {
			u--
		}
	}
	for u < len(uri) && uri[u] != '/' {
		u++
	}
	return u
}

// variableName is a field's name as a CGI variable. httpd does not hand on names with other characters than letters, digits and
// hyphens.
func variableName(field string) (string, bool) {
	b := []byte("HTTP_" + strings.ToUpper(field))
	for i := 5; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '-':
			b[i] = '_'
		case c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
		default:
			return "", false
		}
	}
	return string(b), true
}
