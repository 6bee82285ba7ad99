package probe

import (
	"context"
	"slices"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/registry"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// registry does what docker does (distribution, registry/client/auth): it asks without a login, and answers the challenge
// with Basic, or with a token of the server that the challenge names. The token request is an exchange under a key of
// its own (exchange.TokenKey): the request that the user is after stays the one at the registry.
//
// The login goes to the token server only when that is the registry's own origin or one of Options.SendTo. Otherwise the
// token is asked for without it, which tells what anybody may do. A registry that is not on this machine or in a private
// network cannot send the probe to a server that is.
func (c *chain) registry(ctx context.Context, p *pass, use bool) (*exchange.Exchange, error) {
	in := c.s.intent
	bare := p.req
	p.opens = true
	x, err := c.send(ctx, p)
	p.opens = false
	if err != nil || x.Status() != 401 {
		return x, err
	}
	cs := challenge.Of(x)
	if !cs.Has("Bearer") {
		if !use || !cs.Has("Basic") {
			return x, nil
		}
		p.ours, p.req = in.Login.User.Reveal(), bare.Clone()
		p.req.Header = p.req.Header.With(in.Login.BasicField())
		p.req = c.s.made(p.req)
		return c.send(ctx, p)
	}
	ask, err := registry.AskOf(cs)
	if err != nil {
		return x, nil // the causes say what is wrong with the realm
	}
	if s, ok := registry.Wanted(in.Request.Method, bare.URL); ok && !in.Request.Safe() && c.how.Key == "" {
		ask = ask.Widen(s) // a GET stands in for what changes: the token is asked for what the user wants to do
	}
	if registry.Inner(ask.Realm.Host) && !registry.Inner(bare.URL.Host) {
		c.s.note("the registry names a token server of an inner network, %s, and was not asked there itself; it was not asked for a token", ask.Realm.Origin())
		return x, nil
	}
	token, err := c.token(ctx, ask, use)
	if err != nil || token.Empty() {
		return x, err
	}
	p.req = bare.Clone()
	p.req.Header = p.req.Header.With(exchange.Field{Name: "Authorization", Value: secret.Join(secret.Public("Bearer "), token)})
	p.req, p.ours, p.lent = c.s.made(p.req), "a token of "+ask.Realm.Host, !use || !c.s.own(ask.Realm)
	return c.send(ctx, p)
}

// token asks the token server, with the login where it may go.
func (c *chain) token(ctx context.Context, ask registry.Ask, use bool) (secret.Text, error) {
	in := c.s.intent
	agreed := c.s.own(ask.Realm)
	if use && !agreed {
		c.s.note("the login was not sent to the token server %s, which is another origin than %s; --send-to %s lets it go there",
			ask.Realm.Origin(), in.Request.URL.Origin(), sendTo(ask.Realm, in.Request.URL))
	}
	account := ""
	r := exchange.Request{Method: "GET", Proto: "HTTP/1.1"}
	if use && agreed && !in.Login.User.Closed() {
		account = in.Login.User.String()
	}
	r.URL = ask.URL(account)
	r.Header = exchange.Header{exchange.RequestField("Host", r.URL.Authority())}
	for _, f := range in.Request.Header {
		if slices.Contains([]string{"User-Agent", "Accept"}, f.Name) {
			r.Header = append(r.Header, f)
		}
	}
	p := &pass{req: r, built: true, how: c.how}
	if use && agreed {
		p.ours = in.Login.User.Reveal()
		p.req.Header = append(p.req.Header, in.Login.BasicField())
		p.req = c.s.made(p.req)
	}
	p.how.Key, p.how.Purpose, p.hop = exchange.TokenKey(c.how.Key), "a token for it", 0
	x, err := c.s.one(ctx, p)
	if err != nil {
		return secret.Text{}, err
	}
	c.out = append(c.out, x)
	if !x.OK() {
		return secret.Text{}, nil
	}
	return registry.Token(x.Body()), nil
}

// sendTo is the value of --send-to that names u: with its scheme only where that is another than the request's.
func sendTo(u, asked exchange.URL) string {
	if u.Scheme != asked.Scheme {
		return u.Origin().String()
	}
	return u.Authority()
}
