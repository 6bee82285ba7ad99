package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/guard/replay"
	"github.com/why401/why401/logs/read"
)

// replaying is guard --replay.
type replaying struct {
	app             *app
	logs            []string
	against, before string
	as, host        string
	port            int
	read            logFlags
}

const replayHint = "why401 guard --replay access.log --against new-config/ --before /etc/nginx"

// replayFlags gives guard the flags of --replay, and lets it run that instead of a contract.
func (a *app) replayFlags(c *cobra.Command) {
	r := &replaying{app: a}
	f := c.Flags()
	f.StringArrayVar(&r.logs, "replay", nil, "say what a new configuration would do to the requests of this access `LOG`; again for more; - is standard input")
	f.StringVar(&r.against, "against", "", "with --replay: the new configuration, a folder or file at `PATH`")
	f.StringVar(&r.before, "before", "", "with --replay: the configuration that the log was written under, at `PATH`")
	f.StringVar(&r.as, "as", "", "with --replay: read the configurations as this `PROGRAM`'s")
	f.StringVar(&r.host, "host", "", "with --replay: the requests were for `NAME`, where the log does not say so")
	f.IntVar(&r.port, "port", 0, "with --replay: the requests came to port `N`, where neither log nor configuration says so")
	f.StringVar(&r.read.format, "format", "", "with --replay: read the log in this `FORMAT`: a name, or the text of a log_format")
	f.StringVar(&r.read.config, "log-config", "", "with --replay: take log_format and LogFormat from this `FILE`")
	f.StringVar(&r.read.since, "since", "", "with --replay: only lines from this `TIME` on, or 24h for a day ago")
	f.StringVar(&r.read.until, "until", "", "with --replay: only lines before this `TIME`")
	contract := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(r.logs) == 0 {
			for _, name := range []string{"against", "before", "as", "host", "port", "format", "log-config", "since", "until"} {
				if c.Flags().Changed(name) {
					return usage(replayHint, "--%s goes with --replay", name)
				}
			}
			return contract(c, args)
		}
		asJSON, _ := c.Flags().GetBool("json")
		exitZero, _ := c.Flags().GetBool("exit-zero")
		for _, name := range []string{"init", "row", "check", "junit", "sarif", "github", "prometheus"} {
			if c.Flags().Changed(name) {
				return usage(replayHint, "--%s is about a contract; --replay runs none", name)
			}
		}
		switch {
		case len(args) > 0:
			return usage(replayHint, "guard --replay takes no contract: %q", args[0])
		case r.against == "":
			return usage(replayHint, "--replay without --against: name the new configuration")
		case r.port < 0 || r.port > 65535:
			return usage("for example --port 443", "--port %d: expected a port", r.port)
		}
		return r.run(asJSON, exitZero)
	}
}

func (r *replaying) run(asJSON, exitZero bool) error {
	a := r.app
	debug.SetMemoryLimit(224 << 20)
	o := replay.Options{Host: r.host, Port: r.port}
	var err error
	if o.Read, err = r.read.options(time.Now()); err != nil {
		return err
	}
	if o.New, err = r.configuration(r.against); err != nil {
		return err
	}
	if r.before != "" {
		old, err := r.configuration(r.before)
		if err != nil {
			return err
		}
		if old.Program != o.New.Program {
			return usage(replayHint, "--before is a configuration of %s, and --against one of %s", old.Program, o.New.Program)
		}
		o.Before = &old
	}
	sources, err := read.Files(r.logs...)
	if err != nil {
		return unreadable(err, replayHint)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var wipe func()
	o.Read.Progress, wipe = a.logProgress()
	rep, summary, err := replay.Run(ctx, sources, o)
	wipe()
	if summary != nil {
		for _, n := range summary.Notes() {
			a.say("%s", n)
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &failure{exitInterrupted, errors.New("interrupted"), ""}
	case err != nil:
		return unreadable(err, replayHint)
	}
	dir, err := os.Getwd()
	within := func(text string) string {
		if err != nil || dir == "/" {
			return text
		}
		return strings.ReplaceAll(text, dir+string(filepath.Separator), "")
	}
	for i := range rep.Findings {
		f := &rep.Findings[i]
		f.File, f.WasFile, f.Says, f.Was = shorter(f.File), shorter(f.WasFile), within(f.Says), within(f.Was)
	}
	for i := range rep.Open {
		rep.Open[i].What = within(rep.Open[i].What)
	}
	rep.Against, rep.Before = shorter(rep.Against), shorter(rep.Before)
	if asJSON {
		err = rep.WriteJSON(a.out)
	} else {
		err = a.print(rep.Text(a.options(), shorter))
	}
	switch {
	case err != nil:
		return err
	case rep.Breaks() && !exitZero:
		return ended(1)
	}
	return nil
}

// configuration reads the one configuration at path that requests can be followed through.
func (r *replaying) configuration(path string) (replay.Configuration, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return replay.Configuration{}, unreadable(fmt.Errorf("%s: %w", path, err), "")
	}
	if _, known := programs.Find(r.as); r.as != "" && !known {
		return replay.Configuration{}, usage("why401 config --help names them", "--as %q: no such program", r.as)
	}
	found, failed := programs.ReadPaths(conf.Disk(), []string{abs}, r.as)
	var fit []replay.Configuration
	for _, f := range found {
		if replay.Replayable(f.Config) {
			fit = append(fit, replay.Configuration{Path: f.Path, Config: f.Config, Source: f.Source})
		}
	}
	switch {
	case len(fit) == 1:
		for _, u := range fit[0].Unread {
			r.app.say("%s: %s", shorter(u.Place.String()), u.What)
		}
		return fit[0], nil
	case len(fit) > 1:
		var names []string
		for _, f := range fit {
			names = append(names, f.Program+" ("+shorter(f.Path)+")")
		}
		return replay.Configuration{}, usage(replayHint, "%s holds several configurations: %v; name one of them, or its program with --as", path, names)
	case len(found) > 0:
		return replay.Configuration{}, unreadable(fmt.Errorf("%s: requests of a log cannot be followed through a configuration of %s; expected one of %v", path, found[0].Program, replay.Programs), replayHint)
	}
	return replay.Configuration{}, unreadable(errors.Join(failed...), replayHint)
}
