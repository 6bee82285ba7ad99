package line

import (
	"fmt"
	"strings"
	"time"
)

// nginxSetters are the variables of nginx that say what a Line has a place for. Source: the variable index of nginx's
// documentation, and $time_local, $msec and $request_length of ngx_http_log_module.
var nginxSetters = map[string]setter{
	"remote_addr": setClient, "http_x_forwarded_for": setForwarded, "proxy_add_x_forwarded_for": setForwarded,
	"remote_user": setUser, "host": setHost, "http_host": setHost, "request_method": setMethod, "request_uri": setTarget,
	"server_protocol": setProto, "request": setRequest, "status": setStatus, "body_bytes_sent": setSize,
	"http_referer": setReferer, "http_user_agent": setAgent, "request_time": setSeconds, "time_local": setCLF, "time_iso8601": setISO,
	"upstream_addr": setUpstream, "upstream_status": setUpstreamStatus, "request_id": setRequestID, "http_x_request_id": setRequestID,
	"server_name": setSite, "ssl_protocol": setTLS, "upstream_cache_status": setCache, "sent_http_location": setLocation,
	"upstream_http_location": setLocation, "msec": setUnix,
}

// nginxFormat compiles the text of a log_format. more are variables that it may have beside nginx's own.
func nginxFormat(name, spec string, more map[string]setter) (*template, error) {
	t := &template{name: name}
	if rest, ok := strings.CutPrefix(spec, nginxHead); ok {
		t.head, t.tail = strings.Count(nginxHead, "$"), rest == combinedTail
	}
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
		if m, ok := more[v]; ok {
			set = m
		}
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

func mustNginx(name, spec string, more map[string]setter) *template {
	t, err := nginxFormat(name, spec, more)
	if err != nil {
		panic(err)
	}
	return t
}

const combinedSpec = nginxHead + combinedTail

// The formats that are known without being told.
var (
	// combined is nginx's predefined format and the one that most servers write: Apache, LiteSpeed, varnishncsa.
	combined = mustNginx("combined", combinedSpec, nil)
	// nginxMain is the format of the nginx.conf that nginx.org's packages install.
	nginxMain = mustNginx("nginx-main", combinedSpec+` "$http_x_forwarded_for"`, nil)
	// lighttpd writes the host in the place of the client's name.
	lighttpd = mustNginx("lighttpd", strings.Replace(combinedSpec, " - ", " $host ", 1), nil)
	// traefikCLF is Traefik's accessLog without a format: a counter, the router, the service and the time behind it.
	traefikCLF = mustNginx("traefik-clf", combinedSpec+` $count "$server_name" "$upstream_addr" ${ms}ms`, map[string]setter{"ms": setUnit(time.Millisecond), "server_name": setRouter})
	// combinedBare leaves out the user.
	combinedBare = mustNginx("combined-without-user", strings.Replace(combinedSpec, " - $remote_user", " -", 1), nil)
	// combinedMore is combined with fields behind it that have no names here.
	combinedMore = mustNginx("combined-and-more", combinedSpec+` $rest`, nil)

	// ingress is the format of Kubernetes' ingress-nginx.
	ingress = mustNginx("ingress-nginx", combinedSpec+` $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id`,
		map[string]setter{"proxy_upstream_name": setSite, "req_id": setRequestID})

	// The two of Nginx Proxy Manager.
	npmProxy    = mustNginx("nginx-proxy-manager", `[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server] "$http_user_agent" "$http_referer"`, map[string]setter{"server": setUpstream})
	npmStandard = mustNginx("nginx-proxy-manager-standard", `[$time_local] $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] "$http_user_agent" "$http_referer"`, nil)
)
