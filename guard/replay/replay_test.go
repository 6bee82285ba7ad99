package replay_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
	"github.com/why401/why401/conf/caddy"
	"github.com/why401/why401/conf/haproxy"
	"github.com/why401/why401/conf/look"
	"github.com/why401/why401/conf/nginx"
	"github.com/why401/why401/guard/replay"
	"github.com/why401/why401/logs/read"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

type reader func(conf.Source, ...string) (*conf.Config, error)

func config(t testing.TB, read reader, text string) replay.Configuration {
	t.Helper()
	src := conf.Texts{"/x/conf": text}
	c, err := read(src, "/x/conf")
	if err != nil {
		t.Fatal(err)
	}
	look.Files(c, src)
	return replay.Configuration{Path: "/x/conf", Config: c, Source: src}
}

func run(t testing.TB, log string, o replay.Options) *replay.Report {
	t.Helper()
	r, _, err := replay.Run(context.Background(), []read.Source{read.Reader("access.log", strings.NewReader(log))}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func logged(client, user, method, target string, status int) string {
	return fmt.Sprintf("%s - %s [22/Nov/2026:10:00:00 +0000] \"%s %s HTTP/1.1\" %d 12 \"-\" \"curl/8\"\n", client, user, method, target, status)
}

// told is a report in one line.
func told(r *replay.Report) string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%s %d at %s:%d, %d requests of %d users", f.Change, f.Status, f.File, f.Line, f.Requests, f.Users))
	}
	for _, u := range r.Open {
		out = append(out, fmt.Sprintf("open %d: %s", u.Requests, u.What))
	}
	return strings.Join(out, "\n")
}

