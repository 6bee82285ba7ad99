package nginx

import (
	"encoding/base64"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// trace follows "METHOD URL" with the given fields ("Name: value") through a configuration on disk.
func trace(t testing.TB, c *conf.Config, request string, fields ...string) *conf.Trace {
	t.Helper()
	method, url, _ := strings.Cut(request, " ")
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	q := conf.Request{Request: exchange.Request{Method: method, URL: u}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		if name == "From" {
			q.Client = netip.MustParseAddr(value)
			continue
		}
		q.Header = append(q.Header, exchange.RequestField(name, value))
	}
	return c.Tracer.Trace(q)
}

func onDisk(t testing.TB, files map[string]string) *conf.Config {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(strings.ReplaceAll(text, "@dir@", dir)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Options{Prefix: dir}.Read(conf.Disk(), filepath.Join(dir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func basic(user, password string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

const shop = `http {
	map $http_x_role $deny { default 0; guest 1; }
	server {
		listen 80 default_server;
		return 301 https://$host$request_uri;
	}
	server {
		listen 80;
		server_name shop.test *.shop.test;
		root @dir@/docs;
		auth_basic "Shop";
		auth_basic_user_file users;
		location / { try_files $uri $uri/ /index.html; }
		location /api/ {
			auth_basic off;
			if ($deny) { return 403; }
			proxy_pass http://app:8080/v1/;
		}
		location = /health { auth_basic off; return 200 ok; }
		location /office/ { satisfy any; allow 10.0.0.0/8; deny all; proxy_pass http://app; }
		location /gone/ { auth_basic_user_file nobody; }
		location /sso/ { auth_basic off; auth_request /check; error_page 401 = @login; proxy_pass http://app; }
		location = /check { internal; return 401; }
		location @login { return 302 /login?next=$uri; }
	}
}`

func TestTrace(t *testing.T) {
	c := onDisk(t, map[string]string{"nginx.conf": shop, "users": "alice:{PLAIN}wonder\n", "docs/index.html": "x", "docs/a.txt": "x"})
	if len(c.Unread) != 0 {
		t.Fatal(c.Unread)
	}
	for _, x := range []struct {
		request  string
		fields   string
		status   int
		location string
		ask      string
		to       string
		target   string
		refusing string // what the refusing step says
	}{
		{request: "GET http://other.test/x?y=1", status: 301, location: "https://other.test/x?y=1"},
		{request: "GET http://shop.test/a.txt", status: 401, ask: `Basic realm="Shop"`, refusing: "auth_basic asks for a password, and the request brings no Basic credentials: 401"},
		{request: "GET http://shop.test/a.txt", fields: basic("alice", "wonder")},
		{request: "GET http://shop.test/none", fields: basic("alice", "wonder")},
		{request: "GET http://shop.test/a.txt", fields: basic("alice", "wrong"), status: 401, ask: `Basic realm="Shop"`, refusing: "auth_basic: the password is not the one in @dir@/users: 401"},
		{request: "GET http://shop.test/a.txt", fields: basic("bob", "x"), status: 401, ask: `Basic realm="Shop"`, refusing: "auth_basic: the user is not in @dir@/users: 401"},
		{request: "GET http://shop.test/gone/", fields: basic("alice", "wonder"), status: 403, refusing: "auth_basic: @dir@/nobody does not exist: answered with 403"},
		{request: "POST http://x.shop.test/api/orders?n=1", to: "http://app:8080", target: "/v1/orders?n=1"},
		{request: "GET http://shop.test/api/orders", fields: "X-Role: guest", status: 403, refusing: "return 403"},
		{request: "GET http://shop.test/api", status: 301, location: "http://shop.test/api/"},
		{request: "GET http://shop.test/health", status: 200},
		{request: "GET http://shop.test/office/x", fields: "From: 10.1.2.3", to: "http://app", target: "/office/x"},
		{request: "GET http://shop.test/office/x", fields: "From: 192.0.2.1", status: 401, ask: `Basic realm="Shop"`, refusing: "auth_basic asks for a password, and the request brings no Basic credentials: 401"},
		{request: "GET http://shop.test/sso/x", status: 302, location: "http://shop.test/login?next=/sso/x", refusing: "auth_request: /check answers 401"},
		{request: "GET http://shop.test/check", status: 404, refusing: "internal: requests from outside are answered with 404"},
	} {
		var fields []string
		if x.fields != "" {
			fields = append(fields, x.fields)
		}
		got := trace(t, c, x.request, fields...)
		target := ""
		if got.Next != nil {
			target = got.Next.Target.Reveal()
		}
		ask, refusing := strings.Join(got.Challenges, ","), ""
		if got.Refusing != nil {
			refusing = got.Refusing.Says
		}
		want := strings.ReplaceAll(x.refusing, "@dir@", filepath.Dir(c.Files[0]))
		if got.Status != x.status || got.Location != x.location || ask != x.ask || got.To != x.to || target != x.target || refusing != want {
			t.Errorf("%s %s:\n got %d %q %q %q %q %q\nwant %d %q %q %q %q %q\n%+v", x.request, x.fields, got.Status, got.Location, ask, got.To, target, refusing,
				x.status, x.location, x.ask, x.to, x.target, want, got.Steps)
		}
		if len(got.Open) != 0 {
			t.Errorf("%s: left open: %q", x.request, got.Open)
		}
	}
}

func TestTraceSaysWhatIsPassedOn(t *testing.T) {
	c := read(t, conf.Texts{"/etc/nginx/nginx.conf": `http {
	proxy_set_header X-Forwarded-Proto $scheme;
	server {
		listen 80;
		location / { proxy_pass http://app; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; }
	}
}`})
	got := trace(t, c, "GET http://shop.test/x", "Connection: keep-alive", "api_key: secretsecret", "Authorization: Bearer abcdefgh", "Accept: */*")
	var lines []string
	for _, f := range got.Next.Header {
		lines = append(lines, f.Line())
	}
	want := "Host: shop.test\nX-Real-IP: 127.0.0.1\nConnection: close\nAuthorization: Bearer abcdefgh\nAccept: */*"
	if s := strings.Join(lines, "\n"); s != want {
		t.Errorf("passed on:\n%s\nwant:\n%s", s, want)
	}
	for _, f := range got.Next.Header {
		if strings.Contains(f.Name, "Authorization") != f.Value.Closed() {
			t.Errorf("%s: closed is %v", f.Name, f.Value.Closed())
		}
	}
	dropped := false
	for _, s := range got.Steps {
		dropped = dropped || s.Result == conf.Drops && strings.Contains(s.Says, "api_key")
		if strings.Contains(s.Says, "secretsecret") {
			t.Errorf("a step shows a secret: %s", s.Says)
		}
	}
	if !dropped {
		t.Errorf("the dropped api_key is not said: %+v", got.Steps)
	}
	if !strings.Contains(got.Steps[len(got.Steps)-2].Says, "X-Forwarded-Proto does not count here") {
		t.Errorf("the field that does not count is not said: %+v", got.Steps)
	}
}

func TestTraceLeavesOpenWhatFilesDecide(t *testing.T) {
	c := read(t, conf.Texts{"/etc/nginx/nginx.conf": `http { server { listen 80; auth_basic A; auth_basic_user_file u; location / { root /srv; } } }`})
	got := trace(t, c, "GET http://a.test/x", basic("alice", "wonder"))
	if len(got.Open) != 2 || got.Status != 0 {
		t.Errorf("open %q, status %d", got.Open, got.Status)
	}
}

func TestSamplesEndUpThere(t *testing.T) {
	c := read(t, conf.Texts{"/etc/nginx/nginx.conf": `http { server { listen 80;
	location / { }
	location = /x { }
	location /a/ { location ~ \.php$ { } }
	location ~* \.(png|jpe?g)$ { }
	location ^~ "/b c/" { }
	location /shadowed.png { }
	location ~ ^/v[0-9]+/(?<rest>.+)$ { limit_except GET { deny all; } }
	location @n { }
	location /i/ { internal; }
} }`})
	want := map[string]string{"/": "/", "= /x": "/x", "/a/": "/a/", `~ \.php$`: "/a/x.php", `~* \.(png|jpe?g)$`: "/x.png", "^~ /b c/": "/b%20c/", "/shadowed.png": "/shadowed.pngx",
		`~ ^/v[0-9]+/(?<rest>.+)$`: "/v1/x", "limit_except GET": "/v1/x", "@n": "", "/i/": ""}
	for _, s := range c.Scopes {
		if w, ok := want[s.Path]; s.Path != "" && (!ok || s.Sample != w) {
			t.Errorf("%s: sample %q, want %q", s.Path, s.Sample, w)
		}
	}
}

func TestPatternsArePCRE(t *testing.T) {
	for _, x := range []struct{ pattern, text, want string }{
		{`^/(?<a>x)(y)$`, "/xy", "/xy|x|y"}, {`(?<a>x)(y)`, "xy", "xy|x|y"}, {`a$`, "a\n", "a"}, {`^\w+$`, "caf\xe9", "-"}, {`.`, "\xc3\xa9", "\xc3"},
		{`[[:alpha:]-]+`, "a-b1", "a-b"}, {`[^/]+`, "/ab/", "ab"}, {`a(?!b)`, "abac", "a"}, {`(a)|(b)`, "b", "b||b"}, {`[]a]`, "]", "]"}, {`[a\-z]`, "-", "-"}, {`\_\/`, "_/", "_/"},
		{`(x)\1`, "xx", "xx|x"}, {`a{,2}`, "a{,2}", "a{,2}"},
	} {
		p, err := compile(x.pattern, false)
		if err != nil {
			t.Errorf("%s: %v", x.pattern, err)
			continue
		}
		g, _ := p.match(x.text)
		got := strings.Join(g, "|")
		if g == nil {
			got = "-"
		}
		if got != x.want {
			t.Errorf("%s on %q: %q, want %q", x.pattern, x.text, got, x.want)
		}
	}
	for _, bad := range []string{`a++`, `(?R)`, `\K`, `(*UTF8)`, `[a`, `(`, `(?|a)`} {
		if _, err := compile(bad, false); err == nil {
			t.Errorf("%s is followed", bad)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{shop, "server { location ~ ^/(.*)$ { rewrite ^ $1 last; } }", "include a;", "http{server{set $x $x$x;if ($x){return 200;}}}", "# configuration file /a:\nhttp{}\n",
		`location / { auth_basic "x\"; }`, "http { server { listen 80; location / { content_by_lua_block { } } } } }", "a {b {c {", `map $a $b { ~(a|b)*c $b; }`,
		"http{map $a $a{default $a;}server{return 200 $a;}}", "http{server{error_page 404 /a;location /a{return 404;}recursive_error_pages on;}}"} {
		f.Add(s, "/a/b?c=d")
	}
	f.Fuzz(func(t *testing.T, text, target string) {
		c, err := Read(conf.Texts{"/n/nginx.conf": text, "/n/a": text}, "/n/nginx.conf")
		if err != nil {
			return
		}
		for _, s := range c.Scopes {
			if p := s.Place; p.End > len(text) && p.File == "/n/nginx.conf" && !strings.Contains(text, dumpMark) || p.Start > p.End {
				t.Errorf("a place outside the file: %+v", p)
			}
		}
		for _, host := range []string{"a.test", ""} {
			q := conf.Request{Port: 80}
			q.Method, q.Target = "GET", secret.Public(target)
			q.Header = exchange.Header{exchange.RequestField("Host", host), exchange.RequestField("Authorization", "Basic YTpi")}
			if got := c.Tracer.Trace(q); got == nil {
				t.Error("no trace")
			}
		}
	})
}
