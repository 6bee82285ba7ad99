package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// lockout is a server that counts wrong passwords per user and locks at a threshold.
type lockout struct {
	*httptest.Server
	mu        sync.Mutex
	threshold int
	failures  map[string]int
	good      string // the password that is right
	status    int    // of a refusal
	clock     func() time.Time
	times     []time.Time // of the failures
	locked    bool        // threshold failures within the window were seen
}

// window is the time in which the strictest rule found counts its three failures.
const window = 15 * time.Minute

func newLockout(t *testing.T, threshold int) *lockout {
	l := &lockout{threshold: threshold, failures: map[string]int{}, status: 401, good: "right", clock: time.Now}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		l.mu.Lock()
		defer l.mu.Unlock()
		switch {
		case !ok:
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(401)
		case password == l.good:
			l.failures[user] = 0
		default:
			l.failures[user]++
			l.times = append(l.times, l.clock())
			if n := len(l.times); n >= threshold && l.times[n-1].Sub(l.times[n-threshold]) < window {
				l.locked = true
			}
			w.WriteHeader(l.status)
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *lockout) count(user string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failures[user]
}

func loginIntent(t *testing.T, url, user, password string) *exchange.Intent {
	in := intentFor(t, url)
	in.Auth, in.Login = exchange.AuthBasic, exchange.Login{User: secret.New(user), Password: secret.New(password)}
	in.Request.Header = append(in.Request.Header, in.Login.BasicField())
	return in
}

// TestNobodyIsLockedOut is promise P6: the user's own try, then run after run over a day, against the strictest
// thresholds found.
func TestNobodyIsLockedOut(t *testing.T) {
	for _, threshold := range []int{3, 4, 5, 6, 10} {
		srv := newLockout(t, threshold)
		srv.failures["bob"] = 1 // the user's own try
		dir := filepath.Join(t.TempDir(), "state")
		now := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
		srv.clock, srv.times = func() time.Time { return now }, []time.Time{now}
		for range 23 * 6 {
			now = now.Add(10 * time.Minute)
			in := loginIntent(t, srv.URL+"/", "bob", "wrong")
			s := newSender(t, in, Options{StateDir: dir, Now: func() time.Time { return now }})
			sent := 0
			for range 3 {
				before := srv.count("bob")
				s.Do(context.Background(), in.Request, How{Follow: true, Login: true})
				sent += srv.count("bob") - before
			}
			if sent > 1 {
				t.Errorf("threshold %d: %d wrong passwords in one run", threshold, sent)
			}
			if srv.locked {
				t.Fatalf("threshold %d: the account is locked, failures at %v", threshold, srv.times)
			}
		}
		if n := srv.count("bob"); n != 3 {
			t.Errorf("threshold %d: %d failures in a day, expected the user's own and two", threshold, n)
		}
	}
}

func TestOneTryRules(t *testing.T) {
	srv := newLockout(t, 3)
	dir := filepath.Join(t.TempDir(), "state")
	clock := time.Now()
	run := func(user, password string, o Options) (*Sender, func() error) {
		in := loginIntent(t, srv.URL+"/", user, password)
		o.StateDir, o.Now = dir, func() time.Time { return clock }
		s := newSender(t, in, o)
		return s, func() error { _, err := s.Do(context.Background(), in.Request, How{Login: true}); return err }
	}
	s, try := run("bob", "wrong", Options{})
	if err := s.Refusable(s.intent.Request); err != nil {
		t.Errorf("the first try: %v", err)
	}
	if err := try(); err != nil {
		t.Fatal(err)
	}
	if err := try(); rule(err) != RuleOneTry {
		t.Errorf("second try in a run: %v", err)
	}
	if rule(s.Refusable(s.intent.Request)) != RuleOneTry {
		t.Error("Refusable does not know")
	}
	if _, try = run("bob", "wrong", Options{}); rule(try()) != RuleOneTry {
		t.Error("another run in the same minute was allowed")
	}
	if _, try = run("Bob", "other", Options{}); rule(try()) != RuleOneTry {
		t.Error("another spelling of the user, or another password, was allowed")
	}
	if _, try = run("alice", "wrong", Options{}); try() != nil {
		t.Error("another user is refused")
	}
	if _, try = run("bob", "wrong", Options{IKnow: true}); try() != nil || srv.count("bob") != 2 {
		t.Errorf("with the user's word: %d failures", srv.count("bob"))
	}
	if rule(try()) != RuleOneTry {
		t.Error("the user's word holds for one try, not for two in a run")
	}
	clock = clock.Add(time.Hour)
	if _, try = run("bob", "wrong", Options{}); rule(try()) != RuleOneTry {
		t.Error("a third try within 24 hours was allowed")
	}
	clock = clock.Add(24 * time.Hour)
	_, try = run("bob", "right", Options{})
	for range 3 {
		if err := try(); err != nil {
			t.Errorf("a password that is accepted may be repeated: %v", err)
		}
	}
	clock = clock.Add(time.Minute)
	if _, try = run("bob", "right", Options{}); try() != nil {
		t.Error("an accepted password is refused in the next run")
	}
	// A layer that counts nothing.
	clock = clock.Add(48 * time.Hour)
	s, try = run("bob", "wrong", Options{})
	if try() != nil || rule(try()) != RuleOneTry {
		t.Error("expected one try")
	}
	if err := s.NoteHarmless(); err != nil {
		t.Fatal(err)
	}
	if try() != nil {
		t.Error("after NoteHarmless the password may be sent again")
	}
	s.NoteHarmless()
	if _, try = run("bob", "wrong", Options{}); try() != nil {
		t.Error("after NoteHarmless the next run may send it")
	}
	// An answer that says nothing about the password leaves it pending.
	srv.status = 500
	if _, try = run("carol", "wrong", Options{}); try() != nil || rule(try()) != RuleOneTry {
		t.Error("a 500 must count as a try")
	}
	// A connection that never came about costs nothing.
	in := loginIntent(t, "http://127.0.0.1:1/", "dave", "wrong")
	s = newSender(t, in, Options{StateDir: dir})
	for range 2 {
		x, err := s.Do(context.Background(), in.Request, How{})
		if err != nil || x[0].Failure == nil {
			t.Errorf("nothing was sent, and yet: %v", err)
		}
	}
	data, _ := os.ReadFile(filepath.Join(dir, "ledger"))
	for _, s := range []string{"bob", "alice", "wrong", "Bob"} {
		if strings.Contains(string(data), s) {
			t.Errorf("the ledger holds %q", s)
		}
	}
}

// TestParallelRuns: twenty senders share one count, through threads here and through processes below.
func TestParallelRuns(t *testing.T) {
	srv := newLockout(t, 3)
	dir := filepath.Join(t.TempDir(), "state")
	var wg sync.WaitGroup
	for range 20 {
		in := loginIntent(t, srv.URL+"/", "bob", "wrong")
		s := newSender(t, in, Options{StateDir: dir})
		wg.Go(func() { s.Do(context.Background(), in.Request, How{}) })
	}
	wg.Wait()
	if n := srv.count("bob"); n != 1 {
		t.Errorf("%d wrong passwords from twenty parallel runs", n)
	}
}

func TestParallelProcesses(t *testing.T) {
	if url := os.Getenv("PROBE_LEDGER_URL"); url != "" {
		in := loginIntent(t, url, "bob", "wrong")
		s := newSender(t, in, Options{StateDir: os.Getenv("PROBE_LEDGER_DIR")})
		if os.Getenv("PROBE_LEDGER_CRASH") != "" {
			s.o.Dial = nil
			if _, err := s.reserve(account(in.Request.URL), "bob"); err != nil {
				os.Exit(3)
			}
			os.Exit(9) // between the entry and the request
		}
		s.Do(context.Background(), in.Request, How{})
		return
	}
	srv := newLockout(t, 3)
	dir := filepath.Join(t.TempDir(), "state")
	spawn := func(env ...string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestParallelProcesses$")
		cmd.Env = append(os.Environ(), append(env, "PROBE_LEDGER_URL="+srv.URL+"/", "PROBE_LEDGER_DIR="+dir)...)
		return cmd
	}
	crash := spawn("PROBE_LEDGER_CRASH=1")
	crash.Run()
	if crash.ProcessState.ExitCode() != 9 {
		t.Fatalf("the crash ended with %d", crash.ProcessState.ExitCode())
	}
	var wg sync.WaitGroup
	for range 6 {
		cmd := spawn()
		wg.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	if n := srv.count("bob"); n != 0 {
		t.Errorf("%d wrong passwords although a crashed run may have sent one", n)
	}
	os.RemoveAll(dir)
	for range 6 {
		cmd := spawn()
		wg.Go(func() { cmd.Run() })
	}
	wg.Wait()
	if n := srv.count("bob"); n != 1 {
		t.Errorf("%d wrong passwords from six processes", n)
	}
}

func TestLedgerFile(t *testing.T) {
	fresh := func() *ledger {
		return &ledger{dir: filepath.Join(t.TempDir(), "s"), now: time.Now}
	}
	fill := func(l *ledger) string {
		if _, err := l.reserve("h", "u", false); err != nil {
			t.Fatal(err)
		}
		return l.path("ledger")
	}
	l := fresh()
	path := fill(l)
	for _, p := range []string{path, l.path("ledger.key")} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", p, info.Mode(), err)
		}
	}
	if info, _ := os.Stat(l.dir); info.Mode().Perm() != 0o700 {
		t.Errorf("folder mode %v", info.Mode())
	}
	for name, spoil := range map[string]func(l *ledger, path string){
		"cannot be read": func(l *ledger, path string) { os.WriteFile(path, []byte("{rubbish}\n"), 0o600) },
		"line 2":         func(l *ledger, path string) { appendTo(path, `{"time":"x"}`+"\n") },
		"line 2 of":      func(l *ledger, path string) { appendTo(path, "\n") },
		"mode 0644":      func(l *ledger, path string) { os.Chmod(path, 0o644) },
		"mode 0755":      func(l *ledger, path string) { os.Chmod(l.dir, 0o755) },
		"is missing":     func(l *ledger, path string) { os.Remove(l.path("ledger.key")) },
		"expected 32":    func(l *ledger, path string) { os.WriteFile(l.path("ledger.key"), []byte("short"), 0o600) },
		"symbolic link":  func(l *ledger, path string) { os.Rename(path, path+"2"); os.Symlink(path+"2", path) },
	} {
		l := fresh()
		path := fill(l)
		spoil(l, path)
		before, _ := os.ReadFile(path)
		_, err := l.reserve("h", "other", false)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: the ledger was changed", name)
		}
		in := loginIntent(t, "http://a.test/", "bob", "wrong")
		w := newWorld(t, nil)
		if _, err := newSender(t, in, Options{StateDir: l.dir, Dial: w.dial}).Do(context.Background(), in.Request, How{}); err == nil || len(w.dialled) > 0 {
			t.Errorf("%s: a password went out without a ledger (%v)", name, err)
		}
	}
	// A line that the machine's end cut short was never followed by a request.
	l = fresh()
	path = fill(l)
	appendTo(path, `{"time":"2026-`)
	if _, err := l.reserve("h", "other", false); err != nil {
		t.Errorf("torn line: %v", err)
	}
	if rule(l.check("h", "u")) != RuleOneTry {
		t.Error("the entry before the torn line is lost")
	}
	// What is older than a day goes.
	l = fresh()
	for i := range 300 {
		l.now = func() time.Time { return time.Now().Add(-72 * time.Hour) }
		id, _ := l.reserve("h", fmt.Sprint(i), true)
		l.settle(id, "h", fmt.Sprint(i), refused)
	}
	l.now = time.Now
	fill(l)
	data, _ := os.ReadFile(l.path("ledger"))
	if n := strings.Count(string(data), "\n"); n > 5 {
		t.Errorf("%d lines left", n)
	}
	var e ledgerEntry
	if err := json.Unmarshal([]byte(strings.SplitN(string(data), "\n", 2)[0]), &e); err != nil || e.Outcome != pending {
		t.Errorf("%v %+v", err, e)
	}
}

func appendTo(path, s string) {
	f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	f.WriteString(s)
	f.Close()
}

func TestStateDir(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/x/state")
	if d, _ := StateDir(); d != "/x/state/why401" {
		t.Error(d)
	}
	t.Setenv("XDG_STATE_HOME", "relative")
	t.Setenv("HOME", "/h")
	if d, _ := StateDir(); d != "/h/.local/state/why401" {
		t.Error(d)
	}
}
