// Package storetest holds what every state.Store must do. An implementation's own test calls Run.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/why401/why401/watch/state"
)

// Open gives a store over what an earlier call in the same test left behind, as a new process would find it.
type Open func(t *testing.T) state.Store

// Run holds the store that made gives against the interface. Each test gets a place of its own.
func Run(t *testing.T, made func(t *testing.T) Open) {
	for name, test := range map[string]func(*testing.T, Open){
		"OneClaimForEachRow":         oneClaim,
		"OldestFirstOnePerTarget":    order,
		"ACutOffRunIsNotRepeated":    cutOff,
		"RecordComparesAndSets":      compareAndSet,
		"ManyWorkers":                workers,
		"PlanKeepsWhatWasTold":       plan,
		"HistoryIsBounded":           bounded,
		"AgainLiftsAHalt":            again,
		"MessagesKeepTheirOrder":     outbox,
		"ASendingMessageIsNotRetook": sending,
	} {
		t.Run(name, func(t *testing.T) { test(t, made(t)) })
	}
}

// start is the time of the tests.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const lease = time.Minute

func row(id, target string) state.Row {
	return state.Row{ID: id, Target: target, Every: 5 * time.Minute, Shape: "1", Shown: "GET " + target}
}

func atStart(state.Row) time.Time { return start }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func claim(t *testing.T, s state.Store, now time.Time, want string) state.State {
	t.Helper()
	got, err := s.Claim(context.Background(), now, lease)
	var nothing *state.NothingDue
	switch {
	case want == "" && errors.As(err, &nothing):
	case err != nil:
		t.Fatalf("claim %q: %v", want, err)
	case got.ID != want:
		t.Fatalf("claimed %q, want %q", got.ID, want)
	}
	return got
}

// answered is the result of a run that ended as said.
func answered(s state.State, at time.Time, o state.Outcome) state.Result {
	s.Runs++
	s.Last, s.Due, s.Now = at, at.Add(s.Every), state.Standing{Outcome: o}
	return state.Result{State: s, Entry: &state.Entry{Run: s.Runs, At: at, Answer: s.Now}}
}

func oneClaim(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	must(t, s.Plan(ctx, []state.Row{row("a", "x")}, atStart))
	claim(t, s, start.Add(-time.Second), "")
	a := claim(t, s, start, "a")
	claim(t, s, start, "")
	must(t, s.Record(ctx, a, answered(a, start, state.Held)))
	claim(t, s, start.Add(4*time.Minute), "")
	got := claim(t, s, start.Add(5*time.Minute), "a")
	if got.Runs != 1 || got.Now.Outcome != state.Held {
		t.Errorf("the answer is not there: %+v", got)
	}
	// A lease that is over is void: the worker hangs.
	claim(t, s, start.Add(5*time.Minute+lease), "")
	claim(t, s, start.Add(10*time.Minute), "a")
	if err := s.Record(ctx, got, answered(got, start, state.Held)); !errors.Is(err, state.ErrLost) {
		t.Errorf("a run that hung was recorded over another: %v", err)
	}
}

func order(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	var list []state.Row
	for i := range 4 {
		list = append(list, row(fmt.Sprint("slow", i), "slow"))
	}
	list = append(list, row("other", "y"))
	must(t, s.Plan(ctx, list, func(r state.Row) time.Time {
		if r.Target == "y" {
			return start.Add(time.Second)
		}
		return start
	}))
	now := start.Add(10 * time.Second)
	first := claim(t, s, now, "slow0")
	claim(t, s, now, "other") // three rows of the slow target are due longer, and wait
	claim(t, s, now, "")
	r := answered(first, now, state.Held)
	r.Free = now.Add(time.Second)
	must(t, s.Record(ctx, first, r))
	claim(t, s, now, "")
	_, err := s.Claim(ctx, now, lease)
	var nothing *state.NothingDue
	if !errors.As(err, &nothing) || !nothing.Next.Equal(now.Add(time.Second)) {
		t.Errorf("the target rests until %v: %v %+v", now.Add(time.Second), err, nothing)
	}
	claim(t, s, now.Add(time.Second), "slow1")
}

func cutOff(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	must(t, s.Plan(ctx, []state.Row{row("a", "x")}, atStart))
	claim(t, s, start, "a")
	must(t, s.Close())
	s = open(t)
	claim(t, s, start.Add(4*time.Minute), "")
	claim(t, s, start.Add(5*time.Minute), "a")
	must(t, s.Close())
}

