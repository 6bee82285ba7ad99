package idp

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/ntlm"
	"github.com/why401/why401/fact"
)

// ownName is the full name by which the server calls itself in an NTLM challenge ([MS-NLMP] 2.2.2.1), when the URL has
// another one: a ticket is for the name in the URL.
func ownName(v *cause.View, host string) (fact.Fact, string) {
	for _, x := range v.Exchanges[:min(len(v.Exchanges), 40)] {
		m, ok := ntlm.Back(x)
		if name := m.Target.DNSComputer; ok && name != "" && strings.Contains(name, ".") && !strings.EqualFold(name, host) {
			return fact.At(x.N, "In its NTLM challenge the server calls itself %q, and the URL says %q: the client asks for a ticket of HTTP/%s.", name, host, host), strings.ToLower(name)
		}
	}
	return fact.Fact{}, ""
}

// spoken are the mechanisms that the client offered in SPNEGO, and what the server said to them (RFC 4178 4.2).
func spoken(v *cause.View) []fact.Fact {
	var out []fact.Fact
	if m, ok := ntlm.Sent(v.Answer.Request); ok && len(m.Mechs) > 0 {
		out = append(out, v.Saw("The client offers %s.", strings.Join(m.Mechs[:min(len(m.Mechs), 4)], ", then ")))
	}
	if m, ok := ntlm.Back(v.Answer); ok && m.State != "" {
		took := ""
		if len(m.Mechs) > 0 {
			took = " (" + m.Mechs[0] + ")"
		}
		out = append(out, v.Saw("The server's SPNEGO reply says: %s%s.", m.State, took))
	}
	return out
}
