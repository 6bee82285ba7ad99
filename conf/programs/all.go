package programs

import (
	"slices"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
	"github.com/why401/why401/conf/caddy"
	"github.com/why401/why401/conf/fpm"
	"github.com/why401/why401/conf/haproxy"
	"github.com/why401/why401/conf/ingress"
	"github.com/why401/why401/conf/lighttpd"
	"github.com/why401/why401/conf/nginx"
	"github.com/why401/why401/conf/squid"
	"github.com/why401/why401/conf/traefik"
	"github.com/why401/why401/conf/varnish"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/internal/lazyregexp"
)

// All are the programs, in the order in which a text is held against them.
var All = []Program{
	{Name: "nginx", Mains: []string{"nginx.conf", "conf/nginx.conf", "sites-enabled/*"}, whole: true, Read: nginx.Read,
		names: lazyregexp.New(`^nginx.*\.conf$`),
		text:  lazyregexp.New(`(?m)^\s*(server|http|events|upstream\s+\S+|location\s[^{\n]*)\s*\{|^\s*(proxy_pass|fastcgi_pass|auth_basic(_user_file)?|server_name|proxy_set_header)\s[^\n]*;|^# configuration file \S+:$`)},
	{Name: "apache", Mains: []string{"apache2.conf", "httpd.conf", "conf/httpd.conf"}, whole: true, Read: apache.Read,
		names: lazyregexp.New(`^(apache2?|httpd).*\.conf$|^\.htaccess$`),
		text:  lazyregexp.New(`(?im)^\s*<(VirtualHost|Directory|Location|Files|IfModule|Proxy|FilesMatch|LocationMatch|DirectoryMatch|Limit|LimitExcept|If|RequireA\w+)\b|^\s*(SetHandler|ProxyPass|AuthName|SSLVerifyClient|SSLEngine|CGIPassAuth|WSGIScriptAlias|SetEnvIf|AuthType|AuthUserFile|RewriteEngine|ServerRoot|LoadModule|Require)\s`)},
	// Varnish stands before HAProxy: a backend of VCL begins like one of HAProxy's.
	{Name: "varnish", Mains: []string{"default.vcl", "*.vcl"}, Read: varnish.Read,
		names: lazyregexp.New(`\.vcl$`),
		text:  lazyregexp.New(`(?m)^\s*vcl\s+4\.\d\s*;`)},
	{Name: "haproxy", Mains: []string{"haproxy.cfg"}, Read: haproxy.Read,
		names: lazyregexp.New(`^haproxy.*\.cfg$`),
		text:  lazyregexp.New(`(?m)^(frontend|backend|listen|userlist)\s+[\w.:-]+|^(global|defaults)\s*$`)},
	{Name: "caddy", Mains: []string{"Caddyfile"}, Read: caddy.Read,
		names: lazyregexp.New(`(?i)^caddyfile$|\.caddy$|^caddy.*\.json$`),
		text:  lazyregexp.New(`(?m)^\s*(reverse_proxy|basic_?auth|forward_auth|php_fastcgi|file_server)\b[^;]*$|"apps":\s*\{\s*"http"`)},
	{Name: "ingress", whole: true, Read: ingress.Read, text: lazyregexp.New(`(?m)^\s*kind:\s*["']?Ingress["']?\s*$`)},
	{Name: "traefik", Mains: []string{"traefik.yml", "traefik.yaml", "traefik.toml"}, Read: traefik.Read,
		names: lazyregexp.New(`^traefik.*\.(ya?ml|toml)$`),
		text:  lazyregexp.New(`(?m)^\s*["']?-?\s*["']?traefik\.(http|enable|tcp)|^\s*(middlewares|routers):\s*$|^\[(http\.)?(routers|middlewares)`)},
	{Name: "lighttpd", Mains: []string{"lighttpd.conf"}, Read: lighttpd.Read,
		names: lazyregexp.New(`^lighttpd.*\.conf$`),
		text:  lazyregexp.New(`(?m)^\s*(server\.(modules|document-root|port|bind|username)\s*\+?=|auth\.(backend|require)\b[^=\n]*=|\$(HTTP|SERVER|REQUEST_HEADER)\s*\[\s*")`)},
	{Name: "squid", Mains: []string{"squid.conf"}, Read: squid.Read,
		names: lazyregexp.New(`^squid.*\.conf$`),
		text:  lazyregexp.New(`(?m)^\s*(http_access\s+(allow|deny)\s|auth_param\s+(basic|digest|ntlm|negotiate)\s|cache_peer\s+\S+\s+(parent|sibling|multicast)\s|http_port\s+\S)`)},
	{Name: "php-fpm", Mains: []string{"php-fpm.conf"}, Below: []string{"fpm/php-fpm.conf", "php/*/fpm/php-fpm.conf", "*/fpm/php-fpm.conf"}, Read: fpm.Read,
		names: lazyregexp.New(`^php-fpm.*\.conf$`),
		text:  lazyregexp.New(`(?m)^\s*(pm(\.max_children)?|listen\.(owner|group|mode|allowed_clients)|php_(admin_)?(value|flag)\[[^\]\n]+\])\s*=`)},
	{Name: "htpasswd", Read: passwords,
		names: lazyregexp.New(`^\.?ht(passwd|digest)|\.ht(passwd|digest)$|^passwd$`),
		text:  lazyregexp.New(`(?m)^\x{feff}?[^\s:#{}]{1,64}:(\$(apr1|2[aby]|[156]|y)\$|\{S?SHA\})`)},
}

// passwords makes a configuration of password files that were given by themselves, so that their lines are judged.
func passwords(src conf.Source, paths ...string) (*conf.Config, error) {
	c := &conf.Config{Program: "password file", Files: paths}
	for _, p := range paths {
		text, err := src.ReadFile(p)
		if err != nil {
			return nil, conf.Unread{Place: conf.Place{File: p}, What: plain(err).Error()}
		}
		if ofBroker(string(text)) {
			return nil, conf.Unread{Place: conf.Place{File: p}, What: "the passwords of Mosquitto, which no web server reads"}
		}
		c.Scopes = append(c.Scopes, &conf.Scope{Place: conf.Place{File: p}, Path: p, Satisfy: conf.SatisfyAll,
			Auth: []conf.Auth{{Place: conf.Place{File: p}, Scheme: conf.Basic, Files: []*conf.CredFile{{Path: p, Place: conf.Place{File: p}, Kind: conf.Htpasswd}}}}})
	}
	return c, nil
}

// ofBroker reports a password file of Mosquitto, whose hashes look like those of crypt(3) at first sight.
func ofBroker(text string) bool {
	f := htpasswd.Parse(text)
	return len(f.Lines) > 0 && !slices.ContainsFunc(f.Lines, func(l htpasswd.Line) bool { return l.Kind != htpasswd.Mosquitto })
}
