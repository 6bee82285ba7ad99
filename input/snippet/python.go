package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// pythonRules are those of requests, httpx, aiohttp and urllib.request.
func pythonRules(kind string) rules {
	return rules{kind: kind, lang: python, call: pythonCall, put: pythonPut, set: nil}
}

var pythonAgents = map[string]string{"requests": "requests", "httpx": "httpx", "aiohttp": "aiohttp", "session": "requests", "grequests": "requests", "requests_session": "requests"}

func pythonCall(in *interp, c *call) value {
	dot := strings.LastIndexByte(c.path, '.')
	last, head := c.path[dot+1:], c.path[:max(dot, 0)]
	if c.recv != nil {
		switch c.recv.class {
		case "session":
			return pythonSession(in, c, c.recv)
		case "urllib":
			if last == "add_header" || last == "add_unredirected_header" {
				if n, ok := plain(c.arg(0)); ok {
					c.recv.setHeader(n, c.arg(1))
				}
				return object(c.recv)
			}
		case "passwords":
			if last == "add_password" {
				n := 0
				if len(c.args) > 3 {
					n = 1 // realm, uri, user, password
				}
				c.recv.login(c.either(n+1, "user"), c.either(n+2, "passwd"), exchange.AuthAny, "add_password")
			}
			return object(c.recv)
		}
		return value{}
	}
	switch last {
	case "HTTPBasicAuth", "HTTPDigestAuth", "BasicAuth", "DigestAuth", "HTTPProxyAuth", "HttpNtlmAuth", "HTTPKerberosAuth", "HTTPBasicAuthHandler", "HTTPDigestAuthHandler", "ProxyHandler":
		if strings.HasSuffix(last, "Handler") {
			if a := c.arg(0); a.kind == vObject {
				return a
			}
			return value{}
		}
		d := &draft{class: "auth"}
		d.login(c.either(0, "username", "login"), c.either(1, "password"), pythonAuth(last), last)
		return object(d)
	case "Session", "session", "AsyncClient", "Client", "ClientSession":
		agent := pythonAgents[head]
		if agent == "" && (last == "ClientSession" || last == "AsyncClient" || last == "Session") {
			agent = map[string]string{"ClientSession": "aiohttp", "AsyncClient": "httpx", "Session": "requests"}[last]
		}
		if agent == "" {
			return value{}
		}
		s := &draft{class: "session", agent: agent, jar: true}
		pythonOptions(in, c, s)
		if b := c.named("base_url"); known(b) {
			s.base = b
		} else if agent == "aiohttp" && known(c.arg(0)) {
			s.base = c.arg(0)
		}
		return object(s)
	case "HTTPPasswordMgrWithDefaultRealm", "HTTPPasswordMgr":
		return object(&draft{class: "passwords"})
	case "Request":
		if head == "urllib.request" || head == "request" || head == "" || head == "urllib2" {
			if head == "" && !strings.Contains(in.src, "urllib") {
				return value{}
			}
			d := &draft{class: "urllib", agent: "urllib", url: c.either(0, "url")}
			d.addHeadersIf(c.either(2, "headers"))
			if b := c.either(1, "data"); known(b) && !isNull(b) {
				d.body, d.bodyForm = b, "form"
			}
			if m := c.named("method"); known(m) {
				d.method = method(m)
			}
			return in.request(d)
		}
		if head == "requests" {
			d := &draft{class: "request", agent: "requests", method: method(c.either(0, "method")), url: c.either(1, "url")}
			pythonOptions(in, c, d)
			return in.request(d)
		}
	case "urlopen":
		if u := c.arg(0); u.kind == vString {
			d := &draft{class: "urllib", agent: "urllib", url: u}
			if b := c.either(1, "data"); known(b) && !isNull(b) {
				d.body, d.bodyForm = b, "form"
			}
			return in.request(d)
		}
	case "urlencode":
		if a := c.arg(0); a.kind == vDict {
			if s, ok := formEncode(a); ok {
				return str(s)
			}
		}
	case "getenv":
		return value{}
	}
	if agent := pythonAgents[head]; agent != "" && head != "session" || head == "s" || head == "session" || head == "client" || strings.HasSuffix(head, ".session") || strings.HasSuffix(head, "_session") {
		if verbs[last] == "" && last != "request" && last != "stream" {
			return value{}
		}
		s := &draft{class: "session", agent: "requests"}
		if agent != "" {
			s.agent = agent
		} else {
			if u := c.arg(0); u.kind == vNone || in.kind != "python-requests" {
				return value{}
			}
			s.notes = append(s.notes, "the session "+head+" is made elsewhere: its header fields and login are not in the text")
		}
		return pythonSession(in, &call{path: last, recv: s, args: c.args, pos: c.pos, end: c.end}, s)
	}
	return value{}
}

