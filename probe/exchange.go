package probe

import (
	"context"
	"time"

	"github.com/why401/why401/exchange"
)

// pass is one request on its way out.
type pass struct {
	req  exchange.Request
	how  How
	hop  int
	keep *conn // in: a connection of the same handshake to go on with; out: the connection when it may carry more

	hold  bool // the handshake goes on: keep the connection when the server does
	opens bool // the first leg of a handshake: its 401 is the question, not a refusal
	built bool // the request was built by chain.next, which has left out what must not travel

	lent bool // it carries a token that was given to nobody in particular

	ours string // the user whose login we put into req ourselves: a fresh answer, not a pasted one-time value
}

// one sends one request. Every request of the program passes here, and every rule is applied here.
func (s *Sender) one(ctx context.Context, p *pass) (*exchange.Exchange, error) {
	req := p.req
	own := s.own(req.URL)
	if p.how.Kind != OfUser {
		own = false // no client certificate, nothing of the user's but what an introspection is about
		var err error
		if req, err = s.agreed(req, p.how.Kind); err != nil {
			return nil, err
		}
	} else if !own && !p.built {
		req = strip(req)
	}
	req = s.complete(req)
	proxy := s.proxyFor(req.URL)
	if p.how.Direct {
		proxy = nil
	}
	plainProxy := proxy != nil && httpProxy(proxy) && req.URL.Scheme == "http" && !proxy.Tunnel
	// A field that the user typed goes where they sent it, or to the proxy that stands in front; never into a tunnel.
	// One that an earlier exchange derived from the proxy's login is derived anew or left out.
	if !(own && s.intent.Request.Header.Has("Proxy-Authorization") && (proxy == nil || plainProxy)) {
		req.Header = req.Header.Without("Proxy-Authorization")
	}
	if err := s.permit(req, own, p); err != nil {
		return nil, err
	}
	if plainProxy {
		if f, ok := proxyAuthorization(proxy); ok && !req.Header.Has(f.Name) {
			req.Header = append(req.Header, f)
		}
		for _, f := range proxy.Headers {
			req.Header = req.Header.With(f)
		}
	}
	if err := sendable(req); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.ExchangeTime)
	defer cancel()
	cl, err := s.claim(req, p)
	if err != nil {
		return nil, err
	}
	s.spend(req)
	x := &exchange.Exchange{Key: p.how.Key, Purpose: p.how.Purpose, Hop: p.hop, Request: req, Sent: s.o.Now()}
	start := time.Now()
	err = s.carry(ctx, x, p, proxy, own, cl)
	x.Took = time.Since(start)
	if cl.n > 0 {
		s.mu.Lock()
		s.sent[cl.n-1].Status = x.Status()
		s.mu.Unlock()
	}
	if err != nil {
		return nil, err
	}
	return x, nil
}

// carry opens the connection, writes x.Request and reads the reply into x.
func (s *Sender) carry(ctx context.Context, x *exchange.Exchange, p *pass, proxy *exchange.Proxy, own bool, cl *claim) error {
	c := p.keep
	p.keep = nil
	if c == nil {
		var refused *exchange.Response
		var err error
		c, refused, x.Failure, err = s.open(ctx, x.Request.URL, proxy, own)
		x.Conn = c.info
		if err != nil || x.Failure != nil || refused != nil {
			cl.unsent()
			if x.Response = refused; refused != nil {
				x.Conn.FromProxy = true
			}
			return err
		}
	}
	x.Conn = c.info
	defer func() {
		if p.keep == nil {
			c.Close()
		}
	}()
	stop := bound(ctx, c)
	defer stop()
	msg := x.Request
	var settleProxy func(*exchange.Response) error
	if c.absolute {
		msg = absolute(msg)
		var err error
		if settleProxy, err = s.claimProxy(msg.Header, proxy); err != nil {
			cl.unsent()
			return err
		}
	}
	x.Sent = s.o.Now()
	_, werr := c.Write(msg.Wire())
	// A server that refuses early may answer and close before it has read everything: the reply is still there.
	resp, keep, f := readReply(c.r, x.Request.Method)
	if f != nil && werr != nil {
		f = fail("write", werr)
	}
	x.Response, x.Failure = resp, f
	if keep && p.hold {
		p.keep = c
	}
	if settleProxy != nil {
		if err := settleProxy(resp); err != nil {
			return err
		}
		if resp != nil && resp.Status == 407 {
			x.Conn.FromProxy = true
		}
	}
	return cl.settle(resp)
}
