package compare

import (
	"errors"

	"github.com/why401/why401/exchange"
)

// Side is one of the two inputs: what was read of it.
type Side struct {
	Evidence exchange.Evidence
	Intents  []*exchange.Intent // requests that were not sent
}

// ErrNothing says that there is nothing to compare: no request, no reply and no token on one side.
var ErrNothing = errors.New("there is neither a request nor a token to compare")

// Sides picks of each side what is to be compared and compares it: exchanges, requests without a reply, or tokens. Of
// several exchanges the bad side's is the refused one, and the good side's the one most like it that was let in.
func Sides(good, bad Side) (Result, error) {
	gs, bs := exchanges(good), exchanges(bad)
	switch {
	case len(gs) > 0 && len(bs) > 0:
		b := refused(bs)
		return Exchanges(like(gs, b), b), nil
	case len(good.Evidence.Tokens) > 0 && len(bad.Evidence.Tokens) > 0:
		return Tokens(good.Evidence.Tokens[0].Value, bad.Evidence.Tokens[0].Value), nil
	case len(gs)+len(bs)+len(good.Evidence.Tokens)+len(bad.Evidence.Tokens) > 0 && (len(gs) == 0) != (len(bs) == 0):
		return Result{}, errors.New("one side is a request and the other is none: give two of a kind")
	}
	return Result{}, ErrNothing
}

// exchanges are those of a side; a request that was not sent counts as one without a reply.
func exchanges(s Side) []*exchange.Exchange {
	out := s.Evidence.Exchanges
	if len(out) > 0 {
		return out
	}
	for _, i := range append(s.Intents, s.Evidence.Intents...) {
		out = append(out, &exchange.Exchange{Request: i.Request, Unseen: exchange.StatusLine | exchange.ResponseHeader | exchange.ResponseBody})
	}
	return out
}

// refused is the first exchange that was refused, else the last.
func refused(xs []*exchange.Exchange) *exchange.Exchange {
	for _, x := range xs {
		if s := x.Status(); s == 401 || s == 403 || s == 407 {
			return x
		}
	}
	for _, x := range xs {
		if x.Status() >= 400 {
			return x
		}
	}
	return xs[len(xs)-1]
}

// like is the exchange that resembles b most, one that was let in before one that was not.
func like(xs []*exchange.Exchange, b *exchange.Exchange) *exchange.Exchange {
	best, most := xs[len(xs)-1], -1
	for _, x := range xs {
		n := 0
		if x.OK() {
			n += 8
		}
		if x.Request.URL.Path == b.Request.URL.Path {
			n += 4
		}
		if x.Request.URL.Host == b.Request.URL.Host {
			n += 2
		}
		if x.Request.Method == b.Request.Method {
			n++
		}
		if n > most {
			best, most = x, n
		}
	}
	return best
}
