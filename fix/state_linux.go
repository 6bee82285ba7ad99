package fix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// State says how things stand with a plan.
type State string

// The states. They follow from the bytes of the files and rows; the journal only says how they came about.
const (
	Planned    State = "planned"                  // nothing was changed
	Applied    State = "applied"                  // every file is the new one, and the controls passed
	Unverified State = "applied, not verified"    // every file is the new one, and the run ended before the controls did
	Back       State = "not applied, rolled back" // every file is the old one again
	Undone     State = "not applied, undone"
	Half       State = "half applied"  // some files are new, some old; Recover puts the old ones back
	Changed    State = "changed since" // a file is neither the old nor the new one
	Unseen     State = "not known"     // the database does not answer
)

// On reports that the change is in force.
func (s State) On() bool { return s == Applied || s == Unverified }

// Standing is the state of one plan.
type Standing struct {
	ID     string
	Title  string
	State  State
	When   time.Time // of the last step
	Files  []string
	Rows   []string // what changes in a database
	Folder string   // with the undo, "" when nothing was saved
	Stuck  string   // why putting things back failed, "" when it did not
}

// All gives the standing of every plan in the store, oldest first. It changes nothing.
func (s *Store) All() ([]Standing, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	var out []Standing
	for _, id := range ids {
		st, err := s.Status(id)
		if err != nil {
			return out, err
		}
		out = append(out, st)
	}
	return out, nil
}

// Status gives the standing of one plan. It changes nothing; Recover before it clears away what a crash left.
func (s *Store) Status(id string) (Standing, error) {
	p, err := s.Plan(id)
	if err != nil {
		return Standing{}, err
	}
	steps, err := s.steps(id)
	if err != nil {
		return Standing{}, err
	}
	st := Standing{ID: id, Title: p.Title, When: p.Made}
	for i := range p.Files {
		st.Files = append(st.Files, p.Files[i].Path)
	}
	for _, d := range p.Databases {
		for _, ch := range d.Changes {
			st.Rows = append(st.Rows, ch.Says+" in the database "+d.Name)
		}
	}
	if len(steps) > 0 {
		st.When = steps[len(steps)-1].Time
	}
	if _, err := os.Stat(s.UndoFolder(id)); err == nil {
		st.Folder = s.UndoFolder(id)
	}
	if last(steps) == stepStuck {
		st.Stuck = steps[len(steps)-1].Note
	}
	if st.State, err = p.state(steps); st.State == Unseen {
		st.Stuck = p.unseen.Error()
	}
	return st, err
}

// state compares the files and rows with what they were and what they were to become.
func (p *Plan) state(steps []step) (State, error) {
	old, new, all := 0, 0, len(p.Files)
	for i := range p.Files {
		switch now, err := p.Files[i].side(); {
		case err != nil:
			return "", err
		case now == before:
			old++
		case now == after:
			new++
		}
	}
	for i := range p.Databases {
		o, n, err := p.Databases[i].tally(context.Background())
		if err != nil {
			p.unseen = err
			return Unseen, nil
		}
		old, new, all = old+o, new+n, all+len(p.Databases[i].Changes)
	}
	switch {
	case old+new < all:
		return Changed, nil
	case old > 0 && new > 0:
		return Half, nil
	case new > 0:
		for _, st := range steps {
			if st.Step == stepVerified {
				return Applied, nil
			}
		}
		return Unverified, nil
	}
	for _, st := range steps {
		switch st.Step {
		case stepUndoing, stepUndone:
			return Undone, nil
		case stepBack, stepRolledBack:
			return Back, nil
		}
	}
	if len(steps) > 0 {
		return Back, nil // it was begun, and every file is the old one
	}
	return Planned, nil
}

// Recover ends what a crash cut off: temporary files go, and of a plan of which only some files are new, the old ones come
// back. Plans whose time is over go as well. It gives, in words, what it did. A store that is not there is left so.
func (s *Store) Recover() ([]string, error) {
	if _, err := os.Stat(s.Dir); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.end()
	return s.recover()
}

func (s *Store) recover() ([]string, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	var did []string
	var errs []error
	for _, id := range ids {
		said, err := s.recoverOne(id)
		did = append(did, said...)
		errs = append(errs, err)
	}
	return did, errors.Join(errs...)
}

func (s *Store) recoverOne(id string) (did []string, err error) {
	p, err := s.Plan(id)
	if err != nil {
		return nil, err
	}
	for i := range p.Files {
		temp := s.temp(p, i)
		if _, err := os.Lstat(temp); err == nil {
			if err := discard(temp); err != nil {
				return did, err
			}
			did = append(did, "removed "+temp+", which an interrupted run left")
		}
	}
	for _, left := range []string{"undo.new", "plan.json.new"} {
		if err := os.RemoveAll(s.path(id, left)); err != nil {
			return did, err
		}
	}
	steps, err := s.steps(id)
	if err != nil {
		return did, err
	}
	state := Planned
	if len(p.Databases) == 0 || underway(steps) { // a database is not asked about what ended long ago
		if state, err = p.state(steps); err != nil {
			return did, err
		}
	}
	if state == Unseen {
		return append(did, fmt.Sprintf("how the fix %s stands cannot be seen: %v", id, p.unseen)), nil
	}
	if state == Half {
		if err := s.putBack(p); err != nil {
			return did, err
		}
		what := "two files"
		if len(p.Databases) > 0 {
			what = "two steps"
			if err := p.clean(context.Background()); err != nil {
				did = append(did, err.Error())
			}
		}
		did = append(did, "the fix "+id+" was interrupted between "+what+": the old ones are back")
		return did, s.note(id, stepRolledBack, "after an interruption")
	}
	at := p.Made
	if len(steps) > 0 {
		at = steps[len(steps)-1].Time
	}
	if s.now().Sub(at) > keepFor {
		if err := os.RemoveAll(s.folder(id)); err != nil {
			return did, err
		}
		did = append(did, "removed the plan "+id+" and its undo, which are older than 30 days")
	}
	return did, nil
}

// underway reports a change or an undo that had begun and not ended.
func underway(steps []step) bool {
	switch last(steps) {
	case stepSaved, stepReplaced, stepBack, stepUndoing, stepStuck:
		return true
	}
	return false
}

// putBack replaces each file that is the new one by what was saved, with its metadata, removes one that was made, and puts each
// such row back; one that is already the old one stays. One that is neither makes it stop before any file is written.
func (s *Store) putBack(p *Plan) error {
	for i := range p.Databases {
		if err := p.Databases[i].putBack(context.Background()); err != nil {
			return err
		}
	}
	type one struct {
		n       int
		content []byte
	}
	var todo []one
	for i := range p.Files {
		f := &p.Files[i]
		if f.untouched() {
			continue
		}
		now, err := f.side()
		if err != nil {
			return err
		}
		if now == neither {
			return refuse("%s was changed by somebody else since the fix: to put the old one back would take that change away", f.Path)
		}
		if f.Made {
			todo = append(todo, one{i, nil})
			continue
		}
		content, err := os.ReadFile(s.undo(p.ID, i))
		if err != nil {
			return err
		}
		if sum(content) != f.Was {
			return refuse("%s is not what was saved any more", s.undo(p.ID, i))
		}
		todo = append(todo, one{i, content})
	}
	for _, t := range todo {
		f := &p.Files[t.n]
		if f.Made {
			if err := remove(f.Real); err != nil {
				return err
			}
			continue
		}
		if err := replace(f.Real, s.temp(p, t.n), t.content, f.Meta); err != nil {
			return err
		}
	}
	return nil
}
