package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// csharpRules are those of HttpClient, HttpWebRequest, WebClient and RestSharp.
func csharpRules(kind string) rules {
	return rules{kind: kind, lang: csharp, call: csharpCall, put: csharpPut}
}

func csharpCall(in *interp, c *call) value {
	last := c.path[strings.LastIndexByte(c.path, '.')+1:]
	if c.recv != nil {
		return csharpMember(in, c, c.recv, last)
	}
	switch c.path {
	case "HttpClient", "System.Net.Http.HttpClient":
		s := &draft{class: "client", agent: "dotnet"}
		if h := c.arg(0); h.kind == vObject && h.obj.class == "handler" {
			s.session = h.obj
		}
		return object(s)
	case "HttpClientHandler", "SocketsHttpHandler", "WebRequestHandler":
		return object(&draft{class: "handler", agent: "dotnet"})
	case "HttpRequestMessage":
		d := &draft{class: "request", agent: "dotnet", method: "GET", url: c.arg(1)}
		if s, ok := strings.CutPrefix(label(c.arg(0)), "HttpMethod."); ok {
			d.method = strings.ToUpper(s)
		} else if m := c.arg(0); m.kind == vString {
			d.method = method(m)
		}
		return in.request(d)
	case "HttpMethod":
		return c.arg(0)
	case "AuthenticationHeaderValue", "System.Net.Http.Headers.AuthenticationHeaderValue":
		if known(c.arg(1)) {
			return in.eval(join(join(c.arg(0), str(" ")), c.arg(1)))
		}
		return c.arg(0)
	case "MediaTypeWithQualityHeaderValue", "MediaTypeHeaderValue", "ProductInfoHeaderValue":
		return c.arg(0)
	case "StringContent", "ByteArrayContent":
		d := &draft{class: "content", body: c.arg(0), bodyForm: "text"}
		if t, ok := plain(c.arg(2)); ok {
			d.setHeader("Content-Type", str(t+"; charset=utf-8"))
		}
		return object(d)
	case "FormUrlEncodedContent":
		return object(&draft{class: "content", body: c.arg(0), bodyForm: "form"})
	case "KeyValuePair":
		if len(c.args) == 2 {
			return value{kind: vDict, pairs: &[]pair{{val: c.arg(0)}, {val: c.arg(1)}}}
		}
	case "Dictionary", "List":
		return value{kind: vDict, pairs: &[]pair{}}
	case "JsonContent.Create":
		return object(&draft{class: "content", body: c.arg(0), bodyForm: "json"})
	case "NetworkCredential", "System.Net.NetworkCredential":
		d := &draft{class: "login"}
		d.login(c.arg(0), c.arg(1), exchange.AuthAny, "NetworkCredential")
		return object(d)
	case "HttpBasicAuthenticator", "JwtAuthenticator":
		d := &draft{class: "login"}
		if last == "JwtAuthenticator" {
			d.setHeader("Authorization", in.eval(join(str("Bearer "), c.arg(0))))
		} else {
			d.login(c.arg(0), c.arg(1), exchange.AuthBasic, last)
		}
		return object(d)
	case "WebRequest.Create", "HttpWebRequest.Create", "WebRequest.CreateHttp", "System.Net.WebRequest.Create":
		return in.request(&draft{class: "request", agent: "dotnet", method: "GET", url: c.arg(0)})
	case "WebClient":
		return object(&draft{class: "client", agent: "dotnet"})
	case "RestClient", "RestClientOptions":
		if v := c.arg(0); v.kind == vObject {
			return v
		}
		return object(&draft{class: "client", agent: "dotnet", base: c.arg(0)})
	case "RestRequest":
		d := &draft{class: "request", agent: "dotnet", method: "GET", url: c.arg(0)}
		if s, ok := strings.CutPrefix(label(c.arg(1)), "Method."); ok {
			d.method = strings.ToUpper(s)
		}
		return in.request(d)
	}
	return value{}
}