// TestOtherPrograms follows requests through HAProxy's and Caddy's configurations.
func TestOtherPrograms(t *testing.T) {
	t.Cleanup(secret.Forget)
	const frontend = "userlist u\n user alice insecure-password one\n USER\nfrontend f\n mode http\n bind :80\n RULE\n default_backend b\nbackend b\n server s 10.0.0.1:80\n"
	hap := func(user, rule string) string {
		return strings.NewReplacer("USER", user, "RULE", rule).Replace(frontend)
	}
	const auth = "http-request auth unless { http_auth(u) }"
	for name, c := range map[string]struct {
		read     reader
		old, new string
		want     string
	}{
		"haproxy, a user less": {haproxy.Read, hap("user bob insecure-password two", auth), hap("", auth), "refused 401 at /x/conf:7, 1 requests of 1 users"},
		"haproxy, opened":      {haproxy.Read, hap("user bob insecure-password two", auth), hap("user bob insecure-password two", ""), "opened 0 at /x/conf:8, 2 requests of 2 users"},
		"haproxy, by a field": {haproxy.Read, hap("user bob insecure-password two", auth), hap("user bob insecure-password two", "http-request deny unless { req.hdr(X-Key) -m found }"),
			"open 2: /x/conf:7: whether \"deny\" applies cannot be known: { req.hdr(X-Key) -m found }: the record does not show X-Key"},
		"caddy, a user less": {caddy.Read, caddyText("alice", "bob"), caddyText("alice"), "refused 401 at /x/conf:2, 1 requests of 1 users"},
		"caddy, another hash": {caddy.Read, caddyText("alice", "bob"), strings.ReplaceAll(caddyText("alice", "bob"), "ghxvGb2KFvSFGAjZ", "ghxvGb2KFvSFGAjX"),
			"open 2: /x/conf:2: the user's password is hashed in a way that is not verified here"},
	} {
		t.Run(name, func(t *testing.T) {
			old := config(t, c.read, c.old)
			log := logged("10.0.0.7", "alice", "GET", "/a", 200) + logged("10.0.0.7", "bob", "GET", "/a", 200)
			if got := told(run(t, log, replay.Options{New: config(t, c.read, c.new), Before: &old, Host: "a.test", Port: 80})); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func caddyText(users ...string) string {
	text := "http://a.test:80 {\nbasic_auth {\n"
	for _, u := range users {
		text += u + " $2a$14$Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG\n"
	}
	text = strings.ReplaceAll(text, "Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG", "Zkx19XLiW6VYouLHR5NmfOghxvGb2KFvSFGAjZT/5qqR7hx4IjWJP")
	return text + "}\nreverse_proxy 10.0.0.1:80\n}\n"
}

const open80 = "events {}\nhttp { server { listen 80; BODY } }\n"

func ngx(body string) string { return strings.Replace(open80, "BODY", body, 1) }

// TestWhatTheLogLeavesOut: what hangs on a field, a query, a host or a port that a line does not show is open, and the same line
// in the old configuration settles it.
func TestWhatTheLogLeavesOut(t *testing.T) {
	t.Cleanup(secret.Forget)
	const pass = " location / { proxy_pass http://10.0.0.1; }"
	for name, c := range map[string]struct {
		old, new string
		log      string
		want     string
	}{
		"a field":           {ngx(pass), ngx(`if ($http_x_key != "k") { return 403; }` + pass), "", "open 1: it depends on what the log does not show: X-Key (/x/conf:2)"},
		"a field, by a map": {ngx(pass), strings.Replace(ngx(`if ($bad) { return 403; }`+pass), "http {", "http { map $http_cookie $bad { default 1; ~sid 0; }", 1), "", "open 1: it depends on what the log does not show: Cookie (/x/conf:2)"},
		"a variable of it":  {ngx(pass), ngx(`set $k $http_x_key; if ($k = "") { return 403; }` + pass), "", "open 1: it depends on what the log does not show: X-Key (/x/conf:2)"},
		"settled before":    {ngx(`if ($http_x_key != "k") { return 403; }` + pass), ngx(pass + `if ($http_x_key != "k") { return 403; }`), "", ""},
		"a shown agent":     {ngx(pass), ngx(`if ($http_user_agent ~ curl) { return 403; }` + pass), "", "open 1: it depends on what the log does not show: User-Agent (/x/conf:2)"},
		"one query":         {ngx(pass), ngx(`if ($arg_token = "") { return 403; }` + pass), logged("10.0.0.7", "-", "GET", "/a?token=abcdef", 200), ""},
		"many queries": {ngx(pass), ngx(`if ($arg_token = "one") { return 403; }` + pass), logged("10.0.0.7", "-", "GET", "/a?token=one", 200) + logged("10.0.0.7", "-", "GET", "/a?token=two", 200),
			"open 2: it depends on what the log does not show: query (/x/conf:2)"},
		"two sites": {ngx("server_name a.test;" + pass), "events {}\nhttp { server { listen 80; server_name a.test;" + pass + "}\n server { listen 80; server_name b.test; return 403; } }\n", "", ""},
		"two ports": {strings.Replace(ngx(pass), "listen 80", "listen 80; listen 81", 1), "events {}\nhttp { server { listen 80;" + pass + "}\nserver { listen 81; return 403; } }\n", "",
			"open 1: the log does not name the host of a request, and the sites differ: --host names it"},
		"a port gone": {ngx(pass), strings.Replace(ngx(pass), "listen 80", "listen 8080", 1), "", "unheard 0 at :0, 1 requests of 0 users"},
		"Lua":         {ngx(pass), ngx(`access_by_lua_block { ngx.exit(403) }` + pass), "", "open 1: access_by_lua_block at /x/conf:2"},
	} {
		t.Run(name, func(t *testing.T) {
			old := config(t, nginx.Read, c.old)
			log := c.log
			if log == "" {
				log = logged("10.0.0.7", "-", "GET", "/a", 200)
			}
			if got := told(run(t, log, replay.Options{New: config(t, nginx.Read, c.new), Before: &old})); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestShapes: clients between whose addresses the configuration makes no difference are one; memory is bounded.
func TestShapes(t *testing.T) {
	t.Cleanup(secret.Forget)
	c := config(t, nginx.Read, ngx("location / { allow 10.0.0.0/24; deny 10.9.0.1; proxy_pass http://10.0.0.1; }"))
	var log strings.Builder
	for i := range 200 {
		log.WriteString(logged(fmt.Sprintf("10.0.%d.%d", i%2, i), "-", "GET", fmt.Sprintf("/item/%d", i), 200))
		log.WriteString(logged("10.9.0.1", "-", "GET", "/item/7", 401))
	}
	log.WriteString(logged("10.9.0.1", "-", "GET", "/item/7", 200))
	r := run(t, log.String(), replay.Options{New: c})
	if r.Counts.Lines != 401 || r.Counts.Succeeded != 201 || r.Counts.Shapes != 3 {
		t.Errorf("%+v, want 401 requests, 201 let in, 3 shapes", r.Counts)
	}
	if got, want := told(r), "refused 403 at /x/conf:2, 1 requests of 0 users"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	log.Reset()
	for i := range 5000 {
		log.WriteString(logged("10.0.0.1", fmt.Sprintf("user%d", i), "GET", "/", 200))
	}
	r = run(t, log.String(), replay.Options{New: c, Limit: 100})
	if r.Counts.Shapes != 100 || r.Counts.Share <= 0 || r.Counts.Share >= 0.1 || r.Counts.Succeeded != 5000 || len(r.Notes) == 0 {
		t.Errorf("%+v %q, want a sample of 100", r.Counts, r.Notes)
	}
	if _, _, err := replay.Run(context.Background(), []read.Source{read.Reader("a", strings.NewReader(logged("1.2.3.4", "-", "GET", "/", 401)))}, replay.Options{New: c}); !errors.Is(err, replay.ErrNoRequests) {
		t.Errorf("nothing was let in: %v", err)
	}
}

// TestScreen holds the screen to its width, and secrets back.
func TestScreen(t *testing.T) {
	t.Cleanup(secret.Forget)
	old, c := config(t, nginx.Read, ngx("location / { proxy_pass http://10.0.0.1; }")), config(t, nginx.Read, ngx(`location / { deny 10.0.0.7; if ($http_x_key = "") { return 403; } proxy_pass http://10.0.0.1; }`))
	var log strings.Builder
	for i := range 30 {
		log.WriteString(logged("10.0.0.7", "alice", "GET", fmt.Sprintf("/a%c/with/a/very/long/path/that/goes/on/and/on/until/the/line/is/full?key=s3cr3t-value-77", 'a'+i%26), 200))
		log.WriteString(logged("10.0.0.8", "bob\\x1b[31m", "GET", "/b?key=s3cr3t-value-77", 200))
	}
	r := run(t, log.String(), replay.Options{New: c, Before: &old})
	text := r.Text(report.TextOptions{Width: 80, ASCII: true}, func(s string) string { return s })
	for l := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(l, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, l)
		}
	}
	var b strings.Builder
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"s3cr3t", "alice", "\x1b"} {
		if strings.Contains(text+b.String(), bad) {
			t.Errorf("%q is shown:\n%s", bad, text)
		}
	}
	if !strings.Contains(text, "Open") || !strings.Contains(text, "X-Key") {
		t.Errorf("what is open is not said:\n%s", text)
	}
}

// FuzzReplay gives lines and a configuration of two languages; nothing may panic, and every request ends somewhere.
func FuzzReplay(f *testing.F) {
	f.Add(logged("10.0.0.7", "alice", "GET", "/a?b=c", 200), "location / { allow 10.0.0.0/8; deny all; }", "Require ip 10.0")
	f.Add(`1.2.3.4 - a\x22b [22/Nov/2026:10:00:00 +0000] "GET http://x/ HTTP/1.1" 200 1 "-" "-"`+"\n", "if ($http_a) { return 401; }", "<If \"%{HTTP:X} == 'y'\">\nRequire all denied\n</If>")
	f.Fuzz(func(t *testing.T, log, a, b string) {
		if len(log)+len(a)+len(b) > 4000 {
			return
		}
		t.Cleanup(secret.Forget)
		for _, c := range []struct {
			read reader
			text string
		}{{nginx.Read, ngx(a)}, {apache.Read, "Listen 80\n" + b}} {
			src := conf.Texts{"/x/conf": c.text}
			got, err := c.read(src, "/x/conf")
			if err != nil || got.Tracer == nil {
				continue
			}
			r, _, err := replay.Run(context.Background(), []read.Source{read.Reader("l", strings.NewReader(log))}, replay.Options{New: replay.Configuration{Path: "c", Config: got, Source: src}})
			if err != nil {
				continue
			}
			if n := r.Counts; n.Same+n.Changed+n.Open+n.Other != n.Replayed {
				t.Errorf("%+v do not add up", n)
			}
		}
	})
}
