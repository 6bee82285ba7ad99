package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// javaRules are those of HttpURLConnection, java.net.http, OkHttp, Spring, Apache HttpClient and REST Assured.
func javaRules(kind string) rules {
	return rules{kind: kind, lang: java, call: javaCall, put: javaPut}
}

func javaCall(in *interp, c *call) value {
	last := c.path[strings.LastIndexByte(c.path, '.')+1:]
	if c.recv != nil {
		return javaMember(in, c, c.recv, last)
	}
	if u := c.self; u.kind == vString && (last == "openConnection" || last == "openStream") {
		return in.request(&draft{class: "connection", agent: "java-url-connection", url: u})
	}
	switch c.path {
	case "URL", "java.net.URL", "URI", "HttpUrl.parse", "UriComponentsBuilder.fromHttpUrl", "UriComponentsBuilder.fromUriString":
		if a := c.arg(0); a.kind == vString || a.kind == vOther {
			return object(&draft{class: "url", url: a})
		}
	case "HttpRequest.newBuilder":
		d := &draft{class: "request", agent: "java-http-client", method: "GET"}
		if u := c.arg(0); known(u) {
			d.url = u
		}
		return object(d)
	case "Request.Builder", "okhttp3.Request.Builder":
		return object(&draft{class: "request", agent: "okhttp", method: "GET"})
	case "HttpClient.newHttpClient", "HttpClient.newBuilder", "OkHttpClient", "OkHttpClient.Builder", "RestTemplate", "RestTemplateBuilder",
		"HttpClients.createDefault", "HttpClients.custom", "HttpClientBuilder.create":
		agent := map[string]string{"OkHttpClient": "okhttp", "OkHttpClient.Builder": "okhttp", "RestTemplate": "java-url-connection", "RestTemplateBuilder": "java-url-connection",
			"HttpClients.createDefault": "apache-httpclient", "HttpClients.custom": "apache-httpclient", "HttpClientBuilder.create": "apache-httpclient"}[c.path]
		if agent == "" {
			agent = "java-http-client"
		}
		return object(&draft{class: "client", agent: agent})
	case "HttpHeaders":
		return object(&draft{class: "headers"})
	case "HttpEntity":
		d := &draft{class: "entity"}
		for _, a := range c.args {
			if a.val.kind == vObject && a.val.obj.class == "headers" {
				d.addHeaders(a.val)
				d.settings = append(d.settings, a.val.obj.settings...)
				if a.val.obj.from != "" {
					d.login(a.val.obj.user, a.val.obj.password, a.val.obj.auth, a.val.obj.from)
				}
			} else if !isNull(a.val) {
				d.body, d.bodyForm = a.val, "json"
			}
		}
		return object(d)
	case "WebClient.create", "WebClient.builder", "RestClient.create", "RestClient.builder":
		d := &draft{class: "webclient", agent: "reactor-netty"}
		if b := c.arg(0); known(b) {
			d.base = b
		}
		return object(d)
	case "HttpGet", "HttpPost", "HttpPut", "HttpDelete", "HttpPatch", "HttpHead":
		d := &draft{class: "request", agent: "apache-httpclient", method: strings.ToUpper(strings.TrimPrefix(c.path, "Http")), url: c.arg(0)}
		return in.request(d)
	case "Unirest.get", "Unirest.post", "Unirest.put", "Unirest.delete":
		d := &draft{class: "request", agent: "unirest", method: verbs[last], url: c.arg(0)}
		return in.request(d)
	case "given", "RestAssured.given":
		return object(&draft{class: "restassured", agent: "apache-httpclient"})
	case "RequestBody.create":
		for _, a := range c.args {
			if a.val.kind == vString && !strings.Contains(written(a.val), "/json") {
				return a.val
			}
		}
	case "UsernamePasswordCredentials", "PasswordAuthentication":
		d := &draft{class: "login"}
		d.login(c.arg(0), c.arg(1), exchange.AuthAny, c.path)
		in.env[" login"] = object(d)
		return object(d)
	case "BodyPublishers.ofString", "HttpRequest.BodyPublishers.ofString", "StringEntity", "MediaType.parse", "MediaType.get":
		return c.arg(0)
	}
	return value{}
}

