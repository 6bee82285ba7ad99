// Package contract reads the file that says who gets what on which route: targets, principals, clients and rows. It
// gives every mistake its line and column and what was expected, and holds no secret: the file names where each one
// comes from.
//
// It refuses to send, to read a secret before it is asked for (Secrets), and to judge an answer; package guard does
// that.
package contract

import (
	"slices"
	"time"

	"github.com/why401/why401/exchange"
)

// Version is the value of the file's first key, why401. Keys are only ever added within one number.
const Version = "guard/1"

// Place is where something stands in the contract file, from 1; the zero value means nowhere.
type Place struct{ Line, Col int }

// Contract is one file.
type Contract struct {
	File       string // as it was named; for messages and reports
	Targets    []*Target
	Principals []*Principal // "anonymous" first, which needs no entry in the file
	Clients    []*Client    // the built-in ones (BuiltInClients) as the file changes them, and those it adds
	Rows       []*Row
	Watch      *Watch // nil when the file says nothing about it
}

// Target is an origin that the rows ask.
type Target struct {
	At          Place
	Name        string
	URL         exchange.URL // its path stands in front of every route
	Environment string       // "test", "staging", "production" or ""
	Own         bool         // it is one's own test system: the only kind that a wrong credential may be sent to
	Connect     string       // address:port to connect to in place of the URL's host: a server that no name leads to yet
	CAFile      string       // PEM file of the authorities to trust in place of the system's; "" for those
	Insecure    bool         // the certificate is not checked
}

// Kind is how a row's question is put.
type Kind string

// The kinds. A login is one real login in a real browser, or by the API that the form calls (package guard/login).
const (
	Request   Kind = "request"
	Preflight Kind = "preflight" // OPTIONS with Origin and Access-Control-Request-*, as a browser sends before the request
	Login     Kind = "login"
)

// Row is one line of the contract: who asks what, and what should come.
type Row struct {
	At      Place
	Name    string // unique in the file
	Kind    Kind
	Target  *Target
	Route   string // path and query; begins with "/"
	Method  string
	As      *Principal
	Clients []*Client
	Header  exchange.Header // further fields; never a credential
	Body    *Body
	Unsafe  bool // the file says that a method or URL which changes something may be sent
	Login   *LoginForm
	Watched *bool         // watch: whether why401 watch asks it (Watches); nil when the file says nothing
	Every   time.Duration // and how often; 0 for what Watch says
	Expect  Expect
}

// Body is what a row sends.
type Body struct {
	Type string // Content-Type
	Text string // no secrets: what is one belongs to the principal
}

// LoginForm says how a row of kind login logs in. Fields are CSS selectors; an empty one is found by what the page
// says of itself (type=password, autocomplete).
type LoginForm struct {
	At       Place
	Page     string // route of the page with the form; the row's own route when empty, which then leads there
	User     string
	Password string
	Submit   string
	// Basic answers the browser's own prompt in place of a form.
	Basic bool
	// API puts the same login to an endpoint: a route to POST to, and the names of the fields in a form or JSON body.
	API *LoginAPI
}

// LoginAPI is the endpoint that takes the login without a browser.
type LoginAPI struct {
	At             Place
	Route          string
	JSON           bool
	User, Password string // names of the fields; "username" and "password" when empty
}

// Find gives the row called name, nil when there is none.
func (c *Contract) Find(name string) *Row {
	for _, r := range c.Rows {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Principal gives the principal called name, nil when there is none.
func (c *Contract) Principal(name string) *Principal {
	return find(c.Principals, func(p *Principal) string { return p.Name }, name)
}

// Client gives the client called name, nil when there is none.
func (c *Contract) Client(name string) *Client {
	return find(c.Clients, func(p *Client) string { return p.Name }, name)
}

func find[T any](list []*T, name func(*T) string, want string) *T {
	i := slices.IndexFunc(list, func(t *T) bool { return name(t) == want })
	if i < 0 {
		return nil
	}
	return list[i]
}

// URL is the address that r asks.
func (r *Row) URL() (exchange.URL, error) { return r.Target.Route(r.Route) }

// Route is the address of a route of t, such as that of a login form.
func (t *Target) Route(route string) (exchange.URL, error) {
	base := t.URL.Path
	for len(base) > 0 && base[len(base)-1] == '/' {
		base = base[:len(base)-1]
	}
	u := t.URL
	u.Path, u.Query, u.HasQuery, u.Fragment = "", nil, false, ""
	return exchange.ParseURL(u.String() + base + route)
}
