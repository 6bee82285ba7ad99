package probe

import (
	"errors"
	"net/http"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
)

// book is the ledger, opened when the first password is about to go out: a run without one writes nothing.
func (s *Sender) book() (*ledger, error) {
	if s.nl != nil {
		return s.nl, nil
	}
	dir := s.o.StateDir
	if dir == "" {
		var err error
		if dir, err = StateDir(); err != nil {
			return nil, err
		}
	}
	s.nl = &ledger{dir: dir, now: s.o.Now}
	return s.nl, nil
}

// reserve enters a password try into the ledger. The run's own rules (limits) have been applied.
func (s *Sender) reserve(host, who string) (string, error) {
	l, err := s.book()
	if err != nil {
		return "", err
	}
	id, err := l.reserve(host, who, s.o.IKnow || s.settled(host, who))
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.logins[host+"\x00"+who]
	s.logins[host+"\x00"+who] = loginState{pending, st.sent + 1}
	return id, nil
}

// settled reports that this run knows the password to do no harm at host: it was accepted, or nobody counts.
func (s *Sender) settled(host, who string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.logins[host+"\x00"+who].outcome
	return o == accepted || o == harmless
}

// peek asks the ledger without entering anything.
func (s *Sender) peek(host, who string) error {
	if s.o.IKnow || s.settled(host, who) {
		return nil
	}
	l, err := s.book()
	if err != nil {
		return err
	}
	return l.check(host, who)
}

// conclude writes the outcome of a try.
func (s *Sender) conclude(host, who, entry string, o outcome) error {
	s.mu.Lock()
	st := s.logins[host+"\x00"+who]
	switch st.outcome = o; o {
	case unused:
		st.outcome, st.sent = "", st.sent-1
	case refused:
		s.recent = append(s.recent, entry+"\x00"+host+"\x00"+who)
	}
	s.logins[host+"\x00"+who] = st
	s.mu.Unlock()
	if o == pending {
		return nil // it stands in the ledger as that
	}
	l, err := s.book()
	if err != nil {
		return err
	}
	return l.settle(entry, host, who, o)
}

// NoteHarmless records that the refusals of this run came from a layer that counts nothing, such as a password file
// in nginx or Apache: they no longer stand against the next try.
func (s *Sender) NoteHarmless() error {
	s.wire.Lock()
	defer s.wire.Unlock()
	s.mu.Lock()
	recent := s.recent
	s.recent = nil
	s.mu.Unlock()
	var errs []error
	for _, r := range recent {
		entry, host, who := cut3(r)
		errs = append(errs, s.conclude(host, who, entry, harmless))
	}
	return errors.Join(errs...)
}

// claimProxy is claim for the Proxy-Authorization field of a request, which can be locked out like any other login.
func (s *Sender) claimProxy(h exchange.Header, p *exchange.Proxy) (settle func(*exchange.Response) error, err error) {
	c := challenge.Split(h.Text("Proxy-Authorization"))
	if !c.Word.EqualFold("basic") {
		return func(*exchange.Response) error { return nil }, nil
	}
	user, _, ok := decodeBasic(c.Rest)
	if !ok {
		user = c.Rest
	}
	done, err := s.claimLogin(p, user.Reveal())
	if err != nil {
		return nil, err
	}
	return func(resp *exchange.Response) error {
		switch {
		case resp == nil:
			return nil
		case resp.Status == http.StatusProxyAuthRequired:
			return done(refused)
		case (resp.Status == http.StatusUnauthorized || resp.Status == http.StatusForbidden) && !resp.Header.Has("Via"):
			// Tinyproxy refuses a wrong login with 401. What a proxy passes on says so in Via (RFC 9110 7.6.3); without it
			// the refusal may be the proxy's own, so the password does not go out again.
			return done(pending)
		}
		return done(accepted) // whatever the origin said, the proxy let it through
	}, nil
}

// claimLogin enters a try of the proxy's login.
func (s *Sender) claimLogin(p *exchange.Proxy, who string) (settle func(outcome) error, err error) {
	host := "proxy " + account(p.URL)
	s.mu.Lock()
	before := s.logins[host+"\x00"+who].outcome
	s.mu.Unlock()
	if before == refused || before == pending {
		return nil, &Refusal{Rule: RuleOneTry, Why: "the forward proxy's password was sent in this run and not accepted"}
	}
	entry, err := s.reserve(host, who)
	if err != nil {
		return nil, err
	}
	return func(o outcome) error { return s.conclude(host, who, entry, o) }, nil
}

func cut3(s string) (a, b, c string) {
	a, s, _ = strings.Cut(s, "\x00")
	b, c, _ = strings.Cut(s, "\x00")
	return a, b, c
}
