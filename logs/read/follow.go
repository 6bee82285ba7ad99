package read

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/why401/why401/logs/line"
)

// Poll is how often Follow looks for more.
const Poll = 250 * time.Millisecond

// Follow reads files to their end and goes on when they grow, until ctx is done. A file that is renamed and made anew, as
// logrotate does, is read to its end and then the new one; a file that is cut off, as copytruncate does, is read from its
// beginning again. Lines come in the order in which they are found. idle is called whenever all that is there has been
// read, so that what is known can be shown; it must not take long.
//
// The sources are paths, "-" is standard input. Files that do not exist yet are waited for, except when none exists.
// The summary is complete when Follow returns; its error is nil when ctx was done.
func Follow(ctx context.Context, paths []string, o Options, to func(l *line.Line), idle func(s *Summary)) (*Summary, error) {
	sources := make([]Source, len(paths))
	f := &follower{o: o, size: o.BlockSize}
	if f.size <= 0 {
		f.size = blockSize
	}
	there := 0
	for i, path := range paths {
		sources[i].Name = path
		t := &tail{path: path, file: file{Source: &sources[i], n: i}, d: newDecoder(&f.o, len(paths))}
		err := t.look()
		if err == nil {
			there++
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		f.tails = append(f.tails, t)
	}
	f.summary = newSummary(sources)
	for i, t := range f.tails {
		t.sum = &f.summary.Files[i]
	}
	if there == 0 {
		return nil, fmt.Errorf("%s: %w", paths[0], os.ErrNotExist)
	}
	defer f.close()
	tick := time.NewTicker(Poll)
	defer tick.Stop()
	for {
		for _, t := range f.tails {
			if err := f.drain(ctx, t, to); err != nil {
				return f.sum(), err
			}
		}
		if idle != nil {
			idle(f.sum())
		}
		if f.ended() {
			return f.sum(), nil
		}
		select {
		case <-ctx.Done():
			return f.sum(), nil
		case <-tick.C:
		}
	}
}

// ended reports that standard input was all there was to follow, and that it is over.
func (f *follower) ended() bool {
	for _, t := range f.tails {
		if !t.ended {
			return false
		}
	}
	return true
}

type follower struct {
	o       Options
	size    int
	summary *Summary
	tails   []*tail
}

// tail is one file that is followed.
type tail struct {
	file
	path  string
	d     *decoder
	f     *os.File
	at    int64 // how far it has been read
	old   bool  // f was renamed: when it is read to its end, the file of the path is next
	block block
	held  int // bytes in block.buf that are no whole record yet
	quiet int // how often nothing new has come

	pipe    <-chan []byte // of standard input, which has no end to poll; closed at its end
	pending []byte
	ended   bool
}

// look opens the file.
func (t *tail) look() error {
	if t.path == "-" {
		if t.f == nil {
			t.f, t.pipe = os.Stdin, chunks(os.Stdin)
		}
		return nil
	}
	f, err := os.Open(t.path)
	if err != nil {
		return err
	}
	magic := make([]byte, 4)
	n, _ := f.ReadAt(magic, 0)
	if n >= 2 && magic[0] == 0x1f && magic[1] == 0x8b || n == 4 && string(magic) == "\x28\xb5\x2f\xfd" || n >= 3 && string(magic[:3]) == "BZh" {
		f.Close()
		return fmt.Errorf("%s: a compressed file cannot be followed; expected the one that is being written", t.path)
	}
	t.f, t.at, t.old = f, 0, false
	if info, err := f.Stat(); err == nil {
		t.Mod = info.ModTime()
	}
	return nil
}

// drain reads all that a file has now.
func (f *follower) drain(ctx context.Context, t *tail, to func(l *line.Line)) error {
	for ctx.Err() == nil {
		if t.f == nil {
			if err := t.look(); errors.Is(err, os.ErrNotExist) {
				return nil
			} else if err != nil {
				return err
			}
		}
		n, err := t.read(f.size)
		if err != nil && err != io.EOF {
			t.sum.Broken = err
			return err
		}
		f.give(t, n == 0, to)
		if n > 0 {
			continue
		}
		switch {
		case t.old:
			f.flush(t, to)
			t.f.Close()
			t.f = nil
		case t.ended:
			f.flush(t, to)
			return nil
		case t.pipe != nil:
			return nil
		case t.replaced():
			t.old = true // what was written between the read above and the renaming is still to be read
		case t.shorter():
			t.sum.doubt("the file was cut off here, and is read from its beginning again", t.sum.ended, 1)
			t.at, t.held = 0, 0
		default:
			return nil
		}
	}
	return nil
}

// read adds what the file has to what was held back, and gives how many bytes came.
func (t *tail) read(size int) (int, error) {
	if t.block.buf == nil {
		t.block.buf = make([]byte, size)
	}
	var n int
	var err error
	if t.pipe != nil {
		n = t.fromPipe(t.block.buf[t.held:])
	} else {
		n, err = t.f.ReadAt(t.block.buf[t.held:], t.at)
	}
	t.at += int64(n)
	t.held += n
	return n, err
}

// chunks reads on a goroutine of its own, since a read from a pipe waits and cannot be called off.
func chunks(r io.Reader) <-chan []byte {
	out := make(chan []byte)
	go func() {
		defer close(out)
		for {
			b := make([]byte, 64<<10)
			n, err := r.Read(b)
			if n > 0 {
				out <- b[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// fromPipe takes what has come, without waiting.
func (t *tail) fromPipe(b []byte) int {
	if len(t.pending) == 0 {
		select {
		case more, ok := <-t.pipe:
			t.pending, t.ended = more, !ok
		default:
		}
	}
	n := copy(b, t.pending)
	t.pending = t.pending[n:]
	return n
}

// replaced reports that the path is another file now.
func (t *tail) replaced() bool {
	now, err := os.Stat(t.path)
	if err != nil {
		return false // renamed, and nothing new is there yet
	}
	was, err := t.f.Stat()
	return err == nil && !os.SameFile(now, was)
}

func (t *tail) shorter() bool {
	info, err := t.f.Stat()
	return err == nil && info.Size() < t.at
}

// give hands out the whole records of the buffer. A record of several lines is held back until the next one begins, or
// nothing has come for a while.
func (f *follower) give(t *tail, nothing bool, to func(l *line.Line)) {
	data := t.block.buf[:t.held]
	if nothing {
		t.quiet++
	} else {
		t.quiet = 0
	}
	if len(data) == 0 {
		return
	}
	if t.format == nil {
		t.recognise(data, &f.o)
	}
	cut := lastBreak(data)
	if t.quiet < 2 {
		cut = t.whole(data, cut)
		if s, ok := t.format.(line.Spanning); ok && cut > 0 && !nothing && s.Begins(data) && countBegins(s, data[:cut]) == 1 {
			cut = 0 // the only record there is; it may go on
		}
	}
	if cut == 0 && t.held == len(t.block.buf) { // longer than a block
		t.sum.skip(fmt.Sprintf("longer than %d bytes", len(t.block.buf)), t.sum.ended+1, 1)
		t.held = 0
		return
	}
	f.block(t, cut, to)
}

// flush hands out what is left of a file that will not grow any more.
func (f *follower) flush(t *tail, to func(l *line.Line)) { f.block(t, t.held, to) }

func (f *follower) block(t *tail, cut int, to func(l *line.Line)) {
	if cut == 0 {
		return
	}
	b := &t.block
	b.data = b.buf[:cut]
	b.first, b.format, b.file, b.behind = t.sum.ended+1, t.format, t.n, t.reached
	b.clock = line.Clock{Zone: f.o.Zone}
	t.d.begin(b)
	for l := t.d.step(); l != nil; l = t.d.step() {
		t.reached = l.Time
		to(l)
	}
	t.headed(b.data)
	t.sum.ended = t.d.n
	t.held = copy(b.buf, b.buf[cut:t.held])
}

func (f *follower) sum() *Summary {
	s := *f.summary
	s.Files = make([]File, len(f.summary.Files))
	for i := range s.Files {
		x := &f.summary.Files[i]
		s.Files[i] = File{Name: x.Name, Format: x.Format, Broken: x.Broken, ended: x.ended}
		s.Files[i].Skipped = append(s.Files[i].Skipped, x.Skipped...)
		s.Files[i].Doubts = append(s.Files[i].Doubts, x.Doubts...)
	}
	for _, t := range f.tails {
		s.add(t.d.files)
	}
	return &s
}

func (f *follower) close() {
	for _, t := range f.tails {
		if t.f != nil && t.path != "-" {
			t.f.Close()
		}
	}
}

// lastBreak is behind the last line break.
func lastBreak(b []byte) int {
	for i := len(b); i > 0; i-- {
		if b[i-1] == '\n' {
			return i
		}
	}
	return 0
}

func countBegins(s line.Spanning, b []byte) int {
	n := 0
	for _, x := range firstLines(b) {
		if s.Begins(x) {
			n++
		}
	}
	return n
}
