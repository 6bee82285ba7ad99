package days

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/why401/why401/lab/real"
)

var update = flag.Bool("update", false, "write what the servers say now to shapes.json")

const (
	theUser   = "quentin"
	theTarget = "/zone/quux-target"
	theAgent  = "RecorderAgent/9.8.7"
)

// event is something that can be asked of a server.
type event struct {
	name   string
	args   []string // of curl, before the URL
	target string   // behind theTarget's first segment; "" is theTarget
}

// app answers as its query says, so that each server stands before an application that refuses.
func app() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want, _ := strconv.Atoi(r.Header.Get("X-Want"))
		switch want {
		case 0:
			want = 200
		case 302:
			w.Header().Set("Location", "/login?next=/")
		case 303:
			w.Header().Set("Location", "/home")
			want = 302
		}
		w.Header().Set("Content-Type", "text/plain")
		if r.Header.Get("X-Cache-It") != "" {
			w.Header().Set("Cache-Control", "max-age=60")
		}
		w.WriteHeader(want)
		fmt.Fprintln(w, "an answer of the application with the status", want)
	})
}

func want(status int, more ...string) []string {
	return append([]string{"-H", fmt.Sprintf("X-Want: %d", status)}, more...)
}

// behind are the events that every server can show with the application behind it.
func behind() []event {
	return []event{
		{"ok", nil, ""}, {"app-401", want(401), ""}, {"app-403", want(403), ""}, {"app-429", want(429), ""}, {"app-500", want(500), ""}, {"app-404", want(404), ""}, {"app-419", want(419), ""},
		{"to-login", want(302), ""}, {"login-ok", want(303, "-X", "POST"), ""}, {"post-ok", want(200, "-X", "POST"), ""}, {"post-403", want(403, "-X", "POST"), ""},
		{"preflight-401", want(401, "-X", "OPTIONS"), ""}, {"preflight-ok", want(204, "-X", "OPTIONS"), ""},
	}
}

var basic = []event{
	{"challenge", nil, "/basic"}, {"user-ok", []string{"-u", theUser + ":wonderland"}, "/basic"}, {"wrong-password", []string{"-u", theUser + ":nope"}, "/basic"},
	{"user-app-401", append(want(401), "-u", theUser+":wonderland"), "/basic"}, {"user-app-403", append(want(403), "-u", theUser+":wonderland"), "/basic"},
}

const nginxConf = `
log_format detailed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time $upstream_addr $upstream_status $request_id $host $upstream_cache_status "$sent_http_location"';
limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;
proxy_cache_path @dir@/cache keys_zone=held:1m;
server {
	listen @front@;
	access_log @dir:front@/combined.log combined;
	access_log @dir:front@/detailed.log detailed;
	location / { proxy_pass http://@app@; }
	location /basic { auth_basic "in"; auth_basic_user_file @dir@/htpasswd; proxy_pass http://@app@; }
	location /unknown { auth_basic "in"; auth_basic_user_file @dir@/others; proxy_pass http://@app@; }
	location /missing { auth_basic "in"; auth_basic_user_file @dir@/not-there; proxy_pass http://@app@; }
	location /rule { deny all; }
	location /limited { limit_req zone=one; limit_req_status 429; proxy_pass http://@app@; }
	location /down { proxy_pass http://@nobody@; }
	location /asks { auth_request /auth; proxy_pass http://@app@; }
	location = /auth { internal; proxy_pass http://@nobody@; }
	location /held { proxy_cache held; proxy_cache_valid 401 1m; proxy_pass http://@app@; }
}
server {
	listen @tls@ ssl;
	access_log @dir:front@/combined.log combined;
	access_log @dir:front@/detailed.log detailed;
	ssl_certificate @dir@/tls/server.crt;
	ssl_certificate_key @dir@/tls/server.key;
	ssl_client_certificate @dir@/tls/clients.crt;
	ssl_verify_client on;
	location / { proxy_pass http://@app@; }
}`

const apacheConf = `
CustomLog @dir:front@/combined.log "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\""
ProxyPass /down http://@nobody@/
ProxyPass /local !
ProxyPass /missing !
ProxyPass /rule !
ProxyPass /group !
ProxyPass / http://@app@/
<Location /basic>
	AuthType Basic
	AuthName in
	AuthUserFile @dir@/htpasswd
	Require valid-user
</Location>
<Location /unknown>
	AuthType Basic
	AuthName in
	AuthUserFile @dir@/others
	Require valid-user
</Location>
<Location /missing>
	AuthType Basic
	AuthName in
	AuthUserFile @dir@/not-there
	Require valid-user
</Location>
<Location /group>
	AuthType Basic
	AuthName in
	AuthUserFile @dir@/htpasswd
	Require user somebody-else
</Location>
<Location /rule>
	Require all denied
</Location>`

const haproxyConf = `
frontend www
	mode http
	log global
	option httplog
	timeout client 10s
	bind @front@
	http-request deny deny_status 403 if { path_beg /rule }
	use_backend down if { path_beg /down }
	default_backend pool
backend pool
	mode http
	timeout connect 5s
	timeout server 10s
	server app1 @app@
backend down
	mode http
	timeout connect 1s
	timeout server 10s
	retries 0
	server none @nobody@
`

