package edge

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// WAFBlock: a firewall rule refuses the request for what is in it.
var WAFBlock = &cause.Cause{
	ID:      "waf-block",
	Title:   "a firewall rule blocks the request",
	Family:  family,
	FaultAt: exchange.Edge,
	Hides: []string{"403-means-401", "user-lacks-role-or-group", "reverse-proxy-strips-authorization", "cdn-strips-authorization",
		"missing-www-authenticate", "wrong-password", "authorization-scheme-wrong", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil {
			return nil
		}
		s := &cause.Suspicion{Remedies: ruleRemedies(v), Raise: []cause.Raise{{
			Command: "sudo grep -hE 'ModSecurity|\\[id \"[0-9]+\"\\]' /var/log/apache2/error.log /var/log/nginx/error.log /var/log/modsec_audit.log | tail -3",
			Where:   "on the web server; at a CDN: its list of firewall events, by the time and the request id",
			Would:   "name the rule's number and what it found"}}}
		m, own := page(v.Answer, "waf-block")
		said, words := v.Means(signature.PolicyBlocked)
		switch {
		case own:
			s.Grade, s.Weight, s.RefusedBy = cause.Strong, 0.85, m.Layer
			s.Title = m.Product + " blocks the request by a rule"
			s.Because = append([]fact.Fact{v.Saw("The answer is %d, the block page of %s; the application was not reached.", v.Answer.Status(), m.Product)}, m.Because...)
		case words && v.Written && cause.InFront(v.Writer.Layer) && v.Writer.Layer != exchange.Network:
			// HAProxy's words are the same for every http-request deny: an address list is as likely.
			s.Grade, s.Weight, s.FaultAt = cause.Likely, 0.4, v.Writer.Layer
			s.Because = []fact.Fact{said.Because}
		default:
			return nil
		}
		if len(v.Request.URL.Query) > 0 && own {
			s.Trials = []cause.Trial{withoutQuery()}
		}
		if x := v.Trial(keyNoQuery); x != nil && notBlocked(v.Answer, x) {
			s.Because = append(s.Because, fact.At(x.N, "Without the query and the credential the firewall lets the same path through: %d.", x.Status()))
		}
		return s
	},
}

const keyNoQuery = "no-query"

// withoutQuery asks for the same path with nothing in it that a content rule could object to.
func withoutQuery() cause.Trial {
	return cause.Trial{Key: keyNoQuery, Change: "the same path without query and credential", Fresh: true,
		Edit: func(r exchange.Request) exchange.Request {
			r = cred.Strip(r)
			r.URL.Query, r.URL.HasQuery, r.Target = nil, false, secret.Text{}
			return r
		}}.Predicting("an answer that is not the firewall's page", notBlocked).Carrying(cause.Strong)
}

func notBlocked(_, seen *exchange.Exchange) bool {
	_, block := page(seen, "waf-block")
	_, challenge := page(seen, "bot-challenge")
	return seen.Response != nil && !block && !challenge && seen.Status() != 429
}

func ruleRemedies(v *cause.View) []cause.Remedy {
	path := cause.QuoteWord(v.Answer.Request.URL.Path)
	return []cause.Remedy{{
		ID: "report-to-operator", Title: "tell the operator time, path and request id", For: "client",
		Effect: "the operator finds the event and the rule", Opens: "nothing",
		Steps:  []string{"curl -si " + cause.Quote(v.Answer.Request.URL) + " | grep -iE '^(date|cf-ray|x-amz-cf-id|x-request-id|x-azure-ref):|incident|support id|reference'"},
		Verify: "the same request is answered by the application", Undo: "none needed",
	}, {
		ID: "exclude-rule", Title: "exclude the one rule for this one path", For: "server",
		Effect: "this request passes; every other rule stays",
		Opens:  "this path to what that one rule looks for; the application must check its input itself",
		Steps: []string{`ModSecurity: SecRule REQUEST_URI "@beginsWith ` + path + `" "id:10001,phase:1,pass,nolog,ctl:ruleRemoveById=RULE"   (before the rule set is included)`,
			"Cloudflare: Security > WAF > Managed rules > Add exception for the path and the rule"},
		Verify: "the request passes; a request with the pattern to another path is still blocked", Undo: "delete the exception and reload",
	}}
}
