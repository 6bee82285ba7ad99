// Package message reads what programs write about a failure: access and error logs, error texts of command line tools,
// stack traces, and a reply's body that was pasted alone. The lines become exchange.Message values, a body becomes an
// exchange whose other parts are unseen.
//
// It decides nothing: it says who speaks (by the form of the text), of which status, and which fields a record has.
// Values that may be credentials are taken out of the fields; the whole text is kept as exchange.Raw.
package message

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// Forms are the kinds this package reads, the surest first. Lines of applications ("app-log") are read by Log; their
// form stands in package mixed, because such a paste holds commands and code as often as lines of a log.
var Forms = []form.Form{
	{
		Kind: "access-log", Also: []string{"accesslog", "clf", "w3c-log", "alb-log"}, What: "an access log",
		Files: []string{"access.log", "access_log", "*access*.log", "u_ex*.log"},
		Is:    isAccess, Read: readAccess,
	},
	{
		Kind: "error-log", Also: []string{"errorlog", "server-log"}, What: "a server's error log",
		Files: []string{"error.log", "error_log", "*error*.log", "auth.log", "modsec_audit.log"},
		Is:    isServerLog, Read: readServerLog,
	},
	{
		Kind: "stack", Also: []string{"stack-trace", "traceback"}, What: "a stack trace",
		Is: isStack, Read: readStack,
	},
	{
		Kind: "tool-error", Also: []string{"cli-error", "terminal", "console"}, What: "a tool's error message",
		Is: isTool, Read: readTool,
	},
	{
		Kind: "body", Also: []string{"error-body", "reply", "json", "xml", "html"}, What: "the body of a reply",
		Is: isBody, Read: readBody,
	},
}

// Limits. What is beyond them is left out and said so.
const (
	maxMessages = 500      // distinct messages kept of one input
	maxLine     = 16 << 10 // bytes of a line that are looked at
	maxRecord   = 32 << 10 // bytes of a message, its further lines included
	maxBody     = 64 << 10 // bytes of a body that are kept, as of a reply from the wire
	maxFields   = 24       // fields of a message
	maxPeek     = 16 << 10 // bytes that the Is functions look at
)

// Unseen are the parts that a body alone does not show. The status stays unseen where the body names one: it is what
// the body says of it.
const bodyUnseen = exchange.WholeRequest | exchange.RequestBody | exchange.WholeAnswer

// at is the place of line n (from 0) of an input that stands at s.
func at(s fact.Source, n int) fact.Source {
	s.Line = max(s.Line, 1) + n
	return s
}

// given names the input as Exchange.Given has it.
func given(s fact.Source) string {
	switch {
	case s.File != "":
		return s.File
	case s.Input != "":
		return s.Input
	}
	return "paste"
}

// peek is the part of text that the Is functions look at, cut at a line's end, in UTF-8.
func peek(text string) string {
	if len(text) > maxPeek {
		text = text[:maxPeek]
		if i := strings.LastIndexByte(text, '\n'); i > 0 {
			text = text[:i]
		}
	}
	return Clean(text)
}

// share is the part, in percent, of the non-blank lines (the first 40) that ok holds for.
func share(text string, ok func(string) bool) (percent, lines int) {
	hits := 0
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if lines++; ok(cut(line, 4<<10)) {
			hits++
		}
		if lines == 40 {
			break
		}
	}
	if lines == 0 {
		return 0, 0
	}
	return hits * 100 / lines, lines
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
