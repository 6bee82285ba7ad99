//go:build linux

package watch_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestTheStoreFails injects errors into the calls that write the store, for a while, by strace. Nothing that was
// acknowledged may be lost; what cannot be written down is not acknowledged, is told as trouble, and no message about it
// goes out; when the disk is well again the watch goes on.
func TestTheStoreFails(t *testing.T) {
	if _, err := program(); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is not installed: run tools/install-servers.sh")
	}
	for _, fault := range []struct{ call, err string }{{"pwrite64", "ENOSPC"}, {"fdatasync", "EIO"}, {"pwrite64", "EIO"}, {"fdatasync", "ENOSPC"}} {
		t.Run(fault.call+" "+fault.err, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, 2, 3)
			y.expectTrouble = true
			stop := make(chan struct{})
			go y.unrest(stop)
			w := y.start()
			y.until("answers", func() bool { return len(y.acked) >= 3 })
			// Every second of the next calls fails, in a process that is watched while it runs.
			trace := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+fault.call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d+2", fault.call, fault.err, 1+rand.IntN(2)), "-p", fmt.Sprint(w.cmd.Process.Pid))
			var said bytes.Buffer
			trace.Stderr = &said
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("strace: %s; the watch: %s", said.String(), w.errs.String())
				}
			})
			if err := trace.Start(); err != nil {
				t.Fatal(err)
			}
			y.until("trouble", func() bool { return y.troubles >= 2 })
			trace.Process.Signal(os.Interrupt) // strace lets go of it
			trace.Wait()
			y.mu.Lock()
			before := 0
			for _, m := range y.acked {
				before += len(m)
			}
			y.mu.Unlock()
			y.until("answers after the trouble", func() bool {
				n := 0
				for _, m := range y.acked {
					n += len(m)
				}
				return n > before+10
			})
			w.kill(t)
			close(stop)
			y.check()
			y.settle()
			y.reckon(0, 0)
			if !strings.Contains(y.trouble, "writing down") && !strings.Contains(y.trouble, "looking for") {
				t.Errorf("the trouble is told as %q", y.trouble)
			}
		})
	}
}