func csharpMember(in *interp, c *call, d *draft, last string) value {
	self := object(d)
	if c.init { // new T(...) { A = b, Headers = { {"k", "v"} } }
		for _, a := range c.args {
			if a.name != "" {
				csharpPut(in, d, a.name, a.val)
			}
		}
		return self
	}
	switch last {
	case "Add", "TryAddWithoutValidation", "AddHeader", "AddDefaultHeader", "ParseAdd", "AddOrUpdateHeader":
		n, ok := plain(c.arg(0))
		switch {
		case strings.HasSuffix(c.path, "UserAgent.ParseAdd"), strings.HasSuffix(c.path, "UserAgent.Add"):
			d.setHeader("User-Agent", c.arg(0))
		case strings.HasSuffix(c.path, "Accept.Add"), strings.HasSuffix(c.path, "Accept.ParseAdd"):
			d.setHeader("Accept", c.arg(0))
		case ok && known(c.arg(1)):
			d.setHeader(n, c.arg(1))
		case ok && strings.Contains(n, ":"): // Headers.Add("Name: value")
			d.headerLine(c.arg(0))
		}
	case "Set":
		if n, ok := plain(c.arg(0)); ok {
			d.setHeader(n, c.arg(1))
		} else if s, ok := strings.CutPrefix(label(c.arg(0)), "HttpRequestHeader."); ok {
			d.setHeader(s, c.arg(1))
		}
	case "AddParameter", "AddQueryParameter":
		if n, ok := plain(c.arg(0)); ok {
			if strings.HasSuffix(label(c.arg(2)), "HttpHeader") {
				d.setHeader(n, c.arg(1))
			} else {
				d.query = append(d.query, item{n, c.arg(1)})
			}
		}
	case "AddJsonBody", "AddBody":
		d.body, d.bodyForm = c.arg(0), "json"
	case "GetAsync", "GetStringAsync", "GetStreamAsync", "GetFromJsonAsync", "GetByteArrayAsync", "PostAsync", "PutAsync", "DeleteAsync", "PatchAsync", "PostAsJsonAsync", "PutAsJsonAsync", "DownloadString", "UploadString":
		if d.class != "client" || c.arg(0).kind == vObject && c.arg(0).obj.class == "request" {
			return self
		}
		r := &draft{class: "request", agent: "dotnet", session: d, method: "GET", url: c.arg(0)}
		for _, m := range []string{"Post", "Put", "Delete", "Patch"} {
			if strings.HasPrefix(last, m) {
				r.method = strings.ToUpper(m)
			}
		}
		if b := c.arg(1); known(b) && r.method != "GET" && r.method != "DELETE" {
			if strings.Contains(last, "AsJson") {
				r.body, r.bodyForm = b, "json"
			} else {
				r.content(b)
			}
		}
		if last == "UploadString" {
			r.method = "POST"
		}
		in.request(r)
		return object(&draft{class: "response"})
	case "SendAsync", "Send", "ExecuteAsync", "Execute", "GetAsync2":
		if v := c.arg(0); v.kind == vObject && v.obj.class == "request" {
			v.obj.session = d
		}
		return object(&draft{class: "response"})
	}
	return self
}

func (d *draft) content(v value) {
	if v.kind == vObject && v.obj.class == "content" {
		d.body, d.bodyForm = v.obj.body, v.obj.bodyForm
		for _, h := range v.obj.header {
			d.setHeader(h.name, h.val)
		}
	} else if !isNull(v) {
		d.body, d.bodyForm = v, ""
	}
}

func csharpPut(in *interp, d *draft, path string, v value) {
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case name == "Authorization":
		d.setHeader("Authorization", v)
	case strings.HasPrefix(path, "Headers.") || strings.HasPrefix(path, "DefaultRequestHeaders."):
		d.setHeader(name, v)
	case name == "Headers" || name == "DefaultRequestHeaders":
		if v.kind == vDict {
			for _, q := range *v.pairs {
				d.setHeader(q.name, q.val)
			}
		}
	case name == "BaseAddress" || name == "BaseUrl":
		d.base = v
	case name == "Content":
		d.content(v)
	case name == "Method":
		if s, ok := strings.CutPrefix(label(v), "HttpMethod."); ok {
			d.method = strings.ToUpper(s)
		} else {
			d.method = method(v)
		}
	case name == "RequestUri":
		d.url = v
	case name == "UserAgent":
		d.setHeader("User-Agent", v)
	case name == "ContentType":
		d.setHeader("Content-Type", v)
	case name == "Accept":
		d.setHeader("Accept", v)
	case name == "Credentials" || name == "Authenticator":
		if v.kind == vObject && v.obj.class == "login" {
			if v.obj.from != "" {
				d.login(v.obj.user, v.obj.password, v.obj.auth, v.obj.from)
			}
			d.addHeaders(v)
		}
		d.set(name, in.pos)
	case name == "PreAuthenticate" || name == "AllowAutoRedirect" || name == "UseDefaultCredentials" || name == "UseCookies" || name == "UseProxy" || name == "ServerCertificateCustomValidationCallback":
		d.set(name, v.pos, v)
		if name == "AllowAutoRedirect" {
			f := isTrue(v)
			d.follow = &f
		}
		if strings.HasPrefix(name, "ServerCertificate") {
			d.insecure = true
		}
	}
}
