// Package report is the answer: who refused, why, with what proof, and what to do. Report is the object that --json
// writes (schema why401.report/1); the other files of this package render it for people and machines, one escape per
// medium. Nothing here decides anything.
package report

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// Schema names the form of the JSON object. Fields are only ever added within one number.
const Schema = "why401.report/1"

// Report is one diagnosis.
type Report struct {
	Schema   string      `json:"schema"`
	Tool     Tool        `json:"tool"`
	Input    string      `json:"input"`   // what was read, in words
	Outcome  Outcome     `json:"outcome"` // how it ended; the exit code follows from it
	Status   int         `json:"status"`  // of the answer the user saw, 0 when there was none
	Target   string      `json:"target"`  // origin asked
	Verdict  Verdict     `json:"verdict"`
	Also     []Verdict   `json:"also"`
	Suspects []Suspect   `json:"suspects"`
	RuledOut []RuledOut  `json:"ruled_out"`
	Path     []Stop      `json:"path"`
	Ladder   []Rung      `json:"ladder"` // the steps of an OAuth login or token request; empty when it is none
	Trace    []TraceStep `json:"trace"`  // the request's way through a configuration; empty without one
	Evidence []Evidence  `json:"evidence"`
	Witness  *Witness    `json:"witness"`
	Signed   *Signed     `json:"signed,omitempty"`
	Raise    []Raise     `json:"raise"`
	Remedies []Remedy    `json:"remedies"`
	Sent     []Sent      `json:"sent"`
	Notes    []string    `json:"notes"`
	Failure  *Failure    `json:"failure"`
	Next     string      `json:"next"` // the command to run next, ready to copy
	Redacted int         `json:"redactions"`
}

// Tool says which program wrote the report.
type Tool struct {
	Version string `json:"version"`
}

// Outcome is how a run ended.
type Outcome string

// The outcomes and their exit codes.
const (
	Healthy     Outcome = "healthy"     // 0
	Found       Outcome = "found"       // 1
	NotKnown    Outcome = "unknown"     // 3
	Unreachable Outcome = "unreachable" // 4
	Withheld    Outcome = "withheld"    // 7: refused for safety
	Interrupted Outcome = "interrupted" // 130
)

// ExitCode is the documented exit code of o.
func (o Outcome) ExitCode() int {
	switch o {
	case Healthy:
		return 0
	case Found:
		return 1
	case NotKnown:
		return 3
	case Unreachable:
		return 4
	case Withheld:
		return 7
	case Interrupted:
		return 130
	}
	return 70
}

// Verdict is one cause found.
type Verdict struct {
	Cause     string         `json:"cause"`
	Title     string         `json:"title"`
	Family    string         `json:"family"`
	RefusedBy exchange.Layer `json:"refused_by"`
	FaultAt   exchange.Layer `json:"fault_at"`
	Grade     cause.Grade    `json:"grade"`
	Location  Location       `json:"location"`
}

// Location is the place of the fault: a hop (exchange number) or a file and line.
type Location struct {
	Hop  int    `json:"hop,omitempty"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// Suspect is a cause that is still possible.
type Suspect struct {
	Cause   string      `json:"cause"`
	Title   string      `json:"title"`
	Grade   cause.Grade `json:"grade"`
	Because string      `json:"because"`
}

// RuledOut is a cause that was possible and is not any more.
type RuledOut struct {
	Cause   string `json:"cause"`
	Title   string `json:"title"`
	Because string `json:"because"`
}

// Stop is a station on the request's way.
type Stop struct {
	Name    string         `json:"name"`
	Kind    exchange.Layer `json:"kind"`
	Product string         `json:"product"`
	Result  string         `json:"result"` // passed, refused, not_reached, unknown
	Note    string         `json:"note,omitempty"`
}

// Rung is one step of an OAuth flow: authorize, callback, device, token, refresh, API call. The first that is refused is
// where the flow broke.
type Rung struct {
	Step     string `json:"step"`
	Exchange int    `json:"exchange,omitempty"` // number of the exchange that shows it, absent when none does
	Result   string `json:"result"`             // passed, refused, waiting, not_reached, not_seen
	Detail   string `json:"detail,omitempty"`   // what it answered: "400 invalid_grant"
}

// TraceStep is one thing that a program does with the request, by its configuration.
type TraceStep struct {
	Program string `json:"program"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Phase   string `json:"phase"`
	Says    string `json:"says"`
	Result  string `json:"result"`         // chosen, let by, refused, dropped, changed, sent, unclear
	Mark    string `json:"mark,omitempty"` // refuses, drops: the lines that the answer hangs on
}

// Evidence is a fact a sceptic can check.
type Evidence struct {
	Fact   string `json:"fact"`
	Source Source `json:"source"`
}

// Source is where a fact was seen.
type Source struct {
	Exchange int    `json:"exchange,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Input    string `json:"input,omitempty"`
}

// Witness is the proof: two exchanges that differ in one thing and end differently.
type Witness struct {
	Failing int    `json:"failing"`
	Passing int    `json:"passing"`
	Changed string `json:"changed"`
}

// Signed is the text that the client signed beside the server's, for causes about signatures. Values that may hold a secret
// show a number.
type Signed struct {
	Scheme string       `json:"scheme"` // "AWS Signature Version 4"
	Source string       `json:"source"` // how the server's side is known
	Lines  []SignedLine `json:"lines"`
}

// SignedLine is one line of both texts.
type SignedLine struct {
	Name   string `json:"name"`
	Client string `json:"client"`
	Server string `json:"server"`
	Same   bool   `json:"same"`
}

// Raise is one observation that would decide.
type Raise struct {
	Command string `json:"command"`
	Where   string `json:"where"`
	Would   string `json:"would"`
}

// Remedy is a fix.
type Remedy struct {
	ID     string   `json:"id"`
	Cause  string   `json:"cause"`
	Title  string   `json:"title"`
	For    string   `json:"for"`
	Effect string   `json:"effect"`
	Opens  string   `json:"opens"`
	Steps  []string `json:"steps"`
	Verify string   `json:"verify"`
	Undo   string   `json:"undo"`
	// Carried says that why401 fix makes the change itself; else the steps are for a person.
	Carried bool `json:"carried,omitempty"`
}

// Sent is one request that went out.
type Sent struct {
	N          int    `json:"n"`
	Method     string `json:"method"`
	URL        string `json:"url"`
	Purpose    string `json:"purpose"`
	Credential string `json:"credential"` // none, yours, canary
	Status     int    `json:"status"`
}

// Failure is a request that got no reply.
type Failure struct {
	Step    string `json:"step"`
	Message string `json:"message"`
}
