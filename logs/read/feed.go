package read

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/why401/why401/logs/line"
)

// block is a run of whole records of one file.
type block struct {
	seq    int64
	file   int
	first  int64 // number of its first line
	format line.Format
	data   []byte
	buf    []byte
}

// feed cuts the sources into blocks. Workers take turns at it: whoever needs a block reads it into its own buffer, so
// that the bytes are in its core's cache, and while one decompresses the others parse.
type feed struct {
	ctx     context.Context
	sources []Source
	o       Options
	size    int

	mu      sync.Mutex
	summary *Summary
	err     error
	seq     int64
	file    int
	r       io.ReadCloser
	tail    []byte // what was read behind the last whole line
	lines   int64
	format  line.Format
}

func newFeed(ctx context.Context, sources []Source, o Options) *feed {
	f := &feed{ctx: ctx, sources: sources, o: o, size: o.BlockSize, summary: newSummary(sources), file: -1}
	if f.size <= 0 {
		f.size = blockSize
	}
	return f
}

// next reads the next block into b; false at the end.
func (f *feed) next(b *block) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b.buf == nil {
		b.buf = make([]byte, f.size)
	}
	for f.err == nil {
		if f.err = f.ctx.Err(); f.err != nil {
			break
		}
		if f.r == nil {
			if f.file++; f.file == len(f.sources) {
				f.file--
				return false
			}
			if f.r, f.err = f.sources[f.file].Open(); f.err != nil {
				break
			}
			f.lines, f.tail, f.format = 0, f.tail[:0], f.o.Format
		}
		if f.fill(b) {
			return true
		}
	}
	return false
}

// fill reads one block of the open source; false when there is none left, or only lines that are too long.
func (f *feed) fill(b *block) bool {
	n := copy(b.buf, f.tail)
	f.tail = f.tail[:0]
	var err error
	for n < len(b.buf) && err == nil {
		var m int
		m, err = f.r.Read(b.buf[n:])
		n += m
	}
	sum := &f.summary.Files[f.file]
	if err != nil {
		f.r.Close()
		f.r = nil
		if err != io.EOF {
			sum.Broken = err
		}
	}
	cut := n
	if err == nil {
		if cut = bytes.LastIndexByte(b.buf[:n], '\n') + 1; cut == 0 {
			sum.skip(fmt.Sprintf("longer than %d bytes", len(b.buf)), f.lines+1, 1)
			f.pass()
			return false
		}
	}
	b.data = b.buf[:cut]
	f.tail = append(f.tail, b.buf[cut:n]...)
	if len(b.data) == 0 {
		return false
	}
	if f.format == nil {
		f.format, _ = line.Recognise(firstLines(b.data))
	}
	if sum.Format == "" && f.format != nil {
		sum.Format = f.format.Name()
	}
	b.seq, b.file, b.first, b.format = f.seq, f.file, f.lines+1, f.format
	f.seq++
	f.lines += int64(bytes.Count(b.data, []byte{'\n'}))
	return true
}

// pass skips the rest of a line that no block can hold.
func (f *feed) pass() {
	buf := make([]byte, 64<<10)
	for {
		n, err := f.r.Read(buf)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			f.tail = append(f.tail[:0], buf[i+1:n]...)
			f.lines++
			return
		}
		if err != nil {
			f.r.Close()
			f.r = nil
			return
		}
	}
}

// firstLines are the lines that a format is recognised from.
func firstLines(b []byte) [][]byte {
	var all [][]byte
	for len(all) < 100 && len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			i = len(b) - 1
			all = append(all, b)
		} else {
			all = append(all, bytes.TrimSuffix(b[:i], []byte{'\r'}))
		}
		b = b[i+1:]
	}
	return all
}
