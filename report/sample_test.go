package report

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// samples are reports of every shape, under the names of their golden files.
func samples() map[string]*Report {
	return map[string]*Report{
		"wrong-password": wrongPassword(),
		"redirect-drop":  redirectDrop(),
		"jwt-audience":   jwtAudience(),
		"unknown":        unknown(),
		"healthy":        healthy(),
		"unreachable":    unreachable(),
		"withheld":       withheld(),
		"two-faults":     twoFaults(),
		"hostile":        hostile("\x1b]0;owned\x07<b>`$(id)`\u202etxt\n::error::x ##[error]y"),
		"long":           long(),
		"wide":           wide(),
		"minimal":        {Outcome: NotKnown},
		"flow":           flow(),
	}
}

func flow() *Report {
	return &Report{
		Input: "a HAR file", Outcome: Found, Status: 400, Target: "https://login.example.com",
		Verdict: Verdict{Cause: "pkce-verification-failed", Title: "code_verifier does not make the code_challenge that was sent", Family: "idp",
			RefusedBy: exchange.IdentityProvider, FaultAt: exchange.Client, Grade: cause.Proved},
		Path: []Stop{
			{Name: "you", Kind: exchange.Client, Result: "passed", Note: "fault here"},
			{Name: "app", Kind: exchange.Application, Result: "passed"},
			{Name: "identity provider", Kind: exchange.IdentityProvider, Result: "refused"},
		},
		Ladder: []Rung{
			{Step: "authorize", Exchange: 2, Result: "passed", Detail: "302"},
			{Step: "callback", Exchange: 7, Result: "passed", Detail: "200"},
			{Step: "token", Exchange: 9, Result: "refused", Detail: "400 invalid_grant"},
			{Step: "API call", Result: "not_reached"},
		},
		Evidence: []Evidence{
			{"The token endpoint answers invalid_grant.", Source{Exchange: 9}},
			{"Computed again (S256), the challenge of this verifier is another one than the authorization request sent.", Source{Exchange: 2}},
		},
		Remedies: []Remedy{{ID: "keep-verifier", Cause: "pkce-verification-failed", Title: "keep the verifier of each login apart, under its state", For: "client", Opens: "nothing",
			Steps: []string{"Store the verifier under the state before the redirect, and read it by the state that comes back."}}},
	}
}

func wrongPassword() *Report {
	return &Report{
		Schema: Schema, Tool: Tool{"v0.0.0-test"}, Input: "a URL", Outcome: Found, Status: 401, Target: "https://staging.example.org",
		Verdict: Verdict{Cause: "wrong-password", Title: `nginx refused the login of "deploy"`, Family: "credential",
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: cause.Strong, Location: Location{Hop: 2}},
		RuledOut: []RuledOut{
			{"reverse-proxy-strips-authorization", "header lost on the way", "no proxy, no redirect"},
			{"token-whitespace-or-newline", "stray space or newline in the password", "none"},
			{"basic-non-ascii-charset", "non-ASCII letters sent in the wrong encoding", "none"},
		},
		Path: []Stop{
			{Name: "you", Kind: exchange.Client, Product: "curl", Result: "passed"},
			{Name: "nginx 1.22", Kind: exchange.WebServer, Product: "nginx 1.22", Result: "refused", Note: `Basic "Staging"`},
			{Name: "app", Kind: exchange.Application, Result: "not_reached"},
		},
		Evidence: []Evidence{
			{`Without a password: 401 with WWW-Authenticate: Basic realm="Staging".`, Source{Exchange: 1}},
			{"With yours, once: the same 401, the same 179 bytes.", Source{Exchange: 2}},
			{"The page is nginx's built-in one, so nginx itself refused.", Source{Exchange: 2}},
		},
		Raise: []Raise{{"sudo grep 'user \"deploy\"' /var/log/nginx/error.log", "on the web server",
			`tell "was not found" from "password mismatch"`}},
		Remedies: []Remedy{
			{ID: "set-password", Cause: "wrong-password", Title: "set the password anew", For: "server", Effect: "the entry of deploy is replaced",
				Opens: "nothing", Steps: []string{"sudo htpasswd /etc/nginx/.htpasswd deploy"}, Verify: "the login is let in; a wrong one and none at all are still refused", Undo: "restore /etc/nginx/.htpasswd from the copy"},
			{ID: "password-store", Cause: "wrong-password", Title: "keep the login in one place", For: "client", Effect: "one store instead of three", Opens: "nothing",
				Steps: []string{"Put the login into ~/.netrc and call curl with -n."}},
		},
		Sent: []Sent{
			{1, "GET", "https://staging.example.org/", "without a credential", "none", 401},
			{2, "GET", "https://staging.example.org/", "your request", "yours", 401},
		},
	}
}

