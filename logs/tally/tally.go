// Package tally keeps of many log lines what is needed to tell incidents, in bounded memory, so that parts can be put
// together: the tally of a day's log, and the tallies of its parts merged in any order, however the lines were dealt out,
// are the same.
//
// That holds because everything in a Tally is a function of the lines as a set. Counts per time are sums. What has a key
// (a client, a kind of refusal, a sentence of an error log) stands in a Table, which keeps the keys whose hashes are the
// smallest: what it keeps is exact, what it leaves out is a fair sample of all keys, and which keys those are depends on
// the keys alone. Nothing is decided while lines come in; package logs does that from the finished Tally.
package tally

import (
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/why401/why401/logs/line"
)

// The bounds. Below them every number is exact; above them a Table says by Share how much of it is left, and a count made
// from n kept keys is off by about 1/sqrt(n).
const (
	maxKinds   = 16_000  // kinds of refused requests: client, user, route, status, agent ...
	maxMoments = 240_000 // minutes of one kind, over all kinds
	maxMarks   = 48_000  // minutes of one client at one URL, to find negotiations
	maxParties = 32_000  // clients and users
	maxSample  = 16_000  // accepted requests that stand for all of them
	maxPhrases = 8_000   // sentences of error logs, per client and user
	maxJoins   = 16_000  // requests that were not served and have an id
	maxMinutes = 4_096   // time buckets; wider ones are taken when a log has more
)

// Tally is what is kept of the lines.
type Tally struct {
	Lines   int64 // that were given to Add
	Untimed int64 // of these, without a time; they are counted and not used
	Access  int64 // requests

	Time    Times          // what was answered, over time
	Refused *Table[Kind]   // requests that were refused, or may have been
	Other   *Table[Kind]   // redirects, bad requests and failures, which only other lines can explain
	Marks   *Table[Mark]   // what one client was told at one URL, to the second
	Parties *Table[Party]  // clients and users
	Sample  *Table[Sample] // accepted requests
	Phrases *Table[Phrase] // sentences of error logs and events
	// Requests joins the rows of Refused and Other to those of Phrases. Its keys are the hashes of request ids, so both
	// sides of a request are kept or left out together, in whichever part each stands.
	Requests *Table[Request]
	Formats  map[string]bool // names of the formats read
	Lacks    Lacks           // fields that access lines did not have

	files  []string
	texts  [maxTexts]string // that were kept last, by their hashes
	agents map[string]*knownAgent
	recent [maxRecent]*knownAgent
	routes [1 << 14]knownRoute // of the paths that came last, by their hashes
	buf    []byte
	last   *Answers // of the minute of the last line
	minute uint32

	waiting touches
}

// Lacks counts access lines by the fields that they leave out.
type Lacks struct {
	User, Upstream, UpstreamStatus, RequestID, Agent int64
}

// New makes an empty tally. files are the names that line.Line's File counts.
func New(files ...string) *Tally {
	return &Tally{
		files:    files,
		Time:     Times{Width: 1, At: map[uint32]*Answers{}},
		Refused:  newWeighed(maxKinds, maxMoments, (*Kind).weighs),
		Other:    newWeighed(maxKinds, maxMoments, (*Kind).weighs),
		Marks:    NewTable[Mark](maxMarks),
		Parties:  NewTable[Party](maxParties),
		Sample:   NewTable[Sample](maxSample),
		Phrases:  newWeighed(maxPhrases, maxMoments, (*Phrase).weighs),
		Requests: NewTable[Request](maxJoins),
		Formats:  map[string]bool{},
		agents:   map[string]*knownAgent{},
	}
}

// Add takes one line. Nothing of l is kept.
func (t *Tally) Add(l *line.Line) {
	t.Lines++
	if l.Time.IsZero() || l.Time.Unix() <= 0 || l.Time.Unix() >= 1<<37 {
		t.Untimed++
		return
	}
	if l.Kind == line.Access && l.Status != 0 {
		t.access(l)
		return
	}
	t.phrase(l)
}

// Place is where a line stands.
type Place struct {
	At   int64 // seconds of Unix time
	File string
	N    int64
}

func (t *Tally) place(l *line.Line) Place {
	name := ""
	if l.File < len(t.files) {
		name = t.files[l.File]
	}
	return Place{At: l.Time.Unix(), File: name, N: l.N}
}

func (p Place) before(q Place) bool {
	if p.At != q.At {
		return p.At < q.At
	}
	if p.File != q.File {
		return p.File < q.File
	}
	return p.N < q.N
}

// Time is the place's time in UTC.
func (p Place) Time() time.Time { return time.Unix(p.At, 0).UTC() }

// maxPlaces is how many lines of a kind are kept as evidence: the first ones.
const maxPlaces = 3

// keepFirst adds p to the first few places.
func keepFirst(places []Place, p Place) []Place {
	if len(places) == maxPlaces && !p.before(places[maxPlaces-1]) {
		return places
	}
	i := len(places)
	for i > 0 && p.before(places[i-1]) {
		i--
	}
	if i > 0 && places[i-1] == p {
		return places
	}
	if len(places) < maxPlaces {
		places = append(places, Place{})
	}
	copy(places[i+1:], places[i:])
	places[i] = p
	return places
}

// text gives b as a string, mostly the same one for the same bytes.
func (t *Tally) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	b = b[:min(len(b), maxText)]
	known := &t.texts[xxhash.Sum64(b)%maxTexts]
	if *known != string(b) {
		*known = string(b)
	}
	return *known
}

// maxTexts is how many texts are remembered so that they are kept once.
const maxTexts = 1 << 13

// maxText is the length at which names and routes are cut.
const maxText = 160

// Merge adds what o has to t. o must not be used afterwards.
func (t *Tally) Merge(o *Tally) {
	t.settle()
	o.settle()
	t.Lines += o.Lines
	t.Untimed += o.Untimed
	t.Access += o.Access
	t.Time.merge(&o.Time)
	t.last = nil
	t.Refused.Merge(o.Refused, (*Kind).merge)
	t.Other.Merge(o.Other, (*Kind).merge)
	t.Marks.Merge(o.Marks, (*Mark).merge)
	t.Parties.Merge(o.Parties, (*Party).merge)
	t.Sample.Merge(o.Sample, (*Sample).merge)
	t.Phrases.Merge(o.Phrases, (*Phrase).merge)
	t.Requests.Merge(o.Requests, (*Request).merge)
	for f := range o.Formats {
		t.Formats[f] = true
	}
	a, b := &t.Lacks, o.Lacks
	a.User, a.Upstream, a.UpstreamStatus = a.User+b.User, a.Upstream+b.Upstream, a.UpstreamStatus+b.UpstreamStatus
	a.RequestID, a.Agent = a.RequestID+b.RequestID, a.Agent+b.Agent
}

// Trim cuts every table to its bound. It is called before the tally is read or written.
func (t *Tally) Trim() {
	t.settle()
	t.Refused.Trim()
	t.Other.Trim()
	t.Marks.Trim()
	t.Parties.Trim()
	t.Sample.Trim()
	t.Phrases.Trim()
	t.Requests.Trim()
	t.Time.settle()
	t.last = nil
}
