package message

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/why401/why401/exchange"
)

// JSONNames are the names that servers give the fields of an access record, for each field of ours; inner objects by a
// dot. The first that is there counts. Package logs/line reads files of such records by the same names.
var JSONNames = []struct {
	Field string
	Names []string
}{
	{"method", []string{"request.method", "RequestMethod", "request_method", "method", "httpRequest.requestMethod", "requestMethod", "httpMethod", "http.method", "verb", "http_method", "Method", "req.method", "cs-method"}},
	{"path", []string{"request.uri", "RequestPath", "request_uri", "uri", "path", "httpRequest.requestUrl", "requestUri", "requestURI", "url", "x-envoy-origin-path", "req.url", "http.path", "resourcePath", "request_path", "Path", "cs-uri-stem"}},
	{"host", []string{"request.host", "RequestHost", "http_host", "host", "vhost", "server_name", ":authority", "authority", "domainName", "req.headers.host", "Host"}},
	{"user", []string{"user_id", "ClientUsername", "remote_user", "user.username", "username", "user", "cs-username"}},
	{"client", []string{"request.client_ip", "request.remote_ip", "ClientHost", "remote_addr", "client_ip", "httpRequest.remoteIp", "ip", "downstream_remote_address", "remote_ip", "clientip", "client", "sourceIp", "identity.sourceIp", "remote-address", "req.remoteAddress"}},
	{"agent", []string{"request.headers.User-Agent", "request_User-Agent", "http_user_agent", "httpRequest.userAgent", "user_agent", "user-agent", "userAgent", "agent", "req.headers.user-agent"}},
	{"upstream_status", []string{"OriginStatus", "upstream_status", "integrationStatus"}},
	{"router", []string{"RouterName"}},
	{"backend", []string{"ServiceName", "upstream_host", "upstream_addr", "upstream_cluster"}},
	{"flags", []string{"response_flags"}},
	{"details", []string{"response_code_details"}},
	{"reason", []string{"statusDetails", "jsonPayload.statusDetails", "error.message", "authorizerError", "err", "responseStatus.reason", "errorMessage", "context.error.messageString"}},
	{"level", []string{"level"}},
}

// JSONStatus are the names of the status in such records.
var JSONStatus = []string{"status", "DownstreamStatus", "response_code", "status_code", "httpRequest.status", "responseStatus.code", "statusCode", "http.status_code", "resp.status", "res.statusCode", "code", "sc-status", "response.status"}

// accessJSON reads a record of an access log in JSON: Caddy, Traefik, nginx (log_format escape=json), Envoy, API Gateway,
// Google's load balancers, Kubernetes' audit log.
func accessJSON(m *exchange.Message, line string) bool {
	var all map[string]any
	if len(line) > maxLine || json.Unmarshal([]byte(line), &all) != nil {
		return false
	}
	for _, name := range JSONStatus {
		if s := lookup(all, name); number(s) != 0 {
			m.Status = number(s)
			break
		}
	}
	for _, n := range JSONNames {
		for _, name := range n.Names {
			v := lookup(all, name)
			if v == "" {
				continue
			}
			switch n.Field {
			case "path":
				setURL(m, v)
			case "client":
				set(m, n.Field, host(v))
			case "level":
				set(m, n.Field, strings.ToLower(v))
			default:
				if m.Fields[n.Field] == "" {
					set(m, n.Field, v)
				}
			}
			break
		}
	}
	if r := lookup(all, "request"); r != "" && m.Fields["method"] == "" {
		setRequest(m, r)
	}
	if h, ok := find(all, "request.headers").(map[string]any); ok {
		for name := range h {
			if strings.EqualFold(name, "Authorization") || strings.EqualFold(name, "Cookie") {
				set(m, "sent_"+strings.ToLower(name), "yes")
			}
		}
	}
	m.Who = jsonWho(all)
	return m.Fields["method"] != "" && (m.Status != 0 || m.Fields["path"] != "") && m.Who+m.Fields["client"]+m.Fields["agent"]+m.Fields["user"] != ""
}

func jsonWho(all map[string]any) string {
	for _, w := range [][2]string{
		{"RouterName", "traefik"}, {"DownstreamStatus", "traefik"}, {"resp_headers", "caddy"}, {"response_flags", "envoy"},
		{"x-envoy-origin-path", "envoy"}, {"remote_user", "nginx"}, {"request_uri", "nginx"}, {"auditID", "kube-apiserver"},
		{"httpRequest", "gcp"}, {"apiId", "aws-apigateway"},
	} {
		if _, ok := all[w[0]]; ok {
			return w[1]
		}
	}
	if strings.HasPrefix(lookup(all, "logger"), "http.log") {
		return "caddy"
	}
	return ""
}

