package main

import (
	"cmp"
	"context"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/why401/why401"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
	"github.com/why401/why401/report"
)

// patience is how long an interrupted run may take to say what it knows.
const patience = 150 * time.Millisecond

// diagnosis is the command without a name: why401 URL.
type diagnosis struct {
	app *app

	user                    []string
	json, markdown          bool
	trace, plan, offline    bool
	unsafe, iKnow, exitZero bool
	maxRequests, nth        int
	sendTo                  []string
	issuers, consult        []string
	client                  string
	as                      string
	keys                    []string
	asClient                string
	clientConfig            []string
	config                  []string
	from                    string
	timeout                 time.Duration
	save                    saving
	browse                  browsing
}

func (d *diagnosis) register(f *pflag.FlagSet) {
	f.StringArrayVarP(&d.user, "user", "u", nil, "log in as `USER[:PASSWORD]`, as curl -u")
	f.BoolVar(&d.json, "json", false, "write the report as JSON (why401 schema)")
	f.BoolVar(&d.markdown, "markdown", false, "write the report as Markdown, for a ticket")
	f.BoolVar(&d.trace, "trace", false, "say on standard error why each request is sent")
	f.BoolVar(&d.plan, "plan", false, "say what would be sent, and send nothing")
	f.StringVar(&d.as, "as", "", "read the input as this `KIND`: "+strings.Join(input.Kinds()[:8], ", ")+", ...")
	f.StringArrayVar(&d.keys, "key", nil, "check and remake signatures with the key in `FILE` or env:NAME")
	f.StringVar(&d.asClient, "as-client", "", "ask as `CLIENT` would, with the login in its own files: "+strings.Join(input.Clients(), ", "))
	f.StringArrayVar(&d.clientConfig, "client-config", nil, "with --as-client: read this `FILE` in place of its own files")
	f.StringArrayVar(&d.config, "config", nil, "follow the request through the server's configuration at `PATH`, too")
	f.StringVar(&d.from, "from", "", "with --config: the server sees the request come from `ADDRESS`")
	f.BoolVar(&d.offline, "offline", false, "send nothing; judge the request by itself")
	f.IntVar(&d.maxRequests, "max-requests", 8, "send at most `N` requests (1 to 8)")
	f.IntVar(&d.nth, "nth", 1, "diagnose request `N` of several")
	f.BoolVar(&d.unsafe, "replay-unsafe", false, "send even what may change something")
	f.BoolVar(&d.iKnow, "i-know", false, "send a password that was refused lately")
	f.StringArrayVar(&d.sendTo, "send-to", nil, "the credentials may go to `HOST[:PORT]`, too")
	f.StringArrayVar(&d.issuers, "issuer", nil, "the API trusts this `URL`: read its published keys")
	f.StringArrayVar(&d.consult, "consult", nil, "read published documents at `ORIGIN`, too")
	f.StringVar(&d.client, "client", "", "ask the issuer about the token, as client `ID`")
	f.BoolVar(&d.exitZero, "exit-zero", false, "exit 0 whenever there is a report")
	f.StringVar(&d.save.name, "save", "", "write the case to `FILE`, without secrets")
	f.BoolVar(&d.save.force, "force", false, "with --save: overwrite what is there")
	f.BoolVar(&d.save.keep, "keep-secrets", false, "with --save: leave the secrets in")
	d.browse.register(f)
	f.DurationVar(&d.timeout, "timeout", 30*time.Second, "give up after this time")
}

