package idp

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// general are causes that speak of a refused request; of a step of a login they say less than its own causes.
var general = []string{"no-credentials-sent", "credential-type-wrong", "missing-www-authenticate", "403-means-401", "wrong-password",
	"token-expired", "token-revoked", "scope-missing-401", "refresh-token-reuse", "session-expired", "oauth-client-auth-failed",
	"user-lacks-role-or-group", "account-locked-or-disabled", "preemptive-auth-not-sent", "wrong-endpoint-or-host",
	"redirect-to-login-instead-of-401", "redirect-scheme-upgrade"}

// answered says with which error code a step of the flow ended.
func answered(x *exchange.Exchange, code string) fact.Fact {
	if _, back := x.Request.URL.Param("error"); back || x.Status() == 0 {
		return fact.At(x.N, "The address to which the identity provider sent the browser back says error=%s.", code)
	}
	if x.Status()/100 == 3 {
		return fact.At(x.N, "The identity provider sends the browser back with error=%s.", code)
	}
	return fact.At(x.N, "The identity provider answers %d %s.", x.Status(), code)
}

// redeemed is the code grant that ended with invalid_grant; nil for anything else.
func redeemed(v *cause.View) *oauthflow.Token {
	// GitHub and Facebook have codes of their own for it.
	t := v.RefusedGrant("invalid_grant", "bad_verification_code", "incorrect_client_credentials")
	if t == nil || t.Grant() != oauthflow.CodeGrant {
		return nil
	}
	return t
}

// asked are the parameters of the authorization or token request that ended with the error under examination.
func asked(v *cause.View) (p oauthflow.Params, ok bool) {
	if t := v.TokenRequest(); t != nil {
		p = t.Asked
		if t.Device != nil {
			p = t.Device.Asked
		}
		return p, true
	}
	if c := v.CameBack(); c != nil && c.For != nil {
		return c.For.Asked, true
	}
	return p, false
}

// number of an exchange, for facts about requests that are not the one under examination.
func number(x *exchange.Exchange) int {
	if x == nil {
		return 0
	}
	return x.N
}

// hides is general and more.
func hides(more ...string) []string { return slices.Concat(general, more) }