func pythonAuth(name string) exchange.Auth {
	switch {
	case strings.Contains(name, "Digest"):
		return exchange.AuthDigest
	case strings.Contains(name, "Ntlm"):
		return exchange.AuthNTLM
	case strings.Contains(name, "Kerberos"):
		return exchange.AuthNegotiate
	}
	return exchange.AuthBasic
}

func (d *draft) addHeadersIf(v value) {
	if known(v) && !isNull(v) {
		d.addHeaders(v)
	}
}

// pythonSession reads a call on a session.
func pythonSession(in *interp, c *call, s *draft) value {
	switch c.path {
	case "headers.update":
		s.addHeadersIf(c.arg(0))
		for _, a := range c.args {
			if a.name != "" {
				s.setHeader(a.name, a.val)
			}
		}
		return object(s)
	case "cookies.set", "cookies.update", "params.update":
		if c.path == "cookies.set" {
			if n, ok := plain(c.arg(0)); ok {
				s.cookies = append(s.cookies, item{n, c.arg(1)})
			}
		} else if c.path == "params.update" {
			s.addQuery(c.arg(0))
		} else {
			s.addCookies(c.arg(0))
		}
		return object(s)
	}
	m, n := verbs[c.path], 0
	if c.path == "request" || c.path == "stream" {
		m, n = method(c.either(0, "method")), 1
	}
	if m == "" {
		return value{}
	}
	d := &draft{class: "request", agent: s.agent, session: s, method: m, url: c.either(n, "url")}
	if m == "POST" || m == "PUT" || m == "PATCH" {
		if b := c.arg(n + 1); known(b) {
			d.body, d.bodyForm = b, ""
		}
	} else if p := c.arg(n + 1); known(p) && s.agent == "requests" && m == "GET" {
		d.addQuery(p)
	}
	pythonOptions(in, c, d)
	if u := d.url; u.kind == vOther && u.text == "" {
		return value{}
	}
	in.request(d)
	return object(&draft{class: "response"})
}

// pythonOptions reads the arguments with names that all these libraries share.
func pythonOptions(in *interp, c *call, d *draft) {
	for _, a := range c.args {
		v := a.val
		if isNull(v) {
			continue
		}
		switch a.name {
		case "headers":
			d.addHeaders(v)
		case "params":
			d.addQuery(v)
		case "cookies":
			d.addCookies(v)
		case "json":
			d.body, d.bodyForm = v, "json"
		case "data", "content":
			d.body, d.bodyForm = v, ""
		case "files":
			d.body, d.bodyForm = v, "multipart"
		case "auth":
			d.pythonLogin(v)
		case "verify", "verify_ssl", "ssl":
			d.set(a.name, v.pos, v)
			d.insecure = isFalse(v)
		case "allow_redirects", "follow_redirects":
			f := isTrue(v)
			d.follow = &f
			d.set(a.name, v.pos, v)
		case "proxies", "proxy", "trust_env", "cert", "timeout", "max_redirects", "stream":
			d.set(a.name, v.pos, v)
		}
	}
	if d.agent == "httpx" && d.follow == nil && d.class == "request" {
		if d.session == nil || d.session.follow == nil {
			no := false
			d.follow = &no
		}
	}
}

func (d *draft) addCookies(v value) {
	if v.kind != vDict {
		d.notes = append(d.notes, "the cookies are in "+label(v)+": a variable, its value is not in the text")
		return
	}
	for _, q := range *v.pairs {
		if q.name != "" {
			d.cookies = append(d.cookies, item{q.name, q.val})
		}
	}
}

// pythonLogin reads auth=.
func (d *draft) pythonLogin(v value) {
	switch {
	case v.kind == vDict && len(*v.pairs) == 2:
		d.login((*v.pairs)[0].val, (*v.pairs)[1].val, exchange.AuthBasic, "auth=")
		d.set("auth", v.pos, str("basic"))
	case v.kind == vObject && v.obj.class == "auth":
		d.login(v.obj.user, v.obj.password, v.obj.auth, v.obj.from)
		d.set("auth", v.pos, str(v.obj.from))
	default:
		d.login(v, value{}, exchange.AuthHeader, "auth=")
		d.set("auth", v.pos, v)
	}
}

func pythonPut(in *interp, d *draft, path string, v value) {
	if d.class != "session" && d.class != "urllib" {
		return
	}
	name, rest, _ := strings.Cut(path, ".")
	switch name {
	case "headers":
		if rest != "" {
			d.setHeader(rest, v)
		} else {
			d.addHeaders(v)
		}
	case "auth":
		d.pythonLogin(v)
	case "verify", "trust_env", "proxies", "cert", "max_redirects":
		d.set(name, v.pos, v)
		if name == "verify" {
			d.insecure = isFalse(v)
		}
	case "cookies":
		if rest != "" {
			d.cookies = append(d.cookies, item{rest, v})
		} else {
			d.addCookies(v)
		}
	case "params":
		d.addQuery(v)
	}
}
