// Package form says what a reader of one kind of input is: how it recognises the kind and what it reads. Each kind's
// reader lives in a folder of its own; package input holds them in order and asks each.
package form

import (
	"io"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Options says where the input stands.
type Options struct {
	Source fact.Source // the file and its first line, or the name of the input
	Dir    string      // relative file names in the input start here
	Home   string      // for ~ in the input; "" means that files are not looked at
	Sure   bool        // the user named the kind: read as well as possible, do not doubt

	// Written says how the text stood in its file when it was decoded before it came here: configuration is read by
	// programs that take a byte order mark for a part of it.
	Written Written
}

// Form is one kind of input.
type Form struct {
	Kind  string   // "har", "curl-verbose": the name for --as and for case files
	Also  []string // other names of it
	What  string   // in words, after "Read ": "a HAR file"
	Files []string // file names that suggest it: ".npmrc", "*.har"

	// Is says how sure it is that text is of this kind, 0 to 100, without reading all of it: 90 and more is a signature
	// that nothing else has, 50 a likely shape, 0 no. It must be cheap and must not panic on any bytes.
	Is func(text string) int

	// Read reads text. An error names the place and what was expected. A reader takes what it understands: what it
	// leaves out it names in Evidence.Facts.
	Read func(text string, o Options) (exchange.Evidence, error)

	// Stream reads in bounded memory where the input may be larger than what Read is given; nil when it never is.
	Stream func(r io.Reader, o Options) (exchange.Evidence, error)
}

// Span is a run of lines of a text, from 1, both ends included. They are lines of the text as it was given.
type Span struct {
	First, Last int
	Kind        string // what it was read as; "" where that stands elsewhere
}
