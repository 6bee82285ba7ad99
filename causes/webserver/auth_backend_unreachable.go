package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// AuthBackendUnreachable: whoever is to check the login (LDAP, PAM, a database, an identity provider) fails.
var AuthBackendUnreachable = &cause.Cause{
	ID:      "auth-backend-unreachable",
	Title:   "the server cannot ask whoever checks its logins",
	Family:  family,
	FaultAt: exchange.WebServer,
	Hides:   []string{"wrong-password", "403-means-401", "missing-www-authenticate"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := &cause.Suspicion{Remedies: backendRemedies(), Raise: backendRaise(v)}
		if m, ok := v.Means(signature.AuthServerBroken); ok && v.Answer.Status() >= 400 {
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = []fact.Fact{m.Because}
			s.FaultAt = exchange.Application
			if m.Layer != exchange.Unknown {
				s.FaultAt = m.Layer
			}
			return s
		}
		status := v.Answer.Status()
		if !login(v) || status != 500 && status != 503 || v.Written && asksNobody(v.Writer.Product) {
			return nil
		}
		s.Grade, s.Weight = cause.Likely, 0.4
		s.Because = []fact.Fact{v.Saw("With a login the answer is %d: the server fails, it does not refuse.", status)}
		s.Trials = []cause.Trial{cause.Anonymous().Predicting("a plain 401 that asks for a login",
			func(_, seen *exchange.Exchange) bool { return gate(seen) }).Carrying(cause.Likely).OrOut()}
		if anon := v.Trial(cause.KeyAnonymous); anon != nil && gate(anon) {
			s.Weight = 0.45 // an application that fails for everybody who is logged in looks the same
			s.Because = append(s.Because, fact.At(anon.N, "Without one it is a plain 401, realm=%q: it fails only once there is a login to check, or behind it.", realm(anon)))
		}
		return s
	},
}

// asksNobody reports a server that checks passwords in a file of its own, where a broken file says 500.
func asksNobody(product string) bool {
	p := strings.ToLower(product)
	return strings.HasPrefix(p, "nginx") || p == "openresty" || p == "haproxy" || p == "lighttpd" || p == "caddy"
}

func backendRaise(v *cause.View) []cause.Raise {
	command := "sudo journalctl -n 40 --no-pager | grep -iE 'ldap|pam|auth|connection refused|timed? ?out'"
	if strings.HasPrefix(nameOf(v), "Apache") {
		command = "sudo grep -E 'authnz_ldap|authnz_pam|authn_dbd|AH01695|AH01697|AH01618|AH01617' /var/log/apache2/error.log | tail -5"
	}
	return []cause.Raise{{Command: command, Where: "on the server, right after one refused login",
		Would: "show the failing backend on a line before the refusal; all users are then affected, not one"}}
}

func backendRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "repair-backend", Title: "repair the way to the backend", For: "server",
		Effect: "logins are checked again", Opens: "nothing",
		Steps: []string{
			"LDAP: ldapsearch -x -H ldaps://HOST -D BINDDN -W -b BASE -s base      from this server, as the server's own user (asks for the password)",
			"PAM:  a service file of the web server's own in /etc/pam.d, without modules that need a terminal or root (not a copy of sshd's)",
			"database or identity provider: name, port, certificate and password in the server's configuration; SELinux: setsebool -P httpd_can_network_connect on",
		},
		Verify: "a good login passes; a wrong one gets 401, not 500", Undo: "restore the former configuration",
	}, {
		ID: "watch-backend", Title: "check the backend from the server every minute", For: "server",
		Effect: "its failure is noticed as such", Opens: "nothing", Steps: []string{"alert on lines of the backend's module in the error log"}, Undo: "take the alert out",
	}}
}
