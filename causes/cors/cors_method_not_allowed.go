package cors

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CORSMethodNotAllowed: the preflight is answered, and the answer does not list the method. GET, HEAD and POST need no
// leave, and a star covers nothing when the script asked for credentials (Fetch standard, "CORS-preflight fetch").
var CORSMethodNotAllowed = &cause.Cause{
	ID:        "cors-method-not-allowed",
	Title:     "the preflight's answer does not allow the method",
	Family:    family,
	RefusedBy: exchange.Client,
	FaultAt:   exchange.Application,
	Hides:     []string{"no-credentials-sent"},
	Partial:   true,
	Suspect:   recorded("cors-method-not-allowed", methodNotAllowed),
}

// refusesMethod reports a reply that gives the page leave, and not the method. Methods are compared byte for byte: a page's
// "patch" is not PATCH, though browsers write the five old ones in capitals themselves.
func (c call) refusesMethod(x *exchange.Exchange) bool {
	if !x.OK() || !c.permits(x) || slices.Contains([]string{"GET", "HEAD", "POST"}, c.method) {
		return false
	}
	var allowed []string
	for _, f := range x.Header().Values("Access-Control-Allow-Methods") {
		for p := range strings.SplitSeq(f.String(), ",") {
			allowed = append(allowed, strings.TrimSpace(p))
		}
	}
	return !slices.Contains(allowed, c.method) && !(slices.Contains(allowed, "*") && !c.cookies)
}

func methodNotAllowed(v *cause.View) *cause.Suspicion {
	c, ok := callOf(v)
	if !ok || slices.Contains([]string{"GET", "HEAD", "POST"}, c.method) {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.35, Because: []fact.Fact{c.page(v)}}
	pre := c.preflight(v)
	switch {
	case pre != nil && !c.refusesMethod(pre):
		return nil
	case pre != nil:
		s.Grade, s.Weight, s.FaultAt, s.Where = cause.Strong, 0.9, fault(pre), cause.Location{Hop: pre.N}
		what := "It has no Access-Control-Allow-Methods."
		if given := pre.Header().Get("Access-Control-Allow-Methods"); given != "" {
			what = "Access-Control-Allow-Methods lists only " + methods(given) + "."
		}
		s.Because = append(s.Because, fact.At(pre.N, "The preflight for %s is answered %d. %s", methods(c.method), pre.Status(), what))
		if c.own != nil {
			s.Grade = cause.Proved // the reply is the browser's whole ground for refusing
		}
		s.Independent = c.own == nil && !cause.Passed(v.Answer)
	}
	if c.own == nil {
		s.Trials = []cause.Trial{c.trial("a preflight answered without leave for this method", c.refusesMethod)}
	}
	s.Raise = []cause.Raise{{Command: c.ask(v) + " | grep -i '^access-control-allow-methods'", Where: "here", Would: "print a list without the method"}}
	s.Remedies = []cause.Remedy{{
		ID: "list-methods", Title: "list the method in Access-Control-Allow-Methods", For: "server",
		Effect: "browsers send the request with this method", Opens: "scripts of the allowed origins may use the method; the API still asks for its credential",
		Steps: []string{
			"Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE",
			"Spring: config.setAllowedMethods(List.of(\"GET\", \"POST\", \"PUT\", \"PATCH\", \"DELETE\")); Express: cors({methods: [...]}); rack-cors: methods: [:get, :post, :put, :patch, :delete]",
		},
		Verify: c.ask(v) + " lists it; the request without a credential is still refused", Undo: "put the former list back",
	}, {
		ID: "capital-method", Title: "write the method in capitals", For: "client",
		Effect: "PATCH is sent as it is listed; browsers put only GET, HEAD, POST, PUT, DELETE and OPTIONS into capitals", Opens: "nothing",
		Steps:  []string{"fetch(url, {method: 'PATCH'})"},
		Verify: "the console shows no CORS error", Undo: "none needed",
	}}
	return s
}

// methods shows a list of method names; anything else in it is left out.
func methods(s string) string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		p = strings.TrimSpace(p)
		if p != "" && len(p) <= 20 && (p == "*" || strings.Trim(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") == "") {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return "other methods"
	}
	return strings.Join(out[:min(len(out), 9)], ", ")
}
