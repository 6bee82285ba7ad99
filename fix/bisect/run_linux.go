package bisect

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/probe"
)

// Options are how a search is run.
type Options struct {
	Site     Site
	Intent   *exchange.Intent // the request that is refused
	Host     string           // the host name that the user typed, for a site that looks live
	StateDir string           // of the program
	Probe    probe.Options    // the user agent, and in tests the network
	Say      func(string)     // what is done, for the screen
	Now      func() time.Time // the clock; time.Now when nil
}

// Check says, without writing anything, what keeps a search from being made: a *fix.Refused. For a site that looks live its
// Host is the name that has to be typed.
func (o *Options) Check() error {
	u := o.Intent.Request.URL
	host := o.asked()
	live := fix.LiveName(host)
	switch {
	case o.Intent.Request.Method != "GET" && o.Intent.Request.Method != "HEAD":
		return refusedTo("the request is a %s: it is sent many times, so it has to be one that changes nothing (GET)", o.Intent.Request.Method)
	case u.Scheme == "http" && live != "" && !loopback(u.Host):
		return refusedTo("%s, and the address begins with http://: whoever listens on the way could read the token that switches plugins off; use https, or ask the server itself: curl --resolve", live)
	case live != "" && !strings.EqualFold(strings.TrimSpace(o.Host), host):
		why := []string{"this looks like production", live}
		if o.Host != "" {
			why = []string{fmt.Sprintf("the host name given is %q, expected %q", o.Host, host)}
		}
		return &fix.Refused{Why: why, Host: host}
	}
	_, err := o.sender(o.Intent)
	if err != nil {
		return err
	}
	for _, f := range []string{"wp-load.php", "wp-includes/version.php"} {
		if _, err := os.Stat(filepath.Join(o.Site.Dir, f)); err != nil {
			return fmt.Errorf("%s holds no WordPress: %w", o.Site.Dir, err)
		}
	}
	if _, err := os.Stat(o.Site.MustUse); err == nil {
		return writable(o.Site.MustUse)
	}
	return writable(filepath.Dir(o.Site.MustUse))
}

// asked is the host name that the request is for.
func (o *Options) asked() string {
	if h := o.Intent.Request.Header.Text("Host"); !h.Empty() {
		return strings.ToLower(h.String())
	}
	return o.Intent.Request.URL.Host
}

// LooksLive gives the host name that has to be typed for a site that looks live, "" for another.
func (o *Options) LooksLive() string {
	if fix.LiveName(o.asked()) == "" {
		return ""
	}
	return o.asked()
}

