package watch

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/why401/why401/watch/alert"
	"github.com/why401/why401/watch/state"
)

// asks is an Asker whose rows answer as a function says, after a time. It runs on the fake clock.
type asks struct {
	mu     sync.Mutex
	rows   []state.Row
	answer func(id string, n int) state.Standing
	refuse func(id string, n int) bool
	tag    string
	takes  map[string]time.Duration // by target
	times  map[string][]time.Duration
	begun  time.Time
	now    map[string]int // rows of a target that are asked at this moment
	most   int            // of them
}

func (a *asks) Rows() []state.Row { return a.rows }

func (a *asks) Tag(context.Context, string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tag, nil
}

func (a *asks) Ask(ctx context.Context, id string, s state.State) *Answer {
	a.mu.Lock()
	n := len(a.times[id])
	a.times[id] = append(a.times[id], time.Since(a.begun))
	a.now[s.Target]++
	a.most = max(a.most, a.now[s.Target])
	a.mu.Unlock()
	at := time.Now()
	t := time.NewTimer(a.takes[s.Target])
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now[s.Target]--
	if ctx.Err() != nil {
		return nil
	}
	out := &Answer{At: at, Standing: a.answer(id, n), Tag: a.tag}
	if a.refuse != nil && a.refuse(id, n) {
		out.Refused, out.Why = true, "refused"
	}
	return out
}

func held(string, int) state.Standing { return state.Standing{Outcome: state.Held} }

// posts is a channel that answers as it is told and remembers.
type posts struct {
	mu    sync.Mutex
	keyed bool
	fate  func(n int) alert.Fate
	sent  []state.Alert
	at    []time.Time
}

func (p *posts) Name() string  { return "hook" }
func (p *posts) Repeats() bool { return p.keyed }

func (p *posts) Send(_ context.Context, a state.Alert, leaving func() error) alert.Fate {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := alert.Fate{Step: alert.Arrived}
	if p.fate != nil {
		f = p.fate(len(p.at))
	}
	p.at = append(p.at, time.Now())
	if f.Step == alert.NotSent {
		return f
	}
	if err := leaving(); err != nil {
		return alert.Fate{Step: alert.NotSent, Why: err.Error()}
	}
	p.sent = append(p.sent, a)
	return f
}

// over runs a watch for a time of the fake clock.
func over(t *testing.T, d time.Duration, a *asks, channels []alert.Channel, during func(w *Watcher)) *Watcher {
	t.Helper()
	store, err := state.OpenLocal(filepath.Join(t.TempDir(), "watch"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	a.times, a.now, a.begun = map[string][]time.Duration{}, map[string]int{}, time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	w := &Watcher{Store: store, Asker: a, Channels: channels, Heard: func(n Notice) {
		if n.Trouble != nil {
			t.Error(n.Trouble)
		}
	}}
	if during != nil {
		go during(w)
	}
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return w
}

func rowsOf(every time.Duration, targets map[string]int) []state.Row {
	var out []state.Row
	for target, n := range targets {
		for i := range n {
			out = append(out, state.Row{ID: fmt.Sprint(target, i), Target: target, Every: every})
		}
	}
	slices.SortFunc(out, func(a, b state.Row) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}

// TestSchedule runs two hours of 30 rows at five targets.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		targets := map[string]int{}
		for i := range 5 {
			targets[fmt.Sprintf("https://t%d.example.com", i)] = 6
		}
		a := &asks{rows: rowsOf(5*time.Minute, targets), answer: held, takes: map[string]time.Duration{}}
		for target := range targets {
			a.takes[target] = 200 * time.Millisecond
		}
		over(t, 2*time.Hour, a, nil, nil)
		if a.most != 1 {
			t.Errorf("%d rows of one target at a time", a.most)
		}
		starts, gaps := map[time.Duration]bool{}, map[time.Duration]bool{}
		for id, at := range a.times {
			if len(at) < 20 || len(at) > 28 { // 24, a tenth more or less, and the seconds between rows of one target
				t.Errorf("%s was asked %d times", id, len(at))
			}
			starts[at[0]] = true
			if at[0] > 40*time.Second {
				t.Errorf("%s was asked first after %v", id, at[0])
			}
			for i := range at[1:] {
				gap := at[i+1] - at[i]
				gaps[gap.Round(time.Second)] = true
				if gap < 4*time.Minute+25*time.Second || gap > 5*time.Minute+50*time.Second {
					t.Errorf("%s: %v between two answers", id, gap)
				}
			}
		}
		if len(starts) < 25 || len(gaps) < 30 {
			t.Errorf("%d different starts, %d different gaps: everything comes at once", len(starts), len(gaps))
		}
	})
}

// TestOneTargetDoesNotStarveOthers: three targets hang at every request, with many rows each.
func TestOneTargetDoesNotStarveOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &asks{rows: rowsOf(5*time.Minute, map[string]int{"https://hangs1.example.com": 12, "https://hangs2.example.com": 12, "https://hangs3.example.com": 12, "https://well.example.com": 3}), answer: held,
			takes: map[string]time.Duration{"https://hangs1.example.com": time.Minute, "https://hangs2.example.com": time.Minute, "https://hangs3.example.com": time.Minute}}
		over(t, 90*time.Minute, a, nil, nil)
		for i := range 3 {
			if n := len(a.times[fmt.Sprint("https://well.example.com", i)]); n < 15 {
				t.Errorf("row %d of the target that is well was asked %d times in 90 minutes, not 18", i, n)
			}
		}
	})
}

