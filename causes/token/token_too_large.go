package token

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// longToken is the length from which a token may be what does not fit: the smallest limits in use are 4 KiB for all
// fields together (Node.js 8 to 12: 8 KiB, nginx: 8 KiB for a line).
const longToken = 3000

// TokenTooLarge: the token makes the request's header larger than a server on the way takes (RFC 6585 5).
var TokenTooLarge = &cause.Cause{
	ID:      "token-too-large",
	Title:   "the token makes the request header too large",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"token-truncated", "unsolicited-authorization-sent", "missing-www-authenticate"},
	Partial: true,
	Audit:   narrow,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !tooLarge(v.Answer) {
			return nil
		}
		c, ok := v.Arrived(cred.JWT, cred.Bearer, cred.Negotiate, cred.APIKey)
		if !ok || c.In != cred.InHeader || c.Value.Len() < longToken {
			return nil
		}
		all, cookies := 0, 0
		for _, f := range v.Answer.Request.Header {
			n := len(f.Name) + f.Value.Len() + 4
			all += n
			if strings.EqualFold(f.Name, "Cookie") {
				cookies += n
			}
		}
		if c.Value.Len() < cookies {
			return nil // cookie-too-large
		}
		words, said := v.Means(signature.HeaderTooLarge)
		said = said || v.Answer.Status() == 431
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, Because: []fact.Fact{
			v.Asked("The token has %d of the %d bytes of the request's header.", c.Value.Len(), all),
			v.Saw("The answer is %d %s.", v.Answer.Status(), v.Answer.Response.Reason)}}
		t := cause.Anonymous()
		if cookies > 0 {
			t = cause.Without("without-long-token", "the same request without the token", c.Place)
		}
		t = t.Predicting("another answer: the header fits", func(failing, seen *exchange.Exchange) bool {
			return seen.Status() != failing.Status() && !tooLarge(seen)
		}).OrOut().Carrying(cause.Likely)
		if said {
			s.Grade, s.Weight = cause.Strong, 0.88
			t = t.Carrying(cause.Proved)
			if words.Meaning != "" {
				s.Because = append(s.Because, words.Because)
			}
		}
		s.Trials = []cause.Trial{t}
		u := cause.Quote(v.Request.URL)
		s.Raise = []cause.Raise{{Command: `printf '%s' "$TOKEN" | wc -c; curl -i -H "` + c.Place + `: ` + strings.TrimSpace(c.Scheme+` $TOKEN`) + `" ` + u,
			Where: "here, with the token of a user in few groups", Would: "be let in if the size is all that is wrong"}}
		s.Remedies = []cause.Remedy{{
			ID: "smaller-token", Title: "issue the token with fewer claims", For: "idp",
			Effect: "the header fits every server on the way", Opens: "nothing",
			Steps: []string{
				claimsCommand + ` | wc -c      (see which claims are long: groups, roles, permissions)`,
				"Entra: Token configuration, groups claim: Groups assigned to the application; Keycloak: remove the group and role mappers that the API does not read",
			},
			Verify: "the token has less than 4000 characters; the request answers 2xx", Undo: "add the claims again",
		}, {
			ID: "larger-buffers", Title: "let every server on the way take a larger header", For: "server",
			Effect: "requests with this token pass", Opens: "more memory for each connection; nothing else",
			Steps: []string{
				"nginx: large_client_header_buffers 4 32k;      Apache: LimitRequestFieldSize 32768",
				"Node.js: node --max-http-header-size=32768;      HAProxy: tune.bufsize 32768;      HTTP.sys: MaxFieldLength, MaxRequestBytes",
			},
			Verify: "the same request passes; one without a token is still refused", Undo: "put the former sizes back",
		}}
		return s
	},
}

// tooLarge reports an answer that a header over the limit may get: 431, 494 or 413, or a 400, which has many reasons.
func tooLarge(x *exchange.Exchange) bool {
	switch x.Status() {
	case 400, 413, 431, 494:
		return true
	}
	return false
}
