package webserver

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
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

// authorities is the fact about the names in the server's CertificateRequest (RFC 8446 4.2.4, RFC 5246 7.4.4).
func authorities(v *cause.View, tls *exchange.TLS) (fact.Fact, bool) {
	if tls == nil || len(tls.AcceptableCAs) == 0 {
		return fact.Fact{}, false
	}
	names, more := tls.AcceptableCAs, ""
	if n := len(names) - 3; n > 0 {
		names, more = names[:3], fmt.Sprintf(" and %d more", n)
	}
	return v.Saw("It accepts certificates issued by %q%s.", strings.Join(names, ", "), more), true
}

// flaw is what the client's own certificate shows against itself: a title, and the fact that a reader can check.
type flaw struct {
	title string
	fact  fact.Fact
	found bool
}

// flawOf reads the certificate that was sent as the server does (RFC 5280 6.1): its dates by this machine's clock, what
// it is made for, and whether anybody in its chain is on the server's list.
func flawOf(v *cause.View, tls *exchange.TLS) flaw {
	if tls == nil || tls.ClientCert == nil {
		return flaw{}
	}
	c, now := tls.ClientCert, v.Answer.Sent
	if now.IsZero() {
		return flaw{}
	}
	switch {
	case c.NotAfter.Before(now.Add(-grace)):
		return flaw{"the client certificate has ended", v.Saw("The certificate that was sent ended on %s.", day(c.NotAfter)), true}
	case c.NotBefore.After(now.Add(grace)):
		return flaw{"the client certificate has not begun yet", v.Saw("The certificate that was sent begins on %s.", day(c.NotBefore)), true}
	case !c.ForClients:
		return flaw{"the certificate is not made for clients", v.Saw("Its extended key usage does not hold clientAuth."), true}
	case len(tls.AcceptableCAs) > 0 && len(c.Issuers) > 0 && !slices.ContainsFunc(c.Issuers, func(i string) bool { return slices.Contains(tls.AcceptableCAs, i) }):
		return flaw{"the client certificate is of an authority that is not on the server's list",
			v.Saw("The certificate that was sent is issued by %q, which is not among those.", c.Issuers[len(c.Issuers)-1]), true}
	}
	return flaw{}
}

// grace is how far this machine's clock and the server's may differ before dates are taken for decisive.
const grace = 2 * time.Minute

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// certFields are request fields in which a proxy that checked a certificate tells the application about it: RFC 9440,
// Envoy, Traefik, Azure, AWS, and the names that manuals of nginx, Apache and HAProxy use.
var certFields = lazyregexp.New(`(?i)^(client-cert|client-cert-chain|x-forwarded-client-cert|x-forwarded-tls-client-cert(-info)?|x-arr-clientcert|x-amzn-mtls-[a-z-]+|(x-)?ssl[-_]?client[-_][a-z0-9_-]+|x-ssl-cert|x-ssl|(x-)?client-?(cert|verify|dn|s-dn)|x-client-certificate|x-clientcert)$`)

// certField is the name of the first such field that the request brings itself.
func certField(r exchange.Request) string {
	for _, f := range r.Header {
		if certFields.MatchString(f.Name) {
			return f.Name
		}
	}
	return ""
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
