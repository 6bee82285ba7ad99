package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/why401/why401"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/internal/term"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/report"
)

// mending is the commands fix and undo.
type mending struct {
	app *app

	plan, apply, status   bool
	config                []string
	site, from            string
	db                    databaseFlags
	request, other, guard string
	host                  string
	test, reload          string
	own, unsafe, iKnow    bool
	json                  bool

	steps []report.FixStep // that were done, for --json
}

func (a *app) fixCommand() *cobra.Command {
	m := &mending{app: a}
	c := &cobra.Command{
		Use:   "fix REMEDY {--config PATH... | --site DIR} --plan | fix PLAN --apply --request 'curl ...'",
		Short: "Change a server's configuration as a remedy says, prove that it helped, or put it back",
		Long: "--plan shows the change, what it opens and how it is undone, and changes\n" +
			"nothing. --apply makes it: it saves what is there, replaces each file, lets the\n" +
			"server test and reload, and asks: the failing request must be let in, nobody\n" +
			"without a credential or with a wrong one, and another request as before. If\n" +
			"not, everything is put back. docs/fixing.md has more.\n\n" +
			"REMEDY is what a report of why401 config prints: a cause, cause/remedy, and\n" +
			"with @FILE:LINE one of several places. PLAN is the number of a plan.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return m.run(args) },
	}
	f := c.Flags()
	f.BoolVar(&m.plan, "plan", false, "show the plan and keep it; change nothing")
	f.BoolVar(&m.apply, "apply", false, "make the change")
	f.BoolVar(&m.status, "status", false, "say how the fixes stand, and clear away what a crash left")
	f.StringArrayVar(&m.config, "config", nil, "read the configuration that begins in `PATH`")
	f.StringVar(&m.site, "site", "", "look at the system installed in this `FOLDER`, and into its database")
	f.StringVar(&m.from, "from", "", "take the paths from this `FILE`, a report of why401 config --json, or -")
	m.register(f)
	f.StringVar(&m.guard, "guarded", "", "this `REQUEST` must stay refused; needed when the failing one has no credential")
	f.StringVar(&m.host, "host", "", "the `NAME` of the site, typed to change one that looks live")
	f.BoolVar(&m.own, "own-server", false, "the server is yours: a made-up login may be tried, too")
	return c
}

func (m *mending) register(f *pflag.FlagSet) {
	f.StringVar(&m.request, "request", "", "the failing request: a `CURL` command, a URL, @FILE or -")
	f.StringVar(&m.other, "also", "", "another `REQUEST` that must be answered as before; / without it")
	f.StringVar(&m.test, "test", "", "test the configuration with this `COMMAND`")
	f.StringVar(&m.reload, "reload", "", "reload the server with this `COMMAND`")
	f.BoolVar(&m.json, "json", false, "write one JSON object (why401 schema plan, why401 schema fix)")
	m.db.register(f)
	f.BoolVar(&m.unsafe, "replay-unsafe", false, "send even what may change something")
	f.BoolVar(&m.iKnow, "i-know", false, "send a password that was refused lately")
}

func (a *app) undoCommand() *cobra.Command {
	m := &mending{app: a}
	c := &cobra.Command{
		Use:   "undo PLAN",
		Short: "Put back what a fix changed: files with owner and mode, rows of a database",
		Long: "Needs neither network nor a running server; rows need their database. It\n" +
			"refuses when somebody else has changed the file or row since, and says where the\n" +
			"saved one is.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("why401 fix --status lists the plans", "undo: expected the number of one plan")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return m.undo(args[0]) },
	}
	m.register(c.Flags())
	return c
}

// store is the folder of plans of this user.
func (m *mending) store() (*fix.Store, error) {
	dir, err := probe.StateDir()
	if err != nil {
		return nil, unreadable(err, "set HOME or XDG_STATE_HOME")
	}
	return &fix.Store{Dir: filepath.Join(dir, "fixes"), Logins: m.db.logins}, nil
}

func (m *mending) run(args []string) error {
	runtime.LockOSThread() // a tracer counts calls by thread: so each of ours can be made to fail (fix's kill test)
	s, err := m.store()
	if err != nil {
		return err
	}
	switch {
	case m.status && (m.plan || m.apply), m.plan && m.apply:
		return usage("choose one", "--plan, --apply and --status exclude each other")
	case m.status && m.json:
		return usage("--plan --json or --apply --json", "--status has no JSON form")
	case m.status:
		return m.standing(s, args)
	case len(args) == 0:
		return usage("why401 config PATH... lists remedies, why401 fix --status the plans", "fix: expected a remedy or the number of a plan")
	case !m.plan && !m.apply:
		return usage("--plan shows what would change, --apply changes it", "fix: say --plan or --apply")
	}
	p, err := m.find(s, args[0])
	if err != nil {
		return err
	}
	if m.plan {
		return m.showPlan(s, p)
	}
	return m.carryOut(s, p)
}

// find gives the plan that word names: one that was kept, or one that is made of a remedy now.
func (m *mending) find(s *fix.Store, word string) (*fix.Plan, error) {
	if s.Known(word) {
		p, err := s.Plan(word)
		if err != nil {
			return nil, unreadable(err, "why401 fix --status")
		}
		return p, p.Load()
	}
	if len(m.config) == 0 && m.from == "" && m.site == "" {
		return nil, usage("why401 fix "+word+" --config /etc/nginx/nginx.conf --plan", "no plan is called %q, and no configuration is named to find such a remedy in", word)
	}
	r, about, err := m.remedy(word)
	if err != nil {
		return nil, err
	}
	about.Now, about.Logins = time.Now(), m.db.logins
	return fix.NewPlan(r, about)
}

