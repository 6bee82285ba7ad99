package real

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"os"
	"strings"
	"time"
)

// directory is a block of Apache's for its document root.
func directory(lines ...string) string {
	return "<Directory @dir:front@/htdocs>\n\t" + strings.Join(lines, "\n\t") + "\n</Directory>\n"
}

const (
	handsOn   = "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]"
	guardedBy = "AuthType Basic\n\tAuthName Orders\n\tAuthUserFile @dir@/htpasswd\n\tRequire valid-user"
)

var bearerArgs = []string{"-H", bearer}

func withFPM(w *World) {
	w.PHPFPM("php", "")
	w.File("front/htdocs/api.php", tokenCheck)
}

// innerSite is an Apache site at a port of its own, and a site before it.
func innerSite(front string) string {
	return "Listen @inner@\n<VirtualHost *:@port:front@>\n\t" + front + "\n</VirtualHost>\n<VirtualHost *:@port:inner@>\n\t<Location />\n\t\tAuthType Digest\n\t\tAuthName Shop\n\t\tAuthUserFile @dir@/htdigest\n\t\tRequire valid-user\n\t</Location>\n</VirtualHost>\n"
}

// ended is a broken answer to a handshake: no answer of HTTP at all, or nginx's 400.
func ended(r Reply) string {
	if r.Status == 200 {
		return "the certificate is accepted"
	}
	return ""
}

// mtls is nginx with lines about client certificates; each line is one of its server block.
func mtls(lines ...string) string { return tlsConf(strings.Join(lines, "\n\t")) }

// authorities are the certificates of these set-ups: alice's is of "clients", bob's of "branch", which "clients" signed, carol's of
// "desk", which "branch" signed.
func (w *World) certAuthorities() {
	w.Cert("ca", "server")
	w.Cert("clients", "alice")
	w.Authority("branch", "clients", func(*x509.Certificate) {})
	w.Authority("desk", "branch", func(*x509.Certificate) {})
	w.Cert("branch", "bob")
	w.Cert("desk", "carol")
	old := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	}
	w.Authority("gone", "", old)
	w.Revoked("clients", time.Now().Add(24*time.Hour))
	w.joined("tree.crt", "clients", "branch", "desk")
	w.joined("family.crt", "clients", "branch")
	w.joined("both.crt", "gone", "clients")
	w.site()
}

// joined writes several authorities into one file.
func (w *World) joined(file string, names ...string) {
	var all strings.Builder
	for _, n := range names {
		b, err := os.ReadFile(w.Dir + "/tls/" + n + ".crt")
		if err != nil {
			w.Fatalf("reading a certificate: %v", err)
		}
		all.Write(b)
	}
	w.File("tls/"+file, all.String())
}

func (w *World) dueLists() {
	w.certAuthorities()
	w.Revoked("clients", time.Now().Add(-24*time.Hour))
}

// as is the certificate that curl shows.
func as(name string) []string {
	return []string{"--cert", "@dir@/tls/" + name + ".crt", "--key", "@dir@/tls/" + name + ".key", "--cacert", "@dir@/tls/ca.crt"}
}

func sha256Line(realm string) string {
	sum := sha256.Sum256([]byte(user + ":" + realm + ":" + password))
	return user + ":" + realm + ":" + hex.EncodeToString(sum[:]) + "\n"
}

func lighttpdDigest(algorithm string) string {
	return "auth.backend = \"htdigest\"\nauth.backend.htdigest.userfile = \"@dir@/htdigest\"\n" +
		`auth.require = ( "" => ("method" => "digest", "realm" => "Shop", "algorithm" => "` + algorithm + `", "require" => "valid-user") )` + " # fault\n"
}

