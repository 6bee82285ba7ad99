package expiry

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"strings"

	"github.com/why401/why401/exchange"
)

func (e *endings) certificate(c NamedCert) {
	kind, lead, what, do := Certificate, certificateLead, "the certificate", "renew it, and reload the server"
	if c.Client {
		kind, lead, what, do = ClientCert, clientCertLead, "the client certificate", "order the next one: the server refuses this one from then on"
	}
	e.add(Ending{Kind: kind, At: c.NotAfter, Lead: lead, What: fmt.Sprintf("%s of %s ends", what, c.Subject), Do: do, Source: c.Source, Because: "RFC 5280 4.1.2.5"})
	if c.NotBefore.After(e.now) {
		e.add(Ending{Kind: kind, At: c.NotBefore, What: fmt.Sprintf("%s of %s does not hold before this time", what, c.Subject), Do: "wait, or set the clock", Source: c.Source, Because: "RFC 5280 4.1.2.5"})
	}
}

// exchange looks at a connection and at what travelled on it.
func (e *endings) exchange(x *exchange.Exchange) {
	if x == nil {
		return
	}
	origin := x.Request.URL.Origin().String()
	if t := x.Conn.TLS; t != nil {
		if !t.NotAfter.IsZero() {
			e.certificate(NamedCert{Source: origin, Subject: t.Subject, NotAfter: t.NotAfter})
		}
		if c := t.ClientCert; c != nil {
			e.certificate(NamedCert{Source: origin, Subject: c.Subject, NotBefore: c.NotBefore, NotAfter: c.NotAfter, Client: true})
		}
	}
	for _, v := range x.Request.Header.Values("Authorization") {
		scheme, value, ok := v.Cut(" ")
		switch {
		case ok && (scheme.EqualFold("Bearer") || scheme.EqualFold("DPoP")):
			e.token(NamedToken{Source: "Authorization sent to " + origin, Value: value.Trim()})
		case ok && scheme.EqualFold("Basic") && x.Request.URL.Scheme == "http" && !local(x.Request.URL.Host):
			e.cleartext("a password is sent over plain http to "+origin, origin)
		}
	}
}

func (e *endings) cleartext(what, source string) {
	e.add(Ending{Kind: Cleartext, With: "the redirect to https, or the first listener on the way", What: what + ": programs lose it on the day that http is redirected",
		Do: "move the clients to https, then redirect", Source: source, Because: "RFC 7617 4"})
}

// local reports an address of this machine.
func local(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// forClients reports a certificate whose extended key usage allows clients and no servers (RFC 5280 4.2.1.12).
func forClients(c *x509.Certificate) bool {
	client, server := false, false
	for _, u := range c.ExtKeyUsage {
		client = client || u == x509.ExtKeyUsageClientAuth
		server = server || u == x509.ExtKeyUsageServerAuth || u == x509.ExtKeyUsageAny
	}
	return client && !server
}
