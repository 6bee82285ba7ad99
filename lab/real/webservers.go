package real

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// webUser is whom web servers run as when the tests run as root; otherwise they stay who we are.
const webUser = "www-data"

func asRoot() bool { return os.Getuid() == 0 }

// ifRoot gives a configuration line that only root may use.
func ifRoot(line string) string {
	if asRoot() {
		return line
	}
	return ""
}

// Nginx starts nginx. conf is the content of the http block: server blocks that listen on @name@. Its temporary
// files, logs and log level (info, which shows dropped headers) are set around it.
func (w *World) Nginx(name, conf string) *Server {
	w.Helper()
	s := w.begin(name, "nginx")
	s.configure("site.conf", conf)
	main := w.File(name+"/nginx.conf", ifRoot("user "+webUser+";")+`
worker_processes 1;
daemon off;
pid @dir:`+name+`@/nginx.pid;
error_log @dir:`+name+`@/error.log info;
events { worker_connections 128; }
http {
	log_format why401 "$status\t$request_method\t$request_uri\t$http_authorization\t$http_proxy_authorization\t$http_cookie\t$http_x_api_key";
	access_log @dir:`+name+`@/access.log why401;
	client_body_temp_path @dir:`+name+`@/body;
	proxy_temp_path @dir:`+name+`@/proxy;
	fastcgi_temp_path @dir:`+name+`@/fastcgi;
	uwsgi_temp_path @dir:`+name+`@/uwsgi;
	scgi_temp_path @dir:`+name+`@/scgi;
	include /etc/nginx/mime.types;
	include `+s.Conf+`;
}
`)
	return s.start("nginx", "-p", s.Dir, "-e", s.ErrorLog, "-c", main)
}

// apacheModules are loaded when they are installed, in this order (some need others before them).
var apacheModules = strings.Fields(`mime dir alias env setenvif headers rewrite actions
	authn_core authn_file auth_basic auth_digest auth_form authz_core authz_host authz_user authz_groupfile
	session session_cookie request cgid proxy proxy_http proxy_fcgi proxy_wstunnel ssl`)

// Apache starts Apache httpd with the event MPM and its own ServerRoot. conf follows a main server that listens on
// @name@ and serves the directory @dir:name@/htdocs, which contains one page and may be overridden by .htaccess.
func (w *World) Apache(name, conf string) *Server {
	w.Helper()
	return w.apache(name, "mpm_event", apacheModules, conf)
}

// debianModules are those that decide about access and about what is passed on, in the order in which Debian loads them.
var debianModules = strings.Fields(`access_compat actions alias allowmethods auth_basic auth_digest authn_anon authn_core authn_file
	authz_core authz_groupfile authz_host authz_user autoindex cgid dir env headers mime proxy proxy_fcgi proxy_http
	remoteip rewrite setenvif`)

// ApacheDebian is Apache with the modules of a Debian installation that uses them all, in Debian's order.
func (w *World) ApacheDebian(name, conf string) *Server {
	w.Helper()
	return w.apache(name, "mpm_event", debianModules, conf)
}

// ApacheWSGI is Apache with mod_wsgi.
func (w *World) ApacheWSGI(name, conf string) *Server {
	w.Helper()
	return w.apache(name, "mpm_event", append([]string{"wsgi"}, apacheModules...), conf)
}

// ApacheFCGID is Apache with mod_fcgid.
func (w *World) ApacheFCGID(name, conf string) *Server {
	w.Helper()
	return w.apache(name, "mpm_event", append([]string{"fcgid"}, apacheModules...), conf)
}

// ApachePHP is Apache with PHP inside (mod_php), which needs the prefork MPM.
func (w *World) ApachePHP(name, conf string) *Server {
	w.Helper()
	return w.apache(name, "mpm_prefork", append([]string{"php8.2"}, apacheModules...), conf+`
<FilesMatch "\.php$">
	SetHandler application/x-httpd-php
</FilesMatch>
`)
}

const apacheModuleDir = "/usr/lib/apache2/modules/"

