package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/why401/why401/lab"
	"github.com/why401/why401/report"
)

// showpieces are the exhibits that tell most at first sight, best first.
var showpieces = []string{"underscore-header-dropped", "two-auth-layers-one-header", "authorization-scheme-missing"}

func (a *app) demo() *cobra.Command {
	return &cobra.Command{
		Use:   "demo [NAME]",
		Short: "Break a server, diagnose it, fix it, and show that it works",
		Long: "Starts a server on this machine that fails on purpose, shows the request that\n" +
			"it refuses, diagnoses it, applies the fix and sends the request once more.\n" +
			"Names are those of why401 lab --list. Nothing leaves the machine.",
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			all, err := exhibits()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			var names []string
			for _, x := range all {
				if x.scenario.Mended != nil {
					names = append(names, x.name)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := exhibits()
			if err != nil {
				return err
			}
			sc, err := choose(all, args)
			if err != nil {
				return err
			}
			return a.perform(sc)
		},
	}
}

// choose picks the exhibit named, or the best showpiece there is.
func choose(all []exhibit, args []string) (*lab.Scenario, error) {
	if len(args) == 1 {
		sc, err := find(all, args[0])
		if err == nil && sc.Mended == nil {
			return nil, usage("why401 lab --serve "+args[0]+" runs it all the same", "%q has no fix to show", args[0])
		}
		return sc, err
	}
	for _, name := range showpieces {
		if sc, err := find(all, name); err == nil && sc.Mended != nil {
			return sc, nil
		}
	}
	for _, x := range all {
		if x.scenario.Mended != nil {
			return x.scenario, nil
		}
	}
	return nil, usage("why401 lab --list", "the lab has nothing with a fix to show")
}

func (a *app) perform(sc *lab.Scenario) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "why401-demo-")
	if err != nil {
		return unreadable(fmt.Errorf("make a folder for the demo: %w", err), "")
	}
	defer os.RemoveAll(dir)
	w, err := lab.Start(sc)
	if err != nil {
		return unreadable(err, "")
	}
	defer w.Close()

	o, lo := a.options(), lab.Options{StateDir: dir}
	act := func(n int, title string) error {
		return a.print(strings.Join(report.Wrap(fmt.Sprintf("%d. ", n), title, max(o.Width, 20)), "\n") + "\n")
	}
	// A pasted command may span lines; its words are the lab's own, not foreign.
	request := "  $ " + strings.ReplaceAll(w.Request(), "\n", "\n    ") + "\n\n"
	if err := act(1, "A server that fails on purpose"+aboutOf(sc)+". This is refused:"); err != nil {
		return err
	}
	if err := a.print(request); err != nil {
		return err
	}
	if err := act(2, "why401 says:"); err != nil {
		return err
	}
	rep, err := w.Diagnose(ctx, w.Request(), lo)
	if err != nil {
		return err
	}
	if err := report.Text(a.out, rep, o); err != nil {
		return err
	}
	how := sc.Mended.How
	if how == "" {
		how = "what the report says under Fix"
	}
	if err := a.print("\n"); err != nil {
		return err
	}
	if err := act(3, "The fix: "+report.Terminal(how)); err != nil {
		return err
	}
	if w.MendedRequest() != w.Request() {
		if err := a.print("  $ " + w.MendedRequest() + "\n"); err != nil {
			return err
		}
	}
	w.Mend()
	lo.StateDir = filepath.Join(dir, "after") // the mended password is another one: it has a try of its own
	x, err := w.Retry(ctx, w.MendedRequest(), lo)
	if ctx.Err() != nil {
		return ended(exitInterrupted)
	}
	if err != nil {
		return fmt.Errorf("send the mended request: %w", err)
	}
	if err := a.print(fmt.Sprintf("\n4. Before: %d. After: %d.\n", rep.Status, x.Status())); err != nil {
		return err
	}
	want := sc.Mended.Status
	if want != x.Status() && (want != 0 || x.Status()/100 != 2) {
		return fmt.Errorf("the fix did not help: the answer is %d", x.Status())
	}
	return nil
}
