package browser

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

const (
	startling = 2500 * time.Millisecond // how long a pressed button may take to ask for something
	thenWait  = 4 * time.Second         // how long a button behind the password may take to appear
	maxForms  = 4                       // a user name, a password, and what some providers put between
)

// signIn does the login on the page that is open, and says how it went.
func (v *visit) signIn() *Entry {
	e := &Entry{}
	v.fillForms(e)
	if e.How == "form" {
		v.pressThen(e)
	}
	v.judge(e)
	if why := v.gate.barred(); why != "" && e.How == "" {
		e.Withheld, e.Barred = why, true
	}
	return e
}

// fillForms fills in what the pages ask for, until the password is sent once.
func (v *visit) fillForms(e *Entry) {
	l, named := v.o.Login, false
	for range maxForms {
		if v.gate.lent().given {
			e.How = "prompt"
			return
		}
		f, at, err := v.look(l.Form)
		switch {
		case errors.Is(err, errNoPage):
			e.Withheld = "no page is shown: " + or(v.rec.trouble(), "the browser shows an error of its own")
			return
		case err != nil:
			e.Withheld = "the page could not be read"
			return
		case len(f.Missing) > 0:
			e.Withheld = "the page shows nothing for the selector of " + strings.Join(f.Missing, ", ")
			return
		case !f.asks() || named && !f.Password:
			e.Withheld = noForm(f)
			return
		}
		if why := v.foreign(f, at); why != "" {
			e.Withheld = why
			return
		}
		if err := v.give(f); err != nil {
			e.Withheld = "the form could not be filled in: " + err.Error()
			return
		}
		named = true
		if !f.Password {
			continue
		}
		e.Pressed = append(e.Pressed, f.Called)
		switch _, out := v.gate.sentForm(); {
		case out:
			e.How = "form"
		default:
			e.Withheld = "the form was filled in, and the page sent no password"
			if held := slices.Sorted(slices.Values(v.gate.heldBack())); len(held) > 0 {
				e.Withheld = "the form was filled in and not sent: " + strings.Join(held[:min(3, len(held))], "; ")
			}
		}
		return
	}
	e.Withheld = "the pages ask for a name again and again, and for no password"
}

func or(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

func noForm(f *form) string {
	switch {
	case f.Changes:
		return "the page's form sets a new password; a login form was expected"
	case f.Frames > 0:
		return "the page shows no login form of its own; forms in frames are not filled in"
	}
	return "the page shows no login form"
}

// foreign gives the reason why the form must not get the login: it stands elsewhere, or sends elsewhere.
func (v *visit) foreign(f *form, at exchange.URL) string {
	home := v.o.at(v.in)
	if at.Origin() != home {
		return fmt.Sprintf("the login form stands at %s, and user name and password belong to %s", at.Origin(), home)
	}
	if !f.Form {
		return "" // a script sends it; the gate looks at every request
	}
	if to, err := exchange.ParseURL(f.Action); err == nil && to.Origin() != home {
		return fmt.Sprintf("the login form sends to %s, and user name and password belong to %s", to.Origin(), home)
	}
	return ""
}

// give fills in the form and sends it.
func (v *visit) give(f *form) error {
	if f.User {
		if err := v.fill(f, "user", v.in.Login.User); err != nil {
			return err
		}
	}
	if f.Password {
		if err := v.fill(f, "password", v.in.Login.Password); err != nil {
			return err
		}
	}
	v.gate.press(f.Password)
	before := v.rec.count()
	if err := v.press(f); err != nil {
		return err
	}
	v.follow(before)
	return nil
}

// follow waits for what a pressed button brings.
func (v *visit) follow(before int) {
	for until := time.Now().Add(startling); v.rec.count() == before && time.Now().Before(until) && v.ctx.Err() == nil; {
		time.Sleep(20 * time.Millisecond)
	}
	v.rest(nil)
}

// pressThen presses the buttons that the user named for behind the password. One that does not come is left out: a consent
// is asked for once.
func (v *visit) pressThen(e *Entry) {
	for _, selector := range v.o.Login.Then {
		for until := time.Now().Add(thenWait); v.ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
			before := v.rec.count()
			says, ok, err := v.click(selector)
			if err == nil && ok {
				e.Pressed = append(e.Pressed, says)
				v.follow(before)
				break
			}
			if err != nil || time.Now().After(until) || v.arrived() {
				break
			}
		}
	}
}

// arrived reports that the protected page is shown.
func (v *visit) arrived() bool {
	f, at, err := v.look(Fields{})
	return err == nil && !f.Password && samePage(at, v.o.Login.page(v.in))
}

func samePage(a, b exchange.URL) bool {
	return a.Origin() == b.Origin() && strings.TrimSuffix(a.Path, "/") == strings.TrimSuffix(b.Path, "/")
}

