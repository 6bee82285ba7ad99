package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// MTLSClientCertUntrusted: a client certificate was sent, and the server does not accept it.
var MTLSClientCertUntrusted = &cause.Cause{
	ID:      "mtls-client-cert-untrusted",
	Title:   "the client certificate was sent, and the server does not accept it",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"mtls-client-cert-missing", "missing-www-authenticate", "403-means-401"},
	Audit:   untrusting,
	Suspect: func(v *cause.View) *cause.Suspicion {
		tls, alert := handshake(v)
		sent := tls != nil && tls.ClientCertSent
		if v.Intent != nil && v.Intent.TLS.CertFile != "" && alert != "" {
			sent = true // the handshake ended before the state could be read
		}
		if !sent {
			return nil
		}
		if _, none := v.Means(signature.ClientCertMissing); none {
			return nil // it was sent, and whoever refuses never saw it
		}
		said, inWords := v.Means(signature.ClientCertInvalid)
		bad := flawOf(v, tls)
		s := &cause.Suspicion{RefusedBy: exchange.WebServer, Title: bad.title, Remedies: certRemedies(v, "use a certificate of an authority that the server accepts, with its chain")}
		switch {
		case alertSays(alert, "unknown certificate authority", "unknown_ca", "expired certificate", "certificate expired", "unsupported certificate", "revoked certificate", "bad certificate"):
			s.Grade, s.Weight = cause.Proved, 0.95
			s.Because = []fact.Fact{v.Saw("The server ended the TLS handshake because of the certificate: %s.", alert)}
		case inWords:
			s.Grade, s.Weight, s.RefusedBy = cause.Strong, 0.95, exchange.Unknown
			if bad.found || v.Written && cause.InFront(v.Writer.Layer) {
				s.Grade = cause.Proved
			}
			s.Because = []fact.Fact{said.Because, v.Saw("A client certificate was sent in the handshake.")}
		case v.Refused() && len(v.Challenges) == 0:
			s.Grade, s.Weight = cause.Likely, 0.5
			if bad.found {
				s.Grade, s.Weight = cause.Strong, 0.8
			}
			s.RefusedBy = exchange.Unknown
			s.Because = []fact.Fact{v.Saw("A client certificate was sent, and the refusal asks for nothing else.")}
		default:
			return nil
		}
		if f, ok := authorities(v, tls); ok {
			s.Because = append(s.Because, f)
		}
		if bad.found {
			s.Because = append(s.Because, bad.fact)
		}
		s.Raise = []cause.Raise{{Command: "openssl x509 -in CLIENT.pem -noout -issuer -dates -ext extendedKeyUsage",
			Where: "where the certificate is", Would: "show whether it is out of date, lacks clientAuth, or has another issuer than the server accepts"}}
		return s
	},
}
