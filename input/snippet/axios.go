package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// axiosGlobal is what axios.defaults and the interceptors of axios itself say.
func (in *interp) axiosGlobal() *draft {
	v, ok := in.env[" axios"]
	if !ok {
		v = object(&draft{class: "axios", agent: "axios"})
		in.env[" axios"] = v
	}
	return v.obj
}

// ajaxGlobal is what $.ajaxSetup says.
func (in *interp) ajaxGlobal() *draft {
	v, ok := in.env[" ajax"]
	if !ok {
		v = object(&draft{class: "ajax", agent: "browser", page: true})
		in.env[" ajax"] = v
	}
	return v.obj
}

func (in *interp) axiosDraft(session *draft) *draft {
	if session == nil {
		session = in.axiosGlobal()
	}
	return &draft{class: "request", agent: "axios", session: session, page: true}
}

// axiosCall reads a call on an instance.
func axiosCall(in *interp, c *call, s *draft, path string) value {
	switch {
	case path == "interceptors.request.use":
		in.intercept(c, s)
		return value{kind: vOther, text: "interceptor"}
	case path == "" || path == "request":
		return in.sendConfig(c, in.axiosDraft(s))
	case verbs[path] != "":
		return in.sendAxios(c, in.axiosDraft(s), verbs[path])
	}
	return value{}
}

// sendConfig reads axios(url, config) and axios(config).
func (in *interp) sendConfig(c *call, d *draft) value {
	if u := c.arg(0); u.kind == vString {
		d.url = u
		in.axiosConfig(d, c.arg(1))
	} else {
		in.axiosConfig(d, u)
	}
	return in.answer(in.request(d))
}

// sendAxios reads get(url, config) and post(url, data, config).
func (in *interp) sendAxios(c *call, d *draft, m string) value {
	d.method, d.url = m, c.arg(0)
	if d.url.kind == vObject && d.url.obj.class == "url" {
		d.query = append(d.query, d.url.obj.query...)
	}
	if m == "POST" || m == "PUT" || m == "PATCH" {
		in.axiosBody(d, c.arg(1))
		in.axiosConfig(d, c.arg(2))
	} else {
		in.axiosConfig(d, c.arg(1))
	}
	d.method = m
	return in.answer(in.request(d))
}

func (in *interp) axiosBody(d *draft, v value) {
	switch {
	case !known(v) || isNull(v):
	case v.kind == vDict:
		d.body, d.bodyForm = v, "json"
	case v.kind == vObject && v.obj.class == "params":
		d.body, d.bodyForm = dictOf(v.obj.query), "form"
	default:
		d.body, d.bodyForm = v, "form"
		if s, ok := plain(v); ok && strings.HasPrefix(s, "{") {
			d.bodyForm = "json"
		}
	}
}

// axiosConfig reads the request config object.
func (in *interp) axiosConfig(d *draft, v value) {
	if v.kind == vOther && v.text != "" && !isNull(v) {
		d.notes = append(d.notes, "the options are in "+label(v)+": a variable, its value is not in the text")
	}
	if v.kind != vDict {
		return
	}
	for _, q := range *v.pairs {
		switch q.name {
		case "url":
			d.url = q.val
		case "baseURL", "baseUrl", "prefixUrl":
			d.base = q.val
		case "method":
			d.method = method(q.val)
		case "headers":
			d.addHeaders(q.val)
		case "params", "searchParams":
			if q.val.kind == vObject {
				d.query = append(d.query, q.val.obj.query...)
			} else {
				d.addQuery(q.val)
			}
		case "data", "json", "body":
			in.axiosBody(d, q.val)
		case "auth":
			if q.val.kind == vDict {
				u, _ := get(q.val, "username")
				p, _ := get(q.val, "password")
				d.login(u, p, exchange.AuthBasic, "auth")
				d.set("auth", q.val.pos, str("basic"))
			}
		case "withCredentials", "maxRedirects", "timeout", "xsrfCookieName", "xsrfHeaderName", "withXSRFToken", "adapter", "proxy", "credentials", "followRedirect":
			d.set(q.name, q.val.pos, q.val)
			if q.name == "maxRedirects" && word(q.val) == "0" || q.name == "followRedirect" && isFalse(q.val) {
				no := false
				d.follow = &no
			}
			if q.name == "withCredentials" && isTrue(q.val) {
				d.notes = append(d.notes, "withCredentials: in a browser the cookies of the address are added, which the text does not show")
			}
		case "httpsAgent":
			d.set(q.name, q.val.pos, q.val)
		}
	}
}

