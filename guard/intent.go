package guard

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

// purse holds the principals' credentials, read once and only when a row asks as them.
type purse struct {
	from contract.Sources
	have map[*contract.Principal]*held
}

type held struct {
	user, secret secret.Text
	err          error
}

func (p *purse) open(ctx context.Context, who *contract.Principal) (user, word secret.Text, err error) {
	h := p.have[who]
	if h == nil {
		h = &held{}
		if h.user, h.err = who.User.Read(ctx, p.from); h.err == nil {
			if who.Secret.Empty() && who.Wrong {
				h.secret = secret.New("why401-wrong-" + rand.Text())
			} else {
				h.secret, h.err = who.Secret.Read(ctx, p.from)
			}
		}
		if ctx.Err() == nil {
			p.have[who] = h
		}
	}
	return h.user, h.secret, h.err
}

// intent is the request of a check, as its client would send it.
func intent(ctx context.Context, check Check, p *purse) (*exchange.Intent, error) {
	row, client := check.Row, check.Client
	u, err := row.URL()
	if err != nil {
		return nil, err
	}
	in := &exchange.Intent{
		Agent: exchange.Agent{Name: client.Agent}, Follow: client.Follow && row.Expect.Redirect == nil && row.Kind == contract.Request,
		TLS:    exchange.TLSOptions{Insecure: row.Target.Insecure, CAFile: row.Target.CAFile},
		Source: fact.Source{File: "", Input: "the contract"},
	}
	if to := row.Target.Connect; to != "" {
		in.Resolve = map[string]string{u.Address(): to}
	}
	if f := row.Target.CAFile; f != "" && !filepath.IsAbs(f) {
		in.TLS.CAFile = filepath.Join(p.from.Dir, f)
	}
	r := exchange.Request{Method: row.Method, URL: u, Proto: "HTTP/1.1", Header: exchange.Header{exchange.RequestField("Host", u.Authority())}}
	if row.As.Carrier != contract.NoCarrier {
		user, word, err := p.open(ctx, row.As)
		if err != nil {
			return nil, err
		}
		carry(in, &r, row.As, user, word)
	}
	r.Header = append(r.Header, profile(row, client)...)
	if row.Kind == contract.Preflight {
		r = preflightOf(r, row)
	}
	if b := row.Body; b != nil && row.Kind == contract.Request {
		r.Body = exchange.CloseBody(b.Text)
		if b.Type != "" {
			r.Header = append(r.Header, exchange.RequestField("Content-Type", b.Type))
		}
		r.Header = append(r.Header, exchange.RequestField("Content-Length", strconv.Itoa(len(b.Text))))
	}
	in.Request = r
	return in, nil
}

// carry puts the credential where the principal carries it.
func carry(in *exchange.Intent, r *exchange.Request, who *contract.Principal, user, word secret.Text) {
	add := func(f exchange.Field) { r.Header = append(r.Header, f) }
	switch who.Carrier {
	case contract.Basic:
		in.Login = exchange.Login{User: user, Password: word, From: "the contract"}
		in.Auth = exchange.AuthBasic
		add(in.Login.BasicField())
	case contract.Bearer:
		add(exchange.Field{Name: "Authorization", Value: secret.Join(secret.Public("Bearer "), word)})
	case contract.InCookie:
		add(exchange.Field{Name: "Cookie", Value: secret.Join(secret.Public(who.Field+"="), word)})
	case contract.Header:
		add(exchange.Field{Name: who.Field, Value: secret.Join(secret.Public(who.Prefix), word)})
	}
}

// profile are the fields that the client sends by itself, and the row's own.
func profile(row *contract.Row, c *contract.Client) exchange.Header {
	var h exchange.Header
	add := func(name, value string) {
		if value != "" {
			h = append(h, exchange.RequestField(name, value))
		}
	}
	agent := c.UserAgent
	if agent == "" {
		agent = why401.UserAgent()
	}
	add("User-Agent", agent)
	add("Accept", c.Accept)
	add("Accept-Language", c.Language)
	origin := c.Origin
	if e := row.Expect.CORS; e != nil {
		origin = e.Origin
	}
	add("Origin", origin)
	site := c.Fetch.Site
	if origin != "" && origin != row.Target.URL.Origin().String() && c.Fetch.Mode != "" {
		site = "cross-site"
	}
	add("Sec-Fetch-Site", site)
	add("Sec-Fetch-Mode", c.Fetch.Mode)
	add("Sec-Fetch-Dest", c.Fetch.Dest)
	if c.XHR {
		add("X-Requested-With", "XMLHttpRequest")
	}
	for _, f := range row.Header {
		h = h.With(f)
	}
	return h
}

// preflightOf is what a browser asks before it sends r: the method and the fields it would send, without any credential
// (Fetch standard, CORS-preflight fetch).
func preflightOf(r exchange.Request, row *contract.Row) exchange.Request {
	wanted := r.Method
	r.Method = "OPTIONS"
	r.Body = secret.Text{}
	r.Header = r.Header.Without("Authorization", "Cookie", "X-Requested-With", "Content-Type", "Content-Length")
	if c := row.Expect.CORS; c != nil {
		if len(c.Methods) > 0 {
			wanted = c.Methods[0]
		}
		r.Header = r.Header.With(exchange.RequestField("Access-Control-Request-Method", wanted))
		if len(c.Headers) > 0 {
			names := make([]string, len(c.Headers))
			for i, h := range c.Headers {
				names[i] = strings.ToLower(h)
			}
			r.Header = r.Header.With(exchange.RequestField("Access-Control-Request-Headers", strings.Join(names, ",")))
		}
	}
	return r
}

// canary is the value that a row about a field reaching the application sends: an unregistered scheme in Authorization
// (no server counts it as a failed login), a plain word elsewhere.
func canary(field string, n int) exchange.Field {
	if strings.EqualFold(field, "Authorization") {
		return exchange.Field{Name: field, Value: secret.Public("Why401-Canary " + strconv.Itoa(n))}
	}
	return exchange.Field{Name: field, Value: secret.Public("why401-canary-" + strconv.Itoa(n))}
}
