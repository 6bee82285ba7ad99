package clock

import (
	"bytes"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/oauth1"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// oauthWindow is the usual window for oauth_timestamp; RFC 5849 3.3 leaves it to the server.
const oauthWindow = 5 * time.Minute

// OAuthTimestampOrNonce: the timestamp of an OAuth 1.0 signature is too old, or its nonce was used (RFC 5849 3.3).
var OAuthTimestampOrNonce = &cause.Cause{
	ID:      "oauth-timestamp-or-nonce",
	Title:   "the OAuth 1.0 timestamp or nonce is not accepted",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"clock-skew-generic", "missing-www-authenticate", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !refused(v) {
			return nil
		}
		sig, unsent, ok := signed(v)
		if !ok {
			return nil
		}
		now, slack, dated := server(v)
		d := sig.Skew(now)
		apart := dated && !sig.Time.IsZero() && (d > oauthWindow+slack || d < -oauthWindow-slack)
		problem := problemOf(v)
		_, skewed := v.Means(signature.ClockSkew)
		_, nonce := v.Means(signature.NonceInvalid)
		s := &cause.Suspicion{}
		if dated && !sig.Time.IsZero() {
			word := "after"
			if d < 0 {
				word = "before"
			}
			s.Because = append(s.Because, v.Saw("oauth_timestamp is %s, %s %s the server's Date.", stamp(sig.Time), span(d), word))
		}
		switch {
		case sig.Has(oauth1.Milliseconds) && unsent:
			return nil
		case sig.Has(oauth1.Milliseconds):
			s.Grade, s.Weight, s.Title = cause.Strong, 0.85, "oauth_timestamp is in milliseconds"
			s.Because = []fact.Fact{v.Asked("oauth_timestamp has more digits than seconds have: it is in milliseconds.")}
			if problem == "timestamp_refused" {
				s.Grade = cause.Proved
			}
		case unsent:
			// The signature was kept back: it can be sent once only. Its age is known all the same.
			if !apart {
				return nil
			}
			s.Grade, s.Weight, s.Title = cause.Likely, 0.7, "the OAuth 1.0 signature is "+span(d)+" old"
			if d > 0 {
				s.Title = "the OAuth 1.0 timestamp is " + span(d) + " ahead"
			}
			s.Because = append(s.Because, v.Saw("Most servers accept 5 minutes; the signature itself was not sent again."))
		case (problem == "timestamp_refused" || skewed) && apart:
			s.Grade, s.Weight = cause.Proved, 0.95
		case problem == "timestamp_refused" || skewed:
			s.Grade, s.Weight = cause.Strong, 0.85
		case problem == "nonce_used" || nonce:
			s.Grade, s.Weight, s.Title = cause.Strong, 0.88, "the OAuth 1.0 nonce was used before"
			s.Because = append(s.Because, v.Asked("The request holds a ready signature: it can be sent once only."))
		case problem != "" || other(v, signature.SignatureInvalid, signature.LinkExpired):
			return nil
		case apart:
			s.Grade, s.Weight = cause.Likely, 0.6
			if blamed(v) {
				s.Grade, s.Weight = cause.Strong, 0.7
			}
		default:
			return nil
		}
		if problem != "" && !unsent {
			s.Because = append(s.Because, v.Saw("The answer says oauth_problem=%s.", problem))
		}
		s.Because = append(s.Because, here(v)...)
		s.Raise = []cause.Raise{{Command: compare(v), Where: "on the machine that signs", Would: "show both clocks; most servers allow 5 minutes"}}
		s.Remedies = []cause.Remedy{{
			ID: "sign-anew", Title: "sign every request anew, with a fresh nonce and the time of now", For: "client",
			Effect: "timestamp and nonce are accepted", Opens: "nothing",
			Steps: []string{
				"make the signature right before sending; a copied header or URL cannot be used twice",
				"python3: requests_oauthlib.OAuth1(client_key, client_secret, token, token_secret) signs each request",
			},
			Verify: "two requests in a row answer 2xx; a copy of the first one is refused", Undo: "none needed",
		}, syncRemedy("client", "the machine that signs")}
		return s
	},
}

// signed gives the OAuth 1.0 signature of the request. unsent says that it did not go out, since it can be used once only:
// what was asked was asked without it.
func signed(v *cause.View) (sig oauth1.Signature, unsent, ok bool) {
	if _, came := v.Arrived(cred.OAuth1); came {
		sig, ok = oauth1.Parse(v.Answer.Request)
		return sig, false, ok
	}
	if v.Intent != nil && v.Subject == "" && len(v.Credentials) == 0 {
		sig, ok = oauth1.Parse(v.Intent.Request)
	}
	return sig, true, ok
}

// problemOf is the oauth_problem of the answer (OAuth Problem Reporting extension): a word of a fixed list, or "".
func problemOf(v *cause.View) string {
	text := string(v.Answer.Body())
	for _, f := range v.Answer.Header().Values("WWW-Authenticate") {
		if !f.Closed() {
			text += "\n" + f.String()
		}
	}
	if !bytes.Contains([]byte(text), []byte("oauth_problem")) {
		return ""
	}
	for _, p := range []string{"timestamp_refused", "nonce_used", "signature_invalid", "consumer_key_unknown", "consumer_key_rejected",
		"token_rejected", "token_expired", "token_revoked", "parameter_absent", "parameter_rejected", "signature_method_rejected", "permission_denied"} {
		if strings.Contains(text, p) {
			return p
		}
	}
	return ""
}
