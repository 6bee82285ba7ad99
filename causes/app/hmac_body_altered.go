package app

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/signed"
	"github.com/why401/why401/cred/hmac"
	"github.com/why401/why401/cred/httpsig"
	"github.com/why401/why401/cred/resign"
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
		"method-or-content-type-401", "no-credentials-sent", "authorization-scheme-wrong", "token-wrong-location", "credential-type-wrong", "missing-www-authenticate",
		"403-means-401", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := otherBytes(v); s != nil {
			return s
		}
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

// otherBytes looks at a live or recorded request whose signature is over its body.
func otherBytes(v *cause.View) *cause.Suspicion {
	f, ok := signed.Look(v)
	if !ok || !f.Fits(resign.Body) || f.Request.Body.Empty() && f.Kind != resign.Message {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Because: f.Facts(v), Remedies: rawBodyRemedies()}
	switch {
	case f.Kind == resign.Message && bodyDigest(f):
		state, field := httpsig.Digest(f.Request)
		word := "another body"
		if state == httpsig.DigestEmpty {
			word = "an empty body"
		}
		s.Grade, s.Weight, s.FaultAt = cause.Strong, 0.92, exchange.Client
		s.Title = field + " is that of " + word
		s.Because = append([]fact.Fact{v.Asked("%s is the hash of %s, not of the %d bytes that were sent (RFC 9530).", field, word, f.Request.Body.Len())}, s.Because...)
		return s
	case f.Kind != resign.Webhook:
		return nil
	case f.Reads != nil && f.Reads.Part == resign.Body:
		s.Title = "the server checks other bytes than were sent: " + f.Reads.How
		s.Weight, s.Trials, s.Signed = 0.85, f.Trials(v, resign.Body), f.Beside(nil, "")
	case f.Reads != nil || f.Fits(resign.Host):
		return nil // hmac-canonicalisation
	case f.Right:
		s.Title = "the client signed rightly, and the server computes over other bytes, or with another secret"
		s.Trials = f.Trials(v, resign.Body)
		if s.Weight = f.Weight(v, s.Trials); s.Weight < 0.6 {
			s.Weight = 0.45 // the usual ways to write a body anew are few: another secret is as likely
		}
	case f.How != "" && f.Part == resign.Body:
		s.Grade, s.Weight, s.FaultAt, s.Title = cause.Strong, 0.92, exchange.Client, "the client signs "+f.How
		s.Trials = f.Trials(v)
	default:
		return nil
	}
	if s.FaultAt == exchange.Client {
		slices.Reverse(s.Remedies)
	}
	s.Raise = []cause.Raise{{Command: "log the length of the body that the verifier hashes, and compare it with Content-Length", Where: "in the application", Would: "differ when a parser or proxy has rewritten the body"}}
	return s
}

func rawBodyRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "verify-raw-body", Title: "check the signature over the bytes that came, before any parser", For: "server",
		Effect: "the hash is of what was signed", Opens: "nothing: bodies that were changed are still refused",
		Steps: []string{
			"Express:  app.post('/hook', express.raw({type: '*/*'}), verify)      and JSON.parse(req.body) behind the check",
			"Flask: request.get_data()      Django, FastAPI: request.body      PHP: file_get_contents('php://input')",
		},
		Verify: "the same request answers 2xx; with one byte of the body changed it is refused", Undo: "put the former middleware back",
	}, {
		ID: "sign-sent-bytes", Title: "sign the very bytes that are sent", For: "client",
		Effect: "the signature fits the body", Opens: "nothing", Steps: []string{"serialise once, sign that text, send that text"}, Undo: "none needed",
	}}
}
