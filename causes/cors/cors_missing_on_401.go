package cors

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CORSMissingOn401: the server does CORS, and its refusals come without the header, so a script sees a network error
// where it should see the 401.
var CORSMissingOn401 = &cause.Cause{
	ID:      "cors-missing-on-401",
	Title:   "the refusal has no CORS headers, so the script sees a network error",
	Family:  family,
	FaultAt: exchange.Application,
	Partial: true,
	Audit:   fieldsOnlyOnSuccess,
	Suspect: recorded("cors-missing-on-401", missingOn401),
}

func missingOn401(v *cause.View) *cause.Suspicion {
	c, ok := callOf(v)
	if !ok || c.own != nil || !cause.Refused(v.Answer) || v.Answer.Header().Has("Access-Control-Allow-Origin") {
		return nil
	}
	does := func(x *exchange.Exchange) bool { return x.OK() && c.permits(x) && len(c.missing(x)) == 0 }
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.4, FaultAt: fault(v.Answer), Independent: true, Because: []fact.Fact{
		c.page(v), v.Saw("The answer %d has no Access-Control-Allow-Origin.", v.Answer.Status()),
	}}
	pre := c.preflight(v)
	if b := v.Answer.Browser; b != nil && b.CORS == "MissingAllowOriginHeader" {
		s.Weight = 0.7
		s.Because = append(s.Because, says(v.Answer))
		if p, ok := opens(v, c); ok {
			// The browser's ground for keeping the refusal back, and the same server's leave for the same page.
			s.Grade, s.Weight = cause.Proved, 0.9
			if v.Answer.Unseen&exchange.ResponseBody != 0 {
				s.Grade = cause.Strong // who wrote it stands in the body, which the browser does not show: asked for once more
			}
			s.Because = append(s.Because, fact.At(p.N, "Another answer of the same server, %d to %s, allows the page.", p.Status(), p.Request.Method))
		}
	}
	if pre != nil {
		if !does(pre) {
			return nil
		}
		s.Weight = max(s.Weight, 0.6)
		s.Because = append(s.Because, fact.At(pre.N, "The preflight is answered %d and allows the page.", pre.Status()))
	}
	// Whether the answers to requests that are let in carry the header is not seen: strong, not proved.
	s.Trials = []cause.Trial{c.trial("a preflight that allows the page", does).Carrying(cause.Strong)}
	if s.Grade > cause.Likely && v.Answer.Browser != nil {
		same := func(failing, seen *exchange.Exchange) bool {
			return seen.Status() == failing.Status() && !seen.Header().Has("Access-Control-Allow-Origin") &&
				seen.Header().Get("Server") == failing.Header().Get("Server") && seen.Header().Get("WWW-Authenticate") == failing.Header().Get("WWW-Authenticate")
		}
		s.Trials = []cause.Trial{cause.Anonymous().Predicting("the same refusal, again without the field", same)}
		if t := v.Trial(cause.KeyAnonymous); t != nil && same(v.Answer, t) {
			s.RefusedBy, s.FaultAt = layerOf(t), fault(t)
		}
	}
	s.Raise = []cause.Raise{{
		Command: "curl -sS -D - -o /dev/null -H " + cause.QuoteWord("Origin: "+c.origin) + " -H \"Authorization: Bearer $TOKEN\" " + cause.Quote(v.Request.URL) + " | grep -i '^access-control'",
		Where:   "here, with a token that is known to be good", Would: "print Access-Control-Allow-Origin, which the refusal lacks",
	}}
	s.Remedies = []cause.Remedy{{
		ID: "cors-on-errors", Title: "send the CORS headers with error answers too", For: "server",
		Effect: "the script can read the 401, and renew its token", Opens: "the allowed origins may read error answers; nothing else",
		Steps: []string{
			"nginx: add_header Access-Control-Allow-Origin " + plainOrigin(c.origin) + " always;",
			"Apache: Header always set Access-Control-Allow-Origin " + plainOrigin(c.origin),
			"API Gateway: GatewayResponses DEFAULT_4XX and DEFAULT_5XX with gatewayresponse.header.Access-Control-Allow-Origin",
			"in frameworks: the CORS middleware before the one for authentication",
		},
		Verify: "the request without a credential answers 401 with Access-Control-Allow-Origin", Undo: "take always off again",
	}, {
		ID: "read-refusal-with-curl", Title: "look for the real reason of the refusal outside the browser", For: "client",
		Effect: "the status and the words of the answer show", Opens: "nothing",
		Steps:  []string{"developer tools, Network, the request, Copy as cURL; then: why401 curl ..."},
		Verify: "the status is the one shown here", Undo: "none needed",
	}}
	return s
}
