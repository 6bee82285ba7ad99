package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// HMACCanonicalisation: both sides sign the same request, in two forms.
var HMACCanonicalisation = &cause.Cause{
	ID:        "hmac-canonicalisation",
	Title:     "the two sides sign the request in another form",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"wrong-password", "jwt-signature-invalid-wrong-key"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if how, ok := twoCodings(v); ok {
			return &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: []fact.Fact{
				fact.Given("the record", "The computed and the received signature are the same bytes, %s.", how)}}
		}
		if c, ok := checkSignature(v); ok && !c.answer.OK && c.form() {
			return &cause.Suspicion{Grade: cause.Strong, Weight: 0.92, Because: []fact.Fact{
				fact.Given("the record", "Recomputed with the secret of the record: %s", c.answer.Text)}}
		}
		return nil
	},
}