func redirectDrop() *Report {
	return &Report{
		Input: "a curl command", Outcome: Found, Status: 401, Target: "https://example.com",
		Verdict: Verdict{Cause: "redirect-cross-host-drops-auth", Title: "curl dropped your token on a redirect to another host", Family: "redirect",
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: cause.Proved, Location: Location{Hop: 1}},
		Path: []Stop{
			{Name: "you", Kind: exchange.Client, Product: "curl", Result: "passed", Note: "fault here"},
			{Name: "Cloudflare", Kind: exchange.Edge, Product: "Cloudflare", Result: "passed"},
			{Name: "www.example.com", Kind: exchange.Application, Result: "refused", Note: "token NOT sent"},
		},
		Evidence: []Evidence{
			{"https://example.com/api/v1/me answers 301 to www.example.com.", Source{Exchange: 1}},
			{"curl keeps Authorization only on the same host, port and scheme.", Source{Input: "curl command"}},
			{"www.example.com asks for Bearer and got nothing.", Source{Exchange: 2}},
		},
		Witness: &Witness{2, 3, "the token was sent to the final address"},
		Remedies: []Remedy{{ID: "final-address", Cause: "redirect-cross-host-drops-auth", Title: "call the final address", For: "client", Opens: "nothing",
			Steps: []string{"curl -H 'Authorization: Bearer secret#1' https://www.example.com/api/v1/me", "Do not use --location-trusted: it sends the token to every hop."}}},
		Sent: []Sent{
			{1, "GET", "https://example.com/api/v1/me", "your request", "yours", 301},
			{2, "GET", "https://www.example.com/api/v1/me", "your request", "none", 401},
			{3, "GET", "https://www.example.com/api/v1/me", "with the token sent to the final address", "yours", 200},
		},
	}
}

func jwtAudience() *Report {
	return &Report{
		Input: "a curl command", Outcome: Found, Status: 401, Target: "https://orders.example.com",
		Verdict: Verdict{Cause: "token-aud-mismatch", Title: `the token is for another service: aud is "account"`, Family: "token",
			RefusedBy: exchange.Application, FaultAt: exchange.IdentityProvider, Grade: cause.Proved},
		Suspects: []Suspect{{"token-iss-mismatch", "iss differs from the configured issuer", cause.Likely, "the issuer was not contacted"}},
		Path: []Stop{
			{Name: "you", Kind: exchange.Client, Result: "passed"},
			{Name: "gateway", Kind: exchange.Gateway, Result: "passed"},
			{Name: "Spring Security", Kind: exchange.Application, Product: "Spring Security", Result: "refused"},
		},
		Evidence: []Evidence{
			{`The server says error="invalid_token", "The aud claim is not valid".`, Source{Exchange: 1}},
			{`aud in your token is "account".`, Source{Input: "the token"}},
			{`aud the server names is https://orders.example.com.`, Source{Exchange: 2}},
		},
		Notes: []string{"not expired: 41 minutes left"},
		Remedies: []Remedy{
			{ID: "ask-for-audience", Cause: "token-aud-mismatch", Title: "ask the issuer for a token that names this API", For: "client", Opens: "nothing",
				Steps: []string{"curl -d grant_type=client_credentials -d client_id=web-shop -d audience=https://orders.example.com https://login.example.com/realms/shop/protocol/openid-connect/token"}},
			{ID: "audience-mapper", Cause: "token-aud-mismatch", Title: "add an audience mapper for the client web-shop", For: "idp", Opens: "tokens of web-shop are accepted by orders.example.com",
				Steps: []string{"Clients > web-shop > Client scopes > Add mapper > Audience."}},
		},
		Sent: []Sent{{1, "GET", "https://orders.example.com/v1/orders", "your request", "yours", 401}, {2, "GET", "https://orders.example.com/.well-known/oauth-protected-resource", "what the server says of itself", "none", 200}},
	}
}