// brokenMore are .htaccess files, lines that hand Authorization on, Digest, client certificates, sockets and preflights.
var brokenMore = []faulty{
	{name: "htaccess-exception-not-read", program: "apache", cause: "htaccess-ignored", conf: directory("AllowOverride None", guardedBy), mended: directory("AllowOverride AuthConfig", guardedBy), line: "site.conf:2",
		files: map[string]string{"htpasswd": aliceLine + "\n", "front/htdocs/open/.htaccess": "Require all granted\n", "front/htdocs/open/index.html": "open"}, path: "open/", refused: 401, grade: "proved"},
	{name: "htaccess-line-left-out", program: "apache", cause: "htaccess-ignored", conf: directory("AllowOverride FileInfo"), mended: directory("AllowOverride FileInfo AuthConfig"), line: "site.conf:2",
		files: map[string]string{"front/htdocs/open/.htaccess": "Require all granted\n", "front/htdocs/open/index.html": "open"}, path: "open/", refused: 500, grade: "proved"},

	{name: "handover-below-the-last-rule", program: "apache", cause: "htaccess-authorization-rule-broken", servers: withFPM, conf: throughFPM, files: map[string]string{"front/htdocs/.htaccess": htaccess(false)}, repaired: map[string]string{"front/htdocs/.htaccess": htaccess(true)},
		ask: bearerArgs, path: "api.php", refused: 401, line: ".htaccess:3", grade: "strong"},
	{name: "handover-without-the-engine", program: "apache", cause: "htaccess-authorization-rule-broken", servers: withFPM, conf: throughFPM + directory(handsOn), mended: throughFPM + directory("RewriteEngine On", handsOn),
		ask: bearerArgs, path: "api.php", refused: 401, line: "site.conf:5", grade: "strong"},
	{name: "handover-outside-the-virtual-host", program: "apache", cause: "htaccess-authorization-rule-broken", servers: withFPM, conf: throughFPM + "RewriteEngine On\n" + handsOn + "\n<VirtualHost *:@port:front@>\n</VirtualHost>\n",
		mended: throughFPM + "<VirtualHost *:@port:front@>\n\tRewriteEngine On\n\t" + handsOn + "\n</VirtualHost>\n", ask: bearerArgs, path: "api.php", refused: 401, line: "site.conf:5", grade: "strong"},
	{name: "handover-of-a-condition-that-is-not-there", program: "apache", cause: "htaccess-authorization-rule-broken", servers: withFPM, conf: throughFPM + directory("RewriteEngine On", "RewriteRule .* - [E=HTTP_AUTHORIZATION:%1]"),
		mended: throughFPM + directory("RewriteEngine On", "RewriteCond %{HTTP:Authorization} ^(.+)$", "RewriteRule .* - [E=HTTP_AUTHORIZATION:%1]"), ask: bearerArgs, path: "api.php", refused: 401, line: "site.conf:6", grade: "strong"},
	{name: "handover-of-a-misspelt-field", program: "apache", cause: "htaccess-authorization-rule-broken", servers: withFPM, conf: throughFPM + "SetEnvIf Authorisation \"(.*)\" HTTP_AUTHORIZATION=$1\n", mended: throughFPM + "SetEnvIf Authorization \"(.*)\" HTTP_AUTHORIZATION=$1\n",
		ask: bearerArgs, path: "api.php", refused: 401, line: "site.conf:4", grade: "strong"},
	{name: "handover-by-setenv", program: "apache", cause: "htaccess-authorization-rule-broken", servers: withFPM, conf: throughFPM + "SetEnv HTTP_AUTHORIZATION %{HTTP:Authorization}\n", mended: throughFPM + directory("CGIPassAuth On"),
		ask: bearerArgs, path: "api.php", refused: 401, line: "site.conf:4", grade: "strong"},

	{name: "digest-with-a-basic-file", program: "apache", cause: "htpasswd-hash-unsupported", conf: apacheArea("AuthType Digest", "AuthName Shop", "AuthUserFile @dir@/users", "Require valid-user"), line: "site.conf:4",
		files: map[string]string{"users": aliceLine + "\n"}, repaired: map[string]string{"users": digestLine("Shop")}, ask: []string{"--digest", "-u", login}, refused: 401, grade: "proved"},
	{name: "basic-with-a-digest-file", cause: "htpasswd-hash-unsupported", conf: siteOf(`auth_basic "Orders";`, "auth_basic_user_file @dir@/htpasswd; # fault"), files: map[string]string{"htpasswd": digestLine("Orders")}, repaired: goodUsers,
		ask: withLogin, refused: 401, grade: "proved"},
	{name: "digest-of-another-algorithm", program: "lighttpd", cause: "digest-algorithm-mismatch", conf: lighttpdDigest("SHA-256"), mended: lighttpdDigest("MD5"), files: map[string]string{"htdigest": digestLine("Shop")},
		ask: []string{"--digest", "-u", login}, refused: 401, grade: "proved"},
	{name: "digest-behind-another-path", program: "apache", cause: "digest-uri-mismatch", conf: innerSite("ProxyPreserveHost On\n\tProxyPass /shop/ http://@inner@/"), mended: innerSite("ProxyPreserveHost On\n\tProxyPass /shop/ http://@inner@/shop/"), line: "site.conf:4",
		files: map[string]string{"htdigest": digestLine("Shop"), "front/htdocs/shop/index.html": "shop"}, path: "shop/", ask: []string{"--digest", "-u", login}, refused: 400, grade: "strong"},

	{name: "certificates-of-nobody", program: "apache", cause: "mtls-client-cert-untrusted", tls: true, servers: (*World).certAuthorities, line: "site.conf:4", conf: apacheTLS("SSLVerifyClient require"), mended: apacheTLS("SSLCACertificateFile @dir@/tls/clients.crt\nSSLVerifyClient require"),
		ask: as("alice"), wrong: ended, grade: "proved"},
	{name: "chain-too-long-for-apache", program: "apache", cause: "mtls-client-cert-untrusted", tls: true, servers: (*World).certAuthorities, line: "site.conf:5", conf: apacheTLS("SSLCACertificateFile @dir@/tls/family.crt\nSSLVerifyClient require"),
		mended: apacheTLS("SSLCACertificateFile @dir@/tls/family.crt\nSSLVerifyClient require\nSSLVerifyDepth 2"), ask: as("bob"), wrong: ended, grade: "strong"},
	{name: "chain-too-long-for-nginx", cause: "mtls-client-cert-untrusted", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/tree.crt;", "ssl_verify_client on; # fault"),
		mended: mtls("ssl_client_certificate @dir@/tls/tree.crt; ssl_verify_depth 2;", "ssl_verify_client on;"), ask: as("carol"), refused: 400, wrong: ended, grade: "strong"},
	{name: "authority-has-ended", cause: "mtls-client-cert-untrusted", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/gone.crt; # fault", "ssl_verify_client on;"),
		mended: mtls("ssl_client_certificate @dir@/tls/both.crt;", "ssl_verify_client on;"), ask: as("alice"), refused: 400, wrong: ended, grade: "proved"},
	{name: "authority-without-its-root", cause: "mtls-client-cert-untrusted", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/branch.crt; # fault", "ssl_verify_client on;"),
		mended: mtls("ssl_client_certificate @dir@/tls/family.crt;", "ssl_verify_client on;"), ask: as("bob"), refused: 400, wrong: ended, grade: "strong"},
	{name: "certificate-of-a-client-as-authority", cause: "mtls-client-cert-untrusted", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/alice.crt; # fault", "ssl_verify_client on;"),
		mended: mtls("ssl_client_certificate @dir@/tls/clients.crt;", "ssl_verify_client on;"), ask: as("alice"), refused: 400, wrong: ended, grade: "strong"},
	{name: "list-of-revoked-is-due", cause: "mtls-client-cert-untrusted", tls: true, servers: (*World).dueLists, conf: mtls("ssl_client_certificate @dir@/tls/clients.crt;", "ssl_verify_client on;", "ssl_crl @dir@/tls/clients.crl; # fault"),
		mended: mtls("ssl_client_certificate @dir@/tls/clients.crt;", "ssl_verify_client on;"), ask: as("alice"), refused: 400, wrong: ended, grade: "proved"},
	{name: "list-of-one-authority-of-two", cause: "mtls-client-cert-untrusted", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/family.crt;", "ssl_verify_client on;", "ssl_crl @dir@/tls/clients.crl; # fault"),
		mended: mtls("ssl_client_certificate @dir@/tls/family.crt;", "ssl_verify_client on;"), ask: as("bob"), refused: 400, wrong: ended, grade: "strong"},
	{name: "certificate-that-nobody-reads", cause: "mtls-terminated-before-verifier", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/clients.crt;", "ssl_verify_client optional; # fault", "location / { "+toApp+" proxy_set_header X-Forwarded-Proto https; }") + appOf(`if ($http_x_verify != SUCCESS) { return 403; }`),
		mended: mtls("ssl_client_certificate @dir@/tls/clients.crt;", "ssl_verify_client optional;", "location / { "+toApp+" proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Verify $ssl_client_verify; }") + appOf(`if ($http_x_verify != SUCCESS) { return 403; }`), ask: as("alice"), refused: 403},

	{name: "socket-behind-a-password", cause: "websocket-upgrade-auth", files: goodUsers, conf: siteOf("location /socket/ {", `auth_basic "Orders"; # fault`, `auth_basic_user_file @dir@/htpasswd; proxy_set_header Authorization "";`, toApp+" "+upgrades, "}") + appOf(),
		mended: siteOf("location /socket/ { "+toApp+" "+upgrades+" }") + appOf(), path: "socket/", ask: handshakeArgs, refused: 401},
	{name: "challenge-that-nobody-serves", cause: "server-adds-foreign-challenge", conf: siteOf("location / {", toApp, `add_header WWW-Authenticate 'Basic realm="Orders"' always; # fault`, "}") + appOf(tokenWanted),
		mended: siteOf("location / { "+toApp+" }") + appOf(tokenWanted), ask: withToken, wrong: has("WWW-Authenticate", "Basic")},
	{name: "preflight-left-out", cause: "cors-preflight-failed", conf: siteOf("location / {", "limit_except GET POST {", "deny all; # fault", "}", corsAlways, "}"), mended: siteOf("location / {", "limit_except GET POST OPTIONS { deny all; }", "if ($request_method = OPTIONS) { "+corsAlways+" return 204; }", corsAlways, "}"),
		ask: preflightArgs, refused: 403, passes: 204, grade: "strong"},
	{name: "programs-by-name", cause: "user-agent-blocked", conf: siteOf("location / {", "if ($http_user_agent ~* (curl|python|java)) {", "return 403; # fault", "}", "}"), mended: siteOf("location / { if ($http_user_agent ~* evilbot) { return 403; } }"), refused: 403},
}