// find follows a dotted name; a dot may also be part of a name.
func find(all map[string]any, name string) any {
	if v, ok := all[name]; ok {
		return v
	}
	for {
		first, rest, ok := strings.Cut(name, ".")
		if !ok {
			return all[name]
		}
		inner, isMap := all[first].(map[string]any)
		if !isMap {
			return nil
		}
		all, name = inner, rest
	}
}

// lookup is find for a value that is a word: a list gives its first, null and objects nothing.
func lookup(all map[string]any, name string) string {
	switch v := find(all, name).(type) {
	case string:
		return v
	case float64:
		return fmt.Sprintf("%.0f", v)
	case bool:
		return fmt.Sprint(v)
	case []any:
		if len(v) > 0 {
			s, _ := v[0].(string)
			return s
		}
	}
	return ""
}

// logfmtNames are the names in key=value records.
var logfmtNames = map[string]string{
	"user": "user", "remote_user": "user", "username": "user", "uname": "user", "method": "method", "request_method": "method", "path": "path", "uri": "path", "url": "path",
	"request_uri": "path", "host": "host", "client": "client", "ip": "client", "remote": "client", "remote_addr": "client",
	"agent": "agent", "user_agent": "agent", "ua": "agent", "status": "status", "code": "status", "status_code": "status", "scheme": "scheme", "auth": "auth", "level": "level", "fwd": "client",
	"upstream_status": "upstream_status",
}

// pairs calls f for each name=value of a line, quotes taken off; it gives how many there are.
func pairs(line string, f func(name, value string)) int {
	n := 0
	for i := 0; i < len(line) && n < 64; {
		eq := strings.IndexByte(line[i:], '=')
		if eq < 0 {
			break
		}
		eq += i
		start := eq
		for start > i && (letter(line[start-1]) || digit(line[start-1]) || strings.IndexByte("_-.@", line[start-1]) >= 0) {
			start--
		}
		name, rest := line[start:eq], line[eq+1:]
		if name == "" || rest == "" || rest[0] == '=' || rest[0] == ' ' {
			i = eq + 1
			continue
		}
		var value string
		if in, after, ok := quoted(rest); ok {
			value, i = in, len(line)-len(after)
		} else {
			end := strings.IndexAny(rest, " \t,;\n")
			if end < 0 {
				end = len(rest)
			}
			value, i = strings.Trim(rest[:end], "'"), eq+1+end
		}
		n++
		f(name, value)
	}
	return n
}

// logfmtAccess is a record of key=value pairs with a status and a user or path.
func logfmtAccess(m *exchange.Message, line string) bool {
	pairs(line, func(name, value string) {
		switch field := logfmtNames[strings.ToLower(name)]; field {
		case "":
		case "status":
			if n := number(value); n != 0 && m.Status == 0 {
				m.Status = n
			}
		case "path":
			if m.Fields["path"] == "" {
				setURL(m, value)
			}
		default:
			if m.Fields[field] == "" {
				set(m, field, value)
			}
		}
	})
	if m.Status == 0 || m.Fields["user"]+m.Fields["path"] == "" {
		return false
	}
	loose(m, line)
	return true
}

// looseAccess is any line with a method, a path and a status: what custom formats come to.
func looseAccess(m *exchange.Message, line string) bool { return loose(m, line) && m.Status != 0 }

func loose(m *exchange.Message, line string) bool {
	line = cut(line, 2<<10)
	from := 0
	for _, w := range strings.Fields(line) {
		i := from + strings.Index(line[from:], w)
		from = i + len(w)
		if name := strings.TrimLeft(w, "\"'[(`"); isMethod(name) && m.Fields["method"] == "" {
			rest := strings.TrimLeft(line[from:], " \"")
			if target, after, _ := strings.Cut(rest, " "); strings.HasPrefix(target, "/") || strings.Contains(target, "://") {
				set(m, "method", name)
				if m.Fields["path"] == "" {
					setURL(m, strings.TrimRight(target, "\",':;.)`"))
				}
				if m.Status == 0 {
					m.Status = firstStatus(after)
				}
				return true
			}
		}
	}
	return false
}

// firstStatus is the first word of s that is a number of three digits from 100 to 599.
func firstStatus(s string) int {
	for _, w := range strings.Fields(cut(s, 400)) {
		if n := number(strings.Trim(w, "\",;[]()|")); n != 0 && n < 600 {
			return n
		}
	}
	return 0
}