// axiosPut reads assignments such as instance.defaults.headers.common["Authorization"] = ....
func axiosPut(d *draft, path string, v value) {
	path = strings.TrimPrefix(path, "defaults.")
	rest, ok := strings.CutPrefix(path, "headers.")
	switch {
	case ok:
		for _, p := range []string{"common.", "get.", "post.", "put.", "delete.", "patch."} {
			if r, cut := strings.CutPrefix(rest, p); cut {
				rest = r
				if p != "common." {
					return
				}
			}
		}
		d.setHeader(rest, v)
	case path == "headers":
		d.addHeaders(v)
	case path == "baseURL":
		d.base = v
	case path == "withCredentials", path == "timeout", path == "maxRedirects":
		d.set(path, v.pos, v)
	}
}

// intercept reads an interceptor: what it does to config is done to every request of the instance.
func (in *interp) intercept(c *call, s *draft) {
	for i, a := range c.args {
		if a.val.kind == vFunc {
			if i == 0 {
				s.set("interceptor", a.val.pos)
				for _, it := range collectSets(a.val) {
					s.notes = append(s.notes, "an interceptor sets "+it)
				}
				in.runFunc(a.val, []value{object(s)})
			}
			c.args[i].val = value{kind: vOther, text: "function"}
		}
	}
}

// collectSets names the header fields that a function assigns.
func collectSets(f value) []string {
	var out []string
	for _, s := range f.body {
		t := s.target
		if t.kind != vChain || len(t.steps) < 3 || len(out) > 20 {
			continue
		}
		last := t.steps[len(t.steps)-1]
		name := last.name
		if last.op == '[' && len(last.args) == 1 {
			name, _ = plain(last.args[0].val)
		}
		for _, st := range t.steps {
			if st.name == "headers" && isName(name) && name != "headers" && name != "common" {
				out = append(out, name)
				break
			}
		}
	}
	return out
}

// jquery reads $.ajax(url, settings), $.get and their relatives.
func (in *interp) jquery(c *call, last string) value {
	d := &draft{class: "request", agent: "browser", page: true, session: in.ajaxGlobal()}
	d.method = "GET"
	if last == "post" {
		d.method = "POST"
	}
	opt := c.arg(0)
	if opt.kind == vString || opt.kind == vOther {
		d.url, opt = opt, c.arg(1)
		if last != "ajax" {
			if d.method == "POST" {
				d.body, d.bodyForm = opt, "form"
			} else if opt.kind == vDict {
				d.addQuery(opt)
			}
			opt = value{}
		}
	}
	in.ajaxOptions(d, opt)
	if isTrue(dictGet(d.settings, "xhrFields.withCredentials")) {
		in.pageNote(d, "include")
	} else {
		in.pageNote(d, "")
	}
	return in.answer(in.request(d))
}

func (in *interp) ajaxOptions(d *draft, v value) {
	if v.kind != vDict {
		return
	}
	for _, q := range *v.pairs {
		switch q.name {
		case "url":
			d.url = q.val
		case "type", "method":
			d.method = method(q.val)
		case "headers":
			d.addHeaders(q.val)
		case "contentType":
			if !isFalse(q.val) {
				d.setHeader("Content-Type", q.val)
			}
		case "username":
			p, _ := get(v, "password")
			d.login(q.val, p, exchange.AuthAny, "username")
		case "beforeSend":
			if q.val.kind == vFunc {
				x := &draft{class: "xhr"}
				in.runFunc(q.val, []value{object(x)})
				d.header = append(d.header, x.header...)
			}
		case "xhrFields":
			if q.val.kind == vDict {
				if w, ok := get(q.val, "withCredentials"); ok {
					d.set("xhrFields.withCredentials", w.pos, w)
				}
			}
		case "crossDomain", "dataType":
			d.set(q.name, q.val.pos, q.val)
		}
	}
	if b, ok := get(v, "data"); ok && !isNull(b) {
		if d.method == "GET" && b.kind == vDict {
			d.addQuery(b)
		} else {
			d.body, d.bodyForm = b, "form"
		}
	}
}
