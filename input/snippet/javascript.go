package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// script are the rules of JavaScript: fetch, axios, XMLHttpRequest, jQuery and their relatives.
func script(kind string) rules {
	return rules{kind: kind, lang: javascript, call: scriptCall, put: scriptPut, set: scriptSet}
}

// browser reports that the code runs in a page: relative addresses, cookies that the text does not show.
func (in *interp) browser() bool {
	return in.kind != "node-fetch"
}

func (in *interp) request(d *draft) value {
	if len(in.made) < 200 {
		d.pos, d.end = in.pos, max(in.end, in.pos)
		in.made = append(in.made, d)
	}
	return object(d)
}

var verbs = map[string]string{"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD", "options": "OPTIONS", "del": "DELETE"}

func scriptCall(in *interp, c *call) value {
	last := c.path[strings.LastIndexByte(c.path, '.')+1:]
	if c.recv != nil {
		switch c.recv.class {
		case "axios":
			return axiosCall(in, c, c.recv, c.path)
		case "xhr":
			return xhrCall(in, c)
		case "headers":
			if last == "append" || last == "set" {
				if n, ok := plain(c.arg(0)); ok {
					c.recv.setHeader(n, c.arg(1))
				}
			}
			return object(c.recv)
		case "response":
			return object(c.recv)
		case "params":
			if n, ok := plain(c.arg(0)); ok && (last == "append" || last == "set") {
				c.recv.query = append(c.recv.query, item{n, c.arg(1)})
			}
			if last == "toString" {
				return c.recv.body
			}
			return object(c.recv)
		case "url":
			if strings.HasSuffix(c.path, "searchParams.append") || strings.HasSuffix(c.path, "searchParams.set") {
				if n, ok := plain(c.arg(0)); ok {
					c.recv.query = append(c.recv.query, item{n, c.arg(1)})
				}
			}
			return object(c.recv)
		}
	}
	switch c.path {
	case "fetch", "window.fetch", "fetchFn", "$fetch", "ofetch", "nodeFetch", "globalThis.fetch", "self.fetch", "cross_fetch":
		d := in.fetchDraft(c.arg(0), c.arg(1))
		return in.answer(in.request(d))
	case "Request":
		d := in.fetchDraft(c.arg(0), c.arg(1))
		d.class = "request"
		return object(d)
	case "Headers", "HttpHeaders":
		d := &draft{class: "headers"}
		d.addHeaders(c.arg(0))
		return object(d)
	case "URL":
		if c.arg(0).kind == vString {
			d := &draft{class: "url", url: c.arg(0)}
			if c.arg(1).kind == vString && !absolute(written(d.url)) {
				d.url = in.eval(join(c.arg(1), d.url))
			}
			return object(d)
		}
	case "URLSearchParams":
		d := &draft{class: "params"}
		d.addQuery(c.arg(0))
		return object(d)
	case "XMLHttpRequest":
		return object(&draft{class: "xhr", agent: "browser", page: true})
	case "axios", "axios.request", "got", "ky":
		d := in.axiosDraft(nil)
		if c.path != "axios" && c.path != "axios.request" {
			d.agent = c.path
		}
		return in.sendConfig(c, d)
	case "axios.create", "got.extend", "ky.create", "ky.extend":
		s := &draft{class: "axios", agent: "axios"}
		in.axiosConfig(s, c.arg(0))
		return object(s)
	case "axios.interceptors.request.use":
		in.intercept(c, in.axiosGlobal())
		return value{kind: vOther, text: "interceptor"}
	case "$.ajax", "jQuery.ajax", "$.get", "$.post", "jQuery.get", "jQuery.post", "$.getJSON", "jQuery.getJSON":
		return in.jquery(c, last)
	case "$.ajaxSetup", "jQuery.ajaxSetup":
		in.ajaxOptions(in.ajaxGlobal(), c.arg(0))
		return value{kind: vOther, text: "setup"}
	}
	if head, rest, ok := strings.Cut(c.path, "."); ok && (head == "axios" || head == "got" || head == "ky" || head == "$http" || strings.HasSuffix(head, "$http")) && verbs[rest] != "" {
		return axiosCall(in, c, in.axiosGlobal(), rest)
	}
	if c.path == "$http" {
		d := in.axiosDraft(in.axiosGlobal())
		d.agent, d.page = "browser", true
		in.axiosConfig(d, c.arg(0))
		return in.answer(in.request(d))
	}
	// An instance that the text does not make: api.get("/users", {headers: ...}). Only a call that looks like one counts.
	if m := verbs[last]; m != "" && c.recv == nil && strings.Contains(c.path, ".") && in.kind == "axios" {
		if opt := c.arg(1); c.arg(0).kind == vString && (opt.kind == vDict || strings.HasPrefix(written(c.arg(0)), "/")) && instance(c.path) {
			d := in.axiosDraft(in.axiosGlobal())
			d.notes = append(d.notes, "the client "+strings.TrimSuffix(c.path, "."+last)+" is made elsewhere: its base address and header fields are not in the text")
			return in.sendAxios(c, d, m)
		}
	}
	return value{}
}

