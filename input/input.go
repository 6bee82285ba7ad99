// Package input turns what a person has in hand into requests and evidence: a URL, a curl command, a HAR, a transcript,
// a log, a token, a configuration, a case file, a whole issue report. The kind need not be named; each kind's reader
// lives in a folder of its own (see form.Form) and registry.go holds them in order.
//
// It sends nothing and runs nothing. It never reads the environment by itself: what lies around on the machine
// (.netrc, proxy variables, a Kerberos cache) is looked at by Ambient, as evidence, when the caller hands it over.
package input

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/collection"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/input/form"
)

// Options says where the input stands.
type Options struct {
	Version string // of why401, for User-Agent
	Dir     string // relative file names start here; "" is the working directory
	Home    string // for ~, and for .netrc and .curlrc where curl reads them; "" means that they are not read
	Typed   bool   // the arguments stood on a command line: a secret in them is worth a warning
	As      string // the kind that every text is read as; "" to look at it

	written form.Written // of the text that is read
}

// Result is what was understood. What the input itself calls for saying (an option that is not modelled, a secret that
// is now in the shell's history, a scheme that was assumed) stands in the Notes of each intent.
type Result struct {
	What    string             // in words: "a URL", "a curl command", "a HAR file and an error log"
	Parts   []Part             // what each argument was taken for
	Intents []*exchange.Intent // requests that may be sent, one per transfer; empty when something was recorded

	// Evidence is all that was read when there is more than requests: then nothing is to be sent.
	Evidence exchange.Evidence
}

// Recorded reports that what was read is a record, to be judged as it stands.
func (r Result) Recorded() bool { return len(r.Intents) == 0 }

// Part is one argument and what it was taken for.
type Part struct {
	Place string // the file, "standard input", "argument 2"
	Kind  string // the name for --as: "har"
	What  string // "a HAR file"
	live  bool   // a request and nothing else
	exchange.Evidence
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

// Read recognises args: a curl command as separate words (never given to a shell again), or any number of URLs, curl
// commands in one word each, files, texts, and "-" for stdin. Errors are *Error.
func Read(args []string, stdin io.Reader, o Options) (Result, error) {
	if len(args) == 0 {
		return Result{}, misuse("", "nothing to look at: give a URL, a curl command, a file, or - for standard input")
	}
	if o.As != "" {
		if _, ok := kindOf(o.As); !ok {
			return Result{}, misuse("--as "+o.As, "no such kind; expected one of %s", strings.Join(Kinds(), ", "))
		}
	}
	if at := curlWord(args); at >= 0 {
		in, err := curl.Args(args[at+1:], curl.Options{Dir: o.Dir, Home: o.Home, Stdin: stdin})
		if err != nil {
			return Result{}, fromCurl(err, "")
		}
		r := Result{What: "a curl command", Intents: in, Parts: []Part{{Place: "curl command", Kind: "curl", What: "a curl command", live: true}}}
		inHistory(in, o)
		return r, nil
	}
	var r Result
	for n, a := range args {
		if n > 0 && strings.HasPrefix(a, "-") && a != "-" {
			return Result{}, misuse(a, "an option of curl? then put the word curl in front of the whole command")
		}
		p, err := one(a, stdin, o)
		if err != nil {
			return Result{}, err
		}
		r.Parts = append(r.Parts, p)
	}
	r.join()
	return r, nil
}

// join adds the parts up: requests that may be sent, or evidence as soon as one part is a record.
func (r *Result) join() {
	live := true
	for _, p := range r.Parts {
		live = live && p.live
	}
	var what []string
	defer func() { collection.Fill(&r.Evidence) }() // an environment file gives a collection its values
	for _, p := range r.Parts {
		if live {
			r.Intents = append(r.Intents, p.Intents...)
		} else {
			r.Evidence.Add(p.Evidence)
		}
		if len(what) == 0 || what[len(what)-1] != p.What {
			what = append(what, p.What)
		}
	}
	switch n := len(what); {
	case n > 1 && !live:
		r.What = strings.Join(what[:n-1], ", ") + " and " + what[n-1]
	case n > 0:
		r.What = what[n-1]
	}
}
