package replay

import (
	"io"
	"slices"
	"strings"

	"github.com/why401/why401/report"
)

// Schema names the form of the JSON.
const Schema = "why401.replay/1"

// Change is what becomes of requests that worked.
type Change string

// The changes, worst first.
const (
	Opened     Change = "opened"     // nobody is asked for a password any more
	Refused    Change = "refused"    // 4xx, or the connection is closed
	Fails      Change = "fails"      // 5xx
	Missing    Change = "missing"    // 404: nothing is there any more
	Unheard    Change = "unheard"    // no site listens on the port any more
	Redirected Change = "redirected" // 3xx
	Stripped   Change = "stripped"   // who is asked next does not get the credentials any more
	HandedOn   Change = "handed_on"  // who is asked next now gets the credentials, which it did not
	Elsewhere  Change = "elsewhere"  // another upstream, or another path of it
)

var order = []Change{Opened, Refused, Fails, Missing, Unheard, Redirected, Stripped, HandedOn, Elsewhere}

// Report is what would break.
type Report struct {
	Schema   string    `json:"schema"`
	Against  string    `json:"against"`
	Before   string    `json:"before,omitempty"`
	Program  string    `json:"program"`
	Logs     []string  `json:"logs"`
	Counts   Counts    `json:"counts"`
	Findings []Finding `json:"findings"` // worst first
	Open     []Open    `json:"open"`     // most requests first
	Notes    []string  `json:"notes,omitempty"`
}

// Counts are numbers of requests; those behind Replayed are parts of it, and where Share is below 1 they are of the sample.
type Counts struct {
	Lines     int64   `json:"lines"`     // of the logs that are requests
	Succeeded int64   `json:"succeeded"` // of these, let in
	WithUser  int64   `json:"with_user"` // of these, with a user
	Shapes    int     `json:"shapes"`    // different requests that were followed
	Share     float64 `json:"share"`     // of all different requests that were kept
	Replayed  int64   `json:"replayed"`
	Same      int64   `json:"same"`    // let in as before
	Changed   int64   `json:"changed"` // in a finding
	Open      int64   `json:"open"`    // could not be known
	// Other were refused by the old configuration as well, though the log says that they were let in: it was written under
	// another configuration.
	Other int64 `json:"refused_before"`
}

// Finding is what one line of the new configuration does to requests that worked.
type Finding struct {
	Change   Change  `json:"change"`
	Status   int     `json:"status,omitempty"`
	File     string  `json:"file,omitempty"`
	Line     int     `json:"line,omitempty"`
	Says     string  `json:"says"`
	WasFile  string  `json:"was_file,omitempty"` // of the old configuration: the line that is in force no more
	WasLine  int     `json:"was_line,omitempty"`
	Was      string  `json:"was,omitempty"`    // what it did
	Unless   string  `json:"unless,omitempty"` // for which of the requests it does not hold; the log does not tell them apart
	Requests int64   `json:"requests"`
	Users    int     `json:"users"`
	Routes   []Route `json:"routes"` // the most asked for first, at most 10
	Example  Example `json:"example"`
}

// Route is a group of requests.
type Route struct {
	Method   string `json:"method"`
	Host     string `json:"host,omitempty"`
	Path     string `json:"path"`
	Requests int64  `json:"requests"`
}

// Example is a line of a log that shows one such request.
type Example struct {
	File string `json:"file"`
	Line int64  `json:"line"`
}

// Open is why requests could not be followed to one end.
type Open struct {
	What     string  `json:"what"`
	Requests int64   `json:"requests"`
	Refusal  bool    `json:"may_be_refused"` // one of the ends is a refusal
	Example  Example `json:"example"`
}

// Breaks reports that something would change for requests that worked.
func (r *Report) Breaks() bool { return len(r.Findings) > 0 }

// WriteJSON writes the report as one object.
func (r *Report) WriteJSON(w io.Writer) error {
	return report.EncodeJSON(w, r)
}

func (r *Report) sort() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		if d := slices.Index(order, a.Change) - slices.Index(order, b.Change); d != 0 {
			return d
		}
		if a.Requests != b.Requests {
			return int(b.Requests - a.Requests)
		}
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	slices.SortStableFunc(r.Open, func(a, b Open) int {
		if a.Requests != b.Requests {
			return int(b.Requests - a.Requests)
		}
		return strings.Compare(a.What, b.What)
	})
}
