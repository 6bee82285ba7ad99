package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// rubyRules are those of Net::HTTP, Faraday, HTTParty, RestClient and open-uri.
func rubyRules(kind string) rules {
	return rules{kind: kind, lang: ruby, call: rubyCall, put: rubyPut, set: rubySet}
}

func rubyCall(in *interp, c *call) value {
	path := strings.TrimSuffix(c.path, ".new")
	last := c.path[strings.LastIndexByte(c.path, '.')+1:]
	if d := c.recv; d != nil {
		return rubyMember(in, c, d, last)
	}
	switch {
	case c.path == "URI" || c.path == "URI.parse" || c.path == "Addressable.URI.parse":
		return object(&draft{class: "url", url: c.arg(0)})
	case strings.HasPrefix(path, "Net.HTTP.") && path != c.path:
		m := strings.ToUpper(strings.TrimPrefix(path, "Net.HTTP."))
		if verbs[strings.ToLower(m)] == "" {
			return value{}
		}
		d := &draft{class: "request", agent: "ruby", method: m, url: c.arg(0)}
		if h := c.arg(1); h.kind == vDict {
			d.addHeaders(h)
		}
		if base, ok := in.env[" http"]; ok && !absolute(written(d.url)) {
			d.base = base
		}
		return in.request(d)
	case c.path == "Net.HTTP.new" || c.path == "Net.HTTP.start":
		d := &draft{class: "http", agent: "ruby"}
		if host, ok := plain(c.arg(0)); ok {
			scheme := "http"
			port, _ := plain(c.arg(1))
			if port == "443" || isTrue(c.named("use_ssl")) {
				scheme = "https"
			}
			if port != "" && port != "443" && port != "80" {
				host += ":" + port
			}
			in.env[" http"] = str(scheme + "://" + host + "/")
		}
		return object(d)
	case c.path == "Net.HTTP.get" || c.path == "Net.HTTP.get_response" || c.path == "Net.HTTP.post_form" || c.path == "Net.HTTP.post":
		d := &draft{class: "request", agent: "ruby", method: "GET", url: c.arg(0)}
		if strings.Contains(last, "post") {
			d.method = "POST"
			d.body, d.bodyForm = c.arg(1), "form"
			if h := c.arg(2); h.kind == vDict {
				d.addHeaders(h)
			}
		} else if h := c.arg(1); h.kind == vDict {
			d.addHeaders(h)
		}
		return in.request(d)
	case c.path == "Faraday.new":
		s := &draft{class: "faraday", agent: "faraday"}
		if u := c.arg(0); u.kind == vString {
			s.base = u
		}
		rubyOptions(s, c)
		return object(s)
	case strings.HasPrefix(c.path, "HTTParty."), strings.HasPrefix(c.path, "RestClient."), strings.HasPrefix(c.path, "HTTP."), strings.HasPrefix(c.path, "Faraday."), strings.HasPrefix(c.path, "Excon."), c.path == "URI.open", c.path == "open":
		d := &draft{class: "request", agent: map[string]string{"Faraday": "faraday", "HTTParty": "ruby"}[c.path[:max(0, strings.IndexByte(c.path, '.'))]], method: verbs[last], url: c.arg(0)}
		if d.agent == "" {
			d.agent = "rest-client"
		}
		switch {
		case last == "execute":
			d.method = method(c.named("method"))
			d.url = c.named("url")
		case last == "basic_auth" || last == "auth" || last == "headers":
			return rubyMember(in, c, &draft{class: "faraday", agent: "http.rb"}, last)
		case last == "open":
			d.method = "GET"
			if !absolute(written(d.url)) {
				return value{}
			}
		case d.method == "":
			return value{}
		}
		rubyOptions(d, c)
		if strings.HasPrefix(c.path, "RestClient.") && last != "execute" {
			h := c.arg(1)
			if d.method == "POST" || d.method == "PUT" || d.method == "PATCH" {
				d.body, d.bodyForm = h, "form"
				h = c.arg(2)
			}
			if h.kind == vDict {
				d.addHeaders(symbols(h))
			}
			for _, a := range c.args {
				if a.name != "" && a.name != "headers" {
					d.addHeaders(symbols(value{kind: vDict, pairs: &[]pair{a}}))
				}
			}
		}
		return in.request(d)
	}
	return value{}
}

// symbols are header names as rest-client writes them: content_type becomes Content-Type.
func symbols(v value) value {
	var out []pair
	for _, q := range *v.pairs {
		if !strings.Contains(q.name, "-") && strings.ToLower(q.name) == q.name {
			q.name = canonical(strings.ReplaceAll(q.name, "_", "-"))
			q.key = str(q.name)
		}
		if q.name == "Params" {
			continue
		}
		out = append(out, q)
	}
	return value{kind: vDict, pairs: &out}
}

