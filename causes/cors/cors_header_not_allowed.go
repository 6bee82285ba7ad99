package cors

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CORSHeaderNotAllowed: the preflight is answered, and the answer does not list a header the script wants to send. A
// star never covers Authorization (Fetch standard, CORS non-wildcard request-header name).
var CORSHeaderNotAllowed = &cause.Cause{
	ID:        "cors-header-not-allowed",
	Title:     "the preflight's answer does not allow a header of the request",
	Family:    family,
	RefusedBy: exchange.Client,
	FaultAt:   exchange.Application,
	Hides:     []string{"no-credentials-sent"},
	Partial:   true,
	Audit:     loginNotAllowed,
	Suspect:   recorded("cors-header-not-allowed", headerNotAllowed),
}

func headerNotAllowed(v *cause.View) *cause.Suspicion {
	c, ok := callOf(v)
	if !ok || len(c.headers) == 0 {
		return nil
	}
	lacks := func(x *exchange.Exchange) bool { return x.OK() && c.permits(x) && len(c.missing(x)) > 0 }
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.35, RefusedBy: exchange.Client, Because: []fact.Fact{c.page(v)}}
	pre := c.preflight(v)
	switch {
	case pre != nil && !lacks(pre):
		return nil
	case pre != nil:
		s.Weight, s.FaultAt, s.Where = 0.9, fault(pre), cause.Location{Hop: pre.N}
		miss := c.missing(pre)
		s.Because = append(s.Because, fact.At(pre.N, "The preflight is answered %d, and Access-Control-Allow-Headers lacks: %s.", pre.Status(), names(miss)))
		if slices.Contains(miss, "authorization") {
			s.Title = "the preflight's answer does not allow Authorization"
			if pre.Header().Text("Access-Control-Allow-Headers").Contains("*") {
				s.Because = append(s.Because, fact.At(pre.N, "The list holds a star, which does not cover Authorization."))
			}
		}
		if c.own != nil {
			s.Grade = cause.Proved // the reply is the browser's whole ground for refusing
		}
		s.Independent = c.own == nil && !cause.Passed(v.Answer)
	}
	if c.own == nil {
		s.Trials = []cause.Trial{c.trial("a preflight answered without leave for these headers", lacks)}
	}
	s.Raise = []cause.Raise{{Command: c.ask(v) + " | grep -i '^access-control-allow-headers'", Where: "here", Would: "print a list without one of the headers asked for"}}
	s.Remedies = []cause.Remedy{{
		ID: "list-headers", Title: "list every header by name in Access-Control-Allow-Headers", For: "server",
		Effect: "browsers send the request with these headers", Opens: "scripts of the allowed origins may set these headers; nothing else",
		Steps: []string{
			"Access-Control-Allow-Headers: " + header(c.headers),
			"Express: cors({allowedHeaders: ['Authorization', 'Content-Type']}); Spring: config.setAllowedHeaders(List.of(\"Authorization\", \"Content-Type\"))",
			"nginx: add_header Access-Control-Allow-Headers \"Authorization, Content-Type\" always;",
		},
		Verify: c.ask(v) + " lists them; the request without a credential is still refused", Undo: "put the former list back",
	}, {
		ID: "fewer-headers", Title: "or leave out headers the API does not need", For: "client",
		Effect: "nothing is asked for that is not allowed", Opens: "nothing",
		Steps:  []string{"in the script: remove headers that interceptors add, except those the API reads"},
		Verify: "the console shows no CORS error; the request is answered", Undo: "add them again",
	}}
	return s
}

// names are header names for a sentence; only what is a name is shown.
func names(hs []string) string {
	var out []string
	for _, h := range hs {
		if len(h) <= 60 && strings.Trim(h, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == "" {
			out = append(out, h)
		}
	}
	if len(out) == 0 {
		return "a header that was asked for"
	}
	return strings.Join(out[:min(len(out), 5)], ", ")
}

// header is the list for a line of configuration.
func header(hs []string) string {
	out := []string{"Authorization", "Content-Type"}
	for _, h := range hs {
		if h != "authorization" && h != "content-type" && names([]string{h}) == h {
			out = append(out, h)
		}
	}
	return strings.Join(out, ", ")
}
