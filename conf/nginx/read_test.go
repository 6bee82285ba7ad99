package nginx

import (
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
)

func read(t testing.TB, texts conf.Texts, paths ...string) *conf.Config {
	t.Helper()
	if len(paths) == 0 {
		paths = []string{"/etc/nginx/nginx.conf"}
	}
	c, err := Read(texts, paths...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func scope(t testing.TB, c *conf.Config, path string) *conf.Scope {
	t.Helper()
	for _, s := range c.Scopes {
		if s.Path == path {
			return s
		}
	}
	t.Fatalf("no scope %q", path)
	return nil
}

func TestWordsAreNginxs(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{`a b;`, []string{"a", "b"}},
		{`a "b c" 'd "e"';`, []string{"a", "b c", `d "e"`}},
		{`a b\ c \d \n\t\";`, []string{"a", `b\ c`, `\d`, "\n\t\""}},
		{`set $x ${y}z{;`, []string{"set", "$x", "${y}z"}}, // the second brace opens a block
		{`set $x "${y}";`, []string{"set", "$x", "${y}"}},
		{`rewrite ^/a{2}$ "/b{2}";`, []string{"rewrite", "^/a"}},
		{`rewrite "^/a{2}$" /b;`, []string{"rewrite", "^/a{2}$", "/b"}},
		{"a # comment ; {\nb;", []string{"a", "b"}},
		{`a b#c;`, []string{"a", "b#c"}},
		{`if ($a = "b") {`, []string{"if", "($a", "=", "b", ")"}},
		{`a b"c;`, []string{"a", `b"c`}},
		{`a b}c;`, []string{"a", "b}c"}},
		{`a '';`, []string{"a", ""}},
	} {
		l := lexer{text: c.text, line: 1, broken: func(p conf.Place, what string) { t.Logf("%s: %s", c.text, what) }}
		words, _ := l.next()
		var got []string
		for _, w := range words {
			got = append(got, w.Text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestIncludes(t *testing.T) {
	c := read(t, conf.Texts{
		"/etc/nginx/nginx.conf":     "user www-data;\nhttp {\n include conf.d/*.conf;\n include /etc/nginx/missing;\n include none/*.conf;\n}\n",
		"/etc/nginx/conf.d/a.conf":  "server {\n listen 80;\n location /a { include snippets/loop; }\n}\n",
		"/etc/nginx/conf.d/b.conf":  "server {\n listen 80;\n location /b { deny all }\n}\n",
		"/etc/nginx/conf.d/.c.conf": "server { listen 81; }",
		"/etc/nginx/snippets/loop":  "allow 10.0.0.0/8;\ninclude snippets/loop;\n",
	})
	if want := []string{"/etc/nginx/nginx.conf", "/etc/nginx/conf.d/a.conf", "/etc/nginx/snippets/loop", "/etc/nginx/conf.d/b.conf"}; !slices.Equal(c.Files, want) {
		t.Errorf("files %q, want %q", c.Files, want)
	}
	if c.Worker != "www-data" {
		t.Errorf("worker %q", c.Worker)
	}
	var got []string
	for _, u := range c.Unread {
		got = append(got, u.Error())
	}
	want := []string{
		`/etc/nginx/snippets/loop:2: include "snippets/loop": the file includes itself`,
		`/etc/nginx/conf.d/b.conf:3: unexpected "}": the directive before it does not end in ";"`,
		`/etc/nginx/nginx.conf:4: /etc/nginx/missing: no such file or folder`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("unread:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s := scope(t, c, "/a"); len(s.Rules) != 1 || s.Rules[0].Place.String() != "/etc/nginx/snippets/loop:1" {
		t.Errorf("/a: %+v", s.Rules)
	}
	if s := scope(t, c, "/b"); len(s.Rules) != 1 || !s.Rules[0].All || s.Rules[0].Allow {
		t.Errorf("/b: %+v", s.Rules)
	}
}

func TestInheritance(t *testing.T) {
	const text = `http {
	proxy_set_header Host $host;
	proxy_set_header X-Forwarded-Proto $scheme;
	add_header X-A 1;
	server {
		listen 443 ssl;
		server_name shop.example;
		auth_basic "Shop";
		auth_basic_user_file htpasswd;
		location / { proxy_pass http://app; }
		location /child/ {
			proxy_set_header Authorization "";
			proxy_pass http://app;
		}
		location /open/ { auth_basic off; add_header X-B 2 always; }
		location /php { satisfy any; allow 10.0.0.0/8; deny all; fastcgi_pass unix:/run/php.sock; fastcgi_param HTTPS on; 
			limit_except GET { deny all; } }
	}
}`
	c := read(t, conf.Texts{"/etc/nginx/nginx.conf": text})
	if len(c.Unread) != 0 {
		t.Errorf("unread: %v", c.Unread)
	}
	root := scope(t, c, "/")
	if len(root.Auth) != 1 || root.Auth[0].Realm != "Shop" || root.Auth[0].Files[0].Path != "/etc/nginx/htpasswd" || root.Auth[0].Place.Line != 8 {
		t.Errorf("/: auth %+v", root.Auth)
	}
	if root.Pass.Host.Now != conf.Kept || root.Pass.Authorization.Now != conf.Kept || root.Pass.Proto.Value != "$scheme" {
		t.Errorf("/: pass %+v", root.Pass)
	}
	child := scope(t, c, "/child/")
	if len(child.Pass.Shadowed) != 2 || child.Pass.Authorization.Now != conf.Dropped || child.Pass.Host.Value != "$proxy_host" || child.Pass.Proto.Now != conf.Kept {
		t.Errorf("/child/: pass %+v", child.Pass)
	}
	if o := scope(t, c, "/open/"); len(o.Auth) != 0 || len(o.Adds) != 1 || o.Adds[0].When != "always" {
		t.Errorf("/open/: %+v", o)
	}
	php := scope(t, c, "/php")
	if php.Satisfy != conf.SatisfyAny || len(php.Rules) != 2 || php.Pass.Proto.Value != "on" || php.Pass.Way != conf.FastCGI {
		t.Errorf("/php: %+v", php)
	}
	if e := scope(t, c, "limit_except GET"); len(e.Rules) != 1 || e.Pass == nil || len(e.Within) != 2 {
		t.Errorf("limit_except: %+v", e)
	}
}

func TestDump(t *testing.T) {
	c := read(t, conf.Texts{"dump.txt": `nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
nginx: configuration file /etc/nginx/nginx.conf test is successful
# configuration file /etc/nginx/nginx.conf:
http {
    include sites/*;
}

# configuration file /etc/nginx/sites/one:
server {
    location /x { deny all; }
}

`}, "dump.txt")
	s := scope(t, c, "/x")
	if s.Place.String() != "/etc/nginx/sites/one:2" || len(s.Rules) != 1 || len(c.Files) != 2 {
		t.Errorf("%v %+v", c.Files, s)
	}
}

func TestFragments(t *testing.T) {
	c := read(t, conf.Texts{"sites-enabled/one": "server { location /x { deny all; } }", "sites-enabled/two": "location /y { deny all; }"}, "sites-enabled")
	scope(t, c, "/x")
	scope(t, c, "/y")
}

func TestBrokenSyntaxLeavesTheRest(t *testing.T) {
	for text, want := range map[string]string{
		"http { server { location /x { deny all; }":                                                                             "is never closed",
		"http { server { location /x { deny all; } } } } user x;":                                                               `unexpected "}"`,
		"http { server { ; location /x { deny all; } } }":                                                                       `unexpected ';'`,
		`http { server { auth_basic "a"b; location /x { deny all; } } }`:                                                        `behind a closing quotation mark`,
		"http { server { content_by_lua_block { local s = \"}\" -- }\n if x then y = { 1 } end } location /x { deny all; } } }": "Lua code is not read",
	} {
		c := read(t, conf.Texts{"/etc/nginx/nginx.conf": text})
		scope(t, c, "/x")
		if len(c.Unread) == 0 || !strings.Contains(c.Unread[0].What, want) {
			t.Errorf("%s: %v", text, c.Unread)
		}
	}
}