func compareAndSet(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	must(t, s.Plan(ctx, []state.Row{row("a", "x")}, atStart))
	a := claim(t, s, start, "a")
	r := answered(a, start, state.Broken)
	r.Bad = &state.Kept{At: start, Hops: []state.Hop{{Text: "GET / HTTP/1.1"}}}
	r.Alerts = []state.Alert{{Key: "k1", Channel: "hook"}}
	must(t, s.Record(ctx, a, r))
	if err := s.Record(ctx, a, r); !errors.Is(err, state.ErrLost) {
		t.Errorf("recorded twice: %v", err)
	}
	list, err := s.Alerts(ctx)
	must(t, err)
	if len(list) != 1 || list[0].Key != "k1" || list[0].Status != state.Waiting {
		t.Errorf("messages %+v", list)
	}
	must(t, s.Close())
	s = open(t)
	defer s.Close()
	bad, err := s.Kept(ctx, "a", state.FirstBad)
	must(t, err)
	if bad == nil || bad.Hops[0].Text != "GET / HTTP/1.1" {
		t.Errorf("kept %+v", bad)
	}
	if good, err := s.Kept(ctx, "a", state.LastGood); good != nil || err != nil {
		t.Errorf("kept %+v, %v", good, err)
	}
	h, err := s.History(ctx, "a")
	must(t, err)
	if len(h) != 1 || h[0].Answer.Outcome != state.Broken {
		t.Errorf("history %+v", h)
	}
	if _, err := s.State(ctx, "b"); !errors.Is(err, state.ErrNoRow) {
		t.Errorf("a row that is not there: %v", err)
	}
}

