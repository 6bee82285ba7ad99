package programs

import (
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
	"github.com/why401/why401/conf/caddy"
	"github.com/why401/why401/conf/haproxy"
	"github.com/why401/why401/conf/ingress"
	"github.com/why401/why401/conf/nginx"
	"github.com/why401/why401/conf/traefik"
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
	{Name: "haproxy", Mains: []string{"haproxy.cfg"}, Read: haproxy.Read,
		names: lazyregexp.New(`^haproxy.*\.cfg$`),
		text:  lazyregexp.New(`(?m)^(frontend|backend|listen|userlist)\s+\S+|^(global|defaults)\s*$`)},
	{Name: "caddy", Mains: []string{"Caddyfile"}, Read: caddy.Read,
		names: lazyregexp.New(`(?i)^caddyfile$|\.caddy$|^caddy.*\.json$`),
		text:  lazyregexp.New(`(?m)^\s*(reverse_proxy|basic_?auth|forward_auth|php_fastcgi|file_server)\b[^;]*$|"apps":\s*\{\s*"http"`)},
	{Name: "ingress", whole: true, Read: ingress.Read, text: lazyregexp.New(`(?m)^\s*kind:\s*["']?Ingress["']?\s*$`)},
	{Name: "traefik", Mains: []string{"traefik.yml", "traefik.yaml", "traefik.toml"}, Read: traefik.Read,
		names: lazyregexp.New(`^traefik.*\.(ya?ml|toml)$`),
		text:  lazyregexp.New(`(?m)^\s*["']?-?\s*["']?traefik\.(http|enable|tcp)|^\s*(middlewares|routers):\s*$|^\[(http\.)?(routers|middlewares)`)},
	{Name: "htpasswd", Read: passwords,
		names: lazyregexp.New(`^\.?ht(passwd|digest)|\.ht(passwd|digest)$|^passwd$`),
		text:  lazyregexp.New(`(?m)^\x{feff}?[^\s:#{}]{1,64}:(\$(apr1|2[aby]|[156]|y)\$|\{S?SHA\})`)},
}

// passwords makes a configuration of password files that were given by themselves, so that their lines are judged.
func passwords(src conf.Source, paths ...string) (*conf.Config, error) {
	c := &conf.Config{Program: "password file", Files: paths}
	for _, p := range paths {
		if _, err := src.ReadFile(p); err != nil {
			return nil, conf.Unread{Place: conf.Place{File: p}, What: plain(err).Error()}
		}
		c.Scopes = append(c.Scopes, &conf.Scope{Place: conf.Place{File: p}, Path: p, Satisfy: conf.SatisfyAll,
			Auth: []conf.Auth{{Place: conf.Place{File: p}, Scheme: conf.Basic, Files: []*conf.CredFile{{Path: p, Place: conf.Place{File: p}, Kind: conf.Htpasswd}}}}})
	}
	return c, nil
}
