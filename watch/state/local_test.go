package state_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/watch/state"
	"github.com/why401/why401/watch/state/storetest"
	"go.etcd.io/bbolt"
)

func TestLocal(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Open {
		dir := filepath.Join(t.TempDir(), "watch")
		return func(t *testing.T) state.Store {
			s, err := state.OpenLocal(dir)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	})
}

// TestDamageIsSeenAtTheStart flips one bit of each record in turn.
func TestDamageIsSeenAtTheStart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "watch")
	s, err := state.OpenLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := context.Background(), time.Now()
	if err := s.Plan(ctx, []state.Row{{ID: "a", Target: "x", Every: time.Minute}}, func(state.Row) time.Time { return now }); err != nil {
		t.Fatal(err)
	}
	c, err := s.Claim(ctx, now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Record(ctx, c, state.Result{State: c, Entry: &state.Entry{Run: 1}, Good: &state.Kept{At: now}, Alerts: []state.Alert{{Key: "k", Channel: "hook"}, {Key: "l", Channel: "mail"}}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.TakeAlert(ctx, "mail", now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	a.Status = state.Sent
	if err := s.WriteAlert(ctx, &a); err != nil {
		t.Fatal(err)
	}
	s.Close()
	damaged := 0
	flip := func(path []string, key []byte) {
		t.Helper()
		bent := func() {
			db, err := bbolt.Open(filepath.Join(dir, "watch.db"), 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := db.Update(func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte(path[0]))
				for _, p := range path[1:] {
					b = b.Bucket([]byte(p))
				}
				v := append([]byte{}, b.Get(key)...)
				v[len(v)/2] ^= 4
				return b.Put(key, v)
			}); err != nil {
				t.Fatal(err)
			}
		}
		bent()
		s, err := state.OpenLocal(dir)
		var d *state.Damaged
		if !errors.As(err, &d) || d.Bucket != path[0] {
			t.Errorf("%v/%x is damaged, and opening says %v", path, key, err)
		}
		if s != nil {
			s.Close()
		}
		bent() // the same bit again: whole
		damaged++
	}
	for path, keys := range records(t, dir) {
		for _, k := range keys {
			flip(strings.Split(path, "|"), k)
		}
	}
	if damaged < 6 {
		t.Errorf("only %d records were looked at", damaged)
	}
}

// records lists the keys of every sealed record by its bucket.
func records(t *testing.T, dir string) map[string][][]byte {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "watch.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	out := map[string][][]byte{}
	walk := func(path string, b *bbolt.Bucket) {
		b.ForEach(func(k, v []byte) error {
			if len(v) > 0 {
				out[path] = append(out[path], append([]byte{}, k...))
			}
			return nil
		})
	}
	db.View(func(tx *bbolt.Tx) error {
		for _, name := range []string{"rows", "targets", "kept", "settled"} {
			walk(name, tx.Bucket([]byte(name)))
		}
		for _, name := range []string{"history", "queue"} {
			b := tx.Bucket([]byte(name))
			b.ForEachBucket(func(k []byte) error { walk(name+"|"+string(k), b.Bucket(k)); return nil })
		}
		return nil
	})
	return out
}

func TestOpenRefuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "watch")
	s, err := state.OpenLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want string) {
		t.Helper()
		other, err := state.OpenLocal(dir)
		if err == nil {
			other.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("expected %q, got %v", want, err)
		}
	}
	expect("is in use")
	s.Close()
	os.Chmod(dir, 0o755)
	expect("chmod 700")
	os.Chmod(dir, 0o700)
	file := filepath.Join(dir, "watch.db")
	os.Chmod(file, 0o644)
	expect("chmod 600")
	os.Chmod(file, 0o600)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(file, []byte("this is no database, but it is long enough to be looked at"), 0o600)
	expect("move it away")
	os.WriteFile(file, whole, 0o600)
	os.Rename(file, file+"2")
	os.Symlink(file+"2", file)
	expect("symbolic link")
}
