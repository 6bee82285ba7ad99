package state

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// enqueue puts new messages at the end of their channels' queues.
func (l *Local) enqueue(tx *bbolt.Tx, list []Alert) error {
	for _, a := range list {
		b, err := tx.Bucket(queue).CreateBucketIfNotExists([]byte(a.Channel))
		if err != nil {
			return err
		}
		// One sequence for all channels, so that settled messages sort as they were written.
		if a.Seq, err = tx.Bucket(queue).NextSequence(); err != nil {
			return err
		}
		a.Status, a.Rev, a.Lease = Waiting, 1, Lease{}
		if err := put(b, number(a.Seq), a); err != nil {
			return err
		}
	}
	return nil
}

// TakeAlert leases the first open message of a channel.
func (l *Local) TakeAlert(_ context.Context, channel string, now time.Time, lease time.Duration) (Alert, error) {
	var a Alert
	look := func(tx *bbolt.Tx) error {
		b := tx.Bucket(queue).Bucket([]byte(channel))
		if b == nil {
			return &NothingDue{}
		}
		k, v := b.Cursor().First()
		if k == nil {
			return &NothingDue{}
		}
		a = Alert{}
		switch err := l.decode(queue, k, v, &a); {
		case err != nil:
			return err
		case a.Status == Sending:
			return &NothingDue{} // whoever sends it, or CutOff, says how it ended
		case a.Lease.By == l.me && now.Before(a.Lease.Until):
			return &NothingDue{a.Lease.Until}
		case now.Before(a.After):
			return &NothingDue{a.After}
		}
		return nil
	}
	if err := l.db.View(look); err != nil {
		return Alert{}, err
	}
	err := l.update(func(tx *bbolt.Tx) error {
		if err := look(tx); err != nil {
			return err
		}
		a.Lease = Lease{l.me, now.Add(lease)}
		a.Rev++
		return put(tx.Bucket(queue).Bucket([]byte(channel)), number(a.Seq), a)
	})
	if err != nil {
		return Alert{}, err
	}
	return a, nil
}

// WriteAlert writes the next step of a message.
func (l *Local) WriteAlert(_ context.Context, a *Alert) error {
	next := *a
	err := l.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(queue).Bucket([]byte(a.Channel))
		if b == nil {
			return ErrLost
		}
		var now Alert
		switch found, err := l.read(b, queue, number(a.Seq), &now); {
		case err != nil:
			return err
		case !found || now.Rev != a.Rev && (now.Rev != a.Rev+1 || l.failedAt(a.Seq) != now.Rev):
			return ErrLost
		}
		next.Rev = now.Rev + 1
		if next.Status != Sending {
			next.Lease = Lease{}
		}
		if next.Status.Open() {
			return put(b, number(next.Seq), next)
		}
		done := tx.Bucket(settled)
		if err := errors.Join(b.Delete(number(next.Seq)), put(done, number(next.Seq), next)); err != nil {
			return err
		}
		return shorten(done, settledLength)
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		*a = next
		delete(l.failed, a.Seq)
	case !errors.Is(err, ErrLost):
		l.failed[a.Seq] = a.Rev + 1
	}
	return err
}

func (l *Local) failedAt(seq uint64) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed[seq]
}

// shorten takes out the oldest records beyond n.
func shorten(b *bbolt.Bucket, n int) error {
	var keys [][]byte
	err := b.ForEach(func(k, _ []byte) error { keys = append(keys, slices.Clone(k)); return nil })
	for i := 0; err == nil && i < len(keys)-n; i++ {
		err = b.Delete(keys[i])
	}
	return err
}

// CutOff are the messages that another process was sending when it ended.
func (l *Local) CutOff(ctx context.Context, now time.Time) ([]Alert, error) {
	list, err := l.Alerts(ctx)
	return slices.DeleteFunc(list, func(a Alert) bool {
		return a.Status != Sending || a.Lease.By == l.me && now.Before(a.Lease.Until)
	}), err
}

// Alerts are the open messages and the latest settled ones, oldest first.
func (l *Local) Alerts(ctx context.Context) ([]Alert, error) {
	var out []Alert
	collect := func(name []byte) func(k, v []byte) error {
		return func(k, v []byte) error {
			if v == nil {
				return nil
			}
			var a Alert
			err := l.decode(name, k, v, &a)
			out = append(out, a)
			return err
		}
	}
	err := l.view(ctx, func(tx *bbolt.Tx) error {
		if err := tx.Bucket(settled).ForEach(collect(settled)); err != nil {
			return err
		}
		return tx.Bucket(queue).ForEachBucket(func(k []byte) error {
			return tx.Bucket(queue).Bucket(k).ForEach(collect(queue))
		})
	})
	slices.SortFunc(out, func(a, b Alert) int { return int(int64(a.Seq) - int64(b.Seq)) })
	return out, err
}
