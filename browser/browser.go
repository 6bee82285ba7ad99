// Package browser is the second door beside probe: it opens one page in a real Chromium, with a profile of its own that
// is thrown away, and records every exchange with what the browser itself says about it: which cookies it kept back and
// why, which it did not store, why it kept an answer from a script.
//
// It is opened only when the user asks. It obeys probe's rules: requests go to origins that the user named and to no
// other, a login to the exact origin it was given for, only methods that change nothing (but for the login form that the
// user wants sent, once), one page, a limited number of requests and a limited time. What a rule holds back is told. The page is hostile until shown otherwise: downloads are
// denied, dialogs dismissed, windows blocked, no other host name resolves, and Chromium's sandbox stays on.
package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/why401/why401/exchange"
)

// Options are what a caller may set.
type Options struct {
	Path     string            // the browser's program; found when ""
	Calls    []exchange.Origin // origins beside the intent's that the page may call
	Requests int               // at most; 60 when 0
	Time     time.Duration     // for all of it; 25 s when 0

	BlockThirdParty bool // block third-party cookies, as Safari, Brave and private windows do
	NoSandbox       bool // the user agreed to run without; root needs that outside containers
	Screenshot      bool // take one, with what may be secret painted over

	// Login makes the visit a login: the one form of the page that asks for the intent's user name and password is sent, once.
	Login *Login

	// Permit says whether a request obeys the rules that depend on it alone; first is the one the user typed. Lend is
	// asked before the login is given to the browser, and told what came of it. Both belong to the run's sender.
	Permit func(r exchange.Request, first bool) error
	Lend   func(r exchange.Request) (settle func(*exchange.Response) error, err error)
}

// Recording is what one visit brought.
type Recording struct {
	Program    string
	Exchanges  []*exchange.Exchange // in the order in which they were sent
	Notes      []string             // what was held back, and how the browser ran; may be shown
	Screenshot []byte               // PNG; nil when none was taken
	Entry      *Entry               // how the login went; nil without one
}

// Missing is the error when no browser can be started: the diagnosis goes on without.
type Missing struct{ Why string }

func (m *Missing) Error() string { return m.Why }

// Open visits the address of in and gives what was exchanged. The error is *Missing when there is no browser to start.
func Open(ctx context.Context, in *exchange.Intent, o Options) (*Recording, error) {
	if o.Permit == nil || o.Lend == nil {
		return nil, errors.New("browser: no sender: nothing says what may be sent")
	}
	if o.Login != nil {
		if err := o.Login.check(in); err != nil {
			return nil, err
		}
		o.Requests, o.Time = max(o.Requests, 200), max(o.Time, 60*time.Second) // several pages
	}
	if o.Requests <= 0 {
		o.Requests = 60
	}
	if o.Time <= 0 {
		o.Time = 25 * time.Second
	}
	if in.Request.Method != "GET" {
		return nil, &Missing{fmt.Sprintf("a browser opens an address with GET, and the request is a %s: it was not opened in Chromium", in.Request.Method)}
	}
	if in.Socket != "" || in.Iface != "" || in.TLS.CertFile != "" {
		return nil, &Missing{"the command uses a socket file, an interface or a client certificate, which Chromium is not given: it was not opened there"}
	}
	p, err := prepare(in, o)
	if err != nil {
		return nil, err
	}
	defer p.remove()
	ctx, cancel := context.WithTimeout(ctx, o.Time)
	defer cancel()
	return p.visit(ctx, in, o)
}
