package why401

import (
	"context"
	"errors"
	"slices"

	"github.com/why401/why401/browser"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/report"
)

// Browsing says how a page is opened in a real browser before it is judged.
type Browsing struct {
	Calls           []exchange.Origin // origins beside the address's own that the page may call
	Path            string            // the browser's program; found when ""
	BlockThirdParty bool              // as Safari, Brave and private windows do
	NoSandbox       bool              // the user agreed to that
	Screenshot      bool

	Recorded func(*browser.Recording) // hears what was recorded, to be saved; may be nil
}

// WithBrowser opens the address in Chromium first. What the browser says is evidence; what is left to find out is asked as in
// any other diagnosis. Without a browser to start the report says so, and the diagnosis is done without.
func WithBrowser(b Browsing) Option { return func(s *settings) { s.browsing = &b } }

// browse puts what a browser saw in place of the user's own request.
func browse(ctx context.Context, in Input, s *settings) (Input, error) {
	rec, err := open(ctx, in, *s.browsing, nil, s.probe)
	var missing *browser.Missing
	switch {
	case errors.As(err, &missing):
		in.Facts = append(in.Facts, fact.Given("browser", "%s.", missing.Why))
		return in, nil
	case err != nil:
		return in, err
	}
	if s.browsing.Recorded != nil {
		s.browsing.Recorded(rec)
	}
	return in.Browsed(rec), nil
}

// open starts the browser, under the rules of a sender.
func open(ctx context.Context, in Input, b Browsing, l *browser.Login, rules probe.Options) (*browser.Recording, error) {
	sender, err := probe.New(in.Intent, rules)
	if err != nil {
		return nil, err
	}
	return browser.Open(ctx, in.Intent, browser.Options{Path: b.Path, Calls: b.Calls, BlockThirdParty: b.BlockThirdParty, NoSandbox: b.NoSandbox,
		Screenshot: b.Screenshot, Login: l, Permit: sender.Permit, Lend: sender.Lend})
}

// Browsed is in with what a browser recorded for it as evidence. The intent becomes the request that failed in the browser,
// so that experiments change that one; its origin is one that the user named.
func (in Input) Browsed(rec *browser.Recording) Input {
	for _, n := range rec.Notes {
		in.Facts = append(in.Facts, fact.Given("browser", "%s", n))
	}
	xs := rec.Exchanges
	if len(xs) == 0 {
		return in
	}
	in.Evidence.Exchanges = xs
	if rec.Entry != nil {
		in.Facts = append(in.Facts, entered(rec)...)
		setAside(xs, rec.Entry)
	}
	x := xs[failing(xs)]
	wanted := *in.Intent
	if x.Request.URL.Origin() != in.Intent.Request.URL.Origin() || rec.Entry != nil {
		// A login that went into a form is no login for a header, and one that was refused is not repeated.
		wanted.Login, wanted.Auth, wanted.Proxy = exchange.Login{}, exchange.AuthHeader, in.Intent.Proxy
	}
	wanted.Request, wanted.Full = x.Request.Clone(), nil
	wanted.Agent = exchange.Agent{Name: "browser"}
	wanted.Follow = x.Browser.Kind == "document" || x.Status()/100 == 3
	in.Intent = &wanted
	return in
}

// browsed reports exchanges that a browser made for us.
func browsed(xs []*exchange.Exchange) bool {
	return slices.ContainsFunc(xs, func(x *exchange.Exchange) bool { return x.Browser != nil })
}

// troubled gives the place of the exchange that a person sees fail in the browser: one that is refused, or whose answer the
// browser keeps from the script; without one, the page itself.
func troubled(xs []*exchange.Exchange) int {
	page := len(xs) - 1
	for i, x := range xs {
		switch {
		case x.Browser == nil || x.Key != "":
		case cause.Refused(x), x.Browser.CORS != "":
			return i
		}
	}
	for i, x := range xs {
		if x.Browser != nil && x.Key == "" && x.Browser.Kind == "document" && x.Browser.Page == nil {
			page = i
		}
	}
	for i, x := range xs {
		if x.Browser != nil && x.Key == "" && x.Status() != 0 && x.Status()/100 != 3 && !cause.Passed(x) && x.Status() < 404 {
			return i // a login page in place of an answer
		}
	}
	return page
}

// sentBy lists what the browser sent.
func sentBy(xs []*exchange.Exchange) []report.Sent {
	var out []report.Sent
	for _, x := range xs {
		if x.Browser == nil {
			continue
		}
		credential := "none"
		if x.Request.Header.Has("Authorization") {
			credential = "yours"
		}
		out = append(out, report.Sent{N: x.N, Method: x.Request.Method, URL: x.Request.URL.String(), Purpose: x.Purpose, Credential: credential, Status: x.Status()})
	}
	return out
}
