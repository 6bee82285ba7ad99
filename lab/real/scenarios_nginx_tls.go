package real

import "github.com/why401/why401/exchange"

const apex, www = "shop.example.test", "www.shop.example.test"

// secure is the URL of a TLS server.
func (w *World) secure(name, path string) string { return "https://" + w.Addr(name) + "/" + path }

// tls starts nginx with TLS on front; lines go into its server block.
func (w *World) tls(lines string) *Server {
	w.site()
	w.Cert("ca", "server")
	return w.Nginx("front", tlsConf(lines))
}

func tlsConf(lines string) string {
	return `
server {
	listen @front@ ssl;
	ssl_certificate @dir@/tls/server.crt;
	ssl_certificate_key @dir@/tls/server.key;
	root @dir@/www;
	` + lines + `
}
`
}

func (w *World) ca() string { return w.Dir + "/tls/ca.crt" }

// nginxTLS are certificates, redirects and what a proxy must say about the outside.
var nginxTLS = []Scenario{
	{
		Name: "nginx-client-certificate-missing",
		Servers: func(w *World) {
			w.CA("clients")
			w.tls("ssl_client_certificate @dir@/tls/clients.crt;\n\tssl_verify_client on;")
		},
		Input: func(w *World) []string { return curl("--cacert", w.ca(), w.secure("front", "")) },
		Want:  Want{Cause: "mtls-client-cert-missing", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend: func(w *World) []string {
			cert, key := w.Cert("clients", "alice")
			return curl("--cacert", w.ca(), "--cert", cert, "--key", key, w.secure("front", ""))
		},
		Status: 400,
	},
	{
		Name: "nginx-client-certificate-of-another-authority",
		Servers: func(w *World) {
			w.CA("clients")
			w.Cert("others", "alice")
			w.tls("ssl_client_certificate @dir@/tls/clients.crt;\n\tssl_verify_client on;")
		},
		Input: func(w *World) []string {
			return curl("--cacert", w.ca(), "--cert", w.Dir+"/tls/alice.crt", "--key", w.Dir+"/tls/alice.key", w.secure("front", ""))
		},
		Want: Want{Cause: "mtls-client-cert-untrusted", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend: func(w *World) []string {
			cert, key := w.Cert("clients", "alice2")
			return curl("--cacert", w.ca(), "--cert", cert, "--key", key, w.secure("front", ""))
		},
		Status: 400,
	},
	{
		Name: "nginx-redirect-to-https",
		Servers: func(w *World) {
			w.passwords()
			w.tls("auth_basic Orders;\n\tauth_basic_user_file @dir@/htpasswd;")
			w.Nginx("front-plain", "server { listen @front-plain@; return 301 https://@front@$request_uri; }\n")
		},
		Input: func(w *World) []string {
			return curl("-L", "--cacert", w.ca(), "-u", login, w.URL("front-plain", "private/"))
		},
		// On one machine the port changes together with the scheme.
		Want: Want{Cause: "redirect-scheme-upgrade", Accept: []string{"redirect-cross-host-drops-auth"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend: func(w *World) []string {
			return curl("-L", "--cacert", w.ca(), "-u", login, w.secure("front", "private/"))
		},
	},
	{
		Name: "nginx-redirect-to-another-port",
		Servers: func(w *World) {
			startNginxBasic(w)
			w.Nginx("front-old", "server { listen @front-old@; return 302 http://@front@$request_uri; }\n")
		},
		Input: func(w *World) []string { return curl("-L", "-u", login, w.URL("front-old", "private/")) },
		Want:  Want{Cause: "redirect-cross-host-drops-auth", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend:  func(w *World) []string { return curl("-L", "-u", login, w.URL("front", "private/")) },
	},
	{
		Name: "nginx-redirect-to-www",
		Servers: func(w *World) {
			w.passwords()
			w.site()
			w.Nginx("front", `
server {
	listen @front@;
	server_name `+apex+`;
	return 301 http://`+www+`:@port:front@$request_uri;
}
server {
	listen @front@;
	server_name `+www+`;
	root @dir@/www;
	auth_basic "Shop";
	auth_basic_user_file @dir@/htpasswd;
}
`)
		},
		Input: func(w *World) []string { return askNamed(w, apex) },
		Want: Want{Cause: "redirect-www-apex", Accept: []string{"redirect-cross-host-drops-auth"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "proved", Product: "nginx"},
		Mend: func(w *World) []string { return askNamed(w, www) },
	},
	{
		// The inner server adds the slash and names its own port, as a container's does.
		Name: "nginx-redirect-for-a-slash",
		Servers: func(w *World) {
			w.passwords()
			w.site()
			w.Nginx("front-inner", "server {\n\tlisten @front-inner@;\n\troot @dir@/www;\n\tauth_basic Orders;\n\tauth_basic_user_file @dir@/htpasswd;\n}\n")
			w.Nginx("front", "server {\n\tlisten @front@;\n\tlocation / {\n\t\tproxy_pass http://@front-inner@;\n\t\tproxy_redirect off;\n\t}\n}\n")
		},
		Input: func(w *World) []string { return curl("-L", "-u", login, w.URL("front", "private")) },
		Want: Want{Cause: "redirect-trailing-slash", Accept: []string{"redirect-cross-host-drops-auth", "proxy-host-header-mismatch"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "proved", Product: "nginx"},
		Mend: func(w *World) []string { return curl("-L", "-u", login, w.URL("front", "private/")) },
	},
	{
		Name: "nginx-forwarded-proto-missing-loop",
		Servers: func(w *World) {
			w.Node("app", "session.js", Settings{"TRUST": "1", "HTTPS": "1", "PUBLIC": "https://@front@"})
			w.tls("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; }")
		},
		Input: func(w *World) []string {
			return curl("-L", "--max-redirs", "5", "--cacert", w.ca(), w.secure("front", "open"))
		},
		Want: Want{Cause: "forwarded-proto-missing", Accept: []string{"redirect-loop-login"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(tlsConf("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }"))
			return curl("-L", "--max-redirs", "5", "--cacert", w.ca(), w.secure("front", "open"))
		},
		Status: 301,
	},
	{
		// With a Secure cookie and no word about https, express-session sets no cookie at all.
		Name: "nginx-forwarded-proto-missing-no-cookie",
		Servers: func(w *World) {
			w.Node("app", "session.js", Settings{"TRUST": "1", "SECURE": "true"})
			w.tls("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; }")
		},
		Input: func(w *World) []string { return curl("-L", "-b", "", "--cacert", w.ca(), w.secure("front", "enter")) },
		Want: Want{Cause: "forwarded-proto-missing", Accept: []string{"proxy-drops-set-cookie"},
			RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(tlsConf("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }"))
			return curl("-L", "-b", "", "--cacert", w.ca(), w.secure("front", "enter"))
		},
	},
}

func askNamed(w *World, host string) []string {
	return curl("-L", "--resolve", w.Resolve(apex, "front"), "--resolve", w.Resolve(www, "front"), "-u", login,
		"http://"+host+":"+w.Expand("@port:front@")+"/private/")
}
