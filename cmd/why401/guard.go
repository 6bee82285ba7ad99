package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/guard/expiry"
	"github.com/why401/why401/report"
)

// guarding is the command guard.
type guarding struct {
	app *app

	json, sarif, github, junit bool
	prometheus                 string
	rows                       []string
	check, iKnow               bool
	exitZero                   bool
	timeout                    time.Duration
	init                       initial
	logins                     loggingIn
}

func (a *app) guard() *cobra.Command {
	g := &guarding{app: a}
	c := &cobra.Command{
		Use:   "guard CONTRACT | --init URL|HAR|OPENAPI",
		Short: "Who gets what on which route: a file that runs",
		Long: `guard asks what each row of a contract asks, and says which rows do not hold any more, why, and what to do about it.
A first contract is written from what works today:

  why401 guard --init https://app.example.com/ > contract.yaml
  why401 guard contract.yaml

Exit code 0: every row held. 1: a row is broken and its cause was found. 3: broken, cause unknown. 4: a row could not be told,
because the target is down or a secret is missing. docs/guard.md has the file's form; why401 schema contract is for editors.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return g.run(args) },
	}
	f := c.Flags()
	f.StringVar(&g.init.from, "init", "", "write a first contract from what works at `URL`, or in a HAR or OpenAPI file")
	f.StringVarP(&g.init.out, "output", "o", "", "with --init: write it to `FILE` in place of standard output")
	f.StringVar(&g.init.target, "target", "", "with --init OPENAPI: ask at `URL`, not at the description's server")
	f.StringVar(&g.init.connect, "connect", "", "with --init: connect to `ADDRESS:PORT`, as curl --connect-to")
	f.StringVar(&g.init.ca, "cacert", "", "with --init: trust the authorities in `FILE`")
	f.StringArrayVar(&g.rows, "row", nil, "ask only the row called `NAME`")
	f.BoolVar(&g.check, "check", false, "read the contract and its secrets' sources; send nothing")
	f.BoolVar(&g.json, "json", false, "write JSON (schema why401.guard/1)")
	f.BoolVar(&g.junit, "junit", false, "write JUnit XML")
	f.BoolVar(&g.sarif, "sarif", false, "write SARIF 2.1.0, for code scanning")
	f.BoolVar(&g.github, "github", false, "write annotations for GitHub Actions")
	f.StringVar(&g.prometheus, "prometheus", "", "write metrics to `FILE`, too, for node_exporter")
	f.BoolVar(&g.iKnow, "i-know", false, "send a password that was refused lately")
	f.BoolVar(&g.exitZero, "exit-zero", false, "exit 0 whenever the contract could be run")
	f.DurationVar(&g.timeout, "timeout", 30*time.Second, "give up on a row after this time")
	g.logins.register(f)
	a.replayFlags(c)
	a.expiryFlags(c)
	return c
}

func (g *guarding) run(args []string) error {
	forms := 0
	for _, on := range []bool{g.json, g.sarif, g.github, g.junit} {
		if on {
			forms++
		}
	}
	switch {
	case forms > 1:
		return usage("choose one", "--json, --junit, --sarif and --github exclude each other")
	case g.timeout <= 0:
		return usage("for example --timeout 30s", "--timeout %v: expected a time above zero", g.timeout)
	case g.init.from != "" && (len(args) > 0 || forms > 0 || g.check):
		return usage("why401 guard --init URL > contract.yaml", "--init writes a contract; it runs none")
	case g.init.from != "":
		return g.init.run(g)
	case g.init.out != "":
		return usage("why401 guard --init URL -o contract.yaml", "-o without --init")
	case len(args) == 0:
		return usage("why401 guard contract.yaml, or why401 guard --init URL to write a first one", "guard: name the contract")
	}
	if err := g.logins.check(); err != nil {
		return err
	}
	c, err := g.read(args[0])
	if err != nil {
		return err
	}
	if g.check {
		return g.sources(c)
	}
	return g.ask(c)
}

// read reads the contract. Mistakes in it are told as file:line:column, each on a line.
func (g *guarding) read(path string) (*contract.Contract, error) {
	c, err := contract.Read(path)
	var wrong contract.Errors
	switch {
	case errors.As(err, &wrong):
		return nil, &failure{exitUsage, err, "docs/guard.md has the form; why401 schema contract > contract.schema.json is for editors"}
	case err != nil:
		return nil, unreadable(err, "why401 guard --init URL > contract.yaml writes a first one")
	}
	for _, name := range g.rows {
		if c.Find(name) == nil {
			return nil, usage("", "--row %q: the contract has no such row", name)
		}
	}
	return c, nil
}

// sources looks whether every secret can be had, and says which cannot.
func (g *guarding) sources(c *contract.Contract) error {
	from := contract.Sources{Env: g.app.env, Dir: filepath.Dir(c.File)}
	missing := 0
	for _, p := range c.Principals {
		for _, v := range []contract.Value{p.User, p.Secret} {
			if _, err := v.Read(context.Background(), from); err != nil {
				g.app.say("%s:%d: %s: %v", c.File, p.At.Line, p.Name, err)
				missing++
			}
		}
	}
	if missing > 0 {
		return ended(exitUnreadable)
	}
	return g.app.print(fmt.Sprintf("%s: %d rows, nothing wrong with the file\n", report.Terminal(c.File), len(c.Rows)))
}

func (g *guarding) ask(c *contract.Contract) error {
	a := g.app
	known, err := a.catalogue()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := guard.Options{Env: a.env, Timeout: g.timeout, IKnow: g.iKnow, Catalogue: known, Dir: filepath.Dir(c.File), Login: g.logins.browser()}
	if len(g.rows) > 0 {
		o.Only = func(ch guard.Check) bool { return contains(g.rows, ch.Row.Name) }
	}
	res, err := guard.Run(ctx, c, o)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	rep := res.Report()
	rep.Contract = shorter(rep.Contract)
	now := time.Now()
	ends := endings(res, now)
	if werr := g.write(rep, ends, now); werr != nil {
		return werr
	}
	switch code := rep.ExitCode(); {
	case err != nil:
		return ended(exitInterrupted)
	case g.exitZero || code == 0:
		return nil
	default:
		return ended(code)
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func (g *guarding) write(rep *report.Guard, ends []expiry.Ending, now time.Time) error {
	a := g.app
	rep.Endings = expiry.Lines(ends)
	if g.prometheus != "" {
		if err := writeWhole(g.prometheus, func(w io.Writer) error {
			return errors.Join(report.GuardPrometheus(w, rep), expiry.Metrics(w, ends))
		}); err != nil {
			return unreadable(err, "")
		}
	}
	switch {
	case g.json:
		return report.GuardJSON(a.out, rep)
	case g.junit:
		return report.GuardJUnit(a.out, rep)
	case g.sarif:
		return report.GuardSARIF(a.out, rep)
	case g.github:
		return report.GuardGitHub(a.out, rep)
	}
	if err := report.GuardText(a.out, rep, a.options()); err != nil {
		return err
	}
	if soon := expiry.Pressing(ends); len(soon) > 0 {
		return a.print("\n" + expiry.Text(soon, now, a.options()))
	}
	return nil
}

// writeWhole writes a file beside path and renames it, so that nobody reads half of it.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".why401-*")
	if err != nil {
		return fmt.Errorf("%s: %w", path, reasonOf(err))
	}
	defer os.Remove(f.Name())
	if err = errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, reasonOf(err))
	}
	return nil
}
