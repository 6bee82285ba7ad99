// Package watch asks the rows of a contract again and again, remembers what they said, and tells people when a cause
// changes. It decides nothing about an answer: package guard asks and judges, watch compares with the last time.
//
// It asks no more than it must: with jitter, one row of a target at a time, a trouble more and more rarely. A credential
// that was refused is not sent again until it, or the row, changes, or a person says so; the ledger of package probe holds
// besides. Nothing goes out that was not written down before (package state): neither a request nor a message.
package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/why401/why401/watch/alert"
	"github.com/why401/why401/watch/state"
)

// Asker asks the rows of one contract.
type Asker interface {
	Rows() []state.Row
	// Tag is that of the row's credential as it is now (secret.Text.Tag), "" for a row without one. The error tells why it
	// cannot be had.
	Tag(ctx context.Context, id string) (string, error)
	// Ask asks the row. s is what is known of it, so that an answer which is known is not diagnosed again. It is nil when the
	// context ended before there was an answer.
	Ask(ctx context.Context, id string, s state.State) *Answer
}

// Watcher is a watch that runs. Its fields are set before Run.
type Watcher struct {
	Store    state.Store
	Asker    Asker
	Channels []alert.Channel
	Parallel int // rows asked at a time; 4 when zero

	// Heard hears what was written down, after it was; it must not block. It may be nil.
	Heard func(Notice)
	// Forget is called now and then, while nothing is asked, to drop what earlier answers left in memory. It may be nil.
	Forget func()

	mu     sync.Mutex // guards Asker and Channels while it runs, and what follows
	broken error      // the last trouble with the store, nil since the last success
	since  time.Time

	quiet sync.RWMutex // held for reading while a row is asked
	asked int          // since Forget

	due  chan struct{} // something may have become due
	post chan struct{} // there may be a message
}

// Notice is something that was written down.
type Notice struct {
	At      time.Time
	State   *state.State // a row, after an answer
	Entry   *state.Entry // the answer, nil when nothing was asked
	Event   *state.Event // a change that is told
	Alert   *state.Alert // a message that was delivered, given up, or is in doubt
	Trouble error        // what could not be written down
}

// Timing. A run that takes longer than its lease may be done again; guard gives up long before.
const (
	lease     = 3 * time.Minute
	mailLease = time.Minute
	idle      = 30 * time.Second // the longest sleep: the clock of the machine may be set meanwhile
	retry     = time.Second      // after a trouble with the store
	grace     = time.Second      // for runs and messages under way when the program is asked to end
	forgetAt  = 200              // runs between two calls of Forget
)

// A host that refuses is left alone: fail2ban bans after five refusals in ten minutes, and people cause some of their own.
const (
	maxRefusals   = 3
	refusalWindow = 10 * time.Minute
)

// Run watches until ctx ends, then lets what is under way end for a moment. The error is a trouble at the start.
func (w *Watcher) Run(ctx context.Context) error {
	w.due, w.post = make(chan struct{}, 1), make(chan struct{}, 1)
	if err := w.plan(ctx); err != nil {
		return err
	}
	if err := w.resolve(ctx, time.Now()); err != nil {
		return err
	}
	// What is under way outlives ctx by the grace.
	work, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, end) })
	var wg sync.WaitGroup
	wg.Go(func() { w.deliverAll(ctx, work) })
	slots := make(chan struct{}, w.parallel())
	for ctx.Err() == nil {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		s, err := w.Store.Claim(ctx, time.Now(), lease)
		if err != nil {
			<-slots
			w.wait(ctx, w.due, w.until(ctx, err))
			continue
		}
		w.well()
		wg.Go(func() {
			w.row(work, s)
			<-slots
			w.wake()
		})
	}
	ended := make(chan struct{})
	go func() { wg.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(grace + 500*time.Millisecond): // something does not heed its context; it is written down what it does
	}
	return nil
}

func (w *Watcher) parallel() int {
	if w.Parallel > 0 {
		return w.Parallel
	}
	return 4
}

// until is how long to sleep after an error of the store.
func (w *Watcher) until(ctx context.Context, err error) time.Duration {
	var nothing *state.NothingDue
	switch {
	case ctx.Err() != nil:
		return 0
	case !errors.As(err, &nothing):
		w.trouble(fmt.Errorf("looking for what is due: %w", err))
		return retry
	case nothing.Next.IsZero():
		return idle
	}
	return min(max(time.Until(nothing.Next), time.Millisecond), idle)
}

// wait sleeps until d is over, something is said on c, or ctx ends.
func (w *Watcher) wait(ctx context.Context, c <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-c:
	case <-t.C:
	}
}

func say(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (w *Watcher) wake() { say(w.due); say(w.post) }

// Change puts another contract in place of the present one. With an error nothing has changed.
func (w *Watcher) Change(ctx context.Context, a Asker, channels []alert.Channel) error {
	w.mu.Lock()
	before, old := w.Asker, w.Channels
	w.Asker, w.Channels = a, channels
	w.mu.Unlock()
	if err := w.plan(ctx); err != nil {
		w.mu.Lock()
		w.Asker, w.Channels = before, old
		w.mu.Unlock()
		return err
	}
	w.wake()
	return nil
}

// Again asks a row although its credential was refused, because a person says so.
func (w *Watcher) Again(ctx context.Context, id string) error {
	err := w.Store.Again(ctx, id, time.Now())
	w.wake()
	return err
}

func (w *Watcher) asker() Asker {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Asker
}

func (w *Watcher) channels() []alert.Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Channels
}

