package why401

import (
	"fmt"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// assemble makes one case of all that was read: it finds the exchange that failed, puts what belongs together into it
// (a command and the answer that was pasted without its request), and keeps the rest beside it.
func assemble(in Input) *exchange.Case {
	e := in.Evidence
	c := &exchange.Case{Intent: in.Intent, Tokens: e.Tokens, Messages: e.Messages, Settings: e.Settings, Notes: e.Notes, Keys: in.Keys}
	c.Facts = append(append(c.Facts, in.Facts...), e.Facts...)
	if c.Intent != nil {
		c.Facts = append(c.Facts, in.Intent.Notes...)
	}
	xs := embody(e.Exchanges)
	if c.Intent == nil {
		xs = complete(xs, e)
		xs = carry(xs, e)
	}
	for _, x := range xs {
		c.Add(x)
	}
	if c.Intent == nil || browsed(xs) {
		single(c, failing(xs))
	}
	if c.Intent == nil {
		c.Intent = wanted(e.Intents, c.Last())
	}
	return c
}

// embody gives a reply of which only the status was told, as a browser's console tells it, the body that was pasted
// behind it alone.
func embody(xs []*exchange.Exchange) []*exchange.Exchange {
	var out []*exchange.Exchange
	for _, x := range xs {
		if n := len(out); n > 0 && bodyOf(out[n-1], x) {
			out[n-1].Response.Body = x.Response.Body
			out[n-1].Unseen &^= exchange.ResponseBody
			continue
		}
		out = append(out, x)
	}
	return out
}

// bodyOf reports that y is nothing but a body, and that x is a reply without one of the same paste and status.
func bodyOf(x, y *exchange.Exchange) bool {
	const alone = exchange.RequestLine | exchange.RequestHeader | exchange.ResponseHeader
	return x.Response != nil && y.Response != nil && x.Unseen&exchange.ResponseBody != 0 && len(x.Body()) == 0 &&
		y.Unseen&alone == alone && len(y.Body()) > 0 && x.Given == y.Given && x.Status() != 0 && (y.Status() == x.Status() || y.Status() == 0)
}

// complete lends the request of a command to answers that stand without one, and makes an exchange of a command whose
// outcome only a message tells.
func complete(xs []*exchange.Exchange, e exchange.Evidence) []*exchange.Exchange {
	if len(e.Intents) == 0 {
		return xs
	}
	var bare []*exchange.Exchange
	for _, x := range xs {
		if x.Unseen&exchange.RequestLine != 0 && x.Response != nil {
			bare = append(bare, x)
		}
	}
	// Commands and answers follow each other. Of more commands than answers the first ones only lead to those that are shown.
	free := e.Intents[max(0, len(e.Intents)-max(1, len(bare))):]
	for _, x := range bare {
		lend(x, free[0])
		if len(free) > 1 {
			free = free[1:]
		}
	}
	if len(xs) > 0 {
		return xs
	}
	for _, m := range e.Messages {
		if m.Status >= 400 && m.Status < 500 {
			x := &exchange.Exchange{Given: m.From.String(), Response: &exchange.Response{Status: m.Status},
				Unseen: exchange.ResponseHeader | exchange.ResponseBody | exchange.RequestLine}
			lend(x, free[0])
			return []*exchange.Exchange{x}
		}
	}
	return xs
}

// carry puts a token that was pasted alone into the request that failed, when the record does not show what that one
// carried; with no exchange at hand it makes one of the token and of the status that a message speaks of.
func carry(xs []*exchange.Exchange, e exchange.Evidence) []*exchange.Exchange {
	if len(e.Tokens) == 0 || len(e.Intents) > 0 {
		return xs
	}
	for _, x := range xs {
		if len(cred.Of(x.Request)) > 0 {
			return xs // a record shows what was carried where; what is not shown elsewhere may be what was lost
		}
	}
	t := e.Tokens[0]
	var x *exchange.Exchange
	if len(xs) > 0 {
		x = xs[failing(xs)]
		if x.Unseen&(exchange.RequestHeader|exchange.RequestCredentials) == 0 || x.Request.Header.Has("Authorization") {
			return xs // an Authorization that is no credential is why401's own canary
		}
	} else {
		x = &exchange.Exchange{Given: t.From.String(), Response: &exchange.Response{},
			Unseen: exchange.RequestLine | exchange.RequestHeader | exchange.ResponseHeader | exchange.ResponseBody | exchange.StatusLine}
		for _, m := range e.Messages {
			if m.Status >= 400 && x.Response.Status == 0 {
				x.Response.Status = m.Status
				x.Unseen &^= exchange.StatusLine
			}
		}
		xs = append(xs, x)
	}
	x.Request.Header = append(x.Request.Header, exchange.Field{Name: "Authorization", Value: secret.Join(secret.Public("Bearer "), t.Value)})
	if !t.Whole {
		x.Unseen |= exchange.RequestCredentials
	}
	return xs
}

// lend gives x the request of in.
func lend(x *exchange.Exchange, in *exchange.Intent) {
	x.Request = in.Request.Clone()
	x.Unseen &^= exchange.RequestLine | exchange.RequestHeader | exchange.RequestBody
	if len(in.Variables) > 0 {
		x.Unseen |= exchange.RequestCredentials
	} else {
		x.Unseen &^= exchange.RequestCredentials
	}
}

// failing gives the place in xs of the exchange to be explained: the first refusal; else an answer whose status is not
// known; else another error; else the first that reads like a refusal although it was let in; else the last. It is -1
// when xs is empty. Of a login it is the first step that broke; where all went well, what belongs to it is no failure.
func failing(xs []*exchange.Exchange) int {
	if browsed(xs) {
		return troubled(xs)
	}
	flow := oauthflow.Read(xs)
	if g := flow.Broken(); g != nil && g.Step != "API call" {
		return slices.Index(xs, g.X)
	}
	tests := []func(*exchange.Exchange) bool{
		func(x *exchange.Exchange) bool { return cause.Refused(x) && !handshake(xs, x) },
		cause.Refused,
		func(x *exchange.Exchange) bool { return x.Response != nil && x.Status() == 0 },
		func(x *exchange.Exchange) bool { return x.Status() >= 400 },
		func(x *exchange.Exchange) bool { return x.Failure != nil },
		func(x *exchange.Exchange) bool { return x.Status() != 0 && !cause.Passed(x) },
		func(x *exchange.Exchange) bool { return x.Response == nil },
	}
	if flow.Went() {
		tests = tests[:5] // its login pages and redirects are no refusals
	}
	for _, is := range tests {
		for i, x := range xs {
			if is(x) && (flow.Empty() || !flow.Settled(x, xs[i+1:])) {
				return i
			}
		}
	}
	return len(xs) - 1
}

// handshake reports a refusal that the very next request for the same thing answered with success: no fault. Of two
// exchanges alone somebody shows the one that is refused beside the one that is not.
func handshake(xs []*exchange.Exchange, x *exchange.Exchange) bool {
	i := slices.Index(xs, x)
	if len(xs) <= 2 || i+1 == len(xs) {
		return false
	}
	next := xs[i+1]
	return cause.Passed(next) && next.Request.Method == x.Request.Method && next.Request.URL.String() == x.Request.URL.String()
}

// single makes the exchange at i, with the redirects that led to it, the subject of c; the others are kept under keys of
// their own.
func single(c *exchange.Case, i int) {
	if i < 0 {
		return
	}
	first := i
	for first > 0 && c.Exchanges[first].Hop > 0 && c.Exchanges[first-1].Hop < c.Exchanges[first].Hop {
		first--
	}
	own := c.Exchanges[i].Browser
	for n, x := range c.Exchanges {
		other := n < first || n > i
		if own != nil {
			// A browser sends several at once, and says itself which hops belong together. A refusal is asked for alone: what led
			// there may have changed what the browser holds, and would do so again.
			other = n > i || x.Browser == nil || x.Browser.Chain != own.Chain || x.Key != "" || n < i && cause.Refused(c.Exchanges[i])
		}
		if other {
			x.Key = fmt.Sprintf("recorded %d", x.N)
		}
	}
}

// wanted is the command that made x, or the only one there is.
func wanted(ins []*exchange.Intent, x *exchange.Exchange) *exchange.Intent {
	for _, in := range ins {
		if x != nil && in.Request.URL.String() == x.Request.URL.String() {
			return in
		}
	}
	if len(ins) == 1 || len(ins) > 0 && x == nil {
		return ins[0]
	}
	return nil
}
