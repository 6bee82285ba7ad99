package contract

import (
	"slices"
	"strings"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

var methods = []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}

func (r *reader) row(c *Contract, n *node) *Row {
	if !r.keys(n, "a row", "name", "kind", "target", "route", "method", "as", "client", "header", "body", "unsafe", "login", "watch", "every", "expect") {
		return nil
	}
	before := len(r.errs)
	row := &Row{At: n.at, Kind: Request, Method: "GET", Name: r.line(n.get("name"), "name")}
	switch {
	case row.Name == "":
		r.wrong(n.at, "a row without a name")
	case c.Find(row.Name) != nil:
		r.wrong(n.get("name").at, "two rows are called %s", shown(row.Name))
	}
	if k := n.get("kind"); k != nil {
		row.Kind = Kind(r.word(k, "kind", string(Request), string(Preflight), string(Login)))
	}
	if m := n.get("method"); m != nil {
		row.Method = r.word(m, "method", methods...)
	}
	row.Target = r.whichTarget(c, n, n.get("target"))
	row.As = r.whoAsks(c, n, row)
	r.route(row, n)
	row.Unsafe = r.flag(n.get("unsafe"), "unsafe")
	if row.Kind == Request && row.Method != "" && !(exchange.Request{Method: row.Method}).Safe() && !row.Unsafe {
		r.wrong(n.at, "%s may change something at the server: add unsafe: true to send it all the same", row.Method)
	}
	r.whichClients(c, row, n.get("client"))
	r.fields(row, n.get("header"))
	r.body(row, n.get("body"))
	r.loginForm(row, n)
	r.watched(row, n)
	r.expect(row, n)
	if len(r.errs) > before {
		return nil
	}
	return row
}

func (r *reader) whoAsks(c *Contract, n *node, row *Row) *Principal {
	name := Anonymous
	if as := n.get("as"); as != nil {
		name = r.text(as, "as")
	}
	p := c.Principal(name)
	switch {
	case p == nil:
		r.wrong(n.get("as").at, "no principal is called %s; expected one of %s", shown(name), strings.Join(names(c.Principals, func(p *Principal) string { return p.Name }), ", "))
		return nil
	case p.Wrong && row.Target != nil && !row.Target.Own:
		r.wrong(n.get("as").at, "%s is a wrong credential, which is sent to one's own test system alone: the target needs own: true", shown(name))
	case p.Carrier == Form && row.Kind != Login:
		r.wrong(n.get("as").at, "%s is a login for rows of kind login; expected a principal with basic, bearer, header or cookie", shown(name))
	case row.Kind == Preflight && p.Carrier != NoCarrier:
		r.wrong(n.get("as").at, "a preflight carries no credential (Fetch 3.3.5); expected as: %s", Anonymous)
	case row.Kind == Login && p.Carrier != Form && p.Carrier != Basic:
		r.wrong(n.at, "a row of kind login needs a principal with login or basic")
	}
	return p
}

func (r *reader) route(row *Row, n *node) {
	v := n.get("route")
	row.Route = r.text(v, "route")
	switch {
	case v == nil:
		r.wrong(n.at, "the row has no route; expected route: /path")
		return
	case !strings.HasPrefix(row.Route, "/") || strings.HasPrefix(row.Route, "//"):
		r.wrong(v.at, "route: expected a path that begins with one /, such as /private/")
		return
	case row.Target == nil || row.Target.URL.Host == "":
		return
	}
	u, err := row.URL()
	if err != nil {
		r.wrong(v.at, "route: %v", err)
		return
	}
	if len(cred.Of(exchange.Request{Method: "GET", URL: u})) > 0 {
		r.wrong(v.at, "the route's query holds a credential; expected it as a principal, its value from env, file or command")
	}
}

