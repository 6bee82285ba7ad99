package login

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/why401/why401"
	"github.com/why401/why401/browser"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

// compare asks without a browser what the browser was let in to: the row's API with the same user name and password, where
// it names one; else the protected page, with the same login or session. "Works in the browser, not in a script" is then
// said with its cause.
func (b *Browser) compare(ctx context.Context, l guard.LoginRequest, rec *browser.Recording, res *guard.LoginResult) error {
	var in *exchange.Intent
	var opts []why401.Option
	what := "The same login without a browser"
	api := (*contract.LoginAPI)(nil)
	if l.Check.Row.Login != nil {
		api = l.Check.Row.Login.API
	}
	switch {
	case api != nil:
		u, err := l.Check.Row.Target.Route(api.Route)
		if err != nil {
			return fmt.Errorf("the API's route: %w", err)
		}
		in = b.script(l, apiRequest(api, u, l.User, l.Password))
		what = "The same login at the API"
		opts = append(opts, why401.AllowUnsafe()) // the contract names the endpoint, and the POST
	case rec.Entry.How == "prompt":
		in = b.script(l, exchange.Request{Method: "GET", URL: l.URL})
		login := exchange.Login{User: l.User, Password: l.Password, From: "the contract"}
		in.Request.Header = append(in.Request.Header, login.BasicField())
	case len(rec.Entry.Cookies) == 1 && !rec.Entry.Cookies[0].Empty():
		in = b.script(l, exchange.Request{Method: "GET", URL: l.URL, Header: exchange.Header{{Name: "Cookie", Value: rec.Entry.Cookies[0]}}})
		what = "The browser's session in a script"
	default:
		return nil
	}
	opts = append(opts, options(l)...)
	x, err := why401.Once(ctx, why401.Input{Intent: in}, opts...)
	if x == nil || x.Response == nil {
		note := what + " could not be tried: there was no answer."
		if err != nil {
			note = what + " was not tried: " + secret.Scrub(err.Error()) + "."
		}
		res.Notes = append(res.Notes, note)
		return nil
	}
	if cause.Passed(x) && !leadsBack(x, l) {
		res.Notes = append(res.Notes, fmt.Sprintf("%s is let in as well: %d.", what, x.Status()))
		return nil
	}
	found := fmt.Sprintf("%s is refused: %d. The browser gets in, a script does not.", what, x.Status())
	if api == nil {
		res.Notes = append(res.Notes, found) // the row asks for the browser alone
		return nil
	}
	x.N = len(res.Exchanges) + 1
	res.Exchanges = append(res.Exchanges, x)
	res.Differences = append(res.Differences, guard.Difference{What: "login", Expected: "the same login at the API lets in", Found: found, At: api.At})
	res.Report, err = diagnosed(ctx, why401.Input{Intent: in, Evidence: exchange.Evidence{Exchanges: []*exchange.Exchange{x}}, Read: "a login at an API"}, l)
	return err
}

// script is a request as a program makes it.
func (b *Browser) script(l guard.LoginRequest, r exchange.Request) *exchange.Intent {
	t := l.Check.Row.Target
	r.Proto = "HTTP/1.1"
	r.Header = append(exchange.Header{exchange.RequestField("Host", r.URL.Authority()), exchange.RequestField("Accept", "*/*")}, r.Header...)
	return &exchange.Intent{Agent: exchange.Agent{Name: "why401"}, Request: r, Resolve: b.Resolve, TLS: exchange.TLSOptions{CAFile: t.CAFile, Insecure: t.Insecure}}
}

// leadsBack reports an answer that leads away from the page: the session is not known there.
func leadsBack(x *exchange.Exchange, l guard.LoginRequest) bool {
	to, ok, err := x.Location()
	return x.Request.Method == "GET" && ok && err == nil && to.Origin() != l.URL.Origin()
}

// apiRequest is the POST of a login to an endpoint for programs.
func apiRequest(api *contract.LoginAPI, u exchange.URL, user, password secret.Text) exchange.Request {
	userField, passwordField := api.User, api.Password
	if userField == "" {
		userField = "username"
	}
	if passwordField == "" {
		passwordField = "password"
	}
	r := exchange.Request{Method: "POST", URL: u}
	if api.JSON {
		quoted := func(s string) string { b, _ := json.Marshal(s); return string(b) }
		r.Header = exchange.Header{exchange.RequestField("Content-Type", "application/json")}
		r.Body = secret.Join(secret.Public("{"+quoted(userField)+":"), user.Map(quoted), secret.Public(","+quoted(passwordField)+":"), password.Map(quoted), secret.Public("}"))
		return r
	}
	r.Header = exchange.Header{exchange.RequestField("Content-Type", "application/x-www-form-urlencoded")}
	r.Body = secret.Join(secret.Public(url.QueryEscape(userField)+"="), user.Map(url.QueryEscape), secret.Public("&"+url.QueryEscape(passwordField)+"="), password.Map(url.QueryEscape))
	return r
}
