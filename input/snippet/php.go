package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// phpRules are those of the curl extension, Guzzle, streams, Laravel's Http and WordPress.
func phpRules(kind string) rules {
	return rules{kind: kind, lang: php, call: phpCall}
}

func phpCall(in *interp, c *call) value {
	last := c.path[strings.LastIndexByte(c.path, '.')+1:]
	if c.recv != nil {
		switch c.recv.class {
		case "guzzle":
			m, n := verbs[strings.TrimSuffix(last, "Async")], 0
			if last == "request" || last == "requestAsync" {
				m, n = method(c.arg(0)), 1
			}
			if m == "" {
				return value{}
			}
			d := &draft{class: "request", agent: "guzzle", session: c.recv, method: m, url: c.arg(n)}
			guzzleOptions(d, c.arg(n+1))
			in.request(d)
			return object(&draft{class: "response"})
		case "laravel":
			return laravel(in, c, c.recv, last)
		}
		return value{}
	}
	switch c.path {
	case "curl_init":
		d := &draft{class: "curl", agent: "php-curl", method: ""}
		if u := c.arg(0); known(u) && !isNull(u) {
			d.url = u
		}
		return in.request(d)
	case "curl_setopt":
		if h := c.arg(0); h.kind == vObject {
			curlOption(h.obj, word(c.arg(1)), c.arg(2))
		}
		return value{kind: vOther, text: "true"}
	case "curl_setopt_array":
		if h, list := c.arg(0), c.arg(1); h.kind == vObject && list.kind == vDict {
			for _, q := range *list.pairs {
				curlOption(h.obj, word(q.key), q.val)
			}
		}
		return value{kind: vOther, text: "true"}
	case "array":
		args := c.args
		return value{kind: vDict, pairs: &args}
	case "Client", "GuzzleHttp.Client", "HttpClient.create":
		s := &draft{class: "guzzle", agent: "guzzle"}
		guzzleOptions(s, c.arg(0))
		return object(s)
	case "stream_context_create":
		d := &draft{class: "context", agent: "php-stream"}
		if v := c.arg(0); v.kind == vDict {
			if h, ok := get(v, "http"); ok && h.kind == vDict {
				streamOptions(d, h)
			}
		}
		return object(d)
	case "file_get_contents", "fopen":
		n := 2
		if u := c.arg(0); strings.HasPrefix(written(u), "http") || u.kind == vOther && c.arg(n).kind == vObject {
			d := &draft{class: "request", agent: "php-stream", url: u}
			if ctx := c.either(n, "context"); ctx.kind == vObject {
				d.session, d.method, d.body, d.bodyForm = ctx.obj, ctx.obj.method, ctx.obj.body, ctx.obj.bodyForm
			}
			in.request(d)
			return object(&draft{class: "response"})
		}
	case "wp_remote_get", "wp_remote_post", "wp_remote_request":
		d := &draft{class: "request", agent: "wordpress", url: c.arg(0), method: map[string]string{"wp_remote_post": "POST"}[c.path]}
		guzzleOptions(d, c.arg(1))
		in.request(d)
		return object(&draft{class: "response"})
	}
	if rest, ok := strings.CutPrefix(c.path, "Http."); ok {
		return laravel(in, c, &draft{class: "laravel", agent: "guzzle"}, rest)
	}
	return value{}
}

