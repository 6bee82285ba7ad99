package read

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/why401/why401/logs/line"
)

// block is a run of whole records of one file.
type block struct {
	seq    int64
	file   int
	first  int64 // number of its first line
	format line.Format
	clock  line.Clock
	behind time.Time // of the last line before the block
	data   []byte
	buf    []byte
}

// feed cuts the sources into blocks. Workers take turns at it: whoever needs a block reads it into its own buffer, so
// that the bytes are in its core's cache, and while one decompresses the others parse.
type feed struct {
	ctx   context.Context
	o     Options
	size  int
	start time.Time

	mu      sync.Mutex
	summary *Summary
	err     error
	seq     int64
	files   []*file // that are not read to their end, the one to be read next first
	told    time.Time
	stored  int64 // bytes of files that are read to their end
	total   int64
	zone    *time.Location
}

func newFeed(ctx context.Context, sources []Source, o Options) *feed {
	f := &feed{ctx: ctx, o: o, size: o.BlockSize, summary: newSummary(sources), start: time.Now(), zone: o.Zone}
	if f.size <= 0 {
		f.size = blockSize
	}
	f.told = f.start
	for i := range sources {
		f.files = append(f.files, &file{Source: &sources[i], n: i, sum: &f.summary.Files[i]})
		f.total += sources[i].Size
	}
	for i := range sources {
		if sources[i].Size == 0 && sources[i].Once {
			f.total = 0
		}
	}
	f.prime()
	return f
}

// prime looks at the beginning of each of several files, so that they are read in the order of their times, and so that times
// without a zone get the one that other files name. A source that can be read only once stays where it was given.
func (f *feed) prime() {
	if len(f.files) < 2 {
		return
	}
	zones := map[int]bool{}
	for _, x := range f.files {
		if x.Once {
			continue
		}
		l, ok := x.peek(&f.o)
		if !ok {
			continue
		}
		x.reached = l.Time
		if l.Wall == line.Zoned {
			_, shift := l.Time.Zone()
			zones[shift] = true
		}
	}
	if f.zone == nil && len(zones) == 1 {
		for shift := range zones {
			f.zone = time.FixedZone("", shift)
		}
		f.summary.Zone = f.zone
		f.o.Zone = f.zone
	}
}

// peek reads the first line that has a time. What goes wrong here goes wrong again when the file is read, and is told then.
func (x *file) peek(o *Options) (line.Line, bool) {
	r, err := x.Open()
	if err != nil {
		return line.Line{}, false
	}
	defer r.Close()
	buf := make([]byte, 64<<10)
	n, _ := io.ReadFull(r, buf)
	lines := firstLines(bytes.TrimPrefix(buf[:n], []byte("\ufeff")))
	format := o.Format
	if format == nil {
		format, _ = line.Recognise(lines, o.Known...)
	}
	if format == nil {
		return line.Line{}, false
	}
	p := format.Parser(line.Clock{Zone: o.Zone, Latest: x.Mod})
	for _, b := range lines {
		var l line.Line
		if p.Parse(b, &l) && !l.Time.IsZero() {
			return l, true
		}
	}
	return line.Line{}, false
}

// next reads the next block into b; false at the end.
func (f *feed) next(b *block) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.err == nil && len(f.files) > 0 {
		if f.nextOf(f.pick(), b) {
			return true
		}
	}
	return false
}

// nextOf reads the next block of one file; false at its end.
func (f *feed) nextOf(x *file, b *block) bool {
	if b.buf == nil {
		b.buf = make([]byte, f.size)
	}
	for f.err == nil && !x.done {
		if f.err = f.ctx.Err(); f.err != nil {
			break
		}
		if x.r == nil {
			if f.err = x.open(); f.err != nil {
				break
			}
		}
		got := x.fill(b, &f.o)
		if x.r == nil {
			x.done = true
			f.drop(x)
		}
		f.tell()
		if got {
			b.seq, b.file, b.clock = f.seq, x.n, line.Clock{Zone: f.zone, Latest: x.Mod}
			f.seq++
			return true
		}
	}
	return false
}

// pick is the file that is to be read next: the first one, or one that overlaps it in time and is behind.
func (f *feed) pick() *file {
	best := f.files[0]
	for _, x := range f.files[1:] {
		if !x.reached.IsZero() && !best.reached.IsZero() && x.reached.Before(best.reached) {
			best = x
		}
	}
	return best
}

// close closes what an error or an interruption left open.
func (f *feed) close() {
	for _, x := range f.files {
		if x.r != nil {
			x.close()
		}
	}
}

func (f *feed) drop(x *file) {
	for i := range f.files {
		if f.files[i] == x {
			f.files = append(f.files[:i], f.files[i+1:]...)
			break
		}
	}
	f.stored += x.Size
}

// tell calls Progress now and then.
func (f *feed) tell() {
	if f.o.Progress == nil {
		return
	}
	now := time.Now()
	if now.Sub(f.told) < 250*time.Millisecond {
		return
	}
	f.told = now
	done := f.stored
	var lines int64
	for _, y := range f.files {
		done += y.stored()
	}
	for i := range f.summary.Files {
		lines += f.summary.Files[i].ended
	}
	f.o.Progress(Progress{Read: done, Total: f.total, Lines: lines, Elapsed: now.Sub(f.start)})
}

