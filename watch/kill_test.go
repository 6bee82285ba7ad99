//go:build linux

package watch_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/why401/why401/watch/state"
)

var kills = flag.Int("kills", 200, "how often TestKilled kills the watch")

// program builds why401 once for the tests of this package.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "why401-watch-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "why401")
	if out, err := exec.Command("go", "build", "-o", path, "../cmd/why401").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// yard is a lab whose rows change, two receivers of messages, and a watch over them that is killed.
type yard struct {
	t       *testing.T
	dir     string
	mu      sync.Mutex
	answers map[string]int      // row -> status that the lab gives now
	served  map[string]int      // row -> requests
	gave    map[string][]int    // row -> statuses that were given
	got     map[string][]notice // channel -> messages as they arrived
	arrived chan struct{}       // a message has arrived and is not answered yet
	slow    bool                // the receivers take their time

	acked   map[string]map[uint64]line // answers that the watch said were written down
	doubted map[string]bool            // "channel row change" of messages that the store called in doubt

	expectTrouble bool
	troubles      int
	trouble       string // the last one
}

type notice struct {
	Key    string
	Row    string
	Change uint64
	From   map[string]any
	To     map[string]any
	Repeat bool
}

type line struct {
	Kind, Row, Outcome, Cause, Fate, Channel, Words string
	Run, Change                                     uint64
	Status                                          int
}

// statuses are what a row may answer; the contract expects the first.
var statuses = []int{200, 401, 403, 404}

func newYard(t *testing.T, targets, rows int) *yard {
	y := &yard{t: t, dir: t.TempDir(), answers: map[string]int{}, served: map[string]int{}, gave: map[string][]int{}, got: map[string][]notice{},
		arrived: make(chan struct{}, 1), acked: map[string]map[uint64]line{}, doubted: map[string]bool{}, slow: true}
	var b strings.Builder
	hooks := y.listen("127.0.0.1:0", y.receive)
	fmt.Fprintf(&b, "why401: guard/1\nwatch:\n  every: 150ms\n  webhooks:\n    once: {url: 'http://%s/once'}\n    keyed: {url: 'http://%s/keyed', repeat: keyed}\ntargets:\n", hooks, hooks)
	for i := range targets {
		fmt.Fprintf(&b, "  t%d: http://%s\n", i, y.listen(fmt.Sprintf("127.0.0.%d:0", i+1), y.serve))
	}
	b.WriteString("rows:\n")
	for i := range targets {
		for j := range rows {
			name := fmt.Sprintf("r%d-%d", i, j)
			y.answers["/"+name] = 200
			fmt.Fprintf(&b, "  - {name: %s, target: t%d, route: /%s, expect: {status: 200}}\n", name, i, name)
		}
	}
	y.write("contract.yaml", b.String())
	return y
}

func (y *yard) write(name, text string) {
	y.t.Helper()
	if err := os.WriteFile(filepath.Join(y.dir, name), []byte(text), 0o600); err != nil {
		y.t.Fatal(err)
	}
}

func (y *yard) listen(addr string, h http.HandlerFunc) string {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		y.t.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(l)
	y.t.Cleanup(func() { srv.Close() })
	return l.Addr().String()
}

// serve is the lab.
func (y *yard) serve(w http.ResponseWriter, r *http.Request) {
	y.mu.Lock()
	status := y.answers[r.URL.Path]
	y.served[r.URL.Path]++
	y.gave[r.URL.Path] = append(y.gave[r.URL.Path], status)
	y.mu.Unlock()
	if status == 401 {
		w.Header().Set("WWW-Authenticate", `Basic realm="yard"`)
	}
	w.WriteHeader(status)
}

// receive takes a message, and takes its time to answer: that is when the watch is killed best.
func (y *yard) receive(w http.ResponseWriter, r *http.Request) {
	var n struct {
		Key, Row string
		Change   uint64
		From, To map[string]any
		Repeat   bool
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // it was not sent as a whole, so that it did not arrive
	}
	if err := json.Unmarshal(body, &n); err != nil || r.Header.Get("Idempotency-Key") != n.Key {
		y.t.Errorf("a message: %v, %s, key %s", err, body, r.Header.Get("Idempotency-Key"))
	}
	y.mu.Lock()
	channel := strings.TrimPrefix(r.URL.Path, "/")
	y.got[channel] = append(y.got[channel], notice{n.Key, n.Row, n.Change, n.From, n.To, n.Repeat})
	slow := y.slow
	y.mu.Unlock()
	select {
	case y.arrived <- struct{}{}:
	default:
	}
	if slow {
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	}
	w.WriteHeader(http.StatusNoContent)
}

// unrest changes what a row answers now and then, until it is stopped.
func (y *yard) unrest(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(80 * time.Millisecond):
		}
		y.mu.Lock()
		for path := range y.answers { // the order of a map is random enough
			y.answers[path] = statuses[rand.IntN(len(statuses))]
			break
		}
		y.mu.Unlock()
	}
}

