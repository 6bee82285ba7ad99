package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// CredentialSourcePrecedence: the program reads its credential from another source than the one that was edited.
var CredentialSourcePrecedence = &cause.Cause{
	ID:        "credential-source-precedence",
	Title:     "another source than the edited one gives the credential",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"wrong-password", "token-revoked", "llm-api-key-errors", "sigv4-signature-mismatch", "token-placeholder-unexpanded"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(sourceWins(v), storedShadowed(v, false))
	},
}
