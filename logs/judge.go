package logs

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/logs/tally"
)

// judge says which cause the pattern of a finding means. What an error log says in plain words comes first: it is about
// single requests. Then the group: who is hit and who is not tells more than any status. Where twins look alike in a log,
// the cause is likely at most, or none is named and the suspects are.
func (v *view) judge(f *finding) {
	if f.cause == "" && v.newPrompt(f) {
		return
	}
	if f.verdict != nil && !f.patternWins() {
		f.cause, f.grade = f.verdict.Cause, f.verdict.Grade
		if f.grade == cause.Proved {
			f.grade = cause.Strong // of the sentence; that it is about all of the group is an inference
		}
		f.authService()
		return
	}
	if f.cause != "" || f.passwordFile() {
		return
	}
	status := func(want ...string) float64 {
		return f.share(func(i *item) bool { return slices.Contains(want, i.Group[tally.Status]) })
	}
	method, _ := f.has("method")
	_, oneUser := f.has("user")
	_, oneUpstream := f.has("upstream")
	software, oneSoftware := f.has("user agent")
	program, oneProgram := f.has("program")
	_, oneClient := f.has("client")
	_, oneNetwork := f.has("network")
	named := f.share(func(i *item) bool { return i.Group[tally.User] != "" })
	say := func(id string, g cause.Grade, why string, others ...string) {
		f.cause, f.grade, f.suspects = id, g, others
		f.because = append(f.because, why)
	}
	switch {
	case f.share(func(i *item) bool { return i.Group[tally.Method] == "OPTIONS" }) >= 0.8:
		say("cors-preflight-401", cause.Strong, "nearly all of them are OPTIONS: a browser's preflight carries no credential")
	case f.share(func(i *item) bool { return strings.EqualFold(i.Group[tally.Cache], "HIT") }) >= 0.8:
		say("cdn-cached-401", cause.Strong, "the cache logs them as HIT: they did not reach the application")
	case status("429", "423", "444") >= 0.7:
		say("rate-limit-lockout", cause.Strong, "the status says that a limit was reached", "waf-block")
	case status("419") >= 0.7:
		say("csrf-token-missing-or-mismatch", cause.Strong, "419 is Laravel's answer to a form without its CSRF token", "csrf-origin-mismatch-behind-proxy")
	case oneUpstream:
		say("session-not-shared-between-backends", cause.Likely, "the other backends serve the same requests", "clock-skew-generic", "jwks-unreachable")
	case f.share(func(i *item) bool { return strings.Contains(i.Group[tally.Route], "/wp-json/") }) >= 0.8 && status("403") >= 0.7 && !oneClient && !oneUser:
		// WordPress says 401 to strangers here; 403 is for a session whose nonce is old, and for a right that is missing.
		say("wp-nonce-invalid-cached-page", cause.Likely, "WordPress' REST API refuses the browsers of many, whose pages it serves", "wp-user-lacks-capability", "waf-block")
	case oneClient && status("403", "503") >= 0.7 && f.share(func(i *item) bool { return tally.IsLogin(i.Group[tally.Route]) }) >= 0.8:
		say("rate-limit-lockout", cause.Likely, "one address is shut out from the login and served elsewhere", "waf-block", "csrf-token-missing-or-mismatch")
	case isWrite(method) && status("403") >= 0.7:
		say("csrf-token-missing-or-mismatch", cause.Likely, "reads are served and writes are refused", "csrf-origin-mismatch-behind-proxy", "waf-block", "user-lacks-role-or-group")
	case isWrite(method):
		say("method-or-content-type-401", cause.Likely, "reads are served and writes are refused", "csrf-token-missing-or-mismatch", "redirect-method-changed")
	case oneUser && f.refused > 0.8*f.asked:
		v.oneUser(f, say)
	case oneSoftware && v.newOrOld(f, software):
		say("client-release-regression", cause.Likely, "other versions of the program are served")
	case oneProgram && status("403") >= 0.7:
		say("user-agent-blocked", cause.Likely, "only "+program+" is refused, whatever its version and address", "waf-block", "waf-challenge")
	case oneSoftware && status("403") >= 0.7 && len(f.distinct(dimensions[dimensionOf("client")].of)) > 1:
		say("user-agent-blocked", cause.Likely, "only "+software+" is refused, from several addresses", "client-release-regression")
	case oneNetwork && !oneClient && status("403") >= 0.7:
		say("ip-allowlist", cause.Likely, "all of them come from one network, and others are served", "waf-block", "rate-limit-lockout")
	case oneClient && status("403") >= 0.7:
		say("rate-limit-lockout", cause.Likely, "one address is shut out from what it was served before", "ip-allowlist", "waf-block")
	case (oneClient || oneProgram || oneSoftware) && status("401") >= 0.7:
		if v.known(f) {
			say("token-expired", cause.Likely, "it was served before, nothing else changed for the others", "token-revoked", "stale-cached-credentials", "client-release-regression")
		} else {
			f.suspects = []string{"token-expired", "wrong-endpoint-or-host", "stale-cached-credentials"}
		}
	case f.mixed(v):
		say("session-not-shared-between-backends", cause.Likely, "the same clients are served and refused in turn at the same addresses", "clock-skew-generic", "reverse-proxy-strips-authorization")
	case named >= 0.7 && status("401", "403") >= 0.7:
		say("basic-layer-credentials-reach-app", cause.Likely, "a name stands in the lines: the web server let them in, and what is behind it did not", "reverse-proxy-strips-authorization", "auth-backend-unreachable")
	case status("403") >= 0.7:
		f.suspects = []string{"ip-allowlist", "waf-block", "user-lacks-role-or-group"}
	default:
		f.suspects = []string{"reverse-proxy-strips-authorization", "jwt-signature-invalid-wrong-key", "auth-backend-unreachable", "session-expired"}
	}
}

