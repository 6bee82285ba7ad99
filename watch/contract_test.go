package watch

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/watch/state"
)

// doorman lets in who brings the token, and counts tokens.
type doorman struct {
	mu     sync.Mutex
	token  string
	status int // of every answer, when it is not 0
	seen   map[string]int
}

func (d *doorman) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[r.Header.Get("Authorization")]++
	switch {
	case d.status != 0:
		w.WriteHeader(d.status)
	case r.Header.Get("Authorization") != "Bearer "+d.token:
		w.Header().Set("WWW-Authenticate", `Bearer realm="api", error="invalid_token"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func (d *doorman) set(token string, status int) {
	d.mu.Lock()
	d.token, d.status = token, status
	d.mu.Unlock()
}

// count is how often a token was brought.
func (d *doorman) count(token string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen["Bearer "+token]
}

func contractOf(t *testing.T, text string, env map[string]string) *Contract {
	t.Helper()
	c, err := contract.Parse("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewContract(c, guard.Options{Env: func(n string) string { return env[n] }, StateDir: filepath.Join(t.TempDir(), "ledger")}, testKey)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestATokenThatWasRefused: the row is asked, refused, diagnosed and left alone; a new token is seen; a server that is
// down or broken stops nothing.
func TestATokenThatWasRefused(t *testing.T) {
	d := &doorman{token: "token-of-the-test-1", seen: map[string]int{}}
	srv := httptest.NewServer(d)
	defer srv.Close()
	env := map[string]string{"TOKEN": "token-of-the-test-1"}
	c := contractOf(t, "why401: guard/1\ntarget: "+srv.URL+"\nprincipals: {alice: {bearer: {env: TOKEN}}}\nrows: [{name: me, route: /me, as: alice, watch: true, expect: {status: 200}}]\n", env)
	ctx := t.Context()
	s := state.State{Row: c.Rows()[0]}
	ask := func() *Answer {
		t.Helper()
		a := c.Ask(ctx, "me", s)
		if a == nil {
			t.Fatal("no answer")
		}
		s, _ = follow(s, *a)
		return a
	}
	if a := ask(); a.Standing.Outcome != state.Held || a.Refused || a.Kept == nil {
		t.Errorf("%+v", a)
	}
	d.set("token-of-the-test-1", 503)
	if a := ask(); a.Refused || a.Standing.Outcome == state.Held {
		t.Errorf("503: %+v", a.Standing)
	}
	d.set("token-of-the-test-2", 0)
	before := d.count("token-of-the-test-1")
	a := ask()
	if !a.Refused || a.Standing.Outcome != state.Broken || a.Tag == "" || s.Halt == nil {
		t.Errorf("refused: %+v", a)
	}
	if n := d.count("token-of-the-test-1") - before; n > 3 {
		t.Errorf("the refused token went out %d times", n)
	}
	if tag, err := c.Tag(ctx, "me"); err != nil || tag != s.Halt.Tag {
		t.Errorf("the tag of the same token is another: %s, %v", tag, err)
	}
	env["TOKEN"] = "token-of-the-test-2"
	if tag, _ := c.Tag(ctx, "me"); tag == s.Halt.Tag {
		t.Error("the tag of another token is the same")
	}
	if a := ask(); a.Standing.Outcome != state.Held || a.Refused {
		t.Errorf("the new token: %+v", a.Standing)
	}
	delete(env, "TOKEN")
	if a := ask(); a.Standing.Outcome != state.Unclear || !strings.Contains(a.Standing.Title, "$TOKEN") {
		t.Errorf("without a token: %+v", a.Standing)
	}
	srv.Close()
	env["TOKEN"] = "token-of-the-test-2"
	if a := ask(); a.Standing.Outcome != state.Unclear || a.Standing.Step != "connect" || a.Refused {
		t.Errorf("the target is down: %+v", a.Standing)
	}
}

// TestAKnownTroubleIsNotDiagnosedAgain: another look at it is one request.
func TestAKnownTroubleIsNotDiagnosedAgain(t *testing.T) {
	d := &doorman{status: 401, seen: map[string]int{}}
	srv := httptest.NewServer(d)
	defer srv.Close()
	c := contractOf(t, "why401: guard/1\ntarget: "+srv.URL+"\nrows: [{name: home, route: /, expect: {status: 200}}]\n", nil)
	s := state.State{Row: c.Rows()[0]}
	requests := func() int {
		before := 0
		d.mu.Lock()
		for _, n := range d.seen {
			before += n
		}
		d.mu.Unlock()
		a := c.Ask(t.Context(), "home", s)
		s, _ = follow(s, *a)
		after := 0
		d.mu.Lock()
		for _, n := range d.seen {
			after += n
		}
		d.mu.Unlock()
		return after - before
	}
	requests()
	first := s.Now
	for i := range 5 {
		if n := requests(); n != 1 {
			t.Errorf("look %d at the same trouble took %d requests", i+2, n)
		}
		if !s.Now.Same(first) || s.Now.Title != first.Title {
			t.Errorf("look %d: %+v, the first said %+v", i+2, s.Now, first)
		}
	}
	d.set("", 403)
	requests()
	if s.Now.Same(first) && s.Now.Status != 403 {
		t.Errorf("another answer is taken for the same: %+v", s.Now)
	}
}

func TestShapeChangesWithTheRow(t *testing.T) {
	const text = "why401: guard/1\ntarget: http://127.0.0.1:1\nrows:\n  - {name: a, route: /, expect: {status: 200}}\n"
	shape := func(text string) string { return contractOf(t, text, nil).Rows()[0].Shape }
	first := shape(text)
	for change, same := range map[string]bool{"\nrows| # a comment\n\nrows": true, "}\n|, every: 1m}\n": true, "status: 200|status: 204": false, "route: /|route: /x": false, "127.0.0.1:1|127.0.0.1:2": false} {
		from, to, _ := strings.Cut(change, "|")
		if got := shape(strings.Replace(text, from, to, 1)); (got == first) != same {
			t.Errorf("%s: the same %v, want %v", change, got == first, same)
		}
	}
	if _, err := NewContract(&contract.Contract{File: "c.yaml"}, guard.Options{}, testKey); err == nil {
		t.Error("a contract without a row to watch")
	}
}

func TestChannels(t *testing.T) {
	c, err := contract.Parse("c.yaml", []byte("why401: guard/1\ntarget: http://127.0.0.1:1\nwatch:\n  webhooks: {ops: {url: {env: HOOK}, secret: {env: KEY}}}\n  mail: {m: {server: 'localhost:25', tls: none, from: a@example.com, to: b@example.com}}\nrows:\n  - {name: a, route: /, expect: {status: 200}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HOOK": "https://hooks.example.com/secret-path", "KEY": "a-signing-key"}
	o := guard.Options{Env: func(n string) string { return env[n] }}
	list, err := Channels(context.Background(), c, o, "agent")
	if err != nil || len(list) != 2 || list[0].Name() != "ops" || list[1].Name() != "m" {
		t.Fatalf("%v, %v", list, err)
	}
	for name, value := range map[string]string{"HOOK": "secret-path without a scheme", "KEY": ""} {
		old := env[name]
		env[name] = value
		if _, err := Channels(context.Background(), c, o, "agent"); err == nil || strings.Contains(err.Error(), "secret-path") || !strings.Contains(err.Error(), "webhook ops") {
			t.Errorf("%s: %v", name, err)
		}
		env[name] = old
	}
}
