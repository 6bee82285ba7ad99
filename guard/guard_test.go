package guard_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// server counts what it was asked and with what.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string // "GET /path Basic ..."
}

func serve(t *testing.T, h http.HandlerFunc) *server {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization"))
		s.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) with(part string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.seen {
		if strings.Contains(r, part) {
			n++
		}
	}
	return n
}

func parse(t *testing.T, text string) *contract.Contract {
	t.Helper()
	c, err := contract.Parse("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func options(t *testing.T, env map[string]string) guard.Options {
	return guard.Options{Env: func(n string) string { return env[n] }, Dir: t.TempDir(), StateDir: filepath.Join(t.TempDir(), "state")}
}

func states(res *guard.Result) string {
	var out []string
	for _, r := range res.Rows {
		out = append(out, r.Check.Name()+": "+string(r.State))
	}
	return strings.Join(out, ", ")
}

func run(t *testing.T, c *contract.Contract, o guard.Options) *guard.Result {
	t.Helper()
	res, err := guard.Run(context.Background(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

const passwordRows = `
why401: guard/1
target: %s
principals:
  alice: {basic: {user: alice, password: {env: PW}}}
rows:
  - {name: a, route: /a, as: alice, expect: {status: 200}}
  - {name: b, route: /b, as: alice, expect: {status: 200}}
  - {name: nobody, route: /a, expect: {status: 401}}
`

// An application may count refused logins. One password that is wrong must cost one try, whatever the number of rows, and no
// further one in the next run.
func TestARefusedPasswordIsNotSentAgain(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="app"`)
		w.Header().Set("X-Powered-By", "Express")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(401)
		fmt.Fprintln(w, `{"error":"bad credentials"}`)
	})
	c, o := parse(t, fmt.Sprintf(passwordRows, s.URL)), options(t, map[string]string{"PW": "hunter2-secret"})
	res := run(t, c, o)
	if got := states(res); got != "a: broken, b: could_not_tell, nobody: held" {
		t.Error(got)
	}
	sent := base64.StdEncoding.EncodeToString([]byte("alice:hunter2-secret"))
	if n := s.with(sent); n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
	res = run(t, c, o)
	if got := states(res); got != "a: could_not_tell, b: could_not_tell, nobody: held" {
		t.Error(got)
	}
	if n := s.with(sent); n != 1 {
		t.Errorf("the password was sent %d times over two runs", n)
	}
	if !strings.Contains(res.Rows[0].Because, "a password of this user was sent") {
		t.Error(res.Rows[0].Because)
	}
}

// A token may be refused three times in a run and no more, diagnoses included.
func TestATokenIsRefusedThreeTimesAtMost(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="api"`)
		w.WriteHeader(401)
	})
	text := "why401: guard/1\ntarget: " + s.URL + "\nprincipals: {bot: {bearer: {env: T}}}\nrows:\n"
	for i := range 6 {
		text += fmt.Sprintf("  - {name: r%d, route: /r%d, as: bot, expect: {status: 200}}\n", i, i)
	}
	res := run(t, parse(t, text), options(t, map[string]string{"T": "tok-5d1f4c0a97be4e3fb2c6"}))
	if n := s.with("tok-5d1f4c0a97be4e3fb2c6"); n > 3 {
		t.Errorf("the token was sent %d times", n)
	}
	if res.Count(guard.CouldNotTell) < 3 || res.Count(guard.Held) != 0 {
		t.Error(states(res))
	}
}

// A 403 that the contract wants, to a password that was let in elsewhere, does not stand against the next run.
func TestAnExpectedRefusalDoesNotBlockTheNextRun(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch _, _, ok := r.BasicAuth(); {
		case !ok:
			w.Header().Set("WWW-Authenticate", `Basic realm="app"`)
			w.WriteHeader(401)
		case r.URL.Path == "/admin":
			w.WriteHeader(403)
		}
	})
	c := parse(t, "why401: guard/1\ntarget: "+s.URL+`
principals:
  alice: {basic: {user: alice, password: {env: PW}}}
rows:
  - {name: not admin, route: /admin, as: alice, expect: {status: 403}}
  - {name: in, route: /a, as: alice, expect: {status: 200}}
`)
	o := options(t, map[string]string{"PW": "hunter2-secret"})
	for i := range 3 {
		if got := states(run(t, c, o)); got != "not admin: held, in: held" {
			t.Fatalf("run %d: %s", i+1, got)
		}
	}
}

// A target that is down is asked once, and no password is spent on it.
func TestADeadTargetIsNoFailureOfAuthentication(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	s.Close()
	res := run(t, parse(t, fmt.Sprintf(passwordRows, s.URL)), options(t, map[string]string{"PW": "hunter2-secret"}))
	if res.Count(guard.CouldNotTell) != 3 || !strings.Contains(res.Rows[0].Because, "connect") {
		t.Errorf("%s: %s", states(res), res.Rows[0].Because)
	}
	if res.Report().ExitCode() != 4 {
		t.Error(res.Report().ExitCode())
	}
}

// Credentials go to their target and nowhere else, whatever a redirect asks for.
func TestACredentialStaysAtItsTarget(t *testing.T) {
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "elsewhere") })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+"/in", http.StatusFound) })
	run(t, parse(t, "why401: guard/1\ntarget: "+s.URL+`
principals:
  bot: {bearer: {env: T}}
rows:
  - {name: in, route: /, as: bot, client: browser, expect: {status: 200}}
`), options(t, map[string]string{"T": "tok-5d1f4c0a97be4e3fb2c6"}))
	if other.with("tok-") != 0 || other.with("GET") != 1 {
		t.Errorf("%q", other.seen)
	}
}

