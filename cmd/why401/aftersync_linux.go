package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/why401/why401"
	"github.com/why401/why401/cause"
	platform "github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/copied"
)

// afterSync is the step of a migration script behind the import of a database.
type afterSync struct {
	mending
	url, save, environment string

	platforms []site.Platform               // what the proofs are for
	seen      map[string]*exchange.Exchange // the answers to them, by Proof.What
}

func (a *app) afterSync() *cobra.Command {
	s := &afterSync{mending: mending{app: a}, seen: map[string]*exchange.Exchange{}}
	c := &cobra.Command{
		Use:   "after-sync {DIR --url URL | URL} --from FILE [--apply]",
		Short: "Make a site that was copied from live fit its new place, and prove it",
		Long: "For the end of a script that copies a live site to staging. It compares the\n" +
			"copy's files and database with FILE, which --save writes on the live machine,\n" +
			"and with what this place needs: addresses, cookies, AuthX behind a password\n" +
			"prompt, keys, integrations. It shows the plan; --apply carries it out as why401\n" +
			"fix does, and asks for the login page and the API. A second run changes nothing.\n" +
			"With a URL in place of DIR it only asks, and says what still is the live site's as\n" +
			"far as the answers show it. docs/after-sync.md has more.\n" +
			"Exit code: 0 fits, 1 something has to change or does not answer as it should,\n" +
			"5 taken back, 6 a person has to look, 7 refused for safety.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("why401 after-sync /var/www/html --from live.json --url https://staging.example.test/", "expected one folder or URL, got %d", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return s.run(args[0]) },
	}
	f := c.Flags()
	f.StringVar(&s.from, "from", "", "the live site's settings: a `FILE` that --save wrote there")
	f.StringVar(&s.save, "save", "", "write this site's settings to a `FILE`, for --from elsewhere; keys only as short prints")
	f.StringVar(&s.url, "url", "", "the `URL` of this place")
	f.StringVar(&s.environment, "environment", "staging", "what this place is: staging, development or local")
	f.StringVar(&s.request, "request", "", "a request that passes the password prompt in front: a `CURL` command, @FILE or -")
	f.BoolVar(&s.apply, "apply", false, "make the changes, and prove them")
	f.StringVar(&s.host, "host", "", "the `NAME` of the site, typed to change one that looks live")
	f.BoolVar(&s.iKnow, "i-know", false, "send a password that was refused lately")
	s.db.register(f)
	return c
}

func (s *afterSync) run(arg string) error {
	runtime.LockOSThread()
	if !slices.Contains([]string{"staging", "development", "local"}, s.environment) {
		return usage("--environment staging", "--environment %q: expected staging, development or local", s.environment)
	}
	if strings.Contains(arg, "://") {
		return s.only(arg)
	}
	in, err := site.Open(arg)
	if err != nil {
		return unreadable(err, "why401 after-sync /var/www/html --from live.json --url https://staging.example.test/")
	}
	s.db.ask(in)
	if s.save != "" {
		return s.app.saveLive(in, s.save)
	}
	if s.from == "" || s.url == "" {
		return usage("why401 after-sync "+arg+" --from live.json --url https://staging.example.test/", "after-sync needs --from FILE, what the live site has, and --url URL, where this one is")
	}
	live, err := s.live()
	if err != nil {
		return err
	}
	if err := s.notLive(in, live); err != nil {
		return err
	}
	for _, i := range in.All() {
		s.platforms = append(s.platforms, i.Platform)
	}
	return s.fit(in, live)
}

// live reads the file of live settings.
func (s *afterSync) live() (*copied.Live, error) {
	const how = "on the live machine: why401 after-sync DIR --save live.json"
	b, err := os.ReadFile(s.from)
	if err != nil {
		return nil, unreadable(fmt.Errorf("--from: %w", err), how)
	}
	live, err := copied.Read(bytes.NewReader(b))
	if err != nil {
		return nil, unreadable(fmt.Errorf("--from %s: %w", s.from, err), how)
	}
	return live, nil
}

// only asks a site that cannot be looked into, and says what of the live one its answers show.
func (s *afterSync) only(address string) error {
	switch {
	case s.apply:
		return usage("why401 after-sync /var/www/html --from live.json --url "+address+" --apply", "--apply needs the folder: at an address nothing can be changed")
	case s.save != "":
		return usage("why401 after-sync /var/www/html --save "+s.save, "--save needs the folder: an address does not show its settings")
	}
	s.url = address
	var live *copied.Live
	if s.from != "" {
		var err error
		if live, err = s.live(); err != nil {
			return err
		}
		if err := s.notLive(nil, live); err != nil {
			return err
		}
		for _, sys := range live.Systems {
			s.platforms = append(s.platforms, site.Platform(sys.Platform))
		}
	}
	prompt, err := s.prompt()
	if err != nil {
		return err
	}
	if len(s.platforms) == 0 {
		return usage("why401 after-sync "+address+" --from live.json", "the front page does not tell what runs here: --from names a file that says it")
	}
	proofs, err := s.proofs(prompt)
	if err != nil {
		return err
	}
	proved := s.prove(proofs)
	notes := copied.Outside(live, copied.Here{URL: s.url, Prompt: prompt}, slices.Collect(maps.Values(s.seen)))
	sh := report.NewSheet(s.app.options())
	for _, n := range notes {
		sh.Row(n.About, n.Says)
		sh.Row("", n.Do)
	}
	sh.Row("Not seen", "keys, the environment's type and what integrations may do: why401 after-sync DIR reads them on the server")
	if err := s.app.print(sh.String()); err != nil {
		return err
	}
	if proved == nil && len(notes) > 0 {
		return ended(1)
	}
	return proved
}

