package idp

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// AuthorizationCodeBindingMismatch: a code is bound to the client and the redirect_uri of its authorization request (RFC
// 6749 4.1.3), and the token request names another one.
var AuthorizationCodeBindingMismatch = &cause.Cause{
	ID:        "authorization-code-binding-mismatch",
	Title:     "the token request names another client or redirect_uri than the code's",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides("authorization-code-used-or-expired", "oidc-redirect-uri-mismatch"),
	Partial:   true,
	Suspect: orQuoted("authorization-code-binding-mismatch", func(v *cause.View) *cause.Suspicion {
		t := redeemed(v)
		if t == nil || t.For == nil {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: []fact.Fact{answered(t.X, t.Error())}}
		first := number(t.For.X)
		switch what := t.MovedTo(); {
		case what != "":
			s.Title = "redirect_uri is another one at the token request: " + what
			s.Because = append(s.Because,
				fact.At(first, "The code was asked for with redirect_uri=%s.", oauthflow.Shown(t.For.Asked.Get("redirect_uri"))),
				fact.At(t.X.N, "It is redeemed with redirect_uri=%s: %s differs, and both must be the same, letter by letter (RFC 6749 4.1.3).", oauthflow.Shown(t.Asked.Get("redirect_uri")), what))
			if v.Described("redirect_uri", "redirect uri", "callback") {
				s.Grade = cause.Proved // and the provider says that this is what it minds
			}
			s.Remedies = sameAddress()
		case t.For.Asked.Has("redirect_uri") && !t.Asked.Has("redirect_uri") && v.Described("redirect_uri", "redirect uri"):
			s.Title = "redirect_uri is missing in the token request"
			s.Because = append(s.Because, fact.At(t.X.N, "The authorization request named a redirect_uri, the token request names none; it must name the same (RFC 6749 4.1.3)."))
			s.Remedies = sameAddress()
		case !t.Client.ID.Empty() && t.For.Asked.Has("client_id") && !t.Client.ID.Equal(t.For.Asked.Get("client_id")):
			s.Title = "the code was issued to another client"
			s.Because = append(s.Because,
				fact.At(first, "The code was asked for by client_id=%s.", t.For.Asked.Show("client_id")),
				fact.At(t.X.N, "It is redeemed by %s; a code is bound to its client (RFC 6749 4.1.3).", t.Client.ID))
			s.Remedies = []cause.Remedy{{
				ID: "same-client", Title: "redeem the code as the client that asked for it", For: "client", Effect: "the provider finds the code among the client's own", Opens: "nothing",
				Steps:  []string{"One setting CLIENT_ID for the authorization request and the token request; front end and back end of one login must share it."},
				Verify: "after a new login the token endpoint answers 200", Undo: "restore the former setting",
			}, {
				ID: "code-at-the-back", Title: "or let the back end begin the login, too", For: "server", Effect: "one program knows the client", Opens: "nothing",
				Steps: []string{"Let the back end build the authorization URL, keep the state, and redeem the code."}, Undo: "restore the former way",
			}}
		default:
			return nil
		}
		return s
	}),
}

func sameAddress() []cause.Remedy {
	return []cause.Remedy{{
		ID: "same-redirect-uri", Title: "send the same redirect_uri in both requests", For: "client", Effect: "the provider takes the code", Opens: "nothing",
		Steps:  []string{"Keep the redirect_uri of the authorization request with its state, and send that very text to the token endpoint; the code of this login is spent, so log in anew."},
		Verify: "after a new login the token endpoint answers 200; a code with another redirect_uri is still refused", Undo: "restore the former setting",
	}, {
		ID: "one-public-address", Title: "build the address from one setting, not from each request", For: "server", Effect: "both requests name the registered address", Opens: "nothing",
		Steps: []string{"Set the application's public base URL; behind a proxy, host and scheme of a request may be those of the inside."}, Undo: "restore the former setting",
	}}
}