const upgrades = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"

var handshakeArgs = []string{"--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}

// apacheTLS is Apache with a certificate, and lines.
func apacheTLS(lines string) string {
	return "SSLEngine on\nSSLCertificateFile @dir@/tls/server.crt\nSSLCertificateKeyFile @dir@/tls/server.key\n" + lines + "\n"
}

// soundMore look like a fault of brokenMore and are none.
var soundMore = []faulty{
	{name: "htaccess-about-indexes", program: "apache", conf: directory("AllowOverride None"), files: map[string]string{"front/htdocs/.htaccess": "Options -Indexes\nErrorDocument 404 /gone.html\nRewriteEngine On\nRewriteRule ^old$ /new [R=301,L]\n"}},
	{name: "htaccess-whose-lines-moved", program: "apache", conf: directory("AllowOverride None", guardedBy), ask: withLogin, files: map[string]string{"htpasswd": aliceLine + "\n", "front/htdocs/.htaccess": "AuthType Basic\nAuthName \"Orders\"\nAuthUserFile @dir@/htpasswd\nRequire valid-user\n"}},
	{name: "handover-of-wordpress", program: "apache", servers: withFPM, conf: throughFPM, files: map[string]string{"front/htdocs/.htaccess": "# BEGIN WordPress\n<IfModule mod_rewrite.c>\nRewriteEngine On\n" + handsOn + "\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n</IfModule>\n",
		"front/htdocs/index.php": tokenCheck}, ask: bearerArgs, path: "wp-json/wp/v2/users/me"},
	{name: "handover-for-one-program-of-two", program: "apache", servers: withFPM, conf: throughFPM + directory("RewriteEngine On", "RewriteRule ^api\\.php - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]"), files: map[string]string{"front/htdocs/page.php": "<?php echo 1;"}, ask: bearerArgs, path: "api.php"},
	{name: "digest-file-of-two-realms", program: "apache", conf: apacheArea("AuthType Digest", "AuthName Shop", "AuthUserFile @dir@/users", "Require valid-user"), files: map[string]string{"users": digestLine("Old shop") + digestLine("Shop")}, ask: []string{"--digest", "-u", login}},
	{name: "digest-of-both-algorithms", program: "lighttpd", conf: lighttpdDigest("MD5|SHA-256"), files: map[string]string{"htdigest": sha256Line("Shop")}, ask: []string{"--digest", "-u", login}},
	{name: "authority-renewed", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/both.crt;", "ssl_verify_client on;"), ask: as("alice")},
	{name: "lists-of-today", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/clients.crt;", "ssl_verify_client on;", "ssl_crl @dir@/tls/clients.crl;"), ask: as("alice")},
	{name: "chain-of-two-for-nginx", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/family.crt;", "ssl_verify_client on;"), ask: as("bob")},
	{name: "lists-that-apache-does-not-consult", program: "apache", tls: true, servers: (*World).dueLists, conf: apacheTLS("SSLCACertificateFile @dir@/tls/clients.crt\nSSLVerifyClient require\nSSLCARevocationFile @dir@/tls/clients.crl"), ask: as("alice")},
	{name: "certificate-for-those-who-have-one", tls: true, servers: (*World).certAuthorities, conf: mtls("ssl_client_certificate @dir@/tls/clients.crt;", "ssl_verify_client optional;", "if ($ssl_client_verify != SUCCESS) { return 403; }", "location / { "+toApp+" proxy_set_header X-Forwarded-Proto https; }") + appOf(), ask: as("alice")},
	{name: "pages-and-sockets", files: goodUsers, conf: siteOf("location / {", basicRule+` proxy_set_header Authorization "";`, toApp+" "+upgrades, "}") + appOf(), ask: withLogin},
	{name: "challenge-that-keeps-browsers-quiet", conf: siteOf("location / {", toApp, `proxy_hide_header WWW-Authenticate; add_header WWW-Authenticate 'xBasic realm="Orders"' always;`, "}") + appOf()},
	{name: "programs-in-the-log", conf: "map $http_user_agent $tool { ~curl 1; default 0; }\n" + siteOf("location / { add_header X-Tool $tool; if ($http_user_agent ~* evilbot) { return 403; } }")},
}
