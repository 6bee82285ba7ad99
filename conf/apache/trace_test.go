package apache_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func request(method, url string, fields ...string) conf.Request {
	r := conf.Request{Client: netip.MustParseAddr("192.0.2.1")}
	r.Method, r.Proto = method, "HTTP/1.1"
	r.URL, _ = exchange.ParseURL(url)
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header = append(r.Header, exchange.RequestField(fields[i], fields[i+1]))
	}
	return r
}

const traced = `Listen 80
<VirtualHost *:80>
ServerName a.test
DocumentRoot /srv/www
<Directory /srv/www>
AllowOverride All
Require all granted
Options FollowSymLinks ExecCGI
AddHandler cgi-script .cgi
</Directory>
<Location /basic>
AuthType Basic
AuthName in
AuthUserFile /etc/pw
Require user alice
</Location>
<Location /gone>
AuthType Basic
AuthName in
AuthUserFile /etc/none
Require valid-user
</Location>
<Location /both>
AuthType Basic
AuthName in
AuthUserFile /etc/pw
<RequireAll>
Require ip 10.0.0.0/8
Require valid-user
</RequireAll>
</Location>
ProxyPass /up http://127.0.0.1:81/base
RequestHeader unset Authorization "expr=%{REQUEST_URI} =~ m#^/up/drop#"
</VirtualHost>
`

func source() conf.Texts {
	return conf.Texts{
		"/etc/httpd.conf": traced, "/etc/pw": "alice:{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=\nbob:{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=\ncrypt:$y$j9T$FAKEFAKEFAKEFAKEFAKEF.$FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFA\n",
		"/srv/www/index.html": "x", "/srv/www/basic/a.html": "x", "/srv/www/env.cgi": "x", "/srv/www/sub/.htaccess": "Nonsense\n",
	}
}

func TestTrace(t *testing.T) {
	c := read(t, source(), "/etc/httpd.conf")
	alice, bob := "Basic YWxpY2U6d29uZGVybGFuZA==", "Basic Ym9iOndvbmRlcmxhbmQ="
	for _, k := range []struct {
		what      string
		r         conf.Request
		status    int
		line      int // of the step that refused
		challenge string
	}{
		{"no credentials", request("GET", "http://a.test/basic/a.html"), 401, 12, `Basic realm="in"`},
		{"let in", request("GET", "http://a.test/basic/a.html", "Authorization", alice), 0, 0, ""},
		{"another user is 401", request("GET", "http://a.test/basic/a.html", "Authorization", bob), 401, 15, `Basic realm="in"`},
		{"a missing file without credentials", request("GET", "http://a.test/gone"), 401, 18, `Basic realm="in"`},
		{"a missing file with credentials", request("GET", "http://a.test/gone", "Authorization", alice), 500, 20, ""},
		{"an address and a user: no challenge", request("GET", "http://a.test/both"), 403, 28, ""},
		{"a broken .htaccess", request("GET", "http://a.test/sub/"), 500, 1, ""},
		{"an encoded slash", request("GET", "http://a.test/a%2Fb"), 404, 0, ""},
		{"nothing there", request("GET", "http://a.test/none"), 404, 0, ""},
	} {
		tr := c.Tracer.Trace(k.r)
		if tr.Status != k.status || strings.Join(tr.Challenges, "") != k.challenge || k.line != 0 && (tr.Refusing == nil || tr.Refusing.Place.Line != k.line) || len(tr.Open) > 0 {
			t.Errorf("%s: %d %q refusing %+v open %q", k.what, tr.Status, tr.Challenges, tr.Refusing, tr.Open)
		}
	}
}

func TestTracePassesOn(t *testing.T) {
	c := read(t, source(), "/etc/httpd.conf")
	tr := c.Tracer.Trace(request("GET", "http://a.test/up/x?y=1", "Authorization", "Bearer abc.def.ghi"))
	if tr.Next == nil || !tr.Next.Target.Is("/base/x?y=1") || !tr.Next.Header.Text("Authorization").Is("Bearer abc.def.ghi") || tr.Next.Header.Get("Host") != "127.0.0.1:81" {
		t.Fatalf("%+v", tr)
	}
	tr = c.Tracer.Trace(request("GET", "http://a.test/up/drop", "Authorization", "Bearer abc.def.ghi"))
	dropped := false
	for _, s := range tr.Steps {
		dropped = dropped || s.Result == conf.Drops && s.Place.Line == 33
	}
	if tr.Next == nil || tr.Next.Header.Has("Authorization") || !dropped {
		t.Errorf("%+v", tr.Steps)
	}
}