func unknown() *Report {
	return &Report{
		Input: "a URL", Outcome: NotKnown, Status: 401, Target: "https://api.example.com",
		Verdict: Verdict{Title: "Refused, and the server gives no reason"},
		Path: []Stop{
			{Name: "you", Kind: exchange.Client, Result: "passed"},
			{Name: "Cloudflare", Kind: exchange.Edge, Result: "unknown"},
			{Name: "gateway", Kind: exchange.Gateway, Result: "unknown"},
			{Name: "app", Kind: exchange.Application, Result: "unknown"},
		},
		Evidence: []Evidence{{"The answer is 401 Unauthorized.", Source{Exchange: 1}}, {"There is no WWW-Authenticate.", Source{Exchange: 1}}, {"The body is empty.", Source{Exchange: 1}}},
		Sent:     []Sent{{1, "GET", "https://api.example.com/v1/things", "your request", "none", 401}},
	}
}

func healthy() *Report {
	return &Report{Input: "a URL", Outcome: Healthy, Status: 200, Target: "https://api.example.com",
		Verdict: Verdict{Title: "Nothing is refused"},
		Path:    []Stop{{Name: "you", Kind: exchange.Client, Result: "passed"}, {Name: "nginx", Kind: exchange.WebServer, Result: "passed"}},
		Sent:    []Sent{{1, "GET", "https://api.example.com/", "your request", "none", 200}}}
}

func unreachable() *Report {
	return &Report{Input: "a URL", Outcome: Unreachable, Target: "https://api.exmaple.com",
		Verdict: Verdict{Title: "No answer to judge"},
		Path:    []Stop{{Name: "you", Kind: exchange.Client, Result: "unknown"}, {Name: "app", Kind: exchange.Application, Result: "unknown"}},
		Failure: &Failure{"resolve", "no such host: api.exmaple.com"},
		Sent:    []Sent{{1, "GET", "https://api.exmaple.com/", "your request", "none", 0}}}
}

func withheld() *Report {
	return &Report{Input: "a curl command", Outcome: Withheld, Target: "https://api.example.com",
		Verdict: Verdict{Title: "Not sent, to keep your account safe"},
		Path:    []Stop{{Name: "you", Kind: exchange.Client, Result: "unknown"}, {Name: "app", Kind: exchange.Application, Result: "unknown"}},
		Notes: []string{"a password on the command line can be read in the list of processes",
			`the password of "deploy" was refused twice in the last 24 hours; a third try may lock the account (--i-know sends it all the same)`}}
}

func twoFaults() *Report {
	r := wrongPassword()
	r.Verdict.Cause, r.Verdict.Title, r.Verdict.Grade = "authorization-scheme-missing", `the token goes without the word "Bearer"`, cause.Proved
	r.Verdict.FaultAt = exchange.Client
	r.Witness = &Witness{1, 3, `the same token with "Bearer " before it`}
	r.Raise = nil
	r.Also = []Verdict{{Cause: "token-expired", Title: "the token expired 3 days ago", Family: "token", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: cause.Proved}}
	r.Path[0].Note = "fault here"
	r.Remedies = []Remedy{
		{ID: "add-scheme", Cause: "authorization-scheme-missing", Title: "put the scheme before the token", For: "client", Opens: "nothing", Steps: []string{"curl -H 'Authorization: Bearer secret#1' https://staging.example.org/"}},
		{ID: "new-token", Cause: "token-expired", Title: "get a new token", For: "client", Opens: "nothing", Steps: []string{"Ask the issuer for a new one."}},
	}
	return r
}

