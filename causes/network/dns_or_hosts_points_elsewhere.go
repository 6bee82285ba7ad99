package network

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// DNSPointsElsewhere: the name leads to a server that is not the one meant.
var DNSPointsElsewhere = &cause.Cause{
	ID:      "dns-or-hosts-points-elsewhere",
	Title:   "the name leads to another server than the one meant",
	Family:  family,
	FaultAt: exchange.Network,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil {
			return nil
		}
		host := v.Answer.Request.URL.Host
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6}
		switch t, f := v.Answer.Conn.TLS, v.Answer.Failure; {
		case f != nil && f.Step == "tls" && t != nil && len(t.Names) > 0 && !covers(t.Names, host) && !isAddress(host) && inspector(v.Answer) == "":
			s.Because = []fact.Fact{
				v.Saw("The server behind %s shows a certificate for %s.", host, few(t.Names)),
				v.Saw("It was reached at %s.", v.Answer.Conn.Remote),
			}
		case v.Answer.Status() == 421:
			s.RefusedBy = exchange.WebServer
			s.Because = []fact.Fact{v.Saw("The status is 421 Misdirected Request: the server says that it does not answer for %s (RFC 9110 15.5.20).", host)}
		default:
			return nil
		}
		if v.Intent != nil {
			for name, to := range v.Intent.Resolve {
				if strings.EqualFold(name, v.Answer.Request.URL.Address()) {
					s.Weight, s.FaultAt = 0.8, exchange.Client
					s.Title = "the command leads the name to another server"
					s.Because = append(s.Because, fact.Given("the command", "It leads %s to %s by --resolve or --connect-to.", name, to))
				}
			}
		}
		s.Raise = []cause.Raise{{Command: "getent ahosts " + cause.QuoteWord(host) + "; dig +short " + cause.QuoteWord(host) + " @1.1.1.1; grep -i -w " + cause.QuoteWord(host) + " /etc/hosts",
			Where: "here", Would: "show different addresses, or a line in /etc/hosts, if the name is led elsewhere"}}
		s.Remedies = []cause.Remedy{{
			ID: "ask-right-address", Title: "ask the right server, to see that it answers", For: "client",
			Effect: "one request goes to the address you expect", Opens: "nothing",
			Steps:  []string{"curl -i --resolve " + cause.QuoteWord(host+":"+v.Answer.Request.URL.Port+":ADDRESS") + " " + cause.Quote(v.Answer.Request.URL)},
			Verify: "the certificate fits and the answer is the server's", Undo: "leave the option out",
		}, {
			ID: "correct-record", Title: "correct the record, or the line in /etc/hosts", For: "client",
			Effect: "the name leads to its server", Opens: "nothing",
			Steps:  []string{"sudo sed -i.bak '/[[:space:]]" + strings.ReplaceAll(host, ".", `\.`) + "\\b/d' /etc/hosts      (a copy stays in /etc/hosts.bak)", "or correct the A, AAAA or CNAME record and wait for its TTL; look at split DNS of the VPN"},
			Verify: "getent ahosts shows the right address", Undo: "sudo mv /etc/hosts.bak /etc/hosts",
		}}
		if !plainHost(host) {
			s.Remedies = s.Remedies[:1]
		}
		return s
	},
}

// isAddress reports a host that no name server was asked about.
func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// covers reports that a certificate's names hold host (RFC 6125 6.4.3: a star stands for one label).
func covers(names []string, host string) bool {
	for _, n := range names {
		if strings.EqualFold(n, host) {
			return true
		}
		if rest, star := strings.CutPrefix(n, "*."); star {
			if _, parent, ok := strings.Cut(host, "."); ok && strings.EqualFold(rest, parent) {
				return true
			}
		}
	}
	return false
}

func few(names []string) string {
	if len(names) > 2 {
		return fmt.Sprintf("%s, %s and %d more", names[0], names[1], len(names)-2)
	}
	return strings.Join(names, ", ")
}

// plainHost reports a name that can stand in a pattern of sed.
func plainHost(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}
