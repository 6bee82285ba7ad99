package read

import (
	"container/heap"
	"context"
	"slices"

	"github.com/why401/why401/logs/line"
)

// Lines gives all lines to one function on the caller's goroutine, ordered by time: where files overlap, the line that
// is older comes first, and of two of one time that of the file that was given first. Within a file the order of its lines
// is kept, also where the time goes back.
func Lines(ctx context.Context, sources []Source, o Options, to func(l *line.Line)) (*Summary, error) {
	f := newFeed(ctx, sources, o)
	defer f.close()
	var open byTime
	var all []*stream
	for _, x := range slices.Clone(f.files) { // a file that is empty leaves the list

		s := &stream{feed: f, file: x, d: newDecoder(&f.o, len(sources))}
		all = append(all, s)
		if s.file.reached.IsZero() {
			s.more()
		} else { // opened when its time comes
			s.line = &line.Line{Time: s.file.reached}
			s.closed = true
		}
		if s.line != nil {
			open = append(open, s)
		}
	}
	heap.Init(&open)
	for len(open) > 0 && f.err == nil {
		s := open[0]
		if s.closed {
			s.closed = false
		} else {
			to(s.line)
		}
		if s.more(); s.line == nil {
			heap.Pop(&open)
		} else {
			heap.Fix(&open, 0)
		}
	}
	for _, s := range all {
		f.summary.add(s.d.files)
	}
	return f.summary, f.err
}

// stream is one file with the line that comes next.
type stream struct {
	feed   *feed
	file   *file
	d      *decoder
	b      block
	begun  bool
	closed bool
	line   *line.Line // nil at the end
}

// more goes on to the next line.
func (s *stream) more() {
	for {
		if s.begun {
			if s.line = s.d.step(); s.line != nil {
				return
			}
		}
		if s.line = nil; !s.feed.nextOf(s.file, &s.b) {
			s.b = block{}
			return
		}
		s.begun = true
		s.d.begin(&s.b)
	}
}

// byTime orders streams by the line that each gives next.
type byTime []*stream

func (a byTime) Len() int { return len(a) }
func (a byTime) Less(i, j int) bool {
	x, y := a[i].line.Time, a[j].line.Time
	return x.Before(y) || x.Equal(y) && a[i].file.n < a[j].file.n
}
func (a byTime) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *byTime) Push(x any)   { *a = append(*a, x.(*stream)) }
func (a *byTime) Pop() any {
	old := *a
	s := old[len(old)-1]
	*a = old[:len(old)-1]
	return s
}
