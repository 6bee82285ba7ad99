package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// ClientConfigCredentialKeyMismatch: a credential is stored under another name than the one that is looked up.
var ClientConfigCredentialKeyMismatch = &cause.Cause{
	ID:        "client-config-credential-key-mismatch",
	Title:     "the credential is stored under a name nobody looks up",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"no-credentials-sent", "wrong-password"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(nugetName(v), storedNear(v, false))
	},
}
