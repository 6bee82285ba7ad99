package apache_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
)

func read(t *testing.T, src conf.Source, paths ...string) *conf.Config {
	t.Helper()
	c, err := apache.Read(src, paths...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What is wrong is said with its place, and the rest is read.
func TestBrokenIsSaidAndTheRestIsRead(t *testing.T) {
	c := read(t, conf.Texts{
		"/etc/apache2/apache2.conf": "ServerName a.test\nInclude nowhere.conf\nInclude sites/*.conf\nIncludeOptional none/*.conf\nInclude loop.conf\n" +
			"<Location /x>\nRequire not\nRequire valid-user\n</Directory>\n</Location>\nNonsense on\n<Directory \"/srv\">\nAuthType Basic\n",
		"/etc/apache2/sites/a.conf": "<VirtualHost *:80>\nServerName b.test\n</VirtualHost>\n</IfModule>\n",
		"/etc/apache2/loop.conf":    "Include loop.conf\n",
	}, "/etc/apache2")
	var said []string
	for _, u := range c.Unread {
		said = append(said, u.Error())
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{
		`apache2.conf:2: Include "nowhere.conf" cannot be read: no such file`, `loop.conf:1: "/etc/apache2/loop.conf": files include each other`,
		"apache2.conf:7: Require: takes at least one word", "apache2.conf:9: expected </Location> but saw </Directory>", `apache2.conf:11: invalid command "Nonsense"`,
		"apache2.conf:12: expected </Directory>: the section is not closed", "a.conf:4: unexpected </IfModule>: no such section is open",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("not said: %s\n%s", want, all)
		}
	}
	if strings.Contains(all, "none/") {
		t.Error("IncludeOptional may match nothing")
	}
	names := map[string]bool{}
	for _, s := range c.Scopes {
		names[s.Path] = true
		for _, n := range s.Server.Names {
			names[n] = true
		}
	}
	if !names["b.test"] || !names["<Location /x>"] {
		t.Errorf("%v", names)
	}
}

func TestWhatHttpdDecidesWhileItReads(t *testing.T) {
	const main = `
LoadModule alias_module x.so
LoadModule authz_core_module x.so
Define host "b.test"
User ${APACHE_RUN_USER}
<IfModule mod_alias.c>
Alias /in /srv/in
</IfModule>
<IfModule !alias_module>
Alias /out /srv/out
</IfModule>
<IfDefine NOPE>
Alias /nope /srv/nope
</IfDefine>
<IfVersion >= 2.4>
Alias /new /srv/new
</IfVersion>
<Macro Site $name $dir>
<VirtualHost *:80>
ServerName $name
DocumentRoot $dir
</VirtualHost>
</Macro>
Use Site ${host} /srv/b
<Location \
  /long>
# a comment \
Require all denied
Require all granted
</Location>
`
	c := read(t, conf.Texts{"/etc/apache2/apache2.conf": main, "/etc/apache2/envvars": "export APACHE_RUN_USER=www-data\nexport APACHE_RUN_DIR=/var/run/apache2$SUFFIX\n"}, "/etc/apache2")
	if len(c.Unread) != 0 {
		t.Errorf("%v", c.Unread)
	}
	if c.Worker != "www-data" {
		t.Errorf("the user is %q", c.Worker)
	}
	seen := map[string]*conf.Scope{}
	for _, s := range c.Scopes {
		seen[s.Path] = s
		for _, n := range s.Server.Names {
			seen[n] = s
		}
	}
	for _, want := range []string{"/in", "/new", "b.test"} {
		if seen[want] == nil {
			t.Errorf("%s is missing: %v", want, seen)
		}
	}
	if seen["/out"] != nil || seen["/nope"] != nil {
		t.Error("a condition that does not hold was read")
	}
	long := seen["<Location /long>"]
	if long == nil || len(long.Rules) != 1 || !long.Rules[0].Allow {
		t.Fatalf("%+v", long)
	}
	if p := long.Place; p.Line != 25 || main[p.Start:p.Start+9] != "<Location" || !strings.HasSuffix(main[:p.End], "</Location>") {
		t.Errorf("%v %q", p, main[p.Start:p.End])
	}
}

func TestScopes(t *testing.T) {
	c := read(t, conf.Texts{
		"/etc/httpd/conf/httpd.conf": `ServerRoot /etc/httpd
DocumentRoot /srv/www
<Directory /srv/www>
AllowOverride AuthConfig
Require all granted
</Directory>
<VirtualHost *:443>
ServerName a.test
SSLEngine on
RequestHeader set X-Forwarded-Proto https
ProxyPass /api http://127.0.0.1:8080/
<Location /api>
<RequireAny>
Require ip 10.0.0.0/8
Require user alice bob
</RequireAny>
AuthType Basic
AuthName "The API"
AuthUserFile conf/users
</Location>
<FilesMatch \.php$>
SetHandler "proxy:unix:/run/php.sock|fcgi://localhost"
</FilesMatch>
</VirtualHost>
`,
		"/srv/www/private/.htaccess": "AuthType Basic\nAuthName x\nAuthUserFile /etc/pw\nRequire valid-user\n",
	}, "/etc/httpd")
	if len(c.Unread) > 0 {
		t.Error(c.Unread)
	}
	var api, php, private *conf.Scope
	for _, s := range c.Scopes {
		switch {
		case s.Path == "<Location /api>":
			api = s
		case strings.HasPrefix(s.Path, "<FilesMatch"):
			php = s
		case strings.HasSuffix(s.Path, ".htaccess"):
			private = s
		}
	}
	if api == nil || len(api.Auth) != 1 || api.Satisfy != conf.SatisfyAny || len(api.Rules) != 1 || api.Pass == nil {
		t.Fatalf("%+v", api)
	}
	a := api.Auth[0]
	if a.Scheme != conf.Basic || a.Realm != "The API" || len(a.Files) != 1 || a.Files[0].Path != "/etc/httpd/conf/users" || a.Require[0] != "user alice bob" {
		t.Errorf("%+v", a)
	}
	if p := api.Pass; p.Way != conf.HTTPProxy || p.Authorization.Now != conf.Kept || p.Host.Now != conf.Replaced || p.Proto.Value != "https" || p.Place.Line != 11 {
		t.Errorf("%+v", p)
	}
	if php == nil || php.Pass == nil || php.Pass.Way != conf.FastCGI || php.Pass.Authorization.Now != conf.Dropped {
		t.Errorf("%+v", php)
	}
	if private == nil || private.Sample != "/private/" || len(private.Auth) != 1 {
		t.Errorf("%+v", private)
	}
}

// A lone .htaccess is read as if everything may be overridden.
func TestLoneHtaccess(t *testing.T) {
	src := conf.Texts{"/srv/www/.htaccess": "RewriteEngine On\nRewriteRule ^index\\.php$ - [L]\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nSetHandler \"proxy:fcgi://127.0.0.1:9000\"\nServerName x\n"}
	c := read(t, src, "/srv/www/.htaccess")
	var found bool
	for _, s := range c.Scopes {
		if strings.HasSuffix(s.Path, ".htaccess") {
			found = true
			if s.Pass == nil || s.Pass.Authorization.Now != conf.Unsure || s.Pass.Authorization.Place.Line != 3 {
				t.Errorf("%+v", s.Pass)
			}
		}
	}
	if !found || len(c.Unread) != 1 || c.Unread[0].Place.Line != 5 {
		t.Errorf("%v %v", found, c.Unread)
	}
	if _, err := apache.Read(src, "/srv/none"); err == nil || !strings.Contains(err.Error(), "/srv/none: no such file") {
		t.Error(err)
	}
}

// A scope names the lines that only httpd knows, each with the place where it was set, inherited ones included.
func TestLinesInForce(t *testing.T) {
	c := read(t, conf.Texts{"/etc/httpd.conf": "Listen 80\nDocumentRoot /srv/www\nErrorDocument 401 /login.html\n<Directory /srv/www>\nAllowOverride AuthConfig FileInfo\n" +
		"Options +ExecCGI\n</Directory>\n<Directory /srv/www/in>\nAllowOverride None\nAuthType Basic\nAuthName \"In here\"\nRequire valid-user\nCGIPassAuth On\n</Directory>\n"}, "/etc/httpd.conf")
	got := map[string]string{}
	for _, s := range c.Scopes {
		for _, l := range s.Lines {
			got[s.Path] += fmt.Sprintf("%d %s %s; ", l.Place.Line, l.Name, strings.Join(l.Args, ","))
		}
	}
	for scope, want := range map[string]string{
		"<Directory /srv/www>":    "5 AllowOverride AuthConfig,FileInfo; 6 Options ExecCGI,FollowSymLinks; 2 DocumentRoot /srv/www; 3 ErrorDocument 401,/login.html; ",
		"<Directory /srv/www/in>": "9 AllowOverride None; 6 Options ExecCGI,FollowSymLinks; 10 AuthType Basic; 11 AuthName In here; 13 CGIPassAuth on; 2 DocumentRoot /srv/www; 3 ErrorDocument 401,/login.html; ",
	} {
		if got[scope] != want {
			t.Errorf("%s:\n got %s\nwant %s", scope, got[scope], want)
		}
	}
}
