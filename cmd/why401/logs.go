package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/why401/why401/logs"
	"github.com/why401/why401/logs/read"
	"github.com/why401/why401/logs/tally"
)

func (a *app) logs() *cobra.Command {
	var r logFlags
	var out logForms
	var deploys []string
	showUsers := false
	c := &cobra.Command{
		Use:   "logs FILE...",
		Short: "Say from log files who is refused, since when, and why",
		Long: "Reads access and error logs, rotated and compressed ones too; - is standard\n" +
			"input. The format is recognised from the first lines. Nothing is sent.\n\n" +
			"Several machines: --summary-out on each, then --merge over the summaries.",
		Args: atLeastOneLog,
		RunE: func(_ *cobra.Command, args []string) error {
			// The tables take some 60 MiB at their bounds. The program and the collector's own needs come on top, and all of
			// it has to stay below 128 MB, however long the log is.
			debug.SetMemoryLimit(88 << 20)
			o := logs.Options{ShowUsers: showUsers}
			var err error
			now := time.Now()
			if o.Read, err = r.options(now); err != nil {
				return err
			}
			for _, d := range deploys {
				at, err := moment(d, now)
				if err != nil {
					return usage(logsHint, "--deploy: %w", err)
				}
				o.Deploys = append(o.Deploys, at)
			}
			if err := out.check(r.follow); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if r.follow {
				return a.followLogs(ctx, args, o, &out)
			}
			t, s, err := a.tally(ctx, args, o, out.merge)
			if err != nil {
				return err
			}
			if s != nil {
				for _, n := range s.Notes() {
					a.say("%s", n)
				}
			}
			if out.summary != "" {
				return writeSummary(out.summary, t)
			}
			return a.printLogs(logs.Of(ctx, t, s, o), &out)
		},
	}
	r.register(c.Flags())
	out.register(c.Flags())
	c.Flags().StringArrayVar(&deploys, "deploy", nil, "something was changed at this `TIME`; may be given several times")
	c.Flags().BoolVar(&showUsers, "show-users", false, "write names of users; masked without it")
	return c
}

func atLeastOneLog(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("why401 logs /var/log/nginx/access.log", "logs: expected log files, or - for standard input")
	}
	return nil
}

// tally reads logs, or summaries of logs.
func (a *app) tally(ctx context.Context, args []string, o logs.Options, summaries bool) (*tally.Tally, *read.Summary, error) {
	if summaries {
		t, err := readSummaries(args)
		return t, nil, err
	}
	const hint = "why401 logs access.log"
	sources, err := read.Files(args...)
	if err != nil {
		return nil, nil, unreadable(err, hint)
	}
	var wipe func()
	o.Read.Progress, wipe = a.logProgress()
	t, s, err := logs.Tally(ctx, sources, o)
	wipe()
	switch {
	case errors.Is(err, context.Canceled):
		return nil, nil, &failure{exitInterrupted, errors.New("interrupted"), ""}
	case err != nil:
		return nil, nil, unreadable(err, hint)
	case t.Lines == t.Untimed:
		return nil, nil, unreadable(errors.New("no line of the files could be read as a log"), "why401 logs --format combined access.log")
	}
	return t, s, nil
}

func readSummaries(paths []string) (*tally.Tally, error) {
	const hint = "why401 logs --summary-out a.sum access.log && why401 logs --merge a.sum"
	whole := tally.New()
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(err, hint)
		}
		t, err := tally.Read(f)
		f.Close()
		if err != nil {
			return nil, unreadable(fmt.Errorf("%s: %w", path, err), hint)
		}
		whole.Merge(t)
	}
	return whole, nil
}

// writeSummary writes beside the file first, so that a summary is whole or not there. It holds names and addresses, so only
// its owner may read it.
func writeSummary(path string, t *tally.Tally) error {
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return unreadable(err, logsHint)
	}
	err = errors.Join(t.Write(f), f.Close())
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		os.Remove(path + ".part")
		return unreadable(err, logsHint)
	}
	return nil
}

func (a *app) followLogs(ctx context.Context, args []string, o logs.Options, out *logForms) error {
	r, err := logs.Follow(ctx, args, o, func(now *logs.Report) { _ = a.print(a.logText(now, out)) })
	if err != nil {
		return unreadable(err, "why401 logs --follow access.log")
	}
	return a.printLogs(r, out)
}