// curlOption reads one CURLOPT_.
func curlOption(d *draft, name string, v value) {
	switch name {
	case "CURLOPT_URL":
		d.url = v
	case "CURLOPT_HTTPHEADER":
		d.addHeaders(v)
	case "CURLOPT_USERPWD":
		user, password := splitLogin(v)
		if d.auth == exchange.AuthHeader {
			d.auth = exchange.AuthBasic
		}
		d.login(user, password, d.auth, "CURLOPT_USERPWD")
	case "CURLOPT_USERNAME":
		way := d.auth
		if way == exchange.AuthHeader {
			way = exchange.AuthBasic
		}
		d.login(v, d.password, way, "CURLOPT_USERNAME")
	case "CURLOPT_PASSWORD":
		d.password = v
	case "CURLOPT_HTTPAUTH":
		d.auth = curlAuth(word(v))
		d.settings = append(d.settings, setting{name, []value{v}, v.pos})
	case "CURLOPT_XOAUTH2_BEARER":
		d.setHeader("Authorization", join(str("Bearer "), v))
	case "CURLOPT_CUSTOMREQUEST":
		d.method = method(v)
	case "CURLOPT_POST":
		if isTrue(v) && d.method == "" {
			d.method = "POST"
		}
	case "CURLOPT_POSTFIELDS":
		d.body, d.bodyForm = v, "form"
		if v.kind == vDict {
			d.bodyForm = "multipart"
		}
		if d.method == "" {
			d.method = "POST"
		}
	case "CURLOPT_NOBODY":
		if isTrue(v) {
			d.method = "HEAD"
		}
	case "CURLOPT_FOLLOWLOCATION":
		f := isTrue(v)
		d.follow = &f
		d.set(name, v.pos, v)
	case "CURLOPT_SSL_VERIFYPEER":
		d.insecure = isFalse(v)
		d.set(name, v.pos, v)
	case "CURLOPT_COOKIE":
		d.setHeader("Cookie", v)
	case "CURLOPT_USERAGENT":
		d.setHeader("User-Agent", v)
	case "CURLOPT_REFERER":
		d.setHeader("Referer", v)
	case "CURLOPT_COOKIEJAR", "CURLOPT_COOKIEFILE":
		d.jar = true
	case "CURLOPT_UNRESTRICTED_AUTH", "CURLOPT_PROXY", "CURLOPT_PROXYUSERPWD", "CURLOPT_MAXREDIRS", "CURLOPT_HTTP_VERSION", "CURLOPT_SSL_VERIFYHOST", "CURLOPT_NETRC":
		d.set(name, v.pos, v)
	}
}

// curlAuth is how curl uses a login under a list of CURLAUTH_ constants.
func curlAuth(names string) exchange.Auth {
	n := 0
	way := exchange.AuthBasic
	for word, a := range map[string]exchange.Auth{"BASIC": exchange.AuthBasic, "DIGEST": exchange.AuthDigest, "NTLM": exchange.AuthNTLM,
		"NEGOTIATE": exchange.AuthNegotiate, "GSSNEGOTIATE": exchange.AuthNegotiate, "ANY": exchange.AuthAny, "ANYSAFE": exchange.AuthAny} {
		for _, f := range strings.Split(names, "|") {
			if strings.TrimSpace(f) == "CURLAUTH_"+word {
				n++
				way = a
			}
		}
	}
	if n > 1 {
		return exchange.AuthAny
	}
	return way
}

// splitLogin cuts "user:password" at the first colon of its literal text.
func splitLogin(v value) (user, password value) {
	if v.kind != vString {
		return v, v
	}
	user, password = value{kind: vString}, value{kind: vString}
	for i, it := range v.items {
		if before, after, ok := strings.Cut(it.text, ":"); ok && it.kind == vString {
			user.items = append(user.items, value{kind: vString, text: before})
			password.items = append(append(password.items, value{kind: vString, text: after}), v.items[i+1:]...)
			return user, password
		}
		user.items = append(user.items, it)
	}
	return user, password
}

