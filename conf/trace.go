package conf

import (
	"net/netip"

	"github.com/why401/why401/exchange"
)

// Request is what a trace starts from: the request as it arrives at the server, and from where.
type Request struct {
	exchange.Request
	Client netip.Addr // the peer's address, 127.0.0.1 when it does not matter
	Port   int        // the port it arrived at, 0 for the one in the URL
	// Address is the server's own address that it arrived at; invalid when it is not known, or the one in the URL.
	Address netip.Addr
	// Partly is set when only a record of the request is left.
	Partly *Partly
}

// Tracer follows one request through a configuration.
type Tracer interface {
	// Trace says what the program does with r, step by step, in the program's own order. It never fails: what cannot be
	// known from the files is named in Trace.Open, and the steps after it hold if that goes the usual way.
	Trace(r Request) *Trace
}

// Result is how a step ended.
type Result string

// The results.
const (
	Chooses Result = "chosen"  // this site, this location
	LetsBy  Result = "let by"  // an access rule has nothing against it
	Refuses Result = "refused" // a rule answers in place of what was asked for
	Drops   Result = "dropped" // a field is not passed on
	Changes Result = "changed" // the URL or a field is another from here on
	Sends   Result = "sent"    // passed on, or served
	Unclear Result = "unclear" // cannot be known from the files
)

// Step is one thing that the program does.
type Step struct {
	Place  Place
	Phase  string // the program's own word: "server", "location", "rewrite", "access", "auth", "proxy"
	Says   string // one plain sentence without a full stop
	Result Result
}

// Trace is the way of one request.
type Trace struct {
	Request Request // that was followed
	// Answered is the status that the running server gave to the same request, 0 when it was not asked.
	Answered int
	Steps    []Step
	Scope    *Scope // where it ended up; nil when it got nowhere

	// Status is what the server answers by itself: a refusal, a redirect, a fixed answer. 0 when the answer is that of a
	// file or of whom the request was passed on to. It may stand beside To: an error page that is passed on keeps the status
	// of the error. 444 says that the connection is closed without an answer (nginx's own number for it).
	Status     int
	Location   string   // of a redirect
	Challenges []string // WWW-Authenticate, field by field
	Refusing   *Step    // the step that refused, nil when none did

	To   string            // to whom it was passed on, "" when to nobody
	Next *exchange.Request // what they get; for FastCGI the parameters as fields. nil when it was not passed on
	Open []string          // what could not be known, in words
}
