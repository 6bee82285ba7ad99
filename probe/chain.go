package probe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

const maxHops = 10

// chain is one Do: the request, the legs of its handshake, and the redirects behind it.
type chain struct {
	s     *Sender
	how   How
	first exchange.Request
	jar   *jar
	seen  map[string]int // requests of this chain, to see a loop
	left  bool           // a hop has gone to an origin that is not the user's
	hop   int
	out   []*exchange.Exchange
}

func (c *chain) run(ctx context.Context) ([]*exchange.Exchange, error) {
	cur := c.first.Clone()
	c.loop(cur)
	for redirects := 0; ; redirects++ {
		x, err := c.legs(ctx, cur)
		if err != nil || x == nil {
			return c.out, err
		}
		if !c.how.Follow || x.Response == nil || x.Conn.FromProxy || !redirecting(x.Response.Status) {
			return c.out, nil
		}
		c.jar.keep(x.Request.URL, x.Response.Header, c.s.o.Now())
		next, why := c.next(cur, x)
		if why == "" {
			limit := c.s.intent.MaxHops
			if limit <= 0 || limit > maxHops {
				limit = maxHops
			}
			if redirects >= limit {
				why = fmt.Sprintf("the redirect limit of %d was reached", limit)
			}
		}
		if why == "" {
			why = c.loop(next)
		}
		if why != "" {
			if why != "no Location" {
				c.s.note("the redirect to %s was not followed: %s", shownLocation(x), why)
			}
			return c.out, nil
		}
		cur = next
	}
}

func redirecting(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// add records one exchange.
func (c *chain) add(x *exchange.Exchange) {
	c.out = append(c.out, x)
	c.hop++
}

// send is one with the chain's bookkeeping.
func (c *chain) send(ctx context.Context, p *pass) (*exchange.Exchange, error) {
	p.how, p.hop = c.how, c.hop
	x, err := c.s.one(ctx, p)
	if err != nil {
		return nil, err
	}
	c.add(x)
	return x, nil
}

// loop reports that next has been sent before in this chain, byte for byte: a server that answers requests the same
// way will redirect for ever.
func (c *chain) loop(next exchange.Request) string {
	key := next.Method + " " + next.URL.Origin().String() + " " + string(next.Wire())
	if n := c.seen[key]; n > 0 {
		return "it is a loop: the same request was already sent in this chain"
	}
	c.seen[key]++
	return ""
}

// shownLocation is where x's Location leads, as it may be shown.
func shownLocation(x *exchange.Exchange) string {
	u, err := x.Request.URL.Resolve(cleanLocation(x.Response.Header.Text("Location").Reveal()))
	if err != nil {
		if scheme, _, ok := strings.Cut(x.Response.Header.Text("Location").Reveal(), ":"); ok && len(scheme) < 20 && strings.IndexFunc(scheme, notToken) < 0 {
			return "a " + strings.ToLower(scheme) + ": address"
		}
		return "what is not a URL"
	}
	return u.String()
}

// cleanLocation percent-encodes what may not stand in a URL but does in many Location fields: blanks and bytes
// outside ASCII, behind the authority. Agents do the same.
func cleanLocation(s string) string {
	s = strings.TrimSpace(s)
	at := 0
	if i := strings.Index(s, "//"); i >= 0 && i < 8 {
		at = i + 2
		if j := strings.IndexAny(s[at:], "/?#"); j >= 0 {
			at += j
		} else {
			return s
		}
	}
	var b strings.Builder
	b.WriteString(s[:at])
	for i := at; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// next builds the request that x's Location asks for, from scratch, as the user's agent would and with credentials
// for the user's origin only. why tells why there is none.
func (c *chain) next(cur exchange.Request, x *exchange.Exchange) (next exchange.Request, why string) {
	s := c.s
	locs := x.Response.Header.Values("Location")
	if len(locs) == 0 || locs[0].Trim().Empty() {
		return next, "no Location"
	}
	if len(locs) > 1 && slices.ContainsFunc(locs, func(l secret.Text) bool { return !l.Equal(locs[0]) }) {
		s.note("a reply holds %d different Location fields; the first was followed", len(locs))
	}
	u, err := x.Request.URL.Resolve(cleanLocation(locs[0].Reveal()))
	if err != nil {
		return next, "it is not an http or https URL"
	}
	if !u.User.Empty() {
		u.User = secret.Text{}
		s.note("a user name in Location was not used")
	}
	if u.Fragment == "" {
		u.Fragment = x.Request.URL.Fragment
	}
	agent := s.intent.Agent
	method, body := RedirectMethod(agent, x.Response.Status, cur.Method)
	if s.intent.KeepPost {
		method, body = cur.Method, true
	}
	if method == "" {
		return next, "the program itself does not follow it"
	}
	same := same(u, x.Request.URL)
	if body && !cur.Body.Empty() && !same {
		return next, "it asks to send the body to another origin"
	}
	next = exchange.Request{Method: method, URL: u, Proto: cur.Proto}
	switch {
	case s.own(u) && (!c.left || agent.Name == "curl"):
		// curl gives the credential again when a chain comes back to the first host; others have dropped it for good.
		next.Header = append(next.Header, c.first.Header...)
	case same:
		next.Header = append(next.Header, cur.Header...)
	default:
		next.Header = strip(cur).Header
	}
	if !s.own(u) {
		c.left = true
		next = strip(next)
	}
	if same {
		// Some agents lose a field even within the origin: .NET Authorization, requests a Cookie set by hand. The probe
		// must fail where they fail.
		for _, k := range []Carrier{CarrierAuthorization, CarrierCookie} {
			if Forwards(agent, x.Request.URL, u, k) == No {
				next.Header = next.Header.Without(string(k))
			}
		}
	}
	if body {
		next.Body = cur.Body
	} else {
		next.Header = next.Header.Without("Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Expect")
	}
	if !same {
		next.Header = next.Header.Without("Host", "Origin")
	}
	next.Header = next.Header.Without("Referer")
	next = c.jar.add(next, s.o.Now())
	if c.jar.wider && !same && c.jar.on {
		s.note("cookies that were set for a whole domain were not carried to another origin, as a browser would do")
	}
	return next, ""
}