// hostile puts payload into every place a stranger can write to.
func hostile(payload string) *Report {
	q := ShellQuote(payload)
	return &Report{
		Input: payload, Outcome: Found, Status: 401, Target: "https://x.example/" + payload,
		Verdict:  Verdict{Cause: "wrong-password", Title: "realm " + payload, Family: "credential", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: cause.Likely, Location: Location{File: payload, Line: 3}},
		Also:     []Verdict{{Cause: "token-expired", Title: payload, Grade: cause.Strong}},
		Suspects: []Suspect{{payload, payload, cause.Likely, payload}},
		RuledOut: []RuledOut{{payload, payload, payload}},
		Path: []Stop{{Name: "you", Kind: exchange.Client, Result: "passed"}, {Name: payload, Kind: exchange.WebServer, Product: payload, Result: "refused", Note: payload},
			{Name: payload, Kind: exchange.Application, Result: "not_reached"}},
		Evidence: []Evidence{{payload, Source{Exchange: 1}}, {"said " + payload, Source{File: payload, Line: 7}}, {payload + payload, Source{Input: payload}}},
		Witness:  &Witness{1, 2, payload},
		Raise:    []Raise{{"grep " + q + " access.log", payload, payload}},
		Remedies: []Remedy{{ID: payload, Cause: "wrong-password", Title: payload, For: payload, Effect: payload, Opens: payload,
			Steps: []string{payload, "curl -u " + q + " https://x.example/", payload + "."}, Verify: "curl " + q, Undo: payload}},
		Sent:    []Sent{{1, "GET", "https://x.example/" + payload, payload, "yours", 401}},
		Notes:   []string{payload, payload},
		Failure: nil,
		Next:    "curl " + q,
	}
}

func long() *Report {
	r := redirectDrop()
	h := strings.Repeat("very-long-label.", 14) + "example.com"
	r.Target = "https://" + h
	r.Path[2].Name = h
	r.Verdict.Title = "the password was dropped on the way to " + h
	r.Evidence[0].Fact = "https://" + h + "/a answers 301 to www." + h + "."
	for i := range 20 {
		r.Evidence = append(r.Evidence, Evidence{strings.Repeat("one more fact about it ", i+1), Source{Exchange: i + 1}})
		r.Notes = append(r.Notes, strings.Repeat("a note ", 30))
		r.RuledOut = append(r.RuledOut, RuledOut{"some-cause", "something that it is not, after all", "because it was tried"})
		r.Suspects = append(r.Suspects, Suspect{"some-cause", strings.Repeat("still possible ", 10), cause.Likely, "it fits"})
	}
	r.Verdict.Grade = cause.Strong
	r.Raise = []Raise{{"curl --header 'X-Long: " + strings.Repeat("0123456789", 20) + "' https://" + h + "/a", "here", strings.Repeat("tells much ", 20)}}
	r.Remedies[0].Steps = append([]string{"curl https://" + h + "/" + strings.Repeat("segment/", 40)}, r.Remedies[0].Steps...)
	r.Sent[0].URL, r.Sent[2].URL = "https://"+h+"/a", "https://other.example/"
	return r
}

func wide() *Report {
	r := wrongPassword()
	r.Verdict.Title = "サーバーがログインを拒否しました 「デプロイ」"
	r.Path[1].Name, r.Path[1].Note = "웹서버 nginx", `Basic "Ü"`
	r.Evidence[0].Fact = strings.Repeat("日本語の事実", 12) + " e\u0301clair"
	r.Sent[0].URL = "https://例え.example/"
	return r
}
