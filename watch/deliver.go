package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/why401/why401/watch/alert"
	"github.com/why401/why401/watch/state"
)

// A message is delivered at most once. It is written down as Sending before its first byte leaves, and what became of it
// after. When the program ends between the two, or no answer comes, nobody can know here whether it arrived: it is in
// doubt, is not sent again, and the next message about the row says so. A channel whose receiver knows messages by their
// key gets it again, with the same key.

// tooOld is when a message that nobody takes is given up.
const tooOld = 24 * time.Hour

// between is the pause after the nth attempt.
func between(n int) time.Duration {
	return min(30*time.Second<<min(n, 7), time.Hour)
}

// resolve says of messages that were cut off what is done about them.
func (w *Watcher) resolve(ctx context.Context, now time.Time) error {
	list, err := w.Store.CutOff(ctx, now)
	if err != nil {
		return err
	}
	for _, a := range list {
		c := w.channel(a.Channel)
		if c == nil {
			continue // its channel may come back
		}
		if err := w.unsure(ctx, c, &a, 0, "the program ended while it was sent"); err != nil {
			return err
		}
	}
	return nil
}

func (w *Watcher) channel(name string) alert.Channel {
	list := w.channels()
	i := slices.IndexFunc(list, func(c alert.Channel) bool { return c.Name() == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

// unsure settles a message that may have arrived. It is sent again after a pause where the receiver knows it by its key.
func (w *Watcher) unsure(ctx context.Context, c alert.Channel, a *state.Alert, after time.Duration, why string) error {
	a.Why, a.Tries = why, a.Tries+1
	if c.Repeats() && time.Since(a.Queued) < tooOld {
		a.Status, a.Repeat, a.After = state.Waiting, true, time.Now().Add(after)
		return w.Store.WriteAlert(ctx, a)
	}
	a.Status, a.Settled = state.InDoubt, time.Now()
	err := w.Store.WriteAlert(ctx, a)
	if err == nil {
		w.hear(Notice{At: a.Settled, Alert: a})
	}
	return err
}

// deliverAll runs a queue for each channel, until ctx ends. work outlives it by the grace.
func (w *Watcher) deliverAll(ctx, work context.Context) {
	var wg sync.WaitGroup
	busy, free := map[string]bool{}, make(chan string)
	defer wg.Wait()
	resolved := time.Now()
	for {
		next := idle
		if time.Since(resolved) > mailLease {
			// What became of a message could not be written down, with a full disk, say.
			resolved = time.Now()
			if err := w.resolve(ctx, resolved); err != nil && ctx.Err() == nil {
				w.trouble(fmt.Errorf("looking for messages that were cut off: %w", err))
			}
		}
		for _, c := range w.channels() {
			if busy[c.Name()] || ctx.Err() != nil {
				continue
			}
			a, err := w.Store.TakeAlert(ctx, c.Name(), time.Now(), mailLease)
			var nothing *state.NothingDue
			switch {
			case err == nil:
				busy[c.Name()] = true
				wg.Go(func() {
					w.deliver(work, c, a)
					select {
					case free <- c.Name():
					case <-ctx.Done():
					}
				})
			case errors.As(err, &nothing):
				if !nothing.Next.IsZero() {
					next = min(next, max(time.Until(nothing.Next), time.Millisecond))
				}
			case ctx.Err() == nil:
				w.trouble(fmt.Errorf("looking for messages: %w", err))
				next = min(next, retry)
			}
		}
		t := time.NewTimer(next)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case name := <-free:
			delete(busy, name)
		case <-w.post:
		case <-t.C:
		}
		t.Stop()
	}
}

// deliver sends a message that was taken and writes down what became of it.
func (w *Watcher) deliver(ctx context.Context, c alert.Channel, a state.Alert) {
	a.Event.Doubt = w.doubted(ctx, a)
	var unwritten error
	fate := c.Send(ctx, a, func() error {
		a.Status = state.Sending
		unwritten = w.Store.WriteAlert(ctx, &a)
		return unwritten
	})
	var err error
	switch {
	case unwritten != nil:
		// It is the store's trouble and not the receiver's: it is tried again as soon as the store is.
		w.told(unwritten)
		a.Status, a.Why, a.After = state.Waiting, fate.Why, time.Now().Add(retry)
		err = w.Store.WriteAlert(ctx, &a)
	case fate.Step == alert.Arrived:
		a.Status, a.Why, a.Settled = state.Sent, "", time.Now()
		err = w.Store.WriteAlert(ctx, &a)
	case fate.Step == alert.Unknown && a.Status == state.Sending:
		err = w.unsure(ctx, c, &a, between(a.Tries), fate.Why)
		w.told(err)
		return
	case time.Since(a.Queued) > tooOld:
		a.Status, a.Why, a.Settled = state.GivenUp, fate.Why, time.Now()
		err = w.Store.WriteAlert(ctx, &a)
	default:
		a.Status, a.Why, a.After = state.Waiting, fate.Why, time.Now().Add(between(a.Tries))
		a.Tries++
		err = w.Store.WriteAlert(ctx, &a)
	}
	w.told(err)
	if err == nil {
		w.hear(Notice{At: time.Now(), Alert: &a})
	}
}

// told notes that the fate of a message could not be written down. It stays Sending then, and the next start resolves it.
func (w *Watcher) told(err error) {
	if err != nil {
		w.trouble(fmt.Errorf("writing down what became of a message: %w", err))
	}
}

// doubted is the change of the same row whose message on the same channel may not have arrived, 0 when the last one did.
func (w *Watcher) doubted(ctx context.Context, a state.Alert) uint64 {
	list, err := w.Store.Alerts(ctx)
	if err != nil {
		return 0
	}
	var n uint64
	for _, b := range list {
		if b.Channel == a.Channel && b.Event.Row == a.Event.Row && b.Seq < a.Seq {
			n = 0
			if b.Status == state.InDoubt || b.Status == state.GivenUp {
				n = b.Event.Number
			}
		}
	}
	return n
}
