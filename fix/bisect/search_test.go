package bisect

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// model is a model of a site: which plugins refuse, together with which others, and which fail without which.
type model struct {
	n       int
	guards  [][]int // each refuses when all of its members are on
	needs   map[int]int
	asked   int
	refused int
}

func (m *model) ask(_ context.Context, off []bool) (answer, error) {
	m.asked++
	for b, a := range m.needs {
		if !off[b] && off[a] {
			m.refused++
			return broken, nil
		}
	}
	for _, g := range m.guards {
		if !slices.ContainsFunc(g, func(p int) bool { return off[p] }) {
			m.refused++
			return there, nil
		}
	}
	return gone, nil
}

func inOrder(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// One plugin of 32 takes five questions behind the one with everything off, wherever it stands.
func TestFirstFindsOneOf32InFive(t *testing.T) {
	for p := range 32 {
		m := &model{n: 32, guards: [][]int{{p}}}
		s := newSearch(inOrder(32), -1, m.ask)
		k, _, err := s.first(t.Context(), 0, 32, nil, nil)
		if err != nil || s.order[k-1] != p || m.asked > 5 {
			t.Errorf("plugin %d: found %d after %d questions: %v", p, s.order[k-1], m.asked, err)
		}
	}
}

// With few refusals allowed no more are met, and the number of questions is the least that is possible in the worst case.
func TestFirstKeepsToItsRefusals(t *testing.T) {
	for _, c := range []struct{ refusals, most int }{{1, 31}, {2, 8}, {3, 6}} {
		worst := 0
		for p := range 32 {
			m := &model{n: 32, guards: [][]int{{p}}}
			s := newSearch(inOrder(32), c.refusals, m.ask)
			k, _, err := s.first(t.Context(), 0, 32, nil, nil)
			if err != nil || s.order[k-1] != p || m.refused > c.refusals {
				t.Errorf("%d refusals, plugin %d: found %d after %d refusals: %v", c.refusals, p, s.order[k-1], m.refused, err)
			}
			worst = max(worst, m.asked)
		}
		if worst != c.most {
			t.Errorf("%d refusals: %d questions at worst, want %d", c.refusals, worst, c.most)
		}
	}
}

// Plugins that fail without one another do not hide the one that refuses, wherever they stand.
func TestFirstUnties(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	most := 0
	for range 2000 {
		n := 2 + r.IntN(40)
		p := r.IntN(n)
		m := &model{n: n, guards: [][]int{{p}}, needs: map[int]int{}}
		for range r.IntN(4) {
			if a, b := r.IntN(n), r.IntN(n); a < b {
				m.needs[b] = a // the later one needs the earlier
			}
		}
		s := newSearch(inOrder(n), -1, m.ask)
		k, _, err := s.first(t.Context(), 0, n, nil, nil)
		if err != nil || s.order[k-1] != p {
			t.Fatalf("%d plugins, %d refuses, needs %v: found %v, %v", n, p, m.needs, s.order[k-1], err)
		}
		most = max(most, m.asked)
	}
	t.Logf("at most %d questions", most)
}

// Two that fail without each other, of which one refuses, cannot be told apart: the search says so and ends.
func TestFirstSeesAKnot(t *testing.T) {
	m := &model{n: 8, guards: [][]int{{3}}}
	s := newSearch(inOrder(8), -1, func(ctx context.Context, off []bool) (answer, error) {
		if off[3] != off[5] {
			return broken, nil
		}
		return m.ask(ctx, off)
	})
	k, from, err := s.first(t.Context(), 0, 8, nil, nil)
	left := slices.Sorted(slices.Values(s.order[from:k]))
	if !errors.Is(err, errKnot) || !slices.Contains(left, 3) || !slices.Contains(left, 5) {
		t.Errorf("left %v, %v", left, err)
	}
}
