package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// MTLSClientCertMissing: the server asked for a client certificate in the handshake and got none.
var MTLSClientCertMissing = &cause.Cause{
	ID:      "mtls-client-cert-missing",
	Title:   "the server wants a client certificate, and none was sent",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "waf-block", "ip-allowlist", "user-lacks-role-or-group", "401-means-403"},
	Traced:  tracedNoCertificate,
	Suspect: func(v *cause.View) *cause.Suspicion {
		tls, alert := handshake(v)
		asked := tls != nil && tls.ClientCertAsked && !tls.ClientCertSent
		said, inWords := v.Means(signature.ClientCertMissing)
		byAlert := alertSays(alert, "certificate required", "certificate_required")
		s := &cause.Suspicion{RefusedBy: exchange.WebServer, Remedies: certRemedies(v, "send the certificate with its key")}
		switch {
		case byAlert, asked && alertSays(alert, "handshake failure", "bad certificate"):
			s.Grade, s.Weight = cause.Strong, 0.9
			if byAlert {
				s.Grade = cause.Proved
			}
			s.Because = []fact.Fact{v.Saw("The server ended the TLS handshake: %s.", alert)}
		case inWords && (asked || tls == nil):
			// The server says it in words that mean nothing else, and the handshake agrees.
			s.Grade, s.Weight, s.RefusedBy = cause.Strong, 0.95, exchange.Unknown
			if asked && v.Written && cause.InFront(v.Writer.Layer) {
				// An application behind may say so as well when the proxy does not tell it about any certificate.
				s.Grade = cause.Proved
			}
			s.Because = []fact.Fact{said.Because}
		case asked && v.Refused() && len(v.Challenges) == 0 && len(v.Credentials) == 0:
			s.Grade, s.Weight, s.RefusedBy = cause.Likely, 0.6, exchange.Unknown
		default:
			return nil
		}
		if asked {
			s.Because = append(s.Because, v.Saw("In the handshake it asked for a client certificate, and none was sent."))
		}
		if f, ok := authorities(v, tls); ok {
			s.Because = append(s.Because, f)
		}
		s.Raise = []cause.Raise{{Command: "curl -i --cert CLIENT.pem --key CLIENT.key " + cause.Quote(v.Request.URL),
			Where: "where the certificate is", Would: "be let in if the missing certificate is all"}}
		return s
	},
}
