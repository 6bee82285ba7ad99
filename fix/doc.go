// Package fix carries a remedy out: the only package that writes to a server's files.
//
// A remedy with edits becomes a Plan, which says what would change and writes nothing. Store.Apply carries it out: what
// stands there is saved first, each file is replaced as a whole, the server's own test runs, the server reloads, and the
// controls decide (Controls): the failing request passes, nobody gets in without a credential or with a wrong one, another
// request goes on working. When one of them fails, everything is put back. Store.Undo puts it back later; it needs neither
// a network nor a running server. docs/fixing.md is the user's side of it.
//
// After a crash at any point each file is the old or the new one, and Store.Status says which (Store.Recover). The order
// that gives this is: undo folder on disk, journal line, temporary file beside the target, rename, folder synced.
package fix

import (
	"fmt"
	"strings"
)

// Refused is the error for a change that is not made because it would not be safe. Nothing was written to the server's
// files. Why are lower-case sentences without a full stop.
type Refused struct {
	Why   []string
	Patch string // the patch file that was handed out, "" when there is none
	Host  string // the name that has to be typed, when that is all that is missing
}

func (r *Refused) Error() string { return "not changed: " + strings.Join(r.Why, "; ") }

func refuse(format string, args ...any) *Refused {
	return &Refused{Why: []string{fmt.Sprintf(format, args...)}}
}

// RolledBack is the error for a change that was made, did not hold, and was taken back: the files are what they were.
type RolledBack struct {
	Why string // what went wrong, in words
	Err error
}

func (r *RolledBack) Error() string { return "rolled back: " + r.Why }
func (r *RolledBack) Unwrap() error { return r.Err }

// NeedsPerson is the error for a state that a person has to look at: something went wrong, and putting things back did too.
type NeedsPerson struct {
	ID  string
	Why string
	Dir string // the folder with the saved files and a README
	Err error
}

func (n *NeedsPerson) Error() string {
	return fmt.Sprintf("%s; what was saved is in %s, with a README", n.Why, n.Dir)
}
func (n *NeedsPerson) Unwrap() error { return n.Err }
