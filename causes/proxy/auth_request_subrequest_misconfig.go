package proxy

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// AuthRequestSubrequestMisconfig: nginx asks an auth service before it lets a request in, and the question itself goes
// wrong: without the caller's header or cookie, with a body length, or to a service that fails.
var AuthRequestSubrequestMisconfig = &cause.Cause{
	ID:        "auth-request-subrequest-misconfig",
	Title:     "the gateway's question to its auth service goes wrong",
	Family:    family,
	RefusedBy: exchange.Gateway,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "reverse-proxy-strips-authorization", "preemptive-auth-not-sent"},
	Partial:   true,
	Audit:     crippledSubrequests,
	Suspect: directive.Either(askLines, func(v *cause.View) *cause.Suspicion {
		if !v.Written || !asksFirst(v.Writer.Product) {
			return nil
		}
		a, ok := v.Arrived()
		if !ok || a.Kind == cred.Basic || a.Kind == cred.Digest || a.Kind == cred.NTLM || len(a.Flaws) > 0 {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Remedies: subrequestRemedies(v),
			Raise: []cause.Raise{{
				Command: `curl -i -H "Authorization: Bearer $TOKEN" http://127.0.0.1:AUTHPORT/`,
				Where:   "on the gateway, straight to the address that its auth_request leads to",
				Would:   "be answered 2xx if the token is good and only the subrequest loses it",
			}, {
				Command: "sudo grep -E 'auth request unexpected status|upstream' /var/log/nginx/error.log | tail -3",
				Where:   "on the gateway", Would: "name the status or the failure of the subrequest",
			}}}
		anon := v.Trial(cause.KeyAnonymous)
		switch bare := v.Challenges.Find("Bearer"); {
		case v.Answer.Status() == 401 && bare != nil && bare.Value("error") == "":
			// nginx writes no Bearer challenge of its own: it copies that of the subrequest's answer onto its page.
			s.Weight = 0.65
			s.Because = []fact.Fact{
				v.Saw("%s wrote the page, and the Bearer challenge on it comes from an auth service that it asked first.", v.Writer.Product),
				v.Saw("The challenge has no error, as for a request that brought no token (RFC 6750 3); one of %d characters was sent.", a.Value.Len()),
			}
			s.Trials = []cause.Trial{cause.Anonymous().Predicting("the very same answer", cause.Alike).Carrying(cause.Likely).OrOut()}
			if anon != nil && cause.Alike(v.Answer, anon) {
				s.Weight, s.Grade = 0.8, cause.Strong
				s.Because = append(s.Because, fact.At(anon.N, "Without the token the answer is the same: the auth service did not see it."))
			}
		case v.Answer.Status() == 500:
			// auth_request answers 500 to any status of the service other than 2xx, 401 and 403.
			s.Weight = 0.4
			s.Because = []fact.Fact{v.Saw("500 is %s's own page, as it gives it when its auth service answers anything but 2xx, 401 or 403.", v.Writer.Product)}
			s.Trials = []cause.Trial{cause.Anonymous().Predicting("401, 403 or a login in place of 500", asksLogin).Carrying(cause.Likely)}
			if anon != nil && asksLogin(v.Answer, anon) {
				s.Weight = 0.6
				s.Because = append(s.Because, fact.At(anon.N, "Without the token it is %d: the fault arises when a token is checked.", anon.Status()))
			}
		default:
			return nil
		}
		return s
	}),
}

func asksLogin(_, seen *exchange.Exchange) bool {
	_, login := signature.LoginPage(seen)
	return seen.Status() == 401 || seen.Status() == 403 || login
}

// asksFirst reports a server with nginx's auth_request module.
func asksFirst(product string) bool {
	p := strings.ToLower(product)
	return strings.HasPrefix(p, "nginx") || p == "openresty" || p == "angie" || p == "tengine"
}

func subrequestRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "complete-subrequest", Title: "give the subrequest the caller's fields and no body", For: "server",
		Effect: "the auth service sees the credential and answers for the caller", Opens: "nothing: the auth service decides as it should have",
		Steps: []string{
			"in the location that auth_request names:",
			`    internal; proxy_pass http://AUTH; proxy_pass_request_headers on;`,
			`    proxy_pass_request_body off; proxy_set_header Content-Length "";`,
			`    proxy_set_header Authorization $http_authorization; proxy_set_header Cookie $http_cookie; proxy_set_header X-Original-URI $request_uri;`,
			"sudo nginx -t && sudo nginx -s reload",
		},
		Verify: verifyThrough(v.Answer.Request.URL), Undo: "restore the block and reload",
	}, {
		ID: "watch-subrequest", Title: "watch the auth service's answers", For: "server",
		Effect: "its failures are seen as such, not as refusals", Opens: "nothing",
		Steps: []string{"log $upstream_status of the auth location (log_subrequest on;) and alert on anything but 2xx, 401 and 403"}, Undo: "log_subrequest off;",
	}}
}
