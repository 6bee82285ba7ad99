package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
	"github.com/why401/why401"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fix/bisect"
	"github.com/why401/why401/internal/term"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/report"
	"github.com/why401/why401/site"
)

// pluginSearch is why401 site DIR --bisect-plugins.
type pluginSearch struct {
	app     *app
	request string
	apply   bool
	host    string
	json    bool
}

func (p *pluginSearch) register(f *pflag.FlagSet) {
	f.StringVar(&p.request, "bisect-plugins", "", "find the WordPress plugin that refuses this `REQUEST`: a curl command or a URL")
	f.BoolVar(&p.apply, "apply", false, "with --bisect-plugins: put the drop-in into the site and search")
	f.StringVar(&p.host, "host", "", "the `NAME` of the site, typed to search on one that looks live")
}

// asked reports that any of the flags was given; run wants the request.
func (p *pluginSearch) asked() bool { return p.request != "" || p.apply || p.host != "" }

// run searches in an installation; without --apply it says what it would do.
func (p *pluginSearch) run(in *site.Installation) error {
	a := p.app
	if p.request == "" {
		return usage("why401 site DIR --bisect-plugins 'curl https://example.com/wp-json/wp/v2/posts' --apply", "--apply and --host belong to --bisect-plugins: name the request")
	}
	o := bisect.Options{Probe: probe.Options{UserAgent: why401.UserAgent()}}
	var err error
	for _, one := range in.All() {
		if one.Platform == site.WordPress {
			in = one
			break
		}
	}
	if o.Site, err = bisect.SiteOf(in); err != nil {
		return unreadable(err, "")
	}
	read, err := a.read([]string{p.request}, 1, "")
	if err != nil {
		return err
	}
	if read.Intent == nil {
		return usage("--bisect-plugins 'curl https://example.com/wp-json/wp/v2/posts'", "this is a record of a request: a search has to send it, so give it as a command or a URL")
	}
	o.Intent = read.Intent
	if o.StateDir, err = probe.StateDir(); err != nil {
		return unreadable(err, "set HOME or XDG_STATE_HOME")
	}
	did, err := bisect.Sweep(o.StateDir)
	for _, d := range did {
		a.say("%s", d)
	}
	if err != nil {
		return unreadable(err, "")
	}
	if !p.apply {
		if p.json {
			return usage("with --apply", "--json writes how a search ended, and without --apply there is none")
		}
		return a.print(p.plan(o))
	}
	if err := a.ask(o.Intent); err != nil {
		return err
	}
	if o.Host, err = p.typed(o); err != nil {
		return err
	}
	o.Say = func(line string) { a.say("%s", line) }
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	res, err := bisect.Run(ctx, o)
	if errors.Is(err, context.Canceled) {
		return &failure{exitInterrupted, errors.New("interrupted: the drop-in is removed"), ""}
	}
	if err != nil {
		if fixFailure(err) != nil {
			return err
		}
		return unreadable(err, "")
	}
	if p.json {
		err = report.PluginsJSON(a.out, reported(o, res))
	} else {
		err = a.print(p.result(res))
	}
	if err != nil {
		return err
	}
	switch res.Outcome {
	case bisect.NothingRefused:
		return nil
	case bisect.Guards, bisect.OfTheme:
		return ended(1)
	}
	return ended(3)
}

// typed asks for the host name where the site looks live and somebody is there to type it.
func (p *pluginSearch) typed(o bisect.Options) (string, error) {
	host := o.LooksLive()
	if host == "" || p.host != "" || !term.Is(p.app.in) {
		return p.host, nil
	}
	p.app.say("%s looks like a live site. Visitors will not notice the search; a file is put into it for a minute.", host)
	fmt.Fprint(p.app.err, "Type the host name to go on: ")
	var word string
	if _, err := fmt.Fscanln(p.app.in, &word); err != nil {
		return "", &failure{exitWithheld, errors.New("no host name was typed: nothing was changed"), "--host NAME says it in scripts"}
	}
	return word, nil
}

// plan says what a search would do. Nothing is written or sent.
func (p *pluginSearch) plan(o bisect.Options) string {
	s := report.NewSheet(p.app.options())
	s.Head("Search for the plugin that refuses the request", "plan")
	s.Rule()
	s.Row("Request", o.Intent.Request.Method+" "+o.Intent.Request.URL.String())
	s.Row("Site", o.Site.Dir)
	s.Row("Writes", "a must-use plugin in "+o.Site.MustUse+", removed at the end. It switches plugins off for the requests of this search only, which bring a token; it writes nothing to the database, and stops by itself after ten minutes.")
	s.Row("Sends", sends(o.Intent))
	if err := o.Check(); err != nil {
		s.Row("In the way", strings.TrimPrefix(err.Error(), "not changed: "))
	}
	s.Row("Next", "the same with --apply")
	return s.String()
}

