package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// NPMAuthNotScopedToRegistry: npm looks a token up by the registry's address, letter by letter.
var NPMAuthNotScopedToRegistry = &cause.Cause{
	ID:        "npm-auth-not-scoped-to-registry",
	Title:     "the npm token is not bound to the registry's address",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"no-credentials-sent", "wrong-password", "client-config-credential-key-mismatch"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(npmUnbound(v), storedNear(v, true))
	},
}
