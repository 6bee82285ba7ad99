// Package line reads lines of log files: access logs and error logs of servers, proxies, identity providers and
// applications. A Format is recognised from the first lines of a file, or given, and then reads each line without a
// regular expression and without allocating.
package line

import "time"

// Kind says what a line is a record of.
type Kind uint8

// The kinds.
const (
	Access Kind = iota // one request and how it was answered
	Error              // something that a program told beside its answers
	Event              // a login event of an identity provider, a ban
)

// Line is one line, taken apart. Its slices point into the reader's buffer and hold until the next line is read. A field
// that the format does not have, or that the line leaves out ("-"), is nil; a number that it leaves out is 0, or -1 where 0
// would mean something. Texts stand as they were logged, with the backslashes of nginx and Apache; those of JSON are undone.
type Line struct {
	Kind Kind
	N    int64 // the line's number in its file, from 1
	File int   // which file, by the order in which they were given

	Time time.Time // with the log's own zone, or Clock's where it names none; zero when the line has none
	Wall Wall      // how sure the zone is

	Client    []byte // the address that the server saw, without its port
	Forwarded []byte // X-Forwarded-For as logged
	User      []byte // the name that was authenticated, or tried
	Host      []byte
	Method    []byte
	Target    []byte // path and query as sent; without a method: bytes that were no request
	Proto     []byte
	Status    int
	Size      int64 // body bytes of the answer, -1 when unknown
	Referer   []byte
	Agent     []byte
	Took      time.Duration // -1 when unknown

	Upstream       []byte // who answered behind the server
	UpstreamStatus int
	RequestID      []byte
	Site           []byte // server name, virtual host, frontend, pool
	TLS            []byte // protocol version, as logged
	Cache          []byte // HIT, MISS, as logged
	Location       []byte // of a redirect, where it is logged

	Level   []byte // of an error line: "error", "warn"
	Code    []byte // the program's own id: AH01617, ERR_ACCESS_DENIED, LOGIN_ERROR
	Message []byte
}

// Wall says what is known of the clock on the wall that a time was read from.
type Wall uint8

// The walls.
const (
	Zoned    Wall = iota // the line names its zone
	Zoneless             // it does not; Clock.Zone was taken
	Twice                // zoneless, in the hour that the clock goes through twice; read as the first of the two
	Never                // zoneless, in the hour that the clock jumps over: the zone is another than Clock.Zone
)

// reset makes l a line that nothing is known of; its place stays.
func (l *Line) reset(k Kind) { *l = Line{Kind: k, N: l.N, File: l.File, Size: -1, Took: -1} }
