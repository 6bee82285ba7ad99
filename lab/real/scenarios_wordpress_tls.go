package real

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// knowsHTTPS are the lines that WordPress's handbook wants in wp-config.php behind a proxy that ends TLS.
const knowsHTTPS = `if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') { $_SERVER['HTTPS'] = 'on'; }`

// wpBehindTLS is a site behind an nginx that ends TLS: front is the proxy, back serves WordPress by plain http and tells it
// nothing about the outside.
func wpBehindTLS(w *World) {
	s := w.WordPress("front")
	s.At("https://" + w.Addr("front"))
	s.File("site/.htaccess", wpRewrite)
	w.PHPFPMFull("php", "")
	w.Nginx("back", strings.Replace(nginxPHP("site", "", ""), "@front@", "@back@", 1))
	w.Cert("ca", "server")
	w.Nginx("front", tlsInFront(""))
}

func tlsInFront(lines string) string {
	return tlsConf("location / { proxy_pass http://@back@; proxy_set_header Host $http_host; " + lines + " }")
}

// mendTLS lets the proxy say how it was asked, and WordPress believe it.
func mendTLS(ask func(*World) []string) func(*World) []string {
	return func(w *World) []string {
		w.Server("front").Mend(tlsInFront("proxy_set_header X-Forwarded-Proto $scheme;"))
		w.Site.Configure(knowsHTTPS)
		return ask(w)
	}
}

func askSecure(path string, more ...string) func(*World) []string {
	return func(w *World) []string {
		return curl(append([]string{"--cacert", w.ca(), w.secure("front", path)}, more...)...)
	}
}

// wordpressOutside are refusals whose cause lies between the visitor and WordPress.
var wordpressOutside = []Scenario{
	{
		Name:    "wordpress-app-password-behind-a-tls-proxy",
		Servers: wpBehindTLS,
		Input:   askSecure(wpMe, "-u", "admin:"+wpAppPassword),
		Want:    wpWant("wp-app-password-unavailable", exchange.Application, "strong", "forwarded-proto-missing"),
		Mend:    mendTLS(askSecure(wpMe, "-u", "admin:"+wpAppPassword)),
	},
	{
		Name:    "wordpress-login-loop-behind-a-tls-proxy",
		Servers: wpBehindTLS,
		Input:   askSecure("wp-admin/", "-L", "--max-redirs", "5"),
		Want: Want{Cause: "forwarded-proto-missing", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, FaultAlso: []exchange.Layer{exchange.Application},
			Grade: "strong", Product: "WordPress"},
		Mend:   mendTLS(askSecure("wp-admin/", "-L", "--max-redirs", "5")),
		Status: 302,
	},
}

var wordpressOutsideHealthy = []Scenario{
	healthy("wordpress-local-without-https-mod-php", wordpress(95, wpLocal), askWP(wpMe, "admin:"+wpAppPassword)),
	healthy("wordpress-behind-a-tls-proxy-that-says-so", func(w *World) {
		wpBehindTLS(w)
		mendTLS(askSecure(wpMe))(w)
	}, askSecure(wpMe, "-u", "admin:"+wpAppPassword)),
}
