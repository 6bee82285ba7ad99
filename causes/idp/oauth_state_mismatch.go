package idp

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// OAuthStateMismatch: the client gets a state or nonce back that it does not know, and must end the login (RFC 6749 10.12,
// OpenID Connect Core 3.1.3.7): it forgot it, since its session is another one, or a second login was begun meanwhile.
var OAuthStateMismatch = &cause.Cause{
	ID:        "oauth-state-mismatch",
	Title:     "the client does not know the state that came back",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     hides("csrf-token-missing-or-mismatch", "cookie-domain-mismatch", "benign-challenge"),
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c := v.CameBack()
		if c == nil || c.X == nil || c.X != v.Answer || c.Error() != "" || c.X.Status() < 400 && !c.Foreign {
			return statesHeard(v)
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Remedies: stateRemedies(),
			Because: []fact.Fact{v.Saw("The login comes back to %s, and the application answers %d.", c.To, c.X.Status())}}
		switch {
		case c.Foreign:
			s.Title = "the state that came back is none of those that were sent"
			s.Because = append(s.Because, fact.At(number(c.For.X), "The authorization request to this address was sent with another state."))
			return s
		case c.For == nil:
			break
		case between(v, c) != nil:
			s.Title = "a second login was begun before the first came back"
			s.FaultAt = exchange.Client
			s.Because = append(s.Because, fact.At(between(v, c).X.N, "Another authorization request of the same client was sent in between; the state that came back is that of request %d.", c.For.X.N))
			return s
		default:
			if f, ok := forgotten(v, c); ok {
				s.Title = "the session that holds the login's state is not sent at the callback"
				s.Because = append(s.Because, f...)
				return s
			}
		}
		if f, ok := says(v, "state mismatch", "invalid state", "state_mismatch", "state does not match", "state is missing", "mismatching_state", "OIDC_CALLBACK", "nonce mismatch", "invalid nonce"); ok {
			s.Weight = 0.75
			s.Grade = cause.Likely
			s.Because = append(s.Because, f)
			return s
		}
		return nil
	},
}

// between is another authorization request to the same address that was sent after the one that c answers.
func between(v *cause.View, c *oauthflow.Callback) *oauthflow.Authorization {
	if c.For == nil {
		return nil
	}
	for _, a := range v.Flow().Authorizations {
		if a.X.N > c.For.X.N && a.X.N < c.X.N && a.Asked.Get("redirect_uri").Equal(c.For.Asked.Get("redirect_uri")) &&
			a.Asked.Get("client_id").Equal(c.For.Asked.Get("client_id")) && !a.Asked.Get("state").Equal(c.For.Asked.Get("state")) && !a.Asked.Get("prompt").Is("none") {
			return a
		}
	}
	return nil
}

// forgotten reports that the answer which began the login gave the browser a cookie, or was asked with one, that did not
// join the request to the callback.
func forgotten(v *cause.View, c *oauthflow.Callback) ([]fact.Fact, bool) {
	if c.X.Unseen&(exchange.RequestHeader|exchange.RequestCredentials) != 0 {
		return nil, false
	}
	_, began, ok := v.Flow().Origin(c.For, v.Flowing())
	if !ok {
		return nil, false
	}
	var names []string
	for _, f := range began.Header().Values("Set-Cookie") {
		if k := cookie.Parse(f); !k.Value.Empty() && !slices.Contains(names, k.Name) {
			names = append(names, k.Name)
		}
	}
	sent := c.X.Request.Header.Text("Cookie")
	for _, n := range names {
		if sent.HasPrefix(n+"=") || sent.Contains("; "+n+"=") || sent.Contains(";"+n+"=") {
			return nil, false
		}
	}
	if len(names) == 0 {
		return nil, false
	}
	out := []fact.Fact{fact.At(began.N, "The answer that begins the login sets %d cookie(s), where the state is remembered; none of them is sent to the callback.", len(names))}
	from, to := began.Request.URL.Origin(), c.X.Request.URL.Origin()
	if from != to {
		out = append(out, fact.At(c.X.N, "The login began at %s and comes back to %s: the cookie belongs to the first.", from, to))
	}
	return out, true
}

func stateRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "begin-again", Title: "begin the login again, in one tab and at the registered address", For: "client", Effect: "state and session belong together", Opens: "nothing",
		Steps:  []string{"Open the application at the very host of its redirect_uri (www or not, name or address), and log in once."},
		Verify: "the callback is answered with the application's page", Undo: "none needed",
	}, {
		ID: "state-per-login", Title: "let the application keep each login's state apart, at one host", For: "server", Effect: "tabs do not overwrite each other, and the session is there at the callback", Opens: "nothing: the state is still compared",
		Steps: []string{
			"Store state, nonce and verifier under the state's own name in the session (a map, not one slot), and drop them when used.",
			"Redirect every other host name to the one in redirect_uri before the login begins; cookie: SameSite=Lax (None with Secure for response_mode=form_post), Path=/.",
		},
		Verify: "two logins begun in two tabs both come back; a callback with an invented state is still refused", Undo: "restore the former storage",
	}}
}
