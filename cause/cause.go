// Package cause says what a cause is: a reason for a refusal that can be suspected from a case, put to the test by
// experiments, and mended by remedies. The causes themselves live in causes/<family>, one per stem: <id>.go looks,
// <id>.md explains and holds the scenarios that test it.
//
// A cause never sends, prints or writes. It looks at a View, which is a pure function of the case, and answers with a
// Suspicion: how well the evidence fits, and which experiments would decide. Every experiment carries its prediction,
// so that the verdict is a prediction that came true.
package cause

import (
	"fmt"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/site"
)

// Cause is one entry of the catalogue.
type Cause struct {
	ID     string // kebab-case, never changes
	Title  string // one plain line, at most 60 characters
	Family string // the folder it lives in: "client", "token", ...

	// RefusedBy and FaultAt are the layers this cause usually has; a Suspicion may know better. An empty RefusedBy
	// means "whoever wrote the reply".
	RefusedBy, FaultAt exchange.Layer

	// Hides names more general causes that say the same thing with less: when this one holds, they are not reported.
	Hides []string

	// Suspect says how well v fits, or nil when it does not. It must be cheap and free of side effects. A cause that is
	// known by its signs alone has none.
	Suspect func(v *View) *Suspicion

	// Partial says that Suspect takes nothing that is unseen for absent, so that it may look at a record that shows only
	// a part of the exchange (see exchange.Parts). Without it Suspect is asked about whole exchanges only.
	Partial bool

	// Audit names every place in a server's configuration at which this cause will refuse somebody; nil for a cause that no
	// configuration shows. Like Suspect it only looks.
	Audit func(c *conf.Config) []Sighting
	// Traced says how well this cause explains what c does with one request; nil when a trace tells it nothing.
	Traced func(c *conf.Config, t *conf.Trace) *Suspicion
	// Installed names every place in the files of an installed system (WordPress, CiviCRM, Magento, Drupal) at which this cause
	// will refuse somebody; nil for a cause that they do not show. Like Suspect it only looks.
	Installed func(in *site.Installation) []Sighting
}

// Sighting is a place in a configuration, of a server or of an installed system, at which a cause will refuse somebody.
type Sighting struct {
	Place    conf.Place
	Says     string // one plain sentence: who will be refused, and why
	Grade    Grade  // Proved where the files decide by themselves; Likely where it depends on what they do not show
	Scope    *conf.Scope
	Remedies []Remedy
	Raise    []Raise // what would decide, below Proved
}

// Grade says how sure a verdict is.
type Grade int

// The grades. Proved takes a witness (two exchanges that differ in one thing and end differently) or an artefact that
// decides by itself; a wrong Proved is the worst defect this program can have.
const (
	Unknown Grade = iota
	Likely
	Strong
	Proved
)

var gradeNames = [...]string{"unknown", "likely", "strong", "proved"}

func (g Grade) String() string { return gradeNames[g] }

// MarshalText writes the grade's word.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads the grade's word.
func (g *Grade) UnmarshalText(b []byte) error {
	for i, n := range gradeNames {
		if n == string(b) {
			*g = Grade(i)
			return nil
		}
	}
	return fmt.Errorf("grade %q: expected unknown, likely, strong or proved", b)
}

// Suspicion is a cause that fits the case so far.
type Suspicion struct {
	// Grade is what the evidence in hand carries, with no further experiment: Likely when it merely fits, Strong when
	// little else fits, Proved when an artefact decides by itself.
	Grade Grade
	// Weight orders suspects of one grade and tells the engine what to test first; 0 to 1. Below 0.3 a suspect is
	// never reported without a held experiment.
	Weight  float64
	Because []fact.Fact // two or three facts a sceptic can check

	// What follows is optional.
	Title       string // more exact than the cause's: `the token is for another audience ("account")`
	RefusedBy   exchange.Layer
	FaultAt     exchange.Layer
	Where       Location
	Trials      []Trial  // experiments that would decide, best first
	Raise       []Raise  // what would decide, when no experiment from here can
	Remedies    []Remedy // one that helps now first, then one for good
	Independent bool     // a fault of its own, to be reported beside another verdict
	Signed      *Signed  // what the client signed beside what the server read, for causes about signatures
}

// Signed lays the text that the client signed beside the server's, line by line.
type Signed struct {
	Scheme string // "AWS Signature Version 4"
	Pairs  []form.Pair
	First  int    // the place of the first pair that differs
	Source string // how the server's side is known: "the server's own words", "request 2, which was let in"
}

// SuspectAt is a suspicion with one fact, read at a place.
func SuspectAt(g Grade, weight float64, from fact.Source, sentence string) *Suspicion {
	return &Suspicion{Grade: g, Weight: weight, Because: []fact.Fact{{Text: sentence, From: from}}}
}

// Weightier is the weightier of two suspicions, either of which may be nil; a when they weigh the same.
func Weightier(a, b *Suspicion) *Suspicion {
	if b.Outweighs(a) {
		return b
	}
	return a
}

// Outweighs reports that s is surer than t: by its grade, and within one grade by its weight. Anything outweighs nil.
func (s *Suspicion) Outweighs(t *Suspicion) bool {
	return s != nil && (t == nil || s.Grade > t.Grade || s.Grade == t.Grade && s.Weight > t.Weight)
}

// Location is the place of the fault.
type Location struct {
	Hop  int // exchange number, 0 when not a hop
	File string
	Line int
}

// Trial is an experiment: one change to the failing request and what will be seen if the cause is right.
type Trial struct {
	Key     string                                      // equal keys are one experiment, run once and shared
	Change  string                                      // `the same token with "Bearer " before it`
	Edit    func(exchange.Request) exchange.Request     // the change; it gets a copy
	Predict string                                      // "200 in place of 401"
	Holds   func(failing, seen *exchange.Exchange) bool // did the prediction come true?
	Grade   Grade                                       // what a prediction that came true carries; Proved when zero
	Refutes bool                                        // a prediction that failed rules the cause out
	Follow  bool                                        // follow redirects as the user's agent would
	Direct  bool                                        // without the forward proxy
	Token   bool                                        // with the token that a registry's challenge points to, as docker gets it
	Fresh   bool                                        // without the login that the agent would add: the request alone
	Asks    Asks                                        // whom it asks, when it is no change to the failing request
}

// Asks says what an experiment is that changes nothing about the failing request. It has no prediction: what it brings
// is read by the next round of suspicion (View.Published).
type Asks int

// What is asked.
const (
	TheRequest    Asks = iota
	ADocument          // a published document, without any credential
	Introspection      // an issuer, about the token (RFC 7662), with the client that the user named for it
)

// Raise is one observation that would decide, for whoever has access.
type Raise struct {
	Command string // runs as printed
	Where   string // "on the web server", "here"
	Would   string // what its outcome tells
}

// Remedy is a fix as a plan.
type Remedy struct {
	ID     string
	Title  string // imperative, one line
	For    string // client, server, idp
	Effect string // what changes
	Opens  string // what it opens; "nothing" when nothing
	Steps  []string
	Verify string
	Undo   string

	// Edits are the change itself, where it is one of a server's configuration that was read; Server is the program that
	// is tested and reloaded after it ("nginx"). The package fix carries it out.
	Server string
	Edits  []conf.Edit
}