// watch is a running why401 watch.
type watching struct {
	cmd   *exec.Cmd
	lines chan struct{} // closed when its output has ended
	errs  bytes.Buffer
}

func (y *yard) start(args ...string) *watching {
	y.t.Helper()
	path, err := program()
	if err != nil {
		y.t.Fatal(err)
	}
	w := &watching{lines: make(chan struct{})}
	w.cmd = exec.Command(path, append([]string{"watch", filepath.Join(y.dir, "contract.yaml"), "--dir", y.store(), "--listen", "off", "--json"}, args...)...)
	w.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(y.dir, "state"))
	w.cmd.Stderr = &w.errs
	out, err := w.cmd.StdoutPipe()
	if err == nil {
		err = w.cmd.Start()
	}
	if err != nil {
		y.t.Fatal(err)
	}
	go func() {
		defer close(w.lines)
		s := bufio.NewReader(out)
		for {
			text, err := s.ReadBytes('\n')
			if err != nil {
				return // a line that was cut off was not said
			}
			y.said(text)
		}
	}()
	return w
}

func (y *yard) store() string { return filepath.Join(y.dir, "watch") }

func (y *yard) said(text []byte) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		y.t.Errorf("not JSON: %s", text)
		return
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	switch l.Kind {
	case "answer":
		if y.acked[l.Row] == nil {
			y.acked[l.Row] = map[uint64]line{}
		}
		y.acked[l.Row][l.Run] = l
	case "trouble":
		y.troubles++
		y.trouble = l.Words
		if !y.expectTrouble {
			y.t.Errorf("the watch is in trouble: %s", l.Words)
		}
	}
}

