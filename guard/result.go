// Package guard runs a contract (guard/contract): it asks what each row asks, compares what came with what should, and
// has every broken row diagnosed in full, so that the same refusal never comes back unseen.
//
// It sends through package probe and keeps its rules: a credential goes to its target's origin alone, a password that was
// refused is not sent again, only safe methods go out unless the row says otherwise. A target that is down is no failure
// of authentication: its rows could not be told.
package guard

import (
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/report"
)

// State is how a row ended.
type State string

// The states.
const (
	Held         State = "held"
	Broken       State = "broken"
	CouldNotTell State = "could_not_tell" // the target is down, a secret is missing, a rule held the request back
)

// Check is one row as one client asks it: the unit that is run, reported and watched.
type Check struct {
	Row    *contract.Row
	Client *contract.Client // nil for rows of kind login, which ask with a browser of their own
}

// Name is unique in the contract: the row's name, and the client's where the row has several.
func (c Check) Name() string {
	if c.Client == nil || len(c.Row.Clients) < 2 {
		return c.Row.Name
	}
	return c.Row.Name + " (" + c.Client.Name + ")"
}

// Result is one run of a contract.
type Result struct {
	Contract string // the file, as it was named
	Started  time.Time
	Took     time.Duration
	Rows     []*RowResult // in the contract's order
}

// Count says how many rows ended in state s.
func (r *Result) Count(s State) int {
	n := 0
	for _, row := range r.Rows {
		if row.State == s {
			n++
		}
	}
	return n
}

// RowResult is what came of one check.
type RowResult struct {
	Check       Check
	State       State
	Because     string       // of a row that could not be told: why, in words that may be shown
	Differences []Difference // of a broken row: what was expected and what was found
	// Exchanges are what was sent and came, the row's own question first; Exchanges[Answer] is the one that was judged.
	Exchanges []*exchange.Exchange
	Answer    int
	// Report is the diagnosis of a broken row, nil for the others. Its verdict may be empty: then nobody refused, and
	// Differences alone say what is wrong.
	Report  *report.Report
	Notes   []string // what the run itself has to say; may be shown
	Files   []string // what was written beside: a HAR, a screenshot
	Started time.Time
	Took    time.Duration
}

// Judged is the exchange whose answer was compared, nil when nothing was asked.
func (r *RowResult) Judged() *exchange.Exchange {
	if r.Answer < 0 || r.Answer >= len(r.Exchanges) {
		return nil
	}
	return r.Exchanges[r.Answer]
}

// Difference is one expectation that did not come true. The texts may be shown.
type Difference struct {
	What     string // "status", "challenge", "identity", "cookie sid", "CORS", "cache", "reaches", "redirect", "login"
	Expected string
	Found    string
	Cause    string // id of the catalogue's cause that this difference itself shows; "" for none
	Proved   bool   // the difference decides that cause by itself
	At       contract.Place
}
