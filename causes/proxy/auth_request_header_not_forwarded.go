package proxy

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// AuthRequestHeaderNotForwarded: the gateway asked its auth service, let the request in, and did not tell the
// application who it is: the answer's field was not copied, or under another name.
var AuthRequestHeaderNotForwarded = &cause.Cause{
	ID:        "auth-request-header-not-forwarded",
	Title:     "the gateway lets you in and does not tell the application who you are",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "reverse-proxy-strips-authorization", "proxy-header-inheritance-lost", "preemptive-auth-not-sent"},
	Partial:   true,
	Audit:     identityLost,
	Suspect: directive.Either(copyLines, func(v *cause.View) *cause.Suspicion {
		name, ok := wantedField(v, identityFields)
		if !ok {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Remedies: identityRemedies(v, name),
			Because: []fact.Fact{v.Saw("The refusal names %s, a field that a gateway sets after it has checked the user; clients do not send it.", name)},
			Raise: []cause.Raise{{
				Command: "sudo nginx -T 2>/dev/null | grep -nE 'auth_request|auth_request_set|proxy_set_header'",
				Where:   "on the gateway", Would: "show whether the auth service's field is read by auth_request_set and handed on under the name that the application wants",
			}}}
		if mark, ok := proxied(v); ok {
			s.Weight = 0.75
			s.Because = append(s.Because, v.Saw("A gateway is in front: %s.", mark))
		}
		// The gateway's own answer without a credential shows that it checks users itself.
		s.Trials = []cause.Trial{cause.Anonymous().Predicting("another refusal or a login, by the gateway itself",
			func(failing, seen *exchange.Exchange) bool {
				return gatewayAnswers(seen) && !cause.Alike(failing, seen)
			}).Carrying(cause.Strong)}
		if len(v.Credentials) == 0 {
			s.Trials = nil // the request is already the one without a credential
			s.Weight -= 0.1
			s.Because = append(s.Because, v.Asked("No credential was sent, and yet the gateway handed the request on: it may not check users on this path at all."))
		}
		if anon := v.Trial(cause.KeyAnonymous); anon != nil && gatewayAnswers(anon) && !cause.Alike(v.Answer, anon) {
			s.Because = append(s.Because, fact.At(anon.N, "Without the credential the gateway itself answers %d: it checks the user, and with the credential it let the request in.", anon.Status()))
		}
		return s
	}),
}

// gatewayAnswers reports a refusal that a gateway wrote itself, or a way to its login.
func gatewayAnswers(x *exchange.Exchange) bool {
	if _, login := signature.LoginPage(x); login {
		return true
	}
	w, ok := signature.Writer(x)
	return !cause.Passed(x) && ok && cause.InFront(w.Layer)
}

func identityRemedies(v *cause.View, name string) []cause.Remedy {
	return []cause.Remedy{{
		ID: "copy-identity", Title: "copy the auth service's field to the application under the name it wants", For: "server",
		Effect: "the application sees who was let in",
		Opens:  "the application believes this field: let the gateway set it on every path, and let nobody else reach the application's port",
		Steps: []string{
			"nginx:   auth_request_set $who $upstream_http_x_auth_request_user;   proxy_set_header " + name + " $who;",
			"Traefik: authResponseHeaders: [" + name + "]      Caddy: forward_auth ... { copy_headers " + name + " }",
			"ingress-nginx: nginx.ingress.kubernetes.io/auth-response-headers: " + name,
		},
		Verify: verifyThrough(v.Answer.Request.URL) + "; a request that brings a forged " + name + " is still judged by the gateway", Undo: "take the lines out and reload",
	}, {
		ID: "check-service-fields", Title: "look at what the auth service really sends", For: "server",
		Effect: "the name in auth_request_set is one that exists", Opens: "nothing",
		Steps: []string{`curl -s -D - -o /dev/null -H "Authorization: Bearer $TOKEN" http://127.0.0.1:AUTHPORT/   shows the fields of its answer (oauth2-proxy: --set-xauthrequest)`}, Undo: "nothing was changed",
	}}
}
