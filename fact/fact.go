// Package fact holds observations and where each came from. A fact is text that may be shown: it is built from
// printable parts (never from a revealed secret) and escaped once more by the report for its medium.
package fact

import "fmt"

// Source says where an observation was made. The zero value means "known from the input as a whole".
type Source struct {
	Exchange int    // number of the exchange in the case, from 1
	File     string // or the file
	Line     int    // and its line, from 1
	Input    string // or what the user gave: "curl command", "URL", "environment"
}

// Fact is one observation.
type Fact struct {
	Text string
	From Source
}

// At makes a fact seen in exchange n.
func At(n int, format string, args ...any) Fact {
	return Fact{Text: fmt.Sprintf(format, args...), From: Source{Exchange: n}}
}

// Given makes a fact read from the named input.
func Given(input, format string, args ...any) Fact {
	return Fact{Text: fmt.Sprintf(format, args...), From: Source{Input: input}}
}

// In makes a fact read from a line of a file.
func In(file string, line int, format string, args ...any) Fact {
	return Fact{Text: fmt.Sprintf(format, args...), From: Source{File: file, Line: line}}
}

// String shows the source in one word: "request 2", "nginx.conf:14", "curl command".
func (s Source) String() string {
	switch {
	case s.Exchange > 0:
		return fmt.Sprintf("request %d", s.Exchange)
	case s.File != "" && s.Line > 0:
		return fmt.Sprintf("%s:%d", s.File, s.Line)
	case s.File != "":
		return s.File
	case s.Input != "":
		return s.Input
	}
	return "input"
}
