package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/why401/why401/logs"
	"github.com/why401/why401/logs/read"
)

func (a *app) logs() *cobra.Command {
	var r logFlags
	c := &cobra.Command{
		Use:   "logs FILE...",
		Short: "Say from log files who is refused, since when, and why",
		Long: "Reads access and error logs, rotated and compressed ones too; - is standard\n" +
			"input. The format is recognised from the first lines. Nothing is sent.",
		Args: atLeastOneLog,
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := r.options(time.Now())
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			report, err := a.analyse(ctx, &r, args, o)
			if err != nil {
				return err
			}
			for _, n := range report.Read.Notes() {
				a.say("%s", n)
			}
			return a.print(refusals(report))
		},
	}
	r.register(c.Flags())
	return c
}

func atLeastOneLog(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("why401 logs /var/log/nginx/access.log", "logs: expected log files, or - for standard input")
	}
	return nil
}

func (a *app) analyse(ctx context.Context, r *logFlags, args []string, o read.Options) (*logs.Report, error) {
	const hint = "why401 logs access.log"
	if r.follow {
		report, err := logs.Follow(ctx, args, logs.Options{Read: o}, func(now *logs.Report) { _ = a.print(refusals(now)) })
		if err != nil {
			return nil, unreadable(err, hint)
		}
		return report, nil
	}
	sources, err := read.Files(args...)
	if err != nil {
		return nil, unreadable(err, hint)
	}
	var wipe func()
	o.Progress, wipe = a.logProgress()
	report, err := logs.Analyse(ctx, sources, logs.Options{Read: o})
	wipe()
	switch {
	case errors.Is(err, context.Canceled):
		return nil, &failure{exitInterrupted, errors.New("interrupted"), ""}
	case err != nil:
		return nil, unreadable(err, hint)
	}
	return report, nil
}

func refusals(r *logs.Report) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.Refused)) {
		fmt.Fprintf(&text, "%s: %d refused\n", name, r.Refused[name])
	}
	return text.String()
}
