package idp

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// AuthorizationCodeUsedOrExpired: a code works once and for a short time (RFC 6749 4.1.2: ten minutes at most, once).
var AuthorizationCodeUsedOrExpired = &cause.Cause{
	ID:        "authorization-code-used-or-expired",
	Title:     "the authorization code was used before, or is too old",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides(),
	Partial:   true,
	Suspect: orQuoted("authorization-code-used-or-expired", func(v *cause.View) *cause.Suspicion {
		t := redeemed(v)
		if t == nil {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, Because: []fact.Fact{answered(t.X, t.Error())}, Remedies: onceRemedies(),
			Raise: []cause.Raise{{Command: "grep -c 'grant_type=authorization_code' access.log", Where: "where the application's own log is",
				Would: "show more than one token request for one login, if the code is redeemed twice"}}}
		if b := t.Before; b != nil {
			s.Grade, s.Weight = cause.Strong, 0.93
			s.Title = "the same authorization code was redeemed twice"
			s.Because = append(s.Because, fact.At(b.X.N, "The very same code was redeemed here before, answered %d.", b.X.Status()))
			if b.Passed() {
				s.Grade = cause.Proved
				s.Because = append(s.Because, fact.At(b.X.N, "That brought tokens; a code must not be taken twice, and the tokens may have been revoked for it (RFC 6749 4.1.2)."))
			}
			return s
		}
		if v.Described("expired", "too old") {
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Title = "the authorization code is too old"
			s.Because = append(s.Because, fact.At(t.X.N, "Its error_description says that it expired."))
			return s
		}
		if t.Callback == nil || t.MovedTo() != "" || t.PKCE().Wrong() || !v.Recorded() {
			return s
		}
		if from, to := t.Callback.When(), t.X.Sent; !from.IsZero() && to.Sub(from) > time.Minute {
			s.Weight = 0.72
			s.Title = "the authorization code was redeemed late"
			s.Because = append(s.Because, fact.At(t.X.N, "%s lie between the redirect with the code and this request; codes live for 30 seconds to 10 minutes.", to.Sub(from).Round(time.Second)))
		} else if t.PKCE() == oauthflow.Verified {
			s.Because = append(s.Because, fact.At(t.X.N, "redirect_uri and client are those of the authorization request, and PKCE is right: what is left is a code that was used elsewhere, or is too old."))
		}
		return s
	}),
}

func onceRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "redeem-once", Title: "redeem each code once, at once, and begin anew after a failure", For: "client", Effect: "the provider sees each code once", Opens: "nothing",
		Steps: []string{
			"React: an effect runs twice in development (StrictMode); keep the code's request in a module variable or a ref, and take code and state out of the address (history.replaceState) before it is sent.",
			"Let no retry, link preview, service worker or second tab call the callback again; after invalid_grant begin a new login, never send the code again.",
		},
		Verify: "one token request per login in the network list, answered 200", Undo: "none needed",
	}, {
		ID: "library-callback", Title: "let one place handle the callback", For: "client", Effect: "reloads and the back button do not redeem again", Opens: "nothing",
		Steps: []string{"Answer the callback with a redirect to a page of the application, so that a reload does not repeat it."}, Undo: "none needed",
	}}
}