// server is how the program is told, by the user's words or by what runs.
func (m *mending) server(p *fix.Plan) (*fix.Server, error) {
	var s *fix.Server
	if m.test == "" || m.reload == "" {
		var err error
		if s, err = p.FindServer(); err != nil && m.reload == "" {
			return nil, &failure{exitWithheld, err, "start the server, or say how it is reloaded: --reload 'systemctl reload nginx'"}
		}
	}
	if s == nil {
		s = &fix.Server{Name: p.Server}
	}
	if m.test != "" {
		s.Test = fix.Line(m.test)
	}
	if m.reload != "" {
		s.ReloadBy(fix.Line(m.reload))
	}
	return s, nil
}

// controls reads the requests that decide.
func (m *mending) controls() (*fix.Controls, error) {
	if m.request == "" {
		return nil, usage("--request 'curl -u alice https://shop.example.com/': the request that is refused now",
			"a fix is proved by the request that it mends: name it with --request")
	}
	c := &fix.Controls{Own: m.own, Probe: probe.Options{UserAgent: why401.UserAgent(), AllowUnsafe: m.unsafe, IKnow: m.iKnow}}
	var err error
	if c.Failing, err = m.intent(m.request); err != nil {
		return nil, err
	}
	if c.Guarded, err = m.intent(m.guard); err != nil {
		return nil, err
	}
	c.Other, err = m.intent(m.other)
	return c, err
}

// intent reads one request: its text, @FILE, or - for standard input.
func (m *mending) intent(text string) (*exchange.Intent, error) {
	if text == "" {
		return nil, nil
	}
	a := m.app
	word := text
	if name, ok := strings.CutPrefix(text, "@"); ok {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, unreadable(fmt.Errorf("the request: %w", err), "")
		}
		word = string(b)
	}
	if word == "-" {
		if err := a.fill(); err != nil {
			return nil, err
		}
	}
	in, err := a.read([]string{strings.TrimSpace(word)}, 1, "")
	if err != nil {
		return nil, err
	}
	if in.Intent == nil {
		return nil, usage("--request 'curl -u alice https://shop.example.com/'", "this is a record of a request: a fix has to send it, so give it as a command or a URL")
	}
	return in.Intent, a.ask(in.Intent)
}

func (m *mending) carryOut(s *fix.Store, p *fix.Plan) error {
	a := m.app
	c, err := m.controls()
	if err != nil {
		return err
	}
	srv, err := m.server(p)
	if err != nil {
		return err
	}
	host, err := m.typed(p, c)
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	if !m.json {
		if err := a.print(m.head(p)); err != nil {
			return err
		}
	}
	res, err := s.Apply(ctx, p, fix.Options{Server: srv, Controls: c, Host: host, Say: m.step})
	if m.json {
		return m.outcome(s, p, report.FixApplied, res, err)
	}
	if err != nil {
		return err
	}
	for _, n := range res.Notes {
		a.say("%s", n)
	}
	return a.print(m.lines("Done. Undo any time:  why401 undo " + p.ID))
}

// interruptible ends when the user interrupts, the machine goes down or the terminal is closed: a change that has begun is
// then taken back, and an undo that has begun is carried out.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// typed asks for the host name where the target looks live and somebody is there to type it.
func (m *mending) typed(p *fix.Plan, c *fix.Controls) (string, error) {
	why, host := p.Production(c)
	if len(why) == 0 || m.host != "" || !term.Is(m.app.in) {
		return m.host, nil
	}
	m.app.say("This looks like production: %s.", strings.Join(why, "; "))
	fmt.Fprint(m.app.err, "Type the host name to go on: ")
	var word string
	if _, err := fmt.Fscanln(m.app.in, &word); err != nil {
		return "", &failure{exitWithheld, errors.New("no host name was typed: nothing was changed"), "--host NAME says it in scripts"}
	}
	return cmp.Or(word, host+"?"), nil
}

func (m *mending) undo(id string) error {
	runtime.LockOSThread()
	s, err := m.store()
	if err != nil {
		return err
	}
	if !s.Known(id) {
		return usage("why401 fix --status lists them", "no plan is called %q", id)
	}
	p, err := s.Plan(id)
	if err != nil {
		return unreadable(err, "")
	}
	o := fix.Options{Say: m.step}
	// A server that does not run is told nothing; one that cannot be found is the user's to reload.
	srv, serr := m.server(p)
	if serr == nil {
		o.Server = srv
	}
	if m.request != "" {
		if o.Controls, err = m.controls(); err != nil {
			return err
		}
	}
	ctx, stop := interruptible()
	defer stop()
	res, err := s.Undo(ctx, id, o)
	if m.json {
		if res != nil && err == nil && serr != nil {
			res.Notes = append(res.Notes, "not reloaded: "+serr.Error())
		}
		return m.outcome(s, p, report.FixUndone, res, err)
	}
	if err != nil {
		return err
	}
	if serr != nil {
		m.app.say("not reloaded: %v", serr)
	}
	return m.app.print(m.lines("Undone: everything is as it was before the fix " + id + "."))
}
