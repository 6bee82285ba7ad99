package cause

import (
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// recordOf is a record of what programs said and what a person told.
func recordOf(said, told string) *View {
	c := &exchange.Case{}
	if said != "" {
		c.Messages = append(c.Messages, exchange.Message{Text: exchange.Raw(said), Kind: "log"})
	}
	if told != "" {
		c.Notes = append(c.Notes, exchange.Note{Text: exchange.Raw(told)})
	}
	return NewView(c)
}

// What no single fault explains is found, and its twin that a fault does explain is not.
func TestContradictions(t *testing.T) {
	const nothing = ""
	for _, c := range []struct{ name, said, told, fact string }{
		{"another algorithm", "The parsed JWT indicates it was signed with the 'RS256' signature algorithm, but the key may not be used",
			"The token in the login response has alg HS256.", "signed with HS256"},
		{"the same kind of algorithm", "The parsed JWT indicates it was signed with the 'HS512' signature algorithm", "The token in the login response has alg HS256.", nothing},
		{"only one side", "The parsed JWT indicates it was signed with the 'RS256' signature algorithm", "The API wants HS256.", nothing},
		{"fresh and expired", "Login Succeeded\nError response from daemon: denied: Your authorization token has expired. Reauthenticate and try again.", "", "right after it"},
		{"expired, then a login", "denied: Your authorization token has expired.\nLogin Succeeded", "", nothing},
		{"refused after the login", "Login Succeeded\nError response from daemon: no basic auth credentials", "", nothing},
		{"a cookie with all that it needs", "", "The cookie is SameSite=None; Secure. fetch(url, {credentials: 'include'}) from http://127.0.0.1. The cookie is not sent in Firefox, Chrome and Safari.", "three browsers"},
		{"in one browser", "", "The cookie is SameSite=None; Secure. fetch(url, {credentials: 'include'}). The cookie is not sent in Safari.", nothing},
		{"some runs", "400 No required SSL certificate was sent", "In failing runs curl shows another certificate.", "some runs only"},
		{"each run", "400 No required SSL certificate was sent", "It has been so since the first day.", nothing},
	} {
		got := recordOf(c.said, c.told).Contradictions()
		switch {
		case c.fact == nothing && len(got) > 0:
			t.Errorf("%s: found %q", c.name, got[0].Fact.Text)
		case c.fact != nothing && (len(got) != 1 || !strings.Contains(got[0].Fact.Text, c.fact)):
			t.Errorf("%s: found %v, want one with %q", c.name, got, c.fact)
		}
	}
}

// A fault in a configuration is there each time; one of an application with two instances is not.
func TestWhatComesAndGoesLeaves(t *testing.T) {
	got := recordOf("400 No required SSL certificate was sent", "It fails only sometimes: sometimes it works.").Contradictions()
	if len(got) != 1 {
		t.Fatalf("found %d contradictions, want 1", len(got))
	}
	audited := &Cause{Family: "webserver", Audit: func(*conf.Config) []Sighting { return nil }}
	for _, c := range []struct {
		cause *Cause
		want  bool
	}{{&Cause{Family: "proxy"}, false}, {audited, false}, {&Cause{Family: "app"}, true}, {&Cause{Family: "clock"}, true}} {
		if got[0].Leaves(c.cause) != c.want {
			t.Errorf("family %s: leaves %v, want %v", c.cause.Family, !c.want, c.want)
		}
	}
}
