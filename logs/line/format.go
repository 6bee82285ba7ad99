package line

import (
	"errors"
	"time"
)

// A Format is one way of writing lines. It holds no state and may be used by several goroutines at once; each of them
// asks for a Parser of its own.
type Format interface {
	// Name is what --format takes and what the screen says: "nginx-error", "combined", or the text of a log_format.
	Name() string
	Parser(c Clock) Parser
}

// Clock is what times lack that a program wrote without their zone or year. The zero value is UTC and the present.
type Clock struct {
	Zone   *time.Location // of times that name none; nil is UTC
	Latest time.Time      // no line is newer: times without a year are at most a day behind it. Zero is now
}

// A Parser reads lines of one Format. It remembers what makes the next line cheap (the last time stamp, the order of a JSON
// record's keys), so it belongs to one goroutine, and a Line that is given to it belongs to it alone: a Parser sets the
// fields that its Format has and leaves the others as they are.
type Parser interface {
	// Parse takes b apart, a record without its line break, and reports whether it is of the format. Where it is not, the
	// contents of l are not to be looked at. The fields are sub-slices of b, or of a buffer of the parser's where an
	// escape had to be undone; they hold until the next call.
	Parse(b []byte, l *Line) bool
}

// Spanning is what a Format also is when a record of it may take several lines: a stack trace, a section of an audit log. A
// record goes from a line that begins one to the line before the next that does.
type Spanning interface {
	Format
	Begins(line []byte) bool
}

// Headed is what a Format also is when lines of the file itself name the fields of those that follow: #Fields in the W3C
// extended log file format of IIS and CloudFront.
type Headed interface {
	Format
	// Head is asked of every line that begins with "#". It answers the Format of the lines behind it, or nil when the
	// line changes nothing.
	Head(line []byte) Format
}

// ErrUnknown is returned by Named for a text that is neither the name of a format nor a log_format.
var ErrUnknown = errors.New("no log format of that name")
