package real

import "strings"

// named gives the site of an nginx configuration its public name.
func named(conf string) string {
	return strings.Replace(conf, "listen @front@;", "listen @front@;\n\tserver_name "+publicApp+";", 1)
}

// overTLS starts an application and an nginx with a certificate in front of it.
func overTLS(front string, conditions ...string) func(*World) {
	return func(w *World) { w.Cert("ca", "server"); app(tlsConf(front), conditions...)(w) }
}

func askPrivateTLS(w *World) []string {
	return curl("--cacert", w.ca(), "-H", bearer, w.secure("front", "private"))
}
func askOpenTLS(w *World) []string { return curl("--cacert", w.ca(), w.secure("front", "open")) }

// nginxUpstreamField sends on a field of an answer that is not there yet, in place of the judge's.
var nginxUpstreamField = strings.Replace(nginxIdentity(""), "auth_request_set $identity ;\n\t\tproxy_set_header X-Internal-Key $identity;",
	"proxy_set_header X-Internal-Key $upstream_http_x_internal_key;", 1)

// apacheOldRules asks for a password beside rules of mod_access_compat that keep every address out.
const apacheOldRules = `
<Location />
	Order deny,allow
	Deny from all
	AuthType Basic
	AuthName "Orders"
	AuthUserFile @dir@/htpasswd
	Require valid-user
</Location>
<Location /open.html>
	AuthMerging Off
	Require all granted
	Order allow,deny
	Allow from all
</Location>
`

const apacheTLSProxy = `
<VirtualHost *:@port:front@>
	SSLEngine on
	SSLCertificateFile @dir@/tls/server.crt
	SSLCertificateKeyFile @dir@/tls/server.key
	DocumentRoot @dir:front@/htdocs
	ProxyPass /open.html !
	ProxyPass / http://@app@/
</VirtualHost>
`

// moreMendings are those that change who may read a file, make one, or mend a line of a password file.
var moreMendings = []mending{
	{
		name: "nginx-password-file-closed", cause: "htpasswd-unreadable",
		servers: func(w *World) { guarded(basicLines)(w); w.Chmod("htpasswd", 0o600) },
		failing: askLogin, other: askOpen,
	},
	{
		name: "apache-password-file-closed", cause: "htpasswd-unreadable",
		servers: func(w *World) { apache(apacheLocation)(w); w.Chmod("htpasswd", 0o600) },
		failing: askLogin, other: askOpenHTML,
	},
	{
		name: "apache-fpm-without-htaccess", cause: "apache-cgi-strips-authorization", remedy: "htaccess-pass-auth",
		servers: func(w *World) { w.PHPFPM("php", ""); apache(throughFPM)(w); w.File("front/htdocs/api.php", tokenCheck) },
		failing: askPHP, other: askOpenHTML,
	},
	{
		name: "haproxy-password-reaches-the-application", cause: "basic-layer-credentials-reach-app", program: "HAProxy", main: cfg,
		servers: haproxyMaster(haproxyConf(haproxyUser, haproxyAuth), `$http_authorization`),
		failing: askLogin, other: askGuarded,
	},
	{
		name: "nginx-blank-behind-a-hash", cause: "htpasswd-format-corrupt",
		servers: func(w *World) {
			guarded(basicLines)(w)
			w.File("htpasswd", w.HashPassword("-m", user, password)+" \n")
		},
		failing: askLogin, other: askOpen,
	},
	{
		name: "apache-dollar-signs-doubled", cause: "htpasswd-format-corrupt",
		servers: func(w *World) {
			apache(apacheLocation)(w)
			w.File("htpasswd", strings.ReplaceAll(w.HashPassword("-m", user, password), "$", "$$")+"\n")
		},
		failing: askLogin, other: askOpenHTML,
	},
}
