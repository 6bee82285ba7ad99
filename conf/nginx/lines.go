package nginx

import "github.com/why401/why401/conf"

// noted are the directives that a scope keeps as they stand, for what only nginx knows.
var noted = []string{"error_page", "underscores_in_headers", "ignore_invalid_headers", "large_client_header_buffers", "client_header_buffer_size",
	"ssl_verify_client", "ssl_certificate", "ssl_client_certificate", "ssl_trusted_certificate", "limit_req", "limit_req_status", "limit_conn_status",
	"proxy_intercept_errors", "fastcgi_intercept_errors", "proxy_hide_header", "fastcgi_hide_header", "uwsgi_hide_header", "proxy_ignore_headers",
	"proxy_cookie_domain", "proxy_cookie_path", "proxy_cookie_flags", "proxy_http_version", "proxy_redirect", "proxy_pass_request_body",
	"proxy_pass_request_headers", "fastcgi_pass_request_headers", "uwsgi_pass_request_headers", "scgi_pass_request_headers", "real_ip_header", "set_real_ip_from", "auth_request_set", "internal",
	"auth_basic", "auth_basic_user_file", "proxy_ssl_certificate", "root", "alias", "set", "try_files", "satisfy"}

// lines are the noted directives in force in l. Those of one level are shared by all scopes below that have none of their own.
func (m *model) lines(l *level) []conf.Line {
	if m.noted == nil {
		m.noted = map[*Directive]*conf.Line{}
	}
	var out []conf.Line
	for _, name := range noted {
		for _, d := range l.all(name) {
			k := m.noted[d]
			if k == nil {
				k = &conf.Line{Place: d.Place, Name: d.Name, Args: d.Texts()}
				m.noted[d] = k
			}
			out = append(out, *k)
		}
	}
	return out
}
