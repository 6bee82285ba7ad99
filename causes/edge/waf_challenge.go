package edge

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// WAFChallenge: bot protection wants a browser to prove itself, and the program cannot.
var WAFChallenge = &cause.Cause{
	ID:        "waf-challenge",
	Title:     "bot protection answers with a challenge for browsers",
	Family:    family,
	RefusedBy: exchange.Edge,
	FaultAt:   exchange.Edge,
	Hides: []string{"waf-block", "ip-allowlist", "user-agent-blocked", "rate-limit-lockout", "403-means-401", "no-credentials-sent",
		"missing-www-authenticate", "reverse-proxy-strips-authorization", "cdn-strips-authorization", "wrong-password", "user-lacks-role-or-group",
		"authorization-scheme-wrong", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		m, ok := page(v.Answer, "bot-challenge")
		if !ok {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Strong, Weight: 0.95,
			Title:   m.Product + " wants a browser to pass a challenge; your program was stopped before the application",
			Because: m.Because,
			Raise: []cause.Raise{{Command: "curl -sI -o /dev/null -w '%{http_code}\\n' " + cause.Quote(v.Answer.Request.URL), Where: "here, from another network",
				Would: "differ if the challenge depends on the address"}},
			Remedies: []cause.Remedy{{
				ID: "use-api-host", Title: "ask the host that is meant for programs", For: "client",
				Effect: "the request does not meet the protection of the web site", Opens: "nothing",
				Steps:  []string{"take the API's own host from its documentation (api.example.com in place of www.example.com)", "ask the operator to except your client, by its token or address"},
				Verify: "the answer comes from the application (JSON, or its own 401)", Undo: "use the former host",
			}, {
				ID: "skip-challenge-for-api", Title: "except the API path from the challenge", For: "server",
				Effect: "programs reach the API; it still asks for its own credential",
				Opens:  "the API path to programs, which the application's own login guards; keep a rate limit",
				Steps: []string{"Cloudflare: Security > WAF > Custom rules: (starts_with(http.request.uri.path, \"/api/\")) -> Skip: Super Bot Fight Mode, managed rules",
					"AWS WAF: a scope-down statement on the bot control rule that leaves out the API path"},
				Verify: "the request without a token gets the application's 401, with one 2xx", Undo: "delete the rule",
			}},
		}
		switch {
		case v.Answer.Header().Get("Cf-Mitigated") == "challenge":
			// Cloudflare documents the field as the way to tell its challenge pages from the origin's replies.
			s.Grade = cause.Proved
			s.Because = []fact.Fact{v.Saw("The answer is %d with cf-mitigated: challenge, the mark of Cloudflare's challenge pages.", v.Answer.Status())}
		case v.Answer.Header().Has("x-amzn-waf-action"):
			s.Grade = cause.Proved
			s.Because = []fact.Fact{v.Saw("The answer is %d with x-amzn-waf-action, by which AWS WAF names a challenge.", v.Answer.Status())}
		}
		if len(v.Credentials) > 0 {
			s.Because = append(s.Because, v.Saw("The application behind it did not see the credential."))
		}
		return s
	},
}
