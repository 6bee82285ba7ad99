package network

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// CaptivePortal: something on the way answers in place of the server.
var CaptivePortal = &cause.Cause{
	ID:        "captive-portal-or-tls-inspection",
	Title:     "something on the network answers in place of the server",
	Family:    family,
	RefusedBy: exchange.Network,
	FaultAt:   exchange.Network,
	Hides: []string{"redirect-to-login-instead-of-401", "200-login-page-instead-of-401", "ip-allowlist", "waf-block", "user-agent-blocked", "403-means-401",
		"dns-or-hosts-points-elsewhere", "no-credentials-sent", "missing-www-authenticate"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := &cause.Suspicion{Weight: 0.9}
		for _, x := range v.Hops() {
			for _, m := range signature.Matches(x) {
				if m.Facts["refusal"] != "captive-portal" || s.Grade != cause.Unknown {
					continue
				}
				s.Grade, s.Because, s.Remedies = cause.Strong, m.Because, portalRemedies()
				s.Title = "a captive portal answers: the network wants you to log in"
				if x.Status() == 511 && !x.Header().Has("X-Powered-By") && !strings.Contains(strings.ToLower(x.Header().Get("Content-Type")), "json") {
					// RFC 6585 6: an origin never sends it. APIs that do it all the same answer programs.
					s.Grade = cause.Proved
					s.Because = []fact.Fact{fact.At(x.N, "The status is 511 Network Authentication Required, which only a network on the way sends (RFC 6585 6).")}
				}
			}
		}
		if s.Grade == cause.Unknown && v.Written && v.Writer.Layer == exchange.Network && v.Writer.Product == "corporate web filter" {
			s.Grade, s.Because, s.Remedies = cause.Strong, v.Writer.Because, inspectionRemedies(v)
			s.Title = "a web filter on the network refuses the request"
		}
		if name := inspector(v.Answer); s.Grade == cause.Unknown && name != "" {
			if f := v.Answer.Failure; f == nil || f.Step != "tls" {
				return nil // inspected and let through: that alone refuses nothing
			}
			s.Grade, s.Remedies = cause.Strong, inspectionRemedies(v)
			s.Title = name + " opens TLS on the way, and its certificate is not trusted here"
			s.Because = []fact.Fact{v.Saw("The certificate for %s was issued by %s, which makes certificates on the fly.", v.Answer.Request.URL.Host, name)}
		}
		if s.Grade == cause.Unknown {
			return nil
		}
		if len(v.Credentials) > 0 && v.Answer.Response != nil {
			s.Because = append(s.Because, v.Saw("The server did not see the credential."))
		}
		s.Raise = []cause.Raise{{Command: "curl -sv " + cause.QuoteWord(v.Request.URL.Origin().String()+"/") + " -o /dev/null 2>&1 | grep -iE 'issuer|^< (http|server|via|location)'",
			Where: "here, and once more from another network such as a phone's", Would: "differ in issuer, Server or status if something on this network answers"}}
		return s
	},
}

// inspector names the product whose authority issued the certificate of x, when that product opens TLS on the way.
func inspector(x *exchange.Exchange) string {
	if x == nil || x.Conn.TLS == nil {
		return ""
	}
	issuer := strings.ToLower(x.Conn.TLS.Issuer)
	for _, p := range []struct{ word, name string }{
		{"zscaler", "Zscaler"}, {"fortinet", "FortiGate"}, {"fortigate", "FortiGate"}, {"netskope", "Netskope"}, {"palo alto", "Palo Alto"}, {"blue coat", "Blue Coat"},
		{"bluecoat", "Blue Coat"}, {"forcepoint", "Forcepoint"}, {"sophos", "Sophos"}, {"cisco umbrella", "Cisco Umbrella"}, {"cato networks", "Cato"}, {"mcafee web gateway", "McAfee Web Gateway"},
		{"kaspersky anti-virus", "Kaspersky"}, {"avast web", "Avast"}, {"eset ssl filter", "ESET"}, {"bitdefender", "Bitdefender"}, {"mitmproxy", "mitmproxy"}, {"charles proxy", "Charles"}, {"do_not_trust_fiddler", "Fiddler"},
	} {
		if strings.Contains(issuer, p.word) {
			return p.name
		}
	}
	return ""
}

func portalRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "log-in-to-portal", Title: "log in to the network first", For: "client",
		Effect: "the network lets requests through", Opens: "nothing",
		Steps:  []string{"open http://neverssl.com/ in a browser and log in, or accept the terms", "then: curl -sI http://neverssl.com/ | head -1      (200 when the way is free)"},
		Verify: "the server itself answers", Undo: "leave the network",
	}, {
		ID: "treat-511-as-network", Title: "let programs tell a portal from the server", For: "client",
		Effect: "a login is not thrown away because of a portal", Opens: "nothing",
		Steps:  []string{"use https addresses only: a portal cannot answer for them without a certificate error", "on 511 or an unexpected Content-Type: wait for the network, keep the stored login"},
		Verify: "behind the portal the program reports the network, not the password", Undo: "none needed",
	}}
}

func inspectionRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "trust-company-authority", Title: "trust your organisation's own authority, and no other", For: "client",
		Effect: "the program accepts what the device signs", Opens: "TLS of this program to the organisation's device, as policy already has it; never switch verification off",
		Steps:  []string{"get the authority's certificate from your IT department, not from the connection", "curl --cacert company-ca.pem " + cause.Quote(v.Request.URL) + ";  NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, SSL_CERT_FILE"},
		Verify: "the request reaches the server", Undo: "take the file or variable away",
	}, {
		ID: "except-from-inspection", Title: "except the host from inspection", For: "server",
		Effect: "the device passes TLS to this host on unopened", Opens: "this host to traffic that the device does not read",
		Steps: []string{"ask whoever runs the device to add " + v.Request.URL.Host + " to its bypass list; client certificates and pinned keys need it"}, Verify: "the issuer is the server's own", Undo: "take the host off the list",
	}}
}
