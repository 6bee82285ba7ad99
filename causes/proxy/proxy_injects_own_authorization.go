package proxy

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// ProxyInjectsOwnAuthorization: a gateway puts an Authorization of its own in place of the client's, and the application
// judges that one.
var ProxyInjectsOwnAuthorization = &cause.Cause{
	ID:        "proxy-injects-own-authorization",
	Title:     "a gateway puts its own Authorization in place of yours",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides: []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "preemptive-auth-not-sent", "token-expired", "jwt-signature-invalid-wrong-key",
		"jwt-alg-mismatch", "jwks-kid-not-found", "token-iss-mismatch", "token-aud-mismatch"},
	Partial: true,
	Audit:   replaced,
	Traced:  tracedSwapped,
	Suspect: directive.Either(injectLines, func(v *cause.View) *cause.Suspicion {
		if !v.Refused() || v.Answer.Status() == 407 || v.Written && cause.InFront(v.Writer.Layer) {
			return nil
		}
		m, ok := judgesToken(v)
		if !ok || m.Weight < 50 {
			return nil
		}
		if len(cred.Of(v.Answer.Request)) > 0 || len(v.Credentials) > 0 {
			return injectedDespite(v, m)
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Remedies: injectRemedies(v), Raise: injectRaise(v)}
		s.Because = []fact.Fact{v.Asked("The request carries no credential: no Authorization, no cookie, no key."), m.Because,
			v.Saw("So a token was judged that the client did not send.")}
		if mark, ok := gateway(v); ok {
			s.Grade, s.Weight = sureOf(m), 0.8
			s.Because[2] = v.Saw("So a token was judged that the client did not send; a proxy is in front: %s.", mark)
		}
		return s
	}),
}

// judgesToken finds words that nobody says of a token that never came: what is wrong with its time, key or addressee.
func judgesToken(v *cause.View) (signature.Meaning, bool) {
	return v.Means(signature.TokenExpired, signature.SignatureInvalid, signature.IssuerMismatch, signature.AudienceMismatch,
		signature.AlgMismatch, signature.KidUnknown, signature.NotYetValid, signature.TokenRevoked)
}

// sureOf grades a judgement on a token that was not sent: "expired" is also what careless programs say to everybody.
func sureOf(m signature.Meaning) cause.Grade {
	if m.Meaning == signature.TokenExpired || m.Meaning == signature.TokenRevoked {
		return cause.Likely
	}
	return cause.Strong
}

// injectedDespite is the same for a request with a token of its own: without it the application must judge one still.
func injectedDespite(v *cause.View, m signature.Meaning) *cause.Suspicion {
	anon, grade := v.Trial(cause.KeyAnonymous), cause.Likely
	mark, proxied := gateway(v)
	if proxied {
		grade = sureOf(m)
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.15, Remedies: injectRemedies(v), Raise: injectRaise(v),
		Because: []fact.Fact{m.Because},
		Trials: []cause.Trial{cause.Anonymous().Predicting("the same judgement on a token, although none was sent",
			func(failing, seen *exchange.Exchange) bool { return cause.Alike(failing, seen) && sameWords(seen, m) }).Carrying(grade).OrOut()}}
	if anon != nil && cause.Alike(v.Answer, anon) && sameWords(anon, m) {
		s.Weight = 0.6
		s.Because = append(s.Because, fact.At(anon.N, "Without any credential it says the same: it judges a token that the client did not send."))
		if proxied {
			s.Weight = 0.85
			s.Because = append(s.Because, v.Saw("The answer came through a proxy: %s.", mark))
		}
	}
	return s
}

func sameWords(x *exchange.Exchange, m signature.Meaning) bool {
	for _, n := range signature.Meanings(x) {
		if n.Meaning == m.Meaning {
			return true
		}
	}
	return false
}

func injectRaise(v *cause.View) []cause.Raise {
	return []cause.Raise{{
		Command: "sudo grep -rniE 'proxy_set_header +Authorization|RequestHeader +set +Authorization|set-header +authorization|pass_authorization_header|set_authorization_header' /etc/nginx /etc/apache2 /etc/haproxy 2>/dev/null",
		Where:   "on the gateway", Would: "show the line that sets the header for this path (it may hold a secret: do not pass it on)",
	}, {
		Command: "curl -i http://127.0.0.1:PORT" + cause.QuoteWord(v.Answer.Request.URL.Path),
		Where:   "on the server, at the application's own port, around the gateway", Would: "say that no token came if the gateway adds one",
	}}
}

func injectRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "pass-client-authorization", Title: "let the gateway pass the client's header on", For: "server",
		Effect: "the application judges the caller's token", Opens: "nothing: callers without a token are refused as before",
		Steps: []string{
			"nginx: proxy_set_header Authorization $http_authorization;      in the block that holds proxy_pass, in place of the line that sets another value",
			"oauth2-proxy: --pass-authorization-header=false (or --set-authorization-header=false) on API paths",
		},
		Verify: verifyThrough(v.Answer.Request.URL), Undo: "restore the line and reload",
	}, {
		ID: "own-field", Title: "give the gateway's own credential a field of its own", For: "server",
		Effect: "both credentials arrive", Opens: "nothing, when the gateway overwrites that field on every request",
		Steps: []string{"send the gateway's token as X-Forwarded-Access-Token or over a client certificate, and let the application read it there"}, Undo: "use the former field",
	}}
}
