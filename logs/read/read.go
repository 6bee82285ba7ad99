// Package read gives the lines of log files to those who understand them: many files as one stream, on all cores, in
// memory that does not grow with the files.
//
// A file is read in blocks of whole lines. Each Worker belongs to one goroutine; it takes the next block of the stream,
// gets its lines one after the other, and is told when the block ends:
//
//	sources, err := read.Files("access.log")
//	var parts []*part
//	summary, err := read.Each(ctx, sources, read.Options{}, func() read.Worker {
//		p := newPart()
//		parts = append(parts, p) // newWorker is called before any reading begins, by one goroutine
//		return p
//	})
//	// merge parts, small and independent of order
//
// What does not depend on order (counts per minute, per client) is gathered in the worker and merged when Each has
// returned. What does depend on it (a 401 whose second leg stands in the next block) is handed over at the end of each
// block: the function that EndBlock returns is run in the order of the blocks, never two at a time. Blocks of one file come
// in the order of the file; files that overlap in time take turns, the one that is behind first. A line has its
// exact place as line.Line's File and N.
//
// Lines gives all lines to one function instead, ordered by time across files; it uses one core.
package read

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/why401/why401/logs/line"
)

// A Worker takes lines on one goroutine.
type Worker interface {
	// Line takes one line. It, and all slices in it, hold until the call returns; it must not be written to.
	Line(l *line.Line)
	// EndBlock ends a block. The function it returns is called in the order of the blocks, from any goroutine, but never
	// beside another; nil is nothing to do. The worker may be given lines of its next block before that.
	EndBlock() (join func())
}

// Options say how to read. The zero value reads everything, each file in the format that its first lines have.
type Options struct {
	Format line.Format   // of all lines; nil: recognised file by file, and line by line where a line is of another
	Known  []line.Format // formats that are tried before those that why401 knows, such as those of a configuration

	Since, Until time.Time // only lines of this time; zero: no bound. Until is outside

	Zone *time.Location // of times that name none; nil: that of other files of the run that name theirs, else UTC

	Workers   int // 0: one per core
	BlockSize int // bytes, 0: 1 MiB. A line that is longer is skipped and counted
	Progress  func(Progress)
}

// Progress is told about four times a second.
type Progress struct {
	Read, Total int64 // bytes as stored; Total is 0 when one of the sources does not know its size
	Lines       int64
	Elapsed     time.Duration
}

const blockSize = 1 << 20

func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Each reads all sources on several cores and returns what was read and what was skipped. newWorker is called once per
// goroutine before reading begins. The error is ctx's, or that of the first source that could not be opened; a
// source that breaks off in the middle is told in the summary.
func Each(ctx context.Context, sources []Source, o Options, newWorker func() Worker) (*Summary, error) {
	f := newFeed(ctx, sources, o)
	j := &joiner{waiting: map[int64]func(){}}
	j.ready.L = &j.mu
	workers := make([]Worker, o.workers())
	for i := range workers {
		workers[i] = newWorker()
	}
	decoders := make([]*decoder, len(workers))
	var wg sync.WaitGroup
	for i, w := range workers {
		d := newDecoder(&f.o, len(sources))
		decoders[i] = d
		wg.Go(func() {
			var b block
			for f.next(&b) {
				d.begin(&b)
				for l := d.step(); l != nil; l = d.step() {
					w.Line(l)
				}
				j.join(b.seq, w.EndBlock())
			}
		})
	}
	wg.Wait()
	f.close()
	for _, d := range decoders {
		f.summary.add(d.files)
	}
	return f.summary, f.err
}

// joiner runs what blocks leave behind in the order of the blocks.
type joiner struct {
	mu      sync.Mutex
	ready   sync.Cond
	next    int64
	waiting map[int64]func()
}

// ahead is how many blocks may be done before one that is not; it bounds what waits.
const ahead = 64

func (j *joiner) join(seq int64, f func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for seq > j.next+ahead {
		j.ready.Wait()
	}
	j.waiting[seq] = f
	for {
		f, ok := j.waiting[j.next]
		if !ok {
			return
		}
		delete(j.waiting, j.next)
		if f != nil {
			f()
		}
		j.next++
		j.ready.Broadcast()
	}
}
