package probe

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/go-ntlmssp"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/digest"
	"github.com/why401/why401/cred/sigv4"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// legs sends cur, and what the agent's handshake makes of the answer, and gives the last exchange. The login is put
// in only for the user's own origin and only when it was asked for.
func (c *chain) legs(ctx context.Context, cur exchange.Request) (*exchange.Exchange, error) {
	in := c.s.intent
	use := c.how.Login && c.s.own(cur.URL) && !in.Login.Empty() && (!c.left || in.Agent.Name == "curl")
	cur = c.s.unmade(cur)
	p := &pass{req: cur, built: c.hop > 0}
	switch {
	case c.how.Token, c.how.Login && in.Auth == exchange.AuthRegistry && !cur.Header.Has("Authorization"):
		return c.registry(ctx, p, use)
	case !use:
	case in.Auth == exchange.AuthBasic && !cur.Header.Has("Authorization"):
		p.req.Header = append(slices.Clone(cur.Header), in.Login.BasicField())
		p.req = c.s.made(p.req)
	case in.Auth == exchange.AuthSigV4:
		// The Host field is part of what is signed.
		signed, err := sigv4.Sign(c.s.complete(cur), in.Login, c.s.o.Now())
		if err != nil {
			return nil, fmt.Errorf("signing the request: %w", err)
		}
		p.req = signed
		if !cur.Header.Has("Authorization") { // else the signature is the experiment's own
			p.req = c.s.made(signed)
		}
	case in.Auth == exchange.AuthNTLM, in.Auth == exchange.AuthDigest, in.Auth == exchange.AuthNegotiate, in.Auth == exchange.AuthAny:
		if !cur.Header.Has("Authorization") {
			return c.handshake(ctx, p)
		}
	}
	return c.send(ctx, p)
}

// handshake is a login that needs an answer first. One connection carries all its legs (NTLM binds to it) and no
// other request.
func (c *chain) handshake(ctx context.Context, p *pass) (*exchange.Exchange, error) {
	in := c.s.intent
	p.hold, p.opens = true, true
	defer func() {
		if p.keep != nil {
			p.keep.Close()
		}
	}()
	bare := p.req
	if in.Auth == exchange.AuthNTLM {
		return c.ntlm(ctx, p, bare) // curl opens with the first message, unasked
	}
	x, err := c.send(ctx, p)
	if err != nil || x.Status() != 401 {
		return x, err
	}
	p.opens = false
	full := bare
	if in.Full != nil && bare.Body.Equal(in.Request.Body) && same(bare.URL, in.Full.URL) {
		full.Body, full.Method = in.Full.Body, in.Full.Method
		full.Header = in.Full.Header
	}
	switch scheme := strongest(in.Auth, challenge.Of(x)); scheme {
	case "digest":
		return c.digest(ctx, p, full, x)
	case "ntlm":
		return c.ntlm(ctx, p, bare)
	case "basic":
		p.ours, p.req = in.Login.User.Reveal(), full.Clone()
		p.req.Header = p.req.Header.With(in.Login.BasicField())
		p.req = c.s.made(p.req)
		return c.send(ctx, p)
	case "negotiate":
		c.s.note("the server asks for Negotiate (Kerberos); the probe has no ticket and did not answer")
	}
	return x, nil
}

// strongest picks the scheme that curl --anyauth would use, or the one that was asked for, among those offered.
// Negotiate, curl's first choice, needs a ticket that the probe does not have: with other offers the next is taken, as
// by a curl built without GSS-API.
func strongest(a exchange.Auth, offered challenge.Challenges) string {
	order := []string{"digest", "ntlm", "basic", "negotiate"}
	switch a {
	case exchange.AuthDigest:
		order = order[:1]
	case exchange.AuthNegotiate:
		order = []string{"negotiate"}
	}
	for _, s := range order {
		if offered.Has(s) {
			return s
		}
	}
	return ""
}

