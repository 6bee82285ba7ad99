package idp

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// DeviceCodeExpired: nobody approved the device in time (RFC 8628 3.5: expired_token). authorization_pending before it is
// no failure.
var DeviceCodeExpired = &cause.Cause{
	ID:        "device-code-expired",
	Title:     "nobody approved the device before its code ended",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     hides(),
	Partial:   true,
	Suspect: orQuoted("device-code-expired", func(v *cause.View) *cause.Suspicion {
		t := v.RefusedGrant("expired_token", "code_expired")
		if t == nil || t.Grant() != oauthflow.DeviceGrant && !t.Asked.Has("device_code") {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.92, Because: []fact.Fact{answered(t.X, t.Error())}}
		n, slow, fast := 0, 0, time.Duration(0)
		var last *oauthflow.Token
		for _, o := range v.Flow().Tokens {
			if !o.Asked.Get("device_code").Equal(t.Asked.Get("device_code")) || o.X.N > t.X.N {
				continue
			}
			n++
			if o.Error() == "slow_down" {
				slow++
			}
			if last != nil && !o.X.Sent.IsZero() && !last.X.Sent.IsZero() {
				if d := o.X.Sent.Sub(last.X.Sent); fast == 0 || d < fast {
					fast = d
				}
			}
			last = o
		}
		if t.Device != nil && t.Device.Got.Has("expires_in") {
			s.Because = append(s.Because, fact.At(t.Device.X.N, "The device code lives for %s seconds from here.", t.Device.Got.Show("expires_in")))
		}
		if n > 1 {
			s.Because = append(s.Because, fact.At(t.X.N, "The device asked %d times, %d of them too fast; until then nobody had approved it.", n, slow))
		}
		s.Remedies = []cause.Remedy{{
			ID: "new-device-code", Title: "ask for a new code, show it, and approve it before it ends", For: "client", Effect: "the device gets its tokens", Opens: "nothing",
			Steps: []string{
				"Ask the device authorization endpoint again, show user_code and verification_uri at once, and say until when they count (expires_in).",
				"Ask the token endpoint no more often than interval says (5 seconds without it), 5 seconds more after each slow_down, and stop at expired_token or access_denied.",
			},
			Verify: "the last request of the device is answered 200", Undo: "none needed",
		}, {
			ID: "longer-life", Title: "let device codes live longer, if people need longer", For: "idp", Effect: "there is more time to approve", Opens: "a code that somebody was tricked into approving counts longer: minutes, not hours",
			Steps: []string{"Keycloak: Realm settings > Tokens > OAuth 2.0 Device Code Lifespan      Auth0: API or tenant settings of the device flow"}, Undo: "set the former time",
		}}
		return s
	}),
}
