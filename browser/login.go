package browser

import (
	"errors"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Login is one login, as a person does it: the form on the page is filled in, or the browser's own prompt answered, once;
// then the protected page is looked at. User name and password are those of the intent.
type Login struct {
	At   exchange.Origin // the one origin that gets them; the intent's own when zero
	Page exchange.URL    // the protected page; the intent's address when zero
	Form Fields          // found when empty
	Then []string        // selectors of buttons to press behind the password, in this order: a consent, "stay signed in"
	Want Expect

	// Scripts are addresses that a script asks afterwards with the browser's cookies: see Entry.Cookies.
	Scripts []exchange.URL
}

// Fields are CSS selectors of a login form; what is "" is looked for.
type Fields struct{ User, Password, Submit string }

// Expect says by what the protected page is known. All that is set must hold. With nothing set it is the page's own
// address, a 2xx, and no login form.
type Expect struct {
	Status   int
	URL      string // the address in the end: the whole of it, or up to a final *
	Text     string // words that the page shows
	Selector string // an element that the page shows
}

// Entry is how a login went.
type Entry struct {
	Passed bool   // the protected page was reached, and is as expected
	How    string // "form", "prompt", or "" when user name and password were given to nobody
	// Withheld says why they were given to nobody, or why the login was not finished: no form was found, a rule forbids it.
	Withheld string
	Barred   bool         // it was one of our own rules: nothing is known about the login
	Missed   []string     // what was expected of the page and is not so, in words
	URL      exchange.URL // of the page that is shown in the end
	Status   int          // of its answer; 0 when it has none
	Asked    bool         // it shows a login form
	Sent     *exchange.Exchange
	Pressed  []string // what the pressed buttons say, with secrets scrubbed
	Console  []string // what the browser complained of, with secrets scrubbed

	// Cookies are, for each of Login.Scripts, the Cookie field that the browser would send there; empty when it holds none.
	Cookies []secret.Text
}

// check refuses a login that cannot be done before anything is opened.
func (l *Login) check(in *exchange.Intent) error {
	switch {
	case in.Login.Empty() || in.Login.NeedPassword:
		return errors.New("browser: a login without user name and password")
	case l.Want.Status != 0 && (l.Want.Status < 100 || l.Want.Status > 599):
		return errors.New("browser: the expected status is no HTTP status; expected 100 to 599")
	}
	return nil
}

// at is the origin that gets the login.
func (o Options) at(in *exchange.Intent) exchange.Origin {
	if o.Login != nil && o.Login.At != (exchange.Origin{}) {
		return o.Login.At
	}
	return in.Request.URL.Origin()
}

// page is the protected page.
func (l *Login) page(in *exchange.Intent) exchange.URL {
	if l.Page.Host != "" {
		return l.Page
	}
	return in.Request.URL
}
