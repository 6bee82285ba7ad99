package nginx

import (
	"strconv"
	"strings"
)

// changing are the variables that nginx evaluates anew each time (NGX_HTTP_VAR_NOCACHEABLE); the others keep the value they
// had when they were first asked for.
var changing = map[string]bool{
	"uri": true, "document_uri": true, "document_root": true, "realpath_root": true, "query_string": true, "args": true,
	"is_args": true, "request_filename": true, "request_method": true, "proxy_host": true, "proxy_port": true,
	"limit_rate": true, "msec": true, "time_iso8601": true, "time_local": true, "status": true, "request_time": true,
	"request_length": true, "connection_time": true, "fastcgi_script_name": true, "fastcgi_path_info": true,
	"upstream_cache_last_modified": true, "upstream_cache_etag": true,
}

// maxVariableDepth is NGX_HTTP_VARIABLE_DEPTH: a map that asks for itself ends there.
const maxVariableDepth = 100

// maxEvaluations bounds the evaluations of one trace: a map that asks for itself twice would take 2 to the power of 100.
const maxEvaluations = 100_000

// variable gives the value of $name.
func (r *run) variable(name string) string {
	if v, ok := r.vars[name]; ok {
		r.hidden.Variable(name)
		return v
	}
	if *r.evaluated++; *r.evaluated > maxEvaluations {
		r.open("variables that ask for each other without end")
		return ""
	}
	if *r.depth >= maxVariableDepth {
		return ""
	}
	*r.depth++
	seen := r.hidden.Seen()
	used := r.used
	v, keep := r.compute(name)
	r.used = used // what a variable uses is measured and copied with it, at its turn
	*r.depth--
	if keep {
		r.vars[name] = v
		if field := seen(); field != "" {
			r.hidden.Make(name, field)
		}
	}
	return v
}

// compute evaluates a variable; keep says that the value stays.
func (r *run) compute(name string) (v string, keep bool) {
	if m := r.m.maps[name]; m != nil {
		return m.look(r), !m.volatile
	}
	if g := r.m.geos[name]; g != nil {
		return g.look(r), true
	}
	r.lookAt(name)
	if v, ok := r.builtin(name); ok {
		return v, !changing[name] && !strings.HasPrefix(name, "arg_")
	}
	if r.m.settable[name] {
		return "", true
	}
	if where := r.m.unknown[name]; where != "" {
		r.open("$" + name + ", which " + where + " sets")
		return "", true
	}
	r.open("$" + name + ": its value cannot be known from here")
	return "", true
}

// builtin are the variables of nginx itself whose value follows from the request and the files.
func (r *run) builtin(name string) (string, bool) {
	switch name {
	case "uri", "document_uri":
		return r.uri, true
	case "args", "query_string":
		return r.args, true
	case "is_args":
		if r.args != "" {
			return "?", true
		}
		return "", true
	case "request_uri":
		return r.target.raw, true
	case "request":
		return r.line, true
	case "request_method": // of the client's request, also in a subrequest
		main := r
		for main.parent != nil {
			main = main.parent
		}
		return main.methodName(), true
	case "host":
		if r.host != "" {
			return r.host, true
		}
		return r.server.firstName(), true
	case "server_name":
		return r.server.firstName(), true
	case "server_port":
		return strconv.Itoa(r.port), true
	case "server_addr":
		if r.address.IsValid() {
			return r.address.String(), true
		}
		return "", false
	case "scheme":
		if r.tls {
			return "https", true
		}
		return "http", true
	case "https":
		if r.tls {
			return "on", true
		}
		return "", true
	case "remote_addr":
		return r.client.String(), true
	case "realip_remote_addr":
		return r.peer.String(), true
	case "remote_user":
		user, _, _ := r.basic()
		return user, true
	case "server_protocol":
		return r.proto, true
	case "content_length":
		if r.chunked && r.bodyRead {
			return strconv.FormatInt(r.bodySize, 10), true
		}
		return r.header.first("Content-Length"), true
	case "content_type":
		return r.header.first("Content-Type"), true
	case "document_root":
		return r.root(), true
	case "request_filename":
		p, ok := r.file()
		return p, ok || r.m.real
	case "proxy_host":
		return r.proxyHost, true
	case "proxy_port":
		return r.proxyPort, true
	case "proxy_add_x_forwarded_for":
		return strings.Join(append(r.header.all("X-Forwarded-For"), r.client.String()), ", "), true
	case "upstream_cache_last_modified", "upstream_cache_etag":
		return "", true
	case "fastcgi_script_name":
		s, _ := r.splitScript()
		return s, true
	case "fastcgi_path_info":
		_, p := r.splitScript()
		return p, true
	case "limit_rate":
		return "0", true
	case "status":
		switch {
		case r.unknown:
			return "", false
		case r.errStatus != 0:
			return strconv.Itoa(r.errStatus), true
		case r.status != 0:
			return strconv.Itoa(r.status), true
		}
		return "000", true
	case "invalid_referer":
		return r.invalidReferer(), true
	case "nginx_version":
		return r.m.config.Version, r.m.config.Version != ""
	case "http_cookie":
		return strings.Join(r.header.all("Cookie"), "; "), true
	case "http_x_forwarded_for":
		return strings.Join(r.header.all("X-Forwarded-For"), ", "), true
	case "http_host", "http_user_agent", "http_referer", "http_via":
		return r.header.first(strings.ReplaceAll(name[5:], "_", "-")), true
	case "sent_http_location":
		return r.location, true
	}
	switch {
	case strings.HasPrefix(name, "http_"):
		return r.header.variable(name[5:]), true
	case strings.HasPrefix(name, "arg_"):
		return argument(r.args, name[4:]), true
	case strings.HasPrefix(name, "cookie_"):
		return cookie(r.header.all("Cookie"), name[7:]), true
	case strings.HasPrefix(name, "sent_http_"), strings.HasPrefix(name, "sent_trailer_"):
		if name == "sent_http_www_authenticate" && len(r.challenges) > 0 {
			return r.challenges[0].value, true
		}
		return "", true
	case strings.HasPrefix(name, "upstream_"):
		if r.asked {
			return "", false
		}
		return "", true
	case strings.HasPrefix(name, "ssl_"):
		return "", !r.tls
	}
	return "", false
}

// argument is the first value of a query's name, in whatever case (ngx_http_arg).
func argument(args, name string) string {
	for at := 0; at < len(args); {
		i := strings.Index(lower(args[at:]), lower(name))
		if i < 0 {
			return ""
		}
		i += at
		if end := i + len(name); (i == 0 || args[i-1] == '&') && end < len(args) && args[end] == '=' {
			v, _, _ := strings.Cut(args[end+1:], "&")
			return v
		}
		at = i + 1
	}
	return ""
}

// cookie is the value of the cookie called name, in whatever case (ngx_http_parse_multi_header_lines). A cookie without a
// value takes the one behind it with it, as there.
func cookie(lines []string, name string) string {
	for _, l := range lines {
		for l != "" {
			if len(l) >= len(name) && lower(l[:len(name)]) == lower(name) {
				l = strings.TrimLeft(l[len(name):], " ")
				if v, ok := strings.CutPrefix(l, "="); ok {
					v, _, _ = strings.Cut(strings.TrimLeft(v, " "), ";")
					return v
				}
				if l != "" {
					l = l[1:]
				}
			}
			i := strings.IndexAny(l, ";,")
			if i < 0 {
				break
			}
			l = strings.TrimLeft(l[i+1:], " ")
		}
	}
	return ""
}
