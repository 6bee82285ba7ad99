package state

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// target is who asks an origin now, and when it may be asked again.
type target struct {
	By    string    `json:"by"`
	Row   string    `json:"row"`
	Rev   uint64    `json:"rev"` // of the row as it was claimed
	Until time.Time `json:"until"`
	Free  time.Time `json:"free"`
}

// Plan sets the rows that are watched.
func (l *Local) Plan(_ context.Context, list []Row, first func(Row) time.Time) error {
	return l.update(func(tx *bbolt.Tx) error {
		wanted, asked := map[string]bool{}, map[string]bool{}
		for _, r := range list {
			wanted[r.ID], asked[r.Target] = true, true
			var s State
			found, err := l.get(tx, rows, []byte(r.ID), &s)
			if err != nil {
				return err
			}
			if found && s.Row == r {
				continue
			}
			old, again := s.Due, !found || s.Shape != r.Shape
			s.Row = r
			if again {
				s.Due, s.Halt, s.Count, s.Note = first(r), nil, 0, ""
			} else if f := first(r); f.Before(s.Due) {
				s.Due = f // it is asked more often now
			}
			if err := l.write(tx, &s, old); err != nil {
				return err
			}
		}
		if err := l.forget(tx, wanted); err != nil {
			return err
		}
		c := tx.Bucket(targets).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			if !asked[string(k)] {
				if err := c.Delete(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// forget takes out the rows that are not wanted.
func (l *Local) forget(tx *bbolt.Tx, wanted map[string]bool) error {
	var gone []State
	err := tx.Bucket(rows).ForEach(func(k, v []byte) error {
		if wanted[string(k)] {
			return nil
		}
		var s State
		err := l.decode(rows, k, v, &s)
		gone = append(gone, s)
		return err
	})
	for _, s := range gone {
		if err == nil {
			err = l.drop(tx, s)
		}
	}
	return err
}

func (l *Local) drop(tx *bbolt.Tx, s State) error {
	id := []byte(s.ID)
	err := errors.Join(tx.Bucket(rows).Delete(id), tx.Bucket(due).Delete(dueKey(s)))
	for _, w := range []Which{LastGood, FirstBad} {
		err = errors.Join(err, tx.Bucket(kept).Delete(keptKey(s.ID, w)))
	}
	if e := tx.Bucket(history).DeleteBucket(id); e != nil && tx.Bucket(history).Bucket(id) != nil {
		err = errors.Join(err, e)
	}
	return err
}

func dueKey(s State) []byte { return append(at(s.Due), s.ID...) }

// write stores s as the next revision and moves it in the order of what is due; old is its former Due.
func (l *Local) write(tx *bbolt.Tx, s *State, old time.Time) error {
	s.Rev++
	order := tx.Bucket(due)
	if err := order.Delete(append(at(old), s.ID...)); err != nil {
		return err
	}
	if err := order.Put(dueKey(*s), []byte{}); err != nil {
		return err
	}
	return put(tx.Bucket(rows), []byte(s.ID), s)
}

// Claim gives the row that is due longest.
func (l *Local) Claim(ctx context.Context, now time.Time, lease time.Duration) (State, error) {
	if err := ctx.Err(); err != nil {
		return State{}, err
	}
	// Looking costs no write, and most looks find nothing.
	var s State
	var t target
	err := l.db.View(func(tx *bbolt.Tx) (err error) { s, t, err = l.dueNow(tx, now); return err })
	if err != nil {
		return State{}, err
	}
	err = l.update(func(tx *bbolt.Tx) (err error) {
		if s, t, err = l.dueNow(tx, now); err != nil {
			return err
		}
		old := s.Due
		s.Due = now.Add(s.Every)
		s.Lease = Lease{l.me, now.Add(lease)}
		if err := l.write(tx, &s, old); err != nil {
			return err
		}
		t = target{By: l.me, Row: s.ID, Rev: s.Rev, Until: s.Lease.Until, Free: t.Free}
		if err := put(tx.Bucket(targets), []byte(s.Target), t); err != nil {
			return err
		}
		// Before the commit: whoever reads the lease a moment after it must find it given.
		l.gave(s)
		return nil
	})
	if err != nil {
		l.took(s)
		return State{}, err
	}
	return s, nil
}

// dueNow finds the row that is due longest and whose target is free.
func (l *Local) dueNow(tx *bbolt.Tx, now time.Time) (State, target, error) {
	var next time.Time
	sooner := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	c := tx.Bucket(due).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		var s State
		if bytes.Compare(k[:8], at(now)) > 0 {
			found, err := l.get(tx, rows, k[8:], &s)
			if err != nil {
				return s, target{}, err
			}
			if found {
				sooner(s.Due)
			}
			break
		}
		found, err := l.get(tx, rows, k[8:], &s)
		if err != nil {
			return s, target{}, err
		}
		if !found {
			continue
		}
		if s.Lease.By == l.me && now.Before(s.Lease.Until) && l.holds(s.ID) {
			sooner(s.Lease.Until)
			continue
		}
		var t target
		if _, err := l.get(tx, targets, []byte(s.Target), &t); err != nil {
			return s, t, err
		}
		switch {
		case t.By == l.me && now.Before(t.Until) && l.holds(t.Row):
			sooner(t.Until)
		case now.Before(t.Free):
			sooner(t.Free)
		default:
			return s, t, nil
		}
	}
	return State{}, target{}, &NothingDue{next}
}

// Record writes a run down.
func (l *Local) Record(_ context.Context, claimed State, r Result) error {
	defer l.took(claimed)
	lost := false
	err := l.update(func(tx *bbolt.Tx) error {
		lost = false
		if err := l.release(tx, claimed, r); err != nil {
			return err
		}
		var s State
		found, err := l.get(tx, rows, []byte(claimed.ID), &s)
		if err != nil {
			return err
		}
		if lost = !found || s.Rev != claimed.Rev; lost {
			return nil // the target is free again all the same
		}
		next := r.State
		next.Row, next.Rev, next.Lease = s.Row, s.Rev, Lease{}
		if err := l.write(tx, &next, s.Due); err != nil {
			return err
		}
		return l.add(tx, next, r)
	})
	if err == nil && lost {
		return ErrLost
	}
	return err
}

// release frees the target of a claim.
func (l *Local) release(tx *bbolt.Tx, claimed State, r Result) error {
	var t target
	found, err := l.get(tx, targets, []byte(claimed.Target), &t)
	if err != nil || !found || t.By != l.me || t.Row != claimed.ID || t.Rev != claimed.Rev {
		return err
	}
	t.By, t.Row, t.Rev, t.Until = "", "", 0, time.Time{}
	if f := r.Free; f.After(t.Free) {
		t.Free = f
	}
	return put(tx.Bucket(targets), []byte(claimed.Target), t)
}

// add writes what a run gives beside the state.
func (l *Local) add(tx *bbolt.Tx, s State, r Result) error {
	if r.Entry != nil {
		b, err := tx.Bucket(history).CreateBucketIfNotExists([]byte(s.ID))
		if err == nil {
			err = put(b, number(r.Entry.Run), r.Entry)
		}
		if err == nil && r.Entry.Run > HistoryLength {
			err = b.Delete(number(r.Entry.Run - HistoryLength))
		}
		if err != nil {
			return err
		}
	}
	for w, k := range map[Which]*Kept{LastGood: r.Good, FirstBad: r.Bad} {
		if k != nil {
			if err := put(tx.Bucket(kept), keptKey(s.ID, w), k); err != nil {
				return err
			}
		}
	}
	return l.enqueue(tx, r.Alerts)
}

func keptKey(id string, w Which) []byte { return []byte(string(w) + "\x00" + id) }

// Again lifts the halt of a row.
func (l *Local) Again(_ context.Context, id string, now time.Time) error {
	return l.update(func(tx *bbolt.Tx) error {
		var s State
		switch found, err := l.get(tx, rows, []byte(id), &s); {
		case err != nil:
			return err
		case !found:
			return ErrNoRow
		}
		old := s.Due
		s.Halt, s.Due, s.Note = nil, now, ""
		return l.write(tx, &s, old)
	})
}

// States are all rows by ID.
func (l *Local) States(ctx context.Context) ([]State, error) {
	var out []State
	err := l.view(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket(rows).ForEach(func(k, v []byte) error {
			var s State
			err := l.decode(rows, k, v, &s)
			out = append(out, s)
			return err
		})
	})
	return out, err
}

// State is one row.
func (l *Local) State(ctx context.Context, id string) (s State, err error) {
	err = l.view(ctx, func(tx *bbolt.Tx) error {
		found, err := l.get(tx, rows, []byte(id), &s)
		if err == nil && !found {
			err = ErrNoRow
		}
		return err
	})
	return s, err
}

// History is the latest answers of a row, oldest first.
func (l *Local) History(ctx context.Context, id string) ([]Entry, error) {
	var out []Entry
	err := l.view(ctx, func(tx *bbolt.Tx) error {
		b := tx.Bucket(history).Bucket([]byte(id))
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			var e Entry
			err := l.decode(history, k, v, &e)
			out = append(out, e)
			return err
		})
	})
	return slices.Clip(out), err
}

// Kept is an exchange of a row.
func (l *Local) Kept(ctx context.Context, id string, which Which) (*Kept, error) {
	var k Kept
	found := false
	err := l.view(ctx, func(tx *bbolt.Tx) (err error) {
		found, err = l.get(tx, kept, keptKey(id, which), &k)
		return err
	})
	if err != nil || !found {
		return nil, err
	}
	return &k, nil
}
