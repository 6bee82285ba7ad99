// Package logs says from many lines who is refused, since when, and why. Package logs/line knows what lines look like,
// package logs/read gives them, on all cores; this package is what they mean together.
package logs

import (
	"context"

	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/read"
)

// Options say what to read and how.
type Options struct {
	Read read.Options
}

// Report is what was found.
type Report struct {
	Read    *read.Summary
	Refused map[string]int64 // requests answered with 401, 403 or 407, by the format of their file
}

// Analyse reads the sources and counts what was refused.
func Analyse(ctx context.Context, sources []read.Source, o Options) (*Report, error) {
	var all []*counts
	s, err := read.Each(ctx, sources, o.Read, func() read.Worker {
		c := &counts{refused: make([]int64, len(sources))}
		all = append(all, c)
		return c
	})
	return report(s, all...), err
}

// Follow does the same while files grow, and calls show whenever more was refused.
func Follow(ctx context.Context, paths []string, o Options, show func(*Report)) (*Report, error) {
	c := &counts{refused: make([]int64, len(paths))}
	shown := int64(0)
	s, err := read.Follow(ctx, paths, o.Read, c.Line, func(s *read.Summary) {
		n := int64(0)
		for _, x := range c.refused {
			n += x
		}
		if n > shown {
			shown = n
			show(report(s, c))
		}
	})
	if err != nil {
		return nil, err
	}
	return report(s, c), nil
}

func report(s *read.Summary, all ...*counts) *Report {
	r := &Report{Read: s, Refused: map[string]int64{}}
	for _, c := range all {
		for i, n := range c.refused {
			r.Refused[s.Files[i].Format] += n
		}
	}
	return r
}

// counts is one worker's part.
type counts struct{ refused []int64 }

func (c *counts) Line(l *line.Line) {
	if l.Status == 401 || l.Status == 403 || l.Status == 407 {
		c.refused[l.File]++
	}
}

func (c *counts) EndBlock() func() { return nil }