// notLive refuses the live site itself.
func (s *afterSync) notLive(in *site.Installation, live *copied.Live) error {
	if in != nil && live.SameDatabase(in) {
		return &failure{exitWithheld, errors.New("this installation uses the live site's own database: a change here would be one there"), "give the copy a database of its own first"}
	}
	u, err := url.Parse(s.url)
	if err != nil || u.Host == "" {
		return usage("--url https://staging.example.test/", "%q is no address of a site", s.url)
	}
	for _, sys := range live.Systems {
		for _, a := range sys.Addresses {
			if l, err := url.Parse(a); err == nil && strings.EqualFold(l.Host, u.Host) {
				return &failure{exitWithheld, fmt.Errorf("%s is the live site's own address", u.Host), "--url is the address of the copy"}
			}
		}
	}
	return nil
}

// fit compares, shows, and with --apply changes and proves.
func (s *afterSync) fit(in *site.Installation, live *copied.Live) error {
	a := s.app
	prompt, err := s.prompt()
	if err != nil {
		return err
	}
	out, err := copied.Compare(in, live, copied.Here{URL: s.url, Prompt: prompt, Environment: s.environment})
	if err != nil {
		return usage("--url https://staging.example.test/", "%w", err)
	}
	sh := report.NewSheet(a.options())
	unread := false
	for _, i := range in.All() {
		what := string(i.Platform) + " " + i.Version.Text
		sh.Row("Found", strings.TrimSpace(what)+" in "+i.Root)
		if i.Stored == nil {
			unread = true
		}
		for _, g := range i.Gaps {
			sh.Row("Not seen", g.What+"; "+g.Opens+" stays open")
		}
	}
	if prompt {
		sh.Row("In front", "the web server asks for a password")
	}
	for _, n := range out.Notes {
		sh.Row(n.About, n.Says)
		if n.Do != "" {
			sh.Row("", n.Do)
		}
	}
	if err := a.print(sh.String()); err != nil {
		return err
	}
	if unread {
		return unreadable(errors.New("a database was not read, so nothing can be said about what it needs"), "--db-host, --db-user and --db-password-file say how it is reached")
	}
	proofs, err := s.proofs(prompt)
	if err != nil {
		return err
	}
	if len(out.Batches)+len(out.Edits) == 0 {
		if err := a.print(s.lines("The copy fits: nothing has to change.")); err != nil || !s.apply {
			return err
		}
		return s.prove(proofs)
	}
	return s.change(in, out, proofs)
}

// change shows the plan, and with --apply carries it out.
func (s *afterSync) change(in *site.Installation, out copied.Outcome, proofs []fix.Proof) error {
	a := s.app
	store, err := s.store()
	if err != nil {
		return err
	}
	u, err := url.Parse(s.url)
	if err != nil {
		return usage("--url https://staging.example.test/", "%w", err)
	}
	p, err := fix.NewPlan(cause.Remedy{ID: "after-sync", Title: "make the copy fit " + u.Host, For: "server", Effect: "the copied settings are those of this place",
		Opens: "nothing", Verify: "the login page and the API answer at this address", Rows: out.Batches, Edits: out.Edits}, fix.About{Now: time.Now(), Hosts: []string{u.Hostname()}, Logins: s.db.logins})
	if err != nil {
		return err
	}
	if !s.apply {
		if err := s.showPlanOf(store, p, "why401 after-sync ... --apply"); err != nil {
			return err
		}
		return ended(1)
	}
	host, err := s.typed(p, nil)
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	if err := a.print(s.head(p)); err != nil {
		return err
	}
	if _, err := store.Apply(ctx, p, fix.Options{Proofs: proofs, Host: host, Say: s.step}); err != nil {
		return err
	}
	return a.print(s.lines("Done. Undo any time:  why401 undo " + p.ID))
}

// prove asks, changing nothing.
func (s *afterSync) prove(proofs []fix.Proof) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	out, err := fix.Prove(ctx, proofs)
	for _, c := range out {
		verdict := "ok"
		if !c.Held {
			verdict = "NOT as expected"
		}
		s.step(fix.Step{What: fmt.Sprintf("checked: %s, expected: %s, got: %s", c.What, c.Want, c.Got), Got: verdict})
	}
	if err != nil && len(out) > 0 {
		return ended(1)
	}
	return err
}

