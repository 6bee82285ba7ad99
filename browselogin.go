package why401

import (
	"context"
	"fmt"
	"slices"

	"github.com/why401/why401/browser"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// LogIn does one login in a real browser, with in's user name and password, and gives what was recorded; it diagnoses
// nothing. A login that failed is diagnosed by Diagnose(ctx, in.Browsed(recording)). The options that count here are those
// about sending: the ledger, and that a refused password may be sent again.
//
// The error is a *browser.Missing when there is no browser to start, or when it could not open the page.
func LogIn(ctx context.Context, in Input, l browser.Login, b Browsing, opts ...Option) (*browser.Recording, error) {
	s := settings{}
	for _, o := range opts {
		o(&s)
	}
	if l.At != (exchange.Origin{}) {
		s.probe.SendTo = append(s.probe.SendTo, l.At)
	}
	rec, err := open(ctx, in, b, &l, s.probe)
	if err != nil {
		return nil, err
	}
	for i, x := range rec.Exchanges {
		x.N = i + 1
	}
	return rec, nil
}

// entered tells what was done in the browser, as facts for the report.
func entered(rec *browser.Recording) []fact.Fact {
	e := rec.Entry
	var out []fact.Fact
	say := func(format string, args ...any) { out = append(out, fact.Given("browser", format, args...)) }
	switch {
	case e.How == "form" && e.Sent != nil:
		say("%s filled in the login form once and sent it to %s, which answered %d.", rec.Program, e.Sent.Request.URL.Origin().String()+e.Sent.Request.URL.ShownPath(), e.Sent.Status())
	case e.How == "prompt" && e.Sent != nil:
		say("%s answered the Basic prompt of %s once; the answer is %d.", rec.Program, e.Sent.Request.URL.Origin(), e.Sent.Status())
	case e.Withheld != "":
		say("User name and password were given to nobody: %s.", e.Withheld)
	}
	for _, m := range e.Missed {
		say("Expected %s.", m)
	}
	return out
}

// setAside leaves the exchange of a login that shows why it failed, and the redirects that led there, as the subject; what
// else the pages asked for is kept under keys of its own. The way to a login form is no failure.
func setAside(xs []*exchange.Exchange, e *browser.Entry) {
	if e.Passed {
		return
	}
	i := stuck(xs, e)
	for n, x := range xs {
		if x.Key == "" && n != i && (n > i || x.Browser.Chain != xs[i].Browser.Chain) {
			x.Key = fmt.Sprintf("login step %d", n+1)
		}
	}
}

// stuck gives the place of the exchange at which a login failed.
func stuck(xs []*exchange.Exchange, e *browser.Entry) int {
	document := func(x *exchange.Exchange) bool {
		return x.Key == "" && x.Browser.Page == nil && x.Browser.Kind == "document"
	}
	from := 0
	if e.Sent != nil {
		from = max(0, slices.Index(xs, e.Sent))
	}
	last := from
	for n, x := range xs[from:] {
		n += from
		switch {
		case x == e.Sent && x.Status() >= 400, document(x) && x.Status() >= 400:
			return n // refused, or an error in place of a page
		case document(x) && x.Failure != nil:
			return n
		case x.Browser.CORS != "":
			return n // a script's call that the browser kept from it
		case e.Sent != nil && x != e.Sent && document(x) && x.Status()/100 == 3 && leadsToLogin(x):
			return n // logged in, and asked again
		case x.Key == "" && !document(x) && cause.Refused(x) && e.Sent != nil:
			return n // a page that logs in by script
		case document(x):
			last = n
		}
	}
	if e.Sent != nil && xs[last].Status()/100 == 2 && e.Sent.Status()/100 == 2 && e.Asked {
		return from // the form again, as the answer to the form
	}
	return last
}

func leadsToLogin(x *exchange.Exchange) bool {
	_, ok := signature.LoginPage(x)
	return ok
}
