package probe

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/why401/why401/internal/durable"
)

// outcome of a password try.
type outcome string

const (
	pending  outcome = "pending"  // sent, or about to be; nothing is known of the answer
	refused  outcome = "refused"  // counted against the account, for all we know
	accepted outcome = "accepted" // the count begins anew
	harmless outcome = "harmless" // refused by a layer that counts nothing
	unused   outcome = "unused"   // never left this machine
)

// The rule (docs/safety.md, 2): the strictest lockout found in the wild is three failures in fifteen minutes, and the
// user's own try was one of them.
const (
	maxTriesPerDay  = 2
	maxTriesPerHalf = 1
	ledgerDay       = 24 * time.Hour
	ledgerHalf      = 30 * time.Minute
	maxLedger       = 8 << 20
)

// ledgerEntry is one line of the file. A later line with the same ID changes the outcome.
type ledgerEntry struct {
	Time    time.Time `json:"time"`
	ID      string    `json:"id"`
	Host    string    `json:"host"`
	Who     string    `json:"who"` // HMAC-SHA256 of the principal under the ledger's own key
	Outcome outcome   `json:"outcome"`
}

// ledger counts password tries across runs and processes: JSON lines in a file that only its owner can read, under a
// lock. A try is on disk before it is on the wire.
type ledger struct {
	dir string
	now func() time.Time
}

// StateDir is where the ledger lives when nothing else is asked for.
func StateDir() (string, error) {
	if d := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "why401"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding a place for the ledger: %w", err)
	}
	return filepath.Join(home, ".local", "state", "why401"), nil
}

func (l *ledger) path(name string) string { return filepath.Join(l.dir, name) }

// locked runs f while no other process uses the ledger.
func (l *ledger) locked(f func(key []byte) error) error {
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return fmt.Errorf("making the ledger's folder: %w", err)
	}
	if err := private(l.dir, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(l.path("ledger.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("opening the ledger's lock: %w", err)
	}
	defer lock.Close()
	if err := lockFile(lock); err != nil {
		return fmt.Errorf("locking the ledger: %w", err)
	}
	defer unlockFile(lock)
	key, err := l.key()
	if err != nil {
		return err
	}
	return f(key)
}

// private refuses a file or folder that others may read or write.
func private(path string, want os.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if info.Mode()&os.ModeSymlink != 0 {
		return fmt.Errorf("ledger: %s is a symbolic link; expected the file itself", path)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&^want != 0 {
		return fmt.Errorf("ledger: %s has mode %04o, expected %04o; run chmod %o %s", path, info.Mode().Perm(), want, want, path)
	}
	return nil
}

// key reads the 32 random bytes that principals are hashed with, and makes them on first use.
func (l *ledger) key() ([]byte, error) {
	path := l.path("ledger.key")
	key, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := private(path, 0o600); err != nil {
			return nil, err
		}
		if len(key) != 32 {
			return nil, fmt.Errorf("ledger: %s holds %d bytes, expected 32; with another key earlier tries are not recognised: move ledger and ledger.key away together", path, len(key))
		}
		return key, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("reading the ledger's key: %w", err)
	}
	if _, err := os.Stat(l.path("ledger")); err == nil {
		return nil, fmt.Errorf("ledger: %s is missing while the ledger exists; its tries cannot be recognised: move the ledger away", path)
	}
	key = make([]byte, 32)
	rand.Read(key)
	if err := durable.Replace(path, key); err != nil {
		return nil, fmt.Errorf("making the ledger's key: %w", err)
	}
	return key, nil
}

// read gives the entries of the last day, each with its last outcome, oldest first; stale counts the lines that no
// longer matter. A line that cannot be read is an error: guessing at it could cost an account.
func (l *ledger) read() (entries []ledgerEntry, stale int, err error) {
	path := l.path("ledger")
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("opening the ledger: %w", err)
	}
	defer f.Close()
	if err := private(path, 0o600); err != nil {
		return nil, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxLedger+1))
	if err != nil {
		return nil, 0, fmt.Errorf("reading the ledger: %w", err)
	}
	if len(data) > maxLedger {
		return nil, 0, fmt.Errorf("ledger: %s is larger than %d MiB; move it away to go on", path, maxLedger>>20)
	}
	if i := bytes.LastIndexByte(data, '\n'); i+1 < len(data) {
		// The machine stopped while the last line was written. It was not yet synced, so its request never went out.
		data = data[:i+1]
		if err := f.Truncate(int64(i + 1)); err != nil {
			return nil, 0, fmt.Errorf("repairing the ledger: %w", err)
		}
	}
	at := map[string]int{}
	since := l.now().Add(-ledgerDay)
	for n, text := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if text == "" && len(data) == 0 {
			break
		}
		var e ledgerEntry
		if err := json.Unmarshal([]byte(text), &e); err != nil || e.ID == "" || !e.Outcome.known() || e.Time.IsZero() {
			return nil, 0, fmt.Errorf("ledger: line %d of %s cannot be read, so earlier password tries cannot be counted; look at it, and move the file away to go on", n+1, path)
		}
		switch i, seen := at[e.ID]; {
		case seen:
			entries[i].Outcome = e.Outcome
			stale++
		case e.Time.Before(since):
			stale++
			at[e.ID] = len(entries)
			entries = append(entries, e)
		default:
			at[e.ID] = len(entries)
			entries = append(entries, e)
		}
	}
	fresh := entries[:0]
	for _, e := range entries {
		if !e.Time.Before(since) {
			fresh = append(fresh, e)
		}
	}
	return fresh, stale, nil
}

