package state

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Local is the Store of one process on one machine: a bbolt file, in which a transaction is on disk before it returns,
// as a whole or not at all. Every record carries a checksum of its own, since bbolt's cover its two meta pages only.
type Local struct {
	db   *bbolt.DB
	file string
	me   string // this process: leases of others are void, the file lock says that they have ended

	// A write that failed may have taken place all the same: when a disk fails at the last sync, the file holds it and the
	// caller was told otherwise. So a lease counts only when somebody was given it, and a step of a message that failed may be
	// written over by whoever took the message.
	mu     sync.Mutex
	given  map[string]uint64 // rows that were claimed, with the revision
	failed map[uint64]uint64 // messages whose last write failed, with the revision that it would have made
}

var _ Store = (*Local)(nil)

// The buckets. Sub-buckets: history has one for each row, queue one for each channel.
var (
	meta    = []byte("meta")
	rows    = []byte("rows")
	due     = []byte("due") // Due and ID of each row, without values
	targets = []byte("targets")
	history = []byte("history")
	kept    = []byte("kept")
	queue   = []byte("queue")   // open messages
	settled = []byte("settled") // the latest others
)

// form is the version of what is written.
const form = "1"

// settledLength is how many settled messages are kept, for people to look at.
const settledLength = 200

// fileName is the store's name in its folder.
const fileName = "watch.db"

// OpenLocal opens the store in dir, making both when they are not there. Only one process may have it open.
func OpenLocal(dir string) (*Local, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the watch: %w", err)
	}
	file := filepath.Join(dir, fileName)
	for path, want := range map[string]os.FileMode{dir: 0o700, file: 0o600} {
		if err := private(path, want); err != nil {
			return nil, err
		}
	}
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoStatistics: true})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%s is in use: another why401 watch runs with this folder", file)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w; if it is damaged, move it away to begin anew", file, err)
	}
	var id [16]byte
	rand.Read(id[:])
	l := &Local{db: db, file: file, me: hex.EncodeToString(id[:]), given: map[string]uint64{}, failed: map[uint64]uint64{}}
	if err := l.prepare(); err != nil {
		db.Close()
		return nil, err
	}
	return l, nil
}

// private refuses a file or folder that others may read; one that is not there yet is no error.
func private(path string, want os.FileMode) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at the store of the watch: %w", err)
	case info.Mode()&os.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link; expected the file itself", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&^want != 0:
		return fmt.Errorf("%s has mode %04o, expected %04o; run chmod %o %s", path, info.Mode().Perm(), want, want, path)
	}
	return nil
}

// prepare makes the buckets and reads every record once, so that damage is seen now and not in the middle of the night.
func (l *Local) prepare() error {
	err := l.db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(meta); b != nil {
			if v := string(b.Get([]byte("form"))); v != form {
				return fmt.Errorf("%s has the form %q, expected %q: another version of why401 wrote it", l.file, v, form)
			}
			return l.check(tx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{meta, rows, due, targets, history, kept, queue, settled} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		b := tx.Bucket(meta)
		if b.Get([]byte("instance")) == nil {
			if err := b.Put([]byte("instance"), []byte(l.me)); err != nil {
				return err
			}
		}
		return b.Put([]byte("form"), []byte(form))
	})
}

// check reads every record.
func (l *Local) check(tx *bbolt.Tx) error {
	for _, name := range [][]byte{rows, targets, kept, settled} {
		if err := l.checkBucket(tx.Bucket(name), string(name)); err != nil {
			return err
		}
	}
	for _, name := range [][]byte{history, queue} {
		b := tx.Bucket(name)
		if b == nil {
			return &Damaged{l.file, string(name), "", errors.New("the bucket is missing")}
		}
		err := b.ForEachBucket(func(k []byte) error { return l.checkBucket(b.Bucket(k), string(name)) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Local) checkBucket(b *bbolt.Bucket, name string) error {
	if b == nil {
		return &Damaged{l.file, name, "", errors.New("the bucket is missing")}
	}
	return b.ForEach(func(k, v []byte) error {
		if v == nil {
			return nil
		}
		if _, err := unseal(v); err != nil {
			return &Damaged{l.file, name, string(k), err}
		}
		return nil
	})
}

// Instance is a name of the store that was drawn when it was made.
func (l *Local) Instance() (id string) {
	l.db.View(func(tx *bbolt.Tx) error { id = string(tx.Bucket(meta).Get([]byte("instance"))); return nil })
	return id
}

// Close gives the file back.
func (l *Local) Close() error { return l.db.Close() }

// number is n as a key that sorts by it.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// at is t as a key that sorts by it.
func at(t time.Time) []byte { return number(uint64(max(t.UnixNano(), 0))) }

func (l *Local) view(ctx context.Context, f func(tx *bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.db.View(f)
}

// update does not look at ctx: what follows from a run that took place is written down also while the program ends.
func (l *Local) update(f func(tx *bbolt.Tx) error) error { return l.db.Update(f) }

// gave notes that a claim was given out, and took that its holder is done with it.
func (l *Local) gave(s State) {
	l.mu.Lock()
	l.given[s.ID] = s.Rev
	l.mu.Unlock()
}

func (l *Local) took(s State) {
	l.mu.Lock()
	if l.given[s.ID] == s.Rev {
		delete(l.given, s.ID)
	}
	l.mu.Unlock()
}

// holds reports that somebody holds the claim of row id.
func (l *Local) holds(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.given[id]
	return ok
}
