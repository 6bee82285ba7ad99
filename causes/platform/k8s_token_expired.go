package platform

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// K8sTokenExpired: a program goes on using a bound service account token after its end.
var K8sTokenExpired = &cause.Cause{
	ID:        "k8s-token-expired",
	Title:     "the pod's service account token has ended",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Partial:   true,
	Hides: []string{"token-expired", "jwt-claim-unit-wrong", "clock-skew-generic", "stale-cached-credentials", "session-expired", "token-revoked",
		"no-credentials-sent", "jwks-kid-not-found", "missing-www-authenticate"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		now, told := v.Answer.Date()
		if !told || !v.Refused() {
			return nil
		}
		for _, t := range bearers(v) {
			j, err := jwt.Decode(t)
			if err != nil || j.Claims == nil || !serviceAccount(j.Claims) {
				continue
			}
			exp := j.Claims.Exp
			if !exp.Present || exp.Invalid || exp.Milliseconds || !now.After(exp.Time) {
				continue
			}
			return &cause.Suspicion{
				Grade: cause.Proved, Weight: 0.96,
				Because: []fact.Fact{v.Saw("The service account token's exp is %s; the answer's Date is %s.", exp.Time.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))},
				Raise: []cause.Raise{{Command: "kubectl auth whoami --token=\"$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)\"", Where: "in the pod",
					Would: "name the service account if the file holds a newer token than the program"}},
			}
		}
		return nil
	},
}

// serviceAccount reports the claims of a token that Kubernetes made for a service account.
func serviceAccount(c *jwt.Claims) bool {
	return c.Has("kubernetes.io") || c.Subject.HasPrefix("system:serviceaccount:")
}
