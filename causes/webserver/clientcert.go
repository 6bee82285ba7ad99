package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// handshake is what the case shows of a client certificate: whether the server asked for one, and whether one was sent.
func handshake(v *cause.View) (tls *exchange.TLS, alert string) {
	if v.Answer == nil {
		return nil, ""
	}
	if f := v.Answer.Failure; f != nil && f.Step == "tls" {
		alert = f.Message
	}
	return v.Answer.Conn.TLS, alert
}

// alertSays reports that the server ended the handshake with one of the named TLS alerts (RFC 8446 6.2).
func alertSays(alert string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(alert, w) {
			return true
		}
	}
	return false
}

// authorities lists a few of the names in the server's CertificateRequest.
func authorities(tls *exchange.TLS) string {
	if tls == nil || len(tls.AcceptableCAs) == 0 {
		return ""
	}
	names := tls.AcceptableCAs
	if len(names) > 2 {
		names = names[:2]
	}
	return strings.Join(names, ", ")
}

func certRemedies(v *cause.View, title string) []cause.Remedy {
	return []cause.Remedy{{
		ID: "send-client-certificate", Title: title, For: "client",
		Effect: "the server can tell who asks", Opens: "nothing",
		Steps:  []string{"curl --cert CLIENT.pem --key CLIENT.key " + cause.Quote(v.Request.URL)},
		Verify: "2xx with the certificate, refused without", Undo: "leave the options out",
	}, {
		ID: "renew-in-time", Title: "watch the certificate's end and renew it before", For: "client",
		Effect: "no refusal on the day it ends", Opens: "nothing",
		Steps: []string{"openssl x509 -in CLIENT.pem -noout -checkend 2592000 || echo 'ends within 30 days'"},
		Undo:  "leave the check out",
	}}
}
