package exchange

import "github.com/why401/why401/fact"

// Case is all that is known about one failure. Suspicion is a pure function of it.
type Case struct {
	Intent    *Intent // nil when only recorded exchanges are at hand
	Exchanges []*Exchange
	Facts     []fact.Fact // observations that belong to no exchange: ambient credentials, clocks, input notes

	// What was read beside the exchanges: see Evidence.
	Tokens   []Token
	Messages []Message
	Settings []Setting
	Notes    []Note

	// Subject is the key of the exchanges under examination: "" at first, the key of a passing experiment when the
	// engine goes on to look for a second fault behind the first.
	Subject string
}

// Add numbers x and appends it.
func (c *Case) Add(x *Exchange) *Exchange {
	x.N = len(c.Exchanges) + 1
	c.Exchanges = append(c.Exchanges, x)
	return x
}

// Hops are the exchanges of the request under examination, in order: the first request, then each redirect that the
// user's agent would follow.
func (c *Case) Hops() []*Exchange { return c.Keyed(c.Subject) }

// Keyed are the exchanges of one experiment: the legs of a handshake and the redirect hops, in order. Of repeats the
// first run is given.
func (c *Case) Keyed(key string) []*Exchange {
	var out []*Exchange
	for _, x := range c.Exchanges {
		if x.Key == key && (len(out) == 0 || x.Run == out[0].Run) {
			out = append(out, x)
		}
	}
	return out
}

// TokenKey is the key of the requests to a token server that belong to the experiment called key.
func TokenKey(key string) string {
	if key == "" {
		return "registry token"
	}
	return key + "+registry token"
}

// First is the request as it first went out; nil when nothing was exchanged.
func (c *Case) First() *Exchange {
	if h := c.Hops(); len(h) > 0 {
		return h[0]
	}
	return nil
}

// Last is the exchange whose answer the user saw: the last hop.
func (c *Case) Last() *Exchange {
	if h := c.Hops(); len(h) > 0 {
		return h[len(h)-1]
	}
	return nil
}

// Trial is the last hop of the experiment called key, or nil when it was not run. One that was run on the subject comes
// before one that was run on the user's own request.
func (c *Case) Trial(key string) *Exchange {
	if c.Subject != "" {
		if h := c.Keyed(c.Subject + "+" + key); len(h) > 0 {
			return h[len(h)-1]
		}
	}
	if h := c.Keyed(key); key != "" && len(h) > 0 {
		return h[len(h)-1]
	}
	return nil
}