// Nothing that is written holds a secret, and missing ones are named by their source.
func TestNoOutputHoldsASecret(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer realm=%q, error=\"invalid_token\", error_description=%q", "api", r.Header.Get("Authorization")))
		w.WriteHeader(401)
		fmt.Fprintln(w, r.Header)
	})
	const token = "tok-5d1f4c0a97be4e3fb2c6"
	res := run(t, parse(t, "why401: guard/1\ntarget: "+s.URL+`
principals:
  bot: {bearer: {env: T}}
  lost: {bearer: {file: nowhere/token}}
rows:
  - {name: in, route: /, as: bot, expect: {status: 200, challenge: none}}
  - {name: lost, route: /, as: lost, expect: {status: 200}}
`), options(t, map[string]string{"T": token}))
	if because := res.Rows[1].Because; because != "lost: file nowhere/token cannot be read: no such file or directory" {
		t.Error(because)
	}
	for name, write := range writers {
		var b bytes.Buffer
		if err := write(&b, res.Report()); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), token) || strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s:\n%s", name, b.String())
		}
	}
}

var writers = map[string]func(*bytes.Buffer, *report.Guard) error{
	"json":       func(b *bytes.Buffer, g *report.Guard) error { return report.GuardJSON(b, g) },
	"junit":      func(b *bytes.Buffer, g *report.Guard) error { return report.GuardJUnit(b, g) },
	"sarif":      func(b *bytes.Buffer, g *report.Guard) error { return report.GuardSARIF(b, g) },
	"github":     func(b *bytes.Buffer, g *report.Guard) error { return report.GuardGitHub(b, g) },
	"prometheus": func(b *bytes.Buffer, g *report.Guard) error { return report.GuardPrometheus(b, g) },
	"text": func(b *bytes.Buffer, g *report.Guard) error {
		return report.GuardText(b, g, report.TextOptions{Verbose: true})
	},
	"plain": func(b *bytes.Buffer, g *report.Guard) error {
		return report.GuardText(b, g, report.TextOptions{Plain: true})
	},
}

// fakeBrowser stands in for a real one.
type fakeBrowser struct {
	asked guard.LoginRequest
	give  *guard.LoginResult
	err   error
}

func (f *fakeBrowser) Login(_ context.Context, l guard.LoginRequest) (*guard.LoginResult, error) {
	f.asked = l
	return f.give, f.err
}

// Rows of kind login are run by whoever was handed in; what comes is held against the same expectations.
func TestLoginRows(t *testing.T) {
	c := parse(t, `
why401: guard/1
target: https://app.test
principals:
  alice: {login: {user: alice, password: {env: PW}}}
rows:
  - {name: log in, kind: login, route: /account, as: alice, login: {page: /login}, expect: {status: 200, identity: {text: "Hello (\\w+)", is: alice}}}
`)
	answer := func(status int, body string) []*exchange.Exchange {
		u, _ := exchange.ParseURL("https://app.test/account")
		return []*exchange.Exchange{{Purpose: "the page", Request: exchange.Request{Method: "GET", URL: u}, Response: &exchange.Response{Status: status, Body: exchange.Body{Bytes: []byte(body)}}, Browser: &exchange.Browsed{}}}
	}
	o := options(t, map[string]string{"PW": "hunter2-secret"})
	o.Diagnose = guard.Recorded
	for _, step := range []struct {
		f    fakeBrowser
		want guard.State
	}{
		{fakeBrowser{give: &guard.LoginResult{Exchanges: answer(200, "<p>Hello alice</p>")}}, guard.Held},
		{fakeBrowser{give: &guard.LoginResult{Exchanges: answer(200, "<p>Hello stranger</p>")}}, guard.Broken},
		{fakeBrowser{give: &guard.LoginResult{Exchanges: answer(200, "<p>Hello alice</p>"), Differences: []guard.Difference{{What: "cookie sid", Expected: "stored", Found: "dropped", Cause: "cookie-secure-over-http", Proved: true}}}}, guard.Broken},
		{fakeBrowser{err: errors.New("no Chromium is installed")}, guard.CouldNotTell},
	} {
		o.Login = &step.f
		res := run(t, c, o)
		if got := res.Rows[0].State; got != step.want {
			t.Errorf("%s %s %v", got, res.Rows[0].Because, res.Rows[0].Differences)
		}
		if a := step.f.asked; a.Page.String() != "https://app.test/login" || !a.Password.Is("hunter2-secret") || !a.User.Equal(secret.Public("alice")) {
			t.Errorf("%+v", a)
		}
	}
	o.Login = nil
	if res := run(t, c, o); res.Rows[0].State != guard.CouldNotTell {
		t.Error(states(res))
	}
}

// A wrong credential is made up, differs from run to run, and goes to one's own target.
func TestAWrongCredentialIsMadeUp(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="app"`)
		w.WriteHeader(401)
	})
	c := parse(t, "why401: guard/1\ntarget: {url: \""+s.URL+`", own: true}
principals:
  w: {wrong: true, basic: {user: mallory}}
rows:
  - {name: out, route: /, as: w, expect: {status: 401}}
`)
	o := options(t, nil)
	for range 2 {
		if got := states(run(t, c, o)); got != "out: held" {
			t.Error(got)
		}
	}
	var tried []string
	for _, r := range s.seen {
		tried = append(tried, strings.TrimPrefix(r, "GET / "))
	}
	slices.Sort(tried)
	if len(tried) != 2 || len(slices.Compact(tried)) != 2 {
		t.Errorf("%q", s.seen)
	}
}
