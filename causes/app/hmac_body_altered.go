package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/hmac"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// HMACBodyAltered: the signature is right for other bytes than those that were checked.
var HMACBodyAltered = &cause.Cause{
	ID:        "hmac-body-altered",
	Title:     "the signature covers other bytes than arrived",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"wrong-password", "hmac-canonicalisation", "jwt-signature-invalid-wrong-key", "digest-algorithm-mismatch", "express-middleware-order",
		"method-or-content-type-401"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c, ok := checkSignature(v)
		if !ok {
			return nil
		}
		because := []fact.Fact{fact.Given("the record", "Recomputed with the secret of the record: %s", c.answer.Text)}
		switch {
		case c.answer.OK && c.refused:
			return &cause.Suspicion{Grade: cause.Likely, Weight: 0.66, Because: append(because,
				fact.Given("the record", "So the signature fits the body as it is written here, and the server computed it over something else."))}
		case c.answer.OK || c.form():
			return nil
		case c.answer.Has(hmac.BodyEnd), c.answer.Has(hmac.BodyBreaks), c.answer.Has(hmac.BodyRewrit), c.answer.Has(hmac.BodyOther):
			return &cause.Suspicion{Grade: cause.Strong, Weight: 0.94, Because: because}
		}
		return nil
	},
}