// record drives the servers and gives what they wrote.
func record(t *testing.T) map[string]map[string]Shape {
	out := map[string]map[string]Shape{}
	begin := func() *real.World {
		w := real.NewWorld(t)
		w.Passwords("htpasswd", "-m", theUser, "wonderland")
		w.Passwords("others", "-m", "somebody", "else")
		w.Go("app", app())
		return w
	}
	password := []string{"-u", theUser + ":wonderland"}

	w := begin()
	w.Cert("clients", "alice")
	w.Cert("others", "mallory")
	w.Cert("ca", "server")
	w.Nginx("front", nginxConf)
	nginx := append(append(behind(), basic...), []event{
		{"unknown-user", password, "/unknown"}, {"no-password-file", password, "/missing"}, {"rule", nil, "/rule"}, {"limited", nil, "/limited"},
		{"upstream-down", nil, "/down"}, {"auth-request-down", nil, "/asks"}, {"cached-401", want(401, "-H", "X-Cache-It: 1"), "/held"},
	}...)
	for _, log := range []string{"combined", "detailed"} {
		warm(t, w, w.URL("front", "limited/x"))
		warm(t, w, "-H", "X-Want: 401", "-H", "X-Cache-It: 1", w.URL("front", "held", theTarget))
		name := map[string]string{"combined": "nginx", "detailed": "nginx-detailed"}[log]
		out[name] = recordServer(t, w, nginx, filepath.Join(w.Dir, "front", log+".log"))
		mallory := []string{"--cert", w.Dir + "/tls/mallory.crt", "--key", w.Dir + "/tls/mallory.key"}
		alice := []string{"--cert", w.Dir + "/tls/alice.crt", "--key", w.Dir + "/tls/alice.key"}
		for event, args := range map[string][]string{"no-client-cert": nil, "bad-client-cert": mallory, "client-cert-ok": alice} {
			out[name][event] = recordOne(t, w, append(args, "-k"), "https://"+w.Addr("tls")+theTarget, filepath.Join(w.Dir, "front", log+".log"))
		}
	}

	w = begin()
	w.Apache("front", apacheConf)
	out["apache"] = recordServer(t, w, append(append(behind(), basic...), []event{
		{"unknown-user", password, "/unknown"}, {"no-password-file", password, "/missing"}, {"rule", nil, "/rule"}, {"not-in-group", password, "/group"}, {"upstream-down", nil, "/down"},
	}...), filepath.Join(w.Dir, "front", "combined.log"))

	w = begin()
	w.Caddy("front", "basicauth /basic* bcrypt in {\n"+theUser+" "+strings.SplitN(w.HashPassword("-B", theUser, "wonderland"), ":", 2)[1]+"\n}\nreverse_proxy @app@\n")
	out["caddy"] = recordServer(t, w, append(behind(), basic...), filepath.Join(w.Dir, "front", "access.log"))

	w = begin()
	w.HAProxy("front", haproxyConf)
	out["haproxy"] = recordServer(t, w, append(behind(), []event{{"rule", nil, "/rule"}, {"upstream-down", nil, "/down"}}...), filepath.Join(w.Dir, "front", "stdout.log"))
	recordWordPress(t, out)
	return out
}

func warm(t *testing.T, w *real.World, args ...string) {
	t.Helper()
	if _, err := w.Curl(context.Background(), args); err != nil {
		t.Fatal(err)
	}
}

func recordServer(t *testing.T, w *real.World, events []event, log string) map[string]Shape {
	t.Helper()
	out := map[string]Shape{}
	for _, e := range events {
		out[e.name] = recordOne(t, w, e.args, w.URL("front", e.target+theTarget), log)
	}
	return out
}

// recordOne sends one request and gives the lines that it caused.
func recordOne(t *testing.T, w *real.World, args []string, url, log string) Shape {
	t.Helper()
	s := w.Server("front")
	atAccess, atError := size(log), size(s.ErrorLog)
	if s.Kind != "caddy" { // which knows its site by the address
		args = append([]string{"-H", "Host: site.example"}, args...)
	}
	warm(t, w, append(append([]string{"-A", theAgent}, args...), url)...)
	var access string
	for i := 0; i < 100 && access == ""; i++ { // the line is written behind the answer
		time.Sleep(20 * time.Millisecond)
		access = from(log, atAccess)
	}
	shape := Shape{Access: []string{}, Error: []string{}}
	if access == "" {
		t.Fatalf("%s: no line was written\n%s", url, w.Logs())
	}
	for line := range strings.Lines(access) {
		if strings.Contains(line, theTarget) {
			shape.Access = append(shape.Access, places(w, strings.TrimRight(line, "\n")))
		}
	}
	if log == s.ErrorLog || s.Kind == "caddy" {
		return shape
	}
	for line := range strings.Lines(from(s.ErrorLog, atError)) {
		if strings.Contains(line, "127.0.0.1") && !strings.Contains(line, "closed keepalive connection") { // notices without a client are about the server itself
			shape.Error = append(shape.Error, places(w, strings.TrimRight(line, "\n")))
		}
	}
	return shape
}

