package main

import (
	"fmt"

	"github.com/spf13/pflag"
	"github.com/why401/why401/logs"
	"github.com/why401/why401/logs/show"
)

// logForms are the flags of logs that say what is written.
type logForms struct {
	json, markdown, html, prometheus bool
	summary                          string
	merge                            bool
}

func (f *logForms) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.json, "json", false, "write JSON (why401 schema logs)")
	flags.BoolVar(&f.markdown, "markdown", false, "write Markdown, for a ticket")
	flags.BoolVar(&f.html, "html", false, "write a page with a timeline")
	flags.BoolVar(&f.prometheus, "prometheus", false, "write Prometheus' text format")
	flags.StringVar(&f.summary, "summary-out", "", "write a summary to this `FILE`, to be merged with others")
	flags.BoolVar(&f.merge, "merge", false, "the files are such summaries")
}

// check wants one form.
func (f *logForms) check(follow bool) error {
	n := 0
	for _, on := range []bool{f.json, f.markdown, f.html, f.prometheus, f.summary != ""} {
		if on {
			n++
		}
	}
	switch {
	case n > 1:
		return usage(logsHint, "logs: expected one of --json, --markdown, --html, --prometheus, --summary-out")
	case follow && (f.summary != "" || f.merge):
		return usage(logsHint, "logs: --follow goes with neither --summary-out nor --merge")
	}
	return nil
}

func (a *app) logText(r *logs.Report, f *logForms) string {
	switch {
	case f.json:
		return show.JSON(r)
	case f.markdown:
		return show.Markdown(r)
	case f.html:
		return show.HTML(r)
	case f.prometheus:
		return show.Prometheus(r)
	case a.show.quiet:
		return show.Line(r)
	}
	return show.Text(r, a.options(), a.show.verbose)
}

// printLogs writes the report and gives the exit code that its outcome has.
func (a *app) printLogs(r *logs.Report, f *logForms) error {
	if err := a.print(a.logText(r, f)); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if code := r.Outcome.ExitCode(); code != exitOK {
		return ended(code)
	}
	return nil
}
