package cors

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CORSPreflightFailed: the preflight is answered with a redirect or with an error that is no refusal. Browsers go on only
// after an ok status, and follow no redirect of a preflight (Fetch standard, "CORS-preflight fetch", steps 5 and 7).
var CORSPreflightFailed = &cause.Cause{
	ID:      "cors-preflight-failed",
	Title:   "the browser's preflight is answered with an error or a redirect",
	Family:  family,
	FaultAt: exchange.Application,
	Hides:   []string{"no-credentials-sent", "redirect-trailing-slash", "redirect-scheme-upgrade", "method-or-content-type-401"},
	Partial: true,
	Audit:   failedPreflights,
	Suspect: recorded("cors-preflight-failed", preflightFailed),
}

// stops reports a reply to a preflight at which a browser stops for its status alone, and that no other cause of this
// family explains. A gateway's 502 to 504 and a 429 pass by themselves and say nothing about CORS.
func stops(x *exchange.Exchange) bool {
	switch s := x.Status(); {
	case s == 429, s >= 502 && s <= 504, s == 0:
		return false
	case s/100 == 3, s/100 == 4, s/100 == 5:
		return !refusesAll(x) && !invalidOrigin(x)
	}
	return false
}

func preflightFailed(v *cause.View) *cause.Suspicion {
	c, ok := callOf(v)
	if !ok || !c.preflighted() {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.35, Because: []fact.Fact{c.page(v)}}
	pre := c.preflight(v)
	switch {
	case pre != nil && !stops(pre):
		return nil
	case pre != nil && c.own == nil && pre.Status() >= 400 && v.Answer.Status() == pre.Status():
		return nil // whatever is wrong there is wrong for every method: an address that does not exist
	case pre != nil:
		s.Grade, s.Weight, s.Where = cause.Strong, 0.9, cause.Location{Hop: pre.N}
		s.FaultAt, s.RefusedBy = fault(pre), layerOf(pre)
		s.Because = append(s.Because, fact.At(pre.N, "The preflight (OPTIONS without a credential) is answered %d; a browser goes on only after 2xx.", pre.Status()))
		if to, ok, err := pre.Location(); ok && err == nil && pre.Status()/100 == 3 {
			s.Title, s.RefusedBy = "the browser's preflight is answered with a redirect", exchange.Client
			s.Because = append(s.Because, fact.At(pre.N, "It leads to %s; browsers follow no redirect of a preflight.", to))
		} else {
			s.Title = fmt.Sprintf("the browser's preflight is answered %d", pre.Status())
		}
		if c.own != nil && (pre.Status() == 405 || pre.Status()/100 == 3) {
			// The reply is the browser's whole ground for stopping. A 404 may mean the address and not the method.
			s.Grade = cause.Proved
		}
		s.Independent = c.own == nil && !cause.Passed(v.Answer)
	}
	if c.own == nil {
		s.Trials = []cause.Trial{c.trial("an answer other than 2xx", stops)}
		if pre != nil && pre.Status() >= 500 {
			s.Trials[0] = s.Trials[0].Carrying(cause.Strong)
		}
	}
	s.Raise = []cause.Raise{{Command: c.ask(v), Where: "here, or wherever the page's users are", Would: "be answered with another status than 200 or 204"}}
	verify := c.ask(v) + " answers 204 or 200 with Access-Control-Allow-Origin: " + plainOrigin(c.origin) + "; the request without a credential is still refused"
	s.Remedies = []cause.Remedy{{
		ID: "answer-options", Title: "answer OPTIONS at this very address", For: "server",
		Effect: "browsers get leave and send the request", Opens: "OPTIONS answers without a credential; it gives out no content",
		Steps: []string{
			"nginx, in the location: if ($request_method = OPTIONS) { add_header Access-Control-Allow-Origin " + plainOrigin(c.origin) + "; add_header Access-Control-Allow-Headers \"Authorization, Content-Type\"; add_header Access-Control-Allow-Methods \"GET, POST, PUT, PATCH, DELETE\"; return 204; }",
			"Express: app.options('/{*path}', cors()); Spring: http.cors(Customizer.withDefaults()); API Gateway: an OPTIONS method, or CORS of the HTTP API",
		},
		Verify: verify, Undo: "take the lines out again",
	}, {
		ID: "final-address", Title: "where it is a redirect: call the address that it leads to", For: "client",
		Effect: "the preflight is answered, not sent on", Opens: "nothing",
		Steps:  []string{"in the script: https in place of http, the slash at the end, the host name that the redirect names"},
		Verify: verify, Undo: "use the former address",
	}}
	return s
}
