package fix

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options are how a plan is applied or undone.
type Options struct {
	Server   *Server   // how the program is tested and reloaded; nil when nothing has to be
	Controls *Controls // what decides; an undo may go without
	Proofs   []Proof   // what decides in place of Controls, for a change that mends no single request
	Host     string    // the host name that the user typed, for what looks like production
	Say      func(Step)
}

// Step is one thing that was done, for the screen.
type Step struct {
	What string // "saved 1 file"
	Got  string // "ok", or what went wrong
}

func (o *Options) say(what, got string) {
	if o.Say != nil {
		o.Say(Step{what, got})
	}
}

// Result is how an application ended.
type Result struct {
	ID       string
	Controls []Control
	Notes    []string
}

// Apply carries p out. The error is a *Refused when nothing was changed, a *RolledBack when it was and was taken back, a
// *NeedsPerson when that failed. Without an error every control held.
func (s *Store) Apply(ctx context.Context, p *Plan, o Options) (*Result, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.end()
	said, err := s.recover()
	if err != nil {
		return nil, err
	}
	for _, line := range said {
		o.say(line, "ok")
	}
	unlock, err := p.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := p.Load(); err != nil {
		return nil, err
	}
	if err := s.keep(p); err != nil {
		return nil, err
	}
	if err := s.guard(p, o); err != nil {
		return nil, err
	}
	run, err := o.ready()
	if err != nil {
		return nil, err
	}
	passes, err := false, o.Server.test(ctx)
	if err != nil {
		err = refuse("the configuration is broken before anything is changed: %v", err)
	} else {
		passes, err = run.first(ctx)
	}
	switch {
	case ctx.Err() != nil: // then the rest says nothing
		return nil, refuse("interrupted before anything was changed")
	case err != nil:
		return nil, err
	case passes:
		return nil, refuse("the failing request is let in already: there is nothing to mend")
	}
	if err := s.save(p); err != nil {
		return nil, err
	}
	o.say("saved "+p.things()+" as it is", "ok")
	c := &change{s: s, p: p, o: o, run: run}
	return c.carryOut(ctx)
}

// checks is what decides whether a change holds.
type checks interface {
	// first asks before the change; passes says that there is nothing to mend.
	first(ctx context.Context) (passes bool, err error)
	// after asks when the change is made: every control, up to the first that does not hold.
	after(ctx context.Context) []Control
	// again asks once more what must be as before, when the change was taken back; asked is false when there is no such thing.
	again(ctx context.Context, purpose string) (c Control, asked bool)
}

func (o *Options) ready() (checks, error) {
	switch {
	case o.Controls != nil:
		return o.Controls.begin()
	case len(o.Proofs) > 0:
		return beginProofs(o.Proofs)
	}
	return nil, refuse("nothing says which request has to pass afterwards: a configuration test proves nothing about access")
}

// guard refuses what must not be changed here, and hands out a patch file.
func (s *Store) guard(p *Plan, o Options) error {
	why := p.Obstacles()
	if len(why) > 0 {
		patch, err := s.patchFile(p)
		if err != nil {
			return err
		}
		return &Refused{Why: why, Patch: patch}
	}
	live, host := p.Production(o.Controls)
	if len(live) > 0 && !strings.EqualFold(strings.TrimSpace(o.Host), host) {
		if o.Host != "" {
			return &Refused{Why: []string{fmt.Sprintf("the host name given is %q, expected %q", o.Host, host)}, Host: host}
		}
		return &Refused{Why: append([]string{"this looks like production"}, live...), Host: host}
	}
	return nil
}

// Production says, in words, why the target looks like a live one, and the host name that has to be typed then.
func (p *Plan) Production(c *Controls) (why []string, host string) {
	why = slices.Clone(p.Reach.Public)
	if len(p.Reach.Names) > 0 {
		host = p.Reach.Names[0]
		for _, n := range p.Reach.Names {
			if LiveName(n) != "" {
				host = n
				break
			}
		}
	}
	if c != nil && c.Failing != nil {
		asked := c.Failing.Request.URL.Host
		if name := c.Failing.Request.Header.Text("Host"); !name.Empty() {
			asked = hostOnly(name.String())
		}
		if live := LiveName(asked); live != "" && !slices.Contains(why, live) {
			why = append(why, live)
			if host == "" || LiveName(host) == "" {
				host = asked
			}
		}
		if host == "" {
			host = asked
		}
	}
	return why, host
}