// instance reports a name that people give to an HTTP client.
func instance(path string) bool {
	p := strings.ToLower(path)
	for _, n := range []string{"api", "http", "client", "axios", "instance", "request"} {
		if strings.Contains(p, n) {
			return true
		}
	}
	return false
}

func (in *interp) answer(v value) value {
	return object(&draft{class: "response"})
}

// fetchDraft reads fetch(url, init).
func (in *interp) fetchDraft(url, init value) *draft {
	d := &draft{class: "request", agent: "browser", page: true, url: url}
	if !in.browser() {
		d.agent, d.page = "node-fetch", false
	}
	if url.kind == vObject && url.obj.class == "request" {
		c := *url.obj
		d = &c
	} else if url.kind == vObject && url.obj.class == "url" {
		d.url, d.query = url.obj.url, url.obj.query
	}
	switch init.kind {
	case vDict:
	case vOther:
		if init.text != "" && !isNull(init) {
			d.notes = append(d.notes, "the options are in "+label(init)+": a variable, its value is not in the text")
			d.method = "GET"
		}
		fallthrough
	default:
		in.pageNote(d, "")
		return d
	}
	credentials := ""
	for _, q := range *init.pairs {
		switch q.name {
		case "method":
			d.method = method(q.val)
		case "headers":
			d.addHeaders(q.val)
		case "body":
			if !isNull(q.val) {
				d.body, d.bodyForm = q.val, "text"
				if q.val.kind == vObject && q.val.obj.class == "params" {
					d.body, d.bodyForm = dictOf(q.val.obj.query), "form"
				}
			}
		case "credentials", "mode", "redirect", "cache", "referrerPolicy", "keepalive", "integrity":
			if q.name == "credentials" {
				credentials = word(q.val)
			}
			if q.name == "redirect" {
				f := word(q.val) == "follow"
				d.follow = &f
			}
			d.set(q.name, q.val.pos, q.val)
		case "referrer":
			if s, ok := plain(q.val); ok && absolute(s) {
				d.set("referrer", q.val.pos, q.val)
			}
		}
	}
	if d.method == "" {
		d.method = "GET"
	}
	in.pageNote(d, credentials)
	return d
}

func dictOf(items []item) value {
	var out []pair
	for _, it := range items {
		out = append(out, pair{name: it.name, key: str(it.name), val: it.val})
	}
	return value{kind: vDict, pairs: &out}
}

// pageNote says which cookies the browser adds that the text cannot show.
func (in *interp) pageNote(d *draft, credentials string) {
	if d.agent != "browser" {
		return
	}
	for _, h := range d.header {
		if strings.EqualFold(h.name, "cookie") {
			d.notes = append(d.notes, "a browser does not let a script set Cookie")
			return
		}
	}
	switch credentials {
	case "include":
		d.notes = append(d.notes, "credentials: include: the browser adds its cookies for the address, also to another origin; the text does not show them")
	case "omit":
		d.notes = append(d.notes, "credentials: omit: the browser adds no cookies and no stored login")
	default:
		d.notes = append(d.notes, "the browser adds its cookies when the address has the page's origin, and none to another; the text does not show them")
	}
}

func method(v value) string {
	if s, ok := plain(v); ok && len(s) < 20 && isName(s) {
		return strings.ToUpper(s)
	}
	return "GET"
}

// xhrCall reads the methods of an XMLHttpRequest.
func xhrCall(in *interp, c *call) value {
	d := c.recv
	switch c.path {
	case "open":
		d.method, d.url = method(c.arg(0)), c.arg(1)
		if u := c.arg(3); known(u) && !isNull(u) {
			d.login(u, c.arg(4), exchange.AuthAny, "open()")
		}
		in.request(d)
	case "setRequestHeader":
		if n, ok := plain(c.arg(0)); ok {
			d.setHeader(n, c.arg(1))
		}
	case "send":
		if b := c.arg(0); known(b) && !isNull(b) {
			d.body, d.bodyForm = b, "text"
		}
		if isTrue(dictGet(d.settings, "withCredentials")) {
			in.pageNote(d, "include")
		} else {
			in.pageNote(d, "")
		}
		for _, r := range in.made {
			if r == d {
				d.end = max(d.end, in.end)
			}
		}
	}
	return object(d)
}

func dictGet(s []setting, name string) value {
	for _, x := range s {
		if x.name == name && len(x.args) > 0 {
			return x.args[0]
		}
	}
	return value{}
}

func scriptPut(in *interp, d *draft, path string, v value) {
	switch d.class {
	case "xhr":
		if path == "withCredentials" || path == "timeout" {
			d.set(path, v.pos, v)
		}
	case "axios":
		axiosPut(d, path, v)
	case "headers":
		d.setHeader(path, v)
	}
}

func scriptSet(in *interp, path string, v value) bool {
	if rest, ok := strings.CutPrefix(path, "axios.defaults."); ok {
		axiosPut(in.axiosGlobal(), "defaults."+rest, v)
		return true
	}
	return false
}
