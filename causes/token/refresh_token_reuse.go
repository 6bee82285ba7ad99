package token

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// RefreshTokenReuse: with rotation each refresh token is good once (RFC 9700 4.14.2), and a second use ends the session. It
// is read from records: a refresh token is never sent by why401.
var RefreshTokenReuse = &cause.Cause{
	ID:        "refresh-token-reuse",
	Title:     "a refresh token was used twice and its family withdrawn",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     []string{"token-revoked", "session-expired", "oauth-client-auth-failed", "token-expired"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		t := v.RefusedGrant("invalid_grant")
		if t == nil || t.Grant() != oauthflow.RefreshGrant || t.Before == nil {
			return nil
		}
		b := t.Before
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.88, Because: []fact.Fact{
			fact.At(t.X.N, "The token endpoint answers %d invalid_grant to a refresh.", t.X.Status()),
			fact.At(b.X.N, "The very same refresh token was used here before, answered %d.", b.X.Status()),
		}}
		fresh := b.Got.Get("refresh_token")
		if b.Passed() && !fresh.Empty() && !fresh.Equal(t.Asked.Get("refresh_token")) {
			s.Grade = cause.Proved
			s.Because = append(s.Because, fact.At(b.X.N, "That answer brought another refresh token: the first is spent by it."))
			if d := t.X.Sent.Sub(b.X.Sent); !b.X.Sent.IsZero() && d >= 0 && d < 10*time.Second {
				s.Title = "two refreshes with one refresh token, one behind the other"
			}
		}
		return s
	},
}
