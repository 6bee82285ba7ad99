//go:build linux

package fix_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

var full = flag.Bool("full", false, "kill at every call, not at a sample of them (make killmatrix)")

// subject is what one plan changes, with why401 as the program that does it.
type subject interface {
	apply() []string
	undo() []string
	status() []string
	run(wrap []string, args ...string) (string, error)
	// only are strace's arguments for the calls that concern the subject; nil for all.
	only() []string
	// stands says how its parts stand: "old old old", "new old old", ... Anything else is torn.
	stands() string
	// left are temporary files that should not be there.
	left() []string
	home() (dir, plan string)
}

const (
	allOld = "old old old"
	allNew = "new new new"
)

// matrix ends, or fails, why401 at its system calls, during an apply and during an undo. Afterwards nothing is torn, and the next
// start says applied or not applied, and is right.
type matrix struct {
	calls  []string
	faults []string // what a call may meet; KILL ends the process in the middle of the call
	make   func(name string) subject
	sample func(call string, fault, n int) bool // what a short run takes
	passes []string                             // how the parts must have stood after some fault, else the sample misses the point

	mu           sync.Mutex
	hits, missed int            // faults that took place, and that did not
	ended        map[string]int // how the parts stood after a fault, before the next start
}

type fault struct {
	undo        bool
	call, fault string
	n           int
}

func (f fault) String() string {
	return fmt.Sprintf("%s, %s at %s %d", map[bool]string{false: "apply", true: "undo"}[f.undo], f.fault, f.call, f.n)
}

func (m *matrix) run(t *testing.T) {
	t.Helper()
	m.ended = map[string]int{}
	var all []fault
	for _, undo := range []bool{false, true} {
		counts := m.counted(t, undo)
		for _, c := range m.calls {
			for n := 1; n <= counts[c]; n++ {
				for i, f := range m.faults {
					if *full || m.sample(c, i, n) {
						all = append(all, fault{undo, c, f, n})
					}
				}
			}
		}
	}
	t.Logf("%d faults", len(all))
	todo := make(chan fault)
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			k := 0
			for f := range todo {
				k++
				s := m.make(fmt.Sprintf("w%d_%d", w, k))
				m.hit(t, s, f)
				dir, _ := s.home()
				os.RemoveAll(dir)
			}
		})
	}
	for _, f := range all {
		todo <- f
	}
	close(todo)
	wg.Wait()
	t.Logf("%d faults took place, %d did not; how it stood after them: %v", m.hits, m.missed, m.ended)
	if m.missed*20 > m.hits {
		t.Errorf("%d of %d faults did not take place: the calls are counted otherwise than they are traced", m.missed, len(all))
	}
	for _, want := range m.passes {
		if m.ended[want] == 0 {
			t.Errorf("no fault left %q: the sample misses the point", want)
		}
	}
}

// counted gives how often each call is made, by the busiest thread: strace counts by thread, and why401 makes those that matter
// on one. Reads of a connection differ from run to run, so the least of two runs counts.
func (m *matrix) counted(t *testing.T, undo bool) map[string]int {
	t.Helper()
	least := map[string]int{}
	for round := range 2 {
		s := m.make(fmt.Sprintf("count%v%d", undo, round))
		args := m.before(t, s, undo)
		log := filepath.Join(t.TempDir(), "strace")
		wrap := append([]string{"strace", "-f", "-qq", "-o", log}, s.only()...)
		if out, err := s.run(append(wrap, "-e", "trace="+strings.Join(m.calls, ",")), args...); err != nil {
			t.Fatalf("without a fault: %v\n%s", err, out)
		}
		counts := busiest(t, log)
		for _, c := range m.calls {
			if n := counts[c]; round == 0 || n < least[c] {
				least[c] = n
			}
		}
	}
	return least
}

func busiest(t *testing.T, log string) map[string]int {
	t.Helper()
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^(\d+) +([a-z0-9]+)\(`)
	threads, sum := map[string]map[string]int{}, map[string]int{}
	best := ""
	for l := range strings.Lines(string(b)) {
		f := line.FindStringSubmatch(l)
		if f == nil {
			continue
		}
		if threads[f[1]] == nil {
			threads[f[1]] = map[string]int{}
		}
		threads[f[1]][f[2]]++
		if sum[f[1]]++; sum[f[1]] > sum[best] {
			best = f[1]
		}
	}
	return threads[best]
}

// before brings s to where the fault is to happen, and gives the command that meets it.
func (m *matrix) before(t *testing.T, s subject, undo bool) []string {
	t.Helper()
	if !undo {
		return s.apply()
	}
	if out, err := s.run(nil, s.apply()...); err != nil {
		t.Errorf("the apply before the undo: %v\n%s", err, out)
	}
	return s.undo()
}

func (m *matrix) hit(t *testing.T, s subject, f fault) {
	args := m.before(t, s, f.undo)
	dir, _ := s.home()
	log := filepath.Join(dir, "strace")
	wrap := append([]string{"strace", "-f", "-qq", "-o", log}, s.only()...) // --seccomp-bpf is faster and delivers no signals
	out, err := s.run(append(wrap, "-e", "trace="+f.call, "-e", fmt.Sprintf("inject=%s:%s:when=%d", f.call, f.fault, f.n)), args...)
	after := s.stands()
	m.tally(t, f, log, err, after)
	if want := map[bool]string{false: allNew, true: allOld}[f.undo]; err == nil && after != want {
		t.Errorf("%v: says that all is well, and it is %s\n%s", f, after, out)
	}
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Errorf("%v: %v", f, err)
	}
	settle(t, s, f.String())
	if t.Failed() && os.Getenv("WHY401_KEEP") != "" {
		t.Logf("%v: %v\n%s", f, err, out)
	}
}

// tally counts the faults that took place, and how the parts stood after them.
func (m *matrix) tally(t *testing.T, f fault, log string, err error, after string) {
	text, _ := os.ReadFile(log)
	m.mu.Lock()
	defer m.mu.Unlock()
	killed := strings.HasPrefix(f.fault, "signal") && err != nil && strings.Contains(err.Error(), "killed")
	if killed || bytes.Contains(text, []byte("INJECTED")) {
		m.hits++
		m.ended[after]++
		return
	}
	m.missed++
	t.Logf("missed: %v", f)
}

// settle checks what a fault left: nothing torn, and the next start says applied or not applied, and is right, and leaves no
// temporary file.
func settle(t *testing.T, s subject, what string) {
	t.Helper()
	after := s.stands()
	if strings.Contains(after, "torn") {
		t.Errorf("%s: %s", what, after)
		return
	}
	out, _ := s.run(nil, s.status()...)
	_, plan := s.home()
	state := ""
	if m := regexp.MustCompile(`(?m)^` + plan + `:? +([^:]+):`).FindStringSubmatch(out); m != nil {
		state = m[1]
	}
	now := s.stands()
	applied := strings.HasPrefix(state, "applied")
	not := strings.HasPrefix(state, "not applied") || state == "planned"
	if !(applied && now == allNew || not && now == allOld) {
		t.Errorf("%s: left %q, status says %q and it is %q\n%s", what, after, state, now, out)
	}
	if left := s.left(); len(left) > 0 {
		t.Errorf("%s: left behind: %q", what, left)
	}
}

// writes reports a call that changes something.
func writes(call string) bool {
	return !slices.Contains([]string{"read", "close", "newfstatat", "fstat", "getdents64", "flistxattr", "fgetxattr", "readlinkat"}, call)
}
