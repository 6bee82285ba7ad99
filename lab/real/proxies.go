package real

import (
	"fmt"
	"os"
	"path/filepath"
)

// Caddy starts Caddy with one site on @name@, without TLS and without its admin port. Its access log is JSON. conf is the site's content.
func (w *World) Caddy(name, conf string) *Server {
	w.Helper()
	s := w.begin(name, "caddy")
	w.caddySite(name, conf)
	main := w.File(name+"/main.caddy", `{
	admin off
	auto_https off
	servers {
		log_credentials
	}
	log default {
		output file @dir:`+name+`@/error.log
		level DEBUG
	}
}
(access) {
	log {
		output file @dir:`+name+`@/access.log
	}
}
import `+s.Conf+`
`)
	return s.start("caddy", "run", "--config", main, "--adapter", "caddyfile")
}

// caddySite writes the site of the Caddy called name; Restart makes it count.
func (w *World) caddySite(name, conf string) {
	w.Helper()
	w.Server(name).configure("Caddyfile", "http://@"+name+"@ {\n\timport access\n"+conf+"}\n")
}

// HAProxy starts HAProxy. conf holds frontend and backend sections; a frontend binds to @name@ and begins with
// "frontend NAME from logged", which fills the access log.
func (w *World) HAProxy(name, conf string) *Server {
	w.Helper()
	s := w.begin(name, "haproxy")
	s.configure("site.cfg", conf)
	main := w.File(name+"/main.cfg", `global
	log stdout format raw local0
	maxconn 100
defaults logged
	mode http
	log global
	option dontlognull
	timeout connect 5s
	timeout client 10s
	timeout server 10s
	http-request set-var(txn.auth) req.hdr(Authorization)
	http-request set-var(txn.proxyauth) req.hdr(Proxy-Authorization)
	http-request set-var(txn.cookie) req.hdr(Cookie)
	http-request set-var(txn.key) req.hdr(X-API-Key)
	log-format "%ST	%HM	%HU	%[var(txn.auth)]	%[var(txn.proxyauth)]	%[var(txn.cookie)]	%[var(txn.key)]"
defaults plain
	mode http
	timeout connect 5s
	timeout client 10s
	timeout server 10s
`)
	s.accessLog = filepath.Join(s.Dir, "stdout.log")
	s.ErrorLog = filepath.Join(s.Dir, "stderr.log")
	return s.start("haproxy", "-db", "-f", main, "-f", s.Conf)
}

// Varnish starts Varnish on @name@ with the given VCL. Compiling it takes a C compiler and about a second.
func (w *World) Varnish(name, vcl string) *Server {
	w.Helper()
	s := w.begin(name, "varnish")
	s.configure("default.vcl", vcl)
	s.ErrorLog = filepath.Join(s.Dir, "stderr.log")
	work := filepath.Join(s.Dir, "vsm")
	s.readLog = []string{"varnishncsa", "-n", work, "-d", "-w", s.accessLog, "-F",
		`%s\t%m\t%U%q\t%{Authorization}i\t%{Proxy-Authorization}i\t%{Cookie}i\t%{X-API-Key}i`}
	return s.start("varnishd", "-F", "-j", "none", "-n", work, "-a", w.Addr(name), "-f", s.Conf,
		"-s", "malloc,16m", "-p", "cc_command=exec gcc -w -O0 -fpic -shared -o %o %s", "-p", "thread_pools=1", "-p", "thread_pool_min=10")
}

// Squid starts Squid as a forward proxy on @name@. conf holds auth_param, acl and http_access lines; nothing is
// allowed but what it allows.
func (w *World) Squid(name, conf string) *Server {
	w.Helper()
	s := w.begin(name, "squid")
	s.configure("access.conf", conf)
	s.ErrorLog = filepath.Join(s.Dir, "cache.log")
	main := w.File(name+"/squid.conf", `http_port @`+name+`@
visible_hostname proxy.example
pid_filename none
cache deny all
cache_mem 8 MB
memory_cache_shared off
max_filedescriptors 1024
pinger_enable off
shutdown_lifetime 0 seconds
coredump_dir @dir:`+name+`@
netdb_filename none
`+ifRoot("cache_effective_user proxy")+`
cache_log @dir:`+name+`@/cache.log
logformat why401 %>Hs	%rm	%ru	%{Authorization}>h	%{Proxy-Authorization}>h	%{Cookie}>h	%{X-API-Key}>h
access_log stdio:@dir:`+name+`@/access.log logformat=why401
buffered_logs off
include `+s.Conf+`
http_access deny all
`)
	// Squid names its shared memory after its service, and leaves it behind when it is not given time to end.
	service := fmt.Sprintf("why401lab%d", w.Port(name))
	w.Cleanup(func() { removeAll("/dev/shm/" + service + "-*") })
	w.Cleanup(s.Stop)
	return s.start("squid", "-N", "-n", service, "-f", main)
}

// SquidPasswords is the program that Squid asks about user names and passwords.
const SquidPasswords = "/usr/lib/squid/basic_ncsa_auth"

func removeAll(pattern string) {
	files, _ := filepath.Glob(pattern)
	for _, f := range files {
		os.Remove(f)
	}
}
