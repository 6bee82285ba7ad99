package fix

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// Controls decide whether a fix holds. All four go out through package probe, under its rules.
type Controls struct {
	Failing *exchange.Intent // must be let in afterwards
	// Guarded must stay refused without a credential, and with a wrong one. nil takes Failing without its credential; where
	// Failing carries none, Guarded has to be named.
	Guarded *exchange.Intent
	Other   *exchange.Intent // must answer as before; nil takes "/" of Failing's origin, without a credential
	// Own says that the server is the user's own, so that a made-up login may be tried against it. On a loopback address it
	// may anyhow. Elsewhere an unregistered scheme takes its place, which touches no account.
	Own   bool
	Probe probe.Options
}

// Control is the outcome of one of them.
type Control struct {
	What string // "the failing request"
	Want string // "let in"
	Got  string // "200", or why it was not sent
	Held bool
	Sent bool // false when it could not be sent
}

// The senders have at most eight requests in a run between them: two before, four after, two when it was taken back.
const (
	forFailing = 2
	forGuarded = 2
	forOther   = 3
)

// run is the controls at work. Every intent has a sender of its own, because credentials belong to an origin.
type run struct {
	c                      *Controls
	failing, guarded, none *probe.Sender
	guard                  exchange.Request // what anonymous asks
	other                  exchange.Request
	otherSender            *probe.Sender
	before                 *exchange.Exchange // of other
	made                   *exchange.Intent   // the wrong credential
}

// begin checks, before anything is written, that the controls can be sent at all.
func (c *Controls) begin() (*run, error) {
	if c.Failing == nil {
		return nil, refuse("nothing says which request has to pass afterwards: a configuration test proves nothing about access")
	}
	r := &run{c: c}
	var err error
	if r.failing, err = c.sender(c.Failing, forFailing); err != nil {
		return nil, err
	}
	if err := r.failing.Refusable(c.Failing.Request); err != nil {
		return nil, held("the failing request", err)
	}
	bare := cred.Strip(c.Failing.Request)
	switch {
	case c.Guarded != nil:
		r.guard = cred.Strip(c.Guarded.Request)
	case carries(c.Failing):
		r.guard = bare
	default:
		return nil, refuse("the failing request carries no credential, so something else has to show that the door stays shut: name a request that must stay refused")
	}
	guarded := c.Failing
	if c.Guarded != nil {
		guarded = c.Guarded
	}
	nobody := *guarded
	nobody.Request, nobody.Login, nobody.Auth, nobody.Full = r.guard, exchange.Login{}, exchange.AuthHeader, nil
	nobody.TLS.CertFile, nobody.TLS.KeyFile = "", ""
	if r.none, err = c.sender(&nobody, forGuarded); err != nil {
		return nil, err
	}
	if err := r.none.Refusable(r.guard); err != nil {
		return nil, held("the request without a credential", err)
	}
	r.made = c.wrong(guarded, r.guard)
	if r.guarded, err = c.sender(r.made, forGuarded+1); err != nil {
		return nil, err
	}
	other := c.Other
	if other == nil {
		home := nobody
		home.Request = bare.Clone()
		home.Request.Method, home.Request.Body, home.Request.Target = "GET", secret.Text{}, secret.Text{}
		home.Request.URL.Path, home.Request.URL.Query, home.Request.URL.HasQuery = "/", nil, false
		home.Request.Header = home.Request.Header.Without("Content-Type", "Content-Length", "Transfer-Encoding", "Expect", "Upgrade", "Connection")
		other = &home
	}
	r.other = other.Request
	if r.otherSender, err = c.sender(other, forOther); err != nil {
		return nil, err
	}
	if err := r.otherSender.Refusable(r.other); err != nil {
		return nil, held("the other request", err)
	}
	return r, nil
}

func (c *Controls) sender(in *exchange.Intent, most int) (*probe.Sender, error) {
	o := c.Probe
	o.MaxRequests = most
	o.RunTime = cmp.Or(o.RunTime, 3*time.Minute) // a test and a reload lie between the first request and the last
	o.ExchangeTime = cmp.Or(o.ExchangeTime, 10*time.Second)
	if in.Auth == exchange.AuthDigest || in.Auth == exchange.AuthNTLM || in.Auth == exchange.AuthAny || in.Follow {
		o.MaxRequests += 2 // the legs of a handshake, the hops of a redirect
	}
	return probe.New(in, o)
}

