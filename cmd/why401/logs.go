package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/why401/why401/logs"
	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/read"
)

func (a *app) logs() *cobra.Command {
	var format, since, until string
	c := &cobra.Command{
		Use:   "logs FILE...",
		Short: "Say from log files who is refused, since when, and why",
		Long: "Reads access and error logs, rotated and compressed ones too; - is standard\n" +
			"input. The format is recognised from the first lines. Nothing is sent.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := readOptions(format, since, until)
			if err != nil {
				return err
			}
			sources, err := read.Files(args...)
			if err != nil {
				return unreadable(err, "why401 logs access.log")
			}
			r, err := logs.Analyse(c.Context(), sources, logs.Options{Read: o})
			if err != nil {
				return unreadable(err, "why401 logs access.log")
			}
			var text strings.Builder
			for _, name := range slices.Sorted(maps.Keys(r.Refused)) {
				fmt.Fprintf(&text, "%s: %d refused\n", name, r.Refused[name])
			}
			return a.print(text.String())
		},
	}
	c.Flags().StringVar(&format, "format", "", "read all files in this `FORMAT`: a name, or the text of a log_format")
	c.Flags().StringVar(&since, "since", "", "only lines from this `TIME` on: 2006-01-02T15:04, or 2h for two hours ago")
	c.Flags().StringVar(&until, "until", "", "only lines before this `TIME`")
	return c
}

// readOptions are the flags of logs that say how to read.
func readOptions(format, since, until string) (o read.Options, err error) {
	const hint = "why401 logs --help"
	if format != "" {
		if o.Format, err = line.Named(format); errors.Is(err, line.ErrUnknown) {
			return o, usage(hint, "--format: %w; known are %s", err, strings.Join(line.Names(), ", "))
		} else if err != nil {
			return o, usage(hint, "--format: %w", err)
		}
	}
	if o.Since, err = moment(since, time.Now()); err != nil {
		return o, usage(hint, "--since: %w", err)
	}
	if o.Until, err = moment(until, time.Now()); err != nil {
		return o, usage(hint, "--until: %w", err)
	}
	return o, nil
}

// moment reads a time, or how long ago it was.
func moment(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil {
		return now.Add(-d), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(form, s, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; expected 2006-01-02T15:04, 2006-01-02, or a duration such as 2h", s)
}