func (o *Options) sender(in *exchange.Intent) (*probe.Sender, error) {
	p := o.Probe
	p.StateDir = o.StateDir
	p.MaxRequests, p.MaxRefused, p.MaxAnonymous, p.RunTime = maxRequests, maxRequests, maxRequests, runTime
	return probe.New(in, p)
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Run searches. It puts the drop-in into the site and has removed it when it returns; an error that says otherwise names
// the file. The Result is there also beside an error, with what was seen until then.
func Run(ctx context.Context, o Options) (_ *Result, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	did, err := Sweep(o.StateDir)
	for _, d := range append(did, left(o.Site.MustUse, o.Now())...) {
		o.Say(d)
	}
	if err != nil {
		return nil, err
	}
	t := newToken(o.Now)
	p, err := place(NotesIn(o.StateDir), o.Site, t)
	if err != nil {
		return nil, err
	}
	o.Say("wrote " + p.DropIn)
	defer func() {
		if e := p.remove(); e != nil {
			err = errors.Join(e, err)
			return
		}
		o.Say("removed " + p.DropIn)
	}()
	r := &run{o: o, token: t, res: &Result{}}
	return r.res, r.search(ctx)
}

// run is a search while its drop-in is in place.
type run struct {
	o     Options
	token *token
	res   *Result
	list  listing
	anew  bool // see questions.anew
}

func (r *run) questions(in *exchange.Intent) (*questions, error) {
	s, err := r.o.sender(in)
	if err != nil {
		return nil, err
	}
	q := &questions{intent: in, request: in.Request, sender: s, token: r.token, sleep: sleep, anew: r.anew}
	if !loopback(in.Request.URL.Host) {
		q.pace = time.Second // of strangers one asks no more (docs/safety.md)
	}
	return q, nil
}

// search asks what is active, then without the credential, then with it. What the outcome says of itself is no error.
func (r *run) search(ctx context.Context) error {
	err := r.decide(ctx)
	var d *differs
	var u *unmarked
	switch {
	case errors.As(err, &d):
		r.res.Outcome, r.res.Why = Unstable, d.Error()
	case errors.As(err, &u) && r.list.Digest != "":
		r.res.Outcome, r.res.Why = Unstable, u.Error()+", and others did: several servers or a cache may answer at this address"
	case errors.Is(err, errSpent):
		r.res.Outcome, r.res.Why = Undecided, "the credential may not be refused once more"
	case errors.Is(err, errKnot):
		r.res.Outcome, r.res.Why = Undecided, err.Error()
	default:
		return err
	}
	return nil
}

func (r *run) decide(ctx context.Context) error {
	nobody := bare(r.o.Intent)
	q, err := r.questions(nobody)
	if err != nil {
		return err
	}
	ended, err := r.look(ctx, q)
	if ended || err != nil {
		return err
	}
	allowed := Refusals(r.o.Intent)
	anonymous := &hunt{q: q, l: r.list, res: r.res}
	if err := anonymous.begin(ctx, -1); err != nil {
		return err
	}
	if anonymous.changes() {
		if err := r.conclude(ctx, anonymous); err != nil || allowed < 0 {
			return err
		}
		return r.yours(ctx)
	}
	if allowed < 0 {
		return r.elsewhere(ctx, anonymous)
	}
	r.res.Notes = append(r.res.Notes, "without the credential the answer is the same with and without plugins ("+anonymous.without.text+"), so the credential was sent")
	full, err := r.questions(r.o.Intent)
	if err != nil {
		return err
	}
	h := &hunt{q: full, l: r.list, res: r.res}
	if err := h.begin(ctx, allowed); err != nil {
		return err
	}
	if h.changes() {
		return r.conclude(ctx, h)
	}
	return r.elsewhere(ctx, h)
}

// look asks what is active. It ends the search when the answer to the user's request is not WordPress's.
func (r *run) look(ctx context.Context, q *questions) (ended bool, err error) {
	var u *unmarked
	at := r.o.Intent.Request.URL
	r.list, err = q.list(ctx, at)
	if errors.As(err, &u) {
		first := u
		q.anew = true
		if r.list, err = q.list(ctx, at); err == nil {
			r.anew = true
			r.res.Notes = append(r.res.Notes, "a cache answers at this address with what it has stored ("+first.reply.text+"): every question had a parameter of its own (why401=...)")
			return false, r.fill()
		}
		q.anew = false
		if r.list, err = q.list(ctx, home(at)); errors.As(err, &u) {
			return true, fmt.Errorf("neither this address nor %s is answered by the WordPress in %s (%s, %s): another folder or server answers there, PHP may not read the drop-in, or a cache answers", home(at).Path, r.o.Site.Dir, first.reply.text, u.reply.text)
		}
		if err == nil {
			r.res.Outcome, r.res.Refused = BeforePHP, first.reply.text
			r.res.Why = "the front page is answered by WordPress and this address is not: the web server, a proxy or a file that PHP loads first refuses it"
			r.res.Notes = append(r.res.Notes, htaccessBlocks(r.o.Site.Dir)...)
			ended = true
		}
	}
	if err != nil {
		return true, err
	}
	return ended, r.fill()
}

// fill reads what the list names.
func (r *run) fill() error {
	plugins, err := os.OpenRoot(r.list.Folder)
	if err == nil {
		defer plugins.Close()
	}
	for _, f := range r.list.Plugins {
		r.res.Active = append(r.res.Active, readPlugin(plugins, f))
	}
	r.res.Theme, r.res.DropIns = r.list.Theme, r.list.DropIns
	r.res.MustUse = r.list.MustUse
	if r.list.NoFileMods {
		r.res.Notes = append(r.res.Notes, "wp-config.php sets DISALLOW_FILE_MODS: WordPress's own screens cannot switch plugins' files; to switch a plugin off for good use wp-cli or the deployment")
	}
	return nil
}

// conclude runs the search of h and says how it ended.
func (r *run) conclude(ctx context.Context, h *hunt) error {
	r.o.Say(fmt.Sprintf("searching among %d plugins", len(r.res.Active)))
	err := h.find(ctx)
	r.res.Refused, r.res.Without, r.res.Lets = h.refused.text, h.without.text, h.without.in
	if err == nil {
		r.res.Outcome = Guards
	}
	return err
}

// elsewhere says what the same answer with and without plugins means.
func (r *run) elsewhere(ctx context.Context, h *hunt) error {
	r.res.Refused, r.res.Without = h.refused.text, h.without.text
	switch {
	case h.refused.in && len(r.res.Steps) > 0:
		r.res.Outcome, r.res.Why = NothingRefused, "the request is let in with every plugin on ("+h.refused.text+")"
		return nil
	case h.refused.text == "":
		r.res.Outcome, r.res.Refused = NotPlugins, h.without.text
		r.res.Why = "with every plugin off the request is refused, too; the password was not sent once more to look at the theme"
		return nil
	case h.without.fails && !h.refused.fails:
		r.res.Outcome, r.res.Why = Undecided, "the site fails with every plugin off: its theme or a must-use plugin needs one of them"
		r.res.Left = r.res.Active
		return nil
	}
	if h.s.refusals >= 0 && h.s.refusals < 2 {
		r.res.Outcome, r.res.Why = NotPlugins, "with every plugin off the answer is the same; the credential may not be refused again to look at the theme"
		return nil
	}
	theme, err := h.theme(ctx)
	switch {
	case err != nil:
		return err
	case theme:
		r.res.Outcome, r.res.Without, r.res.Lets = OfTheme, h.without.text, h.without.in
	default:
		r.res.Outcome = NotPlugins
		r.res.Why = "with every plugin and the theme off the answer is the same: a must-use plugin, a drop-in, WordPress itself or what the request lacks"
	}
	return nil
}

// yours sends the user's own request once, without the guards that were found.
func (r *run) yours(ctx context.Context) error {
	q, err := r.questions(r.o.Intent)
	if err != nil {
		return err
	}
	off := make([]bool, len(r.res.Active))
	for i, p := range r.res.Active {
		for _, g := range append(r.res.Guards[:len(r.res.Guards):len(r.res.Guards)], r.res.Needing...) {
			off[i] = off[i] || g.File == p.File
		}
	}
	a, err := q.with(ctx, r.list.Digest, key(off)+"0", "your request, without what was found")
	var withheld *probe.Refusal
	if errors.As(err, &withheld) {
		r.res.Notes = append(r.res.Notes, "your request with its credential was not sent: "+withheld.Why)
		return nil
	}
	if err != nil {
		return err
	}
	r.res.Yours = a.text
	meant := "refused"
	if a.in {
		meant = "let in"
	}
	r.res.Steps = append(r.res.Steps, Step{What: "your request with its credential, without what was found", Answer: a.text, Meant: meant})
	return nil
}