// prompt asks the front page without any credential: whether the web server wants a password first.
func (s *afterSync) prompt() (bool, error) {
	in, err := s.intent(s.url)
	if err != nil {
		return false, err
	}
	in.Request.Header = in.Request.Header.Without("Authorization")
	sender, err := probe.New(in, probe.Options{UserAgent: why401.UserAgent(), MaxRequests: 1})
	if err != nil {
		return false, err
	}
	xs, err := sender.Do(context.Background(), in.Request, probe.How{Purpose: "whether a password prompt stands in front"})
	if len(xs) == 0 || xs[0].Response == nil {
		return false, unreadable(fmt.Errorf("%s does not answer: %w", s.url, cmp.Or(err, errors.New("no answer"))), "--url is where this copy answers")
	}
	if len(s.platforms) == 0 { // the front page may tell
		for _, p := range []site.Platform{site.WordPress, site.Magento, site.Drupal} {
			for _, m := range signature.Matches(xs[0]) {
				if m.Product == string(p) && !slices.Contains(s.platforms, p) {
					s.platforms = append(s.platforms, p)
				}
			}
		}
	}
	return platform.Gate(xs[0]), nil
}

// proofs are one request that a login begins with, and one of the API.
func (s *afterSync) proofs(prompt bool) ([]fix.Proof, error) {
	base, err := s.intent(s.url)
	if err != nil {
		return nil, err
	}
	front := base
	if s.request != "" {
		if front, err = s.intent(s.request); err != nil {
			return nil, err
		}
	} else if prompt {
		return nil, usage("--request 'curl -u staging "+s.url+"'", "the web server asks for a password in front of this site: say with --request how it is passed")
	}
	is := func(p site.Platform) bool { return slices.Contains(s.platforms, p) }
	ask := func(what, want, path string, holds func(*exchange.Exchange) bool, query ...exchange.Param) fix.Proof {
		i := *front
		i.Request = front.Request.Clone()
		i.Request.Method, i.Request.Body, i.Request.Target = "GET", secret.Text{}, secret.Text{}
		i.Request.URL = base.Request.URL
		i.Request.URL.Path = strings.TrimSuffix(base.Request.URL.Path, "/") + "/" + path
		i.Request.URL.Query, i.Request.URL.HasQuery = query, len(query) > 0
		i.Full, i.Follow = nil, false
		return fix.Proof{What: what, Want: want, Intent: &i, Holds: func(x *exchange.Exchange) bool { s.seen[what] = x; return holds(x) }, Probe: probe.Options{UserAgent: why401.UserAgent(), IKnow: s.iKnow}}
	}
	origin := base.Request.URL.Origin().String()
	switch {
	case is(site.Magento):
		return []fix.Proof{
			ask("the login page", "a page at this address", "customer/account/login/", func(x *exchange.Exchange) bool { return x.Status() == 200 }),
			ask("an API request", "a country", "rest/V1/directory/countries/DE", func(x *exchange.Exchange) bool {
				return x.Status() == 200 && bytes.Contains(x.Body(), []byte(`"two_letter_abbreviation"`))
			})}, nil
	case is(site.WordPress):
		login := ask("the login page", "the form, sent to this address", "wp-login.php", func(x *exchange.Exchange) bool {
			return x.Status() == 200 && bytes.Contains(x.Body(), []byte(`id="loginform"`)) && bytes.Contains(x.Body(), []byte(`action="`+origin+"/"))
		})
		if is(site.CiviCRM) {
			return []fix.Proof{login, ask("an API request", "AuthX's own answer, that it is nobody", "", func(x *exchange.Exchange) bool {
				_, ok := platform.CiviIdentity(x)
				return ok
			}, exchange.Param{Name: "civiwp", Value: secret.Public("CiviCRM"), Eq: true}, exchange.Param{Name: "q", Value: secret.Public("civicrm/authx/id"), Eq: true})}, nil
		}
		return []fix.Proof{login, ask("an API request", "the API's own page, of this address", "", func(x *exchange.Exchange) bool {
			var root struct{ URL string }
			return x.Status() == 200 && json.Unmarshal(x.Body(), &root) == nil && strings.HasPrefix(root.URL+"/", origin+"/")
		}, exchange.Param{Name: "rest_route", Value: secret.Public("/"), Eq: true}, exchange.Param{Name: "_fields", Value: secret.Public("url"), Eq: true})}, nil
	}
	return []fix.Proof{ask("the login page", "a page at this address", "user/login", func(x *exchange.Exchange) bool { return x.Status() == 200 }),
		ask("an API request", "AuthX's own answer, or a page", "civicrm/authx/id", func(x *exchange.Exchange) bool { return x.Status() == 200 || x.Status() == 404 })}, nil
}
