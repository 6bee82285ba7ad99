package draft

import (
	"context"
	"fmt"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

// foreignOrigin is a page that nobody has (RFC 2606): no server should let it in.
const foreignOrigin = "https://why401.invalid"

// FromURL looks at an address without any credential, three requests in all, and writes what it answers today. by says
// where to connect and whom to trust, when that is not what the address says. The error tells that it could not be asked.
func FromURL(ctx context.Context, u exchange.URL, by contract.Target, o guard.Options) ([]byte, error) {
	f := &file{}
	by.URL = exchange.URL{Scheme: u.Scheme, Host: u.Host, Port: u.Port}
	f.aim(&by)
	route := u.ShownPath()
	if route == "" {
		route = "/"
	}
	for _, p := range u.Query {
		if p.Value.Closed() {
			return nil, fmt.Errorf("the address holds a value that may be a credential (%s); give it without, and add a principal to the contract", p.Name)
		}
	}
	look := func(client string, cors map[string]any) (*exchange.Exchange, error) {
		probe := &file{Target: f.Target, Rows: []row{{Name: "look", Route: route, Client: []string{client}, Expect: expect{Status: "2xx", CORS: cors}}}}
		_, c, err := probe.text()
		if err != nil {
			return nil, err
		}
		o.Diagnose = guard.NotAtAll
		res := guard.RunRow(ctx, c, guard.Checks(c)[0], o)
		if x := res.Judged(); x != nil && x.Response != nil {
			return x, nil
		}
		return nil, fmt.Errorf("%s", res.Because)
	}
	api, err := look("api", nil)
	if err != nil {
		return nil, err
	}
	browser, err := look("browser", nil)
	if err != nil {
		return nil, err
	}
	f.note("Written by why401 guard --init from what %s answered without a credential.", u.Origin())
	f.note("Run it: why401 guard FILE. Every key: docs/guard.md, or why401 schema contract for an editor.")
	f.note("Add who may do more: a principal with its secret from env, file or command, and rows with as: NAME.")
	if alike(api, browser) && browser.Hop == 0 {
		f.answered(route, []string{"api", "browser"}, api)
	} else {
		f.answered(route, []string{"api"}, api)
		f.answered(route, []string{"browser"}, browser)
	}
	if x, err := look("script", map[string]any{"origin": foreignOrigin}); err == nil {
		allowed := x.Header().Text("Access-Control-Allow-Origin")
		switch {
		case allowed.Empty():
			f.add(row{Name: "pages of strangers may not read " + route, Route: route, Client: []string{"script"},
				Expect: expect{Status: x.Status(), CORS: map[string]any{"origin": foreignOrigin, "allowed": false}}})
		case x.Header().Has("Access-Control-Allow-Credentials"):
			f.note("NOTE: %s lets pages of any origin read its answers, with cookies.", u.Origin())
		}
	}
	out, _, err := f.text()
	return out, err
}

// answered writes the row that expects what x was.
func (f *file) answered(route string, clients []string, x *exchange.Exchange) {
	r := row{Route: route, Client: clients, Expect: expect{Status: x.Status()}}
	switch s := x.Status(); {
	case s == 401:
		r.Name = "nobody gets " + route + " without a login"
		if cs := challenge.Of(x); len(cs) > 0 && cs[0].Scheme != "" {
			want := map[string]any{"scheme": cs[0].Scheme}
			if realm, ok := cs[0].Param("realm"); ok && !secret.Looks(realm) {
				want["realm"] = realm
			}
			r.Expect.Challenge = want
		}
	case s/100 == 3:
		r.Name = route + " leads elsewhere"
		if u, ok, err := x.Location(); ok && err == nil && !u.HasQuery && x.Hop == 0 {
			r.Expect.Redirect = u.String()
		}
	case s/100 == 2:
		r.Name = route + " is there for everybody"
	default:
		r.Name = fmt.Sprintf("%s is answered with %d", route, s)
	}
	if len(clients) == 1 {
		r.Name += ", asked as " + clients[0]
	}
	for _, v := range x.Header().Values("Set-Cookie") {
		c := cookie.Parse(v)
		if c.Name == "" || secret.Looks(c.Name) {
			continue
		}
		want := map[string]any{"name": c.Name, "secure": c.Secure, "http_only": c.HTTPOnly}
		if c.SameSite != "" {
			want["same_site"] = string(c.SameSite)
		}
		r.Expect.Cookies = append(r.Expect.Cookies, want)
	}
	f.add(r)
}

func alike(a, b *exchange.Exchange) bool {
	return a.Status() == b.Status() && challenge.Of(a).String() == challenge.Of(b).String() && len(a.Header().Values("Set-Cookie")) == len(b.Header().Values("Set-Cookie"))
}

// settle asks the rows without a credential once, and writes down what is answered: a description tells what should be, and
// a recording what was. Rows that get no answer are left as they are.
func (f *file) settle(ctx context.Context, o guard.Options) ([]byte, error) {
	_, c, err := f.text()
	if err != nil {
		return nil, err
	}
	o.Diagnose = guard.NotAtAll
	o.Only = func(ch guard.Check) bool { return ch.Row.As.Carrier == contract.NoCarrier }
	res, err := guard.Run(ctx, c, o)
	if err != nil {
		return nil, err
	}
	for _, done := range res.Rows {
		x := done.Judged()
		if done.State != guard.Broken || x == nil {
			continue
		}
		for i := range f.Rows {
			if f.Rows[i].Name == done.Check.Row.Name {
				f.Rows[i].Name = fmt.Sprintf("%s (today: %d)", f.Rows[i].Name, x.Status())
				f.Rows[i].Expect = expect{Status: x.Status()}
			}
		}
	}
	out, _, err := f.text()
	return out, err
}
