package nginx

import (
	"fmt"

	"github.com/why401/why401/conf"
)

// arity is how many arguments a directive takes at least and at most, for the directives that are about access and about what is
// passed on, and for those that stand beside them most of all (nginx.org/en/docs/dirindex.html).
var arity = map[string][2]int{
	"absolute_redirect": {1, 1}, "add_header": {2, 3}, "alias": {1, 1}, "allow": {1, 1}, "auth_basic": {1, 1}, "auth_basic_user_file": {1, 1}, "auth_request": {1, 1},
	"auth_request_set": {2, 2}, "autoindex": {1, 1}, "charset": {1, 1}, "client_body_buffer_size": {1, 1}, "client_header_buffer_size": {1, 1}, "client_max_body_size": {1, 1},
	"default_type": {1, 1}, "deny": {1, 1}, "fastcgi_index": {1, 1}, "fastcgi_param": {2, 3}, "fastcgi_pass": {1, 1}, "fastcgi_split_path_info": {1, 1}, "grpc_pass": {1, 1}, "grpc_set_header": {2, 2},
	"gzip": {1, 1}, "include": {1, 1}, "internal": {0, 0}, "keepalive_timeout": {1, 2}, "large_client_header_buffers": {2, 2}, "limit_req_status": {1, 1}, "merge_slashes": {1, 1}, "pid": {1, 1}, "port_in_redirect": {1, 1},
	"proxy_buffering": {1, 1}, "proxy_cache": {1, 1}, "proxy_cache_key": {1, 1}, "proxy_connect_timeout": {1, 1}, "proxy_cookie_path": {1, 2}, "proxy_cookie_domain": {1, 2}, "proxy_hide_header": {1, 1},
	"proxy_http_version": {1, 1}, "proxy_intercept_errors": {1, 1}, "proxy_method": {1, 1}, "proxy_pass": {1, 1}, "proxy_pass_header": {1, 1}, "proxy_pass_request_body": {1, 1}, "proxy_pass_request_headers": {1, 1},
	"proxy_read_timeout": {1, 1}, "proxy_redirect": {1, 2}, "proxy_set_body": {1, 1}, "proxy_set_header": {2, 2}, "proxy_ssl_server_name": {1, 1}, "proxy_ssl_verify": {1, 1}, "real_ip_header": {1, 1}, "real_ip_recursive": {1, 1},
	"return": {1, 2}, "rewrite": {2, 3}, "root": {1, 1}, "satisfy": {1, 1}, "scgi_pass": {1, 1}, "sendfile": {1, 1}, "server_name_in_redirect": {1, 1}, "server_tokens": {1, 1}, "set": {2, 2}, "set_real_ip_from": {1, 1},
	"ssl_certificate": {1, 1}, "ssl_certificate_key": {1, 1}, "ssl_client_certificate": {1, 1}, "ssl_crl": {1, 1}, "ssl_ciphers": {1, 1}, "ssl_prefer_server_ciphers": {1, 1}, "ssl_session_timeout": {1, 1},
	"ssl_trusted_certificate": {1, 1}, "ssl_verify_client": {1, 1}, "ssl_verify_depth": {1, 1}, "tcp_nopush": {1, 1}, "tcp_nodelay": {1, 1}, "types_hash_max_size": {1, 1}, "underscores_in_headers": {1, 1},
	"uwsgi_param": {2, 3}, "uwsgi_pass": {1, 1}, "user": {1, 2}, "worker_connections": {1, 1}, "worker_processes": {1, 1},
}

// unended says after how many of the words a semicolon is missing, 0 when none is: a directive of which it is known how many
// arguments it takes has more, or opens a block, and goes on in another line. The words of that line are read as a directive of
// their own, which is what whoever wrote them meant.
func (p *parser) unended(words []Word, end token) int {
	if len(words) < 2 {
		return 0
	}
	takes, known := arity[words[0].Text]
	if !known || len(words)-1 <= takes[1] && end != tokOpen {
		return 0
	}
	for i := max(1, takes[0]+1); i < len(words) && i <= takes[1]+1; i++ {
		if words[i].Line == words[i-1].Line {
			continue
		}
		last := words[i-1]
		at := conf.Place{File: p.l.file, Line: last.Line, Start: words[0].Start, End: last.End}
		p.r.broken(at, fmt.Sprintf(`expected ";" behind %q: %s takes %s`, p.l.text[words[0].Start:last.End], words[0].Text, arguments(takes)))
		return i
	}
	return 0
}

func arguments(n [2]int) string {
	switch {
	case n[1] == 0:
		return "no arguments"
	case n[0] == n[1] && n[0] == 1:
		return "one argument"
	case n[0] == n[1]:
		return fmt.Sprintf("%d arguments", n[0])
	}
	return fmt.Sprintf("%d to %d arguments", n[0], n[1])
}
