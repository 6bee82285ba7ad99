package proxy

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/registry"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// lostRegistryToken finds a registry that asks again, word for word, after it was sent a token that its token server has
// just made. The distribution registry names an error for a token that it saw (invalid_token, insufficient_scope) and none
// for a request without one (registry/auth/token/accesscontroller.go).
func lostRegistryToken(v *cause.View) *cause.Suspicion {
	var server *exchange.Exchange
	for _, x := range v.Keyed(exchange.TokenKey(v.Subject)) {
		server = x
	}
	first := v.First()
	if server == nil || !server.OK() || registry.Token(server.Body()).Empty() || v.Answer == first || v.Answer.Status() != 401 ||
		!v.Answer.Request.Header.Has("Authorization") || !v.Answer.Header().Has("Docker-Distribution-Api-Version") {
		return nil
	}
	before, now := challenge.Of(first).Find("Bearer"), v.Challenges.Find("Bearer")
	if before == nil || now == nil || now.Value("error") != "" || now.String() != before.String() {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.88, RefusedBy: exchange.Application, FaultAt: exchange.Gateway,
		Because: []fact.Fact{
			fact.At(server.N, "The token server gave a token for this request."),
			v.Saw("With the token the registry asks the same question again, without an error: it speaks so to a request that brings no token."),
		},
		Remedies: passOnRemedies(v),
		Raise: []cause.Raise{{Command: `curl -si -H "Authorization: Bearer $TOKEN" http://127.0.0.1:5000` + cause.QuoteWord(v.Request.URL.Path) + " | head -1",
			Where: "on the registry's host, around the proxy", Would: "be let in, or name an error, if the proxy loses the header"}},
	}
}
