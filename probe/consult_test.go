package probe

import (
	"context"
	"net/http"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// TestConsult: a published document is asked of agreed origins only, and no part of the credential goes there; nor are
// redirects followed. An introspection goes to the named issuer only, and is the one POST.
func TestConsult(t *testing.T) {
	const token = "9f8b1c0d4e7a4c55b1de77aa"
	at := func(s string) exchange.URL {
		u, err := exchange.ParseURL(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	id := at("http://id.test/keys")
	ask := exchange.Request{Method: "POST", URL: at("http://id.test/introspect"), Body: secret.New("token=" + token), Header: exchange.Header{
		exchange.RequestField("Content-Type", "application/x-www-form-urlencoded"),
		{Name: "Authorization", Value: secret.New("Basic YXBpOmNsaWVudC1zZWNyZXQ=")}}}
	elsewhere := ask
	elsewhere.URL = at("http://other.test/introspect")
	posted := ask
	posted.Body = secret.New("grant_type=client_credentials&x=" + token)
	for _, c := range []struct {
		name  string
		kind  Kind
		r     exchange.Request
		o     Options
		rule  string
		token bool // the token arrives
	}{
		{name: "own origin", kind: Document, r: exchange.Request{Method: "GET", URL: at("http://api.test/.well-known/x")}},
		{name: "not agreed", kind: Document, r: exchange.Request{Method: "GET", URL: id}, rule: RuleNotNamed},
		{name: "agreed", kind: Document, r: exchange.Request{Method: "GET", URL: id}, o: Options{Consult: []exchange.Origin{id.Origin()}}},
		{name: "another port", kind: Document, r: exchange.Request{Method: "GET", URL: at("http://id.test:8443/keys")}, o: Options{Consult: []exchange.Origin{id.Origin()}}, rule: RuleNotNamed},
		{name: "another scheme", kind: Document, r: exchange.Request{Method: "GET", URL: at("https://id.test/keys")}, o: Options{Consult: []exchange.Origin{id.Origin()}}, rule: RuleNotNamed},
		{name: "with the credential, to the own origin", kind: Document, r: exchange.Request{Method: "GET", URL: at("http://api.test/x"),
			Header: exchange.Header{{Name: "Authorization", Value: secret.New("Bearer " + token)}}}},
		{name: "with the credential in the query", kind: Document, r: exchange.Request{Method: "GET", URL: at("http://id.test/keys?access_token=" + token)}, o: Options{Consult: []exchange.Origin{id.Origin()}}, rule: RuleOtherOrigin},
		{name: "posted", kind: Document, r: exchange.Request{Method: "POST", URL: id}, o: Options{Consult: []exchange.Origin{id.Origin()}}, rule: RuleMethod},
		{name: "a metadata address", kind: Document, r: exchange.Request{Method: "GET", URL: at("http://169.254.169.254/x")}, o: Options{Consult: []exchange.Origin{at("http://169.254.169.254/x").Origin()}}, rule: RuleMetadata},
		{name: "introspection", kind: Introspection, r: ask, o: Options{Introspect: []exchange.Origin{id.Origin()}}, token: true},
		{name: "introspection, only consulted", kind: Introspection, r: ask, o: Options{Consult: []exchange.Origin{id.Origin()}}, rule: RuleNotNamed},
		{name: "introspection elsewhere", kind: Introspection, r: elsewhere, o: Options{Introspect: []exchange.Origin{id.Origin()}}, rule: RuleNotNamed},
		{name: "another POST", kind: Introspection, r: posted, o: Options{Introspect: []exchange.Origin{id.Origin()}}, rule: RuleMethod},
		{name: "introspection as a request of the user's", kind: OfUser, r: ask, o: Options{Introspect: []exchange.Origin{id.Origin()}}, rule: RuleMethod},
		{name: "offline", kind: Document, r: exchange.Request{Method: "GET", URL: at("http://api.test/x")}, o: Options{Offline: true}, rule: RuleOffline},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(_ string, r *http.Request, _ string) string { return redirectTo(302, "http://third.test/") })
			c.o.Dial = w.dial
			in := intentFor(t, "http://api.test/orders", "Authorization: Bearer "+token)
			s := newSender(t, in, c.o)
			xs, err := s.Do(context.Background(), c.r, How{Kind: c.kind, Purpose: "a test"})
			if err != nil && rule(err) != c.rule || err == nil && c.rule != "" {
				t.Fatalf("%v, want the rule %q", err, c.rule)
			}
			if c.rule == "" && (len(xs) != 1 || xs[0].Status() != 302 || len(s.Sent()) != 1) {
				t.Errorf("%d exchanges, %v", len(xs), s.Sent())
			}
			if c.rule != "" && len(w.dialled) > 0 {
				t.Errorf("connected to %v", w.dialled)
			}
			if got := len(w.sawAt([]string{token})) > 0; got != c.token {
				t.Errorf("the token arrived: %v", got)
			}
			if len(s.Sent()) == 1 && (s.Sent()[0].Credential == "yours") != c.token {
				t.Errorf("listed as %+v", s.Sent()[0])
			}
		})
	}
}

// A client's secret is a password, in the header or in the body: one try.
func TestClientSecretIsAPassword(t *testing.T) {
	r := exchange.Request{Method: "POST", Body: secret.New("token=abc&client_id=api&client_secret=s3cr3t-of-the-api")}
	if c := classify(r, ""); c.kind != login || c.who != "api" {
		t.Errorf("%+v", c)
	}
	if c := classify(exchange.Request{Method: "POST", Body: secret.New("token=abc&client_id=api")}, ""); c.kind == login {
		t.Errorf("%+v", c)
	}
}
