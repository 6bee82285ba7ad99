package contract

import "github.com/why401/why401/exchange"

// LoginPages is what a login in a browser must know beyond the form: who gets the login, whom the pages may ask, and by
// what the protected page is known.
type LoginPages struct {
	// Home is the origin that user name and password belong to, where the form stands at an identity provider; the target's
	// own when its host is "". They are typed there and nowhere else.
	Home exchange.URL
	// Calls are further origins that the pages may ask: an API, a file server.
	Calls []exchange.URL
	// Then are selectors of buttons to press behind the password: a consent, "stay signed in". One that does not come is left
	// out.
	Then []string

	// By what the page is known, beside the row's expectations. With nothing set it is the row's own address, without a
	// login form.
	URL      string // the address in the end: the whole of it, or up to a final *
	Text     string // words that the page shows
	Selector string // an element that the page shows
}

func (r *reader) loginPages(p *LoginPages, n *node) {
	if h := n.get("home"); h != nil {
		p.Home = r.origin(h, "home")
	}
	for _, v := range r.several(n.get("calls"), "calls") {
		p.Calls = append(p.Calls, r.origin(v, "calls"))
	}
	for _, v := range r.several(n.get("then"), "then") {
		p.Then = append(p.Then, v.text)
	}
	p.URL, p.Text, p.Selector = r.line(n.get("url"), "url"), r.line(n.get("text"), "text"), r.line(n.get("selector"), "selector")
}

// origin reads SCHEME://HOST[:PORT] and nothing behind it.
func (r *reader) origin(n *node, what string) exchange.URL {
	u, err := exchange.ParseURL(r.line(n, what))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" && u.Path != "/" || u.HasQuery || !u.User.Empty() {
		r.wrong(n.at, "%s: expected an origin, SCHEME://HOST[:PORT]", what)
		return exchange.URL{}
	}
	return u
}