func hostOnly(hostport string) string {
	if i := strings.LastIndexByte(hostport, ':'); i > 0 && !strings.Contains(hostport[i:], "]") {
		return hostport[:i]
	}
	return hostport
}

// lock keeps other runs, those of other users included, away from the folders of p's files.
func (p *Plan) lock() (unlock func(), err error) {
	var held []func() error
	unlock = func() {
		for _, f := range held {
			f()
		}
	}
	var dirs []string
	for i := range p.Files {
		if d := filepath.Dir(p.Files[i].Real); !slices.Contains(dirs, d) {
			dirs = append(dirs, d)
		}
	}
	slices.Sort(dirs)
	for _, d := range dirs {
		f, err := LockFolder(d)
		if err != nil {
			unlock()
			return nil, err
		}
		held = append(held, f.Close)
	}
	return unlock, nil
}

// change is a plan on its way, from the first file that is replaced to the last control.
type change struct {
	s       *Store
	p       *Plan
	o       Options
	run     checks
	loaded  bool // the server was told
	outcome []Control
}

func (c *change) carryOut(ctx context.Context) (*Result, error) {
	for i := range c.p.Files {
		f := &c.p.Files[i]
		write := replace
		if f.Made {
			write = makeFile
		}
		if err := write(f.Real, c.s.temp(c.p, i), f.after, f.will()); err != nil {
			return c.back(ctx, "a file could not be written", err)
		}
	}
	if len(c.p.Files) > 0 {
		c.o.say("replaced "+files(len(c.p.Files)), "ok")
		c.p.letPHPSee(ctx, c.o.Server)
	}
	for i := range c.p.Databases {
		d := &c.p.Databases[i]
		how, err := d.change(ctx)
		if err != nil {
			return c.back(ctx, "the database was not changed", err)
		}
		c.o.say(fmt.Sprintf("changed %s in the database %s by %s", rows(len(d.Changes)), d.Name, how), "ok")
		if ran, err := d.clean(ctx); err != nil {
			return c.back(ctx, "the cache that hides the change could not be cleared", err)
		} else if ran != "" {
			c.o.say("ran: "+ran, "ok")
		}
	}
	if err := c.s.note(c.p.ID, stepReplaced, ""); err != nil {
		return c.back(ctx, "the journal could not be written", err)
	}
	if ctx.Err() != nil {
		return c.back(ctx, "interrupted", nil)
	}
	if c.o.Server != nil && c.o.Server.Test != nil {
		if err := c.o.Server.test(ctx); err != nil {
			return c.back(ctx, "the server's own test fails with the new configuration", err)
		}
		c.o.say("tested: "+c.o.Server.Test.String(), "ok")
	}
	if c.o.Server != nil && c.o.Server.Reload != nil {
		c.loaded = true
		if err := c.o.Server.reload(ctx); err != nil {
			return c.back(ctx, "the server did not take the new configuration", err)
		}
		c.o.say("reloaded: "+c.o.Server.Reload.String(), "ok")
	}
	c.outcome = c.run.after(ctx)
	c.show(c.outcome)
	for _, x := range c.outcome {
		if !x.Held {
			return c.back(ctx, fmt.Sprintf("%s: %s, expected: %s", x.What, x.Got, x.Want), nil)
		}
	}
	if err := c.s.note(c.p.ID, stepVerified, ""); err != nil {
		return c.back(ctx, "the journal could not be written", err)
	}
	return &Result{ID: c.p.ID, Controls: c.outcome}, nil
}

func (c *change) show(cs []Control) {
	for _, x := range cs {
		verdict := "ok"
		if !x.Held {
			verdict = "NOT as expected"
		}
		c.o.say(fmt.Sprintf("checked: %s, expected: %s, got: %s", x.What, x.Want, x.Got), verdict)
	}
}