func (r *reader) whichClients(c *Contract, row *Row, n *node) {
	for _, v := range r.several(n, "client") {
		switch cl := c.Client(v.text); {
		case cl == nil:
			r.wrong(v.at, "no client is called %s; expected one of %s", shown(v.text), strings.Join(names(c.Clients, func(cl *Client) string { return cl.Name }), ", "))
		case slices.Contains(row.Clients, cl):
			r.wrong(v.at, "the client %s stands twice", shown(v.text))
		default:
			row.Clients = append(row.Clients, cl)
		}
	}
	if row.Kind == Login {
		if n != nil {
			r.wrong(n.at, "a row of kind login asks with a browser of its own; leave client out")
		}
		return
	}
	if len(row.Clients) == 0 {
		name := "api"
		if row.Kind == Preflight {
			name = "script"
		}
		row.Clients = []*Client{c.Client(name)}
	}
}

// fields reads further header fields. A field that could carry a credential belongs to a principal.
func (r *reader) fields(row *Row, n *node) {
	for _, f := range r.entries(n, "header") {
		v := r.line(f.value, f.name)
		if !fieldName.MatchString(f.name) {
			r.wrong(f.at, "%s: expected the name of a header field", shown(f.name))
			continue
		}
		field := exchange.Field{Name: f.name, Value: secret.Public(v)}
		if len(cred.Of(exchange.Request{Method: "GET", Header: exchange.Header{field}})) > 0 || secret.Looks(v) {
			r.wrong(f.value.at, "the header field %s holds a credential; expected it as a principal, its value from env, file or command", f.name)
			continue
		}
		row.Header = append(row.Header, field)
	}
}

func (r *reader) body(row *Row, n *node) {
	if n == nil {
		return
	}
	if !r.keys(n, "body", "type", "text") {
		return
	}
	row.Body = &Body{Type: r.line(n.get("type"), "type"), Text: r.text(n.get("text"), "text")}
	if (exchange.Request{Method: row.Method}).Safe() {
		r.wrong(n.at, "%s takes no body", row.Method)
	}
	req := exchange.Request{Method: "POST", Body: secret.Public(row.Body.Text), Header: exchange.Header{exchange.RequestField("Content-Type", row.Body.Type)}}
	if len(cred.Of(req)) > 0 {
		r.wrong(n.at, "the body holds a credential; a row of kind login or a principal carries those")
	}
}

func (r *reader) loginForm(row *Row, parent *node) {
	n := parent.get("login")
	if row.Kind != Login {
		if n != nil {
			r.wrong(n.at, "login belongs to rows of kind login")
		}
		return
	}
	row.Login = &LoginForm{At: parent.at}
	if n == nil {
		return
	}
	l := row.Login
	l.At = n.at
	if !r.keys(n, "login", "page", "user", "password", "submit", "basic", "api",
		"home", "calls", "then", "url", "text", "selector") {
		return
	}
	r.loginPages(&l.Pages, n)
	l.User, l.Password, l.Submit = r.line(n.get("user"), "user"), r.line(n.get("password"), "password"), r.line(n.get("submit"), "submit")
	l.Basic = r.flag(n.get("basic"), "basic")
	l.Page = r.below(n.get("page"), "page")
	api := n.get("api")
	if api == nil {
		return
	}
	if !r.keys(api, "api", "route", "json", "user", "password") {
		return
	}
	l.API = &LoginAPI{At: api.at, Route: r.below(api.get("route"), "route"), JSON: r.flag(api.get("json"), "json"),
		User: r.line(api.get("user"), "user"), Password: r.line(api.get("password"), "password")}
	if l.API.Route == "" {
		r.wrong(api.at, "api: expected route: /path, where the login is posted to")
	}
	if l.API.User == "" {
		l.API.User = "username"
	}
	if l.API.Password == "" {
		l.API.Password = "password"
	}
}

// below is a route of the row's target.
func (r *reader) below(n *node, what string) string {
	s := r.line(n, what)
	if s != "" && (!strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//")) {
		r.wrong(n.at, "%s: expected a path that begins with one /", what)
		return ""
	}
	return s
}
