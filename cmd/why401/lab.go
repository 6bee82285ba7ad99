package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/why401/why401/lab"
	"github.com/why401/why401/report"
)

func (a *app) lab() *cobra.Command {
	var list bool
	var serve string
	var stay time.Duration
	c := &cobra.Command{
		Use:   "lab --list | --serve NAME",
		Short: "Servers on this machine that fail on purpose, to try things on",
		Args:  exactly(0, "why401 lab --serve NAME"),
		RunE: func(*cobra.Command, []string) error {
			all, err := exhibits()
			if err != nil {
				return err
			}
			switch {
			case list == (serve != ""):
				return usage("why401 lab --list, then why401 lab --serve NAME", "say either --list or --serve NAME")
			case list:
				for _, x := range all {
					if err := a.print(x.name + aboutOf(x.scenario) + "\n"); err != nil {
						return err
					}
				}
				return nil
			}
			sc, err := find(all, serve)
			if err != nil {
				return err
			}
			return a.serve(sc, stay)
		},
	}
	c.Flags().BoolVar(&list, "list", false, "list the servers")
	c.Flags().StringVar(&serve, "serve", "", "start server `NAME`, print what it refuses")
	c.Flags().DurationVar(&stay, "for", 0, "end after this time (default: until Ctrl-C)")
	return c
}

func aboutOf(sc *lab.Scenario) string {
	if sc.About == "" {
		return ""
	}
	return ": " + report.Terminal(sc.About)
}

// serve runs sc until Ctrl-C, or for a while.
func (a *app) serve(sc *lab.Scenario, stay time.Duration) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if stay > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, stay)
		defer end()
	}
	w, err := lab.Start(sc)
	if err != nil {
		return unreadable(err, "")
	}
	defer w.Close()
	cmd, err := w.Curl(w.Request())
	if err != nil {
		return unreadable(err, "")
	}
	// The command goes to standard output alone, so that it can be taken from there.
	if err := a.print(cmd + "\n"); err != nil {
		return err
	}
	until := "until Ctrl-C"
	if stay > 0 {
		until = fmt.Sprintf("for %s", stay)
	}
	a.say("this is refused; the server runs %s", until)
	a.say("in another terminal: why401 and the line above behind it")
	<-ctx.Done()
	return nil
}
