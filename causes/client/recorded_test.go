package client

import (
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// refusal is a case of one exchange: a request with the given Authorization, answered 401 with the challenge.
func refusal(given, authorization, challenge string) *cause.View {
	u, err := exchange.ParseURL("https://api.example.com/v1/me")
	if err != nil {
		panic(err)
	}
	r := exchange.Request{Method: "GET", URL: u, Header: exchange.Header{{Name: "Authorization", Value: secret.New(authorization)}}}
	c := &exchange.Case{}
	c.Add(&exchange.Exchange{Request: r, Given: given, Response: &exchange.Response{Status: 401,
		Header: exchange.Header{exchange.ResponseField("WWW-Authenticate", challenge)}}})
	return cause.NewView(c)
}

// In a record people put placeholders over their secrets, so the same bytes that decide a live request decide nothing.
func TestRecordsProveNoForm(t *testing.T) {
	for _, c := range []struct {
		cause         *cause.Cause
		authorization string
	}{
		{TokenPlaceholderUnexpanded, "Bearer <token>"},
		{TokenPlaceholderUnexpanded, "Bearer undefined"},
		{TokenTruncated, "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9"},
		{TokenTruncated, "Bearer k-4711...abcd"},
		{BasicWrongBase64, "Basic YWxpY2U6c2VjcmV0Cg=="},
	} {
		challenge := `Bearer error="invalid_token"`
		if c.cause == BasicWrongBase64 {
			challenge = `Basic realm="files"`
		}
		live, recorded := c.cause.Suspect(refusal("", c.authorization, challenge)), c.cause.Suspect(refusal("paste", c.authorization, challenge))
		if live == nil || live.Grade != cause.Proved {
			t.Errorf("%s: a live %q: expected proved, got %+v", c.cause.ID, c.authorization[:8], live)
		}
		if recorded == nil || recorded.Grade >= cause.Proved {
			t.Errorf("%s: a recorded %q: expected less than proved, got %+v", c.cause.ID, c.authorization[:8], recorded)
		}
	}
}

// A Basic layer that answers never looked at a Bearer value, whatever is wrong with it.
func TestAnotherLayerProvesNoForm(t *testing.T) {
	for _, c := range []*cause.Cause{TokenPlaceholderUnexpanded, TokenQuoted, TokenTruncated, AuthorizationSchemeDoubled, AuthorizationSchemeColon, TokenWhitespaceOrNewline} {
		for _, authorization := range []string{"Bearer undefined", `Bearer "tok-4711"`, "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9",
			"Bearer Bearer tok-4711", "Bearer: tok-4711", "Bearer tok\u200b-4711"} {
			s := c.Suspect(refusal("", authorization, `Basic realm="staging"`))
			if s != nil && s.Grade > cause.Likely {
				t.Errorf("%s takes %q before a Basic layer for %s", c.ID, authorization, s.Grade)
			}
		}
	}
}

// curl's own words for a missing ticket, read from a verbose trace, are enough for a verdict.
func TestGSSWordsOfATrace(t *testing.T) {
	u, err := exchange.ParseURL("http://intranet.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	c := &exchange.Case{Facts: []fact.Fact{fact.In("trace.txt", 12, "gss_init_sec_context() failed: SPNEGO cannot find mechanisms to negotiate.")}}
	c.Add(&exchange.Exchange{Request: exchange.Request{Method: "GET", URL: u}, Given: "trace.txt",
		Response: &exchange.Response{Status: 401, Header: exchange.Header{exchange.ResponseField("WWW-Authenticate", "Negotiate")}}})
	s := NegotiateNoTicket.Suspect(cause.NewView(c))
	if s == nil || s.Grade != cause.Strong || s.Because[0].From.Line != 12 {
		t.Fatalf("expected strong with line 12 as its source, got %+v", s)
	}
	c.Facts = nil
	if s := NegotiateNoTicket.Suspect(cause.NewView(c)); s != nil {
		t.Fatalf("without the words: expected nothing, got %+v", s)
	}
}
