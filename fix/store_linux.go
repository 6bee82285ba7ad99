package fix

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/why401/why401/internal/durable"
)

// keepFor is how long a plan and its undo folder are kept.
const keepFor = 30 * 24 * time.Hour

// Store is the folder with the plans and undo folders of one user. Each plan has a folder of its own, named by its ID:
//
//	plan.json          the plan
//	undo/README        how to put everything back by hand
//	undo/1.before      the bytes of the first file as they were; none of one that was made
//	undo/1.json        its path, mode, owner, extended attributes and links
//	undo/rows-1.json   the rows of the first database as they were, every column
//	journal            what was done, one line of JSON a step
type Store struct {
	Dir string
	Now func() time.Time // the clock; time.Now when nil
	// Logins finds the logins of databases, for plans that change rows; nil where there are none.
	Logins Logins

	lock *os.File
}

func (s *Store) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Store) folder(id string) string { return filepath.Join(s.Dir, id) }
func (s *Store) undo(id string, n int) string {
	return filepath.Join(s.Dir, id, "undo", fmt.Sprintf("%d.before", n+1))
}
func (s *Store) journal(id string) string        { return filepath.Join(s.Dir, id, "journal") }
func (s *Store) temp(p *Plan, n int) string      { return tempName(p.Files[n].Real, p.ID, n) }
func (s *Store) plan(id string) string           { return filepath.Join(s.Dir, id, "plan.json") }
func (s *Store) UndoFolder(id string) string     { return filepath.Join(s.Dir, id, "undo") }
func (s *Store) patch(id string) string          { return filepath.Join(s.Dir, id, "change.patch") }
func (s *Store) path(id string, n string) string { return filepath.Join(s.Dir, id, n) }

// begin takes the lock of the store, and clears away what a crash left. Every other method that writes needs it.
func (s *Store) begin() error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return fmt.Errorf("making the folder for plans: %w", err)
	}
	fi, err := os.Lstat(s.Dir)
	if err != nil {
		return err
	}
	if !fi.IsDir() || fi.Mode().Perm()&0o077 != 0 || int(statOf(fi).Uid) != os.Geteuid() {
		return refuse("%s has to be a folder that only you can use (mode 0700)", s.Dir)
	}
	f, err := os.OpenFile(filepath.Join(s.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("opening the lock: %w", err)
	}
	if err := flock(f); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return refuse("another why401 is applying or undoing a fix")
		}
		return fmt.Errorf("locking %s: %w", s.Dir, err)
	}
	s.lock = f
	return nil
}

func (s *Store) end() {
	if s.lock != nil {
		s.lock.Close()
		s.lock = nil
	}
}

// Keep writes the plan into the store, so that it can be applied by its ID. Nothing else is written.
func (s *Store) Keep(p *Plan) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	return s.keep(p)
}

func (s *Store) keep(p *Plan) error {
	if err := os.MkdirAll(s.folder(p.ID), 0o700); err != nil {
		return fmt.Errorf("making the plan's folder: %w", err)
	}
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := durable.Replace(s.plan(p.ID), append(b, '\n')); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return durable.SyncDir(s.Dir)
}

// Known reports that id is the ID of a plan in the store.
func (s *Store) Known(id string) bool {
	if !isID(id) {
		return false
	}
	_, err := os.Stat(s.plan(id))
	return err == nil
}

func isID(id string) bool {
	return len(id) == 8 && strings.Trim(id, "0123456789abcdef") == ""
}

// Plan reads a plan by its ID. Its files are not looked at.
func (s *Store) Plan(id string) (*Plan, error) {
	if !isID(id) {
		return nil, fmt.Errorf("%q is no ID of a plan: expected eight hexadecimal digits", id)
	}
	b, err := os.ReadFile(s.plan(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("no plan has the ID %s: why401 fix --status lists them", id)
	}
	if err != nil {
		return nil, err
	}
	var p Plan
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", s.plan(id), err)
	}
	if p.ID != id || len(p.Files)+len(p.Databases) == 0 {
		return nil, fmt.Errorf("%s is not the plan %s", s.plan(id), id)
	}
	for i := range p.Databases {
		p.Databases[i].logins = s.Logins
	}
	return &p, nil
}

// ids lists the plans, oldest first.
func (s *Store) ids() ([]string, error) {
	names, err := os.ReadDir(s.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	type dated struct {
		id string
		at time.Time
	}
	var all []dated
	for _, n := range names {
		if !n.IsDir() || !s.Known(n.Name()) {
			continue
		}
		if fi, err := os.Stat(s.plan(n.Name())); err == nil {
			all = append(all, dated{n.Name(), fi.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b dated) int { return a.at.Compare(b.at) })
	var ids []string
	for _, d := range all {
		ids = append(ids, d.id)
	}
	return ids, nil
}

// step is a line of the journal.
type step struct {
	Time time.Time `json:"time"`
	Step string    `json:"step"`
	Note string    `json:"note,omitempty"`
}

// The steps, in their order.
const (
	stepSaved      = "saved"    // the undo folder is whole; files may change from here on
	stepReplaced   = "replaced" // every file is the new one
	stepVerified   = "verified" // the controls passed
	stepBack       = "rolling-back"
	stepRolledBack = "rolled-back" // every file is the old one again, after a fix that did not hold
	stepUndoing    = "undoing"
	stepUndone     = "undone"
	stepStuck      = "stuck" // putting things back failed
)

// note adds a line to the journal and waits until it is on disk.
func (s *Store) note(id, what, note string) error {
	line, err := json.Marshal(step{s.now().UTC(), what, note})
	if err != nil {
		return err
	}
	// The line break in front ends a line that a crash cut off.
	if err := durable.Append(s.journal(id), slices.Concat([]byte{'\n'}, line, []byte{'\n'})); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}

// steps reads the journal from the last time that the undo was saved. A line that a crash cut off is none, for its step
// had not begun.
func (s *Store) steps(id string) ([]step, error) {
	b, err := os.ReadFile(s.journal(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []step
	for line := range strings.SplitSeq(string(b), "\n") {
		var st step
		if json.Unmarshal([]byte(line), &st) != nil {
			continue
		}
		if st.Step == stepSaved {
			out = nil
		}
		out = append(out, st)
	}
	return out, nil
}

func last(steps []step) string {
	if len(steps) == 0 {
		return ""
	}
	return steps[len(steps)-1].Step
}
