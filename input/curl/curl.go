// Package curl reads a curl command line and says what curl 7.88.1 would send.
//
// Commands takes text as people paste it (prompts, pipes, line continuations, every bash quotation), Args takes words
// that a shell has already split. Each transfer becomes one exchange.Intent whose Request is, byte for byte, what curl
// puts on the wire first; the tests compare it with the real curl.
//
// The package runs nothing: no shell, no command substitution, no curl. It opens no connection, asks no name server
// and reads no file that the command does not name, apart from .curlrc and .netrc where curl itself would, and only
// when Options.Home says where home is. It does not sign (--aws-sigv4) and does not answer challenges: that is for the
// probe, which finds the login in the intent.
package curl

import (
	"io"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Version is the curl whose behaviour is modelled.
const Version = "7.88.1"

// Options says where a command stands.
type Options struct {
	Dir    string      // file names in the command are relative to it; "" means the working directory
	Home   string      // ~, .netrc and .curlrc are looked up here; "" means that they are not
	Stdin  io.Reader   // what "-" and "@-" read when the text itself gives nothing; nil: that is an error
	Source fact.Source // where the command was read; the zero value means Input: "curl command"
}

// Commands finds the curl commands in text and reads them. Errors are *UsageError (curl or bash would refuse it, or it
// would have to be run to be known) and *FileError.
func Commands(text string, o Options) ([]*exchange.Intent, error) {
	found, err := split(text, o)
	if err != nil {
		return nil, err
	}
	var out []*exchange.Intent
	for _, c := range found {
		r := newReader(o)
		r.env, r.given = c.env, c.stdin
		in, err := r.read(c.argv)
		if err != nil {
			return nil, err
		}
		for _, i := range in {
			i.Lost = c.lost
			i.Notes = append(i.Notes, r.facts(c.notes)...)
		}
		out = append(out, in...)
	}
	return out, nil
}

// Args reads one curl command that is already split into words, with or without "curl" in front. Errors as for
// Commands.
func Args(argv []string, o Options) ([]*exchange.Intent, error) {
	if len(argv) > 0 && IsCurl(argv[0]) {
		argv = argv[1:]
	}
	return newReader(o).read(argv)
}