// guzzleOptions reads the request options array.
func guzzleOptions(d *draft, v value) {
	if v.kind != vDict {
		return
	}
	for _, q := range *v.pairs {
		switch q.name {
		case "base_uri":
			d.base = q.val
		case "headers":
			d.addHeaders(q.val)
		case "query":
			d.addQuery(q.val)
		case "json":
			d.body, d.bodyForm = q.val, "json"
		case "form_params":
			d.body, d.bodyForm = q.val, "form"
		case "body":
			d.body, d.bodyForm = q.val, ""
		case "multipart":
			d.body, d.bodyForm = q.val, "multipart"
		case "method":
			d.method = method(q.val)
		case "auth":
			if q.val.kind != vDict || len(*q.val.pairs) < 2 {
				d.set("auth", q.val.pos, q.val)
				continue
			}
			list, way := *q.val.pairs, exchange.AuthBasic
			if len(list) > 2 {
				way = map[string]exchange.Auth{"digest": exchange.AuthDigest, "ntlm": exchange.AuthNTLM}[word(list[2].val)]
				d.set("auth", q.val.pos, list[2].val)
			} else {
				d.set("auth", q.val.pos, str("basic"))
			}
			d.login(list[0].val, list[1].val, way, "auth")
		case "auth_basic":
			if user, password := splitLogin(q.val); q.val.kind == vString {
				d.login(user, password, exchange.AuthBasic, "auth_basic")
			} else if q.val.kind == vDict && len(*q.val.pairs) == 2 {
				d.login((*q.val.pairs)[0].val, (*q.val.pairs)[1].val, exchange.AuthBasic, "auth_basic")
			}
		case "auth_bearer":
			d.setHeader("Authorization", join(str("Bearer "), q.val))
		case "verify", "sslverify":
			d.insecure = isFalse(q.val)
			d.set(q.name, q.val.pos, q.val)
		case "allow_redirects":
			f := !isFalse(q.val)
			d.follow = &f
			d.set(q.name, q.val.pos, q.val)
		case "cookies", "proxy", "http_errors", "timeout", "redirection":
			d.set(q.name, q.val.pos, q.val)
		}
	}
}

// streamOptions reads the "http" options of a stream context.
func streamOptions(d *draft, v value) {
	for _, q := range *v.pairs {
		switch q.name {
		case "method":
			d.method = method(q.val)
		case "header":
			if q.val.kind == vString {
				d.headerLines(q.val)
			} else {
				d.addHeaders(q.val)
			}
		case "content":
			d.body, d.bodyForm = q.val, "form"
		case "user_agent":
			d.setHeader("User-Agent", q.val)
		case "follow_location", "ignore_errors", "proxy":
			d.set(q.name, q.val.pos, q.val)
		}
	}
}

// headerLines takes fields with CRLF between them.
func (d *draft) headerLines(v value) {
	line := value{kind: vString}
	for _, it := range v.items {
		if it.kind != vString {
			line.items = append(line.items, it)
			continue
		}
		for i, l := range strings.Split(it.text, "\n") {
			if i > 0 {
				d.lineIfAny(line)
				line = value{kind: vString}
			}
			line.items = append(line.items, value{kind: vString, text: strings.TrimSuffix(l, "\r")})
		}
	}
	d.lineIfAny(line)
}

func (d *draft) lineIfAny(v value) {
	if strings.TrimSpace(written(v)) != "" {
		d.headerLine(v)
	}
}

// laravel reads Http::withToken(...)->get(...).
func laravel(in *interp, c *call, d *draft, last string) value {
	switch last {
	case "withToken":
		scheme := "Bearer"
		if s, ok := plain(c.arg(1)); ok {
			scheme = s
		}
		d.setHeader("Authorization", in.eval(join(str(scheme+" "), c.arg(0))))
	case "withHeaders":
		d.addHeaders(c.arg(0))
	case "withHeader":
		if n, ok := plain(c.arg(0)); ok {
			d.setHeader(n, c.arg(1))
		}
	case "withBasicAuth":
		d.login(c.arg(0), c.arg(1), exchange.AuthBasic, last)
	case "withDigestAuth":
		d.login(c.arg(0), c.arg(1), exchange.AuthDigest, last)
	case "baseUrl":
		d.base = c.arg(0)
	case "acceptJson":
		d.setHeader("Accept", str("application/json"))
	case "asForm":
		d.bodyForm = "form"
	case "withoutVerifying":
		d.insecure = true
		d.set(last, c.pos)
	case "get", "post", "put", "patch", "delete", "head":
		r := &draft{class: "request", agent: "guzzle", session: d, method: verbs[last], url: c.arg(0)}
		if b := c.arg(1); last == "get" && known(b) {
			r.addQuery(b)
		} else if known(b) {
			r.body, r.bodyForm = b, "json"
			if d.bodyForm != "" {
				r.bodyForm = d.bodyForm
			}
		}
		in.request(r)
		return object(&draft{class: "response"})
	}
	return object(d)
}
