package read

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/why401/why401/logs/line"
)

// decoder takes blocks apart, line by line. It belongs to one goroutine.
type decoder struct {
	o     *Options
	files []File

	main  *reading // of the block's format
	last  *reading // of another format, that read a line last
	known map[key]*reading
	find  *line.Finder
	where line.Clock

	b    *block
	file *File
	at   int   // where the next line begins in the block
	n    int64 // of the line that was read last
	prev time.Time

	bounded bool // Since or Until is given
}

// reading is a format being read. Each has a Line of its own, as line.Parser asks for.
type reading struct {
	format line.Format
	parser line.Parser
	begins func(b []byte) bool // nil: a record is one line
	head   func(b []byte) line.Format
	line   line.Line
}

// key tells readings apart: files differ in what their times lack.
type key struct {
	format line.Format
	clock  line.Clock
}

func newDecoder(o *Options, files int) *decoder {
	return &decoder{o: o, files: make([]File, files), known: map[key]*reading{}, bounded: !o.Since.IsZero() || !o.Until.IsZero()}
}

// begin takes the next block.
func (d *decoder) begin(b *block) {
	d.b, d.file, d.at, d.n, d.prev = b, &d.files[b.file], 0, b.first-1, b.behind
	if d.where != b.clock {
		d.where, d.find, d.last = b.clock, nil, nil
	}
	d.main = d.of(b.format)
	d.file.Bytes += int64(len(b.data))
}

// mostKnown bounds the readings that are kept.
const mostKnown = 64

func (d *decoder) of(f line.Format) *reading {
	if f == nil {
		return nil
	}
	k := key{f, d.where}
	r := d.known[k]
	if r == nil {
		if len(d.known) >= mostKnown {
			clear(d.known)
		}
		r = &reading{format: f, parser: f.Parser(d.where)}
		if s, ok := f.(line.Spanning); ok {
			r.begins = s.Begins
		}
		if h, ok := f.(line.Headed); ok {
			r.head = h.Head
		}
		d.known[k] = r
	}
	return r
}

// longestRecord is how much of a record of many lines is read; the rest is stepped over.
const longestRecord = 64 << 10

// step gives the next line that is read, nil at the end of the block.
func (d *decoder) step() *line.Line {
	for d.at < len(d.b.data) {
		from := d.at
		raw := d.cut()
		n := d.n
		if len(raw) > 0 && raw[0] == 0 { // what a crash of the machine leaves in front of the next line
			nuls := len(raw)
			raw = bytes.TrimLeft(raw, "\x00")
			if from += nuls - len(raw); len(raw) == 0 {
				d.file.Lines++
				d.file.skip("NUL bytes and nothing else", n, 1)
			}
		}
		if len(raw) == 0 {
			continue
		}
		if m := d.main; m != nil {
			if m.begins != nil && m.begins(raw) {
				raw = d.record(from)
			} else if m.head != nil && raw[0] == '#' {
				if f := m.head(raw); f != nil {
					d.main = d.of(f)
				}
				continue
			}
		}
		d.file.Lines++
		l := d.parse(raw, n)
		if l == nil {
			continue
		}
		if d.outside(l) {
			d.file.Outside++
			continue
		}
		l.N, l.File = n, d.b.file
		d.seen(l)
		return l
	}
	return nil
}

// cut takes the next line, without its line break.
func (d *decoder) cut() []byte {
	raw := d.b.data[d.at:]
	if i := bytes.IndexByte(raw, '\n'); i >= 0 {
		raw = raw[:i]
		d.at++
	}
	d.at += len(raw)
	d.n++
	if k := len(raw) - 1; k >= 0 && raw[k] == '\r' {
		raw = raw[:k]
	}
	return raw
}

// record is what begins at from with the lines behind it that belong to it.
func (d *decoder) record(from int) []byte {
	for d.at < len(d.b.data) {
		end, n := d.at, d.n
		if next := d.cut(); d.main.begins(next) || d.stranger(next) {
			d.at, d.n = end, n
			break
		}
	}
	return bytes.TrimRight(d.b.data[from:min(d.at, from+longestRecord)], "\r\n")
}

// stranger reports a line of another format between the records of this one. Most lines that belong to a record show it by
// their first byte.
func (d *decoder) stranger(b []byte) bool {
	if d.o.Format != nil || len(b) == 0 || b[0] == ' ' || b[0] == '\t' || b[0] == '#' || b[0] == ')' || b[0] == '}' || b[0] == '-' {
		return false
	}
	return d.finder().Certain(b) != nil
}

func (d *decoder) finder() *line.Finder {
	if d.find == nil {
		d.find = line.NewFinder(d.where, d.o.Known...)
	}
	return d.find
}

// parse reads a record in the block's format, else in the one that another line of the file had, else in any.
func (d *decoder) parse(raw []byte, n int64) *line.Line {
	if m := d.main; m != nil && m.parser.Parse(raw, &m.line) {
		return &m.line
	}
	if d.o.Format == nil {
		if o := d.last; o != nil && o.parser.Parse(raw, &o.line) {
			d.file.other(o.format.Name(), 1)
			return &o.line
		}
		if f := d.finder().Find(raw); f != nil {
			if o := d.of(f); o.parser.Parse(raw, &o.line) {
				d.last = o
				d.file.other(f.Name(), 1)
				return &o.line
			}
		}
	}
	d.file.skip(d.reason(raw), n, 1)
	return nil
}

// reason says why a line was not read, from what it looks like.
func (d *decoder) reason(raw []byte) string {
	switch {
	case bytes.IndexByte(raw, 0) >= 0:
		return "NUL bytes inside"
	case d.at == len(d.b.data) && d.b.data[d.at-1] != '\n':
		return "the last line, cut off"
	case raw[0] == ' ' || raw[0] == '\t' || raw[0] == '#' || raw[0] == '}' || raw[0] == ')':
		return "goes on with the line before it"
	case !utf8.Valid(raw):
		return "no known form, and not UTF-8"
	case d.o.Format != nil:
		return "not of the format that was given"
	}
	return "no known form"
}

func (d *decoder) outside(l *line.Line) bool {
	if !d.bounded {
		return false
	}
	since, until := d.o.Since, d.o.Until
	return !since.IsZero() && l.Time.Before(since) || !until.IsZero() && !l.Time.Before(until)
}

// stepBack is how far the time must go back to be told: servers write a line when the answer has ended, and some with the time
// at which the request began.
const stepBack = 5 * time.Minute

// seen counts a line that was read.
func (d *decoder) seen(l *line.Line) {
	d.file.Read++
	if l.Wall == line.Zoned && l.Time == d.prev || l.Time.IsZero() { // most lines are of the second of the line before
		return
	}
	if d.file.First.IsZero() || l.Time.Before(d.file.First) {
		d.file.First = l.Time
	}
	if l.Time.After(d.file.Last) {
		d.file.Last = l.Time
	}
	if l.Time.Before(d.prev) && d.prev.Sub(l.Time) > stepBack {
		d.file.doubt("the time goes back by more than five minutes", l.N, 1)
	}
	d.prev = l.Time
	switch l.Wall {
	case line.Twice:
		d.file.doubt("in the hour that the clock goes through twice, and without a zone; read as the first", l.N, 1)
	case line.Never:
		d.file.doubt("a time that the zone's clock jumps over; the log is probably of another zone", l.N, 1)
	}
}