// until waits for something that the watch says.
func (y *yard) until(what string, so func() bool) {
	y.t.Helper()
	for range 1500 {
		y.mu.Lock()
		ok := so()
		y.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	y.t.Fatalf("waited in vain for %s", what)
}

// kill ends w without a word and waits until it has gone.
func (w *watching) kill(t *testing.T) {
	t.Helper()
	w.cmd.Process.Signal(syscall.SIGKILL)
	<-w.lines
	w.cmd.Wait()
	if s := w.cmd.ProcessState.Sys().(syscall.WaitStatus); !s.Signaled() || s.Signal() != syscall.SIGKILL {
		t.Fatalf("the watch ended by itself: %v\n%s", w.cmd.ProcessState, w.errs.String())
	}
}

// check holds what the watch said against what the store holds.
func (y *yard) check() map[string]state.State {
	y.t.Helper()
	s, err := state.OpenLocal(y.store())
	if err != nil {
		y.t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	states, err := s.States(ctx)
	if err != nil {
		y.t.Fatal(err)
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	out := map[string]state.State{}
	for _, st := range states {
		out[st.ID] = st
		h, err := s.History(ctx, st.ID)
		if err != nil {
			y.t.Fatal(err)
		}
		have := map[uint64]state.Entry{}
		for i, e := range h {
			have[e.Run] = e
			if i > 0 && e.Run != h[i-1].Run+1 {
				y.t.Errorf("%s: run %d follows run %d", st.ID, e.Run, h[i-1].Run)
			}
		}
		for run, l := range y.acked[st.ID] {
			e, ok := have[run]
			switch {
			case !ok && run+state.HistoryLength > st.Runs:
				y.t.Errorf("%s: answer %d was acknowledged and is lost (%d answers)", st.ID, run, st.Runs)
			case ok && (string(e.Answer.Outcome) != l.Outcome || e.Answer.Status != l.Status || e.Answer.Cause != l.Cause):
				y.t.Errorf("%s: answer %d was acknowledged as %+v and is %+v", st.ID, run, l, e)
			}
		}
		if served := y.served["/"+st.ID]; uint64(served) < st.Runs {
			y.t.Errorf("%s: %d answers to %d requests", st.ID, st.Runs, served)
		}
	}
	list, err := s.Alerts(ctx)
	if err != nil {
		y.t.Fatal(err)
	}
	for _, a := range list {
		if a.Status == state.InDoubt {
			y.doubted[fmt.Sprint(a.Channel, " ", a.Event.Row, " ", a.Event.Number)] = true
		}
		if a.Status == state.GivenUp {
			y.t.Errorf("given up: %+v", a)
		}
	}
	return out
}

// TestKilled kills why401 watch again and again at random points, one in three while a message is being received. After
// each kill every answer that it said was written down must be there; at the end no message may have come twice, and none
// may be missing that the store does not call in doubt.
func TestKilled(t *testing.T) {
	if _, err := program(); err != nil {
		t.Fatal(err)
	}
	y := newYard(t, 6, 4)
	begun := time.Now()
	stop := make(chan struct{})
	go y.unrest(stop)
	inFlight := 0
	for n := range *kills {
		w := y.start()
		alive := time.After(time.Duration(rand.IntN(330)) * time.Millisecond)
		if n%3 == 0 {
			select {
			case <-y.arrived: // of an earlier run
			default:
			}
			select {
			case <-y.arrived:
				inFlight++
			case <-time.After(time.Second):
			}
		} else {
			<-alive
		}
		w.kill(t)
		y.check()
		if t.Failed() {
			t.Fatalf("after kill %d", n+1)
		}
	}
	close(stop)
	y.settle()
	y.reckon(inFlight, time.Since(begun))
}

// settle lets the watch run until it has told what the lab answers now, and ends it politely.
func (y *yard) settle() {
	y.t.Helper()
	y.mu.Lock()
	y.slow = false
	y.mu.Unlock()
	w := y.start()
	// Every row is asked several times, also one that is asked more rarely after many equal answers.
	time.Sleep(4 * time.Second)
	asked := time.Now()
	w.cmd.Process.Signal(syscall.SIGTERM)
	<-w.lines
	if err := w.cmd.Wait(); err != nil {
		y.t.Errorf("after SIGTERM: %v\n%s", err, w.errs.String())
	}
	if took := time.Since(asked); took > 2500*time.Millisecond {
		y.t.Errorf("it took %v to end", took)
	}
	for id, st := range y.check() {
		want := y.answers["/"+id]
		if st.Now.Status != want || !st.Now.Same(st.Told) && st.Told.Outcome != state.Unstable {
			y.t.Errorf("%s: the lab answers %d; known %+v, told %+v after %d equal answers", id, want, st.Now, st.Told, st.Count)
		}
	}
}

// reckon compares the messages that arrived with the changes that were written down.
func (y *yard) reckon(inFlight int, took time.Duration) {
	t := y.t
	states := y.check()
	answers, changes, doubts, repeats := 0, 0, 0, 0
	for _, m := range y.acked {
		answers += len(m)
	}
	for channel, list := range y.got {
		type change struct {
			row string
			n   uint64
		}
		times, keys, last := map[change]int{}, map[string]change{}, map[string]notice{}
		for _, n := range list {
			c := change{n.Row, n.Change}
			if other, ok := keys[n.Key]; ok && other != c {
				t.Errorf("%s: one key for %v and %v", channel, other, c)
			}
			keys[n.Key] = c
			if times[c]++; times[c] > 1 {
				repeats++
				if channel == "once" || !n.Repeat {
					t.Errorf("%s: change %d of %s arrived %d times, repeat %v", channel, n.Change, n.Row, times[c], n.Repeat)
				}
				continue
			}
			if before := last[n.Row]; before.Change >= n.Change {
				t.Errorf("%s: change %d of %s after change %d", channel, n.Change, n.Row, before.Change)
			} else if before.Change > 0 && before.Change+1 == n.Change && fmt.Sprint(before.To["outcome"], before.To["cause"], before.To["title"]) != fmt.Sprint(n.From["outcome"], n.From["cause"], n.From["title"]) {
				t.Errorf("%s: change %d of %s begins at %v, the one before ended at %v", channel, n.Change, n.Row, n.From, before.To)
			}
			if fmt.Sprint(n.From["outcome"], n.From["cause"], n.From["title"]) == fmt.Sprint(n.To["outcome"], n.To["cause"], n.To["title"]) {
				t.Errorf("%s: change %d of %s is none: %v", channel, n.Change, n.Row, n.To)
			}
			last[n.Row] = n
		}
		if len(keys) != len(times) {
			t.Errorf("%s: %d keys for %d changes", channel, len(keys), len(times))
		}
		for id, st := range states {
			for n := uint64(1); n <= st.Changes; n++ {
				changes++
				doubt := y.doubted[fmt.Sprint(channel, " ", id, " ", n)]
				if doubt {
					doubts++
				}
				if times[change{id, n}] == 0 && !doubt {
					t.Errorf("%s: change %d of %s was written down, never arrived, and is not in doubt", channel, n, id)
				}
				if channel == "keyed" && doubt {
					t.Errorf("keyed: change %d of %s is in doubt, though the receiver knows keys", n, id)
				}
			}
		}
	}
	t.Logf("%v: %d kills, %d of them while a message was received; %d answers acknowledged, none lost; %d messages for %d changes, %d of them in doubt; %d repeats with the same key at the receiver that knows keys",
		took.Round(time.Second), *kills, inFlight, answers, changes, changes/2, doubts, repeats)
	if inFlight > 0 && *kills >= 200 && (answers < 1000 || changes < 100 || inFlight < 20 || repeats == 0) {
		t.Errorf("too little happened for the test to mean anything")
	}
}
