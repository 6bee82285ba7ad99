package line

import (
	"fmt"
	"strings"
)

// nginxSetters are the variables of nginx that say what a Line has a place for. Source: the variable index of nginx's
// documentation, and $time_local, $msec and $request_length of ngx_http_log_module.
var nginxSetters = map[string]setter{
	"remote_addr": setClient, "http_x_forwarded_for": setForwarded, "proxy_add_x_forwarded_for": setForwarded,
	"remote_user": setUser, "host": setHost, "http_host": setHost, "request_method": setMethod, "request_uri": setTarget,
	"server_protocol": setProto, "request": setRequest, "status": setStatus, "body_bytes_sent": setSize,
	"http_referer": setReferer, "http_user_agent": setAgent, "request_time": setSeconds, "time_local": setCLF,
	"upstream_addr": setUpstream, "upstream_status": setUpstreamStatus, "request_id": setRequestID, "http_x_request_id": setRequestID,
	"server_name": setSite, "ssl_protocol": setTLS, "upstream_cache_status": setCache, "sent_http_location": setLocation,
	"upstream_http_location": setLocation, "msec": setUnix,
}

// nginxFormat compiles the text of a log_format.
func nginxFormat(name, spec string) (*template, error) {
	t := &template{name: name}
	known := 0
	rest := spec
	for {
		lit, after, found := strings.Cut(rest, "$")
		if n := len(t.steps); n == 0 {
			t.first = lit
		} else if t.steps[n-1].lit = lit; lit == "" && found {
			return nil, fmt.Errorf("log_format: nothing stands between two variables before %q, so nothing says where the first ends", "$"+after)
		}
		if !found {
			break
		}
		var v string
		if strings.HasPrefix(after, "{") {
			if v, rest, found = strings.Cut(after[1:], "}"); !found {
				return nil, fmt.Errorf("log_format: ${%s: expected a closing }", after[1:])
			}
		} else {
			n := strings.IndexFunc(after, func(r rune) bool {
				return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
			})
			if n < 0 {
				n = len(after)
			}
			v, rest = after[:n], after[n:]
		}
		set := nginxSetters[v]
		if set != nil {
			known++
		}
		t.steps = append(t.steps, step{set: set, quoted: strings.HasSuffix(lit, `"`), list: strings.HasPrefix(v, "upstream_")})
	}
	if known < 2 {
		return nil, fmt.Errorf("log_format: no two variables in it that are known here: %q", spec)
	}
	return t, nil
}

func mustNginx(name, spec string) *template {
	t, err := nginxFormat(name, spec)
	if err != nil {
		panic(err)
	}
	return t
}

// combined is nginx's predefined format and the one that most servers write: Apache, LiteSpeed, Varnish's varnishncsa,
// lighttpd (without the client's name).
var combined = mustNginx("combined", `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`)