func sends(in *exchange.Intent) string {
	switch n := bisect.Refusals(in); n {
	case -1:
		return "the request about 15 times for 32 plugins, at most 60; it carries no credential"
	case 1:
		return "first the request without its credential. If that cannot decide, the password goes along in questions that are let in, until it is refused once: up to one for each plugin"
	default:
		return fmt.Sprintf("first the request without its credential. If that cannot decide, the credential goes along until it is refused %d times", n)
	}
}

// reported is how a search ended, in the form of a report.
func reported(o bisect.Options, r *bisect.Result) *report.Plugins {
	list := func(in []bisect.Plugin) []report.Plugin {
		var out []report.Plugin
		for _, p := range in {
			out = append(out, report.Plugin{File: p.File, Name: p.Name})
		}
		return out
	}
	out := &report.Plugins{Tool: report.Tool{Version: why401.Version()}, Site: o.Site.Dir, Method: o.Intent.Request.Method, URL: o.Intent.Request.URL.String(),
		Outcome: string(r.Outcome), Headline: headline(r), Why: r.Why, Refused: r.Refused, Without: r.Without, LetsIn: r.Lets, Yours: r.Yours,
		Guards: list(r.Guards), Alone: r.Alone, Partners: list(r.Partners), Needing: list(r.Needing), Left: list(r.Left), Repeated: r.Repeated,
		Theme: r.Theme, MustUse: r.MustUse, DropIns: r.DropIns, Active: len(r.Active), Notes: r.Notes}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, report.PluginStep{What: s.What, Answer: s.Answer, Meant: s.Meant, Repeat: s.Repeat})
	}
	return out
}

// result shows how a search ended.
func (p *pluginSearch) result(r *bisect.Result) string {
	s := report.NewSheet(p.app.options())
	s.Head(headline(r), "")
	s.Rule()
	for _, g := range r.Guards {
		s.Row("Plugin", label(g))
	}
	for _, g := range r.Partners {
		s.Row("Only with", label(g))
	}
	for _, g := range r.Needing {
		s.Row("Also off", label(g)+", which fails without it")
	}
	if r.Refused != "" {
		s.Row("Refused", r.Refused)
	}
	if len(r.Guards) > 0 || r.Outcome == bisect.OfTheme {
		s.Row("Without it", r.Without+map[bool]string{true: "", false: ": another refusal is behind it"}[r.Lets])
	}
	if r.Yours != "" {
		s.Row("Yours", "your request with its credential, without it: "+r.Yours)
	}
	if r.Why != "" {
		s.Row("Because", r.Why)
	}
	if r.Outcome == bisect.NotPlugins && len(r.MustUse)+len(r.DropIns) > 0 {
		s.Row("Look at", strings.Join(append(r.MustUse[:len(r.MustUse):len(r.MustUse)], r.DropIns...), ", ")+": these cannot be switched off for a request")
	}
	if r.Outcome == bisect.Undecided && len(r.Left) > 0 {
		var names []string
		for _, l := range r.Left {
			names = append(names, label(l))
		}
		s.Row("Among", strings.Join(names, ", "))
	}
	for _, n := range r.Notes {
		s.Row("Note", n)
	}
	s.Rule()
	for _, st := range r.Steps {
		s.Row(map[bool]string{true: "again"}[st.Repeat], st.String())
	}
	return s.String()
}

func label(p bisect.Plugin) string {
	if p.Name == p.File {
		return p.File
	}
	return p.Name + " (" + p.File + ")"
}

func headline(r *bisect.Result) string {
	switch r.Outcome {
	case bisect.Guards:
		how := "seen once: the credential may not be refused again"
		if r.Repeated {
			how = "seen again"
		}
		switch {
		case len(r.Partners) > 0:
			return "Two or more plugins together refuse the request (" + how + ")"
		case len(r.Guards) > 1:
			return fmt.Sprintf("%d plugins refuse the request, each of them (%s)", len(r.Guards), how)
		}
		return "One plugin refuses the request (" + how + ")"
	case bisect.OfTheme:
		return "The theme " + r.Theme + " refuses the request"
	case bisect.NotPlugins:
		return "No plugin refuses the request"
	case bisect.BeforePHP:
		return "The request is refused before WordPress loads its plugins"
	case bisect.NothingRefused:
		return "The request is let in: there is nothing to search for"
	case bisect.Unstable:
		return "The answers change by themselves: nothing can be said"
	}
	return "Not decided"
}
