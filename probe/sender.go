package probe

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// Options are what a caller may set about a run. The zero value is the careful one.
type Options struct {
	MaxRequests int // requests per run; 8 when zero
	MaxRefused  int // refusals (401, 403, 404, 407, 429) taken from one host per run; 5 when zero
	// MaxAnonymous is how many of them a request without a credential may meet; 3 when zero. More is for a site whose files
	// the user may write, and never for tokens and passwords.
	MaxAnonymous int
	Refused      int    // how often the intent's token or key was refused already by another sender of the same run
	Offline      bool   // send nothing: every Do is a Refusal
	UserAgent    string // for requests that imitate no other program and bring no User-Agent
	StateDir     string // of the ledger; $XDG_STATE_HOME/why401 or ~/.local/state/why401 when ""

	AllowUnsafe bool              // the user agreed to unsafe methods and dangerous URLs
	IKnow       bool              // the user agreed to send a password that was refused lately
	SendTo      []exchange.Origin // further origins that the user's credentials may go to
	Consult     []exchange.Origin // origins whose published documents may be read, without any credential
	Introspect  []exchange.Origin // origins of issuers that may be asked about the user's token, by the client the user named

	// Dial replaces the network, for labs and tests; addr is host:port as written, not resolved.
	Dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	Roots *x509.CertPool   // in place of the system's
	Now   func() time.Time // the clock for certificates and the ledger

	ExchangeTime time.Duration // per exchange, connection included; 10 s when zero
	RunTime      time.Duration // for the whole run, from the first request; 30 s when zero

	Log func(format string, args ...any) // what the sender decides, without secrets
}

// Sender is one run: it owns the budget, the tally of refusals and the connections. Its methods may be called from
// several goroutines; requests go out one at a time.
type Sender struct {
	intent *exchange.Intent
	o      Options
	known  []string // the user's secrets, for the check that none reaches another origin

	wire  sync.Mutex // held while a Do runs
	conns int
	end   time.Time
	nl    *ledger

	mu      sync.Mutex // guards what follows
	sent    []SentRequest
	notes   []fact.Fact
	hosts   map[string]*tally
	logins  map[string]loginState
	derived map[string]bool // Authorization values that we made from the login
	gone    map[string]bool // signatures made for one sending that went out
	recent  []string        // ledger entries of this run that ended in a refusal
	stopped string
}

// SentRequest is a line of the list of what went out.
type SentRequest struct {
	N          int
	Method     string
	URL        string // as it may be shown
	Purpose    string
	Credential string // "none", "yours" or "canary"
	Status     int    // 0 when no reply came
}

// How says what a request is for and how to treat its answer.
type How struct {
	Key     string // the experiment it belongs to, "" for the user's own request
	Purpose string // in words
	Follow  bool   // follow redirects as the user's agent would
	Direct  bool   // without the forward proxy
	Login   bool   // use Intent.Login as the agent would: Basic, the Digest or NTLM handshake, a SigV4 signature
	Kind    Kind
	Token   bool // when a registry's challenge points to a token server, ask there for a token and send it
}

// Kind says what sort of request it is. Each has rules of its own (consult.go).
type Kind int

// The kinds.
const (
	OfUser        Kind = iota // the user's request, or one derived from it
	Document                  // a published document: GET, without any credential, from agreed origins, no redirects
	Introspection             // the question to an issuer whether a token is active (RFC 7662): the one POST
)

// New makes the sender of one run. A nil intent is an error: without it there is no origin that credentials belong to.
func New(intent *exchange.Intent, o Options) (*Sender, error) {
	if intent == nil {
		return nil, errors.New("probe: no intent: nothing says where credentials may go")
	}
	if o.MaxRequests <= 0 {
		o.MaxRequests = 8
	}
	if o.MaxRefused <= 0 {
		o.MaxRefused = 5
	}
	if o.MaxAnonymous <= 0 {
		o.MaxAnonymous = maxAnonymousRefused
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.RunTime <= 0 {
		o.RunTime = 30 * time.Second
	}
	if o.ExchangeTime <= 0 {
		if o.ExchangeTime = 10 * time.Second; intent.Timeout > 0 {
			o.ExchangeTime = min(intent.Timeout, o.RunTime)
		}
	}
	s := &Sender{intent: intent, o: o, hosts: map[string]*tally{}, logins: map[string]loginState{}, derived: map[string]bool{}, gone: map[string]bool{}}
	s.known = knownSecrets(intent)
	if intent.HTTP == "2" || intent.HTTP == "3" {
		s.note("HTTP/%s was asked for; the probe spoke HTTP/1.1 and offered only that", intent.HTTP)
	}
	return s, nil
}

// Do runs one request and, when how.Follow is set, its redirects as the user's agent would, each hop an exchange.
// A handshake (Digest, NTLM) makes an exchange of each leg. Credentials go only to the intent's own origin and to
// Options.SendTo; on the way to any other they are left out.
//
// A request that gets no reply is an exchange with a Failure, not an error. The error is a *Refusal when a rule forbids
// a request, with the exchanges up to there; or a trouble of our own, such as a ledger that cannot be written.
func (s *Sender) Do(ctx context.Context, req exchange.Request, how How) ([]*exchange.Exchange, error) {
	s.wire.Lock()
	defer s.wire.Unlock()
	if s.end.IsZero() {
		s.end = time.Now().Add(s.o.RunTime)
	}
	ctx, cancel := context.WithDeadline(ctx, s.end)
	defer cancel()
	c := &chain{s: s, how: how, first: req, jar: newJar(s.intent), seen: map[string]int{}}
	return c.run(ctx)
}

// Sent lists what went out so far.
func (s *Sender) Sent() []SentRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]SentRequest(nil), s.sent...)
}

// Notes are observations about the probing itself: where a redirect chain was ended and why, what was left out.
func (s *Sender) Notes() []fact.Fact {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]fact.Fact(nil), s.notes...)
}

// Stopped says why no more credentials go to the host ("429 Too Many Requests"), or "".
func (s *Sender) Stopped() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

func (s *Sender) note(format string, args ...any) {
	f := fact.Given("probe", format, args...)
	s.mu.Lock()
	known := slices.Contains(s.notes, f)
	if !known {
		s.notes = append(s.notes, f)
	}
	s.mu.Unlock()
	if !known {
		s.o.Log("%s", f.Text)
	}
}

// same compares origins exactly: scheme, host with any trailing dot, port. A name with a trailing dot is another
// origin to browsers, and cookies have leaked over the difference.
func same(a, b exchange.URL) bool {
	return a.Scheme == b.Scheme && a.Host == b.Host && a.Port == b.Port
}

// own reports that the user's credentials may go to u.
func (s *Sender) own(u exchange.URL) bool {
	if same(u, s.intent.Request.URL) {
		return true
	}
	for _, o := range s.o.SendTo {
		if (exchange.Origin{Scheme: u.Scheme, Host: u.Host, Port: u.Port}) == o {
			return true
		}
	}
	return false
}

// Canary is the value of an Authorization field that carries no credential and looks like none: an unregistered
// scheme, so that no server counts it as a failed login.
func Canary(n int) secret.Text { return secret.Public("Why401-Canary " + strconv.Itoa(n)) }
