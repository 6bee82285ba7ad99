package state

import (
	"context"
	"fmt"
	"time"
)

// Store keeps states and says whose turn it is. What a method has returned without an error is kept whatever happens
// to the process next. Its methods may be called from several goroutines, and for a shared store from several machines.
type Store interface {
	// Plan sets the rows that are watched. A row that is new is due at first(row); one that is gone is forgotten; one whose
	// Shape is another keeps what people were told, loses its halt and is due at first(row).
	Plan(ctx context.Context, rows []Row, first func(Row) time.Time) error

	// Claim gives the row that is due longest to the caller, for lease at most, and moves its Due to now+Every: a run that is
	// cut off is not repeated at once. No target has two claims at a time, and none before its rest is over. The error is
	// *NothingDue when there is none.
	Claim(ctx context.Context, now time.Time, lease time.Duration) (State, error)

	// Record writes a run down, as a whole or not at all: the state that follows from the answer, the answer, the exchanges,
	// the messages. It is ErrLost when the row was written by somebody else since it was claimed: nothing is kept then.
	Record(ctx context.Context, claimed State, r Result) error

	// States are all rows by ID; State is one (ErrNoRow).
	States(ctx context.Context) ([]State, error)
	State(ctx context.Context, id string) (State, error)

	// History is the latest answers of a row, oldest first, at most HistoryLength.
	History(ctx context.Context, id string) ([]Entry, error)

	// Kept is an exchange of a row, nil when there is none.
	Kept(ctx context.Context, id string, which Which) (*Kept, error)

	// Again lifts the halt of a row, because a person says so, and makes it due.
	Again(ctx context.Context, id string, now time.Time) error

	// TakeAlert leases the first open message of a channel, in the order in which they were written. The error is
	// *NothingDue when the first has to wait, is taken, or there is none.
	TakeAlert(ctx context.Context, channel string, now time.Time, lease time.Duration) (Alert, error)

	// WriteAlert writes the next step of a message that the caller took, with its new Status. It is ErrLost when somebody else
	// wrote it since; a is brought up to date otherwise. A step that leaves Status open and is not Sending ends the lease.
	WriteAlert(ctx context.Context, a *Alert) error

	// CutOff are the messages that were Sending when their sender ended.
	CutOff(ctx context.Context, now time.Time) ([]Alert, error)

	// Alerts are the open messages and the latest settled ones, oldest first.
	Alerts(ctx context.Context) ([]Alert, error)

	// Instance is a name of the store that was drawn when it was made.
	Instance() string

	Close() error
}

// Result is what a run changes.
type Result struct {
	State  State  // of the row; Row, Rev and Lease are the store's
	Entry  *Entry // nil when nothing was asked
	Good   *Kept  // nil: what is kept stays
	Bad    *Kept
	Alerts []Alert   // Key, Channel, Event, Queued, After
	Free   time.Time // when the target may be asked again
}

// NothingDue says when to ask again; the zero time when nothing is known to become due.
type NothingDue struct{ Next time.Time }

func (n *NothingDue) Error() string { return "nothing is due" }

// Errors of a Store.
var (
	ErrLost  = fmt.Errorf("somebody else has written it since")
	ErrNoRow = fmt.Errorf("there is no such row")
)

// Damaged is a record that is not what was written.
type Damaged struct {
	File, Bucket, Key string
	Err               error
}

func (d *Damaged) Error() string {
	return fmt.Sprintf("%s: the record %s/%q is damaged (%v); move the file away to begin anew: the passwords that were refused are in the ledger, not here", d.File, d.Bucket, d.Key, d.Err)
}

func (d *Damaged) Unwrap() error { return d.Err }
