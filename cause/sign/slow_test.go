package sign

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// The matcher below goes step by step and back again, as the description of phrases reads. It is what the one over sets
// of places is held against.

// slowIn reports whether words hold p, and where its first part begins.
func slowIn(p *phrase, words []string) (at int, ok bool) {
	at = -1
	for _, part := range p.parts {
		found := slowFind(part, words)
		if found < 0 {
			return 0, false
		}
		if at < 0 {
			at = found
		}
	}
	return at, true
}

func slowFind(part []node, words []string) int {
	m := slowMatcher{words: words}
	for i := range words {
		if m.seq(part, i, func(int) bool { return true }) {
			return i
		}
	}
	return -1
}

// slowMatcher remembers what cannot begin where, so that gaps cost no more than their width for each word. What follows a node
// is the same whichever way led to it; so the node itself, wherever it stands in the part, is enough to remember by.
type slowMatcher struct {
	words []string
	dead  map[deadEnd]bool
}

type deadEnd struct {
	at   *node
	word int
}

// seq reports that nodes match from word i on, and that what follows (next) does as well.
func (m *slowMatcher) seq(nodes []node, i int, next func(int) bool) bool {
	if len(nodes) == 0 {
		return next(i)
	}
	n := nodes[0]
	if n.word != "" {
		if i < len(m.words) && (m.words[i] == n.word || n.prefix && strings.HasPrefix(m.words[i], n.word)) {
			return m.seq(nodes[1:], i+1, next)
		}
		return false
	}
	key := deadEnd{&nodes[0], i}
	if m.dead[key] {
		return false
	}
	if n.gap > 0 {
		for skip := 0; skip <= n.gap && i+skip <= len(m.words); skip++ {
			if m.seq(nodes[1:], i+skip, next) {
				return true
			}
		}
	}
	for _, s := range n.choice {
		if m.seq(s, i, func(j int) bool { return m.seq(nodes[1:], j, next) }) {
			return true
		}
	}
	if m.dead == nil {
		m.dead = map[deadEnd]bool{}
	}
	m.dead[key] = true
	return false
}

// TestPhrasesAgainstTheSlowMatcher: both matchers say the same of phrases and texts made by chance, and the words that
// a phrase cannot do without leave no piece out that holds it.
func TestPhrasesAgainstTheSlowMatcher(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string { return []string{"a", "b", "c", "abc", "abcd", "abx", "token", "tokens"}[r.IntN(8)] }
	var steps func(depth int) string
	steps = func(depth int) string {
		var out []string
		for range 1 + r.IntN(4) {
			switch k := r.IntN(8); {
			case k == 0:
				out = append(out, "*")
			case k == 1:
				out = append(out, "**")
			case k == 2:
				out = append(out, word()+"~")
			case k <= 4 && depth < 3:
				one := "(" + steps(depth+1)
				for range r.IntN(3) {
					one += "|"
					if r.IntN(4) > 0 {
						one += steps(depth + 1)
					}
				}
				out = append(out, one+")"+[]string{"", "~"}[r.IntN(2)])
			default:
				out = append(out, word())
			}
		}
		return strings.Join(out, " ")
	}
	held := 0
	for range 1000 {
		text := steps(0)
		if r.IntN(5) == 0 {
			text += " & " + steps(0)
		}
		p, err := parse(text)
		if err != nil {
			continue
		}
		l := newLexicon()
		var pieces [][]string
		for range 1 + r.IntN(70) {
			var words []string
			for range r.IntN([]int{4, 20, 200}[r.IntN(3)]) {
				words = append(words, word())
			}
			pieces = append(pieces, words)
			l.add(strings.Join(words, " "), maxWords)
		}
		s, possible := l.search(p)
		set := make([]uint64, l.wide)
		if possible {
			for i := range set {
				set[i] = ^uint64(0)
			}
			s.narrow(set)
		}
		for n, words := range pieces {
			at, ok := slowIn(p, words)
			if ok {
				held++
			}
			may := possible && set[n/64]>>(n%64)&1 != 0
			if ok && !may {
				t.Fatalf("%q is in %q, and the piece was left out", text, words)
			}
			if !may {
				continue
			}
			if gotAt, got := s.in(n); got != ok || gotAt != at {
				t.Fatalf("%q in %q: %d %v, want %d %v", text, words, gotAt, got, at, ok)
			}
		}
	}
	if held < 1000 {
		t.Errorf("only %d of the phrases were held", held)
	}
}
