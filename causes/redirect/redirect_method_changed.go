package redirect

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/signature"
)

// RedirectMethodChanged: a 301, 302 or 303 to another spelling of the same resource turned POST into GET, and the body
// is gone (RFC 9110 15.4.2 to 15.4.4).
var RedirectMethodChanged = &cause.Cause{
	ID:      "redirect-method-changed",
	Title:   "a redirect turned the request into a GET without its body",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"method-or-content-type-401", "no-credentials-sent", "missing-www-authenticate", "wrong-password"},
	Partial: true,
	Traced:  tracedMethod,
	Suspect: recorded("redirect-method-changed", methodChanged),
}

func methodChanged(v *cause.View) *cause.Suspicion {
	method, turn, to, ok := turnedToGet(v)
	if !ok {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Where: cause.Location{Hop: turn.N}, Because: []fact.Fact{
		fact.At(turn.N, "%s answers %d, and the address it leads to is the same resource in another spelling.", turn.Request.URL.Origin(), turn.Status()),
	}}
	onWire := turn.Request.Method == method
	if onWire {
		s.Because = append(s.Because, fact.At(v.Answer.N, "The first request is a %s, this one a GET without a body.", method))
	} else {
		s.Because = append(s.Because, v.Asked("Your %s would be sent on as GET without its body: that is what %s makes of %d.", method, program(v), turn.Status()))
	}
	_, login := signature.LoginPage(v.Answer)
	switch v.Answer.Status() {
	case 405:
		s.Grade, s.Weight = cause.Strong, 0.9
		s.Because = append(s.Because, v.Saw("GET is answered 405 there."))
		if onWire && allows(v.Answer, method) && !allows(v.Answer, "GET") {
			s.Grade = cause.Proved // the server itself says which method it would have taken
		}
	case 401, 403, 404, 400, 411, 415, 422:
		if d, ok := detourOf(v); ok && !d.arrived {
			return nil // the lost credential explains more
		}
		s.Because = append(s.Because, v.Saw("The GET is answered %d.", v.Answer.Status()))
	default:
		if !login && v.Answer.Status()/100 != 2 {
			return nil
		}
	}
	exact := cause.Quote(to)
	s.Raise = []cause.Raise{{
		Command: "curl -i -X " + method + " --data @body.json -H 'Content-Type: application/json' " + exact,
		Where:   "here, with the request's own body, if sending it once more does no harm", Would: "be answered without a redirect if the address is all that is wrong",
	}}
	s.Remedies = []cause.Remedy{{
		ID: "post-to-final-url", Title: "send the " + method + " to the address that the redirect leads to", For: "client",
		Effect: "method and body arrive", Opens: "nothing",
		Steps:  []string{"curl -i --data @body.json -H 'Content-Type: application/json' " + exact},
		Verify: "the answer is no redirect and no 405; without the credential it is still refused", Undo: "call the former address",
	}, {
		ID: "redirect-308", Title: "redirect with 308 (or 307), which keep the method", For: "server",
		Effect: "clients repeat the request as it was", Opens: "nothing",
		Steps: []string{
			"nginx: return 308 https://$host$request_uri;   in place of 301",
			"Apache: Redirect 308 /api/login /api/login/",
		},
		Verify: "a " + method + " to the former address is answered 308 and arrives whole", Undo: "put 301 back",
	}}
	return s
}

// turnedToGet finds the redirect at which the user's method becomes GET, seen on the wire or known from how the
// program behaves when a GET had to stand in for the user's own request.
func turnedToGet(v *cause.View) (method string, turn *exchange.Exchange, to exchange.URL, ok bool) {
	hops := v.Hops()
	if len(hops) < 2 || v.Answer.Response == nil {
		return "", nil, to, false
	}
	method = hops[0].Request.Method
	agent := exchange.Agent{}
	if in := v.Intent; in != nil {
		if in.KeepPost {
			return "", nil, to, false
		}
		agent, method = in.Agent, in.Request.Method
	}
	if method == "GET" || method == "HEAD" || method == "OPTIONS" {
		return "", nil, to, false
	}
	for _, x := range hops[:len(hops)-1] {
		u, has, err := x.Location()
		if !has || err != nil || x.Status()/100 != 3 || !sameResource(v.Request.URL, u) {
			continue
		}
		if next, _ := probe.RedirectMethod(agent, x.Status(), method); next == "GET" {
			return method, x, hops[len(hops)-1].Request.URL, v.Answer.Request.Method == "GET"
		}
	}
	return "", nil, to, false
}

// allows reports that the Allow field of a reply names a method (RFC 9110 10.2.1).
func allows(x *exchange.Exchange, method string) bool {
	for _, f := range x.Header().Values("Allow") {
		if slices.ContainsFunc(strings.Split(f.String(), ","), func(m string) bool { return strings.EqualFold(strings.TrimSpace(m), method) }) {
			return true
		}
	}
	return false
}
