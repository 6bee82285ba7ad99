package clock

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/sigv4"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/signature"
)

// awsWindow is the window of most AWS services; Amazon S3 allows 15 minutes.
const awsWindow = 5 * time.Minute

// SigV4ClockSkew: the signing time of an AWS signature is too far from the server's clock.
var SigV4ClockSkew = &cause.Cause{
	ID:      "sigv4-clock-skew",
	Title:   "the AWS signature was made at another time than the server's",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"clock-skew-generic", "missing-www-authenticate", "403-means-401", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !refused(v) {
			return nil
		}
		if _, ok := v.Arrived(cred.SigV4, cred.SignedURL); !ok {
			return nil
		}
		sig, ok := sigv4.Parse(v.Answer.Request)
		if !ok {
			return nil
		}
		words, said := v.Means(signature.ClockSkew)
		now, slack, dated := server(v)
		d := sig.Skew(now)
		if sig.InQuery && d < awsWindow {
			return nil // a link's age is not a clock: signed-url-expired
		}
		s := &cause.Suspicion{}
		apart := d > awsWindow+slack || d < -awsWindow-slack
		switch {
		case said && dated && apart:
			s.Grade, s.Weight = cause.Proved, 0.95
		case said:
			s.Grade, s.Weight = cause.Strong, 0.88
		case !dated || !apart || other(v, signature.SignatureInvalid):
			return nil
		case sig.Late(now):
			s.Grade, s.Weight = cause.Strong, 0.7
		default:
			s.Grade, s.Weight = cause.Likely, 0.5
		}
		if dated && !sig.Time.IsZero() {
			word := "after"
			if d < 0 {
				word = "before"
			}
			s.Because = append(s.Because, v.Saw("The request was signed for %s, %s %s the server's Date (%s).", stamp(sig.Time), span(d), word, stamp(now)))
		}
		if said {
			s.Because = append(s.Because, words.Because)
		}
		s.Because = append(s.Because, here(v)...)
		if skew, known := ahead(v); known && skew == 0 && apart {
			// The clock here is right: the signature is old, or was made elsewhere.
			s.Title = "the AWS signature is " + span(d) + " old; signatures cannot be kept"
			if d > 0 {
				s.Title = "the AWS signature was made by a clock that is " + span(d) + " ahead"
			}
		}
		s.Raise = []cause.Raise{{Command: compare(v), Where: "on the machine that signs", Would: "show both clocks; AWS allows 5 minutes, Amazon S3 15"}}
		s.Remedies = []cause.Remedy{{
			ID: "sign-anew", Title: "sign the request anew, right before it is sent", For: "client",
			Effect: "the signing time is now", Opens: "nothing",
			Steps: []string{
				"date -u      (compare with the server's: " + compare(v) + ")",
				`curl --aws-sigv4 ` + cause.QuoteWord("aws:amz:"+region(sig)) + ` --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" ` + cause.Quote(v.Request.URL),
			},
			Verify: "the same request answers 2xx; with another key it is still refused", Undo: "none needed",
		}, syncRemedy("client", "the machine that signs"), {
			ID: "correct-clock-skew", Title: "let the SDK correct the difference where the clock cannot be set", For: "client",
			Effect: "the SDK signs with the server's time", Opens: "nothing",
			Steps:  []string{"AWS SDK for JavaScript: correctClockSkew: true; others take the offset from the Date of the refusal and sign again"},
			Verify: "requests pass with a wrong local clock", Undo: "remove the option",
		}}
		return s
	},
}

// region is region and service of the signature's scope, for curl.
func region(s *sigv4.Signature) string {
	if s.Region == "" || s.Service == "" {
		return "REGION:SERVICE"
	}
	return s.Region + ":" + s.Service
}
