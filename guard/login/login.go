// Package login runs the rows of kind login: one real login in a real Chromium, once, to the protected page; what the
// browser stored and refused; and the same login without a browser, so that it is said when only one of both works.
//
// It types user name and password into the origin that they belong to and nowhere else, and sends them once (package
// browser, docs/safety.md). Without a browser nothing is known about the row.
package login

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/why401/why401"
	"github.com/why401/why401/browser"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/report"
)

// Browser runs logins. The zero value finds Chromium and keeps no files.
type Browser struct {
	Path            string            // the browser's program; found when ""
	NoSandbox       bool              // the user agreed to run without; root needs that outside containers
	BlockThirdParty bool              // as Safari, Brave and private windows do
	Resolve         map[string]string // "host:port" -> "address:port", as curl's --resolve

	Dir         string // where a HAR and a picture of each login are kept; "" keeps none
	KeepSecrets bool   // the HAR holds tokens, cookies and the password as they were sent
}

var _ guard.Browser = (*Browser)(nil)

// Login does one login and says what came of it. The error means that nothing is known about the login: there is no browser,
// nobody answers, a rule keeps the password back.
func (b *Browser) Login(ctx context.Context, l guard.LoginRequest) (*guard.LoginResult, error) {
	in, form, calls := b.plan(l)
	input := why401.Input{Intent: in, Read: "a login in a browser"}
	rec, err := why401.LogIn(ctx, input, form, why401.Browsing{Calls: calls, Path: b.Path, BlockThirdParty: b.BlockThirdParty, NoSandbox: b.NoSandbox,
		Screenshot: b.Dir != ""}, options(l)...)
	var missing *browser.Missing
	switch {
	case errors.As(err, &missing):
		return nil, errors.New(missing.Why)
	case err != nil:
		return nil, err
	}
	res := &guard.LoginResult{Exchanges: rec.Exchanges, Answer: shown(rec.Exchanges), Notes: slices.Clone(rec.Notes)}
	if res.Files, err = b.keep(l.Check.Name(), rec); err != nil {
		return nil, err
	}
	e := rec.Entry
	switch {
	case e.Barred:
		return nil, fmt.Errorf("the login was not sent: %s", e.Withheld)
	case down(rec):
		return nil, fmt.Errorf("%s gave no answer", l.URL.Origin())
	}
	for _, c := range e.Console {
		res.Notes = append(res.Notes, "The browser complains: "+c)
	}
	if e.Passed {
		res.Notes = append(res.Notes, Court(rec).Notes()...)
		return res, b.compare(ctx, l, rec, res)
	}
	res.Differences = append(differences(rec), Court(rec).Differences()...)
	for i := range res.Differences {
		res.Differences[i].At = place(l)
	}
	res.Report, err = diagnosed(ctx, input.Browsed(rec), l)
	return res, err
}

// plan makes the request, the login and the origins that may be asked of a row.
func (b *Browser) plan(l guard.LoginRequest) (*exchange.Intent, browser.Login, []exchange.Origin) {
	t := l.Check.Row.Target
	page := l.Page
	if page.Host == "" {
		page = l.URL
	}
	in := &exchange.Intent{Agent: exchange.Agent{Name: "browser"}, Request: exchange.Request{Method: "GET", URL: page}, Auth: exchange.AuthBasic,
		Login: exchange.Login{User: l.User, Password: l.Password, From: "the contract"}, Resolve: b.Resolve,
		TLS: exchange.TLSOptions{CAFile: t.CAFile, Insecure: t.Insecure}}
	form := browser.Login{At: l.URL.Origin(), Page: l.URL, Scripts: []exchange.URL{l.URL}}
	calls := []exchange.Origin{l.URL.Origin()}
	if f := l.Check.Row.Login; f != nil {
		form.Form = browser.Fields{User: f.User, Password: f.Password, Submit: f.Submit}
		form.Then = f.Pages.Then
		form.Want = browser.Expect{URL: f.Pages.URL, Text: f.Pages.Text, Selector: f.Pages.Selector}
		if f.Pages.Home.Host != "" {
			form.At = f.Pages.Home.Origin()
			calls = append(calls, form.At)
		}
		for _, c := range f.Pages.Calls {
			calls = append(calls, c.Origin())
		}
	}
	return in, form, calls
}

// options are the run's own, as the front door takes them.
func options(l guard.LoginRequest) []why401.Option {
	o := l.Options
	out := []why401.Option{why401.WithStateDir(o.StateDir)}
	if o.Dial != nil {
		out = append(out, why401.WithDial(o.Dial))
	}
	if o.Roots != nil {
		out = append(out, why401.WithRoots(o.Roots))
	}
	if o.Timeout > 0 {
		out = append(out, why401.WithTimeout(o.Timeout))
	}
	if o.IKnow {
		out = append(out, why401.KnowingTheRisk())
	}
	if o.Catalogue != nil {
		out = append(out, why401.WithCatalogue(o.Catalogue))
	}
	return out
}

// diagnosed says why in was refused, as far as the run wants that.
func diagnosed(ctx context.Context, in why401.Input, l guard.LoginRequest) (*report.Report, error) {
	switch l.Options.Diagnose {
	case guard.NotAtAll:
		return nil, nil
	case guard.Recorded:
		in.Intent = nil
	}
	return why401.Diagnose(ctx, in, options(l)...)
}

// shown gives the place of the page that stood there in the end; -1 when there is none.
func shown(xs []*exchange.Exchange) int {
	for i, x := range slices.Backward(xs) {
		if x.Browser.Kind == "document" && x.Browser.Page == nil && x.Response != nil {
			return i
		}
	}
	return -1
}

// down reports that no page was answered at all.
func down(rec *browser.Recording) bool { return shown(rec.Exchanges) < 0 && rec.Entry.How == "" }

// differences are what a login that failed shows by itself.
func differences(rec *browser.Recording) []guard.Difference {
	e := rec.Entry
	if e.How == "" {
		d := guard.Difference{What: "login", Expected: "a form or a prompt that takes user name and password", Found: e.Withheld}
		return []guard.Difference{d}
	}
	var out []guard.Difference
	for _, m := range e.Missed {
		found := "the login was sent once, by " + e.How
		if e.Sent != nil && e.Sent.Status() != 0 {
			found += fmt.Sprintf(", and answered %d", e.Sent.Status())
		}
		if e.Asked {
			found += "; a login form is shown in the end"
		}
		out = append(out, guard.Difference{What: "login", Expected: m, Found: found})
	}
	return out
}

func place(l guard.LoginRequest) contract.Place {
	if f := l.Check.Row.Login; f != nil && f.At != (contract.Place{}) {
		return f.At
	}
	return l.Check.Row.At
}
