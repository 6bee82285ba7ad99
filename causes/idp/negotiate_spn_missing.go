package idp

import (
	"net/netip"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// NegotiateSPNMissing: Kerberos knows no service by the name in the URL, so the client gets no ticket for it and falls
// back to NTLM, or the ticket is for another key than the server's (RFC 4559 4.1).
var NegotiateSPNMissing = &cause.Cause{
	ID:      "negotiate-spn-missing",
	Title:   "Kerberos has no service name for this host",
	Family:  family,
	FaultAt: exchange.IdentityProvider,
	Hides:   []string{"wrong-password", "missing-www-authenticate", "credential-type-wrong", "no-credentials-sent", "negotiate-no-ticket"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !v.Recorded() && (v.Answer.Status() != 401 || !v.Challenges.Has("Negotiate")) || !refusedOrUnseen(v) {
			return nil
		}
		host := v.Answer.Request.URL.Host
		s := &cause.Suspicion{Grade: cause.Likely, Remedies: spnRemedies(host), Raise: []cause.Raise{{
			Command: "kvno " + cause.QuoteWord("HTTP/"+host),
			Where:   "on the client's machine, with a ticket of its own (klist)", Would: "say that the server is not found in the Kerberos database if the name is missing",
		}, {
			Command: "setspn -Q " + cause.QuoteWord("HTTP/"+host), Where: "on a machine of the Windows domain", Would: "name the account that has it; none, or two, is the fault",
		}}}
		_, err := netip.ParseAddr(host)
		byAddress := err == nil
		a, sent := v.Arrived(cred.NTLM, cred.Negotiate)
		switch {
		case notInDatabase(v) != nil:
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Because = []fact.Fact{*notInDatabase(v)}
		case sent && a.Kind == cred.NTLM && !strings.EqualFold(a.Scheme, "NTLM"):
			s.Weight = 0.65
			s.Because = []fact.Fact{v.Asked("What was sent as Negotiate is an NTLM message: the client got no Kerberos ticket for HTTP/%s and fell back.", host)}
			if !v.Challenges.Has("NTLM") && v.Unseen(exchange.ResponseHeader) {
				s.Grade, s.Weight = cause.Strong, 0.85
			} else if !v.Challenges.Has("NTLM") {
				s.Grade, s.Weight = cause.Strong, 0.8
				s.Because = append(s.Because, v.Saw("The server offers Negotiate and not NTLM, and asks again."))
			}
		case v.Recorded() && (v.Challenges.Has("Negotiate") || kerberosSpoken.MatchString(v.MachineText(heardLimit))) && aliasTold.MatchString(v.HumanText(heardLimit)):
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = []fact.Fact{v.Saw("The server asks for Negotiate, or a Kerberos library speaks."), v.Asked("It is told that the host has another name, under which it works: a ticket is for one name only.")}
		case sent && v.Whole() && a.Kind == cred.Negotiate && !a.Value.Empty():
			s.Weight = 0.5
			s.Because = []fact.Fact{v.Saw("A Negotiate token was sent, and the server asks again: its key may not be that of HTTP/%s (account, keytab, or an alias).", host)}
		default:
			return nil
		}
		if said, other := ownName(v, host); other != "" {
			// What the server calls itself is the name that its account was given a service name for.
			s.Weight = min(s.Weight+0.1, 0.9)
			s.Because = append(s.Because, said)
			s.Remedies = spnRemedies(host)
			s.Remedies[0].Steps = []string{"curl --negotiate -u : " + cause.QuoteWord(v.Answer.Request.URL.Scheme+"://"+other+"/")}
		}
		s.Because = append(s.Because, spoken(v)...)
		if byAddress {
			s.FaultAt, s.Title = exchange.Client, "Kerberos has no service names for bare addresses"
			s.Because = append(s.Because, v.Asked("The URL names an address, not a host: there is no ticket for HTTP/%s.", host))
		}
		return s
	},
}

var (
	kerberosSpoken = lazyregexp.New(`(?i)kerberos|spnego|sspi|gss[_-]?api|gss_|\bnegotiate\b|AcceptSecurityContext`)
	aliasTold      = lazyregexp.New(`(?i)\b(dns )?alias\b|\bcname\b|\bvanity (name|url)|\bby (ip|address)\b[^.\n]{0,60}\bby name\b|\b(short|host|full|real|machine|canonical) ?name\b[^.\n]{0,60}\b(works|fine|signs in|succeeds)|\bfqdn\b[^.\n]{0,60}\b(works|fine)|\bworks (with|by|under|via|on) (the )?(fqdn|full name|host ?name|real name|machine name)`)
)

// notInDatabase finds the words of Kerberos libraries for a missing service name among what was read.
func notInDatabase(v *cause.View) *fact.Fact {
	names := []string{"Server not found in Kerberos database", "SEC_E_TARGET_UNKNOWN", "KDC_ERR_S_PRINCIPAL_UNKNOWN"}
	for _, m := range v.Messages {
		for _, words := range names {
			if strings.Contains(strings.ToLower(string(m.Text)), strings.ToLower(words)) {
				return &fact.Fact{Text: "The program says: " + words + ".", From: m.From}
			}
		}
	}
	for _, f := range v.Facts {
		for _, words := range names {
			if strings.Contains(strings.ToLower(f.Text), strings.ToLower(words)) {
				return &fact.Fact{Text: "The program says: " + words + ".", From: f.From}
			}
		}
	}
	return nil
}

func spnRemedies(host string) []cause.Remedy {
	name := cause.QuoteWord("HTTP/" + host)
	return []cause.Remedy{{
		ID: "use-known-name", Title: "use the host name that Kerberos knows", For: "client",
		Effect: "the client gets a ticket for that name", Opens: "nothing",
		Steps:  []string{"curl --negotiate -u : https://HOST.DOMAIN/      (the server's full name, no alias, no address)"},
		Verify: "klist shows HTTP/HOST.DOMAIN, and the request answers 2xx", Undo: "use the former name",
	}, {
		ID: "register-spn", Title: "register the service name for the account that the server runs as", For: "idp",
		Effect: "tickets for this name can be had, and the server can read them",
		Opens:  "nothing: the name belongs to one account only (setspn -S refuses a second)",
		Steps: []string{
			"setspn -S " + name + " ACCOUNT      (Windows domain; a DNS A record in place of a CNAME, or the alias as a name of its own)",
			"IIS in kernel mode: useAppPoolCredentials=true when the pool runs as ACCOUNT",
			"MIT: kadmin -q 'addprinc -randkey " + name + "' and 'ktadd -k FILE.keytab " + name + "'; the server's worker must be able to read the keytab",
		},
		Verify: "kvno " + name + " prints a version number; the request answers 2xx; without a ticket it is 401", Undo: "setspn -D " + name + " ACCOUNT",
	}}
}