func held(what string, err error) error {
	if w, ok := errors.AsType[*probe.Refusal](err); ok {
		return refuse("%s may not be sent (%s), so nothing could show that the fix holds: %s", what, w.Rule, w.Why)
	}
	return err
}

// carries reports that the intent brings a credential of any kind.
func carries(in *exchange.Intent) bool {
	return !in.Login.Empty() || in.TLS.CertFile != "" || len(cred.Of(in.Request)) > 0 || len(cred.Strip(in.Request).Header) < len(in.Request.Header)
}

// wrong makes the request with a credential that no server can know: of the kind that like carries, with a made-up user,
// where that may be tried; an unregistered scheme elsewhere.
func (c *Controls) wrong(like *exchange.Intent, bare exchange.Request) *exchange.Intent {
	in := *like
	in.Full, in.Login, in.Auth = nil, exchange.Login{}, exchange.AuthHeader
	in.TLS.CertFile, in.TLS.KeyFile = "", ""
	in.Request = bare.Clone()
	set := func(name string, value secret.Text) {
		in.Request.Header = in.Request.Header.With(exchange.Field{Name: name, Value: value})
	}
	if !c.Own && !loopback(like) {
		set("Authorization", probe.Canary(4))
		return &in
	}
	made := "why401-" + random()
	auth := like.Request.Header.Text("Authorization")
	scheme := strings.ToLower(challenge.Split(auth).Scheme)
	login := exchange.Login{User: secret.Public(made), Password: secret.New(random()), From: "made up"}
	switch {
	case like.Auth == exchange.AuthDigest || like.Auth == exchange.AuthAny:
		in.Login, in.Auth = login, like.Auth
	case scheme == "basic" || like.Auth == exchange.AuthBasic || auth.Empty() && ownField(like) == "":
		in.Request.Header = in.Request.Header.With(login.BasicField())
	case !auth.Empty():
		set("Authorization", secret.Join(secret.Public(challenge.Split(auth).Scheme+" "), secret.New(made+random())))
	default:
		set(ownField(like), secret.New(made))
	}
	return &in
}

// ownField is the first field but Authorization and Cookie that the intent's credential stands in, "" for none.
func ownField(in *exchange.Intent) string {
	bare := cred.Strip(in.Request).Header
	for _, f := range in.Request.Header {
		if !bare.Has(f.Name) && !strings.EqualFold(f.Name, "Cookie") && !strings.EqualFold(f.Name, "Authorization") {
			return f.Name
		}
	}
	return ""
}

func loopback(in *exchange.Intent) bool {
	h := strings.TrimSuffix(in.Request.URL.Host, ".")
	to := in.Resolve[in.Request.URL.Address()]
	if to != "" {
		h = to[:strings.LastIndexByte(to, ':')]
	}
	a, err := netip.ParseAddr(strings.Trim(h, "[]"))
	return err == nil && a.IsLoopback() || h == "localhost"
}

func random() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// ask sends one request and gives the last answer. A request that a rule forbids gives an error.
func ask(ctx context.Context, s *probe.Sender, in *exchange.Intent, req exchange.Request, purpose string) (*exchange.Exchange, error) {
	xs, err := s.Do(ctx, req, probe.How{Purpose: purpose, Follow: in.Follow, Login: true})
	if len(xs) == 0 {
		if err == nil {
			err = errors.New("nothing was sent")
		}
		return nil, err
	}
	return xs[len(xs)-1], err
}

// letIn reports an answer that lets the request in; a switch of protocols that was asked for does.
func letIn(x *exchange.Exchange) bool {
	return cause.Passed(x) || x.Status() == 101 && x.Request.Header.Has("Upgrade")
}

// refusedAnswer reports an answer that keeps the request out: a 4xx, a redirect to a login, a refusal in a 2xx. An answer
// that fails (5xx), or none, shows nothing.
func refusedAnswer(x *exchange.Exchange) bool {
	return x.Response != nil && !letIn(x) && x.Status() < 500 && x.Status() >= 200
}

