package state

import (
	"time"

	"github.com/why401/why401/compare"
)

// Alert is a message about one change of one row for one channel, from the moment it is written down until it is
// delivered or given up.
type Alert struct {
	Key     string `json:"key"`     // the same for the same change and channel, whatever happens between: receivers may know it by this
	Channel string `json:"channel"` // name of the channel
	Seq     uint64 `json:"seq"`     // place in the channel's queue; set by the store
	Rev     uint64 `json:"rev"`     // grows with every write; set by the store
	Event   Event  `json:"event"`

	Status  Delivery  `json:"status"`
	Lease   Lease     `json:"lease"`
	Queued  time.Time `json:"queued"`
	After   time.Time `json:"after"` // not before this
	Tries   int       `json:"tries"`
	Repeat  bool      `json:"repeat,omitempty"` // it may have arrived before
	Settled time.Time `json:"settled"`
	Why     string    `json:"why,omitempty"` // the last trouble
}

// Delivery is how far a message has come.
type Delivery string

// The steps. A message is Sending from before its first byte that could deliver it leaves until the answer is written
// down. One that was cut off there is InDoubt: it may have arrived, and it may not.
const (
	Waiting Delivery = "waiting"
	Sending Delivery = "sending"
	Sent    Delivery = "sent"
	InDoubt Delivery = "in doubt"
	GivenUp Delivery = "given up"
)

// Open reports that something is left to do.
func (d Delivery) Open() bool { return d == Waiting || d == Sending }

// Event is a change of cause.
type Event struct {
	Row     string               `json:"row"`
	Shown   string               `json:"shown"`
	Number  uint64               `json:"number"` // which change of the row, from 1
	From    Standing             `json:"from"`
	To      Standing             `json:"to"`
	Since   time.Time            `json:"since"` // the first answer that was like it
	At      time.Time            `json:"at"`    // when it was written down
	Held    time.Time            `json:"last_held"`
	Changed []compare.Difference `json:"changed"`
	Halted  string               `json:"halted,omitempty"` // why the row is not asked any more
	Doubt   uint64               `json:"doubt,omitempty"`  // an earlier change whose message may not have arrived
}
