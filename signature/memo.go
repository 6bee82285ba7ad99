package signature

import (
	"slices"
	"sync"

	"github.com/why401/why401/exchange"
)

// memo remembers what was found in the last replies: a diagnosis asks about the same few again for every cause. A
// reply must not be changed once it was asked about.
type memo struct {
	mu    sync.Mutex
	found [16]*finding // a diagnosis sees eight replies of its own and those that it was given
	next  int
}

// finding is one reply and what was found in it so far.
type finding struct {
	of       *exchange.Response
	n        int // the number that facts give
	tunnel   bool
	reply    *reply
	matches  []Match
	meanings []Meaning
	matched  bool
	meant    bool
}

// about gives the finding for the reply of x, a new one when there is none. The caller holds mu.
func (s *Set) about(x *exchange.Exchange) *finding {
	for _, f := range s.memo.found {
		if f != nil && f.of == x.Response && f.n == x.N && f.tunnel == x.Conn.FromProxy {
			return f
		}
	}
	f := &finding{of: x.Response, n: x.N, tunnel: x.Conn.FromProxy, reply: s.read(x)}
	s.memo.found[s.memo.next] = f
	s.memo.next = (s.memo.next + 1) % len(s.memo.found)
	return f
}

// Match is like the function Matches, with the entries of s.
func (s *Set) Match(x *exchange.Exchange) []Match {
	if x == nil || x.Response == nil {
		return nil
	}
	if s.of != nil {
		return s.matchAll(x)
	}
	s.memo.mu.Lock()
	defer s.memo.mu.Unlock()
	f := s.about(x)
	if !f.matched {
		f.matches, f.matched = s.match(f.reply), true
	}
	return slices.Clone(f.matches)
}

// Meanings is like the function Meanings, with the phrases of s.
func (s *Set) Meanings(x *exchange.Exchange) []Meaning {
	if x == nil || x.Response == nil {
		return nil
	}
	if s.of != nil {
		return s.meaningsAll(func(o *Set) []Meaning { return o.Meanings(x) })
	}
	s.memo.mu.Lock()
	defer s.memo.mu.Unlock()
	f := s.about(x)
	if !f.meant {
		f.meanings, f.meant = s.meanings(f.reply), true
	}
	return slices.Clone(f.meanings)
}
