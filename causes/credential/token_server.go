package credential

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// atTokenServer judges a login that went to the token server of a registry, as docker sends it there, and was refused.
func atTokenServer(v *cause.View) *cause.Suspicion {
	var x *exchange.Exchange
	for _, k := range v.Keyed(exchange.TokenKey(v.Subject)) {
		x = k
	}
	if x == nil || x.Status() != 401 || !x.Request.Header.Has("Authorization") {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.7, RefusedBy: exchange.IdentityProvider, Title: "the token server does not accept the login",
		Because: []fact.Fact{
			v.Asked("The registry asks for a token of %s.", x.Request.URL.Origin()),
			fact.At(x.N, "The token server was asked with the login and answers 401."),
		}}
	if challenge.Of(x).Has("Basic") {
		s.Grade = cause.Strong // it asks for the very kind of login that it was sent
		s.Because = append(s.Because, fact.At(x.N, "It asks for Basic, which is what it was sent."))
	}
	for _, c := range cred.Of(x.Request) {
		l := login{cred: c, name: "the user"}
		s.Remedies = passwordRemedies(v, l)
	}
	s.Raise = []cause.Raise{{Command: "curl -i -u USER " + cause.QuoteWord(x.Request.URL.Origin().String()+x.Request.URL.ShownPath()), Where: "here, with the password typed once",
		Would: "be answered 200 when the password is right"}}
	return s
}