func size(file string) int64 {
	if st, err := os.Stat(file); err == nil {
		return st.Size()
	}
	return 0
}

func from(file string, at int64) string {
	b, _ := os.ReadFile(file)
	return string(b[min(at, int64(len(b))):])
}

var (
	clfTime    = regexp.MustCompile(`\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`)
	haTime     = regexp.MustCompile(`\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{3}`)
	nginxTime  = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`)
	apacheTime = regexp.MustCompile(`^\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.\d+ \d{4}\]`)
	unixTime   = regexp.MustCompile(`"ts":\d+\.\d+`)
	prefix     = regexp.MustCompile(`/(basic|unknown|missing|rule|limited|down|asks|held|group)/zone/quux-target`)
	volatile   = []struct {
		is *regexp.Regexp
		to string
	}{
		{regexp.MustCompile(`\d+#\d+: \*\d+`), "1234#1234: *77"}, {regexp.MustCompile(`pid \d+:tid \d+`), "pid 1234:tid 1234"}, {regexp.MustCompile(`\b[0-9a-f]{32}\b`), "0123456789abcdef0123456789abcdef"},
		{regexp.MustCompile(`"duration":[0-9.e-]+`), `"duration":0.001`}, {regexp.MustCompile(`"remote_port":"\d+"`), `"remote_port":"40000"`}, {regexp.MustCompile(`excess: [0-9.]+`), "excess: 0.990"},
		{regexp.MustCompile(`\b\d+/\d+/\d+/\d+/\d+ (\d{3}) `), "0/0/0/1/1 $1 "}, {regexp.MustCompile(`\b\d+/\d+/-1/-?\d+/\d+ (\d{3}) `), "0/0/-1/-1/0 $1 "}, {regexp.MustCompile(` \d+/\d+/\d+/\d+/\d+ \d/\d "`), ` 1/1/0/0/0 0/0 "`},
		{regexp.MustCompile(`\{client\}:\d+`), "{client}:40000"}, {regexp.MustCompile(`" 0\.\d{3} `), `" 0.001 `}, {regexp.MustCompile(`server: [^,]*`), "server: site"},
		{regexp.MustCompile(`"Date":\["[^"]*"\]`), `"Date":["Sun, 22 Nov 2026 17:00:00 GMT"]`}, {regexp.MustCompile(`Basic [A-Za-z0-9+/]{8,}=*`), "Basic eDp5"},
	}
)

// places puts places where a line differs from day to day.
func places(w *real.World, line string) string {
	line = headers.ReplaceAllStringFunc(line, func(m string) string { // Caddy writes them in no order
		inner := strings.TrimSuffix(strings.TrimPrefix(m, `headers":{`), "]}")
		fields := slices.DeleteFunc(strings.Split(inner, `],`), func(f string) bool { return strings.HasPrefix(f, `"X-`) })
		slices.Sort(fields)
		return `headers":{` + strings.Join(fields, "],") + "]}"
	})
	line = prefix.ReplaceAllString(line, theTarget)
	for _, name := range []string{"app", "nobody", "php"} {
		line = strings.ReplaceAll(line, w.Addr(name), "{upstream}")
	}
	for _, name := range []string{"front", "tls", "staging"} {
		line = strings.ReplaceAll(line, w.Addr(name), "site.example")
		line = strings.ReplaceAll(line, fmt.Sprint(w.Port(name)), "443")
	}
	line = nginxTime.ReplaceAllString(line, "{nginx}")
	line = apacheTime.ReplaceAllString(line, "[{apache}]")
	line = haTime.ReplaceAllString(line, "{haproxy}")
	line = clfTime.ReplaceAllString(line, "{clf}")
	line = unixTime.ReplaceAllString(line, `"ts":{unix}`)
	line = strings.ReplaceAll(line, w.Dir, "/srv/site")
	line = strings.NewReplacer(theTarget, "{target}", theUser, "{user}", theAgent, "{agent}", "127.0.0.1", "{client}").Replace(line)
	for _, m := range []string{"GET", "POST", "OPTIONS"} {
		line = strings.Replace(line, m+` {target}`, `{method} {target}`, 1)
		line = strings.Replace(line, `"method":"`+m+`"`, `"method":"{method}"`, 1)
	}
	for _, v := range volatile {
		line = v.is.ReplaceAllString(line, v.to)
	}
	return line
}

var headers = regexp.MustCompile(`headers":\{[^}]*\]\}`)

// TestShapesAreWhatServersWrite drives the servers and compares their lines with the shapes that the stories are made of.
func TestShapesAreWhatServersWrite(t *testing.T) {
	got := record(t)
	if *update {
		b, err := json.MarshalIndent(got, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		b = []byte(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b)))
		if err := os.WriteFile("shapes.json", append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(Shapes(), got); d != "" {
		t.Errorf("the servers write other lines than shapes.json holds; go test ./lab/days -run Shapes -update writes them anew (-kept +now):\n%s", d)
	}
}
