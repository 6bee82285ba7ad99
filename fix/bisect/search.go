package bisect

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// answer is what a question told.
type answer uint8

const (
	there  answer = iota // the refusal is there
	gone                 // the answer is that of the site without any plugin
	broken               // the site fails: a plugin misses another
)

// errSpent ends a search whose next question may be refused once more than is allowed.
var errSpent = errors.New("no further refusal may be risked")

// errKnot ends a search among plugins that fail without each other.
var errKnot = errors.New("they fail without each other")

// search finds which of n things have to be off. Things are numbered from 0; order is the order in which they go off.
type search struct {
	order []int
	ask   func(ctx context.Context, off []bool) (answer, error)
	// refusals that may still be met; negative for no limit.
	refusals int
	moved    map[[2]int]bool // {b, a}: b was put in front of a
	memo     map[string]answer
}

func newSearch(order []int, refusals int, ask func(context.Context, []bool) (answer, error)) *search {
	return &search{order: order, ask: ask, refusals: refusals, moved: map[[2]int]bool{}, memo: map[string]answer{}}
}

// set makes a question: the first k in order are off, without those of keep, and with those of also.
func (s *search) set(k int, also, keep []int) []bool {
	off := make([]bool, len(s.order))
	for _, p := range s.order[:k] {
		off[p] = true
	}
	for _, p := range keep {
		off[p] = false
	}
	for _, p := range also {
		off[p] = true
	}
	return off
}

func key(off []bool) string {
	b := make([]byte, len(off))
	for i, o := range off {
		b[i] = '0'
		if o {
			b[i] = '1'
		}
	}
	return string(b)
}

// question asks once; what was asked before is remembered.
func (s *search) question(ctx context.Context, off []bool) (answer, error) {
	if a, known := s.memo[key(off)]; known {
		return a, nil
	}
	return s.again(ctx, off)
}

// again asks whether or not it was asked before.
func (s *search) again(ctx context.Context, off []bool) (answer, error) {
	if s.refusals == 0 {
		return there, errSpent
	}
	a, err := s.ask(ctx, off)
	if err != nil {
		return a, err
	}
	if a != gone && s.refusals > 0 {
		s.refusals--
	}
	s.memo[key(off)] = a
	return a, nil
}

// first finds the smallest k for which the first k being off gives another answer than the first k-1: that answer is
// gone. lo is known not to be gone, hi is known to be. It gives the place in order of the thing that made the difference,
// counted from 1. On errSpent and errKnot the bounds that were reached tell what it was narrowed to.
func (s *search) first(ctx context.Context, lo, hi int, also, keep []int) (k, from int, err error) {
	for hi-lo > 1 {
		mid := lo + s.step(hi-lo)
		a, err := s.question(ctx, s.set(mid, also, keep))
		if err != nil {
			return hi, lo, err
		}
		switch a {
		case there:
			lo = mid
		case gone:
			hi = mid
		case broken:
			if lo, hi, err = s.untie(ctx, lo, mid, hi, also, keep); err != nil {
				return hi, lo, err
			}
		}
	}
	return hi, lo, nil
}

// step says how far from lo to ask in a span of candidates: the middle, or where few refusals are left the place from
// which the fewest questions remain in the worst case. With r refusals and t questions one can tell apart
// C(t,0) + ... + C(t,r) candidates.
func (s *search) step(span int) int {
	if s.refusals < 0 {
		return span / 2
	}
	t := 1
	for tells(t, s.refusals) < span {
		t++
	}
	return min(max(span-tells(t-1, s.refusals-1), 1), span-1)
}

// tells is the number of candidates that t questions tell apart when r of the answers may be refusals.
func tells(t, r int) int {
	if r < 0 {
		return 1
	}
	sum, c := 0, 1
	for i := 0; i <= r && i <= t; i++ {
		sum += c
		c = c * (t - i) / (i + 1)
	}
	return sum
}

// untie finds why the site fails with the first mid off: one that is off (a) is needed by one that is still on (b). It
// puts b in front of a, so that b goes off first, and gives bounds that hold in the new order.
func (s *search) untie(ctx context.Context, lo, mid, hi int, also, keep []int) (newLo, newHi int, err error) {
	l, m := lo, mid
	for m-l > 1 {
		c := (l + m) / 2
		a, err := s.question(ctx, s.set(c, also, keep))
		switch {
		case err != nil:
			return lo, hi, err
		case a == gone:
			return l, c, nil
		case a == there:
			l = c
		default:
			m = c
		}
	}
	r1, r2 := mid, hi
	for r2-r1 > 1 {
		c := (r1 + r2) / 2
		a, err := s.question(ctx, s.set(c, also, keep))
		switch {
		case err != nil:
			return lo, hi, err
		case a == there:
			return c, r2, nil
		case a == gone:
			r2 = c
		default:
			r1 = c
		}
	}
	a, b := s.order[m-1], s.order[r2-1]
	if s.moved[[2]int{a, b}] {
		return l, r2, fmt.Errorf("%w", errKnot)
	}
	s.moved[[2]int{b, a}] = true
	s.order = slices.Insert(slices.Delete(s.order, r2-1, r2), m-1, b)
	return l, r2, nil
}