func javaMember(in *interp, c *call, d *draft, last string) value {
	self := object(d)
	switch last {
	case "toURL", "toURI", "toUri", "build", "create", "toUriString", "encode", "expand", "buildAndExpand":
		if d.class == "request" && last == "build" {
			return in.request(d)
		}
		return self
	case "openConnection", "openStream":
		if d.class == "url" {
			return in.request(&draft{class: "connection", agent: "java-url-connection", url: d.url, query: d.query})
		}
	case "queryParam", "addQueryParameter", "queryString", "param":
		if n, ok := plain(c.arg(0)); ok {
			d.query = append(d.query, item{n, c.arg(1)})
		}
	case "setRequestProperty", "addRequestProperty", "header", "setHeader", "addHeader", "defaultHeader", "add", "set":
		if n, ok := plain(c.arg(0)); ok {
			d.setHeader(n, c.arg(1))
		} else if s, ok := strings.CutPrefix(label(c.arg(0)), "HttpHeaders."); ok {
			d.setHeader(strings.ReplaceAll(canonical(strings.ReplaceAll(s, "_", "-")), "_", "-"), c.arg(1))
		}
	case "headers":
		for i := 0; i+1 < len(c.args); i += 2 {
			if n, ok := plain(c.arg(i)); ok {
				d.setHeader(n, c.arg(i+1))
			}
		}
		if v := c.arg(0); v.kind == vDict || v.kind == vObject {
			d.addHeaders(v)
		}
	case "setBearerAuth", "oauth2":
		d.setHeader("Authorization", in.eval(join(str("Bearer "), c.arg(0))))
	case "setBasicAuth", "basicAuth", "basic", "basicAuthentication":
		if known(c.arg(1)) {
			d.login(c.arg(0), c.arg(1), exchange.AuthBasic, last)
			if d.class == "restassured" && last == "basic" && !strings.Contains(c.path, "preemptive") {
				d.auth = exchange.AuthAny
				d.set("auth", c.pos, str("basic"))
			} else if d.class == "restassured" {
				d.set("preemptive", c.pos, str("true"))
			}
		} else {
			d.setHeader("Authorization", in.eval(join(str("Basic "), c.arg(0))))
		}
	case "digest":
		d.login(c.arg(0), c.arg(1), exchange.AuthDigest, last)
	case "uri", "url":
		if d.class == "url" {
			return self
		}
		d.url = c.arg(0)
		if d.url.kind == vString && d.class == "webcall" {
			d.url = template(d.url)
		}
	case "baseUrl", "baseUri", "rootUri":
		d.base = c.arg(0)
	case "method":
		if d.class == "webclient" {
			return in.request(&draft{class: "webcall", agent: d.agent, session: d, method: springMethod(c.arg(0))})
		}
		d.method = method(c.arg(0))
		if b := c.arg(1); b.kind == vString {
			d.body, d.bodyForm = b, ""
		}
	case "setRequestMethod":
		d.method = method(c.arg(0))
	case "setDoOutput":
		if d.method == "" && isTrue(c.arg(0)) {
			d.method = "POST"
		}
	case "GET", "POST", "PUT", "DELETE", "HEAD", "get", "post", "put", "delete", "patch", "head":
		m := strings.ToUpper(last)
		switch d.class {
		case "request":
			d.method = m
			if b := c.arg(0); b.kind == vString {
				d.body, d.bodyForm = b, ""
			}
		case "webclient":
			return in.request(&draft{class: "webcall", agent: d.agent, session: d, method: m})
		case "restassured":
			return in.request(&draft{class: "request", agent: d.agent, session: d, method: m, url: c.arg(0), body: d.body, bodyForm: d.bodyForm})
		default:
			return value{}
		}
	case "body", "bodyValue", "setEntity":
		d.body, d.bodyForm = c.arg(0), ""
		if d.body.kind == vDict {
			d.bodyForm = "json"
		}
	case "getForObject", "getForEntity", "postForObject", "postForEntity", "exchange", "put2", "execute":
		if d.class != "client" || last == "execute" || c.arg(0).kind == vObject && c.arg(0).obj.class == "request" {
			return value{}
		}
		r := &draft{class: "request", agent: d.agent, session: d, url: template(c.arg(0)), method: "GET"}
		if strings.HasPrefix(last, "post") {
			r.method = "POST"
		}
		if last == "exchange" {
			r.method = springMethod(c.arg(1))
		}
		for _, a := range c.args {
			if a.val.kind == vObject && a.val.obj.class == "entity" {
				e := a.val.obj
				r.addHeaders(a.val)
				r.body, r.bodyForm = e.body, e.bodyForm
				if e.from != "" {
					r.login(e.user, e.password, e.auth, e.from)
				}
			}
		}
		in.request(r)
		return object(&draft{class: "response"})
	case "setInstanceFollowRedirects", "followRedirects", "followSslRedirects", "disableRedirectHandling", "setFollowRedirects":
		f := strings.HasSuffix(label(c.arg(0)), "ALWAYS") || strings.HasSuffix(label(c.arg(0)), "NORMAL") || isTrue(c.arg(0))
		d.follow = &f
		d.set(last, c.pos, c.arg(0))
	case "authenticator", "setDefaultCredentialsProvider", "proxyAuthenticator", "cookieJar", "cookieHandler", "addInterceptor":
		d.set(last, c.pos)
		if l, ok := in.env[" login"]; ok && strings.Contains(strings.ToLower(last), "authenticator") {
			d.login(l.obj.user, l.obj.password, exchange.AuthAny, "PasswordAuthentication")
		}
	case "setContentType", "contentType":
		if s, ok := plain(c.arg(0)); ok {
			d.setHeader("Content-Type", str(s))
		} else if strings.HasSuffix(label(c.arg(0)), "JSON") {
			d.setHeader("Content-Type", str("application/json"))
		}
	case "setAccept", "accept":
		if s, ok := plain(c.arg(0)); ok {
			d.setHeader("Accept", str(s))
		}
	case "getHeaders", "auth", "preemptive", "retrieve", "timeout", "version", "when", "then", "asString", "asJson", "connectTimeout":
		return self
	case "send", "sendAsync", "newCall":
		if v := c.arg(0); v.kind == vObject && v.obj.class == "request" && v.obj.session == nil {
			v.obj.session = d
		}
		return object(&draft{class: "response"})
	default:
		switch d.class {
		case "request", "client", "webclient", "webcall", "restassured", "url":
			return self
		}
		return value{}
	}
	return self
}

// springMethod reads HttpMethod.POST.
func springMethod(v value) string {
	if s, ok := strings.CutPrefix(label(v), "HttpMethod."); ok {
		return s
	}
	return method(v)
}

// template makes variables of the {names} in an address.
func template(v value) value {
	if v.kind != vString {
		return v
	}
	out := value{kind: vString}
	for _, it := range v.items {
		s := it.text
		for it.kind == vString {
			before, rest, ok := strings.Cut(s, "{")
			name, after, ok2 := strings.Cut(rest, "}")
			if !ok || !ok2 || !isName(name) {
				break
			}
			out.items = append(out.items, value{kind: vString, text: before}, value{kind: vOther, text: name})
			s = after
		}
		it.text = s
		out.items = append(out.items, it)
	}
	return out
}

func javaPut(in *interp, d *draft, path string, v value) {
	switch path { // Kotlin writes properties
	case "requestMethod":
		d.method = method(v)
	case "instanceFollowRedirects":
		f := isTrue(v)
		d.follow = &f
	}
}
