package read

import (
	"bytes"

	"github.com/why401/why401/logs/line"
)

// decoder takes blocks apart for one worker.
type decoder struct {
	to     Worker
	o      *Options
	files  []File
	format line.Format
	parser line.Parser
	line   line.Line
}

func newDecoder(to Worker, o *Options, files int) *decoder {
	return &decoder{to: to, o: o, files: make([]File, files)}
}

func (d *decoder) read(b *block) {
	if d.format != b.format {
		d.format, d.parser, d.line = b.format, nil, line.Line{}
		if d.format != nil {
			d.parser = d.format.Parser(line.Clock{Zone: d.o.Zone})
		}
	}
	file := &d.files[b.file]
	l := &d.line
	l.File = b.file
	file.Bytes += int64(len(b.data))
	n := b.first - 1
	for rest := b.data; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		raw := rest
		if i < 0 {
			rest = nil
		} else {
			raw, rest = rest[:i], rest[i+1:]
		}
		n++
		if k := len(raw) - 1; k >= 0 && raw[k] == '\r' {
			raw = raw[:k]
		}
		if len(raw) == 0 {
			continue
		}
		file.Lines++
		if d.parser == nil || !d.parser.Parse(raw, l) {
			file.skip("not of the format", n, 1)
			continue
		}
		if !d.o.Since.IsZero() && l.Time.Before(d.o.Since) || !d.o.Until.IsZero() && !l.Time.Before(d.o.Until) {
			file.Outside++
			continue
		}
		l.N = n
		file.Read++
		if file.First.IsZero() || l.Time.Before(file.First) {
			file.First = l.Time
		}
		if l.Time.After(file.Last) {
			file.Last = l.Time
		}
		d.to.Line(l)
	}
}
