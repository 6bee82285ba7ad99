package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// intentFor is what a reader makes of "curl -H ... url".
func intentFor(t *testing.T, url string, fields ...string) *exchange.Intent {
	t.Helper()
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	in := &exchange.Intent{Agent: exchange.Agent{Name: "why401"}, Request: exchange.Request{Method: "GET", URL: u}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		in.Request.Header = append(in.Request.Header, exchange.RequestField(name, value))
	}
	return in
}

func newSender(t *testing.T, in *exchange.Intent, o Options) *Sender {
	t.Helper()
	if o.StateDir == "" {
		o.StateDir = t.TempDir() + "/state"
	}
	s, err := New(in, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rule(err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Rule
	}
	return fmt.Sprintf("no refusal (%v)", err)
}

func TestDoFollowsAndRecords(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/a":
			http.Redirect(w, r, "/b?x=1", http.StatusFound)
		case r.Header.Get("X-Api-Key") == "abcdefghij":
			fmt.Fprint(w, "welcome")
		default:
			w.WriteHeader(401)
		}
	}))
	defer srv.Close()
	in := intentFor(t, srv.URL+"/a", "X-Api-Key: abcdefghij", "Accept: */*")
	s := newSender(t, in, Options{})
	xs, err := s.Do(context.Background(), in.Request, How{Purpose: "your request", Follow: true})
	if err != nil || len(xs) != 2 {
		t.Fatalf("exchanges %d, error %v", len(xs), err)
	}
	if xs[0].Status() != 302 || xs[1].Status() != 200 || string(xs[1].Body()) != "welcome" {
		t.Errorf("got %d then %d %q", xs[0].Status(), xs[1].Status(), xs[1].Body())
	}
	if xs[0].Conn.ID == xs[1].Conn.ID || xs[1].Hop != 1 {
		t.Errorf("connections %d, %d; hop %d", xs[0].Conn.ID, xs[1].Conn.ID, xs[1].Hop)
	}
	sent := s.Sent()
	if len(sent) != 2 || sent[0].Credential != "yours" || sent[1].Status != 200 || sent[0].Purpose != "your request" {
		t.Errorf("sent: %+v", sent)
	}
	anon := in.Request.Clone()
	anon.Header = anon.Header.Without("X-Api-Key")
	xs, err = s.Do(context.Background(), anon, How{Follow: true})
	if err != nil || xs[len(xs)-1].Status() != 401 {
		t.Errorf("anonymous: %v %v", xs, err)
	}
	if c := s.Sent()[2].Credential; c != "none" {
		t.Errorf("credential %q, expected none", c)
	}
	probe := anon.Clone()
	probe.Header = append(probe.Header, exchange.Field{Name: "Authorization", Value: Canary(12)})
	if _, err := s.Do(context.Background(), probe, How{}); err != nil || s.Sent()[4].Credential != "canary" {
		t.Errorf("canary: %v %+v", err, s.Sent())
	}
	if Canary(12).String() != "Why401-Canary 12" || (secret.Text{}) == Canary(1) {
		t.Error("the canary must be readable")
	}
	for range 3 {
		_, err = s.Do(context.Background(), in.Request, How{})
	}
	if err != nil || len(s.Sent()) != 8 {
		t.Errorf("eight requests are allowed: %v", err)
	}
	if _, err = s.Do(context.Background(), in.Request, How{}); rule(err) != RuleBudget {
		t.Errorf("ninth request: %v", err)
	}
}
