package why401_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/why401/why401"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
)

// TestOfflineOpensNoConnection diagnoses recorded cases, and a live request with Offline, with a network that must not be
// touched.
func TestOfflineOpensNoConnection(t *testing.T) {
	touched := func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was opened")
		return nil, errors.New("no network here")
	}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: touched}
	t.Cleanup(func() { net.DefaultResolver = &net.Resolver{} })
	files, err := filepath.Glob("lab/cases/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for n, f := range files {
		if n%7 != 0 {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		e, err := input.Case(string(text))
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		rep, err := why401.Diagnose(t.Context(), why401.Input{Evidence: e}, why401.WithDial(touched))
		if err != nil || len(rep.Sent) > 0 {
			t.Errorf("%s: sent %v, %v", f, rep.Sent, err)
		}
	}
	got, err := input.Read([]string{"curl -u alice:word https://api.example.com/v1/me"}, nil, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := why401.Diagnose(t.Context(), why401.Input{Intent: got.Intents[0], Read: got.What}, why401.Offline(), why401.WithDial(touched), why401.WithStateDir(t.TempDir()))
	if rep == nil || len(rep.Sent) > 0 {
		t.Errorf("sent something, or no report: %v", err)
	}
}

// WithExchanges hands over recorded exchanges, too.
func TestExchangesOfARecord(t *testing.T) {
	e, err := input.Case("artefacts:\n  - kind: http-exchange\n    text: |\n      GET /v1/me HTTP/1.1\n      Host: api.test\n\n      HTTP/1.1 401 Unauthorized\n      WWW-Authenticate: Bearer\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []*exchange.Exchange
	if _, err := why401.Diagnose(t.Context(), why401.Input{Evidence: e}, why401.WithExchanges(func(xs []*exchange.Exchange) { got = xs })); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Status() != 401 || got[0].Given == "" {
		t.Errorf("handed over: %v", got)
	}
}

// TestBodyBehindConsole pastes a browser's line and, below it, the body that it belongs to: one exchange.
func TestBodyBehindConsole(t *testing.T) {
	e, err := input.Case("artefacts:\n  - kind: app-log\n    text: |\n      POST https://api.test/v1/login 401 (Unauthorized)\n      {\"code\":401,\"message\":\"Invalid timestamp in request signature\"}\n")
	if err != nil {
		t.Fatal(err)
	}
	c := why401.Case(why401.Input{Evidence: e})
	if len(c.Exchanges) != 1 || len(c.Exchanges[0].Body()) == 0 || c.Exchanges[0].Request.URL.Host != "api.test" {
		t.Errorf("%d exchanges", len(c.Exchanges))
	}
}
