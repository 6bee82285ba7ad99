//go:build linux

package watch_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// errsOf is what the watch has said on its standard error stream so far.
type errsOf struct {
	mu sync.Mutex
	b  strings.Builder
}

func (e *errsOf) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.b.Write(p)
}

func (e *errsOf) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.b.String()
}

func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for range 1000 {
		if so() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

// TestSignals drives a running watch as a system does: a contract that is read again, one with a mistake, the page, a
// person's word, and the end while a request hangs.
func TestSignals(t *testing.T) {
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var mu sync.Mutex
	tokens, hanging := map[string]int{}, 0
	y := &yard{t: t}
	addr := y.listen("127.0.0.1:0", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		tokens[r.Header.Get("Authorization")]++
		mu.Unlock()
		switch r.URL.Path {
		case "/me":
			w.Header().Set("WWW-Authenticate", `Bearer realm="api"`)
			w.WriteHeader(401)
		case "/slow":
			mu.Lock()
			hanging++
			mu.Unlock()
			select {
			case <-r.Context().Done():
			case <-time.After(20 * time.Second):
			}
		}
	})
	count := func(token string) int { mu.Lock(); defer mu.Unlock(); return tokens[token] }
	write := func(rows string) {
		t.Helper()
		text := "why401: guard/1\ntarget: http://" + addr + "\nwatch: {every: 100ms}\nprincipals: {alice: {bearer: {file: token}}}\nrows:\n  - {name: home, route: /, expect: {status: 200}}\n" + rows
		if err := os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	token := func(s string) { os.WriteFile(filepath.Join(dir, "token"), []byte(s+"\n"), 0o600) }
	token("a-token-that-is-refused-1")
	write("  - {name: me, route: /me, as: alice, watch: true, expect: {status: 200}}\n")
	cmd := exec.Command(path, "watch", filepath.Join(dir, "c.yaml"), "--dir", filepath.Join(dir, "w"), "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"))
	var errs, out errsOf
	cmd.Stderr, cmd.Stdout = &errs, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	waitFor(t, "its address", func() bool { return strings.Contains(errs.String(), "listening on http://") })
	base := regexp.MustCompile(`http://\S+/`).FindString(errs.String()[strings.Index(errs.String(), "listening"):])
	get := func(path string) string {
		res, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return fmt.Sprint(res.StatusCode, " ", string(b))
	}
	if got := get("healthz"); got != "200 ok\n" {
		t.Errorf("healthz: %s", got)
	}

	// The token is refused, and left alone.
	waitFor(t, "the refusal", func() bool { return strings.Contains(out.String(), "me: broken") })
	refused := count("Bearer a-token-that-is-refused-1")
	time.Sleep(time.Second)
	if n := count("Bearer a-token-that-is-refused-1"); n != refused || n > 3 {
		t.Errorf("the refused token was sent %d times, then %d", refused, n)
	}
	if got := get("metrics"); !strings.Contains(got, `check="me"} 1`) || !strings.Contains(got, "why401_check_halted") {
		t.Errorf("metrics: %s", got)
	}
	if got := get(""); !strings.Contains(got, "Not asked any more") || strings.Contains(got, "a-token-that-is-refused") {
		t.Errorf("page: %s", got)
	}
	if b, err := exec.Command(path, "watch", filepath.Join(dir, "c.yaml"), "--dir", filepath.Join(dir, "w"), "--again", "me").CombinedOutput(); err != nil {
		t.Errorf("--again: %v %s", err, b)
	}
	waitFor(t, "the token once more", func() bool { return count("Bearer a-token-that-is-refused-1") > refused })
	token("a-token-that-is-refused-2")
	waitFor(t, "the other token", func() bool { return count("Bearer a-token-that-is-refused-2") > 0 })

	// A mistake in the contract changes nothing.
	write("  - {nam: x}\n")
	cmd.Process.Signal(syscall.SIGHUP)
	waitFor(t, "the mistake", func() bool {
		return strings.Contains(errs.String(), "the former one is in force") && strings.Contains(errs.String(), "c.yaml:7:")
	})
	if got := get("metrics"); !strings.Contains(got, "why401_contract_ok{") || strings.Contains(got, "why401_contract_ok{contract=\""+dir+"/c.yaml\"} 1") || !strings.Contains(got, `check="me"`) {
		t.Errorf("metrics with a contract that cannot be read: %s", got)
	}
	write("  - {name: slow, route: /slow, expect: {status: 200}}\n")
	cmd.Process.Signal(syscall.SIGHUP)
	waitFor(t, "the new row", func() bool { mu.Lock(); defer mu.Unlock(); return hanging > 0 })
	if got := get("metrics"); strings.Contains(got, `check="me"`) || !strings.Contains(got, `check="slow"`) || !strings.Contains(got, "c.yaml\"} 1\n") {
		t.Errorf("metrics after the change: %s", got)
	}

	// It ends although a request hangs.
	asked := time.Now()
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if took := time.Since(asked); took > 2500*time.Millisecond {
		t.Errorf("it took %v to end", took)
	}
	if s := errs.String() + out.String(); strings.Contains(s, "a-token-that") || !strings.HasSuffix(errs.String(), "ended\n") {
		t.Errorf("said: %s", s)
	}
}