// authService tells a gateway's question that is set up wrongly from one that nobody answers: the gateway also says that it
// could not connect, or was told 502, 503 or 504.
func (f *finding) authService() {
	if f.cause != "auth-request-subrequest-misconfig" {
		return
	}
	for _, s := range f.said {
		for _, sign := range []string{"Connection refused", "timed out", "unexpected status: 502", "unexpected status: 503", "unexpected status: 504"} {
			if strings.Contains(s.said, sign) {
				f.because = append(f.because, "beside the question to its auth service the gateway says that nobody answers: "+sign)
				f.cause, f.suspects = "auth-backend-unreachable", []string{"auth-request-subrequest-misconfig"}
				return
			}
		}
	}
}

// newPrompt knows a web server's own password prompt that was put in front of a site: whoever is served has a name since, and
// hardly anybody had one before. Programs whose credentials are for what lies behind it are refused at the prompt.
func (v *view) newPrompt(f *finding) bool {
	if f.share(func(i *item) bool { return i.Group[tally.Status] == "401" }) < 0.9 {
		return false
	}
	var named, all [2]float64 // before, since
	for _, s := range v.sample {
		k := 0
		if s.minute >= f.to {
			continue
		} else if s.minute >= f.from {
			k = 1
		}
		all[k] += s.weight
		if s.Group[tally.User] != "" {
			named[k] += s.weight
		}
	}
	asked := f.share(func(i *item) bool { return i.Group[tally.User] == "" }) // by the prompt
	if all[0] < 50 || all[1] < 20 || named[0] > 0.5*all[0] || named[1] < 0.97*all[1] || asked == 0 || asked == 1 {
		return false
	}
	f.cause, f.grade, f.suspects = "two-auth-layers-one-header", cause.Likely, []string{"wrong-username-form", "wrong-password"}
	f.because = append(f.because, "since then only requests with a name are served, before most had none: a password prompt is in front of the site")
	return true
}