// What a trace says never repeats a credential.
func TestTraceKeepsSecrets(t *testing.T) {
	secret.Trial(func() {
		c := read(t, source(), "/etc/httpd.conf")
		tr := c.Tracer.Trace(request("GET", "http://a.test/up/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "Authorization", "Bearer abc.def.ghijklmnop", "X-Api-Key", "k3y-k3y-k3y-k3y"))
		for _, s := range tr.Steps {
			if strings.Contains(s.Says, "abc.def") || strings.Contains(s.Says, "k3y-") {
				t.Errorf("%+v", s)
			}
		}
		if v := tr.Next.Header.Get("X-Api-Key"); strings.Contains(v, "k3y-") {
			t.Errorf("an open value: %s", v)
		}
	})
}

// What cannot be known is named.
func TestTraceLeavesOpen(t *testing.T) {
	src := source()
	src["/etc/httpd.conf"] = strings.Replace(traced, "DocumentRoot /srv/www", "DocumentRoot /elsewhere", 1)
	c := read(t, src, "/etc/httpd.conf")
	if tr := c.Tracer.Trace(request("GET", "http://a.test/x.html")); tr.Status != 0 || len(tr.Open) != 1 || !strings.Contains(tr.Open[0], "/elsewhere is not on this machine") {
		t.Errorf("%+v", tr)
	}
	c = read(t, source(), "/etc/httpd.conf")
	tr := c.Tracer.Trace(request("GET", "http://a.test/basic/a.html", "Authorization", "Basic Y3J5cHQ6eA==")) // crypt:x, a yescrypt hash
	if len(tr.Open) != 1 || !strings.Contains(tr.Open[0], "yescrypt") {
		t.Errorf("%+v", tr)
	}
}

func FuzzReadAndTrace(f *testing.F) {
	f.Add(traced, "RewriteEngine On\nRewriteRule (.*) /x?$1 [QSA,L]\n", "/basic/a.html?x", "Basic YWxpY2U6eA==")
	f.Add("<If \"%{HTTP:X} =~ /(a)/ && -n reqenv('x')\">\nRequire expr true\n</If>\nHeader edit* X a(b) $1\n", "Require all denied\n", "/%61/../b//c", "Digest x")
	f.Add("Include *\n<Macro A $x>\nUse A $x\n</Macro>\nUse A b\nDefine ${a} ${b}\nListen ${a}\n", "<Files ~ (?<=a)b>\nSetEnvIf X (.*)(.*) a=$1$2$9\n</Files>\n", "/", "")
	f.Add("<VirtualHost [::1]:80 *>\nServerAlias *\nAliasMatch (.*) $1\nProxyPassMatch ^/(.*)$ fcgi://x/$1\n</VirtualHost>\n", "\\\n<Limit GET\n", "*", "Basic ====")
	f.Add("FallbackResource /x\nDirectoryIndex /y\nErrorDocument 404 /z\nRemoteIPHeader X\nRewriteEngine On\nRewriteRule ^ /a [N]\n", "", "/a?b", "x")
	f.Fuzz(func(t *testing.T, main, htaccess, target, authorization string) {
		if len(main)+len(htaccess) > 20000 || len(target) > 2000 {
			return
		}
		src := conf.Texts{"/etc/httpd.conf": main, "/srv/www/.htaccess": htaccess, "/srv/www/index.html": "x", "/srv/www/a/b.cgi": "x", "/etc/pw": "a:b\n"}
		for _, p := range []string{"/etc/httpd.conf", "/srv/www/.htaccess"} {
			c, err := apache.Read(src, p)
			if err != nil {
				continue
			}
			for _, u := range c.Unread {
				if !u.Place.Known() || u.What == "" {
					t.Errorf("no place: %+v", u)
				}
			}
			r := request("GET", "http://a.test/", "Host", "a.test", "Authorization", authorization, "X", "a, b")
			r.Target = secret.New(target)
			tr := c.Tracer.Trace(r)
			if tr == nil || tr.Status < 0 || tr.Status > 999 {
				t.Errorf("%+v", tr)
			}
		}
	})
}
