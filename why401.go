// Package why401 answers one question: why was this HTTP request refused, and by whom?
//
// Diagnose takes what a person has in hand, sends the smallest safe experiments, and gives a report that names the
// layer that refused, the cause, the proof and the fix. docs/architecture.md walks one refusal through the folders.
//
//	in, err := input.Read([]string{"curl -u alice:secret https://api.example.com/"}, nil, input.Options{})
//	rep, err := why401.Diagnose(ctx, in)
package why401

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"slices"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/diagnose"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// Input is what is to be diagnosed: a request that may be sent, or what was recorded elsewhere, or both.
type Input struct {
	Intent *exchange.Intent // nil: nothing is sent, the evidence is all there is
	Facts  []fact.Fact      // ambient evidence: a .netrc entry, proxy variables
	Read   string           // what was read, in words: "a curl command"

	// Keys are those with which the user's program signs requests. A signature is held against them, and where it is right
	// the request may be signed anew, over what a server behind a proxy may read. They are never sent.
	Keys []exchange.Key

	// Configs are configurations of servers on the request's way. The request is followed through them, and what they decide
	// counts beside what is seen. With Offline the answer is what they say.
	Configs []*conf.Config
	// From is the address that the request comes from, as the configurations are asked; 127.0.0.1 when it is invalid.
	From netip.Addr

	// Evidence was recorded elsewhere. With exchanges in it the request itself is not sent again.
	Evidence exchange.Evidence
}

// Option changes how a diagnosis is done.
type Option func(*settings)

type settings struct {
	probe     probe.Options
	trace     io.Writer
	xs        func([]*exchange.Exchange)
	catalogue *all.Catalogue
	browsing  *Browsing
	issuers   []exchange.Issuer
	sender    *probe.Sender
}

// agree writes into the case what the user agreed to, and the same into the sender's rules.
func (s *settings) agree(c *exchange.Case) {
	for _, i := range s.issuers {
		s.probe.Consult = append(s.probe.Consult, i.URL.Origin())
		if !i.Client.Empty() {
			s.probe.Introspect = append(s.probe.Introspect, i.URL.Origin())
		}
	}
	c.Issuers, c.Consult = s.issuers, s.probe.Consult
}

// WithTrace writes to w why each experiment was chosen and what it told.
func WithTrace(w io.Writer) Option { return func(s *settings) { s.trace = w } }

// WithExchanges hands over what was exchanged when the diagnosis is done, recorded exchanges included, to be saved.
func WithExchanges(f func([]*exchange.Exchange)) Option { return func(s *settings) { s.xs = f } }

// WithMaxRequests limits what is sent; 8 without it.
func WithMaxRequests(n int) Option { return func(s *settings) { s.probe.MaxRequests = n } }

// WithTimeout limits the whole run, and with it each request; 30 s without it, of which 10 s for one request.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) { s.probe.RunTime, s.probe.ExchangeTime = d, min(d, 10*time.Second) }
}

// Offline sends nothing.
func Offline() Option { return func(s *settings) { s.probe.Offline = true } }

// WithStateDir keeps the ledger of sent passwords in dir instead of the user's state folder.
func WithStateDir(dir string) Option { return func(s *settings) { s.probe.StateDir = dir } }

// WithDial replaces the network, for labs and tests.
func WithDial(dial func(ctx context.Context, network, addr string) (net.Conn, error)) Option {
	return func(s *settings) { s.probe.Dial = dial }
}

// WithRoots trusts these certificate authorities in place of the system's.
func WithRoots(pool *x509.CertPool) Option { return func(s *settings) { s.probe.Roots = pool } }

// WithCatalogue holds the causes of c against the case: the built-in ones and a user's own, as all.Open reads them. The
// signatures of c are known to a whole process, from signature.Add(c.Products) on.
func WithCatalogue(c *all.Catalogue) Option { return func(s *settings) { s.catalogue = c } }

// AllowUnsafe lets a POST, PUT, PATCH or DELETE go out as it is.
func AllowUnsafe() Option { return func(s *settings) { s.probe.AllowUnsafe = true } }

// KnowingTheRisk sends a password that the ledger says was refused lately.
func KnowingTheRisk() Option { return func(s *settings) { s.probe.IKnow = true } }

// SendTo lets the credential go to one more origin.
func SendTo(o exchange.Origin) Option {
	return func(s *settings) { s.probe.SendTo = append(s.probe.SendTo, o) }
}

// TrustingIssuer names an authorization server that the API trusts: its published documents are read, without any
// credential, and compared with the token. With a client in it the issuer is asked about the token as well (RFC 7662),
// which sends the token and the client's secret to the issuer's origin, and to no other.
func TrustingIssuer(i exchange.Issuer) Option {
	return func(s *settings) { s.issuers = append(s.issuers, i) }
}

// Consult lets published documents be read from one more origin, without any credential.
func Consult(o exchange.Origin) Option {
	return func(s *settings) { s.probe.Consult = append(s.probe.Consult, o) }
}

// Continue diagnoses with what is left of s, the sender that brought the exchanges in the input's evidence: its budget, its
// tally of refusals and its passwords are those of one run. The options about sending are then s's own.
func Continue(s *probe.Sender) Option { return func(o *settings) { o.sender = s } }

// Prepare reads the built-in catalogue in the background, which takes as long as reading a small input: call it before
// the input is read when a diagnosis is going to follow. Diagnose waits for it.
func Prepare() {
	go all.Book()
	go signature.Default()
}

// Case is what Diagnose makes of in before anything is sent: what was recorded, put together.
func Case(in Input) *exchange.Case { return assemble(in) }

