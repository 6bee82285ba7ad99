package cors

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CORSOriginNotAllowed: the server does not let the page's origin read its answers, or refuses the origin outright.
var CORSOriginNotAllowed = &cause.Cause{
	ID:      "cors-origin-not-allowed",
	Title:   "the server does not allow the page's origin",
	Family:  family,
	FaultAt: exchange.Application,
	Hides:   []string{"no-credentials-sent"},
	Partial: true,
	Audit:   impossibleOrigins,
	Suspect: recorded("cors-origin-not-allowed", originNotAllowed),
}

func originNotAllowed(v *cause.View) *cause.Suspicion {
	c, ok := callOf(v)
	if !ok {
		return nil
	}
	s := &cause.Suspicion{Because: []fact.Fact{c.page(v)}}
	pre := c.preflight(v)
	switch x := v.Answer; {
	case c.own == nil && x.Status() == 403 && !c.permits(x) && (pre == nil || invalidOrigin(x) || cause.Refused(pre)):
		s.Grade, s.Weight = cause.Likely, 0.45
		if invalidOrigin(x) {
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Because = append(s.Because, v.Saw("The answer is 403 and gives the origin as its reason."))
		}
		s.Trials = []cause.Trial{cause.Without("without:Origin", "no Origin header", "Origin").Passing().OrOut()}
		s.RefusedBy, s.FaultAt = layerOf(x), fault(x)
		return finish(s, c, v)
	case pre != nil && (pre.OK() && !c.permits(pre) || invalidOrigin(pre)):
		s.Grade, s.Weight, s.Where = cause.Strong, 0.85, cause.Location{Hop: pre.N}
		s.Because = append(s.Because, fact.At(pre.N, "The preflight is answered %d. %s", pre.Status(), c.allowSays(pre)))
		blame(s, pre)
		if c.own != nil && pre.OK() {
			s.Grade = cause.Proved // the reply is the browser's whole ground for refusing
		}
	case c.own != nil:
		return nil
	case cause.Passed(x) && x.OK() && !c.permits(x):
		s.Grade, s.Weight = cause.Strong, 0.8
		s.Because = append(s.Because, v.Saw("The answer is %d, and the browser does not hand it to the script. %s", x.Status(), c.allowSays(x)))
		blame(s, x)
		if c.declared && c.exact {
			s.Grade = cause.Proved // a script's request (Sec-Fetch-Mode: cors), and its very answer
		}
		return finish(s, c, v)
	case c.preflighted() && pre == nil:
		s.Grade, s.Weight = cause.Likely, 0.35
	default:
		return nil
	}
	if c.own == nil {
		s.Trials = []cause.Trial{c.trial("a preflight answered without leave for this origin", func(seen *exchange.Exchange) bool {
			return seen.OK() && !c.permits(seen) || invalidOrigin(seen)
		})}
		s.Independent = pre != nil && !cause.Passed(v.Answer)
	}
	return finish(s, c, v)
}

// blame sets who refuses: the browser when the server answers, the server when it does not.
func blame(s *cause.Suspicion, x *exchange.Exchange) {
	s.FaultAt, s.RefusedBy = fault(x), exchange.Client
	if !x.OK() {
		s.RefusedBy = layerOf(x)
	}
	vs := x.Header().Values("Access-Control-Allow-Origin")
	if len(vs) > 1 || len(vs) == 1 && vs[0].Contains(",") {
		s.Title = "Access-Control-Allow-Origin holds more than one value"
	}
}

// allowSays describes the Access-Control-Allow-Origin of a reply, and in what it differs from the page's origin: browsers
// compare the two letter by letter (Fetch standard, "CORS check").
func (c call) allowSays(x *exchange.Exchange) string {
	vs := x.Header().Values("Access-Control-Allow-Origin")
	switch {
	case len(vs) == 0:
		return "It has no Access-Control-Allow-Origin."
	case len(vs) > 1 || vs[0].Contains(","):
		return "Access-Control-Allow-Origin holds more than one value, which allows none."
	}
	u, err := exchange.ParseURL(vs[0].String())
	page, bad := exchange.ParseURL(c.origin)
	if err != nil || bad != nil {
		return "Access-Control-Allow-Origin names something else."
	}
	names := "Access-Control-Allow-Origin names " + u.Origin().String()
	switch a, b := u.Origin(), page.Origin(); {
	case a == b && vs[0].HasSuffix("/"):
		return names + " with a slash behind it, which makes it another value."
	case a == b:
		return names + " written in another way; it is compared letter by letter."
	case a.Host == b.Host && a.Scheme != b.Scheme:
		return names + ": another scheme."
	case a.Host == b.Host:
		return names + ": another port."
	}
	return names + "."
}

func finish(s *cause.Suspicion, c call, v *cause.View) *cause.Suspicion {
	s.Raise = []cause.Raise{{Command: c.ask(v) + " | grep -i '^access-control'", Where: "here", Would: "print no Access-Control-Allow-Origin, or another than " + plainOrigin(c.origin)}}
	s.Remedies = []cause.Remedy{{
		ID: "allow-origin", Title: "add the page's origin to the list of allowed ones", For: "server",
		Effect: "browsers let this page read the answers", Opens: "scripts of " + plainOrigin(c.origin) + " may call the API as their user; no other origin",
		Steps: []string{
			"Access-Control-Allow-Origin: " + plainOrigin(c.origin) + "   (scheme, host and port as in the address bar, no slash, one value) and Vary: Origin",
			"Express: cors({origin: ['" + plainOrigin(c.origin) + "']}); Spring: config.setAllowedOrigins(List.of(\"" + plainOrigin(c.origin) + "\")); Django: CORS_ALLOWED_ORIGINS",
		},
		Verify: c.ask(v) + " names the origin; with another Origin it does not; without a credential the request is still refused",
		Undo:   "take the origin off the list",
	}, {
		ID: "same-origin-proxy", Title: "or serve the API under the page's own host", For: "server",
		Effect: "no CORS is needed", Opens: "nothing",
		Steps:  []string{"nginx of the page: location /api/ { proxy_pass https://api.internal/; }"},
		Verify: "the page works, and Sec-Fetch-Site is same-origin; without a credential the API still refuses", Undo: "take the location out again",
	}}
	return s
}
