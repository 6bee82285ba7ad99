package edge

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// UserAgentBlocked: the server refuses the name by which the program introduces itself, or its absence.
var UserAgentBlocked = &cause.Cause{
	ID:      "user-agent-blocked",
	Title:   "the server refuses this User-Agent",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"ip-allowlist", "waf-block", "403-means-401", "user-lacks-role-or-group"},
	Partial: true,
	Audit:   unwelcomePrograms,
	Suspect: func(v *cause.View) *cause.Suspicion {
		name, isTool := toolAgent(v.Request)
		said, words := v.Means(signature.UserAgentRequired)
		_, blocked := page(v.Answer, "waf-block")
		status := v.Answer.Status()
		// An application's 403 is about permission; a plain one without a known writer may be such a rule.
		fits := isTool && v.Whole() && (ownPage(v) || blocked || status == 403 && !v.Written && len(v.Challenges) == 0 && len(v.Credentials) == 0)
		if !words && !fits || status/100 != 4 {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.45, Remedies: agentRemedies(v)}
		if isTool && !v.Unseen(exchange.RequestHeader) {
			s.Because = []fact.Fact{v.Asked("User-Agent is that of a tool: %s.", name)}
		}
		if name == "an empty User-Agent" && len(s.Because) > 0 {
			s.Because[0] = v.Asked("The request brings no User-Agent.")
		}
		if words {
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = append(s.Because, said.Because)
		}
		switch {
		case words:
		case v.Recorded():
			s.Weight = 0.15 // every tool has such a name, and any rule refuses so
		case blocked:
			s.Weight = 0.4
		}
		s.Raise = []cause.Raise{{Command: "curl -i -A " + cause.QuoteWord(honest) + " " + cause.Quote(v.Request.URL), Where: "here", Would: "be let in if only the name is refused"}}
		t := cause.Header("user-agent", "another User-Agent", "User-Agent", secret.Public(honest))
		if !passwordSent(v) {
			s.Trials = []cause.Trial{t.Passing().OrOut()}
			return s
		}
		// A refused password stays at home: only when the refusal is the same without it can the name be tried.
		bare := v.Trial(cause.KeyAnonymous)
		if bare == nil {
			bare = v.Trial(cause.KeyAbsent)
		}
		if bare != nil && bare.Status() == 401 {
			return nil // the same name was asked for a login: who asks is what is refused
		}
		if bare == nil || bare.Status() != status {
			s.Weight = 0.3
			return s
		}
		t.Key, t.Change, t.Fresh = "user-agent-anonymous", "another User-Agent and no credential", true
		edit := t.Edit
		t.Edit = func(r exchange.Request) exchange.Request { return edit(cause.Anonymous().Edit(r)) }
		s.Trials = []cause.Trial{t.Predicting(fmt.Sprintf("a request for a login in place of %d", status),
			func(_, seen *exchange.Exchange) bool { return seen.Status() == 401 || cause.Passed(seen) }).Carrying(cause.Strong).OrOut()}
		return s
	},
}

// honest names the program and where to read about it; it imitates no browser that it is not.
const honest = "Mozilla/5.0 (compatible; why401; +https://github.com/why401/why401)"

func agentRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "set-user-agent", Title: "give the program a name of its own", For: "client",
		Effect: "the server sees who asks and how to reach you (RFC 9110 10.1.5)", Opens: "nothing",
		Steps: []string{"curl -A 'orders-sync/1.2 (+https://example.com/contact)' " + cause.Quote(v.Request.URL),
			"Python requests: session.headers['User-Agent'] = 'orders-sync/1.2 (+https://example.com/contact)'"},
		Verify: "the request with the name is answered; with the library's own name it is still refused", Undo: "leave the option out",
	}, {
		ID: "narrow-agent-rule", Title: "refuse by behaviour, not by a library's name", For: "server",
		Effect: "programs with a good credential get in whatever their name", Opens: "the place to tools with these names; a rate limit (limit_req) guards it as before",
		Steps:  []string{"nginx: delete  if ($http_user_agent ~* ...) { return 403; }  or exempt the API: location /api/ { ... } without it", "nginx -t && nginx -s reload"},
		Verify: "the tool's request gets the application's own answer", Undo: "put the line back and reload",
	}}
}