// Diagnose says why in's request is refused. The report is complete even when err is not nil; err tells what cut the
// run short (the context, or a failure of our own).
func Diagnose(ctx context.Context, in Input, opts ...Option) (*report.Report, error) {
	Prepare()
	s := settings{}
	s.probe.UserAgent = UserAgent()
	for _, o := range opts {
		o(&s)
	}
	if s.browsing != nil && in.Intent != nil && !s.probe.Offline {
		var err error
		if in, err = browse(ctx, in, &s); err != nil {
			return nil, err
		}
	}
	in = in.signedAnew()
	c := assemble(in)
	s.agree(c)
	if s.catalogue == nil {
		s.catalogue = all.BuiltIn()
	}
	engine := &diagnose.Engine{Causes: s.catalogue.Causes, Signs: s.catalogue.Signs, Pages: s.catalogue.Page, Prober: silent{}, Trace: s.trace, Max: s.probe.MaxRequests}
	run := func() (*report.Report, error) {
		rep, err := engine.Run(ctx, c)
		rep.Input, rep.Tool.Version = in.Read, Version()
		if s.xs != nil {
			s.xs(append(slices.Clip(c.Exchanges), c.Documents...))
		}
		return rep, err
	}
	engine.Traces = diagnose.Follow(followed(in, c), in.Configs)
	engine.Foresee = in.Intent != nil && s.probe.Offline && len(engine.Traces) > 0
	if in.Intent == nil || engine.Foresee {
		return run()
	}
	sender := s.sender
	if sender == nil {
		var err error
		if sender, err = probe.New(in.Intent, s.probe); err != nil {
			return nil, err
		}
	}
	engine.Prober = prober{sender}
	rep, err := run()
	if onlyPasswordFiles(c) {
		if e := sender.NoteHarmless(); e != nil && err == nil {
			err = e
		}
	}
	for _, f := range sender.Notes() {
		rep.Notes = append(rep.Notes, f.Text)
	}
	rep.Sent = sentBy(c.Exchanges)
	before := len(rep.Sent)
	for _, r := range sender.Sent() {
		rep.Sent = append(rep.Sent, report.Sent{N: before + r.N, Method: r.Method, URL: r.URL, Purpose: r.Purpose, Credential: r.Credential, Status: r.Status})
	}
	var f *exchange.Failure
	if errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = nil // the report says it
	}
	return rep, err
}

// followed is the request that configurations are asked about: the user's own, or the recorded one that failed.
func followed(in Input, c *exchange.Case) conf.Request {
	r := conf.Request{Client: in.From}
	if !r.Client.IsValid() {
		r.Client = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	switch x := c.Last(); {
	case in.Intent != nil:
		r.Request = in.Intent.Request.Clone()
	case x != nil:
		r.Request = x.Request.Clone()
	}
	if r.URL.Host != "" && !r.Header.Has("Host") {
		r.Header = append(exchange.Header{{Name: "Host", Value: secret.Public(r.URL.Authority())}}, r.Header...)
	}
	return r
}

// onlyPasswordFiles reports that every refused login of c was refused by a web server's own page: nginx, Apache and
// lighttpd check a file and count nothing, so the next try need not wait.
func onlyPasswordFiles(c *exchange.Case) bool {
	refused := false
	for _, x := range c.Exchanges {
		if x.Status() != 401 || !slices.ContainsFunc(cred.Of(x.Request), func(k cred.Credential) bool { return k.Kind == cred.Basic || k.Kind == cred.Digest }) {
			continue
		}
		w, ok := signature.Writer(x)
		if !ok || w.Layer != exchange.WebServer {
			return false
		}
		refused = true
	}
	return refused
}

// silent is a prober that sends nothing.
type silent struct{}

var offline = &probe.Refusal{Rule: probe.RuleOffline, Why: "nothing is sent: this was read from a record"}

func (silent) Do(context.Context, exchange.Request, diagnose.How) ([]*exchange.Exchange, error) {
	return nil, offline
}
func (silent) Stopped() string                  { return "" }
func (silent) Refusable(exchange.Request) error { return offline }

// prober lets the engine speak to the sender without knowing it.
type prober struct{ s *probe.Sender }

func (p prober) Do(ctx context.Context, r exchange.Request, how diagnose.How) ([]*exchange.Exchange, error) {
	return p.s.Do(ctx, r, probe.How{Key: how.Key, Purpose: how.Purpose, Follow: how.Follow, Direct: how.Direct, Login: how.Login, Kind: kinds[how.Asks], Token: how.Token})
}

var kinds = map[cause.Asks]probe.Kind{cause.ADocument: probe.Document, cause.Introspection: probe.Introspection}

func (p prober) Stopped() string                    { return p.s.Stopped() }
func (p prober) Refusable(r exchange.Request) error { return p.s.Refusable(r) }

// Version is the version of the built module, or "devel".
func Version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" && b.Main.Version != "(devel)" {
		return b.Main.Version
	}
	return "devel"
}

// UserAgent names the tool in requests that have no agent of their own to imitate.
func UserAgent() string { return "why401/" + Version() + " (+https://github.com/why401/why401)" }

// Once sends in's request as the user's program would and gives the answer of the last hop: the check after a fix.
// It obeys the same safety rules as a diagnosis.
func Once(ctx context.Context, in Input, opts ...Option) (*exchange.Exchange, error) {
	s := settings{}
	s.probe.UserAgent = UserAgent()
	for _, o := range opts {
		o(&s)
	}
	sender, err := probe.New(in.Intent, s.probe)
	if err != nil {
		return nil, err
	}
	xs, err := sender.Do(ctx, in.Intent.Request, probe.How{Purpose: "the request after the fix", Follow: in.Intent.Follow, Login: true})
	if len(xs) == 0 {
		return nil, err
	}
	return xs[len(xs)-1], nil
}
