package webserver

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// BasicLayerCredentialsReachApp: the web server's own password passes its layer and is then judged, and refused, by an
// application that reads the same header.
var BasicLayerCredentialsReachApp = &cause.Cause{
	ID:        "basic-layer-credentials-reach-app",
	Title:     "the application took the web server's password for its own login",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"wrong-password", "missing-www-authenticate", "403-means-401", "wrong-username-form", "authorization-scheme-wrong"},
	Partial:   true,
	Audit:     loginsReachApp,
	Suspect: directive.Either(reachingLines, func(v *cause.View) *cause.Suspicion {
		if _, ok := v.Credential(cred.Basic, cred.Digest); !ok || !v.Refused() || v.Answer.Status() == 407 {
			return nil
		}
		anon := v.Trial(cause.KeyAnonymous)
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.35, Trials: []cause.Trial{gateOpens()}}
		// The refusal must not be the web server's: its own page, or a challenge of the kind the login already answers.
		if v.Written && fronts(v.Writer) || v.Answer.Status() == 403 && noListing.MatchString(string(v.Answer.Body())) {
			return nil
		}
		if v.Challenges.Has("Basic") && anon == nil {
			s.Weight = 0.2 // an application with one Basic layer of its own looks like this: a wrong password
		}
		if anon == nil {
			s.Because = []fact.Fact{v.Saw("The refusal is not a page of the web server.")}
			if len(v.Challenges) == 0 && v.Answer.Status() == 401 {
				s.Because = []fact.Fact{v.Saw("401 came back without a challenge, so it is not the layer that asks for Basic.")}
				if slices.ContainsFunc(signature.Matches(v.Answer), fronts) {
					s.Weight = 0.55
				}
			}
			return s
		}
		if !gate(anon) || sameGate(v.Answer, anon) || !otherRefusal(v.Answer, anon) || sameProgram(v.Answer, anon) || ofDrupal(anon) {
			return nil
		}
		s.Weight = 0.75
		s.Because = []fact.Fact{
			fact.At(anon.N, "Without the login: %d, Basic realm=%q.", anon.Status(), realm(anon)),
			v.Saw("With it the web server lets the request in, and another %d comes back%s.", v.Answer.Status(), unchallenged(v)),
		}
		// Does the inner refusal speak of a login that was judged, or of one that is missing? Only the former is this cause.
		if m, ok := v.Means(signature.CredentialInvalid, signature.UserUnknown, signature.SchemeUnsupported, signature.MalformedHeader, signature.TokenInvalid, signature.TokenMalformed); ok {
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Because = append(s.Because, m.Because)
		}
		if m, ok := v.Means(signature.NoCredentials, signature.LoginRequired); ok {
			s.Weight = 0.4
			s.Because = append(s.Because, m.Because)
		}
		s.Raise = []cause.Raise{{
			Command: "curl -i http://127.0.0.1:PORT" + cause.QuoteWord(v.Request.URL.Path),
			Where:   "on the server, at the application's own port, without a login",
			Would:   "show the page or the login form if only the forwarded password is refused",
		}}
		s.Remedies = hideHeaderRemedies()
		return s
	}),
}

// sameProgram reports two answers that an application wrote and that name the same one: it asks with a challenge and
// refuses a wrong login without.
func sameProgram(a, b *exchange.Exchange) bool {
	if w, ok := signature.Writer(b); ok && fronts(w) {
		return false
	}
	if oneForm(a.Body(), b.Body()) {
		return true
	}
	p := a.Header().Get("X-Powered-By")
	return p != "" && p == b.Header().Get("X-Powered-By") && a.Header().Get("Server") == b.Header().Get("Server")
}

// oneForm reports two JSON objects of one making: every field of the second, of which there are at least two, is also in
// the first.
func oneForm(a, b []byte) bool {
	var x, y map[string]json.RawMessage
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil || len(y) < 2 {
		return false
	}
	for k := range y {
		if _, ok := x[k]; !ok {
			return false
		}
	}
	return true
}

// gateOpens predicts that without the login the web server's own layer answers instead.
func gateOpens() cause.Trial {
	t := cause.Anonymous().Predicting("the web server's own Basic challenge, another refusal than with the login",
		func(failing, seen *exchange.Exchange) bool {
			return gate(seen) && !sameGate(failing, seen) && otherRefusal(failing, seen) && !sameProgram(failing, seen)
		})
	t.Grade, t.Refutes = cause.Likely, true
	return t
}

// gate reports a Basic or Digest challenge.
func gate(x *exchange.Exchange) bool {
	return x.Status() == 401 && realm(x) != ""
}

// sameGate reports that the refusal of a login asks by the same challenge as the refusal without one: the layer that was
// to be passed asks again, whatever else it writes beside it. RabbitMQ gives a wrong password a body that it does not give
// to nobody; a Digest nonce differs between any two answers.
func sameGate(refusal, anon *exchange.Exchange) bool {
	for _, a := range challenge.Of(refusal) {
		for _, b := range challenge.Of(anon) {
			if strings.EqualFold(a.Scheme, b.Scheme) && a.Realm() == b.Realm() {
				return true
			}
		}
	}
	return false
}

func otherRefusal(a, b *exchange.Exchange) bool {
	return !cause.Alike(a, b) && (a.Header().Get("WWW-Authenticate") != b.Header().Get("WWW-Authenticate") || a.Status() != b.Status() ||
		a.Header().Get("Content-Type") != b.Header().Get("Content-Type"))
}

func unchallenged(v *cause.View) string {
	if len(v.Challenges) == 0 {
		return " without a challenge"
	}
	return ""
}

func hideHeaderRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "hide-header-from-app", Title: "keep the web server's login from the application", For: "server",
		Effect: "the application sees a request without Authorization and uses its own login",
		Opens:  "nothing: the outer password is still asked for; API clients that log in to the application by this header no longer can",
		Steps: []string{
			`nginx, next to proxy_pass:    proxy_set_header Authorization "";`,
			`nginx, next to fastcgi_pass:  fastcgi_param HTTP_AUTHORIZATION "";`,
			"Apache:                       RequestHeader unset Authorization",
		},
		Verify: "the page opens with the outer login; without it the server still answers 401",
		Undo:   "take the line out and reload",
	}, {
		ID: "app-basic-off", Title: "switch the application's own Basic login off where nobody uses it", For: "server",
		Effect: "the application ignores Basic", Opens: "nothing: one way in fewer",
		Steps:  []string{"Grafana: GF_AUTH_BASIC_ENABLED=false", "CiviCRM: cv vset 'authx_header_cred=[]' (staging only)"},
		Verify: "the page opens with the outer login", Undo: "set the former value again",
	}}
}