func (w *World) apache(name, mpm string, modules []string, conf string) *Server {
	w.Helper()
	s := w.begin(name, "apache")
	w.mkdir(filepath.Join(s.Dir, "htdocs"))
	w.File(name+"/htdocs/index.html", "<!DOCTYPE html><title>inside</title><p>inside</p>\n")
	s.configure("site.conf", conf)
	var load strings.Builder
	for _, m := range append([]string{mpm}, modules...) {
		object, file := m+"_module", apacheModuleDir+"mod_"+m+".so"
		if strings.HasPrefix(m, "php") {
			object, file = "php_module", apacheModuleDir+"lib"+m+".so"
		}
		if _, err := os.Stat(file); err == nil {
			fmt.Fprintf(&load, "LoadModule %s %s\n", object, file)
		}
	}
	main := w.File(name+"/apache.conf", `ServerRoot @dir:`+name+`@
`+load.String()+`
Listen @`+name+`@
ServerName 127.0.0.1
PidFile @dir:`+name+`@/apache.pid
DefaultRuntimeDir @dir:`+name+`@
`+ifRoot("User "+webUser+"\nGroup "+webUser)+`
ErrorLog @dir:`+name+`@/error.log
LogLevel info
LogFormat "%>s\t%m\t%U%q\t%{Authorization}i\t%{Proxy-Authorization}i\t%{Cookie}i\t%{X-API-Key}i" why401
CustomLog @dir:`+name+`@/access.log why401
StartServers 1
<IfModule mpm_event_module>
	ServerLimit 2
	ThreadsPerChild 8
	MaxRequestWorkers 16
	MinSpareThreads 1
	MaxSpareThreads 16
</IfModule>
<IfModule mpm_prefork_module>
	MinSpareServers 1
	MaxSpareServers 4
	MaxRequestWorkers 8
</IfModule>
<IfModule cgid_module>
	ScriptSock @dir:`+name+`@/cgid.sock
</IfModule>
TypesConfig /etc/mime.types
DirectoryIndex index.php index.html
DocumentRoot @dir:`+name+`@/htdocs
<Directory @dir:`+name+`@/htdocs>
	AllowOverride All
	Require all granted
</Directory>
Include `+s.Conf+`
`)
	return s.start("apache2", "-DFOREGROUND", "-d", s.Dir, "-f", main)
}

// Lighttpd starts lighttpd on @name@ with @dir:name@/htdocs as its document root; conf follows.
func (w *World) Lighttpd(name, conf string) *Server {
	w.Helper()
	s := w.begin(name, "lighttpd")
	w.mkdir(filepath.Join(s.Dir, "htdocs"))
	w.File(name+"/htdocs/index.html", "<!DOCTYPE html><title>inside</title><p>inside</p>\n")
	s.configure("site.conf", conf)
	main := w.File(name+"/lighttpd.conf", `server.modules = ("mod_access", "mod_auth", "mod_authn_file", "mod_setenv", "mod_redirect", "mod_proxy", "mod_accesslog")
server.bind = "127.0.0.1"
server.port = @port:`+name+`@
server.document-root = "@dir:`+name+`@/htdocs"
server.errorlog = "@dir:`+name+`@/error.log"
server.pid-file = "@dir:`+name+`@/lighttpd.pid"
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html")
debug.log-request-handling = "disable"
accesslog.filename = "@dir:`+name+`@/access.log"
accesslog.format = "%s\t%m\t%U%q\t%{Authorization}i\t%{Proxy-Authorization}i\t%{Cookie}i\t%{X-API-Key}i"
include "`+s.Conf+`"
`)
	return s.start("lighttpd", "-D", "-f", main)
}

// PHPFPM starts PHP-FPM on @name@ with two workers and no php.ini. settings are further lines of the pool.
func (w *World) PHPFPM(name, settings string) *Server {
	w.Helper()
	return w.pool(w.begin(name, "php-fpm"), name, 2, settings, "-n")
}

// pool starts PHP-FPM with one pool of so many workers; ini are the options that say which php.ini it reads.
func (w *World) pool(s *Server, name string, workers int, settings string, ini ...string) *Server {
	w.Helper()
	main := w.File(name+"/fpm.conf", `[global]
error_log = @dir:`+name+`@/error.log
daemonize = no
[www]
`+ifRoot("user = "+webUser+"\ngroup = "+webUser)+`
listen = @`+name+`@
pm = static
pm.max_children = `+strconv.Itoa(workers)+`
catch_workers_output = yes
`+settings+"\n")
	return s.start(append([]string{"php-fpm8.2", "-F", "-y", main}, ini...)...)
}