func (o outcome) known() bool {
	switch o {
	case pending, refused, accepted, harmless, unused:
		return true
	}
	return false
}

// append adds one line and waits until it is on disk.
func (l *ledger) append(e ledgerEntry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := durable.Append(l.path("ledger"), append(line, '\n')); err != nil {
		return fmt.Errorf("writing the ledger: %w", err)
	}
	return nil
}

// compact rewrites the file with what still matters, beside and renamed.
func (l *ledger) compact(entries []ledgerEntry) error {
	var b bytes.Buffer
	for _, e := range entries {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		b.Write(append(line, '\n'))
	}
	if err := durable.Replace(l.path("ledger"), b.Bytes()); err != nil {
		return fmt.Errorf("shortening the ledger: %w", err)
	}
	return nil
}

func hash(key []byte, host, who string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(host + "\x00" + strings.ToLower(who)))
	return hex.EncodeToString(m.Sum(nil))
}

// tooMany applies the rule to the tries of one principal at one host, oldest first.
func tooMany(entries []ledgerEntry, host, who string, now time.Time) error {
	var open []time.Time
	for _, e := range entries {
		if e.Host != host || e.Who != who {
			continue
		}
		switch e.Outcome {
		case accepted:
			open = open[:0]
		case pending, refused:
			open = append(open, e.Time)
		}
	}
	recent := 0
	for _, t := range open {
		if now.Sub(t) < ledgerHalf {
			recent++
		}
	}
	if len(open) < maxTriesPerDay && recent < maxTriesPerHalf {
		return nil
	}
	// Which password it was does not count for a lock, and is not written down.
	why := fmt.Sprintf("a password of this user was sent to %s %s ago and not let in; with your own try the next may be the third failure, and some servers lock an account after three", host, ago(now.Sub(open[len(open)-1])))
	if len(open) >= maxTriesPerDay {
		why = fmt.Sprintf("passwords of this user were sent to %s %d times in the last 24 hours and not let in; some servers lock an account after three failures", host, len(open))
	}
	return &Refusal{Rule: RuleOneTry, Why: why, Yes: "--i-know"}
}

// ago is a time in whole minutes.
func ago(d time.Duration) string {
	if n := int(d.Minutes()); n != 1 {
		return fmt.Sprintf("%d minutes", n)
	}
	return "1 minute"
}

// reserve enters a try as pending, or refuses it. force enters it against the rule.
func (l *ledger) reserve(host, who string, force bool) (id string, err error) {
	err = l.locked(func(key []byte) error {
		entries, stale, err := l.read()
		if err != nil {
			return err
		}
		w := hash(key, host, who)
		if err := tooMany(entries, host, w, l.now()); err != nil && !force {
			return err
		}
		if stale > 200 {
			if err := l.compact(entries); err != nil {
				return err
			}
		}
		var b [8]byte
		rand.Read(b[:])
		id = hex.EncodeToString(b[:])
		return l.append(ledgerEntry{l.now(), id, host, w, pending})
	})
	return id, err
}

// check is reserve's judgement without the entry.
func (l *ledger) check(host, who string) error {
	return l.locked(func(key []byte) error {
		entries, _, err := l.read()
		if err != nil {
			return err
		}
		return tooMany(entries, host, hash(key, host, who), l.now())
	})
}

// settle changes the outcome of an entry.
func (l *ledger) settle(id, host, who string, o outcome) error {
	return l.locked(func(key []byte) error {
		return l.append(ledgerEntry{l.now(), id, host, hash(key, host, who), o})
	})
}
