// Package state is what a watch remembers, and whose turn it is: the state of each row, the answers it gave, and the
// messages that are to be sent. Store is the one interface in front of it. Local keeps it in a file of one machine; a
// store for several machines takes the same place, and package storetest holds what each of them must do.
//
// The package judges no answer and sends nothing. It holds no secret: what it keeps of an exchange was redacted before.
package state

import (
	"time"

	"github.com/why401/why401/compare"
)

// Row is a row of the contract as the store needs it.
type Row struct {
	ID     string        `json:"id"`     // unique in the contract
	Target string        `json:"target"` // origin that it asks; one row of a target runs at a time
	Every  time.Duration `json:"every"`  // from one answer to the next
	Shape  string        `json:"shape"`  // changes when the row does
	Shown  string        `json:"shown"`  // what it asks, for people: "GET https://api.example.com/me as alice"
}

// Outcome is how a run ended.
type Outcome string

// The outcomes. Unclear is a target that is down, or a rule that forbade to ask: no failure of authentication.
const (
	NotYet   Outcome = ""
	Held     Outcome = "held"
	Broken   Outcome = "broken"
	Unclear  Outcome = "unclear"
	Unstable Outcome = "unstable" // told instead of the others while they take turns
)

// Standing is what is known of a row. Two answers are equal when Outcome, Cause and Step are.
type Standing struct {
	Outcome   Outcome `json:"outcome"`
	Cause     string  `json:"cause,omitempty"` // id of the catalogue, "unknown" when none could be told
	Step      string  `json:"step,omitempty"`  // of Unclear: where it failed ("connect"); of Broken: the rows' expectation that failed
	Title     string  `json:"title,omitempty"` // in words
	Grade     string  `json:"grade,omitempty"`
	RefusedBy string  `json:"refused_by,omitempty"`
	FaultAt   string  `json:"fault_at,omitempty"`
	Status    int     `json:"status,omitempty"` // of the last answer, 0 when none came
}

// Same compares what a change is told for.
func (s Standing) Same(o Standing) bool {
	return s.Outcome == o.Outcome && s.Cause == o.Cause && s.Step == o.Step
}

// Halt says that the row's credential was refused. It is not sent again until Tag or the row changes, or a person says so.
type Halt struct {
	At  time.Time `json:"at"`
	Tag string    `json:"tag"` // secret.Text.Tag of the credential
	Why string    `json:"why"`
}

// Expiry is something that ends at a known time.
type Expiry struct {
	What string    `json:"what"` // "certificate", "token"
	At   time.Time `json:"at"`
}

// State is all that is remembered of a row but for its exchanges.
type State struct {
	Row
	Rev   uint64    `json:"rev"`   // grows with every write; what Record compares
	Due   time.Time `json:"due"`   // when it is asked next
	Lease Lease     `json:"lease"` // who asks now

	Runs  uint64    `json:"runs"` // answers recorded so far
	Now   Standing  `json:"now"`  // the last answer
	Count int       `json:"same"` // how many answers in a row were equal to it
	Since time.Time `json:"since"`
	Last  time.Time `json:"last"`      // time of the last answer
	Held  time.Time `json:"last_held"` // time of the last good one

	Symptom string `json:"symptom,omitempty"` // what the last answer looked like, without why

	Told    Standing    `json:"told"` // what people were told last
	ToldAt  time.Time   `json:"told_at"`
	Changes uint64      `json:"changes"` // how many changes were told
	Recent  []time.Time `json:"recent"`  // of the latest of them

	Halt    *Halt                `json:"halt,omitempty"`
	Expiry  []Expiry             `json:"expiry,omitempty"`
	Changed []compare.Difference `json:"changed,omitempty"` // between the last good and the first bad exchange
	Note    string               `json:"note,omitempty"`    // why it was not asked when it was due
}

// Lease says who runs a row, and until when nobody else may.
type Lease struct {
	By    string    `json:"by,omitempty"`
	Until time.Time `json:"until"`
}

// Entry is one answer in the history of a row.
type Entry struct {
	Run    uint64        `json:"run"` // from 1
	At     time.Time     `json:"at"`
	Took   time.Duration `json:"took"`
	Answer Standing      `json:"answer"`
}

// HistoryLength is how many answers of a row are kept: a day of a row that is asked every five minutes.
const HistoryLength = 288

// Kept is an exchange with all its hops, as it is kept: redacted, with what is needed to compare it.
type Kept struct {
	At   time.Time `json:"at"`
	Hops []Hop     `json:"hops"`
}

// Hop is one request and its answer.
type Hop struct {
	Text    string       `json:"text"`              // both messages, redacted
	Failure string       `json:"failure,omitempty"` // when no answer came: "connect: connection refused"
	TLS     *Certificate `json:"tls,omitempty"`
	Token   *TokenKey    `json:"token,omitempty"`
}

// TokenKey names the key that signed the JWT of a request.
type TokenKey struct {
	Alg string `json:"alg"`
	Kid string `json:"kid,omitempty"` // "" when it must not be shown
	Tag string `json:"tag"`           // secret.Text.Tag of it
}

// Certificate is what the server showed.
type Certificate struct {
	Subject  string    `json:"subject"`
	Issuer   string    `json:"issuer"`
	NotAfter time.Time `json:"not_after"`
	Names    []string  `json:"names"`
	Problem  string    `json:"problem,omitempty"` // why it is not trusted
	Asked    bool      `json:"asked,omitempty"`   // it asks for the client's
}

// Which of the two exchanges that are kept of a row.
type Which string

// The last answer that was as agreed, and the first that was not.
const (
	LastGood Which = "good"
	FirstBad Which = "bad"
)