// rubyOptions reads the arguments with names.
func rubyOptions(d *draft, c *call) {
	for _, a := range c.args {
		v := a.val
		switch a.name {
		case "url":
			d.base = v
			if d.class == "request" {
				d.base, d.url = value{}, v
			}
		case "headers":
			d.addHeaders(v)
		case "query", "params":
			d.addQuery(v)
		case "body", "payload":
			d.body, d.bodyForm = v, ""
		case "json":
			d.body, d.bodyForm = v, "json"
		case "user":
			d.login(v, c.named("password"), exchange.AuthBasic, "user:")
		case "basic_auth", "digest_auth", "http_basic_authentication":
			way := exchange.AuthBasic
			if a.name == "digest_auth" {
				way = exchange.AuthDigest
			}
			if v.kind == vDict && len(*v.pairs) >= 2 {
				user, ok := get(v, "username")
				password, _ := get(v, "password")
				if !ok {
					user, password = (*v.pairs)[0].val, (*v.pairs)[1].val
				}
				d.login(user, password, way, a.name)
			}
		case "verify", "follow_redirects", "max_redirects", "verify_ssl", "ssl":
			d.set(a.name, v.pos, v)
		case "Authorization", "User-Agent", "Cookie", "Accept": // URI.open("...", "Authorization" => "...")
			if d.class == "request" {
				d.setHeader(a.name, v)
			}
		}
	}
}

func rubyMember(in *interp, c *call, d *draft, last string) value {
	self := object(d)
	if d.class == "url" {
		return self
	}
	switch last {
	case "basic_auth", "basic_auth!":
		if known(c.named("user")) {
			d.login(c.named("user"), c.named("pass"), exchange.AuthBasic, "basic_auth")
		} else {
			d.login(c.arg(0), c.arg(1), exchange.AuthBasic, "basic_auth")
		}
	case "digest_auth":
		d.login(c.arg(0), c.arg(1), exchange.AuthDigest, last)
	case "auth":
		d.setHeader("Authorization", c.arg(0))
	case "headers":
		d.addHeaders(value{kind: vDict, pairs: &c.args})
	case "add_field", "set_field":
		if n, ok := plain(c.arg(0)); ok {
			d.setHeader(n, c.arg(1))
		}
	case "set_form_data", "form_data":
		d.body, d.bodyForm = c.arg(0), "form"
	case "authorization", "token_auth":
		rubyAuthorization(in, d, c.arg(0), c.arg(1), c.arg(2))
	case "request":
		if c.recv.class == "faraday" {
			if word(c.arg(0)) == "authorization" || word(c.arg(0)) == "basic_auth" || word(c.arg(0)) == "digest" {
				if word(c.arg(0)) == "authorization" {
					rubyAuthorization(in, d, c.arg(1), c.arg(2), c.arg(3))
				} else {
					rubyAuthorization(in, d, c.arg(0), c.arg(1), c.arg(2))
				}
			}
			return self
		}
		return object(&draft{class: "response"})
	case "get", "post", "put", "patch", "delete", "head":
		switch d.class {
		case "faraday", "http":
			r := &draft{class: "request", agent: d.agent, session: d, method: verbs[last], url: c.arg(0)}
			if base, ok := in.env[" http"]; ok && d.class == "http" {
				r.base = base
			}
			n := 1
			if r.method == "POST" || r.method == "PUT" || r.method == "PATCH" {
				if b := c.arg(1); known(b) && !isNull(b) {
					r.body, r.bodyForm = b, ""
				}
				n = 2
			} else if d.class == "faraday" {
				if q := c.arg(1); q.kind == vDict {
					r.addQuery(q)
				}
				n = 2
			}
			if h := c.arg(n); h.kind == vDict {
				r.addHeaders(h)
			}
			return in.request(r)
		}
	case "response", "use", "adapter", "start":
		return self
	}
	return self
}

// rubyAuthorization reads Faraday's request :authorization, scheme, ....
func rubyAuthorization(in *interp, d *draft, scheme, a, b value) {
	switch s := word(scheme); strings.ToLower(s) {
	case "basic", "basic_auth":
		d.login(a, b, exchange.AuthBasic, "basic")
	case "digest":
		d.login(a, b, exchange.AuthDigest, "digest")
	default:
		d.setHeader("Authorization", in.eval(join(str(s+" "), a)))
	}
}

func rubyPut(in *interp, d *draft, path string, v value) {
	name, rest, _ := strings.Cut(path, ".")
	switch {
	case name == "body":
		d.body, d.bodyForm = v, ""
	case name == "use_ssl":
		if base, ok := in.env[" http"]; ok && isTrue(v) {
			in.env[" http"] = str(strings.Replace(written(base), "http://", "https://", 1))
			for _, r := range in.made {
				if !absolute(written(r.url)) && known(r.base) {
					r.base = in.env[" http"]
				}
			}
		}
		d.set(name, v.pos, v)
	case name == "verify_mode":
		d.insecure = strings.HasSuffix(label(v), "VERIFY_NONE")
		d.set(name, v.pos, v)
	case name == "headers" && rest != "":
		d.setHeader(rest, v)
	case name == "headers":
		d.addHeaders(v)
	case name == "params" && rest != "":
		d.query = append(d.query, item{rest, v})
	case d.class == "request" && rest == "" && name != "query" && name != "content_type":
		d.setHeader(name, v)
	case name == "content_type":
		d.setHeader("Content-Type", v)
	case d.class == "url" && name == "query":
		if v.kind == vString {
			d.url = in.eval(join(join(d.url, str("?")), v))
		}
	}
}

func rubySet(in *interp, path string, v value) bool { return false }