func got(x *exchange.Exchange, err error) string {
	switch {
	case x != nil && x.Response != nil:
		return fmt.Sprint(x.Status())
	case x != nil && x.Failure != nil:
		return "no answer (" + x.Failure.Step + ")"
	case err != nil:
		return err.Error()
	}
	return "no answer"
}

// first asks before the change: the other request, and the failing one where a refusal costs nothing. passes says that the
// failing request is let in already.
func (r *run) first(ctx context.Context) (passes bool, err error) {
	if r.before, err = ask(ctx, r.otherSender, r.c.habits(), r.other, "another request, before the fix"); err != nil {
		return false, held("the other request", err)
	}
	if r.before.Response == nil {
		return false, refuse("the server does not answer (%s), so nothing could show that the fix holds", got(r.before, nil))
	}
	if !cheap(r.c.Failing) {
		return false, nil
	}
	x, err := ask(ctx, r.failing, r.c.Failing, r.c.Failing.Request, "the failing request, before the fix")
	if err != nil {
		return false, held("the failing request", err)
	}
	return letIn(x), nil
}

// habits is the intent whose habits the other request has: whether it follows redirects.
func (c *Controls) habits() *exchange.Intent {
	if c.Other != nil {
		return c.Other
	}
	return &exchange.Intent{}
}

// cheap reports that a refusal of the request counts against nobody: it carries no password.
func cheap(in *exchange.Intent) bool {
	return in.Login.Empty() && !slices.ContainsFunc(cred.Of(in.Request), func(c cred.Credential) bool {
		return slices.Contains([]cred.Kind{cred.Basic, cred.Digest, cred.NTLM, cred.Negotiate}, c.Kind)
	}) && in.Request.Body.Empty()
}

// onlyPasswordFile reports that a web server wrote the refusal itself: it looked into a file, and nobody counts.
func onlyPasswordFile(x *exchange.Exchange) bool {
	w, ok := signature.Writer(x)
	return ok && w.Layer == exchange.WebServer
}

// after asks the four controls. It stops at the first that does not hold: what comes after it would cost requests, and
// the fix is taken back anyhow.
func (r *run) after(ctx context.Context) []Control {
	var out []Control
	failing, err := ask(ctx, r.failing, r.c.Failing, r.c.Failing.Request, "the failing request, after the fix")
	out = append(out, Control{What: "the failing request", Want: "let in", Got: got(failing, err), Sent: failing != nil, Held: failing != nil && err == nil && letIn(failing)})
	if !out[0].Held {
		if failing != nil && failing.Status() == 401 && onlyPasswordFile(failing) {
			r.failing.NoteHarmless()
		}
		return out
	}
	anonymous, err := ask(ctx, r.none, &exchange.Intent{}, r.guard, "without a credential, after the fix")
	out = append(out, Control{What: "without a credential", Want: "refused", Got: got(anonymous, err), Sent: anonymous != nil, Held: anonymous != nil && err == nil && refusedAnswer(anonymous)})
	if !out[1].Held {
		return out
	}
	wrong, err := ask(ctx, r.guarded, r.made, r.made.Request, "with a made-up credential, after the fix")
	if err == nil && wrong != nil && wrong.Status() == 401 {
		r.guarded.NoteHarmless() // the account does not exist
	}
	out = append(out, Control{What: "with a wrong credential", Want: "refused", Got: got(wrong, err), Sent: wrong != nil, Held: wrong != nil && err == nil && refusedAnswer(wrong)})
	if !out[2].Held {
		return out
	}
	return append(out, r.otherAgain(ctx, "another request, after the fix"))
}

func (r *run) again(ctx context.Context, purpose string) (Control, bool) {
	c := r.otherAgain(ctx, purpose)
	return c, c.Sent
}

// otherAgain asks the other request once more: what was let in must be, what was answered otherwise must be answered so.
func (r *run) otherAgain(ctx context.Context, purpose string) Control {
	x, err := ask(ctx, r.otherSender, r.c.habits(), r.other, purpose)
	c := Control{What: "another request", Want: fmt.Sprintf("as before (%d)", r.before.Status()), Got: got(x, err), Sent: x != nil}
	if x != nil && err == nil {
		c.Held = letIn(x) && letIn(r.before) || x.Status() == r.before.Status()
	}
	return c
}