// passwordFile knows nginx's answer to a password file that is not there: 403, and an open() that failed. A page that is not
// there has the same line in the error log, and 404.
func (f *finding) passwordFile() bool {
	denied := f.share(func(i *item) bool { return i.Group[tally.Status] == "403" && i.Group[tally.User] != "" })
	missing := slices.ContainsFunc(f.said, func(s *sentence) bool {
		return strings.HasPrefix(s.said, "open() ") && strings.Contains(s.said, "failed (2: No such file")
	})
	if denied < 0.7 || !missing {
		return false
	}
	f.cause, f.grade = "htpasswd-path-wrong", cause.Strong
	f.because = append(f.because, "beside each 403 the server says that a file could not be opened; a page that is missing would be 404")
	return true
}

// patternWins reports that the group says more than the sentences about its members: many wrong passwords are guessing.
func (f *finding) patternWins() bool {
	return f.cause == "credential-guessing" || f.cause == "rate-limit-lockout" && f.kind != "" || f.period > 0
}

func isWrite(method string) bool {
	return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE"
}

// oneUser judges what only one account meets.
func (v *view) oneUser(f *finding, say func(string, cause.Grade, string, ...string)) {
	user, _ := f.has("user")
	p := v.users[user]
	inApp := f.share(func(i *item) bool { return i.Group[tally.Behind] != "" })
	switch {
	case p == nil && v.t.Parties.Whole() || p != nil && p.Accepted == 0:
		say("wrong-password", cause.Likely, "the name was never let in", "wrong-username-form", "account-locked-or-disabled")
	case f.steady || f.oneOfSeveralClients(v, user):
		say("stale-cached-credentials", cause.Likely, "the same account is let in from elsewhere", "wrong-password")
	case inApp >= 0.8:
		say("account-locked-or-disabled", cause.Likely, "the web server accepts the login, what is behind it refuses this account alone", "token-revoked", "user-lacks-role-or-group", "session-expired")
	default:
		say("account-locked-or-disabled", cause.Likely, "the account was let in before and no other account is refused", "wrong-password", "token-revoked", "stale-cached-credentials")
	}
}

// oneOfSeveralClients reports that the account is served at other addresses at the same time.
func (f *finding) oneOfSeveralClients(v *view, user string) bool {
	bad := f.distinct(dimensions[dimensionOf("client")].of)
	for _, s := range v.sample {
		if f.span.has(s.minute) && s.Group[tally.User] == user && !slices.ContainsFunc(bad, func(c counted) bool { return c.Value == s.Group[tally.Client] }) {
			return true
		}
	}
	return false
}

// newOrOld reports that other versions of a program are served, or were before this one came.
func (v *view) newOrOld(f *finding, software string) bool {
	family := tally.Family(software)
	for _, s := range v.sample {
		if other := s.Group[tally.Software]; other != software && tally.Family(other) == family && s.minute+24*60 >= f.from {
			return true
		}
	}
	return false
}

// known reports that the group was served before.
func (v *view) known(f *finding) bool {
	n := 0
	for _, s := range v.sample {
		if s.minute < f.from && f.holds(&s.Group) {
			n++
		}
	}
	return n >= 2
}

// mixed reports that the same clients are served and refused in turn: a fifth at least of their requests each way, on both
// sides for most clients.
func (f *finding) mixed(v *view) bool {
	if f.refused < 0.2*f.asked || f.refused > 0.8*f.asked {
		return false
	}
	type tally2 struct{ served, refused float64 }
	all := map[string]*tally2{}
	at := func(g *tally.Group) *tally2 {
		c := all[g[tally.Client]]
		if c == nil {
			c = &tally2{}
			all[g[tally.Client]] = c
		}
		return c
	}
	routes := map[string]bool{}
	for _, i := range f.items {
		at(&i.Group).refused += float64(i.left)
		routes[i.Group[tally.Route]+i.Group[tally.Method]] = true
	}
	for _, s := range v.sample {
		if f.span.has(s.minute) && routes[s.Group[tally.Route]+s.Group[tally.Method]] {
			at(&s.Group).served += s.weight
		}
	}
	both, n := 0.0, 0.0
	for _, c := range all {
		if c.refused+c.served < 4 {
			continue
		}
		n++
		if share := c.refused / (c.refused + c.served); share > 0.15 && share < 0.85 {
			both++
		}
	}
	return n >= 2 && both >= 0.6*n
}
