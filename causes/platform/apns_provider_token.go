package platform

import (
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// APNSProviderToken: Apple's push service does not take the JWT of the provider.
var APNSProviderToken = &cause.Cause{
	ID:        "apns-provider-token",
	Title:     "Apple's push service does not take the provider token",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Partial:   true,
	Hides: []string{"jwt-signature-invalid-wrong-key", "jwks-kid-not-found", "jwt-alg-mismatch", "token-expired", "token-iss-mismatch", "token-revoked",
		"403-means-401", "credential-type-wrong", "jwt-claim-unit-wrong", "user-lacks-role-or-group", "missing-www-authenticate", "token-wrong-environment", "scope-missing-401"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		said, named := v.Says("InvalidProviderToken", "ExpiredProviderToken")
		if !named && !strings.HasSuffix(strings.ToLower(v.Request.URL.Host), "push.apple.com") {
			return nil
		}
		for _, t := range bearers(v) {
			j, err := jwt.Decode(t)
			if err != nil {
				continue
			}
			what := providerFlaw(v, j)
			if what == "" {
				continue
			}
			s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: []fact.Fact{v.Asked("%s", what)}}
			if named {
				s.Grade, s.Because = cause.Proved, append(s.Because, said)
			}
			return s
		}
		return nil
	},
}

// providerFlaw says what Apple's rules for provider tokens do not allow about j: ES256, kid and iss of ten characters, and
// iat within the last hour ("Establishing a token-based connection to APNs"). "" when all is well.
func providerFlaw(v *cause.View, j *jwt.Token) string {
	c := j.Claims
	switch {
	case j.Header.Alg != "" && j.Header.Alg != "ES256":
		return "The token's alg is not ES256, the only one that Apple takes."
	case j.Header.Alg != "" && !j.Header.Kid.Present():
		return "The token's header has no kid: Apple cannot tell which key signed it."
	case j.Header.Kid.Present() && j.Header.Kid.Text.Len() != 10:
		return "The token's kid is not a key id of Apple's: these have ten characters."
	case c == nil:
		return ""
	case !c.Issuer.Present():
		return "The token has no iss, where the team id belongs."
	case c.Issuer.Text.Len() != 10:
		return "The token's iss is not a team id: these have ten characters."
	case !c.Iat.Present:
		return "The token has no iat, which Apple needs."
	case c.Iat.Milliseconds:
		return "The token's iat is written in milliseconds."
	}
	if now, told := v.Answer.Date(); told && now.Sub(c.Iat.Time) > time.Hour {
		return "The token was made more than an hour before the answer's Date; Apple takes it for an hour."
	}
	return ""
}