// file is a source that is being read.
type file struct {
	*Source
	n       int
	sum     *File
	r       io.ReadCloser
	done    bool
	tail    []byte // what was read behind the last whole record
	format  line.Format
	probe   line.Parser // to see how far in time the file is
	reached time.Time   // about the time of the last line that was handed out; before that, of the first
}

func (x *file) open() error {
	r, err := x.Open()
	if err != nil {
		return err
	}
	x.r, x.tail = r, nil
	return nil
}

// stored is how far the file has been read, in bytes as stored.
func (x *file) stored() int64 {
	if p, ok := x.r.(interface{ Position() int64 }); ok {
		return p.Position()
	}
	return 0
}

func (x *file) close() {
	x.r.Close()
	x.r = nil
}

// fill reads one block; false when there is none left, or only a line that is too long. At the end x.r is nil.
func (x *file) fill(b *block, o *Options) bool {
	n := copy(b.buf, x.tail)
	x.tail = x.tail[:0]
	var err error
	for n < len(b.buf) && err == nil {
		var m int
		m, err = x.r.Read(b.buf[n:])
		n += m
	}
	if err != nil {
		x.close()
		if err != io.EOF {
			x.sum.Broken = err
		}
	}
	data := b.buf[:n]
	first := x.sum.ended + 1
	if first == 1 {
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
		if err := x.recognise(data, o); err != nil {
			x.sum.skip(err.Error(), 1, 0)
		}
	}
	cut := len(data)
	if err == nil {
		if cut = bytes.LastIndexByte(data, '\n') + 1; cut == 0 {
			x.sum.skip(fmt.Sprintf("longer than %d bytes", len(b.buf)), first, 1)
			x.pass(len(b.buf))
			return false
		}
		cut = x.whole(data, cut)
		x.tail = append(x.tail, data[cut:]...)
	}
	if b.data = data[:cut]; cut == 0 {
		return false
	}
	b.first, b.format, b.behind = first, x.format, time.Time{}
	if first > 1 {
		b.behind = x.reached
	}
	x.headed(b.data)
	x.sum.ended += int64(bytes.Count(b.data, []byte{'\n'}))
	x.reach(b.data)
	return true
}

// recognise decides the format of a file from its first lines.
func (x *file) recognise(data []byte, o *Options) error {
	if x.format = o.Format; x.format == nil {
		x.format, _ = line.Recognise(firstLines(data), o.Known...)
	} else if h, ok := x.format.(line.Headed); ok {
		for _, b := range firstLines(data) {
			if len(b) > 0 && b[0] == '#' {
				if f := h.Head(b); f != nil {
					x.format = f
					break
				}
			}
		}
	}
	if x.format == nil {
		return nil
	}
	x.sum.Format = x.format.Name()
	x.probe = x.format.Parser(line.Clock{Zone: o.Zone, Latest: x.Mod})
	return nil
}

// whole moves the end of a block in front of the last record that begins in it, which may go on in the next one. When
// nothing else begins there, the block stays as it is and the record is cut.
func (x *file) whole(data []byte, cut int) int {
	s, ok := x.format.(line.Spanning)
	if !ok {
		return cut
	}
	for end := cut; end > 0; {
		start := bytes.LastIndexByte(data[:end-1], '\n') + 1
		if s.Begins(data[start:end-1]) && start > 0 {
			return start
		}
		end = start
	}
	return cut
}

// headed sets the format of the next block, when a line of this one names other fields.
func (x *file) headed(data []byte) {
	h, ok := x.format.(line.Headed)
	if !ok {
		return
	}
	for len(data) > 0 {
		if data[0] != '#' {
			i := bytes.Index(data, []byte("\n#"))
			if i < 0 {
				return
			}
			data = data[i+1:]
		}
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			return
		}
		if f := h.Head(bytes.TrimSuffix(data[:end], []byte{'\r'})); f != nil {
			x.format = f
		}
		data = data[end+1:]
	}
}

// reach notes the time of the last line of a block that says one.
func (x *file) reach(data []byte) {
	if x.probe == nil {
		return
	}
	var l line.Line
	for tries := 0; tries < 3 && len(data) > 1; tries++ {
		start := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
		if x.probe.Parse(bytes.TrimRight(data[start:], "\r\n"), &l) && !l.Time.IsZero() {
			x.reached = l.Time
			return
		}
		data = data[:start]
	}
}

// pass skips the rest of a line that no block can hold.
func (x *file) pass(size int) {
	buf := make([]byte, min(64<<10, size))
	for {
		n, err := x.r.Read(buf)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			x.tail = append(x.tail[:0], buf[i+1:n]...)
			x.sum.ended++
			return
		}
		if err != nil {
			x.close()
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
			return append(all, bytes.TrimSuffix(b, []byte{'\r'}))
		}
		all = append(all, bytes.TrimSuffix(b[:i], []byte{'\r'}))
		b = b[i+1:]
	}
	return all
}
