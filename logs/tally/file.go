package tally

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/klauspost/compress/gzip"
)

// Schema names the form of a tally's file: gzip over lines of JSON, the header first, then one row of a table a line. A
// reader of another number refuses it, because the bounds and hashes belong to the form.
const Schema = "why401.tally/2"

// header is the first line.
type header struct {
	Schema  string             `json:"schema"`
	Lines   int64              `json:"lines"`
	Untimed int64              `json:"untimed"`
	Access  int64              `json:"access"`
	Width   uint32             `json:"width"`
	Lacks   Lacks              `json:"lacks"`
	Formats []string           `json:"formats"`
	Doors   [7]uint64          `json:"doors"`
	Rows    int                `json:"rows"` // that follow, so that a cut file is noticed
	Times   map[uint32]Answers `json:"times"`
}

// record is each other line.
type record struct {
	Table int             `json:"t"`
	Hash  uint64          `json:"h"`
	Value json.RawMessage `json:"v"`
}

// Write writes the tally.
func (t *Tally) Write(w io.Writer) error {
	t.Trim()
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	h := header{Schema: Schema, Lines: t.Lines, Untimed: t.Untimed, Access: t.Access, Width: t.Time.Width, Lacks: t.Lacks, Formats: slices.Sorted(maps.Keys(t.Formats)), Times: map[uint32]Answers{}}
	for m, a := range t.Time.At {
		h.Times[m] = *a
	}
	h.Doors = [7]uint64{t.Refused.Door, t.Other.Door, t.Marks.Door, t.Parties.Door, t.Sample.Door, t.Phrases.Door, t.Requests.Door}
	h.Rows = t.Refused.Len() + t.Other.Len() + t.Marks.Len() + t.Parties.Len() + t.Sample.Len() + t.Phrases.Len() + t.Requests.Len()
	out := bufio.NewWriter(z)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	err = errors.Join(e.Encode(h), writeRows(e, 0, t.Refused), writeRows(e, 1, t.Other), writeRows(e, 2, t.Marks),
		writeRows(e, 3, t.Parties), writeRows(e, 4, t.Sample), writeRows(e, 5, t.Phrases), writeRows(e, 6, t.Requests))
	return errors.Join(err, out.Flush(), z.Close())
}

func writeRows[V any](e *json.Encoder, n int, t *Table[V]) error {
	for _, h := range t.Sorted() {
		b, err := json.Marshal(t.Get(h))
		if err != nil {
			return err
		}
		if err := e.Encode(record{n, h, b}); err != nil {
			return err
		}
	}
	return nil
}

// limits of what is read: a file of ours stays far below, another must not fill the memory.
const (
	maxFileLine = 4 << 20
	maxFile     = 1 << 30 // bytes after decompression
)

// Read reads what Write wrote. The error says what was expected.
func Read(r io.Reader) (*Tally, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("not a summary of why401 logs (expected gzip): %w", err)
	}
	lines := bufio.NewScanner(io.LimitReader(z, maxFile))
	lines.Buffer(make([]byte, 0, 64<<10), maxFileLine)
	if !lines.Scan() {
		return nil, fmt.Errorf("not a summary of why401 logs (expected a line with %q): %w", Schema, errors.Join(lines.Err(), io.ErrUnexpectedEOF))
	}
	var h header
	if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
		return nil, fmt.Errorf("line 1 of the summary: %w", err)
	}
	if h.Schema != Schema {
		return nil, fmt.Errorf("line 1 of the summary: schema is %.40q, this program reads %q", h.Schema, Schema)
	}
	if !slices.Contains(widths, h.Width) || len(h.Times) > maxMinutes && h.Width != widths[len(widths)-1] {
		return nil, fmt.Errorf("line 1 of the summary: %d buckets of %d minutes cannot be", len(h.Times), h.Width)
	}
	t := New()
	t.Lines, t.Untimed, t.Access, t.Lacks, t.Time.Width = h.Lines, h.Untimed, h.Access, h.Lacks, h.Width
	for m, a := range h.Times {
		if m%h.Width != 0 {
			return nil, fmt.Errorf("line 1 of the summary: a bucket begins at minute %d, which is none of width %d", m, h.Width)
		}
		t.Time.At[m] = &a
	}
	for _, f := range h.Formats {
		t.Formats[f] = true
	}
	for i, door := range []*uint64{&t.Refused.Door, &t.Other.Door, &t.Marks.Door, &t.Parties.Door, &t.Sample.Door, &t.Phrases.Door, &t.Requests.Door} {
		*door = h.Doors[i]
	}
	n := 1
	for lines.Scan() {
		n++
		var r record
		err := json.Unmarshal(lines.Bytes(), &r)
		if err == nil {
			err = t.take(r)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of the summary: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d of the summary: %w", n+1, err)
	}
	if n-1 != h.Rows {
		return nil, fmt.Errorf("the summary has %d rows and says that it has %d: it is cut off", n-1, h.Rows)
	}
	t.Trim()
	return t, nil
}

func (t *Tally) take(r record) error {
	switch r.Table {
	case 0:
		return takeKind(t.Refused, r)
	case 1:
		return takeKind(t.Other, r)
	case 2:
		return take(t.Marks, r)
	case 3:
		return take(t.Parties, r)
	case 4:
		return take(t.Sample, r)
	case 5:
		if err := take(t.Phrases, r); err != nil {
			return err
		}
		p := t.Phrases.Get(r.Hash)
		t.Phrases.weight += len(p.Times)
		return p.Times.check()
	case 6:
		if err := take(t.Requests, r); err != nil {
			return err
		}
		q := t.Requests.Get(r.Hash)
		if len(q.Kinds) > maxJoined || len(q.Said) > maxJoined || !slices.IsSorted(q.Kinds) || !slices.IsSorted(q.Said) {
			return fmt.Errorf("row %d is joined to more than %d lines, or not in order", r.Hash, maxJoined)
		}
		return nil
	}
	return fmt.Errorf("no table has the number %d", r.Table)
}

func takeKind(t *Table[Kind], r record) error {
	if err := take(t, r); err != nil {
		return err
	}
	k := t.Get(r.Hash)
	t.weight += len(k.Times)
	return k.Times.check()
}

func take[V any](t *Table[V], r record) error {
	if r.Hash >= t.Door && t.Door != math.MaxUint64 {
		return fmt.Errorf("row %d lies behind the door of its table", r.Hash)
	}
	i, known := t.find(r.Hash)
	if known != nil {
		return fmt.Errorf("row %d stands twice", r.Hash)
	}
	if t.Len() > 2*t.limit {
		return fmt.Errorf("more rows than a table holds")
	}
	return json.Unmarshal(r.Value, t.add(i, r.Hash))
}

// check reports a series that is out of order.
func (s Series) check() error {
	for i := 1; i < len(s); i++ {
		if s[i].Minute <= s[i-1].Minute {
			return fmt.Errorf("minute %d stands behind minute %d", s[i].Minute, s[i-1].Minute)
		}
	}
	return nil
}
