package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// goRules are those of net/http and resty.
func goRules(kind string) rules {
	return rules{kind: kind, lang: golang, call: goCall, put: goPut}
}

func goCall(in *interp, c *call) value {
	last := c.path[strings.LastIndexByte(c.path, '.')+1:]
	if c.recv != nil {
		d := c.recv
		switch c.path {
		case "Header.Set", "Header.Add", "SetHeader":
			if n, ok := plain(c.arg(0)); ok {
				if c.path == "Header.Add" {
					d.header = append(d.header, item{n, c.arg(1)})
				} else {
					d.setHeader(n, c.arg(1))
				}
			}
		case "SetHeaders":
			d.addHeaders(c.arg(0))
		case "SetBasicAuth":
			d.login(c.arg(0), c.arg(1), exchange.AuthBasic, "SetBasicAuth")
		case "SetDigestAuth":
			d.login(c.arg(0), c.arg(1), exchange.AuthDigest, "SetDigestAuth")
		case "SetAuthToken":
			d.setHeader("Authorization", in.eval(join(str("Bearer "), c.arg(0))))
		case "SetBaseURL":
			d.base = c.arg(0)
		case "SetBody":
			d.body, d.bodyForm = c.arg(0), "json"
		case "SetQueryParam":
			if n, ok := plain(c.arg(0)); ok {
				d.query = append(d.query, item{n, c.arg(1)})
			}
		case "AddCookie":
			if v := c.arg(0); v.kind == vObject && v.obj.class == "cookie" {
				d.cookies = append(d.cookies, v.obj.cookies...)
			}
		case "URL.Query":
			return object(&draft{class: "values", session: d})
		case "Add", "Set", "Encode":
			if d.class == "values" {
				if n, ok := plain(c.arg(0)); ok && c.path != "Encode" {
					d.session.query = append(d.session.query, item{n, c.arg(1)})
				}
				return object(d)
			}
			if d.class == "headers" {
				if n, ok := plain(c.arg(0)); ok {
					d.setHeader(n, c.arg(1))
				}
			}
		case "R":
			return object(&draft{class: "resty", agent: "resty", session: d})
		case "Get", "Post", "Put", "Patch", "Delete", "Head":
			if d.class == "client" || d.class == "resty" {
				r := &draft{class: "request", agent: "go", session: d, method: strings.ToUpper(c.path), url: c.arg(0)}
				if d.class == "client" && c.path == "Post" {
					r.setHeader("Content-Type", c.arg(1))
					r.body, r.bodyForm = c.arg(2), ""
				}
				if d.class == "resty" && known(d.body) {
					r.body, r.bodyForm = d.body, d.bodyForm
				}
				in.request(r)
				return object(&draft{class: "response"})
			}
			return value{}
		case "Do":
			if v := c.arg(0); v.kind == vObject && d.class == "client" && v.obj.class == "request" {
				v.obj.session = d
			}
			return object(&draft{class: "response"})
		default:
			if d.class == "resty" || d.class == "client" {
				return object(d)
			}
			return value{}
		}
		return object(d)
	}
	switch c.path {
	case "http.NewRequest", "http.NewRequestWithContext":
		n := 0
		if c.path == "http.NewRequestWithContext" {
			n = 1
		}
		d := &draft{class: "request", agent: "go", method: "GET", url: c.arg(n + 1)}
		if m := c.arg(n); m.kind == vString {
			d.method = method(m)
		} else if s, ok := strings.CutPrefix(label(m), "http.Method"); ok {
			d.method = strings.ToUpper(s)
		}
		if b := c.arg(n + 2); known(b) && !isNull(b) {
			d.body, d.bodyForm = b, ""
		}
		return in.request(d)
	case "http.Get", "http.Head", "http.Post", "http.PostForm":
		d := &draft{class: "request", agent: "go", method: strings.ToUpper(strings.TrimSuffix(last, "Form")), url: c.arg(0)}
		switch last {
		case "Post":
			d.setHeader("Content-Type", c.arg(1))
			d.body, d.bodyForm = c.arg(2), ""
		case "PostForm":
			d.body, d.bodyForm = c.arg(1), "form"
		}
		in.request(d)
		return object(&draft{class: "response"})
	case "http.Client":
		s := &draft{class: "client", agent: "go"}
		for _, a := range c.args {
			switch a.name {
			case "CheckRedirect", "Transport", "Jar", "Timeout":
				s.set(a.name, c.pos)
				s.jar = s.jar || a.name == "Jar"
			}
		}
		return object(s)
	case "http.Header":
		d := &draft{class: "headers"}
		v := value{kind: vDict, pairs: &c.args}
		d.addHeaders(v)
		return object(d)
	case "http.Cookie":
		n, _ := plain(c.named("Name"))
		return object(&draft{class: "cookie", cookies: []item{{n, c.named("Value")}}})
	case "http.Request":
		d := &draft{class: "request", agent: "go", method: method(c.named("Method")), url: c.named("URL")}
		if h := c.named("Header"); known(h) {
			d.addHeaders(h)
		}
		if known(d.url) {
			return in.request(d)
		}
	case "url.Values":
		v := value{kind: vDict, pairs: &c.args}
		return v
	case "resty.New":
		return object(&draft{class: "client", agent: "resty"})
	case "http.DefaultClient.Do":
		return object(&draft{class: "response"})
	}
	return value{}
}

func goPut(in *interp, d *draft, path string, v value) {
	switch {
	case path == "Header":
		d.addHeaders(v)
	case strings.HasPrefix(path, "Header."):
		if v.kind == vDict && len(*v.pairs) > 0 {
			v = (*v.pairs)[0].val
		}
		d.setHeader(strings.TrimPrefix(path, "Header."), v)
		if n := strings.TrimPrefix(path, "Header."); n != canonical(n) {
			d.notes = append(d.notes, "the field "+n+" is put into the map with its own letter case")
		}
	case path == "Host":
		d.setHeader("Host", v)
	case path == "CheckRedirect", path == "Transport", path == "Jar":
		d.set(path, in.pos)
	}
}

// canonical is a field name in Go's letter case.
func canonical(s string) string {
	up, b := true, []byte(s)
	for i, c := range b {
		if up && c >= 'a' && c <= 'z' {
			b[i] = c - 32
		} else if !up && c >= 'A' && c <= 'Z' {
			b[i] = c + 32
		}
		up = c == '-'
	}
	return string(b)
}