func (d *diagnosis) run(_ *cobra.Command, args []string) error {
	a := d.app
	why401.Prepare()
	if err := cmp.Or(d.check(), d.save.check(), d.browse.check(d)); err != nil {
		return err
	}
	args, err := d.input(args)
	if err != nil || args == nil {
		return err
	}
	if err := d.save.collect(a, args, d.as); err != nil {
		return err
	}
	in, err := a.read(args, d.nth, d.as)
	if err != nil {
		return err
	}
	if in.Keys, err = a.signingKeys(d.keys); err != nil {
		return err
	}
	if err := d.actAs(&in); err != nil {
		return err
	}
	if err := d.configured(&in); err != nil {
		return err
	}
	if in.Intent == nil && d.browse.on {
		return usage("name the address: why401 --browser https://...", "--browser opens an address, and this is a record")
	}
	if in.Intent == nil {
		if d.plan {
			return a.print("This is a record: nothing would be sent.\n")
		}
		return d.diagnose(in, nil)
	}
	issuers, consult, err := d.agreed()
	if err != nil {
		return err
	}
	if d.plan {
		return a.print(d.browse.plan(in) + plan(in, d.maxRequests, d.client != "", a.options()) + planDocuments(in, issuers, consult, a.options()))
	}
	if !d.offline {
		if err := a.ask(in.Intent); err != nil {
			return err
		}
	}
	opts, err := d.options(in)
	if err != nil {
		return err
	}
	if !d.offline {
		if err := a.clientSecret(issuers); err != nil {
			return err
		}
	}
	for _, i := range issuers {
		opts = append(opts, why401.TrustingIssuer(i))
	}
	for _, o := range consult {
		opts = append(opts, why401.Consult(o))
	}
	return d.diagnose(in, opts)
}

// configured reads the configurations that --config names.
func (d *diagnosis) configured(in *why401.Input) error {
	if len(d.config) == 0 {
		if d.from != "" {
			return usage("why401 --config PATH --from ADDRESS URL", "--from goes with --config")
		}
		return nil
	}
	c := &configCheck{app: d.app, client: d.from}
	if err := c.read(d.config); err != nil {
		return err
	}
	var err error
	if in.From, err = c.from(); err != nil {
		return err
	}
	for _, r := range c.configs {
		in.Configs = append(in.Configs, r.Config)
	}
	for _, e := range c.failed {
		d.app.say("not read: %v", e)
	}
	return nil
}