// digest answers x's Digest challenge (RFC 7616). A reply stale=true says that the password was right and the nonce
// old: that one is answered once more.
func (c *chain) digest(ctx context.Context, p *pass, full exchange.Request, x *exchange.Exchange) (*exchange.Exchange, error) {
	login := c.s.intent.Login
	for try := range 2 {
		ch := bestDigest(challenge.Of(x))
		if ch == nil || try > 0 && !strings.EqualFold(ch.Value("stale"), "true") {
			return x, nil
		}
		answer, err := digest.Answer(*ch, full.Method, full.RequestTarget().Reveal(), login.User, login.Password)
		if err != nil {
			c.s.note("the Digest challenge could not be answered: %s", secret.Scrub(err.Error()))
			return x, nil
		}
		p.req, p.ours = full.Clone(), login.User.Reveal()
		p.req.Header = p.req.Header.With(exchange.Field{Name: "Authorization", Value: answer})
		p.req = c.s.made(p.req)
		next, err := c.send(ctx, p)
		if err != nil || next.Status() != 401 {
			return next, err
		}
		x = next
	}
	return x, nil
}

// bestDigest prefers the algorithm that agents prefer when a server offers several.
func bestDigest(cs challenge.Challenges) *challenge.Challenge {
	var best *challenge.Challenge
	for i := range cs {
		if !cs[i].Is("digest") {
			continue
		}
		if best == nil || rank(cs[i].Value("algorithm")) > rank(best.Value("algorithm")) {
			best = &cs[i]
		}
	}
	return best
}

func rank(algorithm string) int {
	switch strings.TrimSuffix(strings.ToUpper(algorithm), "-SESS") {
	case "SHA-512-256":
		return 3
	case "SHA-256":
		return 2
	case "", "MD5":
		return 1
	}
	return 0
}

// ntlm sends the opening and, when the server answers with a challenge on the same connection, the reply to it
// (MS-NTHT). The opening goes without a body: it will be refused anyway.
func (c *chain) ntlm(ctx context.Context, p *pass, bare exchange.Request) (*exchange.Exchange, error) {
	in := c.s.intent
	open, err := ntlmssp.NewNegotiateMessage("", "")
	if err != nil {
		return nil, fmt.Errorf("NTLM: %w", err)
	}
	field := func(msg []byte) exchange.Field {
		return exchange.Field{Name: "Authorization", Value: secret.New("NTLM " + base64.StdEncoding.EncodeToString(msg))}
	}
	p.req, p.ours, p.opens = bare.Clone(), "", true
	p.req.Header = p.req.Header.With(field(open))
	p.req = c.s.made(p.req)
	x, err := c.send(ctx, p)
	if err != nil || x.Status() != 401 {
		return x, err
	}
	p.opens = false
	ch := challenge.Of(x).Find("ntlm")
	if ch == nil || ch.Token68 == "" {
		return x, nil
	}
	raw, err := base64.StdEncoding.DecodeString(ch.Token68)
	if err != nil {
		c.s.note("the NTLM challenge is not base64")
		return x, nil
	}
	if p.keep == nil {
		c.s.note("the server closed the connection inside the NTLM handshake, which binds to the connection")
		return x, nil
	}
	msg, err := ntlmssp.NewAuthenticateMessage(raw, in.Login.User.Reveal(), in.Login.Password.Reveal(), nil)
	if err != nil {
		c.s.note("the NTLM challenge could not be answered: %s", secret.Scrub(err.Error()))
		return x, nil
	}
	p.req, p.ours = bare.Clone(), in.Login.User.Reveal()
	if in.Full != nil && bare.Body.Equal(in.Request.Body) && same(bare.URL, in.Full.URL) {
		p.req = in.Full.Clone()
	}
	p.req.Header = p.req.Header.With(field(msg))
	p.req = c.s.made(p.req)
	return c.send(ctx, p)
}

// made remembers the Authorization field of r as one that was derived from the login.
func (s *Sender) made(r exchange.Request) exchange.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.derived[r.Header.Text("Authorization").Reveal()] = true
	return r
}

// unmade takes out of r what an earlier exchange of this run derived from the login. The engine edits requests as
// they went out; a signature, an NTLM opening or a Digest answer belongs to the one request it was made for.
func (s *Sender) unmade(r exchange.Request) exchange.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	if auth := r.Header.Text("Authorization"); auth.Empty() || !s.derived[auth.Reveal()] {
		return r
	}
	r.Header = r.Header.Without("Authorization")
	if s.intent.Auth == exchange.AuthSigV4 {
		for _, f := range r.Header {
			name := strings.ToLower(f.Name)
			if strings.HasPrefix(name, "x-") && (strings.HasSuffix(name, "-date") || strings.HasSuffix(name, "-content-sha256")) && !s.intent.Request.Header.Has(name) {
				r.Header = r.Header.Without(name)
			}
		}
	}
	return r
}
