package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/read"
)

// logFlags are the flags of logs that say what to read and how.
type logFlags struct {
	format, config, zone string
	since, until         string
	follow               bool
}

func (r *logFlags) register(f *pflag.FlagSet) {
	f.StringVar(&r.format, "format", "", "read all lines in this `FORMAT`: a name, or the text of a log_format")
	f.StringVar(&r.config, "config", "", "take log_format and LogFormat from this nginx or Apache `FILE`")
	f.StringVar(&r.zone, "zone", "", "the time `ZONE` of logs that name none: Europe/Berlin, UTC, Local")
	f.StringVar(&r.since, "since", "", "only lines from this `TIME` on: 2006-01-02T15:04, or 2h for two hours ago")
	f.StringVar(&r.until, "until", "", "only lines before this `TIME`")
	f.BoolVarP(&r.follow, "follow", "f", false, "go on reading when the files grow")
}

const logsHint = "why401 logs --help"

func (r *logFlags) options(now time.Time) (o read.Options, err error) {
	if r.format != "" {
		if o.Format, err = line.Named(r.format); errors.Is(err, line.ErrUnknown) {
			return o, usage(logsHint, "--format: %w; known are %s", err, strings.Join(line.Names(), ", "))
		} else if err != nil {
			return o, usage(logsHint, "--format: %w", err)
		}
	}
	if r.config != "" {
		text, err := os.ReadFile(r.config)
		if err != nil {
			return o, unreadable(err, "why401 logs --config /etc/nginx/nginx.conf access.log")
		}
		if o.Known, err = line.FromConfig(string(text)); err != nil {
			return o, usage(logsHint, "--config: %s: %w", r.config, err)
		}
		if len(o.Known) == 0 {
			return o, usage(logsHint, "--config: %s: no log_format and no LogFormat in it", r.config)
		}
	}
	if r.zone != "" {
		if o.Zone, err = time.LoadLocation(r.zone); err != nil {
			return o, usage(logsHint, "--zone: %q is no time zone; expected a name such as Europe/Berlin, UTC or Local", r.zone)
		}
	}
	if o.Since, err = moment(r.since, now); err != nil {
		return o, usage(logsHint, "--since: %w", err)
	}
	if o.Until, err = moment(r.until, now); err != nil {
		return o, usage(logsHint, "--until: %w", err)
	}
	return o, nil
}

// moment reads a time, or how long ago it was.
func moment(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02", "02/Jan/2006:15:04:05 -0700"} {
		if t, err := time.ParseInLocation(form, s, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; expected 2006-01-02T15:04, 2006-01-02, or a duration such as 2h", s)
}

// logProgress shows how far the reading is, where a person watches: what is read of what there is, the rate, and the time
// that is left. wipe takes the line away.
func (a *app) logProgress() (show func(read.Progress), wipe func()) {
	if a.quietly() {
		return nil, func() {}
	}
	shown := false
	show = func(p read.Progress) {
		shown = true
		fmt.Fprintf(a.err, "\r%-72s", progressLine(p))
	}
	return show, func() {
		if shown {
			fmt.Fprintf(a.err, "\r%72s\r", "")
		}
	}
}

func progressLine(p read.Progress) string {
	rate := float64(p.Read) / max(p.Elapsed.Seconds(), 1e-3)
	text := fmt.Sprintf("reading logs: %s, %d lines, %s/s", size(p.Read), p.Lines, size(int64(rate)))
	if p.Total > p.Read && rate > 0 {
		left := time.Duration(float64(p.Total-p.Read) / rate * float64(time.Second))
		text = fmt.Sprintf("reading logs: %d %% of %s, %s/s, %s left", p.Read*100/p.Total, size(p.Total), size(int64(rate)), left.Round(time.Second))
	}
	return text
}

// size is a number of bytes for people, in powers of ten.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0f kB", float64(n)/1e3)
}