// plan tells the store the rows. New ones begin spread over half a minute, or over their interval when that is shorter.
func (w *Watcher) plan(ctx context.Context) error {
	now := time.Now()
	return w.Store.Plan(ctx, w.asker().Rows(), func(r state.Row) time.Time {
		return now.Add(time.Duration(rand.Float64() * float64(min(r.Every, 30*time.Second))))
	})
}

// row runs a claimed row.
func (w *Watcher) row(ctx context.Context, s state.State) {
	w.forget()
	w.quiet.RLock()
	a := w.ask(ctx, s)
	w.quiet.RUnlock()
	if a == nil {
		return // cut off: its turn comes again after its interval
	}
	r, ev, err := w.result(ctx, s, a)
	if err == nil {
		err = w.Store.Record(ctx, s, r)
	}
	switch {
	case errors.Is(err, state.ErrLost):
		return // the contract changed meanwhile
	case err != nil:
		w.trouble(fmt.Errorf("writing down the answer of %s: %w", s.ID, err))
		return
	}
	w.well()
	w.hear(Notice{At: a.At, State: &r.State, Entry: r.Entry, Event: ev})
}

// ask asks s unless its credential was refused and is still the same.
func (w *Watcher) ask(ctx context.Context, s state.State) *Answer {
	asker := w.asker()
	if s.Halt == nil {
		return asker.Ask(ctx, s.ID, s)
	}
	tag, err := asker.Tag(ctx, s.ID)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return &Answer{At: time.Now(), Skipped: s.Halt.Why + "; " + err.Error()}
	case tag == s.Halt.Tag:
		return &Answer{At: time.Now(), Skipped: s.Halt.Why}
	}
	return asker.Ask(ctx, s.ID, s)
}

// result is what an answer changes.
func (w *Watcher) result(ctx context.Context, s state.State, a *Answer) (state.Result, *state.Event, error) {
	var r state.Result
	if a.Skipped == "" {
		if err := w.exchanges(ctx, &s, a, &r); err != nil {
			return r, nil, err
		}
	}
	next, ev := follow(s, *a)
	now := time.Now()
	next.Due = now.Add(jittered(pause(next), rand.Float64()))
	if a.Skipped == "" {
		r.Entry = &state.Entry{Run: next.Runs, At: a.At, Took: a.Took, Answer: a.Standing}
	}
	r.Free = rest(next, a, now)
	if ev != nil {
		for _, c := range w.channels() {
			r.Alerts = append(r.Alerts, state.Alert{Key: key(w.Store.Instance(), ev, c.Name()), Channel: c.Name(), Event: *ev, Queued: now, After: now})
		}
	}
	r.State = next
	return r, ev, nil
}

// exchanges sorts out what is kept: each good one, and the first of each trouble.
func (w *Watcher) exchanges(ctx context.Context, s *state.State, a *Answer, r *state.Result) error {
	switch {
	case a.Kept == nil:
	case a.Standing.Outcome == state.Held:
		r.Good = a.Kept
		s.Changed = nil
	case !s.Now.Same(a.Standing):
		good, err := w.Store.Kept(ctx, s.ID, state.LastGood)
		if err != nil {
			return err
		}
		r.Bad = a.Kept
		s.Changed = changed(good, a.Kept)
	}
	return nil
}

// rest is until when the target is left alone: a second between two rows, as every target gets, and longer when it has
// refused often. Targets on this machine ban nobody.
func rest(s state.State, a *Answer, now time.Time) time.Time {
	if Loopback(s.Target) {
		return now
	}
	if a.Refusals == 0 {
		return now.Add(time.Second)
	}
	// Each refusal costs its share of the window, so that no window holds more than it may.
	return now.Add(time.Duration(a.Refusals) * refusalWindow / maxRefusals)
}

// key is the same for the same change and channel, however often the program is started anew.
func key(instance string, ev *state.Event, channel string) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %q", instance, ev.Row, ev.Number, channel))
	return hex.EncodeToString(h[:16])
}

// forget drops what earlier answers left in memory, when nothing is being asked.
func (w *Watcher) forget() {
	w.mu.Lock()
	w.asked++
	now := w.asked >= forgetAt && w.Forget != nil
	if now {
		w.asked = 0
	}
	w.mu.Unlock()
	if now {
		w.quiet.Lock()
		w.Forget()
		w.quiet.Unlock()
	}
}

func (w *Watcher) hear(n Notice) {
	if w.Heard != nil {
		w.Heard(n)
	}
}

// trouble and well keep what /healthz says.
func (w *Watcher) trouble(err error) {
	w.mu.Lock()
	first := w.broken == nil
	w.broken = err
	if first {
		w.since = time.Now()
	}
	w.mu.Unlock()
	w.hear(Notice{At: time.Now(), Trouble: err})
}

func (w *Watcher) well() {
	w.mu.Lock()
	w.broken = nil
	w.mu.Unlock()
}

// Trouble is why the watch cannot write down what it does, nil when it can.
func (w *Watcher) Trouble() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}
