package real

import (
	"crypto/x509"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// withCert asks front for path with the client certificate called name.
func withCert(name, path string, more ...string) func(*World) []string {
	return func(w *World) []string {
		args := curl(more...)
		if name != "" {
			args = append(args, "--cert", w.Dir+"/tls/"+name+".crt", "--key", w.Dir+"/tls/"+name+".key")
		}
		return append(args, "--cacert", w.ca(), w.secure("front", path))
	}
}

// clientCerts makes the certificates of these scenarios: alice is accepted, old has ended, future has not begun, mallory
// is another authority's, printer is no client.
func (w *World) clientCerts() {
	w.Cert("clients", "alice")
	w.CertLike("clients", "old", func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	})
	w.CertLike("clients", "printer", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	w.Cert("others", "mallory")
	w.Cert("ca", "server")
}

// nginxMTLS is nginx that asks for client certificates; lines go into its server block.
func nginxMTLS(lines ...string) string {
	return tlsConf("ssl_client_certificate @dir@/tls/clients.crt;\n\t" + strings.Join(lines, "\n\t"))
}

// forwards hands the result of nginx's own check to the application.
const nginxForwards = `location / {
		proxy_pass http://@app@;
		proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
		proxy_set_header X-SSL-Client-DN $ssl_client_s_dn;
	}`

func nginxVerifies(lines ...string) func(*World) {
	return func(w *World) {
		w.clientCerts()
		w.site()
		w.Nginx("front", nginxMTLS(lines...))
	}
}

func nginxBeforeApp(lines ...string) func(*World) {
	return func(w *World) {
		w.Node("app", "login.js", Settings{"CERTIFICATE": "1"})
		nginxVerifies(append(lines, nginxForwards)...)(w)
	}
}

func apacheMTLS(lines string) string {
	return `
SSLEngine on
SSLCertificateFile @dir@/tls/server.crt
SSLCertificateKeyFile @dir@/tls/server.key
SSLCACertificateFile @dir@/tls/clients.crt
` + lines
}

const apacheForwards = `
RequestHeader set X-SSL-Client-Verify "%{SSL_CLIENT_VERIFY}s"
RequestHeader set X-SSL-Client-DN "%{SSL_CLIENT_S_DN}s"
ProxyPass / http://@app@/
`

func apacheVerifies(lines string) func(*World) {
	return func(w *World) {
		w.clientCerts()
		w.Apache("front", apacheMTLS(lines))
	}
}

func haproxyMTLS(bind, rules string) string {
	return `
frontend web from logged
	bind @front@ ssl crt @dir@/tls/server.pem ` + bind + `
` + rules + `
	default_backend apps
backend apps
	server app @app@
`
}

const haproxyForwards = `	http-request set-header X-SSL-Client-Verify %[ssl_c_verify]
	http-request del-header X-SSL-Client-DN
	http-request set-header X-SSL-Client-DN %{+Q}[ssl_c_s_dn] if { ssl_c_used }
`

func haproxyVerifies(bind, rules string, settings Settings) func(*World) {
	return func(w *World) {
		w.clientCerts()
		w.Node("app", "login.js", settings)
		w.HAProxy("front", haproxyMTLS(bind, rules))
	}
}

// inTLS are the layers that may have ended a handshake; the alert does not say which.
var inTLS = []exchange.Layer{exchange.Gateway, exchange.WebServer}

func certWant(cause string, by exchange.Layer, product string) Want {
	return Want{Cause: cause, RefusedBy: by, FaultAt: exchange.Client, Grade: "proved", Product: product}
}

func alertWant(cause string) Want {
	want := certWant(cause, exchange.WebServer, "TLS")
	want.RefusedAlso = inTLS
	return want
}

func appWant(cause string, at exchange.Layer) Want {
	return Want{Cause: cause, RefusedBy: exchange.Application, FaultAt: at, Grade: "strong", Product: "Express"}
}

const missing, untrusted = "mtls-client-cert-missing", "mtls-client-cert-untrusted"

// mtlsScenarios are client certificates that are missing, ended, of another authority or for another use, checked by
// nginx, Apache and HAProxy in the handshake, or passed on to an application in header fields.
var mtlsScenarios = []Scenario{
	{
		Name: "mtls-nginx-ended", Servers: nginxVerifies("ssl_verify_client on;"), Status: 400,
		Input: withCert("old", ""), Want: certWant(untrusted, exchange.WebServer, "nginx"), Mend: withCert("alice", ""),
	},
	{
		Name: "mtls-nginx-for-servers-only", Servers: nginxVerifies("ssl_verify_client on;"), Status: 400,
		Input: withCert("printer", ""), Want: certWant(untrusted, exchange.WebServer, "nginx"), Mend: withCert("alice", ""),
	},
	{
		Name: "mtls-nginx-optional-app-misses-it", Servers: nginxBeforeApp("ssl_verify_client optional;"), Status: 403,
		Input: withCert("", "private"), Want: appWant(missing, exchange.Client), Mend: withCert("alice", "private"),
	},
	{
		// Whoever writes the proxy's own field into a request is not believed: nginx sets it anew.
		Name: "mtls-nginx-forged-header", Servers: nginxBeforeApp("ssl_verify_client optional;"), Status: 403,
		Input: withCert("", "private", "-H", "X-SSL-Client-Verify: SUCCESS", "-H", "X-SSL-Client-DN: CN=alice"),
		Want:  appWant("mtls-cert-header-from-client", exchange.Client), Mend: withCert("alice", "private"),
	},
	{
		Name: "mtls-nginx-unverified-app-refuses", Servers: nginxBeforeApp("ssl_verify_client optional_no_ca;"), Status: 403,
		Input: withCert("mallory", "private"), Want: certWant(untrusted, exchange.Application, "Express"), Mend: withCert("alice", "private"),
	},
	{
		Name: "mtls-apache-missing", Servers: apacheVerifies("SSLVerifyClient require\n"), Status: noReply,
		Input: withCert("", ""), Want: alertWant(missing), Mend: withCert("alice", ""),
	},
	{
		Name: "mtls-apache-other-authority", Servers: apacheVerifies("SSLVerifyClient require\n"), Status: noReply,
		Input: withCert("mallory", ""), Want: alertWant(untrusted), Mend: withCert("alice", ""),
	},
	{
		Name: "mtls-apache-ended", Servers: apacheVerifies("SSLVerifyClient require\n"), Status: noReply,
		Input: withCert("old", ""), Want: alertWant(untrusted), Mend: withCert("alice", ""),
	},
	{
		Name: "mtls-apache-optional-forged-header",
		Servers: func(w *World) {
			w.Node("app", "login.js", Settings{"CERTIFICATE": "1"})
			apacheVerifies("SSLVerifyClient optional\n" + apacheForwards)(w)
		},
		Status: 403,
		Input:  withCert("", "private", "-H", "X-SSL-Client-Verify: SUCCESS"),
		Want:   appWant("mtls-cert-header-from-client", exchange.Client), Mend: withCert("alice", "private"),
	},
	{
		Name: "mtls-haproxy-missing", Servers: haproxyVerifies("ca-file @dir@/tls/clients.crt verify required", "", nil), Status: noReply,
		Input: withCert("", "open"), Want: alertWant(missing), Mend: withCert("alice", "open"),
	},
	{
		Name: "mtls-haproxy-other-authority", Servers: haproxyVerifies("ca-file @dir@/tls/clients.crt verify required", "", nil), Status: noReply,
		Input: withCert("mallory", "open"), Want: alertWant(untrusted), Mend: withCert("alice", "open"),
	},
	{
		Name: "mtls-haproxy-ended", Servers: haproxyVerifies("ca-file @dir@/tls/clients.crt verify required", "", nil), Status: noReply,
		Input: withCert("old", "open"), Want: alertWant(untrusted), Mend: withCert("alice", "open"),
	},
	{
		Name:    "mtls-haproxy-optional-missing",
		Servers: haproxyVerifies("ca-file @dir@/tls/clients.crt verify optional", haproxyForwards, Settings{"CERTIFICATE": "1"}), Status: 403,
		Input: withCert("", "private"), Want: appWant(missing, exchange.Client), Mend: withCert("alice", "private"),
	},
	{
		// HAProxy ends TLS and asks for nothing; nginx behind it verifies.
		Name: "mtls-haproxy-ends-tls-before-nginx",
		Servers: func(w *World) {
			w.clientCerts()
			w.site()
			w.Nginx("inner", strings.ReplaceAll(nginxMTLS("ssl_verify_client on;"), "@front@", "@inner@"))
			w.HAProxy("front", strings.Replace(haproxyMTLS("", ""), "@app@", "@inner@ ssl verify none", 1))
		},
		Status: 400,
		Input:  withCert("alice", ""),
		Want: Want{Cause: "mtls-terminated-before-verifier", RefusedBy: exchange.WebServer, FaultAt: exchange.Gateway,
			Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string {
			w.Server("front").Mend("frontend web from plain\n\tbind @front@\n\tmode tcp\n\tdefault_backend apps\nbackend apps from plain\n\tmode tcp\n\tserver app @inner@\n")
			return withCert("alice", "")(w)
		},
	},
	{
		Name:    "mtls-haproxy-asks-for-none-app-misses-it",
		Servers: haproxyVerifies("", haproxyForwards, Settings{"CERTIFICATE": "1"}), Status: 403,
		Input: withCert("alice", "private"),
		Want: Want{Cause: "mtls-terminated-before-verifier", RefusedBy: exchange.Application, FaultAt: exchange.Gateway,
			Grade: "strong", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("front").Mend(haproxyMTLS("ca-file @dir@/tls/clients.crt verify optional", haproxyForwards))
			return withCert("alice", "private")(w)
		},
	},
	{
		// nginx takes the certificate, and the application behind it never hears of it.
		Name: "mtls-nginx-does-not-pass-it-on",
		Servers: func(w *World) {
			w.Node("app", "login.js", Settings{"CERTIFICATE": "1"})
			nginxVerifies("ssl_verify_client on;", "location / { proxy_pass http://@app@; }")(w)
		},
		Status: 403,
		Input:  withCert("alice", "private"), Want: appWant("mtls-terminated-before-verifier", exchange.Gateway),
		Mend: func(w *World) []string {
			w.Server("front").Mend(nginxMTLS("ssl_verify_client on;", nginxForwards))
			return withCert("alice", "private")(w)
		},
	},
	{
		Name:    "mtls-haproxy-forged-header",
		Servers: haproxyVerifies("ca-file @dir@/tls/clients.crt verify optional", haproxyForwards, Settings{"CERTIFICATE": "1"}), Status: 403,
		Input: withCert("", "private", "-H", "X-SSL-Client-Verify: 0", "-H", "X-SSL-Client-DN: /CN=alice"),
		Want:  appWant("mtls-cert-header-from-client", exchange.Client), Mend: withCert("alice", "private"),
	},
	healthy("mtls-apache-optional-without", apacheVerifies("SSLVerifyClient optional\n"), withCert("", "")),
	healthy("mtls-nginx-app-behind", nginxBeforeApp("ssl_verify_client optional;"), withCert("alice", "private")),
}
