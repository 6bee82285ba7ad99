// Package transcript reads recorded HTTP conversations: what curl -v, wget -d, git, HTTPie, browsers and debug switches of
// HTTP libraries print, and raw messages as people paste them. Each becomes an exchange.Exchange whose Unseen names what
// the record does not show.
//
// Nothing is executed and nothing is sent. Text around a conversation (prompts, fences, quote marks, time stamps) is
// taken off by Unwrap; prose between conversations is handed back by Scan.
package transcript

import (
	"errors"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// Forms are the kinds of recorded conversations, in the order in which they are asked.
var Forms = []form.Form{
	of("curl-trace", "a curl trace", "trace"),
	of("git-curl-verbose", "what git printed about its HTTP requests", "git-trace-curl"),
	of("curl-verbose", "what curl -v printed", "curl-v"),
	of("wget-debug", "what wget printed", "wget"),
	of("httpie-output", "what HTTPie printed", "httpie-verbose", "xh"),
	of("http-debug", "the debug output of an HTTP library", "wire-log"),
	of("devtools", "header fields copied out of a browser's developer tools", "header-pane"),
	of("console", "a browser's console messages", "browser-console"),
	of("http-exchange", "an HTTP message", "http", "raw-http"),
	of("curl-include", "what curl -i printed", "curl-i"),
	of("header-dump", "header fields as a program printed them", "headers"),
}

func of(kind, what string, also ...string) form.Form {
	return form.Form{
		Kind: kind, Also: also, What: what,
		Is:   func(text string) int { return is(kind, text) },
		Read: read,
	}
}

// errNothing is the answer to text that holds no conversation.
var errNothing = errors.New("no HTTP message was found: expected a request line, a status line or header fields")

// read takes every conversation out of text; what stands around them is kept as notes.
func read(text string, o form.Options) (exchange.Evidence, error) {
	found, rest := Scan(text, o)
	var ev exchange.Evidence
	for _, f := range found {
		ev.Add(f.Evidence)
	}
	if ev.Empty() {
		return ev, errNothing
	}
	ev.Notes = append(ev.Notes, notes(text, rest, o)...)
	return ev, nil
}
