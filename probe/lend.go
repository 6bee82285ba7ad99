package probe

import (
	"github.com/why401/why401/exchange"
)

// Permit says whether a request that another door (package browser) is about to send obeys the rules which depend on the
// request alone: its method, what its URL says it does, values that work once, a secret of the user's on the way to another
// origin. first is the request that the user typed; the others are made by a page.
func (s *Sender) Permit(r exchange.Request, first bool) error {
	p := &pass{hop: 1}
	if first {
		p.hop = 0
	}
	return s.permit(r, s.own(r.URL), p)
}

// Lend enters the password of r into the ledger before another door sends it; settle is told the answer. Without a call of
// settle the try stays pending, as one that may have been counted.
func (s *Sender) Lend(r exchange.Request) (settle func(*exchange.Response) error, err error) {
	s.wire.Lock()
	defer s.wire.Unlock()
	cl := &claim{s: s, cred: classify(r, ""), host: account(r.URL)}
	if !s.own(r.URL) {
		return nil, &Refusal{Rule: RuleOtherOrigin, Why: "the login belongs to " + s.intent.Request.URL.Origin().String()}
	}
	if err := s.limits(cl.host, cl.cred); err != nil {
		return nil, err
	}
	if cl.cred.kind == login {
		if cl.entry, err = s.reserve(cl.host, cl.cred.who); err != nil {
			return nil, err
		}
	}
	return cl.settle, nil
}