// TestARefusedCredentialIsNotSentAgain until it changes, or a person says so.
func TestARefusedCredentialIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &asks{rows: rowsOf(5*time.Minute, map[string]int{"https://api.example.com": 1}), tag: "old",
			answer: func(_ string, n int) state.Standing {
				if n >= 5 {
					return state.Standing{Outcome: state.Held}
				}
				return state.Standing{Outcome: state.Broken, Cause: "token-expired"}
			},
			refuse: func(_ string, n int) bool { return n < 5 }}
		id := a.rows[0].ID
		count := func() int { a.mu.Lock(); defer a.mu.Unlock(); return len(a.times[id]) }
		expect := func(what string, want int) {
			t.Helper()
			if n := count(); n != want {
				t.Errorf("%s: it was sent %d times, want %d", what, n, want)
			}
		}
		p := &posts{}
		over(t, 12*time.Hour, a, []alert.Channel{p}, func(w *Watcher) {
			time.Sleep(4 * time.Hour)
			expect("after four hours", 1)
			if err := w.Again(t.Context(), id); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Hour)
			expect("after a person said so", 2)
			a.mu.Lock()
			a.tag = "new"
			a.mu.Unlock()
			time.Sleep(time.Hour)
			expect("after the secret changed", 3)
			changed := slices.Clone(a.rows)
			changed[0].Shape = "another"
			a.mu.Lock()
			a.rows = changed
			a.mu.Unlock()
			if err := w.Change(t.Context(), a, []alert.Channel{p}); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Hour)
			expect("after the contract changed", 4)
		})
		if n := len(p.sent); n != 1 {
			t.Errorf("%d messages about one cause", n)
		}
	})
}

// TestMessages: what becomes of a message, by what its receiver does.
func TestMessages(t *testing.T) {
	breaks := func(_ string, n int) state.Standing {
		if n < 3 {
			return state.Standing{Outcome: state.Held}
		}
		return state.Standing{Outcome: state.Broken, Cause: "x"}
	}
	again := func(f alert.Fate, times int) func(int) alert.Fate {
		return func(n int) alert.Fate {
			if n < times {
				return f
			}
			return alert.Fate{Step: alert.Arrived}
		}
	}
	for name, c := range map[string]struct {
		fate   func(int) alert.Fate
		keyed  bool
		sent   int // messages that left
		tries  int
		status state.Delivery
		repeat bool
	}{
		"taken":                     {nil, false, 1, 1, state.Sent, false},
		"no connection, then taken": {again(alert.Fate{Step: alert.NotSent}, 3), false, 1, 4, state.Sent, false},
		"refused, then taken":       {again(alert.Fate{Step: alert.Refused}, 2), false, 3, 3, state.Sent, false},
		"no answer":                 {again(alert.Fate{Step: alert.Unknown}, 1), false, 1, 1, state.InDoubt, false},
		"no answer, knows keys":     {again(alert.Fate{Step: alert.Unknown}, 1), true, 2, 2, state.Sent, true},
		"never":                     {again(alert.Fate{Step: alert.Refused}, 1000), false, 0, 0, state.GivenUp, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &asks{rows: rowsOf(5*time.Minute, map[string]int{"https://api.example.com": 1}), answer: breaks}
				p := &posts{keyed: c.keyed, fate: c.fate}
				w := over(t, 30*time.Hour, a, []alert.Channel{p}, nil)
				list, err := w.Store.Alerts(t.Context())
				if err != nil || len(list) != 1 {
					t.Fatalf("%v, %v", list, err)
				}
				if got := list[0]; got.Status != c.status || got.Repeat != c.repeat {
					t.Errorf("%s (%s), repeat %v; want %s", got.Status, got.Why, got.Repeat, c.status)
				}
				if c.tries > 0 && (len(p.at) != c.tries || len(p.sent) != c.sent) {
					t.Errorf("%d tries and %d messages that left, want %d and %d", len(p.at), len(p.sent), c.tries, c.sent)
				}
				for _, s := range p.sent {
					if s.Key != list[0].Key {
						t.Errorf("another key: %s and %s", s.Key, list[0].Key)
					}
				}
				if c.status == state.GivenUp && (len(p.at) > 40 || len(p.at) < 10) {
					t.Errorf("%d tries in a day", len(p.at))
				}
			})
		})
	}
}

// TestTheNextMessageSaysThatOneMayBeMissing.
func TestTheNextMessageSaysThatOneMayBeMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &asks{rows: rowsOf(5*time.Minute, map[string]int{"https://api.example.com": 1}), answer: func(_ string, n int) state.Standing {
			if n < 3 || n > 30 {
				return state.Standing{Outcome: state.Held}
			}
			return state.Standing{Outcome: state.Broken, Cause: "x"}
		}}
		p := &posts{fate: func(n int) alert.Fate {
			if n == 0 {
				return alert.Fate{Step: alert.Unknown}
			}
			return alert.Fate{Step: alert.Arrived}
		}}
		over(t, 24*time.Hour, a, []alert.Channel{p}, nil)
		if len(p.sent) != 2 || p.sent[0].Event.Doubt != 0 || p.sent[1].Event.Doubt != 1 {
			t.Errorf("%+v", p.sent)
		}
	})
}
