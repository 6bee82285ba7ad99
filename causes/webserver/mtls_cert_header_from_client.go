package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// MTLSCertHeaderFromClient: the request brings the field in which only a proxy may tell about a certificate. Proxies
// overwrite it (RFC 9440 4), so it counts for nothing, and the certificate itself is missing.
var MTLSCertHeaderFromClient = &cause.Cause{
	ID:      "mtls-cert-header-from-client",
	Title:   "the certificate field is the proxy's own, and is not believed",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{mtlsMissing, "mtls-terminated-before-verifier", "no-credentials-sent", "missing-www-authenticate", "403-means-401",
		"401-means-403", "user-lacks-role-or-group", "wrong-password", "unsolicited-authorization-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		name := certField(v.Answer.Request)
		tls, _ := handshake(v)
		if name == "" || tls == nil || tls.ClientCertSent || len(v.Challenges) > 0 {
			return nil
		}
		said, inWords := v.Means(signature.ClientCertMissing, signature.ClientCertInvalid)
		s := &cause.Suspicion{Because: []fact.Fact{
			v.Asked("The request itself brings %s, in which a proxy tells what it found in the TLS handshake.", shownName(name))}}
		switch {
		case inWords:
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Because = append(s.Because, said.Because)
		case tls.ClientCertAsked && v.Refused():
			s.Grade, s.Weight = cause.Likely, 0.65
		default:
			return nil
		}
		if tls.ClientCertAsked {
			s.Because = append(s.Because, v.Saw("In the handshake the server asked for a client certificate, and none was sent."))
		} else {
			s.Because = append(s.Because, v.Saw("No client certificate took part in the handshake."))
		}
		if f, ok := authorities(v, tls); ok {
			s.Because = append(s.Because, f)
		}
		s.Trials = []cause.Trial{cause.Without("without:"+name, "the field "+shownName(name)+" left out", name).
			Predicting("the same refusal: the field counts for nothing", func(failing, seen *exchange.Exchange) bool {
				return !cause.Passed(seen) && cause.Alike(failing, seen)
			}).Carrying(cause.Strong)}
		s.Raise = []cause.Raise{{Command: "curl -i --cert CLIENT.pem --key CLIENT.key " + cause.Quote(v.Request.URL),
			Where: "where the certificate is, without the field", Would: "be let in if the missing certificate is all"}}
		s.Remedies = append([]cause.Remedy{{
			ID: "certificate-not-field", Title: "leave the field out and send the certificate in the handshake", For: "client",
			Effect: "the proxy checks it and writes the field itself", Opens: "nothing",
			Steps:  []string{"curl --cert CLIENT.pem --key CLIENT.key " + cause.Quote(v.Request.URL)},
			Verify: "2xx with the certificate; with the field alone it is still refused", Undo: "none needed",
		}}, certRemedies(v, "send the certificate with its key")[1:]...)
		return s
	},
}

const mtlsMissing = "mtls-client-cert-missing"

// shownName is a field's name for a sentence: the pattern that it matched leaves no room for anything else.
func shownName(name string) string { return name[:min(len(name), 60)] }
