package apache_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
)

// TestTraceAsHttpd keeps what a running httpd 2.4.71 was seen to do where it is not what one expects.
func TestTraceAsHttpd(t *testing.T) {
	const head = "Listen 80\nServerName a.test\nDocumentRoot /srv/www\n"
	const whole = "LoadModule authz_core_module modules/mod_authz_core.so\n" + head // a part would be read with every module
	const cgi = head + "<Directory /srv/www>\nAllowOverride None\nOptions +ExecCGI +FollowSymLinks\nAddHandler cgi-script .cgi\n</Directory>\n"
	const views = head + "AddType text/html .html\n<Directory /srv/www>\nAllowOverride None\nOptions +MultiViews\n</Directory>\n"
	const digest = cgi + "<Directory /srv/www>\nAuthType Digest\nAuthName x\nAuthUserFile /etc/realms\nRequire valid-user\n</Directory>\n"
	for _, k := range []struct {
		what, conf, htaccess, target string
		fields                       []string
		status                       int
		name, value                  string // of a variable that the program gets
	}{
		{"without any AllowOverride an .htaccess is read and nothing is allowed in it", whole, "AuthType Basic\n", "/a.html", nil, 500, "", ""},
		{"with AllowOverride None it is not read", cgi, "AuthType Basic\n", "/a.html", nil, 0, "", ""},
		{"a variable of the folder's rules wins over the one of the index", cgi + "DirectoryIndex index.cgi\n<Directory /srv/www/e>\nRewriteEngine On\nRewriteRule (.*) - [E=got:x$1]\n</Directory>\n", "",
			"/e/", nil, 0, "got", "x"},
		{"the one called path is the index's", cgi + "DirectoryIndex index.cgi\nRewriteEngine On\nRewriteRule ^/(.*)$ - [E=path:$1]\n", "", "/e/", nil, 0, "path", "e/index.cgi"},
		{"an error's document sees the scheme that was asked for", cgi + "ErrorDocument 401 /env.cgi\n<Directory /srv/www>\nAuthType Basic\nAuthName x\nAuthUserFile /etc/pw\nRequire valid-user\n</Directory>\n", "",
			"/a.html", nil, 401, "AUTH_TYPE", "Basic"},
		{"RewriteEngine Off in <If> stops the server's rules", head + "RewriteEngine On\nRewriteRule ^ - [G]\n<If \"%{HTTP:X} == 'y'\">\nRewriteEngine Off\n</If>\n", "", "/a.html", []string{"X", "y"}, 0, "", ""},
		{"and where it does not hold they run", head + "RewriteEngine On\nRewriteRule ^ - [G]\n<If \"%{HTTP:X} == 'y'\">\nRewriteEngine Off\n</If>\n", "", "/a.html", nil, 410, "", ""},
		{"a blank in a query that a rule made", head + "RewriteEngine On\nRewriteRule ^/x(.*)$ /a.html?q=$1\n", "", "/x%20y", nil, 403, "", ""},
		{"a question mark out of %3F", head + "RewriteEngine On\nRewriteRule ^/x(.*)$ /a.html$1\n", "", "/x%3fy", nil, 403, "", ""},
		{"unless it is allowed", head + "RewriteEngine On\nRewriteRule ^/x(.*)$ /a.html$1 [UnsafeAllow3F]\n", "", "/x%3fy", nil, 0, "", ""},
		{"an upstream's query stays out of SCRIPT_FILENAME", head + "RewriteEngine On\nRewriteRule ^/x(.*)$ fcgi://127.0.0.1:9/srv$1 [P]\n", "", "/x/a.php?b=c", nil, 0,
			"SCRIPT_FILENAME", "proxy:fcgi://127.0.0.1:9/srv/a.php"},
		{"slashes that follow each other belong to PATH_INFO", head + "AllowEncodedSlashes On\n<Directory /srv/www>\nAllowOverride None\nSetHandler \"proxy:fcgi://127.0.0.1:9\"\n</Directory>\nMergeSlashes Off\n", "", "/up//x", nil, 0,
			"SCRIPT_NAME", "/up"},
		{"RemoveHandler takes back the folder's handler, and the server's is in force again",
			whole + "LoadModule mime_module x\nLoadModule cgid_module x\nAddHandler cgi-script .cgi\n<Directory /srv/www>\nOptions +ExecCGI\nAllowOverride All\nAddHandler cgi-script .cgi\n</Directory>\n",
			"RemoveHandler .cgi\n", "/env.cgi", nil, 0, "SCRIPT_NAME", "/env.cgi"},
		{"FallbackResource does not hand on who was asked for credentials on its account alone",
			cgi + "FallbackResource /env.cgi\n<Files env.cgi>\nAuthType Basic\nAuthName x\nAuthUserFile /etc/pw\nRequire valid-user\n</Files>\n", "", "/none",
			[]string{"Authorization", "Basic YWxpY2U6d29uZGVybGFuZA=="}, 0, "AUTH_TYPE", ""},
		{"Digest: a wrong answer is refused without asking the running server", digest, "", "/a.html", []string{"Authorization", "Digest username=\"alice\", realm=\"x\", nonce=\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\", uri=\"/a.html\", qop=auth, nc=00000001, cnonce=\"c0\", response=\"00000000000000000000000000000000\""}, 401, "", ""},
		{"Digest: a nonce that httpd cannot have given out", digest, "", "/a.html", []string{"Authorization", "Digest username=\"alice\", realm=\"x\", nonce=\"short\", uri=\"/a.html\", qop=auth, nc=00000001, cnonce=\"c0\", response=\"fbf6a9860867a86a474e076037f952f8\""}, 401, "", ""},
		{"Digest: a file without the realm", digest, "", "/a.html", []string{"Authorization", "Digest username=\"bob\", realm=\"x\", nonce=\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\", uri=\"/a.html\", qop=auth, nc=00000001, cnonce=\"c0\", response=\"fbf6a9860867a86a474e076037f952f8\""}, 401, "", ""},
		{"Require user that fails is 401 also with AuthzSendForbiddenOnFailure, where the rule wants a user", cgi + "<Directory /srv/www>\nAuthType Basic\nAuthName x\nAuthUserFile /etc/pw\nAuthzSendForbiddenOnFailure On\n" +
			"Require expr \"%{REMOTE_USER} == 'bob'\"\n</Directory>\n", "", "/a.html", []string{"Authorization", "Basic YWxpY2U6d29uZGVybGFuZA=="}, 401, "", ""},
		{"AuthBasicFake writes the field", cgi + "<Directory /srv/www>\nAuthBasicFake demo secret\nCGIPassAuth On\n</Directory>\n", "", "/env.cgi", nil, 0, "HTTP_AUTHORIZATION", "Basic ZGVtbzpzZWNyZXQ="},
		{"AllowMethods comes before the addresses", head + "<Directory /srv/www>\nAllowOverride None\nAllowMethods POST\nDeny from all\n</Directory>\n", "", "/a.html", nil, 405, "", ""},
		{"a Redirect that holds for a whole section comes before the access rules", head + "<Directory /srv/www>\nAllowOverride None\nRequire all denied\n</Directory>\n<Location /a.html>\nRedirect gone\n</Location>\n", "",
			"/a.html", nil, 410, "", ""},
		{"an Alias inside <Location> is one file for every path", cgi + "<Location /all>\nAlias /srv/www/env.cgi\n</Location>\n", "", "/all/x", nil, 0, "SCRIPT_FILENAME", "/srv/www/env.cgi"},
		{"ErrorDocument 401 with a full URL leaves the outer one in force", cgi + "ErrorDocument 401 /env.cgi\n<Directory /srv/www>\nErrorDocument 401 http://away.test/\n" +
			"<Files a.html>\nAuthType Basic\nAuthName x\nAuthUserFile /etc/pw\nRequire valid-user\n</Files>\n</Directory>\n", "", "/a.html", nil, 401, "REDIRECT_STATUS", "401"},
		{"a rule's status on the way to an error's document is answered", head + "ErrorDocument 404 /gone\nRewriteEngine On\nRewriteRule ^/gone - [G]\n", "", "/none", nil, 410, "", ""},
		{"a map of mod_rewrite in a text file", cgi + "RewriteEngine On\nRewriteMap where txt:/etc/map\nRewriteRule ^/(.*)$ ${where:$1|/a.html}\n", "", "/old", nil, 0, "SCRIPT_FILENAME", "/srv/www/env.cgi"},
		{"a balancer with one member", head + "<Proxy balancer://app>\nBalancerMember fcgi://127.0.0.1:9\n</Proxy>\n<Directory /srv/www>\nAllowOverride None\n</Directory>\nProxyPass /x balancer://app/in\n", "", "/x/y", nil, 0, "SCRIPT_FILENAME", "proxy:fcgi://127.0.0.1:9/in/y"},
		{"MultiViews: a file that its own rules refuse is not there", views + "<Files a.html>\nAuthType Basic\nAuthName x\nAuthUserFile /etc/pw\nRequire valid-user\n</Files>\n", "", "/a", nil, 404, "", ""},
		{"MultiViews: credentials for it let in", views + "<Files a.html>\nAuthType Basic\nAuthName x\nAuthUserFile /etc/pw\nRequire valid-user\n</Files>\n", "", "/a",
			[]string{"Authorization", "Basic YWxpY2U6d29uZGVybGFuZA=="}, 0, "", ""},
		{"MultiViews: the language decides which file's rules hold", views + "AddLanguage de .de\nAddLanguage en .en\n<Files doc.html.de>\nRequestHeader set X never\nSetHandler proxy:fcgi://127.0.0.1:9\n</Files>\n", "", "/doc",
			[]string{"Accept-Language", "en;q=0.5, de"}, 0, "SCRIPT_NAME", "/doc.html.de"},
		{"MultiViews: a client that accepts none", views, "", "/a", []string{"Accept", "image/png"}, 406, "", ""},
		{"AllowOverride Options leaves MultiViews out", head + "<Directory /srv/www>\nAllowOverride Options\n</Directory>\n", "Options +MultiViews\n", "/a.html", nil, 500, "", ""},
		{"a line that is passed over still puts aside the addresses further out", head + "<Directory /srv/www>\nAllowOverride AuthConfig Nonfatal=Override\nDeny from all\n</Directory>\n", "Allow from 10.0.0.1\n", "/a.html", nil, 0, "", ""},
		{"a field's format sees the variable that was set first", cgi + "SetEnvIf X (.*) mark=$1\n<Directory /srv/www>\nSetEnv mark set\nRequestHeader set X-New %{mark}e\n</Directory>\n", "", "/env.cgi", []string{"X", "y"}, 0, "HTTP_X_NEW", "y"},
		{"and the program the last", cgi + "SetEnvIf X (.*) mark=$1\n<Directory /srv/www>\nSetEnv mark set\n</Directory>\n", "", "/env.cgi", []string{"X", "y"}, 0, "mark", "set"},
		{"a rule's handler counts before SetHandler", cgi + "<Directory /srv/www>\nSetHandler default-handler\n</Directory>\nRewriteEngine On\nRewriteRule ^/env\\.cgi$ - [H=cgi-script]\n", "", "/env.cgi", nil, 0, "SCRIPT_NAME", "/env.cgi"},
		{"rules of a section see a proxied URL without its query", head + "<Location /up>\nProxyPass http://127.0.0.1:9\nRewriteEngine On\nRewriteRule \\.html$ - [G]\n</Location>\n", "", "/up/x.html?y", nil, 410, "", ""},
		{"a percent sign of a value is none of the format", cgi + "RequestHeader edit X ^(.) $1$1\n", "", "/env.cgi", []string{"X", "%a"}, 0, "HTTP_X", "%%a"},
		{"slashes in front are one whatever MergeSlashes says", head + "MergeSlashes Off\nRewriteEngine On\nRewriteRule ^/a\\.html$ - [G]\n", "", "//a.html", nil, 410, "", ""},
	} {
		t.Run(k.what, func(t *testing.T) {
			root := t.TempDir()
			for _, n := range []string{"index.html", "a.html", "env.cgi", "e/index.cgi", "doc.html.de", "doc.html.en"} {
				put(t, filepath.Join(root, "srv/www", n), "x", 0o755)
			}
			put(t, filepath.Join(root, "etc/pw"), "alice:{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=\n", 0o644)
			put(t, filepath.Join(root, "etc/realms"), "alice:x:176aa4033d4888dea72d6752b0692af0\nbob:other:176aa4033d4888dea72d6752b0692af0\n", 0o644)
			put(t, filepath.Join(root, "etc/conf/mime.types"), "text/html html\n", 0o644)
			put(t, filepath.Join(root, "etc/map"), "# where to\nold /env.cgi\n", 0o644)
			put(t, filepath.Join(root, "etc/httpd.conf"), k.conf, 0o644)
			if k.htaccess != "" {
				put(t, filepath.Join(root, "srv/www/.htaccess"), k.htaccess, 0o644)
			}
			tr := read(t, conf.Root(root), "/etc/httpd.conf").Tracer.Trace(request("GET", "http://a.test"+k.target, k.fields...))
			if tr.Status != k.status || len(tr.Open) > 0 {
				t.Errorf("status %d, open %q: %+v", tr.Status, tr.Open, tr.Steps)
			}
			if k.name == "" {
				return
			}
			if tr.Next == nil {
				t.Fatalf("passed on to nobody: %+v", tr.Steps)
			}
			var got []string
			for _, f := range tr.Next.Header {
				if f.Name == k.name {
					got = append(got, f.Value.Reveal())
				}
			}
			if k.value == "" && got == nil {
				return
			}
			if fmt.Sprint(got) != fmt.Sprint([]string{k.value}) {
				t.Errorf("%s is %q", k.name, got)
			}
		})
	}
}

func put(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// TestDigestLeavesTheNonceOpen: right credentials let in, and all that is open is the nonce.
func TestDigestLeavesTheNonceOpen(t *testing.T) {
	c := conf.Texts{"/etc/httpd.conf": "Listen 80\nServerName a.test\nDocumentRoot /srv\n<Location />\nAuthType Digest\nAuthName x\nAuthUserFile /etc/realms\nRequire valid-user\n</Location>\nRewriteEngine On\nRewriteRule ^ - [E=a:b]\n",
		"/etc/realms": "alice:x:176aa4033d4888dea72d6752b0692af0\n", "/srv/a.html": "x"}
	tr := read(t, c, "/etc/httpd.conf").Tracer.Trace(request("GET", "http://a.test/a.html", "Authorization", "Digest username=\"alice\", realm=\"x\", nonce=\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\", uri=\"/a.html\", qop=auth, nc=00000001, cnonce=\"c0\", response=\"fbf6a9860867a86a474e076037f952f8\""))
	if tr.Status != 0 || len(tr.Open) != 1 || tr.Open[0] != apache.LiveNonce {
		t.Errorf("status %d, open %q: %+v", tr.Status, tr.Open, tr.Steps)
	}
}
