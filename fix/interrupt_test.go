//go:build linux

package fix_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestInterrupted: why401 is interrupted at each part of its way, as by Ctrl-C, kill and a terminal that is closed. Before the
// change nothing is changed, during it everything is put back and it is said, and an undo that has begun is carried out.
func TestInterrupted(t *testing.T) {
	b := newBench(t)
	const during = "kill -TERM $PPID; sleep 0.2"
	for _, c := range []struct {
		name string
		undo bool
		// One of the two: a request before which the signal comes, or what the reload does.
		at     func(r *http.Request, files string) bool
		reload string
		signal syscall.Signal
		exit   int
		says   string
	}{
		{name: "before the change", at: func(*http.Request, string) bool { return true }, signal: syscall.SIGINT, exit: 7, says: "interrupted before anything was changed"},
		{name: "while the server reloads", reload: during, exit: 5, says: "rolled back: interrupted"},
		{name: "while the terminal closes", reload: "kill -HUP $PPID; sleep 0.2", exit: 5, says: "rolled back: interrupted"},
		{name: "twice", reload: "kill -INT $PPID; kill -INT $PPID; sleep 0.2; kill -INT $PPID", exit: 5, says: "rolled back: interrupted"},
		{name: "while the controls are asked", signal: syscall.SIGTERM, exit: 5, says: "rolled back: interrupted",
			at: func(r *http.Request, files string) bool {
				return r.Header.Get("Authorization") != "" && files == allNew
			}},
		{name: "while an undo reloads", undo: true, reload: during, exit: 0, says: "Undone"},
	} {
		y := b.yard(strings.ReplaceAll(c.name, " ", "-"))
		args := y.apply()
		if c.undo {
			if out, err := y.run(nil, args...); err != nil {
				t.Fatalf("%s: the apply before it: %v\n%s", c.name, err, out)
			}
			args = y.undo()
		}
		if c.reload != "" {
			args[len(args)-1] = c.reload
		}
		cmd := exec.Command(b.binary, args...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		cmd.Env = []string{"HOME=" + y.dir, "XDG_STATE_HOME=" + y.dir + "/state", "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var once sync.Once
		b.mu.Lock()
		b.hook = func(r *http.Request) {
			if c.at != nil && c.at(r, y.stands()) {
				once.Do(func() { cmd.Process.Signal(c.signal) })
			}
		}
		b.mu.Unlock()
		err := cmd.Wait()
		b.mu.Lock()
		b.hook = nil
		b.mu.Unlock()
		code := 0
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			code = e.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if now := y.stands(); code != c.exit || !strings.Contains(out.String(), c.says) || now != allOld {
			t.Errorf("%s: exit code %d, want %d; files %s; want %q in\n%s", c.name, code, c.exit, now, c.says, &out)
		}
		settle(t, y, c.name)
	}
}
