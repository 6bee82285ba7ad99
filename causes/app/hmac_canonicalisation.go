package app

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/signed"
	"github.com/why401/why401/cred/httpsig"
	"github.com/why401/why401/cred/resign"
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
	Hides: []string{"wrong-password", "jwt-signature-invalid-wrong-key", "proxy-host-header-mismatch", "forwarded-proto-missing", "no-credentials-sent",
		"authorization-scheme-wrong", "token-wrong-location", "credential-type-wrong", "missing-www-authenticate", "403-means-401", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := otherForm(v); s != nil {
			return s
		}
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

// otherForm looks at a signature over the address or over chosen parts of the request, which a proxy can change: HTTP
// message signatures (RFC 9421), and HMAC fields whose sender signs the URL.
func otherForm(v *cause.View) *cause.Suspicion {
	f, ok := signed.Look(v)
	if !ok || f.Kind != resign.Message && !(f.Kind == resign.Webhook && f.Fits(resign.Host)) {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Because: f.Facts(v), Trials: f.Trials(v, resign.Scheme, resign.Host, resign.Path),
		Signed: f.Beside(nil, ""), Remedies: formRemedies(v)}
	s.Weight = f.Weight(v, s.Trials)
	flaw := flawOf(f)
	if f.Reads == nil && bodyDigest(f) {
		return nil // hmac-body-altered
	}
	switch {
	case f.Reads != nil && f.Reads.Part == resign.Body:
		return nil // hmac-body-altered
	case f.Reads != nil:
		s.FaultAt, s.Title = exchange.Gateway, "the signature is broken on the way: "+f.Read()
	case flaw != "":
		s.Grade, s.Weight, s.Title = cause.Strong, 0.88, "the HTTP message signature is not well-formed: "+flaw
		s.Because = append([]fact.Fact{v.Asked("Of the signature: %s.", flaw)}, s.Because...)
		s.Trials = nil
	case f.How != "" && f.Part != resign.Body:
		s.Grade, s.Weight, s.Title = cause.Strong, 0.9, "the client signs "+f.How
	case f.Right:
		s.FaultAt, s.Title = exchange.Gateway, "the client signed rightly, and the server checks another form of the request"
	case f.How != "":
		return nil
	case f.Keyed && f.Problem == "":
		s.Weight, s.Title = 0.5, "another key signed the request than the one at hand"
	case f.Said != nil:
		s.Weight = 0.55
		s.Because = append(s.Because, v.Asked("The signature covers the address (%d lines are signed), which a proxy may change.", len(f.Lines)))
	default:
		return nil
	}
	if s.FaultAt != exchange.Gateway {
		slices.Reverse(s.Remedies)
	}
	s.Raise = []cause.Raise{{Command: "log the text that the verifier signs, and compare it with the client's line by line", Where: "in the application, never the key", Would: "show the line that differs"}}
	if !f.Keyed {
		s.Raise = append([]cause.Raise{signed.Key(v)}, s.Raise...)
	}
	return s
}

// flawOf is what is wrong with the form of a message signature so that no server can take it.
func flawOf(f signed.Finding) string {
	list, ok := httpsig.Parse(f.Request)
	if f.Kind != resign.Message || !ok {
		return ""
	}
	for _, flaw := range list[0].Flaws {
		switch flaw {
		case httpsig.NoCreated, httpsig.NothingSigned, httpsig.BadAlgorithm:
		default:
			return string(flaw)
		}
	}
	return ""
}

// bodyDigest reports a covered digest field that is not that of the body.
func bodyDigest(f signed.Finding) bool {
	state, _ := httpsig.Digest(f.Request)
	return f.Kind == resign.Message && (state == httpsig.DigestDiffers || state == httpsig.DigestEmpty && !f.Request.Body.Empty())
}

func formRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "keep-signed-address", Title: "let the proxy hand on host, scheme and path, and the verifier believe it", For: "server",
		Effect: "the verifier sees the address that was signed", Opens: "nothing, when only the proxy can reach the application: it believes X-Forwarded-Proto and Host",
		Steps: []string{
			"nginx:  proxy_set_header Host $http_host;",
			"nginx:  proxy_set_header X-Forwarded-Proto $scheme;",
			"nginx:  proxy_pass http://BACKEND;      without a path behind the host",
			"Express:  app.set('trust proxy', 'loopback')",
		},
		Verify: "the same request answers 2xx; with another key it is still refused", Undo: "restore the lines and reload",
	}, {
		ID: "sign-public-address", Title: "sign the public address, in the vendor's documented form", For: "client",
		Effect: "both sides sign one text", Opens: "nothing", Steps: []string{"sign " + cause.Quote(v.Request.URL) + " as it is asked, with the fields in the order in which they are listed"},
		Undo: "none needed",
	}}
}
