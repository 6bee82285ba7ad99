package edge

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// IPAllowlist: the address that the request comes from is not on the server's list.
var IPAllowlist = &cause.Cause{
	ID:      "ip-allowlist",
	Title:   "the source address is not on the server's list",
	Family:  family,
	FaultAt: exchange.WebServer,
	Hides:   []string{"403-means-401", "user-lacks-role-or-group", "authorization-scheme-wrong", "unsolicited-authorization-sent"},
	Partial: true,
	Audit:   deadAllows,
	Traced:  tracedAddress,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.45, Remedies: addressRemedies(v), Raise: []cause.Raise{{
			Command: "sudo grep -hE 'access forbidden by rule|AH01630|client denied' /var/log/nginx/error.log /var/log/apache2/error.log | tail -3",
			Where:   "on the web server", Would: "name the address it saw and the rule"}}}
		if m, said := v.Means(signature.IPNotAllowed); said && v.Answer.Status()/100 == 4 {
			s.Grade, s.Weight, s.Because, s.FaultAt = cause.Strong, 0.85, []fact.Fact{m.Because}, v.Writer.Layer
			if m.Weight > 0 && m.Weight < 70 {
				s.Grade, s.Weight = cause.Likely, 0.6
			}
			return s
		}
		_, blocked := page(v.Answer, "waf-block")
		_, asked := page(v.Answer, "bot-challenge")
		if !v.Whole() || !ownPage(v) || blocked || asked {
			return nil
		}
		s.RefusedBy, s.FaultAt = v.Writer.Layer, v.Writer.Layer
		s.Title = v.Writer.Product + " refuses this request by a rule; an address list fits best"
		s.Because = []fact.Fact{v.Saw("The 403 is %s's own page, and it asks for no login.", v.Writer.Product)}
		s.Trials = []cause.Trial{cause.Absent().Predicting("the same 403", sameRefusal).Carrying(cause.Likely)}
		switch x := v.Trial(cause.KeyAbsent); {
		case x == nil:
		case sameRefusal(v.Answer, x):
			s.Because = append(s.Because, fact.At(x.N, "A path beside it that does not exist, asked for without a credential, gets the same 403: neither path nor credential matters."))
			s.Weight = 0.6
		case x.Status() == 401:
			return nil // without the credential a login is asked for: the rule looks at who asks
		case cause.Passed(x):
			s.Weight = 0.25 // the path beside it is open to this address
		default:
			s.Weight = 0.3 // a folder without an index page, a file that may not be read
		}
		if _, isTool := toolAgent(v.Request); isTool && v.Trial("user-agent") == nil && v.Trial("user-agent-anonymous") == nil {
			s.Weight -= 0.05 // the name may be what is refused
		}
		return s
	},
}

// sameRefusal reports the same page of the same writer.
func sameRefusal(a, b *exchange.Exchange) bool {
	return a.Status() == b.Status() && a.Header().Get("Server") == b.Header().Get("Server") && a.Header().Get("Content-Type") == b.Header().Get("Content-Type") &&
		!b.Header().Has("WWW-Authenticate") && near(len(a.Body()), len(b.Body()))
}

// near allows for a path or a host that the page repeats.
func near(a, b int) bool { return a-b <= 64 && b-a <= 64 }

func addressRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "ask-from-listed-network", Title: "ask from a network that is on the list", For: "client",
		Effect: "the request comes from an allowed address", Opens: "nothing",
		Steps: []string{"from the office network or VPN: curl -i " + cause.Quote(v.Request.URL),
			"curl -4 and curl -6 may leave by different addresses: try both where the host has both"},
		Verify: "2xx, or the application's own 401, from there", Undo: "leave the VPN",
	}, {
		ID: "add-address", Title: "put the client's address on the list", For: "server",
		Effect: "this one address may ask", Opens: "the place to this address; the login behind it still asks",
		Steps: []string{"nginx: allow 203.0.113.7;  above  deny all;   Apache: Require ip 203.0.113.7   HAProxy: add it to the src list",
			"behind a proxy or in a container the server sees the proxy's address: set_real_ip_from and real_ip_header (nginx), mod_remoteip (Apache)"},
		Verify: "the error log of the server names another address as forbidden, and this one passes", Undo: "take the line out and reload",
	}}
}