// actAs makes the request that of the program that the user named, with the login in its own files. Of a record it adds
// what the files say.
func (d *diagnosis) actAs(in *why401.Input) error {
	if d.asClient == "" {
		return nil
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	config, facts, err := input.ClientConfig(d.asClient, input.ClientSource{Env: d.app.env, Home: d.app.env("HOME"), Dir: dir, Files: d.clientConfig})
	if err != nil {
		return err
	}
	in.Facts = append(in.Facts, facts...)
	if in.Intent == nil {
		in.Evidence.Settings = append(in.Evidence.Settings, config...)
		return nil
	}
	input.AsClient(in.Intent, d.asClient, config)
	in.Read += ", asked as " + d.asClient
	return nil
}

func (d *diagnosis) check() error {
	switch {
	case d.asClient == "" && len(d.clientConfig) > 0:
		return usage("for example --as-client npm --client-config .npmrc", "--client-config without --as-client")
	case d.json && d.markdown:
		return usage("choose one", "--json and --markdown exclude each other")
	case d.maxRequests < 1 || d.maxRequests > 8:
		return usage("more than 8 are never needed and look like an attack", "--max-requests %d: expected 1 to 8", d.maxRequests)
	case d.timeout <= 0:
		return usage("for example --timeout 30s", "--timeout %v: expected a time above zero", d.timeout)
	case d.app.show.width < 0 || d.app.show.width > 0 && d.app.show.width < 20:
		return usage("for example --width 80", "--width %d: expected 20 or more", d.app.show.width)
	}
	return nil
}

// input finds what the user gave: words, or standard input. Nothing at all gives the introduction and nil.
func (d *diagnosis) input(args []string) ([]string, error) {
	a := d.app
	if len(args) == 0 && len(d.user) == 0 {
		if !piped(a.in) {
			return nil, a.print(intro)
		}
		args = []string{"-"}
	}
	if len(args) == 0 {
		return nil, usage("why401 -u "+report.ShellQuote(d.user[0])+" https://example.com/", "-u without a URL")
	}
	switch {
	case isCurl(args[0]) && len(args) == 1:
		return nil, usage("why401 curl -u alice https://example.com/", "curl without a URL")
	case isCurl(args[0]):
	case args[0] == "-":
		if err := a.fill(); err != nil {
			return nil, err
		}
	case !input.Evidence(args[0]):
		return nil, a.unknownWord(args[0])
	}
	if len(d.user) == 0 {
		return args, nil
	}
	// why401 -u alice URL is short for why401 curl -u alice URL.
	if isCurl(args[0]) || args[0] == "-" {
		return nil, usage("why401 curl -u ... https://example.com/", "-u goes with a URL; here it belongs into the curl command")
	}
	out := []string{"curl"}
	for _, u := range d.user {
		out = append(out, "-u", u)
	}
	return append(out, args...), nil
}

func (d *diagnosis) options(in why401.Input) ([]why401.Option, error) {
	opts := []why401.Option{why401.WithMaxRequests(d.maxRequests), why401.WithTimeout(d.timeout)}
	if d.offline {
		opts = append(opts, why401.Offline())
	}
	if d.unsafe {
		opts = append(opts, why401.AllowUnsafe())
	}
	if d.iKnow {
		opts = append(opts, why401.KnowingTheRisk())
	}
	for _, s := range d.sendTo {
		u, err := exchange.ParseURL(in.Intent.Request.URL.Scheme + "://" + s)
		if err != nil {
			u, err = exchange.ParseURL(s)
		}
		if err != nil || u.Path != "" && u.Path != "/" {
			return nil, usage("for example --send-to www.example.com", "--send-to %q: expected HOST or HOST:PORT", s)
		}
		opts = append(opts, why401.SendTo(u.Origin()))
	}
	return d.browse.options(in, &d.save, opts)
}

// diagnose runs and shows. An interrupt ends the run; what is known by then is shown at once.
func (d *diagnosis) diagnose(in why401.Input, opts []why401.Option) error {
	a := d.app
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	host, target := "", ""
	if in.Intent != nil {
		host, target = in.Intent.Request.URL.Authority(), in.Intent.Request.URL.Origin().String()
	}
	known, err := a.catalogue()
	if err != nil {
		return err
	}
	p := newProgress(a, host, d.trace)
	opts = append(opts, why401.WithTrace(p), why401.WithCatalogue(known))
	opts = append(opts, d.save.options()...)

	type result struct {
		rep *report.Report
		err error
	}
	done := make(chan result, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- result{nil, crashed(p)}
			}
		}()
		rep, err := why401.Diagnose(ctx, in, opts...)
		done <- result{rep, err}
	}()
	var r result
	select {
	case r = <-done:
	case <-ctx.Done():
		select {
		case r = <-done:
		case <-time.After(patience):
			r.rep = &report.Report{Outcome: report.Interrupted, Input: in.Read, Target: target,
				Tool: report.Tool{Version: why401.Version()}, Verdict: report.Verdict{Title: "Interrupted before anything was known"}}
		}
	}
	p.stop()
	if r.rep == nil {
		return r.err
	}
	if ctx.Err() != nil && r.rep.Failure != nil {
		r.rep.Failure.Message = "interrupted"
	}
	if err := d.write(r.rep); err != nil {
		return err
	}
	if err := d.save.write(a, r.rep); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ended(exitInterrupted)
	case r.err != nil && r.rep.Outcome != report.Withheld && r.rep.Outcome != report.Unreachable:
		return r.err
	case d.exitZero:
		return nil
	}
	return ended(r.rep.Outcome.ExitCode())
}

func (d *diagnosis) write(rep *report.Report) error {
	shortenTrace(rep)
	switch {
	case d.json:
		return report.JSON(d.app.out, rep)
	case d.markdown:
		return report.Markdown(d.app.out, rep)
	}
	return report.Text(d.app.out, rep, d.app.options())
}

// unknownWord answers a bare word that is no command.
func (a *app) unknownWord(word string) error {
	commands := []string{}
	for _, c := range a.show.cmd.Commands() {
		if !c.Hidden {
			commands = append(commands, c.Name())
		}
	}
	slices.Sort(commands)
	if near := nearest(word, commands); near != "" {
		return usage("did you mean: why401 "+near, "%q is no command", word)
	}
	if known, err := a.catalogue(); err == nil && slices.Contains(ids(known), word) {
		return usage("did you mean: why401 explain "+word, "%q is a cause, not a command", word)
	}
	return usage("a host needs its dot or its scheme: why401 https://"+report.ShellQuote(word)+"/", "%q is no command, no URL and no file", word)
}
