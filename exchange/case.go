package exchange

import (
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

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

	// Issuers and Consult are what the user agreed to: authorization servers, and further origins, whose published documents
	// may be read. Documents are those that were. They answer nothing that the user asked, so they are no exchanges.
	Issuers   []Issuer
	Consult   []Origin
	Documents []*Exchange
	// Keys are what the user gave to check signatures with; they are never sent.
	Keys []Key

	// Subject is the key of the exchanges under examination: "" at first, the key of a passing experiment when the
	// engine goes on to look for a second fault behind the first.
	Subject string
}

// Key is a key with which requests are signed: a shared secret, a secret access key, or a PEM text.
type Key struct {
	Value secret.Text
	From  string // where it was read: "file hook.key", "$WEBHOOK_SECRET"
}

// Add numbers x and appends it.
func (c *Case) Add(x *Exchange) *Exchange {
	x.N = c.Count() + 1
	c.Exchanges = append(c.Exchanges, x)
	return x
}

// Read numbers x, a published document, and keeps it.
func (c *Case) Read(x *Exchange) *Exchange {
	x.N = c.Count() + 1
	c.Documents = append(c.Documents, x)
	return x
}

// Count is how many requests and documents there are; numbers run through both.
func (c *Case) Count() int { return len(c.Exchanges) + len(c.Documents) }

// Document is the document that was read under key, nil when it was not.
func (c *Case) Document(key string) *Exchange {
	for _, x := range c.Documents {
		if x.Key == key {
			return x
		}
	}
	return nil
}

// Issuer is an authorization server that the user named.
type Issuer struct {
	Text   secret.Text // its identifier, letter by letter: issuers are compared so
	URL    URL
	Client Login // a client that may ask its introspection endpoint about tokens (RFC 7662); empty when there is none
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
