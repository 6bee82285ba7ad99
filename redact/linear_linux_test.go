package redact

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestFindersAreLinear: no text makes a finder look at its bytes again and again. What is linear takes less than a second here,
// with the race detector on; what is quadratic many. The processor's time is counted, which does not grow when others keep
// the machine busy.
func TestFindersAreLinear(t *testing.T) {
	const n = 24 << 10
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, a := range atoms {
		for _, more := range []string{" ", "a", "=", `"`, `\"`} {
			s := strings.Repeat(a+more, n/len(a+more))
			for name, f := range finders {
				start := worked(t)
				f.find(f, s, func([]int) {})
				if took := worked(t) - start; took >= 3*time.Second {
					t.Errorf("%s took %v for %q again and again", name, took, a+more)
				}
			}
		}
	}
}

// worked is the time for which a processor has worked on this thread.
func worked(t *testing.T) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
