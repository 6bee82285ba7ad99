package logs

import (
	"slices"
	"strings"
)

// vaccine says what to log so that the next time more is known, where what was missing kept an incident from being
// decided.
func (v *view) vaccine(found []*finding) []Vaccine {
	list := []Vaccine{}
	undecided := slices.ContainsFunc(found, func(f *finding) bool { return f.cause == "" || len(f.suspects) > 0 })
	if !undecided || v.t.Access == 0 {
		return list
	}
	var lacks []string
	for _, l := range []struct {
		what string
		n    int64
	}{{"the user", v.t.Lacks.User}, {"the upstream", v.t.Lacks.Upstream}, {"the upstream's status", v.t.Lacks.UpstreamStatus}, {"a request id", v.t.Lacks.RequestID}, {"the user agent", v.t.Lacks.Agent}} {
		if l.n == v.t.Access {
			lacks = append(lacks, l.what)
		}
	}
	if len(lacks) == 0 {
		return list
	}
	for _, p := range products {
		if v.t.Formats[p.error] || slices.ContainsFunc(p.access, func(f string) bool { return v.t.Formats[f] }) {
			list = append(list, Vaccine{Product: p.name, Lacks: lacks, Lines: p.lines})
			break
		}
	}
	return list
}

// products by the formats they are known by, and a format of each that would have told. Neither holds a header that may
// carry a secret: of Authorization only whether it was there, and its scheme.
var products = []struct {
	name, error string
	access      []string
	lines       []string
}{
	{"Apache", "apache-error", []string{"vhost"}, []string{
		`LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %L %{Host}i %D %{BALANCER_WORKER_NAME}e" why401`,
		`CustomLog logs/access.log why401`,
	}},
	{"HAProxy", "haproxy-error", []string{"haproxy"}, []string{
		`http-request capture req.hdr(User-Agent) len 128`,
		`http-request capture req.hdr(Authorization),word(1,\ ) len 16`,
	}},
	{"nginx", "nginx-error", []string{"combined"}, []string{
		`map $http_authorization $auth_scheme { default ""; "~^(?<s>[A-Za-z0-9-]{1,16}) " $s; }`,
		`log_format why401 '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" '`,
		`                  '$request_id $upstream_addr $upstream_status "$sent_http_location" $upstream_cache_status "$auth_scheme"';`,
		`access_log /var/log/nginx/access.log why401;`,
	}},
}

// Names are the formats' own names of what a vaccine adds, for the screen.
func (v Vaccine) String() string { return v.Product + ": " + strings.Join(v.Lacks, ", ") }