// judge looks at the protected page. Where the login led elsewhere, without asking again, the page is opened.
func (v *visit) judge(e *Entry) {
	l := v.o.Login
	want := l.page(v.in)
	f, at, err := v.look(Fields{})
	if err == nil && e.How != "" && !f.Password && !samePage(at, want) && v.rec.status()/100 != 4 {
		v.rec.begin()
		if err = v.navigate(want); err == nil {
			f, at, err = v.look(Fields{})
		}
	}
	e.Status = v.rec.status()
	switch {
	case err != nil && e.How != "":
		e.Missed = append(e.Missed, "a page; the browser shows none: "+or(v.rec.trouble(), "an error of its own"))
		return
	case err != nil:
		return
	}
	e.URL, e.Asked = at, f.Password
	e.Missed = append(e.Missed, v.missed(e, want)...)
	if e.How == "" && e.Withheld != "" && len(e.Missed) == 0 {
		e.Withheld = "the page opened without a login"
	}
	e.Passed = e.How != "" && len(e.Missed) == 0
}

// missed compares the page with what is expected of it.
func (v *visit) missed(e *Entry, page exchange.URL) []string {
	var out []string
	w := v.o.Login.Want
	if w == (Expect{}) {
		if !samePage(e.URL, page) {
			out = append(out, fmt.Sprintf("the page %s; %s is shown", shownPage(page), shownPage(e.URL)))
		}
		if e.Asked {
			out = append(out, "a page without a login form")
		}
		if e.Status/100 != 2 && e.Status != 304 {
			out = append(out, fmt.Sprintf("a status of success; it is %d", e.Status))
		}
		return out
	}
	if w.Status != 0 && w.Status != e.Status {
		out = append(out, fmt.Sprintf("the status %d; it is %d", w.Status, e.Status))
	}
	if w.URL != "" && !fits(w.URL, e.URL) {
		out = append(out, fmt.Sprintf("the address %s; it is %s", secret.Scrub(w.URL), shownPage(e.URL)))
	}
	if w.Text == "" && w.Selector == "" {
		return out
	}
	text, element, err := v.shows(w.Text, w.Selector)
	if w.Text != "" && (err != nil || !text) {
		out = append(out, "words on the page that are not there")
	}
	if w.Selector != "" && (err != nil || !element) {
		out = append(out, fmt.Sprintf("an element %s, which is not shown", secret.Scrub(w.Selector)))
	}
	return out
}

// shownPage is an address without its query.
func shownPage(u exchange.URL) string { return secret.Scrub(u.Origin().String() + u.ShownPath()) }

// fits compares an address with a pattern: all of it, or up to a final *.
func fits(pattern string, u exchange.URL) bool {
	got := u.Scheme + "://" + u.Authority() + u.Target().Reveal()
	if head, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(got, head)
	}
	return got == pattern || strings.TrimSuffix(got, "/") == strings.TrimSuffix(pattern, "/")
}

// finish fills in what is known only when everything was recorded, and tells the ledger.
func (v *visit) finish(e *Entry, xs []*exchange.Exchange) error {
	to, out := v.gate.sentForm()
	if l := v.gate.lent(); l.given && !out {
		to, e.How = l.to, "prompt"
	}
	for _, x := range xs {
		if x.Browser == nil || !strings.HasPrefix(x.Browser.Chain, string(to)) || e.Sent != nil {
			continue
		}
		if e.How == "form" && x.Request.Method == "POST" || e.How == "prompt" && x.Request.Header.Has("Authorization") {
			e.Sent = x
		}
	}
	for _, u := range v.o.Login.Scripts {
		got, err := cdp.Call(v.ctx, v.page, network.GetCookies, network.GetCookiesParams{URLs: []string{u.Scheme + "://" + u.Authority() + u.Target().Reveal()}})
		if err != nil {
			return fmt.Errorf("asking the browser for its cookies: %w", err)
		}
		e.Cookies = append(e.Cookies, cookieField(got.Cookies))
	}
	e.Console = v.rec.complaints()
	status := 0 // a try that may have been counted
	switch {
	case e.Passed:
		status = 200
	case e.Asked, e.Status == 401, e.Status == 403:
		status = 401
	}
	return v.gate.settleForm(status)
}

// cookieField joins cookies as a Cookie field does (RFC 6265bis 5.8.3); the protocol gives them in the browser's own order.
func cookieField(cs []*network.Cookie) secret.Text {
	var parts []secret.Text
	for _, c := range cs {
		if c.PartitionKey != nil || c.PartitionKeyOpaque {
			continue
		}
		if len(parts) > 0 {
			parts = append(parts, secret.Public("; "))
		}
		parts = append(parts, secret.Public(c.Name+"="), secret.New(c.Value))
	}
	if len(parts) == 0 {
		return secret.Text{}
	}
	return secret.Join(parts...)
}
