package proxy

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// MTLSTerminatedBeforeVerifier: the TLS connection ends at a hop in front, which asks for no client certificate, and the
// component behind it misses one.
var MTLSTerminatedBeforeVerifier = &cause.Cause{
	ID:      "mtls-terminated-before-verifier",
	Title:   "TLS ends before the server that checks the client certificate",
	Family:  family,
	FaultAt: exchange.Gateway,
	Hides: []string{"mtls-client-cert-missing", "mtls-client-cert-untrusted", "missing-www-authenticate", "403-means-401", "no-credentials-sent",
		"401-means-403", "user-lacks-role-or-group"},
	Audit: unheardCertificates,
	Suspect: func(v *cause.View) *cause.Suspicion {
		tls := v.Answer.Conn.TLS
		said, ok := v.Means(signature.ClientCertMissing)
		if !ok || tls == nil || tls.ClientCertAsked && !tls.ClientCertSent {
			return nil
		}
		if tls.ClientCertSent {
			return notPassedOn(v, said)
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: []fact.Fact{said.Because,
			v.Saw("The TLS handshake asked for no client certificate, so the server that misses one is not the one that ends TLS.")},
			Raise: []cause.Raise{{
				Command: "openssl s_client -connect " + cause.QuoteWord(v.Answer.Request.URL.Address()) + " -servername " + cause.QuoteWord(v.Answer.Request.URL.Host) + " </dev/null 2>/dev/null | grep -E 'subject=|No client certificate CA names'",
				Where:   "here, and once with the inner server's address in -connect",
				Would:   "show another server certificate, and a list of accepted authorities, at the inner server only",
			}},
			Remedies: verifierRemedies(v)}
		// IIS and Apache may ask for the certificate later, for some paths only: there the first handshake shows nothing.
		if p := strings.ToLower(said.Product + v.Writer.Product); strings.Contains(p, "iis") || strings.Contains(p, "apache") {
			s.Grade, s.Weight = cause.Likely, 0.4
			s.Because = append(s.Because, v.Saw("%s may ask for it after the first handshake, for some paths only; then this is not it.", v.Writer.Product))
		}
		if v.Intent != nil && v.Intent.TLS.CertFile != "" {
			s.Because = append(s.Because, fact.Given("the command", "A client certificate was given, and nobody asked for it."))
		}
		if tls.Issuer != "" && strings.Contains(strings.ToLower(tls.Subject), "fake certificate") {
			s.Because = append(s.Because, v.Saw("The server certificate is the ingress controller's own placeholder: it ended TLS where it was to pass it through."))
		}
		return s
	},
}

// notPassedOn is the other half: the hop in front takes the certificate, and whoever refuses behind it never hears of it.
func notPassedOn(v *cause.View, said signature.Meaning) *cause.Suspicion {
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Title: "the proxy takes the client certificate and does not pass it on",
		Because: []fact.Fact{said.Because, v.Saw("In the handshake a client certificate was asked for and sent: it ended at the hop in front.")},
		Raise: []cause.Raise{{
			Command: "grep -rnEi 'client[-_]?(cert|verify)' /etc/nginx /etc/haproxy /etc/apache2 2>/dev/null",
			Where:   "on the proxy", Would: "show no line that sets a field about the certificate in this block, or another name than the application reads",
		}},
		Remedies: verifierRemedies(v)[1:]}
	if v.Written && v.Writer.Layer == exchange.WebServer {
		s.Grade, s.Weight = cause.Likely, 0.5 // the very server that got it may look for another one
	}
	return s
}

func verifierRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "pass-tls-through", Title: "pass TLS through to the server that checks certificates", For: "server",
		Effect: "the handshake reaches the verifier, certificate included", Opens: "nothing: the verifier refuses as before",
		Steps: []string{
			"nginx stream: server { listen 443; ssl_preread on; proxy_pass VERIFIER:443; }",
			"HAProxy: mode tcp on frontend and backend      ingress-nginx: --enable-ssl-passthrough and nginx.ingress.kubernetes.io/ssl-passthrough: \"true\"",
		},
		Verify: "curl --cert CLIENT.pem --key CLIENT.key " + cause.Quote(v.Request.URL) + " answers 2xx; without the certificate it is refused", Undo: "restore the former listener",
	}, {
		ID: "verify-in-front", Title: "check the certificate where TLS ends, and pass the result on", For: "server",
		Effect: "the application learns who the client is from a field",
		Opens:  "the application believes the field (RFC 9440): the proxy must overwrite it on every request, and nobody else may reach the application",
		Steps: []string{
			"nginx: ssl_client_certificate CA.pem; ssl_verify_client on; proxy_set_header Client-Cert $ssl_client_escaped_cert; proxy_set_header X-SSL-Client-Verify $ssl_client_verify;",
		},
		Verify: "as above, and a forged field from outside does not pass", Undo: "take the lines out and reload",
	}}
}
