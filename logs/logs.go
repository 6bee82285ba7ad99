// Package logs says from many lines who is refused, since when, and why. Package logs/line knows what lines look like,
// logs/read gives them, on all cores, logs/tally keeps of them what is needed, in parts that can be merged; this package
// is what they mean together.
//
//	lines ──read──▶ tally, one per core ──merge──▶ view ──find──▶ findings ──judge──▶ Report
//
// The search sees the finished tally only. So the report is the same however the lines came.
package logs

import (
	"context"
	"time"

	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/read"
	"github.com/why401/why401/logs/tally"
)

// Options say what to read and how to report it.
type Options struct {
	Read      read.Options
	Deploys   []time.Time // moments at which something was changed, as the user knows
	ShowUsers bool        // else names are masked
}

// Analyse reads the sources and says what happened.
func Analyse(ctx context.Context, sources []read.Source, o Options) (*Report, error) {
	t, s, err := Tally(ctx, sources, o)
	if err != nil {
		return nil, err
	}
	return Of(ctx, t, s, o), nil
}

// Tally reads the sources and keeps what is needed to report them, to be written to a file and merged with others.
func Tally(ctx context.Context, sources []read.Source, o Options) (*tally.Tally, *read.Summary, error) {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = s.Name
	}
	var parts []*tally.Tally
	s, err := read.Each(ctx, sources, o.Read, func() read.Worker {
		t := tally.New(names...)
		parts = append(parts, t)
		return worker{t}
	})
	if err != nil {
		return nil, s, err
	}
	t := parts[0]
	for i, p := range parts[1:] {
		t.Merge(p)
		parts[i+1] = nil // so that its rows can go while the next is merged
	}
	for _, f := range s.Files {
		if f.Format != "" {
			t.Formats[f.Format] = true
		}
	}
	t.Trim()
	return t, s, nil
}

// worker is one core's tally.
type worker struct{ t *tally.Tally }

func (w worker) Line(l *line.Line) { w.t.Add(l) }
func (w worker) EndBlock() func()  { return nil }

// Follow does the same while files grow, and calls show when it has something new to say. Looking for incidents takes a
// tenth of the time at most, so that on a busy log the lines come first.
func Follow(ctx context.Context, paths []string, o Options, show func(*Report)) (*Report, error) {
	t := tally.New(paths...)
	answers := answers{}
	report := func(s *read.Summary) *Report {
		v := newView(t)
		v.answers = answers
		// Who ends the following wants to know what was found, so the search does not end with it.
		return v.report(ctx, v.find(context.WithoutCancel(ctx)), s, o)
	}
	last := ""
	lines := int64(-1)
	var next time.Time
	s, err := read.Follow(ctx, paths, o.Read, t.Add, func(s *read.Summary) {
		now := time.Now()
		if t.Lines == lines || now.Before(next) {
			return
		}
		lines = t.Lines
		for _, f := range s.Files {
			if f.Format != "" {
				t.Formats[f.Format] = true
			}
		}
		if r := report(s); r.headline() != last {
			last = r.headline()
			show(r)
		}
		next = now.Add(10 * time.Since(now))
	})
	if err != nil {
		return nil, err
	}
	return report(s), nil
}

// Of reports a tally. s is what was read in this run, nil when the tally comes from files.
func Of(ctx context.Context, t *tally.Tally, s *read.Summary, o Options) *Report {
	v := newView(t)
	return v.report(ctx, v.find(ctx), s, o)
}
