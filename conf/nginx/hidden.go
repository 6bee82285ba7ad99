package nginx

import "strings"

// lookAt notes what builtin variables look at.
func (r *run) lookAt(name string) {
	if r.hidden == nil {
		return
	}
	switch {
	case name == "http_host" || name == "http_authorization":
		r.hidden.Look(strings.TrimPrefix(name, "http_"))
	case strings.HasPrefix(name, "http_"):
		r.hidden.Look(fieldName(name[5:]))
	case strings.HasPrefix(name, "cookie_"):
		r.hidden.Look("Cookie")
	case name == "proxy_add_x_forwarded_for":
		r.hidden.Look("X-Forwarded-For")
	case name == "content_length" || name == "content_type":
		r.hidden.Look(fieldName(name))
	case name == "args" || name == "query_string" || strings.HasPrefix(name, "arg_"):
		r.hidden.Look("query")
	case name == "remote_user":
		r.hidden.LookAtUser()
	case strings.HasPrefix(name, "ssl_client_") && r.tls:
		r.hidden.Look("the client's certificate")
	}
}

// fieldName is the usual spelling of the field behind a variable: x_api_key is X-Api-Key.
func fieldName(variable string) string {
	parts := strings.Split(variable, "_")
	for i, p := range parts {
		if p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "-")
}
