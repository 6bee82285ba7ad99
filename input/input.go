// Package input turns what a person has in hand into intents and facts: a URL, a curl command as words or as text, a
// file that holds one, or standard input.
//
// It sends nothing and runs nothing. It never reads the environment by itself: what lies around on the machine
// (.netrc, proxy variables, a Kerberos cache) is looked at by Ambient, as evidence, when the caller hands it over.
package input

import (
	"errors"
	"fmt"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/curl"
)

// Options says where the input stands.
type Options struct {
	Version string // of why401, for User-Agent
	Dir     string // relative file names start here; "" is the working directory
	Home    string // for ~, and for .netrc and .curlrc where curl reads them; "" means that they are not read
	Typed   bool   // the arguments stood on a command line: a secret in them is worth a warning
}

// Result is what was understood. What the input itself calls for saying (an option that is not modelled, a secret that
// is now in the shell's history, a scheme that was assumed) stands in the Notes of each intent.
type Result struct {
	What    string             // in words: "a URL", "a curl command"
	Intents []*exchange.Intent // one per transfer; never empty without an error
}

// Kind tells a mistake in the call from a file that could not be used.
type Kind uint8

// The kinds.
const (
	Usage      Kind = iota // what was given is not understood: exit code 2
	Unreadable             // a file or standard input could not be read or understood: exit code 4
)

// Error is an input that could not be taken.
type Error struct {
	Kind  Kind
	Place string // the argument, file or option; "" when it is the input as a whole
	Text  string // what is wrong and what was expected
	Err   error  // the reason, may be nil
}

func (e *Error) Error() string {
	if e.Place == "" {
		return e.Text
	}
	return e.Place + ": " + e.Text
}

// Unwrap gives the reason.
func (e *Error) Unwrap() error { return e.Err }

func misuse(place, format string, args ...any) *Error {
	return &Error{Kind: Usage, Place: place, Text: fmt.Sprintf(format, args...)}
}

func unreadable(place string, err error, format string, args ...any) *Error {
	return &Error{Kind: Unreadable, Place: place, Text: fmt.Sprintf(format, args...), Err: err}
}

// fromCurl makes the curl reader's errors ours. A command out of a file is an unreadable file.
func fromCurl(err error, file string) *Error {
	if fe, ok := errors.AsType[*curl.FileError](err); ok {
		return unreadable("curl command", err, "%s", fe.Error())
	}
	e := &Error{Kind: Usage, Place: "curl command", Text: err.Error(), Err: err}
	if file != "" {
		e.Kind, e.Place = Unreadable, file
	}
	return e
}