// back takes everything back: files, reload, a last look. It goes on when the user has interrupted.
func (c *change) back(ctx context.Context, why string, cause error) (*Result, error) {
	if ctx.Err() != nil {
		why = "interrupted"
	}
	if cause != nil {
		why += ": " + cause.Error()
	}
	ctx = context.WithoutCancel(ctx)
	res := &Result{ID: c.p.ID, Controls: c.outcome}
	// The journal may be what cannot be written: the files matter more.
	noted := c.s.note(c.p.ID, stepBack, why)
	if err := c.s.putBack(c.p); err != nil {
		// Once more: a fault of the moment must not leave a change in force that nobody has verified.
		if err = errors.Join(err, c.s.putBack(c.p)); c.still() {
			c.s.note(c.p.ID, stepStuck, err.Error())
			return res, c.person("%s; and the old files could not be put back: %v", why, err)
		}
	}
	c.o.say("put back "+c.p.things(), "ok")
	if err := c.p.clean(ctx); err != nil {
		res.Notes = append(res.Notes, err.Error())
	}
	if c.loaded {
		err := c.o.Server.test(ctx)
		if err == nil {
			err = c.o.Server.reload(ctx)
		}
		if err != nil {
			c.s.note(c.p.ID, stepStuck, err.Error())
			return res, c.person("%s; the old files are back, but the server did not take them: %v", why, err)
		}
		c.o.say("reloaded: "+c.o.Server.Reload.String(), "ok")
	}
	if last, asked := c.run.again(ctx, "another request, after taking the fix back"); asked {
		c.show([]Control{last})
		if !last.Held {
			c.s.note(c.p.ID, stepStuck, "the other request is not answered as before")
			return res, c.person("%s; the old files are back, but another request is answered with %s and no longer %s", why, last.Got, last.Want)
		}
	}
	if err := errors.Join(noted, c.s.note(c.p.ID, stepRolledBack, "")); err != nil {
		res.Notes = append(res.Notes, err.Error())
	}
	return res, &RolledBack{Why: why, Err: cause}
}

// still reports that a file or a row is not the old one.
func (c *change) still() bool {
	for i := range c.p.Databases {
		if old, _, err := c.p.Databases[i].tally(context.Background()); err != nil || old != len(c.p.Databases[i].Changes) {
			return true
		}
	}
	for i := range c.p.Files {
		if !c.p.Files[i].untouched() {
			return true
		}
	}
	return false
}

func (c *change) person(format string, args ...any) error {
	return &NeedsPerson{ID: c.p.ID, Why: fmt.Sprintf(format, args...), Dir: c.s.UndoFolder(c.p.ID)}
}

// letPHPSee waits until PHP looks at a changed program again: its cache of compiled programs does so every two seconds
// (opcache.revalidate_freq), unless a reload follows, which empties it.
func (p *Plan) letPHPSee(ctx context.Context, s *Server) {
	if s != nil && s.Reload != nil || !slices.ContainsFunc(p.Files, func(f File) bool { return strings.HasSuffix(f.Real, ".php") }) {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(2200 * time.Millisecond):
	}
}

// things is what a plan changes, for the screen: "1 file", "2 files and 1 row".
func (p *Plan) things() string {
	n := 0
	for _, d := range p.Databases {
		n += len(d.Changes)
	}
	switch {
	case n == 0:
		return files(len(p.Files))
	case len(p.Files) == 0:
		return rows(n)
	}
	return files(len(p.Files)) + " and " + rows(n)
}

func rows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// clean clears the caches that would hide what the databases hold now.
func (p *Plan) clean(ctx context.Context) error {
	var errs []error
	for i := range p.Databases {
		d := &p.Databases[i]
		if _, err := d.clean(ctx); err != nil {
			errs = append(errs, fmt.Errorf("the cache could not be cleared: %w", err))
		}
	}
	return errors.Join(errs...)
}

func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}