func workers(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	defer s.Close()
	var list []state.Row
	for i := range 12 {
		list = append(list, row(fmt.Sprint(i), fmt.Sprint("t", i%5)))
	}
	must(t, s.Plan(ctx, list, atStart))
	var mu sync.Mutex
	busy, runs := map[string]bool{}, map[string]int{}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for {
				st, err := s.Claim(ctx, start, lease)
				if err != nil {
					mu.Lock()
					done := len(runs) == len(list)
					mu.Unlock()
					if done {
						return
					}
					continue
				}
				mu.Lock()
				if busy[st.Target] {
					t.Errorf("two claims of target %s", st.Target)
				}
				busy[st.Target] = true
				mu.Unlock()
				time.Sleep(time.Millisecond)
				mu.Lock()
				busy[st.Target] = false
				runs[st.ID]++
				mu.Unlock()
				if err := s.Record(ctx, st, answered(st, start, state.Held)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for id, n := range runs {
		if n != 1 {
			t.Errorf("row %s ran %d times", id, n)
		}
	}
}

func plan(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	defer s.Close()
	a, b := row("a", "x"), row("b", "y")
	must(t, s.Plan(ctx, []state.Row{a, b}, atStart))
	st := claim(t, s, start, "a")
	r := answered(st, start, state.Broken)
	r.State.Told = state.Standing{Outcome: state.Broken, Cause: "c"}
	r.State.Halt = &state.Halt{At: start}
	must(t, s.Record(ctx, st, r))
	// The same again changes nothing; another shape lifts the halt and asks soon.
	must(t, s.Plan(ctx, []state.Row{a, b}, atStart))
	if got, _ := s.State(ctx, "a"); got.Halt == nil || !got.Due.Equal(start.Add(a.Every)) {
		t.Errorf("an unchanged row: %+v", got)
	}
	a.Shape = "2"
	soon := start.Add(time.Minute)
	must(t, s.Plan(ctx, []state.Row{a}, func(state.Row) time.Time { return soon }))
	got, err := s.State(ctx, "a")
	must(t, err)
	if got.Halt != nil || !got.Due.Equal(soon) || got.Told.Cause != "c" || got.Shape != "2" {
		t.Errorf("a changed row: %+v", got)
	}
	if _, err := s.State(ctx, "b"); !errors.Is(err, state.ErrNoRow) {
		t.Errorf("a row that is gone: %v", err)
	}
	claim(t, s, start, "")
	claim(t, s, soon, "a")
	// A run of a row that was changed meanwhile is lost, and its target free.
	got, _ = s.State(ctx, "a")
	a.Shape = "3"
	must(t, s.Plan(ctx, []state.Row{a}, func(state.Row) time.Time { return soon }))
	if err := s.Record(ctx, got, answered(got, soon, state.Held)); !errors.Is(err, state.ErrLost) {
		t.Errorf("recorded a run of another row: %v", err)
	}
}

func bounded(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	defer s.Close()
	must(t, s.Plan(ctx, []state.Row{row("a", "x")}, atStart))
	now := start
	const extra = 20
	for range state.HistoryLength + extra {
		st := claim(t, s, now, "a")
		must(t, s.Record(ctx, st, answered(st, now, state.Held)))
		now = now.Add(5 * time.Minute)
	}
	h, err := s.History(ctx, "a")
	must(t, err)
	if len(h) != state.HistoryLength || h[0].Run != extra+1 {
		t.Errorf("%d answers are kept, the first is %d", len(h), h[0].Run)
	}
	for i, e := range h[1:] {
		if e.Run != h[i].Run+1 {
			t.Errorf("run %d follows run %d", e.Run, h[i].Run)
		}
	}
}

func again(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	defer s.Close()
	must(t, s.Plan(ctx, []state.Row{row("a", "x")}, atStart))
	st := claim(t, s, start, "a")
	r := answered(st, start, state.Broken)
	r.State.Halt = &state.Halt{Why: "refused"}
	must(t, s.Record(ctx, st, r))
	must(t, s.Again(ctx, "a", start.Add(time.Second)))
	if got := claim(t, s, start.Add(time.Second), "a"); got.Halt != nil {
		t.Errorf("still halted: %+v", got)
	}
	if err := s.Again(ctx, "b", start); !errors.Is(err, state.ErrNoRow) {
		t.Errorf("a row that is not there: %v", err)
	}
}

// told puts messages into the outbox.
func told(t *testing.T, s state.Store, now time.Time, list ...state.Alert) {
	t.Helper()
	ctx := context.Background()
	must(t, s.Again(ctx, "a", now))
	st := claim(t, s, now, "a")
	r := answered(st, now, state.Broken)
	r.Alerts = list
	must(t, s.Record(ctx, st, r))
}

func take(t *testing.T, s state.Store, channel string, now time.Time, want string) state.Alert {
	t.Helper()
	a, err := s.TakeAlert(context.Background(), channel, now, lease)
	var nothing *state.NothingDue
	switch {
	case want == "" && errors.As(err, &nothing):
	case err != nil:
		t.Fatalf("take %q: %v", want, err)
	case a.Key != want:
		t.Fatalf("took %q, want %q", a.Key, want)
	}
	return a
}

func outbox(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	defer s.Close()
	must(t, s.Plan(ctx, []state.Row{row("a", "x")}, atStart))
	told(t, s, start, state.Alert{Key: "1", Channel: "hook"}, state.Alert{Key: "m", Channel: "mail"})
	told(t, s, start, state.Alert{Key: "2", Channel: "hook"})
	a := take(t, s, "hook", start, "1")
	take(t, s, "hook", start, "") // it is taken, and the second waits for the first
	take(t, s, "mail", start, "m")
	a.Status, a.After, a.Tries = state.Waiting, start.Add(time.Minute), 1
	must(t, s.WriteAlert(ctx, &a))
	take(t, s, "hook", start, "")
	a = take(t, s, "hook", start.Add(time.Minute), "1")
	stale := a
	a.Status = state.Sending
	must(t, s.WriteAlert(ctx, &a))
	if err := s.WriteAlert(ctx, &stale); !errors.Is(err, state.ErrLost) {
		t.Errorf("an old copy was written: %v", err)
	}
	a.Status, a.Settled = state.Sent, start
	must(t, s.WriteAlert(ctx, &a))
	if err := s.WriteAlert(ctx, &a); !errors.Is(err, state.ErrLost) {
		t.Errorf("a settled message was written again: %v", err)
	}
	take(t, s, "hook", start.Add(time.Minute), "2")
	list, err := s.Alerts(ctx)
	must(t, err)
	if len(list) != 3 || list[0].Key != "1" || list[0].Status != state.Sent || list[2].Key != "2" {
		t.Errorf("messages %+v", list)
	}
}

func sending(t *testing.T, open Open) {
	s, ctx := open(t), context.Background()
	must(t, s.Plan(ctx, []state.Row{row("a", "x")}, atStart))
	told(t, s, start, state.Alert{Key: "1", Channel: "hook"}, state.Alert{Key: "2", Channel: "hook"}, state.Alert{Key: "m", Channel: "mail"})
	take(t, s, "mail", start, "m") // taken, but not yet sending
	a := take(t, s, "hook", start, "1")
	a.Status = state.Sending
	must(t, s.WriteAlert(ctx, &a))
	if list, err := s.CutOff(ctx, start); len(list) > 0 || err != nil {
		t.Errorf("cut off while its sender lives: %+v, %v", list, err)
	}
	must(t, s.Close())
	s = open(t)
	defer s.Close()
	later := start.Add(2 * lease)
	take(t, s, "hook", later, "")
	take(t, s, "mail", later, "m") // nothing of it had left
	list, err := s.CutOff(ctx, later)
	must(t, err)
	if len(list) != 1 || list[0].Key != "1" {
		t.Fatalf("cut off: %+v", list)
	}
	list[0].Status = state.InDoubt
	must(t, s.WriteAlert(ctx, &list[0]))
	take(t, s, "hook", later, "2")
	if list, err := s.CutOff(ctx, later); len(list) > 0 || err != nil {
		t.Errorf("cut off twice: %+v, %v", list, err)
	}
}
